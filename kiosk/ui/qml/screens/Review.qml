// A customer looks once more at what he takes, line by line, before he pays.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    spacing: Theme.gap

    SelfHead {
        Layout.fillWidth: true
        title: qsTr("Is this right?")
        words: qsTr("Take one more or one less, or go on and pay.")
    }

    Item {
        id: bill
        Layout.fillWidth: true
        Layout.fillHeight: true
        readonly property int foot: Theme.px(Theme.low ? 84 : 112)
        Ticket {
            anchors.fill: parent
            upright: true
            stub: bill.foot
            tint: Theme.stub(1)
        }
        Scroll {
            id: lines
            anchors { fill: parent; leftMargin: Theme.margin; rightMargin: Theme.margin; topMargin: Theme.small; bottomMargin: bill.foot + Theme.px(12) }
            model: lists.lines
            delegate: Item {
                id: line
                required property var row
                required property int index
                width: lines.width - (lines.more ? Theme.gap : 0)
                height: Theme.touch + Theme.margin

                Column {
                    anchors { left: parent.left; right: price.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                    Words {
                        width: parent.width
                        text: line.row.package
                        strong: true
                        font.pixelSize: Theme.narrow ? Theme.lead : Theme.title
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(14)
                    }
                    Words {
                        width: parent.width
                        text: Theme.tickets(line.row.tickets) + (lists.events.count > 1 ? " · " + line.row.event : "")
                        color: Theme.muted
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                        fontSizeMode: Text.Fit
                        minimumPixelSize: Theme.px(13)
                    }
                }
                Words {
                    id: price
                    anchors { right: steps.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                    width: Theme.px(Theme.narrow ? 100 : 190)
                    horizontalAlignment: Text.AlignRight
                    text: line.row.price
                    figures: true
                    font.weight: Font.Bold
                    font.pixelSize: Theme.narrow ? Theme.lead : Theme.title
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(14)
                }
                Stepper {
                    id: steps
                    anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                    what: line.row.package
                    index: line.row.index
                    amount: line.row.quantity
                }
                Rectangle {
                    anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
                    height: Theme.hair
                    color: Theme.line
                }
            }
        }
        Words {
            id: amount
            anchors { left: parent.left; leftMargin: Theme.margin; bottom: parent.bottom }
            height: bill.foot
            width: Math.min(implicitWidth, parent.width * 0.4)
            text: Theme.tickets(view.basket.count)
            color: Theme.stubInk
            font.pixelSize: Theme.title
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.caption
        }
        Words {
            anchors { left: amount.right; right: parent.right; leftMargin: Theme.gap; rightMargin: Theme.margin; bottom: parent.bottom }
            height: bill.foot
            horizontalAlignment: Text.AlignRight
            text: view.basket.total
            figures: true
            font.weight: Font.Bold
            font.letterSpacing: -Theme.px(2)
            color: Theme.stubInk
            font.pixelSize: Theme.px(Theme.low ? 60 : 84)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.lead
        }
    }
    BigButton {
        Layout.fillWidth: true
        act: "pay"
        once: true
        kind: "primary"
        picture: "next"
        offered: !view.basket.empty
        text: qsTr("Pay %1").arg(view.basket.total)
    }
}
