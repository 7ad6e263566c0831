"""What everybody may see, and what nobody sees before its time."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from shared import draw as fair
from syncserver import claims
from syncserver.db import Database
from tests.server import BLOCK, House, close_and_confirm, drawn, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def read(house: House, url: str) -> str:
    answer = house.client("anonymous").get(url)
    assert answer.status_code == 200, (url, answer.status)
    return answer.get_data(as_text=True)


def test_the_jackpot_is_half_of_what_was_sold(house: House) -> None:
    """D8, O6: on the event's page, on the scoreboard, for a program."""
    sell(house, 1)
    sell(house, 6, counter=2)
    url = f"/events/{house.event}"
    for place in ("/", url, f"{url}/jackpot", f"{url}/jackpot/now"):
        assert "€8.00" in read(house, place), place
    told = house.client("anonymous").get(f"{url}/jackpot.json").json
    assert told == {
        "event": str(house.event),
        "name": "Final",
        "jackpot": 800,
        "currency": "EUR",
        "state": "active",
    }


def test_a_draft_is_not_there(house: House) -> None:
    """S2: a draft is nobody's business."""
    for url in ("", "/jackpot", "/jackpot.json"):
        assert house.client("anonymous").get(f"/events/{house.draft}{url}").status_code == 404
    assert "Draft" not in read(house, "/")


def test_nothing_of_a_result_shows_before_it_is_official(house: House) -> None:
    """D6: hashes at once, winners, bundle and verdicts only afterwards."""
    validations = [sell(house, 1 + 5 * i, counter=i + 1) for i in range(3)]
    close_and_confirm(house)
    draw = drawn(house, official=False)
    with house.office.begin() as c:
        truth = [claims.validate(house.office, c, v).verdict for v in validations]
    assert set(truth) == {"genuine"}
    browser = house.client("anonymous")
    assert "No result yet" in read(house, f"/draws/{draw}")
    assert browser.get(f"/draws/{draw}/bundle.json").status_code == 404
    assert "Winning number" not in read(house, f"/events/{house.event}/jackpot")
    for v in validations:
        assert "A winning ticket" not in post(browser, "/validate", ticket=v).get_data(as_text=True)
    for section in ("manifest.json", "pools/main.bin"):
        assert browser.get(f"/draws/{draw}/{section}").status_code == 200


def test_an_official_draw_is_verified_from_what_is_published(house: House) -> None:
    """D3: the bundle and the pool that the public pages give prove the result."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    draw = drawn(house, official=True)
    browser = house.client("anonymous")
    bundle = browser.get(f"/draws/{draw}/bundle.json").data
    report = fair.verify(bundle)
    assert report.ok, report
    numbers = browser.get(f"/draws/{draw}/pools/main.bin").data
    assert struct.unpack(f">{len(numbers) // 4}I", numbers) == tuple(range(1, 16))
    page = read(house, f"/draws/{draw}")
    assert all(f'<div class="number">{won.draw_number}</div>' in page for won in fair.winners(bundle))
    assert f"/draws/{draw}/bundle.json" in read(house, "/verify")
    assert "Winning numbers" in read(house, f"/events/{house.event}/jackpot")


def test_a_ticket_is_told_apart_and_no_more_is_said(house: House) -> None:
    """D9: genuine, not known, no ticket; never which kiosk, whose, or how a number was made."""
    validation = sell(house, 1)
    browser = house.client("anonymous")
    browser.get("/validate")

    def told(ticket: str) -> str:
        return str(post(browser, "/validate", ticket=ticket).get_data(as_text=True))

    assert "<h2>Genuine</h2>" in told(validation.lower())
    assert "North 1" not in told(validation)
    assert "<h2>Not genuine</h2>" in told(BLOCK.issue(999))
    assert "<h2>Not a ticket</h2>" in told(validation[:-1] + ("0" if validation[-1] != "0" else "1"))
    assert post(browser, "/validate", ticket="").status_code == 422
    assert post(browser, "/validate", ticket="x" * 5000).status_code == 422


def test_the_commands_to_verify_are_there(house: House) -> None:
    """D3: how anybody checks a draw."""
    page = read(house, "/verify")
    assert "python3 draw.py verify bundle.json" in page
    assert "pip install" not in page
    program = house.client("anonymous").get("/verify/draw.py")
    assert program.content_type == "text/plain; charset=utf-8"
    assert "attachment" in program.headers["Content-Disposition"]
    assert program.data == Path(fair.__file__).read_bytes()
    assert "draw.py" in page
