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
                implicitWidth: Theme.px(92)
                implicitHeight: implicitWidth
                radius: width / 2
                color: Theme.warnSoft
                Icon { anchors.centerIn: parent; name: "printer"; size: Theme.px(52); color: Theme.warn }
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.tiny
                Words {
                    Layout.fillWidth: true
                    text: view.print_problem.title
                    strong: true
                    font.pixelSize: Theme.heading
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.lead
                }
                Words {
                    Layout.fillWidth: true
                    text: view.print_problem.reason
                    color: Theme.warn
                    strong: true
                    font.pixelSize: Theme.lead
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
            }
        }

        Notice {
            Layout.fillWidth: true
            kind: "accent"
            picture: "info"
            text: view.print_problem.what_to_do
        }

        Card {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Column {
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; margins: Theme.margin * 1.5 }
                spacing: Theme.small
                Words { text: qsTr("Ticket numbers"); color: Theme.muted; font.pixelSize: Theme.caption }
                Words {
                    width: parent.width
                    text: view.print_problem.numbers
                    strong: true
                    figures: true
                    font.pixelSize: Theme.heading
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
                Words { text: qsTr("Validation number"); color: Theme.muted; font.pixelSize: Theme.caption; topPadding: Theme.small }
                Words {
                    width: parent.width
                    text: view.print_problem.validation
                    strong: true
                    figures: true
                    font.pixelSize: Theme.heading
                    font.letterSpacing: Theme.px(1.5)
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
