"""Beacons: the round is one to come, and only what is true of it is taken."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared import drand
from shared.clock import utc
from shared.draw import Json
from shared.errors import Fault, Refused
from syncserver import beacons
from syncserver.config import DRAND_RELAYS, NIST_BEACONS, BeaconPlaces, read_config
from tests import beacon
from tests.beacon import shining
from tests.chains import SetClock

DRAND: dict[str, Json] = {"chain": drand.QUICKNET, "round": beacon.ROUND, "source": "drand"}
NIST: dict[str, Json] = {"source": "nist", "time": beacon.PULSE_TIME}


def clock_at(ms: int) -> SetClock:
    clock = SetClock()
    clock.ms = ms
    return clock


OUT_MS = drand.time_of(beacon.ROUND) * 1000


def test_a_round_is_chosen_that_comes_out_after_the_seed_s_hash_can_be_published() -> None:
    """Law 7: the first one at least so many seconds ahead, whose time is known to the second."""
    for ahead_ms in (0, 1, 1_500, 2_999):
        now = utc(OUT_MS - 60_000 - ahead_ms)
        source = beacons.drand_source(now, 60)
        due = beacons.due_at(source)
        assert due is not None
        assert timedelta(seconds=60) <= due - now < timedelta(seconds=63)
    assert beacons.drand_source(utc(OUT_MS - 60_000), 60) == DRAND
    assert beacons.due_at(DRAND) == utc(OUT_MS)


def test_a_pulse_is_chosen_on_the_minute() -> None:
    for before_s in (30, 31, 89):
        assert beacons.nist_source(utc(beacon.PULSE_MS - before_s * 1000)) == NIST
    assert beacons.due_at(NIST) == utc(beacon.PULSE_MS)


def test_sources_without_a_beacon_are_never_due() -> None:
    for source in ({"source": "none"}, {"source": "dice", "form": "2d6"}, {"source": "manual"}):
        assert beacons.due_at(source) is None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (DRAND | {"chain": "00" * 32}, "quicknet"),
        (DRAND | {"round": 2**53 - 1}, "thousands of years"),
        ({"source": "stars"}, "Entropy"),
    ],
)
def test_a_round_that_cannot_be_checked_is_refused(source: dict[str, Json], said: str) -> None:
    with pytest.raises(Refused, match=said):
        beacons.due_at(source)


@pytest.mark.parametrize("seconds", [0, 29, 32 * 86_400])
def test_a_round_too_soon_or_too_far_is_refused(seconds: int) -> None:
    with pytest.raises(Refused, match="ahead"):
        beacons.drand_source(utc(OUT_MS), seconds)


@pytest.mark.parametrize(
    "pasted", [beacon.ROUND_JSON, f" {beacon.SIGNATURE.upper()}\n", beacon.TEXT, beacon.SIGNATURE]
)
def test_a_true_round_is_taken_however_it_is_pasted(pasted: str) -> None:
    """D3: the text in the record is exact; the signature was checked off line."""
    assert beacons.read(DRAND, pasted) == beacon.TEXT


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "96 hex digits"),
        ("a" * 96, "signature is not drand's"),
        ("b" + beacon.SIGNATURE[1:-1] + "8", "signature is not drand's"),
        (beacon.SIGNATURE[:-2], "96 hex digits"),
        (beacon.ROUND_JSON.replace("1000", "1001", 1), "round 1001"),
        (beacon.ROUND_JSON.replace(beacon.RANDOMNESS, "00" * 32), "randomness"),
        ('{"round": "x"}', "not a drand round"),
        ("{", "not a drand round"),
        ("x" * (beacons.PASTED_CHARS_MAX + 1), "too long"),
        (beacon.TEXT.replace(":1000:", ":1001:"), "96 hex digits"),
        ("\ud800{", "96 hex digits"),
        ('{"round": "\ud800"}', "not a drand round"),
    ],
)
def test_what_is_not_the_round_is_refused_with_the_reason(pasted: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as e:
        beacons.read(DRAND, pasted)
    assert e.value.code == "entropy"


def test_a_pulse_of_the_manifest_s_time_is_taken_and_what_is_not_checked_is_said() -> None:
    """D3: of NIST the time and the form."""
    for pasted in (beacon.PULSE_JSON, beacon.OUTPUT, beacon.OUTPUT.lower()):
        assert beacons.read(NIST, pasted) == beacon.OUTPUT
    assert "RSA" in beacons.not_checked(NIST)
    assert beacons.not_checked(DRAND) == ""


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (beacon.PULSE_JSON.replace("06:23:00.000Z", "06:24:00.000Z"), "06:24"),
        (beacon.PULSE_JSON.replace(beacon.OUTPUT, beacon.OUTPUT.lower()), "upper-case"),
        (beacon.PULSE_JSON.replace(beacon.OUTPUT, beacon.OUTPUT[:-1]), "upper-case"),
        (beacon.OUTPUT[:-1], "128 upper-case"),
        (json.dumps({"pulse": {}}), "not a NIST pulse"),
    ],
)
def test_what_is_not_the_pulse_is_refused_with_the_reason(pasted: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        beacons.read(NIST, pasted)


def test_both_are_fetched_over_their_own_wire() -> None:
    with shining() as lamp:
        places = BeaconPlaces((lamp.address,), (lamp.address,))
        assert beacons.fetch(clock_at(OUT_MS), DRAND, places) == beacon.TEXT
        assert beacons.fetch(clock_at(beacon.PULSE_MS), NIST, places) == beacon.OUTPUT
        assert lamp.asked == [
            f"/{drand.QUICKNET}/public/1000",
            f"/beacon/2.0/pulse/time/{beacon.PULSE_MS}",
        ]


def test_nothing_is_asked_before_it_is_out() -> None:
    """Law 7: no relay learns early what the draw waits for, and none can answer early."""
    with shining() as lamp:
        places = BeaconPlaces((lamp.address,), (lamp.address,))
        with pytest.raises(Refused, match="comes out at"):
            beacons.fetch(clock_at(OUT_MS - 1), DRAND, places)
        with pytest.raises(Refused, match="no beacon"):
            beacons.fetch(clock_at(OUT_MS), {"source": "none"}, places)
        assert lamp.asked == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"status": 500, "body": b"no"}, "answered with 500"),
        ({"status": 425, "body": b"no"}, "not out there yet"),
        ({"status": 302, "body": b"", "headers": {"Location": "/elsewhere"}}, "elsewhere"),
        ({"body": b"\xff\xfe"}, "no text"),
        ({"body": b"<html>"}, "96 hex digits"),
        ({"body": b"x" * (beacons.ANSWER_BYTES_MAX + 1)}, "too long"),
        ({"body": b"{}", "headers": {"Content-Length": "400"}}, "cannot be reached"),
        ({"body": beacon.ROUND_JSON.replace(beacon.SIGNATURE, "a" * 96).encode()}, "randomness"),
        ({"body": f'{{"round": 1000, "signature": "{"a" * 96}"}}'.encode()}, "not drand's"),
        ({"silent": True}, "in time"),
    ],
)
def test_after_a_relay_that_fails_the_next_one_is_asked(
    kind: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office does not trust a relay: what it says is checked, and the next may do better."""
    if "silent" in kind:
        monkeypatch.setattr(beacons, "ANSWER_S_MAX", 0.3)
    with shining(**kind) as broken, shining() as lamp:
        places = BeaconPlaces((broken.address, lamp.address))
        assert beacons.fetch(clock_at(OUT_MS), DRAND, places) == beacon.TEXT
        assert (len(broken.asked), len(lamp.asked)) == (1, 1)
        with pytest.raises(Fault, match=said) as e:
            beacons.fetch(clock_at(OUT_MS), DRAND, BeaconPlaces((broken.address,)))
        assert "paste" in e.value.hint


def test_without_internet_and_without_places_it_is_a_fault_that_says_to_paste() -> None:
    for places in (BeaconPlaces((), ()), BeaconPlaces(("http://127.0.0.1:9",), ("http://[",))):
        for source, at in ((DRAND, OUT_MS), (NIST, beacon.PULSE_MS)):
            with pytest.raises(Fault, match="No beacon"):
                beacons.fetch(clock_at(at), source, places)


def test_the_addresses_can_be_shown_to_people() -> None:
    assert beacons.where(DRAND, BeaconPlaces())[0] == f"{DRAND_RELAYS[0]}/{drand.QUICKNET}/public/1000"


def test_the_places_that_are_asked_can_be_set() -> None:
    """S12: by the environment; none at all for an office without internet."""
    assert read_config({}).beacons == BeaconPlaces(DRAND_RELAYS, NIST_BEACONS)
    said = {"TOMBOLA_DRAND": "https://one.example/, http://two.example", "TOMBOLA_NIST": "none"}
    assert read_config(said).beacons == BeaconPlaces(("https://one.example", "http://two.example"), ())
    for wrong in ("ftp://one.example", "one.example", " ".join(["https://x"] * 21)):
        with pytest.raises(Refused, match="list of addresses"):
            read_config({"TOMBOLA_DRAND": wrong})
