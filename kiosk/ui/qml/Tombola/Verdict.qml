// What it comes to: a mark and very large words on a wash of their colour, read from an arm's length.
import QtQuick
import QtQuick.Layouts

Rectangle {
    id: verdict
    property string kind: "none" // good | warn | bad | accent | gold | none
    property string picture: kind === "good" ? "check" : kind === "bad" ? "cross" : kind === "accent" ? "info" : "warning"
    property string title
    property string words: ""
    property string hint: ""
    property int size: Theme.figure
    property bool across: false // side by side, where the place is low
    property real mark: across ? size * 1.5 : Math.min(size * 2, Theme.px(Theme.low ? 116 : 190))
    readonly property color ink: kind === "gold" ? Theme.goldInk : Theme.ink(kind)
    default property alias more: foot.data

    radius: Theme.radius
    color: kind === "gold" ? Theme.gold : Theme.wash(kind)
    implicitHeight: grid.implicitHeight + 2 * Theme.margin
    implicitWidth: Theme.px(420)
    Accessible.role: Accessible.StaticText
    Accessible.name: [title, words, hint].filter(Boolean).join(" ")

    // No word of the title may be wider than its place; it stands on one line where that makes it not much smaller,
    // else on two.
    readonly property real room: Math.max(1, width - 2 * Theme.margin - (across ? mark + Theme.margin : 0))
    readonly property real line: room / Math.max(1, whole.implicitWidth * 1.01)
    readonly property real fit: Math.min(1, line >= 0.6 ? line : Math.min(1.7 * line, room / Math.max(1, longest.implicitWidth * 1.01)))
    Words {
        id: longest
        visible: false
        text: verdict.title.split(/\s/).join("\n")
        font.weight: Font.Bold
        font.pixelSize: verdict.size
    }

    Words {
        id: whole
        visible: false
        text: verdict.title
        font.weight: Font.Bold
        font.pixelSize: verdict.size
    }

    GridLayout {
        id: grid
        anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; margins: Theme.margin }
        columns: verdict.across ? 2 : 1
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        Rectangle {
            Layout.preferredWidth: verdict.mark
            Layout.preferredHeight: verdict.mark
            Layout.alignment: verdict.across ? Qt.AlignVCenter : Qt.AlignHCenter
            radius: width / 2
            color: verdict.ink
            Icon {
                anchors.centerIn: parent
                name: verdict.picture
                size: parent.width * 0.62
                weight: 2.2
                color: verdict.color
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.small
            Words {
                Layout.fillWidth: true
                text: verdict.title
                visible: text !== ""
                color: verdict.ink
                font.weight: Font.Bold
                font.pixelSize: Math.max(Theme.lead, Math.floor(verdict.size * verdict.fit))
                font.letterSpacing: -0.012 * verdict.size
                lineHeight: 1.02
                wrapMode: Text.WordWrap
                maximumLineCount: 3
                horizontalAlignment: verdict.across ? Text.AlignLeft : Text.AlignHCenter
            }
            Words {
                Layout.fillWidth: true
                text: verdict.words
                visible: text !== ""
                color: verdict.kind === "gold" ? verdict.ink : Theme.text
                font.pixelSize: Theme.lead
                wrapMode: Text.Wrap
                maximumLineCount: 8
                horizontalAlignment: verdict.across ? Text.AlignLeft : Text.AlignHCenter
            }
            Words {
                Layout.fillWidth: true
                text: verdict.hint
                visible: text !== ""
                strong: true
                color: verdict.ink
                font.pixelSize: Theme.lead
                wrapMode: Text.Wrap
                maximumLineCount: 4
                horizontalAlignment: verdict.across ? Text.AlignLeft : Text.AlignHCenter
            }
            ColumnLayout {
                id: foot
                Layout.fillWidth: true
                spacing: Theme.small
            }
        }
    }
}
