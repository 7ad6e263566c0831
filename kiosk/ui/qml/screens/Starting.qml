// The kiosk is coming up.
import QtQuick
import Tombola

Item {
    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, Theme.px(620))
        spacing: Theme.margin * 1.6

        Brand { size: Theme.px(76); anchors.horizontalCenter: parent.horizontalCenter }
        Rectangle {
            width: parent.width
            height: Theme.px(12)
            radius: height / 2
            color: Theme.sunken
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
            font.pixelSize: Theme.lead
            wrapMode: Text.Wrap
            maximumLineCount: 2
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
        text: [view.program.name, view.program.version, view.program.hash].filter(Boolean).join("  ·  ")
        color: Theme.muted
        font.pixelSize: Theme.caption
    }
}
