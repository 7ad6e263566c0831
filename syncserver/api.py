"""The kiosks' door, version 1 of the protocol in ``shared/PROTOCOL.md``: decodes, proves who asks, hands on.

Nothing is decided here but who is speaking. Every refusal has its own code, is answered in JSON and counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared import wire
from shared.errors import Fault, KnownError, Refused
from shared.proof import BadProof, verify_request
from syncserver import allocations, audit, auth, catalog, claims, customers, ingest, rsus
from syncserver.auth import PUBLIC, RSU, access
from syncserver.db import fault_of

_log = logging.getLogger(__name__)
blueprint = Blueprint("api", __name__, url_prefix="/rsu/v1")

CERTIFICATE_HEADER: Final = "Tombola-Certificate"
TIME_HEADER: Final = "Tombola-Time"
REFUSAL_NOTE_MS: Final = 60_000
"""How often one kind of refusal from one place is written down; those between are counted."""
REFUSAL_PLACES_MAX: Final = 1_000
RETRY_AFTER_S: Final = 5

STATUS: Final = {
    "protocol": 426,
    "not_signed": 401,
    "unknown_key": 401,
    "bad_signature": 401,
    "wrong_unit": 403,
    "code_unknown": 403,
    "code_used": 403,
    "code_expired": 403,
    "unknown_unit": 401,
    "unit_new": 403,
    "unit_disabled": 403,
    "unit_suspended": 403,
    "unit_revoked": 403,
    "unit_retired": 403,
    "unit_forked": 403,
    "superseded": 403,
    "tls": 403,
    "sold_out": 409,
    "not_open": 409,
    "request_reused": 409,
    "unknown_event": 409,
    "malformed": 400,
    "bad_request": 400,
    "content_type": 400,
    "too_large": 413,
}
"""The status of each refusal; what is not named here is 422."""

_COUNTED = {
    "not_signed",
    "unknown_key",
    "bad_signature",
    "wrong_unit",
    "code_unknown",
    "code_used",
    "code_expired",
}

Message = TypeVar("Message", bound=msgspec.Struct)


@dataclass
class _Refusals:
    """Refusals of one kind from one place since they were last written down."""

    noted_ms: int
    count: int


def reply(message: msgspec.Struct, status: int = 200) -> Response:
    """A message as the answer."""
    return Response(msgspec.json.encode(message), status, content_type="application/json")


def refuse(error: KnownError) -> Response:
    """The answer to what was refused or could not be done."""
    if isinstance(error, Fault):
        answer = reply(wire.ErrorReply(error=error.code, message=error.message, hint=error.hint), 503)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    if error.code in _COUNTED:
        _count(error)
    return reply(
        wire.ErrorReply(error=error.code, message=error.message, hint=error.hint), STATUS.get(error.code, 422)
    )


def _count(error: KnownError) -> None:
    """Writes a refusal down: at once the first time, then once a minute with how many there were."""
    here = auth.office()
    told: dict[tuple[str, str], _Refusals] = current_app.extensions.setdefault("tombola_refusals", {})
    place = (error.code, request.remote_addr or "")
    if len(told) > REFUSAL_PLACES_MAX:
        told.clear()
    now = here.clock.monotonic_ms()
    seen = told.setdefault(place, _Refusals(now - REFUSAL_NOTE_MS, 0))
    seen.count += 1
    if now - seen.noted_ms < REFUSAL_NOTE_MS:
        return
    seen.noted_ms = now
    try:
        with here.begin() as c:
            audit.critical_event(
                c,
                "auth_mismatch",
                "WARN",
                f"A request was refused: {error.message}",
                metadata={
                    "code": error.code,
                    "count": seen.count,
                    "from": place[1],
                    "path": request.path[:200],
                },
            )
    except (DBAPIError, PoolTimeout) as e:
        if fault_of(e) is None:
            raise
        # It is refused all the same; the count waits for the next one.
        _log.warning("a refusal could not be written down: %s", type(e).__name__)
    else:
        seen.count = 0


def check_protocol() -> None:
    """Raises ``Refused`` (``protocol``) where the request speaks no version that this server speaks."""
    if request.headers.get(wire.PROTOCOL_HEADER, "") not in {str(v) for v in wire.PROTOCOLS_ACCEPTED}:
        spoken = ", ".join(str(v) for v in wire.PROTOCOLS_ACCEPTED)
        raise Refused(
            "protocol",
            f"This server speaks version {spoken} of the protocol; the request does not say that one.",
            "Bring the kiosk's program or the server's up to date.",
        )


def authenticate() -> None:
    """Finds out which kiosk signed the request; ``Refused`` with the protocol's code where none did."""
    body = request.get_data(cache=True)
    try:
        proof = verify_request(request.method, _target(), dict(request.headers), body, _key_of)
    except BadProof as e:
        raise Refused(
            e.code,
            str(e),
            "Enrol this kiosk again where this stays so; what it has sold stays in its journal.",
        ) from e
    g.rsu = _unit(proof.key_id)


def _target() -> str:
    """Path and query exactly as they came over the wire."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if isinstance(raw, str) and raw.startswith("/"):
        return raw
    query = request.query_string.decode("latin-1")
    return request.path + (f"?{query}" if query else "")


def _unit(key_id: str) -> tuple[UUID, int] | None:
    rsu, _, epoch = key_id.partition("/")
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) < 10):
        return None
    try:
        return UUID(rsu), int(epoch)
    except ValueError:
        return None


def _key_of(key_id: str) -> bytes | None:
    unit = _unit(key_id)
    if unit is None:
        return None
    here = auth.office()
    with here.begin() as c:
        key = rsus.public_key(c, *unit)
    if key is not None:
        return key
    # A server restored from before the enrolment does not know the kiosk, but its own signature.
    shown = _certificate()
    if shown is None or rsus.adopt(here, *shown) != unit:
        return None
    with here.begin() as c:
        return rsus.public_key(c, *unit)


def _certificate() -> tuple[bytes, bytes] | None:
    return rsus.read_certificate(request.headers.get(CERTIFICATE_HEADER, ""))


def _read(kind: type[Message]) -> Message:
    try:
        return msgspec.json.decode(request.get_data(cache=True), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise Refused("malformed", f"The message cannot be read: {e}") from e


@blueprint.post("/enrol")
@access(PUBLIC)
def enrol() -> Response:
    """Enrols a kiosk by its one-time code."""
    return reply(rsus.enrol(auth.office(), _read(wire.EnrolRequest)))


@blueprint.get("/time")
@access(PUBLIC)
def time() -> Response:
    """The server's clock."""
    return reply(wire.TimeReply(server_time=auth.office().clock.now_ms()))


@blueprint.get("/catalog")
@access(RSU)
def get_catalog() -> Response:
    """All that the kiosk needs to sell alone, signed; 304 where it has it already."""
    here = auth.office()
    rsu, epoch = g.rsu
    with here.begin() as c:
        built = catalog.build(here, c, rsu, epoch)
    answer = Response(built.data, content_type="application/json")
    answer.headers[wire.CATALOG_SIGNATURE] = built.signature
    answer.set_etag(built.etag.strip('"'))
    answer.headers[TIME_HEADER] = str(here.clock.now_ms())
    answer.headers["Cache-Control"] = "no-cache"
    answer.make_conditional(request.environ)
    return answer


@blueprint.post("/journal")
@access(RSU)
def post_journal() -> Response:
    """Takes in a batch of journal entries."""
    if request.mimetype != wire.JOURNAL_TYPE:
        raise Refused("content_type", f"An upload's Content-Type is {wire.JOURNAL_TYPE}.")
    rsu, epoch = g.rsu
    return reply(ingest.take(auth.office(), rsu, epoch, request.get_data(cache=True)))


@blueprint.post("/allocations")
@access(RSU)
def post_allocations() -> Response:
    """Hands out draw numbers; the same request gets the same again."""
    here = auth.office()
    rsu, epoch = g.rsu
    asked = _read(wire.AllocationRequest)
    with here.begin() as c:
        return reply(allocations.allocate(here, c, rsu, epoch, asked))


@blueprint.post("/tickets")
@access(RSU)
def post_tickets() -> Response:
    """Says what a ticket is that the kiosk was shown."""
    here = auth.office()
    rsu, _ = g.rsu
    asked = _read(wire.TicketRequest)
    with here.begin() as c:
        return reply(claims.ask_for_kiosk(here, c, rsu, asked))


@blueprint.post("/claims")
@access(RSU)
def post_claims() -> Response:
    """Notes a prize as paid at the kiosk, once; the same request gets the same answer again."""
    here = auth.office()
    rsu, epoch = g.rsu
    asked = _read(wire.ClaimRequest)
    with here.begin() as c:
        return reply(claims.pay_at_kiosk(here, c, rsu, epoch, asked))


@blueprint.post("/customers")
@access(RSU)
def post_customers() -> Response:
    """Takes in what buyers told of themselves; the same again changes nothing."""
    here = auth.office()
    rsu, epoch = g.rsu
    told = _read(wire.CustomersRequest)
    with here.begin() as c:
        return reply(customers.take(here, c, rsu, epoch, told.records))


@blueprint.post("/health")
@access(RSU)
def post_health() -> Response:
    """Takes in how the kiosk is."""
    here = auth.office()
    rsu, epoch = g.rsu
    told = _read(wire.Health)
    with here.begin() as c:
        rsus.health(here, c, rsu, epoch, told)
    return Response(status=204)
