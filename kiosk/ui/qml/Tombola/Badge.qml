// A word on a wash of its colour.
import QtQuick

Rectangle {
    id: badge
    property string text
    property string kind: "none"
    property string picture: ""
    property int size: Theme.caption

    implicitWidth: row.implicitWidth + 2 * Theme.gap
    implicitHeight: size * 2
    radius: height / 2
    color: Theme.wash(kind)

    Row {
        id: row
        anchors.centerIn: parent
        spacing: Theme.small
        Icon {
            name: badge.picture
            visible: badge.picture !== ""
            size: badge.size * 1.2
            color: Theme.ink(badge.kind)
            anchors.verticalCenter: parent.verticalCenter
        }
        Words {
            text: badge.text
            strong: true
            color: Theme.ink(badge.kind)
            font.pixelSize: badge.size
            anchors.verticalCenter: parent.verticalCenter
        }
    }
}
