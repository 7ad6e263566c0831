"""The whole interface fuzzed from its own description: no 5xx, and every answer is as it is described.

``TOMBOLA_FUZZ_EXAMPLES`` makes it look deeper (200 takes a quarter of an hour).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from shared import wire
from shared.clock import SystemClock
from shared.keys import SigningKey
from syncserver import auth, draws, events, rest, rsus, tokens
from syncserver import models as m
from tests.postgres import Cluster
from tests.server import House, Unit, close_and_confirm, make_event, make_house, sell

EXAMPLES = int(os.environ.get("TOMBOLA_FUZZ_EXAMPLES", "4"))
RUN_S_MAX = 240 + 20 * EXAMPLES
HOOKS = Path(__file__).with_name("fuzz_hooks.py")
ROOT = Path(__file__).parents[2]
SETTINGS = """
[checks]
# 422 is a value that cannot be, 426 a version of the protocol that is not spoken, 409 what stands in the way.
positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 409, 422, 426]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 426]
missing_required_header.expected-statuses = [400, 401, 403, 404, 415, 422, 426]

[[operations]]
# Kiosks' keys and codes are told from noise by what they are, not by their form.
include-path-regex = "^/rsu/"
checks.positive_data_acceptance.enabled = false
"""


@dataclass
class Target:
    """A served house, with a token of each role, an enrolled kiosk, and ids of things that are there."""

    url: str
    folder: Path
    shown: dict[str, str]
    unit: Unit
    places: dict[str, str]

    def fuzz(self, phases: str, *arguments: str, turns: str = "") -> None:
        """Runs schemathesis; the test fails with what it says.

        As an administrator's program; with ``turns`` as each of these in turn, signed where kiosks sign, and where
        things are there.
        """
        known = "".join(f'"path.{k}" = {json.dumps(v)}\n' for k, v in self.places.items())
        folder = self.folder / ("there" if turns else "anywhere")
        folder.mkdir()
        (folder / "schemathesis.toml").write_text(
            (f"[parameters]\n{known}\n" if turns else "") + SETTINGS, encoding="utf-8"
        )
        told = {
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "FUZZ_TURNS": turns,
            "FUZZ_UNIT": f"{self.unit.key.private.private_bytes_raw().hex()}:{self.unit.name}"
            if turns
            else "",
        }
        run = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                f"{self.url}/api/openapi.json",
                *("-H", f"Authorization: Bearer {self.shown['admin']}"),
                *("--phases", phases),
                *("--max-examples", str(EXAMPLES)),
                *("--seed", "1"),
                *("--warnings", "off"),
                *("--suppress-health-check", "all"),
                "--no-shrink",
                "--continue-on-failure",
                *arguments,
            ],
            cwd=folder,
            env=os.environ | told,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_S_MAX,
        )
        assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]


def _enrolled(house: House) -> Unit:
    key = SigningKey.new(SystemClock())
    with house.office.begin() as c:
        code = rsus.new_code(house.office, c, house.rsu, None)
    asked = wire.EnrolRequest(code=code, public_key=key.public.hex(), device="fuzzed", software="1")
    unit = Unit(key, rsus.enrol(house.office, asked))
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    return unit


@pytest.fixture(scope="module")
def target(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A house with an official draw and another event on sale, served by threads on a port of loopback."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres.fresh())
        house = make_house(database, tmp_path_factory.mktemp("home"))
        house.app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(house.clock), 10**9, 10**9, 10**9)
        for i in range(20):
            sell(house, 1 + 5 * i, counter=i + 1)
        close_and_confirm(house)
        by = house.people["manager"]
        draw = draws.draw_now(house.office, house.event, by)
        with house.office.begin(by) as c:
            draws.make_official(house.office, c, draw, by)
            onsale = make_event(house.office, c, house.organisation, by, "Next")
            events.activate(house.office, c, onsale, by)
        boss = house.people["admin"]
        with house.office.begin(boss) as c:
            shown = {
                role: tokens.make(house.office, c, house.organisation, boss, "admin", role, role, 1)[1]
                for role in auth.STAFF
            }
            order = c.execute(select(m.orders.c.id).limit(1)).scalar_one()
        places = {
            "event": str(house.event),
            "competitionId": str(house.event),
            "draw": str(draw),
            "order": str(order),
            "kiosk": str(house.rsu),
            "customer": str(house.customer),
            "report": "summary",
            "table": "sales",
            "pool": "main",
            "number": "3",
        }
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, house.app, threaded=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        stack.callback(server.server_close)
        stack.callback(serving.join)
        stack.callback(server.shutdown)
        folder = tmp_path_factory.mktemp("fuzz")
        yield Target(f"http://127.0.0.1:{server.server_port}", folder, shown, _enrolled(house), places)


def test_no_input_makes_a_5xx_and_every_answer_is_as_described(target: Target) -> None:
    """Z3: every check over every call, as an administrator's program: its edges, chance, and calls in a row."""
    # It takes the token that it was given for missing where only the key is; `ignored_auth` looks at tokens.
    target.fuzz("examples,coverage,fuzzing,stateful", "--exclude-checks", "missing_required_header")


def test_what_is_there_is_told_as_described_to_programs_of_every_role_and_none(target: Target) -> None:
    """Z2, Z3: where addresses name things that there are, with each role's token in turn, and kiosks that sign."""
    target.fuzz(
        "fuzzing",
        *("--exclude-checks", "ignored_auth,missing_required_header,negative_data_rejection"),
        turns=",".join(["", *target.shown.values()]),
    )
