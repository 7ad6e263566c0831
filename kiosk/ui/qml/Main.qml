// The one window: the strip that is always there, the screen that the journey is on, the last message over it.
import QtQuick
import QtQuick.Window
import Tombola

Window {
    id: window
    width: 1280
    height: 800
    minimumWidth: 600
    minimumHeight: 600
    color: Theme.background
    title: "Tombola"

    Binding { target: Theme; property: "name"; value: journey.theme }
    Binding { target: Theme; property: "width"; value: window.width }
    Binding { target: Theme; property: "height"; value: window.height }
    Binding { target: Theme; property: "language"; value: view.language || "en" }
    Binding { target: Theme; property: "large"; value: view.look !== undefined && view.look.large === true }

    Item {
        id: root
        objectName: "heard"
        anchors.fill: parent
        focus: true
        Keys.onPressed: (event) => {
            journey.typed(event.key, event.text);
            event.accepted = true;
        }

        StatusStrip {
            id: strip
            anchors { left: parent.left; right: parent.right; top: parent.top }
        }

        Item {
            id: stage
            readonly property bool asked: view.approve !== undefined && view.approve.open
            visible: !asked
            anchors { left: parent.left; right: parent.right; top: strip.bottom; bottom: parent.bottom; margins: Theme.portrait ? Theme.gap : Theme.margin; topMargin: Theme.gap; bottomMargin: Theme.gap }

            // A screen is built when it is first needed and then kept: going back to it costs nothing. Those of
            // the day's work are built ahead, in idle time; the first of them while the journal is being opened.
            component Stage: Loader {
                property string name
                property bool ahead: false
                readonly property bool shown: view.screen === name
                property bool seen: false
                property bool bleed: false // up to the edges of the window
                anchors.fill: parent
                anchors.leftMargin: bleed ? -stage.anchors.leftMargin : 0
                anchors.rightMargin: bleed ? -stage.anchors.rightMargin : 0
                anchors.topMargin: bleed ? -stage.anchors.topMargin : 0
                anchors.bottomMargin: bleed ? -stage.anchors.bottomMargin : 0
                visible: shown
                active: seen || shown || (ahead && (window.settled || name === "pin" && window.drawn))
                asynchronous: !shown
                source: "screens/" + name.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("") + ".qml"
                onShownChanged: seen = true
            }

            Stage { name: "starting" }
            Stage { name: "blocked" }
            Stage { name: "enrol" }
            Stage { name: "attract"; bleed: true }
            Stage { name: "pin"; ahead: true }
            Stage { name: "events" }
            Stage { name: "customer" }
            Stage { name: "age" }
            Stage { name: "choose" }
            Stage { name: "review" }
            Stage { name: "attend" }
            Stage { name: "sell"; ahead: true }
            Stage { name: "pay"; ahead: true }
            Stage { name: "printing"; ahead: true }
            Stage { name: "print_problem"; ahead: true }
            Stage { name: "done"; ahead: true }
            Stage { name: "lookup"; ahead: true }
            Stage { name: "void"; ahead: true }
            Stage { name: "claim" }
            Stage { name: "sync"; ahead: true }
            Stage { name: "closed" }
            Stage { name: "count" }
            Stage { name: "shift" }
            Stage { name: "move" }
            Stage { name: "report" }
            Stage { name: "messages" }
            Stage { name: "diagnostics" }
            Stage { name: "settings" }
        }

        // A second person's word is asked for over whatever is on show; the screen below waits unseen.
        Loader {
            anchors.fill: stage
            active: stage.asked
            visible: active
            source: "screens/Approve.qml"
        }

        Toast {
            x: strip.speech.x
            y: strip.speech.y + strip.speech.height - height
            width: strip.speech.width
            line: strip.speech.height
        }
    }

    property bool drawn: false
    onFrameSwapped: drawn = true
    property bool settled: false
    Timer {
        interval: 400
        running: window.visible
        onTriggered: window.settled = true
    }
}
