// How this kiosk is set up; every change is noted with the supervisor's name.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            title: qsTr("Settings")
            words: qsTr("Each change is noted with your name.")
        }

        Stretch {
            Layout.fillWidth: true
            Layout.fillHeight: true
            ColumnLayout {
                width: parent.width
                spacing: Theme.margin

                GridLayout {
                    Layout.fillWidth: true
                    columns: Math.max(1, Math.floor(width / Theme.px(520)))
                    columnSpacing: Theme.gap
                    rowSpacing: Theme.gap
                    uniformCellWidths: true
                    Repeater {
                        model: lists.settings
                        Card {
                            id: setting
                            required property var row
                            Layout.fillWidth: true
                            Layout.fillHeight: true
                            implicitHeight: choice.implicitHeight + Theme.gap + Theme.small
                            ColumnLayout {
                                id: choice
                                anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.gap; rightMargin: Theme.gap; topMargin: Theme.small }
                                spacing: Theme.small
                                Words {
                                    Layout.fillWidth: true
                                    text: setting.row.label
                                    strong: true
                                    font.pixelSize: Theme.body
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 2
                                }
                                Words {
                                    visible: setting.row.restart === true
                                    Layout.fillWidth: true
                                    text: qsTr("It counts when the kiosk has been started again.")
                                    strong: true
                                    color: Theme.warn
                                    font.pixelSize: Theme.caption
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 2
                                }
                                Segments {
                                    visible: setting.row.choices.length > 0
                                    Layout.fillWidth: true
                                    does: "set"
                                    prefix: setting.row.code + ":"
                                    choices: setting.row.choices
                                    once: true
                                    offered: setting.row.why_not === ""
                                }
                                Words {
                                    visible: text !== ""
                                    Layout.fillWidth: true
                                    text: setting.row.why_not
                                    color: Theme.muted
                                    font.pixelSize: Theme.caption
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 3
                                }
                                Words {
                                    visible: setting.row.choices.length === 0
                                    Layout.fillWidth: true
                                    Layout.preferredHeight: Math.max(Theme.touch, implicitHeight)
                                    text: setting.row.value
                                    font.pixelSize: Theme.lead
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 3
                                }
                            }
                        }
                    }
                }

                GridLayout {
                    Layout.fillWidth: true
                    columns: Math.max(1, Math.floor(width / Theme.px(520)))
                    columnSpacing: Theme.gap
                    rowSpacing: Theme.gap
                    uniformCellWidths: true
                    Repeater {
                        model: lists.settings_actions
                        Tile {
                            required property var row
                            Layout.fillWidth: true
                            Layout.preferredHeight: Math.max(implicitHeight, Theme.px(92))
                            act: "settings_do"
                            arg: row.code
                            once: true
                            offered: row.why_not === ""
                            kind: row.danger ? "danger" : "plain"
                            picture: ({ export: "upload", export_all: "copies", restart: "repeat", log_out: "exit" })[row.code] || "gear"
                            text: row.label
                            detail: row.why_not
                        }
                    }
                }
            }
        }
    }
}
