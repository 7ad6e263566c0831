"""A kiosk's journal on a medium: the two files that carry entries out by hand, read whatever befell them.

The formats stand in ``PROTOCOL.md``, section 8. Media die slowly: a byte flips, a record is torn, a length lies. What
is whole and bears its kiosk's signature is found again behind any such place, and the place itself is named.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import IO, Protocol

import msgspec

from shared import entry, wire
from shared.entry import Entry, MalformedEntry

MIRROR_FORMAT = "tombola-mirror-1"
EXPORT_FORMAT = "tombola-export-1"
HEADER_BYTES_MAX = 4_096
SIGNATURE_BYTES = 64
UPLOAD_BYTES_MAX = wire.BATCH_BYTES_MAX + 65_536
"""Of an upload in an export file; gzip makes what it cannot pack a little larger."""
WINDOW_BYTES = 1 << 20
"""Read at once where a whole record is looked for behind a damaged place."""
SNIFF_BYTES = 1 << 20
"""How far into a file its first record is looked for."""
CANDIDATES_MAX = 10_000
"""Places tried behind one damaged place; a file with more of them was made to keep us busy."""


class NotAMedium(ValueError):  # noqa: N818 - says what it is
    """The file holds no journal of a kiosk."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of either file."""

    certificate: str
    """Base 64 of the certificate's bytes."""
    certificate_signature: str
    epoch: int
    format: str
    rsu: str


class Medium(msgspec.Struct, frozen=True):
    """What a file says of itself."""

    format: str
    rsu: str
    epoch: int
    certificate: tuple[bytes, bytes] | None
    """The certificate and the office's signature over it; not checked."""
    start: int
    """Where its records begin, bytes."""


class Piece(msgspec.Struct, frozen=True):
    """What one record holds: entries in a row, and the signature of the last of them."""

    entries: tuple[Entry, ...]
    signature: bytes


class Damage(msgspec.Struct, frozen=True):
    """A place in the file that holds no record that could be proved, in bytes."""

    at: int
    size: int
    torn: bool
    """The file ends inside it, or in nothing but zeros, as when power fails while a record is written."""


Proves = Callable[[Piece], bool]
"""Whether a record is of the chain that one reads, and signed."""


class _Read(Protocol):
    def __call__(self, size: int, /) -> bytes: ...


# Writing, and reading what is whole -----------------------------------------------------------------


def header_line(of: str, rsu: str, epoch: int, certificate: bytes, signature: bytes) -> bytes:
    """The first line of a file of the format ``of``, with its line feed."""
    said = Header(
        certificate=base64.b64encode(certificate).decode(),
        certificate_signature=signature.hex(),
        epoch=epoch,
        format=of,
        rsu=rsu,
    )
    return wire.canonical(said) + b"\n"


def mirror_record(data: bytes, signature: bytes) -> bytes:
    """An entry as it stands in a second copy."""
    return len(data).to_bytes(4) + data + signature


def export_record(upload: bytes) -> bytes:
    """An upload's body as it stands in an export file."""
    return len(upload).to_bytes(4) + upload


def read_mirror_record(read: _Read) -> tuple[bytes, bytes] | None:
    """The next entry of a second copy and its signature; None at the end, be it torn or not."""
    length = read(4)
    if len(length) < 4 or not 0 < (size := int.from_bytes(length)) <= entry.ENTRY_BYTES_MAX:
        return None
    data, signature = read(size), read(SIGNATURE_BYTES)
    return (data, signature) if len(signature) == SIGNATURE_BYTES else None


# Reading what may be damaged ------------------------------------------------------------------------


class _Form(msgspec.Struct, frozen=True):
    """How a record of a format is told: length in four bytes, so many bytes and a trailer."""

    magic: bytes
    """What stands behind the length of every record."""
    size_max: int
    trailer: int
    decode: Callable[[bytes], Piece | None]


def _decode_mirror(payload: bytes) -> Piece | None:
    try:
        one = entry.read(payload[:-SIGNATURE_BYTES])
    except MalformedEntry:
        return None
    return Piece((one,), payload[-SIGNATURE_BYTES:])


def _decode_export(payload: bytes) -> Piece | None:
    try:
        header, frames = wire.unpack_batch(payload)
        entries = tuple(entry.read(data) for data in entry.unframe(frames, wire.BATCH_ENTRIES_MAX))
        signature = bytes.fromhex(header.signature)
    except (wire.BadBatch, MalformedEntry, ValueError):
        return None
    return Piece(entries, signature) if entries and header.count == len(entries) else None


_FORMS = {
    # The header of an entry is canonical JSON, whose first key is "at".
    MIRROR_FORMAT: _Form(b'{"at":', entry.ENTRY_BYTES_MAX, SIGNATURE_BYTES, _decode_mirror),
    # RFC 1952, section 2.3: ID1, ID2, and the one compression method there is.
    EXPORT_FORMAT: _Form(b"\x1f\x8b\x08", UPLOAD_BYTES_MAX, 0, _decode_export),
}


def look(file: IO[bytes]) -> Medium:
    """Whose journal ``file`` is: by its first whole record, and by its header where there is none.

    The header may be damaged, and then the records speak for themselves. ``NotAMedium`` where there is neither.
    """
    file.seek(0)
    line = file.readline(HEADER_BYTES_MAX)
    header: Header | None = None
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        header = None
    if header is not None and header.format not in _FORMS:
        header = None
    start = len(line) if header is not None else 0
    for name, form in _FORMS.items():
        if header is not None and name != header.format:
            continue
        found = _find(file, start, form, lambda _: True, start + SNIFF_BYTES)
        if found is None:
            continue
        at, first = found
        said = first.entries[0].header
        begins = start if header is not None else at
        return Medium(name, said.rsu, said.epoch, _certificate(header), begins)
    if header is None:
        raise NotAMedium("neither a header nor a record of a kiosk's journal")
    return Medium(header.format, header.rsu, header.epoch, _certificate(header), start)


def _certificate(header: Header | None) -> tuple[bytes, bytes] | None:
    if header is None:
        return None
    try:
        return (
            base64.b64decode(header.certificate, validate=True),
            bytes.fromhex(header.certificate_signature),
        )
    except (binascii.Error, ValueError):
        return None


def pieces(file: IO[bytes], medium: Medium, proves: Proves) -> Iterator[Piece | Damage]:
    """Every record that ``proves`` lets pass, in the order of the file, and the damaged places between them."""
    form, at = _FORMS[medium.format], medium.start
    end = file.seek(0, 2)
    while at < end:
        found = _record(file, at, form)
        if found is not None and proves(found[0]):
            yield found[0]
            at = found[1]
            continue
        following = _find(file, at + 1, form, proves, end)
        until = end if following is None else following[0]
        again = _between(file, at, until, form)
        if again is not None and proves(again):
            # Only its length was damaged; where the next record begins says how long it is.
            yield again
        else:
            yield Damage(at, until - at, following is None and _torn(file, at, until, form))
        at = until


def _record(file: IO[bytes], at: int, form: _Form) -> tuple[Piece, int] | None:
    """The record that begins at ``at``, and where it ends."""
    file.seek(at)
    length = file.read(4)
    if len(length) < 4 or not 0 < (size := int.from_bytes(length)) <= form.size_max:
        return None
    payload = file.read(size + form.trailer)
    if len(payload) < size + form.trailer:
        return None
    piece = form.decode(payload)
    return None if piece is None else (piece, at + 4 + len(payload))


def _torn(file: IO[bytes], at: int, end: int, form: _Form) -> bool:
    """Whether the record at ``at`` would have gone on behind ``end``, or was never written though its room was made."""
    file.seek(at)
    rest = file.read(min(end - at, WINDOW_BYTES))
    size = int.from_bytes(rest[:4])
    if len(rest) < 4 or (0 < size <= form.size_max and at + 4 + size + form.trailer > end):
        return True
    return len(rest) == end - at and not rest.strip(b"\0")


def _between(file: IO[bytes], at: int, until: int, form: _Form) -> Piece | None:
    """The record that fills this place but for its length."""
    size = until - at - 4
    if not form.trailer < size <= form.size_max + form.trailer:
        return None
    file.seek(at + 4)
    return form.decode(file.read(size))


def _find(file: IO[bytes], start: int, form: _Form, proves: Proves, until: int) -> tuple[int, Piece] | None:
    """The first place from ``start`` on, before ``until``, where a record begins that ``proves`` lets pass."""
    at, tried = start + 4, 0
    while at < until + 4:
        file.seek(at)
        window = file.read(WINDOW_BYTES)
        place = window.find(form.magic)
        while place >= 0:
            found = _record(file, at + place - 4, form)
            if found is not None and proves(found[0]):
                return at + place - 4, found[0]
            tried += 1
            if tried >= CANDIDATES_MAX:
                return None
            place = window.find(form.magic, place + 1)
        if len(window) < WINDOW_BYTES:
            return None
        at += WINDOW_BYTES - len(form.magic) + 1
    return None
