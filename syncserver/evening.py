"""One operator's evening at one kiosk: whatever happens is done by touching its screen, as a person would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
PICTURED_PACKAGES = (2, 1)
"""What that one takes."""
NOTE = 40_00
"""What that one gives: the first sum offered above what is due."""
SYNC_S_MAX = 120
STEP_S_MAX = 30
CHOICES = (1, 2, 1, 0, 2, 1, 3, 2, 1, 1)
"""Which package each customer takes, over and over."""
PIN = "2468"
SUPERVISOR_PIN = "8642"
FLOAT = 200_00
"""What lies in each drawer when its shift begins, minor units."""
TO_THE_SAFE = 100_00
PIECES = (100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00, 50, 25, 10, 5, 1)
"""Notes and coins of the currency that the event is sold in."""
CARD_EVERY, SPLIT_EVERY = 7, 11
"""Every so many customers pay by card, and with both."""
SPLIT_CARD = 3_00
"""What the card pays of a sale that is paid with both."""
TERMINAL_SLIP = "4711"
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
    early_bird_ms: int = 0
    """When the early bird ends."""
    orders: set[str] = field(default_factory=set)
    """Validation numbers that the screen showed as sold."""
    void: set[str] = field(default_factory=set)
    wrong: int = 0
    """By how much the drawer is over (or, below 0, short) at the close, minor units: wrong change was given."""
    reports: dict[str, Path] = field(default_factory=dict)
    """Pictures of the reports on paper, by ``x`` and ``z``."""
    shown_over: int | None = None
    """What the count's screen said at the close that the drawer is over."""
    drawer: int = 0
    """What ought to lie in the drawer by the operator's own reckoning, minor units."""
    _paid: dict[str, int] = field(default_factory=dict)
    """What each order left in the drawer."""
    _cash: list[int] = field(default_factory=list)
    """What each order of the sale at hand leaves in the drawer."""
    _pictured: bool = False

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

    def begin(self, early_bird_ms: int) -> None:
        """Once an event is on sale and its numbers are here: log on and count the float."""
        self.early_bird_ms = early_bird_ms
        self.kiosk.door.wait(SYNC_S_MAX, screen="attract", attract__can_sell=True)
        self.log_on(until=["count"])
        self.open_shift()

    def log_on(self, until: Sequence[str] = ("sell",)) -> None:
        """Choose the first operator and type the PIN."""
        door = self.kiosk.door
        self.pictures("attract")
        door.tap("begin", "choose_operator:0", *(f"key:{digit}" for digit in PIN))
        self.pictures("pin")
        door.tap("key:enter")
        door.wait(STEP_S_MAX, screen=list(until))

    # The shift --------------------------------------------------------------------------------------

    def open_shift(self) -> None:
        """Count the float, note by note."""
        self.count_out(FLOAT)
        self.pictures("float")
        self.kiosk.door.tap("count_confirm")
        self.kiosk.door.wait(STEP_S_MAX, screen="sell")
        self.drawer = FLOAT

    def count_out(self, amount: int) -> None:
        """Type how many there are of each note and coin, the largest first."""
        door = self.kiosk.door
        left = amount
        for index, value in enumerate(PIECES):
            count, left = divmod(left, value)
            if count:
                door.tap(f"count_focus:{index}", *(f"key:{digit}" for digit in str(count)))
        door.wait(count__total_minor=amount)

    def to_the_safe(self) -> None:
        """Half-time: the large notes go to the safe, and a report says where the shift stands."""
        door = self.kiosk.door
        self.home()
        door.tap("open_shift")
        door.wait(screen="shift")
        self.pictures("shift")
        door.tap("move_cash:out", *(f"key:{digit}" for digit in str(TO_THE_SAFE // 100)), "move_reason:safe")
        self.pictures("cash-to-the-safe")
        door.tap("move_confirm")
        door.wait(STEP_S_MAX, screen="shift")
        self.drawer -= TO_THE_SAFE
        door.tap("x_report")
        door.wait(STEP_S_MAX, screen="report", report__kind="x")
        door.tap("print_report")
        self.on_paper("x")
        door.tap("report_done")
        door.wait(screen="shift")
        self.home()

    def close_shift(self) -> None:
        """The drawer is counted blind, with what is missing or too much; then the Z report, and nobody is logged on."""
        door = self.kiosk.door
        door.tap("close_shift")
        door.wait(STEP_S_MAX, screen="count", count__expected="")
        self.count_out(self.drawer + self.wrong)
        self.pictures("count")
        door.tap("count_confirm")
        view = door.wait(STEP_S_MAX, count__can_again=True)
        self.shown_over = int(view["count"]["over_minor"])
        self.pictures("counted")
        door.tap("count_confirm")
        door.wait(STEP_S_MAX, screen="report", report__kind="z")
        self.on_paper("z")
        door.tap("report_done")
        door.wait(STEP_S_MAX, screen="attract")

    def on_paper(self, kind: str) -> None:
        """A report came out of the printer."""
        self.kiosk.door.wait(STEP_S_MAX, report__print_state="printed")
        self.pictures(f"{kind}-report")
        self.reports[kind] = self.kiosk.receipts()[-1]

    # The customers ----------------------------------------------------------------------------------

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
        """Everything up to the last touch: package, pay, and how it is paid."""
        door = self.kiosk.door
        self._pictured = len(self.orders) == PICTURED_ORDER
        packages = (CHOICES[len(self.orders) % len(CHOICES)],)
        self._choose(PICTURED_PACKAGES if self._pictured else packages)
        customer = len(self.orders) + 1
        if self._pictured:
            self.pictures("sell")
        door.tap("pay")
        view = door.wait(screen="pay", pay__enough=True)
        if self._pictured:
            door.tap("note:0")
            door.wait(STEP_S_MAX, pay__change_minor=NOTE - int(view["pay"]["due_minor"]))
            self.pictures("pay")
        elif customer % CARD_EVERY == 0:
            door.tap("pay_method:card", *(f"key:{c}" for c in TERMINAL_SLIP))
            self._cash = [0]
        elif customer % SPLIT_EVERY == 0:
            door.tap("pay_method:split", *(f"key:{c}" for c in str(SPLIT_CARD // 100)), "focus:reference")
            door.tap(*(f"key:{c}" for c in TERMINAL_SLIP))
            self._cash[0] -= SPLIT_CARD
        door.wait(pay__can_complete=True)
        if customer in (CARD_EVERY, SPLIT_EVERY):
            self.pictures("card" if customer == CARD_EVERY else "split")
        door.tap("cash")

    def _choose(self, packages: Sequence[int]) -> None:
        """Put these into the basket, and reckon what each of them costs."""
        self._cash = []
        for at, package in enumerate(packages):
            self.kiosk.door.tap(f"add:{package}")
            view = self.kiosk.door.wait(**{f"basket__lines__{at}__quantity": 1})
            self._cash.append(int(view["basket"]["total_minor"]) - sum(self._cash))

    def finish(self) -> None:
        """Wait until the ticket is out and go on to the next customer."""
        door = self.kiosk.door
        view = door.wait(STEP_S_MAX, screen=["done", "print_problem"])
        if view["screen"] == "print_problem":
            raise Fault("evening.print", f"{self.kiosk.name}: {view['print_problem']}")
        self.has_sold(*view["done"]["validation"])
        if self._pictured:
            self.pictures("done")
        # A slow machine may come too late to touch it: the screen goes on by itself after some seconds.
        door.touch("next")
        door.wait(screen=["sell", "attract"])

    def has_sold(self, *validations: str) -> None:
        """The screen says that the sale at hand is made."""
        for validation, cash in zip(map(_plain, validations), self._cash, strict=True):
            self.orders.add(validation)
            self._paid[validation] = cash
            self.drawer += cash

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
        self.has_sold(view["print_problem"]["validation"])
        if len(self.kiosk.receipts()) > before:
            door.tap("print_yes")
        else:
            door.tap("print_retry")
        self.settled()
        self.to_the_safe()
        self.sell(ORDERS - WARM_UP_ORDERS - 31)

    def off_line(self) -> None:
        """From the first sale to the close without a network."""
        self.sell(50)
        self.to_the_safe()
        self.sell(ORDERS - 60)
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
        self.has_sold(view["print_problem"]["validation"])
        self.kiosk.printer(paper="ok", paper_out_at_byte=None)
        door.wait(STEP_S_MAX, status__printer_ok=True)
        door.tap("print_retry")
        self.settled()
        self.void_and_reprint()
        self.sell(10)
        self.loses_its_scanner()
        self.to_the_safe()
        self.with_an_open_cover()
        self.serves_itself()
        self.sell(ORDERS - 53)

    def loses_its_scanner(self) -> None:
        """Somebody steps on the cable; it is said, and heals when the plug is in again."""
        self.kiosk.unplug_scanner()
        self.kiosk.door.wait(STEP_S_MAX, status__scanner_ok=False)
        self.pictures("no-scanner")
        self.kiosk.plug_scanner_in()
        self.kiosk.door.wait(STEP_S_MAX, status__scanner_ok=True)

    def with_an_open_cover(self) -> None:
        """The cover is opened before a ticket: nothing came out, and once it is closed the ticket is printed."""
        door = self.kiosk.door
        self.kiosk.printer(cover="open")
        door.wait(STEP_S_MAX, status__printer_ok=False)
        self.touch_a_sale()
        view = door.wait(STEP_S_MAX, screen="print_problem")
        self.pictures("cover-open")
        self.has_sold(view["print_problem"]["validation"])
        self.kiosk.printer(cover="closed")
        door.wait(STEP_S_MAX, status__printer_ok=True)
        door.tap("print_retry")
        self.settled()

    def serves_itself(self) -> None:
        """Buyers serve themselves for a while: one chooses alone, calls for help, and an attendant takes the money."""
        door = self.kiosk.door
        self._serve("self_service")
        door.tap("log_off")
        door.wait(STEP_S_MAX, screen="attract")
        self.pictures("self-service")
        door.tap("begin")
        door.wait(STEP_S_MAX, screen="choose")
        self._choose([2])
        door.tap("call_attendant")
        door.wait(STEP_S_MAX, attendant__called=True)
        self.pictures("choose")
        door.tap("review")
        door.wait(STEP_S_MAX, screen="review")
        self.pictures("review")
        door.tap("pay")
        door.wait(STEP_S_MAX, screen="attend")
        self.pictures("attend")
        self._attends("pay")
        self._pictured = False
        door.tap("cash")
        self.finish()
        self.sold()
        door.wait(STEP_S_MAX, screen="attract")
        self._attends("sell")
        self._serve("attended")

    def _attends(self, screen: str) -> None:
        """The operator comes to a kiosk at which buyers serve themselves."""
        door = self.kiosk.door
        door.tap("attendant_here", "approve_operator:0", *(f"key:{digit}" for digit in PIN), "key:enter")
        door.wait(STEP_S_MAX, screen=screen)

    def _serve(self, mode: str) -> None:
        """A supervisor changes who serves."""
        door = self.kiosk.door
        door.tap("open_sync", "open_settings")
        door.wait(STEP_S_MAX, approve__open=True)
        door.tap(*(f"key:{digit}" for digit in SUPERVISOR_PIN), "key:enter")
        door.wait(STEP_S_MAX, screen="settings")
        door.tap(f"set:mode:{mode}")
        door.wait(STEP_S_MAX, mode=mode, busy=False)
        self.pictures("settings")
        self.home()

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
        door.wait(STEP_S_MAX, approve__open=True)
        door.tap(*(f"key:{digit}" for digit in SUPERVISOR_PIN))
        self.pictures("supervisor")
        door.tap("key:enter")
        door.wait(STEP_S_MAX, lookup__result__verdict="void")
        self.void.add(changed)
        self.drawer -= self._paid[changed]
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
