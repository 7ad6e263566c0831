// The drawer counted, piece by piece or as one sum; what it ought to be is shown only when it has been counted.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var c: view.count
    readonly property bool counted: c.over_words !== ""
    readonly property string kind: c.over_minor === 0 ? "good" : c.over_minor > 0 ? "warn" : "bad"

    // A note or a coin by its shape; touching it moves the typing here.
    component Piece: Touch {
        id: piece
        required property var row
        act: "count_focus"
        arg: row.index
        text: qsTr("%1: %2, together %3").arg(row.label).arg(row.count).arg(row.total)
        implicitHeight: Theme.px(80)

        background: Rectangle {
            radius: Theme.radius
            color: piece.down ? Theme.down : piece.row.focus ? Theme.accentSoft : Theme.surface
            border.width: piece.row.focus ? Theme.px(3) : Theme.hair
            border.color: piece.row.focus ? Theme.accent : Theme.line
        }
        contentItem: Item {
            Item {
                id: shape
                anchors { left: parent.left; leftMargin: Theme.small; verticalCenter: parent.verticalCenter }
                width: Theme.px(88)
                height: Theme.px(62)
                Rectangle {
                    anchors.centerIn: parent
                    width: piece.row.coin ? Theme.px(62) : Theme.px(88)
                    height: piece.row.coin ? width : Theme.px(48)
                    radius: piece.row.coin ? height / 2 : Theme.px(6)
                    color: piece.row.coin ? Theme.sunken : Theme.stub(piece.row.index)
                    border.width: Theme.px(piece.row.coin ? 3 : 1.5)
                    border.color: piece.row.coin ? Theme.muted : Theme.line
                    Rectangle {
                        visible: !piece.row.coin
                        anchors { fill: parent; margins: Theme.px(5) }
                        radius: Theme.px(3)
                        color: "transparent"
                        border.width: Theme.hair
                        border.color: Theme.stubInk
                        opacity: 0.3
                    }
                    Words {
                        anchors.centerIn: parent
                        width: parent.width - Theme.px(12)
                        horizontalAlignment: Text.AlignHCenter
                        text: piece.row.label
                        font.weight: Font.Bold
                        figures: true
                        color: piece.row.coin ? Theme.text : Theme.stubInk
                        font.pixelSize: Theme.body
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(11)
                    }
                }
            }
            Column {
                anchors { left: shape.right; leftMargin: Theme.small; right: parent.right; rightMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignRight
                    text: Theme.count(piece.row.count)
                    strong: true
                    figures: true
                    color: piece.row.count === 0 && !piece.row.focus ? Theme.muted : Theme.text
                    font.pixelSize: Theme.title
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.caption
                }
                Words {
                    width: parent.width
                    visible: piece.row.count > 0
                    horizontalAlignment: Text.AlignRight
                    text: piece.row.total
                    figures: true
                    color: Theme.muted
                    font.pixelSize: Theme.caption
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.px(11)
                }
            }
        }
    }

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(820)
            spacing: Theme.gap

            ScreenHead {
                Layout.fillWidth: true
                title: screen.c.title
                words: screen.counted ? "" : screen.c.words
                // What a close has shown is not gone back from: it is counted again, or closed.
                way: !screen.counted || screen.c.purpose !== "close"
            }

            Row {
                visible: screen.c.currencies.length > 1 && !screen.counted
                spacing: Theme.small
                Repeater {
                    model: screen.c.currencies
                    BigButton {
                        required property string modelData
                        act: "count_currency"
                        arg: modelData
                        chosen: screen.c.currency === modelData
                        text: modelData
                    }
                }
            }

            Stretch {
                id: pieces
                visible: !screen.counted && !screen.c.sum_only
                Layout.fillWidth: true
                Layout.fillHeight: true
                GridLayout {
                    width: parent.width
                    height: Math.min(parent.height, Math.ceil(lists.pieces.count / columns) * Theme.px(128))
                    columns: Math.max(2, Math.floor(width / Theme.px(230)))
                    columnSpacing: Theme.small
                    rowSpacing: Theme.small
                    uniformCellWidths: true
                    Repeater {
                        model: lists.pieces
                        Piece {
                            Layout.fillWidth: true
                            Layout.fillHeight: true
                            Layout.minimumHeight: implicitHeight
                        }
                    }
                }
            }

            // One sum instead.
            Card {
                visible: !screen.counted && screen.c.sum_only
                Layout.fillWidth: true
                Layout.fillHeight: true
                Column {
                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.margin
                    spacing: Theme.small
                    Words {
                        width: parent.width
                        horizontalAlignment: Text.AlignHCenter
                        text: qsTr("Type what is in the drawer")
                        color: Theme.muted
                        font.pixelSize: Theme.lead
                    }
                    Words {
                        width: parent.width
                        horizontalAlignment: Text.AlignHCenter
                        text: screen.c.total
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: Theme.hero
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.title
                    }
                }
            }

            // What it comes to.
            Verdict {
                visible: screen.counted
                Layout.fillWidth: true
                Layout.fillHeight: true
                kind: screen.kind
                picture: screen.kind === "good" ? "check" : screen.kind === "warn" ? "plus" : "minus"
                size: Theme.px(Theme.low || Theme.narrow ? 88 : 124)
                title: screen.c.over_words
                words: screen.kind === "good" ? qsTr("The drawer holds what it should.") : screen.kind === "warn" ? qsTr("There is more in the drawer than there should be.") : qsTr("There is less in the drawer than there should be.")
            }

            Notice {
                Layout.fillWidth: true
                kind: "bad"
                text: screen.c.error
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !Theme.portrait
            Layout.maximumWidth: Theme.portrait ? Number.POSITIVE_INFINITY : Theme.px(420)
            Layout.preferredWidth: Theme.px(420)
            spacing: Theme.gap

            Card {
                Layout.fillWidth: true
                Layout.fillHeight: screen.counted
                implicitHeight: sums.implicitHeight + 2 * Theme.gap
                component Sum: ColumnLayout {
                    id: sum
                    property string label
                    property string amount
                    property int size: Theme.heading
                    property color ink: Theme.text
                    visible: amount !== ""
                    Layout.fillWidth: true
                    spacing: 0
                    Words {
                        Layout.fillWidth: true
                        text: sum.label
                        color: Theme.muted
                        font.pixelSize: screen.counted ? Theme.lead : Theme.caption
                    }
                    Words {
                        Layout.fillWidth: true
                        text: sum.amount
                        color: sum.ink
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: sum.size
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.body
                    }
                }
                ColumnLayout {
                    id: sums
                    anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; leftMargin: Theme.margin; rightMargin: Theme.margin }
                    spacing: screen.counted ? Theme.margin : 0
                    Sum {
                        label: screen.counted ? qsTr("Counted") : qsTr("In the drawer")
                        amount: screen.c.total
                        size: screen.counted || Theme.low ? Theme.heading : Theme.figure
                    }
                    Sum {
                        label: qsTr("Expected")
                        amount: screen.c.expected
                        size: screen.counted ? Theme.heading : Theme.title
                    }
                    Sum {
                        label: qsTr("Difference")
                        amount: screen.counted ? screen.c.over : ""
                        ink: Theme.ink(screen.kind)
                    }
                }
            }

            Item {
                visible: !screen.counted
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: 4 * Theme.touchMin
                Layout.preferredHeight: 4 * Theme.touchMin
                Layout.maximumHeight: Theme.px(440)
                readonly property int at: screen.c.pieces.findIndex((one) => one.focus)
                id: typing
                Keypad {
                    anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
                    width: screen.c.sum_only ? parent.width : Math.floor(parent.width * 0.75)
                    corner: screen.c.sum_only ? "." : "clear"
                }
                Column {
                    visible: !screen.c.sum_only
                    anchors { right: parent.right; top: parent.top; topMargin: Theme.px(4) }
                    width: Math.ceil(parent.width * 0.25) - Theme.px(4)
                    spacing: Theme.px(7)
                    readonly property int cell: Math.floor((typing.height - 2 * spacing - Theme.px(8)) / 3)
                    BigButton {
                        width: parent.width
                        height: parent.cell
                        act: "count_more"
                        arg: typing.at
                        offered: typing.at >= 0
                        picture: "plus"
                        size: Theme.title
                        Accessible.name: qsTr("One more")
                    }
                    BigButton {
                        width: parent.width
                        height: parent.cell
                        act: "count_less"
                        arg: typing.at
                        offered: typing.at >= 0
                        picture: "minus"
                        size: Theme.title
                        Accessible.name: qsTr("One less")
                    }
                    BigButton {
                        width: parent.width
                        height: parent.cell
                        act: "key"
                        arg: "enter"
                        size: Theme.body
                        text: qsTr("Next")
                    }
                }
            }
            Item { Layout.fillHeight: !Theme.portrait; visible: !screen.counted }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                BigButton {
                    visible: screen.c.can_again === true
                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.px(150)
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(88)
                    act: "count_again"
                    size: Theme.body
                    text: qsTr("Count again")
                }
                BigButton {
                    visible: !screen.counted
                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.px(150)
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(88)
                    act: "count_sum"
                    size: Theme.body
                    text: screen.c.sum_only ? qsTr("By piece") : qsTr("One sum")
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.px(260)
                    Layout.preferredHeight: Theme.low ? Theme.touch : Theme.px(88)
                    act: "count_confirm"
                    once: true
                    kind: "primary"
                    offered: screen.c.can_confirm
                    size: Theme.lead
                    text: screen.counted ? (screen.c.purpose === "close" ? qsTr("Close the shift") : qsTr("Done")) : screen.c.purpose === "open" ? qsTr("Open the shift") : qsTr("It is counted")
                }
            }
        }
    }
}
