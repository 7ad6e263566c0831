// A ticket off the roll: a body, a stub, two notches and the perforation where the stub is torn off.
// The stub is at the right, or below where the ticket stands upright.
import QtQuick
import QtQuick.Shapes

Item {
    id: ticket
    property real stub: width * 0.34 // the stub's width, or its height
    property bool upright: false
    property color paper: Theme.surface
    property color tint: Theme.stub(0)
    property color line: Theme.line
    property real weight: Theme.hair
    property real round: Theme.radius
    property real notch: Theme.px(9)
    // Set inside what scrolls: the renderer without triangles draws a path whole once nothing of it is to be seen.
    property bool scrolls: false

    // Drawn as if the stub were at the right; an upright ticket has its two axes swapped.
    readonly property real long: Math.max(1, (upright ? height : width) - weight)
    readonly property real broad: Math.max(1, (upright ? width : height) - weight)
    readonly property real tear: Math.max(round + notch, Math.min(long - round - notch, long - stub))

    function at(x: real, y: real): string {
        const h = weight / 2;
        return upright ? (y + h) + " " + (x + h) : (x + h) + " " + (y + h);
    }
    function arc(r: real, x: real, y: real, outward: bool): string {
        return " A " + r + " " + r + " 0 0 " + (outward !== upright ? 1 : 0) + " " + at(x, y);
    }
    readonly property string whole: "M " + at(round, 0) + " L " + at(tear - notch, 0) + arc(notch, tear + notch, 0, false)
        + " L " + at(long - round, 0) + arc(round, long, round, true) + " L " + at(long, broad - round) + arc(round, long - round, broad, true)
        + " L " + at(tear + notch, broad) + arc(notch, tear - notch, broad, false)
        + " L " + at(round, broad) + arc(round, 0, broad - round, true) + " L " + at(0, round) + arc(round, round, 0, true) + " Z"
    readonly property string torn: "M " + at(tear, notch) + arc(notch, tear + notch, 0, false)
        + " L " + at(long - round, 0) + arc(round, long, round, true) + " L " + at(long, broad - round) + arc(round, long - round, broad, true)
        + " L " + at(tear + notch, broad) + arc(notch, tear, broad - notch, false) + " Z"
    readonly property string seam: "M " + at(tear, notch * 1.6) + " L " + at(tear, broad - notch * 1.6)

    Shape {
        anchors.fill: parent
        layer.enabled: ticket.scrolls
        ShapePath {
            strokeWidth: -1
            fillColor: ticket.paper
            PathSvg { path: ticket.whole }
        }
        ShapePath {
            strokeWidth: -1
            fillColor: ticket.tint
            PathSvg { path: ticket.torn }
        }
        ShapePath {
            strokeColor: ticket.line
            strokeWidth: ticket.weight
            strokeStyle: ShapePath.DashLine
            dashPattern: [3, 3]
            fillColor: "transparent"
            PathSvg { path: ticket.seam }
        }
        ShapePath {
            strokeColor: ticket.line
            strokeWidth: ticket.weight
            fillColor: "transparent"
            joinStyle: ShapePath.RoundJoin
            PathSvg { path: ticket.whole }
        }
    }
}
