"""What proves a draw to people who believe nothing: commands, proofs of tickets, the trees behind them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert

from shared import drand, sale
from shared import draw as fair
from syncserver import draws, events, proving, reconcile
from syncserver import models as m
from syncserver.db import Database
from tests.server import BLOCK, House, close_and_confirm, drawn, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def read(house: House, url: str) -> str:
    answer = house.client("anonymous").get(url)
    assert answer.status_code == 200, (url, answer.status)
    return answer.get_data(as_text=True)


def under_way(house: House) -> UUID:
    """A draw whose pool is frozen; 15 tickets are in it."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    by = house.people["manager"]
    with house.office.begin(by) as c:
        return draws.freeze(house.office, c, house.event, {"source": "dice", "form": "3d6"}, by)


def test_the_commands_to_verify_are_there(house: House) -> None:
    """D3: how anybody checks a draw."""
    page = read(house, "/verify")
    assert "python3 draw.py verify bundle.json" in page
    assert "pip install" not in page
    for file in (Path(fair.__file__), Path(drand.__file__)):
        program = house.client("anonymous").get(f"/verify/{file.name}")
        assert program.content_type == "text/plain; charset=utf-8"
        assert program.headers["Content-Disposition"] == f'attachment; filename="{file.name}"'
        assert program.data == file.read_bytes()
        assert f'href="/verify/{file.name}"' in page


def test_a_holder_gets_the_proof_of_each_number_of_the_ticket(house: House) -> None:
    """D3: by number or by the receipt's QR code, whose text never stands in an address."""
    draw = under_way(house)
    browser = house.client("anonymous")
    scanned = f"TMB1:{BLOCK.issue(1)}:{sale.short(str(house.event))}:6+5:{sale.short(str(house.rsu))}:MFRGG"
    browser.get(f"/draws/{draw}/proof")
    answer = post(browser, f"/draws/{draw}/proof", ticket=scanned)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/proof?n=6-10")
    page = read(house, answer.headers["Location"])
    assert all(f"<strong>{number}</strong>" in page for number in range(6, 11))
    assert "Number 6 takes part" in page
    for number in range(6, 11):
        file = browser.get(f"/draws/{draw}/proof/main/{number}.json")
        assert fair.verify_proof(file.data)[0].startswith(
            f"ticket {number} of event {house.event} was in the draw {draw}"
        )
        assert f'filename="proof-{number}.json"' in file.headers["Content-Disposition"]


def test_a_ticket_of_a_linked_event_is_found_under_its_number_in_the_draw(house: House) -> None:
    """Design 6.3: by the published map; the follower's page shows the draw that it takes part in."""
    leading, by, office = house.event, house.people["manager"], house.office
    now = office.now()
    new = events.NewEvent(
        name="East",
        identifier="EAST",
        organisation=house.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=3),
        draw=events.DrawRules(linked_to=leading),
        first_number=101,
        last_number=300,
    )
    with office.begin(by) as c:
        east = events.create_event(office, c, new, by)
        events.add_package(c, east, "Five", 5, 800)
        events.activate(office, c, east, by)
    sell(house, 1)
    house.event = east
    sell(house, 101, counter=2)
    with office.begin(by) as c:
        for event in (east, leading):
            events.close(office, c, event, by)
    with office.begin(by) as c:
        for event in (east, leading):
            reconcile.confirm(office, c, event, by)
    house.event = leading
    draw = drawn(house, official=True)
    with office.begin() as c:
        (link,) = (
            one for one in fair.Manifest.read(draws.manifest(c, draw) or b"").links if one.event == str(east)
        )
    scanned = f"TMB1:{BLOCK.issue(2)}:{sale.short(str(east))}:101+5:{sale.short(str(house.rsu))}:MFRGG"
    browser = house.client("anonymous")
    browser.get(f"/draws/{draw}/proof")
    answer = post(browser, f"/draws/{draw}/proof", ticket=scanned)
    page = read(house, answer.headers["Location"])
    assert "Number 101 takes part" in page
    assert f"drawn as {101 + link.offset}" in page
    file = browser.get(f"/draws/{draw}/proof/main/{101 + link.offset}.json").data
    assert fair.verify_proof(file)[0].startswith(f"ticket 101 of event {east} was in the draw")
    assert "not in it" in read(house, f"/draws/{draw}/proof?n=1&e={east}")
    assert "Number 1 takes part" in read(house, f"/draws/{draw}/proof?n=1&e={leading}")
    with office.begin() as c:
        numbers = {row.number for row in draws.results(c, leading)}
    page = read(house, f"/events/{east}")
    assert all(f'<div class="number">{number}</div>' in page for number in numbers)
    assert f"/draws/{draw}" in page
    assert f'<a href="/events/{leading}">another event’s main draw</a>' in page
    assert ("ticket of " in page) == any(number <= 100 for number in numbers)


def test_a_number_that_is_not_in_the_pool_is_told_so_politely(house: House) -> None:
    """D9: why it may be, and no more."""
    draw = under_way(house)
    page = read(house, f"/draws/{draw}/proof?n=15-16")
    assert "Number 15 takes part" in page
    assert "not in it" in page
    assert "the claims desk tells whoever brings the ticket" in page
    browser = house.client("anonymous")
    assert browser.get(f"/draws/{draw}/proof/main/16.json").status_code == 404
    assert browser.get(f"/draws/{draw}/proof/other/1.json").status_code == 404
    assert browser.get(f"/draws/{draw}/proof/main/4294967296.json").status_code == 404
    assert browser.get(f"/draws/{draw}/proof/main/0.json").status_code == 404


NO_NUMBERS = {
    "": "Type a draw number",
    "hello": "These are no draw numbers",
    "5-1": "is no draw number",
    "0": "is no draw number",
    "9999999999": "is no draw number",
    "1-2000": "At most 100 numbers",
    "TMB1:X": "no ticket’s code",
    "TMB1:X:0000000000000000:1+5:Y:Z": "another event",
}


def test_what_is_no_number_is_refused_in_words(house: House) -> None:
    """Z3: whatever is typed or scanned."""
    draw = under_way(house)
    browser = house.client("anonymous")
    browser.get(f"/draws/{draw}/proof")
    for text, words in NO_NUMBERS.items():
        answer = post(browser, f"/draws/{draw}/proof", ticket=text)
        assert answer.status_code == 422, text
        assert words in answer.get_data(as_text=True), text


def test_a_proof_out_of_the_kept_tree_is_the_proof_out_of_the_whole_pool(house: House) -> None:
    """D3: in a pool of several reads and leaves, at every kind of place, and for numbers that are not there."""
    draw = under_way(house)
    pool = fair.Pool.of(range(7, 7 + 3 * 600_000, 3))
    with house.office.begin() as c:
        c.execute(
            insert(m.draw_pools).values(
                draw_execution_id=draw,
                pool="large",
                size=pool.size,
                root=pool.root.hex(),
                numbers=bytes(pool.packed),
            )
        )
    with house.office.begin() as c:
        tree = proving._Tree(c, draw, "large", pool.size)
        for index in (0, 1, 255, 256, 262_143, 262_144, 599_999):
            assert tree.find(c, pool.number_at(index)) == pool.proof_at(index)
        for number in (1, 6, 8, pool.number_at(255) + 1, pool.number_at(599_999) + 1, fair.NUMBER_MAX):
            assert tree.find(c, number) is None


def test_the_trees_kept_are_bounded(house: House) -> None:
    """D3: a process keeps the trees used last, and no more leaves than it may."""
    draw = under_way(house)
    trees = proving._Trees(1)
    with house.office.begin() as c:
        first = trees.get(c, draw, "main", 15)
        assert trees.get(c, draw, "main", 15) is first
        c.execute(
            insert(m.draw_pools).values(
                draw_execution_id=draw, pool="other", size=1, root="0" * 64, numbers=bytes.fromhex("00000001")
            )
        )
        assert trees.get(c, draw, "other", 1).find(c, 1) is not None
        assert trees.get(c, draw, "main", 15) is not first
