// An event: its name, what can be said of it, and what is to be won. The chosen one is lit like a score board.
import QtQuick

Touch {
    id: tab
    property string title
    property string words: ""
    property string prize: ""
    property bool chosen: false
    property bool test: false
    property bool still: false // not to be touched: there is but one
    property int size: Theme.lead

    act: "choose_event"
    offered: !still
    text: [title, words, prize].filter(Boolean).join(", ")
    implicitHeight: Theme.touch

    readonly property color ink: chosen ? (down ? Theme.goldInk : Theme.nightInk) : Theme.text
    readonly property color faint: chosen ? (down ? Theme.goldInk : Theme.nightMuted) : Theme.muted

    background: Rectangle {
        radius: Theme.radius
        color: tab.chosen ? (tab.down ? Theme.gold : Theme.night) : tab.down ? Theme.down : Theme.surface
        border.width: Theme.hair
        border.color: tab.chosen ? (Theme.name === "light" ? Theme.night : Theme.nightLine) : Theme.line
    }
    // The name has a line of its own; below it where it is, and what is to be won.
    contentItem: Item {
        Row {
            id: head
            anchors { left: parent.left; right: parent.right; leftMargin: Theme.gap; rightMargin: Theme.gap }
            y: foot.visible ? parent.height / 2 - height : (parent.height - height) / 2
            spacing: Theme.small
            Badge {
                id: mark
                visible: tab.test
                text: qsTr("TEST")
                kind: "warn"
                size: Theme.px(14)
                anchors.verticalCenter: parent.verticalCenter
            }
            Words {
                id: title
                width: parent.width - (mark.visible ? mark.width + parent.spacing : 0)
                // A name too long for a line gets two, where nothing stands below it.
                readonly property bool long: !foot.visible && least.advanceWidth > width - 2
                text: tab.title
                strong: true
                color: tab.ink
                font.pixelSize: long ? Theme.caption : tab.size
                fontSizeMode: long ? Text.FixedSize : Text.HorizontalFit
                minimumPixelSize: Theme.px(12)
                wrapMode: long ? Text.Wrap : Text.NoWrap
                maximumLineCount: long ? 2 : 1
                lineHeight: long ? 0.95 : 1
                TextMetrics { id: least; font { family: Theme.family; weight: Font.DemiBold; pixelSize: Theme.caption } text: tab.title }
            }
        }
        Item {
            id: foot
            anchors { left: parent.left; right: parent.right; leftMargin: Theme.gap; rightMargin: Theme.gap }
            visible: tab.words !== "" || tab.prize !== ""
            y: parent.height / 2
            height: amount.visible ? amount.implicitHeight : place.implicitHeight
            Words {
                id: place
                anchors { left: parent.left; verticalCenter: parent.verticalCenter }
                width: Math.min(implicitWidth, amount.visible ? amount.x - Theme.small : parent.width)
                visible: text !== "" && (!amount.visible || amount.x - Theme.small >= slight.advanceWidth)
                text: tab.words
                color: tab.faint
                font.pixelSize: Theme.caption
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(13)
                TextMetrics { id: slight; font { family: Theme.family; pixelSize: Theme.px(13) } text: tab.words + " " }
            }
            Words {
                anchors { right: amount.left; rightMargin: Theme.px(6); baseline: amount.baseline }
                visible: amount.visible && tab.chosen && amount.x - implicitWidth - Theme.margin > (place.visible ? place.width : 0)
                text: qsTr("Jackpot")
                color: tab.faint
                font.pixelSize: Theme.px(15)
            }
            Words {
                id: amount
                anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                width: Math.min(implicitWidth, parent.width)
                visible: text !== ""
                text: tab.prize
                color: tab.chosen ? (tab.down ? Theme.goldInk : Theme.gold) : Theme.accent
                figures: true
                font.weight: Font.Bold
                font.pixelSize: tab.chosen ? Theme.px(25) : Theme.body
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(13)
            }
        }
    }
}
