// The front page: what is to be won tonight, what it costs, and where to touch.
import QtQuick
import QtQuick.Layouts
import QtQuick.Shapes
import Tombola

Item {
    id: screen
    readonly property var a: view.attract
    readonly property bool tight: Theme.low || Theme.narrow
    readonly property bool wide: !Theme.portrait
    readonly property bool alone: view.mode === "self_service"
    readonly property bool offered: a.can_sell || a.locked_by !== "" || !alone

    // Wherever a finger comes down, it begins; the button says so.
    TapHandler {
        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0
        enabled: screen.offered && !view.busy
        onTapped: journey.act("begin", "")
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.night
        clip: true
        // The floodlights' glow, and tickets from the roll adrift in it. Paths: of a rectangle with so large a radius the
        // software renderer keeps a picture of the whole circle, 24 MB for the two.
        Shape {
            id: glow
            visible: Theme.name !== "contrast"
            anchors.fill: parent
            ShapePath {
                fillColor: "#2e1a42"
                strokeWidth: -1
                PathAngleArc { centerX: glow.width / 2; centerY: glow.height * (screen.wide ? 0.52 : 0.62) + radiusY; radiusX: glow.width * 0.75; radiusY: radiusX; sweepAngle: 360 }
            }
            ShapePath {
                fillColor: "#3d2356"
                strokeWidth: -1
                PathAngleArc { centerX: glow.width / 2; centerY: glow.height * (screen.wide ? 0.74 : 0.78) + radiusY; radiusX: glow.width * 0.6; radiusY: radiusX; sweepAngle: 360 }
            }
        }
        Repeater {
            model: Theme.name === "contrast" ? [] : screen.wide ? [[0.03, 0.24, -24, 1], [0.85, 0.25, 18, 0], [0.945, 0.56, -14, 2], [-0.06, 0.62, 16, 4]] : [[-0.1, 0.30, -24, 1], [0.9, 0.24, 18, 0], [0.93, 0.72, -14, 2], [-0.12, 0.74, 16, 4]]
            Ticket {
                required property var modelData
                x: modelData[0] * screen.width
                y: modelData[1] * screen.height
                rotation: modelData[2]
                width: Theme.px(150)
                height: Theme.px(72)
                stub: width * 0.3
                paper: Theme.nightRaised
                tint: Theme.nightLine
                line: Theme.nightLine
            }
        }
    }

    Item {
        anchors.fill: parent
        Item {
            id: head
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.margin; topMargin: Theme.gap }
            height: Math.max(brand.height, Theme.touchMin)
            Brand {
                id: brand
                anchors { left: parent.left; verticalCenter: parent.verticalCenter }
                size: screen.tight ? Theme.title : Theme.px(36)
                ink: Theme.nightInk
                named: !Theme.narrow
            }
            Languages {
                id: tongues
                night: true
                cell: Theme.narrow ? Math.floor((parent.width - brand.width - Theme.margin - 2 * spacing) / 3) : 0
                anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            }
        }

        ColumnLayout {
            id: middle
            anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: foot.top; leftMargin: Theme.margin; rightMargin: Theme.margin; topMargin: Theme.small; bottomMargin: Theme.gap }
            spacing: screen.tight ? Theme.tiny : Theme.small

            Item { Layout.fillHeight: true; Layout.preferredHeight: 1 }
            Words {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignHCenter
                visible: text !== "" && !Theme.low
                text: screen.a.organisation
                color: Theme.nightMuted
                font.pixelSize: Theme.lead
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(14)
            }
            Words {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignHCenter
                text: screen.a.title
                color: Theme.nightInk
                font.weight: Font.Bold
                font.pixelSize: screen.tight ? Theme.heading : Theme.px(52)
                font.letterSpacing: -Theme.px(1)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.lead
            }
            Words {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignHCenter
                visible: text !== ""
                text: [screen.a.venue, screen.a.closes].filter(Boolean).join("  ·  ")
                color: Theme.nightMuted
                font.pixelSize: screen.tight ? Theme.body : Theme.lead
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.px(13)
            }

            // What is to be won, on the largest ticket of the house.
            Item {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: 30
                Layout.minimumHeight: Theme.px(90)
                Layout.maximumHeight: Theme.px(screen.wide ? 290 : 250)
                Layout.topMargin: Theme.small
                Ticket {
                    id: won
                    visible: screen.a.jackpot !== ""
                    anchors.centerIn: parent
                    width: Math.min(parent.width, Theme.px(980))
                    height: parent.height
                    paper: Theme.gold
                    tint: Theme.goldDown
                    line: Theme.goldInk
                    round: Theme.px(22)
                    notch: Theme.px(16)
                    stub: Theme.px(screen.tight ? 76 : 110)
                    weight: Theme.px(2)
                    Words {
                        anchors { left: parent.left; top: parent.top; bottom: parent.bottom; leftMargin: Theme.px(screen.tight ? 24 : 36); topMargin: Theme.px(6); bottomMargin: Theme.px(6) }
                        width: parent.width - won.stub - Theme.px(screen.tight ? 44 : 62)
                        horizontalAlignment: Text.AlignHCenter
                        text: screen.a.jackpot
                        color: Theme.goldInk
                        figures: true
                        font.weight: Font.Bold
                        font.pixelSize: text.length > 18 ? Theme.px(screen.wide && !screen.tight ? 74 : 48) : Theme.px(210)
                        font.letterSpacing: -Theme.px(3)
                        fontSizeMode: Text.Fit
                        minimumPixelSize: Theme.lead
                        wrapMode: text.length > 18 ? Text.WordWrap : Text.NoWrap
                        maximumLineCount: 3
                        lineHeight: text.length > 18 ? 0.95 : 1
                    }
                    // What it is stands along the stub, as it does on a ticket.
                    Words {
                        anchors.centerIn: parent
                        anchors.horizontalCenterOffset: (parent.width - won.stub) / 2 + Theme.px(2)
                        width: parent.height - 2 * Theme.gap
                        horizontalAlignment: Text.AlignHCenter
                        rotation: -90
                        text: qsTr("Jackpot")
                        color: Theme.goldInk
                        strong: true
                        font.pixelSize: Theme.px(screen.tight ? 34 : 44)
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: Theme.px(14)
                    }
                }
                // Where nothing is counted yet, the mark stands for it.
                Icon {
                    visible: screen.a.jackpot === ""
                    anchors.centerIn: parent
                    name: "ticket"
                    rotation: -18
                    size: Math.min(parent.height, Theme.px(260))
                    color: Theme.gold
                    weight: 1.2
                }
            }

            // What it costs: a few tickets to look at, not yet to touch.
            GridLayout {
                id: teaser
                visible: lists.teasers.count > 0 && screen.a.can_sell
                Layout.topMargin: screen.tight ? Theme.tiny : Theme.gap
                Layout.alignment: Qt.AlignHCenter
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.px(lists.teasers.count * 260)
                columns: screen.wide ? 4 : 2
                columnSpacing: Theme.gap
                rowSpacing: Theme.gap
                uniformCellWidths: true
                Repeater {
                    model: lists.teasers
                    Ticket {
                        id: one
                        required property var row
                        required property int index
                        visible: index < 4
                        Layout.fillWidth: true
                        Layout.preferredHeight: Theme.px(screen.tight ? 70 : 88)
                        stub: width * 0.48
                        tint: Theme.stub(index + 1)
                        line: Theme.name === "contrast" ? Theme.line : Theme.night
                        Column {
                            anchors { left: parent.left; leftMargin: Theme.gap; verticalCenter: parent.verticalCenter }
                            width: parent.width - one.stub - 1.6 * Theme.gap
                            Words {
                                width: parent.width
                                text: Theme.count(one.row.tickets)
                                figures: true
                                font.weight: Font.Bold
                                font.pixelSize: Theme.title
                                fontSizeMode: Text.HorizontalFit
                                minimumPixelSize: Theme.body
                            }
                            Words {
                                width: parent.width
                                text: one.row.tickets === 1 ? qsTr("ticket") : qsTr("tickets", "", one.row.tickets)
                                color: Theme.muted
                                font.pixelSize: Theme.caption
                                fontSizeMode: Text.HorizontalFit
                                minimumPixelSize: Theme.px(12)
                            }
                        }
                        Words {
                            anchors { right: parent.right; top: parent.top; bottom: parent.bottom; rightMargin: Theme.small }
                            width: one.stub - 2 * Theme.small - one.notch / 2
                            horizontalAlignment: Text.AlignHCenter
                            text: one.row.price
                            color: Theme.stubInk
                            figures: true
                            font.weight: Font.Bold
                            font.pixelSize: Theme.title
                            fontSizeMode: Text.HorizontalFit
                            minimumPixelSize: Theme.caption
                        }
                    }
                }
            }
            Words {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignHCenter
                visible: text !== ""
                text: screen.a.why_not
                color: Theme.gold
                strong: true
                font.pixelSize: Theme.title
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.body
                wrapMode: Text.Wrap
                maximumLineCount: 2
            }
            Item { Layout.fillHeight: true; Layout.preferredHeight: 1 }
        }

        GridLayout {
            id: foot
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.margin }
            columns: screen.wide ? 3 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.small
            BigButton {
                id: offer
                Layout.fillWidth: true
                Layout.columnSpan: screen.wide ? 1 : 2
                Layout.preferredHeight: Theme.px(screen.tight ? 84 : 112)
                act: "begin"
                once: true
                kind: "gold"
                offered: screen.offered
                visible: offered
                picture: screen.a.locked_by !== "" ? "lock" : screen.a.can_sell ? "hand" : "person"
                size: screen.tight ? Theme.title : Theme.heading
                text: screen.a.locked_by !== "" ? qsTr("%1 is on: touch to go on").arg(screen.a.locked_by)
                    : !screen.a.can_sell ? qsTr("Operator: log on")
                    : screen.alone ? qsTr("Touch here to buy tickets") : qsTr("Touch to begin")
            }
            BigButton {
                visible: screen.alone
                Layout.preferredHeight: offer.visible && screen.wide ? offer.height : Theme.px(screen.tight ? 76 : 88)
                Layout.preferredWidth: Theme.px(screen.tight ? 220 : 270)
                Layout.fillWidth: !screen.wide || !offer.visible
                act: "call_attendant"
                night: true
                picture: "bell"
                size: Theme.body
                text: view.attendant.called ? qsTr("Help is on its way") : qsTr("Call an attendant")
                offered: !view.attendant.called
            }
            BigButton {
                visible: screen.alone
                Layout.preferredHeight: offer.visible && screen.wide ? offer.height : Theme.px(screen.tight ? 76 : 88)
                Layout.preferredWidth: Theme.px(screen.tight ? 160 : 200)
                Layout.fillWidth: !screen.wide || !offer.visible
                act: "attendant_here"
                once: true
                night: true
                chosen: view.attendant.called
                picture: "person"
                size: Theme.body
                text: qsTr("Attendant")
            }
        }
    }
}
