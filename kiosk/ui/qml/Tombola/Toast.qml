// The last message, in the strip's second line; it goes by itself, or when it is touched.
import QtQuick

Touch {
    id: toast
    readonly property var t: view.toast
    readonly property bool there: t.text !== undefined && t.text !== ""
    readonly property string kind: t.kind === "error" ? "bad" : t.kind === "warn" ? "warn" : "accent"
    // The line is lower than a finger: what is touched reaches up over the strip, what is seen does not.
    property real line

    act: "dismiss"
    text: there ? t.text : ""
    visible: there
    height: Math.max(Theme.touch, line)
    topInset: height - line

    background: Rectangle {
        radius: Theme.px(10)
        color: toast.down ? Theme.down : Theme.wash(toast.kind)
        border.width: Theme.px(2)
        border.color: Theme.ink(toast.kind)
    }
    contentItem: Item {
        Item {
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            height: toast.line
            Icon {
                id: icon
                anchors { left: parent.left; leftMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                name: toast.kind === "accent" ? "info" : "warning"
                color: Theme.ink(toast.kind)
                size: Theme.px(26)
            }
            Words {
                anchors { left: icon.right; leftMargin: Theme.small; right: away.left; rightMargin: Theme.small; top: parent.top; bottom: parent.bottom; margins: Theme.px(2) }
                text: toast.text
                strong: true
                color: Theme.ink(toast.kind)
                font.pixelSize: Theme.body
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.px(11)
                wrapMode: Text.Wrap
                maximumLineCount: 3
                lineHeight: 0.95
            }
            Icon {
                id: away
                anchors { right: parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                name: "cross"
                color: Theme.ink(toast.kind)
                size: Theme.px(22)
            }
        }
    }
}
