// A label and what it stands for, on one line with a rule below; in the middle of whatever height it is given.
import QtQuick
import QtQuick.Layouts

Item {
    id: line
    property string label
    property string value
    property bool rule: true
    property int size: Theme.body

    implicitHeight: Math.max(name.implicitHeight, what.implicitHeight) + 2 * Theme.small
    implicitWidth: Theme.px(320)

    Words {
        id: name
        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        // What the value leaves of the line.
        width: parent.width - Math.min(what.implicitWidth, parent.width * 0.62) - Theme.small
        text: line.label
        wrapMode: Text.Wrap
        maximumLineCount: 2
        color: Theme.muted
        font.pixelSize: line.size
    }
    Words {
        id: what
        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        width: parent.width * 0.62
        font.pixelSize: line.size
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
