"""The only door to the network: hands the journal up, brings the catalog and numbers down, each failing by itself.

A step does what is due and returns; the engine calls it on a thread of its own, a simulation calls it directly.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import msgspec

from kiosk import journal
from kiosk.config import check_server
from kiosk.outbox import (
    BACK_OFF_S_MAX,
    BACK_OFF_S_MIN,
    REFUSED_S,
    RETRY_AFTER_S_MAX,
    Failed,
    Moved,
    Outbox,
    Replied,
)
from kiosk.outbox import Send as SendBatch
from kiosk.outbox import Stop as StopSelling
from kiosk.store import Identity, Reader
from kiosk.words import phrase
from shared import proof, wire
from shared.clock import Clock
from shared.errors import Fault, Refused

CONNECT_S_MAX = 5.0
ANSWER_S_MAX = 30.0
CATALOG_EVERY_S = 20.0
CATALOG_SOON_S = 5.0
"""Between two catalogs while somebody waits for the office's word."""
HEALTH_EVERY_S = 60.0
HEALTH_SOON_S = 5.0
"""Between two reports while what somebody at the office has to know changes."""
NUMBERS_EVERY_S = 1.0
CLAIM_EVERY_S = 5.0
CUSTOMERS_EVERY_S = 10.0
STEP_S_MIN = 0.2
"""Between two steps of the thread, so that sales made together travel together."""
STEP_S_MAX = 60.0
UPLOADS_A_STEP_MAX = 50
ERROR_BYTES_MAX = 65_536

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

Transport = httpx.BaseTransport
"""What carries requests; a simulation hands in another than the network."""


# What is reported -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The office holds the chain up to ``seq``."""

    seq: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Sell no more: see the outbox."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CatalogCame:
    """A catalog as it came; not yet proved."""

    data: bytes
    signature: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class GrantsCame:
    """The answer to a request for numbers; not yet proved."""

    request: str
    grants: tuple[wire.SignedGrant, ...]


@dataclass(frozen=True, slots=True)
class RequestRefused:
    """A request for numbers will never be granted."""

    request: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class TimeSeen:
    """The office's clock showed ``server_time`` when ours had counted ``monotonic``; milliseconds."""

    server_time: int
    monotonic: int


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """How the connection is: ``online``, ``offline`` or ``refused``."""

    network: str
    words: str
    uploading: bool = False


@dataclass(frozen=True, slots=True)
class TicketTold:
    """What the office said of a ticket; None where it did not answer."""

    question: int
    reply: wire.TicketReply | None


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """What the office said of a request to pay a prize; None where it did not answer, and is asked again."""

    request: str
    reply: wire.ClaimReply | None


@dataclass(frozen=True, slots=True)
class CustomersTold:
    """What the office made of the buyers' data that it was handed."""

    reply: wire.CustomersReply


Report = (
    Acknowledged
    | Stopped
    | CatalogCame
    | GrantsCame
    | RequestRefused
    | TimeSeen
    | NetworkSeen
    | TicketTold
    | ClaimTold
    | CustomersTold
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the till wants of the office at this moment."""

    last_seq: int = 0
    etag: str = ""
    requests: tuple[tuple[str, str, int], ...] = ()
    health: wire.Health | None = None
    soon: bool = False
    """Somebody waits for the next catalog."""
    question: tuple[int, str] | None = None
    """A ticket that somebody asks about, under a number that is never used again."""
    claim: wire.ClaimRequest | None = None
    """A prize that waits to be paid here; wanted until the office has answered."""
    customers: tuple[wire.CustomerRecord, ...] = field(default=(), repr=False)
    """What buyers told, to be handed over; never logged."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes
    monotonic: int
    """The middle of asking and being answered."""


class _Pace:
    """When one kind of request is due again."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._failures = 0
        self._well = self._refused = False
        self.due_s = 0.0

    def done(self, now_s: float, jitter: float) -> None:
        self._failures, self._well, self._refused = 0, True, False
        self.due_s = now_s + self._every_s * (0.9 + 0.2 * jitter)

    def hasten(self, due_s: float) -> None:
        """Be due by then; what the office refused, or did not answer, is not asked for sooner."""
        if self._well:
            self.due_s = min(self.due_s, due_s)

    def lift(self) -> None:
        """The office may have changed its mind: what it refused is due again."""
        if self._refused:
            self._refused, self.due_s = False, 0.0

    def failed(self, now_s: float, jitter: float, answer: _Answer | None) -> None:
        self._well = False
        self._refused = answer is not None and answer.status in (401, 403)
        if self._refused:
            self.due_s = now_s + REFUSED_S
            return
        self._failures += 1
        wait_s = min(BACK_OFF_S_MAX, BACK_OFF_S_MIN * 2.0 ** min(self._failures - 1, 16)) * (0.5 + jitter)
        told = None if answer is None else retry_after_s(answer.headers)
        self.due_s = now_s + (wait_s if told is None else told * (1.0 + 0.25 * jitter))


def _urgent(needs: Needs) -> tuple[object, ...]:
    """What is worth a step at once when it changes."""
    claim = None if needs.claim is None else needs.claim.request
    return needs.last_seq, needs.requests, needs.soon, needs.question, claim, _face(needs.health)


def _face(health: wire.Health | None) -> tuple[object, ...]:
    """What of a report is told at once when it changes: whether it sells and prints, and what it knows of the office."""
    if health is None:
        return ()
    ended = frozenset(event for event, left in health.numbers_left.items() if not left)
    return health.state, health.printer_code, health.scanner_code, health.catalog, ended


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds to wait as the office told; None where it did not, or by a date (RFC 9110 allows one)."""
    text = headers.get("Retry-After", "")
    return min(RETRY_AFTER_S_MAX, float(text)) if text.isdecimal() else None


def _decoded(answer: _Answer, kind: type[_T]) -> _T | None:
    """The message in an answer; None where it cannot be read, which counts as no answer."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as e:
        _log.warning("an answer of the office cannot be read: %s", e)
        return None


def _client(server: str, transport: Transport | None) -> httpx.Client:
    return httpx.Client(
        base_url=check_server(server),
        transport=transport,
        timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
        follow_redirects=False,
        headers={wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "User-Agent": "tombola-kiosk"},
    )


def _receive(client: httpx.Client, request: httpx.Request, size_max: int, clock: Clock) -> _Answer | None:
    """The office's answer; None where there was none, or more of it than there may be."""
    before = clock.monotonic_ms()
    try:
        response = client.send(request, stream=True)
        try:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > size_max:
                    _log.warning("an answer to %s is longer than %d bytes", request.url.path, size_max)
                    return None
        finally:
            response.close()
    except (httpx.HTTPError, UnicodeError) as e:  # a host's name is put into IDNA on the way
        _log.info("%s: %s", request.url.path, e)
        return None
    after = clock.monotonic_ms()
    return _Answer(response.status_code, response.headers, bytes(body), (before + after) // 2)


def enrol(
    server: str,
    request: wire.EnrolRequest,
    clock: Clock,
    transport: Transport | None = None,
) -> wire.Enrolment:
    """Become a kiosk of the office; ``Refused`` in the office's words, ``Fault`` where it cannot be reached."""
    body = wire.canonical(request)
    try:
        with _client(server, transport) as client:
            built = client.build_request(
                "POST", "/rsu/v1/enrol", content=body, headers={"Content-Type": "application/json"}
            )
            answer = _receive(client, built, wire.REQUEST_BYTES_MAX, clock)
    except (httpx.InvalidURL, UnicodeError) as e:  # typed by a person: 192.168.1.500, say
        _log.info("%r is no address: %s", server, e)
        answer = None
    if answer is None:
        raise Fault(
            "offline", phrase("The server cannot be reached."), phrase("Check the address and the network.")
        )
    if answer.status != 200:
        said = _decoded(answer, wire.ErrorReply)
        if said is None:
            raise Fault(
                "no_answer",
                phrase("The server answers with {status}.", status=answer.status),
                phrase("Check the address."),
            )
        raise Refused(said.error, said.message, said.hint)
    reply = _decoded(answer, wire.Enrolment)
    if reply is None:
        raise Fault(
            "no_answer",
            phrase("The server's answer cannot be read."),
            phrase("Check the address and the versions."),
        )
    return reply


class Uplink:
    """Talks to the office for one enrolled kiosk. :meth:`need` and :meth:`hurry` may be called from any thread."""

    def __init__(
        self,
        identity: Identity,
        open_reader: Callable[[], Reader],
        clock: Clock,
        report: Callable[[Report], None],
        cursor: int = 0,
        transport: Transport | None = None,
    ) -> None:
        """``open_reader`` opens the journal for reading on the thread that steps; ``report`` is called from it."""
        self._identity, self._clock, self._report = identity, clock, report
        self._open_reader = open_reader
        self._reader: Reader | None = None
        self._http: httpx.Client | None = None
        self._transport = transport
        self.outbox = Outbox(cursor)
        self._needs = Needs()
        self._catalog, self._numbers, self._health = (
            _Pace(CATALOG_EVERY_S),
            _Pace(NUMBERS_EVERY_S),
            _Pace(HEALTH_EVERY_S),
        )
        self._claims = _Pace(CLAIM_EVERY_S)
        self._customers = _Pace(CUSTOMERS_EVERY_S)
        self._told: tuple[object, ...] = ()
        """What the last report said of it, and when it was sent."""
        self._told_s = 0.0
        self._asked = 0
        self._claim = ""
        self._wake = threading.Event()
        self._hurried = self._ended = False
        self._network = NetworkSeen("offline", phrase("Not connected yet"))

    # From any thread --------------------------------------------------------------------------------

    def need(self, needs: Needs) -> None:
        """What the till wants now; wakes the thread where there is something to do."""
        before, self._needs = self._needs, needs
        if _urgent(needs) != _urgent(before):
            self._wake.set()

    def hurry(self) -> None:
        """Do everything now, whatever was waited for."""
        self._hurried = True
        self._wake.set()

    def stop(self) -> None:
        """End :meth:`run`."""
        self._ended = True
        self._wake.set()

    # On the stepping thread -------------------------------------------------------------------------

    def run(self) -> None:
        """Step until told to stop."""
        try:
            while not self._ended:
                wait_s = self.step()
                pause = threading.Event()
                pause.wait(STEP_S_MIN)
                self._wake.wait(max(0.0, min(STEP_S_MAX, wait_s) - STEP_S_MIN))
                self._wake.clear()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            self._http.close()
            self._http = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000

    def step(self) -> float:
        """Do what is due; seconds until something is due again, if nothing happens before."""
        needs = self._needs
        if self._hurried:
            self._hurried = False
            self.outbox.hurry()
            for pace in (self._catalog, self._numbers, self._health, self._claims, self._customers):
                pace.due_s = 0.0
        self._ask(needs)
        upload_s = self._upload(needs)
        now_s = self._now_s()
        if now_s >= self._catalog.due_s and self._fetch_catalog(needs):
            upload_s = 0.0
        if needs.requests and now_s >= self._numbers.due_s:
            self._fetch_numbers(needs)
        if needs.health is not None:
            if _face(needs.health) != self._told:
                self._health.hasten(max(now_s, self._told_s + HEALTH_SOON_S))
            if now_s >= self._health.due_s:
                self._send_health(needs.health)
        if needs.customers and now_s >= self._customers.due_s:
            self._send_customers(needs.customers)
        if needs.soon:
            self._catalog.hasten(now_s + CATALOG_SOON_S)
        due_s = [self._catalog.due_s]
        if needs.health is not None:
            due_s.append(self._health.due_s)
        if needs.requests:
            due_s.append(self._numbers.due_s)
        if needs.claim is not None:
            due_s.append(self._claims.due_s)
        if needs.customers:
            due_s.append(self._customers.due_s)
        return max(0.0, min(upload_s, min(due_s) - self._now_s()))

    def _call(
        self, method: str, path: str, body: bytes = b"", size_max: int = ERROR_BYTES_MAX, **headers: str
    ) -> _Answer | None:
        """A signed request; None where no answer came."""
        me = self._identity
        if self._http is None:
            self._http = _client(me.server, self._transport)
        signed = proof.sign_request(
            me.key,
            proof.key_name(me.rsu, me.epoch),
            method,
            path,
            body,
            self._clock.now_ms(),
            self._clock.token(16).hex(),
        )
        request = self._http.build_request(
            method,
            path,
            content=body,
            headers={"Tombola-Certificate": me.certificate_header}
            | {k.replace("_", "-"): v for k, v in headers.items()}
            | signed,
        )
        answer = _receive(self._http, request, size_max, self._clock)
        self._judge(answer)
        if answer is not None and (text := answer.headers.get("Tombola-Time", "")).isdecimal():
            self._report(TimeSeen(int(text), answer.monotonic))
        return answer

    def _judge(self, answer: _Answer | None) -> None:
        """What the screens say of the connection."""
        if answer is None:
            seen = NetworkSeen("offline", phrase("Off line: sales go on and are uploaded later"))
        elif answer.status in (401, 403):
            said = _decoded(answer, wire.ErrorReply)
            seen = NetworkSeen("refused", said.message if said else phrase("The office refuses this kiosk"))
        elif answer.status >= 500 or answer.status == 429:
            seen = NetworkSeen("offline", phrase("The office is busy: sales go on and are uploaded later"))
        else:
            seen = NetworkSeen("online", phrase("Connected"))
        self._tell(seen)

    def _tell(self, seen: NetworkSeen) -> None:
        if seen != self._network:
            self._network = seen
            self._report(seen)

    # Somebody waits ---------------------------------------------------------------------------------

    def _ask(self, needs: Needs) -> None:
        """What a person stands before the kiosk for: a ticket asked about once, a prize until it is answered."""
        if needs.question is not None and needs.question[0] != self._asked:
            self._asked = needs.question[0]
            asked = wire.TicketRequest(ticket=needs.question[1])
            answer = self._post("/rsu/v1/tickets", asked)
            ok = answer is not None and answer.status == 200
            told = _decoded(answer, wire.TicketReply) if answer is not None and ok else None
            self._report(TicketTold(self._asked, told))
        if needs.claim is None:
            return
        if needs.claim.request != self._claim:
            self._claim, self._claims.due_s = needs.claim.request, 0.0
        if self._now_s() >= self._claims.due_s:
            self._send_claim(needs.claim)

    def _send_claim(self, claim: wire.ClaimRequest) -> None:
        answer = self._post("/rsu/v1/claims", claim)
        reply = None
        if answer is not None and answer.status == 200:
            reply = _decoded(answer, wire.ClaimReply)
        elif answer is not None and answer.status in (400, 404, 409, 422):
            said = _decoded(answer, wire.ErrorReply)
            words, hint = (said.message, said.hint) if said else ("The office refused it.", "")
            reply = wire.ClaimReply(verdict="refused", words=words, hint=hint, server_time=0)
        self._settle(self._claims, answer, ok=reply is not None)
        self._report(ClaimTold(claim.request, reply))

    def _post(self, path: str, message: msgspec.Struct) -> _Answer | None:
        return self._call("POST", path, wire.canonical(message), Content_Type="application/json")

    # Up ---------------------------------------------------------------------------------------------

    def _upload(self, needs: Needs) -> float:
        if self._reader is None:
            self._reader = self._open_reader()
        self.outbox.appended(needs.last_seq)
        for _ in range(UPLOADS_A_STEP_MAX):
            command = self.outbox.next(self._now_s())
            if isinstance(command, StopSelling):
                return STEP_S_MAX
            if not isinstance(command, SendBatch):
                return command.seconds
            for told in self._send(command):
                if isinstance(told, Moved):
                    self._report(Acknowledged(told.seq))
                elif isinstance(told, StopSelling):
                    self._report(Stopped(told.code, told.words))
        return 0.0

    def _send(self, batch: SendBatch) -> list[Any]:
        assert self._reader is not None
        rows = journal.read_batch(self._reader, batch.after, batch.count) if batch.count else []
        body = journal.pack(self._identity, rows)
        answer = self._call("POST", "/rsu/v1/journal", body, Content_Type=wire.JOURNAL_TYPE)
        reply = _decoded(answer, wire.JournalReply) if answer is not None and answer.status == 200 else None
        now_s, jitter = self._now_s(), self._clock.jitter()
        if answer is None or reply is None:
            status = None if answer is None else answer.status
            told = None if answer is None else retry_after_s(answer.headers)
            return list(self.outbox.take(Failed(status, told), now_s, jitter))
        self._report(TimeSeen(reply.server_time, answer.monotonic))
        held = self._reader.entry(reply.head.seq) if reply.head.epoch == self._identity.epoch else None
        return list(self.outbox.take(Replied(reply, None if held is None else held.hash), now_s, jitter))

    def _send_health(self, health: wire.Health) -> None:
        answer = self._call("POST", "/rsu/v1/health", wire.canonical(health), Content_Type="application/json")
        ok = answer is not None and answer.status < 300
        self._settle(self._health, answer, ok=ok)
        if ok:
            self._told, self._told_s = _face(health), self._now_s()

    def _send_customers(self, records: tuple[wire.CustomerRecord, ...]) -> None:
        answer = self._post("/rsu/v1/customers", wire.CustomersRequest(records=records))
        ok = answer is not None and answer.status == 200
        reply = _decoded(answer, wire.CustomersReply) if answer is not None and ok else None
        self._settle(self._customers, answer, ok=reply is not None)
        if reply is not None:
            self._report(CustomersTold(reply))

    # Down -------------------------------------------------------------------------------------------

    def _settle(self, pace: _Pace, answer: _Answer | None, *, ok: bool) -> None:
        now_s, jitter = self._now_s(), self._clock.jitter()
        if ok:
            pace.done(now_s, jitter)
        else:
            pace.failed(now_s, jitter, answer)

    def _fetch_catalog(self, needs: Needs) -> bool:
        """Whether the office's new word lifts what it refused of the journal: that is to be handed up at once."""
        known = {"If_None_Match": needs.etag} if needs.etag else {}
        answer = self._call("GET", "/rsu/v1/catalog", b"", wire.CATALOG_BYTES_MAX, **known)
        ok = answer is not None and answer.status in (200, 304)
        if answer is not None and answer.status == 200:
            try:
                signature = bytes.fromhex(answer.headers.get(wire.CATALOG_SIGNATURE, ""))
            except ValueError:
                signature = b""
            self._report(CatalogCame(answer.body, signature, answer.headers.get("ETag", "")))
        self._settle(self._catalog, answer, ok=ok)
        if answer is None or answer.status != 200:
            return False
        for pace in (self._numbers, self._health, self._claims, self._customers):
            pace.lift()
        return self.outbox.lift()

    def _fetch_numbers(self, needs: Needs) -> None:
        for request, event, count in needs.requests:
            asked = wire.AllocationRequest(request=request, event=event, count=count)
            answer = self._call(
                "POST",
                "/rsu/v1/allocations",
                wire.canonical(asked),
                wire.CATALOG_BYTES_MAX,
                Content_Type="application/json",
            )
            reply = (
                _decoded(answer, wire.AllocationReply)
                if answer is not None and answer.status == 200
                else None
            )
            if reply is not None:
                self._report(GrantsCame(request, reply.grants))
            elif answer is not None and answer.status in (400, 404, 409, 422):
                said = _decoded(answer, wire.ErrorReply)
                self._report(
                    RequestRefused(request, said.error if said else "refused", said.message if said else "")
                )
            else:
                self._settle(self._numbers, answer, ok=False)
                return
        self._settle(self._numbers, None, ok=True)
