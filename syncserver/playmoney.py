"""A card processor for the demonstration, at whose page everybody pays with play money.

It speaks as much of Stripe's interface (docs.stripe.com/api) as the web shop asks for: payment pages, what became of
them, refunds, and a signed call when somebody has paid. The same idempotency key has the same answer.
"""

from __future__ import annotations

import hmac
import html
import json
import logging
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from shared import money
from shared.clock import Clock
from syncserver.config import PLAY_KEY, Stripe
from syncserver.payments import to_stripe

WAIT_S_MAX: Final = 20
BODY_BYTES_MAX: Final = 64 * 1024
_log = logging.getLogger(__name__)
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay with play money</title>
<body style="font: 18px/1.5 sans-serif; max-width: 28em; margin: 0 auto; padding: 2.5em 1.25em">
<h1>Pay with play money</h1><ul style="padding-left: 1.2em">{items}</ul>
<p style="font-size: 1.6em; font-weight: 700">{amount}</p>
<p>This is a trial: nothing is charged, and no card is needed.</p>
<form method="post"><button style="font: inherit; padding: .6em 2em">Pay with play money</button></form>
<p><a href="{back}">Back</a></p></body></html>
"""

_Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Processor:
    """Its books: payment pages by their name, and what was paid back of each payment."""

    url: str
    secret: str = field(repr=False)
    clock: Clock
    hook: str = ""
    """Whom it calls when somebody has paid; nobody where it is empty."""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    """What went back of each payment, minor units."""
    refunds: list[dict[str, Any]] = field(default_factory=list)
    _answers: dict[str, _Answer] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def settings(self) -> Stripe:
        """What a server is set to that sells by it."""
        return Stripe(PLAY_KEY, self.secret, self.url)

    @property
    def paid(self) -> int:
        """What it has taken less what went back, minor units."""
        taken: int = sum(
            one["amount_total"] for one in self.sessions.values() if one["payment_status"] == "paid"
        )
        return taken - sum(self.refunded.values())

    def handle(self, method: str, path: str, body: bytes, key: str) -> _Answer:
        """Answer a request of the server, or of a buyer's browser."""
        with self._lock:
            if method == "POST" and key in self._answers:
                return self._answers[key]
            answer = self._handle(method, path, dict(urllib.parse.parse_qsl(body.decode())))
            if method == "POST" and key:
                self._answers[key] = answer
        if method == "POST" and answer[0] == 303:
            self._call(path.rpartition("/")[2])
        return answer

    def _handle(self, method: str, path: str, form: dict[str, str]) -> _Answer:
        if method == "POST" and path == "/v1/checkout/sessions":
            return _json(self._open(form))
        if method == "GET" and path.partition("?")[0] == "/v1/checkout/sessions":
            return self._completed(dict(urllib.parse.parse_qsl(path.partition("?")[2])))
        if path.partition("?")[0] == "/v1/refunds":
            if method == "GET":
                return self._listed(dict(urllib.parse.parse_qsl(path.partition("?")[2])))
            return self._refund(form)
        found = re.fullmatch(r"/(?:pay|v1/checkout/sessions)/(\w+)(/expire)?", path)
        one = self.sessions.get(found[1]) if found else None
        if found is None or one is None:
            return _json(_error("resource_missing", "There is no such thing."), 404)
        if path.startswith("/pay/"):
            return self._page(one, paying=method == "POST")
        if found[2]:
            if one["status"] != "open":
                return _json(_error("", "Only a session that is open can be expired."), 400)
            one |= {"status": "expired", "url": None}
        return _json(one)

    def _open(self, form: dict[str, str]) -> dict[str, Any]:
        name, amount, place, items = f"cs_test_{len(self.sessions) + 1}", 0, 0, list[str]()
        while (count := form.get(f"line_items[{place}][quantity]")) is not None:
            amount += int(form[f"line_items[{place}][price_data][unit_amount]"]) * int(count)
            items.append(f"{count} × {form[f'line_items[{place}][price_data][product_data][name]']}")
            place += 1
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "url": f"{self.url}/pay/{name}",
            "created": self.clock.now_ms() // 1000,
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": form["line_items[0][price_data][currency]"],
            "payment_intent": None,
            "client_reference_id": form["client_reference_id"],
            "metadata": {name: form[f"metadata[{name}]"] for name in ("checkout", "office", "organisation")},
            "success_url": form["success_url"],
            "cancel_url": form["cancel_url"],
            "bought": items,
        }
        return self.sessions[name]

    def _completed(self, asked: dict[str, str]) -> _Answer:
        """The payment pages of a time that were paid, the newest first; all at once."""
        since, until = int(asked.get("created[gte]", 0)), int(asked.get("created[lt]", self.clock.now_ms()))
        found = [
            one
            for one in self.sessions.values()
            if one["status"] == "complete" and since <= one["created"] < until
        ]
        return _json(
            {"object": "list", "url": "/v1/checkout/sessions", "has_more": False, "data": found[::-1]}
        )

    def _listed(self, asked: dict[str, str]) -> _Answer:
        """The refunds of a payment, the newest first."""
        found = [one for one in self.refunds if one["payment_intent"] == asked.get("payment_intent")]
        return _json({"object": "list", "url": "/v1/refunds", "has_more": False, "data": found[::-1]})

    def _refund(self, form: dict[str, str]) -> _Answer:
        intent, amount = form["payment_intent"], int(form["amount"])
        paid = [one["amount_total"] for one in self.sessions.values() if one["payment_intent"] == intent]
        if not paid or self.refunded.get(intent, 0) + amount > paid[0]:
            return _json(_error("charge_already_refunded", "There is nothing left to pay back."), 400)
        self.refunded[intent] = self.refunded.get(intent, 0) + amount
        made = {
            "id": f"re_{len(self.refunds) + 1}_{intent}",
            "object": "refund",
            "status": "succeeded",
            "amount": amount,
            "currency": next(
                one["currency"] for one in self.sessions.values() if one["payment_intent"] == intent
            ),
            "payment_intent": intent,
            "metadata": {"refund": form["metadata[refund]"]} if "metadata[refund]" in form else {},
        }
        self.refunds.append(made)
        return _json(made)

    def _page(self, one: dict[str, Any], *, paying: bool) -> _Answer:
        if not paying or one["status"] == "expired":
            currency = str(one["currency"]).upper()
            # Stripe writes a few currencies with more places than people do.
            shown = one["amount_total"] * 100 // to_stripe(100, currency)
            page = _PAGE.format(
                amount=html.escape(money.text(shown, currency)),
                items="".join(f"<li>{html.escape(item)}</li>" for item in one["bought"]),
                back=html.escape(one["cancel_url"], quote=True),
            )
            return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()
        if one["status"] == "open":
            one |= {
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": f"pi_{one['id']}",
                "url": None,
            }
        return 303, {"Location": str(one["success_url"])}, b""

    def _call(self, session: str) -> None:
        """Tell the office that it is paid; where it does not hear, it asks by itself."""
        if not self.hook:
            return
        at = self.clock.now_ms() // 1000
        event = {
            "id": f"evt_{session}",
            "object": "event",
            "type": "checkout.session.completed",
            "created": at,
            "data": {"object": self.sessions[session]},
        }
        body = json.dumps(event).encode()
        # docs.stripe.com/webhooks, “Verify webhook signatures manually”.
        proof = hmac.new(self.secret.encode(), b"%d.%b" % (at, body), "sha256").hexdigest()
        told = urllib.request.Request(self.hook, body, {"Stripe-Signature": f"t={at},v1={proof}"})  # noqa: S310 - our own server on loopback
        try:
            with urllib.request.urlopen(told, timeout=WAIT_S_MAX) as answer:  # noqa: S310 - as above
                answer.read()
        except (urllib.error.URLError, OSError) as e:
            _log.warning("the office was not told of %s: %s", session, e)


def _json(what: dict[str, Any], status: int = 200) -> _Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(what).encode()


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "code": code, "message": message}}


@contextmanager
def processor(clock: Clock) -> Iterator[Processor]:
    """A card processor on a free port of loopback, until the block ends."""
    here = Processor("", f"whsec_{clock.token(16).hex()}", clock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = WAIT_S_MAX

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(min(BODY_BYTES_MAX, int(self.headers.get("Content-Length") or 0)))
            key = self.headers.get("Idempotency-Key") or ""
            status, headers, answer = here.handle(self.command, self.path, body, key)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        here.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()
