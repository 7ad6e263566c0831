"""The two files that carry a journal by hand, with every byte of them damaged in turn."""

from __future__ import annotations

import hashlib
import io

import msgspec
import pytest

from shared import entry, medium, sale, wire
from shared.keys import SigningKey
from shared.medium import Damage, NotAMedium, Piece

KEY = SigningKey(b"k" * 32)
RSU = "00000000-0000-0000-0000-0000000000c1"
COUNT = 6


def chain(count: int = COUNT) -> list[bytes]:
    made: list[bytes] = []
    head = (0, entry.GENESIS)
    for i in range(count):
        body = sale.Critical(code="note", severity="INFO", detail=f'{{"at":{i}' * 3)
        made.append(entry.make_next(RSU, 1, head, i, body))
        head = (i + 1, hashlib.sha256(made[-1]).digest())
    return made


ENTRIES = chain()


def mirror() -> bytes:
    line = medium.header_line(medium.MIRROR_FORMAT, RSU, 1, b"certificate", b"s" * 64)
    return line + b"".join(medium.mirror_record(data, entry.sign(KEY, data)) for data in ENTRIES)


def export(batch: int = 2) -> bytes:
    file = medium.header_line(medium.EXPORT_FORMAT, RSU, 1, b"certificate", b"s" * 64)
    for first in range(0, COUNT, batch):
        part = ENTRIES[first : first + batch]
        header = wire.BatchHeader(
            rsu=RSU,
            epoch=1,
            first=first + 1,
            count=len(part),
            signature=entry.sign(KEY, part[-1]).hex(),
        )
        file += medium.export_record(wire.pack_batch(header, entry.frame(part)))
    return file


def proves(piece: Piece) -> bool:
    return entry.signed_by(KEY.public, piece.entries[-1].hash, piece.signature)


def read(data: bytes) -> tuple[list[bytes], list[Damage]]:
    file = io.BytesIO(data)
    found = list(medium.pieces(file, medium.look(file), proves))
    entries = [one.data for piece in found if isinstance(piece, Piece) for one in piece.entries]
    return entries, [piece for piece in found if isinstance(piece, Damage)]


@pytest.mark.parametrize("data", [mirror(), export()], ids=["mirror", "export"])
def test_a_whole_file_is_read_whole_and_says_whose_it_is(data: bytes) -> None:
    """K6: the second copy and the export."""
    found = medium.look(io.BytesIO(data))
    assert (found.rsu, found.epoch, found.certificate) == (RSU, 1, (b"certificate", b"s" * 64))
    assert read(data) == (ENTRIES, [])
    line = data[: data.index(b"\n")]
    assert msgspec.json.encode(msgspec.json.decode(line), order="sorted") == line
    assert medium.look(io.BytesIO(data[: found.start])) == found


@pytest.mark.parametrize(("data", "lost_max"), [(mirror(), 1), (export(), 2)], ids=["mirror", "export"])
def test_any_one_damaged_byte_costs_one_record_at_most(data: bytes, lost_max: int) -> None:
    """K5, K6: wherever it is, in a length, an entry, a signature or the first line; what is lost is a place in the file."""
    healed = 0
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 0xFF
        entries, damage = read(bytes(bad))
        assert [one for one in ENTRIES if one in entries] == entries
        assert len(entries) >= COUNT - lost_max
        if len(entries) == COUNT:
            healed += 1
            assert damage == []
        else:
            assert len(damage) == 1
            assert damage[0].at <= at < damage[0].at + damage[0].size
    assert healed > COUNT // lost_max * 4


@pytest.mark.parametrize(("data", "lost_max"), [(mirror(), 1), (export(), 2)], ids=["mirror", "export"])
def test_a_file_cut_off_anywhere_gives_all_that_was_written(data: bytes, lost_max: int) -> None:
    """K6: power fails in the midst of a record; the next one is not there, and all before it is."""
    start = data.index(b"\n") + 1
    for size in range(start, len(data)):
        entries, damage = read(data[:size])
        assert entries == ENTRIES[: len(entries)]
        assert len(damage) <= 1
        assert all(place.torn for place in damage)
        assert sum(place.size for place in damage) < len(data)
    assert len(read(data[:-1])[0]) == COUNT - lost_max


def test_a_file_made_to_keep_us_busy_is_given_up() -> None:
    """Z3: no end of places where a record might begin."""
    data = mirror() + b'\x00\x00\x10\x00{"at":' * (medium.CANDIDATES_MAX + 10)
    entries, damage = read(data)
    assert entries == ENTRIES
    assert [place.torn for place in damage] == [False]


@pytest.mark.parametrize("data", [b"", b"{}\n", b"\n" * 10_000, b'{"at":' * 1_000, b"\x1f\x8b\x08" * 1_000])
def test_what_is_no_journal_is_said_to_be_none(data: bytes) -> None:
    """Z3: any bytes."""
    with pytest.raises(NotAMedium):
        medium.look(io.BytesIO(data))
