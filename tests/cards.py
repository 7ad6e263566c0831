"""A card processor for tests: localstripe as a process of its own, and before it what it lacks of Stripe's interface.

localstripe keeps payments, charges and refunds. It has no Checkout Sessions, honours no idempotency keys and refunds
a charge twice; these three are added here, as docs.stripe.com says they are: the same key answers the same again, a
session is `open` until it is `complete` or `expired`, and a charge is refunded at most whole.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from shared.clock import SystemClock
from syncserver.config import Stripe

OPEN_S_MIN = 30 * 60
"""Stripe wants a page open for so long at least."""
KEY = "sk_test_tombola"
SECRET = "whsec_tombola"
_CARD = {
    "type": "card",
    "card[number]": "4242424242424242",
    "card[exp_month]": "12",
    "card[exp_year]": "2040",
    "card[cvc]": "123",
}
_LAUNCH = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda self: None
web.run_app(server.app, host="127.0.0.1", port=0, print=lambda *words: print(*words, flush=True), access_log=None)
"""


@dataclass
class Cards:
    """The processor as a test sees it: buyers pay at its pages, its calls are as it would make them."""

    url: str
    behind: str
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    """So many answers are lost on their way: done, and never heard of."""
    down: bool = False
    calls: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: SystemClock = field(default_factory=SystemClock)
    page_most: int = 100
    """Sessions in one answer."""
    hook: str = ""
    """Whom it calls when somebody has paid at its page; nobody where it is empty."""

    @property
    def settings(self) -> Stripe:
        """What a server is set to."""
        return Stripe(KEY, SECRET, self.url)

    def pay(self, session: str, amount: int | None = None, currency: str | None = None) -> None:
        """A buyer pays at the page of this session, with a card that is good."""
        with self.lock:
            one = self.sessions[session]
            assert one["status"] == "open", one["status"]
            method = self.ask("POST", "/v1/payment_methods", _CARD)
            intent = self.ask(
                "POST",
                "/v1/payment_intents",
                {
                    "amount": amount or one["amount_total"],
                    "currency": currency or one["currency"],
                    "payment_method": method["id"],
                },
            )
            confirmed = self.ask("POST", f"/v1/payment_intents/{intent['id']}/confirm", {})
            assert confirmed["status"] == "succeeded", confirmed
            one |= {
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": intent["id"],
                "amount_total": confirmed["amount"],
                "currency": confirmed["currency"],
                "url": None,
            }

    def expire(self, session: str) -> None:
        """The page ends by itself."""
        self.sessions[session] |= {"status": "expired", "url": None}

    def page(self, session: str, *, paying: bool) -> tuple[int, dict[str, str], bytes]:
        """Its payment page as a browser asks for it, and what follows the touch on its button."""
        one = self.sessions[session]
        if not paying:
            amount = f"{one['amount_total'] / 100:.2f} {one['currency'].upper()}"
            words = f"<!doctype html><title>Pay</title><h1>{amount}</h1><form method=post><button>Pay</button></form>"
            return 200, {"Content-Type": "text/html"}, words.encode()
        self.pay(session)
        if self.hook:
            body = self.event(session)
            told = urllib.request.Request(self.hook, body, {"Stripe-Signature": signed(body)})
            with urllib.request.urlopen(told, timeout=20) as answer:
                assert answer.status == 200, answer.status
        return 303, {"Location": str(one["success_url"])}, b""

    def event(self, session: str, kind: str = "checkout.session.completed", name: str = "") -> bytes:
        """The body of a call about this session."""
        event = {
            "id": name or f"evt_{session}_{kind}",
            "object": "event",
            "type": kind,
            "created": self.clock.now_ms() // 1000,
            "data": {"object": self.sessions[session]},
        }
        return json.dumps(event).encode()

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask localstripe itself."""
        status, body = self.forward(method, path, urllib.parse.urlencode(form or {}).encode())
        assert status < 300, body
        found: dict[str, Any] = json.loads(body)
        return found

    def forward(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        asked = urllib.request.Request(
            self.behind + path,
            data=body if method == "POST" else None,
            method=method,
            headers={
                "Authorization": f"Bearer {KEY}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            with e:
                return e.code, e.read()

    # What localstripe lacks

    def handle(self, method: str, path: str, body: bytes, key: str) -> tuple[int, bytes]:
        with self.lock:
            if method == "POST" and key in self.answers:
                return self.answers[key]
            answer = self._handle(method, path, body)
            if method == "POST" and key:
                self.answers[key] = answer
            return answer

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if path == "/v1/checkout/sessions" and method == "POST":
            try:
                return 200, json.dumps(self._open(form)).encode()
            except _ExpiredError:
                words = (
                    "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
                )
                return _error(400, "", words, "expires_at")
        if path.startswith("/v1/checkout/sessions?") and method == "GET":
            return 200, json.dumps(
                self._listed(dict(urllib.parse.parse_qsl(path.partition("?")[2])))
            ).encode()
        if found := re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path):
            one = self.sessions.get(found[1])
            if one is None:
                return _error(404, "resource_missing", "No such checkout session")
            if found[2]:
                if one["status"] != "open":
                    return _error(400, "", "Only Checkout Sessions with a status of open can be expired.")
                self.expire(found[1])
            return 200, json.dumps(one).encode()
        if path == "/v1/refunds" and method == "POST":
            intent, amount = form["payment_intent"], int(form["amount"])
            whole = self.ask("GET", f"/v1/payment_intents/{intent}")["amount"]
            if self.refunded.get(intent, 0) + amount > whole:
                return _error(400, "charge_already_refunded", "The charge has already been refunded.")
            status, answer = self.forward(method, path, body)
            if status < 300:
                self.refunded[intent] = self.refunded.get(intent, 0) + amount
            return status, answer
        return self.forward(method, path, body)

    def _listed(self, asked: dict[str, str]) -> dict[str, Any]:
        """Sessions of a time in one state, the newest first, by pages (docs.stripe.com/api/checkout/sessions/list)."""
        since, until = int(asked["created[gte]"]), int(asked["created[lt]"])
        found = [
            one
            for one in reversed(self.sessions.values())
            if one["status"] == asked["status"] and since <= one["created"] < until
        ]
        if after := asked.get("starting_after"):
            found = found[[one["id"] for one in found].index(after) + 1 :]
        most = min(int(asked["limit"]), self.page_most)
        return {
            "object": "list",
            "url": "/v1/checkout/sessions",
            "has_more": len(found) > most,
            "data": found[:most],
        }

    def _open(self, form: dict[str, str]) -> dict[str, Any]:
        session = f"cs_test_{len(self.sessions) + 1}{id(self)}"
        if int(form["expires_at"]) < self.clock.now_ms() // 1000 + OPEN_S_MIN:
            raise _ExpiredError
        amount = 0
        place = 0
        while f"line_items[{place}][quantity]" in form:
            price = int(form[f"line_items[{place}][price_data][unit_amount]"])
            amount += price * int(form[f"line_items[{place}][quantity]"])
            place += 1
        self.sessions[session] = {
            "id": session,
            "object": "checkout.session",
            "url": f"{self.url}/pay/{session}",
            "created": self.clock.now_ms() // 1000,
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": form["line_items[0][price_data][currency]"],
            "payment_intent": None,
            "client_reference_id": form["client_reference_id"],
            "metadata": {
                "checkout": form["metadata[checkout]"],
                "office": form["metadata[office]"],
                "organisation": form["metadata[organisation]"],
            },
            "expires_at": int(form["expires_at"]),
            "success_url": form["success_url"],
            "cancel_url": form["cancel_url"],
        }
        return self.sessions[session]


def signed(body: bytes, ahead_s: int = 0) -> str:
    """The header by which Stripe signs a call, made by its own library; by a clock that is ahead of ours by so long."""
    at = SystemClock().now_ms() // 1000 + ahead_s
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET, timestamp=at))


class _ExpiredError(Exception):
    """A page that would be over at once."""


def _error(status: int, code: str, message: str, param: str = "") -> tuple[int, bytes]:
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": param or None}
    return status, json.dumps({"error": error}).encode()


@contextmanager
def cards() -> Iterator[Cards]:
    """A card processor of this test alone, on free ports of loopback."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _LAUNCH], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield from _before(_address(process))
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for words in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", words):
            return found[0]
    raise AssertionError("localstripe did not start")


def _before(behind: str) -> Iterator[Cards]:
    here = Cards("", behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            here.calls.append(f"{self.command} {self.path}")
            if here.down:
                self.close_connection = True
                return
            more = {"Content-Type": "application/json"}
            if found := re.fullmatch(r"/pay/(\w+)", self.path):
                status, more, answer = here.page(found[1], paying=self.command == "POST")
            else:
                status, answer = here.handle(
                    self.command, self.path, body, self.headers.get("Idempotency-Key") or ""
                )
            if here.lost:
                here.lost -= 1
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in more.items():
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
