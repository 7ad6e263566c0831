"""The manual for programs: every example in it is run as it stands, against the real server."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select

from shared.clock import SystemClock
from syncserver import events, rest, tokens
from syncserver import models as m
from syncserver.config import Config
from syncserver.office import open_office
from tests.server import BLOCK, make_event, open_home, run, serving

MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL)
CURL_S_MAX = 60


def test_every_example_of_the_manual_works() -> None:
    """O12, Z2: curl, as somebody would copy it, at a server that was set up as the manual says."""
    with open_home() as home:
        assert run(home, "init", "--organisation", "Hockey Club", "--currency", "EUR").returncode == 0
        with serving(home) as url:
            places = {"OFFICE": url} | _furnish(home)
            answers = [_run(example, places) for example in EXAMPLES]
    assert len(answers) >= 6
    assert all("type" not in told for told in answers), answers
    assert [one["state"] for one in answers[0]["items"]] == ["active"]
    assert len(answers[1]["items"]) == 1
    assert answers[2]["refund"]["state"] == "due"


def _furnish(home: Path) -> dict[str, str]:
    office = open_office(Config(home), SystemClock())
    try:
        with office.begin() as c:
            house = c.execute(select(m.organizations.c.id)).scalar_one()
            boss = c.execute(select(m.local_accounts.c.user_id)).scalar_one()
            event = make_event(office, c, house, boss, "Final")
            events.activate(office, c, event, boss)
            order = _sell(c, event)
            _, secret = tokens.make(office, c, house, boss, "admin", "Manual", "admin", 1)
    finally:
        office.database.close()
    return {"TOKEN": secret, "EVENT": str(event), "ORDER": str(order)}


def _sell(c: Connection, event: UUID) -> UUID:
    """An order of one ticket, as if it had been derived."""
    order: UUID = c.execute(
        insert(m.orders)
        .values(
            validation_number=BLOCK.issue(1),
            event_id=event,
            total_amount=800,
            currency="EUR",
            payment_status="paid",
            payment_method="cash",
            ticket_count=1,
            source="rsu",
        )
        .returning(m.orders.c.id)
    ).scalar_one()
    c.execute(
        insert(m.tickets).values(
            event_id=event, draw_number=1, state="sold", order_id=order, sold_at=func.now()
        )
    )
    return order


def _run(example: str, places: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        ["sh", "-c", example], env=places, capture_output=True, text=True, check=True, timeout=CURL_S_MAX
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_manual_names_every_kind_of_problem_with_its_status() -> None:
    """Z2: and every limit as it is."""
    for name, kind in rest.PROBLEMS.items():
        line = next((one for one in MANUAL.splitlines() if one.startswith("| `") and f"`{name}`" in one), "")
        assert str(kind.status) in line, name
    assert f"| a token | {tokens.REQUESTS_PER_MINUTE} requests |" in MANUAL
    assert f"no good token | {tokens.STRANGERS_PER_MINUTE} |" in MANUAL


@pytest.mark.parametrize("called", re.findall(r"\$OFFICE(/[a-z0-9/]+)", MANUAL))
def test_the_manual_calls_what_there_is(called: str) -> None:
    """O12: each address of an example begins one of the description's."""
    assert any(one.rule.startswith(called.rstrip("/")) for one in rest.OPERATIONS) or called.startswith(
        "/draws/"
    )
