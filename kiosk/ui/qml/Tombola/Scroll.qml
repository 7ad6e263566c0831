// A list that shows that it goes on.
import QtQuick
import QtQuick.Controls.Basic

ListView {
    id: list
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    ScrollBar.vertical: ScrollBar {
        policy: list.contentHeight > list.height + 1 ? ScrollBar.AlwaysOn : ScrollBar.AlwaysOff
        width: Theme.px(10)
        contentItem: Rectangle {
            radius: width / 2
            color: Theme.muted
        }
    }
}
