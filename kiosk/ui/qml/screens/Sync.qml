// How far the office is, how the kiosk is, and the way to all that is not selling.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property bool whole: view.sync.all_uploaded
    readonly property string kind: whole ? "good" : view.status.network === "refused" ? "bad" : view.sync.uploading ? "accent" : "warn"

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

            Verdict {
                Layout.fillWidth: true
                Layout.fillHeight: !Theme.portrait
                Layout.preferredWidth: Theme.px(480)
                Layout.minimumHeight: implicitHeight
                across: Theme.portrait
                kind: screen.kind
                picture: screen.whole ? "check" : "upload"
                size: Theme.low ? Theme.title : Theme.heading
                mark: Theme.px(Theme.low ? 64 : 110)
                title: screen.whole ? qsTr("Everything is at the office") : view.sync.uploading ? qsTr("Uploading…") : view.status.unsynced === 1 ? qsTr("1 sale is only here") : qsTr("%1 sales are only here", "", view.status.unsynced).arg(Theme.count(view.status.unsynced))
                words: qsTr("Last contact: %1").arg(view.sync.last_contact)

                BigButton {
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.small
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(84)
                    act: "sync_now"
                    once: true
                    kind: "primary"
                    picture: "repeat"
                    size: Theme.lead
                    text: qsTr("Sync now")
                }
            }

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(700)
                Layout.minimumHeight: Theme.px(140)
                Scroll {
                    id: table
                    anchors { fill: parent; margins: Theme.margin; topMargin: Theme.small; bottomMargin: Theme.small }
                    model: lists.rows
                    readonly property bool crowded: contentHeight > height + 1
                    delegate: Line {
                        required property var row
                        required property int index
                        width: table.width - (table.crowded ? Theme.margin : 0)
                        height: Math.max(implicitHeight, Math.min(Theme.px(72), Math.floor(table.height / Math.max(1, table.count))))
                        label: row.label
                        value: row.value
                        rule: index < table.count - 1
                    }
                }
            }
        }

        GridLayout {
            Layout.fillWidth: true
            columns: Theme.portrait ? 2 : 4
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap
            uniformCellWidths: true
            component Way: BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.low ? Theme.touchMin : Theme.px(84)
                size: Theme.body
            }
            Way {
                act: "open_shift"
                offered: view.status.operator !== ""
                picture: "drawer"
                text: qsTr("Shift")
            }
            Way {
                act: "open_messages"
                picture: "message"
                chosen: view.status.messages > 0
                text: view.status.messages > 0 ? qsTr("Messages (%1)").arg(view.status.messages) : qsTr("Messages")
            }
            Way {
                act: "open_diagnostics"
                picture: "pulse"
                text: qsTr("Diagnostics")
            }
            Way {
                act: "open_settings"
                picture: "gear"
                text: qsTr("Settings")
            }
        }
    }
}
