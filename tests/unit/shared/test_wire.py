"""Batches, request signatures, keys, money, ids."""

import gzip
import zlib
from decimal import Decimal
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ids, keys, money, proof, wire
from shared.clock import SystemClock, to_ms, utc
from shared.proof import BadProof
from shared.wire import BadBatch, BatchHeader

HEADER = BatchHeader(rsu="r", epoch=1, first=1, count=1, signature="00")
CLOCK = SystemClock()
KEY = keys.SigningKey(bytes(32))


def test_a_batch_comes_out_as_it_went_in() -> None:
    """Y1: and it is ordinary gzip."""
    body = wire.pack_batch(HEADER, b"frames\nand more")
    assert wire.unpack_batch(body) == (HEADER, b"frames\nand more")
    assert gzip.decompress(body).endswith(b"frames\nand more")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        zlib.compress(b"{}\n"),
        gzip.compress(b"no line feed", mtime=0),
        gzip.compress(b"{}\n", mtime=0),
        gzip.compress(b"[[[\n", mtime=0),
        gzip.compress(b"\xff\n", mtime=0),
        wire.pack_batch(HEADER, b"x")[:-3],
        wire.pack_batch(HEADER, b"x") + b"tail",
        gzip.compress(bytes(wire.BATCH_BYTES_MAX + 1), mtime=0),
    ],
)
def test_what_is_no_batch_is_said_to_be_none(body: bytes) -> None:
    """Z2: cut off, too large once unpacked, or something else altogether."""
    with pytest.raises(BadBatch):
        wire.unpack_batch(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_bad(data: bytes) -> None:
    """Z3: nothing else is raised."""
    with pytest.raises(BadBatch):
        wire.unpack_batch(data)


def signed(body: bytes = b"body") -> dict[str, str]:
    """A proper request's headers."""
    return proof.sign_request(KEY, "unit/1", "POST", "/rsu/v1/journal?a=1", body, 1_800_000_000_000, "nonce")


def test_a_signed_request_says_who_when_and_once() -> None:
    """Z1: key, time and nonce are covered."""
    found = proof.verify_request("POST", "/rsu/v1/journal?a=1", signed(), b"body", lambda _: KEY.public)
    assert (found.key_id, found.created, found.nonce) == ("unit/1", 1_800_000_000, "nonce")
    headers = proof.sign_request(KEY, "unit/1", "GET", "/c", b"", 0, "n")
    assert proof.verify_request("GET", "/c", headers, b"", lambda _: KEY.public).key_id == "unit/1"


@pytest.mark.parametrize(
    ("method", "target", "body", "key", "code"),
    [
        ("GET", "/rsu/v1/journal?a=1", b"body", KEY.public, "bad_signature"),
        ("POST", "/rsu/v1/journal?a=2", b"body", KEY.public, "bad_signature"),
        ("POST", "/rsu/v1/health?a=1", b"body", KEY.public, "bad_signature"),
        ("POST", "/rsu/v1/journal?a=1", b"other", KEY.public, "bad_signature"),
        ("POST", "/rsu/v1/journal?a=1", b"", KEY.public, "bad_signature"),
        ("POST", "/rsu/v1/journal?a=1", b"body", keys.SigningKey(b"\x01" * 32).public, "bad_signature"),
        ("POST", "/rsu/v1/journal?a=1", b"body", None, "unknown_key"),
    ],
)
def test_any_other_request_is_refused_under_its_own_code(
    method: str, target: str, body: bytes, key: bytes | None, code: str
) -> None:
    """Z1: other method, query, path, body, key."""
    with pytest.raises(BadProof) as caught:
        proof.verify_request(method, target, signed(), body, lambda _: key)
    assert caught.value.code == code


def test_signatures_that_are_none_are_refused() -> None:
    """Z1: no header, garbage, a digest that is not covered."""
    with pytest.raises(BadProof) as caught:
        proof.verify_request("GET", "/", {}, b"", lambda _: KEY.public)
    assert caught.value.code == "not_signed"
    for name, value in [
        ("Signature", "rsu=:AAAA:"),
        ("Signature", "\x00"),
        ("Signature-Input", "rsu=()"),
        ("Signature-Input", 'rsu=("@method");tag="tombola-rsu-1";created=1'),
        ("Content-Digest", "sha-256=:AAAA:"),
    ]:
        with pytest.raises(BadProof) as caught:
            proof.verify_request(
                "POST", "/rsu/v1/journal?a=1", {**signed(), name: value}, b"body", lambda _: KEY.public
            )
        assert caught.value.code == "bad_signature"


def test_a_pin_is_known_on_its_own_kiosk_alone() -> None:
    """K1: the verifier is keyed with a secret of the kiosk."""
    verifier = keys.pin_verifier(keys.pin_base("2468", b"salt"), b"kiosk")
    assert keys.pin_matches("2468", b"salt", verifier, b"kiosk")
    assert not keys.pin_matches("2469", b"salt", verifier, b"kiosk")
    assert not keys.pin_matches("2468", b"salt", verifier, b"other kiosk")


def test_derived_secrets_differ_by_every_label() -> None:
    """N6: one secret for each block."""
    secrets = {keys.derive(b"s", *labels) for labels in [("a",), ("b",), ("a", "1"), ("a1",), ("a", "2")]}
    assert len(secrets) == 5


def test_ids_are_version_7_and_in_order_of_time() -> None:
    """RFC 9562, section 5.7."""
    made = [ids.uuid7(CLOCK) for _ in range(100)]
    assert len(set(made)) == 100
    assert all(x.version == 7 and x.variant == RFC_4122 for x in made)
    assert [x.int >> 80 for x in made] == sorted(x.int >> 80 for x in made)


def test_money_is_exact_and_speaks_the_reader_s_language() -> None:
    """E12: minor units differ by currency."""
    assert money.text(1250, "USD") == "$12.50"
    assert money.text(1250, "JPY") == "¥1,250"
    assert money.text(1250, "EUR", "fr") == "12,50\xa0€"
    assert money.major(2**53 - 1, "USD") == Decimal("90071992547409.91")
    assert money.minor(Decimal("12.50"), "USD") == 1250
    with pytest.raises(ValueError, match="decimals"):
        money.minor(Decimal("12.505"), "USD")
    assert money.known("USD")
    assert not money.known("usd")
    assert not money.known("???")


def test_moments_go_to_milliseconds_and_back() -> None:
    """Y5: always with a zone."""
    assert to_ms(utc(1_800_000_000_123)) == 1_800_000_000_123
    with pytest.raises(ValueError, match="zone"):
        to_ms(utc(0).replace(tzinfo=None))


def test_the_clock_s_door_gives_what_it_promises() -> None:
    """The only source of time and chance."""
    assert CLOCK.monotonic_ms() <= CLOCK.monotonic_ms()
    assert len(CLOCK.token(16)) == 16
    assert CLOCK.token(16) != CLOCK.token(16)
    assert 0 <= CLOCK.jitter() < 1
