"""Operators' PINs: who it is, and that nobody gets there by trying.

A try is on the disk before it is judged, so that switching the kiosk off and on wins nobody a free one. Each operator
has a count of their own: who knows one PIN must not get more tries at another by using it.
"""

from __future__ import annotations

import msgspec

from kiosk.catalog import Shelf
from kiosk.store import Store
from shared.wire import OperatorInfo

FREE_TRIES = 3
"""Wrong PINs without a wait; each further one doubles it."""
WAIT_S_MIN = 5
WAIT_S_MAX = 300
LOCK_TRIES = 10
"""So many wrong ones lock the PIN, until a supervisor has logged on, the office has set a new one, or a while has gone by."""
LOCK_S = 1_800
_KEPT = "pins"


class Tried(msgspec.Struct, frozen=True):
    """What became of a PIN."""

    operator: OperatorInfo | None
    """Whose it is; None where it is not theirs, or was not looked at because they have to wait."""
    wait_s: int = 0
    """Until the next one is looked at."""
    locked: bool = False
    locked_now: bool = False
    """This try has locked it: worth a critical event."""


class _Wrong(msgspec.Struct, frozen=True):
    """Wrong tries in a row at one operator's PIN."""

    count: int
    until: int
    """The next one is looked at from then on, milliseconds by the deciding clock."""
    verifier: str
    """Of the PIN that was tried; with a new PIN the count begins anew."""


class Pins:
    """The tries at all operators' PINs."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store, self._shelf = store, shelf
        self._wrong = msgspec.convert(store.get_json(_KEPT) or {}, dict[str, _Wrong])

    def check(self, operator_id: str, pin: str, now: int) -> Tried:
        """Whether the PIN is this operator's at ``now`` (milliseconds); takes some 40 ms. ``Fault`` where the disk fails."""
        operator = self._shelf.operators.get(operator_id)
        if operator is None:
            return Tried(None)
        before = self._wrong.get(operator_id)
        if before is None or before.verifier != operator.pin_verifier:
            before = _Wrong(0, 0, operator.pin_verifier)
        if wait_s := self._wait_s(before, now):
            return Tried(None, wait_s, locked=before.count >= LOCK_TRIES)
        count = before.count + 1
        after = _Wrong(count, now + _pause_s(count) * 1_000, before.verifier)
        self._keep(self._wrong | {operator_id: after})
        if self._shelf.check_pin(operator_id, pin) is None:
            locked = count >= LOCK_TRIES
            return Tried(None, self._wait_s(after, now), locked, locked_now=locked)
        # A supervisor who proves themselves lifts the locks of the others.
        self._keep({} if operator.supervisor else {o: w for o, w in self._wrong.items() if o != operator_id})
        return Tried(operator)

    @staticmethod
    def _wait_s(wrong: _Wrong, now: int) -> int:
        # A clock that was set back never makes it longer than it was meant to be.
        return min(max(0, -(-(wrong.until - now) // 1_000)), _pause_s(wrong.count))

    def _keep(self, wrong: dict[str, _Wrong]) -> None:
        self._store.put_json(_KEPT, msgspec.to_builtins(wrong))
        self._wrong = wrong


def _pause_s(count: int) -> int:
    if count >= LOCK_TRIES:
        return LOCK_S
    return 0 if count < FREE_TRIES else min(WAIT_S_MAX, WAIT_S_MIN * 2 ** (count - FREE_TRIES))
