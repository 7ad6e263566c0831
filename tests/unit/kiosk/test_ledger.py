from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from kiosk import ledger, till
from kiosk.store import Store
from kiosk.till import BasketLine
from shared.errors import Fault
from tests.unit.kiosk.paper_office import (
    EVENT,
    LARGE,
    OPERATOR,
    SMALL,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
)


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kiosk]:
    """A kiosk whose every journal is long enough to keep its ledger; it has sold, voided, reprinted."""
    monkeypatch.setattr(till, "COPY_FROM_ENTRIES", 1)
    monkeypatch.setattr(till, "COPY_EVERY_ENTRIES", 1)
    office = PaperOffice()
    made = open_kiosk(tmp_path, office, SetClock())
    office.grant(7)
    office.grant(100)
    made.take(event(manifests=("ab" * 32,)))
    made.till.witness()
    orders = [sell(made, i) for i in range(6)]
    made.till.void(orders[1], "customer", OPERATOR)
    made.till.reprint(orders[2], "torn", OPERATOR)
    made.print_all()
    made.till.acknowledge(made.journal.head.seq - 4)
    assert made.till.keep_ledger()
    yield made
    made.close()


def sell(kiosk: Kiosk, ident: int, package: str = LARGE) -> str:
    receipt = kiosk.till.complete(str(UUID(int=ident)), [BasketLine(EVENT, package)], OPERATOR, 1_000)
    kiosk.print_all()
    return receipt.tickets[0].line.order


def again(kiosk: Kiosk) -> Kiosk:
    kiosk.close()
    return open_kiosk(kiosk.store.folder, kiosk.office, kiosk.clock)


def everything(kiosk: Kiosk) -> ledger.Copy:
    return ledger.copy_of(kiosk.till.ledger, kiosk.journal.head.hash, kiosk.till.acknowledged)


def derive(kiosk: Kiosk) -> None:
    while kiosk.till.derive_step():
        pass


def test_a_start_from_the_kept_ledger_knows_what_a_start_from_the_journal_knows(kiosk: Kiosk) -> None:
    """K9: the copy and what was sold behind it together are what the journal says."""
    sell(kiosk, 10)
    before, at = everything(kiosk), kiosk.journal.head.seq
    kept = again(kiosk)
    assert kept.till._copy is not None
    assert kept.till._copy.seq < at, "the last sale must be read from the journal"
    assert everything(kept) == before
    derive(kept)
    kept.store.put(ledger=b"")
    read = again(kept)
    assert read.till._copy is None
    assert everything(read) == before
    first = kept.till.ledger.sales[str(UUID(int=0))]
    assert read.till.complete(str(UUID(int=0)), [], OPERATOR, 0).tickets[0].seq == first
    read.close()


@pytest.mark.parametrize("wrong", ["a byte", "the proof", "the program", "a rolled-back journal", "the key"])
def test_a_copy_that_does_not_fit_is_not_used(
    kiosk: Kiosk, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N1: a wrong copy never leads to a number sold twice: then the journal is read."""
    held = kiosk.store.get("ledger")
    assert held is not None
    before = everything(kiosk)
    match wrong:
        case "a byte":
            kiosk.store.put(ledger=held[:200] + bytes([held[200] ^ 1]) + held[201:])
        case "the proof":
            kiosk.store.put(ledger=bytes(32) + held[32:])
        case "the program":
            monkeypatch.setattr(ledger, "FORM", ledger.FORM + 1)
            before = everything(kiosk)
        case "a rolled-back journal":
            sell(kiosk, 11)
            kiosk.till.keep_ledger()
            ahead = kiosk.store.get("ledger")
            assert ahead is not None
            kiosk.store._db.execute(
                "DELETE FROM journal WHERE seq > ?", (int(before.seq),)
            )  # what an old copy of the disk looks like
            kiosk.store.put(ledger=ahead)
            kiosk.store.put_json("verified", {"seq": before.seq, "hash": before.hash})
        case "the key":
            copy = ledger.kept(kiosk.store, kiosk.identity)
            assert copy is not None
            other = type(kiosk.identity.key)(b"z" * 32)
            ledger.keep(kiosk.store, msgspec.structs.replace(kiosk.identity, key=other), copy)
    made = again(kiosk)
    assert made.till._copy is None
    assert everything(made) == before
    made.close()


def test_a_copy_that_does_not_follow_from_the_journal_stops_the_kiosk(kiosk: Kiosk) -> None:
    """K5: even a copy that fits and is proved is derived once more behind the screens."""
    copy = ledger.kept(kiosk.store, kiosk.identity)
    assert copy is not None
    (grant, used, issued), *rest = reversed(copy.blocks)
    wrong = msgspec.structs.replace(copy, blocks=(*reversed(rest), (grant, used - 5, issued)))
    ledger.keep(kiosk.store, kiosk.identity, wrong)
    made = again(kiosk)
    with pytest.raises(Fault, match="does not follow from its journal") as found:
        derive(made)
    assert found.value.code == "journal_corrupt"
    made.close()


def test_a_server_restored_since_the_copy_gets_what_it_lacks_counted(kiosk: Kiosk) -> None:
    """Y7: what the copy took for uploaded is unsynced again where the office lost it."""
    kiosk.till.acknowledge(kiosk.journal.head.seq)
    sell(kiosk, 12, SMALL)
    assert kiosk.till.keep_ledger()
    kiosk.till.acknowledge(0)
    count = len(kiosk.till.ledger.unsynced)
    assert count == 8
    made = again(kiosk)
    assert made.till._copy is not None
    assert len(made.till.ledger.unsynced) == count
    made.close()


def test_no_ledger_is_kept_of_a_short_journal_or_while_a_ticket_is_open(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K5: a journal that is read in no time is read whole at each start."""
    assert not kiosk.till.keep_ledger(), "nothing has happened since"
    kiosk.till.complete(str(UUID(int=20)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    assert not kiosk.till.keep_ledger()
    kiosk.print_all()
    monkeypatch.setattr(till, "COPY_FROM_ENTRIES", 1_000)
    assert not kiosk.till.keep_ledger()
    monkeypatch.setattr(till, "COPY_FROM_ENTRIES", 1)
    assert kiosk.till.keep_ledger()
    held = kiosk.store.get("ledger")
    kiosk.close()
    with Store(kiosk.store.folder) as store:
        assert store.get("ledger") == held


def test_a_ledger_that_an_older_program_kept_in_another_form_is_read_from_the_journal(kiosk: Kiosk) -> None:
    """N11: a new program starts on an old one's folder whatever that has kept beside the journal."""
    expected = everything(kiosk)
    held = kiosk.store.get("ledger")
    assert held is not None
    old = msgspec.json.decode(held[32:])
    del old["book"]
    data = msgspec.json.encode(old | {"form": 4})
    kiosk.store.put(ledger=ledger._proof(kiosk.identity, data) + data)
    started = again(kiosk)
    try:
        assert ledger.kept(started.store, started.identity) is None
        assert everything(started) == expected
    finally:
        started.close()
