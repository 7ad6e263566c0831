"""Hears every key that the window gets, with the time at which it went down, and hands it to the engine.

Fingers and a scanner that types share the window; the engine tells them apart by how fast the keys follow each other. That
is told by the time that the system gave each event: keys that waited behind a busy screen come all at once.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QWindow

from kiosk.ui.journey import Journey

HEARD = "heard"
"""The name of what has the focus in the window, and all screens in it (``Main.qml``)."""
XKB_OFFSET = 8
"""What X11, Wayland and Qt's own input add to the kernel's code of a key."""
SHIFT = 0x02000000
"""Qt.KeyboardModifier.ShiftModifier, without building all of Qt's enumerations."""
SHIFT_KEYS = range(0x01000020, 0x01000026)
"""Shift, Control, Meta, Alt and the locks go down for another key's sake."""


class Ear(QObject):
    """Takes the keys of a window before its screens do; none of them goes any further. It lives as long as the journey."""

    def __init__(self, window: QWindow, journey: Journey) -> None:
        super().__init__(journey)
        self._journey = journey
        heard = window.findChild(QObject, HEARD)
        assert heard is not None
        heard.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Whether the event was a key, and is dealt with."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() not in SHIFT_KEYS:
            code = event.nativeScanCode()
            self._journey.pressed(
                event.key(),
                event.text(),
                code=max(0, code - XKB_OFFSET),
                shift=bool(event.modifiers().value & SHIFT),
                repeat=event.isAutoRepeat(),
                at_ms=event.timestamp(),
            )
        event.accept()
        return True
