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

            ColumnLayout {
                anchors { fill: parent; margins: Theme.hair }
                spacing: 0

                Item { Layout.fillHeight: true; Layout.preferredHeight: 2; Layout.minimumHeight: Theme.margin }
                Words {
                    Layout.fillWidth: true
                    Layout.leftMargin: Theme.margin
                    Layout.rightMargin: Theme.margin
                    horizontalAlignment: Text.AlignHCenter
                    text: view.closed.title
                    strong: true
                    font.pixelSize: Theme.figure
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.title
                }
                Words {
                    Layout.fillWidth: true
                    Layout.leftMargin: Theme.margin
                    Layout.rightMargin: Theme.margin
                    Layout.topMargin: Theme.small
                    horizontalAlignment: Text.AlignHCenter
                    text: view.closed.words
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
                Item { Layout.fillHeight: true; Layout.preferredHeight: 2; Layout.minimumHeight: Theme.margin }

                // The one thing to know before the kiosk is switched off.
                Rectangle {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredHeight: 8
                    Layout.minimumHeight: uploaded.implicitHeight + 2 * Theme.margin
                    color: Theme.wash(card.kind)
                    radius: Theme.radius
                    Column {
                        id: uploaded
                        anchors.centerIn: parent
                        width: Math.min(parent.width - 2 * Theme.margin, Theme.px(900))
                        spacing: Theme.margin
                        Icon {
                            anchors.horizontalCenter: parent.horizontalCenter
                            name: view.closed.all_uploaded ? "check" : "upload"
                            size: Theme.px(112)
                            weight: 2.2
                            color: Theme.ink(card.kind)
                        }
                        Words {
                            width: parent.width
                            horizontalAlignment: Text.AlignHCenter
                            text: view.closed.uploaded_words
                            color: Theme.ink(card.kind)
                            strong: true
                            font.pixelSize: Theme.title
                            lineHeight: 1.1
                            wrapMode: Text.Wrap
                            maximumLineCount: 4
                        }
                    }
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
