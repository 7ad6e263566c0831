"""One look for all who watch: a thread of each process reads how the evening goes, once for everybody who asks the same.

However many browsers show the dashboard of an organisation, the database is asked once a second and process, and not
at all while nobody watches. Streams have places of their own, so many and no more, and a person a few of them: who
finds none asks for the page again and again instead. Whether their sessions still stand is asked for all at once.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from shared.errors import Fault
from syncserver.live import Evening, evening
from syncserver.office import Office

STREAMS_MAX: Final = 24
"""Of one process: each takes up a thread, which the server has beside those for requests."""
STREAMS_OF_ONE_MAX: Final = 4
"""Of one person and process."""
CHECK_S: Final = 5.0
"""How often it is asked whether the sessions of all streams may still watch."""
LOOK_S: Final = 1.0
LOAD_SHARE: Final = 10
"""A look that takes long is taken seldom: after ten times as long as the last one took."""
LOOK_S_MAX: Final = 15.0
TROUBLE_S: Final = 5.0
_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)

Key = tuple[UUID, UUID | None]
"""An organisation, and the event that was chosen, or None for all."""
Standing = Callable[[Collection[UUID]], Mapping[UUID, tuple[UUID, str]]]
"""Of these sessions those that stand: organisation and role of each."""


class Full(Fault):
    """No place is free for another stream."""


@dataclass
class _Look:
    """What was seen last, for all who ask the same."""

    version: int = 0
    seen: Evening | None = None
    at: datetime = _NEVER
    """When it was last looked, also where nothing had changed."""
    trouble: bool = False
    watchers: int = 0
    pieces: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    """What was made of it, by role, with the version it was made of."""


@dataclass(eq=False)
class Stream:
    """One who watches, as they were when they came."""

    key: Key
    person: UUID
    session: UUID | None
    role: str
    ended: bool = False
    """Their session is over, or opens something else."""


class Hub:
    """The looks of one process, and the places of its streams."""

    def __init__(self, office: Office, standing: Standing, places: int = STREAMS_MAX) -> None:
        self._office, self._standing, self._places = office, standing, places
        self._looks: dict[Key, _Look] = {}
        self._people: Counter[UUID] = Counter()
        self._streams: set[Stream] = set()
        self._checked_ms = -int(CHECK_S * 1000)
        self._news = threading.Condition()
        self._rendering = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopped(self) -> bool:
        """The process is about to end; streams shall end first."""
        return self._stop.is_set()

    @property
    def streams(self) -> int:
        """How many watch now."""
        return sum(self._people.values())

    def stop(self) -> None:
        """Ends all streams; the thread follows. May be called in a signal handler."""
        self._stop.set()
        self._wake.set()

    @contextmanager
    def watching(self, key: Key, person: UUID, session: UUID | None, role: str) -> Iterator[Stream]:
        """Holds a place for a stream; ``Full`` where there is none."""
        stream = Stream(key, person, session, role)
        with self._news:
            if self.stopped or self.streams >= self._places or self._people[person] >= STREAMS_OF_ONE_MAX:
                raise Full(
                    "live.full",
                    "As many watch live as this server has places for.",
                    "The page asks by itself every few seconds instead.",
                )
            self._people[person] += 1
            self._streams.add(stream)
            look = self._looks.setdefault(key, _Look())
            look.watchers += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
                self._thread.start()
            # Who comes has just done something, or has just been away: they are shown how it is now.
            self._wake.set()
            self._news.notify_all()
        try:
            yield stream
        finally:
            with self._news:
                self._streams.discard(stream)
                self._people[person] -= 1
                look.watchers -= 1
                if not look.watchers:
                    self._looks.pop(key, None)
                self._people += Counter()  # drops who watches nothing any more

    def wait(
        self,
        stream: Stream,
        version: int,
        seconds_max: float,
        *,
        trouble: bool = False,
        since: datetime = _NEVER,
    ) -> tuple[int, bool]:
        """The version of what is seen, and whether the last look failed: as soon as one of
        them is another than this one, the stream's session has ended, or the time is over.

        What was seen before ``since`` is no news: who asks holds a page that is younger.
        """
        with self._news:
            look = self._looks[stream.key]
            self._news.wait_for(
                lambda: (
                    (look.version != version and look.at >= since)
                    or look.trouble != trouble
                    or stream.ended
                    or self.stopped
                ),
                seconds_max,
            )
            return look.version if look.at >= since else version, look.trouble

    @property
    def check_in_s(self) -> float:
        """How long until the sessions are to be asked about again."""
        return max(0.0, CHECK_S - (self._office.clock.monotonic_ms() - self._checked_ms) / 1000)

    def stands(self, stream: Stream) -> bool:
        """Whether its session still stands, in the same organisation, with the same role.

        Whichever stream comes first when it is time asks for all; those that have ended wake up. While the database
        does not answer they stand: nothing new is shown either, and it is asked again in a moment.
        """
        with self._news:
            now_ms = self._office.clock.monotonic_ms()
            if stream.ended or now_ms - self._checked_ms < CHECK_S * 1000:
                return not stream.ended
            self._checked_ms = now_ms
            asked = [one for one in self._streams if not one.ended]
        try:
            found = self._standing({one.session for one in asked if one.session is not None})
        except (SQLAlchemyError, OSError) as error:
            _log.warning("the look for the streams' sessions failed: %s", type(error).__name__)
            return True
        with self._news:
            for one in asked:
                held = None if one.session is None else found.get(one.session)
                one.ended = held != (one.key[0], one.role)
            self._news.notify_all()
            return not stream.ended

    def pieces(self, stream: Stream, make: Callable[[Evening], dict[str, str]]) -> dict[str, str]:
        """What ``make`` makes of what is seen now: once for all of a role."""
        role = stream.role
        with self._rendering:
            look = self._looks[stream.key]
            version, seen = look.version, look.seen
            if seen is None:
                return {}
            held = look.pieces.get(role)
            if held is None or held[0] != version:
                held = version, make(seen)
                look.pieces[role] = held
            return held[1]

    # The thread -------------------------------------------------------------------------------------

    def _watch(self) -> None:
        clock = self._office.clock
        while not self.stopped:
            with self._news:
                keys = list(self._looks)
                if not keys:
                    self._thread = None
                    return
            began = clock.monotonic_ms()
            trouble = False
            for key in keys:
                try:
                    trouble |= not self._look(key)
                except Exception:  # noqa: BLE001 - a thread's outermost loop: logged, the streams are told, it goes on
                    _log.critical("the live page's look has a fault", exc_info=True)
                    self._put(key, None)
                    trouble = True
            took_s = (clock.monotonic_ms() - began) / 1000
            wait_s = TROUBLE_S if trouble else min(max(LOOK_S, LOAD_SHARE * took_s), LOOK_S_MAX)
            # However many come, it is not looked more often than this.
            self._stop.wait(min(LOOK_S, wait_s))
            self._wake.wait(max(0.0, wait_s - LOOK_S))
            self._wake.clear()
        with self._news:
            self._news.notify_all()

    def _look(self, key: Key) -> bool:
        organisation, chosen = key
        try:
            with self._office.begin() as c:
                seen = evening(self._office, c, organisation, chosen)
        except (SQLAlchemyError, OSError) as error:
            # The database has gone away, or has its hands full: the streams say so, and it is tried again.
            _log.warning("the live page's look failed: %s", type(error).__name__)
            self._put(key, None)
            return False
        self._put(key, seen)
        return True

    def _put(self, key: Key, seen: Evening | None) -> None:
        with self._news:
            look = self._looks.get(key)
            if look is None:
                return
            before, look.trouble = look.trouble, seen is None
            if seen is not None:
                look.at = seen.at
            if seen is not None and (look.seen is None or before or _timeless(seen) != _timeless(look.seen)):
                look.seen, look.version = seen, look.version + 1
            self._news.notify_all()


def _timeless(seen: Evening) -> Evening:
    """The same without the moment of the look."""
    return replace(seen, at=_NEVER)
