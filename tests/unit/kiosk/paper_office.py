"""An office on paper: it enrols kiosks, signs catalogs and blocks of numbers, and keeps chains; no database, no server."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec

from hardware.printer import (
    Confirmed,
    Document,
    Failed,
    Kicked,
    OnState,
    PrinterStatus,
    PrintResult,
    ignore_state,
)
from kiosk.catalog import Shelf
from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.journal import Journal
from kiosk.store import Identity, Store, read_identity
from kiosk.till import Till
from shared import entry, keys, wire
from shared.keys import SigningKey

START_MS = 1_795_000_000_000
HOUR_MS = 3_600_000
RSU = str(UUID(int=0xABC1))
EVENT = str(UUID(int=0xE1))
OTHER_EVENT = str(UUID(int=0xE2))
SMALL, LARGE = str(UUID(int=0xA1)), str(UUID(int=0xA2))
OPERATOR, PIN = str(UUID(int=0x0B)), "1234"
CLOSE = str(UUID(int=0xC1))
SERVER = "http://127.0.0.1:9"


class SetClock:
    """A clock that stands until it is moved; wall and boot time can be moved apart."""

    def __init__(self, seed: int = 1) -> None:
        self.wall = START_MS
        self.boot = 50_000
        self._dice = random.Random(seed)

    def now_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.boot

    def token(self, size: int) -> bytes:
        return self._dice.randbytes(size)

    def jitter(self) -> float:
        return self._dice.random()

    def go(self, ms: int) -> None:
        self.wall += ms
        self.boot += ms


def event(**changes: Any) -> wire.EventInfo:
    values: dict[str, Any] = {
        "id": EVENT,
        "number": 7,
        "name": "Cup Final 50/50",
        "state": "active",
        "organisation": "Riverside Athletic",
        "venue": "Riverside Park, North Stand",
        "timezone": "Europe/Warsaw",
        "licence": "LR-2026-0815",
        "currency": "USD",
        "opens_at": START_MS - HOUR_MS,
        "closes_at": START_MS + 3 * HOUR_MS,
        "draw_at": START_MS + 4 * HOUR_MS,
        "packages": (
            wire.Package(id=SMALL, name="1 ticket", ticket_count=1, price=500, currency="USD", order=1),
            wire.Package(id=LARGE, name="5 tickets", ticket_count=5, price=1_000, currency="USD", order=2),
        ),
        "prizes": (
            wire.PrizeInfo(id="p1", name="Half the pot", position=1, type="percentage", basis_points=5_000),
            wire.PrizeInfo(id="p2", name="Season ticket", position=2, type="fixed", value=40_000),
        ),
        "cuts": (wire.CutInfo(id=CLOSE, kind="close", at=START_MS + 3 * HOUR_MS),),
    }
    return wire.EventInfo(**(values | changes))


SUPERVISOR, SUPERVISOR_PIN = str(UUID(int=0x05)), "9876"
SECOND, SECOND_PIN = str(UUID(int=0x0C)), "5555"


def staff(office: PaperOffice, pin: str = PIN) -> tuple[wire.OperatorInfo, ...]:
    """Ada and Ben, who sell, and Sue, their supervisor."""

    def one(ident: str, name: str, secret: str, *, supervisor: bool = False) -> wire.OperatorInfo:
        salt = UUID(ident).bytes
        verifier = keys.pin_verifier(keys.pin_base(secret, salt), office.kiosk_secret)
        return wire.OperatorInfo(
            id=ident, name=name, supervisor=supervisor, pin_salt=salt.hex(), pin_verifier=verifier.hex()
        )

    return (
        one(OPERATOR, "Ada", pin),
        one(SECOND, "Ben", SECOND_PIN),
        one(SUPERVISOR, "Sue", SUPERVISOR_PIN, supervisor=True),
    )


@dataclass
class PaperOffice:
    """What a kiosk needs of an office, made by hand."""

    key: SigningKey = field(default_factory=lambda: SigningKey(bytes(range(32))))
    kiosk_secret: bytes = b"k" * 32
    serial: int = 0
    next_number: int = 100
    next_block: int = 1
    granted: list[tuple[str, wire.SignedGrant]] = field(default_factory=list)
    chain: list[bytes] = field(default_factory=list)

    def enrol(self, request: wire.EnrolRequest, epoch: int = 1) -> wire.Enrolment:
        certificate = wire.Certificate(
            rsu=RSU,
            epoch=epoch,
            public_key=request.public_key,
            organisation="Riverside Athletic",
            name="North 2",
            device=request.device,
            issued_at=START_MS,
            demo=True,
        )
        data, signature = wire.sign(self.key, keys.CERTIFICATE, certificate)
        return wire.Enrolment(
            rsu=RSU,
            epoch=epoch,
            name="North 2",
            organisation="Riverside Athletic",
            certificate=base64.b64encode(data).decode(),
            certificate_signature=signature.hex(),
            kiosk_secret=self.kiosk_secret.hex(),
            server_key=self.key.public.hex(),
            server_time=START_MS,
            demo=True,
        )

    def grant(self, size: int, of_event: str = EVENT, request: str = "", **changes: Any) -> wire.SignedGrant:
        values: dict[str, Any] = {
            "allocation": str(UUID(int=0xD000 + self.next_block)),
            "request": request,
            "rsu": RSU,
            "epoch": 1,
            "event": of_event,
            "first": self.next_number,
            "last": self.next_number + size - 1,
            "validation_block": self.next_block,
            "validation_size": size,
            "validation_expires_at": None,
            "issued_at": START_MS,
        }
        self.next_number += size
        secret = keys.derive(b"office", str(self.next_block))
        self.next_block += 1
        data, signature = wire.sign(self.key, keys.GRANT, wire.Grant(**(values | changes)))
        signed = wire.SignedGrant(
            grant=base64.b64encode(data).decode(), signature=signature.hex(), secret=secret.hex()
        )
        self.granted.append((of_event, signed))
        return signed

    def catalog(self, *events: wire.EventInfo, **changes: Any) -> tuple[bytes, bytes]:
        """The signed catalog with these events; each gets the blocks granted for it."""
        self.serial += 1
        salt = b"s" * 16
        verifier = keys.pin_verifier(keys.pin_base(PIN, salt), self.kiosk_secret)
        values: dict[str, Any] = {
            "generation": 1,
            "serial": self.serial,
            "rsu": RSU,
            "epoch": 1,
            "rsu_state": "enabled",
            "server_time": START_MS,
            "events": tuple(
                msgspec.structs.replace(e, grants=tuple(g for of, g in self.granted if of == e.id))
                for e in events
            ),
            "operators": (
                wire.OperatorInfo(
                    id=OPERATOR,
                    name="Ada",
                    supervisor=False,
                    pin_salt=salt.hex(),
                    pin_verifier=verifier.hex(),
                ),
            ),
        }
        return wire.sign(self.key, keys.CATALOG, wire.Catalog(**(values | changes)))


def make_identity(folder: Path, office: PaperOffice, clock: SetClock) -> None:
    """Enrol the kiosk of this folder at the office, as if over the wire."""
    with Store(folder) as store:
        if store.identity():
            return
        key = SigningKey.new(clock)
        reply = office.enrol(
            wire.EnrolRequest(code="x", public_key=key.public.hex(), device="d", software="s")
        )
        store.save_identity(
            msgspec.to_builtins(reply) | {"key": key.seed.hex(), "server": SERVER, "began": False}
        )


@dataclass
class Kiosk:
    """An enrolled kiosk down to its till, without engine or screens."""

    store: Store
    identity: Identity
    journal: Journal
    shelf: Shelf
    till: Till
    clock: SetClock
    office: PaperOffice

    def take(self, *events: wire.EventInfo, **changes: Any) -> None:
        """A new catalog arrives."""
        data, signature = self.office.catalog(*events, **changes)
        self.shelf.accept(data, signature)
        for e in self.shelf.events.values():
            self.till.take_grants(e.grants)

    def print_all(self) -> None:
        for pending in self.till.pending():
            self.till.printed(pending.ticket.line.order, pending.copy, whole=True, said_by_printer=True)

    def close(self) -> None:
        self.store.close()


def open_kiosk(folder: Path, office: PaperOffice, clock: SetClock, *, reserve_bytes: int = 0) -> Kiosk:
    """Open the kiosk of this folder; enrolled first where it is new."""
    make_identity(folder, office, clock)
    store = Store(folder, reserve_bytes)
    try:
        identity = read_identity(store.identity())
        assert identity is not None
        journal = Journal(store, identity, clock)
        journal.begin("test")
        shelf = Shelf(store, identity)
        return Kiosk(store, identity, journal, shelf, Till(journal, shelf, clock, "boot"), clock, office)
    except BaseException:
        store.close()
        raise


class Paper:
    """A printer in memory that remembers what came out, and fails as told: the next results, then all is well."""

    def __init__(self, *results: PrintResult | None) -> None:
        self.results = list(results)
        self.printed: list[Document] = []
        self.cleared = self.kicked = 0

    def print(self, document: Document, job_id: int, on_state: OnState = ignore_state) -> PrintResult:  # noqa: ARG002 - the protocol's
        result = self.results.pop(0) if self.results else None
        if isinstance(result, Failed):
            return result
        on_state("sending")
        self.printed.append(document)
        on_state("sent")
        return result or Confirmed("GS ( H")

    def status(self) -> PrinterStatus:
        return PrinterStatus(True, "ok", "closed", "none", "ok", 1.0)

    def kick(self) -> Kicked | Failed:
        self.kicked += 1
        return Kicked("open")

    def clear(self) -> bool:
        self.cleared += 1
        return True

    def close(self) -> None:
        pass


class PaperServer:
    """The office behind WSGI: chains, catalog, numbers. ``before`` may answer in its stead."""

    def __init__(self, office: PaperOffice, clock: SetClock) -> None:
        self.office, self.clock = office, clock
        self.catalog: tuple[bytes, bytes] | None = None
        self.before: Callable[[str, str], tuple[str, dict[str, str], bytes] | None] = lambda _m, _p: None
        self.after: Callable[[str], None] = lambda _p: None
        self.calls: list[str] = []
        self.health: list[dict[str, Any]] = []
        self.tickets: dict[str, wire.TicketReply] = {}
        """What the office says of a ticket, by its text."""
        self.paid: dict[str, wire.ClaimRequest] = {}
        """Prizes noted as paid, by what was won."""
        self.customers: dict[str, wire.CustomerRecord] = {}
        """What buyers told, by sale."""
        self.customers_refused: set[str] = set()

    def transport(self) -> httpx.BaseTransport:
        return httpx.WSGITransport(self)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read()
        self.calls.append(f"{method} {path}")
        status, headers, reply = self.before(method, path) or self._answer(path, environ, body)
        self.after(path)
        start(
            status,
            [*headers.items(), ("Content-Type", "application/json"), ("Tombola-Time", str(self.clock.wall))],
        )
        return [reply]

    def _answer(self, path: str, environ: dict[str, Any], body: bytes) -> tuple[str, dict[str, str], bytes]:
        match path.rpartition("/")[2]:
            case "enrol":
                request = msgspec.json.decode(body, type=wire.EnrolRequest)
                if request.code != "GOOD":
                    error = wire.ErrorReply(
                        error="code_unknown", message="Nobody has this code.", hint="Ask again."
                    )
                    return "403 Forbidden", {}, wire.canonical(error)
                return "200 OK", {}, wire.canonical(self.office.enrol(request))
            case "catalog" if self.catalog is not None:
                etag = f'"{self.office.serial}"'
                if environ.get("HTTP_IF_NONE_MATCH") == etag:
                    return "304 Not Modified", {}, b""
                return (
                    "200 OK",
                    {"ETag": etag, wire.CATALOG_SIGNATURE: self.catalog[1].hex()},
                    self.catalog[0],
                )
            case "allocations":
                asked = msgspec.json.decode(body, type=wire.AllocationRequest)
                held = [g for _, g in self.office.granted if json.loads(base64.b64decode(g.grant))["request"] == asked.request]  # fmt: skip
                grants = held or [self.office.grant(asked.count, asked.event, asked.request)]
                reply = wire.AllocationReply(grants=tuple(grants), server_time=self.clock.wall)
                return "200 OK", {}, wire.canonical(reply)
            case "journal":
                return "200 OK", {}, wire.canonical(self._journal(body))
            case "tickets":
                ticket = msgspec.json.decode(body, type=wire.TicketRequest).ticket
                unknown = wire.TicketReply(verdict="unknown", words="Not here.", server_time=self.clock.wall)
                return "200 OK", {}, wire.canonical(self.tickets.get(ticket, unknown))
            case "claims":
                claim = msgspec.json.decode(body, type=wire.ClaimRequest)
                return "200 OK", {}, wire.canonical(self._claim(claim))
            case "customers":
                told = msgspec.json.decode(body, type=wire.CustomersRequest)
                refused = tuple(r.sale for r in told.records if r.sale in self.customers_refused)
                kept = {r.sale: r for r in told.records if r.sale not in refused}
                self.customers |= kept
                kept_reply = wire.CustomersReply(
                    kept=tuple(kept), refused=refused, server_time=self.clock.wall
                )
                return "200 OK", {}, wire.canonical(kept_reply)
            case "health":
                self.health.append(json.loads(body))
                return "204 No Content", {}, b""
            case _:
                return "404 Not Found", {}, b"{}"

    def _claim(self, asked: wire.ClaimRequest) -> wire.ClaimReply:
        now = self.clock.wall
        first = self.paid.setdefault(asked.result, asked)
        if first.request != asked.request:
            return wire.ClaimReply(
                verdict="already_paid", words="Paid at Desk 1.", hint="Not again.", server_time=now
            )
        found = next(
            (p for reply in self.tickets.values() for p in reply.prizes if p.result == asked.result), None
        )
        assert found is not None
        return wire.ClaimReply(
            verdict="paid",
            words="Noted as paid here.",
            server_time=now,
            number=found.number,
            amount=found.amount,
            currency=found.currency,
            event=EVENT,
            validation=self.tickets[asked.ticket].validation,
            paid_at=now,
            paid_where="North 2",
        )

    def _journal(self, body: bytes) -> wire.JournalReply:
        header, frames = wire.unpack_batch(body)
        chain = self.office.chain
        verdict: wire.Verdict = "duplicate"
        for i, data in enumerate(entry.unframe(frames, wire.BATCH_ENTRIES_MAX)):
            seq = header.first + i
            if seq <= len(chain):
                if chain[seq - 1] != data:
                    verdict = "fork"
                    break
            elif seq == len(chain) + 1:
                chain.append(data)
                verdict = "accepted"
            else:
                verdict = "gap"
                break
        digest = entry.read(chain[-1]).hash if chain else entry.GENESIS
        return wire.JournalReply(
            verdict=verdict,
            head=wire.Head(epoch=1, seq=len(chain), hash=digest.hex()),
            server_time=self.clock.wall,
        )


def open_desk(
    folder: Path, server: PaperServer, printer: Paper | None = None, **settings: Any
) -> tuple[Desk, Alone]:
    """A whole kiosk without threads, at this server."""
    alone = Alone(server.transport(), lambda: printer)
    given: dict[str, Any] = {"data": folder, "server": SERVER, "disk_reserve_bytes": 0} | settings
    desk = Desk(
        Config(**given),
        server.clock,
        alone,
        boot="b",
        device="d",
    )
    desk.open()
    return desk, alone
