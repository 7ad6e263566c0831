"""A beacon on loopback that speaks the wire of drand and of NIST, with rounds that are known, and misbehaves on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from shared import drand

ROUND: Final = 1000
SIGNATURE: Final = (
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
RANDOMNESS: Final = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
TEXT: Final = f"{drand.QUICKNET}:{ROUND}:{SIGNATURE}"
ROUND_JSON: Final = json.dumps({"round": ROUND, "randomness": RANDOMNESS, "signature": SIGNATURE})
PULSE_TIME: Final = "2026-08-19T06:23:00Z"
PULSE_MS: Final = 1_787_120_580_000
OUTPUT: Final = (
    "0CE027D6595461273B3B764EF15194484F2BF857F8E895BA6C4C6B1AB885037A"
    "F6C634DD822D3AA1AFF745A9C5A9F7FAA0C7778C43C64C59440DF23A1268C4EF"
)
PULSE_JSON: Final = json.dumps(
    {
        "pulse": {
            "uri": "https://beacon.nist.gov/beacon/2.0/chain/2/pulse/1909401",
            "version": "2.0",
            "period": 60_000,
            "chainIndex": 2,
            "pulseIndex": 1_909_401,
            "timeStamp": "2026-08-19T06:23:00.000Z",
            "statusCode": 0,
            "outputValue": OUTPUT,
        }
    }
)


@dataclass
class Beacon:
    """What it says, and what it was asked."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Instead of what is right."""
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str) -> tuple[int, bytes]:
        """The status and body for a path."""
        right = {
            f"/{drand.QUICKNET}/public/{ROUND}": ROUND_JSON,
            f"/beacon/2.0/pulse/time/{PULSE_MS}": PULSE_JSON,
        }
        if self.body is not None:
            return self.status, self.body
        return (self.status, right[path].encode()) if path in right else (404, b"{}")


@contextmanager
def shining(**kind: object) -> Iterator[Beacon]:
    """A beacon on a free port of loopback."""
    beacon = Beacon(**kind)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beacon.asked.append(self.path)
            if beacon.silent:
                beacon.closing.wait(30)
                return
            status, body = beacon.answer(self.path)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | beacon.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    beacon.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield beacon
    finally:
        beacon.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
