"""An office on paper: signs what a kiosk needs to sell alone, for tests in which no server is wanted."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.catalog import Shelf
from kiosk.journal import Journal
from kiosk.store import Identity, Store, read_identity
from kiosk.till import Till
from shared import keys, wire
from shared.clock import Clock
from shared.keys import SigningKey

EVENT = str(UUID(int=0xE1))
PACKAGES = {"one": (str(UUID(int=0xA1)), 1, 200), "five": (str(UUID(int=0xA5)), 5, 1_000)}
RSU = str(UUID(int=0xC1))
OPERATOR, PIN = str(UUID(int=0x0B)), "1234"
HOUR_MS = 3_600_000


class PaperOffice:
    """Certificates, catalogs and grants of one office, over the clock it is given."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key = SigningKey(b"office".ljust(32, b"."))
        self.serial = 0
        self.granted = 0

    def identity(self, epoch: int = 1, server: str = "http://127.0.0.1:1") -> dict[str, Any]:
        """What an enrolled kiosk keeps in its ``identity.json``."""
        mine = SigningKey(bytes([epoch]) * 32)
        certificate = wire.Certificate(
            rsu=RSU,
            epoch=epoch,
            public_key=mine.public.hex(),
            organisation="Harbour Lights",
            name="North",
            device="paper",
            issued_at=self.clock.now_ms(),
            demo=True,
        )
        data, signature = wire.sign(self.key, keys.CERTIFICATE, certificate)
        return {
            "rsu": RSU,
            "epoch": epoch,
            "name": "North",
            "organisation": "Harbour Lights",
            "certificate": base64.b64encode(data).decode(),
            "certificate_signature": signature.hex(),
            "key": mine.seed.hex(),
            "kiosk_secret": bytes(32).hex(),
            "server": server,
            "server_key": self.key.public.hex(),
            "demo": True,
        }

    def grant(self, count: int) -> wire.SignedGrant:
        """The next ``count`` draw numbers."""
        number = self.granted // 1_000_000 + 1
        first, self.granted = self.granted + 1, self.granted + count
        grant = wire.Grant(
            allocation=str(UUID(int=0xB0000 + first)),
            request=str(UUID(int=0xD0000 + first)),
            rsu=RSU,
            epoch=1,
            event=EVENT,
            first=first,
            last=self.granted,
            validation_block=first,
            validation_size=count,
            validation_expires_at=None,
            issued_at=self.clock.now_ms(),
        )
        data, signature = wire.sign(self.key, keys.GRANT, grant)
        secret = keys.derive(b"paper", str(number), str(first))
        return wire.SignedGrant(
            grant=base64.b64encode(data).decode(), signature=signature.hex(), secret=secret.hex()
        )

    def catalog(self, *, closes_in_ms: int = HOUR_MS, state: str = "enabled") -> tuple[bytes, bytes]:
        """A catalog of one event on sale, and its signature."""
        self.serial += 1
        now, salt = self.clock.now_ms(), b"s" * 16
        event = wire.EventInfo(
            id=EVENT,
            number=1,
            name="Harbour Night 50/50",
            state="active",
            organisation="Harbour Lights",
            venue="Pier 7",
            timezone="Europe/Berlin",
            licence="R-17",
            currency="EUR",
            opens_at=now - 24 * HOUR_MS,
            closes_at=now + closes_in_ms,
            packages=tuple(
                wire.Package(id=id_, name=name, ticket_count=count, price=price, currency="EUR")
                for name, (id_, count, price) in PACKAGES.items()
            ),
            cuts=(wire.CutInfo(id=str(UUID(int=0xCC)), kind="close", at=now + closes_in_ms),),
        )
        catalog = wire.Catalog(
            generation=1,
            serial=self.serial,
            rsu=RSU,
            epoch=1,
            rsu_state=state,
            server_time=now,
            events=(event,),
            operators=(
                wire.OperatorInfo(
                    id=OPERATOR,
                    name="Ada",
                    supervisor=True,
                    pin_salt=salt.hex(),
                    pin_verifier=keys.pin_verifier(keys.pin_base(PIN, salt), bytes(32)).hex(),
                ),
            ),
        )
        return wire.sign(self.key, keys.CATALOG, catalog)

    def furnish(self, folder: Path, numbers: int) -> None:
        """Make ``folder`` that of an enrolled kiosk with a catalog and so many numbers to sell."""
        with Store(folder) as store:
            store.save_identity(self.identity())
            till = open_till(store, self.clock)
            till.journal.begin("paper")
            till.shelf.accept(*self.catalog())
            till.take_grants([self.grant(numbers)])


def identity_of(store: Store) -> Identity:
    """Who the kiosk of this folder is."""
    held = read_identity(store.identity())
    assert held is not None
    return held


def open_till(store: Store, clock: Clock) -> Till:
    """The till over a data folder, read from its journal."""
    identity = identity_of(store)
    return Till(Journal(store, identity, clock), Shelf(store, identity), clock, "boot")


def read_lines(data: bytes) -> list[dict[str, Any]]:
    """What a seller promised: one JSON object a line; a line that was cut off was not promised."""
    return [json.loads(line) for line in data.split(b"\n")[:-1]]
