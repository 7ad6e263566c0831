"""The web shop's chain: its sales are entries like a kiosk's, and so are its cuts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from shared import entry, sale
from shared.errors import Refused
from shared.keys import SigningKey
from shared.wire import AllocationRequest, Customer, EnrolRequest
from syncserver import allocations, blocks, books, events, online, reconcile, rsus, worker
from syncserver import models as m
from syncserver.db import Database
from syncserver.office import furnish, restored
from tests.server import House, make_house


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def package_of(house: House, event: UUID | None = None) -> UUID:
    with house.office.begin() as c:
        found = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == (event or house.event))
        )
        return UUID(str(found.scalar_one()))


def paid(house: House, pieces: int = 1, **changes: object) -> online.Paid:
    piece = online.Piece(house.event, package_of(house), 5, 800, "EUR")
    given = {
        "sale": uuid4(),
        "pieces": [piece] * pieces,
        "reference": "pi_1",
        "amount": 800 * pieces,
        "currency": "EUR",
        "buyer": Customer(name="Ann Buyer", email="ann@example.org", language="en"),
    } | changes
    return online.Paid(**given)  # type: ignore[arg-type]


def sell(house: House, pieces: int = 1, **changes: object) -> online.Paid:
    bought = paid(house, pieces, **changes)
    with house.office.begin() as c:
        online.sell(house.office, c, house.organisation, bought, held={})
    return bought


def chain(house: House) -> Iterator[entry.Entry]:
    with house.office.begin() as c:
        j = m.rsu_journal
        for row in c.execute(select(j.c.entry).order_by(j.c.epoch, j.c.seq)):
            yield entry.read(bytes(row.entry))


def test_a_sale_on_line_is_an_entry_of_a_chain_that_verifies(house: House) -> None:
    """O8: enrolled, granted, sold; each order with its own validation number and what its buyer told."""
    bought = sell(house, 2, user=house.people["auditor"], age_checked=True)
    entries = list(chain(house))
    assert [one.header.kind for one in entries] == ["enrolled", "granted", "sale"]
    with house.office.begin() as c:
        unit = c.execute(select(m.rsus).where(m.rsus.c.kind == "online")).one()
        orders = c.execute(select(m.orders).order_by(m.orders.c.line_no)).all()
        tickets = c.execute(select(m.tickets).order_by(m.tickets.c.draw_number)).all()
        findings = c.execute(select(m.findings)).all()
        event = c.execute(select(m.raffle_events).where(m.raffle_events.c.id == house.event)).one()
    assert entry.first_break(entries, str(unit.id), 1, (0, entry.GENESIS)) is None
    assert findings == []
    assert [(o.source, o.is_offline_sale, o.payment_status, o.payment_method) for o in orders] == [
        ("online", False, "paid", "card")
    ] * 2
    assert {o.sale_id for o in orders} == {bought.sale}
    assert {o.created_by for o in orders} == {house.people["auditor"]}
    assert all(o.customer_info["email"] == "ann@example.org" for o in orders)
    assert len({o.validation_number for o in orders}) == 2
    assert [t.draw_number for t in tickets] == list(range(1, 11))
    assert {t.state for t in tickets} == {"sold"}
    assert event.total_sold == 1600
    body = sale.decode(entries[2].body)
    assert isinstance(body, sale.Sale)
    assert "ann" not in entries[2].body.decode().lower()
    assert body.age_checked


def test_fifty_purchases_at_once_get_numbers_of_their_own(house: House) -> None:
    """N3, N1: no error, no number twice, one chain without a gap."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sell(house), range(50)))
    with house.office.begin() as c:
        numbers = list(c.execute(select(m.tickets.c.draw_number)).scalars())
        assert c.execute(select(func.count()).select_from(m.findings)).scalar_one() == 0
    assert len(numbers) == len(set(numbers)) == 250
    assert [one.header.seq for one in chain(house)] == list(range(1, len(list(chain(house))) + 1))


def test_sold_out_is_refused_in_words_and_changes_nothing(house: House) -> None:
    """E10, N4: the last numbers are sold, and not one more."""
    with house.office.begin() as c:
        counters = m.number_counters
        numbers = c.execute(
            select(counters.c.last_number).where(counters.c.event_id == house.event)
        ).scalar_one()
        c.execute(update(counters).where(counters.c.event_id == house.event).values(next_number=numbers - 11))
    sell(house)
    sell(house)
    with pytest.raises(Refused, match="Only 2 tickets are left") as refused:
        sell(house)
    assert refused.value.code == "sold_out"
    with house.office.begin() as c:
        assert c.execute(select(func.count()).select_from(m.orders)).scalar_one() == 2


def test_numbers_out_of_two_blocks_make_one_ticket(house: House) -> None:
    """N1: a ticket may begin in one block and end in the next."""
    with house.office.begin() as c:
        online.lock_events(c, [house.event])
        shop = online.open_shop(house.office, c, house.organisation)
        shop.write()
        for count in (3, 7):
            request = AllocationRequest(request=str(uuid4()), event=str(house.event), count=count)
            allocations.allocate(house.office, c, shop.rsu, shop.epoch, request)
    sell(house)
    body = next(found for one in chain(house) if isinstance(found := sale.decode(one.body), sale.Sale))
    assert [(r.first, r.count) for r in body.lines[0].ranges] == [(1, 3), (4, 2)]
    with house.office.begin() as c:
        assert c.execute(select(m.findings)).all() == []


@pytest.mark.parametrize("how", ["paused", "closed", "early", "shop"])
def test_nothing_is_sold_outside_the_sale(house: House, how: str) -> None:
    """E1, O8: suspended, closed by time before the worker has come, not yet open, or the web shop itself paused."""
    if how == "shop":
        sell(house)
    with house.office.begin() as c:
        if how == "paused":
            events.suspend(house.office, c, house.event, house.people["admin"], "Fire drill")
        if how == "shop":
            unit = c.execute(select(m.rsus.c.id).where(m.rsus.c.kind == "online")).scalar_one()
            rsus.set_state(c, unit, "suspended", house.people["admin"], "Fire drill")
    if how == "early":
        house.clock.ahead_ms -= 2 * 3600 * 1000
    if how == "closed":
        house.clock.ahead_ms += 4 * 3600 * 1000
    with pytest.raises(Refused) as refused:
        sell(house)
    assert refused.value.code == "not_open"


def test_the_close_cuts_the_chain_and_opens_the_draw(house: House) -> None:
    """D1, E1: whole by the worker's close, by hand the same; no gate waits for the web shop."""
    sell(house)
    house.clock.ahead_ms += 4 * 3600 * 1000
    worker.run_due(house.office)
    with house.office.begin() as c:
        shut = [gate.code for gate in reconcile.gates(house.office, c, house.event) if not gate.passed]
        assert shut == ["confirmed"]
        row = reconcile.status(house.office, c, house.event).rows[0]
    assert (row.name, row.whole, row.cash, row.card, row.sold) == ("Web shop", True, 0, 800, 5)
    assert [one.header.kind for one in chain(house)][-1] == "cut"
    assert online.run_due(house.office) == []


def test_the_numbers_of_the_reports_agree_with_the_journal(house: House) -> None:
    """O3: books counted anew from the chain find the same, also after a void by the office."""
    sell(house, 3)
    sell(house)
    with house.office.begin() as c:
        order = c.execute(select(m.orders.c.id).order_by(m.orders.c.id).limit(1)).scalar_one()
        reconcile.void_order(house.office, c, order, "Bought twice", house.people["admin"])
        agreement = books.check(house.office, c, house.event)
        totals = books.totals(c, house.event)
    assert agreement.problems == []
    assert agreement.agrees
    assert agreement.entries == 2
    assert [(one.name, one.sold.orders, one.void.orders, one.card) for one in totals] == [
        ("Web shop", 4, 1, 2400)
    ]


def test_an_early_birds_end_cuts_the_chain_between_its_sales(house: House) -> None:
    """D2, E1: what is sold before it is in its pool, what follows is not, whoever comes first, worker or buyer."""
    office, admin = house.office, house.people["admin"]
    with office.begin() as c:
        now = office.now()
        event = events.create_event(
            office,
            c,
            events.NewEvent(
                name="Birds",
                identifier="BIRDS",
                organisation=house.organisation,
                opens_at=now - timedelta(hours=1),
                closes_at=now + timedelta(hours=3),
                draw_at=now + timedelta(hours=4),
                pools=(
                    events.PoolPlan(
                        name="early",
                        label="Early bird",
                        until=now + timedelta(minutes=30),
                        draw_at=now + timedelta(hours=1),
                    ),
                ),
            ),
            admin,
        )
        package = events.add_package(c, event, "Five", 5, 800)
        events.add_prize(c, event, "Jersey", "fixed", 15_000, position=1)
        events.add_prize(c, event, "Scarf", "fixed", 1_000, position=2, pool="early")
        events.activate(office, c, event, admin)
    piece = online.Piece(event, package, 5, 800, "EUR")

    def buy() -> None:
        with office.begin() as c:
            online.sell(office, c, house.organisation, replace(paid(house), pieces=[piece]), held={})

    buy()
    house.clock.ahead_ms += 31 * 60 * 1000
    buy()
    assert [one.header.kind for one in chain(house)] == ["enrolled", "granted", "sale", "cut", "sale"]
    assert online.run_due(office) == []
    with office.begin() as c:
        early = next(cut for cut in events.cuts(c, event) if cut.kind == events.EARLY_BIRD)
        assert events.sales_before(c, early) == 800
        shut = [gate.code for gate in reconcile.gates(office, c, event, "early") if not gate.passed]
        assert shut == ["confirmed"]


def test_a_web_shop_whose_numbers_were_declared_lost_sells_on_with_others(house: House) -> None:
    """E9, N2: it cannot be enrolled anew as a kiosk is, and needs not: the office knows what it sold."""
    sell(house)
    by = house.people["admin"]
    with house.office.begin(by) as c:
        shop = c.execute(select(m.rsus.c.id).where(m.rsus.c.kind == "online")).scalar_one()
        rsus.set_state(c, shop, "suspended", by, "Looking at it.")
        assert blocks.declare_lost(house.office, c, house.event, shop, by, "To be sure.") > 0
        rsus.set_state(c, shop, "enabled", by, "All is well.")
    sell(house)
    with house.office.begin() as c:
        held = c.execute(
            select(m.rsu_allocations.c.state, m.rsu_allocations.c.tickets_sold).order_by(
                m.rsu_allocations.c.start_number
            )
        ).all()
        assert c.execute(select(func.count()).select_from(m.findings)).scalar_one() == 0
    assert [tuple(row) for row in held] == [("lost", 5), ("active", 5)]


def test_after_a_restore_the_shop_begins_a_new_chain(house: House, tmp_path: Path) -> None:
    """N3, Y7, law 6: no number is handed out again, and of the old chain people must decide."""
    sell(house)
    restored(house.office.database, tmp_path)
    house.office = furnish(house.office.database, tmp_path, house.clock)
    sell(house)
    with house.office.begin() as c:
        epochs = c.execute(select(m.rsu_epochs.c.epoch).order_by(m.rsu_epochs.c.epoch)).scalars().all()
        numbers = c.execute(select(m.tickets.c.draw_number).order_by(m.tickets.c.draw_number)).scalars().all()
        events.close(house.office, c, house.event, house.people["admin"])
        online.cut_due(house.office, c, house.event)
        rows = reconcile.status(house.office, c, house.event).rows
        shut = [gate.what_to_do for gate in reconcile.gates(house.office, c, house.event) if not gate.passed]
    assert epochs == [1, 1001]
    assert numbers[:5] == [1, 2, 3, 4, 5]
    assert numbers[5] > 50_000
    assert [row.whole for row in rows] == [False, True]
    assert "Bring it back on line" in shut[0], "what the restore has lost does not come by itself"


def test_the_web_shop_is_no_kiosk_where_an_event_is_reconciled_and_drawn(house: House) -> None:
    """Y9: one kiosk and the web shop; no drawer to count where nobody pays in cash; one ticket is one."""
    manager = house.client("manager")
    with house.office.begin() as c:
        code = rsus.new_code(house.office, c, house.rsu, None)
    key = SigningKey.new(house.clock)
    rsus.enrol(
        house.office, EnrolRequest(code=code, public_key=key.public.hex(), device="North", software="1.0")
    )
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
        ask = AllocationRequest(request=str(uuid4()), event=str(house.event), count=50)
        allocations.allocate(house.office, c, house.rsu, 1, ask)
    sell(house)
    with house.office.begin() as c:
        events.close(house.office, c, house.event, house.people["admin"])
        waiting = manager.get(f"/admin/events/{house.event}/reconcile").get_data(as_text=True)
        online.cut_due(house.office, c, house.event)
    assert "1 kiosk and the web shop" in waiting
    drawers = waiting.partition("The drawers")[2].partition("</table>")[0]
    assert "North 1" in drawers
    assert "Web shop" not in drawers
    assert "€8.00 was paid to it by card" in waiting
    assert "/except/" not in waiting.partition("Web shop")[2].partition("</tr>")[0]
