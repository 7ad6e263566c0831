"""Drafts, templates, pictures, venues, versions of the rules, blocks, and calling an event off."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from PIL import Image
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import IntegrityError

from shared import wire
from shared.errors import Refused
from shared.keys import SigningKey
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import (
    blocks,
    cancellation,
    catalog,
    configurations,
    events,
    media,
    notices,
    openings,
    organisations,
    reconcile,
    rsus,
    venues,
)
from syncserver import models as m
from syncserver.admin import ground
from syncserver.db import Database
from syncserver.events import templates
from syncserver.organisations import Tax
from tests.postgres import as_owner
from tests.server import House, make_event, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def wanted(house: House, **changes: object) -> events.NewEvent:
    """The draft of the house as it is, with changes."""
    with house.office.begin() as c:
        row = events.get(c, house.draft)
    values: dict[str, object] = {
        "name": row.name,
        "identifier": row.event_identifier,
        "organisation": house.organisation,
        "venue": row.venue_id,
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "currency": row.currency,
    }
    return events.NewEvent(**(values | changes))  # type: ignore[arg-type]  # of those names


@dataclass
class Kiosk:
    """An enrolled kiosk in service."""

    rsu: UUID
    epoch: int


def enrol(house: House) -> Kiosk:
    """The house's kiosk, enrolled and in service."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        code = rsus.new_code(house.office, c, house.rsu, by)
    key = SigningKey(b"k" * 32)
    made = rsus.enrol(
        house.office,
        wire.EnrolRequest(code=code, public_key=key.public.hex(), device="north-1", software="test"),
    )
    with house.office.begin(by) as c:
        rsus.set_state(c, house.rsu, "enabled", by, "opened")
    return Kiosk(house.rsu, made.epoch)


def critical(house: House, kind: str) -> list[str]:
    """What is on record of this kind."""
    k = m.critical_events
    with house.office.begin() as c:
        return list(c.execute(select(k.c.description).where(k.c.event_type == kind)).scalars())


def test_a_draft_is_changed_whole_and_its_prizes_rules_stay(house: House) -> None:
    """E3, E6, E8: all of it but its number, as long as nothing was on sale."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        prize = events.add_prize(c, house.draft, "Share", "percentage", position=9, basis_points=100, cap=900)
        events.change(
            c,
            house.draft,
            by,
            wanted(
                house,
                name="Cup",
                description="For the youth",
                locale="fr_FR",
                first_number=100,
                last_number=199,
                bundles="three",
                draw=events.DrawRules(claim_days=30),
            ),
        )
        row = events.get(c, house.draft)
        kept = events.settings(row.configuration)
        counter = c.execute(
            select(m.number_counters).where(m.number_counters.c.event_id == house.draft)
        ).one()
    assert (row.name, row.description, kept.locale, kept.bundles) == (
        "Cup",
        "For the youth",
        "fr_FR",
        "three",
    )
    assert row.ticket_allocation == {"first": 100, "last": 199}
    assert (counter.next_number, counter.last_number) == (100, 199)
    assert kept.draw.claim_days == 30
    assert kept.prize_rules[str(prize)].cap == 900


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "USD"}, "currency"),
        ({"venue": uuid4()}, "venue"),
        ({"identifier": "FINAL"}, "identifier_taken"),
        ({"first_number": 9, "last_number": 3}, "numbers"),
        ({"last_number": DRAW_NUMBER_MAX + 1}, "numbers"),
        ({"locale": "tlh"}, "locale"),
        ({"organisation": uuid4()}, "unknown_event"),
    ],
)
def test_a_draft_does_not_become_what_cannot_be(house: House, changes: dict[str, object], code: str) -> None:
    """E6, E12: one currency for what it sells already; another organisation's things are not there."""
    new = wanted(house, **changes)
    with house.office.begin() as c, pytest.raises(Refused) as refused:
        events.change(c, house.draft, house.people["manager"], new)
    assert refused.value.code == code


def test_what_was_on_sale_is_not_changed_and_each_attempt_stays_on_record(house: House) -> None:
    """E3: the form, a package, a prize, their order, the plan: refused, and a critical event each."""
    by, before = house.people["manager"], len(critical(house, "change_refused"))
    with house.office.begin() as c:
        package = c.scalar(select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event))
        prize = events.prizes(c, house.event)[0].id
    assert isinstance(package, UUID)
    soon = house.office.now() + timedelta(hours=1)
    attempts: tuple[Callable[[Connection], None], ...] = (
        lambda c: events.change(c, house.event, by, wanted(house)),
        lambda c: events.change_package(c, package, by, name="X", tickets=1, price=1),
        lambda c: events.move_package(c, package, by, up=True),
        lambda c: events.change_prize(c, prize, by, events.PrizeTerms(name="X", type="fixed")),
        lambda c: events.move_prize(c, prize, by, up=True),
        lambda c: events.plan_activation(house.office, c, house.event, soon, by),
        lambda c: events.delete(c, house.event, by, "a mistake"),
    )
    for attempt in attempts:
        with house.office.begin(by) as c, pytest.raises(Refused) as refused:
            attempt(c)
        assert refused.value.code == "frozen"
    assert len(critical(house, "change_refused")) == before + 7


def test_packages_are_put_in_order_and_come_with_perks_on_screen_and_ticket(house: House) -> None:
    """E13: the order by touch, the time in which it is offered, and the perks' words in the kiosk's catalog."""
    by = house.people["manager"]
    now = house.office.now()
    with house.office.begin(by) as c:
        perk = events.add_perk(c, house.organisation, "A free drink", by)
        ten = events.add_package(
            c, house.draft, "Ten", 10, 1500, by=by, description="Best value", perks=[perk], active_from=now
        )
        events.move_package(c, ten, by, up=True)
        with pytest.raises(Refused, match="perk"):
            events.add_perk(c, house.organisation, "a FREE drink", by)
        with pytest.raises(Refused, match="no such perk"):
            events.add_package(c, house.draft, "Odd", 1, 1, perks=[uuid4()])
        with pytest.raises(Refused, match="off sale before"):
            events.change_package(
                c,
                ten,
                by,
                name="Ten",
                tickets=10,
                price=1,
                active_from=now,
                active_to=now - timedelta(hours=1),
            )
        names = c.execute(
            select(m.ticket_packages.c.name)
            .where(m.ticket_packages.c.event_id == house.draft)
            .order_by(m.ticket_packages.c.display_order)
        ).scalars()
        assert list(names) == ["Ten", "Five"]
        events.activate(house.office, c, house.draft, by)
    unit = enrol(house)
    with house.office.begin() as c:
        signed = catalog.build(house.office, c, unit.rsu, unit.epoch)
    assert b"Best value\\nA free drink" in signed.data


def test_the_policy_on_bundles_is_looked_at_when_the_event_is_put_on_sale(house: House) -> None:
    """E8: free, at most three, none."""
    by = house.people["manager"]
    for bundles, more, refused in (("none", 0, True), ("three", 3, True), ("three", 2, False)):
        with house.office.begin(by) as c:
            draft = make_event(house.office, c, house.organisation, by, f"B{bundles}{more}")
            row = events.get(c, draft)
            for n in range(more):
                events.add_package(c, draft, f"P{n}", 10 + n, 100)
            new = wanted(
                house, name=row.name, identifier=row.event_identifier, venue=row.venue_id, bundles=bundles
            )
            events.change(c, draft, by, new)
            if refused:
                with pytest.raises(Refused) as error:
                    events.activate(house.office, c, draft, by)
                assert error.value.code == "bundles"
            else:
                events.activate(house.office, c, draft, by)


def test_a_prize_of_three_decimals_keeps_them(house: House) -> None:
    """E12: a dinar has a thousand parts."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        venue = events.create_venue(c, house.organisation, "Tunis", "Africa/Tunis")
        new = wanted(house, identifier="TND", venue=venue, currency="TND")
        draft = events.create_event(house.office, c, new, by)
        events.add_prize(c, draft, "Purse", "fixed", 12_345)
        assert events.prizes(c, draft)[0].rule.value == 12_345


def test_an_event_is_done_once_more_some_weeks_later_by_the_venue_s_clock(house: House) -> None:
    """E7: terms, packages, prizes with their rules and pictures; nothing of what was sold; across the change of clocks."""
    by = house.people["manager"]
    opens = datetime(2031, 3, 25, 17, tzinfo=UTC)  # 18:00 in Berlin, winter
    with house.office.begin(by) as c:
        new = wanted(
            house,
            identifier="SPRING-1",
            opens_at=opens,
            closes_at=opens + timedelta(hours=3),
            pools=(events.PoolPlan(name="early", label="Early", until=opens + timedelta(hours=1)),),
        )
        first = events.create_event(house.office, c, new, by)
        events.add_package(c, first, "Five", 5, 800)
        events.add_prize(c, first, "Pot", "percentage", position=1, basis_points=5_000, minimum=100)
        media.add(c, first, picture(), "The cup", by)
        again = events.duplicate(house.office, c, first, by, "Spring 2", "SPRING-2", 1)
        row, kept = events.get(c, again), events.settings(events.get(c, again).configuration)
        held = events.prizes(c, again)
        shown = media.of_event(c, again)
    assert row.opens_at == datetime(2031, 4, 1, 16, tzinfo=UTC)  # still 18:00 there
    assert kept.pools[0].until == row.opens_at + timedelta(hours=1)
    assert (row.state, row.total_sold, held[0].rule.minimum) == ("created", 0, 100)
    assert [(one.alt, one.cover) for one in shown] == [("The cup", True)]
    with house.office.begin(by) as c, pytest.raises(Refused, match="has the short code"):
        events.duplicate(house.office, c, first, by, "Spring 3", "SPRING-2", 1)


def test_templates_are_copied_into_drafts_of_their_currency(house: House) -> None:
    """E7, E12: a package and a prize kept as templates, and copied; nothing is converted."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        package = c.scalar(select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event))
        assert isinstance(package, UUID)
        kept = templates.save_package(c, package, by)
        shares = templates.save_prize(c, events.prizes(c, house.event)[0].id, by)
        draft = events.create_event(house.office, c, wanted(house, identifier="NEW"), by)
        assert templates.apply(c, draft, by, [kept], [shares]) == 2
        assert [p.rule.basis_points for p in events.prizes(c, draft)] == [5_000]
        dollars = events.create_event(house.office, c, wanted(house, identifier="USD", currency="USD"), by)
        with pytest.raises(Refused) as refused:
            templates.apply(c, dollars, by, [kept])
        assert refused.value.code == "currency"
        templates.remove(c, house.organisation, kept, by)
        assert templates.package_templates(c, house.organisation) == []
        with pytest.raises(Refused, match="no such template"):
            templates.remove(c, uuid4(), shares, by)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), exif: bytes = b"") -> bytes:
    """A picture's file."""
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def test_pictures_are_made_anew_described_and_one_is_the_cover(house: House) -> None:
    """E7: PNG, JPEG and WebP; no place and no camera stays; what is none is refused in words."""
    by = house.people["manager"]
    secret = Image.Exif()
    secret[0x010E] = "Aunt Mary's kitchen"
    with house.office.begin(by) as c:
        first = media.add(c, house.event, picture("JPEG", exif=secret.tobytes()), "A cup", by)
        second = media.add(c, house.event, picture("WEBP", (4000, 20)), "A scarf", by)
        third = media.add(c, house.event, picture(), "A ball", by)
        found = media.content(c, first)
        assert found is not None
        assert b"Aunt Mary" not in found[1]
        assert found[2] == "image/webp"
        media.move(c, house.event, third, by, up=True)
        media.cover(c, house.event, second, by)
        assert [one.alt for one in media.of_event(c, house.event)] == ["A cup", "A ball", "A scarf"]
        assert media.covers(c, [house.event])[house.event].alt == "A scarf"
        assert max(one.width for one in media.of_event(c, house.event)) == media.SIDE_MAX
        media.remove(c, house.event, second)
        assert media.covers(c, [house.event])[house.event].alt == "A cup"
        for data, alt, code in (
            (b"GIF89a", "x", "picture"),
            (picture()[:40], "x", "picture"),
            (b"\0" * (media.UPLOAD_BYTES_MAX + 1), "x", "picture"),
            (picture(), " ", "alt"),
        ):
            with pytest.raises(Refused) as refused:
                media.add(c, house.event, data, alt, by)
            assert refused.value.code == code
        with pytest.raises(Refused):
            media.cover(c, house.draft, first, by)


def test_a_draft_is_put_on_sale_at_its_time_and_says_why_where_it_cannot_be(house: House) -> None:
    """E7: by the worker, in the planner's name; administrators are told once; once mended it goes on sale."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        package = c.scalar(select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.draft))
        assert isinstance(package, UUID)
        events.remove_package(c, package, by)
        events.plan_activation(house.office, c, house.draft, house.office.now() + timedelta(minutes=10), by)
    assert openings.run_due(house.office) == []
    house.clock.ahead_ms += 11 * 60 * 1000
    first, again = openings.run_due(house.office), openings.run_due(house.office)
    assert "no package to sell" in first[0]
    assert again == []
    with house.office.begin(by) as c:
        assert "no package" in str(events.get(c, house.draft).activation_problem)
        told = [one.text for one in notices.unseen(c, house.people["admin"])]
        events.add_package(c, house.draft, "Five", 5, 800)
    assert len([words for words in told if "could not be" in words]) == 1
    assert openings.run_due(house.office) == ["Draft is on sale"]
    with house.office.begin() as c:
        row = events.get(c, house.draft)
    assert (row.state, row.activate_at, row.activation_problem) == ("active", None, None)


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "hours"),
    [
        # Clocks in Dublin go back from two to one, and show half past one twice: the first of them is meant.
        ("Europe/Dublin", "2037-10-25T00:30", "2037-10-25T01:30", 1),
        ("Europe/Dublin", "2037-10-25T00:30", "2037-10-25T02:30", 3),
        # Clocks in Toronto go forward from two to three.
        ("America/Toronto", "2037-03-08T01:30", "2037-03-08T03:30", 1),
    ],
)
def test_sales_open_and_close_by_the_venue_s_clock_on_the_night_it_is_changed(
    house: House, zone: str, opens: str, closes: str, hours: int
) -> None:
    """E1, E7: planned in the venue's time, kept as moments that no change of the clocks moves."""
    by = house.people["manager"]
    begin, end = ground.local(opens, "Opens", zone), ground.local(closes, "Closes", zone)
    # Between two times of one zone Python subtracts what clocks show.
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=hours)
    with house.office.begin(by) as c:
        draft = wanted(house, opens_at=begin, closes_at=end)
        events.change(c, house.draft, by, draft)
        events.plan_activation(house.office, c, house.draft, begin, by)

    def state(at: datetime) -> str:
        house.clock.ahead_ms += round((at - house.office.now()).total_seconds() * 1000)
        openings.run_due(house.office)
        events.run_due(house.office)
        with house.office.begin() as c:
            return str(events.get(c, house.draft).state)

    minute = timedelta(minutes=1)
    for at, then in ((begin, "created"), (end, "active")):
        assert state(at.astimezone(UTC) - minute) == then
    assert state(end.astimezone(UTC) + minute) == "closed"


def test_a_draft_is_deleted_and_what_is_over_is_put_away(house: House) -> None:
    """E11: what was on sale is never deleted; what is put away is in every report."""
    by = house.people["manager"]
    sell(house, 1)
    with house.office.begin(by) as c:
        notices.tell(house.office, c, house.draft, "hello", "A word about the draft")
        media.add(c, house.draft, picture(), "A cup", by)
        events.delete(c, house.draft, by, "not needed")
        with pytest.raises(Refused) as refused:
            events.archive(house.office, c, house.event, by, "over")
        assert refused.value.code == "state"
        events.cancel(house.office, c, house.event, by, "rain")
        events.archive(house.office, c, house.event, by, "over")
        assert events.get(c, house.event).archived_at is not None
        assert c.scalar(select(func.count()).select_from(m.orders)) == 1
        events.unarchive(c, house.event, by)
    assert "not needed" in critical(house, "event_deleted")[0]


def test_calling_off_counts_first_and_asks_for_the_event_s_code(house: House) -> None:
    """E4: what goes back by currency and way, who is told; then every order is void and due to its buyer."""
    by = house.people["admin"]
    sell(house, 1)
    sell(house, 6, counter=2)
    with house.office.begin(by) as c:
        c.execute(
            update(m.orders)
            .where(m.orders.c.validation_number.in_(select(m.orders.c.validation_number).limit(1)))
            .values(customer_info={"email": "ana@example.org", "name": "Ana"})
        )
        will = cancellation.consequences(c, house.event)
    assert (will.orders, will.reachable) == (2, 1)
    assert [(one.currency, one.method, one.orders, one.amount) for one in will.due] == [
        ("EUR", "cash", 2, 1_600)
    ]
    for code, reason, refused in (("DRAFT", "rain", "code"), ("FINAL", "", "reason")):
        with house.office.begin(by) as c, pytest.raises(Refused) as error:
            cancellation.cancel(house.office, c, house.event, by, reason, code)
        assert error.value.code == refused
    with house.office.begin(by) as c:
        assert cancellation.cancel(house.office, c, house.event, by, "rain", " FINAL ") == 2
        assert events.state(c, house.event) == "cancelled"
        assert c.scalar(select(func.count()).select_from(m.refunds).where(m.refunds.c.state == "due")) == 2
    cancellation.run_due(house.office)
    with house.office.begin() as c:
        assert events.get(c, house.event).cancelled_told_at is not None
    assert cancellation.run_due(house.office) == []


def test_no_event_is_called_off_that_others_are_drawn_with(house: House) -> None:
    """E4: the one that leads the draw stays until those behind it are called off."""
    by = house.people["admin"]
    with house.office.begin(by) as c:
        new = wanted(house, identifier="FOLLOW", draw=events.DrawRules(linked_to=house.event))
        follower = events.create_event(house.office, c, new, by)
        events.add_package(c, follower, "One", 1, 100)
        events.activate(house.office, c, follower, by)
        with pytest.raises(Refused) as refused:
            cancellation.cancel(house.office, c, house.event, by, "rain", "FINAL")
    assert refused.value.code == "linked"


def test_the_rules_hold_in_versions_from_a_moment_on(house: House) -> None:
    """O2: what was in force at a time can be said later; one to come can be taken back, and stays on record."""
    by = house.people["manager"]
    later = datetime.now(UTC) + timedelta(days=30)
    with house.office.begin(by) as c:
        organisations.decide(c, house.organisation, by, tolerance="1")
    with house.office.begin(by) as c:
        organisations.decide(c, house.organisation, by, tolerance="2", since=later, reason="new year")
        organisations.decide(c, house.organisation, by, tolerance="3")
        held = configurations.versions(c, house.organisation)
        assert [(one.number, one.state) for one in held] == [(2, "planned"), (3, "current"), (1, "past")]
        assert held[2].until == held[1].since
        assert held[1].until == held[0].since == later
        assert organisations.of(c, house.organisation).tolerance == "3"
        assert organisations.of(c, house.organisation, later).tolerance == "2"
        assert organisations.of(c, house.organisation, held[2].since).tolerance == "1"
        assert ("tolerance", "3", "2") in configurations.differences(held[1].settings, held[0].settings)
        with pytest.raises(Refused) as refused:
            configurations.withdraw(c, house.organisation, held[1].id, by, "no")
        assert refused.value.code == "reason"
        with pytest.raises(Refused) as refused:
            configurations.withdraw(c, house.organisation, held[1].id, by, "not now")
        assert refused.value.code == "begun"
        configurations.withdraw(c, house.organisation, held[0].id, by, "not now")
        assert organisations.of(c, house.organisation, later).tolerance == "3"
        assert configurations.versions(c, house.organisation)[0].state == "withdrawn"
        with pytest.raises(Refused, match="begin now or later"):
            organisations.decide(c, house.organisation, by, tolerance="4", since=later - timedelta(days=60))


def test_the_house_s_tax_is_fixed_at_activation_and_stands_on_tickets(house: House) -> None:
    """E12: an event keeps the tax that was in force; its share is worked out to the cent."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        organisations.decide(c, house.organisation, by, tax=Tax(name="VAT", rate="19"))
        events.activate(house.office, c, house.draft, by)
    with house.office.begin(by) as c:
        organisations.decide(c, house.organisation, by, tax=Tax(name="VAT", rate="21"))
        kept = events.settings(events.get(c, house.draft).configuration)
    unit = enrol(house)
    with house.office.begin() as c:
        signed = catalog.build(house.office, c, unit.rsu, unit.epoch)
    assert kept.tax == Tax(name="VAT", rate="19")
    assert b"Price includes 19 % VAT" in signed.data
    assert Tax(name="VAT", rate="19").share(11_900) == 1_900
    assert Tax(name="Tax", rate="8.875", included=False).share(10_000) == 888
    for rate in ("-1", "100", "1.2345", "NaN", "x"):
        with house.office.begin(by) as c, pytest.raises(Refused) as refused:
            organisations.decide(c, house.organisation, by, tax=Tax(name="VAT", rate=rate))
        assert refused.value.code == "tax"


def test_a_venue_s_clock_changes_with_a_reason_where_events_are_under_way(house: House) -> None:
    """E6: address and time zone; every page tells the same moment by another clock, and it is on record."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        venue = events.get(c, house.event).venue_id
        assert isinstance(venue, UUID)
        there = venues.Address(street="Ring 1", city="Köln", country="de")
        plain = venues.Wanted(name="Arena", timezone="Europe/Berlin", address=there)
        venues.save(c, house.organisation, by, plain, venue)
        row = venues.get(c, house.organisation, venue)
        assert (row.city, row.country) == ("Köln", "DE")
        moved = venues.Wanted(name="Arena", timezone="Europe/London")
        with pytest.raises(Refused) as refused:
            venues.save(c, house.organisation, by, moved, venue)
        assert refused.value.code == "reason"
        venues.save(c, house.organisation, by, moved, venue, "it was wrong")
        with pytest.raises(Refused):
            venues.get(c, uuid4(), venue)
        with pytest.raises(Refused):
            venues.activate(c, uuid4(), venue, by, on=False)
    assert "Europe/London" in critical(house, "venue_timezone")[0]


def test_blocks_are_a_ledger_in_which_every_number_stands_once(house: House) -> None:
    """N2: handed out beforehand, used, and what is left, in order; the sums are the event's range."""
    by = house.people["manager"]
    unit = enrol(house)
    with house.office.begin(by) as c:
        assert blocks.hand_out(house.office, c, unit.rsu, house.event, 100, by) == (1, 100)
    sell(house, 1)
    with house.office.begin() as c:
        ledger = blocks.ledger(house.office, c, house.event)
    assert sum(ledger.sums.values()) == ledger.last - ledger.first + 1
    assert (ledger.sums["sold"], ledger.sums["held"]) == (5, 95)
    block = ledger.blocks[0]
    assert (block.handed_by, block.state, block.warning) == ("Per manager", "held", "")
    house.clock.ahead_ms += 40 * 3600 * 1000
    with house.office.begin() as c:
        assert "expired" in blocks.of_unit(house.office, c, unit.rsu)[0].warning


def test_a_block_about_to_run_out_of_time_is_a_finding_and_one_that_is_used_up_too(house: House) -> None:
    """N12: in words, once, blocking no draw; what a person decided is not found again."""
    by = house.people["manager"]
    unit = enrol(house)
    with house.office.begin(by) as c:
        blocks.hand_out(house.office, c, unit.rsu, house.event, 10, by)
    assert blocks.run_due(house.office) == []
    v, a, e = m.validation_number_blocks, m.rsu_allocations, m.raffle_events
    with as_owner(house.office.database) as c:
        c.execute(
            update(v).values(
                expires_at=select(e.c.closes_at).where(e.c.id == house.event).scalar_subquery()
                - timedelta(hours=1)
            )
        )
    found = blocks.run_due(house.office)
    assert found == [
        (
            f"{unit_name(house, unit.rsu)}, numbers 1 to 10: its validation numbers expire before sales close: "
            "hand out another block; 10 are left."
        )
    ]
    assert blocks.run_due(house.office) == []
    with as_owner(house.office.database) as c:
        c.execute(update(a).values(state="exhausted", exhausted_at=house.office.now()))
    assert blocks.run_due(house.office) == []
    house.clock.ahead_ms += 6 * 60 * 1000
    assert "has sold all 10 numbers that it got of Final" in blocks.run_due(house.office)[0]
    assert blocks.run_due(house.office) == []
    with house.office.begin() as c:
        rows = reconcile.findings(c, house.event, open_only=True)
        assert {row.kind: row.blocking for row in rows} == {"block_expiring": False, "block_used_up": False}
    page = house.client("manager").get(f"/admin/findings?event={house.event}").get_data(as_text=True)
    assert "A kiosk has used up all its numbers" in page


def test_a_block_is_switched_off_and_on_with_a_reason(house: House) -> None:
    """N12: its kiosk hears of it with the next catalog; what it sold stands, and its rest is still accounted for."""
    by = house.people["manager"]
    unit = enrol(house)
    with house.office.begin(by) as c:
        blocks.hand_out(house.office, c, unit.rsu, house.event, 10, by)
        block = blocks.ledger(house.office, c, house.event).blocks[0].id
    sell(house, 1)
    browser, url = house.client("manager"), f"/admin/events/{house.event}/blocks"

    def told() -> list[tuple[str, ...]]:
        with house.office.begin() as c:
            signed = catalog.build(house.office, c, unit.rsu, unit.epoch)
        said = msgspec.json.decode(signed.data, type=wire.Catalog)
        return [one.switched_off for one in said.events if one.id == str(house.event)]

    assert told() == [()]
    assert post(browser, f"{url}/{block}/off").status_code == 303
    assert "Reason: that will not do" in browser.get(url).get_data(as_text=True)
    assert post(browser, f"{url}/{block}/off", reason="A roll of paper was stolen.").status_code == 303
    shown = browser.get(url).get_data(as_text=True)
    for words in ("switched off", "A roll of paper was stolen.", "all accounted for, each once"):
        assert words in shown
    assert told() == [(str(block),)]
    assert critical(house, "block_switched_off")[0].endswith("A roll of paper was stolen.")
    assert post(browser, f"{url}/{block}/on", reason="It was found.").status_code == 303
    assert told() == [()]
    assert post(house.client("auditor"), f"{url}/{block}/off", reason="mine").status_code == 403
    with house.office.begin(by) as c, pytest.raises(Refused) as refused:
        blocks.switch(house.office, c, house.draft, block, by, "another event's", on=False)
    assert refused.value.code == "unknown_block"


def unit_name(house: House, rsu: UUID) -> str:
    with house.office.begin() as c:
        return str(c.scalar(select(m.rsus.c.name).where(m.rsus.c.id == rsu)))


def test_numbers_come_back_only_when_the_kiosk_has_shown_that_it_sells_no_more(house: House) -> None:
    """N2: out of service, with the newest catalog, all handed in; then they are returned and it is not enabled again."""
    by = house.people["manager"]
    unit = enrol(house)
    with house.office.begin(by) as c:
        blocks.hand_out(house.office, c, unit.rsu, house.event, 100, by)

    def take() -> str:
        with house.office.begin(by) as c, pytest.raises(Refused) as refused:
            blocks.take_back(house.office, c, house.event, unit.rsu, by, "season is over")
        return refused.value.code

    assert take() == "in_service"
    with house.office.begin(by) as c:
        rsus.set_state(c, unit.rsu, "disabled", by, "season is over")
    assert take() == "not_confirmed"
    with house.office.begin(by) as c:
        catalog.build(house.office, c, unit.rsu, unit.epoch)
        e = m.rsu_epochs
        row = c.execute(select(e).where(e.c.rsu_id == unit.rsu)).one()
        said = {"catalog": [row.catalog_generation, row.catalog_serial], "unsynced": 1, "last_seq": 1}
        c.execute(update(e).where(e.c.rsu_id == unit.rsu).values(health=said))
    assert take() == "not_confirmed"
    with house.office.begin(by) as c:
        c.execute(
            update(e)
            .where(e.c.rsu_id == unit.rsu)
            .values(health=said | {"unsynced": 0, "last_seq": row.head_seq})
        )
        assert blocks.take_back(house.office, c, house.event, unit.rsu, by, "season is over") == 100
        assert blocks.ledger(house.office, c, house.event).sums["returned"] == 100
        with pytest.raises(Refused) as refused:
            rsus.set_state(c, unit.rsu, "enabled", by, "again")
        assert refused.value.code == "returned"
        with pytest.raises(Refused, match="holds no numbers"):
            blocks.declare_lost(house.office, c, house.event, unit.rsu, by, "gone")


def test_a_lost_kiosk_s_rest_is_declared_lost_with_a_reason(house: House) -> None:
    """N2: never while it may sell; how many numbers, who and why stand on record."""
    by = house.people["manager"]
    unit = enrol(house)
    sell(house, 1)
    with house.office.begin(by) as c:
        blocks.hand_out(house.office, c, unit.rsu, house.event, 50, by)
        with pytest.raises(Refused) as refused:
            blocks.declare_lost(house.office, c, house.event, unit.rsu, by, "fell into the river")
        assert refused.value.code == "in_service"
        rsus.set_state(c, unit.rsu, "revoked", by, "stolen")
        assert blocks.declare_lost(house.office, c, house.event, unit.rsu, by, "fell into the river") == 45
        ledger = blocks.ledger(house.office, c, house.event)
    assert (ledger.sums["lost"], ledger.sums["sold"]) == (45, 5)
    assert "fell into the river" in critical(house, "numbers_lost")[0]
    assert ledger.blocks[0].ended_by == "Per manager"


def test_an_organisation_says_who_it_is(house: House) -> None:
    """E6, E12: name, licence, currency of new events, time zone, contact; its rules stay."""
    by = house.people["admin"]
    with house.office.begin(by) as c:
        organisations.describe(
            c,
            house.organisation,
            by,
            name="Hospice",
            licence="L-1",
            description="",
            currency="CHF",
            timezone="Europe/Zurich",
            reached=organisations.Contact(phone="+41 1"),
        )
        row = organisations.get(c, house.organisation)
        assert (row.name, row.primary_currency) == ("Hospice", "CHF")
        assert organisations.contact(row.settings).phone == "+41 1"
        assert organisations.of(c, house.organisation).timezone == "Europe/Zurich"
        assert events.get(c, house.event).currency == "EUR"
        with pytest.raises(Refused):
            organisations.describe(
                c,
                house.organisation,
                by,
                name="Hospice",
                licence="",
                description="",
                currency="XXQ",
                timezone="UTC",
                reached=organisations.Contact(),
            )


def test_numbers_of_what_was_on_sale_are_never_renumbered(house: House) -> None:
    """E3: whoever asks the database."""
    with house.office.begin() as c, pytest.raises(IntegrityError, match="its numbers stay"):
        c.execute(text("SELECT renumber_draft(:id, 1, 5)"), {"id": house.event})
