"""Recorded views of the screens behind the counter: shift and cash, looking up, upkeep, and what stands in the way."""

from __future__ import annotations

from typing import Any


def _pieces(counts: dict[int, int], focus: int) -> list[dict[str, Any]]:
    values = [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1]
    return [
        {
            "index": i,
            "value_minor": minor,
            "label": f"${minor // 100}" if minor >= 100 else f"{minor}¢",
            "coin": minor < 100,
            "count": counts.get(minor, 0),
            "total": f"${minor * counts.get(minor, 0) / 100:,.2f}",
            "focus": i == focus,
        }
        for i, minor in enumerate(values)
    ]


COUNT: dict[str, Any] = {
    "purpose": "close",
    "title": "Count the drawer",
    "words": "Count everything in the drawer, the float too. What is expected is shown afterwards.",
    "currency": "USD",
    "currencies": ["USD"],
    "pieces": _pieces({5_000: 3, 2_000: 27, 1_000: 14, 500: 22, 100: 31, 25: 16, 10: 4}, 2),
    "total": "$975.40",
    "total_minor": 97_540,
    "blind": True,
    "expected": "",
    "over": "",
    "over_minor": 0,
    "over_words": "",
    "sum_only": False,
    "can_confirm": True,
    "can_again": False,
    "error": "",
}

SHIFT: dict[str, Any] = {
    "open": True,
    "number": 12,
    "since": "21 Nov 2026, 17:05",
    "operator": "Maria Lindqvist",
    "own": True,
    "words": "",
    "rows": [
        {"label": "Sales", "value": "214", "strong": False},
        {"label": "Tickets sold", "value": "9,804", "strong": False},
        {"label": "Taken in cash", "value": "$2,318.00", "strong": False},
        {"label": "Taken by card", "value": "$644.00", "strong": False},
        {"label": "Given back", "value": "−$42.00", "strong": False},
        {"label": "Prizes paid", "value": "−$50.00", "strong": False},
        {"label": "Put in", "value": "$100.00", "strong": False},
        {"label": "Taken out", "value": "−$1,500.00", "strong": False},
        {"label": "Float", "value": "$150.00", "strong": False},
    ],
    "can": {
        "open": False,
        "count": True,
        "no_sale": True,
        "move_in": True,
        "move_out": True,
        "x_report": True,
        "close": True,
        "recount": False,
        "z_report": True,
    },
}

REPORT: dict[str, Any] = {
    "kind": "z",
    "title": "Z report · shift 12",
    "subtitle": "Gate B, kiosk 2 · Maria Lindqvist\n21 Nov 2026, 17:05 to 21:52",
    "rows": [
        {"label": "Sales", "value": "214", "strong": False, "rule": False},
        {"label": "Tickets", "value": "9,804", "strong": False, "rule": True},
        {"label": "Float", "value": "$150.00", "strong": False, "rule": False},
        {"label": "Cash sales", "value": "$2,318.00", "strong": False, "rule": False},
        {"label": "Given back", "value": "−$42.00", "strong": False, "rule": False},
        {"label": "Prizes paid", "value": "−$50.00", "strong": False, "rule": False},
        {"label": "Put in", "value": "$100.00", "strong": False, "rule": False},
        {"label": "Taken out", "value": "−$1,500.00", "strong": False, "rule": True},
        {"label": "Expected in the drawer", "value": "$976.00", "strong": True, "rule": False},
        {"label": "Counted", "value": "$975.40", "strong": True, "rule": True},
        {"label": "Short", "value": "−$0.60", "strong": True, "rule": True},
        {"label": "Card sales", "value": "$644.00", "strong": False, "rule": False},
        {"label": "Total taken", "value": "$2,962.00", "strong": True, "rule": False},
    ],
    "over_words": "$0.60 short",
    "over_kind": "short",
    "print_state": "printed",
    "print_words": "The report is printed. Sign it and keep it with the money.",
}

CHECKS: list[dict[str, Any]] = [
    {
        "code": code,
        "title": title,
        "state": state,
        "words": words,
        "what_to_do": todo,
        "can_test": bool(test),
        "test_words": test,
        "progress": 66 if state == "running" else 0,
    }
    for code, title, state, words, todo, test in (
        (
            "printer",
            "Printer",
            "bad",
            "Out of paper.",
            "Put a new roll in and close the cover.",
            "Print a test page",
        ),
        ("scanner", "Scanner", "ok", "Ready; last scan 4 min ago.", "", "Scan something"),
        (
            "drawer",
            "Cash drawer",
            "unknown",
            "It cannot say how it is.",
            "Test it and look.",
            "Open the drawer",
        ),
        ("disk", "Disk", "ok", "48.2 GB free; a sale is kept in 3 ms.", "", "Write to it"),
        ("clock", "Clock", "ok", "0.2 s from the office’s clock.", "", "Compare"),
        (
            "network",
            "Network",
            "warn",
            "Off line for 12 min.",
            "Sales go on. Check the cable.",
            "Ask the office",
        ),
        ("journal", "Journal", "running", "Checked 1,020 of 1,532 entries.", "", "Check every entry"),
        ("program", "Program", "ok", "Every file is the publisher’s.", "", "Check every file"),
        ("mirror", "Second copy", "ok", "USB stick, up to date.", "", "Compare"),
    )
]


def _row(code: str, label: str, value: str, *choices: tuple[str, str]) -> dict[str, Any]:
    return {
        "code": code,
        "label": label,
        "value": next((w for c, w in choices if c == value), value),
        "choices": [{"code": c, "words": w, "selected": c == value} for c, w in choices],
        "restart": code == "paper",
        "why_not": "This is set on the kiosk's command line. Whoever installed the kiosk has to change it there."
        if code == "scanner"
        else "",
    }


BACK: dict[str, Any] = {
    "count": COUNT,
    "shift": SHIFT,
    "move": {
        "direction": "out",
        "title": "Take cash out of the drawer",
        "currency": "USD",
        "currencies": ["USD"],
        "entered": "1500",
        "amount": "$1,500.00",
        "reasons": [
            {"code": "safe", "words": "Into the safe", "selected": True},
            {"code": "bank", "words": "To the bank", "selected": False},
            {"code": "change", "words": "For change", "selected": False},
            {"code": "other", "words": "Something else", "selected": False},
        ],
        "can_confirm": True,
        "error": "",
    },
    "report": REPORT,
    "messages": {
        "rows": [
            {
                "id": "m3",
                "text": "The second half starts ten minutes late. Keep selling until 21:40.",
                "at": "3 min ago",
                "unread": True,
            },
            {
                "id": "m2",
                "text": "New rolls of paper are at the steward’s desk behind Gate C.",
                "at": "1 h 35 min ago",
                "unread": True,
            },
            {
                "id": "m1",
                "text": "Welcome! The jackpot starts at $10,000 tonight.",
                "at": "2 h 50 min ago",
                "unread": False,
            },
        ],
        "unread": 2,
    },
    "diagnostics": {"checks": CHECKS, "running": True},
    "settings": {
        "rows": [
            _row(
                "language",
                "Language of the screens",
                "en",
                ("en", "English"),
                ("fr", "Français"),
                ("es", "Español"),
            ),
            _row(
                "theme",
                "Colours",
                "light",
                ("light", "Light"),
                ("dark", "Dark"),
                ("contrast", "High contrast"),
            ),
            _row("large", "Text and buttons", "no", ("no", "Normal"), ("yes", "Large")),
            _row(
                "sell_mode", "Selling", "runner", ("runner", "Confirm each sale"), ("fast", "Fast: two taps")
            ),
            _row(
                "mode",
                "Who serves",
                "attended",
                ("attended", "An operator"),
                ("self_service", "Buyers themselves"),
            ),
            _row(
                "printer",
                "Printer",
                "usb",
                ("usb", "USB: EPSON TM-T20III"),
                ("serial:/dev/ttyS0", "Serial port 1"),
                ("none", "None"),
            ),
            _row("paper", "Paper", "80", ("80", "80 mm"), ("58", "58 mm")),
            _row(
                "scanner",
                "Scanner",
                "evdev",
                ("evdev", "USB scanner"),
                ("wedge", "As a keyboard"),
                ("none", "None"),
            ),
            _row("drawer", "Cash drawer", "yes", ("yes", "At the printer"), ("no", "None")),
            _row("mirror", "Second copy", "/media/usb", ("/media/usb", "USB stick"), ("none", "None")),
        ],
        "actions": [
            {"code": "export", "label": "Export what is not uploaded", "danger": False, "why_not": ""},
            {"code": "export_all", "label": "Export the whole journal", "danger": False, "why_not": ""},
            {"code": "restart", "label": "Restart the kiosk", "danger": False, "why_not": ""},
            {
                "code": "log_out",
                "label": "Take this kiosk out of service",
                "danger": True,
                "why_not": "12 sales are not uploaded yet.",
            },
        ],
    },
    "approve": {
        "open": False,
        "title": "Make this ticket void",
        "words": "7Q4K 9ZTM 2B0V, 120 tickets. $40.00 goes back to the customer in cash.",
        "anybody": False,
        "operators": [
            {"id": "u3", "name": "Aoife O’Connor"},
            {"id": "u5", "name": "Henrik Dahl"},
        ],
        "chosen": "u3",
        "entered": 3,
        "error": "",
        "wait_s": 0,
    },
}
"""The views' keys of these screens."""

BACK_SCREENS = ("count", "shift", "move", "report", "messages", "diagnostics", "settings")

RESULT: dict[str, Any] = {
    "verdict": "genuine",
    "title": "Genuine",
    "words": "A genuine ticket. It has not won this time.",
    "known_at": "21 Nov 2026, 19:42",
    "validation": "7Q4K 9ZTM 2B0V",
    "numbers": "100451 to 100570",
    "event": "Harbour City v. Northgate",
    "price": "$40.00",
    "sold_at": "21 Nov 2026, 19:38",
    "order": "o1",
    "can_void": True,
    "can_reprint": True,
    "prize": "",
    "office": "said",
}


def _looked_up(**changes: Any) -> dict[str, Any]:
    return {
        "screen": "lookup",
        "lookup": {"typed": "7Q4K 9ZTM 2B0V", "result": RESULT | changes, "prizes": []},
    }


def _blocked(kind: str, code: str, title: str, reason: str, what_to_do: str) -> dict[str, Any]:
    return {
        "screen": "blocked",
        "blocked": {
            "code": code,
            "kind": kind,
            "title": title,
            "reason": reason,
            "what_to_do": what_to_do,
            "can_retry": True,
        },
    }


BACK_TROUBLES: dict[str, dict[str, Any]] = {
    "count open": {
        "screen": "count",
        "count": COUNT
        | {
            "purpose": "open",
            "title": "Open the shift",
            "words": "Count the float that you start with.",
            "pieces": _pieces({}, 0),
            "total": "$0.00",
            "total_minor": 0,
            "blind": False,
        },
    },
    "count euro": {
        "screen": "count",
        "count": COUNT
        | {
            "currency": "EUR",
            "currencies": ["EUR", "GBP"],
            "pieces": [
                {
                    "index": i,
                    "value_minor": minor,
                    "label": f"€{minor // 100}" if minor >= 100 else f"{minor} c",
                    "coin": minor <= 200,
                    "count": 40 - 2 * i,
                    "total": f"€{minor * (40 - 2 * i) / 100:,.2f}",
                    "focus": i == 9,
                }
                for i, minor in enumerate(
                    (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
                )
            ],
            "total": "€32,616.88",
            "error": "The total is higher than anything this drawer can hold. Count again.",
            "can_confirm": False,
        },
    },
    "count sum": {
        "screen": "count",
        "count": COUNT
        | {
            "purpose": "check",
            "title": "Count the drawer",
            "words": "Nothing changes by counting; it is noted.",
            "sum_only": True,
            "pieces": [],
        },
    },
    "count short": {
        "screen": "count",
        "count": COUNT
        | {
            "expected": "$976.00",
            "over": "−$0.60",
            "over_minor": -60,
            "over_words": "$0.60 short",
            "can_again": True,
        },
    },
    "count exact": {
        "screen": "count",
        "count": COUNT
        | {
            "purpose": "check",
            "expected": "$975.40",
            "over": "$0.00",
            "over_minor": 0,
            "over_words": "To the cent",
            "can_again": True,
        },
    },
    "count over": {
        "screen": "count",
        "count": COUNT
        | {
            "purpose": "check",
            "expected": "$965.40",
            "over": "$10.00",
            "over_minor": 1_000,
            "over_words": "$10.00 over",
        },
    },
    "shift none": {
        "screen": "shift",
        "shift": {
            "open": False,
            "number": 0,
            "since": "",
            "operator": "",
            "rows": [],
            "can": dict.fromkeys(SHIFT["can"], False) | {"open": True},
        },
    },
    "shift another's": {
        "screen": "shift",
        "shift": SHIFT
        | {
            "operator": "Tom",
            "own": False,
            "words": "This is Tom's shift. It must be closed, by them or by a supervisor, before you can sell.",
            "rows": [],
            "can": dict.fromkeys(SHIFT["can"], False),
        },
    },
    "shift supervisor's": {
        "screen": "shift",
        "shift": SHIFT
        | {
            "operator": "Tom",
            "own": False,
            "words": "This is Tom's shift. It must be closed, by them or by a supervisor, before you can sell.",
        },
    },
    "shift last": {
        "screen": "shift",
        "shift": {
            "open": False,
            "number": 0,
            "since": "",
            "operator": "",
            "own": False,
            "words": "",
            "rows": [],
            "can": dict.fromkeys(SHIFT["can"], False) | {"open": True, "recount": True, "z_report": True},
        },
    },
    "move in": {
        "screen": "move",
        "move": BACK["move"]
        | {
            "direction": "in",
            "title": "Put cash into the drawer",
            "currencies": ["USD", "EUR", "GBP"],
            "entered": "",
            "amount": "$0.00",
            "reasons": [r | {"selected": False} for r in BACK["move"]["reasons"]],
            "can_confirm": False,
            "error": "Choose what it is for.",
        },
    },
    "report x": {
        "screen": "report",
        "report": REPORT
        | {
            "kind": "x",
            "title": "X report · shift 12",
            "rows": REPORT["rows"][:9] + REPORT["rows"][11:],
            "over_words": "",
            "over_kind": "ok",
            "print_state": "",
            "print_words": "",
        },
    },
    "report unprinted": {
        "screen": "report",
        "report": REPORT
        | {
            "over_words": "To the cent",
            "over_kind": "ok",
            "print_state": "failed",
            "print_words": "The printer is out of paper. Put a new roll in, then print it again.",
        },
    },
    "report supplement": {
        "screen": "report",
        "report": REPORT
        | {
            "kind": "supplement",
            "title": "Supplement to shift 12",
            "subtitle": "Gate B, kiosk 2 · 22 Nov 2026, 09:14\nWhat came after the shift was closed",
            "rows": [
                {"label": "Given back", "value": "−$40.00", "strong": False, "rule": True},
                {"label": "Expected in the drawer", "value": "−$40.00", "strong": True, "rule": False},
            ],
            "over_words": "$40.00 over",
            "over_kind": "over",
            "print_state": "printing",
            "print_words": "Printing the supplement",
        },
    },
    "messages none": {"screen": "messages", "messages": {"rows": [], "unread": 0}},
    "diagnostics well": {
        "screen": "diagnostics",
        "diagnostics": {
            "checks": [c | {"state": "ok", "words": "As it should be.", "what_to_do": ""} for c in CHECKS],
            "running": False,
        },
    },
    "approve void": {"screen": "void", "approve": BACK["approve"] | {"open": True}},
    "approve many": {
        "screen": "settings",
        "approve": BACK["approve"]
        | {
            "open": True,
            "title": "Open the settings",
            "words": "What is changed here is noted with your name.",
            "operators": [{"id": f"u{i}", "name": f"Supervisor {name}"} for i, name in enumerate("ABCDEFGH")],
            "chosen": "",
            "entered": 0,
        },
    },
    "approve attendant": {
        "screen": "attend",
        "mode": "self_service",
        "approve": BACK["approve"]
        | {
            "open": True,
            "title": "Who attends?",
            "words": "The attendant takes $42.00 and goes on.",
            "anybody": True,
            "chosen": "",
            "entered": 0,
        },
    },
    "approve wrong": {
        "screen": "shift",
        "approve": BACK["approve"]
        | {
            "open": True,
            "title": "Open the drawer without a sale",
            "words": "",
            "entered": 0,
            "error": "That is not Aoife O’Connor’s PIN.",
            "wait_s": 20,
        },
    },
    "lookup office": _looked_up(),
    "lookup offline": _looked_up(
        words="Whether it is void or paid is known only as of the last contact with the office.",
        office="silent",
    ),
    "lookup asking": _looked_up(office="asking"),
    "lookup void": _looked_up(
        verdict="void", title="Void", words="This ticket was made void.", can_void=False, can_reprint=False
    ),
    "lookup paid": _looked_up(
        verdict="paid",
        title="Already paid",
        words="Paid on 21 November 2026 at 19:40 at Desk 2 by Aoife O’Connor.",
        prize="Sponsor’s voucher ($50.00)",
        can_void=False,
    ),
    "lookup unknown": _looked_up(
        verdict="unknown",
        title="Cannot tell",
        words="This kiosk did not sell it, and a typed number proves nothing. Scan the ticket's square code.",
        numbers="",
        event="",
        price="",
        sold_at="",
        can_void=False,
        can_reprint=False,
        office="",
        known_at="",
    ),
    "blocked wait": _blocked(
        "wait",
        "unit_disabled",
        "Almost ready",
        "This kiosk is enrolled. It has still to be enabled.",
        "Ask the office to enable Gate B, kiosk 2 (Kiosks, Enable). It starts by itself.",
    ),
    "blocked stop": _blocked(
        "stop",
        "journal_corrupt",
        "This kiosk must not sell",
        "Its journal does not add up from entry 1,204 on. Nothing is lost: the bad file is kept, and the second copy too.",
        "Switch it off, take another kiosk, and bring this one to the office.",
    ),
    "closed shift": {
        "screen": "closed",
        "closed": {
            "title": "Sales are closed",
            "words": "Harbour City v. Northgate",
            "all_uploaded": True,
            "uploaded_words": "All sales uploaded. The office has confirmed them.",
            "unsynced": 0,
            "can_close_shift": True,
            "shift_words": "Shift 12 · Maria Lindqvist is still to be closed.",
        },
    },
    "void approved": {
        "screen": "void",
        "void": {
            "validation": "7Q4K 9ZTM 2B0V",
            "numbers": "100451 to 100570",
            "amount": "$40.00",
            "reasons": [
                {"code": "customer", "words": "The customer changed their mind"},
                {"code": "mistake", "words": "Wrong package or quantity"},
                {"code": "payment", "words": "The payment did not go through"},
                {"code": "damaged", "words": "The ticket is damaged"},
            ],
            "reason": "",
            "misprint": False,
            "error": "Choose a reason.",
            "back": "Give back $40.00 at the card terminal, reference 004417.",
            "supervisor": True,
        },
    },
}
"""Views that differ from the plain ones, by their picture's name."""
