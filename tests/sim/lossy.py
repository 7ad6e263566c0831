"""A wire that loses, repeats, delays and cuts what goes over it, as a seed has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx

LATE_MAX = 4
KEPT_MAX = 200


@dataclass
class Weather:
    """How likely each misfortune is, from 0 to 1, for one request."""

    lost: float = 0.0
    """The request never arrives."""
    reply_lost: float = 0.0
    """The server does it, and its answer never arrives."""
    late: float = 0.0
    """The request arrives some time later, when nobody waits for its answer."""
    repeated: float = 0.0
    cut: float = 0.0
    """The answer ends in its middle."""
    failed: float = 0.0
    """Something between answers 500, before or after the server did it."""
    busy: float = 0.0
    """Something between answers 503 with Retry-After."""

    def worse(self, by: float) -> Weather:
        """The same weather, so many times as bad."""
        return Weather(**{name: min(0.9, value * by) for name, value in vars(self).items()})


CLEAR = Weather()
ROUGH = Weather(lost=0.06, reply_lost=0.08, late=0.05, repeated=0.08, cut=0.05, failed=0.06, busy=0.04)


@dataclass
class LossyWire(httpx.BaseTransport):
    """Between kiosks and server. ``server`` is the real application; None while it is down."""

    dice: Random
    server: httpx.BaseTransport | None
    weather: Weather = field(default_factory=Weather)
    met: Counter[str] = field(default_factory=Counter)
    """Which misfortunes there were."""
    uploads: list[httpx.Request] = field(default_factory=list)
    """Uploads that reached the server, to be sent again by somebody."""
    late: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or do not."""
        request.read()
        if self.late and self.dice.random() < 0.3:
            self.deliver_late()
        if self.server is None:
            self.met["down"] += 1
            raise httpx.ConnectError("connection refused", request=request)
        if self._happens("lost"):
            raise httpx.ConnectTimeout("timed out", request=request)
        if self._happens("late"):
            self.late = [*self.late, request][-LATE_MAX:]
            raise httpx.ReadTimeout("timed out", request=request)
        if self._happens("busy"):
            return httpx.Response(503, headers={"Retry-After": "2"}, content=b"<html>try later</html>")
        done = self.dice.random() < 0.5
        if self._happens("failed"):
            if done:
                self._carry(request)
            return httpx.Response(500, content=b"<html>bad gateway</html>")
        reply = self._carry(request)
        if self._happens("repeated"):
            reply = self._carry(request)
        if self._happens("reply_lost"):
            raise httpx.ReadTimeout("timed out", request=request)
        if self._happens("cut"):
            return self._cut(request, reply)
        return reply

    def deliver_late(self) -> None:
        """An old request arrives now; nobody waits for its answer."""
        if self.late and self.server is not None:
            self._carry(self.late.pop(self.dice.randrange(len(self.late))))
            self.met["arrived late"] += 1

    def again(self, request: httpx.Request) -> httpx.Response:
        """Send an upload of before once more, as anybody on the way could."""
        return self._carry(request)

    def _happens(self, name: str) -> bool:
        happened: bool = self.dice.random() < getattr(self.weather, name)
        self.met[name] += happened
        return happened

    def _carry(self, request: httpx.Request) -> httpx.Response:
        assert self.server is not None
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        reply = self.server.handle_request(copy)
        body = reply.read()
        if reply.status_code >= 500:
            raise AssertionError(
                f"the server answered {reply.status_code} to {request.url.path}: {body[:300]!r}"
            )
        if request.url.path.endswith("/journal"):
            self.uploads = [*self.uploads, copy][-KEPT_MAX:]
        self.met[f"{request.url.path.rsplit('/', 1)[-1]} {reply.status_code}"] += 1
        return httpx.Response(reply.status_code, headers=reply.headers, content=body)

    def _cut(self, request: httpx.Request, reply: httpx.Response) -> httpx.Response:
        if self.dice.random() < 0.5:
            raise httpx.RemoteProtocolError(
                "peer closed connection without a complete answer", request=request
            )
        headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
        body = reply.content
        return httpx.Response(reply.status_code, headers=headers, content=body[: len(body) // 2])
