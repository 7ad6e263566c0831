"""What schemathesis is told before it asks: a new idempotency key each time, whose turn it is, how a kiosk signs.

Loaded by its command line. ``FUZZ_TURNS`` holds tokens, between commas, that are used in turn; an empty one is none.
``FUZZ_UNIT`` holds a kiosk's private key in hex, a colon, and the name of that key.
"""

from __future__ import annotations

import itertools
import os
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from shared import proof, wire
from shared.clock import SystemClock
from shared.keys import SigningKey

KEY = "Idempotency-Key"
TURNS = itertools.cycle(os.environ.get("FUZZ_TURNS", "").split(","))


@schemathesis.serializer(wire.JOURNAL_TYPE)
def journal(_context: Any, value: Any) -> bytes:
    """An upload's bytes as they were made up."""
    return bytes(value) if isinstance(value, bytes | bytearray) else str(value).encode("utf-8", "replace")


class Signed(AuthBase):
    """Signs a request as the kiosk of ``FUZZ_UNIT``."""

    def __init__(self, told: str) -> None:
        secret, _, self.name = told.partition(":")
        self.key = SigningKey(bytes.fromhex(secret))

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """The request with its signature."""
        url = urlsplit(str(r.url))
        target = url.path + (f"?{url.query}" if url.query else "")
        body = r.body.encode() if isinstance(r.body, str) else r.body or b""
        assert isinstance(body, bytes)
        now = SystemClock().now_ms()
        r.headers.update(
            proof.sign_request(self.key, self.name, str(r.method), target, body, now, uuid4().hex)
        )
        r.headers[wire.PROTOCOL_HEADER] = str(wire.PROTOCOL)
        r.headers.pop("Tombola-Certificate", None)
        return r


class Shown(AuthBase):
    """Shows this token; an empty one: none."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """The request with the token."""
        r.headers.pop("Authorization", None)
        if self.secret:
            r.headers["Authorization"] = f"Bearer {self.secret}"
        return r


@schemathesis.hook
def before_call(_context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Lets what is good be done: under one key for all, only the first would be."""
    key = (case.headers or {}).get(KEY)
    if key and all("!" <= one <= "~" for one in str(key)) and len(str(key)) <= 200:
        case.headers[KEY] = uuid4().hex
    if os.environ.get("FUZZ_TURNS") and not case.path.startswith("/rsu/"):
        kwargs["auth"] = Shown(next(TURNS))
    told = os.environ.get("FUZZ_UNIT", "")
    if told and case.path.startswith("/rsu/") and case.path not in {"/rsu/v1/enrol", "/rsu/v1/time"}:
        kwargs["auth"] = Signed(told)
