// Seconds that run out, as a ring and a number.
import QtQuick
import QtQuick.Shapes

Item {
    id: ring
    property int seconds
    property int of: 1
    property color ink: Theme.accentInk
    property real size: Theme.px(54)
    property real weight: Theme.px(5)

    implicitWidth: size
    implicitHeight: size

    readonly property real r: (size - weight) / 2

    Shape {
        anchors.fill: parent
        ShapePath {
            strokeColor: Qt.rgba(ring.ink.r, ring.ink.g, ring.ink.b, 0.3)
            strokeWidth: ring.weight
            fillColor: "transparent"
            PathAngleArc { centerX: ring.size / 2; centerY: ring.size / 2; radiusX: ring.r; radiusY: ring.r; startAngle: 0; sweepAngle: 360 }
        }
        ShapePath {
            strokeColor: ring.ink
            strokeWidth: ring.weight
            capStyle: ShapePath.RoundCap
            fillColor: "transparent"
            PathAngleArc { centerX: ring.size / 2; centerY: ring.size / 2; radiusX: ring.r; radiusY: ring.r; startAngle: -90; sweepAngle: 360 * Math.max(0, Math.min(1, ring.seconds / Math.max(1, ring.of))) }
        }
    }
    Words {
        anchors.centerIn: parent
        text: ring.seconds
        strong: true
        figures: true
        color: ring.ink
        font.pixelSize: ring.size * 0.4
    }
}
