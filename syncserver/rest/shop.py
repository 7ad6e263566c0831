"""The calls of a shop's front end: competitions, their draws, and somebody's own tickets."""

from __future__ import annotations

from uuid import UUID

import msgspec
from flask import abort
from sqlalchemy import Connection

from syncserver import auth, competitions
from syncserver.rest.ground import PAGE_ROWS, Cursor, Limit, behind, call, cursor

_SHOP = "Shop"


class CompetitionQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which competitions."""

    status: competitions.Status | None = None
    limit: Limit = PAGE_ROWS
    cursor: Cursor | None = None


class MyTicketsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Whose tickets, and of which competition."""

    competition_id: UUID | None = None
    user_id: UUID | None = None
    """With a token: the customer. A customer who is signed in has their own."""
    limit: Limit = PAGE_ROWS
    cursor: Cursor | None = None


@call("GET", "/competitions", tag=_SHOP, reply=competitions.Competitions, query=CompetitionQuery)
def list_competitions(c: Connection, asked: CompetitionQuery) -> competitions.Competitions:
    """Raffles that everybody may see, the newest first: active, upcoming, ended or drawn."""
    after = behind(asked.cursor, tuple[int])
    found = competitions.listed(
        c, auth.office().now(), asked.status, None if after is None else after[0], asked.limit + 1
    )
    more = len(found) > asked.limit
    return competitions.Competitions(
        competitions=[one for _, one in found[: asked.limit]],
        next=cursor(found[asked.limit - 1][0]) if more else None,
    )


@call("GET", "/competitions/<uuid:competition_id>", tag=_SHOP, reply=competitions.CompetitionDetail)
def get_competition(c: Connection, competition_id: UUID) -> competitions.CompetitionDetail:
    """One raffle with its prizes and packages, and how far it is sold."""
    found = competitions.one(c, auth.office().now(), competition_id)
    if found is None:
        abort(404)
    return found


@call("GET", "/competitions/<uuid:competition_id>/draws", tag=_SHOP, reply=competitions.Draws)
def list_competition_draws(c: Connection, competition_id: UUID) -> competitions.Draws:
    """The official draws of a raffle and their winners, as at /draws/{competitionId}."""
    found = competitions.draws(c, competition_id)
    if found is None:
        abort(404)
    return found


@call(
    "GET",
    "/tickets/user",
    "admin",
    "manager",
    "claims",
    customers=True,
    tag=_SHOP,
    reply=competitions.UserTickets,
    query=MyTicketsQuery,
)
def list_user_tickets(c: Connection, asked: MyTicketsQuery) -> competitions.UserTickets:
    """The tickets that a customer bought on line: one's own for who is signed in, a customer's for a token."""
    me = auth.account()
    user = me.id if me.role == auth.CUSTOMER else asked.user_id
    after = behind(asked.cursor, tuple[UUID, int])
    found = competitions.tickets(c, me.organisation, user, asked.competition_id, after, asked.limit + 1)
    last = found[asked.limit - 1] if len(found) > asked.limit else None
    return competitions.UserTickets(
        tickets=found[: asked.limit],
        next=None if last is None else cursor(last.competition_id, last.ticket_number),
    )
