"""The server as programs watch it: alive, ready, in numbers, and its log of requests without anything secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # its types would be one more dependency
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from shared.errors import Refused
from syncserver import live, logs
from syncserver.app import create_app
from syncserver.config import Mail, read_config
from syncserver.db import Database
from tests.server import PASSWORD, House, make_house, sell

UUID_LIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def numbers(house: House, **headers: str) -> dict[tuple[str, ...], float]:
    """What /metrics says, by name and the values of the labels in the order of their names."""
    answer = house.app.test_client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_alive_asks_nobody_and_ready_says_what_is_missing(house: House, database: Database) -> None:
    """K2: another schema is not ready; a worker that is not at work is a warning alone."""
    browser = house.app.test_client()
    assert browser.get("/healthz").json == {"ok": True}
    said = browser.get("/readyz")
    assert (said.status_code, said.json) == (
        200,
        {
            "ready": True,
            "checks": {
                "database": "ok",
                "migrations": "ok",
                "worker": "warning: not at work",
                "disk": "ok",
            },
        },
    )
    live.beat(house.office, "worker")
    assert browser.get("/readyz").json["checks"]["worker"] == "ok"  # type: ignore[index]
    # The clock was put back: what the worker said of an hour to come says nothing of now.
    house.clock.ahead_ms -= 3_600_000
    assert browser.get("/readyz").json["checks"]["worker"] == "warning: not at work"  # type: ignore[index]
    house.clock.ahead_ms += 3_600_000
    owner = create_engine(database.owner_url)
    with owner.begin() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '0001_first'"))
    owner.dispose()
    said = browser.get("/readyz")
    assert (said.status_code, said.json["checks"]["migrations"]) == (503, "of another version")  # type: ignore[index]


def test_facts_come_from_the_database_and_requests_are_counted_by_their_route(house: House) -> None:
    """O6: no label holds an id or a name."""
    sell(house, 1)
    assert house.client("admin").get(f"/admin/events/{house.event}").status_code == 200
    house.client("admin").get("/nothing/of/the/kind?token=abcdef")
    told = numbers(house)
    assert told["tombola_database_up",] == 1
    assert told["tombola_sales_minor_units", "EUR"] == 800
    assert told["tombola_tickets_sold", "EUR"] == 5
    assert told["tombola_kiosks", "new"] == 1
    assert told["tombola_worker_seen_seconds",] == -1
    assert told["tombola_findings_open", "yes"] == 0
    assert told["tombola_http_requests_total", "GET", "/admin/events/<uuid:event>", "2xx"] >= 1
    assert told["tombola_http_requests_total", "GET", "none", "4xx"] >= 1
    assert not any(UUID_LIKE.search(label) or "abcdef" in label for key in told for label in key)


def test_the_rules_for_alerts_ask_for_numbers_that_there_are(house: House) -> None:
    """O10: the example is well-formed, each rule says what it means, and none waits for a number that never comes."""
    sell(house, 1)
    house.client("admin").get("/admin/")
    # What has a label, and nothing to count yet, is named all the same.
    told = house.app.test_client().get("/metrics").text
    known = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE)) | {name for name, *_ in numbers(house)}
    groups = yaml.safe_load((Path(__file__).parents[3] / "docs/alerts.yml").read_text(encoding="utf-8"))[
        "groups"
    ]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 9
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule
        assert rule["labels"]["severity"] in {"page", "mail"}
        assert rule["annotations"]["summary"].endswith((".", "?"))
        assert set(re.findall(r"tombola_\w+", rule["expr"])) <= known, rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_only_this_machine_or_the_token_reads_the_numbers(house: House) -> None:
    """Z4: what a proxy passed on came from anywhere; with a token nobody is let in without it."""
    browser = house.app.test_client()
    assert browser.get("/metrics").status_code == 200
    assert browser.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    elsewhere = {"REMOTE_ADDR": "203.0.113.9", "wsgi.url_scheme": "https"}
    assert browser.get("/metrics", environ_overrides=elsewhere).status_code == 404
    config = replace(house.office.config, metrics_token="s" * 20)
    locked = create_app(replace(house.office, config=config)).test_client()
    assert locked.get("/metrics").status_code == 404
    assert locked.get("/metrics", headers={"Authorization": "Bearer " + "t" * 20}).status_code == 404
    shown = {"Authorization": "Bearer " + "s" * 20, "X-Forwarded-For": "203.0.113.9"}
    assert locked.get("/metrics", headers=shown).status_code == 200


def test_a_request_s_id_is_taken_from_a_proxy_of_ours_where_it_is_one(house: House) -> None:
    """Z4: anything else gets a new one, so that nobody writes into the log."""
    browser = house.app.test_client()

    def answered(shown: str, remote: str = "127.0.0.1") -> str:
        answer = browser.get(
            "/healthz",
            headers={"X-Request-ID": shown},
            environ_overrides={"REMOTE_ADDR": remote, "wsgi.url_scheme": "https"},
        )
        return answer.headers["X-Request-ID"]

    assert answered("abc-12345678") == "abc-12345678"
    assert answered("abc-12345678", "203.0.113.9") != "abc-12345678"
    for bad in ("short", "x" * 100, "a b c d e f g h", 'a"} {"level": 1'):
        assert re.fullmatch(r"[0-9a-f]{16}", answered(bad))


# The log --------------------------------------------------------------------------------------------


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    kept = logging.getLogger()
    handlers, level = kept.handlers[:], kept.level
    yield kept
    kept.handlers[:], kept.level = handlers, level
    logs.about()


def test_no_secret_and_nobody_s_data_reaches_the_log(
    house: House, root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Z4: passwords, tokens, queries, cookies and addresses, whichever way they come."""
    config = read_config(
        {
            "DATABASE_URL": "postgresql://tombola:pa55w0rd-of-db@db/tombola",
            "TOMBOLA_METRICS_TOKEN": "metrics-token-0123456789",
        }
    )
    config = replace(config, mail=Mail("mail", 587, "starttls", "a@b.example", "user", "mail-password-1"))
    logs.set_up("json", logs.secrets_of(config))
    browser = house.app.test_client()
    browser.get("/admin/login")
    with browser.session_transaction() as session:
        csrf = str(session["csrf"])
    browser.post("/admin/login", data={"username": "admin", "password": PASSWORD, "csrf": csrf})
    browser.get("/admin/orders?q=alice%40example.org&token=qwertyuiop")
    browser.get(f"/admin/events/{house.event}")
    log = logging.getLogger("tests")
    log.warning("cannot connect to postgresql://tombola:pa55w0rd-of-db@db/tombola as asked")
    log.warning("the mail server took mail-password-1 and metrics-token-0123456789 for bob@example.org")
    log.warning("Authorization: Bearer abcdefghijk, Cookie: tombola=xyz; GET /x?code=4711")
    log.warning("two lines\nthe second pretends to be one")
    try:
        int("carol@example.org " + PASSWORD)
    except ValueError:
        log.exception("a bug")
    said = capsys.readouterr().err
    rows = [json.loads(line) for line in said.splitlines()]
    for secret in (
        PASSWORD, csrf, "alice", "qwertyuiop", "pa55w0rd", "mail-password-1", "metrics-token", "bob@", "carol@",
        "abcdefghijk", "xyz", "4711",
    ):  # fmt: skip
        assert secret not in said, secret
    page = next(row for row in rows if row["message"] == "GET /admin/events/<uuid:event>")
    assert (page["level"], page["status"], page["route"]) == ("info", 200, "/admin/events/<uuid:event>")
    assert page["organisation"] == str(house.organisation)
    assert page["user"] == str(house.people["admin"])
    assert page["duration_ms"] >= 0
    assert re.fullmatch(r"[0-9a-f]{16}", page["request"])
    bug = next(row for row in rows if row["message"] == "a bug")
    assert bug["error"] == "ValueError"
    assert "test_metrics.py" in bug["trace"][1]
    assert any("two lines" in row["message"] for row in rows)


def test_the_log_for_people_has_one_line_for_one_thing(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Z4: a line break in what somebody sent makes no second line."""
    logs.set_up("text")
    logging.getLogger("tests").warning("one\n2026-01-01 ERROR forged")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("WARNING tests one\\n2026-01-01 ERROR forged")


def test_settings_that_cannot_be_are_refused_without_showing_them() -> None:
    """Z4."""
    with pytest.raises(Refused, match="TOMBOLA_LOG is 'xml'"):
        read_config({"TOMBOLA_LOG": "xml"})
    with pytest.raises(Refused, match="TOMBOLA_METRICS_TOKEN is no token") as refused:
        read_config({"TOMBOLA_METRICS_TOKEN": "hunter2"})
    assert "hunter2" not in str(refused.value) + refused.value.hint
    assert "s3cret" not in repr(read_config({"TOMBOLA_METRICS_TOKEN": "s3cret" * 4}))
