// Sold and printed: hand over ticket and change.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var d: view.done
    readonly property bool wide: !Theme.portrait
    property int most: 1
    readonly property int leftS: d.back_in_s
    onLeftSChanged: most = Math.max(leftS, visible ? most : 1)
    onVisibleChanged: most = Math.max(1, leftS)
    Component.onCompleted: most = Math.max(1, leftS)

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap
            Rectangle {
                implicitWidth: Theme.px(Theme.low ? 60 : 84)
                implicitHeight: implicitWidth
                radius: width / 2
                color: Theme.good
                Icon { anchors.centerIn: parent; name: "check"; size: parent.width * 0.6; color: Theme.goodInk; weight: 3 }
            }
            Words {
                text: screen.d.test ? qsTr("Printed") : qsTr("Sold")
                font.weight: Font.Bold
                font.pixelSize: Theme.low ? Theme.heading : Theme.px(52)
            }
            Badge {
                visible: screen.d.test
                text: qsTr("TEST")
                kind: "warn"
                size: Theme.body
            }
            Words {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignRight
                text: Theme.tickets(screen.d.tickets) + (screen.d.test ? "" : "  ·  " + screen.d.total)
                color: Theme.muted
                font.pixelSize: Theme.title
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(12)
            }
        }

        // What goes back at the left, what was sold on the ticket at the right.
        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: screen.wide ? 2 : 1
            columnSpacing: Theme.margin
            rowSpacing: Theme.gap
            uniformCellWidths: screen.wide

            Rectangle {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: 3
                radius: Theme.radius
                color: Theme.goodSoft
                Words {
                    id: label
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.margin }
                    text: qsTr("Change to give back")
                    visible: screen.d.change_minor > 0
                    strong: true
                    color: Theme.good
                    font.pixelSize: Theme.title
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.body
                }
                Words {
                    anchors { left: parent.left; right: parent.right; top: label.visible ? label.bottom : parent.top; bottom: parent.bottom; margins: Theme.margin; topMargin: 0 }
                    horizontalAlignment: Text.AlignHCenter
                    text: screen.d.change_words
                    color: Theme.good
                    figures: true
                    font.weight: Font.Bold
                    font.letterSpacing: screen.d.change_minor > 0 ? -Theme.px(3) : 0
                    font.pixelSize: screen.d.change_minor > 0 ? Theme.px(210) : Theme.figure
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Theme.title
                }
            }

            Item {
                id: sold
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: 4
                Ticket {
                    id: paper
                    anchors.fill: parent
                    upright: true
                    stub: lower.implicitHeight + 2 * Theme.gap
                    tint: Theme.stub(1)
                }
                Words {
                    id: caption
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.margin; topMargin: Theme.gap }
                    text: qsTr("Ticket numbers")
                    color: Theme.muted
                    font.pixelSize: Theme.body
                }
                Words {
                    anchors { left: parent.left; right: parent.right; top: caption.bottom; bottom: parent.bottom; leftMargin: Theme.margin; rightMargin: Theme.margin; bottomMargin: paper.stub + Theme.small; topMargin: Theme.tiny }
                    text: screen.d.numbers
                    figures: true
                    font.weight: Font.Bold
                    font.pixelSize: Theme.px(64)
                    minimumPixelSize: Theme.px(14)
                    fontSizeMode: Text.Fit
                    lineHeight: 1.05
                    verticalAlignment: Text.AlignVCenter
                    wrapMode: Text.Wrap
                }
                ColumnLayout {
                    id: lower
                    anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.margin; bottomMargin: Theme.gap }
                    spacing: 0
                    readonly property int shown: Theme.low || Theme.narrow ? 2 : 3
                    Words {
                        Layout.fillWidth: true
                        text: lists.validation.count > 1 ? qsTr("Validation numbers") : qsTr("Validation number")
                        color: Theme.stubInk
                        font.pixelSize: Theme.caption
                    }
                    Repeater {
                        model: lists.validation
                        Words {
                            required property string row
                            required property int index
                            visible: index < lower.shown
                            Layout.fillWidth: true
                            text: row
                            strong: true
                            figures: true
                            color: Theme.stubInk
                            font.pixelSize: Theme.lead
                            font.letterSpacing: Theme.px(1.5)
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.caption
                        }
                    }
                    Words {
                        visible: lists.validation.count > lower.shown
                        text: qsTr("and %1 more", "", lists.validation.count - lower.shown).arg(lists.validation.count - lower.shown)
                        color: Theme.stubInk
                    }
                }
            }
        }

        BigButton {
            id: next
            Layout.fillWidth: true
            act: "next"
            kind: "primary"
            text: view.mode === "self_service" ? qsTr("Done") : qsTr("Next sale")
            Ring {
                visible: screen.leftS > 0
                anchors { right: parent.right; rightMargin: Theme.margin; verticalCenter: parent.verticalCenter }
                seconds: screen.leftS
                of: screen.most
                ink: Theme.accentInk
            }
        }
    }
}
