// A ticket whose print nobody can vouch for: the operator looks, and says.
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
                color: Theme.warnSoft
                Icon { anchors.centerIn: parent; name: "printer"; size: Theme.px(48); color: Theme.warn }
            }
            Words {
                Layout.fillWidth: true
                text: view.print_problem.title
                strong: true
                font.pixelSize: Theme.px(48)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.lead
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
                color: Theme.warnSoft
                ColumnLayout {
                    anchors { fill: parent; margins: Theme.margin * 1.4 }
                    spacing: Theme.margin
                    Item { Layout.fillHeight: true }
                    Words {
                        Layout.fillWidth: true
                        text: view.print_problem.reason
                        color: Theme.warn
                        strong: true
                        font.pixelSize: Theme.title
                        lineHeight: 1.05
                        wrapMode: Text.Wrap
                        maximumLineCount: 6
                    }
                    Words {
                        Layout.fillWidth: true
                        text: view.print_problem.what_to_do
                        font.pixelSize: Theme.lead
                        lineHeight: 1.15
                        wrapMode: Text.Wrap
                        maximumLineCount: 6
                    }
                    Item { Layout.fillHeight: true }
                }
            }
            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Column {
                    anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; margins: Theme.margin * 1.4 }
                    spacing: Theme.small
                    Words { text: qsTr("Ticket numbers"); color: Theme.muted }
                    Words {
                        width: parent.width
                        text: view.print_problem.numbers
                        strong: true
                        figures: true
                        font.pixelSize: Theme.heading
                        wrapMode: Text.Wrap
                        maximumLineCount: 4
                    }
                    Words { text: qsTr("Validation number"); color: Theme.muted; topPadding: Theme.margin }
                    Words {
                        width: parent.width
                        text: view.print_problem.validation
                        strong: true
                        figures: true
                        font.pixelSize: Theme.heading
                        font.letterSpacing: Theme.px(1.5)
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.lead
                    }
                }
            }
        }
        GridLayout {
            Layout.fillWidth: true
            columns: Theme.portrait ? 1 : 3
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap
            BigButton {
                visible: view.print_problem.state === "unknown"
                Layout.fillWidth: true
                Layout.preferredWidth: Theme.px(420)
                Layout.preferredHeight: Theme.tall
                act: "print_yes"
                once: true
                kind: "primary"
                picture: "check"
                size: Theme.lead
                text: qsTr("Yes, it is whole")
            }
            BigButton {
                visible: view.print_problem.can_retry
                Layout.fillWidth: true
                Layout.preferredWidth: Theme.px(360)
                Layout.preferredHeight: Theme.tall
                act: "print_retry"
                once: true
                kind: view.print_problem.state === "failed" ? "primary" : "plain"
                picture: "printer"
                size: Theme.lead
                text: view.print_problem.state === "failed" ? qsTr("Print it now") : qsTr("No, print again")
            }
            BigButton {
                Layout.fillWidth: true
                Layout.preferredWidth: Theme.px(360)
                Layout.preferredHeight: Theme.tall
                act: "print_misprint"
                once: true
                kind: "danger"
                picture: "cross"
                size: Theme.lead
                text: qsTr("Misprint: make void")
            }
        }
    }
}
