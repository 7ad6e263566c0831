// A package as a ticket: what one gets on its body, the price on its stub, in the colour of its roll.
// Its type grows with it; the stub is at the right where it is low, below where it is high.
import QtQuick

Touch {
    id: button
    property var row
    property bool scrolls: false

    act: "add"
    arg: row.id
    mark: row.index
    readonly property string amount: Theme.tickets(row.tickets)
    text: qsTr("%1, %2, %3").arg(row.name).arg(amount).arg(row.price)
    offered: row.enabled
    implicitHeight: Theme.px(120)

    readonly property color ink: enabled ? Theme.text : Theme.muted
    readonly property bool upright: height >= Theme.px(156) && width < 2.1 * height
    readonly property real stub: Math.round(upright ? Math.min(height * 0.48, Theme.px(140)) : width * (width < Theme.px(190) ? 0.42 : 0.46))
    readonly property int inset: Theme.px(width < Theme.px(190) ? 10 : 18)

    background: Ticket {
        upright: button.upright
        stub: button.stub
        scrolls: button.scrolls
        paper: !button.enabled ? Theme.sunken : button.down ? Theme.accentSoft : Theme.surface
        tint: !button.enabled ? Theme.sunken : button.down ? Theme.accent : Theme.stub(button.row.index)
        line: button.down ? Theme.accent : Theme.line
        weight: button.down ? Theme.px(3) : Theme.hair
    }

    contentItem: Item {
        Item {
            id: body
            anchors { left: parent.left; top: parent.top; leftMargin: button.inset }
            width: (button.upright ? parent.width : parent.width - button.stub) - 2 * button.inset
            height: button.upright ? parent.height - button.stub : parent.height
            // What is said of it, where there is room to say it.
            readonly property bool told: hint.text !== "" && height >= Theme.px(102) && least.advanceWidth < width - 2
            TextMetrics { id: least; font.family: Theme.family; font.pixelSize: hint.minimumPixelSize; text: hint.text }

            Column {
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter }
                Words {
                    width: parent.width
                    text: button.row.name
                    font.pixelSize: body.width < Theme.px(100) ? Theme.caption : body.height >= Theme.px(150) ? Theme.px(26) : body.height >= Theme.px(88) ? Theme.px(21) : Theme.body
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(11)
                    color: button.ink
                }
                // Where the word has no room, the drawing says what is counted.
                Row {
                    width: parent.width
                    spacing: Theme.tiny
                    Icon {
                        id: sign
                        visible: body.width < Theme.px(100)
                        name: "ticket"
                        size: Theme.px(18)
                        color: button.ink
                        anchors.verticalCenter: parent.verticalCenter
                    }
                    Words {
                        width: parent.width - (sign.visible ? sign.width + parent.spacing : 0)
                        text: sign.visible ? Theme.count(button.row.tickets) : button.amount
                        figures: true
                        strong: true
                        font.pixelSize: sign.visible ? Theme.body : body.height >= Theme.px(150) ? Theme.px(36) : body.height >= Theme.px(104) ? Theme.title : body.height >= Theme.px(88) ? Theme.px(26) : Theme.lead
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(11)
                        color: button.ink
                    }
                }
                Words {
                    id: hint
                    width: parent.width
                    text: button.row.description
                    visible: body.told
                    color: Theme.muted
                    font.pixelSize: Theme.caption
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(12)
                }
            }
        }
        Words {
            anchors { right: parent.right; bottom: parent.bottom; rightMargin: button.inset * (button.upright ? 1 : 0.5) }
            width: (button.upright ? parent.width : button.stub) - button.inset * (button.upright ? 2 : 1.2)
            height: button.upright ? button.stub : parent.height
            horizontalAlignment: Text.AlignHCenter
            text: button.row.price
            color: !button.enabled ? Theme.muted : button.down ? Theme.accentInk : Theme.stubInk
            figures: true
            font.weight: Font.Bold
            font.pixelSize: Theme.px(button.upright ? 62 : 48)
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.px(11)
        }
    }
}
