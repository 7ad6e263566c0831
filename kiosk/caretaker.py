"""What the screens want of checks, settings and the office's letters, carried out; each changed setting is a fact in the journal."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kiosk import upkeep
from kiosk.config import Config
from kiosk.flow import said as f
from kiosk.flow.upkeep import NONE
from kiosk.words import Say, phrase
from shared import sale
from shared.errors import Fault, Refused

if TYPE_CHECKING:
    from hardware.printer import Document
    from kiosk.till import Till
    from shared.clock import Clock

AT_ONCE = ("language", "theme", "large", "mode", "sell_mode")
"""Settings that count from this moment on; the others from the next start."""
LEAVING = "log-out"
"""A file in the data folder: the next start puts this kiosk's identity and journal away."""
LEAVE_MS_MAX = 120_000
"""A log-out that the office has not heard of for so long is let go."""
SLOW_MS = 3_000
"""An office that takes longer than this to answer is slow."""

Work = Callable[[Callable[[f.Event], None]], None]

_log = logging.getLogger(__name__)


class Hands(Protocol):
    """What is done beside the desk."""

    def beside(self, work: Work) -> None:
        """Do something slow elsewhere; what it reports comes back as events."""
        ...

    def restart(self) -> None:
        """End the program, so that whoever keeps it starts it again."""
        ...

    def hurry(self) -> None:
        """Talk to the office now."""
        ...


class Caretaker:
    """Carries out the commands of the upkeep screens. It belongs to the thread of its till."""

    def __init__(
        self,
        till: Till,
        config: Config,
        clock: Clock,
        hands: Hands,
        handle: Callable[[f.Event], None],
        appended: Callable[[], None],
        print_page: Callable[[Document, Callable[[f.PageEnded], None]], None],
        *,
        name: str,
        kept: bool,
        say: Callable[[], tuple[Say, str]],
    ) -> None:
        """``kept``: somebody starts the program again where it ends; ``say`` tells how a page is said now."""
        self._till, self.config, self._clock, self._hands = till, config, clock, hands
        self._handle, self._appended, self._print_page = handle, appended, print_page
        self._name, self._kept, self._say = name, kept, say
        self._letters = upkeep.Letters(till.journal.store)
        self._seen: f.MessagesSeen | None = None
        self._restart: set[str] = set()
        self._asked_ms: int | None = None
        """When somebody wanted to know whether the office answers; None where nobody does."""
        self._leaving = ""
        """The supervisor who has logged the kiosk out, while the office is still being told."""
        self._leave_until = 0
        self.mirror_words, self.behind = "", 0
        self.commands: dict[type, Callable[[Any], None]] = {
            f.RunCheck: self._run_check,
            f.LookAround: lambda _: self._look_around(),
            f.Set: self._set,
            f.Do: self._do,
            f.ReadMessages: self._read,
        }

    # Letters ----------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the office's letters where they have changed; go on with what waits for the office."""
        self._letters.take(self._till.shelf.messages(), self._till.watch.now())
        seen = f.MessagesSeen(self._letters.shown())
        if seen != self._seen:
            self._seen = seen
            self._handle(seen)
        if self._leaving:
            self._go_on_leaving()

    def _read(self, command: f.ReadMessages) -> None:
        self._letters.read(command.messages)
        self.refresh()

    # Checks -----------------------------------------------------------------------------------------

    def _run_check(self, command: f.RunCheck) -> None:
        journal, config = self._till.journal, self.config
        me, store = journal.identity, journal.store
        match command.code:
            case "printer":
                self._test_page()
            case "clock":
                self._handle(self._clock_seen())
            case "network":
                self._asked_ms = self._clock.monotonic_ms()
                self._hands.hurry()
            case "disk":
                self._beside(
                    "disk", lambda: [upkeep.disk(config.data, config.disk_reserve_bytes, self._clock)]
                )
            case "program":
                self._beside("program", lambda: [upkeep.program(installed(), config.publisher)])
            case "journal":
                journal.sign()
                self._hands.beside(
                    lambda report: upkeep.with_reader(
                        "journal", store.reader, lambda reader: upkeep.journal(reader, me), report
                    )
                )
            case "mirror":
                words, behind = self.mirror_words, self.behind
                self._hands.beside(
                    lambda report: upkeep.with_reader(
                        "mirror",
                        store.reader,
                        lambda reader: upkeep.mirror(config, me, reader, words, behind),
                        report,
                    )
                )

    def _beside(self, code: str, steps: Callable[[], Iterable[f.CheckSeen]]) -> None:
        self._hands.beside(lambda report: upkeep.beside(code, steps, report))

    def _test_page(self) -> None:
        say, language = self._say()
        page = upkeep.test_page(self._name, self._till.watch.now(), self.config.paper_mm, say, language)
        self._print_page(page, self._page_ended)

    def _page_ended(self, ended: f.PageEnded) -> None:
        whole = ended.outcome == "confirmed"
        words = phrase("The test page came out whole.") if whole else ended.words
        self._handle(f.CheckSeen("printer", "ok" if whole else "bad", words, ended.advice))

    def _clock_seen(self) -> f.CheckSeen:
        watch = self._till.watch
        answer = watch.check(self._till.journal.head.at)
        if not answer.can:
            return f.CheckSeen("clock", "bad", answer.words, answer.hint)
        moved_s = (self._clock.now_ms() - watch.now()) // 1000
        skew = watch.skew_ms()
        if abs(moved_s) * 1000 > upkeep.CLOCK_MS_MAX:
            return f.CheckSeen(
                "clock",
                "warn",
                phrase(
                    "The clock was set while the kiosk ran: {n} s away from the time since it started.",
                    n=moved_s,
                ),
                phrase("Sales close by the time since the start. Tell the office."),
            )
        if skew is None:
            return f.CheckSeen(
                "clock",
                "unknown",
                phrase("Not compared with the office yet."),
                phrase("It is compared at the next contact."),
            )
        if abs(skew) > upkeep.CLOCK_MS_MAX:
            return f.CheckSeen(
                "clock",
                "warn",
                phrase("{n} s away from the office's clock.", n=skew // 1000),
                phrase(
                    "Have the clock set right before the next event. Sales close at the right time all the same."
                ),
            )
        return f.CheckSeen(
            "clock",
            "ok",
            # A nought is added because one that was rounded from below bears a minus.
            phrase("{n} s away from the office's clock.", n=round(skew / 1000, 1) + 0.0),
        )

    def office_answered(self) -> None:
        """The office has answered something just now."""
        if self._asked_ms is None:
            return
        took_ms, self._asked_ms = self._clock.monotonic_ms() - self._asked_ms, None
        words = phrase("The office answered within {ms} ms.", ms=max(1, took_ms))
        if took_ms > SLOW_MS:
            self._handle(
                f.CheckSeen("network", "warn", words, phrase("The network is slow; selling is not."))
            )
        else:
            self._handle(f.CheckSeen("network", "ok", words))

    def office_silent(self, words: str) -> None:
        """The office was asked in vain."""
        if self._asked_ms is not None:
            self._asked_ms = None
            hint = phrase("Selling goes on without it. Check the network's cable, or its Wi-Fi.")
            self._handle(f.CheckSeen("network", "bad", words, hint))

    # Settings ---------------------------------------------------------------------------------------

    def values(self) -> dict[str, str]:
        """The settings as the screens know them."""
        return setting_values(self.config)

    def _unsynced(self) -> int:
        return self._till.journal.head.seq - self._till.acknowledged

    def _look_around(self) -> None:
        media = upkeep.media()
        found = {
            "printer": tuple(upkeep.printers()),
            "scanner": tuple(upkeep.scanners()),
            "mirror": tuple(str(m) for m in media),
        }
        medium = self._medium(media)
        self._handle(
            f.SettingsSeen(
                values=self.values(),
                given=tuple(s for s, held in self.values().items() if meant(s, held)[0] in self.config.given),
                found=found,
                unsynced=self._unsynced(),
                kept=self._kept,
                medium="" if medium is None else str(medium),
                restart=tuple(sorted(self._restart)),
            )
        )

    def _medium(self, media: list[Path]) -> Path | None:
        """Where an export goes: what was plugged in, before the second copy's medium."""
        mirror = self.config.mirror
        other = [m for m in media if m != mirror]
        return other[0] if other else mirror

    def _set(self, command: f.Set) -> None:
        setting, config = command.setting, self.config
        before = self.values()[setting] or NONE
        name, value = meant(setting, command.value)
        if name in config.given:
            raise Refused(
                "given",
                phrase("This is set on the kiosk's command line."),
                phrase("Whoever installed the kiosk has to change it there."),
            )
        old = meant(setting, before)[1]
        upkeep.keep_setting(config.data, {name: value})
        try:
            self._till.state(sale.Changed(setting=setting, before=before, after=command.value, by=command.by))
        except Fault:
            upkeep.keep_setting(config.data, {name: old})
            raise
        kept: Any = (
            Path(str(value)) if name == "mirror" and value else (value or None if name == "mirror" else value)
        )
        self.config = dataclasses.replace(config, **{name: kept})
        if setting not in AT_ONCE:
            self._restart.add(setting)
        self._appended()
        self._look_around()

    def _do(self, command: f.Do) -> None:
        match command.what:
            case "restart":
                self._hands.restart()
            case "log_out":
                self._log_out(command.by)
            case "export" | "export_all":
                self._export(whole=command.what == "export_all", by=command.by)

    def _export(self, *, whole: bool, by: str) -> None:
        medium = self._medium(upkeep.media())
        if medium is None:
            raise Refused(
                "no_medium", phrase("No USB stick is plugged in."), phrase("Plug one in and try again.")
            )
        journal = self._till.journal
        journal.sign()
        me, store = journal.identity, journal.store
        after = 0 if whole else self._till.acknowledged

        def work(report: Callable[[f.Event], None]) -> None:
            try:
                reader = store.reader()
                try:
                    target = upkeep.export(reader, me, after, medium)
                finally:
                    reader.close()
            except Fault as e:
                report(f.Declined("Do", e.code, e.message, e.hint))
            else:
                report(f.Exported(target.name, str(medium)))

        _log.info("export of all behind entry %d to %s by %s", after, medium, by)
        self._hands.beside(work)

    # Leaving the office -----------------------------------------------------------------------------

    def _log_out(self, by: str) -> None:
        """Let go of the office: only when it has everything, and it is told first."""
        if left := self._unsynced():
            raise Refused(
                "unsynced",
                phrase("Entries that the office has not got: {n}.", n=left),
                phrase("Connect the kiosk, or export them to a USB stick and have the office take them in."),
            )
        if self._till.pending():
            raise Refused(
                "print_open", phrase("A ticket's print has no end yet."), phrase("Log on and settle it.")
            )
        if self._till.claim_open is not None:
            raise Refused(
                "claim_open",
                phrase("The office has not answered about the last prize yet."),
                phrase("Wait for that answer; the kiosk goes on asking."),
            )
        me = self._till.journal.identity
        self._till.state(sale.Changed(setting="log_out", before=f"{me.rsu}/{me.epoch}", after="", by=by))
        self._leaving, self._leave_until = by, self._clock.monotonic_ms() + LEAVE_MS_MAX
        self._hands.hurry()
        self._appended()
        self._look_around()

    def _go_on_leaving(self) -> None:
        late = self._clock.monotonic_ms() >= self._leave_until
        # What buyers told is handed over behind the journal, and would be left behind on this disk.
        if self._unsynced() == 0 and not self._till.journal.store.customer_seqs():
            self._leave()
        elif late or self._till.ledger.unsynced:
            self._leaving = ""
            words = phrase("This kiosk is still the office's: it could not be told of the log-out.")
            self._handle(f.Declined("Do", "not_told", words, phrase("Connect it and try again.")))

    def _leave(self) -> None:
        me = self._till.journal.identity
        note = {"rsu": me.rsu, "epoch": me.epoch, "by": self._leaving}
        upkeep.note(self.config.data / LEAVING, json.dumps(note).encode())
        self._leaving = ""
        self._handle(
            f.Halted(
                "logged_out",
                phrase("This kiosk is logged out"),
                phrase("The office has everything that it sold."),
                phrase("It starts again by itself in a moment.")
                if self._kept
                else phrase("Switch it off and on again to enrol it anew."),
                can_retry=False,
            )
        )
        self._hands.restart()


def put_away(folder: Path) -> None:
    """Where the kiosk was logged out, put its identity and journal into a folder of their own; nothing is deleted.

    Behind the folder's lock, before the store is opened: never from under a program that still runs. ``Fault`` where the
    disk fails.
    """
    mark = folder / LEAVING
    if not mark.exists():
        return
    try:
        left = json.loads(mark.read_bytes())
        kept = folder / f"left-{left['rsu']}-{left['epoch']}"
        kept.mkdir(exist_ok=True)
        for path in sorted(folder.glob("kiosk.sqlite*")):
            path.rename(kept / path.name)
        identity = folder / "identity.json"
        if identity.exists():
            identity.rename(kept / identity.name)
        mark.unlink()
    except (OSError, ValueError, KeyError) as e:
        raise Fault(
            "log_out", phrase("The kiosk's old data cannot be put away."), phrase("Call the office.")
        ) from e


def installed() -> Path:
    """Where the program's files are."""
    from kiosk import manifest  # noqa: PLC0415 - reads nothing until somebody asks

    return manifest.installed()


def setting_values(config: Config) -> dict[str, str]:
    """A kiosk's settings as the screens know them; empty where nothing is set up."""
    return {
        "language": config.language,
        "theme": config.theme,
        "large": "yes" if config.large_text else "no",
        "mode": config.mode,
        "sell_mode": config.sell_mode,
        "printer": config.printer,
        "paper": str(config.paper_mm),
        "scanner": config.scanner,
        "drawer": "yes" if config.drawer else "no",
        "mirror": str(config.mirror) if config.mirror else "",
    }


def meant(setting: str, value: str) -> tuple[str, str | int | bool]:
    """The name and value that a screen's setting has in ``kiosk.toml``."""
    match setting:
        case "paper":
            return "paper_mm", int(value)
        case "large":
            return "large_text", value == "yes"
        case "drawer":
            return "drawer", value == "yes"
        case _:
            return setting, "" if value == NONE else value
