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
                Layout.minimumHeight: prize.implicitHeight + 2 * Theme.margin
                ColumnLayout {
                    id: prize
                    anchors { fill: parent; margins: Theme.margin }
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
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(84)
                    act: "claim_identity"
                    picture: screen.c.identity_seen ? "check" : "person"
                    chosen: screen.c.identity_seen
                    text: qsTr("I have seen it")
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(Theme.low ? 104 : 130)
                    act: "claim_pay"
                    once: true
                    kind: "primary"
                    picture: "cash"
                    offered: screen.c.can_pay
                    text: qsTr("Pay out %1").arg(screen.c.amount)
                }
            }

            Verdict {
                visible: !screen.asks
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: implicitHeight
                kind: screen.kind
                picture: ({ paid: "cash", refused: "cross", asking: "hourglass" })[screen.c.state] || "warning"
                size: Theme.px(64)
                title: screen.asks ? "" : screen.c.title
                words: screen.asks ? "" : screen.c.words
                hint: screen.asks ? "" : screen.c.hint
            }
        }
    }
}
