from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kiosk.catalog import Answer
from kiosk.till import BasketLine, Receipt, Watch
from shared import numbers, sale, wire
from shared.errors import Refused
from tests.unit.kiosk.paper_office import (
    CLOSE,
    EVENT,
    HOUR_MS,
    LARGE,
    OPERATOR,
    OTHER_EVENT,
    SMALL,
    START_MS,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
)


@pytest.fixture
def office() -> PaperOffice:
    return PaperOffice()


@pytest.fixture
def kiosk(tmp_path: Path, office: PaperOffice) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path, office, SetClock())
    office.grant(20)
    made.take(event())
    yield made
    made.close()


def sell(
    kiosk: Kiosk, package: str = LARGE, quantity: int = 1, ident: int = 1, of_event: str = EVENT
) -> Receipt:
    receipt = kiosk.till.complete(
        str(UUID(int=ident)), [BasketLine(of_event, package, quantity)], OPERATOR, 1_000_000
    )
    if not receipt.repeated:
        kiosk.print_all()
    return receipt


def spans(receipt: Receipt) -> list[tuple[int, int]]:
    return [(r.first, r.count) for t in receipt.tickets for r in t.line.ranges]


def refusal(kiosk: Kiosk, **how: object) -> str:
    head = kiosk.journal.head
    with pytest.raises(Refused) as refused:
        sell(kiosk, **how)  # type: ignore[arg-type]
    assert refused.value.message
    assert kiosk.journal.head == head, "a refusal wrote something"
    return refused.value.code


def test_a_sale_is_one_entry_with_price_numbers_and_change(kiosk: Kiosk) -> None:
    """N11: the price and package sold are facts."""
    before = kiosk.journal.head.seq
    receipt = kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, LARGE, 2)], OPERATOR, 5_000)
    assert kiosk.journal.head.seq == before + 1
    assert spans(receipt) == [(100, 5), (105, 5)]
    fact = receipt.tickets[0].fact
    assert sale.problems(fact) == []
    assert (fact.payment.amount, fact.payment.change) == (2_000, 3_000)
    assert [line.price for line in fact.lines] == [1_000, 1_000]
    assert fact.catalog == (1, 1)


def test_a_double_tap_is_one_sale_and_shows_the_first(kiosk: Kiosk) -> None:
    """K9: the second tap of a basket is the same sale."""
    first = sell(kiosk, ident=5)
    head = kiosk.journal.head
    second = sell(kiosk, ident=5, quantity=3)
    assert second.repeated
    assert spans(second) == spans(first)
    assert kiosk.journal.head == head


def test_a_double_tap_across_a_restart_is_one_sale(kiosk: Kiosk, tmp_path: Path, office: PaperOffice) -> None:
    """K9: the sale's id is found in the journal."""
    first = sell(kiosk, ident=5)
    kiosk.close()
    again = open_kiosk(tmp_path, office, kiosk.clock)
    assert spans(sell(again, ident=5)) == spans(first)
    assert spans(sell(again, ident=6)) == [(105, 5)]
    again.close()


def test_numbers_run_over_two_blocks_and_validation_numbers_follow_the_place_in_theirs(
    tmp_path: Path, office: PaperOffice
) -> None:
    """N1: a line that begins in one block and ends in the next has each number once."""
    kiosk = open_kiosk(tmp_path, office, SetClock())
    first, second = office.grant(7), office.grant(10)
    kiosk.take(event())
    one, two, three = sell(kiosk, ident=1), sell(kiosk, ident=2), sell(kiosk, ident=3)
    assert spans(one) + spans(two) + spans(three) == [(100, 5), (105, 2), (107, 3), (110, 5)]
    blocks = [numbers.ValidationBlock(i, 20, bytes.fromhex(g.secret)) for i, g in ((1, first), (2, second))]
    given = [r.tickets[0].line.validation for r in (one, two, three)]
    assert [blocks[0].counter(v) for v in given] == [1, 2, None]
    assert blocks[1].counter(given[2]) == 1
    kiosk.close()
    again = open_kiosk(tmp_path, office, kiosk.clock)
    assert spans(sell(again, ident=4, package=SMALL)) == [(115, 1)]
    assert refusal(again, ident=5) == "sold_out"
    assert again.till.numbers_left(EVENT) == 1
    again.close()


def test_a_kiosk_that_never_had_numbers_says_where_they_are(tmp_path: Path, office: PaperOffice) -> None:
    """N4: numbers that have not come yet are not numbers that are used up, and a connected kiosk is not told to connect."""
    kiosk = open_kiosk(tmp_path, office, SetClock())
    kiosk.take(event())
    till = kiosk.till
    assert refusal(kiosk) == "no_numbers"
    assert till.can_sell(EVENT).hint == "Connect it to the network: the office hands them out."
    till.online = True
    assert till.can_sell(EVENT).hint == "Ask the office for numbers."
    assert till.wanted()
    assert till.can_sell(EVENT).words == "The numbers are on their way from the office."
    till.none_to_come.add(EVENT)
    assert till.can_sell(EVENT).words == "This kiosk has no numbers for Cup Final 50/50 yet."
    office.grant(10)
    kiosk.take(event())
    assert spans(sell(kiosk)) == [(100, 5)]
    kiosk.close()


def test_nothing_is_sold_by_nobody(kiosk: Kiosk) -> None:
    """K1: each sale names its operator, whether shifts are wanted or not."""
    for test in (False, True):
        with pytest.raises(Refused) as refused:
            kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, LARGE)], "", 1_000, test=test)
        assert refused.value.code == "no_operator"
    assert not kiosk.till.ledger.sales


def test_the_end_of_the_numbers_stops_this_event_only(kiosk: Kiosk, office: PaperOffice) -> None:
    """N4: zero stops that event only, with a clear message."""
    office.grant(10, OTHER_EVENT)
    kiosk.take(event(), event(id=OTHER_EVENT, number=8, name="Raffle", cuts=()))
    sell(kiosk, quantity=4)
    assert refusal(kiosk, ident=2, package=SMALL) == "sold_out"
    assert spans(sell(kiosk, ident=3, of_event=OTHER_EVENT)) == [(120, 5)]


@pytest.mark.parametrize(
    ("changes", "catalog", "code"),
    [
        ({"state": "suspended"}, {}, "suspended"),
        ({"state": "created"}, {}, "not_active"),
        ({"state": "closed"}, {}, "closed"),
        ({"state": "cancelled"}, {}, "cancelled"),
        ({"opens_at": START_MS + 1}, {}, "not_open"),
        ({"closes_at": START_MS}, {}, "closed"),
        ({"policies": wire.Policies(offline=False)}, {}, "offline"),
        ({"policies": wire.Policies(mode="self-service")}, {}, "wrong_mode"),
        ({}, {"rsu_state": "disabled"}, "unit_disabled"),
        ({}, {"rsu_state": "revoked"}, "unit_revoked"),
        ({}, {"commands": (wire.Command(id="1", kind="suspend", text="Come home"),)}, "suspended_all"),
    ],
)
def test_what_the_office_does_not_allow_is_refused_in_words(
    kiosk: Kiosk, changes: dict[str, object], catalog: dict[str, object], code: str
) -> None:
    """E1: no sale outside the event's times, nor when event or unit are stopped, off line too."""
    kiosk.take(event(**changes), **catalog)
    assert refusal(kiosk) == code


def test_a_package_is_sold_only_while_it_is_on_offer(kiosk: Kiosk) -> None:
    """E13: active_from and active_to hold off line."""
    base = event().packages[0]
    late = wire.Package(
        **{f: getattr(base, f) for f in base.__struct_fields__} | {"active_from": START_MS + 1000}
    )
    kiosk.take(event(packages=(late,)))
    assert refusal(kiosk, package=SMALL) == "no_package"
    kiosk.clock.go(1_000)
    sell(kiosk, package=SMALL)


def test_selling_stops_at_the_unsynced_limit_and_goes_on_after_an_upload(kiosk: Kiosk) -> None:
    """K7: the unsynced limit stops sales and says so."""
    kiosk.take(event(policies=wire.Policies(unsynced_max=2)))
    sell(kiosk, SMALL, ident=1)
    sell(kiosk, SMALL, ident=2)
    assert refusal(kiosk, package=SMALL, ident=3) == "unsynced_limit"
    kiosk.till.acknowledge(kiosk.journal.head.seq)
    sell(kiosk, SMALL, ident=3)


def test_a_restored_server_makes_its_missing_sales_unsynced_again(kiosk: Kiosk) -> None:
    """Y7: the cursor goes back, and what the office lacks is counted again."""
    start = kiosk.journal.head.seq
    for i in range(3):
        sell(kiosk, SMALL, ident=i)
    kiosk.till.acknowledge(kiosk.journal.head.seq)
    assert len(kiosk.till.ledger.unsynced) == 0
    kiosk.till.acknowledge(start)
    assert len(kiosk.till.ledger.unsynced) == 3


def test_selling_stops_at_the_disk_reserve(tmp_path: Path, office: PaperOffice) -> None:
    """K7: a disk below its reserve takes no sale."""
    kiosk = open_kiosk(tmp_path, office, SetClock(), reserve_bytes=10**18)
    office.grant(20)
    kiosk.take(event())
    assert refusal(kiosk) == "disk_reserve"
    kiosk.close()


def test_a_clock_turned_back_an_hour_stops_sales(kiosk: Kiosk) -> None:
    """K7: the clock is never before the last entry."""
    sell(kiosk)
    kiosk.clock.wall -= HOUR_MS
    assert refusal(kiosk, ident=2) == "clock_back"
    kiosk.clock.wall += HOUR_MS
    sell(kiosk, ident=2)


def test_a_clock_behind_the_offices_stops_sales(kiosk: Kiosk) -> None:
    """K7: the clock is never before the last server time."""
    kiosk.till.watch.seen(START_MS + HOUR_MS, kiosk.clock.boot)
    assert refusal(kiosk) == "clock_back"


def test_turning_the_clock_back_does_not_prolong_sales(kiosk: Kiosk) -> None:
    """E1: since boot the monotonic clock decides the close."""
    kiosk.till.watch.seen(START_MS, kiosk.clock.boot)
    kiosk.clock.go(3 * HOUR_MS)
    kiosk.clock.wall = START_MS + 1_000
    assert refusal(kiosk) == "closed"


def test_two_boots_without_a_name_are_not_taken_for_one() -> None:
    """E1: the clock from boot says nothing across a restart; where the machine has no boot id each start is new."""
    clock = SetClock()
    before = Watch(clock, "", None)
    before.seen(START_MS, clock.boot)
    clock.go(3 * HOUR_MS)
    clock.boot = 1_000
    after = Watch(clock, "", before.keep())
    assert after.now() == START_MS + 3 * HOUR_MS
    assert after.skew_ms() is None


def test_a_fast_clock_put_right_does_not_lock_the_kiosk(kiosk: Kiosk) -> None:
    """Y5: entries made while the clock was an hour fast do not stop sales once the office has shown the time."""
    kiosk.clock.wall += HOUR_MS
    sell(kiosk)
    kiosk.clock.wall -= HOUR_MS
    kiosk.till.watch.seen(START_MS, kiosk.clock.boot)
    sell(kiosk, ident=2)


def test_no_sale_while_a_ticket_is_open(kiosk: Kiosk) -> None:
    """N9: a ticket that has not come out is settled before the next sale."""
    receipt = kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    assert refusal(kiosk, ident=2) == "print_open"
    again = kiosk.till.reprint(receipt.tickets[0].line.order, "torn", OPERATOR)
    assert again.copy == 1
    assert refusal(kiosk, ident=2) == "print_open"
    kiosk.till.void(receipt.tickets[0].line.order, "misprint", OPERATOR, misprint=True)
    assert spans(sell(kiosk, ident=2)) == [(101, 5)], "the void ticket's number was sold again"


def test_prints_left_open_are_asked_about_after_a_restart(
    kiosk: Kiosk, tmp_path: Path, office: PaperOffice
) -> None:
    """K9: a job that had begun is asked about, one that had not is printed."""
    receipt = kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, SMALL, 2)], OPERATOR, 1_000)
    kiosk.till.sending(receipt.tickets[0].line.order, 0)
    kiosk.close()
    again = open_kiosk(tmp_path, office, kiosk.clock)
    assert [(p.copy, p.state) for p in again.till.pending()] == [(0, "sending"), (0, "queued")]
    again.print_all()
    again.till.tidy()
    assert again.till.pending() == []
    assert again.store.jobs() == []
    order = receipt.tickets[0].line.order
    again.till.reprint(order, "lost", OPERATOR)
    again.close()
    once_more = open_kiosk(tmp_path, office, kiosk.clock)
    assert [(p.ticket.line.order, p.copy) for p in once_more.till.pending()] == [(order, 1)]
    once_more.close()


def test_a_void_is_whole_once_and_for_ever(kiosk: Kiosk) -> None:
    """N8: the whole order is void, its numbers are never sold again, a second void is refused."""
    line = sell(kiosk).tickets[0].line
    kiosk.till.void(line.validation, "customer", OPERATOR)
    with pytest.raises(Refused, match="void already"):
        kiosk.till.void(line.order, "customer", OPERATOR)
    with pytest.raises(Refused, match="void"):
        kiosk.till.reprint(line.order, "lost", OPERATOR)
    found = kiosk.till.find(line.order)
    assert found is not None
    assert found.void
    assert spans(sell(kiosk, ident=2)) == [(105, 5)]


def test_voids_follow_the_events_policy_and_end_at_the_close(kiosk: Kiosk) -> None:
    """N8: where voids are forbidden or sales are closed, the office decides."""
    line = sell(kiosk).tickets[0].line
    kiosk.take(event(policies=wire.Policies(void_allowed=False)))
    with pytest.raises(Refused, match="does not allow"):
        kiosk.till.void(line.order, "customer", OPERATOR)
    kiosk.take(event())
    with pytest.raises(Refused, match="reason"):
        kiosk.till.void(line.order, "", OPERATOR)
    kiosk.clock.go(3 * HOUR_MS)
    with pytest.raises(Refused, match="closed"):
        kiosk.till.void(line.order, "customer", OPERATOR)
    with pytest.raises(Refused, match="did not sell"):
        kiosk.till.void("not an order", "customer", OPERATOR)


def test_after_the_close_is_cut_the_event_is_never_sold_again(
    kiosk: Kiosk, tmp_path: Path, office: PaperOffice
) -> None:
    """K8: after the cut this kiosk can never sell for the event again, whatever a later catalog says."""
    assert kiosk.till.cut() == []
    kiosk.clock.go(3 * HOUR_MS)
    assert [c.cut for c in kiosk.till.cut()] == [CLOSE]
    assert kiosk.till.cut() == []
    kiosk.take(event(closes_at=START_MS + 9 * HOUR_MS))
    assert refusal(kiosk) == "closed"
    kiosk.close()
    again = open_kiosk(tmp_path, office, kiosk.clock)
    assert refusal(again) == "closed"
    again.close()


def test_a_cut_waits_for_the_ticket_at_the_printer_but_not_for_ever(kiosk: Kiosk) -> None:
    """N9: the cut comes when no sale is under way; a kiosk that is left alone cuts in the end."""
    kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    kiosk.clock.go(3 * HOUR_MS)
    assert kiosk.till.cut() == []
    kiosk.clock.go(600_000)
    assert len(kiosk.till.cut()) == 1


def test_an_event_closed_early_is_cut_at_once(kiosk: Kiosk) -> None:
    """E1: the office's early close holds here too."""
    kiosk.take(event(state="closed"))
    assert len(kiosk.till.cut()) == 1


def test_a_block_whose_validation_numbers_expired_issues_nothing(tmp_path: Path, office: PaperOffice) -> None:
    """N12: an expired block issues nothing; the kiosk warns before."""
    kiosk = open_kiosk(tmp_path, office, SetClock())
    office.grant(20, validation_expires_at=START_MS + 600_000)
    kiosk.take(event())
    sell(kiosk)
    assert kiosk.till.expires_soon(EVENT)
    kiosk.clock.go(600_000)
    assert refusal(kiosk, ident=2) == "sold_out"
    kiosk.close()


def test_a_block_that_the_office_switched_off_issues_nothing(tmp_path: Path, office: PaperOffice) -> None:
    """N12: from the next catalog on; and other numbers are asked for."""
    kiosk = open_kiosk(tmp_path, office, SetClock())
    signed = office.grant(20)
    kiosk.take(event())
    sell(kiosk)
    block = next(iter(kiosk.till.ledger.open[EVENT])).grant.allocation
    assert signed
    kiosk.take(event(switched_off=(block,)))
    assert kiosk.till.numbers_left(EVENT) == 0
    assert refusal(kiosk, ident=2) == "sold_out"
    assert [(e, n) for _, e, n in kiosk.till.wanted()] == [(EVENT, 500)]
    kiosk.take(event())
    assert kiosk.till.numbers_left(EVENT) == 15
    kiosk.close()


def test_numbers_are_asked_for_once_when_they_run_low(kiosk: Kiosk) -> None:
    """N4: low water fetches more; the request is the same until it is answered."""
    first = kiosk.till.wanted()
    assert [(e, n) for _, e, n in first] == [(EVENT, 500)]
    assert kiosk.till.wanted() == first
    kiosk.till.answered(first[0][0])
    kiosk.till.take_grants([kiosk.office.grant(500)])
    assert kiosk.till.wanted() == []


def test_a_false_block_of_numbers_is_refused(kiosk: Kiosk) -> None:
    """N1: a block is used only with the office's signature, and only this kiosk's."""
    forged = PaperOffice(key=type(kiosk.identity.key)(b"x" * 32)).grant(10)
    with pytest.raises(Refused, match="not signed"):
        kiosk.till.take_grants([forged])
    with pytest.raises(Refused, match="another kiosk"):
        kiosk.till.take_grants([kiosk.office.grant(10, epoch=2)])
    with pytest.raises(Refused, match="cannot be read"):
        kiosk.till.take_grants([wire.SignedGrant(grant="!", signature="00", secret="00")])


def test_what_the_office_publishes_is_witnessed_once(kiosk: Kiosk) -> None:
    """D3: manifests and seed commitments that are new are journalled."""
    assert not kiosk.till.witness()
    kiosk.take(event(manifests=("ab" * 32,), seeds=("cd" * 32,)))
    assert kiosk.till.witness()
    assert not kiosk.till.witness()


def test_orders_are_found_before_and_after_they_are_projected(kiosk: Kiosk) -> None:
    """O5: an order is found by its id and its validation number."""
    line = sell(kiosk).tickets[0].line
    for _ in range(2):
        for text in (line.order, line.validation):
            found = kiosk.till.find(text)
            assert found is not None
            assert found.ticket.line == line
        while kiosk.till.project_step():
            pass
    assert kiosk.till.find("0" * 16) is None


def test_a_basket_that_cannot_be_sold_is_refused_whole(kiosk: Kiosk) -> None:
    """N11: no sale is half made."""
    assert refusal(kiosk, quantity=51) == "basket_size"
    assert refusal(kiosk, quantity=5) == "sold_out"
    assert refusal(kiosk, package="no such") == "no_package"
    assert refusal(kiosk, of_event="no such") == "no_event"
    with pytest.raises(Refused, match="missing"):
        kiosk.till.complete("x", [BasketLine(EVENT, SMALL)], OPERATOR, 499)
    euro = wire.Package(id="e", name="Euro", ticket_count=1, price=100, currency="EUR")
    kiosk.take(event(packages=(*event().packages, euro)))
    with pytest.raises(Refused, match="currencies"):
        kiosk.till.complete("x", [BasketLine(EVENT, SMALL), BasketLine(EVENT, "e")], OPERATOR, 999)
    assert spans(sell(kiosk)) == [(100, 5)], "a refused basket used numbers up"


# A basket worked out ahead --------------------------------------------------------------------------


def facts(kiosk: Kiosk) -> list[sale.Body]:
    return [body for _, _, body in kiosk.journal.bodies()]


def test_a_sale_worked_out_ahead_is_the_same_sale(kiosk: Kiosk) -> None:
    """N1: a draft uses nothing up, and is sold as it stands."""
    basket = [BasketLine(EVENT, LARGE, 2), BasketLine(EVENT, SMALL)]
    head = kiosk.journal.head
    kiosk.till.draft(basket)
    kiosk.till.draft([BasketLine(EVENT, SMALL)])
    kiosk.till.draft(basket)
    assert kiosk.journal.head is head
    receipt = kiosk.till.complete(str(UUID(int=1)), basket, OPERATOR, 5_000)
    kiosk.print_all()
    assert spans(receipt) == [(100, 5), (105, 5), (110, 1)]
    assert sale.problems(receipt.tickets[0].fact) == []
    assert receipt.tickets[0].fact.payment.change == 2_500
    kiosk.till.draft(basket)
    assert kiosk.till.complete(str(UUID(int=1)), basket, OPERATOR, 5_000).repeated


def test_a_draft_is_thrown_away_by_whatever_it_rests_on(kiosk: Kiosk) -> None:
    """N1, E1: another sale, another catalog, the time, the office's stop, a full disk."""
    basket = [BasketLine(EVENT, LARGE)]

    def drafted(**how: object) -> str:
        kiosk.till.draft(basket)
        return refusal(kiosk, ident=77, **how)

    kiosk.till.draft(basket)
    assert spans(sell(kiosk, package=SMALL)) == [(100, 1)]
    assert spans(sell(kiosk, ident=2)) == [(101, 5)]
    kiosk.till.draft(basket)
    kiosk.take(event(state="suspended"))
    assert drafted() == "suspended"
    kiosk.take(event())
    kiosk.till.draft(basket)
    kiosk.till.stopped = Answer("forked", "This disk is an old copy.")
    assert drafted() == "forked"
    kiosk.till.stopped = Answer()
    kiosk.take(event(policies=wire.Policies(offline=False)))
    kiosk.till.online = True
    kiosk.till.draft(basket)
    kiosk.till.online = False
    assert refusal(kiosk, ident=77) == "offline"
    kiosk.take(event(policies=wire.Policies(unsynced_max=3)))
    kiosk.till.acknowledge(kiosk.journal.head.seq)
    kiosk.till.draft(basket)
    kiosk.till.acknowledge(0)
    kiosk.take(event(policies=wire.Policies(unsynced_max=2)))
    assert refusal(kiosk, ident=77) == "unsynced_limit"
    kiosk.take(event())
    kiosk.till.draft(basket)
    kiosk.clock.wall -= HOUR_MS
    assert refusal(kiosk, ident=77) == "clock_back"
    kiosk.clock.wall += HOUR_MS
    assert spans(sell(kiosk, ident=3)) == [(106, 5)]


def test_a_draft_does_not_outlive_a_price_or_an_event(kiosk: Kiosk) -> None:
    """E1, E13: what was on offer when the buyer looked for money may be no more."""
    offer = msgspec.structs.replace(event().packages[1], active_to=START_MS + 60_000)
    kiosk.take(event(packages=(event().packages[0], offer)))
    kiosk.till.draft([BasketLine(EVENT, LARGE)])
    kiosk.clock.go(60_000)
    assert refusal(kiosk) == "no_package"
    kiosk.take(event())
    kiosk.till.draft([BasketLine(EVENT, LARGE)])
    kiosk.clock.go(3 * HOUR_MS)
    assert refusal(kiosk) == "closed"


@pytest.mark.parametrize("ahead", [False, True])
def test_a_due_cut_stands_before_the_next_sale(kiosk: Kiosk, *, ahead: bool) -> None:
    """D2: no sale made after an early bird's end stands before its cut, however late the kiosk looks."""
    bird = wire.CutInfo(id=str(UUID(int=0xC2)), kind="early_bird", at=START_MS + HOUR_MS)
    kiosk.take(event(cuts=(*event().cuts, bird)))
    sell(kiosk)
    if ahead:
        kiosk.till.draft([BasketLine(EVENT, LARGE)])
    kiosk.clock.go(HOUR_MS)
    sell(kiosk, ident=2)
    made = [fact for fact in facts(kiosk) if isinstance(fact, sale.Sale | sale.Cut)]
    assert [type(fact) for fact in made] == [sale.Sale, sale.Cut, sale.Sale]
    assert [fact.cut for fact in made if isinstance(fact, sale.Cut)] == [bird.id]


def test_how_a_sale_was_paid_is_its_fact(kiosk: Kiosk) -> None:
    """K13: cash with its change, a card with its reference, or a part of each; change is cash."""
    till = kiosk.till
    one = [BasketLine(EVENT, SMALL)]
    payments = []
    for ident, terms in enumerate(((1_000,), (500, "card", "0045 18"), (700, "split", "A7", 300))):
        receipt = till.complete(f"s{ident}", one, OPERATOR, *terms)  # type: ignore[arg-type]
        kiosk.print_all()
        payments.append(receipt.tickets[0].fact.payment)
    assert [(p.method, p.cash, p.card, p.change, p.reference) for p in payments] == [
        ("cash", 500, 0, 500, ""),
        ("card", 0, 500, 0, "0045 18"),
        ("split", 200, 300, 200, "A7"),
    ]


@pytest.mark.parametrize(
    ("payment", "policies", "code"),
    [
        ({"method": "card", "tendered": 500}, {}, "no_reference"),
        ({"method": "card", "tendered": 500, "reference": " "}, {}, "no_reference"),
        ({"method": "card", "tendered": 501, "reference": "A"}, {}, "card_amount"),
        ({"method": "split", "tendered": 500, "reference": "A", "card": 0}, {}, "card_amount"),
        ({"method": "split", "tendered": 500, "reference": "A", "card": 500}, {}, "card_amount"),
        (
            {"method": "card", "tendered": 500, "reference": "A"},
            {"payments": ("cash",)},
            "payment_method",
        ),
        ({"method": "cash", "tendered": 500}, {"payments": ("card",)}, "payment_method"),
        (
            {"method": "split", "tendered": 500, "reference": "A", "card": 100},
            {"payments": ("cash",)},
            "payment_method",
        ),
        ({"tendered": 500}, {"age_min": 18}, "age"),
        ({"tendered": 500}, {"customer_fields": ("name",), "customer_required": True}, "no_customer"),
    ],
)
def test_what_an_event_asks_of_a_sale_is_asked_by_the_till_too(
    kiosk: Kiosk, payment: dict[str, Any], policies: dict[str, Any], code: str
) -> None:
    """E8: whatever the screens do, no sale is made past the event's policies."""
    kiosk.take(event(policies=wire.Policies(**policies)))
    with pytest.raises(Refused) as refused:
        kiosk.till.complete("1", [BasketLine(EVENT, SMALL)], OPERATOR, **payment)
    assert refused.value.code == code
    assert not kiosk.till.ledger.sales


def test_a_kiosk_where_buyers_choose_sells_what_may_be_sold_so(kiosk: Kiosk) -> None:
    """E8: attended, self-service or both, as the event says."""
    for mode, alone, code in (
        ("attended", False, ""),
        ("attended", True, "wrong_mode"),
        ("self-service", True, ""),
        ("self-service", False, "wrong_mode"),
        ("both", True, ""),
        ("both", False, ""),
    ):
        kiosk.take(event(policies=wire.Policies(mode=mode)))  # type: ignore[arg-type]
        kiosk.shelf.self_service = alone
        assert kiosk.till.can_sell(EVENT).code == code


# Tests before the opening ---------------------------------------------------------------------------


def try_it(kiosk: Kiosk, ident: int = 1, **how: Any) -> Receipt:
    receipt = kiosk.till.complete(
        str(UUID(int=ident)), [BasketLine(EVENT, LARGE)], OPERATOR, 0, test=True, **how
    )
    kiosk.print_all()
    return receipt


def test_a_test_asks_for_nothing_and_uses_its_numbers_up(kiosk: Kiosk) -> None:
    """E5: no shift, no money, no buyer, however the event is paid for; its numbers are never sold again."""
    asking = wire.Policies(age_min=18, customer_fields=("name",), customer_required=True, payments=("card",))
    kiosk.take(event(opens_at=START_MS + HOUR_MS, policies=asking), shifts=wire.ShiftRules(required=True))
    receipt = try_it(kiosk, customer="ab", age_checked=True, self_service=True)
    fact = receipt.tickets[0].fact
    assert sale.problems(fact) == []
    assert (fact.test, fact.customer, fact.age_checked, fact.self_service) == (True, "", False, False)
    assert (fact.payment.method, fact.payment.amount, fact.payment.change) == ("cash", 1_000, 0)
    assert kiosk.till.ledger.book.gap == {}, "a test is no money"
    assert len(kiosk.till.ledger.unsynced) == 1
    assert refusal(kiosk, ident=2) == "no_shift"
    kiosk.take(event())
    assert spans(receipt) == [(100, 5)]
    assert spans(sell(kiosk, ident=3)) == [(105, 5)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "test_over"),
        ({"opens_at": START_MS + 1}, "test_over"),
        ({"opens_at": START_MS + HOUR_MS, "state": "created"}, "not_active"),
        ({"opens_at": START_MS + HOUR_MS, "state": "suspended"}, "suspended"),
        ({"opens_at": START_MS + HOUR_MS, "policies": wire.Policies(mode="self-service")}, "wrong_mode"),
    ],
)
def test_an_event_that_is_open_or_stopped_is_not_tried(
    kiosk: Kiosk, changes: dict[str, Any], code: str
) -> None:
    """E5: after the opening a buyer who paid for a test would be in no draw."""
    kiosk.take(event(**changes))
    head = kiosk.journal.head
    with pytest.raises(Refused) as refused:
        try_it(kiosk)
    assert (refused.value.code, kiosk.journal.head) == (code, head)


def test_both_clocks_say_when_tests_are_over(kiosk: Kiosk) -> None:
    """E5: the one that decides, and the one whose time the sale would bear."""
    kiosk.take(event(opens_at=START_MS + HOUR_MS))
    kiosk.till.watch.seen(START_MS, kiosk.clock.boot)
    kiosk.clock.wall += HOUR_MS
    assert kiosk.till.can_sell(EVENT).code == "not_open"
    assert kiosk.till.can_sell(EVENT, test=True).code == "test_over"
    kiosk.clock.wall -= HOUR_MS
    assert kiosk.till.can_sell(EVENT, test=True).can
    kiosk.clock.boot += HOUR_MS
    assert kiosk.till.can_sell(EVENT, test=True).code == "test_over"


def test_nobody_tries_a_kiosk_that_buyers_use_alone_or_out_of_another_s_drawer(kiosk: Kiosk) -> None:
    """E5: self-service sells no tests; an open shift belongs to its operator."""
    kiosk.take(event(opens_at=START_MS + HOUR_MS))
    kiosk.shelf.self_service = True
    assert kiosk.till.can_sell(EVENT, test=True).code == "wrong_mode"
    kiosk.shelf.self_service = False
    kiosk.till.state(sale.ShiftOpened(shift=str(UUID(int=9)), number=1, operator=str(UUID(int=8))))
    with pytest.raises(Refused) as refused:
        try_it(kiosk)
    assert refused.value.code == "other_shift"
