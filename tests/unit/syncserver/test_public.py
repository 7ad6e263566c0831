"""What everybody may see, and what nobody sees before its time."""

from __future__ import annotations

import base64
import io
import re
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import update

from shared import draw as fair
from shared import money
from syncserver import auth, cancellation, champions, claims, draws, events, keyings, organisations
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


def test_a_page_is_headed_by_who_holds_the_raffle_and_hides_an_empty_jackpot(house: House) -> None:
    """S2: whose raffle it is stands in the header and the footer; nothing sold is no jackpot of nothing."""
    with house.office.begin() as c:
        name = organisations.get(c, house.organisation).name
        organisations.describe(
            c,
            house.organisation,
            house.people["admin"],
            name=name,
            licence="L-77",
            description="",
            currency="EUR",
            timezone="Europe/Vienna",
            reached=organisations.Contact(email="office@house.example"),
        )
    page = read(house, f"/events/{house.event}")
    header, footer = page.split("<main")[0], page.split("<footer")[1]
    assert name in header
    assert "Tombola</a>" not in header
    assert name in footer
    assert "mailto:office@house.example" in footer
    assert "50 % of sales" in page
    assert "Jackpot now" not in page
    sell(house, 1)
    assert "Jackpot now" in read(house, f"/events/{house.event}")


def test_a_raffle_says_when_its_sales_begin_and_that_they_are_over(house: House) -> None:
    """S2, E1: by the venue's clock before they open; over at the closing time, whoever closes the event when."""
    url = f"/events/{house.event}"
    assert "Tickets until" in read(house, url)
    house.clock.ahead_ms -= 2 * 3_600_000
    assert "Tickets from" in read(house, url)
    house.clock.ahead_ms += 6 * 3_600_000
    with house.office.begin(house.people["manager"]) as c:
        assert events.get(c, house.event).state == "active"
    page = read(house, url)
    assert "Sales are closed" in page
    assert "Tickets until" not in page


def test_a_page_of_an_event_whose_venue_has_no_time_zone_goes_by_its_organisation_s(house: House) -> None:
    """E6, S2: for anybody, whoever is signed in; and says which clock it is."""
    url = f"/events/{house.event}"
    with house.office.begin(house.people["admin"]) as c:
        c.execute(update(m.venues).values(timezone=None))
        decided = organisations.of(c, house.organisation).timezone
        organisations.describe(
            c,
            house.organisation,
            house.people["admin"],
            name="House",
            licence="",
            description="",
            currency="EUR",
            timezone="Asia/Tokyo",
            reached=organisations.Contact(),
        )
        closes = events.get(c, house.event).closes_at
    assert decided != "Asia/Tokyo"
    for who in ("anonymous", auth.CUSTOMER):
        page = house.client(who).get(url).get_data(as_text=True)
        assert f"{closes.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M} JST" in page, who


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


# What everybody may see of a draw under way ---------------------------------------------------------


def under_way(house: House) -> UUID:
    """A draw whose pool is frozen; 15 tickets are in it."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    by = house.people["manager"]
    with house.office.begin(by) as c:
        return draws.freeze(house.office, c, house.event, {"source": "dice", "form": "3d6"}, by)


def test_the_wall_follows_the_draw_and_never_runs_ahead_of_it(house: House) -> None:
    """D6: each step as it is published; numbers only once they are official."""
    event_wall = f"/events/{house.event}/wall/now"
    assert 'data-step="waiting"' in read(house, event_wall)
    draw, by, office = under_way(house), house.people["manager"], house.office
    with office.begin() as c:
        digest = draws.get(c, draw).manifest_sha256
    wall = f"/draws/{draw}/wall/now"
    page = read(house, wall)
    assert 'data-step="frozen"' in page
    assert all(f"<span>{digest[at : at + 4]}</span>" in page for at in range(0, 64, 4))
    assert ">15<" in page
    with office.begin(by) as c:
        seal = draws.commit_seed(office, c, draw, by)
    assert f"<span>{seal[:4]}</span>" in read(house, wall)
    for person in (by, house.people["admin"]):
        with office.begin(person) as c:
            draws.key(office, c, draw, "entropy", "4 1 6", person)
    assert "<li>4</li><li>1</li><li>6</li>" in read(house, wall)
    with office.begin(by) as c:
        won = fair.winners(draws.execute(office, c, draw, by))
    page = read(house, wall)
    assert "Being verified" in page
    assert "data-winner" not in page
    assert read(house, event_wall) == page
    for url in ("notice", "replay", "proof", "wall"):
        assert "data-winner" not in read(house, f"/draws/{draw}/{url}")
    assert "data-replay" not in read(house, f"/draws/{draw}/replay")
    with office.begin(by) as c:
        draws.make_official(office, c, draw, by)
    page = read(house, wall)
    assert all(f'<p class="number">{one.draw_number}</p>' in page for one in won)
    assert "data-replay" in read(house, f"/draws/{draw}/replay")


def test_an_attempt_given_up_stays_on_the_page_of_the_next(house: House) -> None:
    """D11: failed attempts are listed with why; nothing is given up in silence."""
    first, by, office = under_way(house), house.people["manager"], house.office
    with office.begin(by) as c:
        draws.fail(office, c, first, "The dice fell off the table.", by)
    second = drawn(house, official=True)
    page = read(house, f"/draws/{second}")
    assert "The dice fell off the table." in page
    assert f"/draws/{first}" in page
    assert "given up" in read(house, f"/draws/{first}")
    assert "given up" in read(house, f"/draws/{first}/wall")


def test_a_redraw_names_what_it_replaces_and_why(house: House) -> None:
    """D7: on its own page; on the first draw's the number is marked; the event shows who wins after all."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    first, office, by = drawn(house, official=True), house.office, house.people["manager"]
    with office.begin() as c:
        lost, kept = draws.results(c, house.event)
    with office.begin(by) as c:
        forfeit = claims.give_up(office, c, lost.id, "ineligible", "It was an employee's ticket.", by)
    with office.begin(house.people["admin"]) as c:
        claims.agree(office, c, forfeit, house.people["admin"])
    with office.begin(by) as c:
        second = draws.freeze(
            office, c, house.event, {"source": "none"}, by, redo=[lost.id], reason="Not eligible."
        )
    assert "This is a redraw." in read(house, f"/draws/{second}")
    with office.begin(by) as c:
        draws.commit_seed(office, c, second, by)
    with office.begin(by) as c:
        draws.fix_entropy(office, c, second, "", by)
    with office.begin(by) as c:
        draws.execute(office, c, second, by)
    with office.begin(by) as c:
        draws.make_official(office, c, second, by)
        new = next(r.number for r in draws.results(c, house.event) if r.draw == second)
    page = read(house, f"/draws/{second}")
    assert "Not eligible." in page
    assert f"number {lost.number} ({lost.prize_name}, attempt 1, not eligible)" in page
    assert f'<div class="number">{new}</div>' in page
    assert f"/draws/{first}" in page
    assert "given up" in read(house, f"/draws/{first}")
    page = read(house, f"/events/{house.event}")
    assert [f'<div class="number">{n}</div>' in page for n in (new, kept.number, lost.number)] == [
        True,
        True,
        False,
    ]
    board = read(house, f"/events/{house.event}/jackpot/now")
    assert str(new) in board
    assert f">{lost.number}<" not in board


def test_a_champion_is_named_only_with_consent_and_approval(house: House) -> None:
    """D12: until then, and after a withdrawal, the number alone."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    drawn(house, official=False)
    assert "Nobody has won yet" in read(house, "/champions")
    office, by, other, browser = (
        house.office,
        house.people["manager"],
        house.people["admin"],
        house.client("anonymous"),
    )
    with office.begin(by) as c:
        draws.make_official(office, c, draws.attempts(c, house.event)[0].id, by)
    with office.begin() as c:
        won = draws.results(c, house.event)[0]
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "PNG")
    with office.begin(by) as c:
        champion = champions.prepare(
            office, c, won.id, name="Wilma Winner", city="Kiel", announcement="Hurrah!", consent=True, by=by
        )
        champions.set_photo(office, c, champion, picture.getvalue(), by)
        seen = champions.get(c, won.id, house.organisation).prepared_at
    photo = f"/champions/{champion}/photo"
    assert seen is not None
    page = read(house, "/champions")
    assert f">{won.number}<" in page
    assert "UTC" not in page  # the venue's own day
    assert "Wilma" not in page
    assert browser.get(photo).status_code == 404
    with office.begin(other) as c:
        champions.approve(office, c, champion, seen, other)
    page = read(house, "/champions")
    assert all(words in page for words in ("Wilma Winner", "Kiel", "Hurrah!", photo, won.prize_name))
    answer = browser.get(photo)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    with office.begin(other) as c:
        champions.withdraw(office, c, champion, "She asked for it.", other)
    assert "Wilma" not in read(house, "/champions")
    assert browser.get(photo).status_code == 404


def test_a_video_of_a_draw_is_linked_once_the_draw_is_official(house: House) -> None:
    """D10: a whole https address and nothing else; on the draw's page and among the champions."""
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    draw, browser, url = drawn(house, official=False), house.client("manager"), "https://video.example/w?v=1"
    there = f"/admin/events/{house.event}/draws/{draw}/video"
    back = f"/admin/events/{house.event}"

    def link(text: str) -> str:
        browser.get(back)
        post(browser, there, address=text)
        return str(browser.get(back).get_data(as_text=True))

    assert "The draw is not official yet" in link(url)
    with house.office.begin(house.people["manager"]) as c:
        draws.make_official(house.office, c, draw, house.people["manager"])
    for bad in (
        "http://video.example/", "javascript:alert(1)", "https://", "https://a b.example/", "https://u@x.example/",
        "//video.example", "https://[", "https://x.example/" + "y" * 500, "https://x.example/\nz",
    ):  # fmt: skip
        assert "no address of a video" in link(bad), bad
    assert "Video" not in read(house, f"/draws/{draw}")
    assert f'value="{url}"' in link(f" {url} ")
    for page in (f"/draws/{draw}", "/champions"):
        assert f'href="{url}"' in read(house, page)
    link("")
    assert "video.example" not in read(house, "/champions")


def other_event(house: House, rules: events.DrawRules, prizes: list[tuple[str, str]]) -> UUID:
    """An event drawn by these rules with these prizes (name, pool), 15 tickets sold, closed and reconciled."""
    now, by = house.office.now(), house.people["manager"]
    new = events.NewEvent(
        name="Other night",
        identifier="OTHER",
        organisation=house.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=3),
        draw=rules,
    )
    with house.office.begin(by) as c:
        house.event = events.create_event(house.office, c, new, by)
        events.add_package(c, house.event, "Five", 5, 800)
        for position, (name, pool) in enumerate(prizes, 1):
            if pool == "deck":
                events.add_prize(
                    c, house.event, name, "percentage", position=position, pool=pool, basis_points=5000
                )
            else:
                events.add_prize(c, house.event, name, "fixed", 1000, position=position, pool=pool)
        events.activate(house.office, c, house.event, by)
    for i in range(3):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    return house.event


def test_a_draw_by_hand_is_told_as_one(house: House) -> None:
    """D5: no seed, no public chance; the numbers, keyed by two, once they are official."""
    event = other_event(house, events.DrawRules(method="both"), [("Ham", "main")])
    office, by, other = house.office, house.people["manager"], house.people["admin"]
    with office.begin(by) as c:
        draw = draws.freeze(office, c, event, {"source": "manual"}, by)
        keyings.record_counterfoils(office, c, draw, 0, 15, by)
    for url in ("", "/notice", "/wall"):
        page = read(house, f"/draws/{draw}{url}")
        assert "counterfoil" in page
        assert "seed" not in page
    assert "is printed, and all of them are counted" in read(house, f"/draws/{draw}")
    for what, content, now in (
        ("counterfoils", "15", "was printed and counted. Two people will key"),
        ("winners", "7", "was printed and counted; two people keyed the numbers that were drawn."),
    ):
        for person in (by, other):
            with office.begin(person) as c:
                draws.key(office, c, draw, what, content, person)  # type: ignore[arg-type]
        assert now in read(house, f"/draws/{draw}")
        assert 'data-step="' in read(house, f"/draws/{draw}/wall/now")
    with office.begin(by) as c:
        draws.execute(office, c, draw, by)
    assert ">7<" not in read(house, f"/draws/{draw}/wall")
    with office.begin(by) as c:
        draws.make_official(office, c, draw, by)
    assert '<p class="number">7</p>' in read(house, f"/draws/{draw}/wall")
    assert '<div class="number">7</div>' in read(house, f"/draws/{draw}")
    assert fair.verify(house.client("anonymous").get(f"/draws/{draw}/bundle.json").data).ok


def test_a_progressive_draw_shows_each_ticket_with_its_card(house: House) -> None:
    """Catch the Ace: which card came with which ticket, and with which the jackpot is won."""
    rules = events.DrawRules(progressive=events.Progressive(cards=6, ace=3, must_be_won=True), source="none")
    event = other_event(house, rules, [("Tonight's", "main"), ("The ace", "deck")])
    draw = drawn(house, official=False)
    assert "The cards" not in read(house, f"/draws/{draw}")
    with house.office.begin(house.people["manager"]) as c:
        draws.make_official(house.office, c, draw, house.people["manager"])
        report = fair.verify(draws.bundle(c, draw) or b"")
    page = read(house, f"/draws/{draw}")
    assert report.jackpot is not None
    assert f"<td>{report.jackpot.ticket_number}</td><td>3</td>" in page
    assert page.count("the ace</span>") == 1
    assert page.count('<tr class="gone">') == sum(won.void for won in report.winners[::2])
    assert "not in it" in read(house, f"/draws/{draw}/proof?n={fair.CARD_BASE + 3}")
    assert f'<div class="number">{report.jackpot.ticket_number}</div>' in read(house, f"/events/{event}")


def test_a_prize_says_how_its_amount_comes_about(house: House) -> None:
    """D8: base, costs, minimum, cap, rounding, sharing, carry-over; an early bird's own sales, linked events' too."""
    now, by, office = house.office.now(), house.people["manager"], house.office
    new = events.NewEvent(
        name="Net night",
        identifier="NET",
        organisation=house.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=3),
        draw=events.DrawRules(base="net", costs=10_000),
        pools=(
            events.PoolPlan(
                name="early",
                label="Early bird",
                until=now + timedelta(hours=1),
                draw_at=now + timedelta(hours=2),
            ),
        ),
    )
    with office.begin(by) as c:
        event = events.create_event(office, c, new, by)
        events.add_package(c, event, "Five", 5, 800)
        second: dict[str, Any] = {"winners": 2, "minimum": 20_000, "cap": 900_000, "round_to": 100}
        events.add_prize(c, event, "A", "percentage", position=1, basis_points=1000, pool="early")
        events.add_prize(c, event, "B", "percentage", position=2, basis_points=3350, carry=True, **second)
        events.add_prize(c, event, "Ham", "fixed", 1000, position=3, winners=3)
        events.activate(office, c, event, by)

    def main_terms(base: str, costs: str) -> str:
        return (
            f"33.5 % of {base}, less €{costs} of documented costs. At least €200.00. At most €9,000.00. Rounded down "
            "to a multiple of €1.00. Shared equally among 2 winners, each share rounded down. What is not paid out is "
            "carried over to a later event."
        )

    page = read(house, f"/events/{event}")
    assert "10 % of the sales that count for “Early bird”, less €100.00 of documented costs." in page
    assert "multiple of €0.01" not in page
    assert main_terms("all sales", "100.00") in page
    assert "€10.00 for each of 3 winners." in page
    follower = events.NewEvent(
        name="East",
        identifier="EAST",
        organisation=house.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=3),
        draw=events.DrawRules(linked_to=event, costs=500),
    )
    with office.begin(by) as c:
        east = events.create_event(office, c, follower, by)
        events.add_package(c, east, "Five", 5, 800)
        events.activate(office, c, east, by)
    page = read(house, f"/events/{event}")
    assert main_terms("all sales of this event and of those drawn with it", "105.00") in page
    assert "“Early bird”, less €100.00 of" in page


def test_the_notice_bears_what_everything_must_fit_afterwards(house: House) -> None:
    """D3: licence, sizes, hash in groups and as a QR code, prizes, source of chance, room for a witness."""
    draw = under_way(house)
    page = read(house, f"/draws/{draw}/notice")
    for words in (
        "Hockey Club", "Licence DE-4711", "Keep this sheet.", "3 dice of 6 sides", "Half the pot", "50 % of all sales",
        "Jersey", "€150.00", "Witness: name, date, signature", "data:image/svg+xml", "Not made yet",
    ):  # fmt: skip
        assert words in page, words
    with house.office.begin(house.people["manager"]) as c:
        seal = draws.commit_seed(house.office, c, draw, house.people["manager"])
    assert "".join(f"<span>{seal[at : at + 4]}</span> " for at in range(0, 64, 4)) in read(
        house, f"/draws/{draw}/notice"
    )


def test_an_event_that_was_called_off_says_so_and_how_the_money_comes_back(house: House) -> None:
    """E4: the page that the letters name; in no list, and nothing of a draft that was never on sale."""
    sell(house, 1)
    by = house.people["admin"]
    with house.office.begin(by) as c:
        for event in (house.event, house.draft):
            cancellation.cancel(
                house.office, c, event, by, "The pitch is under water", events.get(c, event).event_identifier
            )
    page = read(house, f"/events/{house.event}")
    for words in (
        "Final was called off",
        "The pitch is under water",
        "How you get your money back",
        "given back in cash",
    ):
        assert words in page
    assert "Jackpot now" not in page
    told = house.client("anonymous").get(f"/competitions/{house.event}").json
    assert told is not None
    assert (told["status"], told["isActive"]) == ("cancelled", False)
    for gone in (f"/events/{house.draft}", f"/competitions/{house.draft}"):
        assert house.client("anonymous").get(gone).status_code == 404
    assert "Final" not in read(house, "/")
    listed = house.client("anonymous").get("/competitions").json
    assert str(house.event) not in str(listed)


def test_a_draw_s_page_tells_the_amounts_that_the_freeze_kept(house: House) -> None:
    """D8: a share of the sales in money, as it was when the pool was sealed; a void afterwards changes nothing."""
    for counter in range(1, 4):
        sell(house, 1 + 5 * (counter - 1), counter=counter)
    close_and_confirm(house)
    draw = drawn(house, official=True)
    with house.office.begin() as c:
        amounts = draws.get(c, draw).amounts
        e = events.get(c, house.event)
        shares = [prize for prize in events.prizes(c, house.event) if prize.rule.type == "percentage"]
    page = read(house, f"/draws/{draw}")
    assert shares
    for prize in shares:
        assert f"<strong>{money.text(amounts[prize.id], e.currency)}</strong>" in page
    assert "fixed when the pools were sealed" in page


def test_nothing_in_the_pot_yet_is_never_shown_as_nothing(house: House) -> None:
    """O6, O11: the share that can be won stands there until the first sale, on every public page."""
    browser = house.app.test_client()
    for url in ("/", f"/events/{house.event}", f"/events/{house.event}/jackpot"):
        shown = browser.get(url).get_data(as_text=True)
        assert "50 % of sales" in shown, url
        assert "€0.00" not in shown, url
    sell(house, 1)
    for url in ("/", f"/events/{house.event}", f"/events/{house.event}/jackpot"):
        shown = browser.get(url).get_data(as_text=True)
        assert "€4.00" in shown, url
        assert '<div class="label">To be won</div>' not in shown, url


def test_the_public_pages_are_the_organisation_s(house: House) -> None:
    """O11: its name on every tab and page, its licence and how it is reached below, and when the draw is."""
    with house.office.begin() as c:
        organisations.describe(
            c,
            house.organisation,
            house.people["admin"],
            name="Hockey Club",
            licence="HC-9",
            description="",
            currency="EUR",
            timezone="Europe/Berlin",
            reached=organisations.Contact(street="Wall 3", zip_code="23552", city="Lübeck", phone="0451 1"),
        )
        e = m.raffle_events
        grown_up = {"policies": {"age_min": 18}}
        kept = events.get(c, house.draft).configuration
        c.execute(update(e).where(e.c.id == house.draft).values(configuration=kept | grown_up))
        events.activate(house.office, c, house.draft, house.people["admin"])
    browser = house.app.test_client()
    for url in ("/", f"/events/{house.event}", "/validate", "/champions", "/verify", "/account/register"):
        shown = browser.get(url).get_data(as_text=True)
        assert re.search(r"<title>[^<]+ · Hockey Club</title>", shown), url
        assert "Wall 3, 23552 Lübeck" in shown, url
        assert "0451 1" in shown, url
        assert re.search(r"Licence (HC-9|DE-4711)", shown), url
        assert "Tombola" not in shown.partition("<body")[2], url
    for url in ("/", f"/events/{house.draft}"):
        shown = browser.get(url).get_data(as_text=True)
        assert re.search("The draw follows when sales have closed, at Arena of (Final|Draft).", shown), url
        assert "18+ only" in shown, url


def test_the_organisation_s_logo_heads_the_public_pages(house: House) -> None:
    """O11: chosen by an administrator, made small and anew; taken away again by a tick."""
    admin = house.client("admin")
    assert "house-logo" not in read(house, "/")
    picture = io.BytesIO()
    Image.new("RGB", (1_200, 300), "#0a6").save(picture, "PNG", pnginfo=None)
    form = {"name": "Hockey Club", "currency": "EUR", "timezone": "Europe/Berlin"}
    sent = {"logo": (io.BytesIO(picture.getvalue()), "logo.png")}
    assert post(admin, "/admin/organisation/change", **form, **sent).status_code == 303
    shown = re.search(r'class="house-logo" alt="" src="data:image/webp;base64,([^"]+)"', read(house, "/"))
    assert shown is not None
    with Image.open(io.BytesIO(base64.b64decode(shown[1]))) as seen:
        assert seen.size == (320, 80)
    assert post(admin, "/admin/organisation/change", **form).status_code == 303
    assert shown[1] in read(house, f"/events/{house.event}"), "it stays where none was chosen"
    for wrong in (b"no picture", picture.getvalue()[:60]):
        answer = post(admin, "/admin/organisation/change", **form, logo=(io.BytesIO(wrong), "logo.png"))
        assert answer.status_code == 422
        assert "no picture that can be shown" in answer.get_data(as_text=True)
    assert post(admin, "/admin/organisation/change", **form, no_logo="yes").status_code == 303
    assert "house-logo" not in read(house, "/")
