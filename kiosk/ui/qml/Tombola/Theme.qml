// Every colour, size and distance of the screens stands here, and nowhere else.
pragma Singleton
import QtQuick

QtObject {
    id: theme

    property string name: "light"
    property real width: 1280
    property real height: 800

    // A fraction of the diagonal: at ten inches twelve millimetres stay twelve, whatever the resolution.
    readonly property real scale: Math.sqrt(width * width + height * height) / 1509
    readonly property bool portrait: height > width

    function px(units: real): int {
        return Math.max(1, Math.round(units * scale));
    }

    // Distances
    readonly property int hair: px(1.5)
    readonly property int tiny: px(4)
    readonly property int small: px(8)
    readonly property int gap: px(14)
    readonly property int margin: px(22)
    readonly property int touch: Math.ceil(73 * scale)
    readonly property int tall: px(104)
    readonly property int strip: px(70)
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

    // Colours, by what they are for
    readonly property var palettes: ({
        light: {
            background: "#f1f3f6", surface: "#ffffff", sunken: "#e7eaef", line: "#cfd5de",
            text: "#141922", muted: "#535c6b",
            accent: "#2b44c7", accentDown: "#1c2f96", accentInk: "#ffffff", accentSoft: "#e6eaff", accentSoftInk: "#22369f",
            down: "#d7dce5",
            good: "#11693a", goodSoft: "#dcf3e4", warn: "#7a4b00", warnSoft: "#fdeec9",
            bad: "#a81f18", badSoft: "#fde4e1", badDown: "#7e120d", badInk: "#ffffff"
        },
        dark: {
            background: "#0d1117", surface: "#171d27", sunken: "#222a37", line: "#364152",
            text: "#f3f5f9", muted: "#a9b4c4",
            accent: "#93a7ff", accentDown: "#c3cdff", accentInk: "#0b1340", accentSoft: "#232e5c", accentSoftInk: "#cbd4ff",
            down: "#303b4d",
            good: "#7bdba6", goodSoft: "#12382a", warn: "#ffd27a", warnSoft: "#41310c",
            bad: "#ffa79f", badSoft: "#4c1a18", badDown: "#ffd0cb", badInk: "#3d0805"
        },
        contrast: {
            background: "#000000", surface: "#000000", sunken: "#1c1c1c", line: "#ffffff",
            text: "#ffffff", muted: "#f0f0f0",
            accent: "#ffe03b", accentDown: "#ffffff", accentInk: "#000000", accentSoft: "#332c00", accentSoftInk: "#ffe03b",
            down: "#4a4a4a",
            good: "#6dff9d", goodSoft: "#003314", warn: "#ffc933", warnSoft: "#3a2a00",
            bad: "#ff9d94", badSoft: "#4a0000", badDown: "#ffffff", badInk: "#000000"
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
    readonly property color warn: roles.warn
    readonly property color warnSoft: roles.warnSoft
    readonly property color bad: roles.bad
    readonly property color badSoft: roles.badSoft
    readonly property color badDown: roles.badDown
    readonly property color badInk: roles.badInk

    // What is written upon what; a test measures each pair in each palette.
    readonly property var pairs: [
        ["text", "background"], ["text", "surface"], ["text", "sunken"], ["text", "down"],
        ["muted", "background"], ["muted", "surface"], ["muted", "sunken"],
        ["accent", "background"], ["accent", "surface"], ["accent", "sunken"],
        ["accentInk", "accent"], ["accentInk", "accentDown"],
        ["accentSoftInk", "accentSoft"], ["text", "accentSoft"],
        ["good", "surface"], ["good", "goodSoft"], ["good", "background"], ["text", "goodSoft"],
        ["warn", "surface"], ["warn", "warnSoft"], ["text", "warnSoft"],
        ["bad", "surface"], ["bad", "badSoft"], ["bad", "background"], ["text", "badSoft"],
        ["badInk", "bad"], ["badInk", "badDown"]
    ]

    // A whole number for a reader.
    function count(n: real): string {
        return Number(n).toLocaleString(Qt.locale("en"), "f", 0);
    }
    function tickets(n: real): string {
        return n === 1 ? qsTr("1 ticket") : qsTr("%1 tickets").arg(count(n));
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
