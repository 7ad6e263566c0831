"""A flow with a shop before it, for the tests of its parts: what is touched, and what then stands on the screen."""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.catalog import CAN, Answer
from kiosk.flow import Flow
from kiosk.flow.said import (
    Command,
    Opened,
    PinAnswered,
    PrintEnded,
    SaleDone,
    ShopEvent,
    ShopSeen,
    Tick,
    Touch,
)
from kiosk.ledger import Sold
from shared import sale, wire
from shared.numbers import Range

PACKAGES = (
    wire.Package(id="p1", name="One", ticket_count=1, price=500, currency="USD"),
    wire.Package(id="p2", name="Yen", ticket_count=2, price=700, currency="JPY"),
)
CUP = ShopEvent(
    "e1", 1, "Cup", "Park", "$900.00", "USD", "en_US", CAN, "active", 10**9, cut=False, settled=False, left=9, low=True,
    packages=PACKAGES, organisation="Trust",
)  # fmt: skip
DERBY = msgspec.structs.replace(
    CUP,
    id="e2",
    number=2,
    name="Derby",
    packages=(wire.Package(id="p3", name="Three", ticket_count=3, price=1_200, currency="USD"),),
)
STAFF = (("o1", "Ada"), ("o2", "Ben"))


def shop(answer: Answer = CAN, *events: ShopEvent) -> ShopSeen:
    """What is on sale: one event, unless others are named."""
    offered = events or (msgspec.structs.replace(CUP, answer=answer),)
    return ShopSeen(CAN, "enabled", "North", STAFF, offered)


def asking(event: ShopEvent = CUP, **policies: object) -> ShopEvent:
    """The event with policies of its own."""
    return msgspec.structs.replace(event, policies=wire.Policies(**policies))  # type: ignore[arg-type]


def sold(order: str = "x") -> Sold:
    """A ticket of a sale."""
    line = sale.Line(
        order=order, event="e1", package="p1", ranges=(Range("a", 7, 1),), price=500, currency="USD",
        validation="0" * 16,
    )  # fmt: skip
    payment = sale.Payment(method="cash", amount=500, tendered=1_000, change=500)
    return Sold(sale.Sale(sale="s", operator="o1", lines=(line,), payment=payment, catalog=(1, 1)), 0, 2, 0)


class Stage:
    """A flow, and somebody who touches it."""

    def __init__(self, *events: ShopEvent, mode: str = "attended", sell_mode: str = "runner") -> None:
        self.flow = Flow({"name": "t", "version": "0", "hash": "h"}, mode=mode, sell_mode=sell_mode)
        self.now = 0
        self.commands: list[Command] = []
        """What the last step wanted done."""
        for event in (Tick(0, 0), Opened(), shop(CAN, *events)):
            self.flow.handle(event)

    def tap(self, *touches: str) -> list[Command]:
        """Touch one thing after the other: ``name`` or ``name:arg``; the commands of all of them."""
        done: list[Command] = []
        for touch in touches:
            name, _, arg = touch.partition(":")
            done += self.flow.handle(Touch(name, arg, "fresh"))
        return done

    def type(self, text: str) -> list[Command]:
        """Type on the screen's own keyboard."""
        return self.tap(*(f"key:{c}" for c in text))

    def go(self, ms: int) -> list[Command]:
        """Time goes by."""
        self.now += ms
        return self.flow.handle(Tick(self.now, self.now))

    def log_on(self, operator: str = "o1", name: str = "Ada") -> list[Command]:
        """The PIN was right."""
        return self.flow.handle(PinAnswered(operator, name))

    def sell(self, order: str = "a") -> list[Command]:
        """The sale is journalled and its ticket comes out."""
        self.flow.handle(SaleDone((sold(order),)))
        return self.flow.handle(PrintEnded(order, 0, "confirmed"))

    @property
    def view(self) -> dict[str, Any]:
        """What stands on the screen."""
        return self.flow.view(self.now)

    def see(self, path: str) -> Any:
        """One thing of it, by its dotted path."""
        found: Any = self.view
        for part in path.split("."):
            found = found[part]
        return found


def counter(*events: ShopEvent, sell_mode: str = "runner") -> Stage:
    """An operator at work."""
    stage = Stage(*events, sell_mode=sell_mode)
    stage.log_on()
    return stage
