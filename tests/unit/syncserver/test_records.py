"""The regulator's export, checked with nothing of ours; and how long records are kept."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, select, text, update

from shared.errors import Refused
from syncserver import auth, events, notifications, retention
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.db import Database
from tests.server import PASSWORD, House, close_and_confirm, drawn, log_in, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """With an event that is drawn."""
    made = make_house(database, tmp_path)
    for i in range(20):
        sell(made, 1 + 5 * i, counter=i + 1)
    close_and_confirm(made)
    drawn(made, official=True)
    return made


def taken(house: House, role: str = "auditor", **form: str) -> zipfile.ZipFile:
    answer = post(house.client(role), "/admin/records/export", **form)
    assert answer.status_code == 200, answer.location
    assert answer.content_type == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def rows(packed: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.TextIOWrapper(packed.open(name), encoding="utf-8", newline="")))


def check(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """What Debian's own programs say of an archive that was unpacked here."""
    commands = (
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "office.pem", "-rawin", "-in", "SHA256SUMS", "-sigfile",
         "SHA256SUMS.sig"],
    )  # fmt: skip
    return [subprocess.run(one, cwd=folder, capture_output=True, text=True, check=False) for one in commands]


def test_an_export_is_checked_by_sha256sum_and_openssl_alone(house: House, tmp_path: Path) -> None:
    """O2, O3: every file stands in the sums, the sums are signed, and a changed byte shows in either."""
    folder = tmp_path / "records"
    taken(house, event=str(house.event)).extractall(folder)
    assert [one.returncode for one in check(folder)] == [0, 0]
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()[1:]}
    there = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert there == listed | {"SHA256SUMS", "SHA256SUMS.sig", "office.pem"}
    key = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "office.pem", "-text", "-noout"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert house.office.key.public.hex() in key.stdout.replace(":", "").replace("\n", "").replace(" ", "")
    trail = folder / "audit.csv"
    trail.write_bytes(trail.read_bytes().replace(b"Final", b"Fatal"))
    assert [one.returncode == 0 for one in check(folder)] == [False, True]
    sums = folder / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(b"audit.csv", b"audot.csv"))
    assert check(folder)[1].returncode != 0


def test_an_export_holds_all_that_a_regulator_asks_for(house: House, tmp_path: Path) -> None:
    """O3, O4: trail, events in words, reports, proofs and journals; and that it was taken, by whom."""
    packed = taken(house, event=str(house.event))
    assert packed.testzip() is None
    names = packed.namelist()
    bundle = next(name for name in names if name.endswith("bundle.json"))
    (tmp_path / "bundle.json").write_bytes(packed.read(bundle))
    assert json.loads(packed.read(bundle))["bundle_sha256"]
    for part in (
        "reports/summary-",
        "reports/tickets-",
        "reports/voids-",
        "manifest.json",
        "pool-main.bin",
        "keys.csv",
    ):
        assert any(part in name for name in names), part
    told = rows(packed, "critical-events.csv")
    assert {"A draw became official", "A draw's pool was frozen"} <= {row["words"] for row in told}
    assert [row["by_name"] for row in told if row["code"] == "records_exported"] == ["Per auditor"]
    trail = rows(packed, "audit.csv")
    closed = next(row for row in trail if '"state": "closed"' in row["after"])
    assert closed["by_name"] == "Per manager"
    assert '"state": "active"' in closed["before"]


def test_an_export_of_a_span_holds_what_happened_in_it(house: House) -> None:
    """O2: by the house's clock, both ends as asked; a span that ends before it begins is refused."""
    with house.office.begin() as c:
        critical_event(c, "unit_silent", "WARN", "long ago", at=house.office.now() - timedelta(days=40))
    day = "%Y-%m-%dT%H:%M"
    now = house.office.now()
    old = taken(house, since=f"{now - timedelta(days=50):{day}}", until=f"{now - timedelta(days=30):{day}}")
    assert [row["said"] for row in rows(old, "critical-events.csv")] == ["long ago"]
    assert rows(old, "audit.csv") == []
    new = taken(house, since=f"{now - timedelta(days=1):{day}}", until=f"{now + timedelta(days=1):{day}}")
    assert "long ago" not in {row["said"] for row in rows(new, "critical-events.csv")}
    assert len(rows(new, "audit.csv")) > 100
    for since, until in (
        ("2031-01-02T00:00", "2031-01-01T00:00"),
        ("", ""),
        ("1900-01-01T00:00", "2031-01-01T00:00"),
    ):
        assert (
            post(house.client("auditor"), "/admin/records/export", since=since, until=until).status_code
            == 303
        )


def test_nobody_takes_what_is_another_organisation_s(house: House) -> None:
    """O1: neither its events, nor what its people did."""
    with house.office.begin() as c:
        other = events.create_organisation(c, "Rivals", "EUR")
        auth.create_user(c, other, "rival", "Ri Val", PASSWORD, "admin")
    rival = house.app.test_client()
    log_in(rival, "rival")
    assert post(rival, "/admin/records/export", event=str(house.event)).status_code == 303
    answer = post(rival, "/admin/records/export", since="2020-01-01T00:00", until="2031-01-01T00:00")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert not any("FINAL" in name for name in packed.namelist())
    assert "Final" not in packed.read("audit.csv").decode() + packed.read("critical-events.csv").decode()


def test_records_are_kept_for_three_years_and_more(house: House) -> None:
    """O10: an organisation may ask for longer, never for less; what it sets is on record."""
    with house.office.begin() as c:
        assert retention.years(c, house.organisation) == retention.YEARS_USUAL
        for wanted in (-1, 0, 2, 101):
            with pytest.raises(Refused, match="3 to 100 years"):
                retention.set_years(c, house.organisation, wanted, house.people["admin"])
    post(house.client("admin"), "/admin/records/keep", years="3")
    post(house.client("admin"), "/admin/records/keep", years="2")
    assert post(house.client("auditor"), "/admin/records/keep", years="9").status_code == 403
    with house.office.begin() as c:
        assert retention.years(c, house.organisation) == 3
        k = m.critical_events
        words = (
            c.execute(select(k.c.description).where(k.c.event_type == "retention_changed")).scalars().all()
        )
    assert words == ["Records are kept for 3 years, not 7."]


def age(database: Database, years: int) -> None:
    """As the owner: let half of the records be so old."""
    owner = create_engine(database.owner_url)
    with owner.begin() as c:
        c.execute(update(m.audit_log).where(m.audit_log.c.id % 2 == 0).values(changed_at=func.now() - text(f"interval '{years} years'")))  # fmt: skip
    owner.dispose()


def test_what_is_beyond_is_told_and_deleted_by_the_owner_alone(house: House, database: Database) -> None:
    """O10: nothing goes by itself, nothing that must be kept goes at all; the longest rule of the house holds."""
    a = m.audit_log
    age(database, 4)
    with house.office.begin() as c:
        count = c.scalar(select(func.count()).select_from(a)) or 0
        old = c.scalar(select(func.count()).select_from(a).where(a.c.id % 2 == 0)) or 0
        assert [one.rows for one in retention.beyond(c, retention.horizon(c))] == [0, 0]
        retention.set_years(c, house.organisation, 3, house.people["admin"])
        other: UUID = events.create_organisation(c, "Rivals", "EUR")
        assert [one.rows for one in retention.beyond(c, retention.horizon(c))] == [0, 0]
        retention.set_years(c, other, 3, house.people["admin"])
    with house.office.begin() as c:
        assert [one.rows for one in retention.beyond(c, retention.horizon(c))] == [old, 0]
    assert [one.rows for one in retention.expire(database)] == [old, 0]
    with house.office.begin() as c:
        left = c.scalar(select(func.count()).select_from(a).where(a.c.id <= count)) or 0
        assert left >= count - old - 3
        said = c.execute(
            select(m.critical_events.c.description).where(m.critical_events.c.event_type == "records_expired")
        ).scalar_one()
    assert said.startswith(f"{old} rows of audit_log")
    assert [one.rows for one in retention.expire(database)] == [0, 0]


def test_a_log_in_from_another_machine_is_on_record(house: House) -> None:
    """O4: remote access, with where it came from; one at the server itself is none."""
    k = m.critical_events
    browser = house.app.test_client()
    log_in(browser, "claims")
    assert browser.get("/admin/claims").status_code == 200
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).where(k.c.event_type == "remote_access")) == 0
    away = house.app.test_client()
    away.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    house.app.config["PLAIN_HTTP"] = True
    log_in(away, "claims")
    with house.office.begin() as c:
        row = c.execute(select(k).where(k.c.event_type == "remote_access")).one()
    assert (row.user_id, row.metadata["from"]) == (house.people["claims"], "203.0.113.9")


def test_an_export_of_one_event_holds_what_hangs_on_its_orders_and_draws(house: House) -> None:
    """O2, E4: rows that do not name the event themselves: a message, a result; none of another event."""
    with house.office.begin() as c:
        order = c.execute(select(m.orders).where(m.orders.c.event_id == house.event).limit(1)).one()
        to = notifications.To(email="nora@example.org")
        notifications.enqueue(
            house.office, c, house.organisation, "refunded", once="r/1", to=to, facts={}, order=order.id
        )
    tables = {row["table"] for row in rows(taken(house, event=str(house.event)), "audit.csv")}
    assert {"raffle_events", "notifications", "draw_results"} <= tables
    other = rows(taken(house, event=str(house.draft)), "audit.csv")
    assert not {"notifications", "draw_results", "rsu_allocations"} & {row["table"] for row in other}
