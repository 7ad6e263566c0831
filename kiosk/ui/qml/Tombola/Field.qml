// What is being typed; touching it moves the typing here.
import QtQuick

Touch {
    id: field
    property string label
    property string value
    property string hint: ""
    property bool active: false
    property string verdict: "" // good | bad: what is thought of what has been typed

    text: label
    implicitWidth: Theme.px(120)
    implicitHeight: Theme.px(Theme.low ? 76 : 92)
    Accessible.role: Accessible.EditableText
    Accessible.name: label
    Accessible.description: value

    background: Rectangle {
        radius: Theme.radius
        color: field.down ? Theme.down : Theme.surface
        border.width: field.active ? Theme.px(3) : Theme.hair
        border.color: field.verdict === "bad" ? Theme.bad : field.active ? Theme.accent : Theme.line
    }
    contentItem: Item {
        Icon {
            id: verdict
            visible: field.verdict !== ""
            anchors { right: parent.right; rightMargin: Theme.gap; top: parent.top; topMargin: Theme.gap }
            name: field.verdict === "bad" ? "warning" : "check"
            color: Theme.ink(field.verdict)
            size: Theme.px(24)
            weight: 2.6
        }
        Words {
            id: caption
            anchors { left: parent.left; top: parent.top; right: verdict.visible ? verdict.left : parent.right; leftMargin: Theme.gap; rightMargin: Theme.tiny; topMargin: Theme.small }
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(11)
            text: field.label
            color: field.active ? Theme.accent : Theme.muted
            font.pixelSize: Theme.caption
            strong: field.active
        }
        Row {
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.gap; rightMargin: Theme.gap; bottomMargin: Theme.small }
            spacing: Theme.tiny
            Words {
                text: field.value === "" && !field.active ? field.hint : field.value
                strong: field.value !== ""
                figures: true
                color: field.value === "" ? Theme.muted : Theme.text
                font.pixelSize: Theme.title
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(14)
                elide: Text.ElideLeft
                width: Math.min(implicitWidth, parent.width - Theme.px(8))
            }
            Rectangle {
                visible: field.active
                width: Theme.px(3)
                height: Theme.title * 1.15
                color: Theme.accent
            }
        }
    }
}
