// What is this ticket? By scan, or by its validation number; the answer fills the screen.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var r: view.lookup.result
    readonly property bool found: r.verdict !== undefined
    readonly property bool said: r.office === "said"
    readonly property string known: r.office === "asking" ? qsTr("Asking the office…")
        : said ? (r.known_at || qsTr("The office has answered."))
        : !r.known_at ? ""
        : r.office === "silent" ? qsTr("The office does not answer. As known at %1.").arg(r.known_at)
        : qsTr("Off line. As known at %1.").arg(r.known_at)
    readonly property string kind: ({ genuine: "good", won: "gold", paid: "accent", "void": "bad", forged: "bad" })[r.verdict] || "warn"
    readonly property string picture: ({ genuine: "check", won: "star", paid: "cash", "void": "cross", forged: "warning", lapsed: "hourglass", test: "info", unknown: "question" })[r.verdict] || "question"

    // Nothing is known yet: a keyboard, and where to hold the ticket.
    GridLayout {
        visible: !screen.found
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
                words: qsTr("Scan it, or type its validation number.")
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                Field {
                    Layout.fillWidth: true
                    act: "focus"
                    arg: "lookup"
                    label: qsTr("Validation number")
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
            Item { Layout.fillHeight: true; visible: !Theme.portrait && !Theme.low }
            Keyboard {
                Layout.fillWidth: true
                Layout.fillHeight: !Theme.portrait
                Layout.minimumHeight: implicitHeight
                Layout.preferredHeight: Theme.portrait ? implicitHeight : Theme.px(420)
                Layout.maximumHeight: Theme.px(420)
                layout: "code"
                enterText: qsTr("Look up")
                offered: !view.busy
            }
        }

        Rectangle {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(420)
            radius: Theme.radius
            color: Theme.sunken
            Column {
                anchors.centerIn: parent
                width: parent.width - 2 * Theme.margin
                spacing: Theme.margin
                Icon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    name: view.busy ? "hourglass" : "code"
                    size: Theme.px(120)
                    color: Theme.accent
                    weight: 1.3
                }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    text: view.busy ? qsTr("Looking…") : qsTr("Hold the ticket's square code under the scanner")
                    strong: true
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 4
                }
            }
        }
    }

    // The answer.
    GridLayout {
        visible: screen.found
        anchors.fill: parent
        columns: Theme.portrait || sheet.keys.length === 0 ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(640)
            spacing: Theme.gap
            ScreenHead {
                Layout.fillWidth: true
                title: qsTr("Look up a ticket")
                words: qsTr("The next one can be scanned at once.")
            }
            Stretch {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: Math.min(needed, Theme.px(Theme.narrow ? 240 : 330))
                Verdict {
                    width: parent.width
                    height: parent.height
                    kind: screen.kind
                    picture: screen.picture
                    size: Theme.px(Theme.low ? 64 : 92)
                    title: screen.r.title || ""
                    words: screen.r.words || ""

                    // Who says so.
                    Rectangle {
                        id: source
                        visible: screen.known !== ""
                        Layout.fillWidth: true
                        Layout.topMargin: Theme.small
                        implicitHeight: Math.max(Theme.px(48), origin.implicitHeight + Theme.small)
                        radius: Theme.px(24)
                        color: Theme.surface
                        Icon {
                            id: by
                            anchors { right: origin.left; rightMargin: Theme.small; verticalCenter: parent.verticalCenter }
                            name: screen.said ? "network" : screen.r.office === "asking" ? "hourglass" : "clock"
                            size: Theme.px(26)
                            color: screen.said ? Theme.good : Theme.warn
                        }
                        Words {
                            id: origin
                            anchors { centerIn: parent; horizontalCenterOffset: (by.size + Theme.small) / 2 }
                            width: Math.min(implicitWidth, parent.width - by.size - 3 * Theme.gap)
                            text: screen.known
                            strong: true
                            color: screen.said ? Theme.good : Theme.warn
                            font.pixelSize: Theme.body
                            wrapMode: Text.Wrap
                            maximumLineCount: 3
                        }
                    }
                }
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !Theme.portrait && sheet.keys.length > 0
            Layout.preferredWidth: Theme.px(560)
            spacing: Theme.gap

            Card {
                id: sheet
                readonly property var keys: ["prize", "validation", "numbers", "event", "price", "sold_at"].filter((key) => screen.r[key])
                visible: keys.length > 0
                Layout.fillWidth: true
                Layout.fillHeight: true
                implicitHeight: facts.implicitHeight + 2 * Theme.small
                Layout.minimumHeight: Math.min(implicitHeight, Theme.px(Theme.narrow ? 130 : 200))
                Stretch {
                    anchors { fill: parent; leftMargin: Theme.margin; rightMargin: Theme.gap; topMargin: Theme.small; bottomMargin: Theme.small }
                    ColumnLayout {
                        id: facts
                        width: parent.width
                        height: Math.min(parent.height, sheet.keys.length * Theme.px(84))
                        spacing: 0
                        component Fact: Line {
                            Layout.fillWidth: true
                            Layout.fillHeight: true
                            visible: value !== ""
                        }
                        Fact { label: qsTr("Prize"); value: screen.r.prize || "" }
                        Fact { label: qsTr("Validation"); value: screen.r.validation || "" }
                        Fact { label: qsTr("Numbers"); value: screen.r.numbers || "" }
                        Fact { label: qsTr("Event"); value: screen.r.event || "" }
                        Fact { label: qsTr("Price"); value: screen.r.price || "" }
                        Fact { label: qsTr("Sold"); value: screen.r.sold_at || ""; rule: false }
                    }
                }
            }
            Item { Layout.fillHeight: true; visible: !sheet.visible && !Theme.portrait }

            Repeater {
                model: lists.prizes
                BigButton {
                    required property var row
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "open_claim"
                    arg: row.result
                    once: true
                    kind: "primary"
                    picture: "cash"
                    text: qsTr("Pay out %1").arg(row.amount)
                    detail: lists.prizes.count > 1 ? qsTr("%1, number %2").arg(row.prize).arg(row.number) : ""
                }
            }

            RowLayout {
                visible: lists.prizes.count === 0 && (screen.r.can_reprint === true || screen.r.can_void === true || screen.r.can_counterfoils === true)
                Layout.fillWidth: true
                spacing: Theme.gap
                uniformCellSizes: true
                BigButton {
                    visible: screen.r.can_reprint === true
                    Layout.fillWidth: true
                    act: "reprint"
                    once: true
                    picture: "printer"
                    text: qsTr("Reprint")
                }
                BigButton {
                    visible: screen.r.can_counterfoils === true
                    Layout.fillWidth: true
                    act: "counterfoils"
                    once: true
                    picture: "ticket"
                    text: qsTr("Counterfoils")
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
            BigButton {
                Layout.fillWidth: true
                Layout.preferredHeight: lists.prizes.count > 0 || Theme.low || Theme.narrow ? Theme.touch : Theme.tall
                act: "key"
                arg: "clear"
                kind: lists.prizes.count > 0 ? "plain" : "primary"
                size: Theme.lead
                picture: "search"
                text: qsTr("Another ticket")
            }
        }
    }
}
