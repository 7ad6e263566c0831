// Ten digits, and what stands left and right of the nought.
import QtQuick

Item {
    id: pad
    property string corner: "clear" // or a character
    property bool offered: true
    property bool clears: false // a line of its own for it, where the corner is taken
    readonly property int lines: clears ? 5 : 4
    readonly property real cell: Math.floor(width / 3)
    readonly property real rowHeight: Math.max(Theme.touchMin, Math.min(Theme.px(104), Math.floor(height / lines)))

    implicitWidth: 3 * Theme.touchMin
    implicitHeight: lines * Theme.touchMin

    Grid {
        columns: 3

        Repeater {
            model: ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
            Key {
                required property string modelData
                arg: modelData
                offered: pad.offered
                size: Theme.heading
                width: pad.cell
                height: pad.rowHeight
            }
        }
        Key {
            arg: pad.corner
            text: pad.corner === "clear" ? qsTr("Clear") : pad.corner
            offered: pad.offered
            soft: true
            size: pad.corner === "clear" ? Theme.lead : Theme.heading
            width: pad.cell
            height: pad.rowHeight
        }
        Key {
            arg: "0"
            offered: pad.offered
            size: Theme.heading
            width: pad.cell
            height: pad.rowHeight
        }
        Key {
            arg: "back"
            text: qsTr("Delete")
            picture: "erase"
            offered: pad.offered
            soft: true
            width: pad.cell
            height: pad.rowHeight
        }
    }
    Key {
        visible: pad.clears
        y: 4 * pad.rowHeight
        arg: "clear"
        text: qsTr("Clear")
        offered: pad.offered
        soft: true
        size: Theme.lead
        width: 3 * pad.cell
        height: pad.rowHeight
    }
}
