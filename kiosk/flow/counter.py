"""The selling side of the journey: events, packages, basket, payment, and the sale that was made."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part, typed
from kiosk.flow.said import Command, Complete, Declined, SaleDone, ShopEvent, Touch
from kiosk.ledger import Sold
from kiosk.till import BasketLine
from kiosk.words import joined, phrase
from shared import money, numbers, sale
from shared.wire import Package

if TYPE_CHECKING:
    from kiosk.flow import Flow

DONE_MS = 4_000
"""How long the result of a sale stands before the next one."""
AMOUNT_CHARS_MAX = 12
NOTES_MAX = 4
NOTES_MAJOR = (5, 10, 20, 50, 100, 200)


class Counter(Part):
    """From the choice of an event to the buyer's tickets and change."""

    free = frozenset({"sell", "pay", "done"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._event = ""
        self._sale = ""
        self.basket: list[BasketLine] = []
        self._last_basket: list[BasketLine] = []
        self._amount = ""
        self._tendered = 0
        self._preset = True
        self.tickets: list[Sold] = []
        """What the last sale sold."""
        self.voided: set[str] = set()
        """Those of its orders that became void before the buyer had them."""
        self._done_until = 0
        self.touches = {
            "choose_event": self._choose_event,
            "add": self._add,
            "more": self._more,
            "less": self._less,
            "clear_basket": self._clear_basket,
            "repeat_last": self._repeat_last,
            "pay": self._pay,
            "exact": self._exact,
            "note": self._note,
            "cash": self._cash,
            "next": self._next,
        }
        self.handlers = {SaleDone: self._on_sale}
        self.keys = {"pay": self._key_pay}
        self.backs = {"pay": self._leave_pay, "done": self._leave_done}
        self.declined = {"Complete": self._complete_declined}

    def forget(self) -> None:
        """No basket, and no last one to repeat."""
        self.basket, self._last_basket, self._sale = [], [], ""

    def tick(self) -> None:
        """The result of a sale makes way for the next one."""
        if self.flow.screen == "done" and self.flow.monotonic >= self._done_until:
            self.flow.home()

    def shop_changed(self) -> None:
        """What can be sold is another: the event shown and the basket must still be of it."""
        events = self.flow.shop.events
        ids = [e.id for e in events]
        if self._event not in ids:
            sellable = [e.id for e in events if e.answer.can]
            self._event = (sellable or ids or [""])[0]
        offered = {(e.id, p.id) for e in events for p in e.packages}
        if self.flow.screen in ("sell", "pay") and any(
            (b.event, b.package) not in offered for b in self.basket
        ):
            self.basket = [b for b in self.basket if (b.event, b.package) in offered]
            self.flow.say(phrase("A package is no longer on offer and was taken out."), "warn")
            self.flow.screen = "sell"

    # The basket -------------------------------------------------------------------------------------

    def shown(self) -> ShopEvent | None:
        """The event whose packages are offered."""
        return next((e for e in self.flow.shop.events if e.id == self._event), None)

    def _choose_event(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "sell" and any(e.id == touch.arg for e in self.flow.shop.events):
            self._event = touch.arg
        return []

    def _package(self, event_id: str, package_id: str) -> tuple[ShopEvent, Package] | None:
        for event in self.flow.shop.events:
            for package in event.packages:
                if (event.id, package.id) == (event_id, package_id):
                    return event, package
        return None

    def _add(self, touch: Touch) -> list[Command]:
        event = self.shown()
        if self.flow.screen == "done":
            self.flow.home()
        if self.flow.screen != "sell" or event is None:
            return []
        if self._package(event.id, touch.arg) is None:
            return []
        if not event.answer.can:
            self.flow.say(joined(event.answer.words, event.answer.hint), "warn")
            return []
        return self._put(BasketLine(event.id, touch.arg), touch.fresh)

    def _put(self, line: BasketLine, fresh: str) -> list[Command]:
        found = self._package(line.event, line.package)
        assert found is not None
        if self.basket and found[1].currency != self.currency():
            self.flow.say(phrase("One sale cannot mix currencies. Finish this sale first."), "warn")
            return []
        if sum(b.quantity for b in self.basket) + line.quantity > sale.LINES_MAX:
            self.flow.say(phrase("One sale holds at most {n} tickets.", n=sale.LINES_MAX), "warn")
            return []
        if not self.basket:
            self._sale = fresh
        for i, held in enumerate(self.basket):
            if (held.event, held.package) == (line.event, line.package):
                self.basket[i] = BasketLine(held.event, held.package, held.quantity + line.quantity)
                return []
        self.basket.append(line)
        return []

    def _at(self, touch: Touch) -> int | None:
        if self.flow.screen != "sell" or not touch.arg.isdecimal() or int(touch.arg) >= len(self.basket):
            return None
        return int(touch.arg)

    def _more(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        if i is None:
            return []
        return self._put(BasketLine(self.basket[i].event, self.basket[i].package), touch.fresh)

    def _less(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        if i is not None:
            held = self.basket[i]
            if held.quantity > 1:
                self.basket[i] = BasketLine(held.event, held.package, held.quantity - 1)
            else:
                del self.basket[i]
        return []

    def _clear_basket(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "sell":
            self.basket = []
        return []

    def _repeat_last(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "done":
            self.flow.home()
        if self.flow.screen == "sell" and not self.basket:
            for line in self._last_basket:
                if self._package(line.event, line.package) is not None:
                    self._put(line, touch.fresh)
        return []

    def _sum(self, of: str) -> int:
        total = 0
        for line in self.basket:
            found = self._package(line.event, line.package)
            total += getattr(found[1], of) * line.quantity if found else 0
        return total

    def _due(self) -> int:
        return self._sum("price")

    def currency(self) -> str:
        """Of the basket, or of the event shown."""
        for line in self.basket:
            found = self._package(line.event, line.package)
            if found:
                return found[1].currency
        event = self.shown()
        return event.currency if event else "USD"

    # Payment ----------------------------------------------------------------------------------------

    def _pay(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "sell" or not self.basket:
            return []
        for event_id in dict.fromkeys(b.event for b in self.basket):
            event = next(e for e in self.flow.shop.events if e.id == event_id)
            if not event.answer.can:
                self.flow.say(joined(event.answer.words, event.answer.hint), "warn")
                return []
        self.flow.screen, self._amount, self._tendered, self._preset = "pay", "", self._due(), True
        return []

    def _key_pay(self, key: str) -> list[Command]:
        if key == "enter":
            return self._cash(Touch("cash"))
        if self._preset:
            self._amount, self._preset = "", False
        if key in ("back", "clear") or (
            (key.isdecimal() or (key == "." and "." not in self._amount))
            and len(self._amount) < AMOUNT_CHARS_MAX
        ):
            before, self._amount = self._amount, typed(self._amount, key)
            given = _minor(self._amount, self.currency())
            if given is None:
                self._amount = before
            else:
                self._tendered = given
        return []

    def _exact(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "pay":
            self._amount, self._tendered, self._preset = "", self._due(), True
        return []

    def _note(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "pay" and touch.arg.isdecimal() and len(touch.arg) <= AMOUNT_CHARS_MAX:
            self._amount, self._tendered, self._preset = "", int(touch.arg), True
        return []

    def _cash(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "pay":
            return []
        if self._tendered < self._due():
            self.flow.say(phrase("That is not enough."), "warn")
            return []
        self.flow.waiting = "Complete"
        return [Complete(self._sale, tuple(self.basket), self.flow.operator, self._tendered)]

    def _leave_pay(self) -> list[Command]:
        self.flow.screen = "sell"
        return []

    def _complete_declined(self, _event: Declined) -> None:
        self.flow.screen = "sell"

    # The sale ---------------------------------------------------------------------------------------

    def _on_sale(self, event: SaleDone) -> list[Command]:
        self.flow.waiting = ""
        self._last_basket, self.basket, self._sale = self.basket, [], ""
        self.tickets, self.voided = list(event.tickets), set()
        return self.flow.printing.begin(event.tickets)

    def sold(self) -> bool:
        """Every ticket of the sale is out or void: show what the buyer has. False where nothing is left of it."""
        if all(t.line.order in self.voided for t in self.tickets):
            return False
        self.flow.screen, self._done_until = "done", self.flow.monotonic + DONE_MS
        return True

    def _leave_done(self) -> list[Command]:
        self.flow.home()
        return []

    def _next(self, _touch: Touch) -> list[Command]:
        return self._leave_done() if self.flow.screen == "done" else []

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``events``, ``event``, ``packages``, ``basket``, ``pay``, ``done``."""
        event = self.shown()
        return {
            "events": [
                {
                    "id": e.id,
                    "name": e.name,
                    "number": e.number,
                    "selected": e.id == self._event,
                    "state_words": phrase("On sale") if e.answer.can else e.answer.words,
                }
                for e in self.flow.shop.events
            ],
            "event": self._view_event(event),
            "packages": self._view_packages(event),
            "basket": self._view_basket(),
            "pay": self._view_pay(),
            "done": self._view_done(),
        }

    def _view_event(self, event: ShopEvent | None) -> dict[str, Any]:
        if event is None:
            return {
                "id": "",
                "name": "",
                "venue": "",
                "jackpot": "",
                "can_sell": False,
                "why_not": "",
                "test": False,
            }
        return {
            "id": event.id,
            "name": event.name,
            "venue": event.venue,
            "jackpot": event.jackpot,
            "can_sell": event.answer.can,
            "why_not": "" if event.answer.can else joined(event.answer.words, event.answer.hint),
            "test": False,
        }

    def _view_packages(self, event: ShopEvent | None) -> list[dict[str, Any]]:
        if event is None:
            return []
        return [
            {
                "id": p.id,
                "index": i,
                "name": p.name,
                "tickets": p.ticket_count,
                "price": self.flow.money(p.price, p.currency),
                "description": p.description,
                "enabled": event.answer.can and p.ticket_count <= event.left,
            }
            for i, p in enumerate(event.packages)
        ]

    def _view_basket(self) -> dict[str, Any]:
        lines = []
        for i, line in enumerate(self.basket):
            found = self._package(line.event, line.package)
            if found is None:
                continue
            event, package = found
            lines.append(
                {
                    "index": i,
                    "package": package.name,
                    "event": event.name,
                    "tickets": package.ticket_count * line.quantity,
                    "price": self.flow.money(package.price * line.quantity, package.currency),
                    "quantity": line.quantity,
                }
            )
        due = self._due()
        return {
            "lines": lines,
            "count": self._sum("ticket_count"),
            "total": self.flow.money(due),
            "total_minor": due,
            "empty": not self.basket,
            "can_repeat": any(self._package(b.event, b.package) is not None for b in self._last_basket),
        }

    def _view_pay(self) -> dict[str, Any]:
        text = self.flow.money
        due, given = self._due(), self._tendered if self.flow.screen == "pay" else 0
        change = max(0, given - due)
        return {
            "due": text(due),
            "due_minor": due,
            "entered": self._amount,
            "tendered": text(given),
            "change": text(change),
            "change_minor": change,
            "change_words": text(change) if change else phrase("No change"),
            "notes": [{"amount": n, "label": text(n)} for n in _notes(due, self.currency())],
            "enough": given >= due,
        }

    def _view_done(self) -> dict[str, Any]:
        text = self.flow.money
        kept = [t.line for t in self.tickets if t.line.order not in self.voided]
        currency = kept[0].currency if kept else ""
        change = self.tickets[0].fact.payment.change if self.tickets else 0
        return {
            "tickets": sum(line.count for line in kept),
            "numbers": numbers.words(sale.all_ranges(kept)),
            "validation": [numbers.show_validation(line.validation) for line in kept],
            "change": text(change, currency),
            "change_minor": change,
            "change_words": text(change, currency) if change else phrase("No change"),
            "total": text(sum(line.price for line in kept), currency),
        }


def _minor(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None where it cannot be one."""
    try:
        return money.minor(Decimal(text or "0"), currency)
    except (InvalidOperation, ValueError):
        return None


def _notes(due: int, currency: str) -> list[int]:
    """What a customer may well hand over for ``due``: rounded up to notes, minor units."""
    unit = int(1 / money.major(1, currency))
    found = sorted({-(-due // (n * unit)) * n * unit for n in NOTES_MAJOR} - {due})
    return found[:NOTES_MAX] if due else []
