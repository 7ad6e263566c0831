// What the office has to say; it stays until somebody has read it.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            title: qsTr("Messages from the office")
            words: view.messages.unread === 0 ? "" : view.messages.unread === 1 ? qsTr("One is new") : qsTr("%1 are new").arg(view.messages.unread)
        }

        Verdict {
            visible: lists.messages.count === 0
            Layout.fillWidth: true
            Layout.fillHeight: true
            picture: "message"
            title: qsTr("No messages")
            words: qsTr("What the office sends to this kiosk stands here.")
        }

        Scroll {
            id: letters
            visible: lists.messages.count > 0
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.gap
            model: lists.messages
            delegate: Rectangle {
                id: letter
                required property var row
                width: letters.width - (letters.contentHeight > letters.height + 1 ? Theme.margin : 0)
                height: Math.max(Theme.touch, text.implicitHeight + 2 * Theme.margin)
                radius: Theme.radius
                color: row.unread ? Theme.accentSoft : Theme.surface
                border.width: row.unread ? 0 : Theme.hair
                border.color: Theme.line

                Rectangle {
                    visible: letter.row.unread
                    anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
                    width: Theme.px(10)
                    radius: width / 2
                    color: Theme.accent
                }
                Column {
                    id: text
                    anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: Theme.margin * 1.5; rightMargin: Theme.margin }
                    spacing: Theme.tiny
                    Words {
                        width: parent.width
                        text: letter.row.unread ? qsTr("New · %1").arg(letter.row.at) : letter.row.at
                        strong: letter.row.unread
                        color: letter.row.unread ? Theme.accentSoftInk : Theme.muted
                        font.pixelSize: Theme.caption
                    }
                    Words {
                        width: parent.width
                        text: letter.row.text
                        strong: letter.row.unread
                        font.pixelSize: Theme.lead
                        wrapMode: Text.Wrap
                        maximumLineCount: 40
                    }
                }
            }
        }

        BigButton {
            visible: view.messages.unread > 0 && view.status.operator !== ""
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.tall
            act: "messages_read"
            once: true
            kind: "primary"
            picture: "check"
            text: view.messages.unread === 1 ? qsTr("I have read it") : qsTr("I have read them")
        }
    }
}
