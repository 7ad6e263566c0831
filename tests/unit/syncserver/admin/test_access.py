"""One's own account in the office: sessions, invitations, several organisations; and what slows guessing down."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select, update
from werkzeug.test import TestResponse

from syncserver import attempts, auth, events, factors, invitations
from syncserver import models as m
from syncserver.db import Database
from tests.server import PASSWORD, House, log_in, make_house, post

NEW = "an altogether new password"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def text(browser: FlaskClient, url: str = "/admin/account") -> str:
    return str(browser.get(url).get_data(as_text=True))


def test_sessions_are_listed_in_words_and_ended_one_by_one(house: House) -> None:
    """O1: where one is logged in, since when, and an end to each."""
    mine, other, third = (house.app.test_client() for _ in range(3))
    log_in(mine, "manager")
    other.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Safari/604.1"
    )
    other.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.9, 203.0.113.7"
    log_in(other, "manager")
    log_in(third, "manager")
    shown = text(mine)
    assert "Safari on an iPhone" in shown
    assert "203.0.113.7" in shown
    assert shown.count("this one") == 1
    found = re.search(r"Safari on an iPhone.*?/admin/account/sessions/([0-9a-f-]{36})/end", shown, re.DOTALL)
    assert found is not None
    strange = house.client("auditor")
    post(strange, f"/admin/account/sessions/{found[1]}/end")
    assert other.get("/admin/").status_code == 200  # somebody else's
    post(mine, f"/admin/account/sessions/{found[1]}/end")
    assert other.get("/admin/").status_code == 401
    assert third.get("/admin/").status_code == 200
    post(mine, "/admin/account/sessions/end")
    assert third.get("/admin/").status_code == 401
    assert mine.get("/admin/").status_code == 200


def test_a_new_password_of_one_s_own_needs_the_old_and_makes_the_session_new(house: House) -> None:
    """O1: sessions rotate with the password."""
    mine, other = house.client("manager"), house.app.test_client()
    log_in(other, "manager")
    cookie = mine.get_cookie("tombola")
    assert cookie is not None
    for wrong in (
        {"current": "wrong", "password": NEW, "again": NEW},
        {"current": PASSWORD, "password": NEW, "again": "else"},
        {"current": PASSWORD, "password": "short", "again": "short"},
    ):
        post(mine, "/admin/account/password", **wrong)
        assert other.get("/admin/").status_code == 200
    post(mine, "/admin/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert mine.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 401
    mine.set_cookie("tombola", cookie.value)
    assert mine.get("/admin/").status_code == 401
    assert log_in(house.app.test_client(), "manager", NEW).status_code == 303


def test_an_auditor_reads_who_works_here_and_the_house_rules(house: House) -> None:
    """O1: names, roles and rules; no address, no user name, and nothing to change."""
    answer = post(house.client("admin"), "/admin/users/invite", email="sam@club.example", role="auditor")
    assert answer.status_code == 200
    shown = house.client("auditor").get("/admin/users").get_data(as_text=True).partition("<main")[2]
    assert "Per manager" in shown
    assert not any(one in shown for one in ("sam@club.example", "Change<", 'method="post"'))
    rules = house.client("auditor").get("/admin/rules").get_data(as_text=True).partition("<main")[2]
    assert "disabled" in rules
    assert "Make this version" not in rules


def test_another_role_means_logging_in_anew(house: House) -> None:
    """O1, O4: by an administrator, with a reason; the last one stays one, and nobody changes themselves."""
    mine, user = house.client("operator"), house.people["operator"]
    url = f"/admin/users/{user}/role"
    assert post(house.client("manager"), url, role="manager", reason="Wanted").status_code == 403
    post(house.client("admin"), url, role="manager", reason="")
    post(house.client("admin"), url, role="customer", reason="Odd")
    assert mine.get("/admin/").status_code == 200
    post(house.client("admin"), url, role="auditor", reason="Watches now")
    assert mine.get("/admin/").status_code == 401
    log_in(mine, "operator")
    assert "Auditor" in text(mine)
    own = f"/admin/users/{house.people['admin']}/role"
    post(house.client("admin"), own, role="auditor", reason="Tired")
    assert "their own role" in text(house.client("admin"), "/admin/users")
    with house.office.begin() as c:
        row = c.execute(
            select(m.critical_events).where(m.critical_events.c.event_type == "role_changed")
        ).one()
    assert "Operator became Auditor. Watches now" in row.description


def test_an_administrator_logs_somebody_out_everywhere(house: House) -> None:
    """O1."""
    mine, url = house.client("manager"), f"/admin/users/{house.people['manager']}/sessions/end"
    assert post(mine, url).status_code == 403
    post(house.client("admin"), url)
    assert mine.get("/admin/").status_code == 401
    post(house.client("admin"), f"/admin/users/{house.customer}/sessions/end")
    own = f"/admin/users/{house.people['admin']}/sessions/end"
    post(house.client("admin"), own)
    assert house.client("admin").get("/admin/").status_code == 200


def test_somebody_is_invited_and_comes(house: House) -> None:
    """O1: the link is told once, works once, and its role is the one that was meant."""
    boss = house.client("admin")
    shown = post(boss, "/admin/users/invite", email="Sam@Club.example", role="auditor").get_data(as_text=True)
    found = re.search(r'id="invitation-link">\S*(/admin/invitation/[0-9a-f]{64})<', shown)
    assert found is not None
    link = found[1]
    assert link not in text(boss, "/admin/users")
    assert "sam@club.example" in text(boss, "/admin/users")
    n = m.notifications
    with house.office.begin() as c:
        row = c.execute(select(n).where(n.c.kind == "invitation", n.c.channel == "email")).one()
        assert row.recipient["email"] == "sam@club.example"
        assert row.facts["link"].endswith(link)
        kept = c.execute(select(m.invitations.c.token_hash)).scalar_one()
        assert bytes(kept).hex() not in link
    assert "was asked already" in follow(boss, email="sam@club.example", role="auditor")
    browser = house.app.test_client()
    assert "as <strong>Auditor" in text(browser, link)
    form = {"name": "Sam", "username": "sam", "password": NEW, "again": NEW}
    for wrong in ({"again": "no"}, {"username": "admin"}, {"password": "x", "again": "x"}, {"name": ""}):
        assert post(browser, link, **(form | wrong)).status_code == 422
    assert post(browser, link, **form).location == "/admin/"
    assert "Auditor" in text(browser)
    assert "sam@club.example" in text(browser)  # where they are written to
    assert browser.get(link).status_code == 404
    assert log_in(house.app.test_client(), "sam", NEW).status_code == 303


def follow(browser: FlaskClient, **form: str) -> str:
    return text(browser, post(browser, "/admin/users/invite", **form).location)


def test_invitations_are_withdrawn_and_grow_old(house: House) -> None:
    """O1: a manager invites operators alone, and withdraws no others."""
    manager, boss = house.client("manager"), house.client("admin")
    assert "not yours to give" in follow(manager, email="a@club.example", role="admin")
    assert "no e-mail address" in follow(boss, email="nobody", role="admin")
    post(boss, "/admin/users/invite", email="a@club.example", role="admin")
    with house.office.begin() as c:
        asked = c.execute(select(m.invitations.c.id)).scalar_one()
        path = invitations.invite(
            house.office,
            c,
            house.organisation,
            "b@club.example",
            "operator",
            "Operator",
            house.people["manager"],
        )
    post(manager, f"/admin/users/invitations/{asked}/withdraw")
    assert "a@club.example" in text(manager, "/admin/users")
    post(boss, f"/admin/users/invitations/{asked}/withdraw")
    assert "is withdrawn" in text(boss, "/admin/users")
    house.clock.ahead_ms += invitations.DAYS * 86_400_000 + 1000
    assert house.app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("role", ["manager", "operator", "out"])
def test_an_invitation_is_worth_what_its_writer_is_worth_now(house: House, role: str) -> None:
    """O1, Z1: nobody who loses a role keeps a way back to it."""
    now, boss = house.office.now(), house.people["admin"]
    with house.office.begin() as c:
        other = auth.create_user(c, house.organisation, "boss-2", "Boss Two", PASSWORD, "admin")
        path = invitations.invite(
            house.office, c, house.organisation, "back@door.example", "admin", "Administrator", other
        )
    assert house.app.test_client().get(path).status_code == 200
    with house.office.begin() as c:
        if role == "out":
            elsewhere = events.create_organisation(c, "Hospice", "USD")
            row = {"organization_id": elsewhere, "user_id": other, "role": "admin", "is_default": False}
            c.execute(insert(m.organization_users).values(row))
            auth.take_out(c, house.organisation, other, boss, "Left us", now)
        else:
            auth.set_role(c, house.organisation, other, role, boss, "No longer", now)
    assert house.app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_an_open_browser_does_not_give_the_account_away(house: House, role: str) -> None:
    """O1, Z1: one's own password is changed by whoever knows the present one, and nowhere else."""
    browser, me = house.client(role), house.people[role]
    page = post(browser, f"/admin/users/{me}/secret", password="taken over by me!").location
    assert "changed elsewhere" in text(browser, page)
    assert log_in(house.app.test_client(), role).status_code == 303


def test_whoever_works_for_several_switches_and_opens_the_default(house: House) -> None:
    """O11, O1: roles are per organisation; the session keeps which, and is made new."""
    me = house.people["manager"]
    with house.office.begin() as c:
        other = events.create_organisation(c, "Hospice", "USD")
        third = events.create_organisation(c, "Choir", "USD")
        row = {"organization_id": other, "user_id": me, "role": "auditor", "is_default": False}
        c.execute(insert(m.organization_users).values(row))
    browser = house.client("manager")
    cookie = browser.get_cookie("tombola")
    assert cookie is not None
    assert "Hockey Club" in text(browser)
    post(browser, "/admin/organisation", organisation=third)
    assert "do not work for that" in text(browser)
    assert post(browser, "/admin/organisation", organisation=other).location == "/admin/"
    assert "Auditor at Hospice" in text(browser)
    assert post(browser, "/admin/kiosks/add", name="Not mine to add").status_code == 403
    assert browser.get(f"/admin/events/{house.event}").status_code == 404
    stale = house.app.test_client()
    stale.set_cookie("tombola", cookie.value)
    assert stale.get("/admin/").status_code == 401
    post(browser, "/admin/organisation", organisation=other, default="yes")
    fresh = house.app.test_client()
    log_in(fresh, "manager")
    assert "Auditor at Hospice" in text(fresh)
    with house.office.begin() as c:
        c.execute(m.organization_users.delete().where(m.organization_users.c.organization_id == other))
    assert fresh.get("/admin/").status_code == 401  # what it was for is gone; it does not become another
    log_in(fresh, "manager")
    assert "Event manager at Hockey Club" in text(fresh)


def test_nobody_opens_another_organisation_by_its_people(house: House) -> None:
    """O1, Z1: passwords, factors and bans of people who work elsewhere too are theirs; they can be taken out."""
    me = house.people["operator"]
    with house.office.begin() as c:
        other = events.create_organisation(c, "Hospice", "USD")
        row = {"organization_id": other, "user_id": me, "role": "admin", "is_default": False}
        c.execute(insert(m.organization_users).values(row))
    boss = house.client("admin")
    for step, form in (
        ("secret", {"password": "taken over by me!"}),
        ("factor/reset", {"reason": "Lost phone"}),
        ("deactivate", {"reason": "Because"}),
    ):
        post(boss, f"/admin/users/{me}/{step}", **form)
        assert "works for another organisation too" in text(boss, "/admin/users")
    assert log_in(house.app.test_client(), "operator").status_code == 303
    post(boss, f"/admin/users/{me}/take-out", reason="Left us")
    assert "Per operator" not in text(boss, "/admin/users").split("does not work here")[1]
    only_here = house.people["auditor"]
    post(boss, f"/admin/users/{only_here}/take-out", reason="Left us")
    assert "work nowhere else" in text(boss, "/admin/users")
    for foreign in ("role", "sessions/end"):
        post(boss, f"/admin/users/{me}/{foreign}", role="auditor", reason="Mine?")
        assert "not yours to change" in text(boss, "/admin/users")


def test_strangers_cannot_lock_out_whoever_logged_in_here_before(house: House) -> None:
    """O1: a browser that is known keeps a counter of its own; it is lost with the password."""
    known = house.client("manager")
    post(known, "/admin/logout")
    stranger = house.app.test_client()
    for _ in range(auth.FAILURES_FREE + 6):
        log_in(stranger, "manager", "wrong")
        house.clock.ahead_ms += 20_000
    house.clock.ahead_ms += auth.LOCK_S_MAX * 1000
    log_in(stranger, "manager", "wrong")
    assert log_in(stranger, "manager").status_code == 401
    assert log_in(known, "manager").status_code == 303
    post(known, "/admin/logout")
    for _ in range(auth.FAILURES_FREE + 6):
        log_in(known, "manager", "wrong")
        house.clock.ahead_ms += 60_000
    house.clock.ahead_ms += auth.LOCK_S_MAX * 1000
    log_in(known, "manager", "wrong")
    assert log_in(known, "manager").status_code == 401
    cookie = known.get_cookie(auth.DEVICE_COOKIE)
    assert cookie is not None
    assert cookie.value.startswith(house.people["manager"].hex)
    forged = house.app.test_client()
    forged.set_cookie(auth.DEVICE_COOKIE, cookie.value[:-4] + "0000")
    assert log_in(forged, "auditor").status_code == 303


def test_guessing_from_one_address_slows_down_whosever_passwords(house: House) -> None:
    """O1, O4: one password tried at many accounts; it is on record."""
    stranger = house.app.test_client()
    for n in range(auth.ADDRESS_FREE + 6):
        log_in(stranger, f"person{n}", "Summer2026!!")
    with house.office.begin() as c:
        counter = attempts.key(house.office, "address", "127.0.0.1")
        later = house.office.now()
        c.execute(
            update(m.attempts)
            .where(m.attempts.c.key == counter)
            .values(failures=31, locked_until=later + timedelta(days=365))
        )
    assert log_in(stranger, "manager").status_code == 401
    far = house.app.test_client()
    far.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.99"
    assert log_in(far, "manager").status_code == 303
    with house.office.begin() as c:
        c.execute(update(m.attempts).where(m.attempts.c.key == counter).values(locked_until=None))
    log_in(stranger, "person", "Summer2026!!")
    with house.office.begin() as c:
        row = c.execute(
            select(m.critical_events).where(m.critical_events.c.event_type == "auth_failed")
        ).one()
    assert row.metadata["failures"] == 32
    assert row.user_id is None


def test_whoever_is_told_of_alarms_is_asked_where(house: House) -> None:
    """D12, O6: the first administrator has said no address; asked on the first page and their own, until they do."""
    boss = house.client("manager")  # an administrator of a new house is led to it by its first steps
    assert "/admin/account#contact" in text(boss, "/admin/")
    assert "nobody can write to you" in text(boss, "/admin/account")
    post(boss, "/admin/account/contact", email="thief@mail.example", language="en", current="a guess of mine")
    assert "#contact" in text(boss, "/admin/")
    post(boss, "/admin/account/contact", email="boss@club.example", language="en", current=PASSWORD)
    assert "#contact" not in text(boss, "/admin/")
    assert "nobody can write to you" not in text(boss, "/admin/account")
    assert "#contact" not in text(house.client("operator"), "/admin/")


WAYS_TO_STAY = {
    "contact": ("/admin/account/contact", {"email": "thief@mail.example", "language": "en"}),
    "password": ("/admin/account/password", {"password": NEW, "again": NEW}),
    "second factor": ("/admin/account/factor", {"code": "123456"}),
    "invitation": ("/admin/users/invite", {"email": "thief@mail.example", "role": "admin"}),
    "person": ("/admin/users/add", {"name": "Thief", "username": "thief", "role": "admin", "password": NEW}),
    "another's password": ("/admin/users/{auditor}/secret", {"password": NEW}),
    "role": ("/admin/users/{operator}/role", {"role": "admin", "reason": "Mine"}),
    "another's factor": ("/admin/users/{auditor}/factor/reset", {"reason": "Lost"}),
    "program": ("/admin/programs/add", {"name": "Thief", "role": "admin", "days": "30"}),
}
"""By what somebody who finds a browser open would have it open for good."""


@pytest.mark.parametrize("way", WAYS_TO_STAY)
def test_a_browser_that_was_left_open_is_no_way_in_that_stays(house: House, way: str) -> None:
    """O1, Z1: without the password nothing is made that outlives the session; with it, it is done."""
    boss = house.client("admin")
    url, form = WAYS_TO_STAY[way]
    url = url.format(**house.people)
    # On its way it must not become young again.
    house.clock.ahead_ms += (auth.PROVED_S + 1) * 1000
    with house.office.begin() as c:
        _give_factor(house, c, house.people["auditor"])
    before = _ways_in(house)
    assert "Type your present password as well" in _told(boss, post(boss, url, **form))
    wrong = post(boss, url, **form, current="a guess of mine")
    assert "Your present password is not right" in _told(boss, wrong)
    assert _ways_in(house) == before
    done = _told(boss, post(boss, url, **form, current=PASSWORD))
    if way == "second factor":
        assert "That code is not right" in done
    else:
        assert _ways_in(house) != before


def test_a_session_is_as_old_as_its_log_in(house: House) -> None:
    """O1, Z1: whoever switches between organisations, or accepts an invitation, did not log in by that."""
    me, browser = house.people["manager"], house.client("manager")
    with house.office.begin() as c:
        other = events.create_organisation(c, "Hospice", "USD")
        row = {"organization_id": other, "user_id": me, "role": "admin", "is_default": False}
        c.execute(insert(m.organization_users).values(row))
        third = events.create_organisation(c, "Choir", "USD")
        chief = auth.create_user(c, third, "chief", "Chief", PASSWORD, "admin")
        path = invitations.invite(house.office, c, third, "m@club.example", "admin", "Administrator", chief)
    hours = auth.SESSION_MS_MAX // 3_600_000
    for half_hours in range(2 * hours + 1):
        assert browser.get("/admin/").status_code == 200
        if half_hours == hours:
            assert post(browser, path, mine="yes").location == "/admin/"
        asked = other if half_hours % 2 else house.organisation
        assert post(browser, "/admin/organisation", organisation=asked).location == "/admin/"
        post(
            browser, "/admin/users/add", name="Ann", username=f"ann{half_hours}", role="operator", pin="1234"
        )
        added = f"ann{half_hours}<" in text(browser, "/admin/users")
        assert added == (half_hours == 0)
        house.clock.ahead_ms += 29 * 60_000
    house.clock.ahead_ms += 29 * 60_000
    assert browser.get("/admin/").status_code == 401


def _told(browser: FlaskClient, answer: TestResponse) -> str:
    """What a person reads after it."""
    return text(browser, answer.location) if answer.status_code == 303 else answer.get_data(as_text=True)


def _give_factor(house: House, c: Connection, user: UUID) -> None:
    factors.begin(house.office, c, user)
    c.execute(update(m.second_factors).values(confirmed_at=house.office.now()))


def _ways_in(house: House) -> list[object]:
    """Everything by which anybody comes in, but for what counts wrong guesses."""
    la = m.local_accounts
    ways = (
        select(la.c.user_id, la.c.password_hash).order_by(la.c.user_id),
        *(select(one) for one in (m.organization_users, m.invitations, m.api_tokens, m.user_identities)),
        select(m.staff_contacts.c.user_id, m.staff_contacts.c.email),
        select(m.second_factors.c.user_id).where(m.second_factors.c.confirmed_at.is_not(None)),
        select(m.operator_pins.c.user_id, m.operator_pins.c.pin_hash),
    )
    with house.office.begin() as c:
        return [sorted(map(str, c.execute(one).all())) for one in ways]


def test_people_change_their_own_name_on_record(house: House) -> None:
    """O1, O2: at once and everywhere; the audit log holds both names and who did it."""
    mine = house.client("operator")
    assert post(mine, "/admin/account/name", name="  Ada   Lovelace ").location.endswith("/admin/account#you")
    shown = text(mine)
    assert "Ada Lovelace" in shown
    assert 'value="Ada Lovelace"' in shown
    for wrong in ("", "   ", "x" * 121):
        post(mine, "/admin/account/name", name=wrong)
        assert "A name has 1 to 120 characters." in text(mine)
        assert 'value="Ada Lovelace"' in text(mine)
    log, me = m.audit_log, house.people["operator"]
    with house.office.begin() as c:
        kept = c.execute(
            select(log.c.old_data, log.c.new_data, log.c.changed_by)
            .where(log.c.table_name == "users", log.c.record_id == me)
            .order_by(log.c.id.desc())
            .limit(1)
        ).one()
    assert (kept.old_data["display_name"], kept.new_data["display_name"]) == (
        "Per operator",
        "Ada Lovelace",
    )
    assert kept.changed_by == me
