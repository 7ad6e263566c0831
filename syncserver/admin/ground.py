"""What every page of the office stands on: its menu, its messages, reading forms, and finding one's own things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, Response, abort, flash, g, render_template, request, url_for
from sqlalchemy import Connection, Row, select

from shared.errors import Refused
from syncserver import audit, auth, providers, sheets
from syncserver import models as m

READERS: Final = ("admin", "manager", "auditor")
MANAGERS: Final = ("admin", "manager")
FLOOR: Final = ("admin", "manager", "auditor", "operator")
"""Who may see how the kiosks are."""
DESK: Final = ("admin", "claims")
SEEKERS: Final = ("admin", "manager", "auditor", "operator", "claims")
"""Who may look a sale up: everybody who meets customers."""

PAGE_ROWS: Final = 50
PAGE_MAX: Final = 100_000
REASON_CHARS_MAX: Final = 500

REASONS: Final = {
    "customer": "The customer changed their mind",
    "mistake": "Wrong package or quantity",
    "payment": "The payment did not go through",
    "damaged": "The ticket is damaged",
    "misprint": "The ticket did not come out whole",
}
"""Why kiosks make an order void, by the code that they journal."""
CALLED_FROM: Final = {
    "attract": "before choosing",
    "choose": "while choosing",
    "review": "looking over the basket",
    "customer": "at the questions for buyers",
    "age": "at the question of age",
    "attend": "waiting to pay",
}
"""Where a buyer stood who called for an attendant, by the kiosk's screen."""
_CALL: Final = "at the screen "

Entry = tuple[str, str, str, Sequence[str]]
_MENU: Final[tuple[tuple[str, tuple[Entry, ...]], ...]] = (
    (
        "The evening",
        (
            ("admin.home", "Events", "events", SEEKERS),
            ("admin.live", "Live", "live", FLOOR),
            ("admin.kiosks", "Kiosks", "kiosks", FLOOR),
            ("admin.shop", "Web shop", "shop", READERS),
            ("admin.orders", "Orders", "orders", SEEKERS),
            ("admin.refunds", "Refunds", "refunds", ("admin", "manager", "claims", "auditor")),
            ("admin.customers", "Customers", "customers", ("admin", "manager", "claims")),
        ),
    ),
    (
        "Draw and claims",
        (
            ("admin.findings", "Findings", "findings", READERS),
            ("admin.draws", "Draws", "draws", READERS),
            ("admin.claims_desk", "Claims desk", "claims", DESK),
            ("admin.prizes", "Prizes", "prizes", ("admin", "manager", "claims", "auditor")),
            ("admin.champions", "Champions", "champions", ("admin", "manager", "claims")),
        ),
    ),
    (
        "House",
        (
            ("admin.users", "People", "users", READERS),
            ("admin.programs", "Programs", "programs", MANAGERS),
            ("admin.templates", "Templates", "templates", MANAGERS),
            ("admin.venues", "Venues", "venues", READERS),
            ("admin.organisation", "Organisation", "organisation", READERS),
            ("admin.house_rules", "House rules", "rules", READERS),
            ("admin.outbox", "Notifications", "notifications", READERS),
            ("admin.own_account", "Your account", "account", auth.STAFF),
        ),
    ),
    (
        "On record",
        (
            ("admin.all_reports", "Reports", "reports", READERS),
            ("admin.ledger", "Audit", "audit", READERS),
            ("admin.records", "Records", "records", ("admin", "auditor")),
        ),
    ),
)
"""Groups with their headings; of each entry the endpoint, its word, its section, and who may open it."""
THEMES: Final = {"": "As the device", "light": "Light", "dark": "Dark"}
THEME_COOKIE: Final = "tombola_look"


def register(to: Blueprint) -> None:
    """Gives the pages their words for times."""
    to.add_app_template_filter(instant, "instant")
    to.add_app_template_filter(until, "until")
    to.add_app_template_filter(why, "why")
    to.add_app_template_filter(called, "called")
    to.add_app_template_global(now_ms, "now_ms")
    to.add_app_template_global(theme, "theme")
    to.add_app_template_global(lambda: THEMES, "themes")


def menu() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What whoever is logged in may open, by heading: endpoint, word, section."""
    role = auth.account().role
    groups = (
        (heading, [(endpoint, word, section) for endpoint, word, section, roles in entries if role in roles])
        for heading, entries in _MENU
    )
    return [(heading, entries) for heading, entries in groups if entries]


def theme() -> str:
    """Light or dark, where this browser has asked for one of them; otherwise empty: its device decides."""
    asked = request.cookies.get(THEME_COOKIE, "")
    return asked if asked in THEMES else ""


def login_page(came_for: str = "", username: str = "", refused: Refused | None = None) -> str:
    """The log-in page, which leads on to what was asked for."""
    ways = providers.offered(auth.office().config, "staff")
    return render_template(
        "admin/login.html", next=came_for, username=username, refused=refused, providers=ways
    )


def tell(kind: str, message: str, hint: str = "") -> None:
    """A message on the next page: kind ``good``, ``bad`` or ``warn``."""
    flash((message, hint) if hint else message, kind)  # type: ignore[arg-type]  # a pair is a heading and its hint


def page(template: str, here: str, **values: Any) -> str:
    """A page of the office, within the section of the menu that ``here`` names."""
    return render_template(f"admin/{template}.html", here=here, **values)


def back_to(endpoint: str, **values: Any) -> str:
    """Where this form's page is; a refusal from here on leads back to it."""
    g.back = url_for(endpoint, **values)
    return str(g.back)


@contextmanager
def reading() -> Iterator[Connection]:
    """A transaction in the name of whoever is logged in."""
    me = auth.account()
    with auth.office().begin(me.id, me.organisation) as c:
        yield c


acting = reading
"""The same, where something is changed: the audit trail names the person."""


# Times ----------------------------------------------------------------------------------------------


def instant(at: datetime) -> str:
    """A moment for a program: ISO 8601 in UTC, to the millisecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def now_ms() -> int:
    """The server's clock, from which a page counts down."""
    return auth.office().clock.now_ms()


def until(at: datetime) -> str:
    """How long it is until then, as hours, minutes and seconds; 0:00 where it is past."""
    left_s = max(0, (int(at.timestamp() * 1000) - now_ms() + 999) // 1000)
    hours, minutes, seconds = left_s // 3600, left_s // 60 % 60, left_s % 60
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def why(reason: str) -> str:
    """A void's reason in words: a kiosk's code, or what a person wrote."""
    return REASONS.get(reason, reason)


def called(description: str) -> str:
    """Where a call for an attendant came from, in words."""
    screen = description.removeprefix(_CALL)
    return CALLED_FROM.get(screen, description)


# Forms ----------------------------------------------------------------------------------------------


class Unfit(Refused):
    """A field's text will not do; ``field`` is its name in the form."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__("field", message, hint)
        self.field = field


def text(name: str, label: str, most: int = 200, *, least: int = 1) -> str:
    """A field's text without the blanks around it; ``Refused`` where it is too short or too long."""
    value = request.form.get(name, "").strip()
    if not least <= len(value) <= most:
        rule = f"It has at most {most} characters." if value else "It must be filled in."
        raise Unfit(name, f"{label}: that will not do.", rule)
    return value


def reason() -> str:
    """Why something is done."""
    return text("reason", "Reason", REASON_CHARS_MAX, least=audit.REASON_CHARS_MIN)


def whole(name: str, label: str, least: int, most: int) -> int:
    """A field's whole number; ``Refused`` outside its bounds."""
    value = request.form.get(name, "").strip().replace(",", "").replace(" ", "")
    if not (value.isascii() and value.isdigit() and len(value) <= 12 and least <= int(value) <= most):
        raise Unfit(name, f"{label}: that will not do.", f"It is a whole number from {least} to {most}.")
    return int(value)


def decimal(name: str, label: str, most: int, places: int = 2) -> Decimal:
    """A field's amount in major units, or percentage; ``Refused`` where it is none."""
    value = request.form.get(name, "").strip().replace(" ", "").replace(",", ".")
    try:
        number = Decimal(value) if len(value) <= 16 else Decimal(-1)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= most or number != round(number, places):
        raise Unfit(name, f"{label}: that will not do.", f"It is a number from 0 to {most}, like 12.50.")
    return number


def identifier(name: str, label: str) -> UUID:
    """A field that names a thing."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise Unfit(name, f"{label}: choose one of the list.") from None


def moment(name: str, label: str, timezone: str, held: datetime | None = None) -> datetime:
    """A field's date and time; see :func:`local`."""
    return local(request.form.get(name, ""), label, timezone, name, held)


def local(text: str, label: str, timezone: str, field: str = "", held: datetime | None = None) -> datetime:
    """A date and time, meant as the venue's clock shows it; of two such moments in autumn the first.

    ``held`` is what stood there before: where that clock shows it as typed, nobody changed it, and it stays to the
    second, also as the second of two. ``Refused`` where it is none, bears a time zone of its own, or falls into the hour that spring leaves out.
    """
    try:
        naive = datetime.fromisoformat(text)
        at = naive.replace(tzinfo=ZoneInfo(timezone), fold=0)
        shown = at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None)
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        naive = None
    if naive is None or naive.tzinfo is not None:
        raise Unfit(field, f"{label}: that is no date and time.", "Write it like 2026-05-30 19:30.")
    if shown != naive:
        raise Unfit(
            field,
            f"{label}: the venue's clocks never show {naive:%H:%M} that day.",
            "They go forward over it; choose an hour before or after.",
        )
    if held is not None and held.astimezone(at.tzinfo).replace(second=0, microsecond=0, tzinfo=None) == naive:
        return held
    return at


def page_number() -> int:
    """Which page of a list was asked for."""
    asked = request.args.get("page", "1")
    return (
        min(int(asked), PAGE_MAX)
        if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 and int(asked)
        else 1
    )


# One's own things -----------------------------------------------------------------------------------


def own_event(c: Connection, event: UUID) -> Row[Any]:
    """An event of one's own organisation, with ``venue_name`` and ``timezone``; 404 otherwise."""
    row = c.execute(
        select(m.raffle_events, m.venues.c.name.label("venue_name"), m.venues.c.timezone)
        .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
        .where(
            m.raffle_events.c.id == event, m.raffle_events.c.organization_id == auth.account().organisation
        )
    ).one_or_none()
    if row is None:
        abort(404)
    return row


def own_order(c: Connection, order: UUID) -> None:
    """404 unless the order is of one's own organisation."""
    o, e = m.orders, m.raffle_events
    mine = c.scalar(
        select(o.c.id)
        .join(e, e.c.id == o.c.event_id)
        .where(o.c.id == order, e.c.organization_id == auth.account().organisation)
    )
    if mine is None:
        abort(404)


def own_rsu(c: Connection, rsu: UUID) -> Row[Any]:
    """A kiosk of one's own organisation; 404 otherwise."""
    row = c.execute(
        select(m.rsus).where(m.rsus.c.id == rsu, m.rsus.c.organization_id == auth.account().organisation)
    ).one_or_none()
    if row is None:
        abort(404)
    return row


def csv(make: Callable[[Connection], Iterator[str | bytes]], name: str) -> Response:
    """A table to download, sent while it is read; its transaction ends with it."""
    here, user = auth.office(), auth.account().id

    def lines() -> Iterator[bytes]:
        with here.begin(user) as c:
            yield from sheets.paced(make(c), here.clock)

    answer = Response(lines(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
