// Nothing can be sold until somebody acts: what is the matter, and what to do.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    Card {
        anchors.centerIn: parent
        width: Math.min(parent.width, Theme.px(900))
        height: Math.min(parent.height, column.implicitHeight + 4 * Theme.margin)
        border.color: Theme.bad

        ColumnLayout {
            id: column
            anchors { fill: parent; margins: Theme.margin * 2 }
            spacing: Theme.margin

            RowLayout {
                spacing: Theme.margin
                Rectangle {
                    implicitWidth: Theme.px(84)
                    implicitHeight: implicitWidth
                    radius: width / 2
                    color: Theme.badSoft
                    Icon { anchors.centerIn: parent; name: "lock"; size: Theme.px(46); color: Theme.bad }
                }
                Words {
                    text: view.blocked.title
                    strong: true
                    font.pixelSize: Theme.heading
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                    Layout.fillWidth: true
                }
            }
            Words {
                text: view.blocked.reason
                font.pixelSize: Theme.lead
                wrapMode: Text.Wrap
                maximumLineCount: 5
                Layout.fillWidth: true
            }
            Notice {
                Layout.fillWidth: true
                kind: "accent"
                picture: "info"
                text: view.blocked.what_to_do
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.margin
                BigButton {
                    visible: view.blocked.can_retry
                    act: "retry"
                    once: true
                    kind: "primary"
                    picture: "repeat"
                    text: qsTr("Try again")
                    Layout.preferredWidth: Theme.px(340)
                }
                Item { Layout.fillWidth: true }
                Words {
                    text: qsTr("Code: %1").arg(view.blocked.code)
                    color: Theme.muted
                    font.pixelSize: Theme.caption
                }
            }
        }
    }
}
