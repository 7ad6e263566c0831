// The top of a screen: the way back, and where one is.
import QtQuick

Item {
    id: head
    property string title
    property string words: ""
    property bool way: true
    property string backText: qsTr("Back")

    implicitHeight: Math.max(Theme.touch, where.implicitHeight)

    BigButton {
        id: back
        visible: head.way
        act: "back"
        picture: "back"
        text: head.backText
        height: Theme.touch
        anchors.verticalCenter: parent.verticalCenter
    }
    Column {
        id: where
        anchors { left: head.way ? back.right : parent.left; leftMargin: head.way ? Theme.margin : 0; right: parent.right; verticalCenter: parent.verticalCenter }
        Words {
            width: parent.width
            text: head.title
            strong: true
            font.pixelSize: Theme.title
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.body
        }
        Words {
            width: parent.width
            visible: text !== ""
            text: head.words
            color: Theme.muted
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }
    }
}
