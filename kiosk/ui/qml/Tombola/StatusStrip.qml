// How the kiosk is, at all times: what is still here, what is left, each device, the network, the clock, the close;
// below it who sells, and the one sentence that matters most now.
import QtQuick
import QtQuick.Layouts

Rectangle {
    id: strip
    readonly property var s: view.status
    // Where the last message goes: it hides nothing but the sentence.
    readonly property alias speech: sentence

    implicitHeight: chips.height + who.height + rule.height
    color: Theme.surface

    // What a device says up to its first full stop; the rest stands below.
    function brief(words: string): string {
        return words.split(/[.:](?:\s|$)/)[0];
    }

    component Chip: Rectangle {
        id: chip
        property string picture
        property string text
        property string kind: "none"
        property bool firm: true
        // Where it stands: in one line, or upright in two.
        required property int place
        property point upright
        readonly property bool loud: kind === "bad" || kind === "warn"

        Layout.row: Theme.portrait ? upright.y : 0
        Layout.column: Theme.portrait ? upright.x : place
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredWidth: words.implicitWidth + Theme.px(40)
        // Where it is crowded, only what a device says of itself breaks, and never within a word.
        Layout.minimumWidth: firm ? Layout.preferredWidth : Math.max(longest.implicitWidth, words.implicitWidth * 0.55) + Theme.px(40)
        radius: Theme.px(10)
        color: loud ? Theme.wash(kind) : "transparent"

        Accessible.role: Accessible.StaticText
        Accessible.name: text

        Words {
            id: longest
            visible: false
            text: chip.text.split(/\s/).join("\n")
            strong: words.strong
            figures: true
            font.pixelSize: Theme.caption
        }
        Icon {
            id: icon
            anchors { left: parent.left; leftMargin: Theme.px(6); verticalCenter: parent.verticalCenter }
            name: chip.picture
            size: Theme.px(22)
            color: chip.loud ? Theme.ink(chip.kind) : chip.kind === "good" ? Theme.good : Theme.muted
        }
        Words {
            id: words
            anchors { left: icon.right; leftMargin: Theme.px(6); right: parent.right; rightMargin: Theme.px(6); verticalCenter: parent.verticalCenter }
            text: chip.text
            color: chip.loud ? Theme.ink(chip.kind) : Theme.text
            strong: chip.loud
            figures: true
            font.pixelSize: Theme.caption
            lineHeight: 0.95
            wrapMode: Text.WordWrap
            maximumLineCount: 2
        }
    }

    GridLayout {
        id: chips
        anchors { left: parent.left; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; top: parent.top; topMargin: Theme.tiny }
        height: (Theme.portrait ? 2 : 1) * Theme.px(48)
        columnSpacing: Theme.tiny
        rowSpacing: Theme.tiny

        Chip {
            place: 0
            upright: Qt.point(0, 0)
            picture: "upload"
            kind: strip.s.unsynced === 0 ? "good" : strip.s.network === "refused" ? "bad" : "none"
            text: strip.s.unsynced === 0 ? qsTr("All uploaded")
                : qsTr("%1 to upload").arg(Theme.count(strip.s.unsynced)) + (strip.s.oldest === "" ? "" : "\n" + qsTr("oldest %1").arg(strip.s.oldest))
        }
        Chip {
            place: 1
            upright: Qt.point(1, 0)
            picture: "ticket"
            kind: strip.s.numbers_low ? "warn" : "none"
            text: strip.s.numbers_left === null || strip.s.numbers_left === undefined ? qsTr("No numbers yet")
                : qsTr("%1\nnumbers left").arg(Theme.count(strip.s.numbers_left))
        }
        Chip {
            place: 2
            upright: Qt.point(2, 1)
            picture: "printer"
            Layout.columnSpan: Theme.portrait ? 2 : 1
            firm: false
            kind: strip.s.printer_ok === true ? "good" : strip.s.printer_ok === false ? "bad" : "warn"
            text: strip.brief(strip.s.printer)
        }
        Chip {
            place: 3
            upright: Qt.point(3, 0)
            picture: "scanner"
            firm: false
            kind: strip.s.scanner_ok === true ? "good" : strip.s.scanner_ok === false ? "bad" : "none"
            text: strip.brief(strip.s.scanner)
        }
        Chip {
            place: 4
            upright: Qt.point(0, 1)
            picture: "network"
            firm: false
            kind: strip.s.network === "online" ? "good" : strip.s.network === "refused" ? "bad" : "none"
            text: strip.brief(strip.s.network_words)
        }
        Chip {
            place: 5
            upright: Qt.point(1, 1)
            picture: "clock"
            firm: false
            kind: strip.s.clock_ok === true ? "good" : strip.s.clock_ok === false ? "bad" : "none"
            text: qsTr("Clock: %1").arg(strip.s.clock_words)
        }
        Chip {
            place: 6
            upright: Qt.point(2, 0)
            picture: "hourglass"
            visible: strip.s.closes !== ""
            firm: false
            kind: strip.s.closes_in_s !== null && strip.s.closes_in_s !== undefined && strip.s.closes_in_s < 900 ? "warn" : "none"
            text: strip.s.closes
        }
    }

    RowLayout {
        id: who
        anchors { left: parent.left; leftMargin: Theme.margin; top: chips.bottom }
        height: Theme.px(Theme.portrait ? 56 : 42)
        spacing: Theme.small
        Rectangle {
            implicitWidth: Theme.px(28)
            implicitHeight: implicitWidth
            radius: Theme.px(8)
            color: Theme.accent
            Icon {
                anchors.centerIn: parent
                name: "ticket"
                rotation: -18
                size: Theme.px(20)
                color: Theme.accentInk
            }
        }
        GridLayout {
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.small
            rowSpacing: 0
            Words {
                text: strip.s.rsu_name === "" ? "Tombola" : strip.s.rsu_name
                strong: true
                font.pixelSize: Theme.caption
                Layout.maximumWidth: Theme.px(220)
            }
            Words {
                text: strip.s.operator
                visible: text !== ""
                color: Theme.muted
                font.pixelSize: Theme.caption
                Layout.maximumWidth: Theme.px(220)
            }
        }
    }

    Item {
        id: sentence
        anchors { left: who.right; leftMargin: Theme.margin; right: parent.right; rightMargin: Theme.margin; top: who.top; bottom: who.bottom }
        // Only what the line above cuts short is said here in full.
        readonly property var news: [
            { kind: "bad", text: strip.s.printer_ok === true ? "" : strip.s.printer },
            { kind: "bad", text: strip.s.network === "refused" ? strip.s.network_words : "" },
            { kind: "bad", text: strip.s.scanner_ok === false ? strip.s.scanner : "" },
            { kind: "warn", text: strip.s.numbers_low ? qsTr("Few numbers are left: connect this kiosk to fetch more.") : "" },
            { kind: "none", text: strip.s.printer },
            { kind: "none", text: strip.s.network_words },
            { kind: "none", text: strip.s.scanner }
        ].find((one) => one.text.replace(/\.$/, "") !== strip.brief(one.text)) || { kind: "none", text: "" }

        Words {
            anchors.fill: parent
            visible: !view.toast.text
            horizontalAlignment: Text.AlignRight
            text: sentence.news.text
            strong: sentence.news.kind !== "none"
            color: sentence.news.kind === "none" ? Theme.muted : Theme.ink(sentence.news.kind)
            font.pixelSize: Theme.caption
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
    }

    Rectangle {
        id: rule
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: Theme.hair + Theme.tiny
        color: "transparent"
        Rectangle {
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            height: Theme.hair
            color: Theme.line
        }
    }
}
