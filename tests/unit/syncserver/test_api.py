"""The kiosks' door: who is speaking, each refusal with its own code, and what is answered."""

from __future__ import annotations

import base64
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, func, select

from shared import keys, wire
from shared.clock import SystemClock
from shared.keys import SigningKey
from syncserver import api, rsus
from syncserver import models as m
from syncserver.db import Database
from tests.server import House, Unit, make_house, sell

PLAIN = {wire.PROTOCOL_HEADER: "1"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def code(house: House, rsu: UUID) -> str:
    with house.office.begin() as c:
        return rsus.new_code(house.office, c, rsu, None)


def ask(browser: FlaskClient, given: str, key: SigningKey) -> tuple[int, dict[str, object]]:
    request = {"code": given, "public_key": key.public.hex(), "device": "machine", "software": "kiosk 1"}
    answer = browser.post("/rsu/v1/enrol", json=request, headers=PLAIN)
    return answer.status_code, answer.json or {}


@pytest.fixture
def unit(house: House) -> Unit:
    """An enrolled, enabled kiosk."""
    key = SigningKey.new(SystemClock())
    status, said = ask(house.app.test_client(), code(house, house.rsu), key)
    assert status == 200
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    return Unit(key, msgspec.convert(said, wire.Enrolment))


def refusal(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]  # type: ignore[attr-defined]


def test_enrolment_answers_the_same_key_again_and_no_other(house: House) -> None:
    """K2: a one-time code; a reply may be lost."""
    browser, key, given = house.app.test_client(), SigningKey.new(SystemClock()), code(house, house.rsu)
    first, again = ask(browser, given, key), ask(browser, given.lower().replace("-", " "), key)
    assert first[0] == again[0] == 200
    assert first[1]["certificate"] == again[1]["certificate"]
    status, said = ask(browser, given, SigningKey.new(SystemClock()))
    assert (status, said["error"]) == (403, "code_used")
    status, said = ask(browser, "0000-0000", key)
    assert (status, said["error"]) == (403, "code_unknown")
    late = code(house, house.rsu)
    house.clock.ahead_ms += 2 * 3600 * 1000
    status, said = ask(browser, late, SigningKey.new(SystemClock()))
    assert (status, said["error"]) == (403, "code_expired")


@pytest.mark.parametrize("version", [None, "", "0", "2", "1.0", "x"])
def test_a_version_that_is_not_spoken_is_426(house: House, version: str | None) -> None:
    """Y6: the server says which it speaks."""
    headers = {} if version is None else {wire.PROTOCOL_HEADER: version}
    answer = house.app.test_client().get("/rsu/v1/time", headers=headers)
    assert refusal(answer) == (426, "protocol")


def test_the_time_is_told_to_anybody(house: House) -> None:
    """Y5."""
    told = house.app.test_client().get("/rsu/v1/time", headers=PLAIN).json
    assert told is not None
    assert abs(told["server_time"] - house.clock.now_ms()) < 60_000


def test_a_request_that_is_not_signed_right_is_refused_each_with_its_code(house: House, unit: Unit) -> None:
    """Z1: no signature, another body, another path, an unknown unit."""
    browser, target = house.app.test_client(), "/rsu/v1/allocations"
    body = msgspec.json.encode(wire.AllocationRequest(request=str(uuid4()), event=str(house.event), count=10))
    good = unit.headers("POST", target, body)
    assert refusal(browser.post(target, data=body, headers=PLAIN)) == (401, "not_signed")
    assert refusal(browser.post(target, data=body + b" ", headers=good)) == (401, "bad_signature")
    assert refusal(browser.post("/rsu/v1/health", data=body, headers=good)) == (401, "bad_signature")
    assert refusal(browser.post(f"{target}?x=1", data=body, headers=good)) == (401, "bad_signature")
    lost = unit.headers("POST", target, body, keyid=f"{uuid4()}/1")
    assert refusal(browser.post(target, data=body, headers=lost)) == (401, "unknown_key")
    other = Unit(SigningKey.new(SystemClock()), unit.enrolment)
    forged = other.headers("POST", target, body)
    assert refusal(browser.post(target, data=body, headers=forged)) == (401, "bad_signature")
    assert browser.post(target, data=body, headers=good).status_code == 200


def test_refusals_are_counted_and_do_not_flood(house: House, unit: Unit) -> None:
    """Z1, O4: the first of a kind is written down at once, the rest once a minute with their number."""
    browser = house.app.test_client()

    def noted() -> list[dict[str, object]]:
        k = m.critical_events
        with house.office.begin() as c:
            return list(
                c.execute(
                    select(k.c["metadata"]).where(k.c.event_type == "auth_mismatch").order_by(k.c.timestamp)
                ).scalars()
            )

    for _ in range(5):
        browser.get("/rsu/v1/catalog", headers=PLAIN)
    assert [(n["code"], n["count"]) for n in noted()] == [("not_signed", 1)]
    house.clock.ahead_ms += api.REFUSAL_NOTE_MS
    browser.get("/rsu/v1/catalog", headers=PLAIN)
    assert [(n["code"], n["count"]) for n in noted()] == [("not_signed", 1), ("not_signed", 5)]


def test_guessed_enrolment_codes_do_not_fill_what_can_never_be_deleted(house: House) -> None:
    """Z1, O4: a thousand guesses are one row and a number, for anybody may guess."""
    browser, key = house.app.test_client(), SigningKey.new(SystemClock())
    for number in range(20):
        assert ask(browser, f"0000-00{number:02}", key)[1]["error"] == "code_unknown"
    k = m.critical_events
    with house.office.begin() as c:
        noted = c.execute(select(k.c.event_type).where(k.c.severity == "WARN")).scalars().all()
    assert noted == ["auth_mismatch"]


def test_the_catalog_is_signed_and_sent_once(house: House, unit: Unit) -> None:
    """Protocol 4: ETag, 304, the signature over the very bytes, the server's clock."""
    browser, target = house.app.test_client(), "/rsu/v1/catalog"
    answer = browser.get(target, headers=unit.headers("GET", target))
    assert answer.status_code == 200
    signature = bytes.fromhex(answer.headers[wire.CATALOG_SIGNATURE])
    assert keys.verify(house.office.key.public, keys.CATALOG, answer.data, signature)
    held = msgspec.json.decode(answer.data, type=wire.Catalog)
    assert held.rsu == unit.enrolment.rsu
    assert abs(int(answer.headers["Tombola-Time"]) - house.clock.now_ms()) < 60_000
    again = browser.get(
        target, headers=unit.headers("GET", target) | {"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert "Tombola-Time" in again.headers
    other = browser.get(target, headers=unit.headers("GET", target) | {"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_numbers_are_handed_out_once_a_request(house: House, unit: Unit) -> None:
    """N3, Y1: the same request gets the same block; a disabled unit gets none."""
    browser, target = house.app.test_client(), "/rsu/v1/allocations"
    body = msgspec.json.encode(wire.AllocationRequest(request=str(uuid4()), event=str(house.event), count=10))
    first, again = (
        browser.post(target, data=body, headers=unit.headers("POST", target, body)) for _ in range(2)
    )
    assert (first.json or {})["grants"] == (again.json or {})["grants"]
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "disabled", None, "Not today.")
    more = msgspec.json.encode(wire.AllocationRequest(request=str(uuid4()), event=str(house.event), count=10))
    refused = browser.post(target, data=more, headers=unit.headers("POST", target, more))
    assert refusal(refused) == (403, "unit_disabled")


def test_a_ticket_is_asked_about_and_a_claim_answered(house: House, unit: Unit) -> None:
    """Protocol 9: what is against a claim stands in the reply, with 200; a request that cannot be is an error."""
    browser = house.app.test_client()

    def ask(target: str, message: msgspec.Struct):  # type: ignore[no-untyped-def]  # noqa: ANN202 - werkzeug's
        body = msgspec.json.encode(message)
        return browser.post(target, data=body, headers=unit.headers("POST", target, body))

    told = ask("/rsu/v1/tickets", wire.TicketRequest(ticket=sell(house, 1)))
    assert (told.status_code, told.json["verdict"], told.json["prizes"]) == (200, "genuine", [])
    claim = wire.ClaimRequest(
        request=str(uuid4()), ticket="nothing", result=str(uuid4()), operator=str(house.people["operator"])
    )
    answer = ask("/rsu/v1/claims", claim)
    assert (answer.status_code, answer.json["verdict"]) == (200, "refused")
    broken = ask("/rsu/v1/claims", msgspec.structs.replace(claim, result="x"))
    assert refusal(broken) == (400, "malformed")


def test_customers_come_signed_and_too_many_are_413(house: House, unit: Unit) -> None:
    """Protocol 10: what the sale has not come for waits; more than a request holds is to be halved."""
    browser, target = house.app.test_client(), "/rsu/v1/customers"

    def send(count: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - werkzeug's own response type
        records = tuple(
            wire.CustomerRecord(sale=str(uuid4()), salt="00" * 32, data='{"name":"Eve"}')
            for _ in range(count)
        )
        body = msgspec.json.encode(wire.CustomersRequest(records=records))
        return browser.post(target, data=body, headers=unit.headers("POST", target, body))

    told = send(2)
    assert (told.status_code, len(told.json["waiting"]), told.json["kept"]) == (200, 2, [])
    assert send(0).status_code == 200
    assert refusal(send(wire.CUSTOMERS_MAX + 1)) == (413, "too_large")
    assert refusal(browser.post(target, data=b"{}", headers=PLAIN)) == (401, "not_signed")


@pytest.mark.parametrize(
    "target",
    [
        "/rsu/v1/allocations",
        "/rsu/v1/health",
        "/rsu/v1/tickets",
        "/rsu/v1/claims",
        "/rsu/v1/customers",
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"request":1}', b"[" * 20_000])
def test_a_message_that_cannot_be_read_is_400(house: House, unit: Unit, target: str, body: bytes) -> None:
    """Z3."""
    answer = house.app.test_client().post(target, data=body, headers=unit.headers("POST", target, body))
    assert refusal(answer) == (400, "malformed")


def test_an_empty_upload_asks_for_the_head(house: House, unit: Unit) -> None:
    """Protocol 5; another unit's batch is refused, and so is another type."""
    browser, target = house.app.test_client(), "/rsu/v1/journal"
    e = unit.enrolment
    header = wire.BatchHeader(rsu=e.rsu, epoch=e.epoch, first=1, count=0, signature="")
    body = wire.pack_batch(header, b"")
    kind = {"Content-Type": wire.JOURNAL_TYPE}
    answer = browser.post(target, data=body, headers=unit.headers("POST", target, body) | kind)
    assert answer.status_code == 200
    assert (answer.json or {})["head"] == {"epoch": e.epoch, "seq": 0, "hash": "00" * 32}
    other = wire.pack_batch(wire.BatchHeader(rsu=str(uuid4()), epoch=1, first=1, count=0, signature=""), b"")
    wrong = browser.post(target, data=other, headers=unit.headers("POST", target, other) | kind)
    assert refusal(wrong) == (403, "wrong_unit")
    plain = browser.post(target, data=body, headers=unit.headers("POST", target, body))
    assert refusal(plain) == (400, "content_type")
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "revoked", None, "Stolen.")
    late = browser.post(target, data=body, headers=unit.headers("POST", target, body) | kind)
    assert late.status_code == 200  # a revoked unit may still hand over what it sold


def test_how_a_kiosk_is_comes_in_and_an_old_report_changes_nothing(house: House, unit: Unit) -> None:
    """Protocol 7."""
    browser, target = house.app.test_client(), "/rsu/v1/health"

    def report(seq: int, unsynced: int) -> int:
        said = wire.Health(
            seq=seq,
            at=house.clock.now_ms(),
            last_seq=1,
            unsynced=unsynced,
            oldest_unsynced_at=None,
            numbers_left={},
            printer="ready",
            scanner="ready",
            disk_free_bytes=1,
            software="kiosk 1",
            state="selling",
            catalog=(1, 1),
        )
        body = msgspec.json.encode(said)
        return browser.post(target, data=body, headers=unit.headers("POST", target, body)).status_code

    assert [report(2, 7), report(1, 99)] == [204, 204]
    with house.office.begin() as c:
        assert c.execute(select(m.rsu_epochs.c.unsynced_count)).scalar_one() == 7


def test_a_restored_server_knows_its_kiosk_again_by_the_certificate(house: House, unit: Unit) -> None:
    """Y7: nothing but a certificate that this office signed will do."""
    browser, target = house.app.test_client(), "/rsu/v1/catalog"
    stranger = SigningKey.new(SystemClock())
    # Only the owner can take rows away, as a restore from before the enrolment does.
    owner = create_engine(house.office.database.owner_url)
    with owner.begin() as c:
        c.execute(delete(m.rsu_epochs))
    owner.dispose()
    signed = unit.headers("GET", target)
    assert refusal(browser.get(target, headers=signed)) == (401, "unknown_key")
    data = base64.b64decode(unit.enrolment.certificate)
    false = stranger.sign(keys.CERTIFICATE, data).hex()
    forged = {"Tombola-Certificate": f"{unit.enrolment.certificate}.{false}"}
    assert refusal(browser.get(target, headers=signed | forged)) == (401, "unknown_key")
    assert browser.get(target, headers=signed | {"Tombola-Certificate": "x.y"}).status_code == 401
    assert browser.get(target, headers=signed | unit.certificate).status_code == 200
    with house.office.begin() as c:
        assert c.scalar(select(func.count()).select_from(m.rsu_epochs)) == 1


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    signature=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
    parameters=st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120),
        st.sampled_from(
            [
                'rsu=("@method");created=1;keyid="x"',
                'rsu=();tag="tombola-rsu-1"',
                'rsu=("@method" "@path" "@query" "content-digest");tag="tombola-rsu-1";alg="ed25519"',
                'rsu=("@method" "@path" "@query" "content-digest");keyid=1;tag="tombola-rsu-1";alg="ed25519"',
                'rsu=("@method" "@path" "@query" "content-digest");keyid="a/1";tag="tombola-rsu-1";created="x"',
                'rsu=("@status";req);tag="tombola-rsu-1";keyid="a/1"',
                'rsu=("@method" "@method");tag="tombola-rsu-1";keyid="a/1"',
                "rsu=1, rsu=2",
            ]
        ),
    ),
    digest=st.sampled_from(["", "sha-256=:AA==:", "sha-256=x", "x", "sha-512=:AA==:"]),
)
def test_no_header_makes_the_door_fail(house: House, signature: str, parameters: str, digest: str) -> None:
    """Z3: whatever stands in the headers of a request, it is refused and no more."""
    headers = PLAIN | {"Signature": signature, "Signature-Input": parameters, "Content-Digest": digest}
    assert house.app.test_client().get("/rsu/v1/catalog", headers=headers).status_code == 401
