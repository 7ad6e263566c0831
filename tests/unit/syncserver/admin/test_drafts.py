"""The pages of drafts, pictures, templates, venues, blocks and the organisation, as a browser without scripts uses them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import select

from syncserver import checkout, events
from syncserver import models as m
from syncserver.db import Database
from tests.server import House, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def fields(shown: str) -> dict[str, str]:
    """What a form on the page would send as it stands: the inputs, choices and texts of its last form."""
    form = shown.rsplit("<main", 1)[1]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        ticked = kind is None or kind[1] not in {"checkbox", "file"} or "checked" in tag
        if name and ticked and name[1] not in {"csrf", "back", "look", "logo"}:
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        first = re.search(r'<option value="([^"]*)"', options)
        found[name] = (chosen[1] or chosen[2]) if chosen else first[1] if first else ""
    texts = re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return found | dict(texts)


def test_a_draft_s_form_shows_it_and_saves_what_is_changed(house: House) -> None:
    """E8, N5: saved as it stands it is the same event; what is changed is changed."""
    browser, url = house.client("manager"), f"/admin/events/{house.draft}"
    with house.office.begin() as c:
        before = events.get(c, house.draft)
    sent = fields(browser.get(f"{url}/edit").get_data(as_text=True))
    assert sent["name"] == "Draft"
    assert post(browser, f"{url}/edit", **sent).status_code == 303
    with house.office.begin() as c:
        same = events.get(c, house.draft)
    assert events.settings(same.configuration) == events.settings(before.configuration)
    assert same.ticket_allocation == before.ticket_allocation
    changed = {
        "description": "For the youth team",
        "bundles": "three",
        "block_size": "50",
        "low_water": "10",
        "online_only": "yes",
        "notes": "Need not be present\n\nPlay responsibly",
        "last_number": "777",
    }
    assert post(browser, f"{url}/edit", **(sent | changed)).status_code == 303
    with house.office.begin() as c:
        row = events.get(c, house.draft)
    kept = events.settings(row.configuration)
    assert (kept.policies.offline, kept.policies.block_size, kept.bundles) == (False, 50, "three")
    assert kept.receipt.notes == ("Need not be present", "Play responsibly")
    assert row.ticket_allocation["last"] == 777
    refused = post(browser, f"{url}/edit", **(sent | {"low_water": "9999", "block_size": "5"}))
    assert refused.status_code == 422
    assert "as soon as it got some" in refused.get_data(as_text=True)


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("zone", ["Europe/Dublin", "America/Toronto"])
def test_a_draft_saved_as_it_stands_keeps_which_of_two_half_past_ones_it_meant(
    house: House, zone: str, fold: int
) -> None:
    """E1, E8: the form shows both as 01:30; a time that somebody types there anew is the first."""
    night = (2037, 10, 25) if zone == "Europe/Dublin" else (2037, 11, 1)
    moment = datetime(*night, 1, 30, 20, tzinfo=ZoneInfo(zone), fold=fold)
    bird = moment.replace(minute=45)
    with house.office.begin() as c:
        by = house.people["manager"]
        venue = events.create_venue(c, house.organisation, "Hall", zone, by=by)
        wanted = events.NewEvent(
            name="Night", identifier="NIGHT", organisation=house.organisation, venue=venue,
            opens_at=moment, closes_at=moment + timedelta(days=1),
            pools=(events.PoolPlan(name="bird", label="Bird", until=bird, draw_at=bird),),
        )  # fmt: skip
        event = events.create_event(house.office, c, wanted, by)
    browser, url = house.client("manager"), f"/admin/events/{event}/edit"
    sent = fields(browser.get(url).get_data(as_text=True))
    assert sent["opens_at"].endswith("T01:30")
    shown = f"{bird:%Y-%m-%dT%H:%M}"
    sent |= {"bird_label": "Bird", "bird_until": shown, "bird_draw_at": shown, "bird_name": "bird"}
    assert post(browser, url, **sent).status_code == 303
    with house.office.begin() as c:
        same = events.get(c, event)
    assert same.opens_at == moment.astimezone(UTC)
    plans = events.settings(same.configuration).pools
    assert [(one.until, one.draw_at) for one in plans] == [(bird.astimezone(UTC),) * 2]
    for typed in ("00:30", "01:30"):
        text = f"{moment:%Y-%m-%d}T{typed}"
        assert post(browser, url, **(sent | {"opens_at": text})).status_code == 303
    with house.office.begin() as c:
        first = events.get(c, event)
    assert first.opens_at == moment.replace(second=0, fold=0).astimezone(UTC)


def test_a_draft_is_deleted_and_not_called_off(house: House) -> None:
    """E4, E11: nobody bought of it, so that nobody is to be told and nothing is paid back."""
    browser = house.client("admin")
    draft = browser.get(f"/admin/events/{house.draft}").get_data(as_text=True)
    assert "Delete this draft…" in draft
    assert "Call the event off…" not in draft
    assert "Call the event off…" in browser.get(f"/admin/events/{house.event}").get_data(as_text=True)


def test_what_is_on_sale_has_no_form_and_the_attempt_is_told(house: House) -> None:
    """E3: by the form's address too."""
    browser, url = house.client("manager"), f"/admin/events/{house.event}"
    assert browser.get(f"{url}/edit").status_code == 303
    sent = fields(browser.get(f"/admin/events/{house.draft}/edit").get_data(as_text=True))
    assert post(browser, f"{url}/edit", **(sent | {"identifier": "OTHER"})).status_code == 303
    assert "can no longer be changed" in browser.get(url).get_data(as_text=True)


def test_packages_prizes_and_templates_by_touch(house: House) -> None:
    """E7, E13: changed, put in order, kept as templates, copied into a draft."""
    browser, url = house.client("manager"), f"/admin/events/{house.draft}"
    with house.office.begin() as c:
        package = c.scalar(select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.draft))
        prize = events.prizes(c, house.draft)[1].id
    assert post(browser, "/admin/templates/perk", name="A free drink").status_code == 303
    page = browser.get(f"{url}/packages/{package}").get_data(as_text=True)
    perk = re.search(r'name="perks" value="([0-9a-f-]+)"', page)
    assert perk
    form = {"name": "Six", "tickets": "6", "price": "9.50", "perks": perk[1]}
    assert post(browser, f"{url}/packages/{package}", **form).status_code == 303
    for step in ("up", "down", "template"):
        assert post(browser, f"{url}/packages/{package}/{step}").status_code == 303
    assert post(browser, f"{url}/prizes/{prize}/up").status_code == 303
    assert post(browser, f"{url}/prizes/{prize}/template").status_code == 303
    shown = browser.get(url).get_data(as_text=True)
    assert "A free drink" in shown
    assert shown.index("Jersey") < shown.index("Half the pot")
    prize_form = fields(browser.get(f"{url}/prizes/{prize}").get_data(as_text=True))
    assert post(browser, f"{url}/prizes/{prize}", **(prize_form | {"amount": "99"})).status_code == 303
    templates = re.findall(r'name="(package|prize)" value="([0-9a-f-]+)"', shown)
    assert len(templates) == 2
    assert post(browser, f"{url}/from-templates", **dict(templates)).status_code == 303
    with house.office.begin() as c:
        assert [p.name for p in events.prizes(c, house.draft)] == ["Jersey", "Half the pot", "Jersey"]
        assert events.prizes(c, house.draft)[0].rule.value == 9_900
    assert "Six" in browser.get("/admin/templates").get_data(as_text=True)


def test_a_template_is_changed_and_no_event_with_it(house: House) -> None:
    """E7, E3: drafts get it as it is then; what was copied into an event stays, on sale or not."""
    browser = house.client("manager")
    browser.get("/admin/templates")
    post(browser, "/admin/templates/package", name="Family", tickets="10", price="15", description="For four")
    share = {
        "name": "Half",
        "type": "percentage",
        "amount": "50",
        "winners": "1",
        "minimum": "100",
        "carry": "yes",
    }
    post(browser, "/admin/templates/prize", **share)
    with house.office.begin() as c:
        package = c.scalar(select(m.ticket_package_templates.c.id))
        prize = c.scalar(select(m.prize_templates.c.id))
    apply = f"/admin/events/{house.draft}/from-templates"
    assert post(browser, apply, package=package).status_code == 303
    url = f"/admin/templates/{package}"
    form = browser.get(url).get_data(as_text=True)
    for value in ("Family", "10", "15.00", "For four"):
        assert f'value="{value}"' in form
    assert post(browser, url, name="Family", tickets="0", price="15").status_code == 422
    assert post(browser, url, name="Large family", tickets="12", price="18").status_code == 303
    shown = browser.get("/admin/templates").get_data(as_text=True)
    assert "Large family is changed" in shown
    assert "€18.00" in shown
    held = browser.get(f"/admin/events/{house.draft}").get_data(as_text=True)
    assert "Family" in held
    assert ">Large family<" not in held.split("from-templates")[0]
    form = browser.get(f"/admin/templates/{prize}").get_data(as_text=True)
    for value in ("Half", "50.00", "100.00"):
        assert f'value="{value}"' in form
    assert 'name="carry" value="yes" checked' in form
    assert post(browser, f"/admin/templates/{prize}", **(share | {"amount": "40"})).status_code == 303
    assert "40.00 % of sales" in browser.get("/admin/templates").get_data(as_text=True)
    frozen = post(browser, f"/admin/events/{house.event}/from-templates", package=package)
    assert frozen.status_code == 303
    assert "Large family" not in browser.get(f"/admin/events/{house.event}").get_data(as_text=True)
    assert browser.get(f"/admin/templates/{house.event}").status_code == 404
    assert house.client("auditor").get(url).status_code == 403


def test_a_picture_is_sent_shown_and_nobody_else_s(house: House) -> None:
    """E7: a draft's picture is the office's alone until the event is shown."""
    browser, url = house.client("manager"), f"/admin/events/{house.draft}/pictures"
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "navy").save(out, "PNG")
    out.seek(0)
    assert post(browser, url, alt="The cup", picture=(out, "cup.png")).status_code == 303
    shown = browser.get(f"/admin/events/{house.draft}").get_data(as_text=True)
    found = re.search(rf'src="({url}/([0-9a-f-]+))" alt="The cup"', shown)
    assert found
    assert browser.get(found[1]).content_type == "image/webp"
    assert house.client("anonymous").get(f"/pictures/{found[2]}").status_code == 404
    assert browser.get(f"/admin/events/{house.event}/pictures/{found[2]}").status_code == 404
    assert "No picture was chosen" in browser.get(post(browser, url, alt="x").location).get_data(as_text=True)


def test_an_event_is_called_off_by_an_administrator_who_types_its_code(house: House) -> None:
    """E4: what will happen is said first, in numbers."""
    sell(house, 1)
    url = f"/admin/events/{house.event}/cancel"
    assert house.client("manager").get(url).status_code == 403
    browser = house.client("admin")
    shown = browser.get(url).get_data(as_text=True)
    assert "€8.00" in shown
    assert "in cash, by hand" in shown
    assert post(browser, url, reason="rain", code="final").status_code == 422
    assert post(browser, url, reason="rain", code="FINAL").status_code == 303
    shown = browser.get(f"/admin/events/{house.event}").get_data(as_text=True)
    assert "1 orders are to be paid back" in shown
    assert post(browser, f"/admin/events/{house.event}/archive", reason="over").status_code == 303


def test_the_pages_of_venues_blocks_organisation_and_versions_stand(house: House) -> None:
    """E6, N2, O2: each by whoever may read it; another organisation's are not there."""
    browser = house.client("manager")
    made = post(
        browser, "/admin/venues/new", name="Hall", timezone="Europe/Berlin", city="Köln", country="DE"
    )
    assert made.status_code == 303
    shown = browser.get("/admin/venues").get_data(as_text=True)
    assert "Köln" in shown
    assert post(browser, "/admin/venues/new", name="Hall", timezone="Mars/Base").status_code == 422
    assert browser.get(f"/admin/venues/{house.event}").status_code == 404
    blocks = browser.get(f"/admin/events/{house.event}/blocks").get_data(as_text=True)
    assert "all accounted for" in blocks
    assert browser.get(f"/admin/events/{house.event}/blocks.csv").get_data(as_text=True).startswith("first,")
    assert browser.get(f"/admin/kiosks/{house.rsu}/blocks").status_code == 200
    assert "Your organisations" in house.client("auditor").get("/admin/organisation").get_data(as_text=True)
    sent = fields(house.client("admin").get("/admin/organisation").get_data(as_text=True))
    assert (
        post(house.client("admin"), "/admin/organisation/change", **(sent | {"phone": "+49 1"})).status_code
        == 303
    )
    rules = {"tolerance": "5", "customer_days": "30", "coins": "", "tax_name": "VAT", "tax_rate": "19"}
    assert post(browser, "/admin/rules/change", **rules).status_code == 303
    assert post(browser, "/admin/rules/change", **rules, since="2099-01-01T00:00").status_code == 303
    shown = browser.get("/admin/rules").get_data(as_text=True)
    assert "Version 2" in shown
    later = re.search(r"/admin/rules/([0-9a-f-]+)/withdraw", shown)
    assert later
    assert post(browser, later[0], reason="not now").status_code == 303
    assert "taken back" in browser.get("/admin/rules").get_data(as_text=True)


def test_an_event_is_duplicated_planned_and_deleted(house: House) -> None:
    """E7, E11: a code is proposed; how it is sold on line goes with it; the plan is by the venue's clock."""
    browser, url = house.client("manager"), f"/admin/events/{house.event}"
    selling = checkout.Rules(on_sale=True, order_tickets_max=40, guests=True)
    with house.office.begin() as c:
        checkout.set_rules(house.office, c, house.event, selling, house.people["manager"])
    sent = fields(browser.get(f"{url}/duplicate").get_data(as_text=True))
    assert sent["identifier"] == "FINAL-2"
    made = post(browser, f"{url}/duplicate", **sent)
    assert made.status_code == 303
    with house.office.begin() as c:
        assert checkout.rules(c, UUID(made.location.rpartition("/")[2])) == selling
    assert post(browser, f"{url}/duplicate", **sent).status_code == 422
    at = f"{house.office.now() + timedelta(days=30):%Y-%m-%dT%H:%M}"
    refused = browser.get(post(browser, f"{made.location}/plan", activate_at=at).location)
    assert "after its close" in refused.get_data(as_text=True)
    assert post(browser, f"{made.location}/feature").status_code == 303
    assert post(browser, f"{made.location}/delete", reason="not needed").status_code == 303
    assert browser.get(made.location).status_code == 404
