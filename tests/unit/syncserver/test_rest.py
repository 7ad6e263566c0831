"""The programming interface: every call × every token, problems in words, keys that do things once, lists in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.event import listen

from syncserver import auth, claims, draws, events, reconcile, rest, rsus, tokens
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.db import Database
from syncserver.rest.ground import BODY_BYTES_MAX
from tests.postgres import Cluster, as_owner
from tests.server import (
    PASSWORD,
    House,
    StandingClock,
    close_and_confirm,
    drawn,
    make_event,
    make_house,
    post,
    sell,
)


class Program:
    """A program with a token of a role, or with none."""

    def __init__(self, house: House, role: str = "", maker: str = "admin") -> None:
        self.browser: FlaskClient = house.app.test_client()
        self.shown: dict[str, str] = {}
        if role:
            with house.office.begin(house.people[maker]) as c:
                _, secret = tokens.make(
                    house.office, c, house.organisation, house.people[maker], maker, "Test", role, 1
                )
            self.shown = {"Authorization": f"Bearer {secret}"}

    def get(self, url: str, **headers: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - werkzeug's own type
        return self.browser.get(
            url, headers=self.shown | {k.replace("_", "-"): v for k, v in headers.items()}
        )

    def json(self, url: str) -> Any:
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.get_data(as_text=True))
        return answer.get_json()

    def post(self, url: str, body: object, key: str | None = None, **headers: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as above
        keyed = self.shown | ({} if key is None else {"Idempotency-Key": key}) | headers
        return self.browser.post(url, json=body, headers=keyed)


def unlimited(house: House) -> House:
    """A house whose programs may ask as often as a test does."""
    house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(house.clock), 10**9, 10**9, 10**9)
    return house


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return unlimited(make_house(database, tmp_path))


@pytest.fixture(scope="module")
def shared_house(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for what changes nothing in it."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres.fresh())
        house = unlimited(make_house(database, tmp_path_factory.mktemp("home")))
        for i in range(3):
            sell(house, 1 + 5 * i, counter=i + 1)
        yield house


def order_of(house: House) -> UUID:
    with house.office.begin() as c:
        return UUID(str(c.execute(select(m.orders.c.id).limit(1)).scalar_one()))


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem that an answer tells, which has all that a problem has."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = answer.get_json()
    assert told["type"] == f"/api/problems/{kind}"
    assert told["status"] == status
    assert all(told[name] for name in ("title", "detail", "hint", "code"))
    return told


# Who may ---------------------------------------------------------------------------------------------


def test_every_call_lets_in_the_tokens_that_it_names_and_no_others(shared_house: House) -> None:
    """Z2: every call × every role's token, none, one that is not good, and a person's session."""
    house = shared_house
    programs = {role: Program(house, role) for role in auth.STAFF} | {"": Program(house)}
    programs["bad"] = Program(house)
    programs["bad"].shown = {"Authorization": "Bearer tmb_" + "0" * 64}
    programs["basic"] = Program(house)
    programs["basic"].shown = {"Authorization": "Basic YWRtaW46YWRtaW4="}
    programs["person"] = Program(house)
    programs["person"].browser = house.client("admin")
    places = {
        "event": house.event,
        "kiosk": house.rsu,
        "order": order_of(house),
        "competition_id": house.event,
    }
    seen = 0
    for one in rest.OPERATIONS:
        url = one.rule
        for part in ("event", "kiosk", "order", "draw", "customer", "competition_id"):
            url = url.replace(f"<uuid:{part}>", str(places.get(part, uuid4())))
        url = url.replace("<report>", "summary").replace("<table>", "sales")
        for role, program in programs.items():
            answer = program.get(url) if one.method == "GET" else program.post(url, {}, "k")
            what = f"{role or 'nobody'}: {one.method} {url} answered {answer.status_code}"
            seen += 1
            if not one.roles:
                assert answer.status_code == 200, what
            elif role not in auth.STAFF:
                problem(answer, 401, "unauthorized")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer"), what
            elif role not in one.roles:
                problem(answer, 403, "forbidden")
            else:
                assert answer.status_code in {200, 400, 404}, what
            answer.close()
    assert seen > 200


def test_a_customer_s_session_opens_their_tickets_and_nothing_else(house: House) -> None:
    """O12: who is signed in as a customer has their own; no call that changes something takes a session."""
    assert [one.rule for one in rest.OPERATIONS if one.customers] == ["/tickets/user"]
    assert all(one.method == "GET" for one in rest.OPERATIONS if one.customers)
    for role in auth.STAFF:
        problem(house.client(role).get("/tickets/user"), 401, "unauthorized")
    sell(house, 1)
    sell(house, 6, counter=2)
    o = m.orders
    with as_owner(house.office.database) as c:
        first = select(o.c.id).order_by(o.c.validation_number).limit(1).scalar_subquery()
        c.execute(o.update().where(o.c.id == first).values(source="online", created_by=house.customer))
    browser = house.client("customer")
    for url in (
        "/tickets/user",
        f"/tickets/user?competitionId={house.event}",
        f"/tickets/user?userId={uuid4()}",
    ):
        told = browser.get(url)
        assert told.status_code == 200
        assert len(told.get_json()["tickets"]) == 5
    problem(browser.get("/api/v1/orders"), 401, "unauthorized")
    manager = Program(house, "manager")
    about = f"/api/v1/customers/{house.customer}"
    assert [one["id"] for one in manager.json("/api/v1/customers")["items"]] == [str(house.customer)]
    assert manager.json(about)["banned_at"] is None
    banned = manager.post(f"{about}/ban", {"reason": "Paid with a stolen card"}, "b").get_json()
    assert banned["banned_reason"] == "Paid with a stolen card"
    assert len(manager.json("/api/v1/customers?banned=true")["items"]) == 1
    problem(browser.get("/tickets/user"), 401, "unauthorized")
    assert (
        manager.post(f"{about}/lift-ban", {"reason": "It was another"}, "l").get_json()["banned_at"] is None
    )


def test_another_organisation_sees_nothing(house: House) -> None:
    """O1: what is another's is answered as if it did not exist, in every call that names a thing."""
    sell(house, 1)
    order = order_of(house)
    with house.office.begin() as c:
        rival = events.create_organisation(c, "Rivals", "EUR")
        boss = auth.create_user(c, rival, "rival", "Ri Val", PASSWORD, "admin")
        _, secret = tokens.make(house.office, c, rival, boss, "admin", "Spy", "admin", 1)
        critical_event(c, "secret_thing", "INFO", "of the first house", event_id=house.event)
        critical_event(c, "people_thing", "INFO", "of the first house", user_id=house.people["admin"])
    spy = Program(house)
    spy.shown = {"Authorization": f"Bearer {secret}"}
    places = {
        "event": house.event,
        "kiosk": house.rsu,
        "order": order,
        "draw": uuid4(),
        "customer": house.customer,
    }
    for one in rest.OPERATIONS:
        if not one.roles:
            continue
        url = one.rule
        for part, value in places.items():
            url = url.replace(f"<uuid:{part}>", str(value))
        url = url.replace("<report>", "summary").replace("<table>", "sales")
        bodies = {"Cause": {"reason": "to spy"}, "KioskMessage": {"text": "hello"}}
        if one.method == "POST":
            body = bodies.get(one.body.__name__ if one.body else "")
            if body is not None:
                problem(spy.post(url, body, str(uuid4())), 404, "not-found")
        elif "<" in one.rule:
            problem(spy.get(url), 404, "not-found")
        else:
            told = spy.get(url).get_data(as_text=True)
            assert str(house.event) not in told, url
            assert str(house.people["admin"]) not in told, url
            assert "of the first house" not in told, url
    with house.office.begin() as c:
        assert c.execute(select(m.orders.c.payment_status)).scalar_one() == "paid"


# What goes wrong -------------------------------------------------------------------------------------


def test_what_goes_wrong_is_told_as_a_problem(shared_house: House) -> None:
    """Z2, Z3: each with its type, and the type is a page that says what to do."""
    house = shared_house
    program = Program(house, "admin")
    url = f"/api/v1/orders/{order_of(house)}/void"
    problem(program.get("/api/v1/nothing"), 404, "not-found")
    problem(program.get("/api/nothing"), 404, "not-found")
    problem(program.get("/api/v1/events/nothing"), 404, "not-found")
    problem(program.get("/api/v1/events?limit=0"), 400, "malformed")
    problem(program.get("/api/v1/events?limit=1&limit=2"), 400, "malformed")
    problem(program.get("/api/v1/events?nonsense=1"), 400, "malformed")
    problem(program.get("/api/v1/events?cursor=AAAA"), 422, "unfit")
    problem(program.get("/api/v1/events?cursor=%C3%A9"), 422, "unfit")
    problem(program.get("/api/v1/orders?number=%00"), 400, "malformed")
    answer = program.browser.delete("/api/v1/events", headers=program.shown)
    problem(answer, 405, "method")
    assert "GET" in answer.headers["Allow"]
    problem(program.post(url, {"reason": "mistake"}), 400, "key-missing")
    problem(program.post(url, {"reason": "mistake"}, "a b"), 400, "malformed")
    problem(program.post(url, {"reason": "mistake"}, "x" * 201), 400, "malformed")
    problem(program.post(url, {"reason": "m"}, "1"), 400, "malformed")
    problem(program.post(url, {"reason": "mistake", "more": 1}, "1"), 400, "malformed")
    problem(program.post(url, [], "1"), 400, "malformed")
    keyed = program.shown | {"Idempotency-Key": "2"}
    problem(program.browser.post(url, data="reason=x", headers=keyed), 415, "media-type")
    for body in (b"{", b"\xff", b"[" * 60_000, b'{"reason":"\xed\xa0\x80 abc"}'):
        sent = program.browser.post(url, data=body, headers=keyed, content_type="application/json")
        problem(sent, 400, "malformed")
    large = program.browser.post(
        url, data=b" " * (BODY_BYTES_MAX + 1), headers=keyed, content_type="application/json"
    )
    problem(large, 413, "too-large")
    wrong = program.browser.post(
        url, data=b"{}", headers=keyed, content_type="application/json; charset=latin-1"
    )
    problem(wrong, 415, "media-type")
    for name, kind in rest.PROBLEMS.items():
        page = program.browser.get(f"/api/problems/{name}").get_data(as_text=True)
        assert kind.title in page
        assert "What to do" in page


def test_who_asks_too_often_is_told_when_to_come_back(house: House) -> None:
    """Z2: a token has a limit of its own, and so has an address that shows none that is good."""
    clock = StandingClock()
    house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(clock), 5, 3)
    program, other, stranger = Program(house, "auditor"), Program(house, "auditor"), Program(house)
    assert [program.get("/api/v1/organisation").status_code for _ in range(6)] == [200] * 5 + [429]
    answer = program.get("/api/v1/organisation")
    assert "This token asks too often: 5 requests a minute" in problem(answer, 429, "too-many")["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 12
    assert other.get("/api/v1/organisation").status_code == 200
    assert [stranger.get("/api/v1/organisation").status_code for _ in range(4)] == [401] * 3 + [429]
    late = problem(stranger.get("/api/v1/organisation"), 429, "too-many")
    assert "without a good token came from your network" in late["detail"]
    assert late["hint"].startswith("Ask again in ")
    assert other.get("/api/v1/organisation").status_code == 200, "a good token is not kept out by strangers"
    clock.ahead_ms += 60_000
    assert program.get("/api/v1/organisation").status_code == 200


def test_what_is_public_has_a_limit_for_each_address_and_is_kept_a_moment(house: House) -> None:
    """Z2, O12: whoever asks without a token may be kept waiting as well; what stands between may keep the answer."""
    clock = StandingClock()
    house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(clock), 5, 3, 2)
    stranger = Program(house)
    answers = [stranger.get("/competitions") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["Cache-Control"] == "public, max-age=10"
    assert "Set-Cookie" not in answers[0].headers
    answer = stranger.get(f"/competitions/{house.event}")
    told = problem(answer, 429, "too-many")
    assert "token" not in told["title"]
    assert "from your network's address: without a token 2 requests a minute" in told["detail"]
    assert told["hint"] == f"Ask again in {answer.headers['Retry-After']} seconds."
    clock.ahead_ms += 60_000
    assert stranger.get(f"/competitions/{house.event}").status_code == 200


def test_a_page_of_people_is_still_a_page(shared_house: House) -> None:
    """O12: where a draw's page is found, a program with a competition's id gets JSON, and a browser a page."""
    browser = shared_house.app.test_client()
    nowhere = f"/draws/{uuid4()}"
    problem(browser.get(nowhere), 404, "not-found")
    shown = browser.get(nowhere, headers={"Accept": "text/html,*/*;q=0.8"})
    assert shown.status_code == 404
    assert shown.mimetype == "text/html"
    told = browser.get(f"/draws/{shared_house.event}")
    assert told.get_json() == {"competitionId": str(shared_house.event), "completed": False, "draws": []}


# Doing things once -----------------------------------------------------------------------------------


def test_the_same_key_does_a_thing_once_and_is_bound_to_what_was_asked(house: House) -> None:
    """Z2: repeated: the same answer, marked; other body, address: 422; refused is kept as well; another token: free."""
    sell(house, 1)
    program, other = Program(house, "manager"), Program(house, "manager")
    url = f"/api/v1/orders/{order_of(house)}"
    first = program.post(f"{url}/void", {"reason": "Sold by mistake"}, "one")
    assert first.status_code == 200
    assert first.get_json()["void"]["reason"] == "Sold by mistake"
    assert "Idempotency-Replayed" not in first.headers
    again = program.post(f"{url}/void", {"reason": "Sold by mistake"}, "one")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.data == first.data
    problem(program.post(f"{url}/void", {"reason": "Something else"}, "one"), 422, "key-reused")
    problem(program.post(f"{url}/refund", {"reason": "Sold by mistake"}, "one"), 422, "key-reused")
    refused = program.post(f"{url}/void", {"reason": "Once more"}, "two")
    assert problem(refused, 409, "conflict")["code"] == "already_void"
    kept = program.post(f"{url}/void", {"reason": "Once more"}, "two")
    assert kept.headers["Idempotency-Replayed"] == "true"
    assert kept.data == refused.data
    assert kept.content_type == "application/problem+json"
    assert problem(other.post(f"{url}/void", {"reason": "Sold by mistake"}, "one"), 409, "conflict")
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.voids)) == 1
        assert c.execute(select(m.voids.c.by_user)).scalar_one() == house.people["admin"]


def test_a_key_under_way_is_told_so_and_many_at_once_do_a_thing_once(house: House) -> None:
    """Z2: one does it; the rest hear that it is under way, or get its answer."""
    sell(house, 1)
    program = Program(house, "manager")
    url = f"/api/v1/orders/{order_of(house)}/void"
    with house.office.begin() as c:
        held = c.execute(select(m.api_tokens.c.id)).scalar_one()
        tokens.take_key(house.office, c, held, "busy")
        answer = program.post(url, {"reason": "Sold by mistake"}, "busy")
        assert problem(answer, 409, "in-flight")
        assert answer.headers["Retry-After"] == "1"

    def ask(_: int) -> tuple[int, str]:
        browser = house.app.test_client()
        got = browser.post(
            url, json={"reason": "Sold by mistake"}, headers=program.shown | {"Idempotency-Key": "many"}
        )
        return got.status_code, got.get_json().get("code", "")

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(ask, range(16)))
    assert set(answers) <= {(200, ""), (409, "in-flight")}
    assert (200, "") in answers
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.voids)) == 1


def test_an_order_is_paid_back_once(house: House) -> None:
    """O5: refunded through the interface: void, due, on record with who and why."""
    sell(house, 1)
    program = Program(house, "manager")
    url = f"/api/v1/orders/{order_of(house)}"
    told = program.post(f"{url}/refund", {"reason": "The customer is ill"}, "r").get_json()
    assert told["payment_status"] == "void"
    assert (told["refund"]["amount"], told["refund"]["state"]) == (800, "due")
    assert program.json(url) == told
    assert {one["state"] for one in program.json(f"{url}/tickets")["items"]} == {"void"}
    happened = program.json(f"{url}/history")["items"]
    assert len(happened) >= 3
    assert "The customer is ill" in str(happened)
    second = program.post(f"{url}/refund", {"reason": "The customer is ill"}, "r2")
    assert problem(second, 409, "conflict")["code"] == "already_asked"


def test_a_kiosk_is_told_something(house: House) -> None:
    """K17: a message from a program reaches the kiosk's catalog; another organisation's kiosk is not there."""
    program = Program(house, "manager")
    url = f"/api/v1/kiosks/{house.rsu}/messages"
    made = program.post(url, {"text": "Bring the float to gate 3", "urgent": True}, "m")
    assert made.status_code == 201, made.get_data(as_text=True)
    assert UUID(made.get_json()["id"])
    problem(program.post(f"/api/v1/kiosks/{uuid4()}/messages", {"text": "Nobody"}, "n"), 404, "not-found")


# Reading ---------------------------------------------------------------------------------------------


def test_lists_come_in_parts_that_leave_nothing_out(house: House) -> None:
    """Z2: cursors lead through every order, event, ticket and record once; they are worth nothing elsewhere."""
    validations = [sell(house, 1 + 5 * i, counter=i + 1) for i in range(7)]
    with house.office.begin() as c:
        for i in range(3):
            make_event(house.office, c, house.organisation, house.people["admin"], f"More {i}")
        for name in ("South", "West"):
            rsus.create_rsu(c, house.organisation, name)
    program = Program(house, "admin")

    def walk(url: str) -> list[Any]:
        mark, found = "", []
        glue = "&" if "?" in url else "?"
        for _ in range(200):
            told = program.json(f"{url}{glue}limit=2" + (f"&cursor={mark}" if mark else ""))
            assert len(told["items"]) <= 2
            found += told["items"]
            mark = told["next"]
            if mark is None:
                return found
        raise AssertionError("it never ends")

    assert {one["validation_number"] for one in walk("/api/v1/orders")} == set(validations)
    assert len(walk("/api/v1/orders")) == 7
    assert len(walk(f"/api/v1/orders?event={house.event}")) == 7
    assert walk(f"/api/v1/orders?event={house.draft}") == []
    assert [one["event_number"] for one in walk("/api/v1/events")] == [5, 4, 3, 2, 1]
    assert [one["draw_number"] for one in walk(f"/api/v1/events/{house.event}/tickets")] == list(range(1, 36))
    assert len(walk("/api/v1/venues")) == 5
    changes = walk("/api/v1/audit?table=orders")
    assert len(changes) == len({one["number"] for one in changes}) == 7
    happened = walk("/api/v1/critical-events")
    assert "token_made" in {one["event_type"] for one in happened}
    assert len({one["id"] for one in happened}) == len(happened)
    table = walk(f"/api/v1/events/{house.event}/reports/summary/sales")
    assert table[0] == {"what": "Sold", "orders": 7, "numbers": 35, "amount": 5600, "currency": "EUR"}
    mark = program.json("/api/v1/orders?limit=2")["next"]
    problem(program.get(f"/api/v1/audit?cursor={mark}"), 422, "unfit")
    problem(program.get(f"/api/v1/orders?event={house.event}&cursor={mark}"), 422, "unfit")
    problem(program.get(f"/api/v1/orders?cursor={mark[:-2]}AA"), 422, "unfit")


def test_an_order_is_found_by_its_numbers_and_its_buyer_is_for_few(house: House) -> None:
    """O5, K16: by validation number, draw number and id; what buyers told is for those who may know it."""
    validation = sell(house, 101)
    sell(house, 201, counter=2)
    with house.office.begin() as c:
        order = c.execute(
            select(m.orders.c.id).where(m.orders.c.validation_number == validation)
        ).scalar_one()
        c.execute(m.orders.update().values(customer_info={"name": "Berta Buyer", "email": "b@example.org"}))
    program = Program(house, "admin")
    for number in (validation, validation.lower(), "103", str(order), f"TMB1:{validation}:X:101+5:Y:Z"):
        found = program.json(f"/api/v1/orders?number={number}")["items"]
        assert [one["id"] for one in found] == [str(order)], number
    assert program.json("/api/v1/orders?number=99999999999")["items"] == []
    assert program.json(f"/api/v1/orders/{order}")["buyer"]["name"] == "Berta Buyer"
    for role in ("auditor", "operator"):
        assert program.json(f"/api/v1/orders/{order}")["buyer"]
        told = Program(house, role).get(f"/api/v1/orders/{order}").get_data(as_text=True)
        assert "Berta" not in told
        assert "example.org" not in told


def test_what_has_not_changed_is_not_sent_again(shared_house: House) -> None:
    """Z2: an ETag, and 304 with nothing."""
    program = Program(shared_house, "auditor")
    first = program.get("/api/v1/organisation")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = program.get("/api/v1/organisation", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    assert again.data == b""
    assert program.get("/api/v1/organisation", If_None_Match='"0"').status_code == 200


def test_reports_come_as_json_and_as_csv(shared_house: House) -> None:
    """O3: every table of every report, and the tickets; the CSV is the office's own."""
    house = shared_house
    program, base = Program(house, "auditor"), f"/api/v1/events/{shared_house.event}/reports"
    listed = program.json(base)["items"]
    assert len(listed) == 8
    for report in listed:
        for table in report["tables"]:
            told = program.json(f"{base}/{report['key']}/{table}?limit=200")
            text = program.get(f"{base}/{report['key']}/{table}/csv")
            assert text.mimetype == "text/csv"
            assert text.get_data(as_text=True).count("\r\n") >= 1
            assert told["fields"]
    problem(program.get(f"{base}/summary/nothing"), 404, "not-found")
    problem(program.get(f"{base}/nothing/sales/csv"), 404, "not-found")
    tickets = program.get(f"/api/v1/events/{house.event}/tickets/csv").get_data(as_text=True)
    assert len(tickets.splitlines()) == 16


def test_a_draw_is_told_when_it_is_official_and_its_prizes_are_paid_once(house: House) -> None:
    """D6, D9, O12: nothing before; then winners, a proof, a payment by the desk's program, once."""
    for i in range(4):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    by = house.people["manager"]
    draw = draws.draw_now(house.office, house.event, by)
    reader, desk = Program(house, "auditor"), Program(house, "claims")
    before = reader.json(f"/api/v1/draws/{draw}")
    assert before["winners"] == []
    assert before["bundle"] is None
    assert before["official_at"] is None
    assert desk.json(f"/draws/{house.event}")["draws"] == []
    changes = reader.json("/api/v1/audit?limit=200&table=draw_results")
    assert changes["items"] == []
    with house.office.begin() as c:
        numbers = {row.number for row in draws.results(c, house.event, official_only=False)}
    for url in ("/api/v1/audit?limit=200", f"/api/v1/events/{house.event}/draws", "/competitions"):
        assert not [n for n in numbers if f'"winning_number":{n}' in reader.get(url).get_data(as_text=True)]
    with house.office.begin(by) as c:
        draws.make_official(house.office, c, draw, by)
    after = reader.json(f"/api/v1/draws/{draw}")
    assert {one["number"] for one in after["winners"]} == numbers
    assert house.app.test_client().get(after["bundle"]).status_code == 200
    told = desk.json(f"/draws/{house.event}")
    assert told["completed"]
    assert {one["winningTicketNumber"] for one in told["draws"][0]["winners"]} == numbers
    assert told == desk.json(f"/competitions/{house.event}/draws")
    assert [one["id"] for one in desk.json("/competitions?status=drawn")["competitions"]] == [
        str(house.event)
    ]
    with house.office.begin() as c:
        orders = c.execute(select(m.orders.c.validation_number)).scalars().all()
        won = next(f for v in orders if (f := claims.validate(house.office, c, v)).prizes)
    shown = desk.post("/api/v1/tickets/validate", {"ticket": won.validation}).get_json()
    assert (shown["verdict"], shown["has_won"]) == ("won", True)
    form = {
        "ticket": won.validation,
        "result": shown["prizes"][0]["result"],
        "winner": "Wilma Winner",
        "desk": "Desk 3",
    }
    paid = desk.post("/api/v1/claims", form, "pay")
    assert paid.status_code == 201
    assert desk.post("/api/v1/claims", form, "pay").data == paid.data
    assert problem(desk.post("/api/v1/claims", form, "again"), 409, "conflict")["code"] == "already_paid"
    assert [one["winner"] for one in desk.json(f"/api/v1/events/{house.event}/claims")["items"]] == [
        "Wilma Winner"
    ]
    with house.office.begin() as c:
        other = next(
            (f, one)
            for v in orders
            for f in [claims.validate(house.office, c, v)]
            for one in f.prizes
            if one.state == "open"
        )
    more = form | {"ticket": other[0].validation, "result": str(other[1].result)}
    assert desk.post("/api/v1/claims", more, "pay-the-other").status_code == 201
    url = f"/api/v1/events/{house.event}/claims?limit=1"
    first = desk.json(url)
    second = desk.json(f"{url}&cursor={first['next']}")
    assert [one["result"] for part in (first, second) for one in part["items"]] == [
        more["result"],
        form["result"],
    ]
    assert second["next"] is None
    unknown = desk.post("/api/v1/tickets/validate", {"ticket": "nonsense"}).get_json()
    assert unknown["verdict"] == "not_a_ticket"


def test_what_is_drawn_together_is_told_of_every_competition_that_took_part(house: House) -> None:
    """O12, design 6.3: a linked competition has the leading one's main draw, and each number says whose it is."""
    leading, by, office = house.event, house.people["manager"], house.office
    new = events.NewEvent(
        name="East",
        identifier="EAST",
        organisation=house.organisation,
        opens_at=office.now() - timedelta(hours=1),
        closes_at=office.now() + timedelta(hours=3),
        draw=events.DrawRules(linked_to=leading),
    )
    with office.begin(by) as c:
        east = events.create_event(office, c, new, by)
        events.add_package(c, east, "Five", 5, 800)
        events.activate(office, c, east, by)
    house.event = east
    sell(house, 1)
    with office.begin(by) as c:
        for event in (east, leading):
            events.close(office, c, event, by)
    with office.begin(by) as c:
        for event in (east, leading):
            reconcile.confirm(office, c, event, by)
    anybody = Program(house)
    assert anybody.json(f"/draws/{east}") == {"competitionId": str(east), "completed": False, "draws": []}
    house.event = leading
    draw = drawn(house, official=True)
    told = anybody.json(f"/draws/{east}")
    assert told["completed"]
    assert [one["id"] for one in told["draws"]] == [str(draw)]
    # All that was sold is of the linked event: it has won both prizes.
    assert {one["competitionId"] for one in told["draws"][0]["winners"]} == {str(east)}
    assert told["draws"] == anybody.json(f"/draws/{leading}")["draws"]


# A shop's front end ----------------------------------------------------------------------------------


def test_competitions_are_listed_by_how_they_stand(house: House) -> None:
    """O12: upcoming, active, ended; drafts are not there; sold of at most, price, prizes, packages."""
    sell(house, 1)
    # This story turns the house's clock back, by which nobody's requests are counted.
    house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(StandingClock()))
    anybody = Program(house)
    with house.office.begin() as c:
        later = make_event(house.office, c, house.organisation, house.people["admin"], "Later")
        events.activate(house.office, c, later, house.people["admin"])

    def listed(status: str) -> set[str]:
        return {one["id"] for one in anybody.json(f"/competitions?status={status}")["competitions"]}

    assert listed("active") == {str(house.event), str(later)}
    one = anybody.json(f"/competitions/{house.event}")
    assert one["ticketPrice"] == 160
    assert one["maxTickets"] == 9_999_999
    assert one["isActive"] is True
    assert [prize["shareOfSales"] for prize in one["prizes"]] == [50.0, None]
    assert [(p["tickets"], p["price"]) for p in one["packages"]] == [(5, 800)]
    problem(anybody.get(f"/competitions/{house.draft}"), 404, "not-found")
    problem(anybody.get("/competitions?status=draft"), 400, "malformed")
    house.clock.ahead_ms -= 2 * 3_600_000
    assert listed("upcoming") == {str(house.event), str(later)}
    assert not anybody.json(f"/competitions/{house.event}")["isActive"]
    house.clock.ahead_ms += 8 * 3_600_000
    assert listed("ended") == {str(house.event), str(later)}
    assert listed("active") == set()
    page = anybody.json("/competitions?limit=1")
    assert len(page["competitions"]) == 1
    rest_of = anybody.json(f"/competitions?limit=1&cursor={page['next']}")
    assert rest_of["next"] is None
    assert rest_of["competitions"][0]["id"] != page["competitions"][0]["id"]


def test_a_longer_list_of_competitions_asks_the_database_no_more(house: House) -> None:
    """O12, Y12: anybody may ask for two hundred of them, and each of their jackpots is no question of its own."""
    asked: list[str] = []
    listen(house.office.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    anybody = Program(house)

    def counted(address: str) -> int:
        asked.clear()
        assert anybody.browser.get(address).status_code == 200
        return len(asked)

    before = [counted("/competitions"), counted("/")]
    by = house.people["admin"]
    with house.office.begin(by) as c:
        for n in range(5):
            more = make_event(house.office, c, house.organisation, by, f"More {n}")
            events.activate(house.office, c, more, by)
    assert [counted("/competitions"), counted("/")] == before


def test_a_package_is_told_as_long_as_it_can_be_had(house: House) -> None:
    """E13, O12: one that is to come or that ends says when; one that is over is gone, with its price; after the close
    stands what was on offer then.
    """
    office, by, anybody = house.office, house.people["admin"], Program(house)
    # This story moves the house's clock, by which nobody's requests are counted.
    house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(StandingClock()))
    now = office.now()
    with office.begin(by) as c:
        row = events.get(c, house.draft)
        assert row.closes_at is not None
        for name, since, until in (
            ("Early", None, now + timedelta(hours=1)),
            ("Late", now + timedelta(hours=1), None),
            ("To the end", now + timedelta(hours=1), row.closes_at),
        ):
            events.add_package(c, house.draft, name, 10, 1000, active_from=since, active_to=until)
        events.activate(office, c, house.draft, by)

    def offered() -> tuple[set[str], int]:
        one = anybody.json(f"/competitions/{house.draft}")
        return {package["name"] for package in one["packages"]}, one["ticketPrice"]

    assert offered() == ({"Five", "Early", "Late", "To the end"}, 100)
    told = {one["name"]: one for one in anybody.json(f"/competitions/{house.draft}")["packages"]}
    assert told["Early"]["activeTo"] is not None
    assert told["Late"]["activeFrom"] is not None
    page = anybody.browser.get(f"/events/{house.draft}").get_data(as_text=True)
    assert "Early" in page
    assert len(re.findall(r'<span class="soft small">(from|until) \d', page)) == 3
    house.clock.ahead_ms -= 90 * 60_000
    before = anybody.browser.get(f"/events/{house.draft}").get_data(as_text=True)
    assert "Tickets from" in before
    assert len(re.findall(r'<span class="soft small">(from|until) \d', before)) == 3, "also before sales open"
    house.clock.ahead_ms += 210 * 60_000
    assert offered() == ({"Five", "Late", "To the end"}, 100)
    assert "Early" not in anybody.browser.get(f"/events/{house.draft}").get_data(as_text=True)
    house.clock.ahead_ms += 2 * 3_600_000
    assert offered()[0] == {"Five", "Late", "To the end"}


def test_a_customer_s_tickets_are_theirs(house: House) -> None:
    """O12, O7: bought on line by that person: active, refunded, by competition; of nobody else."""
    sell(house, 1)
    sell(house, 6, counter=2)
    sell(house, 11, counter=3)
    somebody = uuid4()
    o = m.orders
    with as_owner(house.office.database) as c:
        first, second = c.execute(select(o.c.id).order_by(o.c.validation_number).limit(2)).scalars().all()
        c.execute(o.update().where(o.c.id.in_([first, second])).values(source="online", created_by=somebody))
    program = Program(house, "manager")
    url = f"/tickets/user?userId={somebody}"
    told = program.json(url)["tickets"]
    assert len(told) == 10
    assert {one["status"] for one in told} == {"active"}
    refunded = program.post(f"/api/v1/orders/{first}/refund", {"reason": "A mistake"}, "v")
    assert refunded.status_code == 200, refunded.get_data(as_text=True)
    told = program.json(f"{url}&competitionId={house.event}&limit=200")["tickets"]
    assert sorted(one["status"] for one in told) == ["active"] * 5 + ["refunded"] * 5
    assert program.json(f"{url}&competitionId={house.draft}")["tickets"] == []
    assert program.json("/tickets/user")["tickets"] == []
    part = program.json(f"{url}&limit=7")
    assert len(part["tickets"]) + len(program.json(f"{url}&limit=7&cursor={part['next']}")["tickets"]) == 10


def test_the_page_for_programmers_names_every_call(shared_house: House) -> None:
    """O12: the description, for people."""
    browser = shared_house.app.test_client()
    shown = browser.get("/api/").get_data(as_text=True)
    for one in rest.OPERATIONS:
        assert one.summary in shown.replace("&#39;", "'")
    assert browser.get("/api").status_code == 308
    assert post(shared_house.client("admin"), "/api/").status_code == 405
