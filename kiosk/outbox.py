"""What to send to the office next: a cursor over the journal, moved by the head in each reply. No I/O.

Events go in, commands come out. The office's head is checked against the kiosk's own journal every time, so that a
lost reply, a repeat and a restored server heal by themselves, and a copied or rolled-back disk shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.words import phrase
from shared import wire

BACK_OFF_S_MIN = 1.0
BACK_OFF_S_MAX = 60.0
REFUSED_S = 300.0
"""How long to wait after 401 or 403: a state, not a retry."""
RETRY_AFTER_S_MAX = 3_600.0
GROW_AFTER = 3
"""Batches taken in a row after which a halved batch is doubled again."""
HEAD_EVERY_S = 300.0
"""How often an idle kiosk asks for the head, so that a restored server shows."""


# Commands -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Upload up to ``count`` entries behind ``after``; a count of 0 asks for the head."""

    after: int
    count: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do for so long, unless something is sold."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Sell no more: what the office holds and what this disk holds cannot both be. Everything is kept."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The office holds everything up to ``seq``."""

    seq: int


Command = Send | Wait | Stop | Moved

# Events ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replied:
    """The office answered an upload. ``own_hash`` is this journal's hash at the reply's seq, None where it ends before."""

    reply: wire.JournalReply
    own_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, or one without a verdict: the HTTP status, None where there was none."""

    status: int | None
    retry_after_s: float | None = None


Event = Replied | Failed


@dataclass(frozen=True, slots=True)
class State:
    """What the screens show of it."""

    state: str
    """``idle``, ``sending``, ``waiting``, ``refused`` or ``stopped``."""
    words: str
    cursor: int


class Outbox:
    """The sender's mind. Times are seconds of a clock that never goes back, given by the caller."""

    def __init__(self, cursor: int = 0) -> None:
        self.cursor = cursor
        """The office holds everything up to this seq, as far as is known."""
        self._last = cursor
        self._size = wire.BATCH_ENTRIES_MAX
        self._taken = 0
        self._failures = 0
        self._not_before_s = 0.0
        self._asked_s: float | None = None
        self._in_flight: Send | None = None
        self._stopped: Stop | None = None
        self.state = State("idle", phrase("Nothing has been sent yet."), cursor)

    def appended(self, seq: int) -> None:
        """The journal now ends at ``seq``."""
        self._last = max(self._last, seq)

    def hurry(self) -> None:
        """Somebody asked for it now: no waiting, and the head is asked for even if nothing is to send."""
        self._not_before_s = 0.0
        self._asked_s = None

    def lift(self) -> bool:
        """The office may have changed its mind: what it refused is due again. Whether anything was refused."""
        lifted = self.state.state == "refused" and self._not_before_s > 0.0
        if lifted:
            self._not_before_s = 0.0
        return lifted

    def next(self, now_s: float) -> Send | Wait | Stop:
        """What to do now. After a ``Send`` say what became of it with :meth:`take`."""
        if self._stopped is not None:
            return self._stopped
        if self._in_flight is not None:
            raise RuntimeError("one batch at a time")
        if now_s < self._not_before_s:
            return Wait(self._not_before_s - now_s)
        if self.cursor < self._last:
            self._in_flight = Send(self.cursor, min(self._size, self._last - self.cursor))
        elif self._asked_s is None or now_s - self._asked_s >= HEAD_EVERY_S:
            self._in_flight = Send(self.cursor, 0)
        else:
            return Wait(HEAD_EVERY_S - (now_s - self._asked_s))
        self._note("sending", phrase("Uploading sales."))
        return self._in_flight

    def take(self, event: Event, now_s: float, jitter: float) -> list[Command]:
        """What became of the batch under way; ``jitter`` is in [0, 1)."""
        sent, self._in_flight = self._in_flight, None
        if sent is None:
            raise RuntimeError("no batch is under way")
        if isinstance(event, Failed):
            return self._failed(event, sent, now_s, jitter)
        self._failures = 0
        self._asked_s = now_s
        return self._replied(event, sent, now_s)

    def _failed(self, event: Failed, sent: Send, now_s: float, jitter: float) -> list[Command]:
        if event.status == 413 and sent.count > 1:
            return self._halve(sent)
        if event.status in (401, 403):
            self._not_before_s = now_s + REFUSED_S
            self._note("refused", phrase("The office refuses this kiosk."))
            return [Wait(REFUSED_S)]
        self._failures += 1
        wait_s = min(BACK_OFF_S_MAX, BACK_OFF_S_MIN * 2.0 ** min(self._failures - 1, 16)) * (0.5 + jitter)
        if event.retry_after_s is not None:
            wait_s = min(RETRY_AFTER_S_MAX, max(0.0, event.retry_after_s)) * (1.0 + 0.25 * jitter)
        self._not_before_s = now_s + wait_s
        self._note(
            "waiting",
            phrase("The office cannot be reached.")
            if event.status is None
            else phrase("The office is busy."),
        )
        return [Wait(wait_s)]

    def _halve(self, sent: Send) -> list[Command]:
        self._size, self._taken = max(1, sent.count // 2), 0
        self._note("sending", phrase("Uploading sales in smaller parts."))
        return []

    def _replied(self, event: Replied, sent: Send, now_s: float) -> list[Command]:
        reply = event.reply
        head = reply.head
        if reply.verdict == "fork":
            return self._stop(
                "forked", phrase("The office holds other sales under this kiosk's name than this disk does.")
            )
        if head.seq > 0 and (event.own_hash is None or event.own_hash.hex() != head.hash):
            return self._stop("forked", phrase("The office holds sales of this kiosk that this disk does not: it is an old copy."))  # fmt: skip
        if reply.verdict == "malformed":
            if sent.count > 1:
                return self._halve(sent)
            return self._stop(
                "malformed",
                phrase("The office cannot read entry {n} of this kiosk's journal.", n=sent.after + 1),
            )
        moved = self._move(head.seq)
        if reply.verdict in ("accepted", "duplicate", "revoked"):
            self._taken += 1
            if self._taken >= GROW_AFTER:
                self._size, self._taken = min(wire.BATCH_ENTRIES_MAX, self._size * 2), 0
            if sent.count and head.seq <= sent.after:
                # Taken and not moved: the office would be asked the same for ever. Let time pass.
                self._not_before_s = now_s + BACK_OFF_S_MAX
        if reply.verdict == "revoked":
            self._note("refused", phrase("The office has revoked this kiosk."))
        else:
            all_sent = self.cursor >= self._last
            self._note(
                "idle" if all_sent else "sending",
                phrase("All uploaded.") if all_sent else phrase("Uploading sales."),
            )
        return [moved]

    def _move(self, seq: int) -> Moved:
        self.cursor = seq
        self._last = max(self._last, seq)
        return Moved(seq)

    def _stop(self, code: str, words: str) -> list[Command]:
        self._stopped = Stop(code, words)
        self._note("stopped", words)
        return [self._stopped]

    def _note(self, state: str, words: str) -> None:
        self.state = replace(self.state, state=state, words=words, cursor=self.cursor)
