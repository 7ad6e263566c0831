"""What a new house does until its first ticket can be sold, each step judged by facts; gone once all of it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, exists, func, select

from syncserver import auth, factors, invitations, notifications, organisations, payments
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

BY_CHOICE: Final = ("factor", "people", "kiosk", "mail", "cards")
"""Steps that an organisation may do without, and says so."""
_KIOSK: Final = "kiosk"


@dataclass(frozen=True)
class Step:
    """One step: what it is for, where it is taken, and whether it is."""

    name: str
    title: str
    words: str
    address: str
    done: bool


@dataclass(frozen=True)
class Beginning:
    """How far a new house is."""

    steps: tuple[Step, ...]
    selling: bool
    """Whether an event was ever put on sale: the list is short from then on."""

    @property
    def next(self) -> Step:
        """The first that is not done."""
        return next(one for one in self.steps if not one.done)

    @property
    def done(self) -> int:
        """How many are."""
        return sum(one.done for one in self.steps)


def register(to: Blueprint) -> None:
    """Puts the way past a step on the blueprint."""
    steps = ",".join(BY_CHOICE)
    to.add_url_rule(f"/first-steps/<any({steps}):passed>", "step_aside", aside, methods=["POST"])


def beginning(c: Connection) -> Beginning | None:
    """What is still to be done before this house is set up, for its administrators; None where nothing is."""
    me = auth.account()
    if me.role != "admin":
        return None
    organisation = organisations.get(c, me.organisation)
    aside = organisations.put_aside(organisation.settings)
    steps = tuple(
        Step(name, title, words, address, done or name in aside)
        for name, title, words, address, done in _steps(c)
    )
    if all(one.done for one in steps):
        return None
    e = m.raffle_events
    selling = c.scalar(
        select(exists().where(e.c.organization_id == me.organisation, e.c.activated_at.is_not(None)))
    )
    return Beginning(steps, bool(selling))


def _steps(c: Connection) -> Iterator[tuple[str, str, str, str, bool]]:
    """Each step: name, title, what it is for, where it is taken, whether it is done by the facts."""
    me, here = auth.account(), auth.office()
    yield (
        "you",
        "Say who you are",
        "Your own name stands in the audit trail and under every decision; your e-mail address gets alarms and results.",
        url_for("admin.own_account", _anchor="you"),
        me.name != auth.ROLE_WORDS["admin"] and notifications.contact(c, me.id) is not None,
    )
    yield (
        "factor",
        "Set up a second factor",
        "A code from your phone beside the password: whoever gets hold of your password alone stays outside.",
        url_for("admin.own_factor"),
        factors.has(c, me.id),
    )
    row = organisations.get(c, me.organisation)
    reached = organisations.contact(row.settings)
    yield (
        "organisation",
        "Say who holds the raffles",
        "Address, licence, and a phone number or e-mail address: tickets and the public pages tell buyers.",
        url_for("admin.organisation"),
        bool(row.license_number and reached.street and reached.city and (reached.phone or reached.email)),
    )
    ou = m.organization_users
    staff = c.scalar(
        select(func.count()).where(ou.c.organization_id == me.organisation, ou.c.role.in_(auth.STAFF))
    )
    yield (
        "people",
        "Bring in your people",
        "Operators sell with a PIN. A draw by dice needs two people in the office, each with a log-in of their own.",
        url_for("admin.users"),
        (staff or 0) > 1 or bool(invitations.pending(c, me.organisation, here.now())),
    )
    yield from _to_sell(c)
    yield (
        "mail",
        "Let it send e-mail",
        "For tickets, news of wins and alarms. Who runs the server sets it up; until then links are shown here.",
        url_for("admin.notification_settings"),
        here.config.mail is not None,
    )
    yield (
        "cards",
        "Let it take cards on line",
        "With a Stripe account tickets sell on line too. Kiosks need none.",
        url_for("admin.shop"),
        payments.door(here) is not None,
    )


def _to_sell(c: Connection) -> Iterator[tuple[str, str, str, str, bool]]:
    organisation = auth.account().organisation
    e, v, r, k = m.raffle_events, m.venues, m.rsus, m.rsu_epochs
    yield (
        "venue",
        "Name your venue",
        "Where you sell. Its clock says when sales open and close.",
        url_for("admin.venues"),
        bool(c.scalar(select(exists().where(v.c.organization_id == organisation)))),
    )
    events = c.execute(
        select(e.c.id, e.c.name, e.c.activated_at)
        .where(e.c.organization_id == organisation, e.c.state != "cancelled")
        .order_by(e.c.activated_at.is_(None), e.c.event_number.desc())
        .limit(1)
    ).one_or_none()
    yield (
        "event",
        "Put your first event on sale" if events is not None else "Make your first event",
        f"{events.name} is a draft: its page says what it needs, and activates it."
        if events is not None
        else "What is sold, what can be won, until when. It starts as a draft: nothing is sold before you activate it.",
        url_for("admin.new_event") if events is None else url_for("admin.event", event=events.id),
        events is not None and events.activated_at is not None,
    )
    known = c.execute(
        select(func.count(r.c.id.distinct()), func.count(k.c.rsu_id))
        .select_from(r.outerjoin(k, k.c.rsu_id == r.c.id))
        .where(r.c.organization_id == organisation, r.c.kind == _KIOSK)
    ).one()
    yield (
        "kiosk",
        "Enrol the kiosk that you added" if known[0] else "Add a kiosk",
        "You get a code here and type it there once; then you enable the kiosk, and it sells.",
        url_for("admin.kiosks"),
        known[1] > 0,
    )


@access("admin")
def aside(passed: str) -> ResponseReturnValue:
    """Does without a step; it can still be taken at any time."""
    page, me = ground.back_to("admin.home"), auth.account()
    with ground.acting() as c:
        organisations.put_step_aside(c, me.organisation, passed, me.id)
    ground.tell("good", "It is off the list. You can still set it up whenever you like.")
    return redirect(page, 303)
