"""The heartbeat out of Qt's own loop: it beats only while the screen can answer a finger and the workers live."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from kiosk.keeper import AGAIN, Heart
from kiosk.ui.journey import Engine

BEAT_S_MAX = 1.0


class Pulse(QObject):
    """Beats for whoever watches, and ends the program where the engine wants it started again."""

    def __init__(self, heart: Heart, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heart, self._engine = heart, engine
        self._timer = QTimer(self)
        self._timer.setInterval(int(1000 * min(BEAT_S_MAX, heart.every_s or BEAT_S_MAX)))
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """The screens are up."""
        self._heart.ready()
        self._heart.beat()
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        if self._engine.again():
            QCoreApplication.exit(AGAIN)
        elif self._engine.lives():
            self._heart.beat()
