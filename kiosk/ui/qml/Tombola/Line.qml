// A label and what it stands for, on one line with a rule below.
import QtQuick
import QtQuick.Layouts

Item {
    id: line
    property string label
    property string value
    property bool rule: true

    implicitHeight: Math.max(name.implicitHeight, what.implicitHeight) + 2 * Theme.small
    implicitWidth: Theme.px(320)

    Words {
        id: name
        anchors { left: parent.left; top: parent.top; topMargin: Theme.small }
        width: parent.width * 0.36
        text: line.label
        color: Theme.muted
    }
    Words {
        id: what
        anchors { right: parent.right; top: parent.top; topMargin: Theme.small }
        width: parent.width * 0.62
        text: line.value
        strong: true
        figures: true
        horizontalAlignment: Text.AlignRight
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }
    Rectangle {
        visible: line.rule
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: Theme.hair
        color: Theme.line
    }
}
