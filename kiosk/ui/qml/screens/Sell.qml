// The till: the ways to other screens, what is on sale, and what the customer takes.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property bool wide: !Theme.portrait

    // One event is a board, a few are tabs; of many, one is shown, and the way to the others.
    component Events: RowLayout {
        id: events
        readonly property int amount: lists.events.count
        readonly property bool few: amount <= (Theme.portrait || Theme.narrow ? 2 : 3)
        spacing: Theme.gap

        EventTab {
            visible: !events.few || events.amount < 2
            still: true
            chosen: true
            Layout.fillWidth: true
            title: view.event.name === "" ? qsTr("No event") : view.event.name
            words: view.event.venue
            prize: view.event.jackpot
            test: view.event.test
            act: "event"
        }
        Repeater {
            model: lists.events
            EventTab {
                required property var row
                required property int index
                visible: events.few && events.amount > 1
                Layout.fillWidth: true
                Layout.preferredWidth: row.selected ? 7 : 4
                arg: row.id
                mark: index
                title: row.name
                words: row.selected ? row.venue : row.state_words
                prize: row.jackpot
                chosen: row.selected
                test: row.selected && view.event.test
                size: row.selected ? Theme.lead : Theme.body
            }
        }
        BigButton {
            visible: !events.few
            act: "open_events"
            picture: "calendar"
            size: Theme.body
            text: qsTr("All %1 events").arg(events.amount)
            Layout.maximumWidth: Theme.px(230)
        }
    }

    // As many rows as it takes, each filled from edge to edge, the fuller ones first; it scrolls where they are many.
    component Packages: Stretch {
        id: grid
        readonly property int amount: lists.packages.count
        readonly property int most: Math.max(1, Math.floor((width + Theme.gap) / (Theme.px(154) + Theme.gap)))
        readonly property int wanted: amount <= 3 ? 1 : amount <= 6 ? 2 : amount <= 9 ? 3 : amount <= 16 ? 4 : Math.ceil(amount / 5)
        readonly property int rows: Math.max(wanted, Math.ceil(amount / most))
        readonly property int base: Math.max(1, Math.floor(amount / Math.max(1, rows)))
        readonly property int fuller: amount - base * rows
        readonly property int lowest: Math.max(Theme.touchMin, Theme.px(76))
        readonly property int cellHeight: Math.max(lowest, Math.min(Theme.px(rows === 1 ? 320 : 260), Math.floor((height - (rows - 1) * Theme.gap) / Math.max(1, rows))))
        needed: rows * lowest + (rows - 1) * Theme.gap

        Item {
            id: field
            width: parent.width
            height: parent.height
            Repeater {
                model: lists.packages
                PackageButton {
                    required row
                    required property int index
                    readonly property int split: grid.fuller * (grid.base + 1)
                    readonly property int line: index < split ? Math.floor(index / (grid.base + 1)) : grid.fuller + Math.floor((index - split) / grid.base)
                    readonly property int inLine: line < grid.fuller ? grid.base + 1 : grid.base
                    readonly property int place: index < split ? index % inLine : (index - split) % inLine
                    x: place * (width + Theme.gap)
                    y: line * (height + Theme.gap)
                    width: Math.floor((field.width - (inLine - 1) * Theme.gap) / inLine)
                    height: grid.cellHeight
                    scrolls: grid.crowded
                }
            }
        }
    }

    // How often the next package counts, and whether each sale is looked at before it is paid.
    component Ways: RowLayout {
        spacing: Theme.gap
        Row {
            Layout.fillWidth: true
            Layout.preferredWidth: 4 * Theme.touch
            id: times
            spacing: Theme.tiny
            readonly property int cell: Math.floor((width - 3 * spacing) / 4)
            Repeater {
                model: lists.times
                BigButton {
                    required property var row
                    act: "times"
                    arg: row
                    text: "×" + row
                    chosen: view.sell.times === row
                    width: times.cell
                    Accessible.name: qsTr("%1 times", "", row).arg(row)
                    Accessible.role: Accessible.RadioButton
                }
            }
        }
        BigButton {
            Layout.fillWidth: true
            Layout.preferredWidth: 2.6 * Theme.touch
            readonly property bool fast: view.sell.mode === "fast"
            act: "sell_mode"
            arg: fast ? "runner" : "fast"
            mark: ""
            picture: "bolt"
            chosen: fast
            text: fast ? qsTr("Fast sale: on") : qsTr("Fast sale: off")
            size: Theme.body
            Accessible.role: Accessible.CheckBox
            Accessible.checkable: true
            Accessible.checked: fast
        }
    }

    component Rail: GridLayout {
        columns: Theme.portrait ? 5 : 1
        columnSpacing: Theme.small
        rowSpacing: Theme.small
        uniformCellWidths: true
        uniformCellHeights: true
        RailButton { act: "open_lookup"; picture: "search"; text: qsTr("Look up"); Layout.fillWidth: true; Layout.fillHeight: screen.wide }
        RailButton { act: "open_shift"; picture: "drawer"; text: qsTr("Shift"); Layout.fillWidth: true; Layout.fillHeight: screen.wide }
        RailButton { act: "open_sync"; picture: "pulse"; text: qsTr("Status"); badge: view.status.messages > 0 ? Theme.count(view.status.messages) : ""; Layout.fillWidth: true; Layout.fillHeight: screen.wide }
        RailButton { act: "lock"; picture: "lock"; text: qsTr("Lock"); Layout.fillWidth: true; Layout.fillHeight: screen.wide }
        RailButton { act: "log_off"; picture: "exit"; text: qsTr("Log off"); Layout.fillWidth: true; Layout.fillHeight: screen.wide }
    }

    // What the customer takes, on a ticket whose stub is the sum.
    component Basket: Item {
        id: basket
        readonly property int foot: total.height + pay.height + Theme.gap + 2 * Theme.small
        implicitHeight: top.height + 2 * (Theme.touchMin + Theme.small) + Theme.px(12) + foot

        Ticket {
            anchors.fill: parent
            upright: true
            stub: basket.foot
            tint: Theme.surface
        }

        Item {
            id: top
            anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.margin; rightMargin: Theme.small }
            height: Theme.touchMin
            Words {
                anchors { left: parent.left; right: clear.left; verticalCenter: parent.verticalCenter }
                text: qsTr("Basket")
                strong: true
                font.pixelSize: Theme.lead
            }
            BigButton {
                id: clear
                anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                visible: !view.basket.empty
                act: "clear_basket"
                kind: "quiet"
                text: qsTr("Clear")
                size: Theme.body
                height: Theme.touchMin
                background: Item {
                    Rectangle {
                        anchors { fill: parent; margins: Theme.small }
                        radius: Theme.px(10)
                        color: clear.down ? Theme.down : "transparent"
                    }
                }
            }
        }

        Scroll {
            id: lines
            visible: !view.basket.empty
            anchors { left: parent.left; right: parent.right; top: top.bottom; bottom: parent.bottom; bottomMargin: basket.foot + Theme.px(10); leftMargin: Theme.margin; rightMargin: Theme.gap }
            model: lists.lines
            delegate: Item {
                id: line
                required property var row
                required property int index
                width: lines.width - (lines.more ? Theme.gap : 0)
                height: Theme.touchMin + Theme.small

                Rectangle {
                    anchors { left: parent.left; right: parent.right; top: parent.top }
                    height: Theme.hair
                    color: Theme.line
                }
                Column {
                    anchors { left: parent.left; right: steps.left; rightMargin: Theme.small; verticalCenter: parent.verticalCenter }
                    Words {
                        width: parent.width
                        text: line.row.package
                        strong: true
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(13)
                    }
                    Words {
                        width: parent.width
                        text: line.row.price
                        figures: true
                        strong: true
                        font.pixelSize: Theme.body
                        color: Theme.accent
                    }
                    Words {
                        width: parent.width
                        text: lists.events.count > 1 ? line.row.event : Theme.tickets(line.row.tickets)
                        color: Theme.muted
                        font.pixelSize: Theme.px(14)
                    }
                }
                Stepper {
                    id: steps
                    anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                    what: line.row.package
                    index: line.row.index
                    amount: line.row.quantity
                }
            }
        }

        Column {
            visible: view.basket.empty
            anchors { left: parent.left; right: parent.right; margins: Theme.margin; verticalCenter: parent.verticalCenter; verticalCenterOffset: (top.height - basket.foot) / 2 }
            spacing: Theme.gap
            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                visible: !Theme.low && screen.wide
                name: "ticket"
                rotation: -18
                size: Theme.px(96)
                color: Theme.stub(1)
                weight: 1.6
            }
            Words {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: !view.event.can_sell ? qsTr("Nothing can be sold now") : view.sell.mode === "fast" ? qsTr("One tap on a package goes straight to payment") : qsTr("Tap a package to begin")
                color: Theme.muted
                font.pixelSize: Theme.lead
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.px(15)
                wrapMode: Text.Wrap
                maximumLineCount: 3
            }
            BigButton {
                anchors.horizontalCenter: parent.horizontalCenter
                width: Math.min(implicitWidth, parent.width)
                visible: view.sell.can_repeat
                act: "repeat_last"
                picture: "repeat"
                text: qsTr("Repeat last sale")
                size: Theme.body
            }
        }

        Item {
            id: total
            anchors { left: parent.left; right: parent.right; bottom: pay.top; bottomMargin: Theme.small; leftMargin: Theme.margin; rightMargin: Theme.margin }
            height: Theme.px(Theme.low ? 54 : 72)
            Words {
                id: amount
                anchors { left: parent.left; verticalCenter: parent.verticalCenter }
                width: Math.min(implicitWidth, parent.width * 0.42)
                text: Theme.tickets(view.basket.count)
                color: Theme.muted
                font.pixelSize: Theme.lead
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(13)
            }
            Words {
                anchors { left: amount.right; right: parent.right; leftMargin: Theme.small; verticalCenter: parent.verticalCenter }
                horizontalAlignment: Text.AlignRight
                text: view.basket.total
                figures: true
                font.weight: Font.Bold
                font.pixelSize: Theme.px(Theme.low ? 50 : 64)
                font.letterSpacing: -Theme.px(1)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.lead
            }
        }
        BigButton {
            id: pay
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.gap }
            act: "pay"
            once: true
            kind: "primary"
            picture: "cash"
            offered: !view.basket.empty
            text: qsTr("Pay")
        }
    }

    RowLayout {
        visible: screen.wide
        anchors.fill: parent
        spacing: Theme.margin

        Loader {
            active: screen.wide
            sourceComponent: Rail {}
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(104)
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.gap
            Loader { active: screen.wide; sourceComponent: Events {}
            Layout.fillWidth: true }
            Loader { active: screen.wide; sourceComponent: Packages {}
            Layout.fillWidth: true; Layout.fillHeight: true }
            Notice { visible: text !== "" && screen.wide; Layout.fillWidth: true; kind: view.event.test ? "warn" : "bad"; text: view.event.why_not }
            Loader { active: screen.wide; sourceComponent: Ways {}
            Layout.fillWidth: true }
        }
        Loader {
            active: screen.wide
            sourceComponent: Basket {}
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(Theme.low ? 390 : 430)
        }
    }
    ColumnLayout {
        visible: !screen.wide
        anchors.fill: parent
        spacing: Theme.gap

        Loader { active: !screen.wide; sourceComponent: Events {}
            Layout.fillWidth: true }
        Loader { active: !screen.wide; sourceComponent: Packages {}
            Layout.fillWidth: true; Layout.fillHeight: true }
        Notice { visible: text !== "" && !screen.wide; Layout.fillWidth: true; kind: view.event.test ? "warn" : "bad"; text: view.event.why_not }
        Loader { active: !screen.wide; sourceComponent: Ways {}
            Layout.fillWidth: true }
        Loader { active: !screen.wide; sourceComponent: Basket {}
            Layout.fillWidth: true; Layout.preferredHeight: item ? Math.max(item.implicitHeight, Math.round(screen.height * 0.36)) : 0 }
        Loader { active: !screen.wide; sourceComponent: Rail {}
            Layout.fillWidth: true }
    }
}
