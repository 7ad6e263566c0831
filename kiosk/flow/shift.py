"""The operator's shift and its cash: the drawer counted and moved, the shift opened and closed, its reports."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part
from kiosk.flow.said import (
    CloseShift,
    Command,
    CountCash,
    Declined,
    MakeReport,
    MoveCash,
    OpenDrawer,
    OpenShift,
    PrintReport,
    ReportEnded,
    ReportMade,
    ShiftStepped,
    Touch,
)
from kiosk.pieces import Piece
from kiosk.shifts import (
    MOVES_IN,
    MOVES_OUT,
    PIECES_MAX,
    Count,
    Report,
    Row,
    ShiftsSeen,
    ShiftView,
    piece_words,
)
from kiosk.words import joined, phrase
from shared import money
from shared.sale import ShiftSum

if TYPE_CHECKING:
    from kiosk.flow import Flow

AMOUNT_CHARS_MAX = 12
PIECES_CHARS_MAX = 5

_TITLES = {
    "open": phrase("Open the shift"),
    "check": phrase("Count the drawer"),
    "close": phrase("Close the shift"),
    "recount": phrase("Count the last shift again"),
}
_WORDS = {
    "open": phrase("Count the float that you start with."),
    "check": phrase("Nothing changes by counting; it is noted."),
    "close": phrase("Count everything in the drawer, the float too."),
    "recount": phrase(
        "Count everything that was in the drawer. What was signed stays; a supplement is made."
    ),
}


class _Tray:
    """What is being counted of one currency: pieces, or a typed sum."""

    def __init__(self, currency: str, pieces: tuple[Piece, ...]) -> None:
        self.currency, self.pieces = currency, pieces
        self.counts = dict.fromkeys((p.value for p in pieces), 0)
        self.sum_only = not pieces
        self.typed = ""
        self.focus = 0
        self.fresh = True
        """The next digit begins the figure anew."""
        self.touched = False

    @property
    def amount(self) -> int:
        """Minor units."""
        if self.sum_only:
            return minor(self.typed, self.currency) or 0
        return sum(value * n for value, n in self.counts.items())

    def counted(self) -> Count:
        """What was counted, as it is journalled."""
        pieces = () if self.sum_only else tuple((v, n) for v, n in self.counts.items() if n)
        return Count(self.currency, self.amount, pieces)

    def key(self, key: str) -> None:
        """A key of the keypad."""
        if self.sum_only:
            self._key_sum(key)
            return
        value = self.pieces[self.focus].value
        held = "" if self.fresh else str(self.counts[value])
        match key:
            case "enter":
                self.turn((self.focus + 1) % len(self.pieces))
                return
            case "clear":
                held = ""
            case "back":
                held = str(self.counts[value])[:-1]
            case _ if key.isdecimal() and len(key) == 1 and len(held) < PIECES_CHARS_MAX:
                held = held + key
            case _:
                return
        self.put(self.focus, int(held or "0"))
        self.fresh = False

    def _key_sum(self, key: str) -> None:
        before = self.typed
        if key == "clear":
            self.typed = ""
        elif key == "back":
            self.typed = self.typed[:-1]
        elif (key.isdecimal() or (key == "." and "." not in self.typed)) and len(key) == 1:
            self.typed = (self.typed + key)[:AMOUNT_CHARS_MAX]
        if minor(self.typed, self.currency) is None:
            self.typed = before
        self.touched = True

    def put(self, index: int, count: int) -> None:
        """So many of one kind."""
        self.counts[self.pieces[index].value] = min(max(count, 0), PIECES_MAX)
        self.touched = True

    def turn(self, index: int) -> None:
        """Another kind gets the keys."""
        self.focus, self.fresh = index, True


class Shift(Part):
    """The drawer that an operator answers for."""

    free = frozenset({"shift", "count", "move", "report"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self.seen = ShiftsSeen()
        """How the drawer stands."""
        self._purpose = "open"
        self._trays: list[_Tray] = []
        self._at = 0
        """The tray that is shown."""
        self._shown: tuple[tuple[str, int, int], ...] = ()
        """Behind a count: by currency what is expected and what was counted."""
        self._error = ""
        self._move = {"direction": "in", "currency": "", "typed": "", "reason": ""}
        self._report: Report | None = None
        self._print = ("", "")
        self._after = ""
        """Where the report's end leads: a screen, or ``leave`` behind a Z report."""
        self.touches = {
            "open_shift": self._open,
            "begin_shift": self._begin,
            "count_drawer": self._check,
            "recount": self._recount,
            "close_shift": self._close,
            "no_sale": self._no_sale,
            "move_cash": self._move_cash,
            "move_currency": self._choose_currency,
            "move_reason": self._choose_reason,
            "move_confirm": self._move_confirm,
            "x_report": self._x_report,
            "z_report": self._z_report,
            "count_focus": self._count_focus,
            "count_currency": self._count_currency,
            "count_more": lambda touch: self._count_step(touch, 1),
            "count_less": lambda touch: self._count_step(touch, -1),
            "count_sum": self._count_sum,
            "count_again": self._count_again,
            "count_confirm": self._count_confirm,
            "print_report": self._print_report,
            "report_done": self._report_done,
        }
        self.handlers = {
            ShiftsSeen: self._on_seen,
            ShiftStepped: self._on_stepped,
            ReportMade: self._on_report,
            ReportEnded: self._on_report_ended,
        }
        self.keys = {"count": self._key_count, "move": self._key_move}
        self.backs = {
            "shift": self._leave,
            "count": self._leave_count,
            "move": self._to_shift,
            "report": lambda: self._report_done(Touch("report_done")),
        }
        self.declined = {
            "OpenShift": self._count_declined,
            "CountCash": self._count_declined,
            "CloseShift": self._count_declined,
            "MoveCash": self._move_declined,
        }

    def forget(self) -> None:
        """No count and no report is left for the next operator."""
        self._trays, self._shown, self._error, self._report = [], (), "", None
        self._move = {"direction": "in", "currency": "", "typed": "", "reason": ""}

    # Whose shift ------------------------------------------------------------------------------------

    def lead(self) -> list[Command]:
        """Where an operator who is about to sell has to go first: to their float, or to whom the drawer belongs."""
        flow = self.flow
        if flow.screen != "sell" or not flow.operator or flow.waiting:
            return []
        held = self.seen.open
        if held is not None and held.operator != flow.operator:
            flow.screen = "shift"
        elif held is None and self.seen.required and any(e.answer.can for e in flow.shop.events):
            return self._start("open")
        return []

    def words(self) -> str:
        """Whose shift is open, for the status strip; empty where none is."""
        held = self.seen.open
        return "" if held is None else phrase("Shift {n} · {name}", n=held.number, name=held.name)

    def can_close(self) -> bool:
        """Whether who is logged on may close the shift that is open."""
        held = self.seen.open
        return held is not None and bool(self.flow.operator) and (self._own() or self._is_supervisor())

    def _own(self) -> bool:
        return self.seen.open is not None and self.seen.open.operator == self.flow.operator

    def _is_supervisor(self) -> bool:
        return self.flow.operator in self.flow.shop.supervisors

    def _on_seen(self, seen: ShiftsSeen) -> list[Command]:
        self.seen = seen
        return []

    def _open(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        screens = ("sell", "done", "sync", "closed", "settings", "diagnostics", "messages")
        if flow.operator and flow.screen in screens:
            flow.screen = "shift"
        return []

    def _to_shift(self) -> list[Command]:
        self.flow.screen, self._error, self._trays = "shift", "", []
        return []

    def _leave(self) -> list[Command]:
        if self.seen.open is not None and not self._own():
            return self.flow.log_off()  # there is nothing behind another's shift to go back to
        self.flow.home()
        return self.lead()

    # Counting ---------------------------------------------------------------------------------------

    def _begin(self, _touch: Touch) -> list[Command]:
        if self.flow.screen not in ("shift", "sell") or self.seen.open is not None:
            return []
        return self._start("open")

    def _check(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "shift" or not self.can_close():
            return []
        return self._start("check")

    def _recount(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "shift" or self.seen.last is None or not self._is_supervisor():
            return []
        return self._start("recount")

    def _close(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen not in ("shift", "sell") or self.seen.open is None:
            return []
        if not self.can_close():
            flow.say(
                phrase("This is {name}'s shift. They or a supervisor close it.", name=self.seen.open.name),
                "warn",
            )
            return []
        return self._start("close")

    def _start(self, purpose: str) -> list[Command]:
        """To the count, with the drawer open."""
        self._purpose, self._error, self._shown, self._at = purpose, "", (), 0
        known = dict(self.seen.pieces)
        wanted = self.seen.currencies
        if purpose == "recount" and self.seen.last is not None:
            wanted = tuple(s.currency for s in self.seen.last.sums) or wanted
        self._trays = [_Tray(c, known.get(c, ())) for c in wanted]
        if not self._trays:
            self.flow.say(phrase("No event was sent by the office yet: there is no money to count."), "warn")
            return []
        self.flow.screen = "count"
        if purpose == "recount" or not self.seen.drawer:
            return []
        return [OpenDrawer(self.flow.operator, "count")]

    @property
    def _tray(self) -> _Tray | None:
        return self._trays[self._at] if self.flow.screen == "count" and not self._shown else None

    def _key_count(self, key: str) -> list[Command]:
        tray = self._tray
        self._error = ""
        if tray is not None:
            tray.key(key)
        return []

    def _count_focus(self, touch: Touch) -> list[Command]:
        if (at := self._piece(touch.arg)) is not None:
            at[0].turn(at[1])
        return []

    def _piece(self, arg: str) -> tuple[_Tray, int] | None:
        tray = self._tray
        if tray is None or tray.sum_only or not arg.isdecimal() or int(arg) >= len(tray.pieces):
            return None
        return tray, int(arg)

    def _count_step(self, touch: Touch, step: int) -> list[Command]:
        if (at := self._piece(touch.arg)) is not None:
            tray, index = at
            tray.turn(index)
            tray.put(index, tray.counts[tray.pieces[index].value] + step)
        return []

    def _count_currency(self, touch: Touch) -> list[Command]:
        found = [i for i, tray in enumerate(self._trays) if tray.currency == touch.arg]
        if self._tray is not None and found:
            self._at = found[0]
        return []

    def _count_sum(self, _touch: Touch) -> list[Command]:
        tray = self._tray
        if tray is not None and tray.pieces:
            tray.sum_only, tray.typed = not tray.sum_only, ""
        return []

    def _count_again(self, _touch: Touch) -> list[Command]:
        """Count once more; what was counted before stays in the journal."""
        if self.flow.screen == "count" and self._shown and not self.flow.waiting:
            self._shown = ()
        return []

    def _can_confirm(self) -> bool:
        needed = self._needed()
        return bool(self._shown) or all(t.touched for t in self._trays if t.currency in needed)

    def _needed(self) -> set[str]:
        """Currencies that have to be counted: money went through the drawer."""
        held = self.seen.last if self._purpose == "recount" else self.seen.open
        return set() if held is None else {s.currency for s in held.sums}

    def _count_confirm(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen != "count" or not self._trays:
            return []
        if not self._can_confirm():
            self._error = phrase("Count it first. If nothing is in it, type 0.")
            return []
        needed = self._needed()
        counted = [
            t
            for i, t in enumerate(self._trays)
            if t.touched or t.currency in needed or (not needed and i == 0)
        ]
        counts = tuple(tray.counted() for tray in counted)
        if self._shown:
            if self._purpose == "check":
                return self._to_shift()
            flow.waiting = "CloseShift"
            return [CloseShift(flow.operator)]
        if self._purpose == "open":
            flow.waiting = "OpenShift"
            return [OpenShift(flow.operator, counts)]
        flow.waiting = "CountCash"
        ident = self.seen.last.id if self._purpose == "recount" and self.seen.last is not None else ""
        return [CountCash(flow.operator, self._purpose, counts, ident)]

    def _leave_count(self) -> list[Command]:
        if self._shown and self._purpose == "close":
            self._error = phrase("The count is noted. Count again, or close the shift.")
            return []
        return self._to_shift()

    def _on_stepped(self, event: ShiftStepped) -> list[Command]:
        flow = self.flow
        flow.waiting, self._error = "", ""
        match event.step:
            case "opened":
                self._trays = []
                flow.home()
                flow.say(phrase("The shift is open."))
                return []
            case "counted" if self._purpose != "recount":
                self._shown = tuple((s.currency, s.expected, self._counted(s.currency)) for s in event.sums)
                return []
            case "counted":
                flow.say(phrase("The count is what it was before."))
            case "moved":
                flow.say(phrase("It is noted."))
        return self._to_shift()

    def _counted(self, currency: str) -> int:
        return next((tray.amount for tray in self._trays if tray.currency == currency), 0)

    def _count_declined(self, event: Declined) -> list[Command]:
        self._error = joined(event.words, event.hint)
        if event.code == "uncounted":
            self._shown = ()
        return []

    # Money in and out -------------------------------------------------------------------------------

    def _no_sale(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen != "shift" or not self.can_close():
            return []
        if not self.seen.drawer:
            flow.say(phrase("No cash drawer is set up."), "warn")
            return []
        if not self.seen.no_sale_supervisor:
            return [OpenDrawer(flow.operator, "no_sale")]
        return flow.approval.ask(
            phrase("Open the drawer"),
            phrase("The drawer is opened without a sale."),
            lambda who: [OpenDrawer(flow.operator, "no_sale", who)],
        )

    def _move_cash(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "shift" and touch.arg in ("in", "out") and self.can_close():
            self._move = {"direction": touch.arg, "currency": "", "typed": "", "reason": ""}
            self._error, self.flow.screen = "", "move"
        return []

    def _moves(self) -> tuple[tuple[str, str], ...]:
        return MOVES_IN if self._move["direction"] == "in" else MOVES_OUT

    def _choose_currency(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "move" and touch.arg in self.seen.currencies:
            self._move["currency"], self._error = touch.arg, ""
            if minor(self._move["typed"], touch.arg) is None:  # a currency without cents
                self._move["typed"] = ""
        return []

    def _choose_reason(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "move" and touch.arg in dict(self._moves()):
            self._move["reason"], self._error = touch.arg, ""
        return []

    def _key_move(self, key: str) -> list[Command]:
        if key == "enter":
            return self._move_confirm(Touch("move_confirm"))
        before, self._error = self._move["typed"], ""
        if key == "clear":
            self._move["typed"] = ""
        elif key == "back":
            self._move["typed"] = before[:-1]
        elif (key.isdecimal() or (key == "." and "." not in before)) and len(key) == 1:
            self._move["typed"] = (before + key)[:AMOUNT_CHARS_MAX]
        if minor(self._move["typed"], self._currency()) is None:
            self._move["typed"] = before
        return []

    def _currency(self) -> str:
        """Of what is put in or taken out: the one chosen, or what most is sold in."""
        if self._move["currency"] in self.seen.currencies:
            return self._move["currency"]
        return self.seen.currencies[0] if self.seen.currencies else "USD"

    def _move_amount(self) -> int:
        return minor(self._move["typed"], self._currency()) or 0

    def _move_confirm(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "move":
            return []
        amount = self._move_amount()
        if not amount:
            self._error = phrase("Type an amount.")
        elif not self._move["reason"]:
            self._error = phrase("Choose what it is for.")
        else:
            self.flow.waiting = "MoveCash"
            signed = amount if self._move["direction"] == "in" else -amount
            return [MoveCash(self.flow.operator, self._currency(), signed, self._move["reason"])]
        return []

    def _move_declined(self, event: Declined) -> list[Command]:
        self._error = joined(event.words, event.hint)
        return []

    # Reports ----------------------------------------------------------------------------------------

    def _x_report(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "shift" or not self.can_close():
            return []
        return [MakeReport("x", "", self.flow.operator)]

    def _z_report(self, _touch: Touch) -> list[Command]:
        last = self.seen.last
        if self.flow.screen != "shift" or last is None:
            return []
        if not self._is_supervisor() and last.operator != self.flow.operator:
            self.flow.say(phrase("That was {name}'s shift.", name=last.name), "warn")
            return []
        return [MakeReport("z", last.id, self.flow.operator)]

    def _on_report(self, event: ReportMade) -> list[Command]:
        flow = self.flow
        flow.waiting = ""
        leaves = event.closed and event.report.kind == "z"
        self._after = "leave" if leaves else "lookup" if flow.screen in ("lookup", "void") else "shift"
        self._report, self._print, flow.screen = event.report, ("", ""), "report"
        return self._print_report(Touch("print_report")) if leaves else []

    def _print_report(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "report" or self._report is None or self._print[0] == "printing":
            return []
        self._print = ("printing", phrase("The report is printing."))
        return [PrintReport(self._report, self.flow.operator)]

    def _on_report_ended(self, event: ReportEnded) -> list[Command]:
        if self._report is None or (event.shift, event.kind) != (self._report.shift, self._report.kind):
            return []
        if event.whole:
            self._print = ("printed", phrase("The report is printed. Sign it and keep it with the money."))
        else:
            self._print = ("failed", joined(phrase("The report did not come out."), event.words))
        return []

    def _report_done(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "report":
            return []
        after, self._report = self._after, None
        if after == "leave":
            return self.flow.log_off()
        self.flow.screen = after
        return []

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``count``, ``shift``, ``move``, ``report``."""
        return {
            "count": self._view_count(),
            "shift": self._view_shift(),
            "move": self._view_move(),
            "report": self._view_report(),
        }

    def _view_count(self) -> dict[str, Any]:
        tray = self._trays[self._at] if self._trays else _Tray("", ())
        text = self.flow.money
        c = tray.currency
        expected = self._expected(c)
        over = [(currency, counted - due) for currency, due, counted in self._shown]
        worst = next((pair for pair in over if pair[1]), over[0] if over else None)
        return {
            "purpose": "close" if self._purpose == "recount" else self._purpose,
            "title": _TITLES[self._purpose],
            "words": joined(
                _WORDS[self._purpose],
                phrase("What is expected is shown afterwards.")
                if self._purpose in ("check", "close") and self.seen.blind
                else "",
            ),
            "currency": c,
            "currencies": [t.currency for t in self._trays],
            "pieces": []
            if tray.sum_only
            else [
                {
                    "index": i,
                    "value_minor": p.value,
                    "label": piece_words(p.value, c),
                    "coin": p.coin,
                    "count": tray.counts[p.value],
                    "total": text(p.value * tray.counts[p.value], c),
                    "focus": i == tray.focus,
                }
                for i, p in enumerate(tray.pieces)
            ],
            "total": text(tray.amount, c) if c else "",
            "total_minor": tray.amount,
            "blind": self.seen.blind,
            "expected": "" if expected is None else text(expected, c),
            "over": text(worst[1], worst[0]) if worst else "",
            "over_minor": worst[1] if worst else 0,
            "over_words": self._over_words(over),
            "sum_only": tray.sum_only,
            "can_confirm": self._can_confirm(),
            "can_again": bool(self._shown),
            "error": self._error,
        }

    def _expected(self, currency: str) -> int | None:
        """What should be in the drawer, where it may be shown."""
        for shown, expected, _ in self._shown:
            if shown == currency:
                return expected
        held = self.seen.open
        if held is None or self.seen.blind or self._purpose not in ("check", "close"):
            return None
        return next((s.expected for s in held.sums if s.currency == currency), 0)

    def _over_words(self, over: list[tuple[str, int]]) -> str:
        """The verdict, largest print on the screen: of each currency."""
        words = ""
        for currency, amount in over:
            one = over_words(self.flow.money(abs(amount), currency), amount)
            words = phrase("{first}, {second}", first=words, second=one) if words else one
        return words

    def _view_shift(self) -> dict[str, Any]:
        seen, held = self.seen, self.seen.open
        mine = self.can_close()
        return {
            "open": held is not None,
            "number": held.number if held else 0,
            "since": held.since_words if held else "",
            "operator": held.name if held else "",
            "own": self._own(),
            "words": phrase(
                "This is {name}'s shift. It must be closed, by them or by a supervisor, before you can sell.",
                name=held.name,
            )
            if held is not None and not self._own()
            else "",
            "rows": self._shift_rows(held)
            if held is not None and mine and self.flow.screen == "shift"
            else [],
            "can": {
                "open": held is None and bool(seen.currencies),
                "count": mine,
                "no_sale": mine and seen.drawer,
                "move_in": mine,
                "move_out": mine,
                "x_report": mine,
                "close": mine,
                "recount": seen.last is not None and self._is_supervisor(),
                "z_report": seen.last is not None
                and (self._is_supervisor() or seen.last.operator == self.flow.operator),
            },
        }

    def _shift_rows(self, held: ShiftView) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for one in held.sums:
            if self.seen.blind and not self._is_supervisor():
                rows += self._blind_rows(one)
                continue
            figures = [(label, amount, False) for label, amount in _figures(one)]
            figures.append((phrase("Expected"), one.expected, True))
            rows += [
                {"label": label, "value": self.flow.money(amount, one.currency), "strong": strong}
                for label, amount, strong in figures
            ]
        return rows

    def _blind_rows(self, one: ShiftSum) -> list[dict[str, Any]]:
        """What does not add up to the cash that is expected: how often, how many, and what the card terminal took."""
        rows = [
            (phrase("Sales"), str(one.sale_count)),
            (phrase("Numbers sold"), str(one.ticket_count)),
            (phrase("Voids"), str(one.void_count)),
        ]
        if one.card:
            rows.append((phrase("Paid by card"), self.flow.money(one.card, one.currency)))
        return [{"label": label, "value": value, "strong": False} for label, value in rows]

    def _view_move(self) -> dict[str, Any]:
        going_in = self._move["direction"] == "in"
        return {
            "direction": self._move["direction"],
            "title": phrase("Put cash into the drawer")
            if going_in
            else phrase("Take cash out of the drawer"),
            "currency": self._currency(),
            "currencies": list(self.seen.currencies),
            "entered": self._move["typed"],
            "amount": self.flow.money(self._move_amount(), self._currency()),
            "reasons": [
                {"code": code, "words": words, "selected": code == self._move["reason"]}
                for code, words in self._moves()
            ],
            "can_confirm": bool(self._move_amount() and self._move["reason"]),
            "error": self._error if self.flow.screen == "move" else "",
        }

    def _view_report(self) -> dict[str, Any]:
        report = self._report
        if report is None:
            return {
                "kind": "x",
                "title": "",
                "subtitle": "",
                "rows": [],
                "over_words": "",
                "over_kind": "ok",
                "print_state": "",
                "print_words": "",
            }
        amounts = [amount for _, amount in report.over if amount]
        return {
            "kind": report.kind,
            "title": report.title,
            "subtitle": report.subtitle,
            "rows": [
                {
                    "label": row.label,
                    "value": self.flow.money(row.amount, row.currency)
                    if row.amount is not None
                    else row.value,
                    "strong": row.strong or row.head,
                    # The screen rules below a row, the paper above one.
                    "rule": below.rule,
                }
                for row, below in zip(report.rows, (*report.rows[1:], Row("")), strict=True)
            ],
            "over_words": self._over_words(list(report.over)),
            "over_kind": "ok" if not amounts else "over" if amounts[0] > 0 else "short",
            "print_state": self._print[0],
            "print_words": self._print[1],
        }


def _figures(one: ShiftSum) -> list[tuple[str, int]]:
    """A shift's money so far; what is nothing is left out, but for float and sales."""
    rows: list[tuple[str, int]] = [
        (phrase("Float"), one.float),
        (phrase("Sales ({n})", n=one.sale_count), one.sales),
        (phrase("Paid by card"), -one.card),
        (phrase("Given back for voids"), -one.returned),
        (phrase("Prizes paid"), -one.paid),
        (phrase("Put in or taken out"), one.moved),
    ]
    return rows[:2] + [row for row in rows[2:] if row[1]]


def over_words(amount: str, over: int) -> str:
    """``$0.60 short``, ``$10.00 over``, ``To the cent``; ``amount`` is without a sign."""
    if not over:
        return phrase("To the cent")
    return phrase("{amount} over", amount=amount) if over > 0 else phrase("{amount} short", amount=amount)


def minor(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None where it cannot be one."""
    if not text:
        return 0
    try:
        return money.minor(Decimal(text), currency)
    except (InvalidOperation, ValueError):
        return None
