"""What the till knows of counterfoils, over restarts and from a kept ledger: none is forgotten, none is printed twice unmarked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from kiosk import till
from kiosk.ledger import Sold
from kiosk.till import BasketLine
from shared import wire
from shared.errors import Refused
from tests.unit.kiosk.paper_office import (
    EVENT,
    LARGE,
    OPERATOR,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
)

DRUM = event(policies=wire.Policies(counterfoils=True))


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    office = PaperOffice()
    made = open_kiosk(tmp_path, office, SetClock())
    office.grant(500)
    made.take(DRUM)
    yield made
    made.close()


def again(kiosk: Kiosk) -> Kiosk:
    kiosk.close()
    return open_kiosk(kiosk.store.folder, kiosk.office, kiosk.clock)


def sell(kiosk: Kiosk, ident: int = 1) -> Sold:
    """A sale whose ticket came out."""
    receipt = kiosk.till.complete(str(UUID(int=ident)), [BasketLine(EVENT, LARGE)], OPERATOR, 1_000)
    (ticket,) = receipt.tickets
    kiosk.till.printed(ticket.line.order, 0, whole=True, said_by_printer=True)
    return ticket


def waiting(kiosk: Kiosk) -> list[tuple[int, str]]:
    return [(one.copy, one.state) for one in kiosk.till.pending() if one.foils]


def ended(kiosk: Kiosk, ticket: Sold, copy: int, *, whole: bool = True) -> None:
    kiosk.till.foils_ended(ticket, copy, whole=whole, said_by_printer=whole, by=OPERATOR)


def test_counterfoils_wait_until_their_end_is_stated(kiosk: Kiosk) -> None:
    """K9, D5: killed before, in the midst and after: printed, or asked about, once."""
    ticket = sell(kiosk)
    assert waiting(kiosk) == [(0, "queued")]
    kiosk = again(kiosk)
    assert waiting(kiosk) == [(0, "queued")]
    kiosk.till.foils_sending(ticket.line.order, 0)
    kiosk = again(kiosk)
    assert waiting(kiosk) == [(0, "sending")]
    ended(kiosk, ticket, 0)
    assert waiting(kiosk) == []
    before = kiosk.journal.head.seq
    ended(kiosk, ticket, 0)
    assert kiosk.journal.head.seq == before, "said once"
    assert waiting(again(kiosk)) == []


def test_each_further_printing_counts_up(kiosk: Kiosk) -> None:
    """N10: each number is flagged, and the count survives."""
    ticket = sell(kiosk)
    order = ticket.line.order
    ended(kiosk, ticket, 0, whole=False)
    for copy in (1, 2):
        assert kiosk.till.foils_wanted(order).copy == copy
        kiosk = again(kiosk)
        assert waiting(kiosk) == [(copy, "queued")], "asked for, and killed before it printed"
        ended(kiosk, ticket, copy)
        assert waiting(kiosk) == []
    assert kiosk.till.next_foils(order) == 3


def test_a_kept_ledger_knows_them_too(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """K9: a start from the kept copy knows what a start from the journal knows."""
    monkeypatch.setattr(till, "COPY_FROM_ENTRIES", 1)
    monkeypatch.setattr(till, "COPY_EVERY_ENTRIES", 1)
    first = sell(kiosk)
    ended(kiosk, first, 0, whole=False)
    kiosk.till.foils_wanted(first.line.order)
    ended(kiosk, first, 1)
    sell(kiosk, 2)
    assert kiosk.till.keep_ledger()
    kiosk = again(kiosk)
    assert kiosk.till._copy is not None
    assert waiting(kiosk) == [(0, "queued")]
    assert kiosk.till.next_foils(first.line.order) == 2
    while kiosk.till.derive_step():
        pass


def test_a_void_ticket_and_one_of_another_event_have_none(kiosk: Kiosk) -> None:
    """D5: counterfoils count equal to sold minus void."""
    ticket = sell(kiosk)
    kiosk.till.foils_sending(ticket.line.order, 0)
    kiosk.till.void(ticket.line.order, "customer", OPERATOR)
    assert waiting(kiosk) == []
    with pytest.raises(Refused, match="void"):
        kiosk.till.foils_wanted(ticket.line.order)
    kiosk.till.tidy()
    assert kiosk.store.jobs() == []
    kiosk.take(event())
    other = sell(kiosk, 2)
    assert waiting(kiosk) == []
    with pytest.raises(Refused, match="no counterfoils"):
        kiosk.till.foils_wanted(other.line.order)
    with pytest.raises(Refused, match="did not sell"):
        kiosk.till.foils_wanted("nobody's")
