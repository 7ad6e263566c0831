"""The journal entry: its exact bytes, its place in the chain, its signature.

An entry is a header of one line, a line feed, and a body. The header alone is what a server must be able
to read to take an entry in; the body may be anything, so that no content can block the entries behind it.
Bytes are hashed as they were received and stored, never as encoded again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import msgspec

from shared import keys
from shared.sale import Body, encode, kind

ENTRY_BYTES_MAX = 262_144
GENESIS = bytes(32)
"""What the first entry of a chain names as the one before it."""

_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
_HASH = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEQ_MAX = 2**53 - 1


class MalformedEntry(ValueError):  # noqa: N818 - the verdict's own word
    """The bytes are not an entry."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who wrote the entry, where it stands, what kind of body follows."""

    at: int
    """The kiosk's wall clock, milliseconds; evidence, never order."""
    epoch: int
    kind: str
    prev: str
    """SHA-256 of the entry before, lower-case hex."""
    rsu: str
    seq: int
    """1, 2, 3 … without a gap."""


class Entry(msgspec.Struct, frozen=True):
    """An entry that was read: its bytes as they are, its header, and what follows from them."""

    data: bytes
    header: Header
    body: bytes
    hash: bytes


_decode_header = msgspec.json.Decoder(Header).decode


def make(header: Header, body: Body) -> bytes:
    """The bytes of an entry: canonical JSON of the header, LF, canonical JSON of the body."""
    return msgspec.json.encode(header, order="sorted") + b"\n" + encode(body)


def make_next(rsu: str, epoch: int, head: tuple[int, bytes], at: int, body: Body) -> bytes:
    """The entry that follows ``head`` (seq and hash) in the chain of ``(rsu, epoch)``."""
    seq, prev = head
    # As ``make`` would: a sale waits for this, and nothing in a header wants escaping.
    header = f'{{"at":{at},"epoch":{epoch},"kind":"{kind(body)}","prev":"{prev.hex()}","rsu":"{rsu}","seq":{seq + 1}}}\n'
    return header.encode() + encode(body)


def read(data: bytes) -> Entry:
    """The entry behind ``data``; ``MalformedEntry`` where the envelope is not one. The body is not looked at."""
    if len(data) > ENTRY_BYTES_MAX:
        raise MalformedEntry(f"an entry holds at most {ENTRY_BYTES_MAX} bytes, this one {len(data)}")
    line, found, body = data.partition(b"\n")
    if not found:
        raise MalformedEntry("no line feed ends the header")
    try:
        header = _decode_header(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as e:
        raise MalformedEntry(f"the header cannot be read: {e}") from e
    if not (0 < header.seq <= _SEQ_MAX and 0 < header.epoch < 2**31 and abs(header.at) <= _SEQ_MAX):
        raise MalformedEntry("a number of the header is out of bounds")
    if not (_KIND.fullmatch(header.kind) and _HASH.fullmatch(header.prev) and _UUID.fullmatch(header.rsu)):
        raise MalformedEntry("kind, prev or rsu of the header is not of its form")
    return Entry(data, header, body, hashlib.sha256(data).digest())


def sign(key: keys.SigningKey, data: bytes) -> bytes:
    """The kiosk's signature over an entry's SHA-256; through ``prev`` it covers all before it too."""
    return key.sign(keys.ENTRY, hashlib.sha256(data).digest())


def signed_by(public: bytes, entry_hash: bytes, signature: bytes) -> bool:
    """Whether the entry of this hash was signed with the key behind ``public``."""
    return keys.verify(public, keys.ENTRY, entry_hash, signature)


def first_break(entries: Iterable[Entry], rsu: str, epoch: int, head: tuple[int, bytes]) -> int | None:
    """The place (from 0) of the first of ``entries`` that does not continue the chain from ``head``."""
    seq, prev = head
    for i, entry in enumerate(entries):
        h = entry.header
        if h.seq != seq + 1 or h.prev != prev.hex() or h.rsu != rsu or h.epoch != epoch:
            return i
        seq, prev = h.seq, entry.hash
    return None


def frame(entries: Sequence[bytes]) -> bytes:
    """Entries one behind the other, each after its length as four bytes, big-endian."""
    return b"".join(part for data in entries for part in (len(data).to_bytes(4), data))


def unframe(data: bytes, count_max: int) -> list[bytes]:
    """The inverse of :func:`frame`; ``MalformedEntry`` where lengths do not fit or there are too many."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if at + 4 > len(data) or end > len(data):
            raise MalformedEntry("the last entry is cut off")
        if len(entries) == count_max:
            raise MalformedEntry(f"more than {count_max} entries at once")
        entries.append(data[at + 4 : end])
        at = end
    return entries
