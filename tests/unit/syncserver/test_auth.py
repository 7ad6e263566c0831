"""Accounts, log-in and sessions."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update

from shared import keys
from shared.clock import SystemClock
from shared.errors import Refused
from syncserver import auth
from syncserver import models as m
from syncserver.db import Database
from tests.passwords import OUTSIDE
from tests.server import PASSWORD, House, log_in, make_house, post, token


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def test_a_log_in_leads_to_the_page_that_was_asked_for(house: House) -> None:
    """O1: local accounts."""
    browser = house.app.test_client()
    refused = browser.get("/admin/kiosks")
    assert refused.status_code == 401
    assert b'name="next" value="/admin/kiosks"' in refused.data
    assert log_in(browser, "manager", came_for="/admin/kiosks").location == "/admin/kiosks"
    assert browser.get("/admin/kiosks").status_code == 200


@pytest.mark.parametrize(
    "trap",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "/admin/\\x",
        "javascript:x",
    ],
)
def test_a_log_in_never_leads_elsewhere(house: House, trap: str) -> None:
    """Z2: no open redirect."""
    assert log_in(house.app.test_client(), "manager", came_for=trap).location == "/admin/"


def test_a_password_costs_whoever_guesses_what_it_should() -> None:
    """O1: argon2id as RFC 9106 recommends it where memory is scarce: 64 MiB, three times over."""
    assert OUTSIDE.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_session_is_made_new_at_log_in(house: House) -> None:
    """O1: what was planted before the log-in is worth nothing."""
    browser = house.app.test_client()
    browser.get("/admin/login")
    before = token(browser)
    log_in(browser, "manager")
    assert token(browser) != before


def test_wrong_passwords_make_the_account_wait_and_are_noted(house: House) -> None:
    """O1, Z1: guessing slows down, and the answer never says what was wrong."""
    browser = house.app.test_client()
    answers = []
    for _ in range(auth.FAILURES_FREE + 6):
        answers.append(log_in(browser, "manager", "wrong").data)
        house.clock.ahead_ms += 60_000
    house.clock.ahead_ms += auth.LOCK_S_MAX * 1000
    answers.append(log_in(browser, "manager", "wrong").data)  # the account waits many minutes now
    unknown = log_in(browser, "nobody", "wrong").data
    assert b"is not right" in answers[0]
    assert b"is not right" in unknown
    assert log_in(browser, "manager").status_code == 401  # the right one, too early
    with house.office.begin() as c:
        noted = select(func.count()).where(m.critical_events.c.event_type == "auth_lockout")
        assert c.scalar(noted) == 1
    house.clock.ahead_ms += auth.LOCK_S_MAX * 1000
    assert log_in(browser, "manager").status_code == 303


def test_a_password_is_verified_while_nothing_of_the_database_is_held(house: House) -> None:
    """O1: log-ins that wait for their turn keep neither a row nor a connection from others, and are then told."""
    la = m.local_accounts
    row = select(la).where(la.c.username == "manager").with_for_update(nowait=True)
    for _ in range(auth.VERIFYING_MAX):
        auth._verifying.acquire()
    try:
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(log_in, house.app.test_client(), "manager")
            while not answer.done():
                with house.office.begin() as c:
                    assert c.execute(row).one_or_none() is not None
    finally:
        for _ in range(auth.VERIFYING_MAX):
            auth._verifying.release()
    assert answer.result().status_code == 503
    assert int(answer.result().headers["Retry-After"]) > 0
    assert b"Too many people are logging in" in answer.result().data
    assert log_in(house.app.test_client(), "manager").status_code == 303


def test_a_flood_of_log_ins_is_turned_away_at_once_and_the_others_are_served(house: House) -> None:
    """O1: no more wait than have a place; everybody else's requests find their threads, and the right one gets in."""
    for _ in range(auth.VERIFYING_MAX + auth.WAITING_MAX):
        auth._at_the_door.acquire()
    try:
        assert log_in(house.app.test_client(), "manager").status_code == 503
        assert house.app.test_client().get("/rsu/v1/catalog").status_code != 503
    finally:
        for _ in range(auth.VERIFYING_MAX + auth.WAITING_MAX):
            auth._at_the_door.release()
    with ThreadPoolExecutor(12) as others:
        answers = list(
            others.map(lambda _: log_in(house.app.test_client(), "manager", "wrong").status_code, range(24))
        )
    assert set(answers) <= {401, 503}
    house.clock.ahead_ms += auth.LOCK_S_MAX * 1000
    assert log_in(house.app.test_client(), "manager").status_code == 303


def test_a_password_that_changed_while_the_old_one_was_verified_lets_nobody_in(house: House) -> None:
    """O1: what was verified is a password of before."""
    user = house.people["manager"]
    la = m.local_accounts
    with house.office.begin() as c:
        c.execute(update(la).where(la.c.user_id == user).values(failed_attempts=0))  # holds the row
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(log_in, house.app.test_client(), "manager")
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            deadline_ms = SystemClock().monotonic_ms() + 30_000
            with house.office.begin() as watching:
                while watching.scalar(text(waiting)) == 0:
                    assert SystemClock().monotonic_ms() < deadline_ms
                    assert not answer.done()
            auth.set_password(c, user, "another one altogether", house.office.now())
            c.commit()
            assert answer.result().status_code == 401
    assert log_in(house.app.test_client(), "manager", "another one altogether").status_code == 303


def test_a_session_ends_when_it_idles_and_when_the_password_changes(house: House) -> None:
    """O1: idle time-out; a new password ends the sessions of the old."""
    browser = house.client("manager")
    house.clock.ahead_ms += auth.SESSION_IDLE_MS_MAX - 60_000
    assert browser.get("/admin/").status_code == 200
    house.clock.ahead_ms += auth.SESSION_IDLE_MS_MAX - 60_000
    assert browser.get("/admin/").status_code == 200
    house.clock.ahead_ms += auth.SESSION_IDLE_MS_MAX + 1000
    assert browser.get("/admin/").status_code == 401
    log_in(browser, "manager")
    assert browser.get("/admin/").status_code == 200
    with house.office.begin() as c:
        auth.set_password(c, house.people["manager"], "another one altogether", house.office.now())
    assert browser.get("/admin/").status_code == 401


def test_a_session_lasts_no_longer_than_a_shift(house: House) -> None:
    """O1: even one in use ends."""
    browser = house.client("manager")
    step = auth.SESSION_IDLE_MS_MAX - 60_000
    for _ in range(auth.SESSION_MS_MAX // step):
        house.clock.ahead_ms += step
        assert browser.get("/admin/").status_code == 200
    house.clock.ahead_ms += step
    assert browser.get("/admin/").status_code == 401


def test_whoever_is_put_out_is_out_at_once(house: House) -> None:
    """O1: a role taken away, or a person, counts from the next request on."""
    browser = house.client("operator")
    assert browser.get("/admin/kiosks").status_code == 200
    with house.office.begin() as c:
        c.execute(
            update(m.organization_users)
            .where(m.organization_users.c.user_id == house.people["operator"])
            .values(role="claims")
        )
    assert browser.get("/admin/kiosks").status_code == 403
    with house.office.begin() as c:
        c.execute(
            delete(m.organization_users).where(m.organization_users.c.user_id == house.people["operator"])
        )
    assert browser.get("/admin/").status_code == 401


def test_logging_out_ends_it(house: House) -> None:
    """O1."""
    browser = house.client("auditor")
    assert post(browser, "/admin/logout").status_code == 303
    assert browser.get("/admin/").status_code == 401


def stolen(house: House, browser: FlaskClient) -> FlaskClient:
    """Another browser with a copy of this one's cookie."""
    thief = house.app.test_client()
    cookie = browser.get_cookie("tombola")
    assert cookie is not None
    thief.set_cookie("tombola", cookie.value)
    return thief


def test_a_copied_cookie_is_worth_nothing_after_the_log_out(house: House) -> None:
    """O1: a session ends everywhere, not only in the browser that says so."""
    browser = house.client("auditor")
    thief = stolen(house, browser)
    assert thief.get("/admin/").status_code == 200
    post(browser, "/admin/logout")
    assert thief.get("/admin/").status_code == 401


def test_a_log_in_ends_the_browser_s_session_before_it(house: House) -> None:
    """O1: sessions rotate; one's other browsers stay logged in."""
    browser, elsewhere = house.client("manager"), house.app.test_client()
    log_in(elsewhere, "manager")
    thief = stolen(house, browser)
    log_in(browser, "manager")
    assert thief.get("/admin/").status_code == 401
    assert elsewhere.get("/admin/").status_code == 200
    with house.office.begin() as c:
        rows = c.execute(select(m.web_sessions).where(m.web_sessions.c.user_id == house.people["manager"]))
        assert sorted(row.ended_at is None for row in rows) == [False, True, True]


def test_the_database_holds_no_token_that_logs_in(house: House) -> None:
    """Z4: of a session's token only its hash is kept."""
    browser = house.client("manager")
    with browser.session_transaction() as session:
        token = bytes.fromhex(session["t"])
    with house.office.begin() as c:
        kept = c.execute(select(m.web_sessions.c.token_hash)).scalar_one()
    assert len(token) == auth.TOKEN_BYTES
    assert bytes(kept) == hashlib.sha256(token).digest()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "manager", "user_taken"),
        ("username", "a b", "user_name"),
        ("password", "short", "password"),
        ("role", "king", "role"),
        ("pin", "12", "pin"),
        ("pin", "12ab", "pin"),
        ("name", " ", "user_name"),
    ],
)
def test_an_account_that_cannot_be_is_refused(house: House, field: str, value: str, code: str) -> None:
    """O1."""
    given = {"username": "fresh", "name": "Fresh", "password": PASSWORD, "role": "operator", "pin": "1234"}
    with house.office.begin() as c, pytest.raises(Refused) as refused:
        auth.create_user(c, house.organisation, **(given | {field: value}))
    assert refused.value.code == code


def test_a_pin_is_kept_so_that_kiosks_can_check_it(house: House) -> None:
    """K1: scrypt's output and its salt, and no password hash."""
    with house.office.begin() as c:
        user = auth.create_user(c, house.organisation, "kim", "Kim", None, "operator", "1234")
        kept: str = c.execute(
            select(m.operator_pins.c.pin_hash).where(m.operator_pins.c.user_id == user)
        ).scalar_one()
    salt, base = (bytes.fromhex(part) for part in kept.split("$"))
    assert keys.pin_base("1234", salt) == base
    assert log_in(house.app.test_client(), "kim", "!").status_code == 401


def test_a_view_without_a_mark_stops_the_start(house: House) -> None:
    """O1: every route declares who may enter, or the server refuses to start."""
    house.app.view_functions["bare"] = lambda: "open to all"
    with pytest.raises(RuntimeError, match="bare"):
        auth.marks(house.app)
    with pytest.raises(RuntimeError, match="king"):
        auth.access("king")
