// A few choices side by side, one of them taken; more than fit go on in the next row.
import QtQuick

Flow {
    id: segments
    property var choices: [] // [{code, words, selected}]
    property string does
    property string prefix: ""
    property bool offered: true
    property bool once: false

    spacing: Theme.small

    Repeater {
        model: segments.choices
        BigButton {
            required property var modelData
            act: segments.does
            arg: segments.prefix + modelData.code
            once: segments.once
            offered: segments.offered
            chosen: modelData.selected === true
            picture: chosen ? "check" : ""
            size: Theme.body
            text: modelData.words
            width: Math.min(Math.max(implicitWidth, 1.4 * Theme.touch), segments.width)
            Accessible.role: Accessible.RadioButton
            Accessible.checkable: true
            Accessible.checked: chosen
        }
    }
}
