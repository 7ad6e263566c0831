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

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.margin
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0
                    RowLayout {
                        spacing: Theme.gap
                        Words {
                            Layout.fillWidth: true
                            text: view.event.name === "" ? qsTr("No event") : view.event.name
                            strong: true
                            font.pixelSize: Theme.title
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.body
                        }
                        Badge {
                            visible: view.event.test
                            text: qsTr("TEST")
                            kind: "warn"
                        }
                    }
                    Words {
                        Layout.fillWidth: true
                        text: view.event.venue
                        color: Theme.muted
                    }
                }
                Column {
                    visible: view.event.jackpot !== ""
                    Words {
                        anchors.right: parent.right
                        text: qsTr("Jackpot")
                        color: Theme.muted
                        font.pixelSize: Theme.caption
                    }
                    Words {
                        anchors.right: parent.right
                        text: view.event.jackpot
                        color: Theme.accent
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.heading
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

            Grid {
                id: grid
                readonly property int amount: lists.packages.count
                readonly property int rowsWanted: Math.max(1, Math.ceil(amount / columns))
                readonly property real cellWidth: Math.floor((width - (columns - 1) * spacing) / columns)
                readonly property real cellHeight: Math.min(Theme.px(230), Math.floor((height - (rowsWanted - 1) * spacing) / rowsWanted))

                Layout.fillWidth: true
                Layout.fillHeight: true
                columns: amount <= 2 ? 2 : amount <= 9 ? 3 : 4
                spacing: Theme.gap

                Repeater {
                    model: lists.packages
                    PackageButton {
                        width: grid.cellWidth
                        height: Math.max(Theme.touch, grid.cellHeight)
                        required row
                    }
                }
            }

            Notice {
                Layout.fillWidth: true
                kind: view.event.why_not !== "" ? "bad" : "warn"
                text: view.event.why_not !== "" ? view.event.why_not
                    : view.status.printer_ok === false ? view.status.printer
                    : view.status.numbers_low ? qsTr("Few numbers are left. Connect this kiosk to fetch more.") : ""
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
