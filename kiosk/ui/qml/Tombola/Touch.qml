// Whatever can be touched: at least twelve millimetres, with a name, an action and an answer in the next frame.
import QtQuick
import QtQuick.Controls.Basic

AbstractButton {
    id: touch
    property string act
    property string arg: ""
    property string mark: arg
    property bool offered: true
    // Set where a second touch would do the thing twice: it is off while a command is under way.
    property bool once: false

    objectName: mark === "" ? act : act + ":" + mark
    enabled: offered && !(once && view.busy)
    focusPolicy: Qt.NoFocus
    implicitWidth: Theme.touch
    implicitHeight: Theme.touch
    padding: 0

    Accessible.role: Accessible.Button
    Accessible.name: text

    onClicked: journey.act(act, arg)
}
