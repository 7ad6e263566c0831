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

                Card {
                    Layout.fillWidth: true
                    implicitHeight: rows.implicitHeight + 2 * Theme.small
                    ColumnLayout {
                        id: rows
                        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.margin; rightMargin: Theme.margin; topMargin: Theme.small }
                        spacing: 0
                        Repeater {
                            model: lists.settings
                            ColumnLayout {
                                id: setting
                                required property var row
                                required property int index
                                Layout.fillWidth: true
                                spacing: 0
                                GridLayout {
                                    Layout.fillWidth: true
                                    Layout.topMargin: Theme.small
                                    Layout.bottomMargin: Theme.small
                                    columns: Theme.portrait ? 1 : 2
                                    columnSpacing: Theme.margin
                                    rowSpacing: Theme.small
                                    Words {
                                        Layout.preferredWidth: Theme.portrait ? -1 : Theme.px(300)
                                        Layout.fillWidth: Theme.portrait
                                        text: setting.row.label
                                        strong: true
                                        font.pixelSize: Theme.lead
                                        wrapMode: Text.Wrap
                                        maximumLineCount: 2
                                    }
                                    Segments {
                                        visible: setting.row.choices.length > 0
                                        Layout.fillWidth: true
                                        act: "set"
                                        prefix: setting.row.code + ":"
                                        choices: setting.row.choices
                                        once: true
                                    }
                                    Words {
                                        visible: setting.row.choices.length === 0
                                        Layout.fillWidth: true
                                        Layout.preferredHeight: Theme.touch
                                        text: setting.row.value
                                        font.pixelSize: Theme.lead
                                        wrapMode: Text.Wrap
                                        maximumLineCount: 2
                                    }
                                }
                                Rectangle {
                                    visible: setting.index < lists.settings.count - 1
                                    Layout.fillWidth: true
                                    implicitHeight: Theme.hair
                                    color: Theme.line
                                }
                            }
                        }
                    }
                }

                GridLayout {
                    Layout.fillWidth: true
                    columns: Theme.portrait ? 1 : 2
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
