// Somebody answers for it: what is asked for, who answers, and their PIN.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var a: view.approve

    Card {
        anchors.centerIn: parent
        width: Math.min(parent.width, Theme.px(1120))
        height: Math.min(parent.height, Theme.px(Theme.portrait ? 1180 : 660))
        border.width: Theme.px(3)
        border.color: Theme.accent

        GridLayout {
            anchors { fill: parent; margins: Theme.margin }
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin * 1.5
            rowSpacing: Theme.gap

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(560)
                spacing: Theme.gap

                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.gap
                    Rectangle {
                        implicitWidth: Theme.px(72)
                        implicitHeight: implicitWidth
                        radius: width / 2
                        color: Theme.accentSoft
                        Icon { anchors.centerIn: parent; name: "shield"; size: Theme.px(44); color: Theme.accentSoftInk }
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0
                        Words {
                            Layout.fillWidth: true
                            text: screen.a.anybody ? qsTr("Attendant") : qsTr("This needs an approval")
                            color: Theme.muted
                            font.pixelSize: Theme.body
                        }
                        Words {
                            Layout.fillWidth: true
                            text: screen.a.title
                            font.weight: Font.Bold
                            font.pixelSize: Theme.title
                            wrapMode: Text.Wrap
                            maximumLineCount: 3
                        }
                    }
                }
                Words {
                    Layout.fillWidth: true
                    visible: text !== ""
                    text: screen.a.words
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 4
                }
                Words {
                    Layout.fillWidth: true
                    text: lists.approvers.count === 0 ? qsTr("Nobody who may approve this is known to the kiosk.") : screen.a.anybody ? "" : qsTr("Who approves?")
                    visible: text !== ""
                    color: Theme.muted
                    font.pixelSize: Theme.body
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                }
                Stretch {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: Math.min(needed, Theme.touch)
                    GridLayout {
                        width: parent.width
                        columns: 2
                        columnSpacing: Theme.small
                        rowSpacing: Theme.small
                        uniformCellWidths: true
                        Repeater {
                            model: lists.approvers
                            Tile {
                                required property var row
                                required property int index
                                Layout.fillWidth: true
                                act: "approve_operator"
                                arg: row.id
                                mark: index
                                chosen: screen.a.chosen === row.id
                                picture: "person"
                                size: Theme.body
                                text: row.name
                            }
                        }
                    }
                }
                BigButton {
                    Layout.fillWidth: !Theme.portrait
                    Layout.preferredHeight: Theme.low || Theme.narrow ? Theme.touchMin : Theme.px(80)
                    act: "approve_cancel"
                    picture: "cross"
                    text: qsTr("Cancel")
                }
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: !Theme.portrait
                Layout.preferredWidth: Theme.px(440)
                spacing: Theme.gap

                Rectangle {
                    Layout.fillWidth: true
                    implicitHeight: Theme.px(Theme.low || Theme.narrow ? 76 : 96)
                    radius: Theme.radius
                    color: screen.a.error !== "" || screen.a.wait_s > 0 ? Theme.badSoft : Theme.sunken
                    Words {
                        anchors { fill: parent; margins: Theme.small }
                        visible: screen.a.entered === 0
                        horizontalAlignment: Text.AlignHCenter
                        text: screen.a.wait_s > 0 ? [screen.a.error, qsTr("Wait %1 s.").arg(screen.a.wait_s)].filter(Boolean).join(" ") : screen.a.error !== "" ? screen.a.error : screen.a.chosen === "" ? (screen.a.anybody ? qsTr("Choose your name") : qsTr("Choose who approves")) : qsTr("PIN")
                        strong: screen.a.error !== "" || screen.a.wait_s > 0
                        color: screen.a.error !== "" || screen.a.wait_s > 0 ? Theme.bad : Theme.muted
                        font.pixelSize: Theme.lead
                        wrapMode: Text.Wrap
                        maximumLineCount: 3
                        fontSizeMode: Text.Fit
                        minimumPixelSize: Theme.caption
                    }
                    Row {
                        anchors.centerIn: parent
                        visible: screen.a.entered > 0
                        spacing: Theme.margin
                        Accessible.role: Accessible.StaticText
                        Accessible.name: qsTr("%1 digits typed").arg(screen.a.entered)
                        Repeater {
                            model: screen.a.entered
                            Rectangle {
                                width: Theme.px(24)
                                height: width
                                radius: width / 2
                                color: Theme.text
                            }
                        }
                    }
                }
                Keypad {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: implicitHeight
                    Layout.preferredHeight: Theme.narrow ? implicitHeight : Theme.px(360)
                    offered: screen.a.chosen !== "" && screen.a.wait_s === 0 && !view.busy
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.low || Theme.narrow ? Theme.touch : Theme.px(84)
                    act: "key"
                    arg: "enter"
                    once: true
                    kind: "primary"
                    offered: screen.a.entered > 0 && screen.a.wait_s === 0
                    picture: "check"
                    size: Theme.lead
                    text: qsTr("Approve")
                }
            }
        }
    }
}
