// Which event is sold: each with its place, what is to be won, and how many numbers are left.
import QtQuick
import QtQuick.Layouts
import Tombola

ColumnLayout {
    id: screen
    spacing: Theme.gap

    ScreenHead {
        Layout.fillWidth: true
        title: qsTr("What is sold?")
        words: qsTr("Tap an event. The others stay as tabs while you sell.")
    }

    Stretch {
        id: all
        readonly property int across: lists.events.count < 2 ? 1 : Theme.portrait || Theme.narrow ? 1 : lists.events.count < 5 ? 2 : 3
        readonly property int rows: Math.ceil(lists.events.count / across)
        Layout.fillWidth: true
        Layout.fillHeight: true
        needed: rows * Theme.px(140) + (rows - 1) * Theme.gap

        Item {
            id: grid
            width: parent.width
            height: parent.height
            readonly property int cellWidth: Math.floor((width - (all.across - 1) * Theme.gap) / all.across)
            readonly property int cellHeight: Math.min(Theme.px(all.rows === 1 ? 340 : 250), Math.floor((height - (all.rows - 1) * Theme.gap) / all.rows))

            Repeater {
                model: lists.events
                Touch {
                    id: event
                    required property var row
                    required property int index
                    x: (index % all.across) * (width + Theme.gap)
                    y: Math.floor(index / all.across) * (height + Theme.gap)
                    width: grid.cellWidth
                    height: grid.cellHeight
                    act: "choose_event"
                    arg: row.id
                    mark: index
                    text: [row.name, row.venue, row.jackpot, row.state_words].filter(Boolean).join(", ")
                    offered: row.can_sell

                    readonly property bool lit: enabled && row.selected
                    readonly property int stub: Math.round(Math.min(height * 0.42, Theme.px(120)))
                    background: Ticket {
                        upright: true
                        stub: event.stub
                        scrolls: all.crowded
                        paper: !event.enabled ? Theme.sunken : event.down ? Theme.accentSoft : Theme.surface
                        tint: !event.enabled ? Theme.sunken : event.down ? Theme.accent : Theme.stub(event.index)
                        line: event.down || event.lit ? Theme.accent : Theme.line
                        weight: event.down || event.lit ? Theme.px(3) : Theme.hair
                    }
                    contentItem: Item {
                        Words {
                            id: name
                            anchors { left: parent.left; right: parent.right; leftMargin: Theme.margin; rightMargin: Theme.margin }
                            y: Theme.tiny
                            height: parent.height - event.stub - 2 * Theme.tiny - (where.visible ? where.height : 0)
                            verticalAlignment: where.visible && event.height <= Theme.px(200) ? Text.AlignBottom : Text.AlignVCenter
                            text: event.row.name
                            strong: true
                            color: event.enabled ? Theme.text : Theme.muted
                            font.pixelSize: event.height > Theme.px(280) ? Theme.heading : event.height > Theme.px(170) ? Theme.title : Theme.lead
                            fontSizeMode: Text.Fit
                            minimumPixelSize: Theme.px(14)
                            lineHeight: 0.95
                            wrapMode: Text.Wrap
                        }
                        Words {
                            id: where
                            anchors { left: parent.left; right: parent.right; leftMargin: Theme.margin; rightMargin: Theme.margin }
                            y: parent.height - event.stub - Theme.tiny - height
                            height: implicitHeight + (event.height > Theme.px(170) ? Theme.small : 0)
                            visible: text !== ""
                            text: event.height > Theme.px(140) || event.width > Theme.px(420) ? [event.row.venue, event.row.left].filter(Boolean).join(" · ") : event.row.left
                            color: Theme.muted
                            font.pixelSize: Theme.caption
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.px(12)
                        }
                        Words {
                            id: state
                            anchors { left: parent.left; bottom: parent.bottom; leftMargin: Theme.margin }
                            height: event.stub
                            width: Math.min(implicitWidth, parent.width * (event.row.jackpot === "" ? 0.9 : 0.42))
                            text: event.row.state_words
                            strong: true
                            color: !event.enabled ? Theme.muted : event.down ? Theme.accentInk : Theme.stubInk
                            font.pixelSize: Theme.body
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.px(13)
                        }
                        Words {
                            anchors { left: state.right; right: parent.right; bottom: parent.bottom; leftMargin: Theme.gap; rightMargin: Theme.margin }
                            height: event.stub
                            horizontalAlignment: Text.AlignRight
                            text: event.row.jackpot
                            figures: true
                            font.weight: Font.Bold
                            color: state.color
                            font.pixelSize: Theme.heading
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.px(14)
                        }
                    }
                }
            }
        }
    }
}
