// A key; its touch area meets its neighbours', only the cap is drawn smaller.
import QtQuick

Touch {
    id: key
    property string picture: ""
    property int size: Theme.title
    property bool soft: false
    property bool spelled: false // several characters, typed one after the other
    property bool lit: false

    act: "key"
    text: arg
    function go() {
        for (const one of spelled ? arg.split("") : [arg])
            journey.act(act, one);
    }

    background: Item {
        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.px(3)
            radius: Theme.px(10)
            color: key.down ? Theme.accent : key.lit ? Theme.accentSoft : key.soft ? Theme.sunken : Theme.surface
            border.width: Theme.hair
            border.color: Theme.line
        }
    }
    contentItem: Item {
        Words {
            anchors { fill: parent; leftMargin: Theme.px(6); rightMargin: Theme.px(6) }
            horizontalAlignment: Text.AlignHCenter
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(12)
            visible: key.picture === ""
            text: key.text
            strong: true
            figures: true
            font.pixelSize: key.size
            color: !key.enabled ? Theme.muted : key.down ? Theme.accentInk : Theme.text
        }
        Icon {
            anchors.centerIn: parent
            name: key.picture
            size: key.size * 1.1
            color: !key.enabled ? Theme.muted : key.down ? Theme.accentInk : Theme.text
        }
    }
}
