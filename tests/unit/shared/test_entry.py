"""The journal entry: bytes, chain, signature, frames."""

import contextlib
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import entry, keys, sale
from shared.entry import GENESIS, Header, MalformedEntry
from shared.sale import Cut, LoggedOn

RSU = "01890000-0000-7000-8000-000000000001"
KEY = keys.SigningKey(bytes(range(32)))
GOLDEN = Path(__file__).parents[2] / "golden" / "wire"


def chain(length: int) -> list[entry.Entry]:
    """``length`` entries, one on the other."""
    found: list[entry.Entry] = []
    head = (0, GENESIS)
    for i in range(length):
        found.append(entry.read(entry.make_next(RSU, 1, head, 1000 + i, LoggedOn(operator=f"op {i}"))))
        head = (found[-1].header.seq, found[-1].hash)
    return found


def test_the_bytes_of_an_entry_are_those_of_the_protocol() -> None:
    """Y2: the committed bytes; if this changes, every journal in the field is worthless."""
    data = entry.make_next(RSU, 1, (0, GENESIS), 1_800_000_000_000, Cut(event="e", cut="c", due_at=5))
    assert data == (GOLDEN / "cut.entry").read_bytes()
    assert entry.sign(KEY, data).hex() == (GOLDEN / "cut.signature").read_text().strip()


def test_an_entry_is_canonical_json_twice() -> None:
    """Header and body have sorted keys and no white space."""
    data = entry.make_next(RSU, 1, (0, GENESIS), 7, LoggedOn(operator="Zoë"))
    for part in data.split(b"\n"):
        assert (
            part
            == json.dumps(
                json.loads(part), sort_keys=True, separators=(",", ":"), ensure_ascii=False
            ).encode()
        )


def test_a_chain_holds_and_every_break_is_found() -> None:
    """Y2: a changed, dropped, doubled or swapped entry breaks the chain where it is."""
    good = chain(6)
    assert entry.first_break(good, RSU, 1, (0, GENESIS)) is None
    assert entry.first_break(good[3:], RSU, 1, (3, good[2].hash)) is None
    assert entry.first_break(good[1:], RSU, 1, (0, GENESIS)) == 0
    assert entry.first_break([*good[:2], *good[3:]], RSU, 1, (0, GENESIS)) == 2
    assert entry.first_break([*good[:2], good[1]], RSU, 1, (0, GENESIS)) == 2
    changed = entry.read(good[2].data.replace(b"op 2", b"op X"))
    assert entry.first_break([*good[:2], changed, *good[3:]], RSU, 1, (0, GENESIS)) == 3
    assert entry.first_break(good, RSU, 2, (0, GENESIS)) == 0


@given(st.integers(0, 10**9))
def test_a_flipped_byte_is_malformed_or_another_hash(place: int) -> None:
    """K5: no changed byte goes unseen."""
    data = chain(1)[0].data
    place %= len(data)
    bent = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    with contextlib.suppress(MalformedEntry):
        assert entry.read(bent).hash != hashlib.sha256(data).digest()
    assert not entry.signed_by(KEY.public, hashlib.sha256(bent).digest(), entry.sign(KEY, data))


def test_a_signature_serves_one_purpose_and_one_key() -> None:
    """Z1: domains keep signatures apart."""
    data = chain(1)[0].data
    digest = hashlib.sha256(data).digest()
    assert entry.signed_by(KEY.public, digest, entry.sign(KEY, data))
    assert not entry.signed_by(KEY.public, digest, KEY.sign(keys.TICKET, digest))
    assert not entry.signed_by(keys.SigningKey(bytes(32)).public, digest, entry.sign(KEY, data))
    assert not entry.signed_by(b"short", digest, entry.sign(KEY, data))


@given(st.binary(max_size=400))
def test_any_bytes_are_an_entry_or_malformed(data: bytes) -> None:
    """Z3: nothing else is raised."""
    with contextlib.suppress(MalformedEntry):
        entry.read(data)


HEADER = {"at": 1, "epoch": 1, "kind": "sale", "prev": "0" * 64, "rsu": RSU, "seq": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"seq": 2**60},
        {"seq": "1"},
        {"seq": True},
        {"epoch": 0},
        {"epoch": 2**31},
        {"at": 2**60},
        {"at": 1.5},
        {"kind": "Sale"},
        {"kind": ""},
        {"kind": "sale\n"},
        {"prev": "0" * 63},
        {"prev": "A" * 64},
        {"rsu": "x"},
        {"rsu": RSU.upper().replace("0", "A")},
        {"more": 1},
    ],
)
def test_an_envelope_out_of_form_is_malformed(change: dict[str, object]) -> None:
    """Y3: malformed is about the envelope alone."""
    with pytest.raises(MalformedEntry):
        entry.read(json.dumps({**HEADER, **change}).encode() + b"\n{}")


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{", b"\n\n\n", b'{"kind":"martian"}', b"\x00" * 50, b"[" * 5000]
)
def test_no_body_keeps_an_entry_from_being_read(body: bytes) -> None:
    """Y3: the body may be anything."""
    assert entry.read(json.dumps(HEADER).encode() + b"\n" + body).body == body


def test_an_entry_too_large_is_malformed() -> None:
    """Z2: limits on everything."""
    with pytest.raises(MalformedEntry, match="at most"):
        entry.read(json.dumps(HEADER).encode() + b"\n" + bytes(entry.ENTRY_BYTES_MAX))


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_frames_come_apart_as_they_were_put_together(parts: list[bytes]) -> None:
    """Y1: framing loses nothing."""
    assert entry.unframe(entry.frame(parts), 8) == parts


@given(st.binary(max_size=60))
def test_any_bytes_are_frames_or_malformed(data: bytes) -> None:
    """Z3: nothing else is raised."""
    with contextlib.suppress(MalformedEntry):
        assert entry.frame(entry.unframe(data, 100)) == data


def test_too_many_frames_are_malformed() -> None:
    """Z2: a batch has a limit."""
    with pytest.raises(MalformedEntry, match="more than"):
        entry.unframe(entry.frame([b"a"] * 3), 2)


def test_header_and_make_next_agree() -> None:
    """The chain's arithmetic in one place."""
    made = entry.make(
        Header(at=9, epoch=2, kind="logged_on", prev=(b"\x01" * 32).hex(), rsu=RSU, seq=8),
        LoggedOn(operator="x"),
    )
    assert made == entry.make_next(RSU, 2, (7, b"\x01" * 32), 9, LoggedOn(operator="x"))
    assert sale.kind(LoggedOn(operator="x")) == "logged_on"


def test_the_next_entry_is_made_as_any_other() -> None:
    """Y1: the short way to the next entry's bytes ends at the same bytes."""
    body = sale.LoggedOn(operator="o")
    head = (41, bytes(range(32)))
    header = entry.Header(at=5, epoch=3, kind="logged_on", prev=head[1].hex(), rsu=RSU, seq=42)
    assert entry.make_next(RSU, 3, head, 5, body) == entry.make(header, body)
