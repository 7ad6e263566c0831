// The kiosk is coming up.
import QtQuick
import Tombola

Item {
    Column {
        anchors { centerIn: parent; verticalCenterOffset: -Theme.margin }
        width: Math.min(parent.width, Theme.px(680))
        spacing: Theme.margin * 1.4

        Brand { size: Theme.px(84); anchors.horizontalCenter: parent.horizontalCenter }
        Rectangle {
            width: parent.width
            height: Theme.px(16)
            radius: height / 2
            color: Theme.sunken
            border.width: Theme.hair
            border.color: Theme.line
            Accessible.role: Accessible.ProgressBar
            Accessible.name: view.starting.words
            Rectangle {
                width: Math.max(height, parent.width * Math.max(0, Math.min(100, view.starting.progress)) / 100)
                height: parent.height
                radius: height / 2
                color: Theme.accent
            }
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: view.starting.words
            font.pixelSize: Theme.title
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }
        BigButton {
            anchors.horizontalCenter: parent.horizontalCenter
            // Only what waits for the office can be hurried.
            visible: view.starting.progress >= 90
            act: "retry"
            picture: "repeat"
            text: qsTr("Try again now")
        }
    }
    Words {
        anchors { bottom: parent.bottom; horizontalCenter: parent.horizontalCenter }
        width: Math.min(implicitWidth, parent.width)
        text: [view.program.name, view.program.version, view.program.hash].filter(Boolean).join("  ·  ")
        color: Theme.muted
        font.pixelSize: Theme.caption
    }
}
