"""What can be said of a ticket that comes back: never more than this kiosk can know off line."""

from __future__ import annotations

from typing import Any

from kiosk import receipt
from kiosk.catalog import Shelf
from kiosk.flow.tickets import back_words
from kiosk.till import Known, Till
from kiosk.words import joined, phrase
from shared import money, numbers, sale, wire

OFFICE = {
    "genuine": phrase("Genuine"),
    "won": phrase("A winner"),
    "paid": phrase("Already paid"),
    "lapsed": phrase("No longer paid"),
    "void": phrase("Void"),
    "unknown": phrase("Cannot tell"),
    "forged": phrase("Forged"),
    "other": phrase("Another organisation"),
    "not_a_ticket": phrase("Not a ticket"),
}
"""What the office's verdicts are called; another one is a newer office's."""
TYPED_CHARS_MAX = 24
"""More than that nobody types for a validation number."""


class Lookup:
    """Answers in the contract's ``lookup.result``. ``contact_at`` is the office's time when it last answered."""

    def __init__(
        self, till: Till, shelf: Shelf, language: str, contact_at: int | None, *, online: bool = False
    ) -> None:
        """``online``: the office is about to be asked too, and says what can be paid here."""
        self._till, self._shelf, self._language, self._contact_at = till, shelf, language, contact_at
        self._online = online

    def of(self, text: str) -> dict[str, Any]:
        """What is known here of a scanned or typed ticket; never more than can be known off line."""
        scan = receipt.parse_ticket(text, self._shelf.peers())
        if scan.kind == "not_a_ticket" and (typed := _characters(text)):
            words = phrase(
                "A validation number has {n} characters; you typed {typed}.",
                n=numbers.VALIDATION_LENGTH,
                typed=typed,
            )
            return _verdict("not_a_ticket", phrase("Wrong length"), words)
        if scan.kind in ("not_a_ticket", "mistyped", "forged"):
            return _verdict(*_WORDS[scan.kind])
        known = self._till.find(scan.validation)
        if known is not None:
            return self._known(known)
        shown = numbers.show_validation(scan.validation)
        if self._shelf.known_void(scan.validation):
            return _verdict(
                "void", phrase("Void"), phrase("The office has made this ticket void."), validation=shown
            )
        if scan.kind in ("typed", "foreign"):
            return _verdict(*_WORDS[scan.kind], validation=shown)
        event = next((e for e in self._shelf.events.values() if sale.short(e.id) == scan.event), None)
        if event is None:
            return _verdict(*_WORDS["other_event"], validation=shown)
        ranges = [numbers.Range("", first, count) for first, count in scan.numbers]
        return self._genuine(event, ranges) | {"validation": shown, "known_at": self._known_at()}

    def _known(self, known: Known) -> dict[str, Any]:
        line, at = known.ticket.line, known.ticket.at
        event = self._shelf.events.get(line.event)
        if known.void or self._shelf.known_void(line.validation):
            result = _verdict("void", phrase("Void"), phrase("This ticket was made void."))
        elif known.ticket.fact.test:
            result = _verdict(*_WORDS["test"])
        elif event is None:
            result = _verdict(*_WORDS["other_event"])
        else:
            result = self._genuine(event, list(line.ranges))
        open_for_change = event is not None and event.state == "active" and not self._till.is_cut(line.event)
        standing = result["verdict"] not in ("void", "paid", "lapsed")
        return result | {
            "known_at": self._known_at(),
            "validation": numbers.show_validation(line.validation),
            "numbers": numbers.words(line.ranges),
            "event": event.name if event else "",
            "price": money.text(line.price, line.currency, self._language),
            "sold_at": _local(at, event, self._language),
            "order": line.order,
            "can_void": bool(
                standing and open_for_change and event is not None and event.policies.void_allowed
            ),
            "can_reprint": standing and event is not None,
            "void_supervisor": event is not None and event.policies.void_supervisor,
            "reprint_supervisor": event is not None and event.policies.reprint_supervisor,
            "back": back_words(known.ticket, lambda amount, c: money.text(amount, c, self._language)),
            "can_counterfoils": standing and self._till.has_counterfoils(known.ticket),
        }

    def _genuine(self, event: wire.EventInfo, ranges: list[numbers.Range]) -> dict[str, Any]:
        won = [r for r in event.results if any(r.number in part.numbers() for part in ranges)]
        shown = {"numbers": numbers.words(ranges), "event": event.name}
        if won:
            prizes = ", ".join(
                f"{r.prize_name} ({money.text(r.amount, r.currency, event.locale)})" for r in won
            )
            now = self._till.watch.now()
            due = [r for r in won if r.state == "open" and (r.claim_until is None or now < r.claim_until)]
            if due:
                words = joined(phrase("Won {prizes}.", prizes=prizes), self._where(event, due))
                return _verdict("won", phrase("A winner"), words, prize=prizes, **shown)
            if any(r.state == "paid" for r in won):
                words = phrase("Won {prizes}; the prize was paid.", prizes=prizes)
                return _verdict("paid", phrase("Already paid"), words, prize=prizes, **shown)
            words = phrase(
                "Won {prizes}, but the prize is no longer paid. The office can say why.", prizes=prizes
            )
            return _verdict("lapsed", OFFICE["lapsed"], words, prize=prizes, **shown)
        words = phrase(
            "A genuine ticket. Whether it is void or paid is known only as of the last contact with the office."
        )
        if event.results:
            words = phrase("A genuine ticket. It has not won this time.")
        return _verdict("genuine", phrase("Genuine"), words, **shown)

    def _where(self, event: wire.EventInfo, due: list[wire.ResultInfo]) -> str:
        """Where the winner gets the prize."""
        most = event.policies.claims_at_kiosk_up_to
        if most is None or all(r.amount > most for r in due):
            return phrase("Send the winner to the claims desk with this ticket.")
        if self._online:
            return phrase("The office is asked whether it can be paid here.")
        return phrase("Paying needs the network; send the winner to the claims desk.")

    def _known_at(self) -> str:
        at = self._contact_at or (self._shelf.catalog.server_time if self._shelf.catalog else None)
        event = next(iter(self._shelf.events.values()), None)
        return "" if at is None else _local(at, event, self._language)


def told(local: dict[str, Any], reply: wire.TicketReply | None, language: str) -> dict[str, Any]:
    """What is known here together with what the office said; ``None``: it did not answer.

    The office knows more, but for what this kiosk has not handed over yet: its own sales, and its own voids.
    """
    if reply is None:
        return local | {"office": "silent"}
    prizes = [_prize(one, language) for one in reply.prizes]
    if local["verdict"] in ("void", "test") or (reply.verdict == "unknown" and local["order"]):
        return local | {"office": "said"}
    standing = reply.verdict not in ("void", "paid", "lapsed")
    more = {
        "office": "said",
        "verdict": reply.verdict if reply.verdict in OFFICE else "unknown",
        "title": _office_title(reply),
        "words": joined(reply.words, *dict.fromkeys(one["why_not"] for one in prizes if one["why_not"])),
        "known_at": phrase("Now, from the office"),
        "prizes": prizes,
        "can_void": local["can_void"] and standing,
        "can_reprint": local["can_reprint"] and standing,
    }
    if reply.validation:
        more["validation"] = numbers.show_validation(reply.validation)
    if reply.event:
        more["event"] = reply.event
    if prizes:
        more["prize"] = ", ".join(f"{one['prize']} ({one['amount']})" for one in prizes)
    return local | more


def _office_title(reply: wire.TicketReply) -> str:
    """What the verdict is called; of another organisation's ticket the office does not say the number."""
    if reply.verdict == "other" and reply.validation:
        return phrase("In no draw")
    return OFFICE.get(reply.verdict, OFFICE["unknown"])


def _prize(one: wire.PrizeFound, language: str) -> dict[str, Any]:
    return {
        "result": one.result,
        "prize": one.prize,
        "number": str(one.number),
        "amount": money.text(one.amount, one.currency, language),
        "can_pay": one.can_pay,
        "why_not": one.why_not,
        "identity": one.identity,
    }


_WORDS = {
    "not_a_ticket": ("not_a_ticket", phrase("Not a ticket"), phrase("This code is not a ticket's.")),
    "mistyped": (
        "not_a_ticket",
        phrase("Typing mistake"),
        phrase("A character of the validation number is wrong. Type it again."),
    ),
    "forged": (
        "forged",
        phrase("Forged"),
        phrase("The code's signature is false: no kiosk made this ticket."),
    ),
    "typed": (
        "unknown",
        phrase("Cannot tell"),
        phrase("This kiosk did not sell it and cannot tell. Ask the office or scan its QR."),
    ),
    "foreign": (
        "unknown",
        phrase("Cannot tell"),
        phrase("A kiosk that is not known here signed it. Ask the office."),
    ),
    "test": (
        "test",
        phrase("Test ticket: in no draw"),
        phrase(
            "It was sold before the event opened, to try the kiosk. It cannot win, and no money was taken."
        ),
    ),
    "other_event": (
        "other_event",
        phrase("Another event"),
        phrase("A ticket of an event that this kiosk does not have."),
    ),
}


def _characters(text: str) -> int:
    """How many characters of a validation number were typed; 0 where it looks like something else."""
    letters = "".join(text.split()).replace("-", "")
    likely = letters.isascii() and letters.isalnum() and len(letters) <= TYPED_CHARS_MAX
    return len(letters) if likely and len(letters) != numbers.VALIDATION_LENGTH else 0


def _verdict(verdict: str, title: str, words: str, **more: Any) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("known_at", "validation", "numbers", "event", "price", "sold_at", "order", "prize"), ""
    )
    return (
        blank
        | {"verdict": verdict, "title": title, "words": words, "can_void": False, "can_reprint": False}
        | {"void_supervisor": False, "reprint_supervisor": False, "back": ""}
        | {"office": "", "prizes": []}
        | more
    )


def _local(at: int, event: wire.EventInfo | None, language: str) -> str:
    return receipt.local_time(at, event.timezone if event else "UTC", language)
