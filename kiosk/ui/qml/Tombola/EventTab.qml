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
    contentItem: Item {
        Column {
            id: what
            anchors { left: parent.left; leftMargin: Theme.gap; right: won.visible ? won.left : parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
            Row {
                width: parent.width
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
                    // A name too long for a line gets two, and the words below it go.
                    readonly property bool long: least.advanceWidth > width - 2
                    text: tab.title
                    strong: true
                    color: tab.ink
                    font.pixelSize: long ? Theme.caption : tab.size
                    fontSizeMode: long ? Text.FixedSize : Text.HorizontalFit
                    minimumPixelSize: Theme.caption
                    wrapMode: long ? Text.Wrap : Text.NoWrap
                    maximumLineCount: long ? 2 : 1
                    lineHeight: 0.95
                    TextMetrics { id: least; font { family: Theme.family; weight: Font.DemiBold; pixelSize: Theme.caption } text: tab.title }
                }
            }
            Words {
                width: parent.width
                visible: text !== "" && !title.long
                text: tab.words
                color: tab.faint
                font.pixelSize: Theme.caption
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(12)
            }
        }
        Column {
            id: won
            visible: tab.prize !== ""
            anchors { right: parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
            width: Math.min(Math.max(label.implicitWidth, amount.implicitWidth), Math.round(tab.width * 0.42))
            Words {
                id: label
                width: parent.width
                visible: tab.height >= Theme.px(60)
                horizontalAlignment: Text.AlignRight
                text: qsTr("Jackpot")
                color: tab.faint
                font.pixelSize: Theme.px(14)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(11)
            }
            Words {
                id: amount
                width: parent.width
                horizontalAlignment: Text.AlignRight
                text: tab.prize
                color: tab.chosen ? (tab.down ? Theme.goldInk : Theme.gold) : Theme.accent
                figures: true
                font.weight: Font.Bold
                font.pixelSize: tab.chosen ? Math.round(tab.size * 1.25) : tab.size
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(13)
            }
        }
    }
}
