// Make an order void: which one, why, and what goes back to the customer.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var v: view.void
    readonly property var pictures: ({ customer: "person", mistake: "repeat", payment: "card", damaged: "ticket" })

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
                Layout.minimumHeight: back.implicitHeight + 2 * Theme.margin
                ColumnLayout {
                    id: back
                    anchors { fill: parent; margins: Theme.margin }
                    spacing: 0
                    Line { Layout.fillWidth: true; label: qsTr("Validation"); value: screen.v.validation }
                    Line { Layout.fillWidth: true; label: qsTr("Numbers"); value: screen.v.numbers; rule: false }
                    Item { Layout.fillHeight: true }
                    Words {
                        Layout.fillWidth: true
                        text: qsTr("Give back to the customer")
                        color: Theme.muted
                        font.pixelSize: Theme.lead
                    }
                    Words {
                        Layout.fillWidth: true
                        text: screen.v.amount
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.hero
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.title
                    }
                    Words {
                        Layout.fillWidth: true
                        visible: text !== ""
                        text: screen.v.back || ""
                        strong: true
                        font.pixelSize: Theme.lead
                        wrapMode: Text.Wrap
                        maximumLineCount: 3
                    }
                }
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: Theme.px(620)
                spacing: Theme.gap
                Words {
                    text: qsTr("Why?")
                    strong: true
                    font.pixelSize: Theme.lead
                }
                Stretch {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: Math.min(needed, Theme.touch)
                    GridLayout {
                        width: parent.width
                        height: Math.min(parent.height, Math.ceil(lists.reasons.count / 2) * Theme.px(150))
                        columns: 2
                        columnSpacing: Theme.gap
                        rowSpacing: Theme.gap
                        uniformCellWidths: true
                        Repeater {
                            model: lists.reasons
                            Tile {
                                required property var row
                                Layout.fillWidth: true
                                Layout.fillHeight: true
                                Layout.minimumHeight: implicitHeight
                                act: "void_reason"
                                arg: row.code
                                text: row.words
                                chosen: screen.v.reason === row.code
                                picture: chosen ? "check" : screen.pictures[row.code] || "question"
                            }
                        }
                    }
                }
                Notice {
                    Layout.fillWidth: true
                    visible: text !== ""
                    kind: screen.v.error !== "" ? "bad" : "accent"
                    picture: screen.v.error !== "" ? "warning" : "shield"
                    text: screen.v.error !== "" ? screen.v.error : screen.v.supervisor === true ? qsTr("A supervisor confirms this.") : ""
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "void_confirm"
                    once: true
                    kind: "danger"
                    picture: "cross"
                    size: Theme.title
                    offered: screen.v.reason !== ""
                    text: qsTr("Make void")
                }
            }
        }
    }
}
