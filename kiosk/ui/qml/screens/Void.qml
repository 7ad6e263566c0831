// Make an order void: which one, why, and what goes back to the customer.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            title: qsTr("Make this ticket void")
            words: qsTr("Its numbers leave the draw for good.")
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin
            rowSpacing: Theme.gap

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(560)
                Layout.preferredHeight: Theme.px(360)
                Layout.minimumHeight: Theme.px(300)
                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.2 }
                    spacing: 0
                    Line { Layout.fillWidth: true; label: qsTr("Validation"); value: view.void.validation }
                    Line { Layout.fillWidth: true; label: qsTr("Numbers"); value: view.void.numbers; rule: false }
                    Item { Layout.fillHeight: true }
                    Words {
                        text: qsTr("Give back to the customer")
                        color: Theme.muted
                        font.pixelSize: Theme.lead
                    }
                    Words {
                        Layout.fillWidth: true
                        text: view.void.amount
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.hero
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.title
                    }
                }
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(560)
                spacing: Theme.gap
                Words {
                    text: qsTr("Why?")
                    strong: true
                    font.pixelSize: Theme.lead
                }
                Repeater {
                    model: lists.reasons
                    BigButton {
                        required property var row
                        Layout.fillWidth: true
                        act: "void_reason"
                        arg: row.code
                        text: row.words
                        size: Theme.body
                        chosen: view.void.reason === row.code
                    }
                }
                Item { Layout.fillHeight: true }
                Notice {
                    Layout.fillWidth: true
                    kind: "bad"
                    text: view.void.error
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "void_confirm"
                    once: true
                    kind: "danger"
                    picture: "cross"
                    size: Theme.title
                    offered: view.void.reason !== ""
                    text: qsTr("Make void")
                }
            }
        }
    }
}
