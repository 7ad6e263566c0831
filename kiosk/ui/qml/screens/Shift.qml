// The shift and its drawer: what came in and went out, and what can be done about it.
import QtQuick
import QtQuick.Layouts
import Tombola

Item {
    id: screen
    readonly property var s: view.shift

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap

        ScreenHead {
            Layout.fillWidth: true
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

                Card {
                    visible: screen.s.open
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
                        act: "begin_shift"
                        once: true
                        offered: screen.s.can.open !== false
                        kind: "primary"
                        picture: "count"
                        text: qsTr("Open a shift")
                    }
                }

                GridLayout {
                    visible: screen.s.open
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
    }
}
