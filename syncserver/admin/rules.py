"""The house rules: what the organisation has decided for all its events and kiosks, and every version of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from shared import money
from shared.errors import Refused
from shared.wire import ShiftRules
from syncserver import auth, configurations, organisations
from syncserver.admin import ground
from syncserver.auth import access
from syncserver.organisations import Decided

COINS_CHARS_MAX: Final = 2_000
NOTES_CHARS_MAX: Final = 4_000
WORDS: Final = {
    "customer_days": "Buyers’ data, days",
    "tolerance": "Over or short",
    "shifts": "Cash",
    "shifts.required": "A shift before selling",
    "shifts.blind": "Count before the sum shows",
    "shifts.denominations": "Notes and coins",
    "tax": "Tax",
    "tax.name": "Tax",
    "tax.rate": "Tax, percent",
    "tax.included": "Tax in the price",
    "ticket_notes": "At the foot of tickets",
}
"""What the settings of a version are called."""
_COIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?").fullmatch


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/rules", "house_rules", show)
    to.add_url_rule("/rules/change", "change_rules", change, methods=["POST"])
    to.add_url_rule("/rules/<uuid:version>/withdraw", "withdraw_rules", withdraw, methods=["POST"])


@access(*ground.READERS)
def show() -> ResponseReturnValue:
    """The house rules as they are."""
    return _shown()


def _shown(refused: Refused | None = None) -> str:
    me = auth.account()
    with ground.reading() as c:
        held = organisations.of(c, me.organisation)
        versions = configurations.versions(c, me.organisation)
    return ground.page(
        "rules",
        "rules",
        held=held,
        versions=list(_compared(versions)),
        coins=_written(held),
        refused=refused,
        typed=request.form if refused else None,
    )


def _compared(
    versions: list[configurations.Version],
) -> Iterator[tuple[configurations.Version, list[tuple[str, str, str]]]]:
    """Each version with what it says otherwise than the one that held before it, in words."""
    standing = [one for one in versions if one.state != "withdrawn"]
    for one in versions:
        before = next((old for old in standing if (old.since, old.number) < (one.since, one.number)), None)
        changed = configurations.differences(before.settings if before is not None else {}, one.settings)
        yield one, [(WORDS.get(name, name), _plain(old), _plain(new)) for name, old, new in changed]


def _plain(value: object) -> str:
    """A setting as a person reads it."""
    if value is None or value in ({}, []):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return str(value)


def _written(held: Decided) -> str:
    """Notes and coins as a person writes them: a line for each currency, in major units."""
    return "\n".join(
        f"{currency}: {', '.join(str(money.major(value, currency).normalize().quantize(_step(value, currency))) for value in values)}"
        for currency, values in sorted(held.shifts.denominations.items())
    )


def _step(value: int, currency: str) -> Decimal:
    """Whole amounts without decimals, others with the currency's."""
    whole = money.major(value, currency) == money.major(value, currency).to_integral_value()
    return Decimal(1) if whole else money.major(1, currency)


def denominations(text: str) -> dict[str, tuple[int, ...]]:
    """Notes and coins by currency, minor units, the largest first, out of lines like ``EUR: 50, 20, 0.50``.

    ``Refused`` (``denominations``) where a line is none.
    """
    found: dict[str, tuple[int, ...]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        currency, *values = [part for part in re.split(r"[\s,;:]+", line.strip()) if part]
        currency = currency.upper()
        if not money.known(currency):
            raise Refused(
                "denominations",
                f"“{currency[:20]}” is no currency.",
                "Begin each line with three letters, like EUR.",
            )
        if currency in found:
            raise Refused("denominations", f"{currency} stands there twice.", "Give each currency one line.")
        try:
            if not all(map(_COIN, values)):
                raise ValueError("no amount")  # noqa: TRY301 - one answer for all that is none
            found[currency] = tuple(
                sorted((money.minor(Decimal(value), currency) for value in values), reverse=True)
            )
        except ValueError as e:
            raise Refused(
                "denominations",
                f"{currency}: one of the notes and coins is no amount.",
                "Write them like 50, 20, 0.50, with commas between.",
            ) from e
    return found


@access(*ground.MANAGERS)
def change() -> ResponseReturnValue:
    """Changes them; kiosks hear of it at their next contact."""
    try:
        with ground.acting() as c:
            organisations.decide(
                c,
                auth.account().organisation,
                auth.account().id,
                shifts=ShiftRules(
                    required=bool(request.form.get("required")),
                    blind=bool(request.form.get("blind")),
                    denominations=denominations(
                        ground.text("coins", "Notes and coins", COINS_CHARS_MAX, least=0)
                    ),
                ),
                tolerance=str(ground.decimal("tolerance", "Over or short", int(organisations.TOLERANCE_MAX))),
                second_factor=bool(request.form.get("second_factor")),
                customer_days=ground.whole("customer_days", "Days", 1, organisations.CUSTOMER_DAYS_MAX),
                tax=_tax(),
                ticket_notes=tuple(
                    line.strip()
                    for line in ground.text(
                        "ticket_notes", "On every ticket", NOTES_CHARS_MAX, least=0
                    ).splitlines()
                    if line.strip()
                ),
                since=_since(c),
                reason=ground.text("reason", "Why", ground.REASON_CHARS_MAX, least=0),
            )
    except Refused as e:
        return _shown(e), 422
    ground.tell(
        "good",
        "The new version holds from its time on."
        if request.form.get("since")
        else "The house rules are changed. Kiosks hear of it at their next contact.",
    )
    return redirect(url_for("admin.house_rules"), 303)


def _tax() -> organisations.Tax | None:
    """The tax as the form says; none without a name and a rate."""
    name = ground.text("tax_name", "Tax", organisations.TAX_NAME_CHARS_MAX, least=0)
    rate = request.form.get("tax_rate", "").strip().replace(",", ".")
    if not name and not rate:
        return None
    return organisations.Tax(name=name, rate=rate, included=request.form.get("tax_included", "yes") == "yes")


def _since(c: Connection) -> datetime | None:
    """From when on the version holds; None: at once."""
    if not request.form.get("since"):
        return None
    zone = organisations.of(c, auth.account().organisation).timezone
    return ground.moment("since", "From", zone)


@access(*ground.MANAGERS)
def withdraw(version: UUID) -> ResponseReturnValue:
    """Takes back a version that is still to come."""
    page = ground.back_to("admin.house_rules")
    me = auth.account()
    with ground.acting() as c:
        configurations.withdraw(c, me.organisation, version, me.id, ground.reason())
    ground.tell("good", "The version is taken back.")
    return redirect(page, 303)
