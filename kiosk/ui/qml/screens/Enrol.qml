// The kiosk is nobody yet: the office's address and a one-time code make it one.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.margin
            Brand { size: Theme.title }
            Words {
                Layout.fillWidth: true
                text: qsTr("Set up this kiosk with a one-time code from your office.")
                color: Theme.muted
                wrapMode: Text.Wrap
                maximumLineCount: 2
            }
            Words {
                visible: !Theme.portrait
                text: [view.program.name, view.program.version, view.program.hash].join(" · ")
                color: Theme.muted
                font.pixelSize: Theme.caption
            }
        }

        GridLayout {
            Layout.fillWidth: true
            columns: Theme.portrait ? 1 : 3
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap
            Field {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(Theme.low ? 76 : 92)
                Layout.preferredWidth: Theme.px(520)
                act: "focus"
                arg: "server"
                label: qsTr("Server")
                value: view.enrol.server
                active: view.enrol.focus === "server"
            }
            Field {
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(Theme.low ? 76 : 92)
                Layout.preferredWidth: Theme.px(420)
                act: "focus"
                arg: "code"
                label: qsTr("One-time code")
                value: view.enrol.code
                active: view.enrol.focus === "code"
            }
            BigButton {
                Layout.fillWidth: Theme.portrait
                Layout.preferredWidth: Theme.px(240)
                Layout.preferredHeight: Theme.px(Theme.low ? 76 : 92)
                act: "enrol"
                once: true
                kind: "primary"
                text: view.busy ? qsTr("Setting up…") : qsTr("Set up")
                size: Theme.lead
            }
        }

        Notice {
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.px(Theme.low ? 44 : 56)
            visible: true
            kind: view.enrol.error === "" ? "none" : "bad"
            text: view.enrol.error === "" ? qsTr("This machine: %1").arg(view.enrol.device) : view.enrol.error
        }

        Item { Layout.fillHeight: true; visible: Theme.portrait }

        Keyboard {
            Layout.fillHeight: true
            Layout.minimumHeight: implicitHeight
            Layout.maximumHeight: Theme.px(460)
            Layout.alignment: Qt.AlignHCenter
            Layout.preferredWidth: Math.min(parent.width, Theme.px(1120))
            layout: view.enrol.focus === "server" ? "address" : "code"
            enterText: view.enrol.focus === "server" ? qsTr("Next") : qsTr("Set up")
            offered: !view.busy
        }
    }
}
