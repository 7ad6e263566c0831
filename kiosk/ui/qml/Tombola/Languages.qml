// The languages by their own names; the one that is spoken is marked.
import QtQuick

Row {
    id: languages
    property bool night: false
    property int cell: 0 // width of each; 0: as its name needs

    spacing: Theme.small

    Repeater {
        model: lists.languages
        BigButton {
            required property var row
            act: "language"
            arg: row.code
            text: row.name
            night: languages.night
            chosen: row.selected
            size: Theme.body
            width: languages.cell > 0 ? languages.cell : Math.max(implicitWidth, Theme.touch * 1.6)
            Accessible.role: Accessible.RadioButton
            Accessible.checkable: true
            Accessible.checked: chosen
        }
    }
}
