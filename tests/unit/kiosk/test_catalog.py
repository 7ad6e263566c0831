from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.catalog import Shelf
from shared import wire
from shared.errors import Fault, Refused
from shared.keys import SigningKey
from tests.unit.kiosk.paper_office import (
    CLOSE,
    EVENT,
    LARGE,
    OPERATOR,
    PIN,
    SMALL,
    START_MS,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path, PaperOffice(), SetClock())
    yield made
    made.close()


def test_a_catalog_is_kept_with_its_signature_over_a_restart(kiosk: Kiosk) -> None:
    """E13: the kiosk sells off line from the catalog that it has."""
    kiosk.take(event())
    again = Shelf(kiosk.store, kiosk.identity)
    assert again.version == (1, 1)
    assert list(again.events) == [EVENT]
    kiosk.store.put(catalog=b'{"generation":9}')
    with pytest.raises(Fault, match="damaged"):
        Shelf(kiosk.store, kiosk.identity)


def test_what_is_older_foreign_forged_or_unreadable_is_refused(kiosk: Kiosk) -> None:
    """Y7: a lower (generation, serial) is refused; a raised generation counts for more than a serial."""
    data, signature = kiosk.office.catalog(event())
    assert kiosk.shelf.accept(data, signature)
    assert not kiosk.shelf.accept(data, signature), "the same again is nothing new"
    for changes, code in (
        ({"generation": 0, "serial": 10**6}, "catalog_old"),
        ({"rsu": "another"}, "catalog_foreign"),
        ({"epoch": 2}, "catalog_foreign"),
    ):
        with pytest.raises(Refused) as refused:
            kiosk.shelf.accept(*kiosk.office.catalog(event(), **changes))
        assert refused.value.code == code
    with pytest.raises(Refused, match="not signed"):
        kiosk.shelf.accept(*PaperOffice(key=SigningKey(b"x" * 32)).catalog(event()))
    nonsense = b"[]"
    from shared import keys

    with pytest.raises(Refused, match="cannot be read"):
        kiosk.shelf.accept(nonsense, kiosk.office.key.sign(keys.CATALOG, nonsense))
    assert kiosk.shelf.accept(*kiosk.office.catalog(event(), generation=2, serial=0))
    assert kiosk.shelf.version == (2, 0)


def test_packages_come_in_the_offices_order_and_only_while_active(kiosk: Kiosk) -> None:
    """E13: only what is active now, in display order."""
    packages = (
        wire.Package(id="c", name="C", ticket_count=1, price=1, currency="USD", order=3),
        wire.Package(id="a", name="A", ticket_count=1, price=1, currency="USD", order=1, active_to=START_MS),
        wire.Package(id="b", name="B", ticket_count=1, price=1, currency="USD", order=2, active=False),
        wire.Package(id="d", name="D", ticket_count=1, price=1, currency="USD", order=0),
    )
    kiosk.take(event(packages=packages))
    assert [p.id for p in kiosk.shelf.packages(EVENT, START_MS - 1)] == ["d", "a", "c"]
    assert [p.id for p in kiosk.shelf.packages(EVENT, START_MS)] == ["d", "c"]
    assert {SMALL, LARGE}.isdisjoint(p.id for p in packages)


def test_a_pin_is_checked_with_this_kiosks_secret(kiosk: Kiosk) -> None:
    """K1: logon by PIN, off line."""
    kiosk.take(event())
    found = kiosk.shelf.check_pin(OPERATOR, PIN)
    assert found is not None
    assert found.name == "Ada"
    assert kiosk.shelf.check_pin(OPERATOR, "0000") is None
    assert kiosk.shelf.check_pin("nobody", PIN) is None


def test_cuts_are_due_at_their_time_in_order(kiosk: Kiosk) -> None:
    """D2: an early bird's cut comes before the close."""
    early = wire.CutInfo(id="early", kind="early_bird", at=START_MS + 1_000)
    kiosk.take(event(cuts=(*event().cuts, early)))
    assert kiosk.shelf.cuts_due(START_MS) == []
    assert [c.id for _, c in kiosk.shelf.cuts_due(START_MS + 1_000)] == ["early"]
    assert [c.id for _, c in kiosk.shelf.cuts_due(START_MS + 10**9)] == ["early", CLOSE]


def test_the_offices_commands_are_heard(kiosk: Kiosk) -> None:
    """K17: messages from the office; "come home" suspends all until it is taken back."""
    stop = wire.Command(id="1", kind="suspend", text="Come home")
    hello = wire.Command(id="2", kind="message", text="Well done")
    kiosk.take(event(), commands=(stop, hello))
    assert kiosk.shelf.suspended() == "Come home"
    assert kiosk.shelf.messages()[-1] == ("2", "Well done")
    kiosk.take(event(), commands=(stop, wire.Command(id="3", kind="resume")))
    assert kiosk.shelf.suspended() == ""
