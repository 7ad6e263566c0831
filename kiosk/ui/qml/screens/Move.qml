// Cash that goes into the drawer or out of it without a sale: how much, and what for.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var m: view.move
    readonly property bool out: m.direction === "out"

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            title: screen.m.title
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin
            rowSpacing: Theme.gap

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(660)
                spacing: Theme.gap

                Card {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: Theme.px(130)
                    border.width: Theme.px(3)
                    border.color: Theme.accent
                    RowLayout {
                        anchors { fill: parent; leftMargin: Theme.margin * 1.4; rightMargin: Theme.margin * 1.4 }
                        spacing: Theme.margin
                        Icon {
                            name: screen.out ? "cash_out" : "cash_in"
                            size: Theme.px(76)
                            color: Theme.accent
                            weight: 1.8
                        }
                        Words {
                            Layout.fillWidth: true
                            horizontalAlignment: Text.AlignRight
                            text: screen.m.amount
                            figures: true
                            font.weight: Font.Bold
                            font.pixelSize: Theme.px(88)
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.title
                            color: screen.m.entered === "" ? Theme.muted : Theme.text
                        }
                    }
                }

                Row {
                    visible: screen.m.currencies.length > 1
                    spacing: Theme.small
                    Repeater {
                        model: screen.m.currencies
                        BigButton {
                            required property string modelData
                            act: "move_currency"
                            arg: modelData
                            chosen: screen.m.currency === modelData
                            text: modelData
                        }
                    }
                }

                Words {
                    text: qsTr("What for?")
                    strong: true
                    font.pixelSize: Theme.lead
                }
                Stretch {
                    Layout.fillWidth: true
                    Layout.preferredHeight: needed
                    Layout.maximumHeight: needed
                    Layout.fillHeight: true
                    Layout.minimumHeight: Math.min(needed, Theme.touch)
                    GridLayout {
                        width: parent.width
                        columns: 2
                        columnSpacing: Theme.gap
                        rowSpacing: Theme.gap
                        uniformCellWidths: true
                        Repeater {
                            model: lists.move_reasons
                            Tile {
                                required property var row
                                Layout.fillWidth: true
                                Layout.preferredHeight: Math.max(implicitHeight, Theme.px(84))
                                act: "move_reason"
                                arg: row.code
                                chosen: row.selected
                                picture: row.selected ? "check" : ""
                                text: row.words
                            }
                        }
                    }
                }
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: !Theme.portrait
                Layout.preferredWidth: Theme.px(480)
                spacing: Theme.gap
                Keypad {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: implicitHeight
                    Layout.preferredHeight: Theme.narrow ? implicitHeight : Theme.px(380)
                    Layout.maximumHeight: Theme.px(440)
                    corner: "."
                }
                Notice {
                    Layout.fillWidth: true
                    kind: "bad"
                    text: screen.m.error
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "move_confirm"
                    once: true
                    kind: "primary"
                    offered: screen.m.can_confirm
                    picture: screen.out ? "cash_out" : "cash_in"
                    text: (screen.out ? qsTr("Take out %1") : qsTr("Put in %1")).arg(screen.m.amount)
                }
            }
        }
    }
}
