// What is being typed; touching it moves the typing here.
import QtQuick

Touch {
    id: field
    property string label
    property string value
    property string hint: ""
    property bool active: false

    text: label
    implicitHeight: Theme.px(92)
    Accessible.role: Accessible.EditableText
    Accessible.name: label
    Accessible.description: value

    background: Rectangle {
        radius: Theme.radius
        color: field.down ? Theme.down : Theme.surface
        border.width: field.active ? Theme.px(3) : Theme.hair
        border.color: field.active ? Theme.accent : Theme.line
    }
    contentItem: Item {
        Words {
            id: caption
            anchors { left: parent.left; top: parent.top; right: parent.right; leftMargin: Theme.margin; topMargin: Theme.gap }
            text: field.label
            color: field.active ? Theme.accent : Theme.muted
            font.pixelSize: Theme.caption
            strong: field.active
        }
        Row {
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.margin; rightMargin: Theme.margin; bottomMargin: Theme.gap }
            spacing: Theme.tiny
            Words {
                text: field.value === "" && !field.active ? field.hint : field.value
                strong: field.value !== ""
                figures: true
                color: field.value === "" ? Theme.muted : Theme.text
                font.pixelSize: Theme.title
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
