"""Programs' tokens: whose they are, what they are worth when, answers kept once, and how often one may ask."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from shared.errors import Refused
from syncserver import auth, events, tokens
from syncserver import models as m
from syncserver.db import Database
from tests.server import PASSWORD, House, StandingClock, make_house


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def make(house: House, role: str = "manager", maker: str = "admin", days: int = 30) -> tuple[UUID, str]:
    with house.office.begin(house.people[maker]) as c:
        return tokens.make(
            house.office, c, house.organisation, house.people[maker], maker, "Web site", role, days
        )


def opens(house: House, secret: str) -> tokens.Holder | None:
    return tokens.holder(house.office, secret, "127.0.0.1")


def test_a_token_is_kept_as_a_hash_and_speaks_for_its_maker(house: House) -> None:
    """Z4: nothing in the table, the audit trail or the critical events is of any use to a reader."""
    token, secret = make(house)
    held = opens(house, secret)
    assert held is not None
    assert (held.token, held.user, held.role, held.organisation) == (
        token,
        house.people["admin"],
        "manager",
        house.organisation,
    )
    with house.office.begin() as c:
        for table in ("api_tokens", "audit_log", "critical_events"):
            rows = c.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars()
            written = "\n".join(rows)
            assert secret not in written
            assert secret.removeprefix(tokens.PREFIX) not in written
            if table != "api_tokens":
                assert tokens.hashed(secret).hex() not in written
        kinds = c.execute(select(m.critical_events.c.event_type)).scalars().all()
    assert "token_made" in kinds


def test_what_is_no_token_opens_nothing(house: House) -> None:
    """Z2: whatever somebody sends."""
    for given in ("", "tmb_", "tmb_" + "0" * 64, "Bearer", "tmb_" + "é" * 64, "\ud800" * 68):
        assert opens(house, given) is None


def test_a_token_ends_with_its_time_its_revocation_and_its_maker(house: House) -> None:
    """O1, Z2: expired, revoked, maker deactivated, maker's role too low, organisation closed: it opens nothing."""
    _, expiring = make(house, days=1)
    token, revoked = make(house)
    _, kept = make(house, "operator", "manager")
    assert opens(house, expiring)
    with house.office.begin(house.people["admin"]) as c:
        name = tokens.revoke(
            house.office, c, house.organisation, token, house.people["admin"], "Lost a laptop"
        )
        assert name == "Web site"
    assert opens(house, revoked) is None
    with house.office.begin() as c, pytest.raises(Refused, match="revoked already"):
        tokens.revoke(house.office, c, house.organisation, token, house.people["admin"], "Again")
    with house.office.begin() as c:
        said = c.execute(
            select(m.critical_events.c.description).where(m.critical_events.c.event_type == "token_revoked")
        ).scalar_one()
    assert "Lost a laptop" in said
    house.clock.ahead_ms += 24 * 3_600_000 + 1
    assert opens(house, expiring) is None
    assert opens(house, kept)
    ou = m.organization_users
    mine = ou.c.user_id == house.people["manager"]
    with house.office.begin() as c:
        c.execute(update(ou).where(mine).values(role="operator"))
    assert opens(house, kept) is None
    with house.office.begin() as c:
        assert {row.state for row in tokens.listed(house.office, c, house.organisation)} == {
            "expired",
            "revoked",
            "idle",
        }
        c.execute(update(ou).where(mine).values(role="manager"))
    assert opens(house, kept)
    with house.office.begin() as c:
        auth.set_active(
            c,
            house.organisation,
            house.people["manager"],
            False,
            house.people["admin"],
            "Has left",
            house.office.now(),
        )
    assert opens(house, kept) is None


def test_nobody_gives_a_program_more_than_they_may_do(house: House) -> None:
    """O1: an administrator gives every role of the staff, an event manager two, others none; nobody a customer's."""
    for maker, role in product(auth.STAFF, auth.ROLES):
        may = role in tokens.MAY_GIVE.get(maker, ())
        assert may == (
            (maker == "admin" and role in auth.STAFF)
            or (maker == "manager" and role in {"manager", "operator"})
        )
        if may:
            assert opens(house, make(house, role, maker)[1])
        else:
            with pytest.raises(Refused, match="not yours to give"):
                make(house, role, maker)


def test_a_token_that_cannot_be_is_refused(house: House) -> None:
    """Z2: bounds on its name and its life."""
    for name, days in [("", 1), (" ", 1), ("x" * 101, 1), ("a\nb", 1), ("ok", 0), ("ok", 367)]:
        with house.office.begin() as c, pytest.raises(Refused, match="will not do"):
            tokens.make(
                house.office, c, house.organisation, house.people["admin"], "admin", name, "auditor", days
            )


def test_tokens_are_not_many(house: House) -> None:
    """Z2: so many at a time, and those that have ended do not count."""
    secrets = [make(house)[1] for _ in range(tokens.TOKENS_MAX)]
    assert len(set(secrets)) == tokens.TOKENS_MAX
    with pytest.raises(Refused, match="already"):
        make(house)
    house.clock.ahead_ms += 31 * 24 * 3_600_000
    assert make(house)


def test_another_organisation_s_token_cannot_be_revoked(house: House) -> None:
    """O1: it is not there."""
    token, _ = make(house)
    with house.office.begin() as c:
        rival = events.create_organisation(c, "Rivals", "EUR")
        boss = auth.create_user(c, rival, "rival", "Ri Val", PASSWORD, "admin")
        assert tokens.listed(house.office, c, rival) == []
        with pytest.raises(Refused, match="no such token"):
            tokens.revoke(house.office, c, rival, token, boss, "Not mine at all")


def test_the_application_can_neither_change_nor_delete_a_token(house: House) -> None:
    """O2: what a token may do never changes after it was made."""
    make(house)
    for statement in ("DELETE FROM api_tokens", "UPDATE api_tokens SET role = 'admin'"):
        with pytest.raises(ProgrammingError, match="permission denied"), house.office.begin() as c:
            c.execute(text(statement))


def test_an_answer_is_kept_for_a_day_and_forgotten(house: House) -> None:
    """Z2: under its key; after a day the key is free, and nothing stays behind."""
    token, _ = make(house)
    kept = tokens.Kept(b"f" * 32, 200, "application/json", b"{}")
    with house.office.begin() as c:
        assert tokens.take_key(house.office, c, token, "k") == (True, None)
        tokens.keep(house.office, c, token, "k", kept)
    with house.office.begin() as c, house.office.begin() as other:
        assert tokens.take_key(house.office, c, token, "k") == (True, kept)
        assert tokens.take_key(house.office, other, token, "k") == (False, None), "somebody holds it"
        assert tokens.take_key(house.office, other, token, "l") == (True, None), "another key is free"
    house.clock.ahead_ms += int(timedelta(hours=24) / timedelta(milliseconds=1))
    with house.office.begin() as c:
        assert tokens.take_key(house.office, c, token, "k") == (True, None)
        tokens.keep(house.office, c, token, "k", kept)
    house.clock.ahead_ms += int(timedelta(hours=25) / timedelta(milliseconds=1))
    assert "1 answers" in tokens.run_due(house.office)[0]
    assert tokens.run_due(house.office) == []
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.api_requests)) == 0


def test_whoever_asks_too_often_waits_and_is_let_in_again() -> None:
    """Z2: so many at once, refilled evenly; each by themselves; the memory is bounded."""
    clock = StandingClock()
    rates = tokens.Rates(clock)
    waits = [rates.wait_s("a", 60) for _ in range(70)]
    assert waits[:60] == [0] * 60
    assert set(waits[61:]) == {1}
    assert rates.wait_s("b", 60) == 0
    clock.ahead_ms += 10_000
    assert [rates.wait_s("a", 60) for _ in range(10)] == [0] * 10
    assert tokens.Rates(clock).wait_s("a", 1) == 0
    slow = tokens.Rates(clock)
    assert slow.wait_s("a", 1) == 0
    assert 55 <= slow.wait_s("a", 1) <= 60
    for i in range(tokens.BUCKETS_MAX + 5):
        slow.wait_s(str(i), 1)
    assert slow.wait_s("a", 1) == 0, "whoever asked longest ago is forgotten"
