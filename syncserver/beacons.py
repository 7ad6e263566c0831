"""Public randomness beacons: which round or pulse is still to come, and what it was once it is out.

drand's quicknet (https://docs.drand.love) signs a round every three seconds; the signature is checked here, off
line, so that it does not matter whose relay, or whose memory stick, it came by. NIST's beacon (NISTIR 8213) gives a
pulse a minute; of it only the time and the form are checked. The office works without internet: whatever these
functions fetch can also be pasted.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

import httpx
import msgspec

from shared import drand
from shared.clock import Clock, utc
from shared.draw import DrawError, Json, check_entropy, check_entropy_source
from shared.errors import Fault, Refused
from syncserver.config import BeaconPlaces

PULSE_S: Final = 60
LEAD_S_MIN: Final = 30
"""Between the choice of a round and its coming out: time to freeze the pools and to publish the seed's hash."""
LEAD_S_MAX: Final = 31 * 86_400
CONNECT_S_MAX: Final = 5
ANSWER_S_MAX: Final = 10
"""For the whole answer of one relay."""
ANSWER_BYTES_MAX: Final = 64 << 10
"""A round's JSON has some 200 bytes, a pulse's some 7,000."""
PASTED_CHARS_MAX: Final = 64 << 10
SAID_CHARS_MAX: Final = 120
_T = TypeVar("_T", bound=msgspec.Struct)
_SIGNATURE: Final = re.compile(r"[0-9a-f]{96}")
_OUTPUT: Final = re.compile(r"[0-9A-F]{128}")


class _Round(msgspec.Struct, frozen=True):
    """A round as a relay gives it."""

    round: int
    signature: str
    randomness: str = ""


class _Pulse(msgspec.Struct, frozen=True, rename="camel"):
    """Of a NIST pulse what is used."""

    time_stamp: str
    output_value: str


class _Answer(msgspec.Struct, frozen=True):
    pulse: _Pulse


class _NotGiven(Exception):  # noqa: N818 - not a failure yet: the next relay may do better
    """Why one place did not give what was asked for."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


# Which, and when -------------------------------------------------------------------------------------


def drand_source(now: datetime, not_before_s: int = LEAD_S_MIN) -> dict[str, Json]:
    """A manifest's ``entropy``: the first quicknet round that comes out at least ``not_before_s`` after ``now``.

    Raises ``Refused`` (``lead``) where that is too soon to freeze and commit before, or beyond a month.
    """
    number = drand.round_at((now + _lead(not_before_s)).timestamp())
    return {"chain": drand.QUICKNET, "round": number, "source": "drand"}


def nist_source(now: datetime, not_before_s: int = LEAD_S_MIN) -> dict[str, Json]:
    """A manifest's ``entropy``: the first NIST pulse at least ``not_before_s`` after ``now``; ``Refused`` as above."""
    at_s = math.ceil((now + _lead(not_before_s)).timestamp() / PULSE_S) * PULSE_S
    return {"source": "nist", "time": f"{utc(at_s * 1000):%Y-%m-%dT%H:%M:%SZ}"}


def due_at(source: Mapping[str, Json]) -> datetime | None:
    """When a manifest's public entropy comes out; None for a source that is no beacon.

    Raises ``Refused`` (``chain``, ``round``) where it is a round that this office cannot check.
    """
    try:
        spec = check_entropy_source(dict(source))
    except DrawError as e:
        raise Refused("entropy_source", f"{e}.".capitalize()) from e
    if spec["source"] == "nist":
        return datetime.fromisoformat(str(spec["time"]))
    if spec["source"] != "drand":
        return None
    if spec["chain"] != drand.QUICKNET:
        raise Refused("chain", "Only drand's chain quicknet can be checked here.", f"It is {drand.QUICKNET}.")
    number = spec["round"]
    assert isinstance(number, int)
    try:
        return utc(drand.time_of(number) * 1000)
    except (ValueError, OverflowError, OSError) as e:
        raise Refused("round", "That round is thousands of years away.", "Choose one to come soon.") from e


def _lead(not_before_s: int) -> timedelta:
    if not LEAD_S_MIN <= not_before_s <= LEAD_S_MAX:
        raise Refused(
            "lead",
            f"A beacon's round is chosen {LEAD_S_MIN} seconds to {LEAD_S_MAX // 86_400} days ahead.",
            "Leave time to freeze the pools and to publish the seed's hash before it.",
        )
    return timedelta(seconds=not_before_s)


# What it was -----------------------------------------------------------------------------------------


def read(source: Mapping[str, Json], pasted: str) -> str:
    """The exact text of the public entropy out of what somebody pasted: a beacon's JSON, or the bare hex.

    Of drand the round, the randomness and the BLS signature are checked; of NIST the time and the form (a pulse's own
    RSA signature is not checked, see :func:`not_checked`). Raises ``Refused`` (``entropy``) with what is wrong.
    """
    said = pasted.strip()
    if len(said) > PASTED_CHARS_MAX:
        raise _wrong("That is too long to be a beacon's answer.")
    text = _drand(source, said) if source.get("source") == "drand" else _nist(source, said)
    try:
        check_entropy(dict(source), text)
    except DrawError as e:
        raise _wrong(f"{e}.".capitalize()) from e
    return text


def not_checked(source: Mapping[str, Json]) -> str:
    """What the office does not check of a beacon's value, in words; empty where it checks all there is."""
    if source.get("source") != "nist":
        return ""
    return (
        "The pulse's own signature (RSA, by NIST's certificate) is not checked, only its time and its form:"
        " compare the value with what NIST publishes."
    )


def where(source: Mapping[str, Json], places: BeaconPlaces) -> list[str]:
    """The addresses under which the round or pulse is to be had, for people and for :func:`fetch`."""
    if source.get("source") == "drand":
        return [f"{relay}/{source['chain']}/public/{source['round']}" for relay in places.drand]
    at = due_at(source)
    assert at is not None
    return [f"{beacon}/beacon/2.0/pulse/time/{round(at.timestamp() * 1000)}" for beacon in places.nist]


def fetch(clock: Clock, source: Mapping[str, Json], places: BeaconPlaces) -> str:
    """The public entropy's text from the first place that gives a right one.

    Raises ``Refused`` (``entropy_early``) before it is out, ``Fault`` (``beacon``) with what each place said.
    """
    at = due_at(source)
    if at is None:
        raise Refused("entropy", "This draw's public chance comes from no beacon.", "Type it in.")
    if utc(clock.now_ms()) < at:
        raise Refused("entropy_early", f"It comes out at {at:%H:%M:%S} UTC.", "Wait until then.")
    said: list[str] = []
    with httpx.Client(
        timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
        # Who redirects is not who was asked: the next place is.
        follow_redirects=False,
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "tombola-server"},
    ) as client:
        for address in where(source, places):
            try:
                return read(source, _get(client, address, clock))
            except (_NotGiven, Refused) as e:
                words = e.words if isinstance(e, _NotGiven) else e.message
                said.append(f"{httpx.URL(address).host}: {words[:SAID_CHARS_MAX]}")
    raise Fault(
        "beacon",
        f"No beacon gave it. {' '.join(said)}",
        "Try again, or open one of the addresses elsewhere and paste what it shows.",
    )


def _get(client: httpx.Client, address: str, clock: Clock) -> str:
    until_ms = clock.monotonic_ms() + ANSWER_S_MAX * 1000
    body = bytearray()
    try:
        with client.stream("GET", address) as response:
            if response.status_code in {404, 425}:
                raise _NotGiven("it is not out there yet.")
            if response.is_redirect:
                raise _NotGiven("it sends one elsewhere, which is not followed.")
            if response.status_code != httpx.codes.OK:
                raise _NotGiven(f"it answered with {response.status_code}.")
            for part in response.iter_raw():
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise _NotGiven("its answer is too long.")
                if clock.monotonic_ms() > until_ms:
                    raise _NotGiven("its answer takes too long.")
    except httpx.TimeoutException as e:
        raise _NotGiven("it did not answer in time.") from e
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise _NotGiven(f"it cannot be reached ({type(e).__name__}).") from e
    try:
        return body.decode()
    except UnicodeDecodeError as e:
        raise _NotGiven("its answer is no text.") from e


def _drand(source: Mapping[str, Json], said: str) -> str:
    start = f"{source['chain']}:{source['round']}:"
    signature = said.removeprefix(start).lower()
    if said.startswith("{"):
        found = _decoded(said, _Round, "a drand round")
        if found.round != source["round"]:
            raise _wrong(f"That is round {found.round}; the manifest names round {source['round']}.")
        signature = found.signature
        if found.randomness and _SIGNATURE.fullmatch(signature):
            right = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
            if found.randomness != right:
                raise _wrong("Its randomness is not the SHA-256 of its signature.")
    if not _SIGNATURE.fullmatch(signature):
        raise _wrong("A quicknet signature has 96 hex digits.")
    text = start + signature
    try:
        drand.check(text)
    except drand.BeaconError as e:
        raise _wrong(f"The signature is not drand's for this round: {e}.") from e
    return text


def _nist(source: Mapping[str, Json], said: str) -> str:
    if not said.startswith("{"):
        return said.upper()
    pulse = _decoded(said, _Answer, "a NIST pulse").pulse
    expected = str(source["time"]).removesuffix("Z") + ".000Z"
    if pulse.time_stamp != expected:
        raise _wrong(f"That pulse is of {pulse.time_stamp[:40]}; the manifest names {expected}.")
    if not _OUTPUT.fullmatch(pulse.output_value):
        raise _wrong("A pulse's outputValue has 128 upper-case hex digits.")
    return pulse.output_value


def _decoded(said: str, kind: type[_T], what: str) -> _T:
    try:
        return msgspec.json.decode(said.encode(), type=kind)
    except (msgspec.MsgspecError, UnicodeError) as e:
        raise _wrong(f"That is not {what}: {e}.") from e


def _wrong(words: str) -> Refused:
    return Refused("entropy", words, "Paste the beacon's answer as it is.")
