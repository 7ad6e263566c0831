"""Templates: packages and prizes that an organisation uses again, copied into drafts and out of events.

A copy is a copy: a template that is changed or deleted changes no event.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from shared import money
from shared.errors import Refused
from shared.games import raffle
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.events.checks import PRICE_MAX, TICKETS_PER_PACKAGE_MAX, named, papered, worded
from syncserver.events.offers import PrizeTerms, add_package, add_prize, terms_of
from syncserver.events.terms import PERCENT, get, prizes
from syncserver.organisations import check_currency

TEMPLATES_MAX: Final = 500
"""Of each kind, in an organisation."""


class PrizeExtras(msgspec.Struct, frozen=True, kw_only=True):
    """What a prize template holds beside its columns; amounts in minor units."""

    winners: int = 1
    minimum: int = 0
    cap: int | None = None
    round_to: int = 1
    carry: bool = False


def package_templates(c: Connection, organisation: UUID, currency: str = "") -> list[Row[Any]]:
    """The organisation's package templates in their order; of one currency, or of all."""
    t = m.ticket_package_templates
    wanted = select(t).where(t.c.organization_id == organisation)
    if currency:
        wanted = wanted.where(t.c.currency == currency)
    return list(c.execute(wanted.order_by(t.c.display_order, func.lower(t.c.name), t.c.id)).all())


def prize_templates(c: Connection, organisation: UUID, currency: str = "") -> list[Row[Any]]:
    """The organisation's prize templates by name; shares of the sales fit every currency."""
    t = m.prize_templates
    wanted = select(t).where(t.c.organization_id == organisation)
    if currency:
        wanted = wanted.where((t.c.currency == currency) | t.c.currency.is_(None))
    return list(c.execute(wanted.order_by(func.lower(t.c.name), t.c.id)).all())


def extras(template: Row[Any]) -> PrizeExtras:
    """What a prize template holds beside its columns."""
    return msgspec.convert(dict(template.metadata or {}), PrizeExtras)


def prize_terms(template: Row[Any], currency: str, position: int = 1) -> PrizeTerms:
    """A prize template as the prize that it makes in a draft of that currency."""
    more = extras(template)
    return PrizeTerms(
        name=template.name,
        type=template.type,
        amount=0 if template.value is None else money.minor(template.value, currency),
        position=position,
        basis_points=0 if template.percentage is None else int(template.percentage * PERCENT),
        winners=more.winners,
        minimum=more.minimum,
        cap=more.cap,
        round_to=more.round_to,
        carry=more.carry,
        description=template.description or "",
    )


def add_package_template(
    c: Connection,
    organisation: UUID,
    name: str,
    tickets: int,
    price: int,
    currency: str,
    by: UUID | None,
    description: str = "",
    template: UUID | None = None,
) -> UUID:
    """A package to copy into drafts, or another content of ``template``. ``Refused`` where it cannot be."""
    t = m.ticket_package_templates
    if not 1 <= tickets <= TICKETS_PER_PACKAGE_MAX:
        raise Refused("tickets", f"A package holds 1 to {TICKETS_PER_PACKAGE_MAX} tickets.")
    if not 0 <= price <= PRICE_MAX:
        raise Refused("price", f"A price lies between 0 and {PRICE_MAX} minor units.")
    check_currency(currency)
    columns = {
        "name": named(name, "package"),
        "description": papered(description) or None,
        "ticket_count": tickets,
        "price": price,
        "currency": currency,
    }
    if template is not None:
        return _changed(c, t, organisation, template, by, columns)
    order = _room(c, t, organisation) + 1
    made = c.execute(
        insert(t)
        .values(organization_id=organisation, display_order=order, created_by=by, **columns)
        .returning(t.c.id)
    )
    return UUID(str(made.scalar_one()))


def add_prize_template(
    c: Connection,
    organisation: UUID,
    terms: PrizeTerms,
    currency: str,
    by: UUID | None,
    template: UUID | None = None,
) -> UUID:
    """A prize to copy into drafts, or another content of ``template``; its place and pool are the draft's matter.

    ``Refused`` (``prize``, ``currency``, ``name``).
    """
    t = m.prize_templates
    check_currency(currency)
    fixed = terms.type == "fixed"
    if terms.type not in {"fixed", "percentage"}:
        raise Refused("prize", "A prize is fixed, or a percentage of the sales.")
    if fixed and not 0 <= terms.amount <= money.AMOUNT_MAX // 1000:
        raise Refused("prize", "A prize's value is out of bounds.")
    if not fixed and not 1 <= terms.basis_points <= raffle.BASIS_POINTS:
        raise Refused("prize", "A prize's share lies between 0.01 % and 100 %.")
    kept = PrizeExtras(
        winners=terms.winners,
        minimum=terms.minimum,
        cap=terms.cap,
        round_to=terms.round_to,
        carry=terms.carry,
    )
    limits = terms.minimum or terms.cap is not None or terms.round_to != 1
    columns = {
        "name": named(terms.name, "prize"),
        "description": worded(terms.description) or None,
        "type": terms.type,
        "value": money.major(terms.amount, currency) if fixed else None,
        "percentage": None if fixed else Decimal(terms.basis_points) / PERCENT,
        "currency": currency if fixed or limits else None,
        "metadata": msgspec.to_builtins(kept),
    }
    if template is not None:
        return _changed(c, t, organisation, template, by, columns)
    _room(c, t, organisation)
    made = c.execute(
        insert(t).values(organization_id=organisation, created_by=by, **columns).returning(t.c.id)
    )
    return UUID(str(made.scalar_one()))


def _room(c: Connection, table: Any, organisation: UUID) -> int:
    """How many there are; ``Refused`` (``templates``) where there is no room for another."""
    held: int = c.execute(
        select(func.count()).select_from(table).where(table.c.organization_id == organisation)
    ).scalar_one()
    if held >= TEMPLATES_MAX:
        raise Refused("templates", f"There are at most {TEMPLATES_MAX} templates.", "Delete old ones.")
    return held


def _changed(
    c: Connection, table: Any, organisation: UUID, one: UUID, by: UUID | None, columns: dict[str, Any]
) -> UUID:
    done = c.execute(
        update(table)
        .where(table.c.id == one, table.c.organization_id == organisation)
        .values(updated_by=by, updated_at=func.now(), **columns)
    )
    if done.rowcount == 0:
        raise Refused("unknown", "There is no such template.")
    return one


def save_package(c: Connection, package: UUID, by: UUID | None) -> UUID:
    """An event's package as a template. ``Refused`` (``unknown``)."""
    k = m.ticket_packages
    row = c.execute(select(k).where(k.c.id == package)).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such package.")
    return add_package_template(
        c,
        get(c, row.event_id).organization_id,
        row.name,
        row.ticket_count,
        row.price,
        row.currency,
        by,
        row.description or "",
    )


def save_prize(c: Connection, prize: UUID, by: UUID | None) -> UUID:
    """An event's prize as a template. ``Refused`` (``unknown``)."""
    event = c.execute(select(m.prizes.c.event_id).where(m.prizes.c.id == prize)).scalar_one_or_none()
    if event is None:
        raise Refused("unknown", "There is no such prize.")
    row = get(c, event)
    held = next(one for one in prizes(c, event) if one.id == prize)
    return add_prize_template(c, row.organization_id, terms_of(held), row.currency, by)


def apply(
    c: Connection,
    event: UUID,
    by: UUID | None,
    packages: Collection[UUID] = (),
    prizes_: Collection[UUID] = (),
) -> int:
    """Copy templates into a draft, behind what it has; how many.

    ``Refused`` (``frozen``, ``currency`` of another event, and what the draft refuses of a package or prize).
    """
    row = get(c, event)
    done = 0
    for one in package_templates(c, row.organization_id):
        if one.id not in packages:
            continue
        _same_currency(row, one)
        add_package(c, event, one.name, one.ticket_count, one.price, by=by, description=one.description or "")
        done += 1
    for one in prize_templates(c, row.organization_id):
        if one.id not in prizes_:
            continue
        _same_currency(row, one)
        place = max((p.position for p in prizes(c, event)), default=0) + 1
        add_prize(c, event, by=by, **asdict(prize_terms(one, row.currency, place)))
        done += 1
    return done


def _same_currency(event: Row[Any], template: Row[Any]) -> None:
    if template.currency not in {None, event.currency}:
        raise Refused(
            "currency",
            f"{template.name} is in {template.currency}, the event in {event.currency}.",
            "Nothing is converted: make one in the event’s currency.",
        )


def remove(c: Connection, organisation: UUID, template: UUID, by: UUID | None) -> None:
    """Delete a template of either kind; events that it was copied into keep what they have."""
    for table, what in ((m.ticket_package_templates, "package"), (m.prize_templates, "prize")):
        name = c.execute(
            delete(table)
            .where(table.c.id == template, table.c.organization_id == organisation)
            .returning(table.c.name)
        ).scalar_one_or_none()
        if name is not None:
            critical_event(
                c, "template_deleted", "INFO", f"The {what} template {name} was deleted.", user_id=by
            )
            return
    raise Refused("unknown", "There is no such template.")
