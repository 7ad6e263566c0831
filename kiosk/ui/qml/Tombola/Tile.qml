// A choice or a deed as a tile: its drawing, its words and, below them, what it means.
import QtQuick
import QtQuick.Layouts

Touch {
    id: tile
    property string picture: ""
    property string detail: ""
    property string kind: "plain" // plain | primary | danger
    property bool chosen: false
    property int size: Theme.lead
    property bool centred: false

    readonly property color ink: !enabled ? Theme.muted
        : kind === "primary" || chosen ? Theme.accentInk
        : kind === "danger" ? (down ? Theme.badInk : Theme.bad) : Theme.text

    implicitWidth: Theme.px(260)
    implicitHeight: Math.max(Theme.touch, row.implicitHeight + 2 * Theme.gap)
    Accessible.description: detail

    background: Rectangle {
        radius: Theme.radius
        color: !tile.enabled ? Theme.sunken
            : tile.kind === "primary" || tile.chosen ? (tile.down ? Theme.accentDown : Theme.accent)
            : tile.kind === "danger" ? (tile.down ? Theme.badDown : Theme.badSoft)
            : tile.down ? Theme.down : Theme.surface
        border.width: tile.kind === "primary" || tile.chosen ? 0 : Theme.hair
        border.color: tile.kind === "danger" && tile.enabled ? Theme.bad : Theme.line
    }
    contentItem: Item {
        RowLayout {
            id: row
            anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: tile.centred ? Theme.small : Theme.margin; rightMargin: tile.centred ? Theme.small : Theme.gap }
            spacing: Theme.gap
            Icon {
                name: tile.picture
                visible: tile.picture !== ""
                size: Theme.px(36)
                color: tile.enabled && tile.kind === "plain" && !tile.chosen ? Theme.accent : tile.ink
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0
                Words {
                    Layout.fillWidth: true
                    text: tile.text
                    strong: true
                    color: tile.ink
                    horizontalAlignment: tile.centred ? Text.AlignHCenter : Text.AlignLeft
                    lineHeight: 0.95
                    font.pixelSize: tile.size
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
                Words {
                    Layout.fillWidth: true
                    visible: text !== ""
                    text: tile.detail
                    color: tile.enabled && tile.kind === "plain" && !tile.chosen ? Theme.muted : tile.ink
                    font.pixelSize: Theme.caption
                    wrapMode: Text.Wrap
                    maximumLineCount: 3
                }
            }
        }
    }
}
