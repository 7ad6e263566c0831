"""Customers: kept only where they fit their sale, once; erased for good; nowhere else to be seen."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kiosk.flow.said import VOID_REASONS
from shared import sale, wire
from shared.errors import Refused
from syncserver import customers, events, organisations, reconcile, worker
from syncserver import models as m
from syncserver.db import Database
from syncserver.phrases import KIOSK_VOID
from tests.chains import Kiosk, Scene, open_scene

EVE = wire.Customer(name="Eve Adams", phone="+4915112345678", email="eve@example.org", language="de")


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def record(scene: Scene, sale_id: str = "", who: wire.Customer = EVE) -> wire.CustomerRecord:
    salt = scene.clock.token(32)
    return wire.CustomerRecord(sale=sale_id, salt=salt.hex(), data=wire.canonical(who).decode())


def promise(told: wire.CustomerRecord) -> str:
    return sale.commitment(bytes.fromhex(told.salt), told.data.encode())


def sold_to(kiosk: Kiosk, *lines: sale.Line, test: bool = False) -> tuple[sale.Sale, wire.CustomerRecord]:
    """A sale that promises its buyer's data, and the data."""
    told = record(kiosk.scene)
    sold = kiosk.sell(*lines, customer=promise(told), test=test)
    return sold, msgspec.structs.replace(told, sale=sold.sale)


def send(kiosk: Kiosk, *records: wire.CustomerRecord) -> tuple[tuple[str, ...], ...]:
    """Kept, waiting, refused."""
    with kiosk.scene.office.begin() as c:
        said = customers.take(kiosk.scene.office, c, kiosk.rsu, kiosk.epoch, records)
    return said.kept, said.waiting, said.refused


def held(scene: Scene) -> list[object]:
    o = m.orders
    with scene.office.begin() as c:
        return list(c.execute(select(o.c.customer_info).order_by(o.c.journal_seq, o.c.line_no)).scalars())


def test_a_buyer_s_data_is_kept_with_every_order_of_the_sale_once(scene: Scene) -> None:
    """K16: it waits until the sale has come, and the same again changes nothing."""
    kiosk = scene.kiosk()
    sold, told = sold_to(kiosk, kiosk.line(), kiosk.line())
    kiosk.sell()
    assert send(kiosk, told) == ((), (told.sale,), ())
    kiosk.send()
    assert send(kiosk, told) == ((told.sale,), (), ())
    assert send(kiosk, told, told) == ((told.sale,), (), ())
    first, second, third = held(scene)
    assert isinstance(first, dict)
    assert {name: first[name] for name in ("name", "phone", "email", "language")} == msgspec.to_builtins(EVE)
    assert first == second
    assert third is None
    assert len(sold.lines) == 2


def void_letters(scene: Scene) -> list[tuple[str, str, str]]:
    """To whom, why, and in which language."""
    n = m.notifications
    with scene.office.begin() as c:
        rows = c.execute(
            select(n).where(n.c.kind == "voided", n.c.channel == "email").order_by(n.c.created_at)
        ).all()
    return [(row.recipient["email"], row.facts["reason"], row.language) for row in rows]


def test_a_buyer_hears_of_the_kiosk_s_own_void_once(scene: Scene) -> None:
    """N8, O9: whether their data came before it or after; not of a practice sale, nor again of what the office did."""
    kiosk = scene.kiosk()
    before, told_before = sold_to(kiosk)
    practice, told_practice = sold_to(kiosk, test=True)
    office_first, told_office = sold_to(kiosk)
    unknown = kiosk.sell()
    kiosk.send()
    send(kiosk, told_before, told_practice, told_office)
    with scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, UUID(office_first.lines[0].order), "by the office", scene.user)
    for sold in (before, practice, office_first, unknown):
        kiosk.void(sold.lines[0], reason="left early")
    after, told_after = sold_to(kiosk)
    kiosk.void(after.lines[0], reason="misprint", misprint=True)
    kiosk.send()
    assert void_letters(scene) == [("eve@example.org", "left early", "de")]
    for _ in range(2):
        send(kiosk, told_after)
        assert [why for _, why, _ in void_letters(scene)] == [
            "left early",
            "das Los wurde nicht vollständig gedruckt",
        ]
    assert all(
        set(words) == {code for code, _ in VOID_REASONS} | {"misprint"} for words in KIOSK_VOID.values()
    )
    kiosk.void(before.lines[0], reason="once more")
    kiosk.send()
    assert len(void_letters(scene)) == 2


def test_what_does_not_fit_the_sale_s_commitment_is_refused(scene: Scene) -> None:
    """K16: nobody puts another name on a ticket afterwards; a sale that promised nothing takes none."""
    kiosk = scene.kiosk()
    _, told = sold_to(kiosk)
    plain = kiosk.sell()
    kiosk.send()
    other = msgspec.structs.replace(record(scene, who=wire.Customer(name="Mallory")), sale=told.sale)
    assert send(kiosk, other) == ((), (), (told.sale,))
    assert send(kiosk, msgspec.structs.replace(told, sale=plain.sale)) == ((), (), (plain.sale,))
    assert send(scene.kiosk("Other"), told) == ((), (told.sale,), ())
    assert held(scene) == [None, None]


def test_erased_data_is_gone_everywhere_and_never_taken_in_again(scene: Scene) -> None:
    """K16, O2: with a reason, by name; the trail says that it was there, and nothing of it."""
    kiosk = scene.kiosk()
    sold, told = sold_to(kiosk, kiosk.line(), kiosk.line())
    kiosk.send()
    send(kiosk, told)
    order = UUID(sold.lines[0].order)
    with scene.office.begin(scene.user) as c:
        assert customers.erase(scene.office, c, order, "asked for it", scene.user) == 2
    assert send(kiosk, told) == ((told.sale,), (), ())
    o, a, k = m.orders, m.audit_log, m.critical_events
    with scene.office.begin() as c:
        rows = c.execute(select(o.c.customer_info.is_(None), o.c.customer_erased_at)).all()
        trail = [json.dumps([row.old_data, row.new_data]) for row in c.execute(select(a))]
        noted = c.execute(select(k.c.description).where(k.c.event_type == "customer_erased")).scalar_one()
        with pytest.raises(Refused, match="Nothing is known"):
            customers.erase(scene.office, c, order, "once more", scene.user)
    assert [row[0] for row in rows] == [True, True]
    assert all(row.customer_erased_at is not None for row in rows)
    assert not [one for one in trail if "Eve" in one or "example.org" in one or told.salt in one]
    assert "asked for it" in noted


def test_what_is_past_its_retention_is_erased_by_the_clock(scene: Scene) -> None:
    """K16, O10: so many days after the event's close, as the organisation decided."""
    kiosk = scene.kiosk()
    _, told = sold_to(kiosk)
    kiosk.send()
    send(kiosk, told)
    with scene.office.begin() as c:
        organisations.decide(c, scene.organisation, scene.user, customer_days=30)
    scene.clock.ms = scene.closes_ms
    events.run_due(scene.office)
    scene.clock.pass_ms(int(timedelta(days=29).total_seconds()) * 1000)
    assert customers.run_due(scene.office) == []
    scene.clock.pass_ms(int(timedelta(days=1, seconds=1).total_seconds()) * 1000)
    assert customers.run_due(scene.office) == ["the buyers' data of 1 orders is erased"]
    assert (customers.run_due(scene.office), held(scene)) == ([], [None])
    assert "forget" in worker.make_app(scene.office).tasks


@pytest.mark.parametrize("name", ["می‌خواهم", "Jean\u00a0Luc", "O’Neill", "李 小龙"])
def test_names_of_any_script_are_taken_in(scene: Scene, name: str) -> None:
    """K16: what joins or parts letters is no control character."""
    kiosk = scene.kiosk()
    told = record(scene, who=wire.Customer(name=name))
    sold = kiosk.sell(customer=promise(told))
    kiosk.send()
    assert send(kiosk, msgspec.structs.replace(told, sale=sold.sale)) == ((sold.sale,), (), ())


def test_more_than_a_request_holds_is_refused_so_that_the_kiosk_halves_it(scene: Scene) -> None:
    kiosk = scene.kiosk()
    with pytest.raises(Refused) as refused:
        send(kiosk, *[record(scene, str(uuid4()))] * (wire.CUSTOMERS_MAX + 1))
    assert refused.value.code == "too_large"


def test_nothing_of_a_buyer_is_logged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Z4, K16."""
    kiosk = scene.kiosk()
    _, told = sold_to(kiosk)
    kiosk.send()
    with caplog.at_level(logging.DEBUG):
        send(kiosk, told, msgspec.structs.replace(told, data="Eve Adams"))
    assert "Eve" not in caplog.text
    assert told.salt not in caplog.text


texts = st.text(max_size=60) | st.just("\x00") | st.just('{"name":"\\ud800"}') | st.just('{"name":"\\u0000"}')


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sales=st.lists(texts | st.uuids().map(str) | st.just("SALE"), max_size=4),
    salt=texts | st.binary(min_size=32, max_size=32).map(bytes.hex),
    data=texts | st.dictionaries(texts, texts | st.integers(), max_size=3).map(json.dumps),
)
def test_no_record_makes_the_office_fail(scene: Scene, sales: list[str], salt: str, data: str) -> None:
    """Z3."""
    kiosk = scene.kiosk()
    sold, _ = sold_to(kiosk)
    kiosk.send()
    asked = [sold.sale if one == "SALE" else one for one in sales]
    said = send(kiosk, *(wire.CustomerRecord(sale=one, salt=salt, data=data) for one in asked))
    assert sorted(one for part in said for one in part) == sorted(set(asked))
    assert held(scene)[-1] is None
