"""The catalog: all that one kiosk needs to sell alone, signed, and numbered anew only where something changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, Select, or_, select, update

from shared import keys, wire
from shared.clock import to_ms
from shared.errors import Fault, Refused
from shared.money import minor
from shared.wire import (
    Catalog,
    CutInfo,
    EventInfo,
    OperatorInfo,
    Package,
    PeerKey,
    PrizeInfo,
    ReceiptText,
    ResultInfo,
    SignedGrant,
)
from syncserver import allocations, events, messages, organisations, rsus
from syncserver import models as m
from syncserver.office import Office

EVENTS_MAX = 50
VOIDS_MAX = 20_000
RESULTS_MAX = 1_000
DRAWS_MAX = 50
OPERATORS_MAX = 1_000
PEERS_MAX = 5_000
SHOWN = ("active", "suspended", "closed", "drawn")
"""No drafts: they may still change altogether, or never be, and a kiosk names its events to buyers."""
WORK_AT_KIOSKS = ("admin", "manager", "operator")
SUPERVISE = ("admin", "manager")


@dataclass(frozen=True)
class Signed:
    """A catalog's bytes, the signature over them in hex, and the tag that says whether it is news."""

    data: bytes
    signature: str
    etag: str


def build(office: Office, c: Connection, rsu: UUID, epoch: int) -> Signed:
    """The catalog of this enrolment as of now. ``Refused`` (``unknown_unit``) where there is no such enrolment."""
    unit = c.execute(
        select(
            m.rsus,
            m.rsu_epochs.c.catalog_generation,
            m.rsu_epochs.c.catalog_serial,
            m.rsu_epochs.c.catalog_hash,
        )
        .join(m.rsu_epochs, m.rsu_epochs.c.rsu_id == m.rsus.c.id)
        .where(m.rsus.c.id == rsu, m.rsu_epochs.c.epoch == epoch)
    ).one_or_none()
    if unit is None:
        raise Refused("unknown_unit", "This kiosk is not enrolled here.")
    says = Catalog(
        generation=office.generation,
        serial=0,
        rsu=str(rsu),
        epoch=epoch,
        rsu_state=rsus.unit_state(c, rsu, epoch),
        server_time=0,
        events=_events(office, c, unit, epoch),
        operators=_operators(office, c, unit.organization_id, rsu, epoch),
        peers=_peers(c, unit.organization_id),
        commands=messages.commands(c, unit.organization_id, rsu, office.now()),
        shifts=organisations.of(c, unit.organization_id).shifts,
    )
    digest = hashlib.sha256(wire.canonical(says)).digest()
    serial = unit.catalog_serial
    if unit.catalog_hash != digest or unit.catalog_generation != office.generation:
        serial = _number(office, c, rsu, epoch, digest)
        messages.note_sent(c, says.commands, rsu, epoch, (office.generation, serial), office.now())
    issued = msgspec.structs.replace(says, serial=serial, server_time=office.clock.now_ms())
    data, signature = wire.sign(office.key, keys.CATALOG, issued)
    if len(data) > wire.CATALOG_BYTES_MAX:
        raise Fault("catalog.size", "The catalog has grown too large for a kiosk.", "Complete old events.")
    return Signed(data, signature.hex(), f'"{office.generation}-{serial}-{digest.hex()[:16]}"')


def _number(office: Office, c: Connection, rsu: UUID, epoch: int, digest: bytes) -> int:
    serial: int = c.execute(
        update(m.server_state)
        .values(catalog_serial=m.server_state.c.catalog_serial + 1)
        .returning(m.server_state.c.catalog_serial)
    ).scalar_one()
    c.execute(
        update(m.rsu_epochs)
        .where(m.rsu_epochs.c.rsu_id == rsu, m.rsu_epochs.c.epoch == epoch)
        .values(
            catalog_generation=office.generation,
            catalog_serial=serial,
            catalog_hash=digest,
            catalog_at=office.now(),
        )
    )
    return serial


def _events(office: Office, c: Connection, unit: Row[Any], epoch: int) -> tuple[EventInfo, ...]:
    e = m.raffle_events
    rows = c.execute(
        select(
            e,
            m.venues.c.name.label("venue_name"),
            m.venues.c.timezone,
            m.organizations.c.name.label("organisation"),
            m.organizations.c.license_number,
            m.organizations.c.settings.label("organisation_settings"),
        )
        .select_from(
            e.join(m.organizations, m.organizations.c.id == e.c.organization_id).outerjoin(
                m.venues, m.venues.c.id == e.c.venue_id
            )
        )
        .where(e.c.organization_id == unit.organization_id, e.c.state.in_(SHOWN))
        .order_by(events.STATE_ORDER, e.c.event_number.desc())
        .limit(EVENTS_MAX)
    ).all()
    ids = [row.id for row in rows]
    held: defaultdict[UUID, list[SignedGrant]] = defaultdict(list)
    for event, grant in allocations.grants(office, c, unit.id, epoch):
        held[event].append(grant)
    facts = _Facts(c, ids, unit.id, epoch)
    return tuple(_event(row, facts, tuple(held[row.id])) for row in rows)


class _Facts:
    """What hangs on several events, each kind read once for all of them."""

    def __init__(self, c: Connection, ids: list[UUID], rsu: UUID, epoch: int) -> None:
        p, z, k = m.ticket_packages, m.prizes, m.event_cuts
        d, v = m.draw_executions, m.voids
        self.packages = _by(
            c.execute(select(p).where(p.c.event_id.in_(ids)).order_by(p.c.display_order, p.c.id)), "event_id"
        )
        wanted = {one for rows in self.packages.values() for row in rows for one in row.perk_ids or ()}
        self.perks: dict[UUID, str] = {}
        if wanted:
            named = select(m.perks.c.id, m.perks.c.name).where(m.perks.c.id.in_(wanted))
            self.perks = {row.id: row.name for row in c.execute(named)}
        self.prizes = _by(
            c.execute(select(z).where(z.c.event_id.in_(ids)).order_by(z.c.position, z.c.id)), "event_id"
        )
        self.cuts = _by(
            c.execute(select(k).where(k.c.event_id.in_(ids)).order_by(k.c.at, k.c.id)), "event_id"
        )
        self.draws = _by(
            c.execute(
                select(
                    d.c.raffle_event_id,
                    d.c.manifest_sha256,
                    d.c.manifest_published_at,
                    d.c.seed_sha256,
                    d.c.seed_committed_at,
                )
                .where(d.c.raffle_event_id.in_(ids))
                .order_by(d.c.attempt)
                .limit(DRAWS_MAX * max(1, len(ids)))
            ),
            "raffle_event_id",
        )
        self.voids = _by(
            c.execute(
                select(v.c.event_id, v.c.validation_number)
                .where(v.c.event_id.in_(ids))
                .order_by(v.c.at.desc(), v.c.validation_number)
                .limit(VOIDS_MAX)
            ),
            "event_id",
        )
        self.switched_off = allocations.switched_off(c, rsu, epoch)
        self.results = _by(c.execute(_results(ids)), "raffle_event_id")
        u = m.rsu_cuts
        self.settled = set(
            c.execute(
                select(u.c.event_id)
                .join(k, k.c.id == u.c.cut_id)
                .where(u.c.rsu_id == rsu, u.c.epoch == epoch, u.c.event_id.in_(ids), k.c.kind == "close")
            ).scalars()
        )


def printed(kept: events.Settings) -> ReceiptText:
    """What stands on every ticket; where the office wrote nothing about claims, the event's claim window (N5).

    The tax that prices include is the last of its lines (E12).
    """
    days, text = kept.draw.claim_days, kept.receipt
    if days is not None and not text.claim_by:
        words = f"{days} days after the draw, with this ticket" if days > 1 else "the day after the draw"
        text = msgspec.structs.replace(text, claim_by=words)
    if kept.tax is not None and kept.tax.words():
        text = msgspec.structs.replace(text, notes=(*text.notes, kept.tax.words()))
    return text


def _results(ids: list[UUID]) -> Select[Any]:
    """Official results; a reserve is none before it was promoted, and its claim window begins then."""
    r, d, z, k = m.draw_results, m.draw_executions, m.prizes, m.prize_claims
    gone, up = m.forfeits.alias("gone"), m.forfeits.alias("up")
    return (
        select(
            d.c.raffle_event_id,
            d.c.official_at,
            r.c.prize_id,
            r.c.position,
            r.c.winning_number,
            r.c.prize_value_at_draw,
            z.c.name,
            k.c.id.label("claim"),
            gone.c.id.label("given_up"),
            up.c.agreed_at.label("promoted_at"),
        )
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id)
            .join(z, z.c.id == r.c.prize_id)
            .outerjoin(k, k.c.draw_result_id == r.c.id)
            .outerjoin(gone, (gone.c.draw_result_id == r.c.id) & gone.c.agreed_at.is_not(None))
            .outerjoin(up, up.c.promoted_id == r.c.id)
        )
        .where(
            d.c.raffle_event_id.in_(ids),
            d.c.official_at.is_not(None),
            or_(~r.c.reserve, up.c.id.is_not(None)),
        )
        .order_by(d.c.attempt, r.c.position, r.c.selected_at, r.c.id)
        .limit(RESULTS_MAX)
    )


def _result(r: Row[Any], event: Row[Any], claim_days: int | None, timezone: str) -> ResultInfo:
    until = events.claim_end(r.promoted_at or r.official_at, claim_days, timezone)
    return ResultInfo(
        prize=str(r.prize_id),
        prize_name=r.name,
        position=r.position,
        number=r.winning_number,
        amount=r.prize_value_at_draw,
        currency=event.currency,
        state="paid" if r.claim is not None else "given_up" if r.given_up is not None else "open",
        claim_until=None if until is None else to_ms(until),
    )


def _by(rows: Any, column: str) -> defaultdict[UUID, list[Row[Any]]]:
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _event(row: Row[Any], facts: _Facts, held: tuple[SignedGrant, ...]) -> EventInfo:
    kept = events.settings(row.configuration)
    timezone = row.timezone or (row.organisation_settings or {}).get("timezone") or "UTC"
    return EventInfo(
        id=str(row.id),
        number=row.event_number,
        name=row.name,
        state=row.state,
        organisation=row.organisation,
        venue=row.venue_name or "",
        timezone=timezone,
        licence=row.licence_number or row.license_number or "",
        currency=row.currency,
        locale=kept.locale,
        game=kept.game,
        opens_at=to_ms(row.opens_at),
        closes_at=to_ms(row.closes_at),
        draw_at=None if row.draw_at is None else to_ms(row.draw_at),
        packages=tuple(
            Package(
                id=str(p.id),
                name=p.name,
                ticket_count=p.ticket_count,
                price=p.price,
                currency=p.currency,
                order=p.display_order or 0,
                active=p.is_active,
                active_from=None if p.active_from is None else to_ms(p.active_from),
                active_to=None if p.active_to is None else to_ms(p.active_to),
                description=events.with_perks(
                    p.description or "", [facts.perks[one] for one in p.perk_ids or () if one in facts.perks]
                ),
            )
            for p in facts.packages[row.id]
        ),
        prizes=tuple(
            PrizeInfo(
                id=str(z.id),
                name=z.name,
                position=z.position,
                type=z.type,
                value=0 if z.value is None else minor(z.value, row.currency),
                basis_points=0 if z.percentage is None else int(z.percentage * 100),
                winners=z.winner_count,
            )
            for z in facts.prizes[row.id]
        ),
        # The close may be moved while sales are open; an event closed early is cut when that is heard of, and no
        # early bird outlives it.
        cuts=tuple(
            CutInfo(
                id=str(k.id),
                kind=k.kind,
                at=to_ms(events.cut_moment(k.kind, k.at, row.closes_at, row.closed_at)),
            )
            for k in facts.cuts[row.id]
        ),
        policies=kept.policies,
        receipt=printed(kept),
        grants=held,
        switched_off=tuple(facts.switched_off.get(row.id, ())),
        results=tuple(_result(r, row, kept.draw.claim_days, timezone) for r in facts.results[row.id]),
        voids=tuple(v.validation_number for v in facts.voids[row.id]),
        settled=row.id in facts.settled,
        manifests=tuple(
            d.manifest_sha256 for d in facts.draws[row.id] if d.manifest_published_at is not None
        ),
        seeds=tuple(d.seed_sha256 for d in facts.draws[row.id] if d.seed_committed_at is not None),
    )


def _operators(
    office: Office, c: Connection, organisation: UUID, rsu: UUID, epoch: int
) -> tuple[OperatorInfo, ...]:
    secret = rsus.kiosk_secret(office, rsu, epoch)
    rows = c.execute(
        select(m.users.c.id, m.users.c.display_name, m.organization_users.c.role, m.operator_pins.c.pin_hash)
        .select_from(
            m.organization_users.join(m.users, m.users.c.id == m.organization_users.c.user_id).join(
                m.operator_pins, m.operator_pins.c.user_id == m.users.c.id
            )
        )
        .where(
            m.organization_users.c.organization_id == organisation,
            m.organization_users.c.role.in_(WORK_AT_KIOSKS),
            m.users.c.is_active,
        )
        .order_by(m.users.c.display_name, m.users.c.id)
        .limit(OPERATORS_MAX)
    )
    found = []
    for row in rows:
        salt, _, base = row.pin_hash.partition("$")
        found.append(
            OperatorInfo(
                id=str(row.id),
                name=row.display_name,
                supervisor=row.role in SUPERVISE,
                pin_salt=salt,
                pin_verifier=keys.pin_verifier(bytes.fromhex(base), secret).hex(),
            )
        )
    return tuple(found)


def _peers(c: Connection, organisation: UUID) -> tuple[PeerKey, ...]:
    e, r = m.rsu_epochs, m.rsus
    rows = c.execute(
        select(e.c.rsu_id, e.c.epoch, r.c.name, e.c.public_key)
        .join(r, r.c.id == e.c.rsu_id)
        .where(r.c.organization_id == organisation, e.c.revoked_at.is_(None))
        .order_by(e.c.rsu_id, e.c.epoch)
        .limit(PEERS_MAX)
    )
    return tuple(
        PeerKey(rsu=str(p.rsu_id), epoch=p.epoch, name=p.name, public_key=bytes(p.public_key).hex())
        for p in rows
    )
