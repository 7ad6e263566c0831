"""The laws that hold in every world, checked against the database's own rows and books kept by hand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared import draw as fair
from shared import entry
from shared.errors import Refused
from syncserver import claims, draws, events, reconcile

if TYPE_CHECKING:
    from tests.sim.unit import Unit
    from tests.world import World

REPLAYED = 12
MIA = {"name": "Mia"}
WATCHED = (
    "rsu_journal",
    "rsu_quarantine",
    "rsu_cuts",
    "rsu_allocations",
    "orders",
    "tickets",
    "voids",
    "findings",
    "raffle_events",
    "draw_executions",
)
"""What no replay may change."""


def rows(world: World, query: str, **values: Any) -> list[Any]:
    """What the database itself says."""
    with world.server.office.begin() as c:
        return list(c.execute(text(query), values))


def head(world: World, unit: Unit) -> tuple[int, str]:
    """The newest entry of this kiosk that the office holds, in its chain or beside it."""
    found = rows(
        world,
        "SELECT seq, encode(hash, 'hex') FROM (SELECT rsu_id, epoch, seq, hash FROM rsu_journal UNION ALL "
        "SELECT rsu_id, epoch, seq, hash FROM rsu_quarantine WHERE reason = 'revoked') e "
        "WHERE rsu_id = :rsu AND epoch = :epoch ORDER BY seq DESC LIMIT 1",
        rsu=UUID(unit.identity.rsu),
        epoch=unit.identity.epoch,
    )
    return (found[0][0], found[0][1]) if found else (0, bytes(32).hex())


def shown(world: World, unit: Unit) -> None:
    """Law 4: cursor and head agree, and "all uploaded" is shown only where it is so."""
    held, digest = head(world, unit)
    if unit.till.acknowledged <= held:
        world.unheard.discard(unit.label)
    if not unit.till.stopped.can or unit.label in world.unheard:
        return
    assert unit.till.acknowledged <= held, (
        f"{unit.label} believes {unit.till.acknowledged} of {held} are safe"
    )
    row = unit.store.entry(held)
    if row is not None:
        assert row.hash.hex() == digest, f"{unit.label} and the office differ at entry {held}"
    view = unit.sync_view()
    if view["all_uploaded"] or view["closed"]:
        assert held == unit.head.seq, f"{unit.label} shows that all is uploaded; the office has {held}"


def shut(world: World, naming: str = "") -> None:
    """Law 3: the draw is refused, and says which kiosk it waits for."""
    for event in world.packages:
        with (
            pytest.raises(Refused, match=naming or None) as refused,
            world.server.office.begin(world.boss) as c,
        ):
            draws.freeze(world.server.office, c, UUID(event), {"source": "none"}, world.boss)
        assert refused.value.code.startswith("gate_"), refused.value


def fingerprint(world: World) -> dict[str, str]:
    """A checksum over each table that a replay must leave alone."""
    found = {}
    with world.server.office.begin() as c:
        for table in WATCHED:
            query = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"
            found[table] = str(c.execute(text(query)).scalar_one())
    return found


def replay(world: World) -> None:
    """Law 5: what was sent once changes nothing when it comes again."""
    sent = world.wire.uploads
    again = [sent[i] for i in sorted(world.dice.choices(range(len(sent)), k=min(REPLAYED, len(sent))))]
    if "restored" in world.happened:
        # To a restored server this may be news, once, in its order.
        for request in again:
            world.wire.again(request)
    world.dice.shuffle(again)
    before = fingerprint(world)
    for request in again:
        world.wire.again(request)
    after = fingerprint(world)
    assert after == before, [table for table in WATCHED if before[table] != after[table]]
    world.tell(f"{len(again)} uploads came again and changed nothing")


def held_entries(world: World) -> tuple[set[bytes], set[bytes]]:
    """The hashes of all entries in the journal, and of those in quarantine."""
    journal = {bytes(h) for (h,) in rows(world, "SELECT hash FROM rsu_journal")}
    aside = {bytes(h) for (h,) in rows(world, "SELECT hash FROM rsu_quarantine")}
    return journal, aside


def everything_is_there(world: World) -> None:
    """Law 1: every promise is held exactly once, to the minor unit; nothing is held that nobody sold."""
    journal, aside = held_entries(world)
    for note in world.books.promises:
        places = (note.entry in journal) + (note.entry in aside)
        wanted = 0 if note.entry in world.lost else 1
        assert places == wanted, f"entry {note.seq} of {note.rsu}/{note.epoch} is held {places} times"
        if note.entry in aside:
            assert {"rolled back", "cloned", "revoked"} & set(world.happened), note
    orders = {
        str(row.id): row
        for row in rows(
            world,
            "SELECT o.id, o.event_id, o.package_id, o.total_amount, o.validation_number, "
            "array_agg(t.draw_number ORDER BY t.draw_number) AS numbers "
            "FROM orders o JOIN tickets t ON t.order_id = o.id GROUP BY o.id",
        )
    }
    promised = {ticket.order: ticket for ticket in world.books.tickets(journal)}
    assert set(orders) == set(promised), set(orders) ^ set(promised)
    for order, ticket in promised.items():
        row = orders[order]
        assert (str(row.event_id), str(row.package_id)) == (ticket.event, ticket.package)
        assert (row.total_amount, row.validation_number) == (ticket.price, ticket.validation)
        assert row.numbers == sorted(ticket.numbers)


def numbers_are_unique(world: World) -> None:
    """Law 2: no number in two blocks or in two tickets that stand, no validation number twice."""
    blocks = rows(
        world, "SELECT raffle_event_id, start_number, end_number FROM rsu_allocations ORDER BY 1, 2"
    )
    for one, other in pairwise(blocks):
        assert one[0] != other[0] or one[2] < other[1], f"two blocks hold {other[1]}"
    journal, _aside = held_entries(world)
    tickets = world.books.tickets(journal | world.lost)
    sold = Counter((t.event, n) for t in tickets for n in t.numbers)
    assert not [key for key, count in sold.items() if count > 1]
    assert len({t.validation for t in tickets}) == len(tickets)


_ORDER_SUMS = """
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(epoch, 0),
        coalesce(package_id, '00000000-0000-0000-0000-000000000000'), currency, total_amount, payment_status, is_test,
        coalesce(offline_sync_status, '') = 'failed', count(*), sum(ticket_count), sum(card_amount)
    FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_TICKET_SUMS = """
    SELECT t.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0), t.state, count(*)
    FROM tickets t JOIN orders o ON o.id = t.order_id GROUP BY 1, 2, 3, 4
"""


def the_sums_are_what_counting_gives(world: World) -> None:
    """O3: what reports and draws add up, after every void, doubt and decision, is what orders and tickets say."""
    kept = {tuple(one) for one in rows(world, "SELECT * FROM order_sums WHERE orders <> 0")}
    assert kept == {tuple(one) for one in rows(world, _ORDER_SUMS)}
    kept = {tuple(one) for one in rows(world, "SELECT * FROM ticket_sums WHERE tickets <> 0")}
    assert kept == {tuple(one) for one in rows(world, _TICKET_SUMS)}


def the_draw_is_of_what_stands(world: World) -> None:
    """Laws 2, 3 and 6: the draw opens, its pool is sold less void to the number, it verifies, a prize is paid once."""
    office, boss = world.server.office, world.boss
    journal, _aside = held_entries(world)
    for event in world.packages:
        won_before = world.early_winners.get(event, {})
        stands = set(won_before.values())
        expected = [
            number
            for number in world.books.pool(event, journal, world.left_out, stands)
            if number not in won_before
        ]
        with office.begin(boss) as c:
            total = events.sales_total(c, UUID(event))
            running = c.execute(
                text("SELECT total_sold FROM raffle_events WHERE id = :id"), {"id": UUID(event)}
            ).scalar_one()
            ledger = list(reconcile.number_ledger(c, UUID(event)))
            counts = reconcile.number_counts(c, UUID(event))
        money = world.books.money(event, journal, world.left_out, stands)
        assert (total, running) == (money, money)
        listed: Counter[str] = Counter()
        for span in ledger:
            listed[span.state] += span.count
        assert counts == listed
        if len(expected) < 2:
            continue
        draw = draws.draw_now(office, UUID(event), boss)
        with office.begin(boss) as c:
            packed = draws.pool(c, draw)
            seen = {r.number for r in draws.results(c, UUID(event))}
            assert seen == set(won_before), "a result was seen before it was official"
            draws.make_official(office, c, draw, boss)
            bundle = draws.bundle(c, draw)
            results = [r for r in draws.results(c, UUID(event)) if r.draw == draw]
        assert packed == b"".join(n.to_bytes(4) for n in expected)
        assert bundle is not None
        report = fair.verify(bundle, [fair.Pool(packed)])
        assert report.ok, report.problems
        assert {r.number for r in results} <= set(expected)
        _pay(world, event, results)
        world.tell(f"drawn from {len(expected)} numbers")


def early_pool(world: World, event: str, bird: str) -> list[int]:
    """Law 6: what stands before the early bird's cut, read from the raw chains and the books alone; ascending.

    A chain that was never cut for it is that of a kiosk that two people left out: there the time of the sale counts.
    """
    cut, until = rows(
        world,
        "SELECT id, (extract(epoch FROM at) * 1000)::bigint FROM event_cuts WHERE event_id = :event AND pool = :bird",
        event=UUID(event),
        bird=bird,
    )[0]
    places: dict[tuple[str, int], int] = {}
    at: dict[bytes, int] = {}
    for rsu, epoch, seq, at_ms, digest, data in rows(
        world, "SELECT rsu_id, epoch, seq, at_ms, hash, entry FROM rsu_journal ORDER BY seq DESC"
    ):
        at[bytes(digest)] = at_ms
        if str(cut).encode() in bytes(data) and entry.read(bytes(data)).header.kind == "cut":
            places[str(rsu), epoch] = seq
    before = {
        note.entry
        for note in world.books.promises
        if note.entry in at
        and (
            note.seq < places[note.rsu, note.epoch]
            if (note.rsu, note.epoch) in places
            else at[note.entry] < until
        )
    }
    won = world.early_winners.get(event, {})
    void = world.books.void_orders(set(at)) - set(won.values())
    return sorted(
        number
        for ticket in world.books.tickets(before)
        if ticket.event == event and ticket.order not in void | world.left_out
        for number in ticket.numbers
        if number not in won
    )


def _pay(world: World, event: str, results: list[draws.ResultRow]) -> None:
    office, boss = world.server.office, world.boss
    won = results[0]
    ticket = next(
        t
        for note in world.books.promises
        for t in note.tickets
        if t.event == event and t.order == str(won.order)
    )
    assert won.number in ticket.numbers
    with office.begin(boss) as c:
        claims.pay(office, c, ticket.validation, won.id, boss, MIA, identity_checked=True, desk="A")
    with pytest.raises(Refused) as refused, office.begin(boss) as c:
        claims.pay(office, c, ticket.validation, won.id, boss, MIA, identity_checked=True, desk="B")
    assert refused.value.code == "already_paid"


def holds_numbers(world: World, unit: Unit, event: str) -> bool:
    """Whether this enrolment ever got a block of the event."""
    return bool(
        rows(
            world,
            "SELECT 1 FROM rsu_allocations WHERE raffle_event_id = :event AND rsu_id = :rsu AND epoch = :epoch",
            event=UUID(event),
            rsu=UUID(unit.identity.rsu),
            epoch=unit.identity.epoch,
        )
    )
