// Sales are closed: whether every sale has reached the office, and whether the shift is still to close.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var c: view.closed
    readonly property bool shiftOpen: c.can_close_shift === true

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.margin
            Icon {
                name: "lock"
                size: Theme.px(56)
                color: Theme.accent
                weight: 1.8
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0
                Words {
                    Layout.fillWidth: true
                    text: screen.c.title
                    font.weight: Font.Bold
                    font.pixelSize: Theme.heading
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.title
                }
                Words {
                    Layout.fillWidth: true
                    visible: text !== ""
                    text: screen.c.words
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                }
            }
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            // The one thing to know before the kiosk is switched off.
            Verdict {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(680)
                Layout.minimumHeight: implicitHeight
                kind: screen.c.all_uploaded ? "good" : "warn"
                picture: screen.c.all_uploaded ? "check" : "upload"
                size: Theme.px(Theme.low ? 38 : 56)
                mark: Theme.px(Theme.low ? 64 : screen.shiftOpen ? 92 : 130)
                title: screen.c.all_uploaded ? qsTr("All sales uploaded") : screen.c.unsynced === 1 ? qsTr("1 sale is only here") : screen.c.unsynced > 0 ? qsTr("%1 sales are only here", "", screen.c.unsynced).arg(Theme.count(screen.c.unsynced)) : qsTr("Not confirmed yet")
                words: screen.c.uploaded_words
                across: screen.shiftOpen || !!screen.c.shift_words
            }
            Verdict {
                visible: screen.shiftOpen || !!screen.c.shift_words
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(520)
                Layout.minimumHeight: implicitHeight
                kind: "accent"
                picture: "drawer"
                size: Theme.px(Theme.low ? 38 : 56)
                mark: Theme.px(Theme.low ? 64 : screen.shiftOpen ? 92 : 130)
                title: screen.shiftOpen ? qsTr("Close the shift") : qsTr("A shift is open")
                words: screen.c.shift_words || ""
                across: true
                BigButton {
                    visible: screen.shiftOpen
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.small
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.tall
                    act: "close_shift"
                    once: true
                    kind: "primary"
                    picture: "count"
                    size: Theme.lead
                    text: qsTr("Count and close")
                }
            }
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap
            uniformCellSizes: true
            component Way: BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.low ? Theme.touchMin : Theme.px(84)
                size: Theme.body
            }
            Way {
                act: "sync_now"
                once: true
                picture: "repeat"
                text: qsTr("Sync now")
            }
            Way {
                act: "open_lookup"
                picture: "search"
                text: qsTr("Look up")
            }
            Way {
                act: "open_sync"
                picture: "list"
                text: qsTr("Status")
            }
            Way {
                act: "log_off"
                picture: "exit"
                text: qsTr("Log off")
            }
        }
    }
}
