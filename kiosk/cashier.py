"""What the screens want of the shift and its cash, carried out: facts in the journal, the drawer kicked, reports printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kiosk.flow import said as f
from kiosk.ledger import Sold
from kiosk.pins import Pins
from kiosk.shifts import Report, Shifts, ShiftsSeen
from kiosk.till import Till
from kiosk.words import Say, joined
from shared import shift
from shared.clock import Clock
from shared.errors import Fault
from shared.sale import ShiftSum

if TYPE_CHECKING:
    from hardware.printer import Document


OpenedFor = Literal["sale", "void", "payout", "count", "moved", "no_sale"]


class Devices(Protocol):
    """What the printer is asked to do."""

    def kick(self) -> None:
        """Open the cash drawer; nobody waits for it."""
        ...

    def print_page(self, document: Document, ended: Callable[[f.PageEnded], None]) -> None:
        """Print a document; ``ended`` is told what became of it."""
        ...


class Cashier:
    """Carries out the shift's commands. It belongs to the thread of its till."""

    def __init__(
        self,
        till: Till,
        clock: Clock,
        devices: Devices,
        handle: Callable[[f.Event], None],
        appended: Callable[[], None],
        *,
        drawer: bool,
        paper_mm: int,
        kiosk: str,
        say: Callable[[], tuple[Say, str]],
    ) -> None:
        """``say`` tells how reports are said now, and in which language; ``appended`` that the journal has grown."""
        self._till, self._devices = till, devices
        self._handle, self._appended = handle, appended
        self._drawer, self._paper_mm, self._kiosk, self._say = drawer, paper_mm, kiosk, say
        self._clock = clock
        self.shifts = Shifts(till, clock)
        self.pins = Pins(till.journal.store, till.shelf)
        self._seen: ShiftsSeen | None = None
        self.commands: dict[type, Callable[[Any], None]] = {
            f.CheckApproval: self._check_approval,
            f.OpenShift: self._open_shift,
            f.CountCash: self._count_cash,
            f.CloseShift: self._close_shift,
            f.MoveCash: self._move_cash,
            f.OpenDrawer: self._open_drawer,
            f.MakeReport: self._make_report,
            f.PrintReport: self._print_report,
        }

    def refresh(self) -> None:
        """Show how the drawer stands, where that has changed."""
        seen = self.shifts.seen(drawer=self._drawer)
        if seen != self._seen:
            self._seen = seen
            self._handle(seen)

    # PINs -------------------------------------------------------------------------------------------

    def _check_approval(self, command: f.CheckApproval) -> None:
        tried = self.pins.check(command.operator, command.pin, self._till.watch.now())
        if tried.locked_now:
            self._till.critical("PIN_LOCKED", "WARN", command.operator)
            self._appended()
        who = tried.operator.id if tried.operator is not None else ""
        self._handle(f.Approved(who, tried.wait_s, tried.locked))

    # The shift --------------------------------------------------------------------------------------

    def _open_shift(self, command: f.OpenShift) -> None:
        self.shifts.open(command.by, command.counts)
        self._appended()
        self._handle(f.ShiftStepped("opened"))

    def _count_cash(self, command: f.CountCash) -> None:
        if command.purpose == "recount":
            before = self._supplements(command.shift)
            held = self.shifts.recount(command.shift, command.by, command.counts)
            self._appended()
            if held.supplements == before:
                self._handle(f.ShiftStepped("counted"))
            else:
                self._show_supplement(held)
            return
        purpose: Literal["check", "close"] = "close" if command.purpose == "close" else "check"
        held = self.shifts.count(command.by, purpose, command.counts)
        self._appended()
        self._handle(f.ShiftStepped("counted", held.sums()))

    def _supplements(self, ident: str) -> int:
        held = self._till.ledger.book.closed.get(ident)
        return held.supplements if held is not None else 0

    def _close_shift(self, command: f.CloseShift) -> None:
        held = self.shifts.close(command.by)
        self._appended()
        self._handle(f.ReportMade(self.shifts.report("z", held.shift), closed=True))

    def _move_cash(self, command: f.MoveCash) -> None:
        self.shifts.move(command.by, command.currency, command.amount, command.reason)
        self.kick(command.by, "moved")
        self._appended()
        self._handle(f.ShiftStepped("moved"))

    def settle(self, by: str) -> None:
        """Make a supplement of what came late to closed shifts, and show it."""
        made = self.shifts.settle(by)
        if made:
            self._appended()
            self._show_supplement(self._till.ledger.book.closed[made[-1].shift], made[-1].sums)

    def _show_supplement(self, held: shift.Shift, sums: tuple[ShiftSum, ...] = ()) -> None:
        report = self.shifts.report("supplement", held.shift, sums or held.supplemented, held.supplements)
        self._handle(f.ReportMade(report))

    # The drawer -------------------------------------------------------------------------------------

    def kick(
        self,
        by: str,
        reason: OpenedFor,
        approved_by: str = "",
    ) -> None:
        """Open the drawer and note it; without effect where none is set up."""
        if self._drawer:
            self._devices.kick()
            self._note(by, reason, approved_by)

    def _note(self, by: str, reason: OpenedFor, approved_by: str = "") -> None:
        try:
            self.shifts.drawer_opened(by, reason, approved_by)
        except Fault as e:
            # What the drawer was opened for is done and stated: that this is not must not undo it on the screen.
            self._handle(f.Declined("OpenDrawer", e.code, e.message, e.hint))

    def open_for(self, ticket: Sold) -> bool:
        """Open the drawer for a sale's cash, before its ticket is printed; whether it has to be noted (:meth:`sold`)."""
        payment = ticket.fact.payment
        wanted = self._drawer and bool(payment.cash or payment.change)
        if ticket.fact.test and self._till.ledger.book.open is not None:
            wanted = False  # a drawer that somebody answers for is not opened without money
        if wanted:
            self._devices.kick()
        return wanted

    def sold(self, ticket: Sold) -> None:
        """Note that the drawer was opened for a sale."""
        self._note(ticket.fact.operator, "sale")

    def voided(self, ticket: Sold, by: str, approved_by: str) -> None:
        """An order was made void: the drawer opens for the money that goes back, or a supplement is made."""
        if not ticket.fact.test and ticket.line.price > shift.card_part(ticket.fact, ticket.index):
            self.kick(by, "void", approved_by)
        self.settle(by)

    def _open_drawer(self, command: f.OpenDrawer) -> None:
        self.kick(command.by, command.reason, command.approved_by)
        self._appended()

    # Reports ----------------------------------------------------------------------------------------

    def _make_report(self, command: f.MakeReport) -> None:
        report = self.shifts.report(command.kind, command.shift, by=command.by)
        self._handle(f.ReportMade(report))

    def _print_report(self, command: f.PrintReport) -> None:
        from kiosk import reports  # noqa: PLC0415 - brings the printer's libraries, not before the first screen

        say, language = self._say()
        report = command.report
        document = reports.document(
            report,
            kiosk=self._kiosk,
            printed=self.shifts.when(self._clock.now_ms()),
            paper_mm=self._paper_mm,
            say=say,
            language=language,
        )
        self._devices.print_page(document, lambda ended: self._report_ended(report, command.by, ended))

    def _report_ended(self, report: Report, by: str, ended: f.PageEnded) -> None:
        whole = ended.outcome == "confirmed"
        if whole:
            self.shifts.printed(report.shift, report.kind, by)
            self._appended()
        words = joined(ended.words, ended.advice)
        self._handle(f.ReportEnded(report.shift, report.kind, whole, words))
