"""What keeps an operator informed and the kiosk in order: states, letters, checks, settings, the end of sales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from kiosk.config import MODES, PAPERS_MM, SELL_MODES, THEMES
from kiosk.flow.part import Part, size_words, span_words
from kiosk.flow.said import (
    CheckSeen,
    Command,
    Declined,
    Do,
    Exported,
    LookAround,
    MessagesSeen,
    OpenDrawer,
    ReadMessages,
    RunCheck,
    Set,
    SettingsSeen,
    SyncNow,
    Touch,
)
from kiosk.words import LANGUAGES, joined, phrase

if TYPE_CHECKING:
    from kiosk.flow import Flow

CLOSING_MIN = (15, 5, 1)
"""Minutes before the close at which an operator is told of it."""
SCAN_MS_MAX = 20_000
SETTINGS_MS_MAX = 120_000
"""Settings that nobody touches for so long close themselves: their supervisor has gone."""
IDLE_MS = 60_000
"""Nobody is logged on and nobody has touched anything for so long: the front page comes back."""
DO_MS_MAX = 120_000
"""A stick that takes longer than this for an export is not waited for; where it comes to an end that is still said."""
NETWORK_MS_MAX = 20_000
"""Longer than the uplink waits for an answer."""
SCAN_CHARS_MAX = 40
ANYBODYS = ("attract", "pin", "blocked", "starting", "enrol")
"""Screens before which nobody knows who stands."""

CHECKS = (
    ("printer", phrase("Printer"), phrase("Print a test page")),
    ("scanner", phrase("Scanner"), phrase("Scan something")),
    ("drawer", phrase("Cash drawer"), phrase("Open the drawer")),
    ("disk", phrase("Disk"), phrase("Write to it")),
    ("clock", phrase("Clock"), phrase("Compare")),
    ("network", phrase("Office"), phrase("Ask the office")),
    ("journal", phrase("Journal"), phrase("Check every entry")),
    ("program", phrase("Program"), phrase("Check every file")),
    ("mirror", phrase("Second copy"), phrase("Compare")),
)
"""Code, title and what its test does."""
ALONE = ("disk", "clock", "network", "journal", "program", "mirror")
"""Checks that need nobody's hands and no paper."""
DEVICES = ("printer", "scanner", "drawer")

NONE = "none"
LABELS = {
    "language": phrase("Language of the screens"),
    "theme": phrase("Colours"),
    "large": phrase("Text and buttons"),
    "mode": phrase("Who serves"),
    "sell_mode": phrase("Selling"),
    "printer": phrase("Printer"),
    "paper": phrase("Paper"),
    "scanner": phrase("Scanner"),
    "drawer": phrase("Cash drawer"),
    "mirror": phrase("Second copy"),
}
WORDS = {
    ("theme", "light"): phrase("Light"),
    ("theme", "dark"): phrase("Dark"),
    ("theme", "contrast"): phrase("High contrast"),
    ("large", "no"): phrase("Normal"),
    ("large", "yes"): phrase("Large"),
    ("mode", "attended"): phrase("An operator"),
    ("mode", "self_service"): phrase("Buyers themselves"),
    ("sell_mode", "runner"): phrase("Confirm each sale"),
    ("sell_mode", "fast"): phrase("Fast: two taps"),
    ("drawer", "no"): phrase("None"),
    ("drawer", "yes"): phrase("At the printer"),
    ("printer", NONE): phrase("None"),
    ("scanner", NONE): phrase("None"),
    ("mirror", NONE): phrase("None"),
}
FIXED: dict[str, tuple[str, ...]] = {
    "language": tuple(code for code, _ in LANGUAGES),
    "theme": THEMES,
    "large": ("no", "yes"),
    "mode": MODES,
    "sell_mode": SELL_MODES,
    "paper": tuple(str(mm) for mm in sorted(PAPERS_MM, reverse=True)),
    "drawer": ("no", "yes"),
}


class Upkeep(Part):
    """The strip of states, and the screens behind it: sync, messages, diagnostics, settings; the closed screen."""

    free = frozenset({"sync", "messages", "diagnostics", "settings"})
    anytime = frozenset({"open_sync", "sync_now"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._origin = "sell"
        """Where messages, diagnostics and settings were opened from."""
        self._letters = MessagesSeen()
        self._told_of = ""
        """The letter that was shown last without being asked for."""
        self._found: dict[str, CheckSeen] = {}
        self._until: dict[str, int] = {}
        """Until when a check may run before it is given up."""
        self._settings = SettingsSeen()
        self._asked: tuple[int | None, int] | None = None
        """Somebody wants to know how the office answers: the last contact when they asked, until when it is waited for."""
        self._counted: set[tuple[str, int, int]] = set()
        """Closes that were announced: event, time of the close, minutes."""
        self.touches = {
            "open_sync": self._open_sync,
            "sync_now": self._sync_now,
            "open_messages": self._open_messages,
            "messages_read": self._messages_read,
            "open_diagnostics": self._open_diagnostics,
            "check": self._check,
            "check_all": self._check_all,
            "open_settings": self._open_settings,
            "set": self._set,
            "settings_do": self._do,
        }
        self.backs = {
            "sync": self._leave_sync,
            "messages": self._leave,
            "diagnostics": self._leave,
            "settings": self._leave,
        }
        self.scans = {"diagnostics": self._scanned}
        self.handlers = {
            CheckSeen: self._on_check,
            MessagesSeen: self._on_messages,
            SettingsSeen: self._on_settings,
            Exported: self._on_exported,
        }
        self.declined = {"RunCheck": self._check_declined}

    def forget(self) -> None:
        """The operator leaves: what was tested stays known, what is under way is not waited for."""
        if self._told_of:
            self.flow.unsay()
            self._told_of = ""  # who comes next is told again
        self._asked = None
        self._until.clear()
        self._found = {code: seen for code, seen in self._found.items() if seen.state != "running"}

    def tick(self) -> None:
        """Give up what nobody answered, and tell of the close that comes near."""
        for code, until in list(self._until.items()):
            if self.flow.monotonic >= until:
                del self._until[code]
                self._found[code] = (
                    CheckSeen("scanner", "unknown", phrase("Nothing was scanned."), phrase("Try again."))
                    if code == "scanner"
                    else CheckSeen(
                        "network",
                        "bad",
                        phrase("The office did not answer."),
                        phrase("Selling goes on without it. Check the network's cable, or its Wi-Fi."),
                    )
                )
        if self.flow.screen == "settings" and self.flow.monotonic >= self._settings_until:
            self._leave()
        if self.flow.waiting == "Do" and self.flow.monotonic >= self._do_until:
            self.flow.waiting = ""
        self._go_home()
        self._sync_ended()
        self._tell()
        self._count_down()

    def _go_home(self) -> None:
        """Who passed by and looked has gone: what they opened does not stand before the next buyer."""
        flow = self.flow
        if flow.operator or flow.waiting or flow.approval.open or flow.idle_ms() < IDLE_MS:
            return
        if flow.screen == "sync":
            self._leave_sync()
        elif flow.screen in ("messages", "diagnostics") and not any(map(self._runs, self._found)):
            self._leave()

    def _count_down(self) -> None:
        flow = self.flow
        if not self._at_work():
            return
        for event in flow.shop.events:
            left_s = (event.closes_at - flow.now) // 1000
            if not event.answer.can or not 0 < left_s <= 60 * CLOSING_MIN[0]:
                continue
            minutes = min(m for m in CLOSING_MIN if left_s <= 60 * m)
            mark = (event.id, event.closes_at, minutes)
            if mark in self._counted:
                continue
            self._counted.add(mark)
            flow.say(
                phrase("Sales for {event} close in one minute.", event=event.name)
                if left_s <= 60
                else phrase("Sales for {event} close in {n} minutes.", event=event.name, n=-(-left_s // 60)),
                "warn",
            )

    # Getting there ----------------------------------------------------------------------------------

    def _enter(self, screen: str) -> bool:
        """Go to one of this part's screens, if that is possible here; whether it was."""
        flow = self.flow
        if flow.screen in self.free:
            if flow.screen == "sync":
                self._origin = flow.origin
        elif flow.screen in flow.free or flow.screen in ("pin", "attract", "blocked"):
            self._origin = flow.screen
        else:
            return False
        flow.screen = screen
        return True

    def _leave(self) -> list[Command]:
        self.flow.screen = self._origin if self._origin != "done" else "sell"
        return []

    def _open_sync(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen == "sync":  # a finger that touched twice
            return []
        if flow.screen in self.free:
            flow.origin = self._origin
            flow.screen = "sync"
        elif flow.screen in ("sell", "pin", "done", "shift"):
            flow.origin = "pin" if flow.screen == "pin" else "sell"
            flow.screen = "sync"
        return []

    def _leave_sync(self) -> list[Command]:
        self.flow.screen = self.flow.origin
        return []

    def _sync_now(self, _touch: Touch) -> list[Command]:
        self.flow.say(phrase("Talking to the office."))
        self._asked = (self.flow.sync.contact_at, self.flow.monotonic + NETWORK_MS_MAX)
        return [SyncNow()]

    def _sync_ended(self) -> None:
        """Say what became of it to whoever asked, while they stand there."""
        if self._asked is None:
            return
        flow, (contact_at, until) = self.flow, self._asked
        s = flow.sync
        if flow.screen_shown() not in ("sync", "closed"):
            self._asked = None
        elif s.contact_at != contact_at and s.network == "online" and s.acknowledged >= s.head:
            self._asked = None
            flow.say(phrase("Everything is at the office."))
        elif flow.monotonic >= until:
            self._asked = None
            if s.contact_at == contact_at:
                flow.say(phrase("The office does not answer."), "warn")
            elif s.network == "refused":
                flow.say(s.network_words, "warn")
            else:
                flow.say(
                    phrase("Sales still to be uploaded: {n}. Keep the kiosk on and connected.", n=s.unsynced),
                    "warn",
                )

    # Letters of the office --------------------------------------------------------------------------

    def _on_messages(self, event: MessagesSeen) -> list[Command]:
        self._letters = event
        if self._told_of and not self._unread():
            self.flow.unsay()
        self._tell()
        return []

    def _at_work(self) -> bool:
        """An operator is logged on, at a screen that is theirs: a kiosk that stopped stands before everybody."""
        return bool(self.flow.operator) and self.flow.screen_shown() not in ANYBODYS

    def _tell(self) -> None:
        """Show the newest letter to the operator who is there; no buyer is told of it."""
        if not self._at_work():
            if self._told_of:  # the screen is anybody's now; told again where an operator goes on
                self.flow.unsay()
                self._told_of = ""
            return
        newest = next((m for m in self._letters.messages if m.unread), None)
        if newest is not None and newest.id != self._told_of:
            self._told_of = newest.id
            self.flow.say(newest.text, "info", stays=True)

    def _open_messages(self, _touch: Touch) -> list[Command]:
        if self.flow.operator:
            self._enter("messages")
        else:
            self.flow.say(phrase("Log on first."), "warn")
        return []

    def _messages_read(self, _touch: Touch) -> list[Command]:
        unread = tuple(m.id for m in self._letters.messages if m.unread)
        if self.flow.screen != "messages" or not unread or not self.flow.operator:
            return []
        return [ReadMessages(unread)]

    # Checks -----------------------------------------------------------------------------------------

    def _open_diagnostics(self, _touch: Touch) -> list[Command]:
        return [LookAround()] if self._enter("diagnostics") else []

    def _check(self, touch: Touch) -> list[Command]:
        code, flow = touch.arg, self.flow
        if flow.screen != "diagnostics" or code not in [c for c, _, _ in CHECKS] or self._runs(code):
            return []
        if code == "scanner":
            return self._begin_scan()
        if code == "drawer":
            if not self._has("drawer"):
                flow.say(phrase("No cash drawer is set up."), "warn")
                return []
            return flow.approval.ask(
                phrase("Open the drawer"),
                phrase("The drawer is opened without a sale."),
                lambda who: [OpenDrawer(flow.operator or who, "no_sale", who)],
            )
        if code == "printer" and not flow.operator:
            flow.say(phrase("Log on first."), "warn")
            return []
        return self._run(code)

    def _check_all(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "diagnostics":
            return []
        return [command for code in ALONE if not self._runs(code) for command in self._run(code)]

    def _run(self, code: str) -> list[Command]:
        self._found[code] = CheckSeen(code, "running", phrase("Looking …"))
        if code == "network":
            self._until[code] = self.flow.monotonic + NETWORK_MS_MAX
        return [RunCheck(code, self.flow.operator)]

    def _begin_scan(self) -> list[Command]:
        words = phrase("Scan a ticket, or any code.")
        self._found["scanner"] = CheckSeen("scanner", "running", words)
        self._until["scanner"] = self.flow.monotonic + SCAN_MS_MAX
        return []

    def _scanned(self, text: str) -> list[Command]:
        self._until.pop("scanner", None)
        shown = text if len(text) <= SCAN_CHARS_MAX else text[:SCAN_CHARS_MAX] + "…"
        self._found["scanner"] = CheckSeen("scanner", "ok", phrase("It read: {text}", text=shown))
        return []

    def _runs(self, code: str) -> bool:
        return code in self._found and self._found[code].state == "running"

    def _on_check(self, event: CheckSeen) -> list[Command]:
        if event.code != "network" or self._runs("network"):
            self._found[event.code] = event
            self._until.pop(event.code, None)
        return []

    def _check_declined(self, event: Declined) -> list[Command] | None:
        for code in [c for c in self._found if self._runs(c)]:
            self._found[code] = CheckSeen(code, "bad", event.words, event.hint)
        return []

    # Settings ---------------------------------------------------------------------------------------

    def _has(self, setting: str) -> bool:
        return self._settings.values.get(setting, "") not in ("", NONE, "no")

    def _open_settings(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen not in flow.free and flow.screen not in ("pin", "attract", "blocked"):
            return []
        return flow.approval.ask(
            phrase("Open the settings"),
            phrase("What is changed here is noted with your name."),
            self._allowed,
        )

    def _allowed(self, supervisor: str) -> list[Command]:
        if not self._enter("settings"):
            return []
        self._by = supervisor
        self._settings_until = self.flow.monotonic + SETTINGS_MS_MAX
        return [LookAround()]

    _by = ""
    """The supervisor who opened the settings."""
    _settings_until = 0
    _do_until = 0
    """Until when the screens wait for what was begun in the settings."""

    def _on_settings(self, event: SettingsSeen) -> list[Command]:
        flow, before, self._settings = self.flow, self._settings.values, event
        if flow.waiting in ("Set", "Do"):
            flow.waiting = ""
        values = event.values
        if values["language"] != before.get("language"):
            flow.language = flow.language_set = values["language"]
        flow.theme, flow.large = values["theme"], values["large"] == "yes"
        flow.mode, flow.sell_mode = values["mode"], values["sell_mode"]
        flow.service.mode_changed()
        return []

    def _on_exported(self, event: Exported) -> list[Command]:
        if self.flow.waiting == "Do":
            self.flow.waiting = ""
        self.flow.say(
            phrase(
                "Written to {medium}: {file}. Take it to the office.", medium=event.medium, file=event.file
            ),
            stays=True,
        )
        return []

    def _choices(self, setting: str) -> tuple[str, ...]:
        """What can be chosen; for devices what is set, what the system shows, and none."""
        if setting in FIXED:
            return FIXED[setting]
        held = self._settings.values.get(setting, "")
        found = [x for x in self._settings.found.get(setting, ()) if x != held]
        return (*([held] if held not in ("", NONE) else []), *found, NONE)

    def _set(self, touch: Touch) -> list[Command]:
        self._settings_until = self.flow.monotonic + SETTINGS_MS_MAX
        setting, _, value = touch.arg.partition(":")
        if self.flow.screen != "settings" or setting not in LABELS or value not in self._choices(setting):
            return []
        if value == (self._settings.values.get(setting) or NONE) or setting in self._settings.given:
            return []
        self.flow.waiting = "Set"
        return [Set(setting, value, self._by)]

    def _why_not(self, what: str) -> str:
        """Why this cannot be done now; empty where it can."""
        s = self._settings
        if what in ("export", "export_all") and not s.medium:
            return phrase("Plug a USB stick in first.")
        if what == "export" and not s.unsynced:
            return phrase("The office has everything.")
        if what == "restart" and not s.kept:
            return phrase("Nothing would start it again: switch the kiosk off and on.")
        if what == "log_out":
            if s.unsynced:
                return phrase(
                    "Entries that the office has not got: {n}. Connect the kiosk, or export them to a USB stick.",
                    n=s.unsynced,
                )
            if self.flow.shift.words():
                return phrase("A shift is open. Close it first.")
        return ""

    def _do(self, touch: Touch) -> list[Command]:
        what, flow = touch.arg, self.flow
        self._settings_until = flow.monotonic + SETTINGS_MS_MAX
        if flow.screen != "settings" or what not in ("export", "export_all", "restart", "log_out"):
            return []
        if why_not := self._why_not(what):
            flow.say(why_not, "warn")
            return []
        flow.waiting, self._do_until = "Do", flow.monotonic + DO_MS_MAX
        return [Do(what, self._by)]

    # The end of sales -------------------------------------------------------------------------------

    def all_closed(self) -> bool:
        """Nothing is left to sell: every event's sales are over."""
        events = self.flow.shop.events
        closed = [e for e in events if e.cut or e.state in ("closed", "drawn", "completed")]
        return (
            bool(closed)
            and not self.flow.counter.basket
            and all(e in closed or e.state == "cancelled" for e in events)
        )

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:
        """``status``, ``sync``, ``closed``, ``messages``, ``diagnostics``, ``settings``."""
        return {
            "status": self._view_status(now),
            "sync": self._view_sync(now),
            "closed": self._view_closed(),
            "messages": self._view_messages(now),
            "diagnostics": self._view_diagnostics(),
            "settings": self._view_settings(),
        }

    def _view_messages(self, now: int) -> dict[str, Any]:
        if self.flow.screen != "messages":  # nobody looks, and every touch makes a view
            return {"rows": [], "unread": self._unread()}
        return {
            "rows": [
                {
                    "id": m.id,
                    "text": m.text,
                    "at": phrase("{span} ago", span=span_words(max(0, (now - m.at) // 1000))),
                    "unread": m.unread,
                }
                for m in self._letters.messages
            ],
            "unread": self._unread(),
        }

    def _unread(self) -> int:
        return sum(m.unread for m in self._letters.messages)

    def _view_diagnostics(self) -> dict[str, Any]:
        if self.flow.screen != "diagnostics":
            return {"checks": [], "running": False}
        rows = []
        for code, title, test in CHECKS:
            seen = self._state(code)
            rows.append(
                {
                    "code": code,
                    "title": title,
                    "state": seen.state,
                    "words": seen.words,
                    "what_to_do": seen.what_to_do,
                    "can_test": True,
                    "test_words": test,
                    "progress": seen.progress,
                }
            )
        return {"checks": rows, "running": any(row["state"] == "running" for row in rows)}

    def _state(self, code: str) -> CheckSeen:
        """What is known of it: trouble that a device tells, the last test, how the device is."""
        tested = self._found.get(code)
        if code not in DEVICES or (tested is not None and tested.state == "running"):
            return tested or CheckSeen(code, "unknown", phrase("Not looked at yet."))
        device = self.flow.devices[code]
        if device.ok is False:
            return CheckSeen(code, "bad", device.words, device.advice)
        if tested is not None:
            return tested
        if not self._has(code):
            return CheckSeen(
                code,
                "unknown",
                phrase("None is set up."),
                phrase("A supervisor can choose one in the settings."),
            )
        state: Literal["ok", "warn", "unknown"] = "unknown" if device.ok is None else "ok"
        if device.ok and device.advice:
            state = "warn"
        return CheckSeen(code, state, device.words, device.advice)

    def _view_settings(self) -> dict[str, Any]:
        if self.flow.screen != "settings":
            return {"rows": [], "actions": []}
        s = self._settings
        rows = []
        for setting, label in LABELS.items():
            held = s.values.get(setting) or NONE
            rows.append(
                {
                    "code": setting,
                    "label": label,
                    "value": self._words(setting, held),
                    "choices": [
                        {"code": c, "words": self._words(setting, c), "selected": c == held}
                        for c in self._choices(setting)
                    ],
                    "restart": setting in s.restart,
                    "why_not": joined(
                        phrase("This is set on the kiosk's command line."),
                        phrase("Whoever installed the kiosk has to change it there."),
                    )
                    if setting in s.given
                    else "",
                }
            )
        actions = [
            ("export", phrase("Export what is not uploaded"), False),
            ("export_all", phrase("Export the whole journal"), False),
            ("restart", phrase("Start the kiosk again"), False),
            ("log_out", phrase("Log this kiosk out of the office"), True),
        ]
        return {
            "rows": rows,
            "actions": [
                {"code": code, "label": label, "danger": danger, "why_not": self._why_not(code)}
                for code, label, danger in actions
            ],
        }

    def _words(self, setting: str, value: str) -> str:
        if setting == "language":
            return dict(LANGUAGES).get(value, value)
        if setting == "paper":
            return phrase("{n} mm", n=value)
        return WORDS.get((setting, value)) or _place(value)

    def _view_status(self, now: int) -> dict[str, Any]:
        flow = self.flow
        s, event = flow.sync, flow.counter.shown()
        oldest = None if s.oldest_at is None else max(0, (now - s.oldest_at) // 1000)
        closes = None if event is None or not event.answer.can else max(0, (event.closes_at - now) // 1000)
        printer, scanner = flow.devices["printer"], flow.devices["scanner"]
        skew = s.skew_ms
        clock_ok = None if skew is None else abs(skew) <= 60_000
        clock = phrase("Not compared yet") if skew is None else phrase("Right")
        if skew is not None and not clock_ok:
            clock = (
                phrase("{span} fast", span=span_words(skew // 1000))
                if skew > 0
                else phrase("{span} slow", span=span_words(-skew // 1000))
            )
        return {
            "unsynced": s.unsynced,
            "oldest": "" if oldest is None else span_words(oldest),
            "numbers_left": None if event is None or not event.granted else event.left,
            "numbers_low": event is not None and event.granted and event.low,
            "printer": printer.words,
            "printer_ok": printer.ok,
            "scanner": scanner.words,
            "scanner_ok": scanner.ok,
            "network": s.network,
            "network_words": s.network_words,
            "clock_words": clock,
            "clock_ok": clock_ok,
            "closes_in_s": closes,
            "closes": "" if closes is None else phrase("Closes in {span}", span=span_words(closes)),
            "unit_state": flow.shop.unit_state,
            "rsu_name": flow.shop.name,
            "operator": flow.operator_name,
            "uploading": s.uploading,
            "messages": self._unread(),
            "shift": flow.shift.words(),
            "mirror_ok": s.mirror_ok,
            "mirror_words": s.mirror_words,
            "drawer_words": flow.devices["drawer"].words if "drawer" in flow.devices else "",
        }

    def _view_sync(self, now: int) -> dict[str, Any]:
        s, program = self.flow.sync, self.flow.program
        contact = (
            phrase("Never")
            if s.contact_at is None
            else phrase("{span} ago", span=span_words(max(0, (now - s.contact_at) // 1000)))
        )
        rows = [
            (phrase("Server"), s.server),
            (phrase("Network"), s.network_words),
            (phrase("Last contact"), contact),
            (phrase("Sales to upload"), str(s.unsynced)),
            (phrase("Journal"), phrase("{head} entries, {n} at the office", head=s.head, n=s.acknowledged)),
            (phrase("Second copy"), s.mirror_words),
            (
                phrase("Events and prices"),
                phrase("Version {version}", version=f"{s.catalog[0]}.{s.catalog[1]}"),
            ),
            (phrase("Free disk"), size_words(s.free_bytes)),
            (phrase("Program"), f"{program.get('version', '')} · {program.get('hash', '')}"),
        ]
        return {
            "rows": [{"label": label, "value": value} for label, value in rows if value],
            "uploading": s.uploading,
            "last_contact": contact,
            "server": s.server,
            "head": str(s.head),
            "all_uploaded": s.head > 0 and s.acknowledged >= s.head,
        }

    def _view_closed(self) -> dict[str, Any]:
        s, events = self.flow.sync, self.flow.shop.events
        cut = [e for e in events if e.cut]
        settled = bool(cut) and all(e.settled for e in cut) and s.unsynced == 0
        words = phrase("All sales uploaded. The office has confirmed them.")
        if not settled:
            words = phrase("Sales still to be uploaded: {n}. Keep the kiosk on and connected.", n=s.unsynced)
            if s.unsynced == 0:
                words = phrase(
                    "All sales are uploaded. Waiting for the office to confirm that it has them all. Keep the kiosk on and connected."
                )
        return {
            "title": phrase("Sales are closed"),
            "words": ", ".join(e.name for e in events),
            "all_uploaded": settled,
            "uploaded_words": words,
            "unsynced": s.unsynced,
            "can_close_shift": self.flow.shift.can_close(),
            "shift_words": joined(self.flow.shift.words(), phrase("is still to be closed."))
            if self.flow.shift.words()
            else "",
        }


def _place(address: str) -> str:
    """A device's address as a person would name it: the end of its path, or where it is on the network."""
    plain = address.partition("://")[2] or address
    plain = plain.partition("?")[0]
    return plain.rpartition("/")[2] or plain
