"""The second copy: it follows the journal, and nothing in it is lost in silence, whatever befell the medium."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest

from kiosk import mirror as mirror_module
from kiosk.desk import Desk
from kiosk.mirror import ASIDE_MAX, LAG_MAX, Mirror
from kiosk.store import DATABASE, Store
from kiosk.till import BasketLine
from shared import entry, medium, sale
from shared.errors import Fault
from tests.sim.machines import copy_disk
from tests.unit.kiosk.paper_office import (
    EVENT,
    OPERATOR,
    SMALL,
    Kiosk,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    open_desk,
    open_kiosk,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path / "k", PaperOffice(), SetClock())
    made.office.grant(1_000)
    made.take(event())
    sell(made, 5)
    yield made
    made.close()


def sell(kiosk: Kiosk, count: int, first: int = 0) -> None:
    for i in range(first, first + count):
        kiosk.till.complete(str(UUID(int=i + 1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
        kiosk.print_all()
    kiosk.journal.sign()


def copied(kiosk: Kiosk, tmp_path: Path) -> Mirror:
    """A second copy in step."""
    made = Mirror(tmp_path / "stick", kiosk.identity)
    made.open(kiosk.store)
    made.follow(kiosk.store)
    return made


def places(mirror: Mirror) -> list[tuple[int, int]]:
    """Where each record begins and ends, bytes."""
    found = []
    with mirror.path.open("rb") as file:
        file.readline()
        at = file.tell()
        while medium.read_mirror_record(file.read) is not None:
            found.append((at, file.tell()))
            at = file.tell()
    return found


def test_the_copy_follows_and_each_of_its_entries_is_proof_alone(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: a second copy on another medium, whose entries are signed one by one."""
    mirror = copied(kiosk, tmp_path)
    sell(kiosk, 2, 5)
    again = Mirror(tmp_path / "stick", kiosk.identity)
    again.open(kiosk.store)
    assert again.seq == mirror.seq
    again.follow(kiosk.store)
    assert (again.seq, again.hash) == (kiosk.journal.head.seq, kiosk.journal.head.hash)
    for data, signature in again.rows():
        assert entry.signed_by(kiosk.identity.key.public, entry.read(data).hash, signature)
    assert len(list(again.rows())) == kiosk.journal.head.seq


def test_a_record_cut_off_at_any_byte_is_cut_away_and_written_again(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: power fails while the copy is written, at each byte of the record, with room made for it or not."""
    mirror = copied(kiosk, tmp_path)
    whole = mirror.path.read_bytes()
    begin, end = places(mirror)[-1]
    for cut in range(begin + 1, end, 7):
        for zeros in (0, 64):
            mirror.path.write_bytes(whole[:cut] + bytes(zeros))
            mirror.open(kiosk.store)
            assert (mirror.seq, mirror.aside) == (kiosk.journal.head.seq - 1, None)
            mirror.follow(kiosk.store)
            assert mirror.path.read_bytes() == whole


def _flip(data: bytearray, spans: list[tuple[int, int]]) -> None:
    data[spans[3][0] + 40] ^= 1


def _flip_signature(data: bytearray, spans: list[tuple[int, int]]) -> None:
    data[spans[3][1] - 1] ^= 1


def _lie_of_length(data: bytearray, spans: list[tuple[int, int]]) -> None:
    data[spans[3][0] : spans[3][0] + 4] = b"\xff\xff\xff\xff"


def _garbage_behind(data: bytearray, _spans: list[tuple[int, int]]) -> None:
    data += b"\x00\x00\x01\x00torn"


def _spoil_header(data: bytearray, _spans: list[tuple[int, int]]) -> None:
    data[5] ^= 1


@pytest.mark.parametrize("harm", [_flip, _flip_signature, _lie_of_length, _garbage_behind, _spoil_header])
def test_a_damaged_copy_is_kept_aside_whole_and_written_anew(
    kiosk: Kiosk, tmp_path: Path, harm: Callable[[bytearray, list[tuple[int, int]]], None]
) -> None:
    """K6: nothing of a damaged copy is cut away: what it held is still there for the office."""
    mirror = copied(kiosk, tmp_path)
    whole = mirror.path.read_bytes()
    damaged = bytearray(whole)
    harm(damaged, places(mirror))
    mirror.path.write_bytes(damaged)
    mirror.open(kiosk.store)
    assert mirror.aside is not None
    assert mirror.aside.read_bytes() == damaged
    mirror.follow(kiosk.store)
    assert mirror.path.read_bytes() == whole
    with mirror.aside.open("rb") as file:  # what the office takes out of it: all that is whole
        read = list(medium.pieces(file, medium.look(file), lambda piece: is_his(kiosk, piece)))
    entries = [e.header.seq for piece in read if isinstance(piece, medium.Piece) for e in piece.entries]
    assert len(entries) >= kiosk.journal.head.seq - 1


def is_his(kiosk: Kiosk, piece: medium.Piece) -> bool:
    return entry.signed_by(kiosk.identity.key.public, piece.entries[0].hash, piece.signature)


def test_a_copy_that_is_damaged_again_and_again_asks_for_another_medium(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: damaged copies are never thrown away; there is an end to keeping them here."""
    mirror = copied(kiosk, tmp_path)
    for _ in range(ASIDE_MAX):
        mirror.path.write_bytes(mirror.path.read_bytes()[:-3] + b"xyz")
        mirror.open(kiosk.store)
        mirror.follow(kiosk.store)
    mirror.path.write_bytes(mirror.path.read_bytes()[:-3] + b"xyz")
    with pytest.raises(Fault, match="again and again"):
        mirror.open(kiosk.store)
    assert len(list(mirror.path.parent.glob("*.damaged-*"))) == ASIDE_MAX


@pytest.mark.parametrize("harm", [None, _flip, _lie_of_length, _spoil_header])
def test_a_copy_ahead_of_a_disk_gone_back_stops_the_kiosk_even_where_it_is_damaged(
    kiosk: Kiosk, tmp_path: Path, harm: Callable[[bytearray, list[tuple[int, int]]], None] | None
) -> None:
    """Y8: entries that the journal lacks are found behind a damaged place too, and the copy stays to the byte."""
    kiosk.store.idle()
    copy_disk(kiosk.store.folder, tmp_path / "old")
    sell(kiosk, 3, 5)
    mirror = copied(kiosk, tmp_path)
    data = bytearray(mirror.path.read_bytes())
    if harm is not None:
        harm(data, places(mirror))
        mirror.path.write_bytes(data)
    with Store(tmp_path / "old") as store:
        for of in (None, mirror.mark()):
            with pytest.raises(Fault, match="old copy") as found:
                mirror.open(store, of)
            assert found.value.code == "forked"
    assert mirror.path.read_bytes() == data
    assert list(mirror.path.parent.iterdir()) == [mirror.path]


def test_the_beginning_of_an_entry_that_the_journal_lacks_is_not_cut_away(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    """Y8: half an entry behind a journal's end proves nothing, but is kept for who can make something of it."""
    kiosk.store.idle()
    copy_disk(kiosk.store.folder, tmp_path / "old")
    sell(kiosk, 1, 5)
    mirror = copied(kiosk, tmp_path)
    with Store(tmp_path / "old") as store:
        last = store.last()
        assert last is not None
        begin, end = places(mirror)[last.seq]
        half = mirror.path.read_bytes()[: (begin + end) // 2]
        mirror.path.write_bytes(half)
        mirror.open(store)
        assert mirror.aside is not None
        assert mirror.aside.read_bytes() == half


def test_a_long_copy_is_read_from_its_mark_on_if_the_mark_fits(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K6: a start does not read years of copies, and never believes a mark that the medium does not bear out."""
    monkeypatch.setattr(mirror_module, "MARK_ENTRIES", 1)
    mirror = copied(kiosk, tmp_path)
    mark = mirror.mark()
    at = int(mark["at"])
    sell(kiosk, 2, 5)
    mirror.follow(kiosk.store)
    whole, end = mirror.path.read_bytes(), mirror.mark()
    damaged = bytearray(whole)
    _flip(damaged, places(mirror))  # who reads from the mark on does not see it
    mirror.path.write_bytes(damaged)
    for of in (mark, end):
        mirror.open(kiosk.store, of)
        assert (mirror.mark(), mirror.aside) == (end, None)
    for wrong in (mark | {"at": at + 1}, mark | {"hash": "00" * 32}, mark | {"at": 10**9}):
        mirror.path.write_bytes(whole)
        again = Mirror(tmp_path / "stick", kiosk.identity)
        again.open(kiosk.store, wrong)
        assert (again.mark(), again.aside) == (end, None)


def test_a_check_on_demand_reads_all_of_it_and_changes_nothing(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: what a start from the mark does not see, the check sees; it names the entry."""
    mirror = copied(kiosk, tmp_path)
    head = kiosk.journal.head.seq
    assert list(Mirror(tmp_path / "stick", kiosk.identity).check(kiosk.store, head)) == [head]
    damaged = bytearray(mirror.path.read_bytes())
    _flip(damaged, places(mirror))
    mirror.path.write_bytes(damaged)
    with pytest.raises(Fault, match="damaged at entry 4") as found:
        list(Mirror(tmp_path / "stick", kiosk.identity).check(kiosk.store, head))
    assert found.value.code == "mirror_damaged"
    assert mirror.path.read_bytes() == damaged


def test_what_is_still_on_its_way_to_the_copy_is_not_called_damage(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: a check beside the thread that writes the copy: what is missing at the end is under way, up to a limit."""
    mirror = copied(kiosk, tmp_path)
    end = mirror.seq
    head = kiosk.journal.head.seq + LAG_MAX
    sell(kiosk, 2, 50)
    assert kiosk.journal.head.seq > end
    checked = Mirror(tmp_path / "stick", kiosk.identity)
    list(checked.check(kiosk.store, kiosk.journal.head.seq))
    assert checked.seq == end
    with pytest.raises(Fault) as found:
        list(checked.check(kiosk.store, head + 1))
    assert found.value.code == "mirror_damaged"


def test_a_whole_copy_of_a_damaged_journal_is_not_taken_for_the_damaged_one(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    """K5, K6: it stays as it is, to the byte; the sales are recovered from it."""
    mirror = copied(kiosk, tmp_path)
    before = mirror.path.read_bytes()
    with closing(sqlite3.connect(kiosk.store.path)) as db, db:
        cells = db.execute("SELECT seq, data FROM journal WHERE seq >= 4").fetchall()
        seq, data = next((seq, data) for seq, data in cells if b"cash" in data)
        db.execute("UPDATE journal SET data = ? WHERE seq = ?", (data.replace(b"cash", b"cesh"), seq))
    with pytest.raises(Fault, match=f"Entry {seq} of the journal is damaged") as e:
        Mirror(tmp_path / "stick", kiosk.identity).open(kiosk.store)
    assert e.value.code == "journal_corrupt"
    assert "kept" in e.value.hint
    assert [p.name for p in mirror.path.parent.iterdir()] == [mirror.path.name]
    assert mirror.path.read_bytes() == before


def test_a_stick_that_was_pulled_out_is_missed_and_not_replaced_by_the_kiosks_own_disk(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    """K6: the place where it was mounted is an empty folder then, in which a copy would be worth nothing."""
    kiosk.close()
    stick = tmp_path / "stick"
    with TemporaryDirectory(dir="/dev/shm") as medium:
        assert Path(medium).stat().st_dev != tmp_path.stat().st_dev
        stick.symlink_to(medium)
        server = PaperServer(kiosk.office, kiosk.clock)
        desk, alone = open_desk(tmp_path / "k", server, mirror=stick / "tombola")
        assert desk.mirror_words == "In step"
        alone.close()
        desk.close()
        stick.unlink()
        stick.mkdir()
        desk, alone = open_desk(tmp_path / "k", server, mirror=stick / "tombola")
        assert "No such device" in desk.mirror_words
        assert list(stick.iterdir()) == []
        alone.close()
        desk.close()
        stick.rmdir()
        stick.symlink_to(medium)
        desk, alone = open_desk(tmp_path / "k", server, mirror=stick / "tombola")
        assert desk.mirror_words == "In step"
        alone.close()
        desk.close()


def test_another_kiosks_medium_and_none_at_all_are_told_apart(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: somebody put another kiosk's stick in, or none."""
    mirror = copied(kiosk, tmp_path)
    mirror.path.write_bytes(b"{}\n")
    with pytest.raises(Fault, match="not this kiosk's"):
        mirror.open(kiosk.store)
    assert mirror.path.read_bytes() == b"{}\n"
    with pytest.raises(Fault, match="cannot be written"):
        Mirror(Path("/proc/nowhere"), kiosk.identity).open(kiosk.store)


def test_a_kiosk_that_found_its_copy_damaged_says_so_to_the_office_and_sells(tmp_path: Path) -> None:
    """O4: a memory error is a critical event; the copy is whole again before the first sale."""
    server = PaperServer(PaperOffice(), SetClock())
    server.office.grant(10)
    server.catalog = server.office.catalog(event())
    made = open_kiosk(tmp_path / "k", server.office, server.clock)
    made.take(event())
    mirror = copied(made, tmp_path)
    made.close()
    damaged = bytearray(mirror.path.read_bytes())
    damaged[-200] ^= 1
    mirror.path.write_bytes(damaged)
    desk, alone = open_desk(tmp_path / "k", server, mirror=tmp_path / "stick")
    try:
        assert said(desk) == ["MIRROR_DAMAGED"]
        assert desk.mirror is not None
        assert desk.mirror.seq == desk.till.journal.head.seq
    finally:
        alone.close()
        desk.close()
    assert (tmp_path / "k" / DATABASE).exists()


def said(desk: Desk) -> list[str]:
    """The critical events of this kiosk."""
    assert desk.journal is not None
    return [body.code for _, _, body in desk.journal.bodies() if isinstance(body, sale.Critical)]
