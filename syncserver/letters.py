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
from datetime import timedelta
from typing import Final, Literal

from shared.errors import Refused
from syncserver import phrases

SUBJECT_CHARS_MAX: Final = 200
BODY_CHARS_MAX: Final = 5_000
TEXT_MESSAGE_CHARS_MAX: Final = 480
"""Three parts of 160; what is longer is cut off."""
FACT_CHARS_MAX: Final = 2_000
LANGUAGES: Final = ("en", "fr", "es", "de")
LANGUAGE_WORDS: Final = {"en": "English", "fr": "French", "es": "Spanish", "de": "German"}
DAY: Final = timedelta(days=1)

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
    metric: str = ""
    """What Klaviyo calls it."""


_EVENT = {"name": "Ana Petit", "organisation": "Riverside Hospice", "event": "Summer Final"}
_LINK = {"link": "https://raffle.example/my/tickets"}
_TICKETS = {
    "numbers": "10021–10025",
    "count": "5",
    "package": "Five tickets",
    "draw_at": "5 July 2026, 21:30",
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
            _EVENT | _LINK | {"count": "5", "total": "€8.00", "until": "5 July 2026, 20:00"},
            ("email", "klaviyo", "webhook"),
            _ALL,
            topic="reminders",
            lives=DAY,
            metric="Checkout Started",
        ),
        Kind(
            "order_placed",
            "Order placed",
            "to the buyer, when an order is paid",
            _EVENT
            | _LINK
            | _TICKETS
            | {"total": "€8.00", "validation": "7KQM-2XVF-9RTB", "order": "2026-00417"},
            _ALL,
            _ALL,
            metric="Order Placed",
        ),
        Kind(
            "entered",
            "Entered",
            "to whoever was given an entry, such as a free one",
            _EVENT | _LINK | _TICKETS,
            _ALL,
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
            | {"number": "10023", "prize": "Half the pot", "amount": "€4,210.00", "until": "5 August 2026"},
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
            "to the buyer, when an order is made void and no money goes back",
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
            _EVENT | _LINK | {"reason": "The match was called off", "total": "€8.00"},
            ("email", "sms", "webhook"),
            _ALL,
            lives=14 * DAY,
            metric="Event Cancelled",
        ),
        Kind(
            "verify_email",
            "Confirm the address",
            "to a new customer",
            {"name": "Ana Petit", "organisation": "Riverside Hospice", "until": "6 July 2026, 18:00"} | _LINK,
            _MAIL,
            _MAIL,
            lives=DAY,
            secret=True,
        ),
        Kind(
            "password_reset",
            "New password",
            "to whoever asked for a new password",
            {"name": "Ana Petit", "organisation": "Riverside Hospice", "until": "5 July 2026, 19:00"} | _LINK,
            _MAIL,
            _MAIL,
            lives=timedelta(hours=1),
            secret=True,
        ),
        Kind(
            "invitation",
            "Invitation",
            "to somebody who is to work in this office",
            {
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
    """A text message: one run of text, at most three parts long."""
    said = " ".join(fill(words.body, facts).split())
    return said if len(said) <= TEXT_MESSAGE_CHARS_MAX else said[: TEXT_MESSAGE_CHARS_MAX - 1] + "…"


def letter(kind: str, tongue: str, words: Words, facts: Mapping[str, str], stop: str = "") -> Letter:
    """An e-mail; ``stop`` is where its receiver ends more of the kind, where that can be ended."""
    tongue = language(tongue)
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


def _audience(kind: str) -> str:
    if kind in {"official_win", "alarm"}:
        return "staff"
    return "asked" if KINDS[kind].secret else "buyer"


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
        if len(lines) == 1 and lines[0] == _LINK_MARK:
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


def _marked(facts: Mapping[str, str]) -> dict[str, str]:
    clean = {name: fact.replace(_LINK_MARK, "") for name, fact in facts.items()}
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
