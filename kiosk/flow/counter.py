"""The selling side of the journey: events, packages, the basket, and the sale that was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part
from kiosk.flow.said import Command, SaleDone, ShopEvent, Touch
from kiosk.ledger import Sold
from kiosk.till import BasketLine
from kiosk.words import joined, phrase
from shared import numbers, sale
from shared.wire import Package

if TYPE_CHECKING:
    from kiosk.flow import Flow

DONE_MS = 4_000
"""How long the result of a sale stands before the next one."""
CHANGE_MS = 10_000
"""The same where an attendant came to a buyer and owes them change."""
TIMES = (1, 2, 5, 10)
"""How many of a package one touch may add."""
SELL_MODES = ("runner", "fast")
BASKET_SCREENS = ("sell", "events")
"""Where an operator has a basket and nobody has paid for it."""


class Counter(Part):
    """From the choice of an event to the buyer's tickets and change."""

    free = frozenset({"sell", "events", "done"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._event = ""
        self.sale = ""
        """The sale's id, made when its basket opened."""
        self._times = 1
        self._chose_event = False
        """The operator has said which event they sell."""
        self.basket: list[BasketLine] = []
        self.test = False
        """The basket is a test of events that have not opened yet (E5): no money is taken for it."""
        self._last_basket: list[BasketLine] = []
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
            "next": self._next,
            "open_events": self._open_events,
            "times": self._choose_times,
            "sell_mode": self._choose_mode,
            "lock": self._lock,
        }
        self.handlers = {SaleDone: self._on_sale}
        self.backs = {"done": self._leave_done, "events": self._leave_events}

    def forget(self) -> None:
        """No basket, and no last one to repeat."""
        self.basket, self._last_basket, self.sale = [], [], ""
        self.test = False
        self._times, self._chose_event = 1, False

    def tick(self) -> None:
        """The result of a sale makes way for the next one, and a test for the opening."""
        self._end_test()
        self._end_sales()
        if self.flow.screen == "done" and self.flow.monotonic >= self._done_until:
            self.flow.home()

    def shop_changed(self) -> None:
        """What can be sold is another: the event shown and the basket must still be of it."""
        events = self.flow.shop.events
        ids = [e.id for e in events]
        if self._event not in ids:
            sellable = [e.id for e in events if e.answer.can] or [e.id for e in events if e.test]
            self._event = (sellable or ids or [""])[0]
        self._end_test()
        self._end_sales()
        offered = {(e.id, p.id) for e in events for p in e.packages}
        selling = self.flow.screen in ("sell", "pay", "customer", "age", "choose", "review", "attend")
        if selling and any((b.event, b.package) not in offered for b in self.basket):
            self.basket = [b for b in self.basket if (b.event, b.package) in offered]
            self.flow.say(phrase("A package is no longer on offer and was taken out."), "warn")
            if self.flow.service.serving:
                self.flow.do(self.flow.service.back())
            if self.flow.service.alone:
                self.flow.screen = "review" if self.basket else "choose"
            else:
                self.flow.screen = "sell"

    def _end_test(self) -> None:
        """A test that can no longer be sold is put away, before somebody takes it for a sale."""
        if not self.test or not self.basket or self.flow.waiting:
            return
        over = next((e for e in self.basket_events() if not e.test), None)
        if over is None:
            return
        self._clear()
        if self.flow.screen == "pay":
            self.flow.screen = "sell"
        words = phrase("The test of {event} was put away.", event=over.name)
        if over.answer.can:
            words = phrase("{event} is on sale now. The test was put away.", event=over.name)
        self.flow.say(words, "warn")

    def _end_sales(self) -> None:
        """What can no longer be sold leaves the basket, where no money is on the table yet."""
        if not self.basket or self.test or self.flow.waiting or self.flow.screen not in BASKET_SCREENS:
            return
        over = {e.id: e.answer.words for e in self.basket_events() if e.answer.code == "closed"}
        if not over:
            return
        self.basket = [line for line in self.basket if line.event not in over]
        self.flow.say(next(iter(over.values())), "warn")

    def _clear(self) -> None:
        self.basket, self.test = [], False

    # Events -----------------------------------------------------------------------------------------

    def lead(self) -> None:
        """An operator who begins to sell says first for which event, where there is a choice."""
        flow = self.flow
        if flow.screen == "sell" and not flow.operator:  # whatever led there: nobody sells without their PIN
            flow.screen = "attract"
        if flow.screen != "sell" or self._chose_event or flow.waiting:
            return
        self._chose_event = True
        events = flow.shop.events
        some = sum(e.answer.can for e in events) or sum(e.test for e in events)
        if some > 1 and not self.basket:
            flow.screen = "events"

    def show(self, event_id: str) -> None:
        """Offer this event's packages."""
        self._event = event_id

    def best(self) -> ShopEvent | None:
        """The event to show to whoever passes by: the one chosen, or another one that is on sale."""
        shown = self.shown()
        if shown is not None and shown.answer.can:
            return shown
        return next((e for e in self.flow.shop.events if e.answer.can), shown)

    def _open_events(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "sell":
            self.flow.screen = "events"
        return []

    def _leave_events(self) -> list[Command]:
        self.flow.screen = "sell"
        return []

    # The basket -------------------------------------------------------------------------------------

    def shown(self) -> ShopEvent | None:
        """The event whose packages are offered."""
        return next((e for e in self.flow.shop.events if e.id == self._event), None)

    def _choose_event(self, touch: Touch) -> list[Command]:
        if self.flow.screen in ("sell", "events", "choose") and any(
            e.id == touch.arg for e in self.flow.shop.events
        ):
            self._event = touch.arg
            if self.flow.screen == "events":
                self.flow.screen = "sell"
        return []

    def _choose_times(self, touch: Touch) -> list[Command]:
        if touch.arg in [str(n) for n in TIMES]:
            self._times = int(touch.arg)
        return []

    def _choose_mode(self, touch: Touch) -> list[Command]:
        if touch.arg in SELL_MODES and self.flow.operator:
            self.flow.sell_mode = touch.arg
        return []

    def _lock(self, _touch: Touch) -> list[Command]:
        if self.flow.screen not in ("sell", "events", "done") or not self.flow.operator:
            return []
        return self.flow.welcome.lock()

    def basket_events(self) -> list[ShopEvent]:
        """The events that the basket's packages are of, each once."""
        ids = {line.event for line in self.basket}
        return [e for e in self.flow.shop.events if e.id in ids]

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
        if self.flow.screen not in ("sell", "choose") or event is None:
            return []
        if self._package(event.id, touch.arg) is None:
            return []
        if not _offered(event):
            self.flow.say(joined(event.answer.words, event.answer.hint), "warn")
            return []
        times, self._times = self._times, 1
        if not self._put(BasketLine(event.id, touch.arg, times), touch.fresh):
            return []
        fast = self.flow.screen == "sell" and self.flow.sell_mode == "fast"
        return self._checkout() if fast else []

    def _put(self, line: BasketLine, fresh: str) -> bool:
        """Add to the basket; False where it does not go in, which was said."""
        found = self._package(line.event, line.package)
        assert found is not None
        if self.basket and found[1].currency != self.currency():
            self.flow.say(phrase("One sale cannot mix currencies. Finish this sale first."), "warn")
            return False
        if self.basket and found[0].test != self.test:
            self.flow.say(
                phrase("One sale cannot mix tests and real tickets. Finish this one first."), "warn"
            )
            return False
        if not self._paid_alike(found[0]):
            self.flow.say(
                phrase("{event} is not paid for like the rest. Finish this sale first.", event=found[0].name),
                "warn",
            )
            return False
        if sum(b.quantity for b in self.basket) + line.quantity > sale.LINES_MAX:
            self.flow.say(phrase("One sale holds at most {n} tickets.", n=sale.LINES_MAX), "warn")
            return False
        if not self.basket:
            self.flow.buyer.forget()
            self.sale, self.test = fresh, found[0].test
        for i, held in enumerate(self.basket):
            if (held.event, held.package) == (line.event, line.package):
                self.basket[i] = BasketLine(held.event, held.package, held.quantity + line.quantity)
                return True
        self.basket.append(line)
        return True

    def _paid_alike(self, event: ShopEvent) -> bool:
        """Whether there is a way to pay for it and for all that is in the basket; a test is not paid for."""
        held = [set(e.policies.payments) for e in self.basket_events()]
        return not held or event.test or bool(set(event.policies.payments).intersection(*held))

    def _at(self, touch: Touch) -> int | None:
        shown = self.flow.screen in ("sell", "choose", "review")
        if not shown or not touch.arg.isdecimal() or int(touch.arg) >= len(self.basket):
            return None
        return int(touch.arg)

    def _more(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        if i is not None:
            self._put(BasketLine(self.basket[i].event, self.basket[i].package), touch.fresh)
        return []

    def _less(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        if i is not None:
            held = self.basket[i]
            if held.quantity > 1:
                self.basket[i] = BasketLine(held.event, held.package, held.quantity - 1)
            else:
                del self.basket[i]
        if self.flow.screen == "review" and not self.basket:
            self.flow.screen = "choose"
        return []

    def _clear_basket(self, _touch: Touch) -> list[Command]:
        if self.flow.screen in ("sell", "choose", "review"):
            self._clear()
            self.flow.buyer.forget()
            if self.flow.screen == "review":
                self.flow.screen = "choose"
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

    def due(self) -> int:
        """What there is to pay for the basket, minor units; nothing for a test."""
        return 0 if self.test else self._sum("price")

    def currency(self) -> str:
        """Of the basket, or of the event shown."""
        for line in self.basket:
            found = self._package(line.event, line.package)
            if found:
                return found[1].currency
        event = self.shown()
        return event.currency if event else "USD"

    # To the money -----------------------------------------------------------------------------------

    def _pay(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen == "choose" and self.basket:
            flow.screen = "review"
            return []
        return self._checkout() if flow.screen in ("sell", "review") else []

    def _checkout(self) -> list[Command]:
        """What the events ask of the buyer, then the money."""
        if not self.basket:
            return []
        for event in self.basket_events():
            if not (event.test if self.test else event.answer.can):
                self.flow.say(joined(event.answer.words, event.answer.hint), "warn")
                return []
        return self.flow.payment.begin() if self.test else self.flow.buyer.proceed()

    def stay(self) -> None:
        """Back to the basket."""
        self.flow.screen = "review" if self.flow.service.alone else "sell"

    # The sale ---------------------------------------------------------------------------------------

    def _on_sale(self, event: SaleDone) -> list[Command]:
        self.flow.waiting = ""
        # A test is not repeated: it could be a sale by then.
        self._last_basket, self.sale = [] if self.test else self.basket, ""
        self._clear()
        self.flow.buyer.forget()
        self.flow.payment.forget()
        self.tickets, self.voided = list(event.tickets), set()
        return self.flow.printing.begin(event.tickets)

    def sold(self) -> bool:
        """Every ticket of the sale is out or void: show what the buyer has. False where nothing is left of it."""
        if all(t.line.order in self.voided for t in self.tickets):
            return False
        owed = self.flow.service.serving and self.tickets[0].fact.payment.change
        self.flow.screen, self._done_until = "done", self.flow.monotonic + (CHANGE_MS if owed else DONE_MS)
        return True

    def _leave_done(self) -> list[Command]:
        self.flow.home()
        return []

    def _next(self, _touch: Touch) -> list[Command]:
        return self._leave_done() if self.flow.screen == "done" else []

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``events``, ``event``, ``packages``, ``sell``, ``basket``, ``done``."""
        event = self.shown()
        return {
            "events": [
                {
                    "id": e.id,
                    "name": e.name,
                    "number": e.number,
                    "selected": e.id == self._event,
                    "state_words": _state_words(e),
                    "venue": e.venue,
                    "jackpot": e.jackpot,
                    "can_sell": _offered(e),
                    "left": phrase("{n} numbers left", n=e.left) if e.granted else "",
                }
                for e in self.flow.shop.events
            ],
            "event": self._view_event(event),
            "packages": self._view_packages(event),
            "basket": self._view_basket(),
            "sell": {
                "mode": self.flow.sell_mode,
                "times": self._times,
                "times_choices": list(TIMES),
                "can_repeat": self._can_repeat(),
            },
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
            "can_sell": _offered(event),
            "why_not": _why_not(event),
            "test": event.test,
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
                "enabled": _offered(event) and p.ticket_count <= event.left,
            }
            for i, p in enumerate(event.packages)
        ]

    def _can_repeat(self) -> bool:
        return any(self._package(b.event, b.package) is not None for b in self._last_basket)

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
        due = self.due()
        return {
            "lines": lines,
            "count": self._sum("ticket_count"),
            "total": self.flow.money(due),
            "total_minor": due,
            "empty": not self.basket,
            "can_repeat": self._can_repeat(),
        }

    def _view_done(self) -> dict[str, Any]:
        text = self.flow.money
        test = bool(self.tickets) and self.tickets[0].fact.test
        kept = [t.line for t in self.tickets if t.line.order not in self.voided]
        currency = kept[0].currency if kept else ""
        change = self.tickets[0].fact.payment.change if self.tickets else 0
        return {
            "tickets": sum(line.count for line in kept),
            "numbers": numbers.words(sale.all_ranges(kept)),
            "validation": [numbers.show_validation(line.validation) for line in kept],
            "change": text(change, currency),
            "change_minor": change,
            "change_words": _change_words(text(change, currency) if change else "", test=test),
            "total": text(0 if test else sum(line.price for line in kept), currency),
            "back_in_s": max(0, -(-(self._done_until - self.flow.monotonic) // 1000))
            if self.flow.screen == "done"
            else 0,
            "test": test,
        }


def _offered(event: ShopEvent) -> bool:
    """Something can be done with it now, be it a test."""
    return event.answer.can or event.test


def _state_words(event: ShopEvent) -> str:
    if event.answer.can:
        return phrase("On sale")
    return phrase("Not open yet: tests only") if event.test else event.answer.words


def _why_not(event: ShopEvent) -> str:
    """What is against selling it; for an event that can be tried, what that means."""
    if event.answer.can:
        return ""
    if event.test:
        return joined(
            event.answer.words, phrase("What you sell now is a TEST: take no money. It is in no draw.")
        )
    return joined(event.answer.words, event.answer.hint)


def _change_words(change: str, *, test: bool) -> str:
    if test:
        return phrase("Take no money")
    return change or phrase("No change")
