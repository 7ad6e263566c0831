"""The description of the interface: it is what is committed, it names every route, and every name in it leads somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from werkzeug.routing import Rule

from shared import wire
from syncserver import api, auth, openapi, rest
from syncserver.db import Database
from tests.server import House, make_house

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
DESCRIBED = re.compile(
    r"/api/v1/|/rsu/v1/|/competitions|/tickets/user$|/draws/<uuid:draw>$|.*\.(json|bin)$|/healthz$"
)
NOT_DESCRIBED = {"/api/openapi.json", "/account/data.json"}
"""The description itself; and what a person downloads."""


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def _place(rule: str) -> str:
    """An address without its parts' names."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", rule)


def test_the_committed_description_is_what_the_types_and_routes_make() -> None:
    """O12: byte for byte, as the command prints it."""
    made = subprocess.run(
        [sys.executable, "-m", "syncserver", "openapi"], capture_output=True, check=True, timeout=120
    ).stdout
    assert made == openapi.encoded()
    if made != COMMITTED.read_bytes():
        raise AssertionError(f"docs/openapi.json is not up to date: run  {openapi.COMMAND}")


def test_every_route_for_programs_is_described_and_every_described_call_is_a_route(house: House) -> None:
    """O12: both ways, with the methods."""
    described = {
        (_place(place), method.upper())
        for place, methods in openapi.document()["paths"].items()
        for method in methods
    }

    def methods(rule: Rule) -> set[str]:
        return (rule.methods or set()) - {"HEAD", "OPTIONS"}

    served = {
        (_place(rule.rule), method)
        for rule in house.app.url_map.iter_rules()
        if DESCRIBED.match(rule.rule) and rule.rule not in NOT_DESCRIBED
        for method in methods(rule)
    }
    assert served == described


def test_every_call_for_kiosks_is_described_with_its_types() -> None:
    """O12: each view of the kiosks' door, under its name."""
    views = {rule.name for rule in openapi.WIRE}
    assert views == {
        name
        for name, view in vars(api).items()
        if isinstance(view, FunctionType) and hasattr(view, "tombola_access")
    }
    signed = {call.name for call in openapi.WIRE if call.signed}
    assert signed == {name for name in views if auth.RSU in vars(api)[name].tombola_access}


def _walk(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(one for part in value.values() for one in _walk(part))]
    return [one for part in value for one in _walk(part)] if isinstance(value, list) else []


def test_every_reference_leads_to_something_and_everything_is_referred_to() -> None:
    """O12: no loose ends."""
    document = openapi.document()
    named = {one["$ref"] for one in _walk(document) if isinstance(one.get("$ref"), str)}
    held = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses")
        for name in document["components"][kind]
    }
    assert named <= held
    unused = held - named
    # The header of an upload is told of in words; 405 is every path's answer to other methods.
    assert unused == {"#/components/schemas/RsuBatchHeader", "#/components/responses/Problem405"}


def test_every_call_says_for_whom_it_is_and_what_may_go_wrong() -> None:
    """O1, O12: roles, security, problems, a key where something changes, one operationId each."""
    document, limited = openapi.document(), {one.name for one in rest.OPERATIONS}
    names = []
    for place, methods in document["paths"].items():
        for method, said in methods.items():
            names.append(said["operationId"])
            assert said["tags"][0] in {tag["name"] for tag in document["tags"]}
            assert "security" in said
            assert {"500", "503"} <= set(said["responses"])
            if said["operationId"] in limited:
                assert "429" in said["responses"], place
            if place.startswith("/api/v1"):
                assert said["x-roles"]
                assert {"401", "403"} <= set(said["responses"])
                headers = {one["name"] for one in said.get("parameters", ()) if one["in"] == "header"}
                assert ("Idempotency-Key" in headers) == (
                    method == "post" and said["operationId"] != "validate_ticket"
                )
    assert len(names) == len(set(names))


def test_problems_are_described_by_their_statuses() -> None:
    """O12: every kind of problem stands in an answer of its status."""
    answers = openapi.document()["components"]["responses"]
    for name, kind in rest.PROBLEMS.items():
        assert f"`{name}`" in answers[f"Problem{kind.status}"]["description"]


def test_the_description_is_served_as_it_is_committed(house: House) -> None:
    """O12: to everybody, with a mark by which it need not be fetched twice."""
    browser = house.app.test_client()
    answer = browser.get("/api/openapi.json")
    assert answer.data == COMMITTED.read_bytes()
    assert answer.headers["ETag"]
    assert json.loads(answer.data)["openapi"] == "3.1.0"
    assert wire.PROTOCOL_HEADER in answer.get_data(as_text=True)
