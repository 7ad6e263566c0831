"""What the office lets this kiosk sell: the signed catalog, kept whole, and the answers to what it says.

A catalog is taken only with the office's signature, for this kiosk, and never an older one than the last. Blocks of
numbers in it are proved by a signature of their own before they are used.
"""

from __future__ import annotations

import base64

import msgspec

from kiosk.store import Identity, Store
from kiosk.words import phrase
from shared import keys, wire
from shared.errors import Fault, Refused
from shared.wire import Catalog, CutInfo, EventInfo, OperatorInfo, Package, SignedGrant

CLOSE_CUT = "close"
"""The kind of the cut after which an event is never sold again."""

_decode = msgspec.json.Decoder(Catalog).decode
_decode_grant = msgspec.json.Decoder(wire.Grant).decode


class Answer(msgspec.Struct, frozen=True):
    """Whether something can be sold, and if not why, with what to do."""

    code: str = ""
    words: str = ""
    hint: str = ""

    @property
    def can(self) -> bool:
        """Nothing is against it."""
        return not self.code

    def demand(self) -> None:
        """``Refused`` where something is against it."""
        if self.code:
            raise Refused(self.code, self.words, self.hint)


CAN = Answer()


class Shelf:
    """The newest catalog and the questions it answers. Events and packages are looked up by id."""

    def __init__(self, store: Store, identity: Identity) -> None:
        """Load the kept catalog; ``Fault`` where it is no longer what the office signed."""
        self._store, self._identity = store, identity
        self.catalog: Catalog | None = None
        self.self_service = False
        """Buyers choose alone at this kiosk; some events are sold like that, and some are not."""
        self.etag = ""
        self.events: dict[str, EventInfo] = {}
        self.operators: dict[str, OperatorInfo] = {}
        self._packages: dict[tuple[str, str], Package] = {}
        self._peers: dict[str, wire.PeerKey] = {}
        self._void: set[str] = set()
        data, signature = store.get("catalog"), store.get("catalog_signature")
        if data is None or signature is None:
            return
        if not keys.verify(identity.server_key, keys.CATALOG, data, signature):
            raise Fault(
                "catalog_corrupt",
                phrase("The kept catalog is damaged."),
                phrase("Call the office; connect the kiosk."),
            )
        self._show(_decode(data))
        self.etag = (store.get("catalog_etag") or b"").decode()

    def accept(self, data: bytes, signature: bytes, etag: str = "") -> bool:
        """Take a catalog in; False where it is the one already here. ``Refused`` says why it is not taken."""
        if len(data) > wire.CATALOG_BYTES_MAX:
            raise Refused("catalog_too_large", phrase("The office's catalog is too large for this kiosk."))
        if not keys.verify(self._identity.server_key, keys.CATALOG, data, signature):
            raise Refused(
                "catalog_forged",
                phrase("The catalog is not signed by this kiosk's office."),
                phrase("Call the office."),
            )
        try:
            catalog = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as e:
            raise Refused(
                "catalog_unreadable",
                phrase("The office's catalog cannot be read: {e}.", e=e),
                phrase("Call the office."),
            ) from e
        if (catalog.rsu, catalog.epoch) != (self._identity.rsu, self._identity.epoch):
            raise Refused(
                "catalog_foreign", phrase("The catalog is another kiosk's."), phrase("Call the office.")
            )
        if (catalog.generation, catalog.serial) < self.version:
            raise Refused(
                "catalog_old",
                phrase(
                    "The office sent an older catalog ({generation}.{serial}) than the kiosk has.",
                    generation=catalog.generation,
                    serial=catalog.serial,
                ),
                phrase("Call the office: its server may have been restored without raising its generation."),
            )
        fresh = data != self._store.get("catalog")
        if fresh:
            self._store.put(catalog=data, catalog_signature=signature, catalog_etag=etag.encode())
            self._show(catalog)
        self.etag = etag
        return fresh

    def _show(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.events = {e.id: e for e in catalog.events}
        self.operators = {o.id: o for o in catalog.operators}
        self._packages = {(e.id, p.id): p for e in catalog.events for p in e.packages}
        self._peers = {}
        for peer in catalog.peers:
            self._peers[f"{peer.rsu}/{peer.epoch}"] = peer
        self._void = {v for e in catalog.events for v in e.voids}

    @property
    def version(self) -> tuple[int, int]:
        """Generation and serial; (0, 0) without a catalog."""
        return (0, 0) if self.catalog is None else (self.catalog.generation, self.catalog.serial)

    # What can be sold -------------------------------------------------------------------------------

    def unit(self) -> Answer:
        """Whether the office lets this kiosk work at all."""
        if self.catalog is None:
            return Answer(
                "no_catalog",
                phrase("The kiosk has not heard from the office yet."),
                phrase("Connect it to the network."),
            )
        state = self.catalog.rsu_state
        if state == "enabled":
            return CAN
        words = {
            "disabled": phrase("The office has disabled this kiosk."),
            "suspended": phrase("The office has suspended this kiosk."),
            "revoked": phrase("The office has revoked this kiosk."),
            "retired": phrase("The office has retired this kiosk."),
        }.get(state, phrase("The office does not let this kiosk sell ({state}).", state=state))
        return Answer("unit_" + state, words, phrase("Call the office. Sales made so far are safe."))

    def suspended(self) -> str:
        """The office's words while it has called all kiosks to stop; empty otherwise."""
        if self.catalog is None:
            return ""
        words = ""
        for command in self.catalog.commands:
            if command.kind == "suspend":
                words = command.text or phrase("The office has stopped all sales.")
            elif command.kind == "resume":
                words = ""
        return words

    def messages(self) -> list[tuple[str, str]]:
        """What the office has to say to whoever works here: id and text of each letter, the oldest first."""
        if self.catalog is None:
            return []
        return [(c.id, c.text) for c in self.catalog.commands if c.kind == "message" and c.text]

    def event(self, event_id: str, now: int, *, test: bool = False) -> Answer:
        """Whether the event can be sold at ``now`` (milliseconds), as far as the catalog knows.

        With ``test``: whether it can be tried (E5), which ends where sales open, and which no buyer does alone.
        """
        unit = self.unit()
        if not unit.can:
            return unit
        if words := self.suspended():
            return Answer("suspended_all", words, phrase("Wait for the office."))
        event = self.events.get(event_id)
        if event is None:
            return Answer(
                "no_event", phrase("This event is not on this kiosk."), phrase("Choose another event.")
            )
        if event.state == "suspended":
            return Answer(
                "suspended",
                phrase("Sales for {event} are paused.", event=event.name),
                phrase("Wait for the office."),
            )
        if event.state == "created":
            return Answer(
                "not_active",
                phrase("{event} is not on sale yet.", event=event.name),
                phrase("The office must activate it."),
            )
        if event.state == "cancelled":
            return Answer(
                "cancelled",
                phrase("{event} was cancelled.", event=event.name),
                phrase("Choose another event."),
            )
        if event.state != "active" or now >= event.closes_at:
            return Answer(
                "closed",
                phrase("Sales for {event} are closed.", event=event.name),
                phrase("Choose another event."),
            )
        if test and now >= event.opens_at:
            return Answer(
                "test_over",
                phrase("Tests for {event} are over: sales are opening.", event=event.name),
                phrase("Sell real tickets once the event is on sale."),
            )
        if test and self.self_service:
            return Answer(
                "wrong_mode",
                phrase("A self-service kiosk sells no test tickets."),
                phrase("Try an attended kiosk."),
            )
        if now < event.opens_at and not test:
            return Answer(
                "not_open",
                phrase("Sales for {event} have not opened yet.", event=event.name),
                phrase("Wait for the opening time."),
            )
        if event.policies.mode == "self-service" and not self.self_service:
            return Answer(
                "wrong_mode",
                phrase("{event} is sold at self-service kiosks only.", event=event.name),
                phrase("Choose another event."),
            )
        if event.policies.mode == "attended" and self.self_service:
            return Answer(
                "wrong_mode",
                phrase("{event} is not sold at self-service kiosks.", event=event.name),
                phrase("Choose another event."),
            )
        return CAN

    def package(self, event_id: str, package_id: str, now: int) -> Package:
        """A package that is on offer at ``now``; ``Refused`` where it is not."""
        package = self._packages.get((event_id, package_id))
        if package is None or not on_offer(package, now):
            raise Refused(
                "no_package", phrase("This package is not on offer now."), phrase("Choose another one.")
            )
        return package

    def packages(self, event_id: str, now: int) -> list[Package]:
        """What is on offer at ``now``, in the office's order."""
        event = self.events.get(event_id)
        found = [p for p in event.packages if on_offer(p, now)] if event else []
        return sorted(found, key=lambda p: (p.order, p.price, p.name))

    def cuts_due(self, now: int) -> list[tuple[EventInfo, CutInfo]]:
        """Cuts whose time has come by ``now``; an event closed early is cut at once."""
        found = []
        for event in self.events.values():
            early = event.state in ("closed", "drawn", "completed")
            found += [(event, c) for c in event.cuts if now >= c.at or (early and c.kind == CLOSE_CUT)]
        return sorted(found, key=lambda pair: (pair[1].at, pair[1].id))

    # Who, and what is genuine -----------------------------------------------------------------------

    def check_pin(self, operator_id: str, pin: str) -> OperatorInfo | None:
        """The operator, if the PIN is theirs; takes some 40 ms, whoever asks."""
        operator = self.operators.get(operator_id)
        if operator is None:
            return None
        salt, verifier = bytes.fromhex(operator.pin_salt), bytes.fromhex(operator.pin_verifier)
        return operator if keys.pin_matches(pin, salt, verifier, self._identity.kiosk_secret) else None

    def peers(self) -> list[wire.PeerKey]:
        """The keys of all kiosks whose tickets this one can tell."""
        return list(self._peers.values())

    def known_void(self, validation: str) -> bool:
        """The office has told that this ticket is void."""
        return validation in self._void


def on_offer(package: Package, now: int) -> bool:
    """Whether a package is on sale at ``now``, milliseconds (E13)."""
    return (
        package.active
        and (package.active_from is None or now >= package.active_from)
        and (package.active_to is None or now < package.active_to)
    )


def read_grant(signed: SignedGrant, identity: Identity) -> wire.Grant:
    """The block of numbers behind a signed grant; ``Refused`` where it is not this kiosk's from its office."""
    try:
        data, signature = base64.b64decode(signed.grant, validate=True), bytes.fromhex(signed.signature)
        grant = _decode_grant(data)
    except (ValueError, msgspec.MsgspecError) as e:
        raise Refused(
            "bad_grant", phrase("A block of numbers cannot be read: {e}.", e=e), phrase("Call the office.")
        ) from e
    if not keys.verify(identity.server_key, keys.GRANT, data, signature):
        raise Refused(
            "bad_grant",
            phrase("A block of numbers is not signed by this kiosk's office."),
            phrase("Call the office."),
        )
    if (grant.rsu, grant.epoch) != (identity.rsu, identity.epoch):
        raise Refused(
            "bad_grant", phrase("A block of numbers is another kiosk's."), phrase("Call the office.")
        )
    return grant
