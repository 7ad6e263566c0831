// A customer has chosen; the attendant takes the money: what it costs, very large, and how the attendant goes on.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    spacing: Theme.gap

    SelfHead {
        Layout.fillWidth: true
        title: qsTr("Almost yours")
        words: view.event.name
    }
    Item {
        id: bill
        Layout.fillWidth: true
        Layout.fillHeight: true
        Ticket {
            id: paper
            anchors.fill: parent
            upright: !Theme.portrait ? false : true
            stub: Theme.portrait ? parent.height * 0.3 : parent.width * 0.26
            paper: Theme.gold
            tint: Theme.goldDown
            line: Theme.goldInk
            weight: Theme.px(2)
            round: Theme.px(22)
            notch: Theme.px(16)
        }
        Item {
            anchors { left: parent.left; top: parent.top; margins: Theme.margin * 1.4 }
            width: parent.width - (Theme.portrait ? 0 : paper.stub) - 2.8 * Theme.margin
            height: parent.height - (Theme.portrait ? paper.stub : 0) - 2.8 * Theme.margin
            Words {
                id: please
                width: parent.width
                text: view.attend.title
                strong: true
                color: Theme.goldInk
                font.pixelSize: Theme.low || Theme.narrow ? Theme.title : Theme.heading
                wrapMode: Text.Wrap
                maximumLineCount: 2
            }
            Words {
                anchors { left: parent.left; right: parent.right; top: please.bottom; bottom: sold.top }
                text: view.attend.total
                figures: true
                font.weight: Font.Bold
                font.letterSpacing: -Theme.px(4)
                color: Theme.goldInk
                font.pixelSize: Theme.px(240)
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.heading
            }
            Words {
                id: sold
                anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
                text: Theme.tickets(view.basket.count)
                color: Theme.goldInk
                font.pixelSize: Theme.title
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.body
            }
        }
        Item {
            anchors { right: parent.right; bottom: parent.bottom }
            width: Theme.portrait ? parent.width : paper.stub
            height: Theme.portrait ? paper.stub : parent.height
            Icon {
                anchors.centerIn: parent
                name: "hand"
                size: Math.min(parent.width, parent.height) * 0.5
                color: Theme.goldInk
                weight: 1.3
            }
        }
    }
    GridLayout {
        Layout.fillWidth: true
        columns: Theme.portrait ? 1 : 3
        columnSpacing: Theme.gap
        rowSpacing: Theme.small
        Ring {
            visible: view.attend.back_in_s > 0 && view.attend.back_in_s <= 30
            Layout.alignment: Qt.AlignHCenter
            seconds: view.attend.back_in_s
            of: 30
            ink: Theme.accent
        }
        Words {
            Layout.fillWidth: true
            text: view.attend.words
            color: Theme.muted
            font.pixelSize: Theme.lead
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.caption
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        BigButton {
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.px(440)
            Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(88)
            act: "attendant_here"
            once: true
            kind: "primary"
            picture: "person"
            text: qsTr("Attendant: take payment")
            size: Theme.lead
        }
    }
}
