// The mark, a ticket off the roll, and the name.
import QtQuick

Row {
    id: brand
    property real size: Theme.title
    property color ink: Theme.text
    property bool named: true
    spacing: size * 0.42

    Rectangle {
        width: brand.size * 1.5
        height: width
        radius: width * 0.3
        color: Theme.gold
        anchors.verticalCenter: parent.verticalCenter
        Icon {
            anchors.centerIn: parent
            name: "ticket"
            rotation: -18
            size: brand.size * 1.1
            color: Theme.goldInk
            weight: 2.1
        }
    }
    Words {
        visible: brand.named
        text: "Tombola"
        color: brand.ink
        font.pixelSize: brand.size
        font.weight: Font.Bold
        font.letterSpacing: -brand.size * 0.025
        anchors.verticalCenter: parent.verticalCenter
    }
}
