"""What an organisation has decided for all its events: how cash is looked after, and how long buyers' data is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select, update

from shared import money
from shared.errors import Refused
from shared.wire import ShiftRules
from syncserver import models as m

CUSTOMER_DAYS_MAX: Final = 3_660
TOLERANCE_MAX: Final = Decimal(10_000)
"""Major units."""
DENOMINATIONS_MAX: Final = 30
"""Of one currency."""
CURRENCIES_MAX: Final = 10


@dataclass(frozen=True)
class Decided:
    """What an organisation's ``settings`` hold; what they leave out is as it stands here."""

    timezone: str = "UTC"
    shifts: ShiftRules = field(default_factory=ShiftRules)
    tolerance: str = "5"
    """Major units of any currency: a drawer that is over or short by more is a finding."""
    customer_days: int = 365
    """How long after an event's close what its buyers told of themselves is kept."""

    def tolerated(self, currency: str) -> int:
        """The tolerance in minor units of ``currency``."""
        return int(Decimal(self.tolerance) / money.major(1, currency))


def decided(settings: Mapping[str, Any] | None) -> Decided:
    """What is kept in an organisation's ``settings``."""
    return msgspec.convert(dict(settings or {}), Decided)


def of(c: Connection, organisation: UUID) -> Decided:
    """What this organisation has decided. ``Refused`` (``unknown_organisation``) where there is none."""
    row = c.execute(
        select(m.organizations.c.settings).where(m.organizations.c.id == organisation)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    return decided(row.settings)


def decide(c: Connection, organisation: UUID, by: UUID, **changes: Any) -> Decided:
    """Change some of it; the audit trail keeps what it was. ``Refused`` (``tolerance``, ``days``, ``denominations``)."""
    o = m.organizations
    row = c.execute(select(o.c.settings).where(o.c.id == organisation).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    held = dict(row.settings or {})
    now = replace(decided(held), **changes)
    if not 0 <= Decimal(now.tolerance) <= TOLERANCE_MAX:
        raise Refused("tolerance", f"What may be over or short lies between 0 and {TOLERANCE_MAX}.")
    if not 1 <= now.customer_days <= CUSTOMER_DAYS_MAX:
        raise Refused("days", f"Buyers' data is kept for 1 to {CUSTOMER_DAYS_MAX} days.")
    _check_denominations(now.shifts.denominations)
    kept = held | asdict(replace(now, shifts=ShiftRules())) | {"shifts": msgspec.to_builtins(now.shifts)}
    c.execute(
        update(o).where(o.c.id == organisation).values(settings=kept, updated_by=by, updated_at=func.now())
    )
    return now


def _check_denominations(given: Mapping[str, tuple[int, ...]]) -> None:
    if len(given) > CURRENCIES_MAX:
        raise Refused("denominations", f"Notes and coins of at most {CURRENCIES_MAX} currencies can be set.")
    for currency, values in given.items():
        if not money.known(currency):
            raise Refused(
                "denominations", f"“{currency}” is no currency.", "Write its three letters, like EUR."
            )
        if not 1 <= len(values) <= DENOMINATIONS_MAX:
            raise Refused(
                "denominations", f"{currency} needs 1 to {DENOMINATIONS_MAX} notes and coins, or none at all."
            )
        if any(not 0 < value <= money.AMOUNT_MAX for value in values) or len(set(values)) < len(values):
            raise Refused("denominations", f"{currency}: each note and coin has a value of its own above 0.")
