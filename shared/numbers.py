"""Draw numbers and validation numbers: how they are handed out, written, read and checked.

A validation number is sixteen characters of Crockford's base 32: five of the block's number, ten of a
keyed permutation of the counter inside the block (50 bits nobody can predict), one check character.
Nobody is asked when one is made, no two blocks can meet, and who holds a block's secret can tell a number
that was issued from one that was invented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import msgspec

DRAW_NUMBER_MAX = 2**31 - 1
BLOCK_NUMBER_MAX = 2**25 - 1
BLOCK_SIZE_MAX = 1_000_000
VALIDATION_LENGTH = 16

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {c: i for i, c in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_ROUNDS = 10
_HALF = 25
_BLOCK = 64
"""Bytes that SHA-256 takes in at once."""
_PADS = [bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C)]


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``count`` consecutive draw numbers from ``first`` on, out of one allocation."""

    allocation: str
    first: int
    count: int

    @property
    def last(self) -> int:
        """The highest number of the range."""
        return self.first + self.count - 1

    def numbers(self) -> range:
        """The numbers themselves."""
        return range(self.first, self.first + self.count)


def words(ranges: Iterable[Range]) -> str:
    """The numbers for a person: ``17, 20–24``."""
    return ", ".join(str(r.first) if r.count == 1 else f"{r.first}–{r.last}" for r in ranges)


def problems(ranges: Iterable[Range]) -> list[str]:
    """What is wrong with these ranges as numbers, in words; empty where nothing is."""
    found = []
    taken = sorted((r.first, r.last) for r in ranges)
    if any(first < 1 or last > DRAW_NUMBER_MAX or last < first for first, last in taken):
        found.append("a draw number lies outside 1 to 2147483647")
    if any(b[0] <= a[1] for a, b in pairwise(taken)):
        found.append("a draw number stands twice in one sale")
    return found


# Validation numbers ---------------------------------------------------------------------------------

# GF(32) by x^5 + x^2 + 1; 2 is primitive, so its first 31 powers differ. A word is valid where the sum of
# its characters, each times another power, is zero: one wrong character or two swapped ones change the sum.


def _times2(a: int) -> int:
    a <<= 1
    return a ^ 0b100101 if a & 0b100000 else a


_EXP = [1]
while len(_EXP) < 31:
    _EXP.append(_times2(_EXP[-1]))
_LOG = {v: i for i, v in enumerate(_EXP)}


def _weighted(values: Iterable[int]) -> int:
    total = 0
    for place, value in enumerate(values, start=1):
        if value:
            total ^= _EXP[(_LOG[value] + place) % 31]
    return total


def _check_value(values: list[int]) -> int:
    """The value that, at weight 2^0, brings the sum to zero."""
    return _weighted(values)


def _to_values(number: int, length: int) -> list[int]:
    return [number >> 5 * i & 31 for i in reversed(range(length))]


def _from_values(values: Iterable[int]) -> int:
    number = 0
    for value in values:
        number = number << 5 | value
    return number


def _rounds(secret: bytes) -> Callable[[int, int], int]:
    """The network's round function under a secret: so many bits of HMAC-SHA-256 (RFC 2104).

    The hash's state behind the key is the same for every round; the library's one call would make it anew each time,
    which takes three times as long: an upload checks a thousand numbers of ten rounds.
    """
    block = (secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(block.translate(pad)) for pad in _PADS)

    def round_(i: int, half: int) -> int:
        first, last = inner.copy(), outer.copy()
        first.update(bytes((i,)) + half.to_bytes(4))
        last.update(first.digest())
        return int.from_bytes(last.digest()[:4]) >> 32 - _HALF

    return round_


@dataclass(frozen=True)
class ValidationBlock:
    """A block of validation numbers: ``number`` is unique for ever, counters run from 1 to ``size``."""

    number: int
    size: int
    secret: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.number <= BLOCK_NUMBER_MAX or not 1 <= self.size <= BLOCK_SIZE_MAX:
            raise ValueError("a validation block out of bounds")

    def issue(self, counter: int) -> str:
        """The validation number at ``counter``, sixteen characters; ``ValueError`` outside 1 … size."""
        if not 1 <= counter <= self.size:
            raise ValueError(f"counter {counter} is not in a block of {self.size}")
        # A ten-round Feistel network over 2 × 25 bits with HMAC-SHA-256 (Luby and Rackoff 1988).
        mix, left, right = _rounds(self.secret), counter >> _HALF, counter & (1 << _HALF) - 1
        for i in range(_ROUNDS):
            left, right = right, left ^ mix(i, right)
        values = _to_values(self.number, 5) + _to_values(left << _HALF | right, 10)
        return "".join(ALPHABET[v] for v in [*values, _check_value(values)])

    def counter(self, validation: str) -> int | None:
        """The counter behind a number of this block; None where the block never issued it."""
        values = [_VALUE[c] for c in validation]
        if _from_values(values[:5]) != self.number:
            return None
        mixed = _from_values(values[5:15])
        mix, left, right = _rounds(self.secret), mixed >> _HALF, mixed & (1 << _HALF) - 1
        for i in reversed(range(_ROUNDS)):
            left, right = right ^ mix(i, left), left
        counter = left << _HALF | right
        return counter if 1 <= counter <= self.size else None


def read_validation(text: str) -> str | None:
    """The sixteen characters of a validation number as typed or scanned; None where its check fails.

    Case, spaces and dashes do not count; O is read as 0, I and L as 1 (Crockford's base 32).
    """
    plain = "".join(text.split()).replace("-", "").upper()
    if len(plain) != VALIDATION_LENGTH or not all(c in _VALUE for c in plain):
        return None
    values = [_VALUE[c] for c in plain]
    if _check_value(values[:-1]) != values[-1]:
        return None
    return "".join(ALPHABET[v] for v in values)


def block_number(validation: str) -> int:
    """The number of the block that a validation number comes from."""
    return _from_values(_VALUE[c] for c in validation[:5])


def show_validation(validation: str) -> str:
    """In groups of four, as printed: ``0000-AB12-…``."""
    return "-".join(validation[i : i + 4] for i in range(0, len(validation), 4))
