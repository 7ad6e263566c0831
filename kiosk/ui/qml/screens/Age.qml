// May the buyer buy: the age in figures, and two answers that cannot be mistaken for one another.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    spacing: Theme.gap

    Item {
        Layout.fillWidth: true
        Layout.fillHeight: true
        GridLayout {
            anchors.centerIn: parent
            width: Math.min(parent.width, Theme.px(1050))
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.margin * 2
            rowSpacing: Theme.margin
            Rectangle {
                Layout.alignment: Qt.AlignHCenter
                implicitWidth: Theme.px(Theme.low ? 190 : 280)
                implicitHeight: implicitWidth
                radius: width / 2
                color: Theme.warnSoft
                border.width: Theme.px(12)
                border.color: Theme.bad
                Words {
                    anchors.centerIn: parent
                    text: view.age.years + "+"
                    font.weight: Font.Bold
                    font.pixelSize: parent.width * 0.4
                    font.letterSpacing: -Theme.px(3)
                    color: Theme.text
                }
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                Words {
                    Layout.fillWidth: true
                    text: view.age.title
                    font.weight: Font.Bold
                    font.pixelSize: Theme.low || Theme.narrow ? Theme.heading : Theme.figure
                    font.letterSpacing: -Theme.px(1)
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                    horizontalAlignment: Theme.portrait ? Text.AlignHCenter : Text.AlignLeft
                }
                Words {
                    Layout.fillWidth: true
                    text: view.age.words
                    color: Theme.muted
                    font.pixelSize: Theme.lead
                    lineHeight: 1.1
                    wrapMode: Text.Wrap
                    maximumLineCount: 5
                    horizontalAlignment: Theme.portrait ? Text.AlignHCenter : Text.AlignLeft
                }
            }
        }
    }
    GridLayout {
        Layout.fillWidth: true
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap
        uniformCellWidths: true
        BigButton {
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.tall
            act: "age_no"
            once: true
            kind: "danger"
            picture: "cross"
            text: qsTr("No, back to the basket")
        }
        BigButton {
            Layout.fillWidth: true
            act: "age_yes"
            once: true
            kind: "primary"
            picture: "check"
            text: qsTr("Yes, %1 or older").arg(view.age.years)
        }
    }
}
