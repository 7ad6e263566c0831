// Nothing can be sold: whether it is to be waited for, to be seen to, or to be stopped; why, and what to do.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var b: view.blocked
    readonly property string way: b.kind || "act" // wait | act | stop
    // Who may see to it is known only where the journal could be opened.
    readonly property bool open: lists.operators.count > 0
    readonly property string kind: ({ wait: "accent", act: "warn", stop: "bad" })[way] || "warn"

    Stretch {
        anchors.fill: parent
        needed: card.implicitHeight

        Card {
            id: card
            anchors.centerIn: parent
            width: Math.min(parent.width, Theme.px(1060))
            implicitHeight: column.implicitHeight + 3.2 * Theme.margin
            height: implicitHeight
            border.width: Theme.px(3)
            border.color: Theme.ink(screen.kind)

            Rectangle {
                anchors { left: parent.left; top: parent.top; bottom: parent.bottom; margins: Theme.px(3) }
                width: Theme.px(16)
                radius: Theme.radius
                color: Theme.wash(screen.kind)
            }

            ColumnLayout {
                id: column
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: Theme.margin * 2; rightMargin: Theme.margin * 1.6 }
                spacing: Theme.gap

                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.margin
                    Rectangle {
                        implicitWidth: Theme.px(Theme.narrow ? 76 : 104)
                        implicitHeight: implicitWidth
                        radius: width / 2
                        color: Theme.ink(screen.kind)
                        Icon {
                            anchors.centerIn: parent
                            name: ({ wait: "hourglass", act: "warning", stop: "lock" })[screen.way] || "warning"
                            size: parent.width * 0.58
                            color: Theme.surface
                        }
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0
                        Words {
                            Layout.fillWidth: true
                            text: ({ wait: qsTr("Please wait"), act: qsTr("This needs you"), stop: qsTr("Stop") })[screen.way] || ""
                            color: Theme.ink(screen.kind)
                            strong: true
                            font.pixelSize: Theme.lead
                        }
                        Words {
                            Layout.fillWidth: true
                            text: screen.b.title
                            font.weight: Font.Bold
                            font.pixelSize: Theme.px(46)
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.title
                            wrapMode: Text.WordWrap
                            maximumLineCount: 2
                        }
                    }
                }
                Words {
                    Layout.fillWidth: true
                    visible: text !== ""
                    text: screen.b.reason
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 8
                }
                Rectangle {
                    visible: screen.b.what_to_do !== ""
                    Layout.fillWidth: true
                    implicitHeight: todo.implicitHeight + 2 * Theme.gap
                    radius: Theme.radius
                    color: Theme.wash(screen.kind)
                    ColumnLayout {
                        id: todo
                        anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: Theme.margin; rightMargin: Theme.margin }
                        spacing: 0
                        Words {
                            Layout.fillWidth: true
                            text: qsTr("What to do")
                            color: Theme.ink(screen.kind)
                            strong: true
                            font.pixelSize: Theme.body
                        }
                        Words {
                            Layout.fillWidth: true
                            text: screen.b.what_to_do
                            strong: true
                            font.pixelSize: Theme.lead
                            wrapMode: Text.Wrap
                            maximumLineCount: 6
                        }
                    }
                }
                GridLayout {
                    Layout.fillWidth: true
                    columns: Theme.narrow ? 1 : 3
                    columnSpacing: Theme.gap
                    rowSpacing: Theme.gap
                    BigButton {
                        visible: screen.b.can_retry
                        Layout.fillWidth: true
                        Layout.preferredWidth: Theme.px(340)
                        act: "retry"
                        once: true
                        kind: screen.way === "stop" ? "plain" : "primary"
                        picture: "repeat"
                        size: Theme.lead
                        text: screen.way === "wait" ? qsTr("Ask now") : qsTr("Try again")
                        Layout.preferredHeight: Theme.tall
                    }
                    BigButton {
                        visible: screen.open
                        Layout.fillWidth: true
                        Layout.preferredWidth: Theme.px(240)
                        Layout.preferredHeight: Theme.tall
                        act: "open_diagnostics"
                        picture: "pulse"
                        text: qsTr("Diagnostics")
                    }
                    BigButton {
                        visible: screen.open
                        Layout.fillWidth: true
                        Layout.preferredWidth: Theme.px(240)
                        Layout.preferredHeight: Theme.tall
                        act: "open_settings"
                        picture: "gear"
                        text: qsTr("Settings")
                    }
                }
                Words {
                    Layout.alignment: Qt.AlignRight
                    visible: screen.b.code !== ""
                    text: qsTr("Code: %1").arg(screen.b.code)
                    color: Theme.muted
                    font.pixelSize: Theme.caption
                }
            }
        }
    }
}
