// The mark and the name.
import QtQuick

Row {
    id: brand
    property real size: Theme.title
    spacing: size * 0.4

    Rectangle {
        width: brand.size * 1.5
        height: width
        radius: width * 0.28
        color: Theme.accent
        anchors.verticalCenter: parent.verticalCenter
        Icon {
            anchors.centerIn: parent
            name: "ticket"
            rotation: -18
            size: brand.size * 1.05
            color: Theme.accentInk
            weight: 2.1
        }
    }
    Words {
        text: "Tombola"
        font.pixelSize: brand.size
        font.weight: Font.Bold
        font.letterSpacing: -brand.size * 0.02
        anchors.verticalCenter: parent.verticalCenter
    }
}
