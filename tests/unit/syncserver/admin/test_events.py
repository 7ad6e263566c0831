"""The office's pages of an event being made: its draw, early birds, prizes with limits, and what was told to whom."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import insert, select

from shared import wire
from syncserver import checkout, events, notices, reconcile, rsus
from syncserver import models as m
from syncserver.admin.drafts import pool_name
from syncserver.app import create_app
from syncserver.config import Stripe
from syncserver.db import Database
from tests.server import House, drawn, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def page(house: House, url: str, role: str = "manager") -> str:
    answer = house.client(role).get(url)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def make(house: House, **form: object) -> tuple[int, str]:
    """Sends the form of a new event; the status, and the page that comes of it."""
    answer = post(house.client("manager"), "/admin/events/new", **(NEW | form))
    shown = page(house, answer.location) if answer.status_code == 303 else answer.get_data(as_text=True)
    return answer.status_code, shown


def kept(house: House, identifier: str = "CUP") -> events.Settings:
    """What was kept of the event."""
    e = m.raffle_events
    with house.office.begin() as c:
        found = c.execute(select(e.c.configuration).where(e.c.event_identifier == identifier))
        return events.settings(found.scalar_one())


NEW = {
    "name": "Cup night",
    "identifier": "CUP",
    "venue": "new",
    "venue_name": "Stadium",
    "timezone": "America/New_York",
    "opens_at": "2031-05-30T18:00",
    "closes_at": "2031-05-31T21:00",
    "draw_at": "2031-05-31T21:30",
    "currency": "USD",
    "last_number": "5000",
}
FIRST = ("name", "identifier", "venue", "venue_name", "timezone", "opens_at", "closes_at", "draw_at")
"""What a new event's form asks for before its folds."""
BIRDS = {
    "bird_label": ["Early bird, Friday", "Späte Vögel", ""],
    "bird_until": ["2031-05-30T22:00", "2031-05-31T12:00", ""],
    "bird_draw_at": ["2031-05-30T22:15", "", ""],
    "bird_packages": ["", "Ten, Twenty", ""],
}


def test_what_a_form_leaves_out_is_as_it_usually_is(house: House) -> None:
    """E8: sensible defaults: dice, all sales, no end of the claim window, one pool."""
    status, shown = make(house)
    assert status == 303
    settings = kept(house)
    assert settings.draw == events.DrawRules()
    assert settings.pools == ()
    assert "Dice thrown before the audience (20d6)" in shown


def test_early_birds_have_names_ends_and_draws_of_their_own(house: House) -> None:
    """D2: by the venue's clock; the pool's name in the manifest follows from what people call it."""
    status, shown = make(house, **BIRDS)
    assert status == 303
    friday, late = kept(house).pools
    assert (friday.name, friday.label) == ("early-bird-friday", "Early bird, Friday")
    assert friday.until is not None
    assert friday.draw_at is not None
    assert friday.until.isoformat().startswith("2031-05-30T22:00:00-04:00")
    assert (late.name, late.draw_at, late.packages) == ("spate-vogel", None, ("Ten", "Twenty"))
    assert "bought until 30 May 2031, 22:00" in shown
    assert "only Ten, Twenty" in shown


def test_every_rule_of_the_draw_is_kept_and_shown(house: House) -> None:
    """E8, D8: method, source, base, costs, claim window, unclaimed prizes, reserves, winners."""
    status, shown = make(
        house, method="both", source="digits", digits="30", claim_days="14", unclaimed="next_in_line", reserves="2",
        repeat="yes", winners_stay="yes", base="net", costs="125.50", carry_from=str(house.event),
    )  # fmt: skip
    assert status == 422  # the other event is in another currency
    assert "is in EUR" in shown
    assert 'value="125.50"' in shown
    assert "checked" in shown
    status, shown = make(
        house, currency="EUR", method="both", source="digits", digits="30", claim_days="14",
        unclaimed="next_in_line", reserves="2", repeat="yes", winners_stay="yes", base="net", costs="125.50",
        carry_from=str(house.event),
    )  # fmt: skip
    assert status == 303
    assert kept(house).draw == events.DrawRules(
        method="both", source="digits", digits=30, claim_days=14, unclaimed="next_in_line", reserves=2, repeat=True,
        winners_stay=True, base="net", costs=12_550, carry_from=house.event,
    )  # fmt: skip
    for words in ("called by the audience (30)", "within 14 days", "2 reserves", "€125.50", ">Final</a>"):
        assert words in shown, words


def test_catch_the_ace_is_made_with_its_deck(house: House) -> None:
    """D8: cards, the ace, and whether it must be won; its prize comes from the deck."""
    status, shown = make(house, ace_game="yes", cards="40", ace="7", must_be_won="yes")
    assert status == 303
    assert kept(house).draw.progressive == events.Progressive(cards=40, ace=7, must_be_won=True)
    assert "40 cards, the ace is card 7; it must be won this time" in shown
    assert '<option value="deck"' in shown


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"bird_until": ["2031-06-30T22:00", "", ""]}, "has to end between the opening and the close"),
        ({"bird_label": ["", "", ""]}, "An early bird has no name"),
        ({"bird_until": ["soon", "", ""]}, "Early bird, Friday, until: that is no date and time"),
        ({"bird_until": ["", "", ""]}, "Say until when it runs"),
        ({"dice": "many"}, "are no dice"),
        ({"source": "stars"}, "Public chance: choose one of the list"),
        ({"unclaimed": "next_in_line"}, "Nobody would be next in line"),
        ({"claim_days": "0"}, "Claim window: that will not do"),
        ({"linked_to": "x"}, "choose one of the list"),
        ({"ace_game": "yes", "cards": "3", "ace": "9"}, "the ace is one of them"),
        ({"costs": "-1"}, "Documented costs: that will not do"),
    ],
)
def test_a_draw_that_cannot_be_is_refused_with_everything_still_there(
    house: House, form: dict[str, object], words: str
) -> None:
    """E8: the reason on the page, the early birds as they were typed, nothing half made."""
    status, shown = make(house, **(BIRDS | form))
    assert status == 422
    assert words in shown
    assert "Ten, Twenty" in shown
    assert 'value="Cup night"' in shown
    e = m.raffle_events
    with house.office.begin() as c:
        assert c.execute(select(e.c.id).where(e.c.event_identifier == "CUP")).all() == []


def test_a_prize_has_a_pool_limits_and_a_rounding(house: House) -> None:
    """D8: at least, at most, rounded down, carried over; what was refused is shown again as typed."""
    make(house, **BIRDS)
    e = m.raffle_events
    with house.office.begin() as c:
        event = c.execute(select(e.c.id).where(e.c.event_identifier == "CUP")).scalar_one()
    form = {
        "name": "Half the pot", "type": "percentage", "amount": "50", "position": "1", "winners": "2",
        "pool": "early-bird-friday", "minimum": "100", "cap": "5000", "round_to": "5", "carry": "yes",
    }  # fmt: skip
    answer = post(house.client("manager"), f"/admin/events/{event}/prizes", **(form | {"cap": "50"}))
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert "The cap is below the guaranteed minimum" in shown
    for value in ("Half the pot", "100", "5"):
        assert f'value="{value}"' in shown
    assert re.search(r'value="early-bird-friday" selected', shown)
    assert post(house.client("manager"), f"/admin/events/{event}/prizes", **form).status_code == 303
    with house.office.begin() as c:
        rule = events.prizes(c, event)[0].rule
    assert (rule.minimum, rule.cap, rule.round_to, rule.carry, rule.pool, rule.winners) == (
        10_000, 500_000, 500, True, "early-bird-friday", 2,
    )  # fmt: skip
    shown = page(house, f"/admin/events/{event}")
    for words in (
        "At least $100.00",
        "At most $5,000.00",
        "Rounded down to a multiple of $5.00",
        "is carried over",
    ):
        assert words in shown


def test_a_draft_s_draws_and_reconciliation_can_be_looked_at_before_it_is_on_sale(house: House) -> None:
    """D2, Y9: nothing is cut yet; each planned draw says what it waits for."""
    make(house, **BIRDS)
    e = m.raffle_events
    with house.office.begin() as c:
        event = c.execute(select(e.c.id).where(e.c.event_identifier == "CUP")).scalar_one()
    for plan in ("main", "early-bird-friday", "no-such-draw"):
        for part in ("draw", "reconcile", "reconcile/now"):
            shown = page(house, f"/admin/events/{event}/{part}?plan={plan}")
            assert "The event is created" in shown or "The event is a draft" in shown, (plan, part)


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("Early bird, Friday", set(), "early-bird-friday"),
        ("Éclair!", set(), "eclair"),
        ("Main", set(), "main-2"),
        ("deck", set(), "deck-2"),
        ("早起き", set(), "pool"),
        ("早起き", {"pool"}, "pool-2"),
        ("x" * 80, set(), "x" * 36),
    ],
)
def test_a_pool_s_name_in_the_manifest_follows_from_its_label(label: str, taken: set[str], name: str) -> None:
    """D2: 1 to 40 of a-z, 0-9 and the hyphen, each once."""
    assert pool_name(label, taken) == name


def test_what_one_is_told_stands_on_the_first_page_until_it_is_put_away(house: House) -> None:
    """D7, D12: to each administrator and manager by themselves."""
    with house.office.begin() as c:
        notices.tell(house.office, c, house.event, "redraw", "Final: a redraw has begun.")
    assert "a redraw has begun" not in page(house, "/admin/", "auditor")
    shown = page(house, "/admin/")
    assert "a redraw has begun" in shown
    seen = re.search(r"/admin/notices/[0-9a-f-]{36}/seen", shown)
    assert seen
    assert post(house.client("admin"), seen[0]).status_code == 303
    assert "a redraw has begun" in page(house, "/admin/")
    assert post(house.client("manager"), seen[0]).status_code == 303
    assert "a redraw has begun" not in page(house, "/admin/")
    assert "a redraw has begun" in page(house, "/admin/", "admin")


def test_small_prizes_are_paid_at_the_kiosks_only_where_the_form_says_so(house: House) -> None:
    """E8, D9: up to an amount in the event's currency."""
    assert make(house)[0] == 303
    assert kept(house).policies.claims_at_kiosk_up_to is None
    assert make(house, identifier="CUP-2", claims_at_kiosk="50.00")[0] == 303
    assert kept(house, "CUP-2").policies.claims_at_kiosk_up_to == 5_000


def png(size: tuple[int, int] = (600, 200)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("L", size, 60).save(out, "PNG")
    out.seek(0)
    return out


def test_how_it_is_sold_is_set_with_the_event_and_told_on_its_page(house: House) -> None:
    """E8: payments, age, what buyers tell, supervisors, counterfoils, mode, limit, logo."""
    status, shown = make(
        house,
        mode="both",
        payments="card",
        age_min="18",
        unsynced_max="300",
        ask_name="yes",
        ask_phone="yes",
        customer_required="yes",
        void_supervisor="yes",
        reprint_supervisor="yes",
        counterfoils="yes",
        claims_at_kiosk="100",
        logo=(png(), "logo.png"),
    )
    assert status == 303
    assert kept(house).policies == wire.Policies(
        mode="both",
        payments=("card",),
        age_min=18,
        unsynced_max=300,
        customer_fields=("name", "phone"),
        customer_required=True,
        void_supervisor=True,
        reprint_supervisor=True,
        counterfoils=True,
        claims_at_kiosk_up_to=10_000,
    )
    logo = kept(house).receipt.logo
    assert Image.open(io.BytesIO(base64.b64decode(logo))).size == (384, 128)
    for words in ("Card alone", "18 and over", "Name, Phone; no sale without it", "voids and reprints"):
        assert words in shown
    assert logo in shown


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"customer_required": "yes"}, "nothing is asked for"),
        ({"age_min": "200"}, "Age: that will not do"),
        ({"unsynced_max": "0"}, "Sales not handed in: that will not do"),
        ({"payments": "shells"}, "choose one of the list"),
        ({"mode": "never"}, "choose one of the list"),
        ({"logo": (io.BytesIO(b"GIF89a"), "logo.png")}, "no picture that can be printed"),
    ],
)
def test_how_it_is_sold_is_refused_in_words_where_it_cannot_be(
    house: House, form: dict[str, object], words: str
) -> None:
    """E8; Z3."""
    status, shown = make(house, **form)
    assert status == 422
    assert words in shown
    assert "Choose it again" in shown


def ahead(house: House, role: str = "manager") -> tuple[str, list[str]]:
    """What comes next for the event, and the buttons that stand out."""
    shown = page(house, f"/admin/events/{house.event}", role)
    part = shown.partition('id="next"')[2].partition("</section>")[0]
    main = part.partition('<div class="others">')[0]
    said = re.findall(r'class="btn primary large"[^>]*>([^<]+)<|class="act main"><summary>([^<]+)<', main)
    return part, [one or other for one, other in said]


def test_an_event_says_the_one_thing_that_comes_next(house: House) -> None:
    """E1, D1, D9: in each state one step stands out, whatever else could be done."""
    live, by = house.event, house.people["manager"]
    house.event = house.draft
    assert ahead(house)[1] == ["Activate this event…"]
    house.event = live
    assert ahead(house)[1] == ["Add a kiosk"]
    with house.office.begin(by) as c:
        c.execute(insert(m.rsu_epochs).values(rsu_id=house.rsu, epoch=1, public_key=bytes(32)))
        rsus.set_state(c, house.rsu, "enabled", by, "Admitted.")
    assert ahead(house)[1] == ["Watch it live"]
    for i in range(60):
        sell(house, 1 + 5 * i, counter=i + 1)
    with house.office.begin(by) as c:
        events.suspend(house.office, c, live, by, "A storm.")
    assert ahead(house)[1] == ["Go on selling…"]
    with house.office.begin(by) as c:
        events.resume(house.office, c, live, by, "It is over.")
        events.close(house.office, c, live, by)
    part, buttons = ahead(house)
    assert buttons == ["Reconcile"]
    assert "Suspend" not in part
    with house.office.begin(by) as c:
        reconcile.confirm(house.office, c, live, by)
    assert ahead(house)[1] == ["Go to the draw"]
    drawn(house, official=True)
    part, buttons = ahead(house)
    assert buttons == ["See the prizes"]
    assert "2 prizes wait" in part
    assert "Complete the event…" in part, "it is still to be had"
    assert ahead(house, "admin")[1] == ["Pay the prizes"]
    with house.office.begin(by) as c:
        events.complete(c, live, by)
    assert ahead(house)[1] == ["Read its reports"]
    assert 'id="next"' not in page(house, f"/admin/events/{live}", "auditor")


def test_an_event_is_sold_on_line_from_its_own_page(house: House) -> None:
    """O8: its state in words, and the switch; the limits of before are kept."""
    url = f"/admin/events/{house.event}"
    assert "No card processor is connected" in page(house, url)
    house.office = replace(
        house.office, config=replace(house.office.config, stripe=Stripe("sk_test", "whsec"))
    )
    house.app = create_app(house.office)
    house.app.testing = False
    house.clients.clear()
    with house.office.begin() as c:
        checkout.set_rules(
            house.office, c, house.event, checkout.Rules(False, 7, 9, guests=False), house.people["admin"]
        )
    shown = page(house, url)
    assert "It is sold at the kiosks alone." in shown
    part = shown.partition('id="on-line"')[2].partition("</form>")[0]
    form = dict(re.findall(r'type="(?:hidden|checkbox)" name="(\w+)" value="([^"]*)"', part))
    assert form.pop("csrf")
    answer = post(house.client("manager"), f"{url}/shop", **form)
    assert answer.location.endswith(f"{url}#on-line")
    shown = page(house, url)
    assert "Everybody can buy on its" in shown
    assert "at most 7 tickets at once, 9 for one customer" in shown
    with house.office.begin() as c:
        assert checkout.rules(c, house.event) == checkout.Rules(True, 7, 9, guests=True)
    part = shown.partition('id="on-line"')[2].partition("</form>")[0]
    form = dict(re.findall(r'type="(?:hidden|checkbox)" name="(\w+)" value="([^"]*)"', part))
    form.pop("csrf")
    post(house.client("manager"), f"{url}/shop", **form)
    with house.office.begin() as c:
        assert checkout.rules(c, house.event) == checkout.Rules(False, 7, 9, guests=True)


def test_a_new_event_s_form_asks_first_for_what_it_needs(house: House) -> None:
    """E12: name, code, venue and times; the rest is folded away with what it stands at, and nothing of it is needed."""
    shown = page(house, "/admin/events/new").partition('class="stack starred"')[2]
    first, _, rest = shown.partition("<details")
    assert re.findall(r' name="(\w+)"', first)[1:] == list(FIRST)
    needed = r"<(?:input|select|textarea)[^>]* required"
    assert re.search(needed, first)
    assert not re.search(needed, rest)
    folds = re.findall(r'<h2>([^<]+)</h2> <span class="soft">([^<]+)</span></summary>', shown)
    assert [title for title, _ in folds] == ["Money and numbers", "Kiosk", "Ticket", "Draw", "Claims", "Web"]
    assert "Cash and card".lower() in dict(folds)["Kiosk"]
    assert "dice thrown before the audience; no early birds" in dict(folds)["Draw"]
    assert "<details open" not in shown
    status, _ = make(house, **dict.fromkeys(("currency", "last_number"), ""))
    assert status == 303


def test_all_that_will_not_do_is_listed_at_once_and_its_folds_stand_open(house: House) -> None:
    """E12, O1: each with a link to its field, by the name that the field has on the page."""
    status, shown = make(
        house,
        name="",
        opens_at="soon",
        age_min="200",
        identity_above="-1",
        unclaimed="burn",
        notes="x" * 5_000,
    )
    assert status == 422
    said = shown.partition('id="problems"')[2].partition("</ul>")[0]
    links = re.findall(r'<a href="#f-(\w+)">', said)
    assert links == ["name", "opens_at", "identity_above", "unclaimed", "age_min", "notes"]
    assert "These 6 things will not do yet" in said
    for name in links:
        assert f'id="f-{name}"' in shown
    opened = re.findall(r'<details class="card folded" id="fold-(\w+)" open>', shown)
    assert opened == ["kiosk", "ticket", "claims"]
    assert re.search(r'name="name"[^>]*aria-invalid="true"', shown)
    assert not re.search(r'name="identifier"[^>]*aria-invalid', shown)
    status, shown = make(house, identifier="FINAL")
    assert '<a href="#f-identifier">' in shown
