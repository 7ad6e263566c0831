// What is this ticket? By scan, or by what is printed on it.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var r: view.lookup.result
    readonly property bool found: r.verdict !== undefined
    readonly property string known: r.office === "asking" ? qsTr("Asking the office…")
        : r.office === "silent" ? qsTr("The office does not answer: %1").arg(r.known_at) : r.known_at || ""
    readonly property string kind: ({ genuine: "good", won: "good", paid: "accent", "void": "bad", forged: "bad", lapsed: "warn" })[r.verdict] || "warn"

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !Theme.portrait
            Layout.preferredWidth: Theme.px(750)
            spacing: Theme.gap

            ScreenHead {
                Layout.fillWidth: true
                title: qsTr("Look up a ticket")
                words: qsTr("Scan it, or type its validation number or a ticket number.")
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                Field {
                    Layout.fillWidth: true
                    act: "focus"
                    arg: "lookup"
                    label: qsTr("Validation number or ticket number")
                    value: view.lookup.typed
                    active: true
                }
                BigButton {
                    Layout.preferredWidth: Theme.px(190)
                    Layout.preferredHeight: Theme.px(92)
                    act: "look_up"
                    once: true
                    kind: "primary"
                    picture: "search"
                    size: Theme.lead
                    offered: view.lookup.typed !== ""
                    text: qsTr("Look up")
                }
            }
            Item { Layout.fillHeight: !Theme.portrait; visible: !Theme.portrait }
            Keyboard {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.portrait ? implicitHeight : Theme.px(420)
                layout: "code"
                enterText: qsTr("Look up")
                offered: !view.busy
            }
        }

        Card {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(480)

            Column {
                visible: !screen.found
                anchors.centerIn: parent
                width: parent.width - 4 * Theme.margin
                spacing: Theme.margin
                Icon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    name: "scanner"
                    size: Theme.px(110)
                    color: Theme.muted
                    weight: 1.3
                }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    text: view.busy ? qsTr("Looking…") : qsTr("Hold the ticket's square code under the scanner")
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
            }

            ColumnLayout {
                visible: screen.found
                anchors { fill: parent; margins: Theme.hair }
                spacing: 0

                Rectangle {
                    Layout.fillWidth: true
                    implicitHeight: verdict.implicitHeight + 2 * Theme.margin
                    radius: Theme.radius
                    color: Theme.wash(screen.kind)
                    Icon {
                        id: mark
                        anchors { left: parent.left; leftMargin: Theme.margin; verticalCenter: parent.verticalCenter }
                        name: screen.r.verdict === "won" ? "star" : screen.kind === "good" || screen.kind === "accent" ? "check" : screen.kind === "bad" ? "cross" : "warning"
                        size: Theme.px(68)
                        color: Theme.ink(screen.kind)
                        weight: 2.2
                    }
                    Column {
                        id: verdict
                        anchors { left: mark.right; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                        Words {
                            width: parent.width
                            text: screen.r.title || ""
                            strong: true
                            color: Theme.ink(screen.kind)
                            font.pixelSize: Theme.px(34)
                            wrapMode: Text.Wrap
                            maximumLineCount: 2
                        }
                        Words {
                            width: parent.width
                            text: screen.r.words || ""
                            color: Theme.text
                            wrapMode: Text.Wrap
                            maximumLineCount: 4
                        }
                    }
                }

                Flickable {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.leftMargin: Theme.margin
                    Layout.rightMargin: Theme.margin
                    clip: true
                    id: sheet
                    contentHeight: facts.height
                    boundsBehavior: Flickable.StopAtBounds
                    Column {
                        id: facts
                        width: parent.width
                        readonly property int amount: ["prize", "validation", "numbers", "event", "price", "sold_at", "known_at"].filter((key) => screen.r[key]).length
                        component Fact: Line {
                            width: facts.width
                            height: Math.max(implicitHeight, Math.min(Theme.px(76), Math.floor(sheet.height / Math.max(1, facts.amount))))
                            visible: value !== ""
                        }
                        Fact { label: qsTr("Prize"); value: screen.r.prize || "" }
                        Fact { label: qsTr("Validation"); value: screen.r.validation || "" }
                        Fact { label: qsTr("Numbers"); value: screen.r.numbers || "" }
                        Fact { label: qsTr("Event"); value: screen.r.event || "" }
                        Fact { label: qsTr("Price"); value: screen.r.price || "" }
                        Fact { label: qsTr("Sold"); value: screen.r.sold_at || "" }
                        Fact { label: qsTr("Known as of"); value: screen.known; rule: false }
                    }
                }

                Repeater {
                    model: lists.prizes
                    BigButton {
                        required property var row
                        Layout.fillWidth: true
                        Layout.leftMargin: Theme.gap
                        Layout.rightMargin: Theme.gap
                        Layout.topMargin: Theme.gap
                        act: "open_claim"
                        arg: row.result
                        once: true
                        kind: "primary"
                        size: Theme.lead
                        text: qsTr("Pay out %1").arg(row.amount)
                        detail: lists.prizes.count > 1 ? qsTr("%1, number %2").arg(row.prize).arg(row.number) : ""
                    }
                }

                RowLayout {
                    visible: lists.prizes.count === 0 && (screen.r.can_reprint === true || screen.r.can_void === true)
                    Layout.fillWidth: true
                    Layout.margins: Theme.gap
                    spacing: Theme.gap
                    BigButton {
                        visible: screen.r.can_reprint === true
                        Layout.fillWidth: true
                        act: "reprint"
                        once: true
                        picture: "printer"
                        text: qsTr("Reprint")
                    }
                    BigButton {
                        visible: screen.r.can_void === true
                        Layout.fillWidth: true
                        act: "open_void"
                        once: true
                        kind: "danger"
                        picture: "cross"
                        text: qsTr("Make void")
                    }
                }
            }
        }
    }
}
