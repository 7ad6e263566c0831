// A prize to pay: the office notes it first, then the money is handed out.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var c: view.claim
    readonly property string kind: ({ paid: "good", refused: "bad", silent: "warn" })[c.state] || "none"
    readonly property bool asks: c.state === "ask"

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            backText: screen.c.state === "silent" || screen.c.state === "asking" ? qsTr("Leave it") : screen.asks ? qsTr("Back") : qsTr("Done")
            title: screen.asks ? screen.c.title : qsTr("Paying a prize")
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin
            rowSpacing: Theme.gap
            uniformCellWidths: true

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: Theme.px(300)
                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.2 }
                    spacing: 0
                    Line { Layout.fillWidth: true; label: qsTr("Prize"); value: screen.c.prize }
                    Line { Layout.fillWidth: true; label: qsTr("Number"); value: screen.c.number }
                    Line { Layout.fillWidth: true; label: qsTr("Validation"); value: screen.c.validation }
                    Line { Layout.fillWidth: true; label: qsTr("Event"); value: screen.c.event; rule: false }
                    Item { Layout.fillHeight: true }
                    Words {
                        Layout.fillWidth: true
                        text: screen.c.amount
                        color: screen.asks || screen.c.state === "paid" ? Theme.text : Theme.muted
                        font.strikeout: screen.c.state === "refused"
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.hero
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.title
                    }
                }
            }

            ColumnLayout {
                visible: screen.asks
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: Theme.gap
                Words {
                    Layout.fillWidth: true
                    text: screen.c.words
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 5
                }
                Item { Layout.fillHeight: true }
                Notice {
                    Layout.fillWidth: true
                    kind: screen.c.identity_seen ? "good" : "warn"
                    text: !screen.c.identity ? "" : screen.c.identity_seen ? qsTr("You have seen an identity document.")
                        : qsTr("For this amount ask the winner for an identity document.")
                }
                BigButton {
                    visible: screen.c.identity
                    Layout.fillWidth: true
                    act: "claim_identity"
                    picture: "check"
                    chosen: screen.c.identity_seen
                    text: qsTr("I have seen it")
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "claim_pay"
                    once: true
                    kind: "primary"
                    offered: screen.c.can_pay
                    text: qsTr("Pay out %1").arg(screen.c.amount)
                }
            }

            Rectangle {
                visible: !screen.asks
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: Theme.px(300)
                radius: Theme.radius
                color: Theme.wash(screen.kind)
                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.4 }
                    spacing: Theme.margin
                    Item { Layout.fillHeight: true }
                    Icon {
                        visible: screen.c.state !== "asking"
                        name: screen.kind === "good" ? "check" : screen.kind === "bad" ? "cross" : "warning"
                        size: Theme.px(72)
                        color: Theme.ink(screen.kind)
                        weight: 2.4
                    }
                    Words {
                        Layout.fillWidth: true
                        text: screen.asks ? "" : screen.c.title
                        color: Theme.ink(screen.kind)
                        strong: true
                        font.pixelSize: Theme.heading
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                    }
                    Words {
                        Layout.fillWidth: true
                        text: screen.asks ? "" : screen.c.words
                        font.pixelSize: Theme.lead
                        lineHeight: 1.1
                        wrapMode: Text.Wrap
                        maximumLineCount: 6
                    }
                    Words {
                        Layout.fillWidth: true
                        visible: text !== ""
                        text: screen.asks ? "" : screen.c.hint
                        strong: true
                        font.pixelSize: Theme.lead
                        wrapMode: Text.Wrap
                        maximumLineCount: 3
                    }
                    Item { Layout.fillHeight: true }
                }
            }
        }
    }
}
