// A ticket, or its counterfoils, whose print nobody can vouch for: the operator looks, and says.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    readonly property var p: view.print_problem
    readonly property bool failed: p.state === "failed"
    spacing: Theme.gap

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap
        Rectangle {
            implicitWidth: Theme.px(Theme.low ? 60 : 84)
            implicitHeight: implicitWidth
            radius: width / 2
            color: Theme.caution
            Icon { anchors.centerIn: parent; name: screen.failed ? "warning" : "question"; size: parent.width * 0.6; color: Theme.cautionInk; weight: 2.4 }
        }
        Words {
            Layout.fillWidth: true
            text: screen.p.title
            font.weight: Font.Bold
            font.pixelSize: Theme.low ? Theme.heading : Theme.px(52)
            font.letterSpacing: -Theme.px(1)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.lead
        }
    }

    GridLayout {
        Layout.fillWidth: true
        Layout.fillHeight: true
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap
        uniformCellWidths: true

        Rectangle {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: 1
            radius: Theme.radius
            color: Theme.warnSoft
            Column {
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; margins: Theme.margin }
                spacing: Theme.gap
                Words {
                    width: parent.width
                    text: screen.p.reason
                    color: Theme.warn
                    strong: true
                    font.pixelSize: Theme.low ? Theme.lead : Theme.title
                    lineHeight: 1.05
                    wrapMode: Text.Wrap
                    maximumLineCount: 5
                }
                Words {
                    width: parent.width
                    text: screen.p.what_to_do
                    font.pixelSize: Theme.low ? Theme.body : Theme.lead
                    lineHeight: 1.1
                    wrapMode: Text.Wrap
                    maximumLineCount: 6
                }
                // What the buyer waits for besides the ticket.
                Words {
                    width: parent.width
                    visible: text !== ""
                    text: screen.p.change || ""
                    figures: true
                    font.weight: Font.Bold
                    font.pixelSize: Theme.low ? Theme.title : Theme.heading
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.lead
                }
            }
        }
        // The ticket that is asked about.
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: 1
            Ticket {
                id: paper
                anchors.fill: parent
                upright: true
                stub: Math.max(parent.height * 0.4, check.implicitHeight + proof.implicitHeight + 2 * Theme.gap)
                tint: Theme.stub(1)
            }
            Words {
                id: caption
                anchors { left: parent.left; top: parent.top; margins: Theme.margin; topMargin: Theme.gap }
                text: qsTr("Ticket numbers")
                color: Theme.muted
            }
            Words {
                anchors { left: parent.left; right: parent.right; top: caption.bottom; bottom: parent.bottom; leftMargin: Theme.margin; rightMargin: Theme.margin; bottomMargin: paper.stub + Theme.small }
                text: screen.p.numbers
                figures: true
                font.weight: Font.Bold
                font.pixelSize: Theme.figure
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.px(14)
                wrapMode: Text.Wrap
            }
            Column {
                anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.margin; rightMargin: Theme.margin; bottomMargin: (paper.stub - height) / 2 }
                Words { id: check; text: qsTr("Validation number"); color: Theme.stubInk; font.pixelSize: Theme.caption }
                Words {
                    id: proof
                    width: parent.width
                    text: screen.p.validation
                    font.weight: Font.Bold
                    figures: true
                    color: Theme.stubInk
                    font.pixelSize: Theme.low ? Theme.title : Theme.heading
                    font.letterSpacing: Theme.px(1.5)
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.body
                }
            }
        }
    }
    GridLayout {
        Layout.fillWidth: true
        columns: Theme.portrait ? 1 : 3
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap
        component Answer: BigButton {
            Layout.fillWidth: true
            Layout.preferredWidth: Theme.px(380)
            Layout.preferredHeight: Theme.portrait && Theme.narrow ? Theme.touch : Theme.tall
            once: true
            size: Theme.lead
        }
        Answer {
            visible: screen.p.state === "unknown"
            act: "print_yes"
            kind: "primary"
            picture: "check"
            text: screen.p.yes_words
        }
        Answer {
            visible: screen.p.can_retry
            act: "print_retry"
            kind: screen.failed ? "primary" : "plain"
            picture: "printer"
            text: screen.p.retry_words
        }
        Answer {
            act: "print_misprint"
            kind: screen.p.what === "counterfoils" ? "plain" : "danger"
            picture: screen.p.what === "counterfoils" ? "clock" : "cross"
            text: screen.p.give_up_words
        }
    }
}
