// The sale is made; the printer is at work: the ticket comes out as far as it is.
import QtQuick
import Tombola

Item {
    id: screen
    readonly property var p: view.printing
    readonly property bool ill: view.status.printer_ok === false

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, Theme.px(820))
        spacing: Theme.low ? Theme.gap : Theme.margin

        // A printer and its tongue of paper, longer with each ticket.
        Item {
            id: device
            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.px(Theme.low ? 250 : 330)
            height: slot.height + paper.height - Theme.px(10)
            Ticket {
                id: paper
                anchors { horizontalCenter: parent.horizontalCenter; top: slot.bottom; topMargin: -Theme.px(16) }
                upright: true
                width: parent.width * 0.62
                height: Theme.px(Theme.low ? 110 : 170)
                stub: height * 0.4
                tint: Theme.stub(1)
                Column {
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.gap; topMargin: Theme.margin }
                    spacing: Theme.px(8)
                    Repeater {
                        model: [0.9, 0.6]
                        Rectangle {
                            required property real modelData
                            width: parent.width * modelData
                            height: Theme.px(7)
                            radius: height / 2
                            color: Theme.line
                        }
                    }
                }
                Icon {
                    anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: (paper.stub - height) / 2 }
                    name: "star"
                    size: paper.stub * 0.6
                    color: Theme.stubInk
                    weight: 1.6
                }
            }
            Rectangle {
                id: slot
                width: parent.width
                height: Theme.px(Theme.low ? 76 : 104)
                radius: Theme.px(18)
                color: screen.ill ? Theme.alarm : Theme.night
                border.width: Theme.hair
                border.color: screen.ill ? Theme.alarm : Theme.nightLine
                Icon { anchors { left: parent.left; leftMargin: Theme.margin; verticalCenter: parent.verticalCenter } name: screen.ill ? "warning" : "printer"; size: parent.height * 0.5; color: screen.ill ? Theme.alarmInk : Theme.gold }
                Row {
                    anchors { right: parent.right; rightMargin: Theme.margin; verticalCenter: parent.verticalCenter }
                    spacing: Theme.px(8)
                    Repeater {
                        model: 3
                        Rectangle {
                            required property int index
                            width: Theme.px(14)
                            height: width
                            radius: width / 2
                            color: Theme.gold
                            opacity: 0.25
                            SequentialAnimation on opacity {
                                running: screen.visible && !screen.ill
                                loops: Animation.Infinite
                                PauseAnimation { duration: index * 180 }
                                NumberAnimation { to: 1; duration: 180 }
                                NumberAnimation { to: 0.25; duration: 360 }
                                PauseAnimation { duration: (2 - index) * 180 }
                            }
                        }
                    }
                }
            }
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: screen.p.words
            font.weight: Font.Bold
            font.pixelSize: Theme.low || Theme.narrow ? Theme.heading : Theme.figure
            font.letterSpacing: -Theme.px(1)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.lead
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: screen.p.of > 1 && screen.p.of <= 12
            spacing: Theme.small
            Repeater {
                model: screen.p.of <= 12 ? screen.p.of : 0
                Rectangle {
                    required property int index
                    width: Theme.px(48)
                    height: Theme.px(14)
                    radius: height / 2
                    color: index < screen.p.order_index ? Theme.accent : Theme.sunken
                }
            }
        }
        Notice {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(parent.width, Theme.px(700))
            visible: screen.ill
            kind: "bad"
            text: screen.ill ? screen.p.printer : ""
        }
        Words {
            width: parent.width
            visible: !screen.ill
            horizontalAlignment: Text.AlignHCenter
            text: screen.p.printer
            color: Theme.muted
            font.pixelSize: Theme.lead
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
    }
}
