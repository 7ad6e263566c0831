// A button that says what it does.
import QtQuick

Touch {
    id: button
    property string kind: "plain" // primary | plain | quiet | danger
    property string picture: ""
    property string detail: ""
    property int size: kind === "primary" ? Theme.title : Theme.lead
    property bool chosen: false

    readonly property color ink: !enabled ? Theme.muted
        : kind === "primary" || chosen ? Theme.accentInk
        : kind === "danger" ? (down ? Theme.badInk : Theme.bad)
        : kind === "quiet" && !down ? Theme.accent : Theme.text

    implicitWidth: row.implicitWidth + 2 * Theme.margin
    implicitHeight: kind === "primary" ? Theme.tall : Theme.touch

    background: Rectangle {
        radius: Theme.radius
        color: !button.enabled ? Theme.sunken
            : button.kind === "primary" || button.chosen ? (button.down ? Theme.accentDown : Theme.accent)
            : button.kind === "danger" ? (button.down ? Theme.badDown : Theme.badSoft)
            : button.down ? Theme.down
            : button.kind === "quiet" ? "transparent" : Theme.surface
        border.width: button.kind === "primary" || button.chosen ? 0 : Theme.hair
        border.color: button.kind === "danger" && button.enabled ? Theme.bad : Theme.line
    }

    contentItem: Item {
        Row {
            id: row
            anchors.centerIn: parent
            spacing: Theme.gap

            Icon {
                name: button.picture
                visible: button.picture !== ""
                size: Math.round(button.size * 1.15)
                color: button.ink
                weight: 2.2
                anchors.verticalCenter: parent.verticalCenter
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: button.text
                    color: button.ink
                    strong: true
                    font.pixelSize: button.size
                    width: Math.min(implicitWidth, button.width - 2 * Theme.gap - (button.picture === "" ? 0 : button.size * 1.15 + Theme.gap))
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.caption
                }
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: Math.min(implicitWidth, button.width - 2 * Theme.gap)
                    text: button.detail
                    visible: text !== ""
                    color: button.ink
                    font.pixelSize: Theme.caption
                }
            }
        }
    }
}
