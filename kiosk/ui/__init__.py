"""The kiosk's window: it shows the engine's view and hands every touch to the engine; it decides nothing."""

from __future__ import annotations

import builtins
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kiosk.ui.compiled import compiled, place

with compiled(place()):
    import shiboken6
from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QWindow
from PySide6.QtQml import QQmlApplicationEngine, QQmlComponent

from kiosk.config import Config
from kiosk.keeper import Heart
from kiosk.ui.journey import Engine, Journey, StallWatch
from kiosk.ui.languages import SOURCE, Languages
from kiosk.ui.pulse import Pulse
from shared.clock import SystemClock
from shared.errors import Fault

if (
    TYPE_CHECKING
):  # Python's door to QtQuick loads QtOpenGL's, 7 MB; a window's signals and properties do without
    from PySide6.QtQuick import QQuickWindow

# From now on Python's own import again. PySide6 puts one in its place that reads the source of every module imported
# later, in search of its own name: for ``__feature__``, which nothing here uses, a third of the start and 10 MB.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)

HERE = Path(__file__).parent
MAIN = HERE / "qml" / "Main.qml"
FONTS = HERE / "fonts"
FAMILY = "Inter"
STARTING = "starting"
SWITCH_S = 0.0005
"""How long another thread may keep Python from the one that draws; Python's own 5 ms, some ten times in a row,
are a stall that a finger notices."""

_log = logging.getLogger(__name__)


class Screens:
    """One window with its QML engine and its journey."""

    def __init__(self, engine: Engine, theme: str = "light", size: tuple[int, int] | None = None) -> None:
        """Load everything; the window is not shown yet. ``Fault`` where the screens cannot be loaded."""
        fonts()
        self._qml = QQmlApplicationEngine()
        self._qml.addImportPath(str(MAIN.parent))
        self.engine = engine
        self.journey = Journey(self.engine, theme)
        self._languages = Languages(self._qml)
        self._languages.show(self.journey.seen.get("language", SOURCE))
        self.journey.language_changed.connect(self._languages.show)
        context = self._qml.rootContext()
        context.setContextProperty("journey", self.journey)
        context.setContextProperty("view", self.journey.view)
        context.setContextProperty("lists", self.journey.lists)
        self._qml.load(QUrl.fromLocalFile(str(MAIN)))
        roots = self._qml.rootObjects()
        if not roots or not isinstance(roots[0], QWindow):
            read = QQmlComponent(self._qml, QUrl.fromLocalFile(str(MAIN)))
            _log.error("the screens cannot be loaded: %s", read.errorString())
            raise Fault("no_screens", "The screens could not be loaded.", "Install the program again.")
        self.window = cast("QQuickWindow", roots[0])
        if size is not None:
            self.window.resize(*size)

    def show(self, full: bool) -> None:
        """Put the window up; ``full`` leaves nothing else of the display."""
        if full:
            self.window.showFullScreen()
        else:
            self.window.show()

    def close(self) -> None:
        """Take the window down; QML goes before what it is bound to."""
        self.window.close()
        self._languages.close()
        shiboken6.delete(self._qml)


def fonts() -> None:
    """Make the bundled typeface the program's own; without it the system's default serves."""
    if FAMILY not in QFontDatabase.families():
        for path in sorted(FONTS.glob("*.otf")):
            if QFontDatabase.addApplicationFont(str(path)) < 0:
                _log.warning("the typeface %s cannot be read", path.name)
    QGuiApplication.setFont(QFont([FAMILY, "DejaVu Sans"]))


class FirstFrame(QObject):
    """Says in the log when the kiosk can be used, and does then what could wait until somebody sees it."""

    def __init__(self, screens: Screens, then: Callable[[], None]) -> None:
        super().__init__(screens.journey)
        self._screens, self._then = screens, then
        screens.window.frameSwapped.connect(self._drawn)

    @Slot()
    def _drawn(self) -> None:
        screen = self._screens.journey.seen["screen"]
        if screen != STARTING:
            self._screens.window.frameSwapped.disconnect(self._drawn)
            _log.info("ready: %s", screen)
            QTimer.singleShot(0, self._then)


def _behind_the_first_frame(screens: Screens, config: Config) -> None:
    # What a kiosk is made of stays for as long as it runs: no later collection looks at it again.
    gc.collect()
    gc.freeze()
    gc.enable()
    from kiosk.ui.ear import Ear  # noqa: PLC0415 - nobody types or scans before there is something to see

    Ear(screens.window, screens.journey)
    if config.size is None:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``kiosk.ui.journey``: it builds all of Qt's enumerations

        QGuiApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
    if config.drive is not None:
        from kiosk.ui.drive import Door  # noqa: PLC0415 - only a demonstration pays for it

        Door(screens.window, screens.journey, screens.engine, config.drive)


def run(engine: Engine, config: Config) -> int:
    """Show the kiosk until its window closes; returns the exit code. Starts the engine and stops it."""
    sys.setswitchinterval(SWITCH_S)
    os.environ.setdefault("QT_SCALE_FACTOR_ROUNDING_POLICY", "PassThrough")
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    application.setApplicationName("Tombola")
    # Told to end, the kiosk ends what is under way. Python looks at signals at the next beat of the stall watch.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.quit())
    if (
        config.drive is not None
    ):  # before the window stands: Python knows it as what it was when it first saw it
        import PySide6.QtQuick  # noqa: F401, PLC0415 - only a demonstration pays for it
    screens = Screens(engine, config.theme, config.size)
    watch = StallWatch(SystemClock(), screens.journey)
    heart = Heart(os.environ, os.getpid())
    pulse = Pulse(heart, screens.engine, screens.journey)
    try:
        screens.show(full=config.size is None)
        screens.journey.start()
        watch.start()
        pulse.start()
        FirstFrame(screens, lambda: _behind_the_first_frame(screens, config))
        return application.exec()
    finally:
        heart.stopping()
        screens.journey.stop()
        screens.close()
