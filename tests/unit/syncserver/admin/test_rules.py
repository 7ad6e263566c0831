"""The house rules: what is decided for all events and kiosks, and how a kiosk hears of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from shared.errors import Refused
from shared.wire import ShiftRules
from syncserver import models as m
from syncserver import organisations
from syncserver.admin.rules import denominations
from syncserver.db import Database
from tests.server import House, make_house, post


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


GIVEN = {
    "required": "yes",
    "tolerance": "2.50",
    "customer_days": "90",
    "coins": "EUR: 0.50, 2, 10 50\n\njpy 1000 500",
}


def test_house_rules_are_changed_shown_and_on_the_trail(house: House) -> None:
    """K13, O2, O10: whoever looks later sees what they were before, and by whom."""
    browser = house.client("manager")
    assert post(browser, "/admin/rules/change", **GIVEN).status_code == 303
    with house.office.begin() as c:
        held = organisations.of(c, house.organisation)
        a = m.audit_log
        trail = c.execute(
            select(a.c.changed_by).where(a.c.table_name == "system_configurations", a.c.operation == "INSERT")
        ).all()
    assert held.shifts == ShiftRules(
        required=True, blind=False, denominations={"EUR": (5_000, 1_000, 200, 50), "JPY": (1_000, 500)}
    )
    assert (held.tolerated("EUR"), held.customer_days, held.timezone) == (250, 90, "Europe/Berlin")
    assert [row.changed_by for row in trail] == [house.people["manager"]]
    shown = browser.get("/admin/rules").get_data(as_text=True)
    assert "EUR: 50, 10, 2, 0.50" in shown
    assert "JPY: 1000, 500" in shown
    assert 'value="2.50"' in shown


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("tolerance", "-1", "Over or short: that will not do"),
        ("customer_days", "0", "Days: that will not do"),
        ("coins", "XXQ: 5", "is no currency"),
        ("coins", "EUR: 5\nEUR: 1", "stands there twice"),
        ("coins", "EUR: 1e999999999", "is no amount"),
        ("coins", "EUR: 0.005", "is no amount"),
        ("coins", "EUR: 0", "has a value of its own above 0"),
        ("coins", "EUR", "needs 1 to"),
    ],
)
def test_rules_that_cannot_be_are_shown_again_with_what_was_typed(
    house: House, field: str, value: str, words: str
) -> None:
    """Z3: nothing typed is lost."""
    answer = post(house.client("manager"), "/admin/rules/change", **(GIVEN | {field: value}))
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert words in shown
    assert value.splitlines()[-1] in shown
    with house.office.begin() as c:
        assert organisations.of(c, house.organisation) == organisations.Decided(timezone="Europe/Berlin")


def test_notes_and_coins_are_read_as_people_write_them() -> None:
    assert denominations(" usd;20 10 .. ".replace("..", "")) == {"USD": (2_000, 1_000)}
    with pytest.raises(Refused):
        denominations("EUR: 5€")
