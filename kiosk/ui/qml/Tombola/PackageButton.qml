// A package as a large priced button.
import QtQuick

Touch {
    id: button
    property var row

    act: "add"
    arg: row.id
    mark: row.index
    readonly property string amount: Theme.tickets(row.tickets)
    text: qsTr("%1, %2, %3").arg(row.name).arg(amount).arg(row.price)
    offered: row.enabled
    implicitHeight: Theme.px(120)

    readonly property color ink: enabled ? Theme.text : Theme.muted

    background: Rectangle {
        radius: Theme.radius
        color: !button.enabled ? Theme.sunken : button.down ? Theme.accentSoft : Theme.surface
        border.width: button.down ? Theme.px(3) : Theme.hair
        border.color: button.down ? Theme.accent : Theme.line
    }
    readonly property bool flat: height < Theme.px(132)

    contentItem: Item {
        Words {
            id: name
            anchors { left: parent.left; top: parent.top; leftMargin: Theme.px(18); topMargin: button.flat ? Theme.small : Theme.gap }
            width: (button.flat ? parent.width * 0.55 : parent.width) - 2 * x
            text: button.row.name
            strong: true
            font.pixelSize: Theme.lead
            color: button.ink
        }
        Words {
            id: tickets
            anchors { left: name.left; top: name.bottom; topMargin: Theme.px(1) }
            width: name.width
            text: button.amount
            figures: true
            color: button.ink
        }
        Words {
            anchors { left: name.left; right: name.right; top: tickets.bottom; topMargin: Theme.tiny }
            text: button.row.description
            visible: !button.flat && tickets.y + tickets.height + height < price.y
            color: Theme.muted
            font.pixelSize: Theme.caption
        }
        Words {
            id: price
            anchors { right: parent.right; bottom: parent.bottom; rightMargin: Theme.px(18); bottomMargin: button.flat ? Math.round((parent.height - height) / 2) : Theme.small }
            width: (button.flat ? parent.width * 0.45 : parent.width) - 2 * Theme.px(18)
            horizontalAlignment: Text.AlignRight
            text: button.row.price
            color: button.enabled ? Theme.accent : Theme.muted
            figures: true
            font.weight: Font.Bold
            font.pixelSize: button.flat ? Theme.title : Theme.px(46)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.body
        }
    }
}
