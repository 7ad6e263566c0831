"""An order's page: how it was paid, its counterfoils, and what its buyer told, for those who may see it."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import create_engine, func, select, text

from shared import sale, wire
from shared.clock import utc
from shared.numbers import show_validation
from syncserver import customers, history, lookup, receipts
from syncserver import models as m
from syncserver.db import Database
from tests.chains import HOUR_MS, PRICE, START_MS, open_scene
from tests.desk import Desk, at_desk
from tests.postgres import as_owner
from tests.server import make_house, post, sell


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return at_desk(open_scene(database, tmp_path))


def sold(desk: Desk) -> str:
    """The page of an order whose buyer told a name, paid partly by card, with counterfoils printed twice."""
    scene, user = desk.scene, str(desk.scene.user)
    kiosk = scene.kiosk("North")
    salt, data = (
        scene.clock.token(32),
        wire.canonical(wire.Customer(name="Eve Adams", phone="+4915112345678", email="eve@example.org")),
    )
    pay = sale.Payment(method="split", amount=PRICE, tendered=PRICE, change=0, card=400, reference="TX 88")
    operator = str(desk.people["operator"])
    made = kiosk.sell(payment=pay, customer=sale.commitment(salt, data), operator=operator)
    line = made.lines[0]
    foil = sale.CounterfoilsPrinted(
        order=line.order, event=line.event, count=5, copy=0, outcome="confirmed", said_by="printer", by=user
    )
    kiosk.journal(foil)
    kiosk.journal(msgspec.structs.replace(foil, copy=1, outcome="failed", approved_by=user))
    kiosk.send()
    record = wire.CustomerRecord(sale=made.sale, salt=salt.hex(), data=data.decode())
    with scene.office.begin() as c:
        customers.take(scene.office, c, kiosk.rsu, kiosk.epoch, [record])
    return f"/admin/orders/{line.order}"


def test_an_order_tells_how_it_was_paid_and_that_its_counterfoils_were_printed_again(desk: Desk) -> None:
    """N10, O5."""
    shown = desk.page(sold(desk))
    for words in (
        "€4.00 of it by card",
        "TX 88",
        "printed again",
        "copy 1",
        "they did not come out whole",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("role", "sees", "erases"),
    [("manager", True, True), ("claims", True, False), ("operator", False, False), ("auditor", False, False)],
)
def test_a_buyer_is_seen_by_those_who_have_to_and_erased_by_managers(
    desk: Desk, role: str, sees: bool, erases: bool
) -> None:
    """K16, O1: least rights, also with people."""
    shown = desk.page(sold(desk), role)
    assert ("Eve Adams" in shown, "/erase" in shown) == (sees, erases)
    assert ("Eve Adams" in desk.page("/admin/orders", role)) == sees
    assert "Buyer" in shown


@pytest.mark.parametrize(
    "asked",
    [
        "adams",
        "eve ad",
        "EVE@example.org",
        "+49 151 1234-5678",
        "0049 151 12345678",
        "0151 12345678",
        "(151) 1234-5678",
        "12345678",
    ],
)
def test_an_order_is_found_by_what_its_buyer_told_by_those_who_may_know_it(desk: Desk, asked: str) -> None:
    """O5, O1: beginnings of names, e-mail whole, phone with or without its country; none of it stands in an address."""
    url = sold(desk)
    found = find(desk, asked, "claims")
    assert url in found.get_data(as_text=True)
    assert found.status_code == 200
    assert url not in find(desk, "%%%", "claims").get_data(as_text=True)
    assert "phone or e-mail" not in desk.page("/admin/orders", "operator")
    assert url not in find(desk, asked, "operator").get_data(as_text=True)


@pytest.mark.parametrize("asked", ["+15112345678", "345678", "5678", "0151 12345679"])
def test_a_part_of_a_phone_number_or_another_country_s_is_nobody_s(desk: Desk, asked: str) -> None:
    """O5: what bears a country’s code is compared whole, and a few last digits name nobody."""
    url = sold(desk)
    assert url not in find(desk, asked, "claims").get_data(as_text=True)


def test_an_index_answers_for_phone_numbers_told_without_their_country(desk: Desk) -> None:
    """O5: among millions too, by the end of the number."""
    sold(desk)
    with desk.scene.office.begin() as c:
        found = lookup.readings(c, desk.scene.organisation, "0151 12345678", people=True)
        (phone,) = [one for one in found if one.kind == "phone"]
        c.execute(text("SET LOCAL enable_seqscan = off"))
        asked = (
            select(m.orders.c.id).where(phone.where).compile(c, compile_kwargs={"render_postcompile": True})
        )
        plan = "\n".join(c.exec_driver_sql(f"EXPLAIN {asked}", asked.params).scalars())
    assert "idx_orders_buyer_phone" in plan
    assert "~>=~ '87654321151'" in plan


def find(desk: Desk, typed: str, role: str = "manager", **more: object) -> Any:
    desk.page("/admin/orders", role)
    return post(desk.browser(role), "/admin/orders/find", q=typed, **more)


@pytest.mark.parametrize("typed", ["North", "nort", "per OPER", "TX 88"])
def test_an_order_is_found_by_kiosk_operator_and_the_card_s_slip(desk: Desk, typed: str) -> None:
    """O5: in the same one box; where there is but one, it is opened."""
    url = sold(desk)
    assert find(desk, typed, "operator").location == url
    assert url not in find(desk, "South", "operator").get_data(as_text=True)


def test_orders_are_found_by_the_names_of_their_event_and_package(desk: Desk) -> None:
    """O5: in the same one box."""
    url = sold(desk)
    with desk.scene.office.begin() as c:
        event = c.scalars(select(m.raffle_events.c.name)).first()
        package = c.scalars(
            select(m.ticket_packages.c.name).join(m.orders, m.orders.c.package_id == m.ticket_packages.c.id)
        ).first()
        found = {
            one.kind
            for typed in (str(event), str(package))
            for one in lookup.readings(c, desk.scene.organisation, typed, people=False)
            if c.scalars(select(m.orders.c.id).where(one.where)).first() == UUID(url.rpartition("/")[2])
        }
    assert {"event", "package"} <= found


def test_a_number_leads_straight_to_its_order(desk: Desk) -> None:
    """O5: order id, validation number, draw number with the event’s code or alone; as an address to send on."""
    url = sold(desk)
    order = url.rpartition("/")[2]
    with desk.scene.office.begin() as c:
        row = c.execute(select(m.orders)).one()
        number = c.scalar(select(m.tickets.c.draw_number).limit(1))
    for typed in (order, row.validation_number, f"TMB1:{row.validation_number}:X:1+5:Y:Z", str(number)):
        answer = find(desk, typed, "auditor")
        assert (answer.status_code, answer.location) == (303, url), typed
    for typed in (f"summer-1-{number}", f"SUMMER-1 {number}", "tx 88"):
        assert find(desk, typed).location == url, typed
    assert url not in find(desk, f"summer-2-{number}").get_data(as_text=True)
    assert find(desk, "").status_code == 303


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("10.00", True),
        ("10,00", True),
        ("€10", True),
        ("10 EUR", True),
        ("10.01", False),
        ("2026-11-18", True),
        ("18.11.2026", True),
        ("18/11/2026", True),
        ("18 Nov 2026", True),
        ("19.11.2026", False),
    ],
)
def test_an_order_is_found_by_its_day_and_its_amount(desk: Desk, typed: str, there: bool) -> None:
    """O5: in the same one box, which narrows the list by them; the address can be sent to a colleague."""
    url = sold(desk)
    with as_owner(desk.scene.office.database) as c:
        c.execute(m.orders.update().values(created_at=utc(START_MS)))
    answer = find(desk, typed, "operator")
    assert answer.status_code == 303
    assert (url in desk.page(answer.location, "operator")) is there


def test_what_may_mean_several_things_is_told_apart(desk: Desk) -> None:
    """O5: a kiosk and a buyer of the same name."""
    url = sold(desk)
    bar = desk.scene.kiosk("Eve’s bar")
    bar.sell()
    bar.send()
    both = find(desk, "Eve").get_data(as_text=True)
    assert "the kiosk Eve’s bar or the buyer’s name" in both
    assert url in both
    assert url not in find(desk, "Eve", **{"as": "kiosk"}).get_data(as_text=True)


def test_orders_are_narrowed_by_state_kiosk_and_amount(desk: Desk) -> None:
    """O5."""
    url = sold(desk)
    with desk.scene.office.begin() as c:
        row = c.execute(select(m.orders)).one()
    for query, there in {
        f"kiosk={row.rsu_id}": True,
        "state=paid": True,
        "state=void": False,
        "source=online": False,
        "least=10&most=10.00": True,
        "least=10.01": False,
        "most=nonsense": True,
        "from=2020-01-01T00:00&to=2020-01-02T00:00": False,
        f"event={row.event_id}&sort=-total_amount": True,
    }.items():
        assert (url in desk.page(f"/admin/orders?{query}")) is there, query


def test_the_list_is_exported_with_times_of_the_venue_and_no_formulas(desk: Desk) -> None:
    """O5: what a spreadsheet would take for a formula is text."""
    desk.scene.kiosk("=cmd()")
    kiosk = desk.scene.kiosk("=HYPERLINK(1)")
    kiosk.sell()
    kiosk.send()
    rows = list(csv.DictReader(io.StringIO(desk.page("/admin/orders?as=csv"))))
    assert rows[0]["Kiosk"] == "'=HYPERLINK(1)"
    assert rows[0]["Sold"].endswith(("+01:00", "+02:00"))
    assert (rows[0]["Paid"], rows[0]["Currency"], rows[0]["State"]) == ("10.00", "EUR", "paid")


def test_exported_orders_bear_their_numbers_as_paper_and_pages_write_them(desk: Desk) -> None:
    """O5: validation numbers in groups, draw numbers as ranges, in the list’s file and in the event’s."""
    kiosk = desk.scene.kiosk("North")
    line, other = kiosk.line(count=3), kiosk.line(count=1)
    second = kiosk.line(count=2)
    apart = msgspec.structs.replace(line, ranges=(*line.ranges, *second.ranges))
    kiosk.sell(apart)
    kiosk.sell(other)
    kiosk.send()
    event = f"/admin/events/{desk.scene.event}/orders.csv"
    for url, numbers, code in (
        ("/admin/orders?as=csv&sort=ticket_count", "Draw numbers", "Validation number"),
        (event, "draw_numbers", "validation_number"),
    ):
        rows = list(csv.DictReader(io.StringIO(desk.page(url))))
        assert {row[code]: row[numbers] for row in rows} == {
            show_validation(line.validation): "1 to 3, 5 to 6",
            show_validation(other.validation): "4",
        }


def test_the_exported_states_are_the_ones_that_the_list_shows(desk: Desk) -> None:
    """O5: the page's words are Python's, the file's the database's."""
    kiosk = desk.scene.kiosk("North")
    sold = [kiosk.sell().lines[0].order for _ in range(7)]
    kiosk.send()
    for order in sold[:2]:
        desk.follow(f"/admin/orders/{order}/refund", reason="The match was moved.")
    o, r = m.orders, m.refunds
    owner = create_engine(desk.scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(
            r.update()
            .where(r.c.order_id == UUID(sold[1]))
            .values(state="done", done_at=func.now(), done_by=desk.scene.user)
        )
        changes: list[dict[str, Any]] = [
            {"is_test": True},
            {"payment_status": "void"},
            {"payment_status": "pending"},
            {"payment_status": "failed"},
            {"source": "online", "rsu_id": None, "offline_created_at": None},
        ]
        for order, changed in zip(sold[2:], changes, strict=True):
            c.execute(o.update().where(o.c.id == UUID(order)).values(changed))
    owner.dispose()
    rows = list(csv.DictReader(io.StringIO(desk.page("/admin/orders?as=csv"))))
    page = desk.page("/admin/orders")
    states = Counter(re.findall(r'<span class="badge [a-z]*">([^<]*)</span>', page))
    assert Counter(row["State"] for row in rows) == states
    assert set(states) == {
        "void, refund due", "void, paid back", "test", "void", "not paid", "failed", "paid",
    }  # fmt: skip
    online = next(row for row in rows if row["Source"] == "online")
    assert (online["Kiosk"], online["Sold"]) == ("on line", online["Taken in"])


def test_an_order_s_history_begins_with_its_sale_whatever_the_clocks_say(desk: Desk) -> None:
    """O5: a kiosk's clock that runs a year ahead puts nothing before the sale."""
    scene = desk.scene
    kiosk = scene.kiosk("North")
    line = kiosk.sell(at=scene.clock.now_ms() + 366 * 24 * HOUR_MS).lines[0]
    kiosk.send()
    with scene.office.begin() as c:
        told = history.of_order(c, UUID(line.order))
    titles = [one.title for one in told]
    assert titles[:2] == ["Sold", "Taken in by the office"]
    assert told[1].at < told[0].at


def test_what_the_office_did_stands_behind_the_taking_in(desk: Desk) -> None:
    """O5, Y5: in a chain the place decides; a print that came in later stands later, whatever its clock says."""
    scene = desk.scene
    kiosk = scene.kiosk("North")
    line = kiosk.sell().lines[0]
    scene.clock.pass_ms(-HOUR_MS)
    kiosk.journal(sale.Printed(order=line.order, copy=0, outcome="confirmed", said_by="printer"))
    kiosk.send()
    desk.follow(f"/admin/orders/{line.order}/void", reason="Nothing was paid for it.")
    kiosk.journal(
        sale.Reprinted(order=line.order, copy=1, reason="damaged", by=str(scene.user)),
        at=scene.clock.now_ms() + 900 * 24 * HOUR_MS,
    )
    scene.clock.pass_ms(1_000)
    kiosk.send_all()
    with scene.office.begin() as c:
        titles = [one.title for one in history.of_order(c, UUID(line.order))]
    assert titles[:3] == ["Sold", "Ticket printed", "Taken in by the office"]
    assert set(titles[3:]) == {"Made void in the office", "Copy 1 asked for, marked REPRINT 1"}


def test_an_order_s_page_names_people_and_things_instead_of_their_ids(desk: Desk) -> None:
    """O5, O2: a fact that was changed behind the office’s back is told, in words; what is told elsewhere is not."""
    scene = desk.scene
    kiosk, other = scene.kiosk("North"), scene.kiosk("South")
    line = kiosk.sell(operator=str(desk.people["operator"])).lines[0]
    kiosk.send()
    o = m.orders
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(o.update().where(o.c.id == UUID(line.order)).values(rsu_id=other.rsu, total_amount=5))
    owner.dispose()
    shown = desk.page(f"/admin/orders/{line.order}")
    assert "kiosk: North → South; paid: €10.00 → €0.05" in shown
    changed = desk.follow(f"/admin/orders/{line.order}/refund", reason="The match was moved.")
    assert "payment: paid" not in changed
    body = re.sub(r'(href|action|value)="[^"]*"', "", changed)
    known = {str(kiosk.rsu), str(other.rsu), str(scene.event), str(scene.package), str(scene.user)}
    assert [one for one in (*known, *map(str, desk.people.values())) if one in body] == []


def test_an_order_s_history_is_told_from_its_sale_on(desk: Desk) -> None:
    """O5: each entry with its place and hash, and as it was journalled; the office’s own steps between them."""
    scene, user = desk.scene, str(desk.scene.user)
    kiosk = scene.kiosk("North")
    line = kiosk.sell().lines[0]
    scene.clock.pass_ms(1_000)
    kiosk.journal(sale.Printed(order=line.order, copy=0, outcome="failed", said_by="printer", detail="paper"))
    scene.clock.pass_ms(1_000)
    kiosk.journal(sale.Reprinted(order=line.order, copy=1, reason="damaged", by=user))
    scene.clock.pass_ms(1_000)
    kiosk.journal(sale.Printed(order=line.order, copy=1, outcome="confirmed", said_by="operator"))
    kiosk.sell()
    kiosk.send()
    scene.clock.pass_ms(1_000)
    url = f"/admin/orders/{line.order}"
    shown = desk.follow(f"{url}/refund", reason="The customer fell ill.")
    told = [
        "<strong>Sold</strong>",
        "Ticket not printed",
        "Copy 1 asked for",
        "Copy 1 printed",
        "Made void in the office",
        "Refund of €10.00 asked for",
    ]
    places = [shown.index(words) for words in told]
    assert places == sorted(places)
    assert "Record changed" not in shown
    assert "marked REPRINT 1" in shown
    assert "The ticket is damaged" in shown
    assert "The customer fell ill." in shown
    assert shown.count("Copy 1 printed") == 1
    raw = json.loads(desk.page(f"{url}/entries/5"))
    assert raw["hash"] == hashlib.sha256(kiosk.entries[4]).hexdigest()
    assert raw["body"]["reason"] == "damaged"
    assert bytes.fromhex(raw["bytes"]) == kiosk.entries[4]
    other = desk.browser("manager").get(f"{url}/entries/7")
    assert other.status_code == 404


def test_a_ticket_is_paid_back_with_its_order_and_noted_at_the_desk(desk: Desk) -> None:
    """S5, N8: what will happen is said first; the desk notes it, once."""
    url = sold(desk)
    before = desk.page(url)
    assert "A ticket is paid back with its whole order" in before
    assert "€4.00 to their card at a terminal" in before
    assert "Pay it back" not in desk.page(url, "claims")
    assert "is to be paid back" in desk.follow(f"{url}/refund", reason="The match was moved.")
    with desk.scene.office.begin() as c:
        refund = c.scalar(select(m.refunds.c.id))
    assert "€10.00 in cash and to cards" in desk.page("/admin/refunds", "claims")
    assert "reference is needed" in desk.follow(f"/admin/refunds/{refund}/done", "claims", reference="")
    assert "Noted" in desk.follow(f"/admin/refunds/{refund}/done", "claims", reference="R 12")
    assert "was paid back already" in desk.follow(f"/admin/refunds/{refund}/done", "claims", reference="R 13")
    assert "R 12" in desk.page(url)
    assert post(desk.browser("operator"), f"{url}/refund", reason="mine").status_code == 403


def test_a_manager_erases_a_buyer_with_a_reason(desk: Desk) -> None:
    """K16."""
    url = sold(desk)
    refused = desk.follow(f"{url}/erase", reason="")
    assert "Reason: that will not do" in refused
    assert "Eve Adams" in refused
    shown = desk.follow(f"{url}/erase", reason="asked for it by letter")
    assert "erased, for good" in shown
    assert "Eve Adams" not in shown
    assert "was erased" in desk.page(url, "operator")
    assert "Nothing is known here" in desk.follow(f"{url}/erase", reason="once more")


def test_an_order_s_page_shows_what_its_paper_says(desk: Desk) -> None:
    """N5, O5: what the kiosk's own ticket of the same sale says stands there too, so that a desk can compare both."""
    kiosk = desk.scene.kiosk("North")
    line = kiosk.sell(kiosk.line(count=70)).lines[0]
    kiosk.send()
    page = desk.page(f"/admin/orders/{line.order}", "claims")
    shown = re.search(r'<div class="paper">.*?</div></section>', page, re.DOTALL)
    assert shown is not None
    paper = html.unescape(re.sub(r"<[^>]+>", " ", shown[0]))
    for words in (
        "Harbour Lifeboats",
        "Summer raffle",
        "North Pier",
        "Your 70 draw numbers",
        "1–70",
        "and 10 more",
    ):
        assert words in paper
    for words in ("Five", "€10.00", "18 Nov 2026 12:06", "North", "Half the pot", "Licence L-1 · Event 1"):
        assert words in paper
    assert show_validation(line.validation) in paper
    assert sale.ticket_payload(line, str(kiosk.rsu)) in paper
    assert "TEST TICKET" not in paper


def test_an_order_that_no_kiosk_sold_has_a_ticket_without_a_code(database: Database, tmp_path: Path) -> None:
    """O8, N5: its numbers come from where they are kept."""
    house = make_house(database, tmp_path)
    sell(house, 7, 3)
    with house.office.begin() as c:
        order = c.scalar(select(m.orders.c.id))
        assert order is not None
        told = receipts.ticket(c, order)
        assert receipts.ticket(c, house.event) is None
    assert told is not None
    assert (told.numbers, told.spans, told.code, told.count) == ((7, 8, 9), "", "", 3)
    assert told.venue == "Arena of Final"
