// One of the theme's drawings.
import QtQuick
import QtQuick.Shapes

Item {
    id: icon
    property string name
    property color color: Theme.text
    property real size: Theme.px(26)
    property real weight: 2

    implicitWidth: size
    implicitHeight: size

    Shape {
        width: icon.size
        height: icon.size
        anchors.centerIn: parent
        visible: icon.name !== ""

        ShapePath {
            scale: Qt.size(icon.size / 24, icon.size / 24)
            strokeColor: icon.color
            strokeWidth: icon.weight * icon.size / 24
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: icon.name === "" ? "" : Theme.icons[icon.name]
            }
        }
    }
}
