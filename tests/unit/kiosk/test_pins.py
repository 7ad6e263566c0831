from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.pins import FREE_TRIES, LOCK_S, LOCK_TRIES, WAIT_S_MAX, Pins
from tests.unit.kiosk.paper_office import (
    OPERATOR,
    PIN,
    SECOND,
    SECOND_PIN,
    SUPERVISOR,
    SUPERVISOR_PIN,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
    staff,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path, PaperOffice(), SetClock())
    made.take(event(), operators=staff(made.office))
    yield made
    made.close()


def try_wrong(pins: Pins, kiosk: Kiosk, times: int) -> int:
    """Try a wrong PIN so often, each time as soon as it is looked at; the wait behind the last."""
    tried = pins.check(OPERATOR, "0000", kiosk.clock.wall)
    for _ in range(times - 1):
        kiosk.clock.go(tried.wait_s * 1_000)
        tried = pins.check(OPERATOR, "0000", kiosk.clock.wall)
    return tried.wait_s


def test_the_right_pin_is_its_operators(kiosk: Kiosk) -> None:
    """K1: secure log-on before selling."""
    pins = Pins(kiosk.store, kiosk.shelf)
    found = pins.check(OPERATOR, PIN, kiosk.clock.wall).operator
    assert found is not None
    assert found.id == OPERATOR
    assert pins.check(OPERATOR, SUPERVISOR_PIN, kiosk.clock.wall).operator is None
    assert pins.check("nobody", PIN, kiosk.clock.wall).operator is None


def test_wrong_pins_slow_down_and_the_right_one_waits_too(kiosk: Kiosk) -> None:
    """K1: failed attempts slow down; while they have to wait nobody's PIN is looked at."""
    pins = Pins(kiosk.store, kiosk.shelf)
    assert try_wrong(pins, kiosk, FREE_TRIES - 1) == 0
    waits = [try_wrong(pins, kiosk, 1)]
    for _ in range(5):
        kiosk.clock.go(waits[-1] * 1_000)
        waits.append(try_wrong(pins, kiosk, 1))
    assert waits == [5, 10, 20, 40, 80, 160]
    assert pins.check(OPERATOR, PIN, kiosk.clock.wall).operator is None
    kiosk.clock.go(waits[-1] * 1_000)
    assert pins.check(OPERATOR, PIN, kiosk.clock.wall).operator is not None
    assert try_wrong(pins, kiosk, 1) == 0, "a right one ends the count"


def test_wrong_pins_count_over_a_restart(kiosk: Kiosk) -> None:
    """K1: switching off and on wins nobody a try, also where it is switched off before the answer."""
    try_wrong(Pins(kiosk.store, kiosk.shelf), kiosk, FREE_TRIES)
    again = Pins(kiosk.store, kiosk.shelf)
    tried = again.check(OPERATOR, PIN, kiosk.clock.wall)
    assert (tried.operator, tried.wait_s) == (None, 5)


def test_a_try_is_on_the_disk_before_it_is_judged(kiosk: Kiosk) -> None:
    """K1: a program that dies over a PIN has counted it."""
    broken = msgspec.structs.replace(staff(kiosk.office)[0], pin_salt="no salt")
    kiosk.take(event(), operators=(broken,))
    with pytest.raises(ValueError, match="hexadecimal"):
        Pins(kiosk.store, kiosk.shelf).check(OPERATOR, PIN, kiosk.clock.wall)
    assert kiosk.store.get_json("pins")[OPERATOR]["count"] == 1


def test_many_wrong_pins_lock_until_a_supervisor_or_the_office_or_time_lifts_it(kiosk: Kiosk) -> None:
    """K1: failed attempts lock."""
    pins = Pins(kiosk.store, kiosk.shelf)
    assert try_wrong(pins, kiosk, LOCK_TRIES - 1) == WAIT_S_MAX
    kiosk.clock.go(WAIT_S_MAX * 1_000)
    tried = pins.check(OPERATOR, "0000", kiosk.clock.wall)
    assert (tried.wait_s, tried.locked, tried.locked_now) == (LOCK_S, True, True)
    tried = Pins(kiosk.store, kiosk.shelf).check(OPERATOR, PIN, kiosk.clock.wall)
    assert (tried.operator, tried.locked, tried.locked_now) == (None, True, False)

    assert pins.check(SUPERVISOR, SUPERVISOR_PIN, kiosk.clock.wall).operator is not None
    assert pins.check(OPERATOR, PIN, kiosk.clock.wall).operator is not None

    try_wrong(pins, kiosk, LOCK_TRIES)
    kiosk.take(event(), operators=staff(kiosk.office, "4711"))
    assert pins.check(OPERATOR, "4711", kiosk.clock.wall).operator is not None

    try_wrong(pins, kiosk, LOCK_TRIES)
    kiosk.clock.go(LOCK_S * 1_000)
    assert pins.check(OPERATOR, "4711", kiosk.clock.wall).operator is not None


def test_a_wrong_pin_of_one_does_not_slow_another_down(kiosk: Kiosk) -> None:
    """K1: and who knows one PIN gets no more tries at another by using it."""
    pins = Pins(kiosk.store, kiosk.shelf)
    try_wrong(pins, kiosk, FREE_TRIES)
    assert Pins(kiosk.store, kiosk.shelf).check(SUPERVISOR, "0000", kiosk.clock.wall).wait_s == 0
    assert pins.check(SECOND, SECOND_PIN, kiosk.clock.wall).operator is not None
    assert pins.check(OPERATOR, PIN, kiosk.clock.wall).wait_s == 5


def test_a_clock_that_was_set_back_makes_no_wait_longer(kiosk: Kiosk) -> None:
    """K1: nobody is locked out for a year by a wrong clock."""
    pins = Pins(kiosk.store, kiosk.shelf)
    try_wrong(pins, kiosk, FREE_TRIES)
    assert pins.check(OPERATOR, PIN, kiosk.clock.wall - 86_400_000).wait_s == 5
