"""The web server as real processes: slow clients hold nobody up, and a stop loses nothing that was acknowledged."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from shared import entry, keys, proof, wire
from shared.clock import SystemClock
from shared.keys import SigningKey
from syncserver.serving import PEEK_BYTES, Turnstile, missing
from tests.server import Unit, open_home, run, serving

ANSWER_S_MAX = 30
UPLOADS_BEFORE_STOP = 6
SLOW_CLIENTS = 60


@pytest.fixture
def home() -> Iterator[Path]:
    with open_home() as made:
        yield made


@pytest.mark.parametrize(
    ("head", "needed"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 26),
        (b"G", 2),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", 43),
        (b"POST / HTTP/1.1\r\ncontent-length:5\r\n\r\nabcde", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\nabc", PEEK_BYTES),
        (b"x" * PEEK_BYTES, 0),
    ],
)
def test_a_thread_takes_a_request_when_it_is_here(head: bytes, needed: int) -> None:
    """Z2: the body too, as far as it is small."""
    assert missing(head) == needed


def test_a_turn_is_given_back_once_however_the_answer_ends() -> None:
    """Y12: by its close, and by an error; a stream takes none."""

    def app(environ: dict[str, object], _start: object) -> list[bytes]:
        if environ.get("fails"):
            raise ValueError
        return [b"done"]

    gate = Turnstile(app, 1, lambda: None)
    for _ in range(3):
        answer = gate({"PATH_INFO": "/"}, print)
        assert list(answer) == [b"done"]
        answer.close()  # type: ignore[attr-defined]
        answer.close()  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match=r"^$"):
            gate({"PATH_INFO": "/", "fails": 1}, print)
    held = gate({"PATH_INFO": "/"}, print)
    assert list(gate({"PATH_INFO": "/admin/live/stream"}, print)) == [b"done"]
    held.close()  # type: ignore[attr-defined]


@dataclass
class Seller:
    """A kiosk with a chain of its own that uploads one entry after the other."""

    unit: Unit
    entries: list[bytes] = field(default_factory=list)
    acknowledged: int = 0
    statuses: list[int] = field(default_factory=list)

    def upload(self, browser: httpx.Client) -> bool:
        """Journals an entry and hands it over; False where nobody answered."""
        last = self.entries[-1] if self.entries else None
        header = entry.Header(
            at=SystemClock().now_ms(),
            epoch=self.unit.enrolment.epoch,
            kind="test_of_serving",
            prev=(hashlib.sha256(last).digest() if last is not None else entry.GENESIS).hex(),
            rsu=self.unit.enrolment.rsu,
            seq=len(self.entries) + 1,
        )
        self.entries.append(msgspec.json.encode(header, order="sorted") + b"\n{}")
        return self.hand_over(browser)

    def hand_over(self, browser: httpx.Client) -> bool:
        """All that is not acknowledged."""
        part = self.entries[self.acknowledged :]
        signature = entry.sign(self.unit.key, part[-1]).hex()
        e = self.unit.enrolment
        batch = wire.BatchHeader(
            rsu=e.rsu, epoch=e.epoch, first=self.acknowledged + 1, count=len(part), signature=signature
        )
        body = wire.pack_batch(batch, entry.frame(part))
        target = "/rsu/v1/journal"
        signed = proof.sign_request(
            self.unit.key,
            self.unit.name,
            "POST",
            target,
            body,
            SystemClock().now_ms(),
            SystemClock().token(8).hex(),
        )
        headers = {wire.PROTOCOL_HEADER: "1", "Content-Type": wire.JOURNAL_TYPE} | signed
        try:
            answer = browser.post(target, content=body, headers=headers)
        except httpx.TransportError:
            return False
        self.statuses.append(answer.status_code)
        if answer.status_code == 200:
            reply = msgspec.json.decode(answer.content, type=wire.JournalReply)
            assert reply.head.seq >= self.acknowledged
            self.acknowledged = reply.head.seq
        return answer.status_code == 200


def enrolled(home: Path, address: str, name: str) -> Seller:
    made = run(home, "enrol", "--rsu", name)
    assert made.returncode == 0, made.stderr
    key = SigningKey(hashlib.sha256(name.encode()).digest())
    asked = wire.EnrolRequest(
        code=made.stdout.strip(), public_key=key.public.hex(), device=name, software="1.0"
    )
    answer = httpx.post(
        f"{address}/rsu/v1/enrol",
        content=msgspec.json.encode(asked),
        headers={wire.PROTOCOL_HEADER: "1"},
        timeout=ANSWER_S_MAX,
    )
    assert answer.status_code == 200, answer.text
    enrolment = msgspec.json.decode(answer.content, type=wire.Enrolment)
    assert keys.verify(
        bytes.fromhex(enrolment.server_key),
        keys.CERTIFICATE,
        base64.b64decode(enrolment.certificate),
        bytes.fromhex(enrolment.certificate_signature),
    )
    return Seller(Unit(key, enrolment))


def test_processes_that_are_told_to_stop_lose_nothing_and_answer_no_5xx(home: Path) -> None:
    """Y1, Y12: kiosks upload and a page watches while the server stops; what was acknowledged is there afterwards."""
    made = run(home, "init", "--organisation", "Hockey Club")
    password = re.search(r"  password +(\S+)", made.stdout)
    assert password
    enough, hung_up = threading.Event(), threading.Event()
    stream: list[str] = []
    sellers: list[Seller] = []
    threads: list[threading.Thread] = []
    with serving(home, "--processes", "2") as address:
        sellers += [enrolled(home, address, f"North {n}") for n in range(3)]

        def sell(seller: Seller) -> None:
            with httpx.Client(base_url=address, timeout=ANSWER_S_MAX) as browser:
                while seller.upload(browser):
                    if all(one.acknowledged >= UPLOADS_BEFORE_STOP for one in sellers):
                        enough.set()

        def watch() -> None:
            with httpx.Client(base_url=address, timeout=ANSWER_S_MAX) as browser:
                form = browser.get("/admin/")
                csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', form.text)
                assert csrf
                said = {"csrf": csrf[1], "username": "admin", "password": password[1], "next": ""}
                assert browser.post("/admin/login", data=said).status_code == 303
                with browser.stream("GET", "/admin/live/stream") as answer:
                    stream.append(str(answer.status_code))
                    stream.extend(answer.iter_lines())
                hung_up.set()

        threads += [threading.Thread(target=sell, args=(seller,)) for seller in sellers]
        threads.append(threading.Thread(target=watch))
        for thread in threads:
            thread.start()
        assert enough.wait(ANSWER_S_MAX * 2)
        deadline = SystemClock().monotonic_ms() + ANSWER_S_MAX * 1000
        while not any(line.startswith("event: pieces") for line in stream):
            assert SystemClock().monotonic_ms() < deadline, stream
            enough.wait(0.05)
    # The stop is over, with exit code 0: `serving` has seen to it.
    for thread in threads:
        thread.join(ANSWER_S_MAX)
        assert not thread.is_alive()
    assert hung_up.is_set()
    assert stream[0] == "200"
    assert {status for seller in sellers for status in seller.statuses} == {200}
    kept = [seller.acknowledged for seller in sellers]
    with serving(home) as address, httpx.Client(base_url=address, timeout=ANSWER_S_MAX) as browser:
        for seller, before in zip(sellers, kept, strict=True):
            assert seller.hand_over(browser) if seller.acknowledged < len(seller.entries) else True
            assert seller.upload(browser)
            assert seller.acknowledged == len(seller.entries) > before
        counted = browser.get("/metrics").text
        assert 'route="/rsu/v1/journal"' in counted


def test_many_slow_connections_hold_nobody_up(home: Path) -> None:
    """Z2, Y12: silent, half a head, half a body; kiosks are answered as if nobody else were there."""
    made = run(home, "init")
    assert made.returncode == 0, made.stderr
    beginnings = (
        b"",
        b"GET / HT",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
        b"POST /rsu/v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{",
    )
    with serving(home, "--processes", "1") as address:
        where = urlsplit(address)
        held = []
        for n in range(SLOW_CLIENTS):
            client = socket.create_connection((where.hostname, where.port))
            client.sendall(beginnings[n % len(beginnings)])
            held.append(client)
        with httpx.Client(base_url=address, timeout=ANSWER_S_MAX) as browser:
            assert [browser.get("/healthz").status_code for _ in range(10)] == [200] * 10
        # Nobody was turned away either: who goes on in time is answered.
        held[1].sendall(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        held[2].sendall(b"Connection: close\r\n\r\n")
        for client in held[1:3]:
            client.settimeout(ANSWER_S_MAX)
            assert client.recv(64).startswith(b"HTTP/1.1 200")
        for client in held:
            client.close()
