// Cash: what is due, what was given, what goes back.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.gap

            ScreenHead {
                Layout.fillWidth: true
                title: qsTr("Cash payment")
                words: Theme.tickets(view.basket.count)
            }

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true

                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin; leftMargin: Theme.margin * 1.5; rightMargin: Theme.margin * 1.5 }
                    spacing: 0

                    component Amount: RowLayout {
                        property string label
                        property string value
                        Layout.fillWidth: true
                        Words {
                            text: parent.label
                            color: Theme.muted
                            font.pixelSize: Theme.lead
                        }
                        Words {
                            Layout.fillWidth: true
                            horizontalAlignment: Text.AlignRight
                            text: parent.value
                            figures: true
                            strong: true
                            font.pixelSize: Theme.figure
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.body
                        }
                    }

                    Amount { label: qsTr("To pay"); value: view.pay.due }
                    Amount { label: qsTr("Given"); value: view.pay.tendered }

                    Rectangle {
                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        Layout.topMargin: Theme.gap
                        radius: Theme.radius
                        color: Theme.wash(view.pay.enough ? "good" : "warn")

                        Words {
                            id: change
                            anchors { left: parent.left; top: parent.top; margins: Theme.margin }
                            text: !view.pay.enough ? qsTr("Not enough yet") : view.pay.change_minor > 0 ? qsTr("Change") : ""
                            strong: true
                            color: Theme.ink(view.pay.enough ? "good" : "warn")
                            font.pixelSize: Theme.title
                        }
                        Words {
                            anchors { left: parent.left; right: parent.right; top: change.bottom; bottom: parent.bottom; margins: Theme.margin; topMargin: 0 }
                            horizontalAlignment: Text.AlignRight
                            text: view.pay.enough ? view.pay.change_words : view.pay.tendered
                            figures: true
                            color: Theme.ink(view.pay.enough ? "good" : "warn")
                            font.weight: Font.Bold
                            font.pixelSize: view.pay.enough && view.pay.change_minor === 0 ? Theme.heading : Theme.px(150)
                            fontSizeMode: Text.Fit
                            minimumPixelSize: Theme.title
                        }
                    }
                }
            }
        }

        ColumnLayout {
            Layout.fillHeight: !Theme.portrait
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.px(500)
            Layout.preferredHeight: Theme.px(640)
            spacing: Theme.gap

            GridLayout {
                Layout.fillWidth: true
                columns: 3
                columnSpacing: Theme.small
                rowSpacing: Theme.small
                uniformCellWidths: true
                BigButton {
                    Layout.fillWidth: true
                    act: "exact"
                    text: qsTr("Exact")
                    chosen: view.pay.tendered === view.pay.due
                }
                Repeater {
                    model: lists.notes
                    BigButton {
                        required property var row
                        required property int index
                        Layout.fillWidth: true
                        act: "note"
                        arg: row.amount
                        mark: index
                        text: row.label
                        chosen: view.pay.tendered === row.label && view.pay.tendered !== view.pay.due
                    }
                }
            }
            Keypad {
                Layout.fillWidth: true
                Layout.fillHeight: true
                corner: "."
                offered: !view.busy
            }
            BigButton {
                Layout.fillWidth: true
                act: "cash"
                once: true
                kind: "primary"
                picture: "check"
                offered: view.pay.enough
                text: view.busy ? qsTr("Selling…") : qsTr("Paid %1").arg(view.pay.due)
            }
        }
    }
}
