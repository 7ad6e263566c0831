// A customer chooses: large packages, and what has been taken so far at the foot.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    spacing: Theme.gap

    SelfHead {
        Layout.fillWidth: true
        title: qsTr("Choose your tickets")
        words: view.event.name
    }

    // Which event, where there are several.
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap
        EventTab {
            visible: lists.events.count === 1
            still: true
            chosen: true
            act: "event"
            Layout.fillWidth: true
            title: view.event.name
            words: view.event.venue
            prize: view.event.jackpot
            test: view.event.test
        }
        Repeater {
            model: lists.events
            EventTab {
                required property var row
                required property int index
                visible: lists.events.count > 1 && index < (Theme.portrait ? 2 : 3)
                Layout.fillWidth: true
                Layout.preferredWidth: row.selected ? 7 : 5
                arg: row.id
                mark: index
                title: row.name
                words: row.selected ? row.venue : row.state_words
                prize: row.jackpot
                chosen: row.selected
            }
        }
    }

    Stretch {
        id: shelf
        Layout.fillWidth: true
        Layout.fillHeight: true
        readonly property int many: lists.packages.count
        readonly property int across: Theme.portrait ? (many > 3 ? 2 : 1) : many <= 3 ? Math.max(1, many) : many <= 4 ? 2 : many <= 9 ? 3 : 4
        readonly property int rows: Math.ceil(many / across)
        needed: rows * Theme.px(Theme.portrait ? 132 : 108) + (rows - 1) * Theme.gap

        Item {
            id: grid
            width: parent.width
            height: parent.height
            readonly property int cellHeight: Math.min(Theme.px(300), Math.floor((height - (shelf.rows - 1) * Theme.gap) / shelf.rows))
            Repeater {
                model: lists.packages
                PackageButton {
                    required row
                    required property int index
                    x: (index % shelf.across) * (width + Theme.gap)
                    y: Math.floor(index / shelf.across) * (height + Theme.gap)
                    width: Math.floor((grid.width - (shelf.across - 1) * Theme.gap) / shelf.across)
                    height: grid.cellHeight
                    scrolls: shelf.crowded
                }
            }
        }
    }
    Notice { Layout.fillWidth: true; kind: "bad"; text: view.event.why_not }

    // The basket at the foot: how many, how much, and on.
    Item {
        id: foot
        Layout.fillWidth: true
        implicitHeight: Theme.px(Theme.low ? 92 : 112)
        Ticket {
            id: paper
            anchors.fill: parent
            stub: go.width + 2 * Theme.small + notch
            tint: Theme.surface
        }
        Words {
            id: amount
            anchors { left: parent.left; leftMargin: Theme.margin; verticalCenter: parent.verticalCenter }
            width: view.basket.empty ? go.x - x - 2 * Theme.margin : Math.round(parent.width * (Theme.narrow ? 0.3 : Theme.portrait ? 0.26 : 0.22))
            text: view.basket.empty ? qsTr("Nothing chosen yet") : Theme.tickets(view.basket.count)
            color: Theme.muted
            font.pixelSize: Theme.title
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.px(12)
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Words {
            anchors { left: amount.right; leftMargin: Theme.gap; right: go.left; rightMargin: 2 * Theme.margin; top: parent.top; bottom: parent.bottom }
            visible: !view.basket.empty
            horizontalAlignment: Text.AlignRight
            text: view.basket.total
            figures: true
            font.weight: Font.Bold
            font.letterSpacing: -Theme.px(2)
            font.pixelSize: Theme.px(Theme.low ? 54 : 72)
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.body
        }
        BigButton {
            id: go
            anchors { right: parent.right; top: parent.top; bottom: parent.bottom; margins: Theme.small }
            width: Math.min(parent.width * (Theme.narrow ? 0.36 : 0.4), Theme.px(420))
            act: "review"
            once: true
            kind: "primary"
            picture: "next"
            offered: !view.basket.empty
            text: qsTr("Continue")
        }
    }
}
