"""One operator's evening at one kiosk: whatever happens is done by touching its screen, as a person would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared import numbers
from shared.clock import Clock
from shared.errors import Fault
from syncserver.stage import Kiosk

ORDERS = 105
"""How many customers a kiosk serves in an evening."""
WARM_UP_ORDERS = 8
LATE_ORDERS = 5
"""The last customers of each kiosk come after the early bird."""
PICTURED_ORDER = 3
"""The customer whose screens are pictured."""
SYNC_S_MAX = 120
STEP_S_MAX = 30
CHOICES = (1, 2, 1, 0, 2, 1, 3, 2, 1, 1)
"""Which package each customer takes, over and over."""
PIN = "2468"
VERDICTS = ("genuine", "won", "paid", "void", "unknown", "forged", "other_event", "not_a_ticket")


def wait_until(clock: Clock, holds: Callable[[], bool], seconds_max: float, words: str) -> None:
    """Look again and again; ``Fault`` with ``words`` where it does not hold in time."""
    deadline = clock.monotonic_ms() + seconds_max * 1000
    pause = threading.Event()
    while not holds():
        if clock.monotonic_ms() > deadline:
            raise Fault("evening.wait", words)
        pause.wait(0.2)


@dataclass
class Evening:
    """What one scripted operator did, as the kiosk's screen and printer told."""

    kiosk: Kiosk
    clock: Clock
    pictures: Callable[[str], None]
    """Files a picture of the screen under a name."""
    sold: Callable[[], None]
    """Called after each order."""
    early_bird_ms: int
    """When the early bird ends."""
    orders: set[str] = field(default_factory=set)
    """Validation numbers that the screen showed as sold."""
    void: set[str] = field(default_factory=set)

    def enrol(self, code: str, enable: Callable[[], None]) -> None:
        """Type the one-time code; an enrolled kiosk may do nothing before the office enables it."""
        door = self.kiosk.door
        door.wait(screen="enrol")
        door.tap("focus:code", *(f"key:{c}" for c in code if c.isalnum()))
        self.pictures("enrol")
        door.tap("enrol")
        door.wait(screen="blocked")
        self.pictures("not-enabled-yet")
        enable()
        door.tap("retry")
        door.wait(SYNC_S_MAX, screen="attract")
        self.log_on()

    def log_on(self, until: Sequence[str] = ("sell",)) -> None:
        """Choose the first operator and type the PIN."""
        door = self.kiosk.door
        self.pictures("attract")
        door.tap("begin", "choose_operator:0", *(f"key:{digit}" for digit in PIN))
        self.pictures("pin")
        door.tap("key:enter")
        door.wait(screen=list(until))

    def hear_of_close(self, close_ms: int) -> None:
        """Sync by hand, and wait until the kiosk has heard of the new closing time."""
        self.kiosk.door.tap("open_sync", "sync_now")

        def heard() -> bool:
            left_s = self.kiosk.door.view()["status"]["closes_in_s"]
            return left_s is not None and left_s * 1000 < close_ms - self.clock.now_ms() + 3_000

        self.wait_until(heard, SYNC_S_MAX, "did not hear of the new closing time")
        self.pictures("sync")
        self.kiosk.door.tap("back")
        self.kiosk.door.wait(screen="sell")

    def sell(self, orders: int) -> None:
        """Serve so many customers, one order each."""
        for _ in range(orders):
            if len(self.orders) == ORDERS - LATE_ORDERS:
                left_s = max(0, self.early_bird_ms - self.clock.now_ms()) / 1000
                self.wait_until(
                    self._early_bird_is_over, left_s + STEP_S_MAX, "came to no end of the early bird"
                )
            self.touch_a_sale()
            self.finish()
            self.sold()

    def _early_bird_is_over(self) -> bool:
        return self.clock.now_ms() > self.early_bird_ms + 1_000

    def touch_a_sale(self) -> None:
        """Everything up to the last touch: package, pay, cash."""
        door = self.kiosk.door
        package = CHOICES[len(self.orders) % len(CHOICES)]
        door.tap(f"add:{package}")
        door.wait(basket__empty=False)
        pictured = len(self.orders) == PICTURED_ORDER
        if pictured:
            self.pictures("sell")
        door.tap("pay")
        door.wait(screen="pay", pay__enough=True)
        if pictured:
            self.pictures("pay")
        door.tap("cash")

    def finish(self) -> None:
        """Wait until the ticket is out and go on to the next customer."""
        door = self.kiosk.door
        view = door.wait(STEP_S_MAX, screen=["done", "print_problem"])
        if view["screen"] == "print_problem":
            raise Fault("evening.print", f"{self.kiosk.name}: {view['print_problem']}")
        self.orders.update(map(_plain, view["done"]["validation"]))
        if len(self.orders) == PICTURED_ORDER + 1:
            self.pictures("done")
        door.tap("next")
        door.wait(screen="sell")

    def with_a_power_cut(self) -> None:
        """Killed while a ticket prints; started again, it asks, and goes on as if nothing had been."""
        self.sell(30)
        self.void_and_reprint()
        before = len(self.kiosk.receipts())
        self.kiosk.printer(ms_per_line=40)
        self.touch_a_sale()
        self.kiosk.door.wait(screen="printing")
        self.pictures("printing")
        self.kiosk.kill()
        self.kiosk.printer(ms_per_line=0)
        self.kiosk.switch_on()
        door = self.kiosk.door
        door.wait(STEP_S_MAX, screen=["attract", "sell", "print_problem"])
        if door.view()["screen"] == "attract":
            self.log_on(until=["sell", "print_problem"])
        view = door.view()
        if view["screen"] != "print_problem":
            raise Fault("evening.power", f"After the power cut {self.kiosk.name} shows {view['screen']}.")
        self.pictures("did-it-print")
        self.orders.add(_plain(view["print_problem"]["validation"]))
        if len(self.kiosk.receipts()) > before:
            door.tap("print_yes")
        else:
            door.tap("print_retry")
        self.settled()
        self.sell(ORDERS - WARM_UP_ORDERS - 31)

    def off_line(self) -> None:
        """From the first sale to the close without a network."""
        self.sell(ORDERS - 10)
        self.void_and_reprint()
        self.sell(10)
        self.kiosk.door.tap("open_sync")
        self.kiosk.door.wait(screen="sync")
        self.pictures("sync-off-line")
        self.kiosk.door.tap("back")

    def without_paper(self) -> None:
        """The paper ends in the middle of a ticket; it is refilled, and the ticket printed again."""
        self.sell(40)
        self.kiosk.printer(paper_out_at_byte=300)
        self.touch_a_sale()
        door = self.kiosk.door
        view = door.wait(STEP_S_MAX, screen="print_problem")
        self.pictures("paper-out")
        self.orders.add(_plain(view["print_problem"]["validation"]))
        self.kiosk.printer(paper="ok", paper_out_at_byte=None)
        door.wait(STEP_S_MAX, status__printer_ok=True)
        door.tap("print_retry")
        self.settled()
        self.void_and_reprint()
        self.sell(ORDERS - 41)

    def settled(self) -> None:
        """A print that was in doubt has been answered for; on to the next customer."""
        self.kiosk.door.wait(STEP_S_MAX, screen=["done", "sell"])
        self.home()
        self.sold()

    def void_and_reprint(self) -> None:
        """A customer changes their mind; another lost the ticket."""
        door = self.kiosk.door
        changed, lost = sorted(self.orders - self.void)[:2]
        self.look_up(changed)
        door.tap("open_void")
        view = door.wait(screen="void")
        door.tap(f"void_reason:{view['void']['reasons'][0]['code']}")
        self.pictures("void")
        door.tap("void_confirm")
        door.wait(STEP_S_MAX, lookup__result__verdict="void")
        self.void.add(changed)
        self.pictures("voided")
        self.look_up(lost)
        self.pictures("look-up")
        before = len(self.kiosk.receipts())
        door.tap("reprint")
        door.wait(STEP_S_MAX, screen=["done", "lookup", "sell"], busy=False)
        self.wait_until(lambda: len(self.kiosk.receipts()) > before, STEP_S_MAX, "did not print the copy")
        self.home()

    def look_up(self, validation: str) -> None:
        """Type a validation number at the look-up screen."""
        door = self.kiosk.door
        self.home()
        door.tap("open_lookup", *(f"key:{c}" for c in validation), "look_up")
        door.wait(lookup__result__validation=numbers.show_validation(validation))

    def home(self) -> None:
        """Back to the sale screen, from wherever; a screen may also move on by itself."""
        door = self.kiosk.door

        def there() -> bool:
            screen = door.view()["screen"]
            if screen in {"sell", "closed"}:
                return True
            door.touch("next" if screen == "done" else "back")
            return False

        self.wait_until(there, STEP_S_MAX, "does not find back to its sale screen")

    def validate_off_line(self, ticket: str) -> None:
        """A winner at a kiosk whose network is down: it knows the results of its last contact."""
        door = self.kiosk.door

        def known() -> bool:
            # On line the office would answer; what the kiosk itself has heard shows without a network.
            self.kiosk.wire.cut()
            door.wait(SYNC_S_MAX, status__network="offline")
            self.home()
            if self.scanned(ticket) == "won":
                return True
            self.kiosk.wire.mend()
            self.home()
            door.tap("sync_now")
            door.wait(SYNC_S_MAX, status__network="online")
            return False

        self.wait_until(known, SYNC_S_MAX, "did not hear of the results")
        self.pictures("winner-off-line")

    def wait_until(self, holds: Callable[[], bool], seconds_max: float, words: str) -> None:
        """Look again and again; ``Fault`` that says what the kiosk did not do."""
        wait_until(self.clock, holds, seconds_max, f"{self.kiosk.name} {words}.")

    def scanned(self, ticket: str) -> str:
        """What the kiosk says of a code held before its scanner."""
        self.kiosk.scan(ticket)
        view = self.kiosk.door.wait(STEP_S_MAX, screen="lookup", lookup__result__verdict=list(VERDICTS))
        return str(view["lookup"]["result"]["verdict"])


def _plain(validation: str) -> str:
    return validation.replace("-", "")
