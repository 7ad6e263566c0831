// How every part of the kiosk is, what to do about it, and a trial of each.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property int wrong: view.diagnostics.checks.filter((c) => c.state === "bad" || c.state === "warn").length
    readonly property int unseen: view.diagnostics.checks.filter((c) => c.state === "unknown").length
    readonly property var pictures: ({
        printer: "printer", scanner: "scanner", drawer: "drawer", disk: "disk", clock: "clock",
        network: "network", journal: "book", program: "chip", mirror: "copies"
    })

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap
            ScreenHead {
                Layout.fillWidth: true
                title: qsTr("Diagnostics")
                words: view.diagnostics.running ? qsTr("Checking…") : screen.wrong === 0 ? (screen.unseen > 0 ? qsTr("Nothing is known to be wrong") : qsTr("All is well")) : screen.wrong === 1 ? qsTr("One thing needs you") : qsTr("%1 things need you").arg(screen.wrong)
            }
            BigButton {
                act: "check_all"
                once: true
                kind: "primary"
                implicitHeight: Theme.touch
                offered: !view.diagnostics.running
                picture: "pulse"
                size: Theme.lead
                text: Theme.portrait ? qsTr("Check all") : qsTr("Check everything")
            }
        }

        Stretch {
            Layout.fillWidth: true
            Layout.fillHeight: true
            GridLayout {
                width: parent.width
                height: Math.min(parent.height, Math.ceil(lists.checks.count / columns) * Theme.px(190))
                columns: Math.max(1, Math.floor(width / Theme.px(600)))
                columnSpacing: Theme.gap
                rowSpacing: Theme.small
                uniformCellWidths: true

                Repeater {
                    model: lists.checks
                    Rectangle {
                        id: check
                        required property var row
                        readonly property string kind: ({ ok: "good", warn: "warn", bad: "bad", running: "accent" })[row.state] || "none"
                        readonly property bool loud: kind === "bad" || kind === "warn"
                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        Layout.minimumHeight: implicitHeight
                        implicitHeight: Math.max(Theme.touch, said.implicitHeight) + 2 * Theme.small
                        radius: Theme.radius
                        color: loud ? Theme.wash(kind) : Theme.surface
                        border.width: loud ? 0 : Theme.hair
                        border.color: Theme.line

                        // How far a long check is.
                        Rectangle {
                            visible: check.row.state === "running" && check.row.progress > 0
                            anchors { left: parent.left; bottom: parent.bottom; margins: Theme.px(3) }
                            width: (parent.width - Theme.px(6)) * Math.min(100, check.row.progress || 0) / 100
                            height: Theme.px(6)
                            radius: height / 2
                            color: Theme.accent
                        }
                        RowLayout {
                            anchors { fill: parent; leftMargin: Theme.gap; rightMargin: Theme.small; topMargin: Theme.tiny; bottomMargin: Theme.tiny }
                            spacing: Theme.gap
                            Item {
                                implicitWidth: Theme.px(54)
                                implicitHeight: implicitWidth
                                Icon {
                                    anchors.centerIn: parent
                                    name: screen.pictures[check.row.code] || "chip"
                                    size: Theme.px(40)
                                    color: check.loud ? Theme.ink(check.kind) : Theme.muted
                                }
                                Rectangle {
                                    anchors { right: parent.right; bottom: parent.bottom }
                                    width: Theme.px(27)
                                    height: width
                                    radius: width / 2
                                    color: check.kind === "none" ? Theme.muted : Theme.ink(check.kind)
                                    border.width: Theme.px(2)
                                    border.color: check.color
                                    Icon {
                                        anchors.centerIn: parent
                                        name: ({ ok: "check", warn: "warning", bad: "cross", running: "hourglass" })[check.row.state] || "question"
                                        size: parent.width * 0.66
                                        weight: 3
                                        color: check.color
                                    }
                                }
                            }
                            ColumnLayout {
                                id: said
                                Layout.fillWidth: true
                                spacing: 0
                                Words {
                                    Layout.fillWidth: true
                                    text: check.row.title
                                    strong: true
                                    font.pixelSize: Theme.body
                                }
                                Words {
                                    Layout.fillWidth: true
                                    text: check.row.words
                                    color: check.loud ? Theme.ink(check.kind) : Theme.muted
                                    font.pixelSize: Theme.caption
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 3
                                }
                                Words {
                                    Layout.fillWidth: true
                                    visible: text !== ""
                                    text: check.row.what_to_do
                                    strong: true
                                    font.pixelSize: Theme.caption
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 4
                                }
                            }
                            Tile {
                                centred: true
                                visible: check.row.can_test
                                Layout.preferredWidth: Theme.px(Theme.narrow ? 150 : 190)
                                act: "check"
                                arg: check.row.code
                                offered: check.row.state !== "running"
                                size: Theme.body
                                text: check.row.test_words
                            }
                        }
                    }
                }
            }
        }
    }
}
