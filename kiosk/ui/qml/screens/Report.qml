// A report as it comes out on paper, and how far its printing is.
import QtQuick
import QtQuick.Layouts
import QtQuick.Shapes
import Tombola

Item {
    id: screen
    readonly property var r: view.report
    readonly property string kind: r.over_kind === "short" ? "bad" : r.over_kind === "over" ? "warn" : "good"
    // Paper stays paper in the dark.
    readonly property var sheetInks: Theme.palettes[Theme.name === "contrast" ? "contrast" : "light"]
    readonly property string printKind: ({ printed: "good", failed: "bad", printing: "accent" })[r.print_state] || "none"

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.margin
        rowSpacing: Theme.gap

        // The sheet hangs from the top of the screen and ends in a torn edge; it scrolls where it is longer.
        Flickable {
            id: hanging
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.px(620)
            Layout.minimumHeight: Theme.px(260)
            contentHeight: paper.height
            contentWidth: width
            clip: true
            interactive: contentHeight > height + 1
            boundsBehavior: Flickable.StopAtBounds
            ScrollMark { along: hanging }

            Rectangle {
                id: paper
                readonly property int tooth: Theme.px(14)
                width: Math.min(parent.width, Theme.px(680))
                anchors.horizontalCenter: parent.horizontalCenter
                height: Math.max(sheet.implicitHeight + 2 * Theme.margin + tooth, Math.min(hanging.height, Theme.px(560)))
                color: "transparent"

                Rectangle {
                    anchors { fill: parent; bottomMargin: paper.tooth }
                    color: screen.sheetInks.surface
                    border.width: Theme.name === "contrast" ? Theme.hair : 0
                    border.color: Theme.line
                }
                Shape {
                    y: paper.height - paper.tooth - 1
                    width: paper.width
                    height: paper.tooth
                    // Without a renderer of triangles the teeth would run over what clips them, and stay there.
                    layer.enabled: true
                    ShapePath {
                        strokeWidth: -1
                        fillColor: screen.sheetInks.surface
                        PathPolyline {
                            path: {
                                const teeth = Math.max(1, Math.round(paper.width / (paper.tooth * 1.6)));
                                const step = paper.width / teeth;
                                const points = [Qt.point(0, 0)];
                                for (let i = 0; i < teeth; i++) {
                                    points.push(Qt.point((i + 0.5) * step, paper.tooth), Qt.point((i + 1) * step, 0));
                                }
                                return points;
                            }
                        }
                    }
                }

                ColumnLayout {
                    id: sheet
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.margin * 1.5; topMargin: Theme.margin }
                    spacing: 0
                    Words {
                        Layout.fillWidth: true
                        text: screen.r.title
                        color: screen.sheetInks.text
                        font.weight: Font.Bold
                        font.pixelSize: Theme.title
                        wrapMode: Text.Wrap
                        maximumLineCount: 2
                    }
                    Words {
                        Layout.fillWidth: true
                        Layout.bottomMargin: Theme.small
                        text: screen.r.subtitle
                        color: screen.sheetInks.muted
                        font.pixelSize: Theme.caption
                        wrapMode: Text.Wrap
                        maximumLineCount: 4
                    }
                    Repeater {
                        model: lists.report_rows
                        ColumnLayout {
                            id: entry
                            required property var row
                            Layout.fillWidth: true
                            spacing: 0
                            RowLayout {
                                Layout.fillWidth: true
                                Layout.topMargin: Theme.px(3)
                                Layout.bottomMargin: Theme.px(3)
                                spacing: Theme.gap
                                Words {
                                    Layout.fillWidth: true
                                    text: entry.row.label
                                    color: entry.row.strong ? screen.sheetInks.text : screen.sheetInks.muted
                                    strong: entry.row.strong
                                    font.pixelSize: entry.row.strong ? Theme.lead : Theme.body
                                    wrapMode: Text.Wrap
                                    maximumLineCount: 2
                                }
                                Words {
                                    text: entry.row.value
                                    color: screen.sheetInks.text
                                    strong: entry.row.strong
                                    figures: true
                                    font.pixelSize: entry.row.strong ? Theme.lead : Theme.body
                                }
                            }
                            Rectangle {
                                visible: entry.row.rule === true
                                Layout.fillWidth: true
                                Layout.topMargin: Theme.tiny
                                Layout.bottomMargin: Theme.tiny
                                implicitHeight: Theme.hair
                                color: screen.sheetInks.muted
                            }
                        }
                    }
                }
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !Theme.portrait
            Layout.preferredWidth: Theme.px(520)
            spacing: Theme.gap

            Verdict {
                visible: screen.r.over_words !== ""
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: implicitHeight
                kind: screen.kind
                picture: screen.kind === "good" ? "check" : screen.kind === "warn" ? "plus" : "minus"
                size: Theme.px(72)
                across: Theme.portrait
                title: screen.r.over_words
            }
            Verdict {
                visible: screen.r.over_words === "" && !Theme.portrait
                Layout.fillWidth: true
                Layout.fillHeight: true
                picture: "report"
                title: screen.r.kind === "x" ? qsTr("So far") : ""
                words: screen.r.kind === "x" ? qsTr("An X report changes nothing. The shift goes on.") : ""
            }
            Notice {
                Layout.fillWidth: true
                kind: screen.printKind
                picture: ({ printed: "check", failed: "warning" })[screen.r.print_state] || "printer"
                text: screen.r.print_words
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.gap
                uniformCellSizes: true
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "print_report"
                    once: true
                    offered: screen.r.print_state !== "printing"
                    kind: screen.r.print_state === "failed" ? "primary" : "plain"
                    size: Theme.lead
                    picture: "printer"
                    text: screen.r.print_state === "" ? qsTr("Print") : qsTr("Print again")
                }
                BigButton {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.tall
                    act: "report_done"
                    once: true
                    kind: screen.r.print_state === "failed" ? "plain" : "primary"
                    size: Theme.lead
                    picture: "check"
                    text: qsTr("Done")
                }
            }
        }
    }
}
