"""What changed and what happened: the audit trail and the critical events, as the database keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from babel.dates import format_datetime
from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, text

from shared import money
from syncserver import audit, auth, organisations
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.tables import Column, Table
from syncserver.auth import access

THINGS: Final[Mapping[str, str]] = {
    "raffle_events": "event",
    "ticket_packages": "package",
    "prizes": "prize",
    "rsus": "kiosk",
    "rsu_epochs": "enrolment of a kiosk",
    "rsu_allocations": "block of numbers",
    "voids": "void",
    "findings": "finding",
    "draw_executions": "draw",
    "draw_results": "result",
    "prize_claims": "claim",
    "organizations": "organisation",
    "venues": "venue",
    "users": "person",
    "organization_users": "role of a person",
    "local_accounts": "log-in of a person",
    "operator_pins": "PIN of a person",
    "orders": "order",
    "tickets": "ticket",
    "server_state": "server",
    "validation_number_blocks": "block of validation numbers",
    "champions": "announcement of a winner",
    "exclusions": "exclusion",
    "forfeits": "prize given up",
    "system_configurations": "house rules",
    "house_rules": "house rules",
    "api_tokens": "token of a program",
    "checkouts": "purchase on line",
    "counterfoil_batches": "counterfoils counted",
    "customer_accounts": "account of a customer",
    "draw_keyings": "numbers keyed in for a draw",
    "enrolment_codes": "code to enrol a kiosk",
    "event_cuts": "moment at which sales end for a draw",
    "event_images": "picture of an event",
    "invitations": "invitation to work here",
    "kiosk_messages": "message to kiosks",
    "notification_optouts": "messages that a buyer stopped",
    "notification_switches": "kinds of messages sent",
    "notification_templates": "words of a message",
    "notifications": "message to a buyer",
    "online_rules": "rules for selling on line",
    "perks": "perk of a package",
    "prize_templates": "template of a prize",
    "questions": "skill question",
    "recovery_codes": "recovery code of a person",
    "refund_rounds": "paying back of a whole event",
    "retention_rules": "how long records are kept",
    "second_factors": "second factor of a person",
    "staff_contacts": "address of a person",
    "ticket_package_templates": "template of a package",
    "user_identities": "log-in of a person by a provider",
    "winners": "person who won",
}
"""What a row of a table is; of any other the table's name with blanks."""
WORDS: Final[Mapping[str, str]] = {
    "raffle_event_id": "event",
    "event_id": "event",
    "rsu_id": "kiosk",
    "user_id": "person",
    "organization_id": "organisation",
    "opens_at": "sales open",
    "closes_at": "sales close",
    "draw_at": "draw planned for",
    "closed_at": "closed",
    "activated_at": "put on sale",
    "is_active": "active",
    "is_default": "opens first",
    "is_test": "a test",
    "event_identifier": "short code",
    "total_amount": "paid",
    "payment_status": "payment",
    "ticket_count": "tickets",
    "offline_sync_status": "synced",
    "display_name": "name",
    "password_hash": "password",
    "pin_hash": "PIN",
    "cognito_sub": "log-in name",
    "failed_attempts": "wrong passwords",
    "locked_until": "waits until",
    "password_changed_at": "password changed",
    "reconciliation_confirmed_at": "reconciliation confirmed",
    "reconciliation_confirmed_by": "reconciliation confirmed by",
    "voids_acknowledged_at": "voids acknowledged",
    "voids_acknowledged_by": "voids acknowledged by",
    "licence_number": "licence",
    "draw_number": "number",
    "seed_sha256": "hash of the seed",
    "manifest_sha256": "hash of the manifest",
    "bundle_sha256": "hash of the record",
    "rng_seed": "seed",
    "official_at": "official",
    "official_by": "made official by",
    "started_at": "begun",
    "conducted_by": "conducted by",
    "customer_info": "buyer's data",
    "basis_points": "share in hundredths of a percent",
    "alone": "one person alone keys",
    "amounts": "worth",
    "conducted": "conducted by",
    "entropy_fixed_at": "public chance fixed",
    "entropy_source": "public chance from",
    "head_hash": "hash of the last entry",
    "head_seq": "last entry",
    "is_cover": "first picture",
    "is_offline_sale": "sold off line",
    "manifest_published_at": "pool published",
    "offline_created_at": "sold on the kiosk",
    "pool_number": "place in the pool",
    "prize_value_at_draw": "worth",
    "public_entropy": "public chance",
    "seed_committed_at": "hash of the seed published",
    "seed_opened_at": "seed opened",
    "seed_sealed": "seed under seal",
    "seq": "entry",
    "sha256": "hash",
    "start_number": "first number",
    "end_number": "last number",
    "system_checksum": "hash of the program",
}
"""Names of columns as people say them; of any other the column's name with blanks."""
VALUES: Final[Mapping[tuple[str, str], str]] = {
    ("source", "rsu"): "kiosk",
    ("source", "online"): "web shop",
    ("source", "none"): "none: one must trust the office",
    ("state", "created"): "draft",
    ("offline_sync_status", "failed"): "in doubt",
}
"""Values that would not be understood; of states and kinds the underscores are blanks."""
AMOUNTS: Final = {"price", "total_sold", "cap", "amounts", "prize_value_at_draw"}
"""Amounts in minor units, beside whatever has “amount” in its name."""
LEADS: Final = ("event_id", "raffle_event_id", "draw_execution_id", "draw_result_id")
CODED: Final = {
    "state",
    "kind",
    "type",
    "source",
    "decision",
    "method",
    "verification_method",
    "payment_status",
}
DONE: Final = {"INSERT": "added", "UPDATE": "changed", "DELETE": "removed"}
HIDDEN: Final = {"updated_at", "created_at", "updated_by", "bundle", "manifest", "id"}
VALUE_CHARS_MAX: Final = 400
TABLES_MAX: Final = 200
PEOPLE_MAX: Final = 500
CODES_MAX: Final = 200
# Every value there is, along its index from one to the next: however many rows there are, it is quick.
_ALONG: Final = """
    WITH RECURSIVE one AS (
        (SELECT {column} AS value FROM {table} ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT {column} FROM {table} WHERE {column} > one.value ORDER BY {column} LIMIT 1)
        FROM one WHERE one.value IS NOT NULL
    ) SELECT value FROM one WHERE value IS NOT NULL LIMIT {most}
"""
_CODES: Final = text(_ALONG.format(column="event_type", table="critical_events", most=CODES_MAX))
_TABLES: Final = text(_ALONG.format(column="table_name", table="audit_log", most=TABLES_MAX))


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_app_template_filter(audit.words, "code_words")
    to.add_url_rule("/audit", "ledger", changes)
    to.add_url_rule("/audit/events", "critical", happened)


# Changes --------------------------------------------------------------------------------------------


@access(*ground.READERS)
def changes() -> ResponseReturnValue:
    """The changes of critical data, newest first: before, after, who, when; nothing of results before they are official."""
    with ground.reading() as c:
        table, query = _trail(c)
        if not tables.asked_csv(table):
            shown = tables.read(c, table, query)
            names = _names(c, shown.rows)
            zone = _zone(c)
            money_of = _currencies(c, shown.rows)
            told = {row.id: _differences(row, names, zone, _currency(row, money_of)) for row in shown.rows}
            return ground.page("ledger", "audit", shown=shown, told=told, thing=thing, link=_link, done=DONE)
    return tables.export(table, query)


def thing(table: str) -> str:
    """What a row of that table is."""
    return THINGS.get(table) or table.removesuffix("s").replace("_", " ")


def _zone(c: Connection) -> str:
    return organisations.of(c, auth.account().organisation).timezone or "UTC"


def _people(c: Connection) -> list[tuple[str, str]]:
    """Whoever is or was of one's own organisation."""
    ou, u = m.organization_users, m.users
    rows = c.execute(
        select(u.c.id, u.c.display_name)
        .join(ou, ou.c.user_id == u.c.id)
        .where(ou.c.organization_id == auth.account().organisation, ou.c.role != auth.CUSTOMER)
        .order_by(u.c.display_name)
        .limit(PEOPLE_MAX)
    )
    return [(str(row.id), row.display_name or "nameless") for row in rows]


def visible(c: Connection, organisation: UUID) -> ColumnElement[bool]:
    """The rows of the trail that this organisation may see: no result before it is official, and none of others."""
    a, ou, r, d = m.audit_log, m.organization_users, m.draw_results, m.draw_executions
    official = (
        select(r.c.id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(r.c.id == a.c.record_id, d.c.official_at.is_not(None))
        .exists()
    )
    # Not even how many there are is told before.
    seen = or_(a.c.table_name != "draw_results", official)
    if (c.scalar(select(func.count()).select_from(m.organizations)) or 0) > 1:
        # What is older than the column does not say whose it is: of that, what people of this one alone did.
        mine = select(ou.c.user_id).where(ou.c.organization_id == organisation)
        others = select(ou.c.user_id).where(ou.c.organization_id != organisation)
        alone = and_(a.c.organization_id.is_(None), a.c.changed_by.in_(mine), a.c.changed_by.not_in(others))
        return and_(seen, or_(a.c.organization_id == organisation, alone))
    return seen


def _trail(c: Connection) -> tuple[Table, Select[Any]]:
    a, zone = m.audit_log, _zone(c)
    query = (
        select(a, m.users.c.display_name.label("by_name"), literal(zone).label("timezone"))
        .outerjoin(m.users, m.users.c.id == a.c.changed_by)
        .where(visible(c, auth.account().organisation))
    )
    # Whether there are results yet is told by nothing.
    kinds = {*c.execute(_TABLES).scalars(), "draw_results"}
    found = sorted((thing(name).capitalize(), name) for name in kinds)
    table = Table(
        "audit",
        "Changes",
        (
            Column("changed_at", f"When ({zone})", "time", by=a.c.id, nulls=False, lead=True),
            Column("by_name", "Who", value=lambda row: row.by_name or "the server"),
            Column("operation", "What", value=lambda row: f"{DONE[row.operation]}: {thing(row.table_name)}"),
            Column("table_name", "Table", shown=False),
            Column("record_id", "Record", shown=False),
            Column("changes", "Before and after", "words", exported=False),
            Column("old_data", "Before", shown=False, value=lambda row: _json(row.old_data)),
            Column("new_data", "After", shown=False, value=lambda row: _json(row.new_data)),
        ),
        key=a.c.id,
        order="-changed_at",
        filters=(
            tables.choice("table", "Of", a.c.table_name, [(name, words) for words, name in found]),
            tables.choice("did", "Done", a.c.operation, [(k, v.capitalize()) for k, v in DONE.items()]),
            tables.choice("person", "By", a.c.changed_by, _people(c)),
            tables.Filter("record", "Record’s id", "text", _record),
            tables.since("from", "From", a.c.changed_at, zone),
            tables.until("to", "To", a.c.changed_at, zone),
        ),
        empty=("Nothing yet", "Every change of critical data is written here by the database itself."),
        counted=False,
    )
    return table, query


def _record(value: str) -> ColumnElement[bool] | None:
    try:
        return m.audit_log.c.record_id == UUID(value)
    except ValueError:
        return None


def _json(data: Any) -> str:
    return "" if data is None else json.dumps(data, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Difference:
    """One field: its name in words, and its values before and after; None where there was none."""

    name: str
    old: str | None
    new: str | None


def _differences(row: Any, names: Mapping[str, str], zone: str, currency: str) -> list[Difference]:
    old, new = _flat(row.old_data or {}), _flat(row.new_data or {})

    def said(key: str, value: object) -> str | None:
        path, _, last = key.rpartition(" · ")
        return _said(path if path in AMOUNTS else last, value, names, zone, currency)

    return [
        Difference(_word(key, names), said(key, old.get(key)), said(key, new.get(key)))
        for key in {**old, **new}
        if key not in HIDDEN and _set(old.get(key)) != _set(new.get(key))
        if not (row.old_data is None and new.get(key) in (None, "", {}, []))
    ]


def _set(value: object) -> object:
    """A value; None where nothing is said."""
    return None if value == "" else value


def _currency(row: Any, of: Mapping[str, str]) -> str:
    """What its amounts are in: its own word, or that of the event which it leads to; empty where it leads to none."""
    data = row.new_data or row.old_data or {}
    leads = [str(data.get(key)) for key in LEADS]
    return str(data.get("currency") or next((of[one] for one in leads if one in of), ""))


def _currencies(c: Connection, rows: Iterable[Any]) -> dict[str, str]:
    """The currencies of the events, draws and results that these changes lead to, by their ids."""
    wanted = {
        UUID(one)
        for row in rows
        for data in (row.old_data, row.new_data)
        for key in LEADS
        if isinstance(one := (data or {}).get(key), str)
    }
    if not wanted:
        return {}
    e, d, r = m.raffle_events, m.draw_executions, m.draw_results
    found = (
        select(e.c.id, e.c.currency).where(e.c.id.in_(wanted)),
        select(d.c.id, e.c.currency).join(e, e.c.id == d.c.raffle_event_id).where(d.c.id.in_(wanted)),
        select(r.c.id, e.c.currency)
        .join(d, d.c.id == r.c.draw_execution_id)
        .join(e, e.c.id == d.c.raffle_event_id)
        .where(r.c.id.in_(wanted)),
    )
    return {str(row.id): row.currency for one in found for row in c.execute(one)}


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Settings within settings each on a line of their own."""
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{before}{key} · ")
        else:
            flat[f"{before}{key}"] = value
    return flat


def _word(key: str, names: Mapping[str, str]) -> str:
    *path, last = key.split(" · ")
    words = (
        names.get(last) or WORDS.get(last) or last.removesuffix("_id").removesuffix("_at").replace("_", " ")
    )
    said = ": ".join([*(WORDS.get(one) or one.replace("_", " ") for one in path), words])
    return said[:1].upper() + said[1:]


def _said(key: str, value: object, names: Mapping[str, str], zone: str, currency: str) -> str | None:
    """A value as people read it: moments by the house's clock, amounts as money, things by their names."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and currency and ("amount" in key or key in AMOUNTS):
        return money.text(value, currency)
    if not isinstance(value, str):
        return _short(_json(value))
    if value in names:
        return names[value]
    if key in CODED or (key, value) in VALUES:
        return VALUES.get((key, value)) or value.replace("_", " ")
    if key.endswith(("_at", "_until", "_from")):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return _short(value)
        if at.tzinfo is not None:
            return str(format_datetime(at, "d MMM y, HH:mm:ss", tzinfo=tables.zone(zone), locale="en"))
    return _short(value)


def _short(value: str) -> str:
    return f"{value[: VALUE_CHARS_MAX - 1]}…" if len(value) > VALUE_CHARS_MAX else value


def _identifiers(data: Mapping[str, Any] | None) -> Iterator[UUID]:
    for key, value in _flat(data or {}).items():
        for one in (value, key.rpartition(" · ")[2]):
            if isinstance(one, str) and len(one) == 36 and key != "id":
                try:
                    yield UUID(one)
                except ValueError:
                    continue


def _names(c: Connection, rows: Iterable[Any]) -> dict[str, str]:
    """The names of the people and things that the values of these changes point to."""
    wanted = {one for row in rows for data in (row.old_data, row.new_data) for one in _identifiers(data)}
    names: dict[str, str] = {}
    if not wanted:
        return names
    for table, column in (
        (m.users, m.users.c.display_name),
        (m.raffle_events, m.raffle_events.c.name),
        (m.rsus, m.rsus.c.name),
        (m.venues, m.venues.c.name),
        (m.ticket_packages, m.ticket_packages.c.name),
        (m.prizes, m.prizes.c.name),
        (m.organizations, m.organizations.c.name),
        (m.orders, m.orders.c.validation_number),
    ):
        found = c.execute(select(table.c.id, column.label("name")).where(table.c.id.in_(wanted)))
        names |= {str(row.id): row.name for row in found if row.name}
    return names


def _link(row: Any) -> str:
    """The page of what was changed; empty where it has none."""
    data = row.new_data or row.old_data or {}
    event = data.get("raffle_event_id") or data.get("event_id")
    order = data.get("order_id")
    match row.table_name:
        case "raffle_events":
            return url_for("admin.event", event=row.record_id)
        case "orders":
            return url_for("admin.order", order=row.record_id)
        case "tickets" | "voids" | "exclusions" if order:
            return url_for("admin.order", order=order)
        case "rsus":
            return url_for("admin.kiosk", rsu=row.record_id)
        case "rsu_epochs" | "rsu_allocations" if data.get("rsu_id"):
            return url_for("admin.kiosk", rsu=data["rsu_id"])
        case "draw_executions":
            return url_for("admin.draw", draw=row.record_id)
        case "draw_results" if data.get("draw_execution_id"):
            return url_for("admin.draw", draw=data["draw_execution_id"])
        case "findings":
            return url_for("admin.findings", all=1, **({"event": event} if event else {}))
        case _ if event:
            return url_for("admin.event", event=event)
    return ""


# Critical events ------------------------------------------------------------------------------------


@access(*ground.READERS)
def happened() -> ResponseReturnValue:
    """Critical events, newest first; by time, unit, code, severity, person and text together."""
    with ground.reading() as c:
        table, query = _critical(c)
        if not tables.asked_csv(table):
            return ground.page("critical", "audit", shown=tables.read(c, table, query))
    return tables.export(table, query)


def own_events(organisation: UUID) -> ColumnElement[bool]:
    """The critical events of an organisation's kiosks, events and people, and those of the server itself."""
    k, r, e, ou = m.critical_events, m.rsus, m.raffle_events, m.organization_users
    people = select(ou.c.user_id).where(ou.c.organization_id == organisation)
    return and_(
        or_(r.c.organization_id.is_(None), r.c.organization_id == organisation),
        or_(e.c.organization_id.is_(None), e.c.organization_id == organisation),
        or_(
            r.c.organization_id.is_not(None),
            e.c.organization_id.is_not(None),
            k.c.user_id.is_(None),
            k.c.user_id.in_(people),
        ),
    )


def told_events(organisation: UUID, zone: str) -> Select[Any]:
    """Those events with the names of what they are about."""
    k = m.critical_events
    return (
        select(
            k,
            m.rsus.c.name.label("rsu_name"),
            m.raffle_events.c.name.label("event_name"),
            m.users.c.display_name.label("by_name"),
            literal(zone).label("timezone"),
        )
        .outerjoin(m.users, m.users.c.id == k.c.user_id)
        .outerjoin(m.rsus, m.rsus.c.id == k.c.rsu_id)
        .outerjoin(m.raffle_events, m.raffle_events.c.id == k.c.event_id)
        .where(own_events(organisation))
    )


def _critical(c: Connection) -> tuple[Table, Select[Any]]:
    k, me, zone = m.critical_events, auth.account(), _zone(c)
    units = c.execute(
        select(m.rsus.c.id, m.rsus.c.name)
        .where(m.rsus.c.organization_id == me.organisation)
        .order_by(m.rsus.c.name)
    ).all()
    codes = sorted((audit.words(code), code) for code in c.execute(_CODES).scalars())
    table = Table(
        "critical-events",
        "Critical events",
        (
            Column("timestamp", f"When ({zone})", "time", by=k.c.timestamp, nulls=False, lead=True),
            Column("severity", "Severity", by=k.c.severity),
            Column("code", "What", by=k.c.event_type, value=lambda row: audit.words(row.event_type)),
            Column("event_type", "Code", shown=False),
            Column("description", "Said", "words"),
            Column("by_name", "Who", by=m.users.c.display_name),
            Column("where", "Where", value=_where),
            Column("metadata", "Details", shown=False, value=lambda row: _json(row.metadata or {})),
        ),
        key=k.c.id,
        order="-timestamp",
        filters=(
            tables.choice("unit", "Kiosk", k.c.rsu_id, [(str(unit.id), unit.name) for unit in units]),
            tables.choice("code", "What", k.c.event_type, [(code, words) for words, code in codes]),
            tables.choice("severity", "Severity", k.c.severity, _SEVERITIES),
            tables.choice("person", "Who", k.c.user_id, _people(c)),
            tables.search("text", "Text", k.c.description),
            tables.since("from", "From", k.c.timestamp, zone),
            tables.until("to", "To", k.c.timestamp, zone),
        ),
        empty=("Nothing yet", "What kiosks and the office put on record stands here."),
        counted=False,
    )
    return table, told_events(me.organisation, zone)


_SEVERITIES: Final[Sequence[tuple[str, str]]] = [(one, one.lower()) for one in audit.SEVERITIES]


def _where(row: Any) -> str:
    return str(row.rsu_name or row.event_name or "office")
