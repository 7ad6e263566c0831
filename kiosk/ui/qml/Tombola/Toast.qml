// The last message; it goes by itself, or when it is touched.
import QtQuick

Touch {
    id: toast
    readonly property var t: view.toast
    readonly property bool there: t.text !== undefined && t.text !== ""
    readonly property string kind: t.kind === "error" ? "bad" : t.kind === "warn" ? "warn" : "accent"

    act: "dismiss"
    text: there ? t.text : ""
    visible: there
    implicitHeight: Math.max(Theme.touch, words.implicitHeight + 2 * Theme.gap)

    background: Rectangle {
        radius: Theme.radius
        color: toast.down ? Theme.down : Theme.wash(toast.kind)
        border.width: Theme.px(2.5)
        border.color: Theme.ink(toast.kind)
    }
    contentItem: Item {
        Icon {
            id: icon
            anchors { left: parent.left; leftMargin: Theme.margin; verticalCenter: parent.verticalCenter }
            name: toast.kind === "accent" ? "info" : "warning"
            color: Theme.ink(toast.kind)
            size: Theme.px(30)
        }
        Words {
            id: words
            anchors { left: icon.right; leftMargin: Theme.gap; right: away.left; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
            text: toast.text
            strong: true
            color: Theme.ink(toast.kind)
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }
        Icon {
            id: away
            anchors { right: parent.right; rightMargin: Theme.margin; verticalCenter: parent.verticalCenter }
            name: "cross"
            color: Theme.ink(toast.kind)
            size: Theme.px(24)
        }
    }
}
