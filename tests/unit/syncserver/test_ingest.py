"""Uploads: each verdict, each finding, and nothing that blocks what stands behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import entry, keys, sale, wire
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from syncserver import derive, events, ingest, reconcile, rsus
from syncserver import models as m
from syncserver.db import Database
from tests.chains import HOUR_MS, PRICE, Kiosk, Scene, b64, backup, open_scene, together
from tests.postgres import Cluster


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def rows(scene: Scene, table: str) -> int:
    with scene.office.begin() as c:
        return int(c.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


# Verdicts -------------------------------------------------------------------------------------------


def test_a_sale_becomes_an_order_and_its_tickets(scene: Scene) -> None:
    """Y1: what a kiosk sold stands in the office's tables, with its number, price and validation number."""
    kiosk = scene.kiosk()
    sold = kiosk.sell(kiosk.line(5), kiosk.line(5))
    reply = kiosk.send()
    assert (reply.verdict, reply.head.seq, reply.head.hash) == ("accepted", 3, kiosk.head[1].hex())
    assert scene.tickets() == dict.fromkeys(range(1, 11), "sold")
    with scene.office.begin() as c:
        orders = c.execute(m.orders.select().order_by(m.orders.c.line_no)).all()
        block = c.execute(m.rsu_allocations.select()).one()
    assert [str(o.id) for o in orders] == [line.order for line in sold.lines]
    assert [o.validation_number for o in orders] == [line.validation for line in sold.lines]
    assert {(o.total_amount, o.currency, o.ticket_count, o.source) for o in orders} == {
        (PRICE, "EUR", 5, "rsu")
    }
    assert (block.tickets_sold, block.tickets_available, block.next_draw_number) == (10, 90, 11)
    assert scene.total() == (2 * PRICE, 2 * PRICE)
    assert scene.findings() == []


def test_a_batch_repeated_whole_split_and_overlapping_changes_nothing(scene: Scene) -> None:
    """Y1: same rows, same answers."""
    kiosk = scene.kiosk()
    for _ in range(6):
        kiosk.sell()
    assert kiosk.send(1, 5).verdict == "accepted"
    assert kiosk.send(1, 5).verdict == "duplicate"
    assert kiosk.send(2, 3).verdict == "duplicate"
    assert kiosk.send(3, 8).verdict == "accepted"
    reply = kiosk.send(1, 8)
    assert (reply.verdict, reply.head.seq) == ("duplicate", 8)
    assert (rows(scene, "rsu_journal"), rows(scene, "orders"), rows(scene, "tickets")) == (8, 6, 30)
    assert scene.total() == (6 * PRICE, 6 * PRICE)


def test_two_processes_with_the_same_batch_take_it_once(scene: Scene) -> None:
    """Y1: from two processes at once: the same rows."""
    kiosk = scene.kiosk()
    for _ in range(20):
        kiosk.sell()
    verdicts = together([lambda: kiosk.send().verdict] * 4)
    assert sorted(verdicts) == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert rows(scene, "tickets") == 100


def test_many_kiosks_at_once_are_all_taken_in(scene: Scene) -> None:
    """Y12: kiosks that come back at once, with voids, are all taken in, to the cent."""
    kiosks = [scene.kiosk() for _ in range(6)]
    for kiosk in kiosks:
        sales = [kiosk.sell() for _ in range(10)]
        kiosk.void(sales[0].lines[0])
    assert together([kiosk.send_all for kiosk in kiosks])
    assert scene.total() == (6 * 9 * PRICE, 6 * 9 * PRICE)
    assert scene.findings() == []


def test_an_empty_batch_asks_for_the_head(scene: Scene) -> None:
    kiosk = scene.kiosk()
    assert kiosk.send(1, 0).head == wire.Head(epoch=1, seq=0, hash="00" * 32)
    kiosk.send()
    assert kiosk.send(1, 0).head.seq == 2


def test_a_gap_keeps_nothing_and_names_the_head(scene: Scene) -> None:
    kiosk = scene.kiosk()
    kiosk.sell()
    kiosk.send(1, 1)
    reply = kiosk.send(3, 3)
    assert (reply.verdict, reply.head.seq) == ("gap", 1)
    assert rows(scene, "rsu_journal") == 1


def test_other_content_under_a_known_number_is_a_fork_and_stops_the_unit(scene: Scene) -> None:
    """Y2: never ignored; Y8: a cloned kiosk is caught; its branch is kept and blocks the draw."""
    kiosk = scene.kiosk()
    kiosk.sell()
    clone = kiosk.copy()
    kiosk.sell()
    clone.sell()
    clone.sell()
    assert kiosk.send().verdict == "accepted"
    reply = clone.send()
    assert (reply.verdict, reply.head.seq) == ("fork", 4)
    assert rows(scene, "rsu_quarantine") == 2
    assert scene.findings() == [("fork", True)]
    assert clone.send().verdict == "fork"
    assert (rows(scene, "rsu_quarantine"), scene.findings()) == (2, [("fork", True)])
    with scene.office.begin() as c:
        assert rsus.unit_state(c, kiosk.rsu, kiosk.epoch) == "forked"
    # The chain that was here first goes on being taken in, and hears that it must stop.
    kiosk.sell()
    reply = kiosk.send()
    assert (reply.verdict, reply.head.seq) == ("fork", 5)
    assert len(scene.tickets()) == 15


def test_an_entry_that_does_not_follow_the_head_is_a_fork(scene: Scene) -> None:
    kiosk = scene.kiosk()
    clone = kiosk.copy()
    kiosk.sell()
    kiosk.send()
    clone.journal(sale.LoggedOn(operator="x"))
    clone.sell()
    reply = clone.send(4, 4)
    assert reply.verdict == "fork"
    assert rows(scene, "rsu_quarantine") == 1


def damage_signature(kiosk: Kiosk) -> bytes:
    header, frames = wire.unpack_batch(kiosk.batch())
    return wire.pack_batch(msgspec.structs.replace(header, signature="00" * 64), frames)


def damage_count(kiosk: Kiosk) -> bytes:
    header, frames = wire.unpack_batch(kiosk.batch())
    return wire.pack_batch(msgspec.structs.replace(header, count=header.count + 1), frames)


def damage_first(kiosk: Kiosk) -> bytes:
    header, frames = wire.unpack_batch(kiosk.batch())
    return wire.pack_batch(msgspec.structs.replace(header, first=2), frames)


def damage_hex(kiosk: Kiosk) -> bytes:
    header, frames = wire.unpack_batch(kiosk.batch())
    return wire.pack_batch(msgspec.structs.replace(header, signature="zz"), frames)


def damage_order(kiosk: Kiosk) -> bytes:
    header, _ = wire.unpack_batch(kiosk.batch())
    swapped = [kiosk.entries[0], kiosk.entries[2], kiosk.entries[1]]
    return wire.pack_batch(header, entry.frame(swapped))


def damage_envelope(kiosk: Kiosk) -> bytes:
    header, _ = wire.unpack_batch(kiosk.batch())
    return wire.pack_batch(header, entry.frame([*kiosk.entries[:2], b"{}\nsale"]))


@pytest.mark.parametrize(
    "damage",
    [
        damage_signature,
        damage_count,
        damage_first,
        damage_hex,
        damage_order,
        damage_envelope,
        lambda _: b"no gzip",
    ],
    ids=["signature", "count", "first", "hex", "order", "envelope", "gzip"],
)
def test_a_batch_that_is_none_is_malformed_and_nothing_of_it_is_kept(
    scene: Scene, damage: Callable[[Kiosk], bytes]
) -> None:
    kiosk = scene.kiosk()
    kiosk.sell()
    reply = ingest.take(scene.office, kiosk.rsu, kiosk.epoch, damage(kiosk))
    assert (reply.verdict, reply.head.seq) == ("malformed", 0)
    assert reply.detail
    assert rows(scene, "rsu_journal") == 0
    with scene.office.begin() as c:
        kinds = c.execute(m.critical_events.select()).all()
    assert "batch_malformed" in {row.event_type for row in kinds}
    assert kiosk.send().verdict == "accepted"


def test_a_batch_of_another_kiosk_is_refused(scene: Scene) -> None:
    one, other = scene.kiosk(), scene.kiosk()
    with pytest.raises(Refused, match="another kiosk") as e:
        ingest.take(scene.office, other.rsu, other.epoch, one.batch())
    assert e.value.code == "wrong_unit"


def test_a_revoked_unit_hands_over_everything_and_what_is_new_is_quarantined(scene: Scene) -> None:
    """Design 4: taken in, blocking, outside the pool; what was known before stays."""
    kiosk = scene.kiosk()
    kiosk.sell()
    kiosk.send()
    kiosk.sell()
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "revoked", scene.user, "stolen")
    reply = kiosk.send()
    assert (reply.verdict, reply.head.seq, reply.head.hash) == ("revoked", 4, kiosk.head[1].hex())
    kiosk.sell()
    assert kiosk.send(5, 5).head.seq == 5
    assert kiosk.send().verdict == "revoked"
    assert len(scene.tickets()) == 5
    assert rows(scene, "rsu_quarantine") == 2
    assert ("revoked_entries", True) in scene.findings()


def test_a_server_restored_from_an_older_backup_is_refilled(scene: Scene, postgres: Cluster) -> None:
    """Y7: heads are lower, kiosks send again, certificates and blocks are adopted, nothing is sold twice."""
    known = scene.kiosk()
    known.sell()
    known.send()
    with backup(scene, postgres) as restore:
        # What the backup does not know: sales, a block, a kiosk.
        known.sell()
        known.allocate(50)
        known.send_all()
        stranger = scene.kiosk("After the backup")
        first = stranger.sell()
        stranger.void(first.lines[0])
        stranger.send_all()
        before = (scene.tickets(), scene.total())
        restore()
        assert scene.office.generation == 2
        for kiosk in (known, stranger):
            said = kiosk.enrolment
            adopted = rsus.adopt(
                scene.office, b64(said.certificate), bytes.fromhex(said.certificate_signature)
            )
            assert adopted == (kiosk.rsu, kiosk.epoch)
        assert known.send(1, 0).head.seq == 3
        assert stranger.send(1, 0).head.seq == 0
        # Numbers handed out now, before the kiosk comes back, lie beyond anything handed out before.
        newcomer = scene.kiosk("New")
        assert newcomer.grants[0][0].first > 50_000
        assert known.send_all().verdict == stranger.send_all().verdict == "accepted"
        assert (scene.tickets(), scene.total()) == before
        assert scene.findings() == [("restored", True)]
        assert newcomer.epoch == 1001


# Findings -------------------------------------------------------------------------------------------


def test_one_bad_entry_among_a_thousand_stops_nothing_behind_it(scene: Scene) -> None:
    """Y3: the other 999 are derived; the bad one is kept raw and becomes a finding."""
    kiosk = scene.kiosk(blocks=6_000)
    for i in range(998):
        if i == 500:
            kiosk.journal_raw("sale", b'{"kind":"sale","sale":\x00}')
        else:
            kiosk.sell()
    reply = kiosk.send_all()
    assert (reply.verdict, reply.head.seq) == ("accepted", 1_000)
    assert rows(scene, "orders") == 997
    assert scene.findings() == [("unreadable", True)]


def other_number(line: sale.Line, first: int) -> sale.Line:
    return msgspec.structs.replace(line, ranges=(msgspec.structs.replace(line.ranges[0], first=first),))


def other(**fields: object) -> Callable[[Kiosk], None]:
    """A sale whose line differs in these fields."""

    def sell(kiosk: Kiosk) -> None:
        kiosk.sell(msgspec.structs.replace(kiosk.line(), **fields))

    return sell


def outside_block(kiosk: Kiosk) -> None:
    kiosk.sell(other_number(kiosk.line(), 500_000))


def block_of_another(kiosk: Kiosk) -> None:
    grant = kiosk.scene.kiosk().grants[0][0]
    line = kiosk.line()
    kiosk.sell(msgspec.structs.replace(line, ranges=(Range(grant.allocation, grant.first, 5),)))


def wrong_sum(kiosk: Kiosk) -> None:
    pay = sale.Payment(method="cash", amount=1, tendered=1, change=0)
    kiosk.sell(payment=pay)


def nul_in_reference(kiosk: Kiosk) -> None:
    pay = sale.Payment(
        method="card", amount=PRICE, tendered=PRICE, change=0, card=PRICE, reference="a\x00b\\\t\n'"
    )
    kiosk.sell(payment=pay, operator="no\x00body")


def late(kiosk: Kiosk) -> None:
    kiosk.sell(at=kiosk.scene.closes_ms + 60_000)


def early(kiosk: Kiosk) -> None:
    kiosk.sell(at=kiosk.scene.clock.now_ms() - 3 * HOUR_MS)


def after_cut(kiosk: Kiosk) -> None:
    kiosk.cut()
    kiosk.sell()


def foreign_validation(kiosk: Kiosk) -> None:
    line = kiosk.line()
    kiosk.sell(msgspec.structs.replace(line, validation=kiosk.scene.kiosk().line().validation))


def same_validation(kiosk: Kiosk) -> None:
    first = kiosk.sell().lines[0]
    kiosk.sell(msgspec.structs.replace(kiosk.line(), validation=first.validation))


def same_order(kiosk: Kiosk) -> None:
    first = kiosk.sell().lines[0]
    kiosk.sell(msgspec.structs.replace(kiosk.line(), order=first.order))


def same_order_in_another_batch(kiosk: Kiosk) -> None:
    first = kiosk.sell().lines[0]
    kiosk.send()
    kiosk.sell(msgspec.structs.replace(kiosk.line(), order=first.order))


def twice_in_one_sale(kiosk: Kiosk) -> None:
    line = kiosk.line()
    kiosk.sell(msgspec.structs.replace(line, ranges=(line.ranges[0], line.ranges[0])))


def void_of_nothing(kiosk: Kiosk) -> None:
    kiosk.void(kiosk.line())


def void_of_another(kiosk: Kiosk) -> None:
    stranger = kiosk.scene.kiosk()
    line = stranger.sell().lines[0]
    stranger.send()
    kiosk.void(line, reason="nul \x00 here")


def bad_grant(kiosk: Kiosk) -> None:
    grant, _ = kiosk.scene.kiosk().grants[0]
    data, signature = wire.sign(keys.SigningKey(bytes(32)), keys.GRANT, grant)
    import base64

    kiosk.journal(sale.Granted(grant=base64.b64encode(data).decode(), grant_signature=signature.hex()))


def kinds_differ(kiosk: Kiosk) -> None:
    kiosk.journal_raw("cut", sale.encode(sale.LoggedOn(operator="x")))


def clock_back(kiosk: Kiosk) -> None:
    kiosk.journal(sale.LoggedOn(operator="x"), at=kiosk.scene.clock.now_ms() - HOUR_MS)


def clock_ahead(kiosk: Kiosk) -> None:
    kiosk.journal(sale.LoggedOn(operator="x"), at=2**53 - 1)


ODD: list[tuple[str, Callable[[Kiosk], object], set[str], bool]] = [
    ("body", lambda k: k.journal_raw("sale", b"\xff\xfe"), {"unreadable"}, True),
    ("deep", lambda k: k.journal_raw("sale", b"[" * 50_000), {"unreadable"}, True),
    ("kinds", kinds_differ, {"unreadable"}, True),
    ("newer kind", lambda k: k.journal_raw("tombola", b'{"kind":"tombola"}'), {"unknown_kind"}, False),
    ("newer, unreadable", lambda k: k.journal_raw("tombola", b"?"), {"unreadable"}, True),
    ("price", other(price=PRICE + 1), {"price"}, True),
    ("huge price", other(price=2**60), {"bad_sale"}, True),
    ("negative price", other(price=-5), {"bad_sale"}, True),
    ("huge number", other(ranges=(Range("x", 2**40, 5),)), {"bad_sale"}, True),
    ("no numbers", other(ranges=()), {"bad_sale"}, True),
    ("many numbers", other(ranges=(Range("x", 1, 2_000_000_000),)), {"bad_sale"}, True),
    ("currency", other(currency="E\x00R"), {"bad_sale"}, True),
    ("order id", other(order="x'; DROP TABLE orders"), {"bad_sale"}, True),
    ("validation check", other(validation="0" * 15 + "Z"), {"bad_sale"}, True),
    ("event", other(event="00000000-0000-7000-8000-000000000000"), {"unknown_event"}, True),
    ("event id", other(event="\x00"), {"unknown_event"}, True),
    ("package", other(package="00000000-0000-7000-8000-000000000000"), {"unknown_package"}, True),
    ("game", other(game="roulette"), {"unknown_package"}, True),
    ("outside", outside_block, {"outside_block"}, True),
    ("another's block", block_of_another, {"outside_block"}, True),
    ("sum", wrong_sum, {"bad_sale"}, True),
    ("nul", nul_in_reference, {"unknown_operator"}, False),
    ("late", late, {"late", "clock"}, True),
    ("early", early, {"early", "clock"}, True),
    ("after cut", after_cut, {"after_cut"}, True),
    ("foreign validation", foreign_validation, {"validation"}, True),
    ("same validation", same_validation, {"validation_twice"}, True),
    ("same order", same_order, {"order_twice"}, True),
    ("same order later", same_order_in_another_batch, {"order_twice"}, True),
    ("twice in one sale", twice_in_one_sale, {"bad_sale"}, True),
    ("void of nothing", void_of_nothing, {"void_unknown"}, True),
    ("void of another's", void_of_another, {"void_foreign"}, True),
    ("grant", bad_grant, {"bad_grant"}, True),
    ("clock back", clock_back, {"clock"}, False),
    ("clock ahead", clock_ahead, {"clock"}, False),
]


@pytest.mark.parametrize(("odd", "kinds", "blocking"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_what_does_not_fit_becomes_a_finding_and_blocks_nothing_behind_it(
    scene: Scene, odd: Callable[[Kiosk], object], kinds: set[str], blocking: bool
) -> None:
    """Y10, N11: taken in raw, doubted value by value; the sale behind it stands."""
    kiosk = scene.kiosk()
    odd(kiosk)
    if kinds != {"after_cut"}:
        last = kiosk.sell(at=scene.clock.now_ms())
    reply = kiosk.send_all()
    assert (reply.verdict, reply.head.seq) == ("accepted", len(kiosk.entries))
    assert rows(scene, "rsu_journal") >= len(kiosk.entries)
    assert scene.kinds() == kinds
    assert any(blocks for _, blocks in scene.findings()) == blocking
    if kinds != {"after_cut"}:
        standing = {n for line in last.lines for r in line.ranges for n in r.numbers()}
        assert {scene.tickets()[n] for n in standing} == {"sold"}
    counted, carried = scene.total()
    assert counted == carried
    assert kiosk.send().verdict == "duplicate"
    with scene.office.begin() as c:
        assert (
            c.execute(m.orders.select().where(m.orders.c.offline_sync_status == "failed")).all() == []
            or blocking
        )


def test_a_number_sold_twice_enters_no_pool_until_a_person_decides(scene: Scene) -> None:
    """S3, law 5: no second row; both are kept out; the finding blocks."""
    kiosk = scene.kiosk()
    first = kiosk.sell()
    second = kiosk.line()
    again = other_number(second, first.lines[0].ranges[0].first + 2)
    kiosk.send()
    kiosk.sell(again)
    kiosk.send()
    assert scene.kinds() == {"sold_twice"}
    states = scene.tickets()
    assert {n for n, s in states.items() if s == "quarantined"} >= {3, 4, 5}
    assert states[1] == "sold"
    assert scene.total() == (0, 0)


def test_the_same_number_twice_in_one_upload_enters_no_pool(scene: Scene) -> None:
    kiosk = scene.kiosk()
    first = kiosk.sell()
    kiosk.sell(other_number(kiosk.line(), first.lines[0].ranges[0].first))
    kiosk.send()
    assert scene.kinds() == {"sold_twice"}
    assert set(scene.tickets().values()) == {"quarantined"}
    assert scene.total() == (0, 0)


def test_a_test_sale_is_no_chance_and_no_money(scene: Scene) -> None:
    """E5: marked as a test, in no pool."""
    kiosk = scene.kiosk()
    kiosk.sell(test=True, at=scene.clock.now_ms() - 2 * HOUR_MS)
    kiosk.send()
    assert scene.tickets() == dict.fromkeys(range(1, 6), "invalid")
    assert scene.total() == (0, 0)
    assert scene.findings() == [("clock", False)]


def test_a_test_sale_after_the_opening_goes_to_a_person(scene: Scene) -> None:
    """E5: tests are sold before the opening; after it a buyer who paid would be in no draw, and nobody would know."""
    kiosk = scene.kiosk()
    kiosk.sell(test=True)
    kiosk.send()
    assert scene.findings() == [("late_test", True)]
    assert scene.tickets() == dict.fromkeys(range(1, 6), "invalid")


def test_a_kiosk_of_another_organisation_cannot_stand_in_the_way_of_a_draw(scene: Scene) -> None:
    """Law 5, O1: what it says of our event blocks its own events, not ours."""
    with scene.office.begin(scene.user) as c:
        rivals = events.create_organisation(c, "Rivals", "EUR", "L-2", timezone="UTC")
        rsu = rsus.create_rsu(c, rivals, "Stranger")
        rsus.set_state(c, rsu, "enabled", scene.user, "new kiosk")
    stranger = scene.enrol(rsu)
    line = scene.kiosk().line()
    stranger.sell(line)
    stranger.void(line)
    stranger.cut()
    assert stranger.send().verdict == "accepted"
    assert scene.kinds() == {"unknown_event", "void_unknown", "unknown_cut"}
    with scene.office.begin() as c:
        assert reconcile.findings(c, scene.event) == []
    assert rows(scene, "orders") == 0


def found_in_all(scene: Scene) -> tuple[int, int]:
    """How many findings there are, and their bytes."""
    with scene.office.begin() as c:
        counted = c.exec_driver_sql("SELECT count(*), sum(length(detail::text)) FROM findings").one()
    return int(counted[0]), int(counted[1])


def test_a_sale_of_thousands_of_lines_makes_no_flood(scene: Scene) -> None:
    """Y3, Z3: what one entry leaves behind is bounded by what was sent, not by its square."""
    kiosk = scene.kiosk()
    good = kiosk.line()
    bad = [
        msgspec.structs.replace(good, order=str(i), package="", ranges=(), validation="", currency="")
        for i in range(1_500)
    ]
    kiosk.sell(*bad)
    kiosk.sell(good)
    assert kiosk.send().verdict == "accepted"
    assert set(scene.tickets()) == set(range(1, 6))
    count, size = found_in_all(scene)
    assert count <= sale.LINES_MAX + 1
    assert size < 20_000
    with scene.office.begin() as c:
        assert any(one.event is None and one.blocking for one in reconcile.findings(c, scene.event))


def test_thousands_of_numbers_sold_many_times_over_make_no_flood(scene: Scene) -> None:
    """S3, Z3: all are kept out of the pool, and each can be decided, however often they were sold."""
    kiosk = scene.kiosk(blocks=5_000)
    line = kiosk.line(5_000)
    kiosk.sell(line)
    grant, signed = kiosk.grants[0]
    block = ValidationBlock(grant.validation_block, grant.validation_size, bytes.fromhex(signed.secret))
    for i in range(2, 42):
        again = msgspec.structs.replace(line, order=str(uuid7(scene.clock)), validation=block.issue(i))
        kiosk.sell(again)
    kiosk.send()
    assert set(scene.tickets().values()) == {"quarantined"}
    assert found_in_all(scene)[1] < 8 * derive.NUMBERS_LISTED_PER_BATCH_MAX
    with scene.office.begin(scene.user) as c:
        last = [one for one in reconcile.findings(c, scene.event) if one.kind == "sold_twice"][-1]
        reconcile.decide(scene.office, c, last.id, "exclude", "a defect", scene.user)
    assert set(scene.tickets().values()) == {"invalid"}


def test_a_witness_of_a_thousand_unknown_draws_is_one_finding(scene: Scene) -> None:
    """Law 7, Z3: one entry, one question to a person."""
    kiosk = scene.kiosk()
    shown = tuple(hashlib.sha256(bytes([i])).hexdigest() for i in range(200))
    kiosk.journal(sale.Witnessed(generation=1, serial=1, manifests=shown))
    kiosk.send()
    assert scene.findings() == [("witness", True)]


def test_a_void_covers_the_order_and_leaves_the_total(scene: Scene) -> None:
    """N8: the whole order, once; voids in either order end as one."""
    kiosk = scene.kiosk()
    one, two, three = kiosk.sell(), kiosk.sell(), kiosk.sell()
    kiosk.send()
    with scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, UUID(two.lines[0].order), "customer's wish", scene.user)
    kiosk.void(one.lines[0])
    kiosk.void(one.lines[0])
    kiosk.void(two.lines[0])
    kiosk.void(three.lines[0], misprint=True)
    kiosk.send()
    states = scene.tickets()
    assert [states[n] for n in (1, 6, 11)] == ["void", "void", "misprint"]
    assert rows(scene, "voids") == 3
    assert scene.total() == (0, 0)
    assert scene.findings() == []
    with pytest.raises(Refused, match="void already"), scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, UUID(one.lines[0].order), "again", scene.user)


def test_later_facts_undo_a_confirmation(scene: Scene) -> None:
    kiosk = scene.kiosk()
    kiosk.sell()
    kiosk.send()
    with scene.office.begin() as c:
        c.execute(m.raffle_events.update().values(reconciliation_confirmed_at=scene.office.now()))
    kiosk.sell()
    kiosk.send()
    with scene.office.begin() as c:
        assert c.execute(m.raffle_events.select()).one().reconciliation_confirmed_at is None


def test_critical_events_arrive_with_their_own_time(scene: Scene) -> None:
    """O4: buffered off line, kept with when they happened."""
    kiosk = scene.kiosk()
    at = scene.clock.now_ms() - 60_000
    kiosk.journal(sale.Critical(code="printer_jam", severity="ERROR", detail="nul \x00"), at=at)
    kiosk.send()
    with scene.office.begin() as c:
        row = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "printer_jam")
        ).one()
    assert (row.rsu_id, row.severity, round(row.timestamp.timestamp() * 1000)) == (kiosk.rsu, "ERROR", at)


def test_a_kiosk_that_saw_another_draw_than_ours_is_heard(scene: Scene) -> None:
    """Law 7: an outside witness of a manifest that the office does not know."""
    kiosk = scene.kiosk()
    kiosk.journal(sale.Witnessed(generation=1, serial=1, manifests=("ab" * 32, "\x00"), seeds=("cd" * 32,)))
    kiosk.send()
    assert scene.findings() == [("witness", True), ("witness", True)]


def test_three_weeks_off_line_and_several_batches_all_arrive(scene: Scene) -> None:
    """Y6: 2,500 entries in three uploads."""
    kiosk = scene.kiosk(blocks=20_000)
    for i in range(2_498):
        scene.clock.pass_ms(1_000)
        if i % 2:
            kiosk.journal(sale.LoggedOn(operator=str(scene.user)))
        else:
            kiosk.sell()
    assert kiosk.send_all().head.seq == 2_500
    assert len(scene.tickets()) == 1_249 * 5
    assert scene.findings() == []


# Anything at all ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_do_anything_but_get_a_verdict(scene: Scene, data: st.DataObject) -> None:
    """Z3: whatever the upload, or the body of a signed entry, the answer is a verdict."""
    kiosk = scene.kiosk(blocks=0)
    whole = kiosk.batch()
    flipped = bytearray(whole)
    # Lengths differ from scene to scene, so that the draw must not depend on them.
    at = data.draw(st.integers(0, 2**16)) % len(flipped)
    flipped[at] ^= data.draw(st.integers(1, 255))
    for body in (data.draw(st.binary(max_size=200)), bytes(flipped)):
        try:
            verdict = ingest.take(scene.office, kiosk.rsu, kiosk.epoch, body).verdict
        except Refused as e:
            verdict = e.code  # type: ignore[assignment]
        assert verdict in {"malformed", "accepted", "duplicate", "wrong_unit"}
    kind = data.draw(st.sampled_from(["sale", "voided", "cut", "granted", "witnessed", "critical", "x"]))
    kiosk.journal_raw(kind, data.draw(st.binary(max_size=300)))
    kiosk.journal_raw(kind, json_body(data, kind))
    assert kiosk.send_all().verdict in {"accepted", "duplicate"}


def json_body(data: st.DataObject, kind: str) -> bytes:
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    names = st.sampled_from(
        ["order", "event", "cut", "lines", "sale", "payment", "reason", "by", "code", "grant"]
    )
    body = data.draw(st.dictionaries(names, value, max_size=6))
    import json

    return json.dumps({**body, "kind": kind}).encode()


line_texts = st.text(max_size=30) | st.sampled_from(["\x00", "\\N", "\t", "EUR"])
wild_lines = st.builds(
    sale.Line,
    order=st.uuids().map(str) | line_texts,
    event=st.just("EVENT") | line_texts,
    package=st.just("PACKAGE") | line_texts,
    game=st.just("raffle") | line_texts,
    ranges=st.lists(
        st.builds(
            Range,
            allocation=st.just("BLOCK") | line_texts,
            first=st.integers(-5, 2**66),
            count=st.integers(-5, 2**40),
        ),
        max_size=3,
    ).map(tuple),
    price=st.integers(-(2**62), 2**62),
    currency=st.just("EUR") | line_texts,
    validation=line_texts,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(wild_lines, max_size=3),
    amounts=st.tuples(*[st.integers(-(2**62), 2**62)] * 4),
    reference=line_texts,
    at=st.integers(-(2**53) + 1, 2**53 - 1),
    test=st.booleans(),
)
def test_no_sale_s_content_blocks_the_sales_behind_it(
    scene: Scene, lines: list[sale.Line], amounts: tuple[int, ...], reference: str, at: int, test: bool
) -> None:
    """Law 5: values at every bound, and beyond it."""
    kiosk = scene.kiosk()
    grant = kiosk.grants[0][0]
    made = [
        msgspec.structs.replace(
            line,
            event=line.event.replace("EVENT", str(scene.event)),
            package=line.package.replace("PACKAGE", str(scene.package)),
            ranges=tuple(
                Range(r.allocation.replace("BLOCK", grant.allocation), r.first, r.count) for r in line.ranges
            ),
        )
        for line in lines
    ]
    amount, tendered, change, card = amounts
    pay = sale.Payment(
        method="split", amount=amount, tendered=tendered, change=change, reference=reference, card=card
    )
    body = sale.Sale(
        sale=str(uuid7(scene.clock)),
        operator=reference,
        lines=tuple(made),
        payment=pay,
        catalog=(1, 1),
        test=test,
        customer=reference,
    )
    kiosk.journal(body, at)
    good = kiosk.sell()
    assert kiosk.send().verdict == "accepted"
    first = good.lines[0].ranges[0].first
    assert scene.tickets()[first] in {"sold", "quarantined"}
    counted, carried = scene.total()
    assert counted == carried


def test_the_entries_are_kept_byte_for_byte(scene: Scene) -> None:
    """Law 2: raw, with their hashes and the batch's signature."""
    kiosk = scene.kiosk()
    kiosk.journal_raw("sale", bytes(range(256)))
    kiosk.send()
    with scene.office.begin() as c:
        kept = c.execute(m.rsu_journal.select().order_by(m.rsu_journal.c.seq)).all()
        assert events.state(c, scene.event) == "active"
    assert [bytes(row.entry) for row in kept] == kiosk.entries
    assert [bytes(row.hash) for row in kept] == [hashlib.sha256(data).digest() for data in kiosk.entries]
    assert [row.signature is not None for row in kept] == [False, False, True]
    assert {row.kind for row in kept} == {"enrolled", "granted", "sale"}
    assert {row.received_at for row in kept} == {scene.office.now()}
