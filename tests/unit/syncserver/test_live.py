"""How the evening goes: the sums that triggers keep, what is wrong in words, and what the worker puts down of it."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection, create_engine, delete, func, insert, select, text, update
from sqlalchemy import event as happening

from syncserver import auth, catalog, events, hub, live, notifications, reconcile
from syncserver import models as m
from syncserver.admin.live import axis_top
from syncserver.db import Database
from tests.chains import PRICE, TICKETS, Scene, open_scene
from tests.desk import at_desk
from tests.postgres import set_clock


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    # The scene's clock is set by hand, which is the one thing wrong that these evenings are not about.
    monkeypatch.setattr(live, "CLOCKS_APART_MS_MAX", 10**12)
    return open_scene(database, tmp_path)


def look(scene: Scene) -> live.Evening:
    with scene.office.begin() as c:
        return live.evening(scene.office, c, scene.organisation)


def keys_of(seen: live.Evening) -> set[str]:
    return {one.key.partition(":")[0] for one in seen.alarms}


def test_the_sums_follow_uploads_and_voids_and_a_replay_changes_nothing(scene: Scene) -> None:
    """O6: what triggers add up is what the orders say, whoever uploads what how often."""
    north, south = scene.kiosk("North"), scene.kiosk("South")
    sold = [north.sell(north.line()) for _ in range(4)]
    south.sell(south.line())
    north.void(sold[0].lines[0])
    north.send_all()
    north.send(1)
    south.send_all()
    seen = look(scene)
    (event,) = seen.events
    assert (event.sold.orders, event.sold.tickets, event.sold.amount) == (4, 4 * TICKETS, 4 * PRICE)
    assert (event.void.orders, event.void.amount) == (1, PRICE)
    assert event.standing == event.sold.amount
    assert [(one.name, one.orders) for one in event.packages] == [(event.packages[0].name, 4)]
    assert {one.name: one.orders for one in seen.kiosks} == {"North": 3, "South": 1}
    with scene.office.begin() as c:
        s, o = m.sales_minutes, m.orders
        kept = c.execute(select(func.sum(s.c.orders), func.sum(s.c.amount))).one()
        true = c.execute(select(func.count(), func.sum(o.c.total_amount))).one()
    assert tuple(kept) == tuple(true)


def sums(c: Connection) -> dict[str, set[tuple[Any, ...]]]:
    """What the sums hold, without those that came down to nothing."""
    return {
        name: {tuple(row) for row in c.execute(text(f"SELECT * FROM {name} WHERE {measure} <> 0"))}
        for name, measure in (
            ("sales_minutes", "orders"),
            ("order_sums", "orders"),
            ("ticket_sums", "tickets"),
        )
    }


def test_the_sums_are_what_counting_everything_again_gives(scene: Scene) -> None:
    """O3, O6: after sales, tests, doubts, voids by kiosk and office, decisions and what the owner takes away."""
    north, south = scene.kiosk("North"), scene.kiosk("South")
    sold = [north.sell(north.line()).lines[0] for _ in range(4)]
    north.sell(north.line(), test=True)
    cheap = south.line()
    south.sell(msgspec.structs.replace(cheap, price=1))
    south.sell(msgspec.structs.replace(south.line(), package=str(UUID(int=7))))
    again = msgspec.structs.replace(north.line(), ranges=sold[0].ranges)
    north.sell(again)
    north.void(sold[1])
    for kiosk in (north, south):
        kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, UUID(sold[2].order), "Nothing was paid for it.", scene.user)
    f = m.findings
    with scene.office.begin(scene.user) as c:
        doubts = list(c.scalars(select(f.c.id).where(f.c.blocking).order_by(f.c.kind)))
        assert len(doubts) >= 3
        for place, doubt in enumerate(doubts):
            decision = "exclude" if place % 2 else "accept"
            reconcile.decide(scene.office, c, doubt, decision, "We looked at the paper.", scene.user)
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(delete(m.tickets).where(m.tickets.c.order_id == UUID(sold[3].order)))
        c.execute(delete(m.orders).where(m.orders.c.id == UUID(sold[3].order)))
        carried = sums(c)
        c.execute(text("SELECT recount_sums()"))
        counted = sums(c)
    owner.dispose()
    # A minute tells what was sold in it, whatever became of it.
    assert carried.pop("sales_minutes") != counted.pop("sales_minutes")
    assert carried == counted
    assert len(carried["order_sums"]) >= 5


def test_a_test_sale_is_no_sale_here(scene: Scene) -> None:
    """E5: it is in no sum."""
    north = scene.kiosk("North")
    north.sell(north.line(), test=True)
    north.send_all()
    assert look(scene).events[0].sold == live.Flow()


def test_all_is_well_until_something_is_not_and_the_worst_comes_first(scene: Scene) -> None:
    """O6: each thing wrong in words, with what to do; late first, then silent."""
    set_clock(scene.office.database)
    live.beat(scene.office, "worker")
    scene.kiosk("North")
    seen = look(scene)
    assert (seen.going_well, seen.alarms) == (True, ())
    assert seen.sentence == "Going well: 1 of 1 kiosk heard of in the last 2 minutes, 0 findings."
    with scene.office.begin() as c:
        c.execute(
            insert(m.findings).values(
                event_id=scene.event, kind="price", severity="ERROR", blocking=True, detail={}
            )
        )
    now = scene.office.now()
    with scene.office.begin() as c:
        c.execute(m.rsu_epochs.update().values(last_seen_at=now - timedelta(minutes=3)))
    assert [one.severity for one in look(scene).alarms] == ["warn", "warn"]
    with scene.office.begin() as c:
        c.execute(m.rsu_epochs.update().values(last_seen_at=now - timedelta(minutes=7)))
    seen = look(scene)
    assert seen.sentence == "North has not been heard of for 7 minutes. And 1 thing more."
    assert [one.severity for one in seen.alarms] == ["bad", "warn"]
    assert all(one.todo for one in seen.alarms)


def test_a_worker_that_is_not_at_work_is_told(scene: Scene) -> None:
    """O6: nothing would close or draw by itself."""
    set_clock(scene.office.database)
    assert "worker" in keys_of(look(scene))
    live.beat(scene.office, "worker")
    assert "worker" not in keys_of(look(scene))
    live.beat(scene.office, "worker")
    scene.clock.pass_ms(4 * 60 * 1000)
    assert "worker" in keys_of(look(scene))


def test_an_alarm_is_put_down_once_when_it_comes_and_when_it_goes(scene: Scene) -> None:
    """O4, O6: a critical event the first time, none while it stands, one more when it comes again."""
    set_clock(scene.office.database)
    live.beat(scene.office, "worker")
    north = scene.kiosk("North")
    now = scene.office.now()

    def last_seen(minutes: int) -> list[str]:
        with scene.office.begin() as c:
            c.execute(m.rsu_epochs.update().values(last_seen_at=now - timedelta(minutes=minutes)))
        return live.watch(scene.office)

    def noted() -> int:
        k = m.critical_events
        with scene.office.begin() as c:
            return (
                c.scalar(select(func.count()).where(k.c.event_type == "alarm", k.c.rsu_id == north.rsu)) or 0
            )

    assert last_seen(0) == []
    assert last_seen(6) == ["North has not been heard of for 6 minutes."]
    assert last_seen(7) == []
    assert noted() == 1
    assert last_seen(0) == []
    assert last_seen(6) == ["North has not been heard of for 6 minutes."]
    assert noted() == 2
    with scene.office.begin() as c:
        a = m.alarms
        rows = (
            c.execute(select(a.c.ended_at.is_(None)).where(a.c.key == f"silent:{north.rsu}")).scalars().all()
        )
    assert sorted(rows) == [False, True]


def test_an_alarm_that_becomes_worse_is_told(scene: Scene) -> None:
    """O6: what was a warning, and not written to anybody, is written about once it is bad; once."""
    set_clock(scene.office.database)
    live.beat(scene.office, "worker")
    scene.kiosk("North")
    with scene.office.begin() as c:
        member = {"organization_id": scene.organisation, "user_id": scene.user, "role": "admin"}
        c.execute(insert(m.organization_users).values(**member, is_default=True))
        notifications.set_contact(scene.office, c, scene.user, "morgan@club.example")

    def unsynced(minutes: int) -> tuple[list[str], int]:
        now = scene.office.now()
        values = {
            "unsynced_count": 3,
            "health": {"last_seq": 99},
            "oldest_unsynced_at": now - timedelta(minutes=minutes),
            "last_seen_at": now,
        }
        with scene.office.begin() as c:
            c.execute(m.rsu_epochs.update().values(values))
        said = [words for words in live.watch(scene.office) if "not sent" in words]
        n = m.notifications
        with scene.office.begin() as c:
            letters = select(func.count()).where(n.c.kind == "alarm", n.c.user_id == scene.user)
            return said, c.scalar(letters) or 0

    assert unsynced(6) == (["North has not sent 3 entries, the oldest 6 minutes old."], 0)
    assert unsynced(21) == (["North has not sent 3 entries, the oldest 21 minutes old."], 1)
    assert unsynced(22) == ([], 1)


def test_another_organisation_s_evening_is_not_seen(scene: Scene) -> None:
    """O1: neither its events nor its kiosks."""
    scene.kiosk("North")
    with scene.office.begin() as c:
        other = events.create_organisation(c, "Other", "EUR")
        seen = live.evening(scene.office, c, other)
        assert (seen.events, seen.kiosks) == ((), ())
        assert live.evening(scene.office, c, scene.organisation, other).events == ()


def test_the_application_cannot_alter_the_sums(scene: Scene) -> None:
    """O2: they follow from orders and voids alone."""
    with scene.office.begin() as c:
        rights = c.execute(
            text(
                "SELECT has_table_privilege('order_sums', 'UPDATE'), has_table_privilege('sales_minutes', 'INSERT'), "
                "has_table_privilege('order_sums', 'SELECT')"
            )
        ).one()
    assert tuple(rights) == (False, False, True)


def test_the_first_page_says_how_the_evening_goes_and_leads_to_the_dashboard(scene: Scene) -> None:
    """O6, O11: the dashboard's own sentence, for those who may see the kiosks; not for the claims desk."""
    set_clock(scene.office.database)
    live.beat(scene.office, "worker")
    scene.kiosk("North")
    desk = at_desk(scene)
    with scene.office.begin() as c:
        sentence = live.evening(scene.office, c, scene.organisation).sentence
    page = desk.page("/admin/", "operator")
    assert html.escape(sentence, quote=False) in page
    assert 'href="/admin/live"' in page.split("</nav>")[-1]
    assert desk.browser("claims").get("/admin/").location == "/admin/claims"
    assert html.escape(sentence, quote=False) not in desk.page("/admin/", "claims")


def test_a_page_is_never_shown_what_was_seen_before_it_was_made(scene: Scene) -> None:
    """K17: who has just let everybody sell again does not read for a moment that everybody is called home."""
    watched = hub.Hub(scene.office, partial(auth.standing, scene.office))
    key = (scene.organisation, None)
    with watched.watching(key, scene.user, None, "admin") as one:
        version, _ = watched.wait(one, 0, 30)
        assert version > 0
        later = scene.office.now() + timedelta(minutes=1)
        assert watched.wait(one, 0, 0.05, since=later) == (0, False)
        scene.clock.pass_ms(60_000)
        assert watched.wait(one, 0, 30, since=later)[0] >= version
    watched.stop()


def test_a_fault_in_a_look_is_told_to_the_streams_and_the_thread_goes_on(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    """O6: numbers that are no longer looked after never pass for fresh ones."""
    watched = hub.Hub(scene.office, partial(auth.standing, scene.office))
    key = (scene.organisation, None)
    with watched.watching(key, scene.user, None, "admin") as one:
        version, trouble = watched.wait(one, 0, 30)
        assert (version > 0, trouble) == (True, False)
        whole = scene.office
        watched._office = replace(whole, config=None)  # type: ignore[arg-type]
        assert watched.wait(one, version, 30)[1]
        watched._office = whole
        assert not watched.wait(one, version, 30, trouble=True)[1]
    watched.stop()
    assert "has a fault" in caplog.text
    caplog.clear()


@dataclass
class Watchers:
    """Streams of people who are logged in, without their browsers; the clock is set by hand."""

    scene: Scene
    looks: hub.Hub
    asked: list[str]

    def come(self, place: ExitStack, role: str) -> tuple[hub.Stream, UUID]:
        """Somebody new watches; their stream and their session."""
        s = self.scene
        with s.office.begin(s.user) as c:
            name = f"{role}-{self.looks.streams}"
            who = auth.create_user(c, s.organisation, name, role, None, role)
            session = c.execute(
                insert(m.web_sessions)
                .values(
                    token_hash=s.clock.token(32),
                    user_id=who,
                    organization_id=s.organisation,
                    created_at=s.office.now(),
                    last_seen_at=s.office.now(),
                    browser="",
                    address="",
                )
                .returning(m.web_sessions.c.id)
            ).scalar_one()
        return place.enter_context(self.looks.watching((s.organisation, None), who, session, role)), session

    def check(self, streams: list[hub.Stream]) -> list[bool]:
        """Which stand when it is time to ask again; what was asked for that is noted."""
        self.scene.clock.pass_ms(int(hub.CHECK_S * 1000))
        return [self.looks.stands(one) for one in streams]


@pytest.fixture
def watchers(scene: Scene) -> Iterator[Watchers]:
    asked: list[str] = []
    mine = threading.get_ident()

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        # The looks have a thread of their own.
        if threading.get_ident() == mine:
            asked.append(statement)

    engine = scene.office.database.engine
    happening.listen(engine, "before_cursor_execute", note)
    watched = Watchers(scene, hub.Hub(scene.office, partial(auth.standing, scene.office)), asked)
    yield watched
    watched.looks.stop()
    happening.remove(engine, "before_cursor_execute", note)


def test_all_streams_are_asked_about_at_once_however_many_watch(watchers: Watchers) -> None:
    """O6, Z2: whether sessions still stand costs the database the same for twelve as for one, every five seconds."""
    with ExitStack() as place:
        streams = [watchers.come(place, "operator")[0]]
        watchers.asked.clear()
        assert watchers.check(streams) == [True]
        one = len(watchers.asked)
        assert 1 <= one <= 3
        assert watchers.looks.stands(streams[0])
        assert len(watchers.asked) == one
        streams += [watchers.come(place, "manager")[0] for _ in range(11)]
        watchers.asked.clear()
        assert watchers.check(streams) == [True] * 12
        assert len(watchers.asked) == one
        assert watchers.looks.check_in_s == hub.CHECK_S


def test_a_stream_ends_with_its_session_or_its_role_and_no_other_does(watchers: Watchers) -> None:
    """Z2: at the next look of all, five seconds later at most; who waits is woken for it."""
    scene = watchers.scene
    with ExitStack() as place:
        (kept, _), (ended, session), (other, _) = (watchers.come(place, "manager") for _ in range(3))
        (stopped, _) = watchers.come(place, "auditor")
        assert all(watchers.check([kept, ended, other, stopped]))
        with scene.office.begin(scene.user) as c:
            auth.end_sessions(c, ended.person, scene.office.now(), only=session)
            ou = m.organization_users
            c.execute(update(ou).where(ou.c.user_id == other.person).values(role="operator"))
            c.execute(update(m.users).where(m.users.c.id == stopped.person).values(is_active=False))
        assert watchers.looks.stands(ended)  # it is not asked more often than that
        assert watchers.check([kept, ended, other, stopped]) == [True, False, False, False]
        version, _ = watchers.looks.wait(kept, 0, 30)
        assert watchers.looks.wait(ended, version, 3_600)[0] >= version


def test_who_watches_is_at_work(watchers: Watchers) -> None:
    """Z2: a dashboard left open keeps its session, as asking for the page again would; a closed one does not."""
    with ExitStack() as place:
        stream, _ = watchers.come(place, "operator")
        with ExitStack() as gone:
            _, left = watchers.come(gone, "operator")
        for _ in range(3):
            watchers.scene.clock.pass_ms(auth.SESSION_IDLE_MS_MAX // 2)
            assert watchers.check([stream]) == [True]
        assert left not in auth.standing(watchers.scene.office, [left])


def test_a_look_takes_as_many_statements_with_many_events_and_kiosks_as_with_one(scene: Scene) -> None:
    """O6: few, so that a dashboard left open costs the evening nothing."""

    def statements() -> int:
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        with scene.office.begin() as c:
            happening.listen(c.engine, "before_cursor_execute", note)
            live.evening(scene.office, c, scene.organisation)
            happening.remove(c.engine, "before_cursor_execute", note)
        return len(asked)

    scene.kiosk("North")
    one = statements()
    assert one <= 30
    now = scene.office.now()
    for number in range(4):
        scene.kiosk(f"South {number}")
        with scene.office.begin(scene.user) as c:
            made = events.create_event(
                scene.office,
                c,
                events.NewEvent(
                    name=f"Derby {number}",
                    identifier=f"DERBY-{number}",
                    organisation=scene.organisation,
                    opens_at=now - timedelta(hours=1),
                    closes_at=now + timedelta(hours=1),
                ),
                scene.user,
            )
            events.add_package(c, made, "Five", 5, 800)
            events.add_prize(c, made, "Half", "percentage", basis_points=5_000)
            events.activate(scene.office, c, made, scene.user)
    assert statements() == one
    assert len(look(scene).events) == 5


def test_a_kiosk_that_keeps_to_an_older_catalog_is_told_only_when_it_is_late(scene: Scene) -> None:
    """O6, K17: each change of a catalog is news for a moment; a kiosk that does not take it over hears no call home."""
    kiosk = scene.kiosk("North")
    with scene.office.begin() as c:
        catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
        given = c.execute(select(m.rsu_epochs.c.catalog_at)).scalar_one()

    def behind(after_s: int, holds: tuple[int, int]) -> bool:
        values = {"last_seen_at": given + timedelta(seconds=after_s), "health": {"catalog": holds}}
        with scene.office.begin() as c:
            c.execute(m.rsu_epochs.update().values(values))
        return look(scene).kiosks[0].behind

    with scene.office.begin() as c:
        e = m.rsu_epochs
        now_holds = tuple(c.execute(select(e.c.catalog_generation, e.c.catalog_serial)).one())
    older = (now_holds[0], now_holds[1] - 1)
    assert not behind(60, older)
    assert behind(240, older)
    assert not behind(240, now_holds)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 0), (1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (61, 80), (221, 400), (1_000, 1_000)]
)
def test_the_chart_s_axis_counts_whole_tickets(most: int, top: int) -> None:
    """O6: its end and its half are round, and nothing stands above it."""
    assert axis_top(most) == top
    assert top % 2 == 0


def test_a_trouble_that_many_kiosks_share_is_one_alarm(scene: Scene) -> None:
    """O4, O6: a venue without a network is one line and one letter, not three hundred."""
    set_clock(scene.office.database)
    live.beat(scene.office, "worker")
    for number in range(live.ALIKE_MAX + 2):
        scene.kiosk(f"Gate {number}")
    with scene.office.begin() as c:
        c.execute(m.rsu_epochs.update().values(last_seen_at=scene.office.now() - timedelta(minutes=7)))
    (alarm,) = look(scene).alarms
    assert alarm.words == (
        "7 kiosks have not been heard of for 5 minutes or more: Gate 0, Gate 1, Gate 2 and 4 more."
    )
    assert (alarm.severity, alarm.link) == ("bad", "admin.kiosks")
    assert live.watch(scene.office) == [alarm.words]
