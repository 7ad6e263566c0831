"""Incidents: what happened to an event out of the ordinary, at its kiosks and in the office, and what cannot be reconciled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, or_, select, text

from shared import numbers, sale
from syncserver import books, reconcile
from syncserver import models as m
from syncserver.books import UnitTotals, body_of, parts, shown
from syncserver.statements import Cells, Scope, cut_rows, runs

WORDS_MAX = 120
"""Characters of a value of the audit trail."""

ROUTINE: Final = (
    "event_activated", "event_closed", "event_completed", "reconciliation_confirmed", "draw_frozen",
    "draw_seed_committed", "draw_entropy_fixed", "draw_executed", "draw_official", "prize_paid", "prize_delivered",
    "champion_approved", "reconciliation_presigned", "automatic_draw_on", "automatic_draw_off", *books.CHECKED,
)  # fmt: skip
"""Critical events of an event that belong to every raffle; all others are exceptions."""
_TOLD: Final = (
    "order_excluded", "order_included", "prize_forfeit_asked", "prize_forfeit_taken_back", "prize_forfeited",
    "draw_failed", "redraw_frozen", "unit_corrupt",
)  # fmt: skip
"""Critical events whose rows of their own say more: exclusions, results given up, draws, findings."""
_UNCHANGING: Final = (
    "state", "activated_at", "closed_at", "voids_acknowledged_at", "voids_acknowledged_by",
    "reconciliation_confirmed_at", "reconciliation_confirmed_by", "presigned_at", "presigned_by",
    "total_sold", "updated_at", "updated_by",
)  # fmt: skip
"""Columns of an event that move along its way and are no parameters of it."""
_EXCEPTIONS = """
    WITH units AS (SELECT DISTINCT rsu_id, epoch FROM rsu_allocations WHERE raffle_event_id = :event)
    SELECT f.opened_at AS at, 'finding' AS source, f.kind AS code, f.severity, f.rsu_id, f.subject, '' AS words,
        f.detail || jsonb_build_object('_blocking', f.blocking) AS detail, '' AS by, coalesce(f.decision, '') AS decision,
        coalesce(f.decided_by::text, '') AS decided_by, f.decided_at, coalesce(f.reason, '') AS reason
    FROM findings f
    WHERE f.event_id = :event OR (f.event_id IS NULL AND (f.rsu_id, f.epoch) IN (SELECT rsu_id, epoch FROM units))
    UNION ALL
    SELECT v.at, 'void', v.kind, 'INFO', v.rsu_id, v.validation_number, '',
        jsonb_build_object('tickets', o.ticket_count, 'amount', o.total_amount, 'currency', o.currency),
        coalesce(v.by_user::text, v.by_name), CASE WHEN v.acknowledged_at IS NULL THEN '' ELSE 'acknowledged' END,
        coalesce(v.acknowledged_by::text, ''), v.acknowledged_at, v.reason
    FROM voids v JOIN orders o ON o.id = v.order_id WHERE v.event_id = :event
    UNION ALL
    SELECT k.timestamp, 'event', k.event_type, k.severity, k.rsu_id, '', coalesce(k.description, ''), '{}'::jsonb,
        coalesce(k.user_id::text, ''), '', '', NULL, ''
    FROM critical_events k WHERE k.event_id = :event AND k.event_type <> ALL(:routine)
    UNION ALL
    SELECT a.changed_at, 'change',
        CASE WHEN a.old_data - CAST(:moving AS text[]) = a.new_data - CAST(:moving AS text[]) THEN 'confirmation_undone'
            ELSE 'parameter_changed' END,
        'WARN', NULL, '', '', jsonb_build_object('before', a.old_data, 'after', a.new_data),
        coalesce(a.changed_by::text, ''), '', '', NULL, ''
    FROM audit_log a
    WHERE a.record_id = :event AND a.table_name = 'raffle_events' AND a.operation = 'UPDATE'
        AND a.old_data ->> 'activated_at' IS NOT NULL
        AND (a.old_data - CAST(:moving AS text[]) <> a.new_data - CAST(:moving AS text[])
            OR (a.old_data ->> 'reconciliation_confirmed_at' IS NOT NULL
                AND a.new_data ->> 'reconciliation_confirmed_at' IS NULL))
    UNION ALL
    SELECT x.decided_at, 'exclusion', 'excluded_buyer', 'WARN', o.rsu_id, o.validation_number, '',
        jsonb_build_object('tickets', o.ticket_count), x.decided_by::text,
        CASE WHEN x.lifted_at IS NULL THEN '' ELSE 'lifted: ' || x.lifted_reason END,
        coalesce(x.lifted_by::text, ''), x.lifted_at, x.reason
    FROM exclusions x JOIN orders o ON o.id = x.order_id WHERE x.event_id = :event
    UNION ALL
    SELECT g.asked_at, 'forfeit', 'result_given_up', 'WARN', NULL, r.winning_number::text, g.kind, '{}'::jsonb,
        g.asked_by::text,
        CASE WHEN g.agreed_at IS NOT NULL THEN 'agreed' WHEN g.dropped_at IS NOT NULL THEN 'taken back: ' || g.dropped_reason
            ELSE '' END,
        coalesce(g.agreed_by, g.dropped_by)::text, coalesce(g.agreed_at, g.dropped_at), g.reason
    FROM forfeits g JOIN draw_results r ON r.id = g.draw_result_id
        JOIN draw_executions d ON d.id = r.draw_execution_id
    WHERE d.raffle_event_id = :event AND d.official_at IS NOT NULL
    UNION ALL
    SELECT d.started_at, 'draw', CASE WHEN d.state = 'failed' THEN 'attempt_given_up' ELSE 'drawn_again' END, 'WARN', NULL,
        'attempt ' || d.attempt, '', '{}'::jsonb, d.conducted_by::text, '', coalesce(d.agreed_by::text, ''), NULL,
        concat_ws('; ', d.reason, d.failure)
    FROM draw_executions d WHERE d.raffle_event_id = :event AND (d.state = 'failed' OR d.kind = 'redraw')
"""
_EXCEPTIONS_ASKED = """
    SELECT x.*, r.name AS unit FROM ({inner}) AS x LEFT JOIN rsus r ON r.id = x.rsu_id
    WHERE (CAST(:unit AS uuid) IS NULL OR x.rsu_id = :unit) AND (:code = '' OR x.code = :code)
        AND (:severity = '' OR x.severity = :severity)
        AND (CAST(:since AS timestamptz) IS NULL OR x.at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR x.at < :until)
    ORDER BY x.at, x.source, x.code, x.subject
    LIMIT :most OFFSET :start
"""
WORDS: Final = {
    "void": "A ticket was made void",
    "misprint": "A ticket did not come out whole, and was made void",
    "confirmation_undone": "Later facts undid the confirmation of the reconciliation",
    "parameter_changed": "A parameter was changed after the event was put on sale",
    "excluded_buyer": "A buyer's numbers enter no pool, by a decision",
    "result_given_up": "A result was given up",
    "attempt_given_up": "An attempt at the draw was given up",
    "drawn_again": "Prizes were drawn again",
}


def _values(here: Scope, limit: int | None, offset: int) -> dict[str, Any]:
    asked = here.asked
    return {
        "event": here.id,
        "unit": asked.unit,
        "code": asked.code,
        "severity": asked.severity,
        "since": asked.since,
        "until": asked.until,
        "most": limit,
        "start": offset,
    }


def exceptions(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Everything out of the ordinary, by its time: findings, voids, refusals, changes, overrides, draws again."""
    values = _values(here, limit, offset) | {"routine": [*ROUTINE, *_TOLD], "moving": list(_UNCHANGING)}
    wanted = text(_EXCEPTIONS_ASKED.format(inner=_EXCEPTIONS))
    for part in parts(here.c, wanted, values, streamed=limit is None):
        for row in part:
            yield {
                "at": row.at,
                "code": row.code,
                "severity": row.severity,
                "unit": row.unit or "",
                "subject": _subject(row.subject),
                "what": _exception_words(row),
                "by": here.name(row.by or (row.detail or {}).get("by")),
                "reason": row.reason,
                "decision": row.decision,
                "decided_by": here.name(row.decided_by),
                "decided_at": row.decided_at,
            }


def _subject(of: str) -> str:
    """A validation number as tickets bear it; anything else, a draw number or an order's id, as it is."""
    return numbers.show_validation(of) if numbers.read_validation(of) == of else of


def _exception_words(row: Row[Any]) -> str:
    """What happened, for a person."""
    detail = row.detail or {}
    if row.source == "finding":
        said = detail.get("words", "")
        told = "; ".join(said) if isinstance(said, list) else str(said)
        told = "; ".join(filter(None, (told, str(detail.get("reason", "")))))
        blocks = " (blocks the draw until decided)" if detail.get("_blocking") else ""
        return f"{reconcile.WORDS.get(row.code, row.code)}{f': {told}' if told else ''}{blocks}"
    if row.source == "event":
        return str(row.words)
    words = WORDS.get(row.code, row.code)
    if row.source == "void":
        return f"{words}: {detail['tickets']} numbers, {shown(detail['amount'], detail['currency'])}"
    if row.code == "parameter_changed":
        return f"{words}: {_changes(detail['before'] or {}, detail['after'] or {})}"
    return f"{words}: {row.words}" if row.words else words


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    changed = [
        key for key in {**before, **after} if key not in _UNCHANGING and before.get(key) != after.get(key)
    ]
    return "; ".join(
        f"{key} from {_short(before.get(key))} to {_short(after.get(key))}" for key in sorted(changed)
    )


def _short(value: object) -> str:
    shown = "nothing" if value in (None, "") else str(value)
    return shown if len(shown) <= WORDS_MAX else f"{shown[: WORDS_MAX - 1]}…"


_EVENTS = """
    WITH units AS (SELECT DISTINCT rsu_id FROM rsu_allocations WHERE raffle_event_id = :event)
    SELECT x.*, r.name AS unit, r.device_identifier AS device FROM (
        SELECT k.timestamp AS at, k.rsu_id, k.event_type AS code, k.severity, coalesce(k.description, '') AS words,
            coalesce(k.user_id::text, '') AS by, k.metadata ->> 'epoch' AS epoch, k.metadata ->> 'seq' AS seq,
            NULL::bytea AS entry
        FROM critical_events k WHERE k.rsu_id IN (SELECT rsu_id FROM units)
        UNION ALL
        SELECT CASE WHEN j.at_ms BETWEEN 0 AND 253402300799000 THEN to_timestamp(j.at_ms / 1000.0) ELSE j.received_at END,
            j.rsu_id, j.kind, 'INFO', '', '', j.epoch::text, j.seq::text, j.entry
        FROM rsu_journal j WHERE j.rsu_id IN (SELECT rsu_id FROM units) AND (j.kind = ANY(:kinds)
            OR (j.kind = 'printed' AND position('"outcome":"failed"'::bytea IN j.entry) > 0)
            OR (j.kind = 'drawer_opened' AND position('"reason":"sale"'::bytea IN j.entry) = 0))
    ) AS x JOIN rsus r ON r.id = x.rsu_id
    WHERE (CAST(:unit AS uuid) IS NULL OR x.rsu_id = :unit) AND (:code = '' OR x.code = :code)
        AND (:severity = '' OR x.severity = :severity)
        AND (CAST(:since AS timestamptz) IS NULL OR x.at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR x.at < :until)
    ORDER BY x.at, r.name, x.epoch, length(x.seq), x.seq
    LIMIT :most OFFSET :start
"""
JOURNALLED: Final = (
    "enrolled", "granted", "logged_on", "logged_off", "reprinted", "voided", "cut", "shift_opened", "shift_closed",
    "shift_supplement", "cash_counted", "cash_moved", "counterfoils_printed", "report_printed", "changed",
)  # fmt: skip
"""Kinds of journal entries that are told beside the critical events; of prints those that failed, and of openings of
the drawer those for no sale."""
_OPENED: Final = {
    "void": "to give money back",
    "payout": "to pay a prize",
    "count": "to be counted",
    "moved": "to put cash in or take it out",
    "no_sale": "without a sale",
}


def begins(here: Scope) -> datetime | None:
    """From when on things concern the event: it was made, put on sale, or was to open."""
    given = (here.event.created_at, here.event.activated_at, here.event.opens_at)
    return min((at for at in given if at is not None), default=None)


def happened(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """What happened at the event's kiosks: critical events, and what their journals tell beside sales."""
    values = _values(here, limit, offset) | {"kinds": list(JOURNALLED)}
    values["since"] = here.asked.since or begins(here)
    for part in parts(here.c, text(_EVENTS), values, streamed=limit is None):
        for row in part:
            words, by = (row.words, row.by) if row.entry is None else _fact(row.entry)
            yield {
                "at": row.at,
                "unit": row.unit,
                "device": row.device,
                "code": row.code,
                "severity": row.severity,
                "what": words,
                "by": here.name(by),
                "entry": f"{row.epoch}.{row.seq}" if row.seq else "",
            }


def _fact(entry: bytes) -> tuple[str, str]:
    """A journalled fact in words, and whose it is."""
    match body_of(entry):
        case sale.Enrolled(software=software):
            return f"The kiosk was enrolled, with software {software}.", ""
        case sale.Granted():
            return "A block of numbers was taken in.", ""
        case sale.LoggedOn(operator=operator):
            return "An operator logged on.", operator
        case sale.LoggedOff(operator=operator):
            return "The operator logged off.", operator
        case sale.Reprinted(order=order, copy=copy, reason=reason, by=by):
            return f"Order {order} was printed again, REPRINT {copy}: {reason}", by
        case sale.Printed(order=order, copy=copy, detail=detail, said_by=said_by):
            return f"Copy {copy} of order {order} did not come out, said the {said_by}. {detail}".strip(), ""
        case sale.Voided(order=order, reason=reason, by=by, misprint=misprint):
            return f"Order {order} was made void{' as a misprint' if misprint else ''}: {reason}", by
        case sale.ShiftOpened(number=number, operator=operator, float=cash):
            return f"Shift {number} was opened with {_cash(cash)} in the drawer.", operator
        case sale.ShiftClosed(number=number, by=by, sums=sums):
            ends = ", ".join(_over(one) for one in sums) or "no money went through the drawer"
            return f"Shift {number} was closed: {ends}.", by
        case sale.ShiftSupplement(shift=shift, number=number, by=by):
            return f"Supplement {number} to the shift {shift}.", by
        case sale.CashCounted(amount=amount, currency=currency, by=by):
            return f"The drawer was counted: {shown(amount, currency)}.", by
        case sale.CashMoved(cash=cash, reason=reason, by=by):
            way = "put into" if cash.amount >= 0 else "taken out of"
            return f"{shown(abs(cash.amount), cash.currency)} was {way} the drawer: {reason}", by
        case sale.DrawerOpened(reason=reason, by=by):
            return f"The drawer was opened {_OPENED.get(reason, 'for a sale')}.", by
        case sale.CounterfoilsPrinted(order=order, count=count, copy=copy, outcome=outcome, by=by):
            ended = "came out" if outcome == "confirmed" else "did not come out, or not all"
            again = f", printed again (copy {copy})," if copy else ""
            return f"{count} counterfoils of order {order}{again} {ended}.", by
        case sale.ReportPrinted(report=report, by=by):
            return f"The {report.upper() if len(report) == 1 else report} report of a shift was printed.", by
        case sale.Changed(setting=setting, before=before, after=after, by=by):
            return f"At the kiosk {setting} was changed from {_short(before)} to {_short(after)}.", by
        case sale.Cut():
            return "The chain was cut: what stands before it counts.", ""
        case _:
            return "An entry that cannot be read.", ""


def _cash(amounts: Sequence[sale.Cash]) -> str:
    return " and ".join(shown(one.amount, one.currency) for one in amounts) or "nothing"


def _over(one: sale.ShiftSum) -> str:
    if not one.over:
        return f"{shown(one.counted, one.currency)} counted, to the cent"
    return f"{shown(one.counted, one.currency)} counted, {shown(abs(one.over), one.currency)} {'over' if one.over > 0 else 'short'}"


_BROKEN: Final = ("unit_missing", "fork", "revoked_entries")


def corruption(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Kiosks that cannot be reconciled, each with what is known, expected and missing (Y11)."""
    f = m.findings
    found = here.c.execute(
        select(f)
        .where(
            f.c.kind.in_(_BROKEN),
            f.c.rsu_id.is_not(None),
            or_(f.c.event_id == here.id, f.c.event_id.is_(None)),
        )
        .order_by(f.c.opened_at, f.c.seq)
    ).all()
    of_unit: defaultdict[tuple[UUID, int], list[Row[Any]]] = defaultdict(list)
    for row in found:
        of_unit[row.rsu_id, row.epoch].append(row)
    held = {(one.rsu, one.epoch, one.currency): one for one in here.totals}
    rows = []
    closed = here.event.state in reconcile.CONFIRMABLE or here.event.state == "completed"
    for unit in reconcile.status(here.office, here.c, here.id).rows:
        broken = of_unit.get((unit.rsu, unit.epoch), [])
        if not broken and (unit.whole or not closed):
            continue
        currencies = sorted(
            {c for rsu, epoch, c in held if (rsu, epoch) == (unit.rsu, unit.epoch)} | {here.event.currency}
        )
        for currency in currencies:
            one = held.get((unit.rsu, unit.epoch, currency))
            rows.append(_corrupt_row(here, unit, broken, one, currency))
    yield from cut_rows(rows, limit, offset)


def _corrupt_row(
    here: Scope,
    unit: reconcile.UnitRow,
    broken: Sequence[Row[Any]],
    one: UnitTotals | None,
    currency: str,
) -> Cells:
    o = m.orders
    mine = (o.c.event_id == here.id, o.c.rsu_id == unit.rsu, o.c.epoch == unit.epoch)
    operators = here.c.execute(select(o.c.operator_id).where(*mine).distinct()).scalars()
    recovered = here.c.execute(
        select(func.coalesce(func.sum(o.c.total_amount), 0)).where(
            *mine, o.c.quarantine_id.is_not(None), o.c.currency == currency, ~o.c.is_test
        )
    ).scalar_one()
    device = here.c.execute(
        select(m.rsus.c.device_identifier, m.rsus.c.current_operator_id).where(m.rsus.c.id == unit.rsu)
    ).one()
    people = {here.name(by) for by in operators if by} | (
        {here.name(device.current_operator_id)} if device.current_operator_id else set()
    )
    gaps = reconcile.excepted_numbers(here.c, here.id, unit.rsu, unit.epoch)
    asked = next((row for row in broken if row.kind == "unit_missing"), None)
    kinds = dict.fromkeys(reconcile.WORDS[row.kind] for row in broken if row.kind != "unit_missing")
    return {
        "device": device.device_identifier,
        "unit": unit.name,
        "epoch": unit.epoch,
        "operators": ", ".join(sorted(people)),
        "what": "; ".join([*kinds, unit.words]),
        "last_seen_at": unit.last_seen_at,
        "known_amount": one.sold.amount if one else 0,
        "expected_amount": one.expected.amount if one else 0,
        "recovered_amount": int(recovered),
        "missing": sum(last - first + 1 for first, last in gaps),
        "numbers": runs(gaps),
        "asked_by": here.name((asked.detail or {}).get("by")) if asked else "",
        "asked_at": asked.opened_at if asked else None,
        "reason": (asked.detail or {}).get("reason", "") if asked else "",
        "decision": (asked.decision or "undecided") if asked else "",
        "agreed_by": here.name(asked.decided_by) if asked else "",
        "agreed_at": asked.decided_at if asked else None,
        "currency": currency,
    }
