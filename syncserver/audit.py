"""Who changed what: the database writes the audit log itself, and here one says for whom and why, and reads it.

Triggers write a row for every change of a critical table, in the transaction of the change; the application's
role may read them and nothing else. Secrets and personal data appear in them as "(withheld)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select, text

from shared.errors import Refused
from syncserver.models import audit_log, critical_events
from syncserver.models.base import Json

NAMESPACE = UUID("b5c7b5d0-a7e1-5b1f-8a56-c5be6c1c4d3e")
"""Of the names of records whose key is no UUID (the migration holds the same)."""
HISTORY_MAX = 1000
REASON_CHARS_MIN = 3
REASON_CHARS_MAX = 1_000

Severity = Literal["INFO", "WARN", "ERROR"]
SEVERITIES: Final[tuple[Severity, ...]] = ("INFO", "WARN", "ERROR")

CODES: Final[Mapping[str, str]] = {
    # People and programs
    "auth_failed": "Wrong passwords",
    "auth_lockout": "An account waits after wrong passwords",
    "auth_mismatch": "A request was refused: its signature or key is not right",
    "role_changed": "A person was given another role",
    "user_deactivated": "A person was deactivated",
    "user_reactivated": "A person was reactivated",
    "remote_access": "Somebody logged in from another machine",
    "token_made": "A program was given a token",
    "token_revoked": "A program's token was revoked",
    "records_exported": "Records were exported for the regulator",
    "records_expired": "Records past their time were deleted",
    "retention_changed": "It was changed how long records are kept",
    "second_factor_set": "A person set up a second factor",
    "second_factor_reset": "A person's second factor was taken away",
    "recovery_code_used": "A recovery code was used",
    "invitation_accepted": "An invitation was accepted",
    "rules_changed": "The house rules were changed",
    # Kiosks and their connection
    "called_home": "All kiosks were called home",
    "sales_resumed": "Kiosks called home may sell again",
    "unit_connected": "A kiosk is back after silence",
    "unit_silent": "A kiosk is not heard of",
    "unit_enrolled": "A kiosk was enrolled",
    "unit_adopted": "A kiosk's enrolment was taken over after a restore",
    "unit_new": "A kiosk was made new",
    "unit_enabled": "A kiosk was enabled",
    "unit_disabled": "A kiosk was disabled",
    "unit_suspended": "A kiosk was suspended",
    "unit_revoked": "A kiosk's key was revoked",
    "unit_retired": "A kiosk was retired",
    "unit_forked": "A kiosk's journal has two endings",
    "unit_corrupt": "A kiosk was put on the corruption log",
    "batch_malformed": "An upload could not be read",
    "grant_adopted": "A block of numbers was taken over after a restore",
    "journal_imported": "A kiosk's journal was brought in from a medium",
    "import_refused": "A kiosk's file was refused",
    "branch_accepted": "The second ending of a journal was let in",
    "branch_excluded": "The second ending of a journal was left out",
    "server_restored": "The database was restored",
    "unnamed": "A kiosk told something without a name",
    "block_switched_off": "A block's validation numbers were switched off",
    "block_switched_on": "A block's validation numbers were switched on again",
    "numbers_handed_out": "A block of numbers was handed out",
    "numbers_returned": "A block of numbers was returned",
    "numbers_lost": "A block of numbers was declared lost",
    # What kiosks tell of themselves
    "CALL_ATTENDANT": "A buyer called for an attendant",
    "CUSTOMERS_REFUSED": "The office refused buyers' data",
    "MIRROR_DAMAGED": "The second copy of the journal was damaged",
    "MIRROR_LAG": "The second copy of the journal is behind",
    "PIN_LOCKED": "A PIN is locked after wrong ones",
    "PROGRAM_CHANGED": "The kiosk's program is not the publisher's",
    "UPLINK_FAILED": "The link to the office failed",
    "PRINTER_DISCONNECTED": "The printer cannot be reached",
    "PRINTER_SILENT": "The printer does not answer",
    "PRINTER_COVER_OPEN": "The printer's cover is open",
    "PRINTER_PAPER_OUT": "The printer is out of paper",
    "PRINTER_CUTTER": "The printer's cutter is stuck",
    "PRINTER_FATAL": "The printer has failed",
    "PRINTER_RECOVERING": "The printer recovers from a fault",
    "PRINTER_BATTERY_LOW": "The printer's battery is low",
    "PRINTER_OFFLINE": "The printer is off line",
    "DRAWER_DISCONNECTED": "The cash drawer cannot be reached: no printer",
    "DRAWER_SILENT": "The cash drawer does not answer",
    "SCANNER_DISCONNECTED": "The scanner cannot be reached",
    "JOURNAL_CORRUPT": "The kiosk's journal is damaged",
    "JOURNAL_MISSING": "The kiosk's journal is missing",
    "JOURNAL_UNREADABLE": "The kiosk's journal cannot be read",
    "DISK": "The kiosk's disk fails",
    "DISK_FULL": "The kiosk's disk is full",
    "DISK_RESERVE": "The kiosk's disk is almost full",
    "UNSYNCED_LIMIT": "The kiosk holds as many unsent sales as it may",
    # Events and reconciling
    "event_activated": "An event was put on sale",
    "event_suspended": "An event was suspended",
    "event_resumed": "An event was resumed",
    "event_closed": "An event's sales were closed",
    "event_completed": "An event was completed",
    "event_cancelled": "An event was cancelled",
    "event_archived": "An event was put away",
    "event_unarchived": "An event was put back into the lists",
    "event_deleted": "An event that never sold was deleted",
    "activation_planned": "When an event goes on sale by itself was set",
    "frozen_change_refused": "A change of a frozen question was refused",
    "event_close_moved": "An event's closing time was moved",
    "event_refunds": "All orders of an event are to be paid back",
    "template_deleted": "A template was deleted",
    "venue_timezone": "A venue's time zone was changed",
    "change_refused": "A change of a frozen event was refused",
    "reconciliation_confirmed": "The reconciliation was confirmed",
    "reconciliation_presigned": "The reconciliation was confirmed beforehand",
    "journal_agrees": "The reports agree with the journals",
    "journal_differs": "The reports differ from the journals",
    "order_excluded": "A ticket was excluded from the draw",
    "order_included": "A ticket takes part in the draw again",
    # Draws, prizes, champions
    "automatic_draw_on": "A draw will be made by itself",
    "automatic_draw_off": "A draw will not be made by itself",
    "automatic_draw_waits": "An automatic draw waits for a gate",
    "draw_frozen": "A draw's pool was frozen",
    "redraw_frozen": "A redraw's pool was frozen",
    "draw_seed_committed": "A draw's seed was made, and its hash published",
    "draw_entropy_fixed": "A draw's public chance was fixed",
    "draw_executed": "A draw was made and verified",
    "draw_official": "A draw became official",
    "draw_failed": "An attempt at a draw was given up",
    "draw_failure_asked": "One person asked to give a draw up",
    "draw_number_refused": "A number keyed in was refused",
    "draw_keyed_first": "Drawn numbers were keyed in, the first time",
    "draw_keyed_agreed": "Drawn numbers were keyed in alike by two people",
    "draw_keyed_differs": "Drawn numbers were keyed in differently",
    "draw_video": "A draw's video was set",
    "result_not_in_record": "A result is not in its draw's record",
    "prize_paid": "A prize was paid",
    "prize_delivered": "A prize was delivered",
    "prize_forfeit_asked": "One person asked to give a prize up",
    "prize_forfeited": "A prize was given up",
    "prize_forfeit_taken_back": "Giving a prize up was taken back",
    "champion_approved": "A winner's announcement was approved",
    "champion_withdrawn": "A winner's announcement was withdrawn",
    # Buyers
    "customer_banned": "A customer was banned",
    "customer_ban_lifted": "A customer's ban was lifted",
    "customer_left": "A customer closed their account",
    "customer_verified": "A customer was verified by hand",
    "customer_data_taken": "A buyer's data were handed over",
    "order_resent": "An order was sent to its buyer again",
    "notification_failed": "A notification could not be delivered",
    "payment_returned": "A payment was given back",
    "payment_mismatch": "A payment differs from what was asked",
    "payment_unknown": "A payment of nothing that is known here",
    "payment_outside": "Money was given back at the card processor by hand",
    "payment_clock": "The card processor's clock and this server's differ",
    "payment_disputed": "A payment is disputed by the buyer's bank",
    "refund_refused": "A refund was refused",
    "refund_failed": "A refund failed",
    "customer_erased": "A buyer's data were erased",
    "customers_expired": "Buyers' data past their time were erased",
}
"""What each code of a critical event is called (GLI-31, 5.6); a code without words here fails a test."""


@dataclass(frozen=True)
class Change:
    """One change of one row: `before` is None where it was added, `after` where it was deleted."""

    number: int
    table: str
    operation: str
    record_id: UUID
    before: Json | None
    after: Json | None
    changed_by: UUID | None
    changed_at: datetime
    organisation: UUID | None
    """Whose it is; None: the server's own."""


def acting(connection: Connection, user_id: UUID | None) -> None:
    """Say for whom `connection` acts until its transaction ends; None is the server itself."""
    connection.execute(
        text("SELECT set_config('tombola.user', :user, true)"),
        {"user": "" if user_id is None else str(user_id)},
    )


def reasoned(reason: str) -> str:
    """Why somebody did something, as it goes on record, without the blanks around it.

    Raises ``Refused`` (``reason``) where that is fewer than 3 characters, more than 1,000, or holds a NUL.
    """
    reason = reason.strip()
    if not REASON_CHARS_MIN <= len(reason) <= REASON_CHARS_MAX or "\x00" in reason:
        raise Refused("reason", "A reason is needed.", "Say why, in a few words.")
    return reason


def critical_event(
    connection: Connection,
    event_type: str,
    severity: Severity,
    description: str,
    *,
    event_id: UUID | None = None,
    rsu_id: UUID | None = None,
    user_id: UUID | None = None,
    metadata: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> UUID:
    """Record a critical event (GLI-31, 5.6) and return its id; `at` is when it happened, without it now.

    No event can be lost to what it says: NUL characters, which PostgreSQL cannot hold, are left out of the
    description. Metadata must be JSON without them.
    """
    values: dict[str, Any] = {
        "event_type": event_type,
        "severity": severity,
        "description": description.replace("\x00", ""),
        "event_id": event_id,
        "rsu_id": rsu_id,
        "user_id": user_id,
        "metadata": dict(metadata or {}),
    }
    if at is not None:
        values["timestamp"] = at
    made = connection.execute(insert(critical_events).values(values).returning(critical_events.c.id))
    return UUID(str(made.scalar_one()))


def words(code: str) -> str:
    """What a critical event's code is called; a kiosk of another version may send one that is not known here."""
    return CODES.get(code) or code.replace("_", " ").capitalize()


def record_key(table: str, *key: object) -> UUID:
    """The `record_id` of a row whose key is not one UUID: UUIDv5 of the table and the key's columns."""
    return uuid5(NAMESPACE, "/".join([table, *(str(part) for part in key)]))


def history(
    connection: Connection,
    *,
    table: str | None = None,
    record_id: UUID | None = None,
    changed_by: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = HISTORY_MAX,
) -> list[Change]:
    """The changes that fit every filter given, newest first, at most `limit` (itself at most 1,000).

    `since` is inclusive, `until` exclusive. To read on, pass the last change's `number` as `before`.
    """
    wanted = select(audit_log).order_by(audit_log.c.id.desc()).limit(min(limit, HISTORY_MAX))
    if table is not None:
        wanted = wanted.where(audit_log.c.table_name == table)
    if record_id is not None:
        wanted = wanted.where(audit_log.c.record_id == record_id)
    if changed_by is not None:
        wanted = wanted.where(audit_log.c.changed_by == changed_by)
    if since is not None:
        wanted = wanted.where(audit_log.c.changed_at >= since)
    if until is not None:
        wanted = wanted.where(audit_log.c.changed_at < until)
    if before is not None:
        wanted = wanted.where(audit_log.c.id < before)
    return [Change(*row) for row in connection.execute(wanted)]
