// A body that fills its place, and scrolls where its place is too low for it.
import QtQuick

Flickable {
    id: stretch
    default property alias body: holder.data
    // What the body needs at least: bind it to the implicitHeight of the layout inside.
    property real needed: holder.children.length > 0 ? holder.children[0].implicitHeight : 0
    readonly property bool crowded: needed > height + 1

    contentWidth: width
    contentHeight: Math.max(height, needed)
    implicitHeight: needed
    interactive: crowded
    clip: crowded
    boundsBehavior: Flickable.StopAtBounds

    Item {
        id: holder
        width: stretch.width - (stretch.crowded ? Theme.margin : 0)
        height: stretch.contentHeight
    }
    ScrollMark { along: stretch }
}
