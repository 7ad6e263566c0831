// The top of a page that a customer serves himself at: back, where one is, the languages and the bell.
import QtQuick

Item {
    id: head
    property string title
    property string words: ""
    property bool way: true
    property bool open: false // the languages are shown

    implicitHeight: Theme.touchMin

    BigButton {
        id: back
        visible: head.way
        act: "back"
        picture: "back"
        text: qsTr("Back")
        size: Theme.body
        height: parent.height
        width: Theme.narrow ? Theme.touchMin * 1.5 : implicitWidth
    }
    Column {
        visible: !head.open
        anchors { left: head.way ? back.right : parent.left; leftMargin: head.way ? Theme.gap : 0; right: tools.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
        Words {
            width: parent.width
            text: head.title
            font.weight: Font.Bold
            font.pixelSize: Theme.narrow ? Theme.lead : Theme.title
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
        }
        Words {
            width: parent.width
            visible: text !== "" && !Theme.narrow
            text: head.words
            color: Theme.muted
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(12)
        }
    }
    Languages {
        visible: head.open
        anchors { right: tools.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
        cell: Math.min(Theme.px(170), Math.floor((head.width - tools.width - (head.way ? back.width + Theme.gap : 0) - Theme.gap - 2 * spacing) / 3))
    }
    Row {
        id: tools
        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        spacing: Theme.small
        BigButton {
            id: globe
            act: "languages"
            picture: "globe"
            chosen: head.open
            text: Theme.narrow ? "" : (view.languages.find((one) => one.selected) || { name: "" }).name
            size: Theme.body
            height: head.height
            width: Theme.narrow ? Theme.touchMin : implicitWidth
            Accessible.name: qsTr("Language")
            function go() { head.open = !head.open; }
        }
        BigButton {
            act: "call_attendant"
            picture: "bell"
            offered: !view.attendant.called
            text: Theme.narrow ? "" : view.attendant.called ? qsTr("Help is on its way") : qsTr("Call an attendant")
            size: Theme.body
            height: head.height
            width: Theme.narrow ? Theme.touchMin : implicitWidth
            Accessible.name: qsTr("Call an attendant")
        }
    }
    Connections {
        target: view
        function onValueChanged(key) {
            if (key === "language" || key === "screen")
                head.open = false;
        }
    }
}
