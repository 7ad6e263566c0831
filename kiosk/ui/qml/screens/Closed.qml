// Sales are closed: whether every sale has reached the office.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.margin

        Card {
            id: card
            readonly property string kind: view.closed.all_uploaded ? "good" : "warn"
            Layout.fillWidth: true
            Layout.fillHeight: true

            Column {
                anchors.centerIn: parent
                width: Math.min(parent.width - 4 * Theme.margin, Theme.px(900))
                spacing: Theme.margin
                Rectangle {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: Theme.px(132)
                    height: width
                    radius: width / 2
                    color: Theme.wash(card.kind)
                    Icon {
                        anchors.centerIn: parent
                        name: view.closed.all_uploaded ? "check" : "upload"
                        size: Theme.px(76)
                        weight: 2.2
                        color: Theme.ink(card.kind)
                    }
                }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    text: view.closed.title
                    strong: true
                    font.pixelSize: Theme.figure
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.title
                }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    text: view.closed.words
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
                Notice {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: Math.min(parent.width, Theme.px(680))
                    kind: card.kind
                    picture: view.closed.all_uploaded ? "check" : "upload"
                    text: view.closed.uploaded_words
                }
            }
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap
            uniformCellSizes: true
            BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(84)
                act: "sync_now"
                picture: "repeat"
                text: qsTr("Sync now")
            }
            BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(84)
                act: "open_lookup"
                picture: "search"
                text: Theme.portrait ? qsTr("Look up") : qsTr("Look up a ticket")
            }
            BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(84)
                act: "log_off"
                picture: "exit"
                text: qsTr("Log off")
            }
        }
    }
}
