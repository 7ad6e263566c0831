// How far one is down what scrolls, and that it goes on.
import QtQuick

Rectangle {
    required property Flickable along

    parent: along
    visible: along.contentHeight > along.height + 1
    anchors.right: parent.right
    width: Theme.px(8)
    radius: width / 2
    height: Math.max(Theme.px(40), along.height * Math.min(1, along.height / Math.max(1, along.contentHeight)))
    y: (along.height - height) * Math.max(0, Math.min(1, (along.contentY - along.originY) / Math.max(1, along.contentHeight - along.height)))
    color: Theme.muted
}
