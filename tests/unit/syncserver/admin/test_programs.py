"""The page of programs: a token is made and shown once, and revoked with a reason."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from syncserver import models as m
from syncserver.db import Database
from tests.server import House, make_house, post


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def page(house: House, role: str = "admin") -> str:
    return str(house.client(role).get("/admin/programs").get_data(as_text=True))


def made(house: House, role: str = "auditor", maker: str = "admin") -> str:
    browser = house.client(maker)
    browser.get("/admin/programs")
    shown = post(browser, "/admin/programs/add", name="Web site", role=role, days="30").get_data(as_text=True)
    found = re.search(r"tmb_[0-9a-f]{64}", shown)
    assert found, shown
    return found[0]


def test_a_token_is_shown_once_and_works_until_it_is_revoked(house: House) -> None:
    """O1, Z4: on the page that made it and never again; a reason ends it."""
    assert "No program has a token yet" in page(house)
    secret = made(house)
    program = house.app.test_client()
    shown = {"Authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/events", headers=shown).status_code == 200
    listed = page(house)
    assert secret not in listed
    assert "Web site" in listed
    assert "in force" in listed
    assert "from 127.0.0.1" in listed
    with house.office.begin() as c:
        token = c.execute(select(m.api_tokens.c.id)).scalar_one()
    browser, url = house.client("admin"), f"/admin/programs/{token}/revoke"
    assert post(browser, url).status_code == 303
    assert "Reason: that will not do" in page(house)
    assert program.get("/api/v1/events", headers=shown).status_code == 200
    assert post(browser, url, reason="The laptop was stolen").status_code == 303
    assert "opens nothing from this moment on" in page(house)
    assert "The laptop was stolen" in page(house)
    assert program.get("/api/v1/events", headers=shown).status_code == 401


def test_a_manager_gives_and_revokes_no_more_than_their_own(house: House) -> None:
    """O1: an administrator's token is not a manager's to make, nor to end."""
    made(house, "admin")
    browser = house.client("manager")
    shown = page(house, "manager")
    assert 'value="operator"' in shown
    assert 'value="admin"' not in shown
    assert "Revoke…" not in shown
    refused = post(browser, "/admin/programs/add", name="X", role="admin", days="30")
    assert refused.status_code == 303
    assert "not yours to give" in page(house, "manager")
    with house.office.begin() as c:
        token = c.execute(select(m.api_tokens.c.id)).scalar_one()
    post(browser, f"/admin/programs/{token}/revoke", reason="I do not like it")
    assert "not yours to revoke" in page(house, "manager")
    secret = made(house, "operator", "manager")
    answer = house.app.test_client().get("/api/v1/events", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert "Revoke…" in page(house, "manager")


def test_a_form_that_cannot_be_says_why(house: House) -> None:
    """Z2: nothing is made."""
    browser = house.client("admin")
    browser.get("/admin/programs")
    for name, role, days, words in [
        ("", "auditor", "30", "Name: that will not do"),
        ("X", "customer", "30", "not yours to give"),
        ("X", "auditor", "0", "Days: that will not do"),
        ("X", "auditor", "soon", "Days: that will not do"),
    ]:
        assert post(browser, "/admin/programs/add", name=name, role=role, days=days).status_code == 303
        assert words in page(house)
    with house.office.begin() as c:
        assert c.scalar(select(m.api_tokens.c.id)) is None


def test_tokens_are_narrowed_by_their_state_and_exported(house: House) -> None:
    """O1: the list is one like any other."""
    made(house)
    browser = house.client("admin")
    shown = "<strong>Web site</strong>"
    assert shown in browser.get("/admin/programs?state=good").get_data(as_text=True)
    assert shown not in browser.get("/admin/programs?state=revoked").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(browser.get("/admin/programs?as=csv").get_data(as_text=True))))
    assert [(row["Program"], row["State"], row["Role"]) for row in rows] == [
        ("Web site", "in force", "Auditor")
    ]
