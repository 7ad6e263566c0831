"""What keeps an operator informed: how the kiosk and its devices are, how far the office is, the end of sales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part, span_words
from kiosk.flow.said import Command, SyncNow, Touch
from kiosk.words import phrase

if TYPE_CHECKING:
    from kiosk.flow import Flow


class Upkeep(Part):
    """The strip of states, the sync screen, the closed screen."""

    free = frozenset({"sync"})
    anytime = frozenset({"open_sync", "sync_now"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self.touches = {"open_sync": self._open_sync, "sync_now": self._sync_now}
        self.backs = {"sync": self._leave_sync}

    def _open_sync(self, _touch: Touch) -> list[Command]:
        if self.flow.screen in ("sell", "pin", "done"):
            self.flow.origin = "pin" if self.flow.screen == "pin" else "sell"
            self.flow.screen = "sync"
        return []

    def _leave_sync(self) -> list[Command]:
        self.flow.screen = self.flow.origin
        return []

    def _sync_now(self, _touch: Touch) -> list[Command]:
        self.flow.say(phrase("Talking to the office."))
        return [SyncNow()]

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
        """``status``, ``sync``, ``closed``."""
        return {
            "status": self._view_status(now),
            "sync": self._view_sync(now),
            "closed": self._view_closed(),
        }

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
            "oldest_s": oldest,
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
            (phrase("Free disk"), f"{s.free_bytes // 1_000_000} MB"),
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
        }
