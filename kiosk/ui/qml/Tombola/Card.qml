// A raised sheet.
import QtQuick

Rectangle {
    radius: Theme.radius
    color: Theme.surface
    border.width: Theme.hair
    border.color: Theme.line
}
