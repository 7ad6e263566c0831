// A button that says what it does.
import QtQuick

Touch {
    id: button
    property string kind: "plain" // primary | plain | quiet | danger | gold
    property bool night: false // on the dark of the strip and the front page
    property string picture: ""
    property string detail: ""
    property int size: kind === "primary" ? Theme.title : Theme.lead
    property bool chosen: false

    readonly property bool filled: kind === "primary" || chosen
    readonly property color ink: kind === "gold" || night && chosen ? Theme.goldInk
        : !enabled ? Theme.muted
        : night ? Theme.nightInk
        : filled ? Theme.accentInk
        : kind === "danger" ? (down ? Theme.badInk : Theme.bad)
        : kind === "quiet" && !down ? Theme.accent : Theme.text

    implicitWidth: Math.max(label.implicitWidth, more.implicitWidth) + (picture === "" ? 0 : Math.round(size * 1.15) + Theme.gap) + 2 * Theme.margin
    implicitHeight: kind === "primary" ? Theme.tall : Theme.touch

    background: Rectangle {
        radius: Theme.radius
        color: button.kind === "gold" || button.night && button.chosen ? (button.down ? Theme.goldDown : Theme.gold)
            : !button.enabled ? Theme.sunken
            : button.night ? (button.down ? Theme.nightLine : Theme.nightRaised)
            : button.filled ? (button.down ? Theme.accentDown : Theme.accent)
            : button.kind === "danger" ? (button.down ? Theme.badDown : Theme.badSoft)
            : button.down ? Theme.down
            : button.kind === "quiet" ? "transparent" : Theme.surface
        border.width: button.enabled && (button.filled || button.kind === "gold") ? 0 : Theme.hair
        border.color: button.kind === "danger" && button.enabled ? Theme.bad : button.night ? Theme.nightLine : Theme.line
    }

    contentItem: Item {
        Row {
            id: row
            anchors.centerIn: parent
            spacing: Theme.gap
            readonly property real room: button.width - 2 * Theme.small - (button.picture === "" ? 0 : Math.round(button.size * 1.15) + Theme.gap)

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
                    id: label
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: button.text
                    color: button.ink
                    strong: true
                    font.pixelSize: button.size
                    width: Math.min(implicitWidth, row.room)
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(13)
                }
                Words {
                    id: more
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: Math.min(implicitWidth, row.room)
                    text: button.detail
                    visible: text !== ""
                    color: button.ink
                    font.pixelSize: Theme.caption
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(12)
                }
            }
        }
    }
}
