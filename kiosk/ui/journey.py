"""What the screens see of the engine: one flat view that changes only where something changed, and one door for touches.

The engine works in threads of its own. Its word that something changed becomes a queued signal here; on Qt's
thread the view is then compared key by key with the one shown, so that nothing under a finger is built anew
because a clock elsewhere moved on.
"""

from __future__ import annotations

import logging
import resource
import threading
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtQml import QQmlPropertyMap

from shared.clock import Clock

TICK_MS = 250
STALL_MS_MAX = 50
"""A turn of the event loop that takes longer is logged: a finger has noticed it."""

BEAT_MS = 20
"""How often the event loop shows that it lives; up to here Qt's timers are precise by themselves."""

KEYS_OF_VIEW = (
    "screen", "busy", "program", "toast", "status", "starting", "blocked", "enrol", "pin", "events", "event", "packages",
    "basket", "pay", "printing", "print_problem", "done", "lookup", "void", "claim", "sync",
    "closed", "count", "shift", "move", "report", "messages", "diagnostics", "settings", "approve",
    "language", "languages", "look", "mode", "attract", "attendant", "attend", "sell", "customer", "age",
)  # fmt: skip
"""The view's keys."""

LISTS = {
    "events": ("events",),
    "packages": ("packages",),
    "operators": ("pin", "operators"),
    "lines": ("basket", "lines"),
    "notes": ("pay", "notes"),
    "validation": ("done", "validation"),
    "reasons": ("void", "reasons"),
    "prizes": ("lookup", "prizes"),
    "rows": ("sync", "rows"),
    "pieces": ("count", "pieces"),
    "shift_rows": ("shift", "rows"),
    "move_reasons": ("move", "reasons"),
    "report_rows": ("report", "rows"),
    "messages": ("messages", "rows"),
    "checks": ("diagnostics", "checks"),
    "settings": ("settings", "rows"),
    "settings_actions": ("settings", "actions"),
    "approvers": ("approve", "operators"),
    "languages": ("languages",),
    "teasers": ("attract", "packages"),
    "times": ("sell", "times_choices"),
    "methods": ("pay", "methods"),
    "fields": ("customer", "fields"),
}
"""The view's lists, each with its place in the view; none where the view has not got it."""

# Qt's own numbers (qnamespace.h), which it never changes: to name them by ``Qt`` builds every enumeration that Qt has,
# a tenth of the start.
USER_ROLE = 0x100
KEYS = {0x01000004: "enter", 0x01000005: "enter", 0x01000003: "back", 0x01000007: "clear"}
"""The keys of a keyboard that mean an action (Return, Enter, Backspace, Delete); others mean the character they type."""

_log = logging.getLogger(__name__)
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Engine(Protocol):
    """The kiosk behind the screens; none of its calls may block."""

    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to work. ``on_change`` is called from any thread when the view may have changed."""
        ...

    def act(self, name: str, arg: str = "") -> None:
        """A person touched something."""
        ...

    def pressed(self, code: int, text: str, meaning: str, *, shift: bool, repeat: bool, at_ms: int) -> None:
        """A key went down at a real keyboard, or at a scanner that is one; ``meaning`` is what ``key`` would be told.

        ``code`` is the kernel's, 0 where it is not known; ``at_ms`` tells how far keys lie from each other.
        """
        ...

    def view(self) -> dict[str, Any]:
        """What is to be shown now."""
        ...

    def tick(self) -> None:
        """Time went by."""
        ...

    def lives(self) -> bool:
        """Whether all that selling needs is at work, so that nobody has to start the kiosk again."""
        ...

    def again(self) -> bool:
        """Whether the kiosk is to end and be started again: a setting wants it."""
        ...

    def demo(self) -> bool:
        """Whether scripted touches may reach it: not enrolled yet, or enrolled at a demonstration's office."""
        ...

    def stop(self) -> None:
        """End every thread, with what is under way brought to its end."""
        ...


class Rows(QAbstractListModel):
    """A list of the view. Rows that stay as they were keep their delegates, and so the finger on them."""

    count_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Any] = []

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = USER_ROLE) -> Any:
        """The row itself, whatever it is."""
        if role != USER_ROLE or not index.isValid():
            return None
        return self._rows[index.row()]

    def roleNames(self) -> dict[int, QByteArray]:  # noqa: N802 - Qt's name
        """One role: ``row``."""
        return {USER_ROLE: QByteArray(b"row")}

    @Property(int, notify=count_changed)
    def count(self) -> int:
        """How many there are, for a binding."""
        return len(self._rows)

    def show(self, rows: list[Any]) -> None:
        """Make these the rows; only what differs is announced."""
        before, after = len(self._rows), len(rows)
        for i in range(min(before, after)):
            if self._rows[i] != rows[i]:
                self._rows[i] = rows[i]
                place = self.index(i, 0)
                self.dataChanged.emit(place, place)
        if after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self._rows.extend(rows[before:])
            self.endInsertRows()
        elif after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            del self._rows[after:]
            self.endRemoveRows()
        if after != before:
            self.count_changed.emit()


class Journey(QObject):
    """The engine as QML sees it: ``view`` and ``lists`` to bind to, ``act`` and ``typed`` to call."""

    theme_changed = Signal()
    language_changed = Signal(str)
    """The screens are to speak another language, by its code."""
    shown = Signal()
    """The view has been compared, and whatever changed has been announced."""
    _engine_changed = Signal()

    def __init__(self, engine: Engine, theme: str = "light", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._theme = engine, theme
        self._seen: dict[str, Any] = {}
        self._under_way = threading.Event()
        """A comparison is queued already, so a flood of changes costs one."""
        # Both are Qt's own: a binding that reads them never waits for Python, whatever another thread is at.
        self.view, self.lists = QQmlPropertyMap.create(self), QQmlPropertyMap.create(self)
        self._lists = {name: Rows(self) for name in LISTS}
        for name, rows in self._lists.items():
            self.lists.insert(name, rows)
        self._engine_changed.connect(self.refresh)  # queued, as it comes from other threads
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self._ticking.timeout.connect(self._tick)
        self.refresh()

    def start(self) -> None:
        """Start the engine, and tell it the time four times a second from now on."""
        self._engine.start(self.changed)
        self._ticking.start()

    def stop(self) -> None:
        """Stop both."""
        self._ticking.stop()
        self._engine.stop()

    @Property(str, notify=theme_changed)
    def theme(self) -> str:
        """``light``, ``dark`` or ``contrast``."""
        return self._theme

    def set_theme(self, name: str) -> None:
        """Change to another theme."""
        if name != self._theme:
            self._theme = name
            self.theme_changed.emit()

    @property
    def seen(self) -> dict[str, Any]:
        """The view as it is shown."""
        return self._seen

    def changed(self) -> None:
        """The engine's word that its view may have changed; from any thread."""
        if not self._under_way.is_set():
            self._under_way.set()
            self._engine_changed.emit()

    @Slot()
    def refresh(self) -> None:
        """Take the engine's view over, where it differs from the one shown."""
        self._under_way.clear()
        view = self._engine.view()
        if view is self._seen:
            return
        for name, path in LISTS.items():
            found: Any = view
            for key in path:
                found = found.get(key, {})
            self._lists[name].show(found or [])
        before, self._seen = self._seen, view
        if before:
            self._look_changed(before, view)
        for key in KEYS_OF_VIEW:
            if key in view and (key not in before or before[key] != view[key]):
                self.view.insert(key, view[key])
        self.shown.emit()

    def _look_changed(self, before: dict[str, Any], view: dict[str, Any]) -> None:
        """Follow the engine in language and theme; a theme set here stays until the engine wants another one."""
        if view.get("language") != before.get("language"):
            self.language_changed.emit(view.get("language", ""))
        if view.get("look", {}).get("theme") != before.get("look", {}).get("theme"):
            self.set_theme(view["look"]["theme"])

    @Slot()
    def _tick(self) -> None:
        self._engine.tick()

    @Slot(str, str)
    def act(self, name: str, arg: str) -> None:
        """A touch, as the engine understands it."""
        self._engine.act(name, arg)

    @Slot(int, str)
    def typed(self, key: int, text: str) -> None:
        """A key of a real keyboard goes where the keys on the screen go."""
        if meaning := _meaning(key, text):
            self._engine.act("key", meaning)

    def pressed(self, key: int, text: str, *, code: int, shift: bool, repeat: bool, at_ms: int) -> None:
        """As ``typed``, once the engine has told that a finger pressed it and not a scanner."""
        self._engine.pressed(code, text, _meaning(key, text), shift=shift, repeat=repeat, at_ms=at_ms)


def _meaning(key: int, text: str) -> str:
    """The key as the keys on the screen are called; empty where none of them is like it."""
    meaning = KEYS.get(key, text)
    return meaning if meaning in KEYS.values() or (len(meaning) == 1 and meaning.isprintable()) else ""


def _worked_ms() -> int:
    """How long this thread has had a processor: what it stood still beyond that, it waited for one, or for another thread."""
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return round((used.ru_utime + used.ru_stime) * 1000)


class StallWatch(QObject):
    """Logs whenever Qt's event loop kept the screen waiting."""

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._beat_ms, self._work_ms = clock.monotonic_ms(), 0
        self.beats = self.stalls = 0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Watch from now on."""
        self._beat_ms, self._work_ms = self._clock.monotonic_ms(), _worked_ms()
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        now_ms, work_ms = self._clock.monotonic_ms(), _worked_ms()
        late_ms, worked_ms = now_ms - self._beat_ms - BEAT_MS, work_ms - self._work_ms
        self._beat_ms, self._work_ms = now_ms, work_ms
        self.beats += 1
        if late_ms > STALL_MS_MAX:
            self.stalls += 1
            _log.warning("the screen stood still for %d ms, %d of them at work", late_ms, worked_ms)
