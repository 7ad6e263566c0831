// Every colour, size and distance of the screens stands here, and nowhere else.
pragma Singleton
import QtQuick

QtObject {
    id: theme

    property string name: "light"
    property string language: "en"
    property real width: 1280
    property real height: 800
    // A quarter more of everything, for eyes that want it; the screens lay themselves out anew.
    property bool large: false

    // A fraction of the diagonal: at ten inches twelve millimetres stay twelve, whatever the resolution.
    readonly property real finger: Math.sqrt(width * width + height * height) / 1509
    readonly property real scale: finger * (large ? 1.25 : 1)
    readonly property bool portrait: height > width

    function px(units: real): int {
        return Math.max(1, Math.round(units * scale));
    }

    // How much room there is, in units: large text leaves less of it.
    readonly property real unitsAcross: width / scale
    readonly property real unitsDown: height / scale
    readonly property bool narrow: unitsAcross < 700
    readonly property bool low: unitsDown < 660

    // Distances
    readonly property int hair: px(1.5)
    readonly property int tiny: px(4)
    readonly property int small: px(8)
    readonly property int gap: px(low || narrow ? 10 : 14)
    readonly property int margin: px(low || narrow ? 14 : 22)
    readonly property int touch: Math.ceil(73 * scale)
    readonly property int touchMin: Math.ceil(73 * finger) // where it is tight: twelve millimetres
    readonly property int tall: px(low ? 84 : 104)
    readonly property int radius: px(14)

    // Type
    readonly property string family: "Inter"
    readonly property int caption: px(16)
    readonly property int body: px(19)
    readonly property int lead: px(23)
    readonly property int title: px(30)
    readonly property int heading: px(40)
    readonly property int figure: px(56)
    readonly property int hero: px(112)

    // Colours, by what they are for: cream paper and aubergine ink, gold for what is to be won.
    // `night` is the strip and the front page; `stubs` are the colours of the roll that a package is torn from.
    readonly property var palettes: ({
        light: {
            background: "#f5ecdf", surface: "#fffdf8", sunken: "#ece0cf", line: "#d3c2a8",
            text: "#21132f", muted: "#5e5066",
            accent: "#5c1f92", accentDown: "#3c0f66", accentInk: "#ffffff", accentSoft: "#ecdff8", accentSoftInk: "#4b1579",
            down: "#dccbb2",
            good: "#0b6234", goodSoft: "#d6f0dc", goodInk: "#ffffff", warn: "#744000", warnSoft: "#ffe4b0",
            bad: "#a51a13", badSoft: "#fddfd8", badDown: "#7b100b", badInk: "#ffffff",
            night: "#21132f", nightRaised: "#38264e", nightLine: "#54406f", nightInk: "#fffaf0", nightMuted: "#d0c2de", nightGood: "#7be0a6",
            gold: "#ffc53d", goldDown: "#ffe19a", goldInk: "#2b1700", goldLine: "#c48a00",
            alarm: "#cd261c", alarmInk: "#ffffff", caution: "#ffb02e", cautionInk: "#2b1700",
            stubInk: "#21132f",
            stubs: ["#ffbfa8", "#ffd677", "#abe1bf", "#addaf6", "#d8c5f7", "#ffbfd6"]
        },
        dark: {
            background: "#150d1f", surface: "#241834", sunken: "#312344", line: "#4d3d64",
            text: "#fcf6ff", muted: "#c6b9d3",
            accent: "#cba6ff", accentDown: "#e8d8ff", accentInk: "#240a40", accentSoft: "#432768", accentSoftInk: "#ead9ff",
            down: "#46345e",
            good: "#7fe0aa", goodSoft: "#143d2a", goodInk: "#04210f", warn: "#ffcf75", warnSoft: "#4a3408",
            bad: "#ffaaa1", badSoft: "#541c19", badDown: "#ffd2cd", badInk: "#3d0805",
            night: "#0b0612", nightRaised: "#2a1c3d", nightLine: "#46355e", nightInk: "#fffaf0", nightMuted: "#cdbfdc", nightGood: "#7be0a6",
            gold: "#ffc53d", goldDown: "#ffe19a", goldInk: "#2b1700", goldLine: "#ffc53d",
            alarm: "#cd261c", alarmInk: "#ffffff", caution: "#ffb02e", cautionInk: "#2b1700",
            stubInk: "#ffffff",
            stubs: ["#74321f", "#664700", "#17543a", "#1c4c70", "#50357f", "#74284d"]
        },
        contrast: {
            background: "#000000", surface: "#000000", sunken: "#1c1c1c", line: "#ffffff",
            text: "#ffffff", muted: "#f0f0f0",
            accent: "#ffe03b", accentDown: "#ffffff", accentInk: "#000000", accentSoft: "#332c00", accentSoftInk: "#ffe03b",
            down: "#4a4a4a",
            good: "#6dff9d", goodSoft: "#003314", goodInk: "#000000", warn: "#ffc933", warnSoft: "#3a2a00",
            bad: "#ff9d94", badSoft: "#4a0000", badDown: "#ffffff", badInk: "#000000",
            night: "#000000", nightRaised: "#1c1c1c", nightLine: "#ffffff", nightInk: "#ffffff", nightMuted: "#f0f0f0", nightGood: "#6dff9d",
            gold: "#ffe03b", goldDown: "#ffffff", goldInk: "#000000", goldLine: "#ffe03b",
            alarm: "#ff9d94", alarmInk: "#000000", caution: "#ffc933", cautionInk: "#000000",
            stubInk: "#ffe03b",
            stubs: ["#141414", "#141414", "#141414", "#141414", "#141414", "#141414"]
        }
    })
    readonly property var roles: palettes[name]

    readonly property color background: roles.background
    readonly property color surface: roles.surface
    readonly property color sunken: roles.sunken
    readonly property color line: roles.line
    readonly property color text: roles.text
    readonly property color muted: roles.muted
    readonly property color accent: roles.accent
    readonly property color accentDown: roles.accentDown
    readonly property color accentInk: roles.accentInk
    readonly property color accentSoft: roles.accentSoft
    readonly property color accentSoftInk: roles.accentSoftInk
    readonly property color down: roles.down
    readonly property color good: roles.good
    readonly property color goodSoft: roles.goodSoft
    readonly property color goodInk: roles.goodInk
    readonly property color warn: roles.warn
    readonly property color warnSoft: roles.warnSoft
    readonly property color bad: roles.bad
    readonly property color badSoft: roles.badSoft
    readonly property color badDown: roles.badDown
    readonly property color badInk: roles.badInk
    readonly property color night: roles.night
    readonly property color nightRaised: roles.nightRaised
    readonly property color nightLine: roles.nightLine
    readonly property color nightInk: roles.nightInk
    readonly property color nightMuted: roles.nightMuted
    readonly property color nightGood: roles.nightGood
    readonly property color gold: roles.gold
    readonly property color goldDown: roles.goldDown
    readonly property color goldInk: roles.goldInk
    readonly property color goldLine: roles.goldLine
    readonly property color alarm: roles.alarm
    readonly property color alarmInk: roles.alarmInk
    readonly property color caution: roles.caution
    readonly property color cautionInk: roles.cautionInk
    readonly property color stubInk: roles.stubInk

    // What is written upon what; a test measures each pair in each palette.
    readonly property var pairs: [
        ["text", "background"], ["text", "surface"], ["text", "sunken"], ["text", "down"],
        ["muted", "background"], ["muted", "surface"], ["muted", "sunken"],
        ["accent", "background"], ["accent", "surface"], ["accent", "sunken"],
        ["accentInk", "accent"], ["accentInk", "accentDown"],
        ["accentSoftInk", "accentSoft"], ["text", "accentSoft"],
        ["good", "surface"], ["good", "goodSoft"], ["good", "background"], ["text", "goodSoft"], ["goodInk", "good"],
        ["warn", "surface"], ["warn", "warnSoft"], ["text", "warnSoft"],
        ["bad", "surface"], ["bad", "badSoft"], ["bad", "background"], ["text", "badSoft"],
        ["badInk", "bad"], ["badInk", "badDown"],
        ["nightInk", "night"], ["nightMuted", "night"], ["nightGood", "night"], ["gold", "night"],
        ["nightInk", "nightRaised"], ["nightMuted", "nightRaised"], ["gold", "nightRaised"],
        ["goldInk", "gold"], ["goldInk", "goldDown"], ["alarmInk", "alarm"], ["cautionInk", "caution"],
        ["stubInk", "stubs"]
    ]

    // The colour of a package's roll; it stays with the package, so that fingers learn it.
    function stub(index: int): color {
        return roles.stubs[Math.max(0, index) % roles.stubs.length];
    }

    // A whole number for a reader.
    function count(n: real): string {
        return Number(n).toLocaleString(Qt.locale(language), "f", 0);
    }
    // How many there are decides the plural, in languages that have more of them than English.
    function tickets(n: real): string {
        return n === 1 ? qsTr("1 ticket") : qsTr("%1 tickets", "", n).arg(count(n));
    }

    // A kind of news and its two colours.
    function ink(kind: string): color {
        return kind === "good" ? good : kind === "warn" ? warn : kind === "bad" ? bad : kind === "accent" ? accentSoftInk : text;
    }
    function wash(kind: string): color {
        return kind === "good" ? goodSoft : kind === "warn" ? warnSoft : kind === "bad" ? badSoft : kind === "accent" ? accentSoft : sunken;
    }

    // Strokes on a grid of 24, drawn for this program.
    readonly property var icons: ({
        back: "M19 12 H5 M11 6 L5 12 L11 18",
        check: "M4.5 12.5 L10 18 L19.5 6.5",
        cross: "M6 6 L18 18 M18 6 L6 18",
        plus: "M12 5 V19 M5 12 H19",
        minus: "M5 12 H19",
        erase: "M9 5 H20 V19 H9 L3 12 Z M11.5 9.5 L16.5 14.5 M16.5 9.5 L11.5 14.5",
        ticket: "M3 7 H21 V10.2 A1.9 1.9 0 0 0 21 13.8 V17 H3 V13.8 A1.9 1.9 0 0 0 3 10.2 Z M14.5 7 V9 M14.5 11 V13 M14.5 15 V17",
        printer: "M7 9 V4 H17 V9 M7 17 H4 V9 H20 V17 H17 M7 14 H17 V20 H7 Z",
        scanner: "M4 6 V18 M8 6 V18 M11 6 V18 M15 6 V18 M17.5 6 V18 M20.5 6 V18",
        code: "M3.5 3.5 H9.5 V9.5 H3.5 Z M14.5 3.5 H20.5 V9.5 H14.5 Z M3.5 14.5 H9.5 V20.5 H3.5 Z M6.5 6.5 V6.6 M17.5 6.5 V6.6 M6.5 17.5 V17.6 M12 4 V8.5 M4 12 H8 M12 12 H14 M14.5 14.5 V17.5 H17 M20.5 12 V15 M17.5 20.5 H20.5 V18.5 M12 16 V20.5",
        network: "M3 9.5 A13 13 0 0 1 21 9.5 M6.2 13 A8.4 8.4 0 0 1 17.8 13 M9.4 16.4 A3.8 3.8 0 0 1 14.6 16.4 M12 19.5 V19.6",
        clock: "M12 3.5 A8.5 8.5 0 1 0 12.01 3.5 Z M12 7.5 V12 L15.2 14",
        hourglass: "M6 4 H18 M6 20 H18 M7.5 4 C7.5 9 16.5 15 16.5 20 M16.5 4 C16.5 9 7.5 15 7.5 20",
        upload: "M12 16 V5 M7 10 L12 5 L17 10 M4.5 19.5 H19.5",
        person: "M12 4 A3.8 3.8 0 1 0 12.01 4 Z M4.5 20 C5.5 15.5 8.5 14.5 12 14.5 C15.5 14.5 18.5 15.5 19.5 20",
        search: "M10.5 4 A6.5 6.5 0 1 0 10.51 4 Z M15.4 15.4 L20 20",
        lock: "M6 11 H18 V20 H6 Z M8.5 11 V8 A3.5 3.5 0 0 1 15.5 8 V11",
        warning: "M12 4 L21.5 20 H2.5 Z M12 10 V14.5 M12 17.3 V17.4",
        repeat: "M5 12 A7 7 0 0 1 17.5 7.6 M19 4 V8.5 H14.5 M19 12 A7 7 0 0 1 6.5 16.4 M5 20 V15.5 H9.5",
        cash: "M3 7 H21 V17 H3 Z M12 9.8 A2.2 2.2 0 1 0 12.01 9.8 Z M6 12 V12.1 M18 12 V12.1",
        exit: "M10 4.5 H5 V19.5 H10 M15 8 L19 12 L15 16 M19 12 H9.5",
        info: "M12 3.5 A8.5 8.5 0 1 0 12.01 3.5 Z M12 11 V16 M12 8 V8.1",
        globe: "M12 3.5 A8.5 8.5 0 1 0 12.01 3.5 Z M3.5 12 H20.5 M12 3.5 C7 8 7 16 12 20.5 M12 3.5 C17 8 17 16 12 20.5",
        card: "M3 6 H21 V18 H3 Z M3 10 H21 M6.5 14.5 H10.5",
        split: "M3 12 H9 L14 6 H20 M9 12 L14 18 H20 M17 3 L20 6 L17 9 M17 15 L20 18 L17 21",
        bolt: "M13 3 L5 13.5 H11 L10 21 L18.5 10 H12.5 Z",
        bell: "M5 17 H19 C17 15 17.5 11 17 9 A5 5 0 0 0 7 9 C6.5 11 7 15 5 17 Z M10 20 H14",
        hand: "M8 13 V6 A1.6 1.6 0 0 1 11.2 6 V11 V4.6 A1.6 1.6 0 0 1 14.4 4.6 V11 V6.5 A1.6 1.6 0 0 1 17.6 6.5 V14.5 C17.6 18.5 15.5 21 12.5 21 C9.5 21 8 19.5 6.8 17 L4.6 13 A1.6 1.6 0 0 1 7.2 11.4 Z",
        list: "M8 6 H20 M8 12 H20 M8 18 H20 M4 6 V6.1 M4 12 V12.1 M4 18 V18.1",
        next: "M5 12 H19 M13 6 L19 12 L13 18",
        upper: "M12 5 L5 12.5 H9 V18.5 H15 V12.5 H19 Z",
        calendar: "M4 6 H20 V20 H4 Z M4 10.5 H20 M8.5 3.5 V8 M15.5 3.5 V8",
        wrench: "M19.5 7.5 A5 5 0 0 1 12.8 13 L7 19.5 A1.8 1.8 0 0 1 4.5 17 L11 11.2 A5 5 0 0 1 16.5 4.5 L13.5 7.5 L16.5 10.5 Z",
        star: "M12 4 L14.4 9.4 L20.2 10 L15.9 13.9 L17.1 19.6 L12 16.7 L6.9 19.6 L8.1 13.9 L3.8 10 L9.6 9.4 Z",
        drawer: "M4 5 H20 V19 H4 Z M4 12 H20 M10 8.5 H14 M10 15.5 H14",
        disk: "M5 4 H17 L20 7 V20 H5 Z M8 4 V9 H15 V4 M8 20 V14 H17 V20",
        copies: "M9 9 H20 V20 H9 Z M6 15 H4 V4 H15 V6",
        gear: "M12 8.6 A3.4 3.4 0 1 0 12.01 8.6 Z M12 3 V5.6 M12 18.4 V21 M3 12 H5.6 M18.4 12 H21 M5.6 5.6 L7.5 7.5 M16.5 16.5 L18.4 18.4 M18.4 5.6 L16.5 7.5 M7.5 16.5 L5.6 18.4",
        message: "M4 5 H20 V16 H11 L7 20 V16 H4 Z M8 9 H16 M8 12.3 H13",
        pulse: "M3 12 H7 L10 5 L14 19 L17 12 H21",
        shield: "M12 3.5 L19 6 V11.5 C19 16 16 19 12 20.5 C8 19 5 16 5 11.5 V6 Z M8.8 12 L11.2 14.4 L15.4 9.8",
        question: "M12 3.5 A8.5 8.5 0 1 0 12.01 3.5 Z M9.6 9.8 A2.4 2.4 0 1 1 12 12.4 V13.6 M12 16.6 V16.7",
        cash_in: "M12 4 V13.5 M8 9.5 L12 13.5 L16 9.5 M4 14 V19.5 H20 V14",
        cash_out: "M12 13.5 V4 M8 8 L12 4 L16 8 M4 14 V19.5 H20 V14",
        report: "M6 3.5 H18 V20.5 L15.6 18.8 L13.8 20.5 L12 18.8 L10.2 20.5 L8.4 18.8 L6 20.5 Z M9 8 H15 M9 11.5 H15 M9 15 H12",
        count: "M6 3.5 H18 V20.5 H6 Z M9 7.5 H15 M9 12 V12.1 M12 12 V12.1 M15 12 V12.1 M9 16 V16.1 M12 16 V16.1 M15 16 V16.1",
        chip: "M7 7 H17 V17 H7 Z M10 4 V7 M14 4 V7 M10 17 V20 M14 17 V20 M4 10 H7 M4 14 H7 M17 10 H20 M17 14 H20",
        book: "M5 4 H17 A2 2 0 0 1 19 6 V20 H7 A2 2 0 0 1 5 18 Z M5 18 A2 2 0 0 1 7 16 H19 M9 8 H15"
    })
}
