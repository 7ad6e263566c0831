// A package as a large priced button; its type grows with it.
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
    // Name and price side by side where it is low and wide, one below the other where there is room.
    readonly property bool flat: height < Theme.px(138)
    readonly property bool ample: height >= Theme.px(206) && width >= Theme.px(230)
    readonly property bool tight: flat && width < Theme.px(210)
    readonly property int inset: Theme.px(ample ? 24 : tight ? 12 : 18)

    background: Rectangle {
        radius: Theme.radius
        color: !button.enabled ? Theme.sunken : button.down ? Theme.accentSoft : Theme.surface
        border.width: button.down ? Theme.px(3) : Theme.hair
        border.color: button.down ? Theme.accent : Theme.line
    }

    contentItem: Item {
        Column {
            id: what
            anchors { left: parent.left; top: parent.top; leftMargin: button.inset; topMargin: button.flat ? Math.round((button.height - height) / 2) : Theme.px(button.ample ? 18 : 12) }
            width: parent.width - 2 * button.inset
            readonly property real beside: button.tight ? width * 0.54 : button.flat ? parent.width * 0.56 - 2 * button.inset : width
            spacing: Theme.px(button.ample ? 3 : 1)
            Words {
                width: button.tight ? parent.width : parent.beside
                text: button.row.name
                strong: true
                font.pixelSize: button.ample ? Theme.title : button.tight ? Theme.body : Theme.lead
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.caption
                color: button.ink
            }
            Words {
                width: parent.beside
                text: button.amount
                figures: true
                font.pixelSize: button.ample ? Theme.lead : Theme.body
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(12)
                color: button.ink
            }
            Words {
                width: parent.width
                text: button.row.description
                visible: text !== "" && !button.flat && what.y + y + height < price.y
                color: Theme.muted
                font.pixelSize: button.ample ? Theme.body : Theme.caption
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(14)
            }
        }
        Words {
            id: price
            anchors { right: parent.right; bottom: parent.bottom; rightMargin: button.inset; bottomMargin: button.tight ? what.anchors.topMargin : button.flat ? Math.round((button.height - height) / 2) : Theme.px(button.ample ? 12 : 6) }
            width: button.tight ? what.width * 0.44 : button.flat ? parent.width * 0.44 - button.inset : what.width
            horizontalAlignment: Text.AlignRight
            text: button.row.price
            color: button.enabled ? Theme.accent : Theme.muted
            figures: true
            font.weight: Font.Bold
            font.pixelSize: button.tight ? Theme.body : button.flat ? Theme.title : Theme.px(button.ample ? 60 : 44)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
        }
    }
}
