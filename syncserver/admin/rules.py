"""The house rules: what the organisation has decided for all its events and kiosks, on one page."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shared import money
from shared.errors import Refused
from shared.wire import ShiftRules
from syncserver import auth, organisations
from syncserver.admin import ground
from syncserver.auth import access
from syncserver.organisations import Decided

COINS_CHARS_MAX: Final = 2_000
_COIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?").fullmatch


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/rules", "house_rules", show)
    to.add_url_rule("/rules/change", "change_rules", change, methods=["POST"])


@access(*ground.MANAGERS)
def show() -> ResponseReturnValue:
    """The house rules as they are."""
    return _shown()


def _shown(refused: Refused | None = None) -> str:
    with ground.reading() as c:
        held = organisations.of(c, auth.account().organisation)
    return ground.page(
        "rules",
        "rules",
        held=held,
        coins=_written(held),
        refused=refused,
        typed=request.form if refused else None,
    )


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
            )
    except Refused as e:
        return _shown(e), 422
    ground.tell("good", "The house rules are changed. Kiosks hear of it at their next contact.")
    return redirect(url_for("admin.house_rules"), 303)
