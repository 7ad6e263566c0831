"""The office's pages: making an event, kiosks, people, the draw, the desk; and nobody sees what is another's."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from sqlalchemy import func, insert, select, update
from sqlalchemy.event import listen

from kiosk.receipt import OFFICE_CHARS_MAX
from shared.errors import Refused
from syncserver import auth, catalog, claims, draws, events, organisations, rsus
from syncserver import models as m
from syncserver.admin import ledger
from syncserver.audit import critical_event
from syncserver.db import Database
from tests.server import PASSWORD, House, close_and_confirm, drawn, log_in, make_event, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def page(house: House, url: str, role: str = "manager") -> str:
    answer = house.client(role).get(url)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def follow(house: House, url: str, role: str = "manager", /, **form: object) -> str:
    """Sends a form and reads the page that it leads to."""
    answer = post(house.client(role), url, **form)
    return page(house, answer.location, role) if answer.status_code == 303 else answer.get_data(as_text=True)


NEW = {
    "name": "Cup night",
    "identifier": "CUP",
    "licence": "DE-1",
    "venue": "new",
    "venue_name": "Stadium",
    "timezone": "America/New_York",
    "opens_at": "2031-05-30T18:00",
    "closes_at": "2031-05-30T21:00",
    "currency": "USD",
    "last_number": "5000",
    "identity_above": "1000",
}


def test_an_event_is_made_by_the_venue_s_clock_and_activated(house: House) -> None:
    """E1, E6, E12: times are the venue's; packages and prizes while it is a draft, then frozen."""
    shown = follow(house, "/admin/events/new", **NEW)
    assert "30 May 2031, 18:00" in shown
    with house.office.begin() as c:
        row = c.execute(select(m.raffle_events).where(m.raffle_events.c.event_identifier == "CUP")).one()
    assert row.opens_at.isoformat() == "2031-05-30T22:00:00+00:00"
    assert events.settings(row.configuration).identity_above == 100_000
    url = f"/admin/events/{row.id}"
    assert "1. Add a package" in shown
    shown = follow(house, f"{url}/packages", name="Five", tickets="5", price="12.50", order="1")
    assert "$12.50" in shown
    shown = follow(
        house, f"{url}/prizes", name="Half", type="percentage", amount="50", position="1", winners="1"
    )
    assert "50 % of sales" in shown
    shown = follow(house, f"{url}/prizes", name="Shirt", type="fixed", amount="80", position="2", winners="1")
    assert "$80.00" in shown
    prize = re.search(r"prizes/([0-9a-f-]{36})/remove", shown)
    assert prize
    assert "Activate this event" in follow(house, f"{url}/prizes/{prize[1]}/remove")
    assert "can never be changed" in page(house, url)
    assert "The event is active" in follow(house, f"{url}/activate")
    refused = follow(house, f"{url}/packages", name="Ten", tickets="10", price="20", order="2")
    assert "can no longer be changed" in refused
    assert "Ten" not in page(house, url)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Name: that will not do"),
        ("currency", "XXQ", "is no currency"),
        ("opens_at", "0001-01-01T00:00", "the year once more"),
        ("opens_at", "0031-05-30T18:00", "the year once more"),
        ("closes_at", "9999-12-31T23:59", "is no date and time"),
        ("opens_at", "2031-05-30T18:00Z", "is no date and time"),
        ("opens_at", "2031-03-09T02:30", "never show 02:30"),
        ("closes_at", "2031-05-30T17:00", "close before it opens"),
        ("opens_at", "soon", "no date and time"),
        ("timezone", "Mars/Base", "time zone"),
        ("last_number", "0", "whole number from 1"),
        ("identity_above", "-5", "number from 0"),
        ("identifier", "FINAL", "has the short code"),
        ("venue", "x", "choose one of the list"),
        ("locale", "tlh", "Tickets cannot be written in “tlh”"),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_what_was_typed(
    house: House, field: str, value: str, words: str
) -> None:
    """E12: the reason stands on the page, nothing typed is lost, nothing half made is left."""
    answer = post(house.client("manager"), "/admin/events/new", **(NEW | {field: value}))
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert words in shown
    assert "2031-05-30T21:00" in shown or field == "closes_at"
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.venues).where(m.venues.c.name == "Stadium")) == 0


def test_the_language_of_tickets_is_chosen_from_a_list(house: House) -> None:
    """E12: amounts on tickets are written as in the event's language and region, and all of the list are known."""
    follow(house, "/admin/events/new", **(NEW | {"locale": "fr_FR"}))
    with house.office.begin() as c:
        row = c.execute(select(m.raffle_events).where(m.raffle_events.c.event_identifier == "CUP")).one()
    assert events.settings(row.configuration).locale == "fr_FR"
    shown = page(house, "/admin/events/new")
    for locale, words in events.LOCALES.items():
        assert f'<option value="{locale}"' in shown
        assert Locale.parse(locale).language == locale[:2]
        assert words


def test_a_package_s_text_is_no_longer_than_paper_bears(house: House) -> None:
    """E6, N5: it is told on the form, where else the printer would cut it."""
    assert events.PAPER_CHARS_MAX == OFFICE_CHARS_MAX
    url, form = f"/admin/events/{house.draft}", {"name": "Six", "tickets": "6", "price": "10", "order": "9"}
    refused = follow(house, f"{url}/packages", **form, description="x" * 1_501)
    assert "1,501 characters; a ticket bears 1,500" in refused
    assert "and a cup of tea" in follow(house, f"{url}/packages", **form, description="and a cup of tea")


def test_a_new_event_begins_in_the_organisation_s_time_zone(house: House) -> None:
    """E1: the zone given at the start, before a venue's or this computer's."""
    with house.office.begin() as c:
        organisations.decide(c, house.organisation, house.people["admin"], timezone="Pacific/Auckland")
    assert "<option selected>Pacific/Auckland</option>" in page(house, "/admin/events/new")


def test_a_kiosk_s_code_is_shown_once(house: House) -> None:
    """K2: un-enrolled and disabled by default; the code is on one page and never again."""
    with house.office.begin() as c:
        venue = c.execute(select(m.venues.c.id).limit(1)).scalar_one()
    answer = post(house.client("manager"), "/admin/kiosks/add", name="South 1", venue=str(venue))
    shown = answer.get_data(as_text=True)
    code = re.search(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", shown)
    assert code
    assert "It asks where the office is: <code>http://localhost</code>" in shown
    board = page(house, "/admin/kiosks")
    assert "South 1" in board
    assert "not enrolled" in board
    assert code[0] not in board
    assert "Another kiosk is called" in follow(house, "/admin/kiosks/add", name="South 1")


def test_stopping_a_kiosk_needs_a_reason(house: House) -> None:
    """K2: the state changes with a reason, under a name."""
    url = f"/admin/kiosks/{house.rsu}"
    assert "Reason: that will not do" in follow(house, f"{url}/state", state="revoked", to="kiosk")
    assert "is revoked" in follow(
        house, f"{url}/state", state="revoked", reason="Lost at the gate", to="kiosk"
    )
    with house.office.begin() as c:
        said = c.execute(
            select(m.critical_events.c.description).where(m.critical_events.c.event_type == "unit_revoked")
        ).scalar_one()
    assert "Lost at the gate" in said


def test_suspending_and_closing_an_event_need_a_reason_and_closing_leads_to_reconciliation(
    house: House,
) -> None:
    """S4, K17: every step that hurts says what will happen and asks why."""
    url = f"/admin/events/{house.event}"
    assert "Every kiosk stops selling" in page(house, url)
    assert "Reason: that will not do" in follow(house, f"{url}/suspend")
    assert "Selling is suspended" in follow(house, f"{url}/suspend", reason="Power cut")
    assert "Selling goes on" in follow(house, f"{url}/resume", reason="Power is back")
    assert "Reason: that will not do" in follow(house, f"{url}/close")
    assert "Sales are closed. Now" in follow(house, f"{url}/close", reason="The match is off")
    with house.office.begin() as c:
        k = m.critical_events
        said = c.execute(select(k.c.description).where(k.c.event_type == "event_closed")).scalar_one()
    assert "The match is off" in said
    shown = page(house, f"{url}/reconcile")
    assert "Confirm reconciliation" in shown


def test_the_draw_is_refused_until_its_gates_are_open(house: House) -> None:
    """D1: before closing and confirmation there is no button, and the form alone does not help."""
    sell(house, 1)
    url = f"/admin/events/{house.event}/draw"
    assert "Freeze the pool and publish" not in page(house, url)
    assert "The event is active" in page(house, url)
    assert 'role="alert"' in follow(house, f"{url}/freeze", source="none")
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.draw_executions)) == 0


def test_the_draw_goes_step_by_step_to_an_official_result(house: House) -> None:
    """D1, D6, D8: freeze, commit, dice, draw, official; nothing public before the last."""
    for i in range(4):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    anonymous = house.client("anonymous")
    shown = follow(house, f"/admin/events/{house.event}/draw/freeze", source="dice", form="3d6")
    with house.office.begin() as c:
        draw = c.execute(select(m.draw_executions.c.id)).scalar_one()
        digest = c.execute(select(m.draw_executions.c.manifest_sha256)).scalar_one()
    url = f"/admin/draws/{draw}"
    assert "20 tickets" in shown
    assert digest in anonymous.get(f"/draws/{draw}").get_data(as_text=True)
    assert "once, after the seed" in follow(house, f"{url}/entropy", text="1 2 3")
    assert "The 3 dice, in the order they fell (3 numbers from 1 to 6)" in follow(house, f"{url}/commit")
    assert "The 3rd, 9, is not on a die with 6 sides." in follow(house, f"{url}/entropy", text="1 2 9")
    assert "You typed 2 results; 3 are needed." in follow(house, f"{url}/entropy", text="1 2")
    assert "&#39;six&#39; is no number." in follow(house, f"{url}/entropy", text="1 2 six")
    assert "Now a second person keys it" in follow(house, f"{url}/entropy", text=" 1, 2  6 ")
    assert "the second person is another" in follow(house, f"{url}/entropy", text="1 2 6")
    assert "Draw the winners" in follow(house, f"{url}/entropy", "admin", text="1 2 6")
    shown = follow(house, f"{url}/execute")
    assert "Only those who conduct the draw see this" in shown
    assert 'class="winner"' not in page(house, url, "auditor")
    with house.office.begin() as c:
        won = [row.number for row in draws.results(c, house.event, official_only=False)]
    assert len(won) == 2
    assert all(f'<div class="number">{n}</div>' in shown for n in won)
    for place in (f"/draws/{draw}", f"/events/{house.event}", f"/events/{house.event}/jackpot", "/"):
        assert 'class="winner"' not in anonymous.get(place).get_data(as_text=True)
    assert anonymous.get(f"/draws/{draw}/bundle.json").status_code == 404
    assert "official and public" in follow(house, f"{url}/official")
    public = anonymous.get(f"/draws/{draw}").get_data(as_text=True)
    assert all(f'<div class="number">{n}</div>' in public for n in won)
    assert "€16.00" in public  # half of four sales of 8.00


def test_an_attempt_given_up_stays_on_record(house: House) -> None:
    """D11: a page lists every draw, failed ones too; the next attempt begins anew."""
    sell(house, 1)
    close_and_confirm(house)
    follow(house, f"/admin/events/{house.event}/draw/freeze", source="none")
    with house.office.begin() as c:
        draw = c.execute(select(m.draw_executions.c.id)).scalar_one()
    assert "given up" in follow(house, f"/admin/draws/{draw}/fail", reason="Wrong prize list read out")
    shown = page(house, f"/admin/events/{house.event}/draw")
    assert "Wrong prize list read out" in shown
    assert "Freeze the pool and publish" in shown
    assert "Wrong prize list read out" in house.client("anonymous").get(f"/draws/{draw}").get_data(
        as_text=True
    )


def test_a_prize_is_paid_once_at_the_desk(house: House) -> None:
    """D9: won, paid with a receipt; the second time refused with when and where."""
    validations = [sell(house, 1 + 5 * i, counter=i + 1) for i in range(3)]
    close_and_confirm(house)
    by = house.people["manager"]
    draw = draws.draw_now(house.office, house.event, by)
    with house.office.begin(by) as c:
        draws.make_official(house.office, c, draw, by)
        found = [claims.validate(house.office, c, v) for v in validations]
    ticket, prize = next((f.validation, f.prizes[0]) for f in found if f.prizes)
    shown = follow(house, "/admin/claims", "claims", ticket=ticket.lower())
    assert "It has won" in shown
    assert str(prize.result) in shown
    form = {"ticket": ticket, "result": str(prize.result), "name": "Wilma Winner", "desk": "Desk 3"}
    receipt = follow(house, "/admin/claims/pay", "claims", **form)
    assert "Receipt of payment" in receipt
    assert "Wilma Winner" in receipt
    again = follow(house, "/admin/claims/pay", "claims", **form)
    assert "was paid on" in again
    assert "Desk 3" in again
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.prize_claims)) == 1
    assert "It has won" not in follow(house, "/admin/claims", "claims", ticket="not a ticket")


def test_an_order_is_found_by_every_number_that_it_has(house: House) -> None:
    """O5: validation number however typed, a QR's text, a draw number, the order's id."""
    validation = sell(house, 101)
    with house.office.begin() as c:
        order = c.execute(select(m.orders.c.id)).scalar_one()
    dashed = "-".join(validation[i : i + 4].lower() for i in range(0, 16, 4))
    for text in (validation, dashed, f"TMB1:{validation}:X:101+5:Y:Z", "103", str(order)):
        assert str(order) in page_with(house, text), text
    for text in ("106", "0000-0000-0000-0001", "nothing"):
        assert str(order) not in page_with(house, text), text
    shown = page(house, f"/admin/orders/{order}", "operator")
    assert "105" in shown
    assert "void" in follow(house, f"/admin/orders/{order}/void", reason="Sold by mistake")
    assert "already" in follow(house, f"/admin/orders/{order}/void", reason="Again").lower()


def page_with(house: House, text: str) -> str:
    answer = house.client("operator").get("/admin/orders", query_string={"q": text})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_tables_are_exported(house: House) -> None:
    """O3, O5: CSV, as it stands in the database."""
    sell(house, 1)
    orders = house.client("auditor").get(f"/admin/events/{house.event}/orders.csv")
    assert orders.mimetype == "text/csv"
    assert len(list(csv.DictReader(io.StringIO(orders.get_data(as_text=True))))) == 1
    tickets = house.client("auditor").get(f"/admin/events/{house.event}/tickets.csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(tickets)))
    assert [row["draw_number"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert set(rows[0]) == {"event_id", "draw_number", "state", "order_id", "validation_number", "rsu"}


def test_a_manager_makes_operators_but_no_administrators(house: House) -> None:
    """O1: nobody gives more than they have."""
    form = {"name": "Kim", "username": "kim", "pin": "4711"}
    assert "Kim" in follow(house, "/admin/users/add", role="operator", **form)
    dee = {"username": "dee", "name": "Dee", "password": "correct horse battery staple"}
    told = follow(house, "/admin/users/add", role="operator", **dee)
    assert "Made. Dee can log in to the office." in told
    assert "Kiosks know the PIN" not in told
    refused = follow(house, "/admin/users/add", role="admin", **(form | {"username": "eve"}))
    assert "not yours to give" in refused
    boss = house.people["admin"]
    taken = follow(house, f"/admin/users/{boss}/secret", password="taken over by me!")
    assert "not yours to change" in taken
    assert log_in(house.app.test_client(), "admin").status_code == 303


@pytest.mark.parametrize("setter", auth.STAFF)
@pytest.mark.parametrize("whose", auth.STAFF)
@pytest.mark.parametrize("kind", ["password", "pin"])
def test_only_an_administrator_holds_the_secrets_of_those_who_countersign(
    house: House, setter: str, whose: str, kind: str
) -> None:
    """O1, Z1: nobody can make themselves a second person to sign as."""
    user, given = house.people[whose], {"password": "taken over by me!", "pin": "90210"}[kind]

    def kept() -> tuple[object, ...]:
        with house.office.begin() as c:
            la, op = m.local_accounts, m.operator_pins
            return (
                c.scalar(select(la.c.password_hash).where(la.c.user_id == user)),
                c.scalar(select(op.c.pin_hash).where(op.c.user_id == user)),
            )

    before = kept()
    post(house.client(setter), f"/admin/users/{user}/secret", **{kind: given})
    may = setter == "admin" or (setter == "manager" and whose in {"manager", "operator"})
    # One's own password is changed with the present one alone.
    may = may and (setter, kind) != (whose, "password")
    assert (kept() != before) == may


@pytest.mark.parametrize("role", [role for role in auth.STAFF if role != "operator"])
def test_a_manager_makes_nobody_who_countersigns(house: House, role: str) -> None:
    """O1, Z1: a person made with a password of one's own choosing would be a second self."""
    form = {"name": "Eve", "username": "eve", "password": "of my own choosing", "role": role}
    assert "not yours to give" in follow(house, "/admin/users/add", **form)
    with house.office.begin() as c:
        assert (
            c.scalar(select(m.local_accounts.c.user_id).where(m.local_accounts.c.username == "eve")) is None
        )


def test_a_manager_sets_no_secret_of_another_manager(house: House) -> None:
    """O1: one's own, and the operators'."""
    with house.office.begin() as c:
        other = auth.create_user(c, house.organisation, "peer", "Peer", PASSWORD, "manager")
    assert "not yours to change" in follow(
        house, f"/admin/users/{other}/secret", password="taken over by me!"
    )
    assert log_in(house.app.test_client(), "peer").status_code == 303


def active(house: House, user: UUID) -> bool:
    with house.office.begin() as c:
        return bool(c.scalar(select(m.users.c.is_active).where(m.users.c.id == user)))


def test_whoever_is_deactivated_is_out_until_somebody_takes_them_back(house: House) -> None:
    """O1, O2: sessions end, no log-in, a reason under a name; and the same way back."""
    user, browser = house.people["operator"], house.client("operator")
    assert browser.get("/admin/kiosks").status_code == 200
    assert "Reason: that will not do" in follow(house, f"/admin/users/{user}/deactivate")
    assert active(house, user)
    told = follow(house, f"/admin/users/{user}/deactivate", reason="Left the house")
    assert "is deactivated and logged out" in told
    assert "Reactivate…" in told
    assert browser.get("/admin/kiosks").status_code == 401
    assert log_in(house.app.test_client(), "operator").status_code != 303
    assert "Left the house" in page(house, "/admin/audit/events", "auditor")
    assert "Active" in page(house, "/admin/audit?table=users", "auditor")
    assert "is reactivated" in follow(house, f"/admin/users/{user}/reactivate", reason="Is back")
    assert browser.get("/admin/kiosks").status_code == 401, "the session of before stays ended"
    assert log_in(house.app.test_client(), "operator").status_code == 303


@pytest.mark.parametrize("setter", auth.STAFF)
@pytest.mark.parametrize("whose", auth.STAFF)
def test_who_may_take_whom_out_of_the_house(house: House, setter: str, whose: str) -> None:
    """O1: an administrator all others, an event manager the operators; nobody themselves."""
    user = house.people[whose]
    post(house.client(setter), f"/admin/users/{user}/deactivate", reason="Because I say so")
    may = (setter == "admin" and whose != "admin") or (setter == "manager" and whose == "operator")
    assert active(house, user) == (not may)


def test_a_customer_is_nobody_s_to_take_out_as_staff_are(house: House) -> None:
    """O7: customers are banned, on their own page and with what belongs to it."""
    user, ou = house.people["operator"], m.organization_users
    with house.office.begin() as c:
        c.execute(update(ou).where(ou.c.user_id == user).values(role="customer"))
    post(house.client("admin"), f"/admin/users/{user}/deactivate", reason="Because I say so")
    assert active(house, user)


def test_the_last_administrator_and_oneself_stay(house: House) -> None:
    """O1: there is always somebody who can let people in."""
    boss = house.people["admin"]
    assert "Nobody deactivates themselves" in follow(
        house, f"/admin/users/{boss}/deactivate", "admin", reason="Tired of it"
    )
    now = house.office.now()
    with house.office.begin() as c, pytest.raises(Refused, match="last administrator"):
        auth.set_active(c, house.organisation, boss, False, house.people["manager"], "Mutiny", now)
    with house.office.begin() as c:
        other = auth.create_user(c, house.organisation, "second", "Second", PASSWORD, "admin")
        rival = events.create_organisation(c, "Rivals", "EUR")
        stranger = auth.create_user(c, rival, "rival", "Ri Val", PASSWORD, "operator")
    assert "is deactivated" in follow(house, f"/admin/users/{other}/deactivate", "admin", reason="Left")
    refused = follow(house, f"/admin/users/{stranger}/deactivate", "admin", reason="Not mine")
    assert "not yours to change" in refused
    assert active(house, stranger)


def test_the_people_s_page_says_who_is_a_supervisor(house: House) -> None:
    """O1: the roles that the catalog makes supervisors are named as such, and no others."""
    assert {role for role, words in auth.ROLE_MAY.items() if "supervisor" in words} == set(catalog.SUPERVISE)
    assert {role for role, words in auth.ROLE_MAY.items() if "no kiosk" in words} == (
        set(auth.STAFF) - set(catalog.WORK_AT_KIOSKS)
    )
    shown = page(house, "/admin/users")
    assert all(words in shown for words in auth.ROLE_MAY.values())


def test_a_longer_trail_asks_the_database_no_more(house: House) -> None:
    """O2: each page of it is a handful of questions, however many changes it shows."""
    asked: list[str] = []
    listen(house.office.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def counted() -> int:
        page(house, "/admin/audit", "auditor")
        asked.clear()
        page(house, "/admin/audit", "auditor")
        return len(asked)

    before = counted()
    with house.office.begin(house.people["admin"]) as c:
        for n in range(10):
            events.add_perk(c, house.organisation, f"Scarf {n}", house.people["admin"])
            rsus.create_rsu(c, house.organisation, f"South {n}")
    assert counted() == before


def test_the_trail_says_who_changed_what(house: House) -> None:
    """O2: before, after, who, when."""
    follow(house, f"/admin/events/{house.event}/suspend", reason="Power cut")
    shown = page(house, "/admin/audit?table=raffle_events", "auditor")
    assert "Per manager" in shown
    assert "suspended" in shown


def test_an_auditor_sees_all_and_moves_nothing(house: House) -> None:
    """O1: least rights."""
    assert "Activate this event" not in page(house, f"/admin/events/{house.draft}", "auditor")
    assert post(house.client("auditor"), f"/admin/events/{house.draft}/activate").status_code == 403


def test_what_belongs_to_another_organisation_is_not_there(house: House) -> None:
    """O1: rights end at the organisation."""
    with house.office.begin() as c:
        other = events.create_organisation(c, "Rivals", "EUR")
        boss = auth.create_user(c, other, "rival", "Ri Val", PASSWORD, "admin")
        event = make_event(house.office, c, other, boss, "Theirs")
        rsu = rsus.create_rsu(c, other, "Their kiosk")
        venue = c.execute(select(m.venues.c.id).where(m.venues.c.organization_id == other)).scalar_one()
    sell(house, 1)
    with house.office.begin() as c:
        order: UUID = c.execute(select(m.orders.c.id)).scalar_one()
    for url in (f"/admin/events/{event}", f"/admin/events/{event}/reconcile", f"/admin/events/{event}/draw",
                f"/admin/events/{event}/orders.csv", f"/admin/kiosks/{rsu}", f"/admin/findings?event={event}",
                f"/admin/orders?event={event}"):  # fmt: skip
        assert house.client("admin").get(url).status_code == 404, url
    for url in (f"/admin/events/{event}/activate", f"/admin/kiosks/{rsu}/code", f"/admin/kiosks/{rsu}/state"):
        assert post(house.client("admin"), url, state="disabled", reason="mine now").status_code == 404, url
    assert "choose one of the list" in follow(house, "/admin/events/new", **(NEW | {"venue": str(venue)}))
    assert "Theirs" not in page(house, "/admin/", "admin")
    assert "Their kiosk" not in page(house, "/admin/kiosks", "admin")
    rival = house.app.test_client()
    log_in(rival, "rival")
    assert rival.get(f"/admin/orders/{order}").status_code == 404
    assert str(order) not in rival.get("/admin/orders").get_data(as_text=True)
    assert "Per manager" not in rival.get("/admin/audit").get_data(as_text=True)
    with house.office.begin() as c:
        validation = c.execute(select(m.orders.c.validation_number)).scalar_one()
    told = post(rival, "/admin/claims", ticket=validation).get_data(as_text=True)
    assert "another organisation" in told


def test_the_trail_of_one_organisation_tells_another_nothing_even_of_who_works_for_both(house: House) -> None:
    """O1, O4: a row belongs to the organisation it leads to, whoever changed it; without one to where they worked."""
    with house.office.begin() as c:
        away = events.create_organisation(c, "Elsewhere", "EUR")
        both = auth.create_user(c, away, "both", "Of both", PASSWORD, "admin")
        c.execute(
            insert(m.organization_users).values(
                organization_id=house.organisation, user_id=both, role="admin"
            )
        )
    with house.office.begin(both, house.organisation) as c:
        c.execute(
            update(m.raffle_events).where(m.raffle_events.c.id == house.event).values(name="Ours alone")
        )
        c.execute(update(m.users).where(m.users.c.id == both).values(display_name="Renamed here"))
    with house.office.begin(both, away) as c:
        rsus.create_rsu(c, away, "Far 1")
    with house.office.begin() as c:
        a = m.audit_log

        def told(organisation: UUID) -> str:
            rows = c.execute(
                select(a.c.new_data).where(ledger.visible(c, organisation), a.c.changed_by == both)
            )
            return str(rows.all())

        ours, theirs = told(house.organisation), told(away)
        unsaid = (
            c.execute(select(a.c.table_name).where(a.c.organization_id.is_(None)).distinct()).scalars().all()
        )
    assert "Ours alone" in ours
    assert "Renamed here" in ours
    assert "Far 1" not in ours
    assert "Far 1" in theirs
    assert "Ours alone" not in theirs
    assert "Renamed here" not in theirs
    assert not {"raffle_events", "orders", "tickets", "rsus", "rsu_allocations", "organizations"} & set(
        unsaid
    )


def test_a_manager_moves_the_close_by_the_venue_s_clock(house: House) -> None:
    """S4: with a reason, while sales are open; the form shows the time as it stands."""
    url = f"/admin/events/{house.event}"
    assert 'action="' + url + '/move-close"' in page(house, url)
    assert "move-close" not in page(house, url, "auditor")
    move = f"{url}/move-close"
    assert "30 May 2031, 21:00" not in follow(house, move, closes_at="2031-05-30T21:00", reason="")
    assert "30 May 2031, 21:00" in follow(house, move, closes_at="2031-05-30T21:00", reason="extra time")
    with house.office.begin() as c:
        row = c.execute(select(m.raffle_events).where(m.raffle_events.c.id == house.event)).one()
    assert row.closes_at.isoformat() == "2031-05-30T19:00:00+00:00"
    assert "is past" in follow(house, move, closes_at="2001-05-30T21:00", reason="back in time")


def test_critical_events_are_found_by_time_unit_and_code_together(house: House) -> None:
    """O4: searched by time (the house's), unit and code together; what another organisation's kiosks did is not shown."""
    at = datetime(2031, 5, 30, 20, 15, tzinfo=UTC)
    with house.office.begin() as c:
        south = rsus.create_rsu(c, house.organisation, "South 1")
        away = rsus.create_rsu(c, events.create_organisation(c, "Elsewhere", "EUR"), "Far 1")
        for unit, code, minutes in (
            (house.rsu, "printer_cover", 0),
            (house.rsu, "printer_cover", 60),
            (house.rsu, "link_lost", 0),
            (south, "printer_cover", 0),
            (away, "printer_cover", 0),
        ):
            words = f"{code} {unit} {minutes}"
            critical_event(c, code, "WARN", words, rsu_id=unit, at=at + timedelta(minutes=minutes))

    def found(**asked: str) -> set[str]:
        shown = house.client("auditor").get("/admin/audit/events", query_string=asked).get_data(as_text=True)
        return set(re.findall(r'<td class="told wide" [^>]*>((?:printer_cover|link_lost) [^<]+)</td>', shown))

    assert len(found()) == 4
    together = {
        "unit": str(house.rsu),
        "code": "printer_cover",
        "from": "2031-05-30T22:00",
        "to": "2031-05-30T22:15",
    }
    assert found(**together) == {f"printer_cover {house.rsu} 0"}
    assert found(unit=str(house.rsu)) == {
        f"printer_cover {house.rsu} 0",
        f"printer_cover {house.rsu} 60",
        f"link_lost {house.rsu} 0",
    }
    assert found(code="link_lost", unit=str(south)) == set()
    assert len(found(**{"from": "2031-05-30T22:16"})) == 1
    assert len(found(to="9999-12-31T23:59")) == 4
    assert len(found(severity="WARN", code="printer_cover")) == 3


def test_a_finding_says_its_numbers_as_a_person_would(house: House) -> None:
    """Y10: ranges instead of thousands of numbers; the order is one touch away."""
    order = "018f0000-0000-7000-8000-000000000009"
    details = {
        "sold_twice": {"order": order, "numbers": [3, 4, 5, 9], "others": ["one", "two"]},
        "outside_block": {"order": order, "numbers": [[7, 5], [30, 1]]},
        "unit_missing": {"by": "x", "blocks": [[1, 500], [900, 999]]},
    }
    with house.office.begin() as c:
        for kind, detail in details.items():
            values = {"event_id": house.event, "kind": kind, "severity": "ERROR", "blocking": True}
            c.execute(m.findings.insert().values(detail=detail, **values))
    shown = page(house, "/admin/findings")
    for words in ("3–5, 9", "one, two", "7–11, 30", "1–500, 900–999", f"/admin/orders?q={order}"):
        assert words in shown


def test_the_menu_leads_to_every_event_s_reports_and_to_one_s_own_account(house: House) -> None:
    """O3, O1: without a way through the event; drafts have none."""
    browser = house.client("auditor")
    shown = browser.get("/admin/reports").get_data(as_text=True)
    assert 'href="/admin/reports" aria-current="page"' in shown
    assert f"/admin/events/{house.event}/reports" in shown
    assert f"/admin/events/{house.draft}/reports" not in shown
    assert browser.get("/admin/reports?format=csv").status_code == 200
    for role in auth.STAFF:
        # The claims desk is led on to its own page.
        first = house.client(role).get("/admin/", follow_redirects=True)
        menu = first.get_data(as_text=True).partition("</nav>")[0]
        assert ">Your account</a>" in menu, role
        assert (">Reports</a>" in menu) == (role in {"admin", "manager", "auditor"}), role


def test_what_happens_at_no_venue_is_told_by_the_organisation_s_clock(house: House) -> None:
    """O1: log-ins, invitations and lists bear the name of that clock, and filters mean it; venues keep their own."""
    with house.office.begin() as c:
        organisations.decide(c, house.organisation, house.people["admin"], timezone="Pacific/Honolulu")
    here = house.office.now().astimezone(ZoneInfo("Pacific/Honolulu"))
    browser = house.client("admin")
    post(browser, "/admin/users/invite", email="x@example.org", role="operator")
    for url in ("/admin/account", "/admin/users"):
        shown = page(house, url, "admin")
        assert re.search(r"\d\d:\d\d HST", shown), url
        assert not re.search(r"\d\d:\d\d UTC", shown), url
    before = f"{here - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    after = f"{here + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert "x@example.org" in page(house, f"/admin/notifications?since={before}&until={after}", "admin")
    assert "x@example.org" not in page(house, f"/admin/notifications?since={after}", "admin")
    assert "(Europe/Berlin)" in page(house, f"/admin/events/{house.event}", "admin")


def test_the_trail_is_told_in_words_that_an_auditor_understands(house: House) -> None:
    """O2: amounts as money of their event, prizes by name, no name of a table or a column."""
    sell(house, 1, 100)
    close_and_confirm(house)
    drawn(house, official=True)
    shown = house.client("auditor").get("/admin/audit?per=200").get_data(as_text=True)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))
    assert "added result" in words
    assert "Worth €150.00" in words
    assert "15000" not in words
    assert "Worth: Jersey €150.00" in words
    assert "before: in progress → after: completed" in words
    assert "Public chance from: source none: one must trust the office" in words
    for raw in ("in_progress", "event cut", "rsu ", "Entropy", "Prize value at draw"):
        assert raw not in words, raw
