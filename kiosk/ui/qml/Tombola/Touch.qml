// Whatever can be touched: at least twelve millimetres, with a name, an action and an answer in the next frame.
import QtQuick

Item {
    id: touch
    property string act
    property string arg: ""
    property string mark: arg
    property string text: ""
    property bool offered: true
    // Set where a second touch would do the thing twice: it is off while a command is under way.
    property bool once: false
    readonly property alias pressed: finger.pressed
    readonly property bool down: finger.pressed
    // What lies below and above; each fills the whole, the background from `topInset` down.
    property Item background
    property Item contentItem
    property real topInset: 0

    function go() {
        journey.act(act, arg);
    }

    objectName: mark === "" ? act : act + ":" + mark
    enabled: offered && !(once && view.busy)
    implicitWidth: Theme.touch
    implicitHeight: Theme.touch

    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.onPressAction: if (enabled) go()

    Binding { target: touch.background; property: "parent"; value: touch }
    Binding { target: touch.background; property: "z"; value: -1 }
    Binding { target: touch.contentItem; property: "parent"; value: touch }
    Binding { target: touch.background; property: "width"; value: touch.width }
    Binding { target: touch.background; property: "y"; value: touch.topInset }
    Binding { target: touch.background; property: "height"; value: touch.height - touch.topInset }
    Binding { target: touch.contentItem; property: "width"; value: touch.width }
    Binding { target: touch.contentItem; property: "height"; value: touch.height }

    // A finger that slides off has thought better of it; several fingers may type at once.
    TapHandler {
        id: finger
        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0
        onTapped: touch.go()
    }
}
