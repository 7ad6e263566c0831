// The till: what is on sale at the left, what the customer takes at the right.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(640)
            spacing: Theme.gap

            // The name goes first: what is to be won takes what it needs, and no more than its share.
            Item {
                id: head
                Layout.fillWidth: true
                implicitHeight: Math.max(title.implicitHeight, prize.implicitHeight)
                ColumnLayout {
                    id: title
                    anchors { left: parent.left; right: prize.visible ? prize.left : parent.right; rightMargin: prize.visible ? Theme.margin : 0; verticalCenter: parent.verticalCenter }
                    spacing: 0
                    Words {
                        Layout.fillWidth: true
                        text: view.event.name === "" ? qsTr("No event") : view.event.name
                        strong: true
                        font.pixelSize: Theme.title
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.caption
                    }
                    RowLayout {
                        spacing: Theme.small
                        Badge {
                            visible: view.event.test
                            text: qsTr("TEST")
                            kind: "warn"
                            size: Theme.px(14)
                        }
                        Words {
                            Layout.fillWidth: true
                            text: view.event.venue
                            color: Theme.muted
                        }
                    }
                }
                Column {
                    id: prize
                    visible: view.event.jackpot !== ""
                    anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                    width: Math.min(Math.max(label.implicitWidth, won.implicitWidth), Math.round(head.width * 0.4))
                    Words {
                        id: label
                        width: parent.width
                        horizontalAlignment: Text.AlignRight
                        text: qsTr("Jackpot")
                        color: Theme.muted
                        font.pixelSize: Theme.caption
                    }
                    Words {
                        id: won
                        width: parent.width
                        horizontalAlignment: Text.AlignRight
                        text: view.event.jackpot
                        color: Theme.accent
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: text.length > 16 ? Theme.lead : Theme.px(34)
                        lineHeight: 0.95
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                    }
                }
            }

            RowLayout {
                visible: lists.events.count > 1
                Layout.fillWidth: true
                spacing: Theme.gap
                Repeater {
                    model: lists.events
                    BigButton {
                        required property var row
                        required property int index
                        Layout.fillWidth: true
                        Layout.preferredWidth: 1
                        act: "choose_event"
                        arg: row.id
                        mark: index
                        text: row.name
                        detail: row.state_words
                        size: Theme.body
                        chosen: row.selected
                    }
                }
            }

            // As many rows as it takes, each filled from edge to edge, the fuller ones first.
            Item {
                id: grid
                readonly property int amount: lists.packages.count
                readonly property int rows: amount <= 3 ? 1 : amount <= 6 ? 2 : amount <= 9 ? 3 : amount <= 16 ? 4 : Math.ceil(amount / 5)
                readonly property int base: Math.max(1, Math.floor(amount / rows))
                readonly property int fuller: amount - base * rows
                readonly property real cellHeight: Math.max(Theme.touch, Math.min(Theme.px(rows === 1 ? 320 : 260), Math.floor((height - (rows - 1) * Theme.gap) / rows)))

                Layout.fillWidth: true
                Layout.fillHeight: true

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
                        width: Math.floor((grid.width - (inLine - 1) * Theme.gap) / inLine)
                        height: grid.cellHeight
                    }
                }
            }

            Notice {
                Layout.fillWidth: true
                kind: "bad"
                text: view.event.why_not
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 2
                    act: "open_lookup"
                    picture: "search"
                    text: qsTr("Look up ticket")
                    size: Theme.body
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    act: "open_sync"
                    picture: "upload"
                    text: qsTr("Status")
                    size: Theme.body
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    act: "log_off"
                    picture: "exit"
                    text: qsTr("Log off")
                    size: Theme.body
                }
            }
        }

        Card {
            Layout.fillHeight: true
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.px(440)
            Layout.preferredHeight: Theme.px(520)

            ColumnLayout {
                anchors { fill: parent; margins: Theme.gap; leftMargin: Theme.margin; rightMargin: Theme.margin }
                spacing: Theme.small

                RowLayout {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.touch
                    Words {
                        Layout.fillWidth: true
                        text: qsTr("Basket")
                        strong: true
                        font.pixelSize: Theme.lead
                    }
                    BigButton {
                        visible: !view.basket.empty
                        act: "clear_basket"
                        kind: "quiet"
                        text: qsTr("Clear")
                        size: Theme.body
                    }
                }

                Scroll {
                    id: lines
                    visible: !view.basket.empty
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    model: lists.lines
                    delegate: Item {
                        id: line
                        required property var row
                        required property int index
                        width: lines.width - (lines.contentHeight > lines.height + 1 ? Theme.gap : 0)
                        height: Theme.touch + Theme.small

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
                            }
                            Words {
                                width: parent.width
                                text: lists.events.count > 1 ? line.row.event : Theme.tickets(line.row.tickets)
                                color: Theme.muted
                                font.pixelSize: Theme.caption
                            }
                            Words {
                                width: parent.width
                                text: line.row.price
                                figures: true
                                font.pixelSize: Theme.body
                                color: Theme.accent
                                strong: true
                            }
                        }
                        Row {
                            id: steps
                            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                            Key {
                                act: "less"
                                arg: line.row.index
                                text: qsTr("One %1 less").arg(line.row.package)
                                picture: "minus"
                                size: Theme.lead
                                soft: true
                                width: Theme.touch
                                height: Theme.touch
                            }
                            Words {
                                width: Theme.px(44)
                                height: Theme.touch
                                horizontalAlignment: Text.AlignHCenter
                                text: line.row.quantity
                                strong: true
                                figures: true
                                font.pixelSize: Theme.lead
                            }
                            Key {
                                act: "more"
                                arg: line.row.index
                                text: qsTr("One %1 more").arg(line.row.package)
                                picture: "plus"
                                size: Theme.lead
                                soft: true
                                width: Theme.touch
                                height: Theme.touch
                            }
                        }
                    }
                }

                Item {
                    visible: view.basket.empty
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Column {
                        anchors.centerIn: parent
                        width: parent.width
                        spacing: Theme.gap
                        Icon {
                            anchors.horizontalCenter: parent.horizontalCenter
                            name: "ticket"
                            size: Theme.px(84)
                            color: Theme.muted
                            weight: 1.2
                        }
                        Words {
                            width: parent.width
                            horizontalAlignment: Text.AlignHCenter
                            text: view.event.can_sell ? qsTr("Tap a package to begin") : qsTr("Nothing can be sold now")
                            color: Theme.muted
                            font.pixelSize: Theme.lead
                            wrapMode: Text.Wrap
                        }
                        BigButton {
                            anchors.horizontalCenter: parent.horizontalCenter
                            visible: view.basket.can_repeat
                            act: "repeat_last"
                            picture: "repeat"
                            text: qsTr("Repeat last sale")
                            size: Theme.body
                        }
                    }
                }

                RowLayout {
                    Layout.fillWidth: true
                    Words {
                        text: Theme.tickets(view.basket.count)
                        color: Theme.muted
                        font.pixelSize: Theme.lead
                    }
                    Words {
                        Layout.fillWidth: true
                        horizontalAlignment: Text.AlignRight
                        text: view.basket.total
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.figure
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.lead
                    }
                }
                BigButton {
                    Layout.fillWidth: true
                    act: "pay"
                    once: true
                    kind: "primary"
                    picture: "cash"
                    offered: !view.basket.empty
                    text: qsTr("Pay")
                }
            }
        }
    }
}
