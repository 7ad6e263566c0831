// The top of a page that a customer serves himself at: back, where one is, the languages and the bell.
import QtQuick

Item {
    id: head
    property string title
    property string words: ""
    property bool way: true
    property bool open: false // the languages are shown
    readonly property string spoken: view.language
    readonly property string there: view.screen

    onSpokenChanged: open = false
    onThereChanged: open = false

    implicitHeight: Theme.touchMin

    BigButton {
        id: back
        visible: head.way
        act: "back"
        picture: "back"
        text: Theme.narrow ? "" : qsTr("Back")
        Accessible.name: qsTr("Back")
        size: Theme.body
        height: parent.height
        width: Theme.narrow ? Theme.touchMin : implicitWidth
    }
    Column {
        visible: !head.open
        anchors { left: head.way ? back.right : parent.left; leftMargin: head.way ? Theme.gap : 0; right: tools.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
        Words {
            width: parent.width
            text: head.title
            font.weight: Font.Bold
            font.pixelSize: words.visible ? Theme.title : Theme.lead
            wrapMode: words.visible ? Text.NoWrap : Text.Wrap
            maximumLineCount: words.visible ? 1 : 2
            fontSizeMode: words.visible ? Text.HorizontalFit : Text.FixedSize
            minimumPixelSize: Theme.px(13)
            lineHeight: 0.95
        }
        Words {
            id: words
            width: parent.width
            text: head.words
            color: Theme.muted
            visible: text !== "" && least.advanceWidth < width - 2
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
            TextMetrics { id: least; font { family: Theme.family; pixelSize: Theme.px(13) } text: head.words }
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
        RailButton {
            id: globe
            act: "languages"
            picture: "globe"
            text: (view.languages.find((one) => one.selected) || { name: "" }).name
            height: head.height
            Accessible.name: qsTr("Language: %1").arg(text)
            function go() { head.open = !head.open; }
        }
        RailButton {
            act: "call_attendant"
            picture: "bell"
            offered: !view.attendant.called
            text: view.attendant.called ? qsTr("Called") : qsTr("Help")
            height: head.height
            Accessible.name: view.attendant.called ? qsTr("Help is on its way") : qsTr("Call an attendant")
        }
    }
}
