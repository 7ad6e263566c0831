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
        // Drawn once and kept; without a renderer of triangles a drawing would also run over what clips it.
        layer.enabled: true
        layer.smooth: true

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
