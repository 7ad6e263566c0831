// Our own keyboard on the screen. A layout is rows of characters; nothing hides behind a long touch:
// the letters with accents have a row of their own.
import QtQuick

Item {
    id: board
    property string layout: "code" // code | address | letters | email
    property string enterText: qsTr("Done")
    property bool offered: true
    property string value: "" // what has been typed: a name begins with a capital
    property bool wanted: false // a capital asked for by touch

    readonly property var layouts: ({
        code: ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM"],
        address: ["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm.:/"],
        email: ["1234567890", "qwertyuiop", "asdfghjkl_", "zxcvbnm.-+"],
        email_fr: ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn._-+"],
        letters: ["éèáàâëöüñç", "qwertyuiop", "asdfghjkl'", "zxcvbnm-,."],
        letters_fr: ["éèêëàâçîôù", "azertyuiop", "qsdfghjklm", "wxcvbn'-,."],
        letters_es: ["áéíóúüñçàè", "qwertyuiop", "asdfghjklñ", "zxcvbnm'-."]
    })
    readonly property var rows: layouts[layout + "_" + Theme.language] || layouts[layout]
    readonly property bool prose: layout === "letters"
    readonly property bool capital: prose && (wanted !== (value === "" || /[ '-]$/.test(value)))
    readonly property real cell: Math.floor(width / 10)
    readonly property real rowHeight: Math.max(Theme.touchMin, Math.min(Theme.px(84), Math.floor(height / 5)))

    onValueChanged: wanted = false

    implicitWidth: 10 * Theme.touchMin
    implicitHeight: 5 * Theme.touchMin

    Column {
        width: parent.width

        Repeater {
            model: board.rows
            Row {
                id: line
                required property string modelData
                required property int index
                anchors.horizontalCenter: parent.horizontalCenter
                Repeater {
                    model: line.modelData.split("")
                    Key {
                        required property string modelData
                        arg: board.capital ? modelData.toUpperCase() : modelData
                        mark: modelData
                        offered: board.offered
                        soft: line.index === 0
                        width: board.cell
                        height: board.rowHeight
                    }
                }
            }
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            Touch {
                id: shift
                visible: board.prose
                act: "capital"
                text: qsTr("Capital letter")
                function go() { board.wanted = !board.wanted; }
                offered: board.offered
                width: board.cell * 1.5
                height: board.rowHeight
                background: Item {
                    Rectangle {
                        anchors { fill: parent; margins: Theme.px(3) }
                        radius: Theme.px(10)
                        color: board.capital || shift.down ? Theme.accent : Theme.sunken
                        border.width: Theme.hair
                        border.color: Theme.line
                    }
                }
                contentItem: Item {
                    Icon { anchors.centerIn: parent; name: "upper"; size: Theme.px(32); color: board.capital || shift.down ? Theme.accentInk : Theme.text }
                }
            }
            Key {
                visible: board.prose
                arg: " "
                mark: "space"
                text: qsTr("Space")
                size: Theme.body
                offered: board.offered
                width: board.cell * 3
                height: board.rowHeight
            }
            Key {
                visible: board.layout === "email"
                arg: "@"
                offered: board.offered
                width: board.cell * 1.5
                height: board.rowHeight
            }
            Key {
                visible: board.layout === "email"
                arg: ".com"
                spelled: true
                offered: board.offered
                size: Theme.lead
                width: board.cell * 2
                height: board.rowHeight
            }
            Key {
                arg: "clear"
                text: qsTr("Clear")
                soft: true
                size: Theme.body
                offered: board.offered
                width: board.cell * (board.prose || board.layout === "email" ? 1.5 : 2.5)
                height: board.rowHeight
            }
            Key {
                arg: "back"
                text: qsTr("Delete")
                picture: "erase"
                soft: true
                offered: board.offered
                width: board.cell * (board.prose || board.layout === "email" ? 1.5 : 2.5)
                height: board.rowHeight
            }
            Key {
                arg: "enter"
                text: board.enterText
                soft: true
                lit: true
                size: Theme.lead
                offered: board.offered
                width: board.cell * (board.prose ? 2.5 : board.layout === "email" ? 3.5 : 5)
                height: board.rowHeight
            }
        }
    }
}
