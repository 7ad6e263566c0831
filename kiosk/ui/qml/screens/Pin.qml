// Who sells: choose a name, type the PIN. Program name, version and hash stand here.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin * 2
        rowSpacing: Theme.margin

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(640)
            spacing: Theme.gap

            Brand { size: Theme.heading }
            Words {
                text: qsTr("Who is selling?")
                strong: true
                font.pixelSize: Theme.title
                Layout.topMargin: Theme.small
            }
            GridView {
                id: people
                Layout.fillWidth: true
                Layout.fillHeight: true
                clip: true
                model: lists.operators
                cellWidth: Math.floor(width / 2)
                cellHeight: Theme.touch + Theme.gap
                boundsBehavior: Flickable.StopAtBounds
                delegate: Item {
                    id: person
                    required property var row
                    required property int index
                    width: people.cellWidth
                    height: people.cellHeight
                    BigButton {
                        anchors { fill: parent; rightMargin: Theme.gap; bottomMargin: Theme.gap }
                        act: "choose_operator"
                        arg: person.row.id
                        mark: person.index
                        text: person.row.name
                        picture: "person"
                        chosen: view.pin.chosen === person.row.id
                    }
                }
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.margin
                BigButton {
                    act: "open_sync"
                    picture: "upload"
                    text: qsTr("Status")
                }
                Column {
                    Layout.fillWidth: true
                    Words {
                        width: parent.width
                        text: view.program.name + " " + view.program.version
                        font.pixelSize: Theme.caption
                        color: Theme.muted
                    }
                    Words {
                        width: parent.width
                        text: qsTr("Program hash %1").arg(view.program.hash)
                        font.pixelSize: Theme.caption
                        color: Theme.muted
                        figures: true
                    }
                }
            }
        }

        Card {
            Layout.fillHeight: !Theme.portrait
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.px(480)
            Layout.preferredHeight: Theme.px(600)

            ColumnLayout {
                anchors { fill: parent; margins: Theme.margin }
                spacing: Theme.gap

                Words {
                    Layout.fillWidth: true
                    horizontalAlignment: Text.AlignHCenter
                    text: view.pin.chosen === "" ? qsTr("Choose your name first") : qsTr("Enter your PIN")
                    strong: true
                    font.pixelSize: Theme.lead
                }
                Row {
                    Layout.alignment: Qt.AlignHCenter
                    Layout.preferredHeight: Theme.px(34)
                    spacing: Theme.gap
                    Repeater {
                        model: Math.max(4, view.pin.entered)
                        Rectangle {
                            required property int index
                            width: Theme.px(22)
                            height: width
                            radius: width / 2
                            anchors.verticalCenter: parent.verticalCenter
                            color: index < view.pin.entered ? Theme.accent : Theme.sunken
                            border.width: Theme.hair
                            border.color: index < view.pin.entered ? Theme.accent : Theme.muted
                        }
                    }
                }
                Words {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(48)
                    horizontalAlignment: Text.AlignHCenter
                    text: view.pin.wait_s > 0 ? qsTr("%1 Wait %2 s.").arg(view.pin.error).arg(view.pin.wait_s) : view.pin.error
                    color: Theme.bad
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                }
                Keypad {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    offered: view.pin.chosen !== "" && view.pin.wait_s === 0 && !view.busy
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(84)
                    act: "key"
                    arg: "enter"
                    once: true
                    kind: "primary"
                    offered: view.pin.entered > 0 && view.pin.wait_s === 0
                    text: qsTr("Log on")
                }
            }
        }
    }
}
