// Who sells: choose a name, type the PIN. Program name, version and hash stand here.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property bool wide: !Theme.portrait

    GridLayout {
        anchors.fill: parent
        columns: screen.wide ? 2 : 1
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.gap

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                BigButton {
                    act: "back"
                    picture: "back"
                    text: qsTr("Back")
                    size: Theme.body
                    Layout.preferredHeight: Theme.touchMin
                }
                Words {
                    Layout.fillWidth: true
                    text: qsTr("Who is selling?")
                    font.weight: Font.Bold
                    font.pixelSize: Theme.low || Theme.narrow ? Theme.title : Theme.heading
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.body
                }
                Brand { size: Theme.lead; visible: !Theme.narrow && !Theme.low }
            }
            Stretch {
                id: people
                readonly property int across: width > Theme.px(400) ? 2 : 1
                readonly property int rows: Math.ceil(lists.operators.count / across)
                readonly property int cellHeight: Theme.touchMin + Theme.px(lists.operators.count > 6 ? 0 : 12)
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: Theme.touch
                needed: rows * (cellHeight + Theme.small)

                Item {
                    id: crowd
                    width: parent.width
                    height: parent.height
                    Repeater {
                        model: lists.operators
                        Touch {
                            id: name
                            required property var row
                            required property int index
                            x: (index % people.across) * (width + Theme.small)
                            y: Math.floor(index / people.across) * (height + Theme.small)
                            width: Math.floor((crowd.width - (people.across - 1) * Theme.small) / people.across)
                            height: people.cellHeight
                            readonly property bool chosen: view.pin.chosen === name.row.id
                            act: "choose_operator"
                            arg: name.row.id
                            mark: name.index
                            text: name.row.name
                            Accessible.role: Accessible.RadioButton
                            Accessible.checkable: true
                            Accessible.checked: chosen
                            background: Rectangle {
                                radius: Theme.radius
                                color: name.chosen ? (name.down ? Theme.accentDown : Theme.accent) : name.down ? Theme.down : Theme.surface
                                border.width: name.chosen ? 0 : Theme.hair
                                border.color: Theme.line
                            }
                            contentItem: Item {
                                Rectangle {
                                    id: face
                                    anchors { left: parent.left; leftMargin: Theme.small; verticalCenter: parent.verticalCenter }
                                    width: Math.min(parent.height - 2 * Theme.small, Theme.px(56))
                                    height: width
                                    radius: width / 2
                                    color: Theme.stub(name.index)
                                    Words {
                                        anchors.centerIn: parent
                                        text: name.row.name.split(/[\s-]+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase()
                                        color: Theme.stubInk
                                        font.weight: Font.Bold
                                        font.pixelSize: parent.width * 0.4
                                    }
                                }
                                Words {
                                    anchors { left: face.right; right: parent.right; leftMargin: Theme.small; rightMargin: Theme.small; verticalCenter: parent.verticalCenter }
                                    text: name.row.name
                                    strong: true
                                    color: name.chosen ? Theme.accentInk : Theme.text
                                    font.pixelSize: Theme.lead
                                    fontSizeMode: Text.HorizontalFit
                                    minimumPixelSize: Theme.px(13)
                                }
                            }
                        }
                    }
                }
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                BigButton {
                    act: "open_sync"
                    picture: "pulse"
                    text: qsTr("Status")
                    size: Theme.body
                    Layout.preferredHeight: Theme.touchMin
                }
                Column {
                    Layout.fillWidth: true
                    Words {
                        width: parent.width
                        text: view.program.name + " " + view.program.version
                        font.pixelSize: Theme.caption
                        color: Theme.muted
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(12)
                    }
                    Words {
                        width: parent.width
                        text: qsTr("Program hash %1").arg(view.program.hash)
                        font.pixelSize: Theme.caption
                        color: Theme.muted
                        figures: true
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(12)
                    }
                }
            }
        }

        Card {
            Layout.fillHeight: screen.wide
            Layout.fillWidth: !screen.wide
            Layout.preferredWidth: Theme.px(Theme.low ? 430 : 480)
            Layout.preferredHeight: screen.wide ? -1 : Math.max(board.implicitHeight + 2 * Theme.gap, Math.round(screen.height * 0.58))

            ColumnLayout {
                id: board
                anchors { fill: parent; margins: Theme.gap; leftMargin: Theme.margin; rightMargin: Theme.margin }
                spacing: Theme.low ? Theme.tiny : Theme.small

                Words {
                    Layout.fillWidth: true
                    horizontalAlignment: Text.AlignHCenter
                    text: view.pin.chosen === "" ? qsTr("Choose your name first") : qsTr("Enter your PIN")
                    strong: true
                    font.pixelSize: Theme.lead
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.caption
                }
                Row {
                    Layout.alignment: Qt.AlignHCenter
                    Layout.preferredHeight: Theme.px(34)
                    spacing: Theme.gap
                    Repeater {
                        model: Math.max(4, view.pin.entered)
                        Rectangle {
                            required property int index
                            width: Theme.px(24)
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
                    Layout.preferredHeight: Theme.px(Theme.low ? 26 : 46)
                    horizontalAlignment: Text.AlignHCenter
                    text: view.pin.wait_s > 0 ? qsTr("%1 Wait %2 s.").arg(view.pin.error).arg(view.pin.wait_s) : view.pin.error
                    color: Theme.bad
                    strong: true
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Theme.px(12)
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                }
                Keypad {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: implicitHeight
                    offered: view.pin.chosen !== "" && view.pin.wait_s === 0 && !view.busy
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.low ? Theme.touchMin : Theme.px(84)
                    act: "key"
                    arg: "enter"
                    once: true
                    kind: "primary"
                    size: Theme.lead
                    offered: view.pin.entered > 0 && view.pin.wait_s === 0
                    text: qsTr("Log on")
                }
            }
        }
    }
}
