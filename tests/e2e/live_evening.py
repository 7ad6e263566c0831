"""An evening for the dashboard's tests and pictures: four kiosks, each with its own trouble, and a web shop's order."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from syncserver import events, live, rsus
from syncserver import models as m
from tests.postgres import set_clock
from tests.server import House

NAMES = ("North gate 1", "North gate 2", "South stand", "Family corner")


def orders(
    c: Connection, house: House, rsu: UUID, package: UUID | None, numbers: range, minutes_ago: int
) -> list[UUID]:
    """Orders of five numbers each, sold so many minutes ago; put straight into the tables."""
    made = []
    for first in numbers:
        order = c.execute(select(func.gen_random_uuid())).scalar_one()
        at = house.office.now() - timedelta(minutes=minutes_ago)
        c.execute(
            insert(m.orders).values(
                id=order,
                validation_number=f"TEST-{first}",
                event_id=house.event,
                package_id=package,
                total_amount=800,
                card_amount=800 if first % 4 == 0 else 0,
                currency="EUR",
                payment_status="paid",
                ticket_count=5,
                source="rsu",
                rsu_id=rsu,
                offline_sync_status="synced",
                offline_created_at=at,
            )
        )
        made.append(order)
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == house.event)
        .values(total_sold=m.raffle_events.c.total_sold + 800 * len(numbers))
    )
    return made


def seen(c: Connection, house: House, rsu: UUID, *, seconds_ago: int = 10, **health: object) -> None:
    """A kiosk's newest report, so many seconds old."""
    now = house.office.now()
    said = {
        "seq": 1,
        "last_seq": 0,
        "numbers_left": {str(house.event): 950},
        "printer": "The printer is ready.",
        "scanner": "The scanner is ready.",
        "printer_code": "ready",
        "scanner_code": "ready",
        "disk_free_bytes": 8 << 30,
        "state": "enabled",
        "catalog": [1, 1],
    } | health
    c.execute(
        update(m.rsu_epochs)
        .where(m.rsu_epochs.c.rsu_id == rsu)
        .values(
            health=said,
            last_seen_at=now - timedelta(seconds=seconds_ago),
            clock_skew_ms=1200,
            unsynced_count=int(str(said.get("unsynced", 0))),
            oldest_unsynced_at=now - timedelta(minutes=9) if said.get("unsynced") else None,
            software=f"tombola-kiosk {version('tombola')}",
        )
    )


def kiosk(c: Connection, house: House, name: str, place: int) -> UUID:
    """An enabled kiosk with a block of a thousand numbers."""
    rsu = rsus.create_rsu(c, house.organisation, name)
    c.execute(update(m.rsus).where(m.rsus.c.id == rsu).values(state="enabled"))
    c.execute(
        insert(m.rsu_epochs).values(
            rsu_id=rsu, epoch=1, public_key=place.to_bytes(32), enrolled_at=house.office.now()
        )
    )
    c.execute(
        insert(m.rsu_allocations).values(
            raffle_event_id=house.event,
            rsu_id=rsu,
            start_number=place * 1000 + 1,
            end_number=place * 1000 + 1000,
            next_draw_number=place * 1000 + 1,
            total_tickets=1000,
            tickets_available=1000,
            state="active",
            validation_number_block={},
            epoch=1,
            allocated_at=house.office.now() - timedelta(hours=1),
        )
    )
    c.execute(
        update(m.number_counters)
        .where(m.number_counters.c.event_id == house.event)
        .values(next_number=func.greatest(m.number_counters.c.next_number, place * 1000 + 1001))
    )
    return rsu


def begin(house: House, *, troubled: bool) -> list[UUID]:
    """The evening an hour after its opening; ``troubled``: with something wrong at three of its kiosks."""
    live.beat(house.office, "worker")
    set_clock(house.office.database)
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "retired", None, "Worn out.")
        package = c.scalar(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event).limit(1)
        )
        units = [kiosk(c, house, name, place) for place, name in enumerate(NAMES)]
        for place, rsu in enumerate(units):
            seen(c, house, rsu)
            for ago in range(59, 0, -1):
                count = (ago * 7 + place * 3) % (5 - place)
                begin_at = place * 100_000 + ago * 100
                orders(c, house, rsu, package, range(begin_at, begin_at + count), ago)
        if troubled:
            seen(c, house, units[1], seconds_ago=7 * 60)
            seen(
                c,
                house,
                units[2],
                printer="The paper is out.",
                printer_code="paper_out",
                unsynced=14,
                last_seq=14,
            )
            c.execute(
                insert(m.findings).values(
                    event_id=house.event, kind="price", severity="ERROR", blocking=True, detail={}
                )
            )
            seen(c, house, units[3], numbers_left={str(house.event): 40})
    with house.office.begin() as c:
        assert events.jackpot(c, house.event) > 0
    return units
