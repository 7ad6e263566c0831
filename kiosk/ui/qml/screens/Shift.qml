// The shift and its drawer: what came in and went out, and what can be done about it.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var s: view.shift
    // A supervisor at somebody else's: there is nothing behind it, but there are ways from it.
    readonly property bool others: screen.s.open && screen.s.own === false && lists.shift_rows.count > 0

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
            // From somebody else's shift there is no way on but out.
            way: !screen.s.open || lists.shift_rows.count > 0 && !screen.others
            title: screen.s.open ? qsTr("Shift %1").arg(screen.s.number) : qsTr("Shift")
            words: screen.s.open ? qsTr("%1, since %2").arg(screen.s.operator).arg(screen.s.since) : ""
        }

        Stretch {
            Layout.fillWidth: true
            Layout.fillHeight: true

            GridLayout {
                width: parent.width
                height: parent.height
                columns: Theme.portrait ? 1 : 2
                columnSpacing: Theme.margin
                rowSpacing: Theme.gap

                // Somebody else's: whose, and who closes it.
                Verdict {
                    visible: screen.s.open && lists.shift_rows.count === 0
                    Layout.columnSpan: Theme.portrait ? 1 : 2
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: Theme.px(640)
                    Layout.minimumHeight: implicitHeight
                    kind: "warn"
                    picture: "person"
                    size: Theme.figure
                    title: screen.s.operator
                    words: screen.s.words || ""
                    BigButton {
                        Layout.fillWidth: true
                        Layout.topMargin: Theme.gap
                        Layout.preferredHeight: Theme.tall
                        act: "log_off"
                        once: true
                        kind: "primary"
                        picture: "exit"
                        text: qsTr("Log off")
                    }
                }

                Card {
                    visible: screen.s.open && lists.shift_rows.count > 0
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: Theme.px(640)
                    implicitHeight: rows.implicitHeight + 2 * Theme.small
                    ColumnLayout {
                        id: rows
                        anchors { fill: parent; leftMargin: Theme.margin; rightMargin: Theme.margin; topMargin: Theme.small; bottomMargin: Theme.small }
                        spacing: 0
                        Repeater {
                            model: lists.shift_rows
                            Line {
                                required property var row
                                required property int index
                                Layout.fillWidth: true
                                Layout.fillHeight: true
                                Layout.maximumHeight: Theme.px(76)
                                label: row.label
                                value: row.value
                                size: row.strong ? Theme.title : Theme.lead
                                rule: index < lists.shift_rows.count - 1
                            }
                        }
                        Item { Layout.fillHeight: true; Layout.maximumHeight: Theme.px(1200); Layout.preferredHeight: 0 }
                    }
                }

                Verdict {
                    visible: !screen.s.open
                    Layout.columnSpan: Theme.portrait ? 1 : 2
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: implicitHeight
                    picture: "drawer"
                    size: Theme.px(72)
                    title: qsTr("No shift is open")
                    words: qsTr("Count the float that you start with, then selling can begin.")
                    BigButton {
                        Layout.fillWidth: true
                        Layout.topMargin: Theme.gap
                        Layout.preferredHeight: Theme.tall
                        act: "begin_shift"
                        once: true
                        offered: screen.s.can.open !== false
                        kind: "primary"
                        picture: "count"
                        text: qsTr("Open a shift")
                    }
                }

                GridLayout {
                    visible: screen.s.open && lists.shift_rows.count > 0
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: Theme.px(600)
                    columns: 2
                    columnSpacing: Theme.gap
                    rowSpacing: Theme.gap
                    uniformCellWidths: true

                    component Deed: Tile {
                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        Layout.minimumHeight: implicitHeight
                        Layout.maximumHeight: Theme.px(Theme.portrait ? 130 : 190)
                        once: true
                    }
                    Deed {
                        act: "count_drawer"
                        offered: screen.s.can.count !== false
                        picture: "count"
                        text: qsTr("Count the drawer")
                    }
                    Deed {
                        act: "no_sale"
                        offered: screen.s.can.no_sale !== false
                        picture: "drawer"
                        text: qsTr("Open the drawer")
                        detail: qsTr("Without a sale; it is noted")
                    }
                    Deed {
                        act: "move_cash"
                        arg: "in"
                        offered: screen.s.can.move_in !== false
                        picture: "cash_in"
                        text: qsTr("Put cash in")
                    }
                    Deed {
                        act: "move_cash"
                        arg: "out"
                        offered: screen.s.can.move_out !== false
                        picture: "cash_out"
                        text: qsTr("Take cash out")
                    }
                    Deed {
                        act: "x_report"
                        offered: screen.s.can.x_report !== false
                        picture: "report"
                        text: qsTr("X report")
                        detail: qsTr("How it stands; changes nothing")
                    }
                    Deed {
                        act: "close_shift"
                        offered: screen.s.can.close !== false
                        kind: "primary"
                        picture: "lock"
                        text: qsTr("Close the shift")
                        detail: qsTr("Count, then the Z report")
                    }
                }
            }
        }

        GridLayout {
            // Where it is tight, what is open comes first.
            visible: !screen.s.open || (screen.s.can.z_report === true || screen.s.can.recount === true) && lists.shift_rows.count > 0 && !Theme.low
            Layout.fillWidth: true
            columns: Theme.portrait ? 1 : 3
            columnSpacing: Theme.gap
            rowSpacing: Theme.small
            uniformCellWidths: true
            BigButton {
                visible: screen.s.can.z_report === true
                Layout.fillWidth: true
                act: "z_report"
                once: true
                picture: "report"
                size: Theme.body
                text: qsTr("Last Z report")
            }
            BigButton {
                visible: screen.s.can.recount === true
                Layout.fillWidth: true
                act: "recount"
                once: true
                picture: "count"
                size: Theme.body
                text: qsTr("Count the last shift again")
            }
            BigButton {
                visible: !screen.s.open
                Layout.fillWidth: true
                act: "log_off"
                once: true
                picture: "exit"
                size: Theme.body
                text: qsTr("Log off")
            }
        }
        GridLayout {
            visible: screen.others
            Layout.fillWidth: true
            columns: Theme.portrait ? 2 : 4
            columnSpacing: Theme.gap
            rowSpacing: Theme.small
            uniformCellWidths: true
            component Way: BigButton {
                Layout.fillWidth: true
                once: true
                size: Theme.body
            }
            Way { act: "open_lookup"; picture: "search"; text: qsTr("Look up") }
            Way { act: "open_sync"; picture: "pulse"; text: qsTr("Status") }
            Way { act: "open_settings"; picture: "gear"; text: qsTr("Settings") }
            Way { act: "log_off"; picture: "exit"; text: qsTr("Log off") }
        }
    }
}
