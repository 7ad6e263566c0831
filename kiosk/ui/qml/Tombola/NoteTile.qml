// A banknote to be touched: a frame, a watermark, and what it is worth.
import QtQuick

Touch {
    id: note
    property bool chosen: false
    property int tintIndex: 2
    property int size: Theme.lead

    implicitHeight: Theme.touch
    implicitWidth: words.implicitWidth + 4 * Theme.gap

    background: Rectangle {
        radius: Theme.px(8)
        color: !note.enabled ? Theme.sunken : note.down ? Theme.accentDown : note.chosen ? Theme.accent : Theme.stub(note.tintIndex)
        border.width: Theme.hair
        border.color: note.chosen ? Theme.accent : Theme.line
        Rectangle {
            anchors { fill: parent; margins: Theme.px(6) }
            radius: Theme.px(4)
            color: "transparent"
            border.width: Theme.hair
            border.color: words.color
            opacity: 0.28
        }
        Rectangle {
            anchors { verticalCenter: parent.verticalCenter; horizontalCenter: parent.horizontalCenter }
            height: parent.height - Theme.px(24)
            width: height
            radius: height / 2
            color: "transparent"
            border.width: Theme.hair
            border.color: words.color
            opacity: 0.18
        }
    }
    contentItem: Item {
        Words {
            id: words
            anchors { fill: parent; leftMargin: Theme.px(12); rightMargin: Theme.px(12) }
            horizontalAlignment: Text.AlignHCenter
            text: note.text
            figures: true
            font.weight: Font.Bold
            font.pixelSize: note.size
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
            color: !note.enabled ? Theme.muted : note.down || note.chosen ? Theme.accentInk : Theme.stubInk
        }
    }
}
