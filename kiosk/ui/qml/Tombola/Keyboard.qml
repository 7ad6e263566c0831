// Our own keyboard on the screen. A layout is rows of characters.
import QtQuick

Item {
    id: board
    property string layout: "code"
    property string enterText: qsTr("Done")
    property bool offered: true

    readonly property var layouts: ({
        code: ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM"],
        address: ["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm.:/"]
    })
    readonly property var rows: layouts[layout]
    readonly property real cell: Math.floor(width / 10)
    readonly property real rowHeight: Math.max(Theme.touch, Math.min(Theme.px(84), Math.floor(height / 5)))

    implicitWidth: 10 * Theme.touch
    implicitHeight: 5 * Theme.touch

    Column {
        width: parent.width

        Repeater {
            model: board.rows
            Row {
                id: line
                required property string modelData
                anchors.horizontalCenter: parent.horizontalCenter
                Repeater {
                    model: line.modelData.split("")
                    Key {
                        required property string modelData
                        arg: modelData
                        offered: board.offered
                        width: board.cell
                        height: board.rowHeight
                    }
                }
            }
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            Key {
                arg: "clear"
                text: qsTr("Clear")
                soft: true
                size: Theme.lead
                offered: board.offered
                width: board.cell * 2.5
                height: board.rowHeight
            }
            Key {
                arg: "back"
                text: qsTr("Delete")
                picture: "erase"
                soft: true
                offered: board.offered
                width: board.cell * 2.5
                height: board.rowHeight
            }
            Key {
                arg: "enter"
                text: board.enterText
                soft: true
                size: Theme.lead
                offered: board.offered
                width: board.cell * 5
                height: board.rowHeight
            }
        }
    }
}
