// A piece of text in the theme's type.
import QtQuick

Text {
    property bool strong: false
    property bool figures: false

    color: Theme.text
    font.family: Theme.family
    font.pixelSize: Theme.body
    font.weight: strong ? Font.DemiBold : Font.Normal
    font.features: figures ? { "tnum": 1 } : {}
    elide: Text.ElideRight
    textFormat: Text.PlainText
    verticalAlignment: Text.AlignVCenter
}
