// The payment: what is due, by what means, what was given, what goes back.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var p: view.pay
    readonly property bool wide: !Theme.portrait
    readonly property bool cash: p.method !== "card"
    readonly property bool card: p.method !== "cash"
    // Of a part by card the first thing to know is how much.
    readonly property bool unknown: cash && card && !(p.card.amount_minor > 0)
    readonly property bool letters: card && p.focus === "reference"

    component Amount: Item {
        id: line
        property string label
        property string value
        property int size: Theme.px(Theme.low ? 44 : 60)
        Layout.fillWidth: true
        implicitHeight: figure.implicitHeight
        Words {
            id: name
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            width: Math.min(implicitWidth, line.width * 0.45)
            text: line.label
            color: Theme.muted
            font.pixelSize: Theme.lead
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
        }
        Words {
            id: figure
            anchors { left: name.right; leftMargin: Theme.small; right: parent.right; verticalCenter: parent.verticalCenter }
            horizontalAlignment: Text.AlignRight
            text: line.value
            figures: true
            font.weight: Font.Bold
            font.pixelSize: line.size
            font.letterSpacing: -Theme.px(1)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.body
        }
    }

    GridLayout {
        anchors.fill: parent
        columns: screen.wide ? 2 : 1
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        RowLayout {
            Layout.row: 0
            Layout.column: 0
            Layout.columnSpan: screen.wide && screen.letters ? 2 : 1
            Layout.fillWidth: true
            spacing: Theme.gap
            BigButton {
                act: "back"
                picture: "back"
                text: qsTr("Back")
                size: Theme.body
                Layout.preferredHeight: Theme.touchMin
            }
            Words {
                visible: !means.visible
                Layout.fillWidth: true
                text: (view.pay.methods.find((one) => one.selected) || { words: "" }).words
                font.weight: Font.Bold
                font.pixelSize: Theme.title
            }
            Badge {
                visible: screen.p.test
                text: qsTr("TEST")
                kind: "warn"
                size: Theme.body
            }
            // By what means; where there is but one, nothing is asked.
            Row {
                id: means
                readonly property int cell: Math.floor((width - (lists.methods.count - 1) * spacing) / Math.max(1, lists.methods.count))
                Layout.fillWidth: true
                spacing: Theme.tiny
                visible: lists.methods.count > 1
                Repeater {
                    model: lists.methods
                    BigButton {
                        required property var row
                        act: "pay_method"
                        arg: row.code
                        text: row.words
                        picture: means.cell < Theme.px(190) ? "" : row.code === "card" ? "card" : row.code === "split" ? "split" : "cash"
                        chosen: row.selected
                        size: Theme.body
                        offered: !view.busy
                        width: means.cell
                        height: Theme.touchMin
                        Accessible.role: Accessible.RadioButton
                        Accessible.checkable: true
                        Accessible.checked: chosen
                    }
                }
            }
        }

        // Due and given on the ticket's body, what goes back on its stub.
        Item {
            id: bill
            Layout.row: 1
            Layout.column: 0
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: upper.implicitHeight + Theme.px(110)
            readonly property string kind: screen.p.can_complete ? "good" : "warn"

            Ticket {
                id: paper
                anchors.fill: parent
                upright: true
                stub: Math.max(Theme.px(90), bill.height - upper.implicitHeight - 2 * Theme.gap)
                tint: Theme.wash(bill.kind)
            }
            ColumnLayout {
                id: upper
                anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.gap; leftMargin: Theme.margin; rightMargin: Theme.margin }
                spacing: Theme.low ? 0 : Theme.tiny
                // Said before the money is taken: a ticket could not come out.
                Notice {
                    Layout.fillWidth: true
                    kind: "bad"
                    text: view.status.printer_ok !== false || screen.p.test ? ""
                        : qsTr("%1 Put it right before you take money.").arg(view.status.printer.replace(/\.?$/, "."))
                }
                Amount { label: qsTr("To pay"); value: screen.p.due }
                Words {
                    visible: !Theme.low && !screen.card
                    text: Theme.tickets(view.basket.count)
                    color: Theme.muted
                    font.pixelSize: Theme.body
                }
                Rectangle { Layout.fillWidth: true; implicitHeight: Theme.hair; color: Theme.line }
                Amount { visible: screen.cash && !screen.card && !screen.p.test; label: qsTr("Given"); value: screen.p.tendered; size: Theme.px(Theme.low ? 34 : 44) }
                RowLayout {
                    visible: screen.card
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.tiny
                    spacing: Theme.small
                    Field {
                        visible: screen.cash
                        Layout.fillWidth: true
                        act: "focus"
                        arg: "given"
                        label: qsTr("Cash given")
                        value: screen.p.tendered
                        active: screen.p.focus === "given"
                    }
                    Field {
                        Layout.fillWidth: true
                        visible: screen.cash
                        act: "focus"
                        arg: "card"
                        label: qsTr("By card")
                        value: screen.p.card.amount
                        active: screen.p.focus === "card"
                    }
                    Field {
                        Layout.fillWidth: true
                        visible: !screen.unknown
                        act: "focus"
                        arg: "reference"
                        label: screen.cash ? qsTr("Reference") : qsTr("Reference on the terminal’s slip")
                        value: screen.p.card.reference
                        active: screen.p.focus === "reference"
                    }
                }
            }
            Item {
                anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.margin; rightMargin: Theme.margin; topMargin: Theme.small }
                height: paper.stub
                readonly property bool back: screen.cash && screen.p.enough
                Words {
                    id: change
                    anchors { left: parent.left; right: parent.right; top: parent.top; topMargin: Theme.small + Theme.tiny }
                    text: screen.p.method === "card" && !screen.p.can_complete ? qsTr("Let the terminal take %1, then type its reference").arg(screen.p.card.amount)
                        : screen.p.method === "card" ? qsTr("Card paid")
                        : screen.unknown ? qsTr("Type how much the card pays")
                        : !screen.p.can_complete && screen.p.enough ? qsTr("Type the terminal’s reference")
                        : !screen.p.enough ? qsTr("Not enough yet") : screen.p.change_minor > 0 ? qsTr("Change to give back") : ""
                    visible: text !== ""
                    strong: true
                    color: Theme.ink(bill.kind)
                    font.pixelSize: Theme.lead
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(14)
                }
                Words {
                    anchors { left: parent.left; right: parent.right; top: change.visible ? change.bottom : parent.top; bottom: parent.bottom; bottomMargin: Theme.tiny }
                    horizontalAlignment: Text.AlignRight
                    text: screen.p.method === "card" ? screen.p.card.amount : screen.p.enough ? screen.p.change_words : screen.p.tendered
                    figures: true
                    color: Theme.ink(bill.kind)
                    font.weight: Font.Bold
                    font.letterSpacing: -Theme.px(2)
                    font.pixelSize: screen.cash && screen.p.enough && screen.p.change_minor === 0 ? Theme.figure : Theme.px(170)
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Theme.lead
                }
            }
        }

        ColumnLayout {
            Layout.row: screen.wide ? (screen.letters ? 1 : 0) : 2
            Layout.column: screen.wide ? 1 : 0
            Layout.rowSpan: screen.wide && !screen.letters ? 2 : 1
            Layout.fillHeight: screen.wide
            Layout.fillWidth: !screen.wide
            Layout.preferredWidth: screen.letters ? Math.max(10 * Theme.touchMin, Theme.px(Theme.low ? 620 : 740)) : Theme.px(Theme.low ? 440 : 500)
            Layout.preferredHeight: screen.wide ? -1 : Math.round(screen.height * 0.56)
            Layout.minimumHeight: (notes.visible ? notes.implicitHeight + spacing : 0) + (screen.letters ? 5 : 4) * Theme.touchMin + paid.implicitHeight + spacing
            spacing: Theme.small

            GridLayout {
                id: notes
                visible: screen.cash && !screen.letters && !screen.p.test
                Layout.fillWidth: true
                columns: 3
                columnSpacing: Theme.small
                rowSpacing: Theme.small
                uniformCellWidths: true
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.touchMin
                    act: "exact"
                    text: qsTr("Exact")
                    picture: "check"
                    size: Theme.body
                    chosen: screen.p.tendered === screen.p.due && screen.p.method === "cash"
                }
                Repeater {
                    model: lists.notes
                    NoteTile {
                        required property var row
                        required property int index
                        Layout.fillWidth: true
                        Layout.preferredHeight: Theme.touchMin
                        act: "note"
                        arg: row.amount
                        mark: index
                        text: row.label
                        tintIndex: index + 2
                        chosen: screen.p.tendered === row.label && screen.p.tendered !== screen.p.due
                    }
                }
            }
            Keypad {
                id: pad
                Layout.fillWidth: true
                Layout.fillHeight: true
                visible: !screen.letters
                corner: "."
                offered: !view.busy && !screen.p.test
            }
            // What a terminal calls a payment may have letters in it.
            Loader {
                active: screen.letters
                visible: active
                Layout.fillWidth: true
                Layout.fillHeight: true
                sourceComponent: Keyboard {
                    layout: "code"
                    offered: !view.busy
                }
            }
            BigButton {
                id: paid
                Layout.fillWidth: true
                act: "cash"
                once: true
                kind: "primary"
                picture: "check"
                offered: screen.p.can_complete
                text: view.busy ? qsTr("Selling…") : screen.p.complete_words
            }
        }
    }
}
