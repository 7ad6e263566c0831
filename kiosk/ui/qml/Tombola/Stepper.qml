// One less, how many, one more.
import QtQuick

Row {
    id: steps
    property string what // what there is one more or less of
    property string index
    property int amount
    property string less: "less"
    property string more: "more"
    property bool offered: true

    Key {
        act: steps.less
        arg: steps.index
        text: qsTr("One %1 less").arg(steps.what)
        picture: "minus"
        size: Theme.lead
        offered: steps.offered
        width: Theme.touchMin
        height: Theme.touchMin
    }
    Words {
        width: Math.max(Theme.px(40), implicitWidth)
        height: Theme.touchMin
        horizontalAlignment: Text.AlignHCenter
        text: steps.amount
        figures: true
        font.weight: Font.Bold
        font.pixelSize: Theme.lead
    }
    Key {
        act: steps.more
        arg: steps.index
        text: qsTr("One %1 more").arg(steps.what)
        picture: "plus"
        size: Theme.lead
        offered: steps.offered
        width: Theme.touchMin
        height: Theme.touchMin
    }
}
