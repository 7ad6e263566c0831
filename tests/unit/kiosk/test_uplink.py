from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from kiosk import uplink as u
from kiosk.till import BasketLine
from shared import wire
from shared.errors import Fault, Refused
from tests.unit.kiosk.paper_office import (
    EVENT,
    OPERATOR,
    SERVER,
    SMALL,
    Kiosk,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    open_kiosk,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path, PaperOffice(), SetClock())
    made.office.grant(5_000)
    made.take(event())
    yield made
    made.close()


class Line:
    """A kiosk's uplink at a server, with all that it reported."""

    def __init__(self, kiosk: Kiosk, transport: httpx.BaseTransport | None = None) -> None:
        self.kiosk = kiosk
        self.server = PaperServer(kiosk.office, kiosk.clock)
        self.server.catalog = kiosk.office.catalog(event())
        self.reports: list[u.Report] = []
        self.uplink = u.Uplink(
            kiosk.identity,
            kiosk.store.reader,
            kiosk.clock,
            self.reports.append,
            transport=transport or self.server.transport(),
        )

    def step(self, **needs: object) -> float:
        self.reports.clear()
        self.uplink.need(u.Needs(last_seq=self.kiosk.journal.head.seq, **needs))  # type: ignore[arg-type]
        return self.uplink.step()

    def has(self, kind: type) -> bool:
        return any(isinstance(r, kind) for r in self.reports)


@pytest.fixture
def line(kiosk: Kiosk) -> Iterator[Line]:
    made = Line(kiosk)
    yield made
    made.uplink.close()


def sell(kiosk: Kiosk, count: int) -> None:
    start = kiosk.journal.head.seq
    for i in range(count):
        kiosk.till.complete(str(UUID(int=start * 10_000 + i)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
        kiosk.print_all()


def test_everything_goes_up_in_batches_and_the_chain_at_the_office_is_ours(line: Line) -> None:
    """Y6: many sales arrive in batches of at most the protocol's size."""
    sell(line.kiosk, 600)
    line.step()
    assert len(line.kiosk.office.chain) == line.kiosk.journal.head.seq
    assert line.server.calls.count("POST /rsu/v1/journal") == 2
    assert u.Acknowledged(line.kiosk.journal.head.seq) in line.reports
    assert u.NetworkSeen("online", "Connected") in line.reports


def test_a_lost_reply_is_a_repeat_and_nothing_is_there_twice(line: Line) -> None:
    """Y1: the server took it, the reply was lost; the repeat is a duplicate."""

    def lose(path: str) -> None:
        if path.endswith("journal"):
            line.server.after = lambda _p: None
            raise httpx.ReadError("the line broke")

    line.server.after = lose
    sell(line.kiosk, 3)
    wait_s = line.step()
    assert 0 < wait_s <= 1.5
    taken = list(line.kiosk.office.chain)
    assert not line.has(u.Acknowledged)
    line.kiosk.clock.go(1_500)
    line.step()
    assert line.kiosk.office.chain == taken
    assert u.Acknowledged(len(taken)) in line.reports


def test_upload_never_stops_download_nor_the_reverse(line: Line) -> None:
    """Y4: each kind of request fails by itself."""
    line.server.before = lambda _m, p: ("500 Oh", {}, b"") if p.endswith("journal") else None
    line.step()
    assert line.has(u.CatalogCame)
    assert not line.has(u.Acknowledged)
    line.server.before = lambda _m, p: ("500 Oh", {}, b"") if p.endswith("catalog") else None
    line.kiosk.clock.go(60_000)
    line.step()
    assert line.has(u.Acknowledged)
    assert not line.has(u.CatalogCame)


def test_a_busy_office_says_how_long_and_is_left_alone(line: Line) -> None:
    """Y12: Retry-After is honoured for upload and catalog."""
    line.server.before = lambda _m, _p: ("503 Busy", {"Retry-After": "300"}, b"")
    assert line.step() >= 300
    calls = len(line.server.calls)
    line.kiosk.clock.go(299_000)
    line.step()
    assert len(line.server.calls) == calls


def test_a_refused_kiosk_shows_the_offices_words(line: Line) -> None:
    """Y4: 401 and 403 are a state on the screen; the journal is kept."""
    error = wire.canonical(wire.ErrorReply(error="revoked", message="This kiosk was revoked."))
    line.server.before = lambda _m, _p: ("403 No", {}, error)
    assert line.step() >= 270
    assert u.NetworkSeen("refused", "This kiosk was revoked.") in line.reports
    assert line.kiosk.journal.head.seq > 0


def test_an_unchanged_catalog_is_not_sent_again(line: Line) -> None:
    """Y4: ETag and 304; the time is told either way."""
    line.step()
    came = next(r for r in line.reports if isinstance(r, u.CatalogCame))
    assert line.kiosk.shelf.accept(came.data, came.signature, came.etag)
    line.kiosk.clock.go(60_000)
    line.step(etag=came.etag)
    assert not line.has(u.CatalogCame)
    assert line.has(u.TimeSeen)


def test_the_catalog_comes_sooner_while_somebody_waits_but_never_against_the_offices_word(line: Line) -> None:
    """K2: a kiosk that was just enabled starts by itself, within seconds."""
    assert line.step() > 10
    assert line.step(soon=True) <= u.CATALOG_SOON_S
    line.kiosk.clock.go(6_000)
    line.step(soon=True)
    assert line.has(u.CatalogCame)
    line.server.before = lambda _m, _p: ("503 Busy", {"Retry-After": "300"}, b"")
    line.kiosk.clock.go(6_000)
    line.step(soon=True)
    calls = len(line.server.calls)
    line.kiosk.clock.go(200_000)
    line.step(soon=True)
    assert len(line.server.calls) == calls


def test_what_the_office_refused_is_asked_again_as_soon_as_its_new_catalog_is_here(line: Line) -> None:
    """N3: a kiosk that was just enabled has its numbers at once, not when the refusal's long wait is over."""
    request = (str(UUID(int=77)), EVENT, 50)
    line.step()
    came = next(r for r in line.reports if isinstance(r, u.CatalogCame))
    error = wire.canonical(wire.ErrorReply(error="unit_disabled", message="This kiosk is disabled."))
    line.server.before = lambda m, _p: ("403 No", {}, error) if m == "POST" else None
    line.uplink.hurry()
    assert line.step(requests=(request,), etag=came.etag) <= u.CATALOG_EVERY_S * 1.1
    line.server.before = lambda _m, _p: None
    line.kiosk.clock.go(25_000)
    line.step(requests=(request,), etag=came.etag)
    assert not line.has(u.GrantsCame), "an unchanged catalog lifts nothing"
    line.server.catalog = line.kiosk.office.catalog(event())
    line.kiosk.clock.go(25_000)
    assert line.step(requests=(request,), etag=came.etag) == 0.0
    assert line.has(u.GrantsCame)
    assert not line.has(u.Acknowledged)
    line.step(etag=came.etag)
    assert line.has(u.Acknowledged)


def test_a_request_for_numbers_is_the_same_until_it_is_answered(line: Line) -> None:
    """N3: the same request gets the same blocks again."""
    request = (str(UUID(int=77)), EVENT, 50)
    line.step(requests=(request,))
    first = next(r for r in line.reports if isinstance(r, u.GrantsCame))
    line.kiosk.clock.go(2_000)
    line.step(requests=(request,))
    assert next(r for r in line.reports if isinstance(r, u.GrantsCame)) == first
    error = wire.canonical(wire.ErrorReply(error="sold_out", message="None left."))
    line.server.before = lambda _m, p: ("409 Out", {}, error) if p.endswith("allocations") else None
    line.kiosk.clock.go(2_000)
    line.step(requests=(request,))
    assert u.RequestRefused(request[0], "sold_out", "None left.") in line.reports


def test_an_answer_that_is_garbage_or_endless_counts_as_none(line: Line) -> None:
    """Y4: what cannot be read is not believed, and not read for ever."""
    line.server.before = lambda _m, p: ("200 OK", {}, b"<html>") if p.endswith("journal") else None
    line.step()
    assert not line.has(u.Acknowledged)
    line.server.before = lambda _m, p: ("200 OK", {}, b"x" * 100_000) if p.endswith("journal") else None
    line.kiosk.clock.go(10_000)
    line.step()
    assert not line.has(u.Acknowledged)
    line.server.before = lambda _m, _p: None
    line.kiosk.clock.go(10_000)
    line.step()
    assert line.has(u.Acknowledged)


def test_a_fork_is_reported_once_and_uploads_end(line: Line) -> None:
    """Y8: a fork stops the sender; the catalog still comes, so that the office can speak."""
    line.kiosk.office.chain.append(b'{"at":1,"epoch":1,"kind":"x","prev":"' + b"0" * 64 + b'","rsu":"' + line.kiosk.identity.rsu.encode() + b'","seq":1}\n{}')  # fmt: skip
    line.step()
    assert line.has(u.Stopped)
    assert line.has(u.CatalogCame)
    calls = line.server.calls.count("POST /rsu/v1/journal")
    line.kiosk.clock.go(600_000)
    line.step()
    assert line.server.calls.count("POST /rsu/v1/journal") == calls


def test_health_tells_how_the_kiosk_is(line: Line) -> None:
    """O6: the office's board lives from these."""
    health = wire.Health(
        seq=1, at=2, last_seq=3, unsynced=4, oldest_unsynced_at=None, numbers_left={EVENT: 5}, printer="ok",
        scanner="", disk_free_bytes=6, software="s", state="enabled", catalog=(1, 1),
    )  # fmt: skip
    line.step(health=health)
    assert line.server.health[0]["numbers_left"] == {EVENT: 5}


def test_what_the_office_has_to_know_is_told_within_seconds(line: Line) -> None:
    """O6, K10: paper that is out, a stop, a catalog that came; the rest once a minute."""
    health = wire.Health(
        seq=1, at=2, last_seq=3, unsynced=0, oldest_unsynced_at=None, numbers_left={EVENT: 5}, printer="ok",
        scanner="", disk_free_bytes=6, software="s", state="enabled", catalog=(1, 1), printer_code="ready",
    )  # fmt: skip

    def told(after_s: float, **changes: object) -> int:
        line.kiosk.clock.go(int(after_s * 1000))
        line.step(health=msgspec.structs.replace(health, **changes))
        return len(line.server.health)

    assert told(0) == 1
    assert told(10, disk_free_bytes=5, unsynced=1) == 1
    assert told(1, printer_code="paper_out") == 2
    assert told(2, printer_code="ready") == 2, "not more often than every few seconds"
    assert told(u.HEALTH_SOON_S) == 3
    assert told(6, catalog=(1, 2)) == 4
    assert told(6, catalog=(1, 2), numbers_left={EVENT: 0}) == 5
    assert told(6, catalog=(1, 2), numbers_left={EVENT: 0}) == 5


def test_the_network_is_reached_by_tls_but_for_loopback(kiosk: Kiosk) -> None:
    """Z1: encryption in transit outside loopback is required."""
    request = wire.EnrolRequest(code="GOOD", public_key="00" * 32, device="d", software="s")
    with pytest.raises(Refused, match="https"):
        u.enrol("http://office.example", request, kiosk.clock)
    with pytest.raises(Fault, match="cannot be reached"):
        u.enrol(SERVER, request, kiosk.clock)
    with pytest.raises(Refused, match="not a server's"):
        u.enrol("ftp://office.example", request, kiosk.clock)


@pytest.mark.parametrize(
    "server",
    [
        "https://192.168.1.500",
        "https://a..b",
        "https://xn--.example",
        f"https://{'a' * 64}.com",
        "https://☃.net",
    ],
)
def test_a_mistyped_address_is_told_and_not_waited_for(server: str) -> None:
    """K2: whatever was typed, whoever enrols the kiosk gets an answer and can correct it."""
    asked = wire.EnrolRequest(code="X", public_key="0" * 64, device="", software="t")
    with pytest.raises(Fault) as found:
        u.enrol(server, asked, SetClock())
    assert (found.value.code, found.value.hint) == ("offline", "Check the address and the network.")
