"""Champions: nothing of a winner but the number without consent and a second person; pictures made anew."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from shared.errors import Refused
from syncserver import champions, claims, draws
from syncserver import models as m
from syncserver.champions import Champion, Published
from syncserver.db import Database
from tests.server import House, close_and_confirm, drawn, make_house, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    made = make_house(database, tmp_path)
    for i in range(4):
        sell(made, 1 + 5 * i, counter=i + 1)
    close_and_confirm(made)
    return made


@pytest.fixture
def won(house: House) -> Champion:
    """The first prize's winner, official."""
    drawn(house, official=True)
    with house.office.begin() as c:
        return champions.winners(c, house.organisation)[0]


def prepare(house: House, one: Champion, **changes: object) -> UUID:
    fields: dict[str, object] = {
        "name": "Eve Lindqvist", "city": "Kiel", "announcement": "", "consent": True, "by": house.people["claims"],
    }  # fmt: skip
    with house.office.begin(house.people["claims"]) as c:
        return champions.prepare(house.office, c, one.result, **(fields | changes))  # type: ignore[arg-type]


def approve(house: House, one: Champion, by: str = "manager", seen: datetime | None = None) -> None:
    with house.office.begin(house.people[by]) as c:
        now = champions.get(c, one.result, house.organisation)
        assert now.id is not None
        assert now.prepared_at is not None
        champions.approve(house.office, c, now.id, seen or now.prepared_at, house.people[by])


def shown(house: House, one: Champion) -> Published:
    with house.office.begin() as c:
        return next(p for p in champions.published(c) if p.number == one.number)


def code(call: object, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as e:
        call(*args, **more)  # type: ignore[operator]
    return e.value.code


def png(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode in {"RGB", "RGBA"} else 1).save(out, "PNG")
    return out.getvalue()


def test_nothing_is_listed_before_a_result_is_official(house: House) -> None:
    """D6"""
    draw = drawn(house, official=False)
    with house.office.begin() as c:
        assert champions.published(c) == []
        draws.make_official(house.office, c, draw, house.people["manager"])
        assert len(champions.published(c)) == 2


def test_without_approval_or_consent_the_number_alone_is_shown(house: House, won: Champion) -> None:
    """D12: each of the two is missing in turn; with both everything is shown."""
    bare = Published(won.event, won.event_name, won.number, won.official_at)
    assert shown(house, won) == bare
    prepare(house, won, consent=False)
    assert shown(house, won) == bare
    assert code(approve, house, won) == "consent"
    prepare(house, won)
    assert shown(house, won) == bare
    assert code(approve, house, won, "claims") == "second_person"
    approve(house, won)
    assert code(approve, house, won) == "approved"
    full = shown(house, won)
    assert (full.display_name, full.city, full.prize) == ("Eve Lindqvist", "Kiel", won.prize)
    assert full.announcement.startswith("Eve Lindqvist from Kiel has won “Half the pot”, worth €16.00")
    prepare(house, won, consent=False)
    assert shown(house, won) == bare


def test_what_is_approved_is_what_was_seen(house: House, won: Champion) -> None:
    """D12: a change in between asks for another look, and a change afterwards ends the approval."""
    prepare(house, won)
    with house.office.begin() as c:
        before = champions.get(c, won.result, house.organisation).prepared_at
    house.clock.ahead_ms += 1_000
    prepare(house, won, announcement="Something else.")
    assert code(approve, house, won, "manager", before) == "changed"
    approve(house, won)
    assert shown(house, won).announcement == "Something else."
    house.clock.ahead_ms += 1_000
    champion = prepare(house, won, announcement="And again.")
    assert shown(house, won).champion is None
    approve(house, won)
    with house.office.begin() as c:
        champions.set_photo(house.office, c, champion, png(), house.people["claims"])
    assert shown(house, won).champion is None


def test_an_announcement_is_withdrawn_with_a_reason(house: House, won: Champion) -> None:
    """D12: and the picture with it."""
    champion = prepare(house, won)
    manager = house.people["manager"]
    with house.office.begin() as c:
        champions.set_photo(house.office, c, champion, png(), house.people["claims"])
        assert champions.photo(c, champion) is None
        assert champions.photo(c, champion, published_only=False) is not None
    approve(house, won)
    assert shown(house, won).has_photo
    with house.office.begin() as c:
        assert champions.photo(c, champion) is not None
        assert code(champions.withdraw, house.office, c, champion, " ", manager) == "reason"
        champions.withdraw(house.office, c, champion, "The winner asked for it.", manager)
        assert code(champions.withdraw, house.office, c, champion, "Again.", manager) == "withdrawn"
        assert champions.photo(c, champion) is None
        kinds = set(c.execute(select(m.critical_events.c.event_type)).scalars())
    assert {"champion_approved", "champion_withdrawn"} <= kinds
    assert shown(house, won).champion is None


def test_a_result_that_was_given_up_leaves_the_list(house: House, won: Champion) -> None:
    """D7, D12"""
    champion = prepare(house, won)
    with house.office.begin() as c:
        champions.set_photo(house.office, c, champion, png(), house.people["claims"])
    approve(house, won)
    with house.office.begin() as c:
        asked = claims.give_up(
            house.office, c, won.result, "ineligible", "Works for the club.", house.people["claims"]
        )
        claims.agree(house.office, c, asked, house.people["manager"])
        assert won.number not in [one.number for one in champions.published(c)]
        assert champions.photo(c, champion) is None


def test_what_belongs_to_others_or_fits_nowhere_is_refused(house: House, won: Champion) -> None:
    office, by = house.office, house.people["manager"]
    with office.begin() as c:
        assert code(champions.get, c, won.result, house.event) == "unknown"
        assert code(champions.set_photo, office, c, won.event, png(), by) == "unknown"
        assert code(champions.withdraw, office, c, won.event, "Why not.", by) == "unknown"
    assert code(prepare, house, won, name="x" * 121) == "text"
    assert code(prepare, house, won, city="two\nlines") == "text"
    assert code(prepare, house, won, announcement="x" * 2_001) == "text"


# Pictures -------------------------------------------------------------------------------------------


def test_a_picture_is_made_anew_from_its_pixels_upright_and_not_too_large() -> None:
    """Z4: neither place nor camera nor comment of the file survives."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (54.0, 19.0, 0.0)
    raw = io.BytesIO()
    Image.new("RGB", (4_000, 2_000), "red").save(raw, "JPEG", exif=exif, comment=b"home address")
    assert b"Secret camera" in raw.getvalue()
    made = champions.picture(raw.getvalue())
    assert b"Secret" not in made
    assert b"home address" not in made
    with Image.open(io.BytesIO(made)) as seen:
        assert (seen.format, seen.size, dict(seen.getexif())) == ("JPEG", (800, 1_600), {})


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_every_kind_of_picture_that_a_camera_or_a_program_makes_is_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "PNG")
    assert champions.picture(out.getvalue()).startswith(b"\xff\xd8")
    cmyk = io.BytesIO()
    Image.new("CMYK", (30, 20)).save(cmyk, "JPEG")
    assert champions.picture(cmyk.getvalue()).startswith(b"\xff\xd8")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        gif(),
        png()[:-30],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        png((4_001, 4_000)),
        bomb(7_000, 7_000),
        bomb(12_000, 12_000),
        bomb(60_000, 60_000),
        bomb(2**31 - 1, 2**31 - 1),
        bomb(0, 0),
        png() + bytes(champions.PHOTO_BYTES_MAX),
    ],
    ids=[
        "empty",
        "text",
        "gif",
        "cut off",
        "svg",
        "more than 16 MP",
        "49 MP",
        "144 MP",
        "3,600 MP",
        "huge",
        "nothing",
        "9 MB",
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes) -> None:
    """Z3: by what it holds, not by its name; before its pixels are unpacked."""
    assert code(champions.picture, data) == "photo"


COUNTERS = """
import pathlib, sys, threading, warnings
from syncserver import champions

def peak_kb():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

data, filters, before = sys.stdin.buffer.read(), list(warnings.filters), peak_kb()
taken = []
counters = [threading.Thread(target=lambda: taken.append(champions.picture(data))) for _ in range(4)]
for counter in counters:
    counter.start()
for counter in counters:
    counter.join()
print(len(taken), warnings.filters == filters, peak_kb() - before)
"""
"""Four people at the office send a picture at once."""


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK")])
def test_the_largest_pictures_at_once_take_the_memory_of_one(form: str, mode: str) -> None:
    """Z3: a picture of few bytes does not take the office's memory, nor change how it takes other warnings."""
    out = io.BytesIO()
    Image.new(mode, (4_000, 4_000)).save(out, form, progressive=True)
    assert len(out.getvalue()) < 1_000_000
    done = subprocess.run(
        [sys.executable, "-c", COUNTERS], input=out.getvalue(), capture_output=True, check=True, timeout=120
    )
    taken, same, grown_kb = done.stdout.split()
    assert (taken, same) == (b"4", b"True")
    assert int(grown_kb) < 384 * 1024  # one takes 165 MB; what a thread has freed the C library may keep


@given(st.binary(max_size=300), st.integers(0, 200), st.sampled_from(["PNG", "JPEG"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_picture_or_refused(noise: bytes, at: int, form: str) -> None:
    """Z3: nothing else is raised, whatever is broken in the middle of a file."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, form)
    data = out.getvalue()
    said = "photo"
    try:
        champions.picture(data[:at] + noise + data[at + len(noise) :])
    except Refused as refused:
        said = refused.code
    assert said == "photo"
