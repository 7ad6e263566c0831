// A key; its touch area meets its neighbours', only the cap is drawn smaller.
import QtQuick

Touch {
    id: key
    property string picture: ""
    property int size: Theme.title
    property bool soft: false

    act: "key"
    text: arg

    background: Item {
        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.px(3.5)
            radius: Theme.px(10)
            color: key.down ? Theme.down : key.soft ? Theme.sunken : Theme.surface
            border.width: Theme.hair
            border.color: Theme.line
        }
    }
    contentItem: Item {
        Words {
            anchors.centerIn: parent
            visible: key.picture === ""
            text: key.text
            strong: true
            figures: true
            font.pixelSize: key.size
            color: key.enabled ? Theme.text : Theme.muted
        }
        Icon {
            anchors.centerIn: parent
            name: key.picture
            size: key.size * 1.1
            color: key.enabled ? Theme.text : Theme.muted
        }
    }
}
