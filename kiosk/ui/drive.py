"""The door for scripted touches: real mouse and key events, asked for over a unix socket, one JSON object a line.

It stands open only while nobody relies on this kiosk: not enrolled yet, or enrolled by a demonstration's office.
It never waits inside Qt's thread: a ``wait`` is looked at again whenever the view has changed.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtQuick import QQuickItem, QQuickWindow
from shiboken6 import isValid

from kiosk.ui.journey import Engine, Journey
from shared.errors import Fault, Refused

LINE_BYTES_MAX = 64 * 1024
REQUESTS_MAX = 1_000
"""Of one connection, not answered yet."""
WAIT_MS = 10_000
WAIT_MS_MAX = 600_000
PRESS_MS = 30
"""How long a scripted finger stays down: long enough for a frame that shows it."""
TYPING_MS = 120
"""How far a scripted finger's keys lie from each other, by their own time: a scanner's come faster."""
FRAME_MS_MAX = 250
"""A window that is not exposed draws nothing; a tap waits for its next frame no longer than this."""
TEXT_CHARS_MAX = 1_000
SIDE_MAX = 8_192
THEMES = ("light", "dark", "contrast")

_KEYS = {"\n": Qt.Key.Key_Return, "\r": Qt.Key.Key_Return, "\b": Qt.Key.Key_Backspace}
_log = logging.getLogger(__name__)

Reply = dict[str, Any]
Answer = Callable[[Reply], None]


def items(window: QQuickWindow) -> dict[str, QQuickItem]:
    """Everything on show that can be touched now, by name."""
    found: dict[str, QQuickItem] = {}
    pending = [window.contentItem()]
    while pending:
        item = pending.pop()
        if not item.isVisible():
            continue
        name = item.objectName()
        if name and item.isEnabled() and item.property("act") is not None:
            found[name] = item
        pending.extend(item.childItems())
    return found


def reveal(item: QQuickItem) -> None:
    """Scroll whatever scrolls around ``item`` so that it can be seen, as a person would."""
    parent = item.parentItem()
    while parent is not None:
        top = parent.property("contentY")
        if top is not None and parent.property("contentHeight") is not None:
            at = item.mapRectToItem(parent, QRectF(0, 0, item.width(), item.height()))
            if at.top() < 0:
                parent.setProperty("contentY", top + at.top())
            elif at.bottom() > parent.height():
                parent.setProperty("contentY", top + at.bottom() - parent.height())
        parent = parent.parentItem()


def matches(view: dict[str, Any], where: dict[str, Any]) -> bool:
    """Whether every dotted path of ``where`` leads to its value, or to one of its values."""
    for path, wanted in where.items():
        found: Any = view
        for key in path.split("."):
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                found = None
        if found not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


class Door(QObject):
    """Listens at a socket and does to the window what a person could do. ``Fault`` where it cannot listen."""

    def __init__(self, window: QQuickWindow, journey: Journey, engine: Engine, path: Path) -> None:
        super().__init__(journey)
        self._window, self._journey, self._engine = window, journey, engine
        self._visits: set[Visit] = set()
        self._typed_ms = 0
        self._taps: list[tuple[str, Answer]] = []
        self._frameless = QTimer(self)
        self._frameless.setSingleShot(True)
        self._frameless.timeout.connect(self._drawn)
        window.frameSwapped.connect(self._drawn)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(str(path))
        if not self._server.listen(str(path)):
            raise Fault("no_door", f"Nothing can listen at {path}: {self._server.errorString()}.")
        self._server.newConnection.connect(self._visited)
        self._orders: dict[str, Callable[[dict[str, Any], Answer], None]] = {
            "tap": self._tap,
            "keys": self._keys,
            "view": self._view,
            "grab": self._grab,
            "items": self._items,
            "objects": self._objects,
            "wait": self._wait,
            "resize": self._resize,
            "theme": self._theme,
            "quit": self._quit,
        }

    @property
    def open(self) -> bool:
        """Whether scripted touches are taken."""
        return self._engine.demo()

    def close(self) -> None:
        """Take no more visits."""
        self._server.close()

    @Slot()
    def _visited(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            visit = Visit(socket, self)
            self._visits.add(visit)

    def left(self, visit: Visit) -> None:
        """A visit is over."""
        self._visits.discard(visit)

    def order(self, line: bytes, answer: Answer) -> None:
        """Carry out one request; ``answer`` gets the reply, at once or later."""
        try:
            self._carry_out(line, answer)
        except (Refused, json.JSONDecodeError, UnicodeDecodeError) as e:
            answer({"ok": False, "error": str(e)})

    def _carry_out(self, line: bytes, answer: Answer) -> None:
        if not self.open:
            raise Refused("closed", "The door is closed: this kiosk is not a demonstration's.")
        request = json.loads(line)
        what = request.get("do") if isinstance(request, dict) else None
        if not isinstance(what, str) or what not in self._orders:
            raise Refused("not_done", f"Do one of {', '.join(self._orders)}.")
        self._orders[what](request, answer)

    def _tap(self, request: dict[str, Any], answer: Answer) -> None:
        target = _text(request, "target")
        # Only what has been drawn can be touched: a layout that has just changed is settled by then.
        self._taps.append((target, answer))
        self._window.update()
        self._frameless.start(FRAME_MS_MAX)

    @Slot()
    def _drawn(self) -> None:
        taps, self._taps = self._taps, []
        self._frameless.stop()
        for target, answer in taps:
            try:
                self._press(target, answer)
            except Refused as e:
                answer({"ok": False, "error": str(e)})

    def _press(self, target: str, answer: Answer) -> None:
        item = items(self._window).get(target)
        if item is None:
            raise Refused(
                "not_done", f"nothing on the screen {self._journey.seen['screen']} can be touched as {target}"
            )
        reveal(item)
        place = item.mapToScene(QPointF(item.width() / 2, item.height() / 2))
        if not QRectF(0, 0, self._window.width(), self._window.height()).contains(place):
            raise Refused("not_done", f"{target} lies outside the window")
        self._mouse(QEvent.Type.MouseButtonPress, place, Qt.MouseButton.LeftButton)

        def release() -> None:
            # A layout that moved under the finger, or went away: the touch went nowhere, and is not claimed.
            held = isValid(item) and bool(item.property("pressed"))
            self._mouse(QEvent.Type.MouseButtonRelease, place, Qt.MouseButton.NoButton)
            answer({"ok": True} if held else {"ok": False, "error": f"{target} moved away under the finger"})

        QTimer.singleShot(PRESS_MS, self, release)

    def _mouse(self, kind: QEvent.Type, place: QPointF, held: Qt.MouseButton) -> None:
        there = QPointF(self._window.position()) + place
        event = QMouseEvent(
            kind, place, place, there, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
        )
        QCoreApplication.sendEvent(self._window, event)

    def _keys(self, request: dict[str, Any], answer: Answer) -> None:
        for char in _text(request, "text"):
            key = _KEYS.get(char, Qt.Key.Key_unknown)
            self._typed_ms += TYPING_MS
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char)
                event.setTimestamp(self._typed_ms)
                QCoreApplication.sendEvent(self._window, event)
        answer({"ok": True})

    def _view(self, _request: dict[str, Any], answer: Answer) -> None:
        self._journey.refresh()
        answer({"ok": True, "view": self._journey.seen})

    def _items(self, _request: dict[str, Any], answer: Answer) -> None:
        answer({"ok": True, "items": sorted(items(self._window))})

    def _objects(self, _request: dict[str, Any], answer: Answer) -> None:
        answer({"ok": True, "objects": 1 + len(self._window.findChildren(QObject))})

    def _grab(self, request: dict[str, Any], answer: Answer) -> None:
        path = _text(request, "path")
        if not self._window.grabWindow().save(path):
            raise Refused("not_done", f"no picture can be written to {path}")
        answer({"ok": True})

    def _wait(self, request: dict[str, Any], answer: Answer) -> None:
        where, timeout_ms = request.get("where"), request.get("timeout_ms", WAIT_MS)
        if not isinstance(where, dict):
            raise Refused("not_done", "where must be an object")
        if not isinstance(timeout_ms, int) or not 0 <= timeout_ms <= WAIT_MS_MAX:
            raise Refused("not_done", f"timeout_ms must be 0 to {WAIT_MS_MAX}")
        Wait(self._journey, where, timeout_ms, answer)

    def _resize(self, request: dict[str, Any], answer: Answer) -> None:
        sides = request.get("width"), request.get("height")
        if not all(isinstance(side, int) and 0 < side <= SIDE_MAX for side in sides):
            raise Refused("not_done", f"width and height must be 1 to {SIDE_MAX}")
        self._window.resize(*cast("tuple[int, int]", sides))
        answer({"ok": True})

    def _theme(self, request: dict[str, Any], answer: Answer) -> None:
        name = _text(request, "name")
        if name not in THEMES:
            raise Refused("not_done", f"name one of {', '.join(THEMES)}")
        self._journey.set_theme(name)
        answer({"ok": True})

    def _quit(self, _request: dict[str, Any], answer: Answer) -> None:
        answer({"ok": True})
        QTimer.singleShot(0, self._window, self._window.close)


class Wait(QObject):
    """One ``wait``: answered when the view fits, or when its time is over."""

    def __init__(self, journey: Journey, where: dict[str, Any], timeout_ms: int, answer: Answer) -> None:
        super().__init__(journey)
        self._journey, self._where, self._answer = journey, where, answer
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._over)
        self._timer.start(timeout_ms)
        self._ended = False
        journey.shown.connect(self._look)
        journey.refresh()
        self._look()

    @Slot()
    def _look(self) -> None:
        if matches(self._journey.seen, self._where):
            self._end({"ok": True})

    @Slot()
    def _over(self) -> None:
        names = {path.split(".")[0] for path in self._where} | {"screen"}
        seen = {name: self._journey.seen.get(name) for name in sorted(names)}
        self._end({"ok": False, "error": f"waited in vain for {self._where}; there is {seen}"})

    def _end(self, reply: Reply) -> None:
        if self._ended:
            return
        self._ended = True
        self._journey.shown.disconnect(self._look)
        self._timer.stop()
        self.deleteLater()
        self._answer(reply)


class Visit(QObject):
    """One connection: its requests are carried out one after the other."""

    def __init__(self, socket: QLocalSocket, door: Door) -> None:
        super().__init__(door)
        self._socket, self._door = socket, door
        self._requests: deque[bytes] = deque()
        self._busy = False
        socket.setParent(self)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self._left)
        self._read()

    @Slot()
    def _read(self) -> None:
        while self._socket.canReadLine():
            self._requests.append(bytes(self._socket.readLine().data()))
        if self._socket.bytesAvailable() > LINE_BYTES_MAX or len(self._requests) > REQUESTS_MAX:
            _log.warning("a visit at the door said too much and was ended")
            self._socket.abort()
            return
        self._next()

    def _next(self) -> None:
        if self._requests and not self._busy:
            self._busy = True
            self._door.order(self._requests.popleft(), self._answer)

    def _answer(self, reply: Reply) -> None:
        self._busy = False
        if self._socket.state() == QLocalSocket.LocalSocketState.ConnectedState:
            self._socket.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
            self._socket.flush()
            QTimer.singleShot(0, self, self._next)

    @Slot()
    def _left(self) -> None:
        self._door.left(self)
        self.deleteLater()


def _text(request: dict[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARS_MAX:
        raise Refused("not_done", f"{name} must be a text of 1 to {TEXT_CHARS_MAX} characters")
    return value
