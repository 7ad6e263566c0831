"""Programs that may read and do things here: their tokens, made and shown once, and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from shared.errors import Refused
from syncserver import auth, tokens
from syncserver.admin import ground, tables
from syncserver.auth import access

DAYS_DEFAULT: Final = 90
STATES: Final = {"good": "in force", "idle": "opens nothing", "expired": "expired", "revoked": "revoked"}


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/programs", "programs", programs)
    to.add_url_rule("/programs/add", "add_program", add, methods=["POST"])
    to.add_url_rule("/programs/<uuid:token>/revoke", "revoke_program", revoke, methods=["POST"])


@access(*ground.MANAGERS)
def programs() -> ResponseReturnValue:
    """All tokens of the organisation, and the form for another."""
    me, table = auth.account(), _table()
    with ground.reading() as c:
        rows = tokens.listed(auth.office(), c, me.organisation)
    if tables.asked_csv(table):
        return tables.export_listed(table, rows, _fits)
    return ground.page(
        "programs",
        "programs",
        shown=tables.listed(table, rows, _fits),
        states=STATES,
        roles=tokens.MAY_GIVE.get(me.role, ()),
        revocable={row.id for row in rows if _may_revoke(row)},
        days=DAYS_DEFAULT,
        days_max=tokens.DAYS_MAX,
        name_max=tokens.NAME_CHARS_MAX,
    )


def _table() -> tables.Table:
    column = tables.Column
    return tables.Table(
        "programs",
        "Tokens of programs",
        (
            column("name", "Program", lead=True),
            column("state", "State", value=lambda row: STATES[row.state]),
            column("role", "Role", value=lambda row: auth.ROLE_WORDS[row.role]),
            column("created_at", "Made", "time"),
            column("maker_name", "By"),
            column("last_used_at", "Last used", "time"),
            column("last_used_from", "From", shown=False),
            column("until", "Good until", "time", value=lambda row: row.revoked_at or row.expires_at),
            column("revoked_by", "Revoked by", shown=False),
            column("revoked_reason", "Why", shown=False),
            column("steps", "", "words", exported=False),
        ),
        order="-created_at",
        filters=(tables.worked_out("state", "State", list(STATES.items())),),
        empty=(
            "No program has a token yet",
            "Make one below and give it to the program; it is shown once.",
        ),
    )


def _fits(row: tokens.TokenRow, asked: Mapping[str, str]) -> bool:
    return asked.get("state", row.state) == row.state


def _may_revoke(row: tokens.TokenRow) -> bool:
    """An administrator any; a manager those that they could have made."""
    return row.revoked_at is None and row.role in tokens.MAY_GIVE.get(auth.account().role, ())


@access(*ground.MANAGERS)
def add() -> ResponseReturnValue:
    """Makes a token and shows it, once."""
    ground.back_to("admin.programs")
    me = auth.account()
    # Whoever finds a browser open makes no way in by it that stays for months.
    auth.ask_who(me, lately=True)
    with ground.acting() as c:
        _, secret = tokens.make(
            auth.office(),
            c,
            me.organisation,
            me.id,
            me.role,
            ground.text("name", "Name", tokens.NAME_CHARS_MAX),
            request.form.get("role", ""),
            ground.whole("days", "Days", 1, tokens.DAYS_MAX),
        )
    return ground.page("program_token", "programs", secret=secret, name=request.form.get("name", "").strip())


@access(*ground.MANAGERS)
def revoke(token: UUID) -> ResponseReturnValue:
    """Revokes a token for good, with a reason."""
    page = ground.back_to("admin.programs")
    me, here = auth.account(), auth.office()
    with ground.acting() as c:
        held = {row.id for row in tokens.listed(here, c, me.organisation) if _may_revoke(row)}
        if token not in held:
            raise Refused("role", "That token is not yours to revoke, or it is revoked already.")
        name = tokens.revoke(here, c, me.organisation, token, me.id, ground.reason())
    ground.tell("good", f"The token of {name} is revoked. It opens nothing from this moment on.")
    return redirect(page, 303)
