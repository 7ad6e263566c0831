"""What a draft sells and gives: packages with what comes with them, and prizes in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, text, update

from shared import money
from shared.errors import Refused
from shared.games import raffle
from syncserver import models as m
from syncserver.events.checks import (
    PACKAGES_MAX,
    PAPER_CHARS_MAX,
    PRICE_MAX,
    PRIZES_MAX,
    TICKETS_PER_PACKAGE_MAX,
    check_prize_rule,
    check_window,
    draft,
    kept_as,
    named,
    papered,
    worded,
)
from syncserver.events.terms import PERCENT, WINNERS_MAX, PrizeRow, PrizeRule, prizes, settings

PERKS_MAX: Final = 20
"""Of one package, and of texts on its ticket."""
PERK_CHARS_MAX: Final = 120
POSITION_MAX: Final = 2**15 - 1


# Packages -------------------------------------------------------------------------------------------


def add_package(
    c: Connection,
    event: UUID,
    name: str,
    tickets: int,
    price: int,
    order: int = 0,
    *,
    by: UUID | None = None,
    description: str = "",
    active_from: datetime | None = None,
    active_to: datetime | None = None,
    perks: Sequence[UUID] = (),
) -> UUID:
    """A package of ``tickets`` for ``price`` minor units, last in the order where ``order`` is 0.

    ``perks`` come with it beside the tickets. ``Refused`` (``frozen``) from activation on.
    """
    row = draft(c, event, "packages", by)
    k = m.ticket_packages
    held, last = c.execute(
        select(func.count(), func.coalesce(func.max(k.c.display_order), 0)).where(k.c.event_id == event)
    ).one()
    if held >= PACKAGES_MAX:
        raise Refused("packages", f"An event has at most {PACKAGES_MAX} packages.")
    made = c.execute(
        insert(k)
        .values(
            event_id=event,
            currency=row.currency,
            display_order=order or last + 1,
            created_by=by,
            **_package(c, row, name, tickets, price, description, active_from, active_to, perks),
        )
        .returning(k.c.id)
    )
    return UUID(str(made.scalar_one()))


def change_package(
    c: Connection,
    package: UUID,
    by: UUID | None,
    *,
    name: str,
    tickets: int,
    price: int,
    description: str = "",
    active_from: datetime | None = None,
    active_to: datetime | None = None,
    perks: Sequence[UUID] = (),
) -> None:
    """Make a package of a draft another one. ``Refused`` (``frozen``) from activation on."""
    k = m.ticket_packages
    row = draft(c, _event_of(c, k, package), "packages", by)
    c.execute(
        update(k)
        .where(k.c.id == package)
        .values(
            updated_by=by,
            updated_at=func.now(),
            **_package(c, row, name, tickets, price, description, active_from, active_to, perks),
        )
    )


def move_package(c: Connection, package: UUID, by: UUID | None, *, up: bool) -> None:
    """Show a package one place earlier, or later (E13). ``Refused`` (``frozen``) from activation on."""
    k = m.ticket_packages
    event = _event_of(c, k, package)
    draft(c, event, "packages", by)
    ids = list(
        c.execute(
            select(k.c.id).where(k.c.event_id == event).order_by(k.c.display_order, k.c.price, k.c.id)
        ).scalars()
    )
    for place, one in enumerate(_moved(ids, package, up=up), 1):
        c.execute(update(k).where(k.c.id == one, k.c.display_order != place).values(display_order=place))


def _moved(ids: list[UUID], one: UUID, *, up: bool) -> list[UUID]:
    at = ids.index(one)
    to = max(0, at - 1) if up else min(len(ids) - 1, at + 1)
    ids[at], ids[to] = ids[to], ids[at]
    return ids


def _package(
    c: Connection,
    event: Row[Any],
    name: str,
    tickets: int,
    price: int,
    description: str,
    active_from: datetime | None,
    active_to: datetime | None,
    perks: Sequence[UUID],
) -> dict[str, Any]:
    if not 1 <= tickets <= TICKETS_PER_PACKAGE_MAX:
        raise Refused("tickets", f"A package holds 1 to {TICKETS_PER_PACKAGE_MAX} tickets.")
    if not 0 <= price <= PRICE_MAX:
        raise Refused("price", f"A price lies between 0 and {PRICE_MAX} minor units.")
    check_window(active_from, active_to)
    if len(perks) > PERKS_MAX or len(set(perks)) < len(perks):
        raise Refused("perks", f"A package comes with at most {PERKS_MAX} perks, each once.")
    p = m.perks
    known = c.execute(
        select(func.count()).where(p.c.id.in_(perks), p.c.organization_id == event.organization_id)
    ).scalar_one()
    if known != len(perks):
        raise Refused("perks", "There is no such perk.", "Choose of the list.")
    text_ = papered(description)
    if len(with_perks(text_, perk_words(c, perks))) > PAPER_CHARS_MAX:
        raise Refused(
            "text",
            f"What comes with it has more than the {PAPER_CHARS_MAX:,} characters that a ticket bears.",
            "Shorten the text, or take a perk less.",
        )
    return {
        "name": named(name, "package"),
        "description": text_ or None,
        "ticket_count": tickets,
        "price": price,
        "active_from": active_from,
        "active_to": active_to,
        "perk_ids": list(perks),
    }


def offered(now: datetime) -> ColumnElement[bool]:
    """Of packages joined with their events: those on sale now or later, or until sales closed (E13)."""
    k = m.ticket_packages
    return and_(
        k.c.is_active,
        or_(k.c.active_to.is_(None), k.c.active_to > now, k.c.active_to >= m.raffle_events.c.closes_at),
    )


def perk_words(c: Connection, perks: Collection[UUID]) -> list[str]:
    """The names of these perks, in their order."""
    p = m.perks
    names = {row.id: str(row.name) for row in c.execute(select(p.c.id, p.c.name).where(p.c.id.in_(perks)))}
    return [names[one] for one in perks if one in names]


def with_perks(description: str, perks: Sequence[str]) -> str:
    """What comes with a package, as the kiosk's screen and the ticket say it (E13)."""
    return "\n".join(part for part in (description, " · ".join(perks)) if part)


def remove_package(c: Connection, package: UUID, by: UUID | None = None) -> None:
    """Delete a package of a draft. ``Refused`` (``frozen``) from activation on."""
    event = c.execute(
        select(m.ticket_packages.c.event_id).where(m.ticket_packages.c.id == package)
    ).scalar_one_or_none()
    if event is not None:
        draft(c, event, "packages", by)
        c.execute(text("SELECT delete_unused('ticket_packages', :id)"), {"id": package})


def _event_of(c: Connection, table: Any, one: UUID) -> UUID:
    found = c.execute(select(table.c.event_id).where(table.c.id == one)).scalar_one_or_none()
    if found is None:
        raise Refused("unknown", "That is not there any more.", "Load the page again.")
    return UUID(str(found))


# Perks ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Perk:
    """What can come with a package: a drink, a scarf."""

    id: UUID
    name: str
    active: bool
    used: int
    """Packages that come with it."""


def perks(c: Connection, organisation: UUID, *, all_of: bool = False) -> list[Perk]:
    """The organisation's perks by name; ``all_of``: also those that are no longer offered."""
    p, k = m.perks, m.ticket_packages
    used = select(func.count()).where(p.c.id == func.any(k.c.perk_ids)).scalar_subquery()
    wanted = select(p, used.label("used")).where(p.c.organization_id == organisation)
    if not all_of:
        wanted = wanted.where(p.c.is_active)
    rows = c.execute(wanted.order_by(func.lower(p.c.name), p.c.created_at))
    return [Perk(row.id, row.name, row.is_active, row.used) for row in rows]


def add_perk(c: Connection, organisation: UUID, name: str, by: UUID | None = None) -> UUID:
    """A perk to choose for packages. ``Refused`` (``perk``)."""
    p = m.perks
    plain = named(name, "perk")
    if len(plain) > PERK_CHARS_MAX:
        raise Refused("perk", f"A perk has at most {PERK_CHARS_MAX} characters.")
    if c.execute(
        select(p.c.id).where(
            p.c.organization_id == organisation, p.c.is_active, func.lower(p.c.name) == func.lower(plain)
        )
    ).all():
        raise Refused("perk", f"There is a perk called “{plain}” already.")
    made = c.execute(
        insert(p).values(organization_id=organisation, name=plain, created_by=by).returning(p.c.id)
    )
    return UUID(str(made.scalar_one()))


def end_perk(c: Connection, organisation: UUID, perk: UUID, by: UUID | None = None) -> None:
    """Offer it no longer; packages that come with it keep it. ``Refused`` (``perk``)."""
    p = m.perks
    done = c.execute(
        update(p)
        .where(p.c.id == perk, p.c.organization_id == organisation)
        .values(is_active=False, updated_by=by, updated_at=func.now())
    )
    if done.rowcount == 0:
        raise Refused("perk", "There is no such perk.")


# Prizes ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PrizeTerms:
    """A prize as it is to be; see :func:`add_prize`."""

    name: str
    type: str
    amount: int = 0
    position: int = 1
    winners: int = 1
    basis_points: int = 0
    minimum: int = 0
    cap: int | None = None
    pool: str = raffle.MAIN_POOL
    round_to: int = 1
    carry: bool = False
    description: str = ""


def terms_of(held: PrizeRow) -> PrizeTerms:
    """A prize that is there, as it could be made again."""
    rule = held.rule
    return PrizeTerms(
        name=held.name,
        type=rule.type,
        amount=rule.value,
        position=held.position,
        winners=rule.winners,
        basis_points=rule.basis_points,
        minimum=rule.minimum,
        cap=rule.cap,
        pool=rule.pool,
        round_to=rule.round_to,
        carry=rule.carry,
        description=held.description,
    )


def add_prize(
    c: Connection,
    event: UUID,
    name: str,
    type: str,  # noqa: A002 - the standard's word, and the column's
    amount: int = 0,
    position: int = 1,
    winners: int = 1,
    *,
    basis_points: int = 0,
    minimum: int = 0,
    cap: int | None = None,
    pool: str = raffle.MAIN_POOL,
    round_to: int = 1,
    carry: bool = False,
    description: str = "",
    by: UUID | None = None,
) -> UUID:
    """A prize: ``fixed`` of ``amount`` minor units, or ``percentage`` with ``basis_points`` of the sales.

    ``minimum`` is guaranteed, ``cap`` holds over all (of the whole share, minor units), and the share is rounded
    down to a multiple of ``round_to`` minor units; see :func:`shared.games.raffle.prize_amount`. ``pool`` is the one
    it is drawn from, ``carry`` lets what it does not pay out go on to the next event. ``Refused`` (``frozen``,
    ``prize``, ``position_taken``, ``pool``).
    """
    row = draft(c, event, "prizes", by)
    others = prizes(c, event)
    if len(others) >= PRIZES_MAX:
        raise Refused("prize", f"An event has at most {PRIZES_MAX} prizes.")
    wanted = PrizeTerms(
        name=name,
        type=type,
        amount=amount,
        position=position,
        winners=winners,
        basis_points=basis_points,
        minimum=minimum,
        cap=cap,
        pool=pool,
        round_to=round_to,
        carry=carry,
        description=description,
    )
    columns, rule = _prize(row, others, wanted)
    made = c.execute(
        insert(m.prizes).values(event_id=event, created_by=by, **columns).returning(m.prizes.c.id)
    )
    prize = UUID(str(made.scalar_one()))
    _keep_rule(c, row, prize, rule)
    return prize


def change_prize(c: Connection, prize: UUID, by: UUID | None, wanted: PrizeTerms) -> None:
    """Make a prize of a draft another one. ``Refused`` as :func:`add_prize` says."""
    z = m.prizes
    row = draft(c, _event_of(c, z, prize), "prizes", by)
    columns, rule = _prize(row, [p for p in prizes(c, row.id) if p.id != prize], wanted)
    c.execute(update(z).where(z.c.id == prize).values(updated_by=by, updated_at=func.now(), **columns))
    _keep_rule(c, row, prize, rule)


def move_prize(c: Connection, prize: UUID, by: UUID | None, *, up: bool) -> None:
    """Draw a prize one place earlier, or later. ``Refused`` (``frozen``) from activation on."""
    z = m.prizes
    event = _event_of(c, z, prize)
    draft(c, event, "prizes", by)
    held = prizes(c, event)
    places = [one.position for one in held]
    for place, one in zip(places, _moved([p.id for p in held], prize, up=up), strict=True):
        c.execute(update(z).where(z.c.id == one, z.c.position != place).values(position=place))


def _prize(row: Row[Any], others: Sequence[PrizeRow], wanted: PrizeTerms) -> tuple[dict[str, Any], PrizeRule]:
    """The columns and the rule of a prize that can be beside these ``others``."""
    fixed = wanted.type == "fixed"
    if wanted.type not in {"fixed", "percentage"}:
        raise Refused("prize", "A prize is fixed, or a percentage of the sales.")
    if fixed and not 0 <= wanted.amount <= money.AMOUNT_MAX // 1000:
        raise Refused("prize", "A prize's value is out of bounds.")
    if not fixed and not 1 <= wanted.basis_points <= raffle.BASIS_POINTS:
        raise Refused("prize", "A prize's share lies between 0.01 % and 100 %.")
    if (
        not 1 <= wanted.winners <= WINNERS_MAX
        or not 1 <= wanted.position <= POSITION_MAX
        or wanted.minimum < 0
        or (wanted.cap or 0) < 0
    ):
        raise Refused("prize", "A prize's winners, position, minimum or cap is out of bounds.")
    rule = PrizeRule(
        minimum=wanted.minimum,
        cap=wanted.cap,
        pool=wanted.pool,
        round_to=wanted.round_to,
        carry=wanted.carry,
    )
    check_prize_rule(rule, wanted.type, settings(row.configuration))
    if any(p.position == wanted.position for p in others):
        raise Refused(
            "position_taken", f"Another prize is drawn at position {wanted.position}.", "Choose another."
        )
    if wanted.basis_points + sum(p.rule.basis_points for p in others) > raffle.BASIS_POINTS:
        raise Refused("prize", "The prizes' shares come to more than all sales.")
    columns = {
        "name": named(wanted.name, "prize"),
        "description": worded(wanted.description) or None,
        "type": wanted.type,
        "value": money.major(wanted.amount, row.currency) if fixed else None,
        "percentage": None if fixed else Decimal(wanted.basis_points) / PERCENT,
        "currency": row.currency,
        "position": wanted.position,
        "winner_count": wanted.winners,
    }
    return columns, rule


def _keep_rule(c: Connection, row: Row[Any], prize: UUID, rule: PrizeRule | None) -> None:
    """Keep what a prize's own row does not hold; nothing where that is all as usual."""
    kept = settings(row.configuration)
    rules = {one: held for one, held in kept.prize_rules.items() if one != str(prize)}
    if rule is not None and rule != PrizeRule():
        rules[str(prize)] = rule
    if rules != kept.prize_rules:
        c.execute(
            update(m.raffle_events)
            .where(m.raffle_events.c.id == row.id)
            .values(configuration=kept_as(replace(kept, prize_rules=rules)))
        )


def remove_prize(c: Connection, prize: UUID, by: UUID | None = None) -> None:
    """Delete a prize of a draft. ``Refused`` (``frozen``) from activation on."""
    event = c.execute(select(m.prizes.c.event_id).where(m.prizes.c.id == prize)).scalar_one_or_none()
    if event is not None:
        row = draft(c, event, "prizes", by)
        c.execute(text("SELECT delete_unused('prizes', :id)"), {"id": prize})
        _keep_rule(c, row, prize, None)
