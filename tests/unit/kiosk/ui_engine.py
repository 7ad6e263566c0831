"""A small real engine for the window's tests: it shows recorded views and remembers what was touched.

``python -m tests.unit.kiosk.ui_engine pictures OUT`` writes a picture of every screen in every size and theme;
``… door SOCKET`` opens the window with the door for scripted touches.
"""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.unit.kiosk.ui_back import BACK, BACK_SCREENS, BACK_TROUBLES
from tests.unit.kiosk.ui_words import WORDS

LANGUAGES = ("en", "fr", "es")
SIZES = ((1024, 600), (1280, 800), (1920, 1080), (600, 1024), (800, 1280))
THEMES = ("light", "dark", "contrast")
QUALITY = 80
"""Of the pictures: the quicker half of PNG's compression; nothing is lost by it."""
SCREENS = (
    *(
        "starting",
        "blocked",
        "enrol",
        "attract",
        "pin",
        "events",
        "sell",
        "customer",
        "age",
        "pay",
        "printing",
    ),
    *("print_problem", "done", "choose", "review", "attend", "lookup", "void", "claim", "sync", "closed"),
    *BACK_SCREENS,
)

VIEW: dict[str, Any] = BACK | {
    "screen": "sell",
    "busy": False,
    "program": {"name": "Tombola kiosk", "version": "0.1.0", "hash": "9f2c4e01a7b3"},
    "toast": {},
    "status": {
        "unsynced": 12,
        "oldest_s": 190,
        "oldest": "3 min",
        "numbers_left": 4212,
        "numbers_low": False,
        "printer": "Printer ready",
        "printer_ok": True,
        "scanner": "Scanner ready",
        "scanner_ok": True,
        "network": "online",
        "network_words": "Connected",
        "clock_words": "Right",
        "clock_ok": True,
        "closes_in_s": 11100,
        "closes": "Closes in 3 h 05 min",
        "unit_state": "active",
        "rsu_name": "Gate B, kiosk 2",
        "operator": "Maria Lindqvist",
        "uploading": False,
        "messages": 0,
        "shift": "Shift 12",
        "mirror_ok": True,
        "mirror_words": "Second copy up to date",
        "drawer_words": "Drawer closed",
    },
    "starting": {"words": "Fetching events from the office", "progress": 90},
    "blocked": {
        "code": "disk_full",
        "kind": "act",
        "title": "This kiosk cannot sell",
        "reason": "The disk is nearly full. A sale could no longer be kept safely, so selling has stopped. "
        "Every sale made so far is safe.",
        "what_to_do": "Connect the kiosk to the network and wait until everything is uploaded, or call the office.",
        "can_retry": True,
    },
    "enrol": {
        "server": "https://raffle.example.org",
        "code": "K7QF-",
        "focus": "code",
        "error": "",
        "device": "b26f10c2d4e84b7d",
    },
    "pin": {
        "operators": [
            {"id": "u1", "name": "Maria Lindqvist"},
            {"id": "u2", "name": "Tom"},
            {"id": "u3", "name": "Aoife O’Connor"},
            {"id": "u4", "name": "Jean-Baptiste"},
        ],
        "chosen": "u1",
        "entered": 2,
        "error": "",
        "wait_s": 0,
    },
    "language": "en",
    "languages": [
        {"code": "en", "name": "English", "selected": True},
        {"code": "fr", "name": "Français", "selected": False},
        {"code": "es", "name": "Español", "selected": False},
    ],
    "look": {"theme": "light", "large": False},
    "mode": "attended",
    "attendant": {"called": False, "words": "A customer asks for help at this kiosk."},
    "attend": {
        "title": "Please pay the attendant",
        "words": "Somebody comes to you. Your choice waits here.",
        "total": "$42.00",
        "back_in_s": 24,
    },
    "attract": {
        "title": "Harbour City v. Northgate",
        "venue": "Harbour Park, North Stand",
        "organisation": "Harbour City Supporters’ Trust",
        "jackpot": "$18,425.00",
        "can_sell": True,
        "why_not": "",
        "closes": "Closes in 3 h 05 min",
        "locked_by": "",
        "attendant": False,
        "packages": [
            {"name": "Starter", "price": "$5.00", "tickets": 5},
            {"name": "Fan", "price": "$10.00", "tickets": 20},
            {"name": "Super fan", "price": "$20.00", "tickets": 60},
            {"name": "Family", "price": "$40.00", "tickets": 160},
        ],
    },
    "events": [
        {
            "id": "e1",
            "name": "Harbour City v. Northgate",
            "number": 17,
            "selected": True,
            "state_words": "On sale",
            "venue": "Harbour Park, North Stand",
            "jackpot": "$18,425.00",
            "can_sell": True,
            "left": "4,212 numbers left",
        },
        {
            "id": "e2",
            "name": "Season jackpot",
            "number": 18,
            "selected": False,
            "state_words": "On sale",
            "venue": "Harbour Park",
            "jackpot": "$102,310.00",
            "can_sell": True,
            "left": "19,870 numbers left",
        },
    ],
    "sell": {"mode": "runner", "times": 1, "times_choices": [1, 2, 5, 10], "can_repeat": True},
    "customer": {
        "required": False,
        "fields": [
            {
                "name": "name",
                "label": "Name",
                "value": "Zoë O’Hara",
                "focus": False,
                "ok": True,
                "problem": "",
            },
            {
                "name": "phone",
                "label": "Mobile phone",
                "value": "+33 6 12 34",
                "focus": False,
                "ok": False,
                "problem": "This number is too short.",
            },
            {
                "name": "email",
                "label": "E-mail",
                "value": "zoe@exa",
                "focus": True,
                "ok": None,
                "problem": "",
            },
        ],
        "layout": "email",
        "can_continue": False,
        "can_skip": True,
        "error": "",
    },
    "age": {
        "years": 18,
        "title": "Is the buyer 18 or older?",
        "words": "Ask for a proof of age if you are not sure. Nobody under 18 may buy these tickets.",
    },
    "event": {
        "id": "e1",
        "name": "Harbour City v. Northgate",
        "venue": "Harbour Park, North Stand",
        "jackpot": "$18,425.00",
        "can_sell": True,
        "why_not": "",
        "test": False,
    },
    "packages": [
        {
            "id": f"p{i}",
            "index": i,
            "name": name,
            "tickets": tickets,
            "price": price,
            "description": description,
            "enabled": i != 5,
        }
        for i, (name, tickets, price, description) in enumerate(
            [
                ("Single", 1, "$2.00", ""),
                ("Starter", 5, "$5.00", "The quick one"),
                ("Fan", 20, "$10.00", "Most popular"),
                ("Super fan", 60, "$20.00", "Best value tonight"),
                ("Family", 160, "$40.00", "Share with the whole row"),
                ("Clubhouse", 1000, "$200.00", "For the whole clubhouse"),
            ]
        )
    ],
    "basket": {
        "lines": [
            {
                "index": 0,
                "package": "Super fan",
                "event": "Harbour City v. Northgate",
                "tickets": 120,
                "price": "$40.00",
                "quantity": 2,
            },
            {
                "index": 1,
                "package": "Single",
                "event": "Season jackpot",
                "tickets": 1,
                "price": "$2.00",
                "quantity": 1,
            },
        ],
        "count": 121,
        "total": "$42.00",
        "total_minor": 4200,
        "empty": False,
        "can_repeat": True,
    },
    "pay": {
        "due": "$42.00",
        "due_minor": 4200,
        "test": False,
        "entered": "",
        "tendered": "$50.00",
        "change": "$8.00",
        "change_minor": 800,
        "change_words": "$8.00",
        "notes": [
            {"amount": 4500, "label": "$45.00"},
            {"amount": 5000, "label": "$50.00"},
            {"amount": 6000, "label": "$60.00"},
            {"amount": 10000, "label": "$100.00"},
        ],
        "enough": True,
        "methods": [
            {"code": "cash", "words": "Cash", "selected": True},
            {"code": "card", "words": "Card", "selected": False},
            {"code": "split", "words": "Cash and card", "selected": False},
        ],
        "method": "cash",
        "focus": "given",
        "card": {"amount": "$0.00", "amount_minor": 0, "reference": ""},
        "can_complete": True,
        "complete_words": "Paid $42.00",
    },
    "printing": {"words": "Printing ticket 1 of 2", "order_index": 1, "of": 2, "printer": "Printer ready"},
    "print_problem": {
        "what": "ticket",
        "title": "Did the ticket come out whole?",
        "reason": "The printer is out of paper.",
        "what_to_do": "Put in a new roll and close the cover. "
        "Whole: hand it over. Not whole: tear it up and print it again.",
        "yes_words": "Yes, it is whole",
        "retry_words": "No, print again",
        "give_up_words": "Misprint: make void",
        "can_retry": True,
        "state": "unknown",
        "change": "Change: $30.00",
        "numbers": "100451 to 100570",
        "validation": "7Q4K 9ZTM 2B0V",
    },
    "done": {
        "tickets": 121,
        "numbers": "100451 to 100570, 20317",
        "validation": ["7Q4K 9ZTM 2B0V", "1ND8 HX3P 6RC5"],
        "change": "$8.00",
        "change_minor": 800,
        "change_words": "$8.00",
        "total": "$42.00",
        "back_in_s": 4,
        "test": False,
    },
    "lookup": {
        "typed": "7Q4K9ZTM2B0V",
        "result": {
            "verdict": "genuine",
            "title": "Genuine ticket",
            "words": "It has not won and is not void, as far as this kiosk knows.",
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
            "office": "",
        },
        "prizes": [],
    },
    "claim": {
        "state": "ask",
        "title": "Pay this prize?",
        "words": "The office notes the payment first. Hand the money out when it has answered.",
        "hint": "",
        "prize": "Sponsor’s voucher",
        "number": "100460",
        "amount": "$50.00",
        "validation": "7Q4K 9ZTM 2B0V",
        "event": "Harbour City v. Northgate",
        "identity": True,
        "identity_seen": False,
        "can_pay": False,
    },
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
        "reason": "mistake",
        "back": "Give back $40.00 in cash.",
        "supervisor": True,
        "misprint": False,
        "error": "",
    },
    "sync": {
        "rows": [
            {"label": "Server", "value": "https://raffle.example.org"},
            {"label": "Network", "value": "Connected"},
            {"label": "Last contact", "value": "4 s ago"},
            {"label": "Sales to upload", "value": "12"},
            {"label": "Journal", "value": "1532 entries, 1520 at the office"},
            {"label": "Second copy", "value": "USB stick, up to date"},
            {"label": "Events and prices", "value": "Version 1.48"},
            {"label": "Free disk", "value": "48 212 MB"},
            {"label": "Program", "value": "0.1.0 · 9f2c4e01a7b3"},
        ],
        "uploading": False,
        "last_contact": "4 s ago",
        "server": "https://raffle.example.org",
        "head": "1532",
        "all_uploaded": False,
    },
    "closed": {
        "title": "Sales are closed",
        "words": "Harbour City v. Northgate",
        "all_uploaded": True,
        "uploaded_words": "All sales uploaded. The office has confirmed them.",
        "unsynced": 0,
        "can_close_shift": False,
        "shift_words": "",
    },
}

TROUBLES: dict[str, dict[str, Any]] = {
    "attract locked": {
        "screen": "attract",
        "attract": VIEW["attract"] | {"locked_by": "Maria Lindqvist", "attendant": True},
        "attendant": VIEW["attendant"] | {"called": True},
    },
    "attract closed": {
        "screen": "attract",
        "attract": VIEW["attract"]
        | {
            "can_sell": False,
            "why_not": "Sales open on Saturday, 21 November at 17:00.",
            "jackpot": "Half the jackpot: 50 % of sales",
            "closes": "",
            "packages": [],
        },
    },
    "attract plain": {
        "screen": "attract",
        "attract": VIEW["attract"]
        | {"jackpot": "", "organisation": "", "venue": "", "packages": VIEW["attract"]["packages"][:2]},
    },
    "attract self service": {"screen": "attract", "mode": "self_service"},
    "attract self service called": {
        "screen": "attract",
        "mode": "self_service",
        "attract": VIEW["attract"]
        | {"attendant": True, "can_sell": False, "why_not": "Sales have not opened yet.", "packages": []},
        "attendant": VIEW["attendant"] | {"called": True},
    },
    "events many": {
        "screen": "events",
        "events": [
            VIEW["events"][i % 2]
            | {"id": f"e{i}", "selected": i == 0, "name": name, "can_sell": i != 3}
            | ({"state_words": "Opens at 20:30", "jackpot": ""} if i == 3 else {})
            for i, name in enumerate(
                [
                    "Harbour City v. Northgate",
                    "Season jackpot",
                    "Youth academy roof appeal, autumn draw",
                    "Half-time dash",
                    "Women’s cup semi-final",
                    "Grassroots fund",
                ]
            )
        ],
    },
    "sell many events": {
        "screen": "sell",
        "events": [
            VIEW["events"][i % 2]
            | {"id": f"e{i}", "selected": i == 0, "name": f"{VIEW['events'][i % 2]['name']} {i}"}
            for i in range(6)
        ],
        "sell": VIEW["sell"] | {"mode": "fast", "times": 5},
    },
    "sell messages": {
        "screen": "sell",
        "status": VIEW["status"] | {"messages": 3},
        "basket": VIEW["basket"]
        | {"empty": True, "lines": [], "count": 0, "total": "$0.00", "total_minor": 0},
        "toast": {"text": "Message from the office: close the north gate kiosks at 21:10.", "kind": "warn"},
    },
    "customer name": {
        "screen": "customer",
        "customer": VIEW["customer"]
        | {
            "required": True,
            "can_skip": False,
            "layout": "letters",
            "fields": [
                VIEW["customer"]["fields"][0] | {"value": "Zoë ", "focus": True, "ok": None},
                VIEW["customer"]["fields"][1] | {"value": "", "ok": None, "problem": ""},
            ],
        },
    },
    "customer phone": {
        "screen": "customer",
        "customer": VIEW["customer"]
        | {
            "layout": "digits",
            "can_continue": True,
            "fields": [
                VIEW["customer"]["fields"][0],
                VIEW["customer"]["fields"][1]
                | {"value": "+33 6 12 34 56 78", "focus": True, "ok": True, "problem": ""},
                VIEW["customer"]["fields"][2]
                | {"value": "zoe.ohara@example.org", "focus": False, "ok": True},
            ],
        },
    },
    "pay exact": {
        "screen": "pay",
        "pay": VIEW["pay"]
        | {"tendered": "$42.00", "change": "$0.00", "change_minor": 0, "change_words": "No change"},
    },
    "pay cash alone": {
        "screen": "pay",
        "pay": VIEW["pay"] | {"methods": VIEW["pay"]["methods"][:1], "notes": VIEW["pay"]["notes"][:2]},
    },
    "pay card": {
        "screen": "pay",
        "pay": VIEW["pay"]
        | {
            "method": "card",
            "focus": "reference",
            "tendered": "$0.00",
            "change": "$0.00",
            "change_minor": 0,
            "change_words": "No change",
            "methods": [m | {"selected": m["code"] == "card"} for m in VIEW["pay"]["methods"]],
            "card": {"amount": "$42.00", "amount_minor": 4200, "reference": "004518"},
            "complete_words": "Card paid $42.00",
        },
    },
    "pay split": {
        "screen": "pay",
        "pay": VIEW["pay"]
        | {
            "method": "split",
            "focus": "card",
            "tendered": "$20.00",
            "change": "$0.00",
            "change_minor": 0,
            "change_words": "No change",
            "methods": [m | {"selected": m["code"] == "split"} for m in VIEW["pay"]["methods"]],
            "card": {"amount": "$22.00", "amount_minor": 2200, "reference": ""},
            "can_complete": False,
            "complete_words": "Paid $20.00 and card $22.00",
        },
    },
    "done many": {
        "screen": "done",
        "done": VIEW["done"]
        | {
            "tickets": 1180,
            "numbers": "100451 to 100570, 20317, 20330 to 20389, 20501, 20777 to 21775",
            "validation": ["7Q4K 9ZTM 2B0V", "1ND8 HX3P 6RC5", "5TW2 0KQJ 8MVA", "9C1X 7ZPD 3E4F"],
            "change_minor": 0,
            "change_words": "No change",
            "test": True,
            "back_in_s": 2,
        },
    },
    "choose empty": {
        "screen": "choose",
        "mode": "self_service",
        "basket": VIEW["basket"]
        | {"empty": True, "lines": [], "count": 0, "total": "$0.00", "total_minor": 0},
        "events": VIEW["events"][:1],
        "attendant": VIEW["attendant"] | {"called": True},
    },
    "pin empty": {"screen": "pin", "pin": VIEW["pin"] | {"chosen": "", "entered": 0}},
    "pin many": {
        "screen": "pin",
        "pin": VIEW["pin"]
        | {"operators": [VIEW["pin"]["operators"][i % 4] | {"id": f"u{i + 1}"} for i in range(14)]},
    },
    "sell empty": {
        "screen": "sell",
        "basket": {
            "lines": [],
            "count": 0,
            "total": "$0.00",
            "total_minor": 0,
            "empty": True,
            "can_repeat": True,
        },
        "events": VIEW["events"][:1],
    },
    "sell four": {
        "screen": "sell",
        "packages": VIEW["packages"][:4],
        "events": VIEW["events"][:1],
        "event": VIEW["event"]
        | {
            "name": "Harbour City v. Northgate, second leg",
            "jackpot": "Half the jackpot: 50 % of sales",
            "test": True,
        },
    },
    "sell five": {
        "screen": "sell",
        "packages": VIEW["packages"][:5],
        "toast": {"text": "Talking to the office.", "kind": "info"},
    },
    "sell three": {
        "screen": "sell",
        "packages": VIEW["packages"][:3],
        "events": VIEW["events"][:1],
        "event": VIEW["event"]
        | {"jackpot": "50 % of sales", "can_sell": False, "why_not": "Sales have not opened yet."},
    },
    "sell eleven": {
        "screen": "sell",
        "packages": [VIEW["packages"][i % 6] | {"id": f"p{i}", "index": i} for i in range(11)],
        "status": VIEW["status"] | {"printer": "The paper is nearly used up. Have a new roll at hand."},
    },
    "sell sixteen": {
        "screen": "sell",
        "packages": [VIEW["packages"][i % 6] | {"id": f"p{i}", "index": i} for i in range(16)],
    },
    "sell troubled": {
        "screen": "sell",
        "toast": {
            "text": "The printer is out of paper. Put a new roll in and close the cover.",
            "kind": "error",
        },
        "status": VIEW["status"]
        | {
            "unsynced": 1348,
            "oldest": "2 h 17 min",
            "numbers_left": 180,
            "numbers_low": True,
            "printer": "The printer is out of paper. Put in a new roll and close the cover.",
            "printer_ok": False,
            "scanner": "No scanner",
            "scanner_ok": None,
            "network": "offline",
            "network_words": "Off line: sales go on and are uploaded later",
            "clock_words": "3 min slow",
            "clock_ok": False,
            "closes_in_s": 540,
            "closes": "Closes in 9 min",
        },
    },
    "pay short": {
        "screen": "pay",
        "pay": VIEW["pay"] | {"tendered": "$20.00", "entered": "20", "change": "$0.00", "enough": False},
    },
    "print_problem failed": {
        "screen": "print_problem",
        "print_problem": VIEW["print_problem"]
        | {
            "state": "failed",
            "title": "The ticket did not come out",
            "what_to_do": "Put in a new roll and close the cover. "
            "Then print it. Or make the sale void and give the money back.",
            "retry_words": "Print it now",
        },
    },
    "print_problem counterfoils": {
        "screen": "print_problem",
        "print_problem": VIEW["print_problem"]
        | {
            "what": "counterfoils",
            "title": "Did all counterfoils come out?",
            "what_to_do": "All there: put them into the drum. Some missing: tear up the rest; "
            "a supervisor has them printed again.",
            "yes_words": "Yes, all are there",
            "retry_words": "No, print them again",
            "give_up_words": "Print them later",
        },
    },
    "pin locked": {
        "screen": "pin",
        "pin": VIEW["pin"] | {"entered": 0, "error": "That is not Maria’s PIN.", "wait_s": 20},
    },
    "enrol refused": {
        "screen": "enrol",
        "enrol": VIEW["enrol"]
        | {
            "error": "The office does not know this code, or it has been used. Ask for a new one.",
            "focus": "server",
        },
    },
    "claim refused": {
        "screen": "claim",
        "claim": VIEW["claim"]
        | {
            "state": "refused",
            "title": "Do not pay",
            "words": "This prize was paid on 21 November 2026 at 19:40 at Desk 2 by Aoife O’Connor.",
            "hint": "Do not pay it again.",
        },
    },
    "claim paid": {
        "screen": "claim",
        "claim": VIEW["claim"]
        | {
            "state": "paid",
            "title": "Hand out $50.00",
            "words": "Noted as paid here. Hand the money out and keep the ticket.",
        },
    },
    "claim silent": {
        "screen": "claim",
        "claim": VIEW["claim"]
        | {
            "state": "silent",
            "title": "The office has not answered",
            "words": "Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking.",
        },
    },
    "claim asking": {
        "screen": "claim",
        "busy": True,
        "claim": VIEW["claim"]
        | {"state": "asking", "title": "Asking the office", "words": "Hand nothing out yet."},
    },
    "claim seen": {
        "screen": "claim",
        "claim": VIEW["claim"] | {"identity_seen": True, "can_pay": True, "amount": "$12,500.00"},
    },
    "lookup empty": {"screen": "lookup", "lookup": {"typed": "", "result": {}, "prizes": []}},
    "lookup pay": {
        "screen": "lookup",
        "lookup": {
            "typed": "7Q4K9ZTM2B0V",
            "result": VIEW["lookup"]["result"]
            | {
                "verdict": "won",
                "title": "A winner",
                "words": "This ticket has won: Sponsor’s voucher ($50.00). It can be claimed until 21 December 2026.",
                "prize": "Sponsor’s voucher ($50.00)",
                "known_at": "Now, from the office",
                "office": "said",
                "can_void": False,
            },
            "prizes": [
                {
                    "result": "r1",
                    "prize": "Sponsor’s voucher",
                    "number": "100460",
                    "amount": "$50.00",
                    "can_pay": True,
                    "why_not": "",
                    "identity": False,
                }
            ],
        },
    },
    "lookup won": {
        "screen": "lookup",
        "lookup": {
            "typed": "",
            "prizes": [],
            "result": VIEW["lookup"]["result"]
            | {
                "verdict": "won",
                "title": "This ticket has won",
                "words": "Send the customer to the claims desk with this ticket.",
                "prize": "Half of the jackpot, $9,212.50",
                "can_void": False,
            },
        },
    },
    "lookup forged": {
        "screen": "lookup",
        "lookup": {
            "typed": "",
            "prizes": [],
            "result": VIEW["lookup"]["result"]
            | {
                "verdict": "forged",
                "title": "Not a genuine ticket",
                "words": "Its signature is wrong. Keep the ticket and call a supervisor.",
                "can_void": False,
                "can_reprint": False,
                "sold_at": "",
                "price": "",
            },
        },
    },
    "closed waiting": {
        "screen": "closed",
        "closed": VIEW["closed"]
        | {
            "all_uploaded": False,
            "unsynced": 12,
            "uploaded_words": "12 sales are still to be uploaded. Keep the kiosk on and connected.",
        },
    },
} | BACK_TROUBLES
"""Views that differ from the plain ones, by their picture's name."""


class ScriptedEngine:
    """Shows what it is told to show; ``answers`` says what a touch changes."""

    def __init__(self, screen: str = "sell", **changes: Any) -> None:
        self._view = copy.deepcopy(VIEW) | {"screen": screen} | changes
        self._on_change: Callable[[], None] | None = None
        self.acts: list[tuple[str, str]] = []
        self.keys: list[tuple[int, str, bool, bool, int]] = []
        """Code, text, shift, repeat and time of each key that went down."""
        self.ticks = 0
        self.stopped = False
        self.answers: dict[str, dict[str, Any]] = {}
        self.is_demo = True

    def start(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change

    def pressed(self, code: int, text: str, meaning: str, *, shift: bool, repeat: bool, at_ms: int) -> None:
        self.keys.append((code, text, shift, repeat, at_ms))
        if meaning:
            self.act("key", meaning)

    def act(self, name: str, arg: str = "") -> None:
        self.acts.append((name, arg))
        if name in self.answers:
            self.show(**self.answers[name])

    def view(self) -> dict[str, Any]:
        return self._view

    def tick(self) -> None:
        self.ticks += 1

    def stop(self) -> None:
        self.stopped = True

    def lives(self) -> bool:
        return True

    def again(self) -> bool:
        return False

    def demo(self) -> bool:
        return self.is_demo

    def show(self, **changes: Any) -> None:
        """Change the view; may be called from any thread."""
        self._view = self._view | changes
        if self._on_change is not None:
            self._on_change()


SELF_SERVICE = frozenset({"choose", "review", "attend"})
"""Screens that only a customer sees."""


def view_of(name: str, language: str = "en", theme: str = "light", *, large: bool = False) -> dict[str, Any]:
    """The whole view of a picture: its own keys over the plain ones, in a language."""
    changes = TROUBLES.get(name) or {"screen": name}
    if changes["screen"] in SELF_SERVICE:
        changes = {"mode": "self_service"} | changes
    languages = [one | {"selected": one["code"] == language} for one in VIEW["languages"]]
    view: dict[str, Any] = in_language(VIEW | changes, language)
    return view | {
        "language": language,
        "languages": languages,
        "look": {"theme": theme, "large": large},
    }


def in_language(view: Any, language: str) -> Any:
    """The recorded sentences in another language, as far as they are known here."""
    if language == "en":
        return view
    if isinstance(view, dict):
        return {key: in_language(value, language) for key, value in view.items()}
    if isinstance(view, list):
        return [in_language(value, language) for value in view]
    return WORDS[language].get(view, view) if isinstance(view, str) else view


def screens(
    out: Path,
    sizes: tuple[tuple[int, int], ...] = SIZES,
    themes: tuple[str, ...] = THEMES,
    languages: tuple[str, ...] = LANGUAGES,
) -> int:
    """Write a picture of every screen in each size, theme and language, and in large text; returns how many.

    What differs from the plain screens is pictured in the first theme and language, and in large text.
    """
    import PySide6.QtQuick  # noqa: F401 - without it Python does not know that the window can be grabbed
    from PySide6.QtGui import QGuiApplication

    from kiosk.ui import Screens

    application = QGuiApplication.instance() or QGuiApplication([])
    engine = ScriptedEngine()
    window = Screens(engine, "light", sizes[0])
    window.show(full=False)
    count = 0
    kinds = [(theme, language, False) for theme in themes for language in languages]
    kinds += [(theme, "en", True) for theme in themes[:1]]
    for theme, language, large in kinds:
        folder = out / f"{theme}-{language}{'-large' if large else ''}"
        folder.mkdir(parents=True, exist_ok=True)
        window.journey.set_theme(theme)
        for width, height in sizes:
            window.window.resize(width, height)
            plain = (theme, language) == (themes[0], languages[0])
            for name in [*SCREENS, *(TROUBLES if plain else ())]:
                engine.show(**view_of(name, language, theme, large=large))
                window.journey.refresh()
                for _ in range(3):
                    application.processEvents()
                place = folder / f"{name.replace(' ', '-')}-{width}x{height}.png"
                assert window.window.grabWindow().save(str(place), None, QUALITY)
                count += 1
    window.close()
    return count


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    what, place = sys.argv[1], Path(sys.argv[2])
    if what == "pictures":
        theme = sys.argv[3:] or list(THEMES)
        print(screens(place, themes=tuple(theme)))
        return 0
    from kiosk import ui
    from kiosk.config import Config

    engine = ScriptedEngine("pin")
    engine.is_demo = "closed" not in sys.argv
    engine.answers = {
        "choose_operator": {"pin": VIEW["pin"] | {"chosen": "u2", "entered": 0}},
        "key": {"screen": "sell"},
        "add": {"basket": VIEW["basket"]},
        "pay": {"screen": "pay"},
        "cash": {"screen": "done", "busy": False},
        "next": {"screen": "sell"},
    }
    return ui.run(engine, Config(data=place.parent, drive=place, size=(1024, 600)))


if __name__ == "__main__":
    sys.exit(main())
