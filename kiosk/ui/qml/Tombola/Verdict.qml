// What it comes to: a mark and very large words on a wash of their colour, read from an arm's length.
import QtQuick
import QtQuick.Layouts

Rectangle {
    id: verdict
    property string kind: "none" // good | warn | bad | accent | none
    property string picture: kind === "good" ? "check" : kind === "bad" ? "cross" : kind === "accent" ? "info" : "warning"
    property string title
    property string words: ""
    property string hint: ""
    property int size: Theme.figure
    // Side by side where the place is wide and low.
    property bool across: width > 1.9 * height
    property real mark: across ? size * 1.5 : Math.min(size * 2.1, height * 0.3)
    default property alias more: foot.data

    radius: Theme.radius
    color: Theme.wash(kind)
    implicitHeight: grid.implicitHeight + 2 * Theme.margin
    implicitWidth: Theme.px(420)
    Accessible.role: Accessible.StaticText
    Accessible.name: [title, words, hint].filter(Boolean).join(" ")

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
            color: Theme.ink(verdict.kind)
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
                color: Theme.ink(verdict.kind)
                font.weight: Font.Bold
                font.pixelSize: verdict.size
                font.letterSpacing: -0.015 * verdict.size
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.title
                lineHeight: 1.02
                wrapMode: Text.WordWrap
                maximumLineCount: 3
                horizontalAlignment: verdict.across ? Text.AlignLeft : Text.AlignHCenter
            }
            Words {
                Layout.fillWidth: true
                text: verdict.words
                visible: text !== ""
                font.pixelSize: Theme.lead
                wrapMode: Text.Wrap
                maximumLineCount: 6
                horizontalAlignment: verdict.across ? Text.AlignLeft : Text.AlignHCenter
            }
            Words {
                Layout.fillWidth: true
                text: verdict.hint
                visible: text !== ""
                strong: true
                color: Theme.ink(verdict.kind)
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
