"""Whatever is against a kiosk or a sale has a title and a way out on every screen that tells it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kiosk
from kiosk.flow import Flow
from kiosk.flow import said as f
from kiosk.flow.troubles import TROUBLES, UNKNOWN, trouble
from kiosk.words import Phrase

ROOT = Path(kiosk.__file__).parent
RAISED = ("Fault", "Refused", "Answer", "Halted", "Declined", "Stop", "stop_selling", "_stop")
DOORS = {"drive.py"}
"""The door for scripted touches speaks to programs."""
STATES = ("disabled", "suspended", "revoked", "retired", "enrolled")
"""How the office lets a kiosk be."""


def codes() -> Iterator[tuple[str, str]]:
    """Each code that a line of the kiosk bears, with its file."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.name in DOORS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in RAISED:
                continue
            code = node.args[1 if name == "Declined" and len(node.args) > 1 else 0]
            if isinstance(code, ast.Constant) and code.value:
                yield str(code.value), path.name


def test_every_code_of_the_kiosk_has_a_title_and_something_to_do() -> None:
    """K7: each stop says why and what to do; so does each refusal."""
    found = dict(codes()) | {f"unit_{state}": "catalog.py" for state in STATES}
    assert len(found) > 60
    missing = {code: name for code, name in found.items() if code not in TROUBLES}
    assert missing == {}
    for told in (*TROUBLES.values(), UNKNOWN):
        assert isinstance(told.title, Phrase)
        assert isinstance(told.what_to_do, Phrase)
        assert told.title
        assert told.what_to_do.endswith(".")
        assert not told.title.endswith(".")


@pytest.mark.parametrize("code", [*TROUBLES, "something_of_a_newer_office"])
def test_a_blocked_screen_is_never_without_title_reason_and_advice(code: str) -> None:
    """K7: whatever stops the kiosk, the screen says what it is, why, what to do, and how grave it is."""
    flow = Flow({})
    flow.handle(f.Halted(code, "", "", "", can_retry=False))
    blocked = flow.view(0)["blocked"]
    assert flow.view(0)["screen"] == "blocked"
    assert blocked["title"]
    assert blocked["reason"]
    assert blocked["what_to_do"]
    assert blocked["kind"] in ("wait", "act", "stop")
    assert blocked["kind"] == trouble(code).kind


def test_a_refusal_without_advice_gets_the_tables() -> None:
    """K17: a toast says what to do too."""
    flow = Flow({})
    flow.handle(f.Declined("Complete", "no_shift", "No shift is open here."))
    assert flow.view(0)["toast"]["text"] == "No shift is open here. Count the float and open one."
