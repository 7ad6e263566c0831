// The sale is made; the printer is at work.
import QtQuick
import Tombola

Item {
    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, Theme.px(720))
        spacing: Theme.margin

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.px(190)
            height: width
            radius: width / 2
            color: Theme.accentSoft
            Icon { anchors.centerIn: parent; name: "printer"; size: Theme.px(104); color: Theme.accentSoftInk; weight: 1.5 }
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: view.printing.words
            strong: true
            font.pixelSize: Theme.heading
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: view.printing.of > 1 && view.printing.of <= 12
            spacing: Theme.small
            Repeater {
                model: view.printing.of <= 12 ? view.printing.of : 0
                Rectangle {
                    required property int index
                    width: Theme.px(40)
                    height: Theme.px(12)
                    radius: height / 2
                    color: index < view.printing.order_index ? Theme.accent : Theme.sunken
                }
            }
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: view.printing.printer
            color: Theme.muted
            font.pixelSize: Theme.lead
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
    }
}
