"""What notifications say: the kinds there are, the fields each may name, and how words and facts become a message.

A template is plain text in which ``{field}`` stands for a fact; nothing else in it means anything, so that whoever
writes one can run nothing. A line whose fields are all empty is left out. In the HTML part every character of
template and facts is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location

from shared import money
from shared.errors import Refused
from syncserver import phrases

SUBJECT_CHARS_MAX: Final = 200
BODY_CHARS_MAX: Final = 5_000
TEXT_MESSAGE_CHARS_MAX: Final = 480
"""Three parts of 160; what is longer is cut short."""
FACT_CHARS_MIN: Final = 20
"""No fact of a text message is cut shorter."""
_WHOLE: Final = frozenset({"link", "validation", "total", "organisation"})
"""Facts that a text message holds whole."""
FACT_CHARS_MAX: Final = 6_000
LANGUAGES: Final = ("en", "fr", "es", "de")
LANGUAGE_WORDS: Final = {"en": "English", "fr": "French", "es": "Spanish", "de": "German"}
DAY: Final = timedelta(days=1)
_LOCALES: Final = {"en": "en_GB"}
"""In which a language writes its dates: English by 24 hours, as the tickets do."""

Channel = Literal["email", "sms", "klaviyo", "webhook"]
CHANNELS: Final[tuple[Channel, ...]] = ("email", "sms", "klaviyo", "webhook")
CHANNEL_WORDS: Final = {
    "email": "E-mail",
    "sms": "Text message",
    "klaviyo": "Klaviyo",
    "webhook": "Webhook",
}
TOPICS: Final = {
    "reminders": "Reminders of a checkout that was not finished",
    "entries": "News of your entries and of prizes handed over",
}
"""What a receiver may stop. All else they bought, or the law or a prize needs it, or somebody asked for it."""

NAME_CHARS_MAX: Final = 120
_WEB = re.compile(r"[/\\@<>]|www\.|https?:|[^\W\d_]{2}\.[^\W\d_]{2}", re.IGNORECASE)
"""What no name holds, and an address of the web does: a dot between two letters of both sides, a slash."""
_FIELD = re.compile(r"\{([^{}\s]{1,40})\}")


@dataclass(frozen=True)
class Kind:
    """A kind of notification. ``fields`` may be named by its templates, each with a sample for previews.

    ``topic`` is what a receiver stops it by, empty where it cannot be stopped. After ``lives`` it is too late to send
    it. ``secret``: its link opens something, so it goes to its receiver alone and is forgotten once sent.
    ``channels`` are those it goes by unless the organisation decides otherwise.
    """

    key: str
    words: str
    about: str
    fields: Mapping[str, str]
    channels: tuple[Channel, ...]
    offered: tuple[Channel, ...]
    topic: str = ""
    lives: timedelta = 3 * DAY
    secret: bool = False
    greets: bool = True
    """It may call its receiver by name. Whoever types somebody else's address chooses the name too, so that what goes
    to an address that nobody has confirmed yet names nobody.
    """
    metric: str = ""
    """What Klaviyo calls it."""


_NAMED = {"hello": "Hello Ana Petit,", "name": "Ana Petit"}
_EVENT = _NAMED | {"organisation": "Riverside Hospice", "event": "Summer Final"}
_UNNAMED = {"hello": "Hello,", "name": ""}
_LINK = {"link": "https://raffle.example/my/tickets"}
_TICKETS = {
    "numbers": "10021–10025",
    "count": "5",
    "package": "Five tickets",
    "draw_at": "5 July 2026, 21:30 (Berlin time)",
    "closes_at": "",
}
_ALL: Final[tuple[Channel, ...]] = CHANNELS
_MAIL: Final[tuple[Channel, ...]] = ("email",)
_MAIL_HOOK: Final[tuple[Channel, ...]] = ("email", "webhook")

KINDS: Final[Mapping[str, Kind]] = {
    one.key: one
    for one in (
        Kind(
            "checkout_started",
            "Checkout not finished",
            "to somebody who began to pay on line and did not finish",
            _EVENT | _UNNAMED | _LINK | {"count": "5", "total": "€8.00", "until": "20:00 (Berlin time)"},
            ("email", "klaviyo", "webhook"),
            _ALL,
            greets=False,
            topic="reminders",
            lives=DAY,
            metric="Checkout Started",
        ),
        Kind(
            "order_placed",
            "Order placed",
            "to the buyer, when a checkout is paid: one receipt of all its orders",
            _EVENT
            | _LINK
            | {
                "orders": "Summer Final\nDraw: 5 July 2026, 21:30 (Berlin time)\n\nFive tickets, €8.00\n"
                "Numbers: 10021–10025\nValidation number: 7KQM-2XVF-9RTB",
                "total": "€8.00",
                "mine": "https://raffle.example/my/tickets",
            }
            | _TICKETS
            | {"validation": "7KQM-2XVF-9RTB", "order": "0197d2a4-7b1e-7c55-9d0f-3f6a2c1b8e77"},
            _ALL,
            _ALL,
            metric="Order Placed",
        ),
        Kind(
            "entered",
            "Entered",
            "of each event that somebody has tickets of; the receipt tells buyers already",
            _EVENT | _LINK | _TICKETS,
            ("klaviyo", "webhook"),
            _ALL,
            topic="entries",
            metric="Entered",
        ),
        Kind(
            "winner",
            "Winner",
            "to the winner, once the draw is official",
            _EVENT
            | _LINK
            | {
                "number": "10023",
                "prize": "Half the pot",
                "amount": "€4,210.00",
                "until": "5 August 2026",
                "place": "Riverside Hall, Riverside Hospice, 1 Mill Lane, 10115 Berlin",
                "contact": "+49 30 5550100, raffle@example.org",
            },
            _ALL,
            _ALL,
            lives=14 * DAY,
            metric="Winner Announced",
        ),
        Kind(
            "delivered",
            "Prize handed over",
            "to the winner, when the prize is marked as delivered",
            _EVENT | _LINK | {"number": "10023", "prize": "Jersey", "amount": "€150.00"},
            _ALL,
            _ALL,
            topic="entries",
            lives=7 * DAY,
            metric="Prize Delivered",
        ),
        Kind(
            "refunded",
            "Refunded",
            "to the buyer, when an order is paid back",
            _EVENT
            | _LINK
            | {
                "total": "€8.00",
                "how": "to the card that you paid with; banks show it after a few days",
                "back": "will be paid back",
                "reason": "Bought twice by mistake",
                "numbers": "10021–10025",
            },
            ("email", "klaviyo", "webhook"),
            _ALL,
            lives=14 * DAY,
            metric="Order Refunded",
        ),
        Kind(
            "voided",
            "Order made void",
            "to the buyer, when an order is made void at a kiosk, or in the office without paying back",
            _EVENT | _LINK | {"reason": "Sold by mistake", "numbers": "10021–10025"},
            ("email", "klaviyo", "webhook"),
            _ALL,
            lives=14 * DAY,
            metric="Order Voided",
        ),
        Kind(
            "cancelled",
            "Event cancelled",
            "to its buyers, when an event is called off",
            _EVENT
            | _LINK
            | {
                "reason": "The match was called off",
                "total": "€8.00",
                "how": "to the card that you paid with; banks show it after a few days",
            },
            ("email", "sms", "webhook"),
            _ALL,
            lives=14 * DAY,
            metric="Event Cancelled",
        ),
        Kind(
            "verify_email",
            "Confirm the address",
            "to a new customer",
            _UNNAMED
            | {"organisation": "Riverside Hospice", "until": "6 July 2026, 21:30 (Berlin time)"}
            | _LINK,
            _MAIL,
            _MAIL,
            lives=DAY,
            secret=True,
            greets=False,
        ),
        Kind(
            "password_reset",
            "New password",
            "to whoever asked for a new password",
            _UNNAMED
            | {"organisation": "Riverside Hospice", "until": "5 July 2026, 21:30 (Berlin time)"}
            | _LINK,
            _MAIL,
            _MAIL,
            lives=timedelta(hours=1),
            secret=True,
            greets=False,
        ),
        Kind(
            "invitation",
            "Invitation",
            "to somebody who is to work in this office",
            {
                "hello": "Hello Sam Okafor,",
                "name": "Sam Okafor",
                "organisation": "Riverside Hospice",
                "by": "Morgan Hale",
                "role": "Event manager",
                "until": "12 July 2026",
            }
            | _LINK,
            _MAIL,
            _MAIL,
            lives=7 * DAY,
            secret=True,
        ),
        Kind(
            "official_win",
            "Result official",
            "to administrators and event managers, once each draw",
            _EVENT | _LINK | {"results": "10023: Half the pot, €4,210.00"},
            _MAIL_HOOK,
            _MAIL_HOOK,
            metric="Draw Official",
        ),
        Kind(
            "alarm",
            "Alarm",
            "to administrators and event managers, when something needs a person",
            _EVENT
            | _LINK
            | {"what": "North 1 has not been heard of since 20:14.", "todo": "Look whether it runs."},
            _MAIL_HOOK,
            _MAIL_HOOK,
            lives=DAY,
        ),
    )
}


@dataclass(frozen=True)
class Words:
    """What a message says before the facts are put in; of a text message ``subject`` is empty."""

    subject: str
    body: str


@dataclass(frozen=True)
class Letter:
    """A message, ready to be sent."""

    subject: str
    text: str
    html: str


def language(wanted: str) -> str:
    """The nearest of our languages to what somebody wants, such as ``de`` for ``de-AT``; English else."""
    two = wanted.strip().lower()[:2]
    return two if two in LANGUAGES else "en"


def default(kind: str, channel: str, tongue: str) -> Words:
    """The program's own words."""
    if channel == "sms":
        return Words("", phrases.TEXTS[kind][language(tongue)])
    subject, body = phrases.MAILS[kind][language(tongue)]
    return Words(subject, body)


def templated(kind: str) -> tuple[str, ...]:
    """The ways whose words can be changed, for this kind."""
    return ("email", "sms") if kind in phrases.TEXTS else ("email",)


def check(kind: str, channel: str, words: Words) -> Words:
    """The words as they are kept. ``Refused`` (``template``) where they are too long, empty or name no known field."""
    subject, body = " ".join(words.subject.split()), words.body.replace("\r\n", "\n").strip()
    most = TEXT_MESSAGE_CHARS_MAX if channel == "sms" else BODY_CHARS_MAX
    if channel == "email" and not 1 <= len(subject) <= SUBJECT_CHARS_MAX:
        raise Refused("template", "The subject will not do.", f"It has 1 to {SUBJECT_CHARS_MAX} characters.")
    if not 1 <= len(body) <= most:
        raise Refused("template", "The text will not do.", f"It has 1 to {most:,} characters.")
    known = KINDS[kind].fields
    for name in _FIELD.findall(f"{subject}\n{body}"):
        if name not in known:
            raise Refused(
                "template",
                f"There is no field {{{name}}} here.",
                f"Known are: {', '.join(f'{{{one}}}' for one in known)}.",
            )
    if any(ch < " " and ch not in "\n\t" for ch in subject + body):
        raise Refused("template", "The text holds a character that cannot be sent.", "Type it anew.")
    return Words(subject if channel == "email" else "", body)


def fill(template: str, facts: Mapping[str, str], put: Callable[[str, str], str] | None = None) -> str:
    """``template`` with each field's fact in its place; a line whose fields are all empty is left out.

    What is put in is never looked at for fields again. ``put`` makes of a field's name and fact what stands there.
    """

    def one(found: re.Match[str]) -> str:
        fact = facts.get(found[1], "")
        return put(found[1], fact) if put else fact

    lines = []
    for line in template.split("\n"):
        named = _FIELD.findall(line)
        if named and not any(facts.get(name, "").strip() for name in named):
            continue
        lines.append(_FIELD.sub(one, line).rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def text_message(words: Words, facts: Mapping[str, str]) -> str:
    """A text message: one run of text, at most three parts long; what is too long is a fact, and never the link."""
    shown = dict(facts)
    cut = [name for name in _FIELD.findall(words.body) if name not in _WHOLE]
    while True:
        said = " ".join(fill(words.body, shown).split())
        over = len(said) - TEXT_MESSAGE_CHARS_MAX
        longest = max(cut, key=lambda name: len(shown.get(name, "")), default="")
        if over <= 0:
            return said
        if len(shown.get(longest, "")) <= FACT_CHARS_MIN:
            return said[: TEXT_MESSAGE_CHARS_MAX - 1] + "…"
        kept = max(FACT_CHARS_MIN, len(shown[longest]) - over)
        shown[longest] = shown[longest][: kept - 1].rstrip() + "…"


def moment(at: datetime, zone: ZoneInfo, tongue: str, *, dated: bool = True) -> str:
    """A moment as its reader writes it, by the venue's clock, which it names; without its day where not ``dated``."""
    tongue = language(tongue)
    local, locale = at.astimezone(zone), _LOCALES.get(tongue, tongue)
    city = "UTC"
    if zone.key not in _UTC:
        city = get_timezone_location(local, locale=locale, return_city=True).rpartition("/")[2]
    where = city if city == "UTC" else phrases.ZONES[tongue].replace("{city}", city)
    clock = f"{format_time(local.time(), 'short', locale=locale)} ({where})"
    return f"{format_date(local.date(), 'long', locale=locale)}, {clock}" if dated else clock


def day(until: datetime, zone: ZoneInfo, tongue: str) -> str:
    """The last day of a span that ends at midnight of the venue's clock."""
    tongue = language(tongue)
    last = (until - timedelta(milliseconds=1)).astimezone(zone).date()
    return str(format_date(last, "long", locale=_LOCALES.get(tongue, tongue)))


def samples(kind: str, tongue: str) -> dict[str, str]:
    """Facts to preview a kind with, as a reader of this language would have them."""
    tongue, facts = language(tongue), dict(KINDS[kind].fields)
    draw = moment(_SAMPLE_AT, _SAMPLE_ZONE, tongue)
    known = {
        "€8.00": money.text(800, "EUR", tongue),
        "€150.00": money.text(15_000, "EUR", tongue),
        "€4,210.00": money.text(421_000, "EUR", tongue),
        KINDS["order_placed"].fields["draw_at"]: draw,
        KINDS["checkout_started"].fields["until"]: moment(
            _SAMPLE_AT - timedelta(minutes=90), _SAMPLE_ZONE, tongue, dated=False
        ),
        KINDS["verify_email"].fields["until"]: moment(_SAMPLE_AT + DAY, _SAMPLE_ZONE, tongue),
        KINDS["winner"].fields["until"]: day(_SAMPLE_AT + 31 * DAY, _SAMPLE_ZONE, tongue),
        KINDS["invitation"].fields["until"]: day(_SAMPLE_AT + 7 * DAY, _SAMPLE_ZONE, tongue),
        KINDS["official_win"].fields["results"]: f"10023: Half the pot, {money.text(421_000, 'EUR', tongue)}",
        KINDS["refunded"].fields["how"]: phrases.BACK[tongue]["stripe"],
        KINDS["refunded"].fields["back"]: phrases.GOES_BACK[tongue][0],
    }
    facts |= {name: known.get(fact, fact) for name, fact in facts.items()}
    if "orders" in facts:
        said, code = phrases.RECEIPT[tongue], facts["validation"]
        facts["orders"] = (
            f"{facts['event']}\n{said['draw'].format(at=draw)}\n\n{facts['package']}, {facts['total']}\n"
            f"{said['numbers'].format(numbers=facts['numbers'])}\n{said['validation'].format(number=code)}"
        )
    return facts


def letter(kind: str, tongue: str, words: Words, facts: Mapping[str, str], stop: str = "") -> Letter:
    """An e-mail; ``stop`` is where its receiver ends more of the kind, where that can be ended."""
    tongue = language(tongue)
    facts = {name: fact.translate(_UNMARKED) for name, fact in facts.items()}
    facts["hello"] = _greeting(tongue, facts.get("name", ""))
    organisation = facts.get("organisation", "")
    reason = fill(phrases.REASONS[tongue][_audience(kind)], {"organisation": organisation})
    body = fill(words.body, facts)
    tail = f"{reason}\n{phrases.STOP[tongue]} {stop}" if stop else reason
    subject = " ".join(fill(words.subject, facts).split())[:SUBJECT_CHARS_MAX] or KINDS[kind].words
    return Letter(
        subject,
        f"{body}\n\n-- \n{organisation}\n{tail}\n",
        _html(kind, tongue, words.body, facts, organisation, subject, reason, stop),
    )


def _greeting(tongue: str, name: str) -> str:
    named, unnamed = phrases.HELLO[tongue]
    return named.replace("{name}", name) if name else unnamed


def called(name: str) -> str:
    """A name as somebody typed it, on one line; nothing where it is rather an address of the web, or a letter."""
    name = " ".join(name.split())
    return "" if len(name) > NAME_CHARS_MAX or _WEB.search(name) else name


def _audience(kind: str) -> str:
    if kind in {"official_win", "alarm"}:
        return "staff"
    return "asked" if KINDS[kind].secret or not KINDS[kind].greets else "buyer"


def _linked(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _html(
    kind: str,
    tongue: str,
    template: str,
    facts: Mapping[str, str],
    organisation: str,
    subject: str,
    reason: str,
    stop: str,
) -> str:
    """The HTML part: the same words, escaped; a line that is the link alone becomes a button."""
    blocks = []
    for block in fill(template, {**facts, **_marked(facts)}).split("\n\n"):
        lines = [html.escape(line) for line in block.split("\n")]
        if block.startswith(_ORDER_MARK):
            first, *rest = (line.replace(_ORDER_MARK, "") for line in lines)
            blocks.append(
                f'<p style="{_BOX}"><strong>{first}</strong>{"".join(f"<br>{line}" for line in rest)}</p>'
            )
        elif len(lines) == 1 and lines[0] == _LINK_MARK:
            address = html.escape(facts["link"], quote=True)
            word = html.escape(phrases.BUTTONS[tongue].get(kind, phrases.BUTTONS[tongue]["open"]))
            blocks.append(
                f'<p style="margin:28px 0"><a href="{address}" style="{_BUTTON}">{word}</a></p>'
                f'<p style="margin:0 0 18px;font-size:13px;color:#586274;word-break:break-all">{address}</p>'
            )
        else:
            said = "<br>".join(lines).replace(_LINK_MARK, _anchor(facts.get("link", "")))
            blocks.append(f'<p style="margin:0 0 16px">{said}</p>')
    foot = html.escape(reason)
    if stop:
        where = html.escape(stop, quote=True)
        foot += (
            f'<br><a href="{where}" style="color:#586274">{html.escape(phrases.STOP[tongue].rstrip(":"))}</a>'
        )
    return _PAGE.format(
        tongue=tongue,
        title=html.escape(subject),
        organisation=html.escape(organisation),
        body="\n".join(blocks),
        foot=foot,
    )


_LINK_MARK: Final = "\ue000"
"""Stands for the link while all else is escaped; a private character, which no fact keeps."""


_ORDER_MARK: Final = "\ue001"
"""Begins a paragraph of the fact ``orders``, which gets a box."""
_UNMARKED: Final = {ord(_LINK_MARK): None, ord(_ORDER_MARK): None}


def _marked(facts: Mapping[str, str]) -> dict[str, str]:
    clean = dict(facts)
    if orders := clean.get("orders"):
        clean["orders"] = "\n\n".join(_ORDER_MARK + one for one in orders.split("\n\n"))
    if _linked(clean.get("link", "")):
        clean["link"] = _LINK_MARK
    return clean


def _anchor(url: str) -> str:
    address = html.escape(url, quote=True)
    return f'<a href="{address}" style="color:#0f5a78;word-break:break-all">{address}</a>'


_BUTTON: Final = (
    "display:inline-block;background:#14536b;color:#ffffff;text-decoration:none;font-weight:600;"
    "padding:12px 22px;border-radius:8px"
)
_BOX: Final = "margin:0 0 12px;padding:10px 14px;border-left:3px solid #14536b;background:#f3f7f8"
_UTC: Final = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "GMT"})
_SAMPLE_AT: Final = datetime(2026, 7, 5, 19, 30, tzinfo=UTC)
_SAMPLE_ZONE: Final = ZoneInfo("Europe/Berlin")
_PAGE: Final = """<!doctype html>
<html lang="{tongue}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{title}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f6f4ef;color:#1c2430;font:16px/1.55 -apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif">
<div style="max-width:560px;margin:0 auto">
<p style="margin:0 0 14px;font-weight:700;color:#14536b">{organisation}</p>
<div style="background:#ffffff;border:1px solid #dfdbd1;border-radius:12px;padding:28px 26px 14px">
{body}
</div>
<p style="margin:18px 6px;font-size:13px;color:#586274">{foot}</p>
</div>
</body>
</html>
"""
