"""The form of an event: one for making it and for changing it while it is a draft; and doing an event once more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, select
from werkzeug.datastructures import MultiDict

from shared import money, wire
from shared.errors import Refused
from shared.games import raffle
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import auth, checkout, events, logos, organisations
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

AMOUNT_MAX: Final = 10_000_000
"""Of a price or a prize, in major units."""
NUMBERS_DEFAULT: Final = 1_000_000
POOL_CHARS: Final = 36
"""Of a pool's name, with room for a number behind it."""
COSTS_MAX: Final = 100_000_000
"""Documented costs, in major units."""
ROWS_EMPTY: Final = 1
"""Empty rows for early birds on a new form; more are added by a touch."""
_ADDING = "new"
AGE_MAX: Final = 99
UNSYNCED_MAX: Final = 100_000
WEEKS_DEFAULT: Final = 1
NOTES_CHARS_MAX: Final = 4_000
MODES: Final = {
    "attended": "By an operator",
    "self-service": "By the buyer, who pays the attendant",
    "both": "Either, as the kiosk is set",
}
PAYMENTS: Final = {"cash,card": "Cash and card", "cash": "Cash alone", "card": "Card alone"}
TOLD_BY_BUYERS: Final = {"name": "Name", "phone": "Phone", "email": "E-mail"}
"""What a buyer can be asked for."""
METHODS: Final = {
    "generator": "By the machine",
    "manual": "By hand, from printed counterfoils",
    "both": "Either, as decided at the draw",
}
SOURCES: Final = {
    "dice": "Dice thrown before the audience",
    "digits": "Digits called by the audience",
    "drand": "A round of drand",
    "nist": "A pulse of NIST’s beacon",
    "none": "None",
}
UNCLAIMED: Final = {
    "keep": "Stay with the organiser",
    "redraw": "Are drawn again",
    "next_in_line": "Go to the next reserve in line",
}
"""What becomes of prizes that nobody claims."""
BUNDLES: Final = {
    "free": "As many as you like",
    "three": "Three at most",
    "none": "None: tickets are sold one by one",
}
"""Packages of several tickets, as the licence allows them (E8)."""
FOLDS: Final = {
    "money": ("currency", "first_number", "last_number", "bundles"),
    "kiosk": (
        "mode", "payments", "age_min", "unsynced_max", "block_size", "low_water", "customer_required",
    ),
    "draw": (
        "method", "source", "dice", "digits", "bird_label", "bird_until", "bird_draw_at", "costs", "base", "linked_to", "carry_from", "cards", "ace",
    ),
    "claims": ("claim_days", "unclaimed", "reserves", "identity_above", "claims_at_kiosk"),
    "ticket": (
        "locale", "heading", "logo", "licence", "contact", "results_at", "claim_by", "notes",
    ),
    "web": ("description",),
}  # fmt: skip
"""What of the form is folded away, since it stands as it usually is."""
_FIELD_OF: Final = {
    "identifier_taken": "identifier", "identifier": "identifier", "name": "name", "times": "closes_at",
    "venue": "venue", "timezone": "timezone", "currency": "currency", "numbers": "last_number", "form": "dice",
    "digits": "digits", "costs": "costs", "claim_days": "claim_days", "reserves": "reserves", "progressive": "cards",
    "pool": "bird_label", "pool_times": "bird_until",
    "relative": "linked_to", "locale": "locale", "logo": "logo", "notes": "notes",
}  # fmt: skip
"""The field that a refusal of the event as a whole is about, by its code."""

T = TypeVar("T")


@dataclass
class Reading:
    """A form as it is read: what will not do is gathered, so that all of it is told at once."""

    wrong: list[Refused] = field(default_factory=list)

    def take(self, read: Callable[[], T], otherwise: T) -> T:
        """What ``read`` gives; ``otherwise`` where that is refused, which is gathered."""
        try:
            return read()
        except Refused as e:
            self.wrong.append(e)
            return otherwise

    def end(self) -> None:
        """Raises :class:`Several` where anything was refused."""
        if self.wrong:
            raise Several(self.wrong)


class Several(Refused):
    """All that will not do of a form."""

    def __init__(self, wrong: list[Refused]) -> None:
        super().__init__(wrong[0].code, wrong[0].message, wrong[0].hint)
        self.wrong = wrong


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/new", "new_event", new_event, methods=["GET", "POST"])
    to.add_url_rule("/events/<uuid:event>/edit", "edit_event", edit, methods=["GET", "POST"])
    to.add_url_rule("/events/<uuid:event>/duplicate", "duplicate_event", duplicate, methods=["GET", "POST"])


@access(*ground.MANAGERS)
def new_event() -> ResponseReturnValue:
    """The form of a new event, and making it."""
    refused: Refused | None = None
    if request.method == "POST":
        try:
            with ground.acting() as c:
                made = events.create_event(auth.office(), c, _wanted(c, None), auth.account().id)
            return redirect(url_for("admin.event", event=made), 303)
        except Refused as e:
            refused = e
    return _form(None, request.form, _rows(), refused)


@access(*ground.MANAGERS)
def edit(event: UUID) -> ResponseReturnValue:
    """The form of a draft, and changing it; an event that was on sale is shown its page, and the attempt stays on record."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
    if request.method == "GET":
        if row.state != "created":
            ground.tell(
                "bad",
                f"{row.name} is {row.state}: what touches integrity can no longer be changed.",
                "Duplicate the event if the terms must differ.",
            )
            return redirect(url_for("admin.event", event=event), 303)
        return _form(row, typed(row), birds(row), None)
    try:
        with ground.acting() as c:
            events.change(c, event, auth.account().id, _wanted(c, row))
    except Refused as e:
        if e.code == "frozen":
            ground.tell("bad", e.message, e.hint)
            return redirect(url_for("admin.event", event=event), 303)
        return _form(row, request.form, _rows(), e)
    ground.tell("good", "The draft is changed.")
    return redirect(url_for("admin.event", event=event), 303)


def _form(
    row: Row[Any] | None, form: Mapping[str, str], rows: list[tuple[str, ...]], refused: Refused | None
) -> ResponseReturnValue:
    me = auth.account()
    with ground.reading() as c:
        venues = c.execute(
            select(m.venues)
            .where(
                m.venues.c.organization_id == me.organisation,
                m.venues.c.is_active | (m.venues.c.id == (row.venue_id if row is not None else None)),
            )
            .order_by(m.venues.c.name)
        ).all()
        relatives = [one for one in _relatives(c) if row is None or one.id != row.id]
        house = organisations.of(c, me.organisation)
        own = organisations.get(c, me.organisation)
    zone = house.timezone
    if zone == organisations.Decided.timezone:
        # Nobody said at the start; its venues have one, and the first is as good a guess as any.
        zone = next((v.timezone for v in venues if v.timezone), "")
    contact = organisations.contact(own.settings)
    values: dict[str, Any] = {
        "row": row,
        "logo": events.settings(row.configuration).receipt.logo if row is not None else "",
        "form": form,
        "rows": rows or [("", "", "", "", "")] * ROWS_EMPTY,
        "relatives": relatives,
        "methods": METHODS,
        "sources": SOURCES,
        "unclaimed": UNCLAIMED,
        "bundles": BUNDLES,
        "plain": events.DrawRules(),
        "modes": MODES,
        "payments": PAYMENTS,
        "told_by_buyers": TOLD_BY_BUYERS,
        "policies": wire.Policies(),
        "locales": events.LOCALES,
        "locale": events.NewEvent.locale,
        "venues": venues,
        "zones": zones(zone),
        "number_max": DRAW_NUMBER_MAX,
        "zone": zone,
        "numbers_default": NUMBERS_DEFAULT,
        # What tickets usually say, on an empty form alone.
        "house_notes": "\n".join(house.ticket_notes) if not form and row is None else "",
        "house_contact": " · ".join(filter(None, (contact.phone, contact.email)))
        if not form and row is None
        else "",
        "problems": _problems(refused),
    }
    values["open"] = {
        name
        for name, fields in FOLDS.items()
        if any(problem["field"] in fields for problem in values["problems"])
    }
    return ground.page("event_form", "events", **values), 422 if refused else 200


def _problems(refused: Refused | None) -> list[dict[str, str]]:
    """What will not do: the field that it is about (empty: the event as a whole), and what to do."""
    if refused is None:
        return []
    return [
        {
            "field": e.field if isinstance(e, ground.Unfit) else _FIELD_OF.get(e.code, ""),
            "message": e.message,
            "hint": e.hint,
        }
        for e in (refused.wrong if isinstance(refused, Several) else [refused])
    ]


def zones(chosen: str = "") -> list[str]:
    """The time zones to choose from, among them the one that is."""
    # Those that a country has, each once: not US/Alaska beside America/Anchorage, nor Europe/Kiev beside Europe/Kyiv.
    held = {zone for zone in get_global("zone_territories") if "/" in zone and not zone.startswith("Etc/")}
    return sorted(held & available_timezones() | ({chosen} - {""}))


def _wanted(c: Connection, row: Row[Any] | None) -> events.NewEvent:
    """The event as the form says; what it leaves out is as it usually is. ``Refused`` (:class:`Several`)."""
    form, read = request.form, Reading()
    kept = events.settings(row.configuration) if row is not None else None
    now = auth.office().now()

    def words(name: str, label: str, most: int, least: int = 0) -> str:
        return read.take(lambda: ground.text(name, label, most, least=least), "")

    def at(name: str, label: str) -> datetime:
        held = getattr(row, name) if row is not None else None
        return read.take(lambda: ground.moment(name, label, timezone, held), now)

    name, code = words("name", "Name", 120, 1), words("identifier", "Short code", 40, 1)
    nowhere: tuple[UUID | None, str] = (None, "UTC")
    venue, timezone = read.take(lambda: _venue(c), nowhere)
    opens, closes = at("opens_at", "Sales open"), at("closes_at", "Sales close")
    draws = at("draw_at", "Draw") if form.get("draw_at") else None
    currency = read.take(_currency, auth.account().currency)

    def maybe(name: str, label: str) -> int | None:
        return read.take(lambda: amount(name, label, currency), None) if form.get(name) else None

    def number(name: str, label: str, otherwise: int) -> int:
        if not form.get(name):
            return otherwise
        return read.take(lambda: ground.whole(name, label, 1, DRAW_NUMBER_MAX), otherwise)

    small, identity = maybe("claims_at_kiosk", "At the kiosks"), maybe("identity_above", "Identity")
    no_pools: tuple[events.PoolPlan, ...] = ()
    wanted = events.NewEvent(
        name=name,
        identifier=code,
        organisation=auth.account().organisation,
        venue=venue,
        opens_at=opens,
        closes_at=closes,
        draw_at=draws,
        currency=currency,
        locale=form.get("locale") or events.NewEvent.locale,
        game=kept.game if kept is not None else events.NewEvent.game,
        draw=read.take(lambda: _rules(c, currency, row), events.DrawRules()),
        pools=read.take(lambda: tuple(_pools(timezone, kept)), no_pools),
        first_number=number("first_number", "Lowest draw number", 1),
        last_number=number("last_number", "Highest draw number", NUMBERS_DEFAULT),
        identity_above=identity,
        policies=read.take(lambda: _policies(small), wire.Policies()),
        bundles=read.take(lambda: choice("bundles", "Packages of several tickets", BUNDLES, "free"), "free"),
        description=words("description", "Description", events.TEXT_CHARS_MAX),
        licence=words("licence", "Licence", 60),
        receipt=_receipt(read, kept),
    )
    read.end()
    return wanted


def _currency() -> str:
    currency = ground.text("currency", "Currency", 3).upper() if request.form.get("currency") else ""
    currency = currency or auth.account().currency
    if not money.known(currency):
        raise ground.Unfit("currency", f"“{currency}” is no currency.", "Write its three letters, like EUR.")
    return currency


def _receipt(read: Reading, kept: events.Settings | None) -> wire.ReceiptText:
    """What the ticket says beside the sale."""

    def words(name: str, label: str, most: int) -> str:
        return read.take(lambda: ground.text(name, label, most, least=0), "")

    return wire.ReceiptText(
        logo=read.take(lambda: _logo(kept.receipt.logo if kept is not None else ""), ""),
        heading=words("heading", "Heading", 120),
        contact=words("contact", "Contact", 200),
        results_at=words("results_at", "Results at", 200),
        claim_by=words("claim_by", "Claim by", 200),
        notes=tuple(
            line.strip()
            for line in words("notes", "At the foot", NOTES_CHARS_MAX).splitlines()
            if line.strip()
        ),
    )


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a form's field shows it, by the venue's clock."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def typed(row: Row[Any]) -> dict[str, str]:
    """A draft as its form shows it: each field's text by its name; a box that is not ticked is not there."""
    kept = events.settings(row.configuration)
    draw, how = kept.draw, kept.policies
    zone = ZoneInfo(row.timezone or "UTC")

    def major(value: int | None) -> str:
        return "" if value is None else str(money.major(value, row.currency))

    ticked = {
        "customer_required": how.customer_required,
        "void_supervisor": how.void_supervisor,
        "reprint_supervisor": how.reprint_supervisor,
        "counterfoils": how.counterfoils,
        "online_only": not how.offline,
        "no_voids": not how.void_allowed,
        "repeat": draw.repeat,
        "winners_stay": draw.winners_stay,
        "ace_game": draw.progressive is not None,
        "must_be_won": draw.progressive is not None and draw.progressive.must_be_won,
        **{f"ask_{name}": name in how.customer_fields for name in TOLD_BY_BUYERS},
    }
    return {name: "yes" for name, on in ticked.items() if on} | {
        "name": row.name,
        "identifier": row.event_identifier,
        "description": row.description or "",
        "licence": row.licence_number or "",
        "venue": str(row.venue_id or ""),
        "opens_at": _local(row.opens_at, zone),
        "closes_at": _local(row.closes_at, zone),
        "draw_at": _local(row.draw_at, zone),
        "currency": row.currency,
        "first_number": str(row.ticket_allocation["first"]),
        "last_number": str(row.ticket_allocation["last"]),
        "identity_above": major(kept.identity_above),
        "claims_at_kiosk": major(how.claims_at_kiosk_up_to),
        "mode": how.mode,
        "payments": ",".join(how.payments),
        "age_min": str(how.age_min or ""),
        "unsynced_max": str(how.unsynced_max),
        "block_size": str(how.block_size),
        "low_water": str(how.low_water),
        "bundles": kept.bundles,
        "method": draw.method,
        "source": draw.source,
        "dice": draw.form,
        "digits": str(draw.digits),
        "claim_days": str(draw.claim_days or ""),
        "unclaimed": draw.unclaimed,
        "reserves": str(draw.reserves or ""),
        "base": draw.base,
        "costs": major(draw.costs) if draw.costs else "",
        "linked_to": str(draw.linked_to or ""),
        "carry_from": str(draw.carry_from or ""),
        "cards": str(draw.progressive.cards) if draw.progressive is not None else "",
        "ace": str(draw.progressive.ace) if draw.progressive is not None else "",
        "locale": kept.locale,
        "heading": kept.receipt.heading,
        "contact": kept.receipt.contact,
        "results_at": kept.receipt.results_at,
        "claim_by": kept.receipt.claim_by,
        "notes": "\n".join(kept.receipt.notes),
    }


def birds(row: Row[Any]) -> list[tuple[str, ...]]:
    """A draft's early birds as the form's rows."""
    zone = ZoneInfo(row.timezone or "UTC")

    return [
        (
            plan.label,
            _local(plan.until, zone),
            _local(plan.draw_at, zone),
            ", ".join(plan.packages),
            plan.name,
        )
        for plan in events.settings(row.configuration).pools
    ]


def _policies(claims_up_to: int | None) -> wire.Policies:
    """How the event is sold, as the form says; what it leaves out is as it usually is."""
    form, plain = request.form, wire.Policies()
    fields = tuple(name for name in TOLD_BY_BUYERS if form.get(f"ask_{name}"))
    required = bool(form.get("customer_required"))
    if required and not fields:
        raise ground.Unfit(
            "customer_required",
            "No sale without the buyer’s data, and nothing is asked for.",
            "Tick what is asked for.",
        )

    def number(name: str, label: str, most: int, otherwise: int) -> int:
        return ground.whole(name, label, 1, most) if form.get(name) else otherwise

    block = number("block_size", "Numbers in a block", wire.ALLOCATION_COUNT_MAX, plain.block_size)
    low = number("low_water", "Numbers left", wire.ALLOCATION_COUNT_MAX, min(plain.low_water, block))
    if low > block:
        raise ground.Unfit(
            "low_water",
            "A kiosk would ask for more numbers as soon as it got some.",
            "Let it ask while fewer are left than a block holds.",
        )
    return wire.Policies(
        offline=not form.get("online_only"),
        mode=choice("mode", "How it is sold", MODES, plain.mode),
        payments=tuple(choice("payments", "What is taken", PAYMENTS, "cash,card").split(",")),
        unsynced_max=number("unsynced_max", "Sales not handed in", UNSYNCED_MAX, plain.unsynced_max),
        block_size=block,
        low_water=low,
        void_allowed=not form.get("no_voids"),
        claims_at_kiosk_up_to=claims_up_to,
        age_min=ground.whole("age_min", "Age", 0, AGE_MAX) if form.get("age_min") else 0,
        customer_fields=fields,  # type: ignore[arg-type]  # of the words that there are
        customer_required=required,
        void_supervisor=bool(form.get("void_supervisor")),
        reprint_supervisor=bool(form.get("reprint_supervisor")),
        counterfoils=bool(form.get("counterfoils")),
    )


def _logo(held: str) -> str:
    """The picture for the head of the ticket, made fit for it; the one that is there where none was chosen."""
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        return "" if request.form.get("no_logo") else held
    return logos.fit(sent.stream.read(logos.UPLOAD_BYTES_MAX + 1))


def _rows() -> list[tuple[str, ...]]:
    """The early birds as typed: name, end, own draw, packages, and its name in the manifest where it has one.

    Rows without a name and an end are left out.
    """
    form = request.form
    columns = [form.getlist(f"bird_{name}") for name in ("label", "until", "draw_at", "packages")]
    rows = list(zip(*columns, strict=False))[: events.POOLS_MAX + 1]
    names = [*form.getlist("bird_name"), *([""] * len(rows))]
    return [
        (label.strip(), until, draw_at, packages.strip(), name)
        for (label, until, draw_at, packages), name in zip(rows, names, strict=False)
        if label.strip() or until
    ]


def _pools(timezone: str, kept: events.Settings | None) -> Iterator[events.PoolPlan]:
    """The early birds of the form, each with a name of its own for the manifest, which a draft's keep."""
    rows = _rows()
    taken = {name for *_, name in rows if name}
    before = {plan.name: plan for plan in kept.pools} if kept is not None else {}

    def at(typed: str, label: str, field: str, was: datetime | None) -> datetime | None:
        return ground.local(typed, label, timezone, field, was) if typed else None

    for label, until, draw_at, packages, held in rows:
        what = label or "An early bird"
        if not label:
            raise Refused("pool", "An early bird has no name.", "Give it one, as people shall read it.")
        name = held or pool_name(label, taken)
        taken.add(name)
        was = before.get(name)
        yield events.PoolPlan(
            name=name,
            label=label,
            until=at(until, f"{what}, until", "bird_until", was.until if was else None),
            draw_at=at(draw_at, f"{what}, drawn", "bird_draw_at", was.draw_at if was else None),
            packages=tuple(part.strip() for part in packages.split(",") if part.strip()),
        )


def pool_name(label: str, taken: Collection[str] = ()) -> str:
    """A pool's name in the manifest, from what people call it; another one than those ``taken``."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:POOL_CHARS].strip("-") or "pool"
    held = {*taken, raffle.MAIN_POOL, events.DECK}
    return next(one for n in count(1) if (one := name if n == 1 else f"{name}-{n}") not in held)


def choice(name: str, label: str, of: Collection[str], otherwise: str) -> Any:
    """A field that is one of these words."""
    value = request.form.get(name, "") or otherwise
    if value not in of:
        raise ground.Unfit(name, f"{label}: choose one of the list.")
    return value


def _rules(c: Connection, currency: str, row: Row[Any] | None) -> events.DrawRules:
    """How the event is drawn and claimed, as the form says; what it leaves out is as it usually is."""
    form, plain = request.form, events.DrawRules()
    cards = None
    if form.get("ace_game"):
        cards = events.Progressive(
            cards=ground.whole("cards", "Cards in the deck", 2, events.CARDS_MAX),
            ace=ground.whole("ace", "The ace’s number", 1, events.CARDS_MAX),
            must_be_won=bool(form.get("must_be_won")),
        )
    known = {str(one.id) for one in _relatives(c) if row is None or one.id != row.id}
    relatives = {
        name: UUID(choice(name, "Other event", known, "")) if form.get(name) else None
        for name in ("linked_to", "carry_from")
    }
    return events.DrawRules(
        method=choice("method", "How it is drawn", METHODS, plain.method),
        source=choice("source", "Public chance", SOURCES, plain.source),
        form=form.get("dice", "").strip() or plain.form,
        digits=ground.whole("digits", "Digits", 1, events.DIGITS_MAX) if form.get("digits") else plain.digits,
        repeat=bool(form.get("repeat")),
        winners_stay=bool(form.get("winners_stay")),
        base=choice("base", "Base of the shares", ("gross", "net"), plain.base),
        costs=amount("costs", "Documented costs", currency, COSTS_MAX) if form.get("costs") else 0,
        claim_days=ground.whole("claim_days", "Claim window", 1, events.CLAIM_DAYS_MAX)
        if form.get("claim_days")
        else None,
        unclaimed=choice("unclaimed", "Unclaimed prizes", UNCLAIMED, plain.unclaimed),
        reserves=ground.whole("reserves", "Reserves", 0, events.RESERVES_MAX) if form.get("reserves") else 0,
        progressive=cards,
        **relatives,
    )


def _relatives(c: Connection) -> list[Row[Any]]:
    """Events of the organisation that another can be drawn with, or carry on from; the newest first."""
    e = m.raffle_events
    found = c.execute(
        select(e)
        .where(
            e.c.organization_id == auth.account().organisation,
            e.c.state != "cancelled",
            e.c.archived_at.is_(None),
        )
        .order_by(e.c.event_number.desc())
        .limit(ground.PAGE_ROWS)
    )
    return list(found.all())


def _venue(c: Connection) -> tuple[UUID, str]:
    me = auth.account()
    if request.form.get("venue") == _ADDING:
        timezone = request.form.get("timezone", "")
        if timezone not in available_timezones():
            raise Refused("timezone", "Choose the venue's time zone from the list.")
        return events.create_venue(
            c, me.organisation, ground.text("venue_name", "Venue", 120), timezone, by=me.id
        ), timezone
    chosen = ground.identifier("venue", "Venue")
    row = c.execute(
        select(m.venues.c.id, m.venues.c.timezone).where(
            m.venues.c.id == chosen, m.venues.c.organization_id == me.organisation
        )
    ).one_or_none()
    if row is None:
        raise ground.Unfit("venue", "Venue: choose one of the list.")
    return row.id, row.timezone or "UTC"


def amount(name: str, label: str, currency: str, most: int = AMOUNT_MAX) -> int:
    """A field in major units, as minor units."""
    try:
        return money.minor(ground.decimal(name, label, most, places=money.digits(currency)), currency)
    except ValueError as e:
        raise ground.Unfit(name, f"{label}: {currency} has no such fractions.") from e


@access(*ground.MANAGERS)
def duplicate(event: UUID) -> ResponseReturnValue:
    """Asks for the new event's name, code and week, and makes it."""
    me = auth.account()
    with ground.reading() as c:
        row = ground.own_event(c, event)
    refused: Refused | None = None
    form: Mapping[str, str] = MultiDict(
        {"name": row.name, "identifier": _next_code(row.event_identifier), "weeks": str(WEEKS_DEFAULT)}
    )
    if request.method == "POST":
        form = request.form
        try:
            with ground.acting() as c:
                made = events.duplicate(
                    auth.office(),
                    c,
                    event,
                    me.id,
                    ground.text("name", "Name", 120),
                    ground.text("identifier", "Short code", 40),
                    ground.whole("weeks", "Weeks later", 1, events.WEEKS_MAX),
                )
                checkout.set_rules(auth.office(), c, made, checkout.rules(c, event), me.id)
            ground.tell("good", "Made. Look it through, and activate it when all is right.")
            return redirect(url_for("admin.event", event=made), 303)
        except Refused as e:
            refused = e
    return (
        ground.page(
            "event_duplicate", "events", e=row, form=form, refused=refused, weeks_max=events.WEEKS_MAX
        ),
        422 if refused else 200,
    )


def _next_code(code: str) -> str:
    """A code for the next of its kind: FINAL-3 after FINAL-2."""
    head, _, tail = code.rpartition("-")
    if head and tail.isascii() and tail.isdigit() and len(tail) < 9:
        return f"{head}-{int(tail) + 1:0{len(tail)}}"
    return f"{code}-2"
