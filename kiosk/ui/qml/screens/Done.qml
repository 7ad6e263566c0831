// Sold and printed: hand over ticket and change.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.margin

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.margin
            Rectangle {
                implicitWidth: Theme.px(84)
                implicitHeight: implicitWidth
                radius: width / 2
                color: Theme.goodSoft
                Icon { anchors.centerIn: parent; name: "check"; size: Theme.px(50); color: Theme.good; weight: 2.6 }
            }
            ColumnLayout {
                spacing: 0
                Layout.fillWidth: true
                Words {
                    Layout.fillWidth: true
                    text: qsTr("Sold")
                    strong: true
                    font.pixelSize: Theme.heading
                }
                Words {
                    Layout.fillWidth: true
                    text: (Theme.tickets(view.done.tickets)) + "  ·  " + view.done.total
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                }
            }
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin
            rowSpacing: Theme.margin
            uniformCellWidths: true

            Rectangle {
                Layout.fillWidth: true
                Layout.fillHeight: true
                radius: Theme.radius
                color: Theme.goodSoft
                Words {
                    id: label
                    anchors { left: parent.left; top: parent.top; margins: Theme.margin * 1.4 }
                    text: view.done.change_minor > 0 ? qsTr("Change") : ""
                    strong: true
                    color: Theme.good
                    font.pixelSize: Theme.title
                }
                Words {
                    anchors { left: parent.left; right: parent.right; top: label.bottom; bottom: parent.bottom; margins: Theme.margin * 1.4; topMargin: 0 }
                    horizontalAlignment: Text.AlignHCenter
                    text: view.done.change_words
                    color: Theme.good
                    figures: true
                    font.weight: Font.Bold
                    font.pixelSize: view.done.change_minor > 0 ? Theme.px(170) : Theme.heading
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Theme.title
                }
            }

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.4 }
                    spacing: Theme.small
                    Words { text: qsTr("Ticket numbers"); color: Theme.muted; font.pixelSize: Theme.body }
                    Words {
                        Layout.fillWidth: true
                        text: view.done.numbers
                        strong: true
                        figures: true
                        font.pixelSize: Theme.figure
                        minimumPixelSize: Theme.body
                        fontSizeMode: Text.Fit
                        Layout.fillHeight: true
                        verticalAlignment: Text.AlignTop
                        wrapMode: Text.Wrap
                    }
                    Words { text: qsTr("Validation number"); color: Theme.muted; font.pixelSize: Theme.body }
                    Repeater {
                        model: lists.validation
                        Words {
                            required property string row
                            required property int index
                            visible: index < 3
                            Layout.fillWidth: true
                            text: row
                            strong: true
                            figures: true
                            font.pixelSize: Theme.lead
                            font.letterSpacing: Theme.px(1.5)
                        }
                    }
                    Words {
                        visible: lists.validation.count > 3
                        text: qsTr("and %1 more").arg(lists.validation.count - 3)
                        color: Theme.muted
                    }
                }
            }
        }

        BigButton {
            Layout.fillWidth: true
            act: "next"
            kind: "primary"
            text: qsTr("Next sale")
        }
    }
}
