// A list that shows that it goes on.
import QtQuick

ListView {
    id: list
    readonly property bool more: contentHeight > height + 1

    clip: true
    boundsBehavior: Flickable.StopAtBounds

    ScrollMark { along: list }
}
