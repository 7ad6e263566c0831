"""The draw `tombola-draw-1`: whoever holds a published bundle computes its winners again with this file.

It needs Python 3.11 or later and nothing else, and imports nothing of Tombola:

    python draw.py verify bundle.json [--pool pool.bin|pool.csv]     is this a true record of a draw?
    python draw.py replay bundle.json --pool pool.bin                draw once more: do the same bytes come out?
    python draw.py prove bundle.json --pool pool.bin NUMBER          a ticket holder's proof, to standard output
    python draw.py check-proof proof.json                            was this ticket in the draw?

Read it from top to bottom: canonical JSON, the Merkle tree over a pool (RFC 6962), the pool, the generator
HMAC_DRBG (NIST SP 800-90A), public entropy, the manifest, selection, the bundle, its verification, a ticket's
proof, the program. `docs/auditor.md` says the same in words, for whoever writes a second verifier.
Whatever is refused here is a `DrawError` whose words say what is wrong and where.
"""

import argparse
import hashlib
import hmac
import io
import json
import re
import struct
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

FORMAT: Final = "tombola-draw-1"
PROOF_FORMAT: Final = "tombola-proof-1"

NUMBER_MAX: Final = 2**31 - 1  # a draw number; the top bit of its 4 bytes is never set
NUMBER_BYTES: Final = 4
LEAF_NUMBERS: Final = 256  # draw numbers to a leaf of the tree
LEAF_BYTES: Final = LEAF_NUMBERS * NUMBER_BYTES
HASH_BYTES: Final = 32  # SHA-256
SEED_BYTES: Final = 32
OUTPUT_BYTES: Final = 8  # of one Generate call
CARD_BASE: Final = 2_147_483_000  # card n of a progressive draw's deck is the draw number CARD_BASE + n
CARDS_MAX: Final = NUMBER_MAX - CARD_BASE

BUNDLE_BYTES_MAX: Final = 64 << 20
MANIFEST_BYTES_MAX: Final = 16 << 20
POOL_FILE_CHUNK_BYTES: Final = 1 << 20
BATCH_NUMBERS: Final = 1 << 14  # packed at once
JSON_DEPTH_MAX: Final = 16
JSON_INT_MAX: Final = 2**53 - 1  # the largest integer every JSON reader holds exactly
NAME_CHARS_MAX: Final = 200
TOLD_CHARS: Final = 80  # of a wrong value in a reason
POOL_NAME: Final = "[ -~]+"  # printable ASCII: what is printable beyond it depends on Unicode's version
TEXT_CHARS_MAX: Final = 10_000  # of public entropy
POOLS_MAX: Final = 10_000
PRIZES_MAX: Final = 10_000
WINNERS_MAX: Final = 10_000  # of all prizes of a draw together
LINKS_MAX: Final = 10_000
DICE_MAX: Final = 1_000
DIGITS_MAX: Final = 1_000
OUTPUTS_PER_WINNER_MAX: Final = 1_000_000  # that a fair draw needs so many is less likely than 2^-140
PROOF_JSON_BYTES: Final = 4_000  # a winner or refused number takes no more in a bundle, hashes included

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
Packed: TypeAlias = bytes | bytearray | memoryview
Beacon: TypeAlias = Callable[[str], str | None]  # what `verify` takes; `drand.check` is one


class DrawError(Exception):
    """The draw, or what was shown of it, is not as it must be; the text says what is wrong, and where."""


# --------------------------------------------------------------------------------------------- canonical JSON


def canonical(value: Json) -> bytes:
    """The one encoding of a value: keys in the order of their UTF-8 bytes, no white space, integers only.

    Escapes are JSON's shortest (as `JSON.stringify` writes them). Raises DrawError where a value has none.
    """
    _check_plain(value, 1)
    try:
        # Python orders strings by code point, which is the order of their UTF-8 bytes.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DrawError("JSON: a text holds half a surrogate pair, which is no character") from error


def parse_canonical(data: bytes, bytes_max: int = BUNDLE_BYTES_MAX) -> Json:
    """The value whose canonical encoding `data` is; any other byte string is refused, with the reason."""
    if len(data) > bytes_max:
        raise DrawError(f"JSON: {len(data)} bytes are more than the {bytes_max} allowed")
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_without_doubles,
            parse_int=_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except UnicodeDecodeError as error:
        raise DrawError(f"JSON: byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise DrawError(f"JSON: {error}") from error
    except RecursionError as error:
        raise DrawError(f"JSON: nested deeper than {JSON_DEPTH_MAX}") from error
    again = canonical(value)
    if again != data:
        at = next((i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), len(again))
        raise DrawError(f"JSON: not in canonical form from byte {at} on")
    return value


def _check_plain(value: Json, depth: int) -> None:
    if depth > JSON_DEPTH_MAX:
        raise DrawError(f"JSON: nested deeper than {JSON_DEPTH_MAX}")
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                raise DrawError(f"JSON: the key {key!r} is not text")
            _check_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, depth + 1)
    elif type(value) is int:
        if abs(value) > JSON_INT_MAX:
            raise DrawError("JSON: an integer beyond 2^53 - 1")
    elif value is not None and type(value) not in (str, bool):
        raise DrawError(
            f"JSON: {type(value).__name__} has no place here, only integers, text, true, false, null"
        )


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for key, value in pairs:
        if key in result:
            raise DrawError(f"JSON: the key {key!r} stands twice")
        result[key] = value
    return result


def _integer(digits: str) -> int:
    if len(digits) > len(str(-JSON_INT_MAX)):
        raise DrawError("JSON: an integer beyond 2^53 - 1")
    return int(digits)


def _no_float(text: str) -> Json:
    raise DrawError(f"JSON: {text[:40]!r} is not an integer")


def _told(value: Json) -> str:
    """A value that is not what it must be, as much of it as says which one is meant."""
    if isinstance(value, str):
        return repr(value[:TOLD_CHARS])
    return canonical(value).decode("utf-8")[:TOLD_CHARS]


def _fields(value: Json, where: str, names: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise DrawError(f"{where}: not an object")
    wanted = set(names)
    for name in sorted(wanted - value.keys()):
        raise DrawError(f"{where}: {name!r} is missing")
    for name in sorted(value.keys() - wanted - set(optional)):
        raise DrawError(f"{where}: {name!r} has no place there")
    return value


def _items(value: Json, where: str, most: int) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        raise DrawError(f"{where}: not a list of at most {most}")
    return value


def _int(value: Json, where: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise DrawError(f"{where}: not an integer from {least} to {most}")
    return value


def _text(value: Json, where: str, most: int = NAME_CHARS_MAX) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise DrawError(f"{where}: not a text of at most {most} characters")
    return value


def _hex(value: Json, where: str, least: int, most: int | None = None) -> bytes:
    most = least if most is None else most
    length = str(least) if least == most else f"{least} to {most}"
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise DrawError(f"{where}: not {length} bytes in lower-case hex") from error
    if data.hex() != value or not least <= len(data) <= most:
        raise DrawError(f"{where}: not {length} bytes in lower-case hex")
    return data


def _uuid(value: Json, where: str) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return value
    raise DrawError(f"{where}: not a UUID in lower case")


# ------------------------------------------------------------------------ Merkle tree (RFC 6962, section 2.1)


def leaf_hash(leaf: Packed) -> bytes:
    """SHA-256 of a leaf behind the byte 00, which keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of two subtrees' hashes behind the byte 01."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_levels(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All levels of the tree, the leaves' first and the root's last; without a leaf the root is SHA-256("").

    A last node without a neighbour is carried up as it is: the RFC's split at the largest power of two.
    """
    if not leaf_hashes:
        return [[hashlib.sha256().digest()]]
    levels = [list(leaf_hashes)]
    while len(below := levels[-1]) > 1:
        above = [node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[-1:] if len(below) % 2 else above)
    return levels


def audit_path(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The neighbours that lead from leaf `index` (from 0) to the root, lowest first (RFC 6962, 2.1.1)."""
    path = []
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index //= 2
    return path


def root_by_path(leaf: Packed, index: int, leaves: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf, its index, the number of leaves and its audit path lead to."""
    if not 0 <= index < leaves:
        raise DrawError(f"leaf {index} is not among {leaves} leaves")
    here = leaf_hash(leaf)
    rest = iter(path)
    while leaves > 1:
        if index ^ 1 < leaves:
            neighbour = next(rest, None)
            if neighbour is None:
                raise DrawError("the audit path is too short")
            here = node_hash(neighbour, here) if index % 2 else node_hash(here, neighbour)
        index //= 2
        leaves = (leaves + 1) // 2
    if next(rest, None) is not None:
        raise DrawError("the audit path is too long")
    return here


# --------------------------------------------------------------------------------------------------- the pool

# A one in each of a leaf's 256 lanes of 32 bits: 256 comparisons are one subtraction of large integers.
_LANES: Final = int.from_bytes(b"\x00\x00\x00\x01" * LEAF_NUMBERS, "big")


def _ascending(leaf: bytes, before: bytes) -> bool:
    """Whether a leaf's packed numbers, and `before` ahead of them, strictly ascend and stay below 2^31."""
    ones = _LANES >> (32 * LEAF_NUMBERS - 8 * len(leaf))
    top = ones << 31
    these = int.from_bytes(leaf, "big")
    ahead = int.from_bytes((before + leaf)[:-NUMBER_BYTES], "big")
    # With no top bit set, each lane of 2^31 + this - ahead - 1 borrows from no other, and keeps its top bit
    # exactly where this > ahead.
    return not these & top and ((these | top) - ahead - ones) & top == top


def leaf_count(size: int) -> int:
    """Leaves of a pool of `size` numbers."""
    return -(-size // LEAF_NUMBERS)


class PoolBuilder:
    """Takes a pool's packed numbers in as they come, and checks and hashes them on the way."""

    def __init__(self) -> None:
        self._packed = bytearray()
        self._hashes: list[bytes] = []
        self._done = 0  # bytes checked and hashed

    def add(self, chunk: Packed) -> None:
        """The next numbers, 4 bytes each, big-endian, ascending across chunks; DrawError otherwise."""
        if len(chunk) % NUMBER_BYTES:
            raise DrawError(
                f"pool: {len(chunk)} bytes are no whole number of {NUMBER_BYTES}-byte draw numbers"
            )
        self._packed += chunk
        while len(self._packed) - self._done >= LEAF_BYTES:
            self._hash_leaf()

    def finish(self) -> "Pool":
        """The pool; the builder is empty again."""
        return Pool(self)

    def take(self) -> tuple[bytearray, list[bytes]]:
        """The packed numbers and the leaves' hashes, which are no longer the builder's."""
        if self._done < len(self._packed):
            self._hash_leaf()
        taken = self._packed, self._hashes
        self._packed, self._hashes, self._done = bytearray(), [], 0
        return taken

    def _hash_leaf(self) -> None:
        start = self._done
        leaf = bytes(self._packed[start : start + LEAF_BYTES])
        before = bytes(self._packed[start - NUMBER_BYTES : start]) if start else bytes(NUMBER_BYTES)
        if not _ascending(leaf, before):
            self._refuse(start)
        self._hashes.append(leaf_hash(leaf))
        self._done = start + len(leaf)

    def _refuse(self, start: int) -> None:
        last = int.from_bytes(self._packed[max(start - NUMBER_BYTES, 0) : start], "big")
        for at in range(start, len(self._packed), NUMBER_BYTES):
            number = int.from_bytes(self._packed[at : at + NUMBER_BYTES], "big")
            if not 1 <= number <= NUMBER_MAX:
                raise DrawError(f"pool: {number} at position {at // NUMBER_BYTES} is no draw number")
            if number <= last:
                words = "stands twice" if number == last else f"follows {last}: not ascending"
                raise DrawError(f"pool: {number} at position {at // NUMBER_BYTES} {words}")
            last = number
        raise AssertionError("a leaf was refused, and nothing is wrong with it")


class Pool:
    """The draw numbers that can win, ascending, none twice, with their Merkle tree; ten million take 45 MB.

    `packed` is one byte string or an iterable of them: 4 bytes a number, big-endian. Raises DrawError where
    the numbers do not strictly ascend or are not draw numbers. A position (index) counts from 0.
    """

    def __init__(self, packed: Packed | Iterable[Packed] | PoolBuilder) -> None:
        if isinstance(packed, PoolBuilder):
            builder = packed
        else:
            builder = PoolBuilder()
            for chunk in [packed] if isinstance(packed, bytes | bytearray | memoryview) else packed:
                builder.add(chunk)
        self._packed, leaf_hashes = builder.take()
        self._levels = merkle_levels(leaf_hashes)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> "Pool":
        """The pool of these draw numbers, which must come in ascending order."""

        def chunks() -> Iterator[bytes]:
            rest = iter(numbers)
            while batch := tuple(islice(rest, BATCH_NUMBERS)):
                try:
                    yield struct.pack(f">{len(batch)}I", *batch)
                except struct.error as error:
                    raise DrawError("pool: it holds what is no draw number") from error

        return cls(chunks())

    @property
    def packed(self) -> memoryview:
        """All numbers, as they are published; not to be written to."""
        return memoryview(self._packed).toreadonly()

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(self._packed) // NUMBER_BYTES

    @property
    def root(self) -> bytes:
        """The root of the Merkle tree, 32 bytes."""
        return self._levels[-1][0]

    def number_at(self, index: int) -> int:
        """The draw number at a position."""
        if not 0 <= index < self.size:
            raise DrawError(f"position {index} is not among {self.size}")
        return int.from_bytes(self._packed[NUMBER_BYTES * index : NUMBER_BYTES * (index + 1)], "big")

    def leaf(self, leaf: int) -> bytes:
        """The bytes of a leaf."""
        if not 0 <= leaf < leaf_count(self.size):
            raise DrawError(f"leaf {leaf} is not among {leaf_count(self.size)}")
        return bytes(self._packed[LEAF_BYTES * leaf : LEAF_BYTES * (leaf + 1)])

    def proof(self, leaf: int) -> list[bytes]:
        """The audit path of a leaf."""
        self.leaf(leaf)
        return audit_path(self._levels, leaf)

    def index_of(self, number: int) -> int | None:
        """The position of a draw number, or None where the pool lacks it."""
        index = bisect_left(range(self.size), number, key=self.number_at)
        return index if index < self.size and self.number_at(index) == number else None

    def contains(self, number: int) -> bool:
        """Whether the draw number can win."""
        return self.index_of(number) is not None

    def count(self, first: int, last: int) -> int:
        """How many of the numbers first..last the pool holds."""
        at = range(self.size)
        return bisect_right(at, last, key=self.number_at) - bisect_left(at, first, key=self.number_at)

    def proof_at(self, index: int) -> "Inclusion":
        """The proof of what stands at a position."""
        leaf = index // LEAF_NUMBERS
        return Inclusion(self.number_at(index), index, self.leaf(leaf), tuple(self.proof(leaf)))


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A draw number, its position, the bytes of its leaf, and the leaf's audit path."""

    draw_number: int
    index: int
    leaf: bytes
    path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Json]:
        """As it stands in a bundle."""
        return {
            "draw_number": self.draw_number,
            "index": self.index,
            "leaf": self.leaf.hex(),
            "proof": [step.hex() for step in self.path],
        }

    @classmethod
    def read(cls, value: Mapping[str, Json], where: str) -> "Inclusion":
        """From JSON whose field names are checked already."""
        return cls(
            _int(value["draw_number"], f"{where}, draw number", 1, NUMBER_MAX),
            _int(value["index"], f"{where}, index", 0, NUMBER_MAX),
            _hex(value["leaf"], f"{where}, leaf", NUMBER_BYTES, LEAF_BYTES),
            tuple(
                _hex(h, f"{where}, proof", HASH_BYTES) for h in _items(value["proof"], f"{where}, proof", 64)
            ),
        )

    def check(self, root: bytes, size: int) -> None:
        """Raises DrawError unless the number stands at that position of the pool with this root and size."""
        if self.index >= size:
            raise DrawError(f"position {self.index} is not among {size}")
        leaf, at = divmod(self.index, LEAF_NUMBERS)
        if len(self.leaf) != NUMBER_BYTES * min(LEAF_NUMBERS, size - leaf * LEAF_NUMBERS):
            raise DrawError(
                f"leaf {leaf} has {len(self.leaf)} bytes, which is not its length in a pool of {size}"
            )
        if int.from_bytes(self.leaf[NUMBER_BYTES * at : NUMBER_BYTES * (at + 1)], "big") != self.draw_number:
            raise DrawError(f"the leaf does not hold {self.draw_number} at position {self.index}")
        if not _ascending(self.leaf, bytes(NUMBER_BYTES)):
            raise DrawError(f"the numbers of leaf {leaf} do not ascend")
        if root_by_path(self.leaf, leaf, leaf_count(size), self.path) != root:
            raise DrawError(f"leaf {leaf} does not lead to the pool's root")


INCLUSION_FIELDS: Final = ("draw_number", "index", "leaf", "proof")


# ------------------------------------------------------------- the generator (NIST SP 800-90A Rev. 1, 10.1.2)


class HmacDrbg:
    """HMAC_DRBG with SHA-256, no reseeding, no additional input: the same inputs give the same outputs."""

    def __init__(self, entropy_input: bytes, nonce: bytes, personalization: bytes = b"") -> None:
        self._key = bytes(HASH_BYTES)
        self._value = b"\x01" * HASH_BYTES
        self._update(entropy_input + nonce + personalization)

    def _update(self, data: bytes) -> None:
        for step in (b"\x00", b"\x01") if data else (b"\x00",):
            self._key = hmac.digest(self._key, self._value + step + data, "sha256")
            self._value = hmac.digest(self._key, self._value, "sha256")

    def generate(self, length_bytes: int) -> bytes:
        """One Generate call."""
        output = b""
        while len(output) < length_bytes:
            self._value = hmac.digest(self._key, self._value, "sha256")
            output += self._value
        self._update(b"")
        return output[:length_bytes]


def _generator(seed: bytes, public_entropy: str, manifest_sha256: bytes) -> HmacDrbg:
    if len(seed) != SEED_BYTES:
        raise DrawError(f"seed: not {SEED_BYTES} bytes")
    return HmacDrbg(seed, hashlib.sha256(public_entropy.encode("utf-8")).digest(), manifest_sha256)


def scale(output: bytes, size: int) -> int | None:
    """The position among `size` that a Generate output stands for, or None where it must be refused.

    Of the R = 2^64 values of 8 bytes the last R mod size are refused, so that each position has as many
    values as any other. (Fewer bytes have a smaller R, small enough to count all of its values.)
    """
    x = int.from_bytes(output, "big")
    values = 1 << (8 * len(output))
    return None if x >= values - values % size else x % size


def pick(k: int, n: int, seed: bytes, public_entropy: str, manifest_sha256: bytes) -> list[int]:
    """A lottery's k different numbers of 1..n, sorted: the winners of a k-winner prize over the pool 1..n."""
    if not 1 <= k <= n <= NUMBER_MAX or k > WINNERS_MAX:
        raise DrawError(f"{k} different numbers of 1 to {n} cannot be drawn")
    generator = _generator(seed, public_entropy, manifest_sha256)
    picked: set[int] = set()
    for _ in range(k * OUTPUTS_PER_WINNER_MAX):
        index = scale(generator.generate(OUTPUT_BYTES), n)
        if index is not None:
            picked.add(index + 1)
        if len(picked) == k:
            return sorted(picked)
    raise DrawError(f"no {k} different numbers came out of {k * OUTPUTS_PER_WINNER_MAX} outputs")


# --------------------------------------------------------------------------------------------- public entropy


def check_entropy_source(source: Json) -> dict[str, Json]:
    """A manifest's `entropy`, refused with DrawError unless it is one of

    `{"source":"none"}`; `{"source":"manual"}` (the numbers themselves are drawn by hand);
    `{"form":"<dice>d<sides>","source":"dice"}`; `{"count":<1 to 1000>,"source":"digits"}`;
    `{"chain":<chain hash, 64 hex digits>,"round":n,"source":"drand"}`;
    `{"source":"nist","time":"YYYY-MM-DDThh:mm:00Z"}` (pulses come on the minute, UTC; one that the calendar has).
    """
    if not isinstance(source, dict) or "source" not in source:
        raise DrawError("entropy: no source is named")
    match source["source"]:
        case "none" | "manual":
            _fields(source, "entropy", ["source"])
        case "digits":
            _fields(source, "entropy", ["source", "count"])
            _int(source["count"], "entropy, count", 1, DIGITS_MAX)
        case "dice":
            _fields(source, "entropy", ["source", "form"])
            form = re.fullmatch(
                r"([1-9][0-9]{0,3})d([1-9][0-9]{0,5})", _text(source["form"], "entropy, form")
            )
            if not form or int(form[1]) > DICE_MAX or int(form[2]) < 2:
                raise DrawError("entropy, form: not <number of dice>d<sides>, as in 20d6")
        case "drand":
            _fields(source, "entropy", ["source", "chain", "round"])
            _hex(source["chain"], "entropy, chain", HASH_BYTES)
            _int(source["round"], "entropy, round", 1, JSON_INT_MAX)
        case "nist":
            _fields(source, "entropy", ["source", "time"])
            time = _text(source["time"], "entropy, time")
            minute = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:00Z"
            if not re.fullmatch(minute, time) or not _is_day(time[:10]):
                raise DrawError("entropy, time: not YYYY-MM-DDThh:mm:00Z")
        case other:
            raise DrawError(
                f"entropy: the source {_told(other)} is none of none, manual, dice, digits, drand, nist"
            )
    return source


def _is_day(text: str) -> bool:
    """Whether the Gregorian calendar has this day, from the year 1 on."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_entropy(source: Json, text: str) -> None:
    """Raises DrawError unless `text` has the exact form that its source's public entropy has."""
    spec = check_entropy_source(source)
    if len(text) > TEXT_CHARS_MAX:
        raise DrawError(f"public entropy: longer than {TEXT_CHARS_MAX} characters")
    match spec["source"]:
        case "none" | "manual":
            if text:
                raise DrawError("public entropy: not empty, though the manifest names no source")
        case "digits":
            if not re.fullmatch("[0-9]( [0-9])*", text) or len(text) != 2 * int(str(spec["count"])) - 1:
                raise DrawError(f"public entropy: not {spec['count']} digits in order, one space between")
        case "dice":
            dice, sides = (int(part) for part in str(spec["form"]).split("d"))
            throws = text.split(" ")
            if len(throws) != dice or not all(
                re.fullmatch("[1-9][0-9]{0,5}", throw) and int(throw) <= sides for throw in throws
            ):
                raise DrawError(
                    f"public entropy: not the results of {spec['form']} in order, one space between"
                )
        case "drand":
            start = f"{spec['chain']}:{spec['round']}:"
            # A BLS12-381 signature is a point of G1 (48 bytes) or of G2 (96 bytes), as the chain has it.
            if not text.startswith(start) or not re.fullmatch("([0-9a-f]{96}){1,2}", text[len(start) :]):
                raise DrawError(
                    "public entropy: not chain:round:signature of the chain and round in the manifest"
                )
        case _:
            if not re.fullmatch("[0-9A-F]{128}", text):
                raise DrawError("public entropy: not a NIST pulse's output value, 128 upper-case hex digits")


# ----------------------------------------------------------------------------------------------- the manifest

MANIFEST_FIELDS: Final = (
    "attempt", "draw", "entropy", "event", "format", "pools", "previous", "prizes", "repeat", "software"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize: its place in the order of drawing, its id, the pool it is drawn from, how many win it."""

    position: int
    prize: str
    pool: str
    winners: int = 1


@dataclass(frozen=True, slots=True)
class FrozenPool:
    """What a manifest says of a pool."""

    pool: str
    root: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Link:
    """In that pool the numbers first+offset..last+offset are the tickets first..last of that event."""

    event: str
    first: int
    last: int
    offset: int
    pool: str


@dataclass(frozen=True, slots=True)
class Progressive:
    """Prizes come in pairs, a ticket and then a card of the pool `deck`; the card `ace` wins the jackpot.

    Card n is the draw number CARD_BASE + n. The first pair with the ace wins; pairs after it are void.
    """

    ace: int
    deck: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest, read and checked."""

    event: str
    draw: str
    attempt: int
    previous: bytes | None
    entropy: dict[str, Json]
    pools: dict[str, FrozenPool]
    prizes: tuple[Prize, ...]
    repeat: bool
    software: bytes
    ballots: tuple[bytes, int] | None
    links: tuple[Link, ...]
    progressive: Progressive | None

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """From its canonical bytes; DrawError, with the reason, where anything is not as it must be."""
        return cls.of(parse_canonical(data, MANIFEST_BYTES_MAX))

    @classmethod
    def of(cls, value: Json) -> "Manifest":
        """From its JSON value."""
        have = _fields(value, "manifest", MANIFEST_FIELDS, ["ballots", "links", "progressive"])
        if have["format"] != FORMAT:
            raise DrawError(f"manifest: the format {_told(have['format'])} is not {FORMAT}")
        if type(have["repeat"]) is not bool:
            raise DrawError("manifest, repeat: neither true nor false")
        attempt = _int(have["attempt"], "manifest, attempt", 1, JSON_INT_MAX)
        if (have["previous"] is None) != (attempt == 1):
            raise DrawError("manifest, previous: names the attempt before, so all but attempt 1 have one")
        ballots = None
        if "ballots" in have:
            these = _fields(have["ballots"], "manifest, ballots", ["root", "size"])
            ballots = (
                _hex(these["root"], "manifest, ballots", HASH_BYTES),
                _int(these["size"], "manifest, ballots", 0, JSON_INT_MAX),
            )
        read = cls(
            event=_uuid(have["event"], "manifest, event"),
            draw=_uuid(have["draw"], "manifest, draw"),
            attempt=attempt,
            previous=None if attempt == 1 else _hex(have["previous"], "manifest, previous", HASH_BYTES),
            entropy=check_entropy_source(have["entropy"]),
            pools=_read_pools(have["pools"]),
            prizes=_read_prizes(have["prizes"]),
            repeat=have["repeat"],
            software=_hex(have["software"], "manifest, software", HASH_BYTES),
            ballots=ballots,
            links=_read_links(have["links"]) if "links" in have else (),
            progressive=_read_progressive(have["progressive"]) if "progressive" in have else None,
        )
        read._check_enough()
        read._check_links()
        read._check_pairs()
        return read

    @property
    def by_hand(self) -> bool:
        """Whether the numbers are drawn by hand, without a generator."""
        return self.entropy["source"] == "manual"

    def due(self) -> list[tuple[Prize, int]]:
        """Each prize with each of its winners 1..n, in the order of drawing."""
        return [(prize, winner) for prize in self.prizes for winner in range(1, prize.winners + 1)]

    def unlinked(self) -> list[str]:
        """The pools without links beside those with some; a deck, which holds no tickets, is none of them."""
        named = {link.pool for link in self.links} | ({self.progressive.deck} if self.progressive else set())
        return [name for name in self.pools if self.links and name not in named]

    def ticket(self, pool: str, number: int) -> tuple[str, int]:
        """The event and the number on the ticket that a draw number of a pool stands for; a card is its own number.

        DrawError where the number lies in no linked event's range, or is a ticket in the deck, or a card elsewhere.
        """
        if self.progressive and (number > CARD_BASE) != (pool == self.progressive.deck):
            raise DrawError(f"{number} is no number of the pool {pool!r}")
        start = bisect_left(self.links, (pool, 0), key=_place)
        if start == len(self.links) or self.links[start].pool != pool:
            return self.event, number
        at = bisect_right(self.links, (pool, number), key=_place) - 1
        if at < start or number > self.links[at].last + self.links[at].offset:
            raise DrawError(f"{number} of the pool {pool!r} lies in no linked event's range")
        return self.links[at].event, number - self.links[at].offset

    def _check_enough(self) -> None:
        wanted: dict[str, int] = {}
        for prize in self.prizes:
            if prize.pool not in self.pools:
                raise DrawError(f"prize {prize.position}: there is no pool {prize.pool!r}")
            wanted[prize.pool] = wanted.get(prize.pool, 0) + prize.winners
            if not self.repeat and wanted[prize.pool] > self.pools[prize.pool].size:
                raise _too_few(prize, self.pools[prize.pool].size)
        if sum(wanted.values()) > WINNERS_MAX:
            raise DrawError(
                f"manifest: {sum(wanted.values())} winners are more than the {WINNERS_MAX} allowed"
            )

    def _check_links(self) -> None:
        """One ticket has one number, the same in all pools, and one number stands for one ticket."""
        for link in self.links:
            if link.pool not in self.pools:
                raise DrawError(f"manifest, links: there is no pool {link.pool!r}")
        if not _overlaps_agree(
            ("", x.first + x.offset, x.last + x.offset, (x.event, x.offset)) for x in self.links
        ):
            raise DrawError("manifest, links: a number stands for two tickets")
        if not _overlaps_agree((x.event, x.first, x.last, (x.event, x.offset)) for x in self.links):
            raise DrawError("manifest, links: a ticket has two numbers")

    def _check_pairs(self) -> None:
        if self.progressive is None:
            return
        deck = self.progressive.deck
        if deck not in self.pools or self.pools[deck].size > CARDS_MAX:
            raise DrawError(f"manifest, progressive: there is no pool {deck!r} of at most {CARDS_MAX} cards")
        if self.repeat or any(link.pool == deck for link in self.links):
            raise DrawError("manifest, progressive: a card is drawn once, and is no event's ticket")
        if len(self.prizes) % 2 or any(
            prize.winners != 1 or (prize.pool == deck) != bool(place % 2)
            for place, prize in enumerate(self.prizes)
        ):
            raise DrawError(
                "manifest, progressive: not pairs of prizes, a ticket's and a card's, one winner each"
            )

    def check_pool(self, name: str, pool: Pool) -> None:
        """Raises DrawError where a pool, though it is the manifest's, holds numbers that cannot be there."""
        ranges = [link for link in self.links if link.pool == name]
        if ranges and pool.size != sum(pool.count(x.first + x.offset, x.last + x.offset) for x in ranges):
            raise DrawError(f"the pool {name!r} holds a number that lies in no linked event's range")
        if self.progressive is None:
            return
        deck = name == self.progressive.deck
        if pool.count(CARD_BASE + 1, NUMBER_MAX) != (pool.size if deck else 0):
            raise DrawError(f"the pool {name!r} mixes tickets and cards")
        if deck and not pool.contains(CARD_BASE + self.progressive.ace):
            raise DrawError(f"the deck {name!r} lacks the ace, card {self.progressive.ace}")


def _too_few(prize: Prize, size: int) -> DrawError:
    return DrawError(
        f"prize {prize.position}: the pool {prize.pool!r} holds {size} numbers, which could run out before"
        f" all its prizes have different winners"
    )


def _read_pools(value: Json) -> dict[str, FrozenPool]:
    pools: dict[str, FrozenPool] = {}
    for item in _items(value, "manifest, pools", POOLS_MAX):
        have = _fields(item, "manifest, pools", ["pool", "root", "size"])
        name = _text(have["pool"], "manifest, pool")
        if not re.fullmatch(POOL_NAME, name):
            raise DrawError(f"manifest: {name!r} is no name of a pool")
        if pools and name <= next(reversed(pools)):
            raise DrawError(f"manifest: the pool {name!r} is not in order of names, or stands twice")
        where = f"pool {name!r}"
        if have["size"] == 0:
            raise DrawError(f"{where}: it is empty, nothing can be drawn from it")
        size = _int(have["size"], f"{where}, size", 1, NUMBER_MAX)
        pools[name] = FrozenPool(name, _hex(have["root"], f"{where}, root", HASH_BYTES), size)
    if not pools:
        raise DrawError("manifest: no pool")
    return pools


def _read_links(value: Json) -> tuple[Link, ...]:
    links: list[Link] = []
    for item in _items(value, "manifest, links", LINKS_MAX):
        have = _fields(item, "manifest, links", ["event", "first", "last", "offset", "pool"])
        first = _int(have["first"], "manifest, links, first", 1, NUMBER_MAX)
        last = _int(have["last"], "manifest, links, last", first, NUMBER_MAX)
        offset = _int(have["offset"], "manifest, links, offset", 1 - first, NUMBER_MAX - last)
        pool = _text(have["pool"], "manifest, links, pool")
        link = Link(_uuid(have["event"], "manifest, links, event"), first, last, offset, pool)
        if links and _place(link) <= (links[-1].pool, links[-1].last + links[-1].offset):
            raise DrawError("manifest, links: not in order of pools and numbers, or ranges overlap")
        links.append(link)
    if not links:
        raise DrawError("manifest, links: an empty list has no place there")
    return tuple(links)


def _place(link: Link) -> tuple[str, int]:
    return link.pool, link.first + link.offset


def _overlaps_agree(spans: Iterable[tuple[str, int, int, tuple[str, int]]]) -> bool:
    """Whether, of spans (group, first, last, meaning), those of a group that overlap mean the same."""
    group, end, meaning = "", 0, ("", 0)
    for here, first, last, this in sorted(spans):
        if here != group or first > end:
            group, end, meaning = here, last, this
        elif this != meaning:
            return False
        end = max(end, last)
    return True


def _read_progressive(value: Json) -> Progressive:
    have = _fields(value, "manifest, progressive", ["ace", "deck"])
    ace = _int(have["ace"], "manifest, progressive, ace", 1, CARDS_MAX)
    return Progressive(ace, _text(have["deck"], "manifest, progressive, deck"))


def _read_prizes(value: Json) -> tuple[Prize, ...]:
    prizes: list[Prize] = []
    for item in _items(value, "manifest, prizes", PRIZES_MAX):
        have = _fields(item, "manifest, prizes", ["pool", "position", "prize", "winners"])
        position = _int(have["position"], "prize, position", 1, NUMBER_MAX)
        if prizes and position <= prizes[-1].position:
            raise DrawError(f"prize {position}: not in order of positions, or the position stands twice")
        winners = _int(have["winners"], f"prize {position}, winners", 1, WINNERS_MAX)
        prize = _uuid(have["prize"], f"prize {position}")
        prizes.append(Prize(position, prize, _text(have["pool"], f"prize {position}, pool"), winners))
    if not prizes:
        raise DrawError("manifest: no prize")
    if len({prize.prize for prize in prizes}) != len(prizes):
        raise DrawError("manifest: a prize stands at two positions")
    return tuple(prizes)


def manifest(
    *,
    event: str,
    draw: str,
    pools: Mapping[str, Pool],
    prizes: Iterable[Prize],
    entropy: Mapping[str, Json],
    attempt: int = 1,
    previous: bytes | None = None,
    repeat: bool = False,
    ballots: tuple[bytes, int] | None = None,
    links: Iterable[Link] = (),
    progressive: Progressive | None = None,
    software: bytes | None = None,
) -> bytes:
    """The canonical bytes to publish when the pools are frozen; DrawError where no fair draw could follow.

    `previous` is the SHA-256 of the manifest of the attempt before; `ballots` a lottery's root and size;
    `software` is of this file unless a record of another version is made. Prizes and links may come in any
    order.
    """
    value: dict[str, Json] = {
        "attempt": attempt,
        "draw": draw,
        "entropy": dict(entropy),
        "event": event,
        "format": FORMAT,
        "pools": [
            {"pool": name, "root": pool.root.hex(), "size": pool.size} for name, pool in sorted(pools.items())
        ],
        "previous": None if previous is None else previous.hex(),
        "prizes": [
            {"pool": prize.pool, "position": prize.position, "prize": prize.prize, "winners": prize.winners}
            for prize in sorted(prizes, key=lambda prize: prize.position)
        ],
        "repeat": repeat,
        "software": (software_sha256() if software is None else software).hex(),
    }
    if ballots is not None:
        value["ballots"] = {"root": ballots[0].hex(), "size": ballots[1]}
    if ordered := sorted(links, key=_place):
        value["links"] = [{name: getattr(link, name) for name in Link.__slots__} for link in ordered]
    if progressive is not None:
        value["progressive"] = {"ace": progressive.ace, "deck": progressive.deck}
    data = canonical(value)
    _check_frozen(Manifest.read(data), pools)
    return data


def _check_frozen(plan: Manifest, pools: Mapping[str, Pool]) -> None:
    """Raises DrawError unless these are the manifest's pools, and a draw from them must come to its end."""
    for name, frozen in plan.pools.items():
        if name not in pools or (pools[name].root, pools[name].size) != (frozen.root, frozen.size):
            raise DrawError(f"the pool {name!r} is not the one in the manifest")
        plan.check_pool(name, pools[name])
        _check_unlinked(plan, name, pools[name])
    if not plan.repeat:
        _check_distinct(plan, pools)


def _check_unlinked(plan: Manifest, name: str, pool: Pool) -> None:
    """A pool without links, beside pools with some, must not give a ticket a second number, or the reverse.

    Its numbers are the tickets of the manifest's event; only who has the pool can see this.
    """
    if name not in plan.unlinked():
        return
    for link in plan.links:
        if (link.event, link.offset) == (plan.event, 0):
            continue
        if pool.count(link.first + link.offset, link.last + link.offset) or (
            link.event == plan.event and pool.count(link.first, link.last)
        ):
            raise DrawError(
                f"the pool {name!r} is not linked, and gives a ticket another number than the links"
            )


def _check_distinct(plan: Manifest, pools: Mapping[str, Pool]) -> None:
    """Numbers that won before, in whichever pool, must never leave a prize without enough others."""
    winners_of: dict[str, int] = {}  # by pool, of the prizes so far
    shared: dict[tuple[str, str], int] = {}
    records_2_20 = 0  # winners and refusals to be expected, in units of 2^-20
    for prize in plan.prizes:
        size = pools[prize.pool].size
        taken = sum(winners_of.values())
        if taken + prize.winners > size:
            # Then the pool is small, and what it shares with the others is soon counted.
            taken = 0
            for other, won in winners_of.items():
                pair = (prize.pool, other)
                if pair not in shared:
                    here, there = pools[prize.pool], pools[other]
                    shared[pair] = sum(there.contains(here.number_at(i)) for i in range(size))
                taken += min(won, shared[pair])
        if taken + prize.winners > size:
            raise _too_few(prize, size)
        # With t of `size` numbers gone, t / (size - t) refusals are to be expected before the next winner.
        records_2_20 += sum((1 << 20) + (t << 20) // (size - t) for t in range(taken, taken + prize.winners))
        winners_of[prize.pool] = winners_of.get(prize.pool, 0) + prize.winners
    if (records_2_20 >> 20) * PROOF_JSON_BYTES > BUNDLE_BYTES_MAX * 3 // 4:
        raise DrawError(
            "manifest: so many winners of so small a pool would make too large a record; split the draw"
        )


def software_sha256() -> bytes:
    """SHA-256 of this very file."""
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


# -------------------------------------------------------------------------------------------------- selection


@dataclass(frozen=True, slots=True)
class Result:
    """One winner: prize, which of its winners, where the number stands, how the generator came there."""

    prize: str
    winner: int
    won: Inclusion
    outputs: tuple[bytes, ...]
    refused: tuple[Inclusion, ...]

    def as_json(self) -> dict[str, Json]:
        """As it stands in a bundle."""
        return {
            "outputs": [output.hex() for output in self.outputs],
            "prize": self.prize,
            "refused": [inclusion.as_json() for inclusion in self.refused],
            "winner": self.winner,
            **self.won.as_json(),
        }

    @classmethod
    def read(cls, value: Json, where: str) -> "Result":
        """From its JSON value."""
        have = _fields(value, where, [*INCLUSION_FIELDS, "outputs", "prize", "refused", "winner"])
        outputs = _items(have["outputs"], f"{where}, outputs", OUTPUTS_PER_WINNER_MAX)
        refused = _items(have["refused"], f"{where}, refused", OUTPUTS_PER_WINNER_MAX)
        return cls(
            _uuid(have["prize"], f"{where}, prize"),
            _int(have["winner"], f"{where}, winner", 1, WINNERS_MAX),
            Inclusion.read(have, where),
            tuple(_hex(output, f"{where}, outputs", OUTPUT_BYTES) for output in outputs),
            tuple(
                Inclusion.read(_fields(one, f"{where}, refused", INCLUSION_FIELDS), f"{where}, refused")
                for one in refused
            ),
        )


def select(manifest: bytes, pools: Mapping[str, Pool], seed: bytes, public_entropy: str) -> list[Result]:
    """All winners, by the prizes' positions; DrawError where the inputs do not belong together."""
    plan = Manifest.read(manifest)
    check_entropy(plan.entropy, public_entropy)
    if plan.by_hand:
        raise DrawError("the manifest says that the numbers are drawn by hand")
    _check_frozen(plan, pools)
    generator = _generator(seed, public_entropy, hashlib.sha256(manifest).digest())
    gone: set[int] = set()
    results = []
    for prize, winner in plan.due():
        results.append(_next_winner(generator, pools[prize.pool], gone, prize, winner))
        if not plan.repeat:
            gone.add(results[-1].won.draw_number)
    return results


def _next_winner(generator: HmacDrbg, pool: Pool, gone: set[int], prize: Prize, winner: int) -> Result:
    outputs: list[bytes] = []
    refused: list[Inclusion] = []
    while len(outputs) < OUTPUTS_PER_WINNER_MAX:
        outputs.append(generator.generate(OUTPUT_BYTES))
        index = scale(outputs[-1], pool.size)
        if index is None:
            continue
        if pool.number_at(index) not in gone:
            return Result(prize.prize, winner, pool.proof_at(index), tuple(outputs), tuple(refused))
        refused.append(pool.proof_at(index))
    raise DrawError(f"prize {prize.position}, winner {winner}: none after {OUTPUTS_PER_WINNER_MAX} outputs")


# ------------------------------------------------------------------------------------------------- the bundle

BUNDLE_FIELDS: Final = (
    "bundle_sha256", "manifest", "manifest_sha256", "public_entropy", "results", "seed", "seed_sha256"
)  # fmt: skip


def bundle(manifest: bytes, results: Iterable[Result], seed: bytes, public_entropy: str) -> bytes:
    """The bytes to be published; DrawError where they would not verify. A draw by hand has no seed (b"")."""
    value: dict[str, Json] = {
        "manifest": parse_canonical(manifest, MANIFEST_BYTES_MAX),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "public_entropy": public_entropy,
        "results": [result.as_json() for result in results],
        "seed": seed.hex(),
        "seed_sha256": hashlib.sha256(seed).hexdigest() if seed else "",
    }
    value["bundle_sha256"] = hashlib.sha256(canonical(value)).hexdigest()
    data = canonical(value)
    winners(data)
    return data


def manual_bundle(manifest: bytes, pools: Mapping[str, Pool], numbers: Sequence[int]) -> bytes:
    """The bundle of numbers drawn by hand, in the order of prizes and winners; DrawError where one cannot win."""
    plan = Manifest.read(manifest)
    _check_frozen(plan, pools)
    due = plan.due()
    if len(numbers) != len(due):
        raise DrawError(f"{len(numbers)} numbers were drawn, the manifest has {len(due)} winners")
    results = []
    for (prize, winner), number in zip(due, numbers, strict=True):
        index = pools[prize.pool].index_of(number)
        if index is None:
            raise DrawError(
                f"prize {prize.position}, winner {winner}: {number} is not in the pool {prize.pool!r}"
            )
        results.append(Result(prize.prize, winner, pools[prize.pool].proof_at(index), (), ()))
    return bundle(manifest, results, b"", "")


# ----------------------------------------------------------------------------------------------- verification


@dataclass(frozen=True, slots=True)
class Won:
    """A winning draw number, with the prize's position and id, which of its winners it is, and its pool.

    `event` and `ticket_number` say whose ticket it is; they are the manifest's event and the draw number
    unless events are linked. In a progressive draw what comes after the ace is `void`.
    """

    position: int
    prize: str
    winner: int
    pool: str
    draw_number: int
    event: str
    ticket_number: int
    void: bool = False


@dataclass(slots=True)
class Report:
    """What a verification found; only without problems do its winners stand."""

    checked: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    winners: list[Won] = field(default_factory=list)
    manifest: Manifest | None = None
    bundle_sha256: str = ""
    jackpot: Won | None = None  # of a progressive draw, the ticket whose card was the ace

    @property
    def ok(self) -> bool:
        """Whether everything that was checked holds."""
        return not self.problems


def winners(data: bytes) -> list[Won]:
    """The winners of a bundle that verifies; DrawError with all that is wrong where it does not."""
    report = verify(data)
    if not report.ok:
        raise DrawError("; ".join(report.problems))
    return report.winners


def verify(data: bytes, pools: Iterable[Pool] = (), beacon: Beacon | None = None) -> Report:
    """Checks a bundle, and each of the published pools that are given (found in the manifest by their roots).

    `beacon` checks the public entropy of the source drand: it gives None where the signature holds, a text
    that says why it cannot tell, and raises DrawError or ValueError where the signature does not hold.
    Never raises for what the bundle holds: `Report.problems` says what is wrong, and where.
    """
    report = Report()
    try:
        _verify(data, pools, beacon, report)
    except DrawError as error:
        report.problems.append(str(error))
    return report


def replay(data: bytes, pools: Iterable[Pool], beacon: Beacon | None = None) -> Report:
    """Verifies, then holds the whole draw once more from all its pools: the same bytes must come out."""
    given = list(pools)
    report = verify(data, given, beacon)
    if report.ok and report.manifest is not None:
        try:
            _hold_again(data, report.manifest, report.winners, given)
            report.checked.append(
                "the whole draw, held once more from its pools: the same record to the byte"
            )
        except DrawError as error:
            report.problems.append(f"replay: {error}")
    return report


def _hold_again(data: bytes, plan: Manifest, won: list[Won], pools: list[Pool]) -> None:
    by_root = {(pool.root, pool.size): pool for pool in pools}
    named = {}
    for name, frozen in plan.pools.items():
        if (frozen.root, frozen.size) not in by_root:
            raise DrawError(f"the pool {name!r} is missing, give it with --pool")
        named[name] = by_root[frozen.root, frozen.size]
    have = _fields(parse_canonical(data), "bundle", BUNDLE_FIELDS)
    frozen_bytes, entropy = canonical(have["manifest"]), str(have["public_entropy"])
    if plan.by_hand:
        again = manual_bundle(frozen_bytes, named, [one.draw_number for one in won])
    else:
        seed = _hex(have["seed"], "seed", SEED_BYTES)
        again = bundle(frozen_bytes, select(frozen_bytes, named, seed, entropy), seed, entropy)
    if again != data:
        raise DrawError("another record comes out")


def _verify(data: bytes, pools: Iterable[Pool], beacon: Beacon | None, report: Report) -> None:
    have = _fields(parse_canonical(data), "bundle", BUNDLE_FIELDS)
    rest = canonical({name: value for name, value in have.items() if name != "bundle_sha256"})
    report.bundle_sha256 = hashlib.sha256(rest).hexdigest()
    _compare(report, "bundle_sha256", have["bundle_sha256"], rest, "the bundle's own hash")
    manifest_bytes = _manifest_bytes(have["manifest"])
    plan = report.manifest = Manifest.of(have["manifest"])
    report.checked.append(f"the manifest is a proper one: {len(plan.prizes)} prizes, {len(plan.pools)} pools")
    _compare(report, "manifest_sha256", have["manifest_sha256"], manifest_bytes, "the manifest's hash")
    entropy = _text(have["public_entropy"], "public entropy", TEXT_CHARS_MAX)
    check_entropy(plan.entropy, entropy)
    generator = None
    if plan.by_hand:
        if have["seed"] != "" or have["seed_sha256"] != "":
            raise DrawError("seed: not empty, though the numbers are drawn by hand")
    else:
        seed = _hex(have["seed"], "seed", SEED_BYTES)
        _compare(report, "seed_sha256", have["seed_sha256"], seed, "the seed's hash")
        report.checked.append(f"the public entropy has the form of its source, {plan.entropy['source']}")
        generator = _generator(seed, entropy, hashlib.sha256(manifest_bytes).digest())
    _verify_results(plan, generator, _items(have["results"], "results", WINNERS_MAX), report)
    _verify_pools(plan, pools, report)
    _verify_source(plan, entropy, beacon, report)
    report.not_checked += _beyond(plan)


def _manifest_bytes(value: Json) -> bytes:
    data = canonical(value)
    if len(data) > MANIFEST_BYTES_MAX:
        raise DrawError(f"manifest: {len(data)} bytes are more than the {MANIFEST_BYTES_MAX} allowed")
    return data


def _compare(report: Report, name: str, claimed: Json, data: bytes, words: str) -> None:
    actual = hashlib.sha256(data).hexdigest()
    if claimed == actual:
        report.checked.append(words)
    else:
        report.problems.append(f"{name}: {_told(claimed)} is stated, {actual} is right")


def _verify_results(plan: Manifest, generator: HmacDrbg | None, results: list[Json], report: Report) -> None:
    due = plan.due()
    if len(results) != len(due):
        raise DrawError(f"results: {len(results)} winners, the manifest has {len(due)}")
    gone: set[int] = set()  # the numbers that cannot win any more
    for (prize, winner), value in zip(due, results, strict=True):
        where = f"prize {prize.position}, winner {winner}"
        result = Result.read(value, where)
        if (result.prize, result.winner) != (prize.prize, winner):
            raise DrawError(f"{where}: the result is of prize {result.prize}, winner {result.winner}")
        if generator is None:
            _verify_drawn_by_hand(result, plan.pools[prize.pool], gone, where)
        else:
            _verify_result(result, generator, plan.pools[prize.pool], gone, where)
        number = result.won.draw_number
        if not plan.repeat:
            gone.add(number)
        try:
            event, ticket = plan.ticket(prize.pool, number)
        except DrawError as error:
            raise DrawError(f"{where}: {error}") from error
        void = report.jackpot is not None
        won = Won(prize.position, prize.prize, winner, prize.pool, number, event, ticket, void)
        report.winners.append(won)
        if plan.progressive is not None and number == CARD_BASE + plan.progressive.ace:
            report.jackpot = report.winners[-2]  # the ticket before it
    again = "a number may win again here" if plan.repeat else "or its number had already won"
    if generator is None:
        none_twice = again if plan.repeat else "none twice"
        report.checked.append(
            f"each of the {len(due)} winners: at its place in the pool's tree, {none_twice}"
        )
    else:
        report.checked += [
            "each output of the generator, computed again from seed, public entropy and manifest",
            f"each of the {len(due)} winners: by the right output, in the right order, at its place in the pool's tree",
            f"each refused output: out of range{f' ({again})' if plan.repeat else f', {again}'}",
        ]
    if plan.links:
        report.checked.append("each winner's event and ticket number, by the manifest's links")
    if plan.progressive is not None:
        ace, jackpot = plan.progressive.ace, report.jackpot
        came = "it did not come"
        if jackpot:
            came = f"it came with prize {jackpot.position}, {jackpot.draw_number}; what was drawn after it is void"
        report.checked.append(f"the ace, card {ace}: {came}")


def _verify_drawn_by_hand(result: Result, pool: FrozenPool, gone: set[int], where: str) -> None:
    if result.outputs or result.refused:
        raise DrawError(f"{where}: outputs of a generator, though the numbers are drawn by hand")
    _verify_inclusion(result.won, pool, where)
    if result.won.draw_number in gone:
        raise DrawError(f"{where}: {result.won.draw_number} had already won")


def _verify_inclusion(proof: Inclusion, pool: FrozenPool, where: str) -> None:
    try:
        proof.check(pool.root, pool.size)
    except DrawError as error:
        raise DrawError(f"{where}: {error}") from error


def _verify_result(result: Result, generator: HmacDrbg, pool: FrozenPool, gone: set[int], where: str) -> None:
    refused = iter(result.refused)
    for count, output in enumerate(result.outputs, 1):
        if generator.generate(OUTPUT_BYTES) != output:
            raise DrawError(f"{where}: output {count} is not what the generator gives")
        index = scale(output, pool.size)
        last = count == len(result.outputs)
        if index is None:
            if last:
                raise DrawError(f"{where}: output {count} is out of range and cannot be taken")
            continue
        proof = result.won if last else next(refused, None)
        if proof is None or proof.index != index:
            raise DrawError(f"{where}: output {count} leads to position {index}, which is not what is proven")
        _verify_inclusion(proof, pool, f"{where}, output {count}")
        if last and proof.draw_number in gone:
            raise DrawError(f"{where}: {proof.draw_number} had already won")
        if not last and proof.draw_number not in gone:
            raise DrawError(f"{where}: {proof.draw_number} was refused, and had not won before")
    if not result.outputs or next(refused, None) is not None:
        raise DrawError(f"{where}: outputs are missing")


def _verify_pools(plan: Manifest, pools: Iterable[Pool], report: Report) -> None:
    seen = set()
    for pool in pools:
        names = [p.pool for p in plan.pools.values() if (p.root, p.size) == (pool.root, pool.size)]
        if not names:
            report.problems.append(
                f"pool: {pool.size} numbers with the root {pool.root.hex()} are no pool of this draw"
            )
        for name in names:
            plan.check_pool(name, pool)
            report.checked.append(
                f"the pool {name!r}: {pool.size} numbers, ascending, none twice, with the root drawn from"
            )
        seen.update(names)
    report.not_checked += [
        f"that the pool {name!r} is ascending, without doubles, and of {frozen.size} numbers (give it with --pool)"
        for name, frozen in plan.pools.items()
        if name not in seen
    ]


def _verify_source(plan: Manifest, entropy: str, beacon: Beacon | None, report: Report) -> None:
    """The beacon's signature where it can be checked; for all else, what to ask, and whom."""
    source = str(plan.entropy["source"])
    words = {
        "none": "that the seed is a random one: no public source took part, one must trust the office",
        "manual": "that the numbers were drawn by hand as the record states: those know who were there",
        "dice": "that the dice fell so: those know who were there",
        "digits": "that these digits were called or drawn: those know who were there",
        "drand": f"that the signature is valid (BLS): python drand.py {entropy} checks it, or ask drand for the round",
        "nist": f"that the beacon gave this value: ask NIST for its pulse of {plan.entropy.get('time')}",
    }[source]
    if source == "drand" and beacon is not None:
        try:
            unknown = beacon(entropy)
        except (DrawError, ValueError) as error:
            raise DrawError(f"public entropy: {error}") from error
        if unknown is None:
            report.checked.append(f"drand's signature of round {plan.entropy['round']} is valid (BLS)")
            return
        words = f"that the signature is valid (BLS): {unknown}"
    report.not_checked.append(words)


def _beyond(plan: Manifest) -> list[str]:
    """What no bundle can show."""
    order = "manifest and winners" if plan.by_hand else "manifest, seed's hash, public entropy and seed"
    words = [
        "that each pool holds exactly the tickets that were sold and may win",
        f"that {order} were published in this order",
    ]
    if plan.previous is not None:
        words.append(f"attempt {plan.attempt - 1}, whose manifest has the SHA-256 {plan.previous.hex()}")
    if plan.ballots is not None:
        words.append("the ballots")
    words += [
        f"that no ticket in the pool {name!r}, which is not linked, has another number by the links (replay does)"
        for name in plan.unlinked()
    ]
    if plan.software != software_sha256():
        words.append(
            f"the software that drew: the manifest names {plan.software.hex()}, this file is another version"
        )
    return words


# ------------------------------------------------------------------------------------------- a ticket's proof

PROOF_FIELDS: Final = (
    "draw", "event", "format", "manifest", "manifest_sha256", "number", "pool", "proof"
)  # fmt: skip


def proof_file(manifest: bytes, pool_name: str, pool: Pool, number: int) -> bytes:
    """The proof for a ticket's holder that a draw number is in a pool of a draw; DrawError where it is not."""
    index = pool.index_of(number)
    if index is None:
        raise DrawError(f"{number} is not in the pool")
    return proof_file_of(manifest, pool_name, pool.proof_at(index))


def proof_file_of(manifest: bytes, pool_name: str, inclusion: Inclusion) -> bytes:
    """The same from the place in the tree alone, for who does not hold the whole pool; DrawError where it is wrong.

    The file's `event` and `number` are the ticket's, which differ from the draw's where events are linked.
    """
    plan = Manifest.read(manifest)
    if pool_name not in plan.pools:
        raise DrawError(f"there is no pool {pool_name!r}")
    _verify_inclusion(inclusion, plan.pools[pool_name], f"the pool {pool_name!r}")
    event, ticket = plan.ticket(pool_name, inclusion.draw_number)
    return canonical(
        {
            "draw": plan.draw,
            "event": event,
            "format": PROOF_FORMAT,
            "manifest": parse_canonical(manifest, MANIFEST_BYTES_MAX),
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
            "number": ticket,
            "pool": pool_name,
            "proof": inclusion.as_json(),
        }
    )


def verify_proof(data: bytes) -> list[str]:
    """What a proof file shows, in words; DrawError, with the reason, where it shows nothing."""
    have = _fields(parse_canonical(data), "proof", PROOF_FIELDS)
    if have["format"] != PROOF_FORMAT:
        raise DrawError(f"proof: the format {_told(have['format'])} is not {PROOF_FORMAT}")
    manifest_sha256 = hashlib.sha256(_manifest_bytes(have["manifest"])).hexdigest()
    plan = Manifest.of(have["manifest"])
    if have["manifest_sha256"] != manifest_sha256:
        raise DrawError(f"proof, manifest_sha256: {manifest_sha256} is right")
    name = _text(have["pool"], "proof, pool")
    if have["draw"] != plan.draw or name not in plan.pools:
        raise DrawError("proof: of another draw, or of a pool that the draw does not have")
    inclusion = Inclusion.read(_fields(have["proof"], "proof", INCLUSION_FIELDS), "proof")
    _verify_inclusion(inclusion, plan.pools[name], "proof")
    ticket = _uuid(have["event"], "proof, event"), _int(have["number"], "proof, number", 1, NUMBER_MAX)
    if plan.ticket(name, inclusion.draw_number) != ticket:
        raise DrawError("proof: the number proven stands for another ticket")
    return [
        f"ticket {ticket[1]} of event {ticket[0]} was in the draw {plan.draw}, in the pool {name!r}",
        f"there it is the number {inclusion.draw_number}, at position {inclusion.index} of {plan.pools[name].size}",
        f"by the manifest with the SHA-256 {manifest_sha256}",
    ]


# ------------------------------------------------------------------------------------------------ the program

COMMANDS: Final = ("verify", "replay", "prove", "check-proof", "-h", "--help")


def read_pool(path: Path) -> Pool:
    """A published pool: a CSV file (.csv) with a column `draw_number`, or else the packed numbers."""
    with path.open("rb") as file:
        if path.suffix.lower() == ".csv":
            return Pool.of(_csv_numbers(file))
        return Pool(iter(lambda: file.read(POOL_FILE_CHUNK_BYTES), b""))


def _csv_numbers(lines: Iterable[bytes]) -> Iterator[int]:
    """The numbers of a CSV file, in which nothing is quoted and every line has as many cells as the first."""
    rows = (re.sub(rb"\r?\n\Z", b"", line).split(b",") for line in lines)
    heads = next(rows, [b""])
    heads[0] = heads[0].removeprefix(b"\xef\xbb\xbf")  # the mark that some programs put before UTF-8
    if heads.count(b"draw_number") != 1:
        raise DrawError("pool: not one column draw_number")
    column = heads.index(b"draw_number")
    for line, row in enumerate(rows, 2):
        proper = len(row) == len(heads) and re.fullmatch(rb"[1-9][0-9]{0,9}", row[column])
        if not proper or int(row[column]) > NUMBER_MAX:
            raise DrawError(f"pool, line {line}: no draw number")
        yield int(row[column])


def main(arguments: Sequence[str] | None = None, beacon: Beacon | None = None) -> int:
    """The program: 0 where all holds, 1 where something does not, 2 where a file cannot be read.

    Without a command it verifies; `beacon` is as in `verify`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without the letters of a pool's name
    options = _parser().parse_args(given if given[:1] and given[0] in COMMANDS else ["verify", *given])
    try:
        with options.file.open("rb") as file:
            data = file.read(BUNDLE_BYTES_MAX + 1)
        if options.command == "prove":
            sys.stdout.buffer.write(_prove(data, read_pool(options.pool), options.number))
            return 0
        if options.command == "check-proof":
            print("\n".join(f"  ok  {words}" for words in verify_proof(data)))
            print(
                "  --  not checked: that this manifest is the one published before the draw; compare its SHA-256"
            )
            return 0
        return _report(data, options, beacon)
    except OSError as error:
        print(f"tombola-verify: {error}", file=sys.stderr)
        return 2
    except DrawError as error:
        print(f"  !!  {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tombola-verify",
        description="Checks the published record of a draw, and proofs that a ticket was in it.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("verify", "check a bundle and print its winners (also without this word)"),
        ("replay", "check a bundle, and hold its draw once more: the same bytes must come out"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("file", type=Path, metavar="bundle", help="the bundle, a JSON file")
        command.add_argument(
            "--pool", type=Path, action="append", default=[], help="a published pool, .bin or .csv"
        )
        command.add_argument("--json", action="store_true", help="print the report as JSON")
    words = "write the proof that a number is in a pool"
    command = commands.add_parser("prove", help=words, description=words)
    command.add_argument("file", type=Path, metavar="bundle", help="the bundle or the manifest, a JSON file")
    command.add_argument("--pool", type=Path, required=True, help="the published pool, .bin or .csv")
    command.add_argument("number", type=int, help="the draw number")
    words = "check the proof that a ticket was in a draw"
    command = commands.add_parser("check-proof", help=words, description=words)
    command.add_argument("file", type=Path, metavar="proof", help="the proof, a JSON file")
    return parser


def _prove(data: bytes, pool: Pool, number: int) -> bytes:
    value = parse_canonical(data)
    manifest = canonical(value["manifest"] if isinstance(value, dict) and "manifest" in value else value)
    for name, frozen in Manifest.read(manifest).pools.items():
        if (frozen.root, frozen.size) == (pool.root, pool.size):
            return proof_file(manifest, name, pool, number)
    raise DrawError(f"{pool.size} numbers with the root {pool.root.hex()} are no pool of this draw")


def _report(data: bytes, options: argparse.Namespace, beacon: Beacon | None) -> int:
    pools: list[Pool] = []
    problems: list[str] = []
    for path in options.pool:
        try:
            pools.append(read_pool(path))
        except DrawError as error:
            problems.append(f"{path}: {error}")
    report = (replay if options.command == "replay" else verify)(data, pools, beacon)
    report.problems += problems
    print(_as_json(report) if options.json else _as_text(report))
    return 0 if report.ok else 1


def _as_json(report: Report) -> str:
    return json.dumps(
        {
            "bundle_sha256": report.bundle_sha256,
            "checked": report.checked,
            "not_checked": report.not_checked,
            "jackpot": report.jackpot.position if report.ok and report.jackpot else None,
            "ok": report.ok,
            "problems": report.problems,
            "winners": [{name: getattr(won, name) for name in Won.__slots__} for won in report.winners]
            if report.ok
            else [],
        },
        indent=1,
    )


def _as_text(report: Report) -> str:
    lines = []
    if plan := report.manifest:
        lines = [
            f"Draw {plan.draw} of event {plan.event}, attempt {plan.attempt}",
            f"Bundle {report.bundle_sha256}",
            "",
        ]
    if report.checked:
        lines += ["Checked:", *(f"  ok  {words}" for words in report.checked)]
    if report.ok:
        lines += ["", "Winners:"]
        lines += [
            f"  {won.draw_number:>10}  prize {won.position} ({won.prize}), winner {won.winner}, pool {won.pool}"
            + (
                f": ticket {won.ticket_number} of {won.event}"
                if report.manifest and report.manifest.links
                else ""
            )
            + (" (void)" if won.void else "")
            for won in report.winners
        ]
    if report.not_checked:
        lines += ["", "Not checked:", *(f"  --  {words}" for words in report.not_checked)]
    if report.problems:
        lines += ["", "WRONG:", *(f"  !!  {words}" for words in report.problems)]
    lines += [
        "",
        "The draw verifies." if report.ok else "This is not a valid record of a draw. Do not rely on it.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
