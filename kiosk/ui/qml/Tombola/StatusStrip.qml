// How the kiosk is, at all times: what is still here, what is left, each device, the network, the clock, the close.
import QtQuick
import QtQuick.Layouts

Rectangle {
    id: strip
    readonly property var s: view.status

    implicitHeight: Theme.portrait ? 2 * Theme.strip : Theme.strip
    color: Theme.surface

    component Chip: Rectangle {
        id: chip
        property string picture
        property string text
        property string kind: "none"
        readonly property bool loud: kind === "bad" || kind === "warn"

        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.topMargin: Theme.tiny
        Layout.bottomMargin: Theme.tiny
        // Two lines are enough for most of them, three for any; no word is broken.
        Layout.preferredWidth: Math.max(longest.implicitWidth, words.implicitWidth * (words.implicitWidth > Theme.px(300) ? 0.42 : 0.6)) + Theme.px(42)
        Layout.minimumWidth: Math.max(longest.implicitWidth, words.implicitWidth * 0.4) + Theme.px(39)
        radius: Theme.px(10)
        color: loud ? Theme.wash(kind) : "transparent"

        Accessible.role: Accessible.StaticText
        Accessible.name: text

        Words {
            id: longest
            visible: false
            text: chip.text.includes("\n") ? chip.text : chip.text.split(/\s/).join("\n")
            strong: words.strong
            figures: true
            font.pixelSize: Theme.caption
        }
        Icon {
            id: icon
            anchors { left: parent.left; leftMargin: Theme.px(5); verticalCenter: parent.verticalCenter }
            name: chip.picture
            size: Theme.px(22)
            color: chip.loud ? Theme.ink(chip.kind) : chip.kind === "good" ? Theme.good : Theme.muted
        }
        Words {
            id: words
            anchors { left: icon.right; leftMargin: Theme.px(6); right: parent.right; rightMargin: Theme.px(3); verticalCenter: parent.verticalCenter }
            text: chip.text
            color: chip.loud ? Theme.ink(chip.kind) : Theme.text
            strong: chip.loud
            figures: true
            font.pixelSize: Theme.caption
            wrapMode: Text.WordWrap
            maximumLineCount: 3
        }
    }

    RowLayout {
        id: who
        anchors { left: parent.left; top: parent.top; leftMargin: Theme.margin }
        height: Theme.strip
        spacing: Theme.gap
        Rectangle {
            implicitWidth: Theme.px(38)
            implicitHeight: implicitWidth
            radius: Theme.px(11)
            color: Theme.accent
            Icon {
                anchors.centerIn: parent
                name: "ticket"
                rotation: -18
                size: Theme.px(27)
                color: Theme.accentInk
            }
        }
        ColumnLayout {
            spacing: 0
            Words {
                text: strip.s.rsu_name === "" ? "Tombola" : strip.s.rsu_name
                strong: true
                font.pixelSize: Theme.caption
                Layout.maximumWidth: Theme.px(150)
            }
            Words {
                text: strip.s.operator
                visible: text !== ""
                color: Theme.muted
                font.pixelSize: Theme.caption
                Layout.maximumWidth: Theme.px(150)
            }
        }
    }

    component Sync: Chip {
        picture: "upload"
        kind: strip.s.unsynced === 0 ? "good" : strip.s.network === "refused" ? "bad" : "none"
        text: strip.s.unsynced === 0 ? qsTr("All uploaded")
            : qsTr("%1 to upload").arg(Theme.count(strip.s.unsynced)) + (strip.s.oldest === "" ? "" : "\n" + qsTr("oldest %1").arg(strip.s.oldest))
    }
    component Numbers: Chip {
        picture: "ticket"
        kind: strip.s.numbers_low ? "warn" : "none"
        text: strip.s.numbers_left === null || strip.s.numbers_left === undefined ? qsTr("No numbers yet")
            : qsTr("%1\nnumbers left").arg(Theme.count(strip.s.numbers_left))
    }
    component Network: Chip {
        picture: "network"
        kind: strip.s.network === "online" ? "good" : strip.s.network === "refused" ? "bad" : "none"
        text: strip.s.network_words
    }
    component Clock: Chip {
        picture: "clock"
        kind: strip.s.clock_ok === true ? "good" : strip.s.clock_ok === false ? "bad" : "none"
        text: qsTr("Clock: %1").arg(strip.s.clock_words)
    }
    component Printer: Chip {
        picture: "printer"
        kind: strip.s.printer_ok === true ? "good" : strip.s.printer_ok === false ? "bad" : "warn"
        text: strip.s.printer
    }
    component Scanner: Chip {
        picture: "scanner"
        kind: strip.s.scanner_ok === true ? "good" : strip.s.scanner_ok === false ? "bad" : "none"
        text: strip.s.scanner
    }
    component Close: Chip {
        picture: "hourglass"
        visible: strip.s.closes !== ""
        kind: strip.s.closes_in_s !== null && strip.s.closes_in_s !== undefined && strip.s.closes_in_s < 900 ? "warn" : "none"
        text: strip.s.closes
    }

    RowLayout {
        visible: !Theme.portrait
        anchors { left: who.right; leftMargin: Theme.margin; right: parent.right; rightMargin: Theme.gap; top: parent.top; bottom: rule.top }
        spacing: Theme.tiny
        Sync {}
        Numbers {}
        Printer {}
        Scanner {}
        Network {}
        Clock {}
        Close {}
    }

    RowLayout {
        visible: Theme.portrait
        anchors { left: parent.left; leftMargin: Theme.px(230); right: parent.right; rightMargin: Theme.gap; top: parent.top }
        height: Theme.strip
        spacing: Theme.tiny
        Sync {}
        Numbers {}
        Close {}
    }
    RowLayout {
        visible: Theme.portrait
        anchors { left: parent.left; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; bottom: rule.top }
        height: Theme.strip - Theme.hair
        spacing: Theme.tiny
        Printer {}
        Scanner {}
        Network {}
        Clock {}
    }

    Rectangle {
        id: rule
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: Theme.hair
        color: Theme.line
    }
}
