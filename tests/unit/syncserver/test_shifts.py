"""Shifts at the office: what a drawer's facts come to, counted once more, and what of it a person is told."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from shared import sale
from syncserver import models as m
from syncserver import organisations, shifts
from syncserver.db import Database
from tests.chains import PRICE, Scene, open_scene
from tests.drawers import FLOAT, closed, count, fold, opened


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def found(scene: Scene) -> list[str]:
    """What the office was told of drawers, in words."""
    f = m.findings
    with scene.office.begin() as c:
        rows = c.execute(
            select(f.c.detail, f.c.blocking).where(f.c.kind == "cash").order_by(f.c.seq, f.c.subject)
        )
        told = rows.all()
    assert not any(row.blocking for row in told)
    return [row.detail["words"] for row in told]


def test_a_shift_s_signed_sums_are_the_office_s_own_count(scene: Scene) -> None:
    """K13: float, sales by cash and card, a void, change to the safe; the office folds the chain to the same cent."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    first = kiosk.sell()
    card = sale.Payment(method="card", amount=PRICE, tendered=PRICE, change=0, card=PRICE, reference="T-17")
    kiosk.sell(payment=card)
    two = (kiosk.line(), kiosk.line())
    split = sale.Payment(method="split", amount=2 * PRICE, tendered=2 * PRICE, change=0, card=1_300)
    kiosk.sell(*two, payment=split)
    line = first.lines[0]
    kiosk.journal(
        sale.Voided(
            order=line.order,
            event=line.event,
            validation=line.validation,
            reason="changed their mind",
            by=str(scene.user),
            approved_by=str(scene.user),
            returned=PRICE,
            currency="EUR",
        )
    )
    kiosk.journal(
        sale.CashMoved(
            shift=mine,
            by=str(scene.user),
            cash=sale.Cash(currency="EUR", amount=-5_000),
            reason="to the safe",
        )
    )
    kiosk.journal(sale.DrawerOpened(by=str(scene.user), reason="sale"))
    kiosk.journal(sale.DrawerOpened(by=str(scene.user), reason="no_sale", approved_by=str(scene.user)))
    expected = FLOAT + 2 * PRICE - 1_300 - 5_000
    count(kiosk, mine, expected)
    sums = closed(kiosk, mine)
    assert (sums[0].expected, sums[0].over) == (expected, 0)
    assert kiosk.send().verdict == "accepted"
    assert found(scene) == []
    with scene.office.begin() as c:
        row = shifts.of_kiosk(c, kiosk.rsu)[0]
        orders = {
            str(o.id): (o.payment_method, o.card_amount, o.payment_reference)
            for o in c.execute(select(m.orders))
        }
        void = c.execute(select(m.voids)).one()
        done = shifts.at_drawer(c, kiosk.rsu)
        cash = shifts.of_event(c, scene.event, "EUR")[kiosk.rsu, kiosk.epoch]
    assert (row.number, row.agrees, row.note) == (1, True, "quiet")
    assert [(s.expected, s.counted, s.card) for s in row.sums] == [(expected, expected, PRICE + 1_300)]
    assert [(one.purpose, one.amount) for one in row.counts] == [("close", expected)]
    assert orders[two[0].order] == ("split", PRICE, "")
    assert orders[two[1].order] == ("split", 300, "")
    assert (void.returned, void.approved_by) == (PRICE, str(scene.user))
    assert sorted(one.what for one in done) == ["moved", "no_sale"]
    assert (cash.counted, cash.over, cash.closed, cash.shared) == (2 * PRICE - 1_300, 0, 1, False)


def test_sums_that_the_chain_does_not_bear_out_are_told_and_block_nothing(scene: Scene) -> None:
    """Y10: cash is a finding of its own: what the kiosk says beside what its own entries come to."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    kiosk.sell()
    count(kiosk, mine, FLOAT + PRICE)
    closed(kiosk, mine, sales=0, sale_count=0, expected=FLOAT + PRICE)
    assert kiosk.send().verdict == "accepted"
    (words,) = found(scene)
    assert words == (
        "shift 1: the sales: the kiosk says €0.00, its own entries come to €10.00; "
        "the number of sales: the kiosk says 0, its own entries come to 1"
    )
    with scene.office.begin() as c:
        assert shifts.of_kiosk(c, kiosk.rsu)[0].agrees is False


@pytest.mark.parametrize(("off", "told"), [(-501, 1), (-500, 0), (500, 0), (501, 1)])
def test_a_drawer_over_or_short_beyond_what_is_tolerated_is_told(scene: Scene, off: int, told: int) -> None:
    """Y10: by more than the organisation lets pass."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    kiosk.sell()
    count(kiosk, mine, FLOAT + PRICE + off)
    closed(kiosk, mine)
    kiosk.send()
    words = found(scene)
    assert len(words) == told
    if told:
        assert words[0].startswith(f"shift 1: the drawer was {'over' if off > 0 else 'short'} by €5.01: ")


def test_what_becomes_of_a_closed_shift_comes_as_a_supplement(scene: Scene) -> None:
    """K13: a late void changes nothing that was signed; over or short stays what it was."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    line = kiosk.sell().lines[0]
    count(kiosk, mine, FLOAT + PRICE)
    closed(kiosk, mine)
    kiosk.send()
    kiosk.journal(
        sale.Voided(
            order=line.order,
            event=line.event,
            validation=line.validation,
            reason="late",
            by=str(scene.user),
            returned=PRICE,
            currency="EUR",
            shift=mine,
        )
    )
    late = fold(kiosk).closed[mine].late_sums()
    kiosk.journal(sale.ShiftSupplement(shift=mine, number=1, by=str(scene.user), sums=late))
    assert kiosk.send_all().verdict == "accepted"
    assert found(scene) == []
    with scene.office.begin() as c:
        row = shifts.of_kiosk(c, kiosk.rsu)[0]
        cash = shifts.of_event(c, scene.event, "EUR")[kiosk.rsu, kiosk.epoch]
    assert [(s.expected, s.counted) for s in row.sums] == [(FLOAT + PRICE, FLOAT + PRICE)]
    assert [(s.supplement, s.expected, s.counted) for s in row.supplements] == [(1, -PRICE, -PRICE)]
    assert (cash.counted, cash.over) == (0, 0)


def test_a_shift_that_was_never_opened_is_told_and_the_entries_behind_it_are_taken_in(scene: Scene) -> None:
    """Y3."""
    kiosk = scene.kiosk()
    kiosk.journal(sale.ShiftClosed(shift=str(uuid4()), number=1, operator="x", by="x", first_seq=1))
    kiosk.sell()
    assert kiosk.send().verdict == "accepted"
    assert found(scene) == ["a shift was closed, or supplemented, that was never opened"]
    assert scene.tickets()[1] == "sold"


def test_a_shift_is_closed_once(scene: Scene) -> None:
    """K13: what is said of it a second time counts for nothing, and is told."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    kiosk.journal(sale.ShiftSupplement(shift=mine, number=1, by="x"))
    kiosk.sell()
    count(kiosk, mine, FLOAT + PRICE)
    sums = closed(kiosk, mine)
    for _ in range(2):
        kiosk.journal(sale.ShiftClosed(shift=mine, number=1, operator="x", by="x", first_seq=1, sums=sums))
    assert kiosk.send().verdict == "accepted"
    assert found(scene) == [
        "an open shift was supplemented; these sums are not counted",
        *["a shift was closed a second time; these sums are not counted"] * 2,
    ]
    with scene.office.begin() as c:
        cash = shifts.of_event(c, scene.event, "EUR")[kiosk.rsu, kiosk.epoch]
    assert (cash.counted, cash.over, cash.differing) == (PRICE, 0, 0)


def test_an_upload_of_hundreds_of_shifts_within_each_other_is_not_read_again_and_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Z3: behind so many entries the office stops counting, and says so."""
    monkeypatch.setattr(shifts, "RECOUNTED_ENTRIES_MAX", 100)
    kiosk = scene.kiosk()
    held = [opened(kiosk, number) for number in range(1, 41)]
    for one in held:
        kiosk.journal(sale.ShiftClosed(shift=one, number=1, operator="x", by="x", first_seq=1))
    assert kiosk.send().verdict == "accepted"
    told = found(scene)
    assert told[0] == "a shift was closed when another was open, or none"
    assert told[-1] == "there is too much behind a shift's sums to count it again"


def test_counterfoils_are_kept_by_order_with_their_copy(scene: Scene) -> None:
    """N10: printed again, each of its numbers is flagged."""
    kiosk = scene.kiosk()
    line = kiosk.sell().lines[0]
    for copy in (0, 1):
        kiosk.journal(
            sale.CounterfoilsPrinted(
                order=line.order,
                event=line.event,
                count=5,
                copy=copy,
                outcome="confirmed",
                said_by="printer",
                by=str(scene.user),
                approved_by=str(scene.user) if copy else "",
            )
        )
    kiosk.send()
    k = m.counterfoil_prints
    with scene.office.begin() as c:
        rows = c.execute(select(k.c["count"], k.c.copy, k.c.approved_by).order_by(k.c.seq)).all()
    assert [tuple(row) for row in rows] == [(5, 0, None), (5, 1, str(scene.user))]


def test_settings_and_printed_reports_are_kinds_that_are_known(scene: Scene) -> None:
    """Y3: they stay in the journal, and nobody is asked about them."""
    kiosk = scene.kiosk()
    kiosk.journal(sale.Changed(setting="theme", before="dark", after="light", by=str(scene.user)))
    kiosk.journal(sale.ReportPrinted(shift=str(uuid4()), report="x", by=str(scene.user)))
    kiosk.send()
    assert scene.findings() == []


def test_what_an_open_shift_holds_is_not_counted_yet(scene: Scene) -> None:
    """Y9: a count alone is no close."""
    kiosk = scene.kiosk()
    mine = opened(kiosk)
    kiosk.sell()
    count(kiosk, mine, FLOAT + PRICE)
    kiosk.send()
    with scene.office.begin() as c:
        assert shifts.of_event(c, scene.event, "EUR")[kiosk.rsu, kiosk.epoch] == shifts.EventCash(open=1)


def test_the_tolerance_is_the_organisation_s(scene: Scene) -> None:
    """Y10: and counts in each currency's own coins."""
    with scene.office.begin() as c:
        held = organisations.of(c, scene.organisation)
        assert (held.tolerated("EUR"), held.tolerated("JPY")) == (500, 5)
        organisations.decide(c, scene.organisation, scene.user, tolerance="0")
        assert organisations.of(c, scene.organisation).tolerated("EUR") == 0


amounts = st.integers(-(2**63), 2**63 - 1)
texts = st.text(max_size=20) | st.just("\x00") | st.uuids().map(str) | st.just("SHIFT")
currencies = st.sampled_from(["EUR", "eur", "", "XXXX", "\x00UR", "JPY"])
sums = st.lists(
    st.builds(
        sale.ShiftSum, currency=currencies, float=amounts, sales=amounts, expected=amounts, counted=amounts
    ),
    max_size=3,
).map(tuple)
bodies = st.one_of(
    st.builds(sale.ShiftOpened, shift=texts, number=amounts, operator=texts),
    st.builds(
        sale.CashCounted,
        shift=texts,
        by=texts,
        purpose=st.sampled_from(["open", "check", "close"]),
        currency=currencies,
        pieces=st.lists(st.tuples(amounts, amounts), max_size=3).map(tuple),
        amount=amounts,
    ),
    st.builds(
        sale.CashMoved,
        shift=texts,
        by=texts,
        cash=st.builds(sale.Cash, currency=currencies, amount=amounts),
        reason=texts,
    ),
    st.builds(sale.DrawerOpened, by=texts, reason=st.sampled_from(["no_sale", "void"]), approved_by=texts),
    st.builds(
        sale.ShiftClosed,
        shift=texts,
        number=amounts,
        operator=texts,
        by=texts,
        first_seq=amounts,
        sums=sums,
        note=texts,
    ),
    st.builds(sale.ShiftSupplement, shift=texts, number=amounts, by=texts, sums=sums),
    st.builds(
        sale.CounterfoilsPrinted,
        order=texts,
        event=texts,
        count=amounts,
        copy=amounts,
        outcome=st.just("failed"),
        said_by=st.just("operator"),
        by=texts,
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.tuples(bodies, st.integers(-(2**53) + 1, 2**53 - 1)), max_size=6))
def test_no_drawer_s_content_blocks_the_sales_behind_it(
    scene: Scene, told: list[tuple[sale.Body, int]]
) -> None:
    """Law 5: values at every bound, and beyond it."""
    kiosk = scene.kiosk()
    mine = str(uuid4())
    for body, at in told:
        named = getattr(body, "shift", None)
        kiosk.journal(msgspec.structs.replace(body, shift=mine) if named == "SHIFT" else body, at)
    good = kiosk.sell()
    assert kiosk.send().verdict == "accepted"
    assert scene.tickets()[good.lines[0].ranges[0].first] in {"sold", "quarantined"}
