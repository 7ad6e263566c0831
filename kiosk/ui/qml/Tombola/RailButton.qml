// A way to another screen: a drawing and one word below it.
import QtQuick

Touch {
    id: button
    property string picture
    property string badge: ""
    readonly property color ink: !enabled ? Theme.muted : down ? Theme.accentInk : Theme.text

    implicitWidth: Theme.px(98)
    implicitHeight: Theme.touch

    background: Rectangle {
        radius: Theme.radius
        color: button.down ? Theme.accent : Theme.sunken
    }
    contentItem: Item {
        Column {
            anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: Theme.px(3); rightMargin: Theme.px(3) }
            spacing: Theme.px(2)
            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                name: button.picture
                size: Theme.px(28)
                color: button.ink
            }
            Words {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: button.text
                strong: true
                color: button.ink
                font.pixelSize: Theme.px(15)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(11)
            }
        }
        Rectangle {
            visible: button.badge !== ""
            anchors { right: parent.right; top: parent.top; margins: Theme.px(5) }
            height: Theme.px(24)
            width: Math.max(height, count.implicitWidth + Theme.px(12))
            radius: height / 2
            color: Theme.alarm
            Words { id: count; anchors.centerIn: parent; text: button.badge; strong: true; color: Theme.alarmInk; font.pixelSize: Theme.px(15) }
        }
    }
}
