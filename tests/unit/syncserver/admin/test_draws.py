"""The office's draw pages: who sees what when, keying twice, counterfoils, beacons, redraws, the list of all draws."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from syncserver import claims, draws, events
from syncserver import models as m
from syncserver.admin.counterfoils import next_span
from syncserver.admin.draws import steps, telling
from syncserver.db import Database
from syncserver.draws import DrawRow
from syncserver.keyings import BatchRow
from tests.server import House, close_and_confirm, make_house, post, sell


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def page(house: House, url: str, role: str = "manager") -> str:
    answer = house.client(role).get(url)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def follow(house: House, url: str, role: str = "manager", /, **form: object) -> str:
    answer = post(house.client(role), url, **form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return page(house, answer.location, role)


def told(shown: str) -> list[str]:
    """The messages on a page."""
    return re.findall(r'<div class="flash \w+" role="\w+">(?:<strong>)?([^<]+)', shown)


def now(shown: str) -> str:
    """The step at hand."""
    found = re.search(r'aria-current="step">.*?<h2>([^<]+)', shown, re.DOTALL)
    return found[1] if found else ""


def ready(house: House, **rules: object) -> str:
    """Twenty tickets sold of an event with these rules, closed and confirmed; the address of its draw."""
    if rules:
        e = m.raffle_events
        with house.office.begin(house.people["admin"]) as c:
            kept = c.execute(select(e.c.configuration).where(e.c.id == house.draft)).scalar_one()
            kept["draw"] |= rules
            c.execute(update(e).where(e.c.id == house.draft).values(configuration=kept))
            events.activate(house.office, c, house.draft, house.people["admin"])
        house.event = house.draft
    for i in range(4):
        sell(house, 1 + 5 * i, counter=i + 1)
    close_and_confirm(house)
    return f"/admin/events/{house.event}/draw"


def frozen(house: House, **form: object) -> str:
    """The draw's address once its pool is frozen."""
    shown = follow(house, f"/admin/events/{house.event}/draw/freeze", **form)
    assert "The pool is frozen" in shown, told(shown)
    with house.office.begin() as c:
        draw = c.execute(
            select(m.draw_executions.c.id).order_by(m.draw_executions.c.attempt.desc())
        ).scalars()
        return f"/admin/draws/{draw.first()}"


def test_every_source_is_offered_with_what_it_is_worth_and_the_event_s_own_is_chosen(house: House) -> None:
    """D3, E8: the event proposes one; by hand only where the event allows it."""
    shown = page(house, ready(house, source="drand"))
    for words in ("the last die lies", "called by the audience", "signature is checked here", "trust that institute",
                  "one must trust the office"):  # fmt: skip
        assert words in shown
    assert re.search(r'value="drand" checked', shown)
    assert 'value="manual"' not in shown
    assert "Reading 20 numbers in order" in shown
    assert "€16.00" in shown  # what the half pot comes to, before anything is frozen


def test_the_second_person_keys_blind_and_sees_where_the_two_differ(house: House) -> None:
    """D5: digits keyed twice by different people; what the first keyed is shown to nobody before."""
    ready(house)
    assert 'id="ready"' in page(house, "/admin/draws")
    url = frozen(house, source="digits", digits="6")
    assert 'id="ready"' not in page(house, "/admin/draws")
    follow(house, f"{url}/commit")
    assert "You typed 5 digits; 6 are needed." in follow(house, f"{url}/entropy", text="40 911")
    shown = follow(house, f"{url}/entropy", text="409 117")
    assert "Now a second person keys it" in shown
    assert "<button" not in shown[shown.index('aria-current="step"') : shown.index("Draw and verify")]
    called = "Final: the digits wait for a second person."
    assert all(called in page(house, one, "admin") for one in ("/admin/", "/admin/draws"))
    assert not any(called in page(house, "/admin/", one) for one in ("manager", "auditor"))
    blind = page(house, url, "admin")
    assert "You are the second" in blind
    assert "4 0 9" not in blind
    shown = follow(house, f"{url}/entropy", "admin", text="4 0 9 1 7 1")
    assert "The two keyings differ" in shown
    assert re.findall(r"<td>(\d)\.</td><td><strong>(\d)</strong></td><td><strong>(\d)", shown) == [
        ("5", "1", "7"),
        ("6", "7", "1"),
    ]
    follow(house, f"{url}/entropy", "admin", text="409117")
    shown = follow(house, f"{url}/entropy", text="409117")
    assert now(shown) == "Draw and verify"
    assert "4 0 9 1 1 7" in shown


def test_a_round_of_drand_is_counted_down_to_then_fetched_or_pasted(house: House) -> None:
    """D3: nothing can be fixed before it is out; what is pasted is checked."""
    ready(house)
    url = frozen(house, source="drand", drand_minutes="2")
    shown = page(house, url)
    assert "Do it before the public chance comes out" in shown
    shown = follow(house, f"{url}/commit")
    assert 'data-countdown="It is out."' in shown
    assert 'data-opens="beacon" hidden' in shown
    assert "comes out at" in follow(house, f"{url}/entropy", text="x")
    house.clock.ahead_ms += 200_000
    shown = page(house, url)
    assert 'data-opens="beacon" >' in shown
    assert "Fetch it" in shown
    refused = follow(house, f"{url}/entropy", text="0" * 96)
    assert now(refused) == "Public chance: drand"
    assert told(refused)


def test_a_second_person_agrees_to_give_up_what_could_be_known(house: House) -> None:
    """D11: once one has keyed the dice; the one who asked is offered nothing more, every page says who asked."""
    ready(house)
    url = frozen(house, source="digits", digits="6")
    assert "Give this attempt up…" in page(house, url)
    follow(house, f"{url}/commit")
    follow(house, f"{url}/entropy", text="409 117")
    assert "Ask to give this attempt up…" in page(house, url)
    shown = follow(house, f"{url}/fail", reason="The bag was torn")
    assert "You asked to give it up." in shown
    assert "asks to give this attempt up." in shown
    assert "give this attempt up…" not in shown
    assert "You have asked for it" in " ".join(told(follow(house, f"{url}/fail", reason="Please")))
    other = page(house, url, "admin")
    assert "The bag was torn" in other
    assert "Agree to give this attempt up…" in other
    shown = follow(house, f"{url}/fail", "admin", reason="I saw it")
    assert "This attempt was given up.</strong>The bag was torn I saw it" in shown


def test_a_seed_is_not_committed_once_the_public_chance_is_out(house: House) -> None:
    """D3: the hash of the seed is published before; otherwise the attempt is given up, on record."""
    ready(house)
    url = frozen(house, source="nist", nist_minutes="1")
    house.clock.ahead_ms += 180_000
    assert "has to stand 3 seconds before it" in " ".join(told(follow(house, f"{url}/commit")))
    assert "given up" in follow(house, f"{url}/fail", reason="Too late for the pulse")


def test_a_draw_by_hand_prints_counts_and_keys_twice(house: House) -> None:
    """D5, N10: counterfoils on record, reprints marked, the count and the winners keyed by different people."""
    shown = page(house, ready(house, method="manual"))
    assert "Drawn by hand from a drum" in shown
    assert 'value="dice"' not in shown
    url = frozen(house, source="manual")
    assert now(page(house, url)) == "Print the counterfoils"
    slips = f"{url}/counterfoils"
    assert 'name="count" value="20"' in page(house, slips)
    printed = post(house.client("manager"), f"{slips}/print", first=1, count=20).get_data(as_text=True)
    assert len(re.findall(r'class="slip"', printed)) == 20
    assert "REPRINT" not in printed
    assert "<strong>20</strong>" in printed
    assert "printed before" in follow(house, f"{slips}/print", first=3, count=1)
    again = post(house.client("manager"), f"{slips}/print", first=3, count=1, reason="Torn").get_data(
        as_text=True
    )
    assert again.count("REPRINT</b>") == 1
    listed = page(house, slips, "auditor")
    assert "Torn" in listed
    assert "Put the batch" not in listed
    assert now(follow(house, f"{url}/count", text="19")) == "Count them, twice"
    shown = follow(house, f"{url}/count", "admin", text="20")
    assert "The two keyings differ" in shown
    follow(house, f"{url}/count", text="20")
    shown = follow(house, f"{url}/count", "admin", text="20")
    assert now(shown) == "Draw by hand, key twice"
    assert re.findall(r"<label class=\"field\"><span>([^<]+)", shown[shown.index('aria-current="step"') :])[
        :2
    ] == [
        "Half the pot",
        "Jersey",
    ]
    assert "is not in the pool" in " ".join(told(follow(house, f"{url}/winners", number=["7", "21"])))
    assert "Give this attempt up" in page(house, url)
    assert "Give this attempt up" not in follow(house, f"{url}/winners", number=["7", "11"])
    shown = follow(house, f"{url}/winners", "admin", number=["7", "11"])
    assert now(shown) == "Record and verify"
    assert "Give this attempt up" not in shown
    shown = follow(house, f"{url}/execute")
    assert re.findall(r'<div class="number">(\d+)', shown) == ["7", "11"]
    assert now(shown) == "Make it official"


def test_the_next_counterfoils_are_the_first_that_were_never_printed() -> None:
    """D5: gaps are filled first; nothing is left, nothing is offered."""
    me = UUID(int=1)

    def batch(first: int, count: int) -> BatchRow:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return BatchRow(me, first, count, reprint=False, reason="", printed_by=me, name="", printed_at=at)

    assert next_span([], 100, 42) == (0, 42)
    assert next_span([batch(0, 42)], 100, 42) == (42, 42)
    assert next_span([batch(60, 40), batch(0, 42)], 100, 42) == (42, 18)
    assert next_span([batch(0, 100)], 100, 42) == (0, 0)


def test_who_conducts_sees_the_winners_and_all_see_who_will_be_told(house: House) -> None:
    """D6: an auditor sees that it was drawn, and no number, until it is official."""
    ready(house)
    url = frozen(house, source="none")
    for one in ("commit", "entropy", "execute"):
        shown = follow(house, f"{url}/{one}")
    assert len(re.findall('<div class="number">', shown)) == 2
    assert "2 administrators and managers" in shown
    for fragment in (url, f"{url}/now"):
        hidden = page(house, fragment, "auditor")
        assert "shown here, as everywhere, once the result is official" in hidden
        assert "Only those who conduct" not in hidden
        assert '<div class="number">' not in hidden
    follow(house, f"{url}/official")
    assert len(re.findall('<div class="number">', page(house, url, "auditor"))) == 2


def test_the_audit_trail_tells_nobody_what_was_keyed_or_drawn_before_its_time(house: House) -> None:
    """D5, D6: neither the first keying to the second person, nor winners to anybody before they are official."""
    ready(house)
    url = frozen(house, source="digits", digits="6")
    follow(house, f"{url}/commit")
    follow(house, f"{url}/entropy", text="409 117")
    assert "4 0 9 1 1 7" not in page(house, "/admin/audit", "admin")
    follow(house, f"{url}/entropy", "admin", text="409 117")
    follow(house, f"{url}/execute")
    for address in ("/admin/audit", "/admin/audit?table=draw_results"):
        shown = page(house, address, "auditor")
        assert ">result</a>" not in shown
        assert "Winning number" not in shown
    follow(house, f"{url}/official")
    shown = page(house, "/admin/audit?table=draw_results", "auditor")
    assert shown.count(">result</a>") == 2
    assert "withheld</span>" in shown


def test_critical_events_tell_nobody_a_number_that_was_keyed(house: House) -> None:
    """D5, D6: what was refused may be what the other person keys; and a hash of few possible records is no secret."""
    ready(house, method="manual")
    url = frozen(house, source="manual")
    post(house.client("manager"), f"{url}/counterfoils/print", first=1, count=20)
    for role in ("manager", "admin"):
        follow(house, f"{url}/count", role, text="20")
    assert "7 has won before" in " ".join(told(follow(house, f"{url}/winners", number=["7", "7"])))
    shown = page(house, "/admin/audit/events", "admin")
    assert "Prize 2, winner 1: a number was refused" in shown
    assert "winner 1: 7" not in shown
    for role in ("manager", "admin"):
        follow(house, f"{url}/winners", role, number=["7", "11"])
    follow(house, f"{url}/execute")
    with house.office.begin() as c:
        held = c.execute(select(m.draw_executions.c.bundle)).scalar_one()
    proof = hashlib.sha256(bytes(held)).hexdigest()
    assert proof not in page(house, "/admin/audit/events", "auditor")
    follow(house, f"{url}/official")
    assert proof in page(house, "/admin/audit/events", "auditor")


def test_reserves_are_marked_as_such(house: House) -> None:
    """D7: further winners stand in line behind the prize's own."""
    ready(house, reserves=2)
    url = frozen(house, source="none")
    for one in ("commit", "entropy", "execute"):
        shown = follow(house, f"{url}/{one}")
    assert len(re.findall('<div class="number">', shown)) == 2
    assert shown.count('<span class="badge ">reserve</span>') == 4


def test_what_two_people_gave_up_is_drawn_again_as_a_draw_of_its_own(house: House) -> None:
    """D7: only what was given up, with a reason, on the list of all draws."""
    ready(house, unclaimed="redraw")
    url = frozen(house, source="none")
    for one in ("commit", "entropy", "execute", "official"):
        follow(house, f"{url}/{one}")
    redraw = f"/admin/events/{house.event}/redraw"
    assert "Nothing waits to be drawn again" in page(house, redraw)
    with house.office.begin() as c:
        result = c.execute(select(m.draw_results.c.id).order_by(m.draw_results.c.position)).scalars().first()
    assert result is not None
    with house.office.begin(house.people["admin"]) as c:
        forfeit = claims.give_up(
            house.office, c, result, "declined", "A member of staff", house.people["admin"]
        )
    with house.office.begin(house.people["manager"]) as c:
        claims.agree(house.office, c, forfeit, house.people["manager"])
    assert "A member of staff" in page(house, redraw, "auditor")
    assert "Choose what is drawn again" in follow(house, redraw, source="none", reason="As the rules say")
    assert "Reason: that will not do" in follow(house, redraw, source="none", result=str(result))
    shown = follow(house, redraw, source="none", result=str(result), reason="As the rules say")
    assert "A redraw for 1 result given up" in shown
    assert "18 tickets" in shown
    listed = page(house, "/admin/draws", "auditor")
    assert "drawn again" in listed
    assert "As the rules say" in listed


def test_all_draws_stand_on_one_page_those_given_up_too(house: House) -> None:
    """D11: nothing leaves this list."""
    assert "No draw yet" in page(house, "/admin/draws")
    ready(house)
    url = frozen(house, source="none")
    follow(house, f"{url}/fail", reason="Wrong prize list read out")
    frozen(house, source="dice", form="3d6")
    shown = page(house, "/admin/draws", "auditor")
    assert "Wrong prize list read out" in shown
    assert "attempt 2" in shown
    assert house.client("operator").get("/admin/draws").status_code == 403


def test_the_steps_follow_the_draw(house: House) -> None:
    """D3: what is done, at hand and later, of each kind of draw."""
    ready(house)
    url = frozen(house, source="none")
    draw = UUID(url.rpartition("/")[2])

    def read() -> DrawRow:
        with house.office.begin() as c:
            return draws.get(c, draw)

    assert [one.state for one in steps(None)] == ["now", "later", "later", "later", "later"]
    assert [one.state for one in steps(read())] == ["done", "now", "later", "later", "later"]
    assert steps(read(), manual=True, printed=False)[1].state == "now"
    assert steps(read(), manual=True, printed=True)[2].state == "now"
    follow(house, f"{url}/fail", reason="Enough")
    assert {one.state for one in steps(read())} == {"later"}


def test_an_event_is_let_draw_itself_with_a_signature_beforehand(house: House) -> None:
    """D11: switched per event; what it waits for is said; a source that people bring cannot be automatic."""
    url = f"/admin/events/{house.event}/draw"
    assert "cannot draw itself" in page(house, url)
    assert "People have to bring" in follow(house, f"{url}/automatic", do="on")
    assert "Choose what is to be done" in follow(house, f"{url}/automatic", do="dance")
    at = house.office.now() + timedelta(hours=4)
    e = m.raffle_events
    with house.office.begin(house.people["admin"]) as c:
        kept = c.execute(select(e.c.configuration).where(e.c.id == house.draft)).scalar_one()
        kept["draw"] |= {"source": "drand"}
        c.execute(update(e).where(e.c.id == house.draft).values(configuration=kept, draw_at=at))
    url = f"/admin/events/{house.draft}/draw"
    assert "Let it draw itself" in page(house, url)
    shown = follow(house, f"{url}/automatic", do="on")
    assert "switched on" in shown
    assert "Nobody has confirmed" in shown[shown.index("What it waits for") :]
    shown = follow(house, f"{url}/automatic", do="sign")
    assert "signed beforehand by <strong>Per manager</strong>" in shown
    assert "Nobody has confirmed" not in shown[shown.index("What it waits for") :]
    assert "is taken back" in follow(house, f"{url}/automatic", do="unsign")
    assert "no longer draws itself" in follow(house, f"{url}/automatic", do="off")
    assert "Switch it off" not in page(house, url, "auditor")


def test_an_event_drawn_together_with_another_says_where(house: House) -> None:
    """D8: its numbers are in the leading event's draw."""
    e = m.raffle_events
    with house.office.begin(house.people["admin"]) as c:
        kept = c.execute(select(e.c.configuration).where(e.c.id == house.draft)).scalar_one()
        kept["draw"] |= {"linked_to": str(house.event)}
        c.execute(update(e).where(e.c.id == house.draft).values(configuration=kept))
    shown = page(house, f"/admin/events/{house.draft}/draw")
    assert "are in the draw of" in shown
    assert f'href="/admin/events/{house.event}/draw">Final</a>' in shown
    assert "The event is a draft" in page(house, f"/admin/events/{house.draft}/reconcile")


def test_of_a_draft_nothing_is_done_and_nothing_praised(house: House) -> None:
    """Y9: it is to be activated; no step of it has a tick, and no report agrees with journals that there are not."""
    shown = page(house, f"/admin/events/{house.draft}/reconcile")
    assert "Activate it first." in shown
    assert 'class="step done"' not in shown
    shown = page(house, f"/admin/events/{house.draft}/reports")
    assert "Nothing sold yet" in shown
    assert "Agrees with the journals" not in shown
    assert "Draw again what was given up" not in page(house, f"/admin/events/{house.draft}/draw")


def test_how_far_a_freeze_has_come_is_told_to_every_process(house: House) -> None:
    """D2: read while it is under way, by another connection; nothing is left behind."""
    url = f"/admin/events/{house.event}/draw/freeze/now"
    assert house.client("manager").get(url).get_json() == {}
    with telling(house.office, house.event) as tell:
        tell(4_000_000, 2**31 - 1)
        assert house.client("manager").get(url).get_json() == {"done": 4_000_000, "of": 2**31 - 1}
        tell(2**31 - 1, 2**31 - 1)
        assert house.client("manager").get(url).get_json()["done"] == 2**31 - 1
        other = f"/admin/events/{house.draft}/draw/freeze/now"
        assert house.client("manager").get(other).get_json() == {}
    assert house.client("manager").get(url).get_json() == {}
    assert house.client("auditor").get(url).status_code == 403
    assert f'data-progress="{url}"' in page(house, ready(house))
