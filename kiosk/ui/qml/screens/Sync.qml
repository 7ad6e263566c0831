// How far the office is, and how the kiosk is.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            title: qsTr("Status")
            words: view.sync.server
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin
            rowSpacing: Theme.gap

            Rectangle {
                id: state
                readonly property string kind: view.sync.all_uploaded ? "good" : view.status.network === "refused" ? "bad" : "warn"
                Layout.fillWidth: true
                Layout.fillHeight: !Theme.portrait
                Layout.preferredWidth: Theme.px(480)
                Layout.preferredHeight: Theme.px(420)
                radius: Theme.radius
                color: Theme.wash(kind)

                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.4 }
                    spacing: Theme.gap
                    Item { Layout.fillHeight: true }
                    Icon {
                        Layout.alignment: Qt.AlignHCenter
                        name: view.sync.all_uploaded ? "check" : "upload"
                        size: Theme.px(112)
                        weight: 1.8
                        color: Theme.ink(state.kind)
                    }
                    Words {
                        Layout.fillWidth: true
                        horizontalAlignment: Text.AlignHCenter
                        text: view.sync.all_uploaded ? qsTr("Everything is at the office") : view.sync.uploading ? qsTr("Uploading…") : view.status.unsynced === 1 ? qsTr("1 sale is only here") : qsTr("%1 sales are only here").arg(Theme.count(view.status.unsynced))
                        strong: true
                        font.pixelSize: Theme.title
                        color: Theme.ink(state.kind)
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                    }
                    Words {
                        Layout.fillWidth: true
                        horizontalAlignment: Text.AlignHCenter
                        text: qsTr("Last contact: %1").arg(view.sync.last_contact)
                        font.pixelSize: Theme.lead
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                    }
                    Item { Layout.fillHeight: true }
                    BigButton {
                        Layout.fillWidth: true
                        Layout.preferredHeight: Theme.px(88)
                        act: "sync_now"
                        once: true
                        kind: "primary"
                        picture: "repeat"
                        size: Theme.lead
                        text: qsTr("Sync now")
                    }
                }
            }

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(700)
                Scroll {
                    id: table
                    anchors { fill: parent; margins: Theme.margin; topMargin: Theme.small; bottomMargin: Theme.small }
                    model: lists.rows
                    readonly property bool crowded: contentHeight > height + 1
                    delegate: Line {
                        required property var row
                        required property int index
                        width: table.width - (table.crowded ? Theme.gap : 0)
                        height: Math.max(implicitHeight, Math.min(Theme.px(72), Math.floor(table.height / Math.max(1, table.count))))
                        label: row.label
                        value: row.value
                        rule: index < table.count - 1
                    }
                }
            }
        }
    }
}
