// A sentence that stays until its cause is gone.
import QtQuick

Rectangle {
    id: notice
    property string text
    property string kind: "warn"
    property string picture: kind === "good" ? "check" : kind === "none" ? "info" : "warning"

    visible: text !== ""
    radius: Theme.radius
    color: Theme.wash(kind)
    implicitHeight: words.implicitHeight + 2 * Theme.gap
    implicitWidth: Theme.px(320)

    Icon {
        id: icon
        anchors { left: parent.left; leftMargin: Theme.gap; verticalCenter: parent.verticalCenter }
        name: notice.picture
        color: Theme.ink(notice.kind)
        size: Theme.px(28)
    }
    Words {
        id: words
        anchors { left: icon.right; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
        text: notice.text
        color: Theme.ink(notice.kind)
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }
}
