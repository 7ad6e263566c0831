"""Validation numbers and ranges of draw numbers."""

import hmac
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import numbers
from shared.numbers import Range, ValidationBlock, read_validation

BLOCK = ValidationBlock(12345, 5000, bytes(range(32)))
counters = st.integers(1, BLOCK.size)


@given(counters)
def test_a_number_leads_back_to_its_counter(counter: int) -> None:
    """N6: whoever holds the block's secret can tell what was issued."""
    issued = BLOCK.issue(counter)
    assert BLOCK.counter(issued) == counter
    assert read_validation(issued) == issued
    assert numbers.block_number(issued) == BLOCK.number


def test_a_block_issues_no_number_twice() -> None:
    """N6: unique within the block; the block's number keeps blocks apart."""
    assert len({BLOCK.issue(i) for i in range(1, 5001)}) == 5000


@given(counters, st.integers(0, 15), st.sampled_from(numbers.ALPHABET))
def test_every_single_wrong_character_is_caught(counter: int, place: int, wrong: str) -> None:
    """N6: one character misread or mistyped."""
    issued = BLOCK.issue(counter)
    if issued[place] != wrong:
        assert read_validation(issued[:place] + wrong + issued[place + 1 :]) is None


@given(counters, st.integers(0, 15), st.integers(0, 15))
def test_every_swap_of_two_characters_is_caught(counter: int, a: int, b: int) -> None:
    """N6: neighbours swapped, and any other two characters."""
    issued = list(BLOCK.issue(counter))
    if issued[a] != issued[b]:
        issued[a], issued[b] = issued[b], issued[a]
        assert read_validation("".join(issued)) is None


def test_what_a_person_types_is_read_kindly() -> None:
    """N6: case, dashes, spaces and Crockford's look-alikes do not count."""
    issued = BLOCK.issue(7)
    assert read_validation(" " + numbers.show_validation(issued).lower() + "\n") == issued
    assert read_validation(issued.replace("0", "o").replace("1", "l")) == issued


@pytest.mark.parametrize(
    "text", ["", "U" * 16, "0" * 15, "0" * 17, "ÄÖÜ", "0000-0000-0000-000!", "\x00" * 16]
)
def test_what_is_no_validation_number_is_none(text: str) -> None:
    """N6: bad input is refused, not raised."""
    assert read_validation(text) is None


@given(st.integers(0, 2**50 - 1))
def test_a_number_invented_for_the_block_is_told_apart(chance: int) -> None:
    """N6: 5,000 of 2^50 values are issued; a number that was not is recognised by who holds the secret."""
    values = [int(c) for c in f"{BLOCK.number:025b}"]
    chars = numbers.ALPHABET
    head = "".join(chars[int("".join(map(str, values[i : i + 5])), 2)] for i in range(0, 25, 5))
    body = "".join(chars[chance >> 5 * i & 31] for i in reversed(range(10)))
    word = next(w for c in chars if (w := read_validation(head + body + c)))
    counter = BLOCK.counter(word)
    assert counter is None or BLOCK.issue(counter) == word


def test_the_numbers_do_not_follow_from_one_another() -> None:
    """N6: neighbouring counters differ in about half of the 50 bits, and another secret gives others."""
    word = [
        int("".join(f"{numbers.ALPHABET.index(c):05b}" for c in BLOCK.issue(i)[5:15]), 2)
        for i in range(1, 1001)
    ]
    flips = [(a ^ b).bit_count() for a, b in itertools.pairwise(word)]
    assert 24 < sum(flips) / len(flips) < 26
    assert ValidationBlock(12345, 5000, bytes(32)).issue(1) != BLOCK.issue(1)


@pytest.mark.parametrize("counter", [0, -1, 5001])
def test_a_counter_outside_the_block_issues_nothing(counter: int) -> None:
    """N12: nothing is issued beyond the block."""
    with pytest.raises(ValueError, match="not in a block"):
        BLOCK.issue(counter)


def test_ranges_that_overlap_or_leave_the_bounds_are_named() -> None:
    """N1: within one sale too."""
    assert numbers.problems([Range("a", 1, 5), Range("a", 6, 5)]) == []
    assert numbers.problems([Range("a", 1, 5), Range("b", 5, 5)]) != []
    assert numbers.problems([Range("a", 0, 5)]) != []
    assert numbers.problems([Range("a", 2**31 - 1, 2)]) != []
    assert numbers.problems([Range("a", 7, 0)]) != []


def test_numbers_are_written_as_people_write_them() -> None:
    """N5: ranges of one show one number."""
    assert numbers.words([Range("a", 17, 1), Range("a", 20, 5)]) == "17, 20–24"


@given(st.binary(max_size=100), st.integers(1, numbers.BLOCK_SIZE_MAX))
def test_the_numbers_are_those_of_the_library_s_own_hmac(secret: bytes, counter: int) -> None:
    """N6: ten rounds of HMAC-SHA-256 over the counter's two halves, written out; kiosks and office agree for ever."""
    left, right = counter >> 25, counter & (1 << 25) - 1
    for i in range(10):
        mac = hmac.digest(secret, bytes([i]) + right.to_bytes(4), "sha256")
        left, right = right, left ^ int.from_bytes(mac[:4]) >> 7
    mixed = left << 25 | right
    word = "".join(numbers.ALPHABET[mixed >> 5 * i & 31] for i in reversed(range(10)))
    assert ValidationBlock(0, numbers.BLOCK_SIZE_MAX, secret).issue(counter)[5:15] == word
