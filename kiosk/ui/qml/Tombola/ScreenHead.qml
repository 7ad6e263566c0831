// The top of a screen: the way back, and where one is.
import QtQuick

Item {
    id: head
    property string title
    property string words: ""
    property bool way: true
    property string backText: qsTr("Back")

    implicitHeight: Theme.touch

    BigButton {
        id: back
        visible: head.way
        act: "back"
        picture: "back"
        text: head.backText
        height: parent.height
    }
    Column {
        anchors { left: head.way ? back.right : parent.left; leftMargin: head.way ? Theme.margin : 0; right: parent.right; verticalCenter: parent.verticalCenter }
        Words {
            width: parent.width
            text: head.title
            strong: true
            font.pixelSize: Theme.title
        }
        Words {
            width: parent.width
            visible: text !== ""
            text: head.words
            color: Theme.muted
        }
    }
}
