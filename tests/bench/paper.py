"""An office on paper whose kiosks have an operator with a PIN, and may keep any number of sales to themselves."""

from __future__ import annotations

import msgspec

from shared import keys, wire
from tests.e2e.paper import PaperOffice

OPERATOR = "00000000-0000-4000-8000-0000000000aa"
PIN = "2468"
SALT = b"bench".ljust(16, b".")
UNSYNCED_MAX = 10_000_000


class StaffedOffice(PaperOffice):
    """Signs catalogs in which Anna works at the kiosk."""

    def catalog(self, *, closes_in_ms: int = 24 * 3_600_000, state: str = "enabled") -> tuple[bytes, bytes]:
        """A catalog of one event on sale, and its signature."""
        data, _ = super().catalog(closes_in_ms=closes_in_ms, state=state)
        catalog = msgspec.json.decode(data, type=wire.Catalog)
        policies = wire.Policies(unsynced_max=UNSYNCED_MAX)
        anna = wire.OperatorInfo(
            id=OPERATOR,
            name="Anna",
            supervisor=True,
            pin_salt=SALT.hex(),
            pin_verifier=keys.pin_verifier(keys.pin_base(PIN, SALT), bytes(32)).hex(),
        )
        staffed = msgspec.structs.replace(
            catalog,
            events=tuple(msgspec.structs.replace(event, policies=policies) for event in catalog.events),
            operators=(anna,),
        )
        return wire.sign(self.key, keys.CATALOG, staffed)
