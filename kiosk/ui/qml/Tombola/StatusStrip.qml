// How the kiosk is, at all times: what is still here, what is left, each device, the network, the clock, the close;
// below it who sells, and the one sentence that matters most now. Calm while all is well: what is wrong is lit.
import QtQuick

Rectangle {
    id: strip
    readonly property var s: view.status
    // Where the last message goes: it hides nothing but the sentence.
    readonly property alias speech: sentence
    readonly property int line: Theme.px(44)

    implicitHeight: chips.height + who.height + Theme.px(4)
    color: Theme.night

    // What a device says up to its first full stop; the rest stands below.
    function brief(words: string): string {
        return words.split(/[.:](?:\s|$)/)[0];
    }

    // Each is as wide as its words. Where they do not all fit, the calmest say less, never the loud ones first.
    readonly property var rows: Theme.portrait ? [[upload, numbers, closes], [printer, scanner, network, clock]]
        : [[upload, numbers, printer, scanner, network, clock, closes]]
    readonly property var folds: {
        const folded = [];
        for (const row of rows) {
            const there = row.filter((chip) => chip.there);
            let need = there.reduce((sum, chip) => sum + chip.whole, (there.length - 1) * Theme.tiny);
            const patient = there.slice().sort((a, b) => (a.loud ? 100 : 0) + a.patience - (b.loud ? 100 : 0) - b.patience);
            for (const chip of patient) {
                if (need <= chips.width)
                    break;
                need -= chip.whole - chip.part;
                folded.push(chip);
            }
        }
        return folded;
    }

    component Chip: Rectangle {
        id: chip
        property string picture
        property string text
        property string little: "" // what is left of it where it is crowded
        property string kind: "none"
        property bool there: true
        property int patience: 0
        readonly property bool loud: kind === "bad" || kind === "warn"
        readonly property bool folded: strip.folds.includes(chip)
        readonly property color ink: kind === "bad" ? Theme.alarmInk : kind === "warn" ? Theme.cautionInk : Theme.nightInk
        readonly property real bare: icon.width + 2 * Theme.px(8)
        readonly property real whole: bare + Theme.px(6) + Math.ceil(full.advanceWidth) + 2
        readonly property real part: little === "" ? bare : bare + Theme.px(6) + Math.ceil(less.advanceWidth) + 2

        visible: there
        width: folded ? part : whole
        height: Theme.px(34)
        radius: Theme.px(9)
        color: kind === "bad" ? Theme.alarm : kind === "warn" ? Theme.caution : "transparent"

        Accessible.role: Accessible.StaticText
        Accessible.name: text

        TextMetrics { id: full; font: words.font; text: chip.text }
        TextMetrics { id: less; font: words.font; text: chip.little }
        Icon {
            id: icon
            anchors { left: parent.left; leftMargin: Theme.px(8); verticalCenter: parent.verticalCenter }
            name: chip.picture
            size: Theme.px(22)
            color: chip.loud ? chip.ink : chip.kind === "good" ? Theme.nightGood : Theme.nightMuted
        }
        Words {
            id: words
            anchors { left: icon.right; leftMargin: Theme.px(6); verticalCenter: parent.verticalCenter }
            width: chip.width - chip.bare - Theme.px(6)
            visible: text !== ""
            text: chip.folded ? chip.little : chip.text
            color: chip.ink
            strong: true
            figures: true
            font.pixelSize: Theme.caption
            elide: Text.ElideNone
        }
    }

    Item {
        id: chips
        anchors { left: parent.left; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; top: parent.top }
        height: strip.rows.length * strip.line
        // The first of a row stand at the left, the last at the right edge.
        function across(chip: Chip): real {
            const row = strip.rows.find((one) => one.includes(chip)).filter((one) => one.there);
            const free = width - row.reduce((sum, one) => sum + one.width, 0);
            const each = row.length > 1 ? Math.min(free / (row.length - 1), Theme.px(34)) : 0;
            let x = 0;
            for (const one of row) {
                if (one === chip)
                    break;
                x += one.width + each;
            }
            return chip === closes ? width - chip.width : Math.round(x);
        }
        function deep(chip: Chip): real {
            return strip.rows.findIndex((one) => one.includes(chip)) * strip.line + (strip.line - chip.height) / 2;
        }

        Chip {
            id: upload
            x: chips.across(upload); y: chips.deep(upload)
            patience: 2
            picture: "upload"
            kind: strip.s.unsynced === 0 ? "good" : strip.s.network === "refused" ? "bad" : "none"
            text: strip.s.unsynced === 0 ? qsTr("All uploaded")
                : qsTr("%1 to upload", "", strip.s.unsynced).arg(Theme.count(strip.s.unsynced)) + (strip.s.oldest === "" ? "" : " · " + qsTr("oldest %1").arg(strip.s.oldest))
            little: strip.s.unsynced === 0 ? "" : [Theme.count(strip.s.unsynced), strip.s.oldest].filter(Boolean).join(" · ")
        }
        Chip {
            id: numbers
            x: chips.across(numbers); y: chips.deep(numbers)
            patience: 3
            picture: "ticket"
            kind: strip.s.numbers_low ? "warn" : "none"
            readonly property bool known: strip.s.numbers_left !== null && strip.s.numbers_left !== undefined
            text: known ? qsTr("%1 numbers left", "", strip.s.numbers_left).arg(Theme.count(strip.s.numbers_left)) : qsTr("No numbers yet")
            little: known ? Theme.count(strip.s.numbers_left) : "–"
        }
        Chip {
            id: printer
            x: chips.across(printer); y: chips.deep(printer)
            patience: 5
            picture: "printer"
            kind: strip.s.printer_ok === true ? "good" : strip.s.printer_ok === false ? "bad" : "warn"
            text: strip.brief(strip.s.printer)
        }
        Chip {
            id: scanner
            x: chips.across(scanner); y: chips.deep(scanner)
            patience: 1
            picture: "scanner"
            kind: strip.s.scanner_ok === true ? "good" : strip.s.scanner_ok === false ? "bad" : "none"
            text: strip.brief(strip.s.scanner)
        }
        Chip {
            id: network
            x: chips.across(network); y: chips.deep(network)
            patience: 4
            picture: "network"
            kind: strip.s.network === "online" ? "good" : strip.s.network === "refused" ? "bad" : "none"
            text: strip.brief(strip.s.network_words)
        }
        Chip {
            id: clock
            x: chips.across(clock); y: chips.deep(clock)
            picture: "clock"
            kind: strip.s.clock_ok === true ? "good" : strip.s.clock_ok === false ? "bad" : "none"
            text: qsTr("Clock: %1").arg(strip.s.clock_words)
        }
        Chip {
            id: closes
            x: chips.across(closes); y: chips.deep(closes)
            patience: 6
            picture: "hourglass"
            there: strip.s.closes !== ""
            kind: strip.s.closes_in_s !== null && strip.s.closes_in_s !== undefined && strip.s.closes_in_s < 900 ? "warn" : "none"
            text: strip.s.closes
        }
    }

    Item {
        id: who
        anchors { left: parent.left; leftMargin: Theme.gap; top: chips.bottom }
        width: Math.min(name.x + Math.max(name.implicitWidth, person.implicitWidth), Math.round(strip.width * (Theme.portrait ? 0.44 : 0.34)))
        height: strip.line
        Brand {
            id: mark
            anchors.verticalCenter: parent.verticalCenter
            named: false
            size: Theme.px(21)
        }
        Words {
            id: name
            x: mark.width + Theme.px(6)
            y: person.text === "" ? (parent.height - height) / 2 : Theme.px(1)
            width: who.width - x
            text: strip.s.rsu_name === "" ? "Tombola" : strip.s.rsu_name
            strong: true
            color: Theme.nightInk
            font.pixelSize: Theme.caption
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(11)
        }
        Words {
            id: person
            x: name.x
            y: parent.height - height - Theme.px(2)
            width: who.width - x
            visible: text !== ""
            // Whose shift it is is said once: by name only where it is another's.
            readonly property string own: " · " + strip.s.operator
            readonly property string shift: strip.s.operator !== "" && strip.s.shift.endsWith(own) ? strip.s.shift.slice(0, -own.length) : strip.s.shift
            text: [strip.s.operator, Theme.narrow ? "" : shift].filter(Boolean).join(" · ")
            color: Theme.nightMuted
            font.pixelSize: Theme.px(15)
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.px(11)
        }
    }

    // Unread words from the office: lower than a finger in what is seen, not in what can be touched.
    Touch {
        id: mail
        readonly property int unread: strip.s.messages || 0
        visible: unread > 0
        act: "open_messages"
        text: unread === 1 ? qsTr("1 message") : qsTr("%1 messages", "", unread).arg(Theme.count(unread))
        anchors { right: parent.right; rightMargin: Theme.gap; bottom: who.bottom }
        width: Math.max(Theme.touchMin, envelope.width + mailed.implicitWidth + 3 * Theme.small)
        height: Math.max(Theme.touchMin, strip.line)
        topInset: height - strip.line + Theme.px(3)
        background: Rectangle {
            radius: Theme.px(9)
            color: mail.down ? Theme.goldDown : Theme.gold
        }
        contentItem: Item {
            Icon {
                id: envelope
                anchors { left: parent.left; leftMargin: Theme.small; bottom: parent.bottom; bottomMargin: (strip.line - Theme.px(3) - height) / 2 }
                name: "message"
                size: Theme.px(24)
                color: Theme.goldInk
            }
            Words {
                id: mailed
                anchors { left: envelope.right; leftMargin: Theme.small; verticalCenter: envelope.verticalCenter }
                text: Theme.portrait ? Theme.count(mail.unread) : mail.text
                strong: true
                color: Theme.goldInk
                font.pixelSize: Theme.caption
            }
        }
    }

    Item {
        id: sentence
        anchors { left: who.right; leftMargin: Theme.margin; right: mail.visible ? mail.left : parent.right; rightMargin: Theme.gap; top: who.top; topMargin: Theme.px(1); bottom: who.bottom; bottomMargin: Theme.px(1) }
        // Only what the line above cuts short is said here in full.
        readonly property var news: [
            { kind: "gold", text: view.attendant && view.attendant.called ? view.attendant.words : "" },
            { kind: "bad", text: strip.s.printer_ok === true ? "" : strip.s.printer },
            { kind: "bad", text: strip.s.network === "refused" ? strip.s.network_words : "" },
            { kind: "bad", text: strip.s.scanner_ok === false ? strip.s.scanner : "" },
            { kind: "warn", text: strip.s.mirror_ok === false ? strip.s.mirror_words : "" },
            { kind: "warn", text: strip.s.numbers_low ? qsTr("Few numbers are left: connect this kiosk to fetch more.") : "" },
            { kind: "none", text: strip.s.printer },
            { kind: "none", text: strip.s.network_words },
            { kind: "none", text: strip.s.scanner }
        ].find((one) => one.kind !== "none" && one.kind !== "bad" ? one.text !== "" : one.text.replace(/\.$/, "") !== strip.brief(one.text)) || { kind: "none", text: "" }

        // Somebody calls: it beats until somebody has come, to be seen in passing.
        Rectangle {
            id: call
            visible: sentence.news.kind === "gold" && !view.toast.text
            anchors { right: parent.right; top: parent.top; bottom: parent.bottom; margins: Theme.px(2) }
            width: Math.min(parent.width, said.implicitWidth + bell.width + 4 * Theme.small)
            radius: Theme.px(9)
            color: Theme.gold
            SequentialAnimation on color {
                running: call.visible
                loops: Animation.Infinite
                ColorAnimation { to: Theme.goldDown; duration: 350 }
                ColorAnimation { to: Theme.gold; duration: 650 }
            }
            Icon {
                id: bell
                anchors { left: parent.left; leftMargin: Theme.small; verticalCenter: parent.verticalCenter }
                name: "bell"
                size: Theme.px(24)
                color: Theme.goldInk
            }
        }
        Words {
            id: said
            anchors { fill: parent; leftMargin: call.visible ? bell.width + 2 * Theme.small : 0; rightMargin: call.visible ? Theme.margin : 0 }
            visible: !view.toast.text
            horizontalAlignment: Text.AlignRight
            text: sentence.news.text
            strong: sentence.news.kind !== "none"
            color: sentence.news.kind === "none" ? Theme.nightMuted : call.visible ? Theme.goldInk : Theme.gold
            font.pixelSize: Theme.caption
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.px(12)
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
    }
}
