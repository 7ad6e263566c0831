"""The second factor: setting it up, codes that are taken once, recovery codes, and who must have one."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from shared.errors import Fault, Refused
from syncserver import auth, factors, organisations
from syncserver import models as m
from syncserver.db import Database
from tests.server import CUSTOMER_EMAIL, PASSWORD, House, log_in, make_house, post, sign_in, token


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


NEW = "an altogether new password"


def code(house: House, secret: str, steps: int = 0) -> str:
    """What an authenticator shows so many steps from now."""
    return pyotp.TOTP(secret).at(house.clock.now_ms() // 1000 + steps * factors.STEP_S)


def equip(house: House, user: UUID) -> tuple[str, list[str]]:
    """Gives somebody a second factor, a while ago: its secret, and the recovery codes."""
    with house.office.begin(user) as c:
        secret, _ = factors.begin(house.office, c, user)
        codes = factors.confirm(house.office, c, user, code(house, secret))
    house.clock.ahead_ms += 3 * factors.STEP_S * 1000
    return secret, codes


def require(house: House) -> None:
    with house.office.begin() as c:
        organisations.decide(c, house.organisation, house.people["admin"], second_factor=True)


def test_a_log_in_with_a_second_factor_has_two_steps(house: House) -> None:
    """O1: nothing opens before the second, which makes the session anew."""
    secret, _ = equip(house, house.people["manager"])
    browser = house.app.test_client()
    answer = log_in(browser, "manager", came_for="/admin/kiosks")
    assert answer.location == "/admin/second-step?next=/admin/kiosks"
    assert browser.get("/admin/kiosks").status_code == 303
    assert post(browser, "/admin/kiosks/add", name="Early").status_code == 401
    half = browser.get_cookie("tombola")
    assert half is not None
    page = browser.get(answer.location)
    assert page.headers["Cache-Control"] == "no-store"
    before = token(browser)
    form = {"code": code(house, secret), "next": "/admin/kiosks"}
    assert post(browser, "/admin/second-step", **form).location == "/admin/kiosks"
    assert token(browser) != before
    assert browser.get("/admin/kiosks").status_code == 200
    browser.set_cookie("tombola", half.value)
    assert browser.get("/admin/kiosks").status_code == 401


def test_a_half_log_in_does_not_last(house: House) -> None:
    """O1: ten minutes for the second step."""
    secret, _ = equip(house, house.people["manager"])
    browser = house.app.test_client()
    log_in(browser, "manager")
    house.clock.ahead_ms += auth.SECOND_STEP_MS_MAX + 1000
    assert post(browser, "/admin/second-step", code=code(house, secret)).location == "/admin/login"
    assert browser.get("/admin/").status_code == 401


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_an_authenticator_may_be_one_step_off(house: House, steps: int, right: bool) -> None:
    """O1: RFC 6238, 5.2: the drift that is let pass."""
    user = house.people["manager"]
    secret, _ = equip(house, user)
    while house.clock.now_ms() // 1000 % factors.STEP_S > factors.STEP_S // 2:
        house.clock.ahead_ms += 5_000
    with house.office.begin() as c:
        assert factors.passes(house.office, c, user, code(house, secret, steps)) == right


def test_a_code_is_taken_once_and_so_is_what_is_older(house: House) -> None:
    """O1: RFC 6238, 5.2: whoever saw it cannot use it."""
    user = house.people["manager"]
    secret, _ = equip(house, user)
    now = code(house, secret)
    with house.office.begin() as c:
        assert factors.passes(house.office, c, user, now)
    with house.office.begin() as c:
        assert not factors.passes(house.office, c, user, now)
        assert not factors.passes(house.office, c, user, code(house, secret, -1))
    house.clock.ahead_ms += factors.STEP_S * 1000
    with house.office.begin() as c:
        assert factors.passes(house.office, c, user, code(house, secret))


def test_a_recovery_code_opens_once_and_is_noted(house: House) -> None:
    """O1: ten of them, in any writing, each once; new ones end the old."""
    user = house.people["manager"]
    _, codes = equip(house, user)
    assert len(set(codes)) == factors.RECOVERY_CODES
    with house.office.begin() as c:
        assert factors.passes(house.office, c, user, codes[0].upper().replace("-", " "))
        assert not factors.passes(house.office, c, user, codes[0])
        assert factors.codes_left(c, user) == factors.RECOVERY_CODES - 1
        noted = select(func.count()).where(m.critical_events.c.event_type == "recovery_code_used")
        assert c.scalar(noted) == 1
        fresh = factors.new_codes(house.office, c, user)
        assert not factors.passes(house.office, c, user, codes[1])
        assert factors.passes(house.office, c, user, fresh[1])


def test_wrong_codes_make_wait_and_are_noted(house: House) -> None:
    """O1, Z1: a million codes cannot be tried; the right one has to wait as well."""
    user = house.people["manager"]
    secret, codes = equip(house, user)
    for _ in range(factors.FREE + 6):
        with house.office.begin() as c:
            assert not factors.passes(house.office, c, user, "000 000x")
        house.clock.ahead_ms += 60_000
    with house.office.begin() as c:
        assert not factors.passes(house.office, c, user, "nonsense")
    house.clock.ahead_ms += factors.WAIT_S_MAX * 1000
    with house.office.begin() as c:
        assert not factors.passes(house.office, c, user, "still nonsense")
    with house.office.begin() as c:
        assert not factors.passes(house.office, c, user, code(house, secret))
        assert not factors.passes(house.office, c, user, codes[0])
        noted = select(func.count()).where(m.critical_events.c.event_type == "auth_failed")
        assert c.scalar(noted) == 1
    house.clock.ahead_ms += factors.WAIT_S_MAX * 1000
    with house.office.begin() as c:
        assert factors.passes(house.office, c, user, code(house, secret))


def test_the_database_alone_tells_no_secret(house: House) -> None:
    """Z4: neither the table nor the audit log holds the secret or a recovery code; a stranger's key opens nothing."""
    user = house.people["manager"]
    secret, codes = equip(house, user)
    with house.office.begin() as c:
        sealed = bytes(c.execute(select(m.second_factors.c.sealed)).scalar_one())
        assert secret.encode() not in sealed
        logged = str(c.execute(text("SELECT array_agg(new_data::text) FROM audit_log")).scalar_one())
        assert secret not in logged
        assert sealed.hex() not in logged
        assert codes[0] not in logged
        with pytest.raises(Fault):
            factors._open(house.office, house.people["admin"], sealed)


def test_who_must_have_one_is_led_to_it_at_the_log_in(house: House) -> None:
    """O1: by the house rules, for administrators and managers; the recovery codes are shown once."""
    require(house)
    assert log_in(house.app.test_client(), "auditor").location == "/admin/"
    browser = house.app.test_client()
    led = browser.get(log_in(browser, "manager", came_for="/admin/kiosks").location)
    assert led.status_code == 303
    shown = browser.get(led.location).get_data(as_text=True)
    found = re.search(r'<p class="mono key">([A-Z2-7 ]+)</p>', shown)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert secret in browser.get(led.location).get_data(as_text=True).replace(" ", "")
    other = house.app.test_client()  # another browser does not see the secret that this one was shown
    log_in(other, "manager")
    assert secret not in other.get("/admin/second-step/setup").get_data(as_text=True).replace(" ", "")
    shown = browser.get("/admin/second-step/setup").get_data(as_text=True)
    found = re.search(r'<p class="mono key">([A-Z2-7 ]+)</p>', shown)
    assert found is not None
    wrong = post(browser, "/admin/second-step/setup", code="000000")
    assert wrong.status_code == 422
    assert browser.get("/admin/").status_code == 303
    done = post(browser, "/admin/second-step/setup", code=code(house, found[1].replace(" ", "")))
    assert done.status_code == 200
    assert len(re.findall(r'<li class="mono">', done.get_data(as_text=True))) == factors.RECOVERY_CODES
    assert done.headers["Cache-Control"] == "no-store"
    assert browser.get("/admin/").status_code == 200
    assert "second-step" in log_in(house.app.test_client(), "manager").location


def test_it_is_set_up_and_removed_on_one_s_own_page(house: House) -> None:
    """O1: with the password again; not removed where the house asks for it."""
    browser, user = house.client("manager"), house.people["manager"]
    shown = browser.get("/admin/account/factor").get_data(as_text=True)
    found = re.search(r'<p class="mono key">([A-Z2-7 ]+)</p>', shown)
    assert found is not None
    shown_code = code(house, found[1].replace(" ", ""))
    assert post(browser, "/admin/account/factor", code=shown_code, current="not it at all").status_code == 422
    answer = post(browser, "/admin/account/factor", code=shown_code, current="correct horse battery staple")
    shown = answer.get_data(as_text=True)
    assert "Your recovery codes" in shown
    codes = re.findall(r'<li class="mono">([^<]+)</li>', shown)
    copied = re.search(r'data-copy="([^"]+)"', shown)
    assert copied is not None
    assert copied[1].split() == codes
    assert f"{codes[-1]}%0A" in shown.partition('download="tombola-recovery-codes.txt"')[2]
    assert "data-print" in shown
    assert browser.get("/admin/account").status_code == 200
    post(browser, "/admin/account/factor/remove", current="wrong one entirely")
    with house.office.begin() as c:
        assert factors.has(c, user)
    require(house)
    post(browser, "/admin/account/factor/remove", current="correct horse battery staple")
    with house.office.begin() as c:
        assert factors.has(c, user)
        organisations.decide(c, house.organisation, house.people["admin"], second_factor=False)
    post(browser, "/admin/account/factor/remove", current="correct horse battery staple")
    with house.office.begin() as c:
        assert not factors.has(c, user)


def test_an_administrator_takes_a_lost_one_away_with_a_reason(house: House) -> None:
    """O1, O4: a critical event; nobody else may, nor of themselves; the sessions end."""
    user = house.people["operator"]
    equip(house, user)
    url = f"/admin/users/{user}/factor/reset"
    assert post(house.client("manager"), url, reason="Lost phone").status_code == 403
    post(house.client("admin"), url, reason="")
    with house.office.begin() as c:
        assert factors.has(c, user)
    post(house.client("admin"), url, reason="Lost phone")
    with house.office.begin() as c:
        assert not factors.has(c, user)
        row = c.execute(
            select(m.critical_events).where(m.critical_events.c.event_type == "second_factor_reset")
        ).one()
    assert "Lost phone" in row.description
    assert row.user_id == house.people["admin"]
    with house.office.begin() as c, pytest.raises(Refused):
        factors.reset(c, user, "Per operator", house.people["admin"], " ")


# Customers ------------------------------------------------------------------------------------------


def own_factor(house: House, browser: FlaskClient) -> tuple[str, list[str]]:
    """A customer sets theirs up: its secret and the recovery codes."""
    shown = browser.get("/account/factor").get_data(as_text=True)
    found = re.search(r'<p class="mono key">([A-Z2-7 ]+)</p>', shown)
    assert found is not None
    secret = found[1].replace(" ", "")
    for wrong in ({"code": code(house, secret)}, {"code": "000000", "current": PASSWORD}):
        assert post(browser, "/account/factor", **wrong).status_code == 422
    done = post(browser, "/account/factor", code=code(house, secret), current=PASSWORD)
    assert done.headers["Cache-Control"] == "no-store"
    return secret, re.findall(r'<li class="mono">([^<]+)</li>', done.get_data(as_text=True))


def test_a_customer_may_have_a_second_factor_as_well(house: House) -> None:
    """O7, Z1: of their own free will; then neither password, letter nor provider alone opens the account."""
    browser, other = house.client("customer"), house.app.test_client()
    sign_in(other, CUSTOMER_EMAIL)
    secret, codes = own_factor(house, browser)
    assert len(codes) == factors.RECOVERY_CODES
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 401  # signed out elsewhere
    came = sign_in(other, CUSTOMER_EMAIL, came_for="/tickets")
    assert came.location == "/account/second-step?next=/tickets"
    assert other.get("/account").location == "/account/second-step?next=/account"
    assert other.get("/admin/").status_code == 401
    assert post(other, "/account/details", name="Thief").status_code == 401
    assert post(other, "/account/second-step", code="000000").status_code == 401
    house.clock.ahead_ms += factors.STEP_S * 2000
    assert post(other, "/account/second-step", code=code(house, secret), next="//evil").location == "/account"
    assert other.get("/account").status_code == 200
    for used in (303, 401):
        third = house.app.test_client()
        sign_in(third, CUSTOMER_EMAIL)
        assert post(third, "/account/second-step", code=codes[0]).status_code == used
    reader = house.app.test_client()
    reader.get("/account/forgotten")
    post(reader, "/account/forgotten", email=CUSTOMER_EMAIL)
    with house.office.begin() as c:
        n = m.notifications
        link = c.scalar(select(n.c.facts["link"].astext).where(n.c.kind == "password_reset"))
    path = "/account/" + str(link).split("/account/")[1]
    reader.get(path)
    assert "second-step" in post(reader, path, password=NEW, again=NEW).location
    assert reader.get("/account").status_code == 303
    stranger = house.app.test_client()
    assert stranger.get("/account/second-step").location == "/account/sign-in"


def test_a_customer_does_without_it_again_and_the_office_helps_who_lost_it(house: House) -> None:
    """O7, O1: removed with the password; taken away by an administrator with a reason; gone with the account."""
    browser, url = house.client("customer"), f"/admin/customers/{house.customer}/factor"
    own_factor(house, browser)
    post(browser, "/account/factor/remove", current="wrong one entirely")
    assert post(browser, "/account/codes", current="wrong one entirely").status_code == 303
    assert "recovery codes are left" in browser.get("/account").get_data(as_text=True)
    made = post(browser, "/account/codes", current=PASSWORD).get_data(as_text=True)
    assert made.count('<li class="mono">') == factors.RECOVERY_CODES
    post(browser, "/account/factor/remove", current=PASSWORD)
    assert sign_in(house.app.test_client(), CUSTOMER_EMAIL).location == "/account"
    own_factor(house, browser)
    assert post(house.client("manager"), url, reason="Lost phone").status_code == 403
    boss = house.client("admin")
    assert "Take the second factor away" in boss.get(f"/admin/customers/{house.customer}").get_data(
        as_text=True
    )
    post(boss, url, reason="")
    assert sign_in(house.app.test_client(), CUSTOMER_EMAIL).location == "/account/second-step"
    post(boss, url, reason="Lost phone")
    assert browser.get("/account").status_code == 401
    assert sign_in(browser, CUSTOMER_EMAIL).location == "/account"
    own_factor(house, browser)
    post(browser, "/account/delete", current=PASSWORD, sure="yes")
    with house.office.begin() as c:
        for table in (m.second_factors, m.recovery_codes):
            assert c.scalar(select(func.count()).select_from(table)) == 0
