"""The whole kiosk as one object without a thread: flow, till and disk, and what it has others do.

:class:`Alone` does that at once, on the caller's thread; the engine has threads for it. A simulation runs many desks
side by side.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from hardware.keys import Key, Typed, Wedge
from hardware.scans import BadScan, Scan
from kiosk.caretaker import Caretaker, put_away, setting_values
from kiosk.cashier import Cashier
from kiosk.catalog import Answer, Shelf
from kiosk.config import Config, check_server, software, version
from kiosk.customers import Customers
from kiosk.flow import Flow
from kiosk.flow import said as f
from kiosk.flow.troubles import trouble
from kiosk.journal import Journal
from kiosk.mirror import LAG_MAX, STOPS, UNDER_WAY_MAX, Mirror
from kiosk.store import Identity, Store, read_identity
from kiosk.till import Known, Till
from kiosk.upkeep import program_bad
from kiosk.words import SayIn, in_english, phrase, said
from shared import keys, money, wire
from shared.clock import Clock
from shared.errors import Fault, KnownError, Refused
from shared.ids import uuid7
from shared.shift import card_part

if TYPE_CHECKING:  # these load the network's and the printer's libraries: not before the first screen
    from hardware.printer import Document, Printer
    from kiosk.spooler import Spooler, Work
    from kiosk.uplink import Needs, Report, Transport, Uplink

HOUSEKEEPING_MS = 1_000
"""How often cuts, requests for numbers and what the screens show of the shop are looked at."""
IDLE_MS = 2_000
"""Nobody has touched anything for so long: time for the disk's housekeeping."""
CHECKPOINT_MS = 30_000
SEAL_MS = 60_000
CRITICAL_EVERY_MS = 60_000
"""The same significant event is journalled at most so often."""
ONLINE_MS_MAX = 90_000
_UNNAMED = frozenset({"created", "cancelled"})
"""States of events that no screen names: drafts, which older offices send too, and those called off."""
HOLDS = ("clock_back", "disk_reserve", "unsynced_limit")
"""Why a kiosk sells nothing for the moment, as the office is told; the worst first."""
IN_STEP = phrase("In step")
"""How the second copy is when nothing is missing in it."""

_log = logging.getLogger(__name__)


def program(publisher: str = "") -> dict[str, str]:
    """Name, version and hash of this program for the logon screen, and whether it is the publisher's (K4).

    The hash is the first 12 digits of the SHA-256 of the list that ``tombola-kiosk --check`` prints, with its heading.
    """
    from kiosk import manifest  # noqa: PLC0415 - behind the first screen

    named = {"name": "Tombola kiosk", "version": version()}
    try:
        found = manifest.check(manifest.installed(), publisher)
    except Fault as e:
        return named | {"hash": "", "checked": "bad", "detail": e.message}
    return named | {"hash": found.hash[:12], "checked": found.state, "detail": found.detail}


class Outside(Protocol):
    """What a desk has others do for it; their answers come back through ``handle``, ``take`` and ``enrolled``."""

    def print(self, work: Work) -> None:
        """Do what the printer is for; what becomes of it comes back as an event, but for a void's slip."""
        ...

    def enrol(self, server: str, request: wire.EnrolRequest) -> None:
        """Ask the office, then ``desk.enrolled`` or ``desk.enrol_failed``."""
        ...

    def opened(self, desk: Desk) -> None:
        """The desk has a journal now."""
        ...

    def need(self, desk: Desk) -> None:
        """The till's needs of the office may have changed."""
        ...

    def hurry(self) -> None:
        """Talk to the office now."""
        ...

    def appended(self, row: int) -> None:
        """The journal now ends at ``row``."""
        ...

    def beside(self, work: Callable[[Callable[[f.Event], None]], None]) -> None:
        """Do something slow on another thread; what it reports comes back through ``handle``."""
        ...

    def restart(self) -> None:
        """End the program, so that whoever keeps it starts it again."""
        ...


class Desk:
    """A whole kiosk but for its threads. Give it to one thread; ``outside`` does what is slow."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        outside: Outside,
        *,
        boot: str = "",
        device: str = "",
        say_in: SayIn = in_english,
        kept: bool = False,
    ) -> None:
        """``kept``: somebody starts the program again where it ends."""
        self.config, self.clock = config, clock
        self._outside, self._boot, self._device, self._say_in = outside, boot, device, say_in
        self._program = {
            "name": "Tombola kiosk",
            "version": version(),
            "hash": "",
            "checked": "",
            "checked_words": "",
        }
        self._kept = kept
        self.flow = Flow(
            self._program,
            config.language,
            mode=config.mode,
            sell_mode=config.sell_mode,
            theme=config.theme,
            large=config.large_text,
        )
        self.flow.handle(f.SettingsSeen(values=setting_values(config), kept=kept))
        self.store: Store | None = None
        self.identity: Identity | None = None
        self.journal: Journal | None = None
        self.shelf: Shelf | None = None
        self._till: Till | None = None
        self._cashier: Cashier | None = None
        self._caretaker: Caretaker | None = None
        self._customers: Customers | None = None
        self.mirror: Mirror | None = None
        self.mirror_words = ""
        self.mirror_apart = False
        """The second copy has been on another medium than the journal."""
        self._network: tuple[str, str] = ("offline", phrase("Not connected yet"))
        self._contact_at: int | None = None
        self._contact_monotonic: int | None = None
        self._refused_until: dict[str, int] = {}
        self._critical_at: dict[str, int] = {}
        self._health_count = 0
        self._question = 0
        """Tickets that the office was asked about."""
        self._asked: tuple[str, dict[str, Any]] | None = None
        """The last ticket that was looked up: its text, and what is known of it."""
        self._looked_at = self._touched_at = self._checkpoint_at = self._sealed_at = -(10**9)
        self._shop: f.ShopSeen | None = None
        self._wedge = Wedge()
        self._key_at = (0, 0)
        """When the last key went down, by its own clock and by ours, milliseconds."""
        self._bad: f.CheckSeen | None = None
        """What is wrong with the program, where that was seen before there was a till to stop."""
        self._foils: f.PrintFoils | None = None
        """The counterfoils at the printer."""
        self._pages: dict[str, Callable[[f.PageEnded], None]] = {}
        """Who wants to know what becomes of a page, by its token."""
        self._page_count = 0
        self._commands: dict[type, Callable[[Any], None]] = {
            f.Enrol: self._do_enrol,
            f.CheckPin: self._do_check_pin,
            f.LogOn: self._do_log_on,
            f.LogOff: self._do_log_off,
            f.Complete: self._do_complete,
            f.PrintTicket: self._do_print,
            f.PrintFoils: self._do_print_foils,
            f.SettleFoils: self._do_settle_foils,
            f.AgainFoils: self._do_again_foils,
            f.SettlePrint: self._do_settle,
            f.Reprint: self._do_reprint,
            f.VoidOrder: self._do_void,
            f.LookUp: self._do_look_up,
            f.PayPrize: self._do_pay_prize,
            f.SyncNow: self._do_sync_now,
            f.Alert: self._do_alert,
            f.Retry: self._do_retry,
        }

    @property
    def till(self) -> Till:
        """The till of an opened kiosk; an error of the program before that."""
        assert self._till is not None
        return self._till

    @property
    def customers(self) -> Customers:
        """What buyers told, of an opened kiosk; an error of the program before that."""
        assert self._customers is not None
        return self._customers

    @property
    def cashier(self) -> Cashier:
        """Shifts and PINs of an opened kiosk; an error of the program before that."""
        assert self._cashier is not None
        return self._cashier

    @property
    def is_open(self) -> bool:
        """The journal is open and operators may log on."""
        return self._till is not None

    # Coming up --------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the data folder and all in it; what is against it shows on the screen."""
        try:
            self.flow.handle(f.Starting(phrase("Opening the journal"), 10))
            if self.store is None:
                self.store = Store(self.config.data, self.config.disk_reserve_bytes, put_away)
            self.identity = read_identity(self.store.identity())
            if self.identity is None:
                self.flow.handle(f.EnrolNeeded(self.config.server, self._device))
                return
            self._open_journal(self.store, self.identity)
        except KnownError as e:
            self._halt(e)

    def know_program(self, found: dict[str, str]) -> None:
        """Put what :func:`program` found on the logon screen; nobody waits while it reads all the files.

        A program that is not the publisher's sells nothing.
        """
        state = found["checked"]
        words = {
            "ok": phrase("Checked"),
            "unchecked": phrase("Not checked"),
            "bad": phrase("Not the publisher's"),
        }[state]
        self._program.update({k: v for k, v in found.items() if k != "detail"} | {"checked_words": words})
        if state == "bad":
            self._program_bad(program_bad(found["detail"]))

    def _program_bad(self, seen: f.CheckSeen) -> None:
        _log.error("%s", seen.words)
        if self.is_open:
            self._critical("PROGRAM_CHANGED", "ERROR", seen.words)
            self.till.stopped = Answer("program_changed", seen.words, seen.what_to_do)
            self._halt_stopped()
        else:
            self._bad = seen
            self.handle(
                f.Halted(
                    "program_changed",
                    phrase("This kiosk must not sell"),
                    seen.words,
                    seen.what_to_do,
                    can_retry=False,
                )
            )

    def _check_seen(self, seen: f.CheckSeen) -> None:
        """A check found that selling has to stop."""
        if seen.code == "program":
            self._program_bad(seen)
        elif seen.code == "journal" and seen.fault == "journal_corrupt" and self.is_open:
            self.till.stopped = Answer("journal_corrupt", seen.words, seen.what_to_do)
            self._halt_stopped()

    def _open_journal(self, store: Store, identity: Identity) -> None:
        self.flow.handle(f.Starting(phrase("Checking the journal"), 40))
        self.journal = Journal(store, identity, self.clock)
        self._open_mirror(store, identity)
        self.journal.begin(software())
        self.flow.handle(f.Starting(phrase("Reading events and sales"), 70))
        self.shelf = Shelf(store, identity)
        self._till = Till(self.journal, self.shelf, self.clock, self._boot)
        self._cashier = Cashier(
            self._till,
            self.clock,
            self,
            self.handle,
            self._appended,
            drawer=self.config.drawer,
            paper_mm=self.config.paper_mm,
            kiosk=identity.name,
            say=lambda: (self._say_in(self.flow.language), self.flow.language),
        )
        self._commands |= self._cashier.commands
        self._caretaker = Caretaker(
            self._till,
            self.config,
            self.clock,
            self._outside,
            self.handle,
            self._appended,
            self.print_page,
            name=identity.name,
            kept=self._kept,
            say=lambda: (self._say_in(self.flow.language), self.flow.language),
        )
        self._commands |= self._caretaker.commands
        self._customers = Customers(store, self.clock, self.till.ledger.sales)
        if stopped := store.get_json("stopped"):
            self._till.stopped = Answer(stopped["code"], stopped["words"], stopped["hint"])
        elif self._bad is not None:
            self._till.stopped = Answer("program_changed", self._bad.words, self._bad.what_to_do)
        self.flow.handle(f.Opened())
        self._outside.opened(self)
        if self.mirror is not None and self.mirror.aside is not None:
            self.mirror_damaged(self.mirror.aside)
        self.refresh()
        if not self.till.stopped.can:
            self._halt_stopped()

    def _open_mirror(self, store: Store, identity: Identity) -> None:
        self.mirror, self.mirror_words = None, phrase("None set up")
        if self.config.mirror is None:
            return
        self.mirror_apart = store.get_json("mirror_apart") == str(self.config.mirror)
        mirror = Mirror(self.config.mirror, identity, self.config.data, apart=self.mirror_apart)
        try:
            mirror.open(store, store.get_json("mirror"))
        except Fault as e:
            if e.code in STOPS:
                raise
            self.mirror_words = e.message
            _log.error("%s", e)
            return
        self.mirror, self.mirror_words = mirror, IN_STEP
        if mirror.apart:
            self.note_apart()

    def note_apart(self) -> None:
        """The second copy is on a medium of its own: from now on it is missed where that is pulled out."""
        if self.store is not None and not self.mirror_apart:
            self.mirror_apart = True
            try:
                self.store.put_json("mirror_apart", str(self.config.mirror))
            except Fault as e:  # known until the next start at least
                _log.error("%s", e)

    def mirror_damaged(self, aside: Path) -> None:
        """The second copy was damaged; it was put aside and is written anew."""
        _log.error("the second copy was damaged; it is kept as %s", aside)
        if self.is_open:
            self._critical("MIRROR_DAMAGED", "ERROR", f"The damaged second copy is kept as {aside.name}.")
            self._outside.appended(self.till.journal.head.seq)

    def _halt(self, e: KnownError) -> None:
        _log.error("halted: %s: %s", e.code, e)
        can_retry = e.code not in ("forked", "journal_missing", "newer_data")
        self.flow.handle(f.Halted(e.code, trouble(e.code).title, e.message, e.hint, can_retry))

    def stop_selling(self, code: str, words: str) -> None:
        """Sell no more, for good: the office and this disk disagree. Everything stays as it is."""
        hint = phrase("Do not sell. Call the office; it needs this kiosk and its second copy.")
        assert self.store is not None
        self.till.stopped = Answer(code, words, hint)
        self.store.put_json("stopped", {"code": code, "words": words, "hint": hint})
        self._halt_stopped()

    def _halt_stopped(self) -> None:
        stopped = self.till.stopped
        self.flow.handle(
            f.Halted(
                stopped.code, phrase("This kiosk must not sell"), stopped.words, stopped.hint, can_retry=False
            )
        )

    def close(self) -> None:
        """Let go of everything; what is journalled stays."""
        if self.store is not None:
            try:
                if self.journal is not None:
                    self._leave_all_kept()
            except Fault as e:  # it spares the next start some work; a full disk takes nothing else with it
                _log.error("not everything was put in order at the end: %s", e)
            self.store.close()
        self.store = self.journal = self._till = None

    def _leave_all_kept(self) -> None:
        assert self.store is not None
        assert self.journal is not None
        self.journal.seal()
        if self._till is not None:
            self._till.keep_ledger()
            self.store.put_json("watch", self._till.watch.keep())
        self._mark_mirror()
        self.store.idle()

    # Events in --------------------------------------------------------------------------------------

    def touch(self, name: str, arg: str = "") -> None:
        """A person did something on the screen."""
        self._touched_at = self.clock.monotonic_ms()
        self.handle(
            f.Touch(name, arg, str(uuid7(self.clock)) if name in ("add", "more", "repeat_last") else "")
        )
        self._draft()

    def _draft(self) -> None:
        """Work the sale out while its buyer looks for money: the tap that sells it waits for the disk alone."""
        if self.is_open and self.flow.screen == "pay" and not self.flow.counter.test:
            self.till.draft(self.flow.counter.basket)

    def pressed(self, key: Key, at_ms: int) -> None:
        """A key of a keyboard, or of a scanner that is one; ``key.token`` is what the touch ``key`` would be told."""
        self._key_at = (at_ms, self.clock.monotonic_ms())
        self._heard(self._wedge.key(key, at_ms))

    def key_wait_s(self) -> float:
        """How long at most until ``key_pause`` has something to say."""
        wait_ms = self._wedge.wait_ms
        if wait_ms is None:
            return 3_600.0
        return max(0, self._key_at[1] + wait_ms - self.clock.monotonic_ms()) / 1000

    def key_pause(self) -> None:
        """No key came: what was held back in case it was a scan is typing, or a scan without an end."""
        at_ms, heard_at = self._key_at
        self._heard(self._wedge.idle(at_ms + self.clock.monotonic_ms() - heard_at))

    def _heard(self, found: Sequence[Scan | BadScan | Typed]) -> None:
        for one in found:
            if not isinstance(one, Typed):
                self.handle(f.Scanned(one.text if isinstance(one, Scan) else ""))
            elif one.key.token:
                self.touch("key", str(one.key.token))

    def handle(self, event: f.Event) -> None:
        """Take an event in, and do what follows from it."""
        if not isinstance(event, f.Tick):
            now = self.till.watch.now() if self.is_open else self.clock.now_ms()
            self.flow.handle(f.Tick(now, self.clock.monotonic_ms()))
        try:
            if isinstance(event, f.PageEnded):
                self._pages.pop(event.token)(event)
                return
            if isinstance(event, f.PrintEnded):
                self._print_ended(event)
        except Fault as e:  # it cannot be noted: after the fault somebody is asked whether it came out
            self._halt(e)
            return
        if isinstance(event, f.CheckSeen) and event.state == "bad":
            self._check_seen(event)
        elif isinstance(event, f.DeviceSeen) and event.code and self.is_open:
            self._critical(f"{event.device}_{event.code}".upper(), "WARN", event.words)
        for command in self.flow.handle(event):
            self._carry_out(command)

    def _carry_out(self, command: f.Command) -> None:
        try:
            self._commands[type(command)](command)
        except KnownError as e:
            if isinstance(e, Fault) and e.code in ("journal_corrupt", "journal_missing"):
                self._halt(e)
                return
            for further in self.flow.handle(f.Declined(type(command).__name__, e.code, e.message, e.hint)):
                self._carry_out(further)

    def tick(self) -> None:
        """Time goes by: auto-return, cuts, requests for numbers, and when nobody is there the disk's housekeeping."""
        monotonic = self.clock.monotonic_ms()
        now = self.till.watch.now() if self.is_open else self.clock.now_ms()
        self.handle(f.Tick(now, monotonic))
        if self.is_open and monotonic - self._looked_at >= HOUSEKEEPING_MS:
            self._looked_at = monotonic
            try:
                self.till.online = self._online()
                self.till.journal.sign()
                if self.till.cut():
                    self._outside.appended(self.till.journal.head.seq)
                self.refresh()
                self._draft()
            except KnownError as e:
                self._halt(e)

    def idle(self) -> bool:
        """One step of what may wait, if nobody has touched anything for a while; whether more is to do."""
        monotonic = self.clock.monotonic_ms()
        if not self.is_open or self.till.ledger.unprinted:
            return False
        assert self.store is not None
        assert self.journal is not None
        try:
            if monotonic - self._touched_at < IDLE_MS:
                # At a kiosk that is never left alone for so long, the log would grow all evening.
                if monotonic - self._checkpoint_at >= CHECKPOINT_MS and self.store.log_is_long():
                    self._checkpoint_at = monotonic
                    self.store.idle()
                return False
            if self.till.project_step() or self.journal.check_step() or self.till.derive_step():
                return True
            if monotonic - self._sealed_at >= SEAL_MS:
                self._sealed_at = monotonic
                self.till.tidy()
                self.journal.seal()
                self.till.keep_ledger()
                self._mark_mirror()
                self.store.put_json("watch", self.till.watch.keep())
            if monotonic - self._checkpoint_at >= CHECKPOINT_MS:
                self._checkpoint_at = monotonic
                self.store.idle()
        except KnownError as e:
            if e.code == "journal_corrupt":
                self.till.stopped = Answer(e.code, e.message, e.hint)
            self._halt(e)
        return False

    def view(self) -> dict[str, Any]:
        """What the screens show (see the flow), in the language chosen at the kiosk."""
        view = self.flow.view(self.till.watch.now() if self.is_open else self.clock.now_ms())
        shown: dict[str, Any] = said(view, self._say_in(self.flow.language))
        return shown

    # Commands ---------------------------------------------------------------------------------------

    def _do_complete(self, command: f.Complete) -> None:
        told = self._told(command)
        try:
            receipt = self.till.complete(
                command.sale,
                command.basket,
                command.operator,
                command.tendered,
                command.method,
                command.reference,
                command.card,
                age_checked=command.age_checked,
                customer=told,
                self_service=command.self_service,
                test=command.test,
            )
        except KnownError:
            if told:
                self.customers.forget([command.sale])
            raise
        if told:
            try:
                self.customers.sold(command.sale, receipt.tickets[0].seq)
            except Fault as e:  # the sale stands: what its buyer told is put to it at the next start
                _log.error("%s", e)
        first = receipt.tickets[0]
        opened = not receipt.repeated and self.cashier.open_for(first)
        self.handle(f.SaleDone(receipt.tickets))
        if opened:
            self.cashier.sold(first)
        self._appended()
        self.till.prepare()

    def _told(self, command: f.Complete) -> str:
        """Keep what the buyer told of themselves; the commitment to it. Empty where nothing was told."""
        if command.customer is None or command.sale in self.till.ledger.sales:
            return ""
        return self.customers.keep(command.sale, command.customer)

    def _do_alert(self, command: f.Alert) -> None:
        self._critical(command.code, command.severity, command.detail)
        self._appended()

    def _do_print(self, command: f.PrintTicket) -> None:
        self._print(command.ticket, command.copy)

    def _print(self, ticket: Any, copy: int) -> None:
        from kiosk.spooler import Job  # noqa: PLC0415 - brings the printer's libraries, not before the first screen

        assert self.shelf is not None
        line = ticket.line
        event = self.shelf.events.get(line.event)
        if event is None:
            raise Refused(
                "no_event", phrase("The office no longer sends this event; its ticket cannot be printed.")
            )
        package = next((p for p in event.packages if p.id == line.package), None)
        name, perks = (package.name, package.description) if package else ("", "")
        language = self.flow.language
        self._outside.print(Job(ticket, copy, event, name, perks, self._say_in(language), language))

    def mark(self, order: str, copy: int, state: str, foils: bool = False) -> None:
        """Note on the disk how far the print of a ticket, or of its counterfoils, is."""
        (self.till.foils_sending if foils else self.till.sending)(order, copy, state)

    def _print_ended(self, event: f.PrintEnded) -> None:
        if event.outcome != "confirmed":
            return
        if not event.foils:
            self.till.printed(event.order, event.copy, whole=True, said_by_printer=True, detail=event.words)
        elif self._foils is not None and (self._foils.ticket.line.order, self._foils.copy) == (
            event.order,
            event.copy,
        ):
            asked = self._foils
            self.till.foils_ended(
                asked.ticket,
                asked.copy,
                whole=True,
                said_by_printer=True,
                by=asked.by,
                approved_by=asked.approved_by,
            )
        self._appended()

    def _do_print_foils(self, command: f.PrintFoils) -> None:
        from kiosk.spooler import Foils  # noqa: PLC0415 - as above

        assert self.shelf is not None
        event = self.shelf.events.get(command.ticket.line.event)
        if event is None:
            raise Refused(
                "no_event",
                phrase("The office no longer sends this event; its counterfoils cannot be printed."),
            )
        self._foils = command
        language = self.flow.language
        self._outside.print(Foils(command.ticket, command.copy, event, self._say_in(language), language))

    def _do_settle_foils(self, command: f.SettleFoils) -> None:
        self.till.foils_ended(
            command.ticket,
            command.copy,
            whole=command.whole,
            said_by_printer=False,
            by=command.by,
            approved_by=command.approved_by,
        )
        self._appended()

    def _do_again_foils(self, command: f.AgainFoils) -> None:
        made = self.till.foils_wanted(command.order)
        self.handle(f.FoilsBegan(made.ticket, made.copy))
        self._do_print_foils(f.PrintFoils(made.ticket, made.copy, command.by, command.approved_by))

    def print_page(self, document: Document, ended: Callable[[f.PageEnded], None]) -> None:
        """Print anything but a ticket, a report say; ``ended`` is told what became of it."""
        from kiosk.spooler import Page  # noqa: PLC0415 - as above

        self._page_count += 1
        token = str(self._page_count)
        self._pages[token] = ended
        self._outside.print(Page(document, token))

    def kick(self) -> None:
        """Have the cash drawer opened; how it is then comes as ``DeviceSeen("drawer", …)``."""
        from kiosk.spooler import Kick  # noqa: PLC0415 - as above

        self._outside.print(Kick())

    def _do_settle(self, command: f.SettlePrint) -> None:
        self.till.printed(command.order, command.copy, whole=command.whole, said_by_printer=False)
        self._appended()

    def _do_reprint(self, command: f.Reprint) -> None:
        made = self.till.reprint(command.order, command.reason, command.by, approved_by=command.approved_by)
        self.handle(f.PrintBegan(made.ticket, made.copy))
        self._print(made.ticket, made.copy)
        self._appended()

    def _do_void(self, command: f.VoidOrder) -> None:
        made = self.till.void(
            command.order,
            command.reason,
            command.by,
            misprint=command.misprint,
            approved_by=command.approved_by,
        )
        self.handle(f.OrderVoided(made.ticket.line.order, made.ticket, command.misprint))
        self._appended()
        self.cashier.voided(made.ticket, command.by, command.approved_by)
        if not command.misprint:  # after a misprint the customer has nothing to hand back
            self._print_slip(made, command.reason)

    def _print_slip(self, voided: Known, reason: str) -> None:
        from kiosk.spooler import Slip  # noqa: PLC0415 - as above

        assert self.shelf is not None
        line = voided.ticket.line
        event = self.shelf.events.get(line.event)
        if event is not None:
            words = str(said(dict(f.VOID_REASONS).get(reason, reason), self._say_in(self.flow.language)))
            language, fact = self.flow.language, voided.ticket.fact
            self._outside.print(
                Slip(
                    line,
                    event,
                    self.clock.now_ms(),
                    words,
                    by_card=0 if fact.test else card_part(fact, voided.ticket.index),
                    reference=fact.payment.reference,
                    test=fact.test,
                    say=self._say_in(language),
                    language=language,
                )
            )

    def _do_check_pin(self, command: f.CheckPin) -> None:
        assert self.shelf is not None
        tried = self.cashier.pins.check(command.operator, command.pin, self.till.watch.now())
        operator = tried.operator
        if operator is None:
            if tried.locked_now:
                self.till.critical("PIN_LOCKED", "WARN", command.operator)
                self._appended()
            self.handle(f.PinAnswered("", wait_s=tried.wait_s, locked=tried.locked))
            return
        self.till.log_on(operator.id)
        # What a crash kept from being stated, between a late void and its supplement.
        self.cashier.shifts.settle(operator.id)
        self.till.prepare()
        self.handle(f.PinAnswered(operator.id, operator.name, tuple(self.till.pending())))
        self._appended()

    def _do_log_on(self, command: f.LogOn) -> None:
        assert self.shelf is not None
        operator = self.shelf.operators[command.operator]
        self.till.log_on(operator.id)
        self.till.prepare()
        self.handle(f.PinAnswered(operator.id, operator.name, tuple(self.till.pending())))
        self._appended()

    def _do_log_off(self, command: f.LogOff) -> None:
        self.till.log_off(command.operator)
        self._appended()

    def _do_look_up(self, command: f.LookUp) -> None:
        text = command.text
        if self._asked is not None and self._asked[1]["validation"] == text:
            text = self._asked[0]  # looked up again, as it is shown: what was scanned proves more
        known = self.look_up(text)
        self._question += 1
        asks = self._online() and known["verdict"] not in ("not_a_ticket", "forged")
        known |= {"question": self._question, "office": "asking" if asks else ""}
        self._asked = (text, known)
        self.handle(f.LookedUp(known))
        if asks:
            self._outside.need(self)

    @property
    def question(self) -> tuple[int, str] | None:
        """The ticket that the office is to be asked about: the question's number and the ticket's text."""
        if self._asked is None or self._asked[1]["office"] != "asking":
            return None
        return self._question, self._asked[0]

    def _office_said(self, question: int, reply: wire.TicketReply | None) -> None:
        from kiosk.lookup import told  # noqa: PLC0415 - brings the printer's libraries

        if self._asked is None or question != self._question or self._asked[1]["office"] != "asking":
            return
        text, known = self._asked
        merged = told(known, reply, self.flow.language)
        self._asked = (text, merged)
        self.handle(f.OfficeSaid(merged))

    def _do_pay_prize(self, command: f.PayPrize) -> None:
        if self._asked is None:
            raise Refused("no_ticket", phrase("There is no ticket to pay for."), phrase("Scan it again."))
        if not self._online():
            raise Refused(
                "offline",
                phrase("Paying needs the network."),
                phrase("Send the winner to the claims desk, or try again."),
            )
        asked = self.till.claim(
            self._asked[0], command.result, command.by, identity_checked=command.identity_checked
        )
        self.handle(f.ClaimOpen(asked.request, asked=False))
        self._outside.need(self)

    def _claim_told(self, request: str, reply: wire.ClaimReply | None) -> None:
        if reply is None:
            self.handle(f.ClaimOpen(request, asked=True))
            return
        asked = self.till.claimed(request, reply)
        if asked is None:
            return
        pay = ""
        if reply.verdict == "paid":
            pay = money.text(reply.amount, reply.currency, self.flow.language)
            self.cashier.kick(asked.operator, "payout")
        self.handle(f.ClaimAnswered(request, pay, reply.words, reply.hint))

    def _do_sync_now(self, _command: f.SyncNow) -> None:
        self._outside.hurry()

    def _do_retry(self, _command: f.Retry) -> None:
        if self.is_open and self.till.stopped.can:
            self.handle(f.Opened())
            self._outside.hurry()
            self.refresh()
        elif not self.is_open:
            self.open()

    def _appended(self) -> None:
        """The journal has grown: tell the uplink and the screens."""
        if self._till is not None:
            self._outside.appended(self._till.journal.head.seq)
            self.refresh()

    def _critical(self, code: str, severity: str, detail: str) -> None:
        now = self.clock.monotonic_ms()
        if now - self._critical_at.get(code, -(10**9)) >= CRITICAL_EVERY_MS:
            self._critical_at[code] = now
            try:
                self.till.critical(code[:64], severity, detail)
            except Fault as e:
                self._halt(e)

    # Enrolment --------------------------------------------------------------------------------------

    def _do_enrol(self, command: f.Enrol) -> None:
        assert self.store is not None
        server = check_server(command.server)
        held = self.store.identity()
        if "key" not in held:  # kept before it is shown, so that a lost reply can be asked for again
            held["key"] = keys.SigningKey.new(self.clock).seed.hex()
            self.store.save_identity(held)
        request = wire.EnrolRequest(
            code=command.code.upper(),
            public_key=keys.SigningKey(bytes.fromhex(held["key"])).public.hex(),
            device=self._device,
            software=software(),
        )
        self._outside.enrol(server, request)

    def enrolled(self, server: str, reply: wire.Enrolment) -> None:
        """The office's answer to an enrolment: check it, keep it, open the journal."""
        assert self.store is not None
        held = self.store.identity()
        try:
            self._check_certificate(reply, keys.SigningKey(bytes.fromhex(held["key"])).public)
            self.store.save_identity(
                held
                | {
                    "rsu": reply.rsu,
                    "epoch": reply.epoch,
                    "name": reply.name,
                    "organisation": reply.organisation,
                    "certificate": reply.certificate,
                    "certificate_signature": reply.certificate_signature,
                    "kiosk_secret": reply.kiosk_secret,
                    "server": server,
                    "server_key": reply.server_key,
                    "demo": reply.demo,
                    "began": False,
                }
            )
            self.identity = read_identity(self.store.identity())
            assert self.identity is not None
            self._open_journal(self.store, self.identity)
        except Refused as e:
            self.enrol_failed(e)
        except Fault as e:
            self._halt(e)

    @staticmethod
    def _check_certificate(reply: wire.Enrolment, public_key: bytes) -> None:
        try:
            data = base64.b64decode(reply.certificate, validate=True)
            signature = bytes.fromhex(reply.certificate_signature)
            certificate = msgspec.json.decode(data, type=wire.Certificate)
            server_key = bytes.fromhex(reply.server_key)
        except (ValueError, msgspec.MsgspecError) as e:
            raise Refused(
                "bad_certificate",
                phrase("The server's certificate cannot be read."),
                phrase("Call the office."),
            ) from e
        mine = (certificate.rsu, certificate.epoch, certificate.public_key, certificate.demo)
        if mine != (reply.rsu, reply.epoch, public_key.hex(), reply.demo) or not keys.verify(
            server_key, keys.CERTIFICATE, data, signature
        ):
            raise Refused(
                "bad_certificate",
                phrase("The server's certificate is not this kiosk's."),
                phrase("Call the office."),
            )

    def enrol_failed(self, e: KnownError) -> None:
        """The office did not enrol this kiosk."""
        self.handle(f.Declined("Enrol", e.code, e.message, e.hint))

    # The office's word ------------------------------------------------------------------------------

    def take(self, report: Report) -> None:
        """What the uplink has to report."""
        from kiosk import uplink as u  # noqa: PLC0415 - brings the network's libraries, not before the first screen

        if not self.is_open:
            return
        try:
            match report:
                case u.Acknowledged():
                    self.till.acknowledge(report.seq)
                case u.Stopped():
                    self.stop_selling(report.code, report.words)
                case u.TimeSeen():
                    self.till.watch.seen(report.server_time, report.monotonic)
                    self._contact_at = report.server_time
                    self._contact_monotonic = report.monotonic
                    if self._caretaker is not None:
                        self._caretaker.office_answered()
                case u.NetworkSeen():
                    self._network = (report.network, report.words)
                    if self._caretaker is not None and report.network != "online":
                        self._caretaker.office_silent(report.words)
                case u.CatalogCame():
                    self._take_catalog(report.data, report.signature, report.etag)
                case u.GrantsCame():
                    self.till.take_grants(report.grants)
                    self.till.answered(report.request)
                case u.RequestRefused():
                    self._request_refused(report.request, report.code)
                case u.TicketTold():
                    self._office_said(report.question, report.reply)
                case u.CustomersTold():
                    self._customers_told(report.reply)
                case u.ClaimTold():
                    self._claim_told(report.request, report.reply)
        except Refused as e:
            self._critical(e.code.upper(), "ERROR", e.message)
            _log.warning("refused what the office sent: %s", e)
        except Fault as e:
            self._halt(e)
        self._appended()

    def _customers_told(self, reply: wire.CustomersReply) -> None:
        """The office has the buyers' data, or will never take it: either way it leaves this disk."""
        self.customers.forget([*reply.kept, *reply.refused])
        if reply.refused:
            detail = (
                f"the office refused what {len(reply.refused)} buyers told: {' '.join(reply.refused[:5])}"
            )
            self._critical("CUSTOMERS_REFUSED", "WARN", detail)

    def _take_catalog(self, data: bytes, signature: bytes, etag: str) -> None:
        assert self.shelf is not None
        if self.shelf.accept(data, signature, etag):
            # The office's new word: what it refused is asked for again.
            self._refused_until.clear()
            self.till.none_to_come.clear()
        for event in self.shelf.events.values():
            self.till.take_grants(event.grants)
        self.till.witness()

    def _request_refused(self, request: str, code: str) -> None:
        """Asked again after a while: the office may add numbers or open the event."""
        for ident, event, _count in self.till.wanted():
            if ident == request:
                self._refused_until[event] = self.clock.monotonic_ms() + CRITICAL_EVERY_MS
                self.till.none_to_come.add(event)
        _log.info("no numbers: %s", code)

    def uplink_failed(self, words: str) -> None:
        """The program that talks to the office has failed and will be started again; selling goes on."""
        self._network = ("refused", words)
        if self.is_open:
            self._critical("UPLINK_FAILED", "ERROR", words)
            self.refresh()

    def beside_failed(self, words: str) -> None:
        """What was done beside the desk has failed, and will say no more: nobody waits for it."""
        waited = self.flow.waiting == "Do"
        self.handle(f.Declined("RunCheck", "worker_dead", words))
        if waited:
            self.handle(f.Declined("Do", "worker_dead", words))

    def _online(self) -> bool:
        seen = self._contact_monotonic
        return (
            self._network[0] == "online"
            and seen is not None
            and self.clock.monotonic_ms() - seen < ONLINE_MS_MAX
        )

    # What is shown, what is wanted ------------------------------------------------------------------

    def requests(self) -> tuple[tuple[str, str, int], ...]:
        """Requests for numbers to send now: id, event, count."""
        now = self.clock.monotonic_ms()
        return tuple(r for r in self.till.wanted() if self._refused_until.get(r[1], now) <= now)

    def health(self) -> wire.Health:
        """How this kiosk is, for the office's board."""
        assert self.store is not None
        assert self.shelf is not None
        self._health_count += 1
        till = self.till
        unsynced = till.ledger.unsynced
        return wire.Health(
            seq=(till.journal.head.seq << 20) + self._health_count,
            at=self.clock.now_ms(),
            last_seq=till.journal.head.seq,
            unsynced=len(unsynced),
            oldest_unsynced_at=unsynced[0][1] if unsynced else None,
            numbers_left={e: till.numbers_left(e) for e in self.shelf.events},
            printer=str(self.flow.device_words("printer")),
            scanner=str(self.flow.device_words("scanner")),
            disk_free_bytes=self.store.free_bytes(),
            software=software(),
            state=self._state(),
            catalog=self.shelf.version,
            printer_code=self.flow.device_state("printer"),
            scanner_code=self.flow.device_state("scanner"),
        )

    def _state(self) -> str:
        """What the office hears of selling here: why it stopped, for good or for now, otherwise the unit's own state."""
        assert self.shelf is not None
        till = self.till
        state = till.stopped.code or (self.shelf.catalog.rsu_state if self.shelf.catalog else "enrolled")
        if state != "enabled":
            return state
        answers = [till.can_sell(event) for event in self.shelf.events]
        if any(answer.can for answer in answers):
            return state
        held = {answer.code for answer in answers}
        return next((code for code in HOLDS if code in held), state)

    def refresh(self) -> None:
        """Show the shop and the sync state as they are now, and tell the uplink what is needed.

        A disk that fails at that shows on the screen: what was done before it is done.
        """
        try:
            self._refresh()
        except Fault as e:
            self._halt(e)

    def _refresh(self) -> None:
        assert self.store is not None
        assert self.shelf is not None
        assert self.identity is not None
        till, shelf = self.till, self.shelf
        catalog = shelf.catalog
        now = till.watch.now()
        shelf.self_service = self.flow.mode == "self_service"
        shop = f.ShopSeen(
            unit=shelf.unit(),
            unit_state=catalog.rsu_state if catalog else "",
            name=self.identity.name,
            operators=tuple((o.id, o.name) for o in shelf.operators.values()),
            supervisors=frozenset(o.id for o in shelf.operators.values() if o.supervisor),
            events=tuple(self._shop_event(e, now) for e in shelf.events.values() if e.state not in _UNNAMED),
            suspended=shelf.suspended(),
            unsold=not any(b.used for b in till.ledger.blocks.values()),
        )
        if shop != self._shop:
            self._shop = shop
            self.handle(shop)
        self.cashier.refresh()
        if self._caretaker is not None:
            self._caretaker.refresh()
        unsynced = till.ledger.unsynced
        network, words = self._network
        self.handle(
            f.SyncSeen(
                unsynced=len(unsynced),
                oldest_at=unsynced[0][1] if unsynced else None,
                network=network,
                network_words=words,
                skew_ms=till.watch.skew_ms(),
                uploading=network == "online" and till.acknowledged < till.journal.head.seq,
                contact_at=self._contact_at,
                server=self.identity.server,
                head=till.journal.head.seq,
                acknowledged=till.acknowledged,
                mirror_words=self.mirror_words,
                mirror_ok=None if self.config.mirror is None else self.mirror_words == IN_STEP,
                free_bytes=self.store.free_bytes(),
                catalog=shelf.version,
            )
        )
        self._outside.need(self)

    def _shop_event(self, e: wire.EventInfo, now: int) -> f.ShopEvent:
        left = self.till.numbers_left(e.id)
        answer = self.till.can_sell(e.id)
        return f.ShopEvent(
            id=e.id,
            number=e.number,
            name=e.name,
            venue=e.venue,
            jackpot=_jackpot(e),
            currency=e.currency,
            locale=e.locale,
            answer=answer,
            state=e.state,
            closes_at=e.closes_at,
            cut=self.till.is_cut(e.id),
            settled=e.settled,
            left=left,
            low=left < e.policies.low_water or self.till.expires_soon(e.id),
            packages=tuple(self.shelf.packages(e.id, now)) if self.shelf else (),
            granted=any(b.grant.event == e.id for b in self.till.ledger.blocks.values()),
            policies=e.policies,
            organisation=e.organisation,
            test=answer.code == "not_open" and self.till.can_sell(e.id, test=True).can,
        )

    # Tickets that come back -------------------------------------------------------------------------

    def look_up(self, text: str) -> dict[str, Any]:
        """What is known here of a scanned or typed ticket; never more than can be known off line."""
        from kiosk.lookup import Lookup  # noqa: PLC0415 - brings the printer's libraries

        assert self.shelf is not None
        return Lookup(self.till, self.shelf, self.flow.language, self._contact_at, online=self._online()).of(
            text
        )

    # The second copy --------------------------------------------------------------------------------

    def _mark_mirror(self) -> None:
        if self.mirror is not None and self.store is not None and self.mirror_words == IN_STEP:
            self.store.put_json("mirror", self.mirror.mark())

    def mirror_seen(self, words: str, lag: int) -> None:
        """How the second copy is; ``lag`` entries are missing in it."""
        self.mirror_words = words
        if lag > UNDER_WAY_MAX and words == IN_STEP:
            self.mirror_words = phrase("{n} entries behind", n=lag)
        if self._caretaker is not None:
            self._caretaker.mirror_words, self._caretaker.behind = words, lag
        if lag > LAG_MAX and self.is_open:
            self._critical("MIRROR_LAG", "WARN", self.mirror_words)


def _jackpot(event: wire.EventInfo) -> str:
    """What the first prize is worth, short enough for a headline; empty where this kiosk does not know."""
    top = min(event.prizes, key=lambda p: p.position, default=None)
    if top is None:
        return ""
    if top.type == "percentage":
        whole, part = divmod(top.basis_points, 100)
        return phrase("{percent} % of sales", percent=f"{whole}{f'.{part:02}' if part else ''}")
    return money.text(top.value, event.currency, event.locale) if top.value else ""


# Without threads ------------------------------------------------------------------------------------


class Alone:
    """Does at once, on the caller's thread, what the engine's workers do beside: for simulations and tools."""

    def __init__(
        self,
        transport: Transport | None = None,
        open_printer: Callable[[], Printer | None] = lambda: None,
    ) -> None:
        self._transport, self._open_printer = transport, open_printer
        self._desk: Desk | None = None
        self._spooler: Spooler | None = None
        self.uplink: Uplink | None = None

    def opened(self, desk: Desk) -> None:
        """Make the workers."""
        from kiosk.spooler import Spooler  # noqa: PLC0415 - as in Desk
        from kiosk.uplink import Uplink  # noqa: PLC0415 - as in Desk

        store, me = desk.store, desk.identity
        assert store is not None
        assert me is not None
        doubt = any(p.state != "queued" for p in desk.till.pending())
        self._desk = desk
        self._spooler = Spooler(
            self._open_printer,
            desk.handle,
            desk.mark,
            me.key.sign,
            me.rsu,
            me.name,
            desk.config.paper_mm,
            doubt=doubt,
            drawer=desk.config.drawer,
        )
        self.uplink = Uplink(me, store.reader, desk.clock, desk.take, desk.till.acknowledged, self._transport)
        self.need(desk)

    def print(self, work: Work) -> None:
        """Do it at once, and tell the desk."""
        assert self._spooler is not None
        self._spooler.do(work)

    def enrol(self, server: str, request: wire.EnrolRequest) -> None:
        """Keep the question until :meth:`answer_enrolment`: the desk is in the midst of asking it."""
        self._asked = (server, request)

    def answer_enrolment(self, desk: Desk) -> None:
        """Ask the office what the desk wanted to ask, and tell the desk."""
        from kiosk import uplink  # noqa: PLC0415 - as in Desk

        server, request = self._asked
        try:
            reply = uplink.enrol(server, request, desk.clock, self._transport)
        except KnownError as e:
            desk.enrol_failed(e)
        else:
            desk.enrolled(server, reply)

    def need(self, desk: Desk) -> None:
        """Tell the uplink what the till wants."""
        if self.uplink is not None:
            self.uplink.need(needs_of(desk))

    def beside(self, work: Callable[[Callable[[f.Event], None]], None]) -> None:
        """Do it now."""
        assert self._desk is not None
        work(self._desk.handle)

    def restart(self) -> None:
        """Nobody starts it again here."""

    def hurry(self) -> None:
        """Make all of the uplink's work due."""
        if self.uplink is not None:
            self.uplink.hurry()

    def appended(self, row: int) -> None:
        """Copy to the second medium at once."""
        desk = self._desk
        if desk is not None and desk.mirror is not None and desk.store is not None and desk.mirror.seq < row:
            try:
                desk.mirror.follow(desk.store)
            except Fault as e:
                desk.mirror_seen(e.message, row - desk.mirror.seq)

    def close(self) -> None:
        """Let go of the workers' connections."""
        if self.uplink is not None:
            self.uplink.close()
        if self._spooler is not None:
            self._spooler.close()
        self.uplink = self._spooler = self._desk = None


def needs_of(desk: Desk) -> Needs:
    """What the till wants of the office at this moment."""
    from kiosk.uplink import Needs  # noqa: PLC0415 - as in Desk

    assert desk.shelf is not None
    return Needs(
        desk.till.journal.head.seq,
        desk.shelf.etag,
        desk.requests(),
        desk.health(),
        soon=_waits(desk),
        question=desk.question,
        claim=desk.till.claim_open,
        customers=desk.customers.due(desk.till.acknowledged),
    )


def _waits(desk: Desk) -> bool:
    """Somebody stands before the kiosk and waits for the office: to be enabled, or for the end of a close."""
    assert desk.shelf is not None
    if desk.shelf.unit().code == "unit_disabled":
        return True
    events = desk.shelf.events.values()
    return not desk.till.ledger.unsynced and any(desk.till.is_cut(e.id) and not e.settled for e in events)
