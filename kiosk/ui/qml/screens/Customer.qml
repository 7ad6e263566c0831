// Who the buyer is, where the event asks: fields, and our own keyboard for what the field in hand takes.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    readonly property var c: view.customer
    // A buyer reads it, or an operator who asks one.
    readonly property bool alone: view.mode === "self_service" && view.status.operator === ""
    readonly property bool digits: c.layout === "digits"
    readonly property var inHand: c.fields.find((field) => field.focus) || { value: "", problem: "", ok: null }
    readonly property string problem: c.error !== "" ? c.error : inHand.problem
    spacing: Theme.gap

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap
        ScreenHead {
            Layout.fillWidth: true
            title: screen.alone ? qsTr("Your details") : qsTr("Customer’s details")
            words: Theme.low || Theme.narrow ? "" : screen.c.required ? qsTr("This event asks for them. They are kept apart from the ticket.")
                : screen.alone ? qsTr("Only if you want to be told of a win.") : qsTr("Only if the customer wants to be told of a win.")
        }
        BigButton {
            visible: screen.c.can_skip
            act: "customer_skip"
            once: true
            text: qsTr("Skip")
            size: Theme.body
        }
        BigButton {
            visible: !Theme.portrait
            act: "customer_next"
            once: true
            kind: "primary"
            picture: "next"
            offered: screen.c.can_continue
            text: qsTr("Continue")
            size: Theme.lead
            Layout.preferredHeight: Theme.touch
        }
    }

    GridLayout {
        Layout.fillWidth: true
        columns: Theme.portrait ? 1 : Math.max(1, lists.fields.count)
        columnSpacing: Theme.gap
        rowSpacing: Theme.small
        uniformCellWidths: true
        Repeater {
            model: lists.fields
            Field {
                id: field
                required property var row
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(Theme.low || Theme.portrait ? 76 : 92)
                act: "focus"
                arg: row.name
                label: row.label
                value: row.value
                active: row.focus
                verdict: row.ok === true ? "good" : row.ok === false ? "bad" : ""
            }
        }
    }

    // What is the matter with what is being typed, said while it is typed.
    Item {
        Layout.fillWidth: true
        implicitHeight: Theme.px(Theme.low ? 26 : 34)
        visible: !Theme.low || screen.problem !== ""
        Icon {
            id: mark
            visible: screen.problem !== ""
            anchors.verticalCenter: parent.verticalCenter
            name: "warning"
            size: Theme.px(24)
            color: Theme.bad
        }
        Words {
            anchors { left: mark.right; right: parent.right; leftMargin: Theme.small; verticalCenter: parent.verticalCenter }
            text: screen.problem
            strong: true
            color: Theme.bad
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(13)
        }
    }

    Item { Layout.fillHeight: true; visible: Theme.portrait }

    Loader {
        active: !screen.digits
        visible: active
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.minimumHeight: 5 * Theme.touchMin
        Layout.maximumHeight: Theme.px(430)
        Layout.maximumWidth: Theme.px(1240)
        Layout.alignment: Qt.AlignHCenter
        sourceComponent: Keyboard {
            layout: screen.c.layout
            value: screen.inHand.value
            enterText: qsTr("Next field")
            offered: !view.busy
        }
    }
    Loader {
        active: screen.digits
        visible: active
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.minimumHeight: 5 * Theme.touchMin
        Layout.maximumHeight: Theme.px(430)
        Layout.maximumWidth: Theme.px(640)
        Layout.alignment: Qt.AlignHCenter
        sourceComponent: Keypad {
            corner: "+"
            clears: true
            offered: !view.busy
        }
    }
    BigButton {
        visible: Theme.portrait
        Layout.fillWidth: true
        act: "customer_next"
        once: true
        kind: "primary"
        picture: "next"
        offered: screen.c.can_continue
        text: qsTr("Continue")
    }
}
