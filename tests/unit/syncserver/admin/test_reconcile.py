"""The office's reconciliation page: what it answers at a glance, what it lets whom do, and how it keeps up to date."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from kiosk.flow.said import VOID_REASONS
from shared import sale
from shared.clock import utc
from syncserver import draws, events, reconcile
from syncserver import models as m
from syncserver.admin import ground
from syncserver.admin import reconcile as pages
from syncserver.admin.reconcile import steps
from syncserver.db import Database
from syncserver.reconcile import Gate
from tests.chains import HOUR_MS, PRICE, START_MS, Kiosk, open_scene
from tests.desk import Desk, at_desk
from tests.drawers import FLOAT, closed, count, opened
from tests.server import post


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return at_desk(open_scene(database, tmp_path))


def todo(shown: str) -> list[tuple[str, str]]:
    """Who must act and at which step, as the glance says it."""
    return re.findall(r'<span class="who[^"]*">([^<]+)</span><div><a href="#([a-z-]+)">', shown)


def settle(desk: Desk, *kiosks: Kiosk) -> None:
    desk.scene.close()
    desk.browsers.clear()  # hours later; whoever was logged in is not any more
    for kiosk in kiosks:
        kiosk.cut()
        kiosk.send_all()


def test_the_page_answers_at_a_glance_who_must_do_what_until_nothing_is_left(desk: Desk) -> None:
    """Y9, D1: the five steps in order, each with who acts; signed by name, and ready for the draw."""
    north, south = desk.scene.kiosk("North"), desk.scene.kiosk("South")
    sold = north.sell()
    north.void(sold.lines[0])
    north.sell(msgspec.structs.replace(north.line(), price=PRICE + 1))
    north.send_all()
    shown = desk.page()
    assert "data-countdown" in shown
    assert "Every kiosk shows this countdown" in shown
    settle(desk, north)
    desk.scene.clock.pass_ms(120_000)
    shown = desk.page()
    assert todo(shown) == [
        ("At the kiosk", "hand-in"),
        ("You", "findings"),
        ("You", "voids"),
        ("You", "confirm"),
    ]
    assert todo(desk.page(role="auditor"))[1] == ("An event manager", "findings")
    south.cut()
    south.send_all()
    finding = re.search(r"/admin/findings/([0-9a-f-]{36})/decide", desk.page())
    assert finding
    event = desk.scene.event
    shown = desk.follow(finding[0], decision="accept", reason="Seen the receipt", reconciling=str(event))
    assert "<h1>Reconcile</h1>" in shown
    assert todo(shown) == [("You", "voids"), ("You", "confirm")]
    assert "wrong package" in shown
    shown = desk.follow(f"{desk.url}/voids", shown="1")
    assert todo(shown) == [("You", "confirm")]
    shown = desk.follow(f"{desk.url}/confirm")
    assert "Ready for the draw" in shown
    assert "Confirmed by <strong>Per manager</strong>" in shown


def test_voids_that_came_in_while_somebody_looked_are_not_acknowledged_unseen(desk: Desk) -> None:
    """D1: a person acknowledges what the page showed, nothing else."""
    north = desk.scene.kiosk("North")
    for _ in range(2):
        north.void(north.sell().lines[0])
    north.send_all()
    assert "Another void has come in meanwhile" in desk.follow(f"{desk.url}/voids", shown="1")
    with desk.scene.office.begin() as c:
        assert reconcile.status(desk.scene.office, c, desk.scene.event).voids_open == 2
    assert "acknowledged, under your name" in desk.follow(f"{desk.url}/voids", shown="2")


def test_the_pieces_that_refresh_are_the_page_s_own(desk: Desk) -> None:
    """Y9: live: the fragment bears the same pieces, and the page asks for it every three seconds or sooner."""
    desk.scene.kiosk("North").send_all()
    shown, fragment = desk.page(), desk.page(f"{desk.url}/now")
    every = re.search(r'data-refresh="([^"]+)" data-every="(\d+)"', shown)
    assert every
    assert (every[1], int(every[2]) <= 3) == (f"{desk.url}/now?plan=main", True)
    assert "<html" not in fragment
    pieces = re.findall(r'^<(?:section|dl|ol) class="[^"]+" id="([a-z]+)"', fragment, re.MULTILINE)
    assert pieces == ["glance", "sums", "steps", "corruption", "excluded"]


def test_a_kiosk_s_row_says_where_its_numbers_are(desk: Desk) -> None:
    """Y9: allocated, sold, void, returned, missing, cash expected, entries here, cut."""
    north, south = desk.scene.kiosk("North"), desk.scene.kiosk("South")
    north.void(north.sell().lines[0])
    north.sell()
    south.sell()
    settle(desk, north)
    south.send_all()
    shown = desk.page()
    rows = {
        name: dict(re.findall(r'data-label="([^"]+)">(?:<strong>)?([^<]+)', row))
        for name, row in re.findall(
            r"<tr>\n<td class=\"lead unit\"><strong>([^<]+)</strong>(.*?)</tr>", shown, re.DOTALL
        )
    }
    assert rows["North"] == {
        "Allocated": "100", "Sold": "5", "Void": "5", "In doubt": "0", "Returned": "90", "Missing": "0",
        "Entries here": "6",
    }  # fmt: skip
    assert cells(shown[shown.index("The drawers") :]) == ["€0.00", "€0.00", "€10.00"]
    assert (rows["South"]["Sold"], rows["South"]["Missing"]) == ("5", "95")


def test_an_exception_shows_what_it_leaves_out_and_needs_a_second_person(desk: Desk) -> None:
    """Y11: the numbers before asking and before agreeing; whoever asked cannot agree; it is on the corruption log."""
    north, south = desk.scene.kiosk("North"), desk.scene.kiosk("South")
    south.sell()
    north.send_all()
    south.send_all()
    settle(desk, north)
    desk.scene.clock.pass_ms(120_000)
    asking = f"{desk.url}/except/{south.rsu}/1"
    assert asking in desk.page()
    before = desk.page(asking)
    assert "A second person" in before
    first = south.grants[0][0].first
    assert f"{first + 5}–{first + 99}" in before
    assert "<strong>95</strong>" in before
    assert desk.browser("manager").get(f"{desk.url}/except/{desk.scene.event}/1").status_code == 404
    shown = desk.follow(f"{desk.url}/except", rsu=str(south.rsu), epoch=1, reason="Stolen at the gate")
    assert "You asked for this" in shown
    assert "Stolen at the gate" in shown[shown.index("Corruption log") :]
    finding = re.search(r"/admin/findings/([0-9a-f-]{36})/decide", desk.page(role="admin"))
    assert finding
    assert f"{first + 5}–{first + 99}" in desk.page(role="admin")
    form = {"decision": "accept", "reason": "Seen the report", "reconciling": str(desk.scene.event)}
    assert "second person has to agree" in desk.follow(finding[0], **form)
    shown = desk.follow(finding[0], "admin", **form)
    assert "left out" in shown
    assert todo(shown) == [("You", "confirm")]


def test_a_dead_kiosk_s_medium_is_brought_in_where_one_reconciles(desk: Desk) -> None:
    """K6, Y11: the file says whose it is; what was taken stays on a page of its own."""
    north = desk.scene.kiosk("North")
    north.sell()
    north.send_all()
    for name, data in (("x.journal", b"no journal"), ("", b"")):
        sent = {"csrf": token_of(desk), "medium": (io.BytesIO(data), name)}
        answer = desk.browser("manager").post(
            f"{desk.url}/import", data=sent, content_type="multipart/form-data"
        )
        assert answer.location == f"{desk.url}/imports"
        shown = desk.page(answer.location)
        assert "holds no journal" in shown if name else "No file was chosen" in shown


def token_of(desk: Desk) -> str:
    with desk.browser("manager").session_transaction() as session:
        return str(session["csrf"])


def test_the_first_step_that_is_not_done_is_at_hand(desk: Desk) -> None:
    """D1: whatever gates there are, an unknown one stands before the signature."""
    names = ("closed", "unit", "findings", "voids", "linked", "confirmed")
    none = [Gate(code, passed=False, words=code) for code in names]
    assert [step.state for step in steps(none)] == ["now", "later", "later", "later", "later"]
    closed = [Gate("closed", passed=True, words=""), *none[1:]]
    assert [step.state for step in steps(closed)] == ["done", "now", "fails", "fails", "later"]
    almost = [Gate(code, passed=code != "linked", words=code) for code in names]
    assert [step.state for step in steps(almost)] == ["done", "done", "done", "done", "now"]
    assert steps([Gate(code, passed=True, words="") for code in names])[4].state == "done"


def test_nobody_but_readers_sees_the_reconciliation_and_nobody_but_managers_acts(desk: Desk) -> None:
    """O1, Z2: an auditor reads; operators and the claims desk do not."""
    desk.scene.kiosk("North").send_all()
    for role, status in (("auditor", 200), ("operator", 403), ("claims", 403)):
        for url in (desk.url, f"{desk.url}/now", f"{desk.url}/imports"):
            assert desk.browser(role).get(url).status_code == status
    for step in ("voids", "confirm", "except", "import"):
        assert post(desk.browser("auditor"), f"{desk.url}/{step}").status_code == 403
    with desk.scene.office.begin() as c:
        confirmed = c.execute(m.raffle_events.select()).one().reconciliation_confirmed_at
    assert confirmed is None
    assert "Bring it in" not in desk.page(role="auditor")


def test_every_number_is_accounted_for_on_a_page_and_in_a_table(desk: Desk) -> None:
    """N2, Y9: each number once, in a state; the sums come to the event's range; by state; as CSV."""
    north, south = desk.scene.kiosk("North"), desk.scene.kiosk("South")
    north.sell()
    north.void(north.sell().lines[0])
    south.sell()
    south.send_all()
    settle(desk, north)
    url = f"/admin/events/{desk.scene.event}/numbers"
    shown = desk.page(url, "auditor")
    assert "all accounted for, each once" in shown
    sums = dict(
        re.findall(r'state=([a-z+%0-9]+)" >[^<]+</a></td><td[^>]*>[^<]+</td><td[^>]*>([0-9,]+)', shown)
    )
    assert (sums["sold"], sums["void"], sums["returned"], sums["unaccounted"]) == ("10", "5", "90", "95")
    assert "North" not in desk.page(f"{url}?state=unaccounted")
    rows = list(csv.DictReader(io.StringIO(desk.page(f"{url}.csv", "auditor"))))
    assert sum(int(row["count"]) for row in rows) == 1_000_000
    after = 0
    for row in rows:
        assert int(row["first"]) == after + 1
        after = int(row["last"])
    lost = list(csv.DictReader(io.StringIO(desk.page(f"{url}.csv?state=returned"))))
    assert [(row["kiosk"], row["count"]) for row in lost] == [("North", "90")]
    with desk.scene.office.begin() as c:
        c.execute(m.rsus.update().where(m.rsus.c.name == "North").values(name="=HYPERLINK(1)"))
    # No spreadsheet takes what somebody called their kiosk for a formula.
    lost = list(csv.DictReader(io.StringIO(desk.page(f"{url}.csv?state=returned"))))
    assert [row["kiosk"] for row in lost] == ["'=HYPERLINK(1)"]


def test_the_ledger_by_blocks_is_the_ledger_by_numbers_whatever_kiosks_did(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N2: whose numbers are whose follows from their blocks as long as it does, and is looked up where it does not."""
    scene = desk.scene
    north, south = scene.kiosk("North", blocks=20), scene.kiosk("South", blocks=20)
    north.allocate(20)  # behind South's first
    south.allocate(60)
    again = scene.enrol(north.rsu, 30)
    idle = scene.kiosk("Idle", blocks=15)
    for turn in range(7):
        sold = north.sell().lines[0]
        if turn in {1, 4, 5}:
            north.void(sold, misprint=turn == 4)
        south.sell(msgspec.structs.replace(south.line(), price=PRICE + (turn == 2)))
        if turn in {0, 5}:
            south.line()  # numbers that never come in
    south.sell(test=True)
    for _ in range(2):
        again.sell()
    far = msgspec.structs.replace(south.line(2).ranges[0], first=3_000)
    for kiosk in (north, south, again, idle):
        kiosk.send_all()

    def the_same(*, by_blocks: bool) -> None:
        with scene.office.begin() as c:
            assert (reconcile._runs(c, scene.event, {}) is not None) == by_blocks
            monkeypatch.setattr(reconcile, "WINDOW_NUMBERS", 1_000_000)
            whole = list(reconcile.number_ledger(c, scene.event))
            for size in (1, 2, 5, 17, 40):
                monkeypatch.setattr(reconcile, "WINDOW_NUMBERS", size)
                assert list(reconcile.number_ledger(c, scene.event)) == whole
                for state in {span.state for span in whole}:
                    of_state = [span for span in whole if span.state == state]
                    assert list(reconcile.number_ledger(c, scene.event, state=state)) == of_state
                for start in range(1, 130, 3):
                    cut = [span for span in whole if span.last >= start]
                    cut[0] = replace(cut[0], first=max(start, cut[0].first))
                    assert list(reconcile.number_ledger(c, scene.event, start)) == cut
            counted: Counter[str] = Counter()
            for span in whole:
                counted[span.state] += span.count
            assert reconcile.number_counts(c, scene.event) == counted
        assert len(whole) > 15
        assert {"sold", "void", "misprint", "quarantined", "invalid", "unaccounted"} <= set(counted)

    the_same(by_blocks=True)
    south.sell(msgspec.structs.replace(south.line(2), ranges=(far,)))
    south.send_all()
    the_same(by_blocks=True)
    f = m.findings
    with scene.office.begin(scene.user) as c:
        doubt = c.execute(select(f.c.id).where(f.c.kind == "outside_block")).scalar_one()
        reconcile.decide(scene.office, c, doubt, "accept", "We looked at the paper.", scene.user)
    the_same(by_blocks=False)


def test_the_ledger_is_the_same_from_any_number_on_of_any_state_in_any_windows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N2: a page of it, a state of it and its file are parts of one ledger."""
    north, south = desk.scene.kiosk("North"), desk.scene.kiosk("South")
    for place in range(6):
        sold = north.sell().lines[0]
        if place % 2:
            north.void(sold)
        south.sell()
    south.send_all()
    settle(desk, north)
    with desk.scene.office.begin() as c:
        whole = list(reconcile.number_ledger(c, desk.scene.event))
        for size in (1, 3, 7):
            monkeypatch.setattr(reconcile, "WINDOW_NUMBERS", size)
            assert list(reconcile.number_ledger(c, desk.scene.event)) == whole
        for place, span in enumerate(whole):
            assert list(reconcile.number_ledger(c, desk.scene.event, span.first)) == whole[place:]
        for state in {span.state for span in whole}:
            of_state = [span for span in whole if span.state == state]
            assert list(reconcile.number_ledger(c, desk.scene.event, state=state)) == of_state
            last = of_state[-1].first
            assert list(reconcile.number_ledger(c, desk.scene.event, last, state)) == of_state[-1:]
    assert len(whole) >= 8
    monkeypatch.setattr(pages, "SPANS_SHOWN", 3)
    url = f"/admin/events/{desk.scene.event}/numbers"
    assert "the first 3 ranges" in desk.page(url)
    (following,) = re.findall(r"/numbers\?from=([0-9]+)", desk.page(url))
    assert int(following) == whole[3].first
    shown = desk.page(f"{url}?from={following}")
    assert "From the beginning" in shown
    assert f'data-label="To">{whole[5].last}<' in shown
    assert "No number is in that state" in desk.page(f"{url}?from=99999999999&state=quarantined")


def test_an_order_is_found_excluded_with_a_reason_and_taken_back(desk: Desk) -> None:
    """D2: a recorded decision before the freeze, on the page of the event being reconciled."""
    north = desk.scene.kiosk("North")
    sold = north.sell()
    north.send_all()
    url = f"/admin/events/{desk.scene.event}/exclusions"
    assert "Nobody was excluded" in desk.page()
    number = str(north.grants[0][0].first)
    for q in (sold.lines[0].validation, number, sold.lines[0].order):
        assert "Exclude under my name" in desk.page(f"{url}?q={q}"), q
    assert "No order of this event" in desk.page(f"{url}?q=999999")
    assert "Reason: that will not do" in desk.follow(f"{url}/add", order=sold.lines[0].order)
    desk.follow(f"{url}/add", order=sold.lines[0].order, reason="Sold by the draw's own steward")
    assert "own steward" in desk.page()
    lift = re.search(r"/admin/exclusions/[0-9a-f-]{36}/lift", desk.page(url))
    assert lift
    assert "Exclude" not in desk.page(f"{url}?q={number}", "auditor")
    shown = desk.follow(lift[0], reason="He had gone home before")
    assert "taken back" in shown
    assert "gone home" in shown
    assert "Nobody was excluded" in desk.page()
    nowhere = f"/admin/exclusions/{desk.scene.event}/lift"
    assert post(desk.browser("manager"), nowhere, reason="there is none").status_code == 404


def test_what_is_frozen_is_not_excluded_any_more(desk: Desk) -> None:
    """D2: after the freeze the page says so, and what can be done instead."""
    north = desk.scene.kiosk("North")
    sold = north.sell()
    north.send_all()
    settle(desk, north)
    by = desk.people["manager"]
    with desk.scene.office.begin(by) as c:
        reconcile.confirm(desk.scene.office, c, desk.scene.event, by)
    with desk.scene.office.begin(by) as c:
        draws.freeze(desk.scene.office, c, desk.scene.event, {"source": "none"}, by)
    url = f"/admin/events/{desk.scene.event}/exclusions"
    assert "Too late." in desk.page(f"{url}?q={sold.lines[0].validation}")
    assert "is under way" in desk.follow(f"{url}/add", order=sold.lines[0].order, reason="Staff")


def test_each_planned_draw_is_reconciled_by_itself(database: Database, tmp_path: Path) -> None:
    """D2, Y9: an early bird has gates and a signature of its own while sales go on."""
    until = utc(START_MS + HOUR_MS)
    early = events.PoolPlan(
        name="friday", label="Early bird, Friday", until=until, draw_at=until + timedelta(minutes=30)
    )
    scene = open_scene(
        database,
        tmp_path,
        pools=(early,),
        prepare=lambda c, event: events.add_prize(
            c, event, "Jersey", "fixed", 5_000, position=9, pool="friday"
        ),
    )
    desk = at_desk(scene)
    north = scene.kiosk("North")
    north.sell()
    shown = desk.page(f"{desk.url}?plan=friday")
    assert "aria-current=page>Early bird, Friday" in shown
    assert "until this early bird ends" in shown
    scene.clock.pass_ms(2 * HOUR_MS)
    desk.browsers.clear()
    north.cut(pool="friday")
    north.send_all()
    shown = desk.page(f"{desk.url}?plan=friday")
    assert "Sales of the event go on until" in shown
    assert todo(shown) == [("You", "confirm")]
    shown = desk.follow(f"{desk.url}/confirm", plan="friday")
    assert "Ready for the draw" in shown
    assert todo(desk.page()) != []
    drawing = desk.page(f"/admin/events/{scene.event}/draw")
    assert "<h1>Early bird, Friday" in drawing
    assert "Jersey" in drawing
    assert "Half the pot" not in drawing


def test_the_drawers_are_told_beside_what_should_be_in_them(desk: Desk) -> None:
    """Y9: cash expected and counted, over or short by kiosk, and each one's status in a word."""
    kiosk = desk.scene.kiosk("North")
    with_shift(kiosk, counted=FLOAT + PRICE - 150)
    card = sale.Payment(method="card", amount=PRICE, tendered=PRICE, change=0, card=PRICE)
    kiosk.sell(payment=card)
    kiosk.sell()
    kiosk.send()
    shown = desk.page()
    assert "pending" in shown
    cash = shown[shown.index("The drawers") :].split("</table>", 1)[0]
    assert "€1.50 short" in cash
    assert "€10.00 not counted yet" in cash
    assert cells(cash) == ["€10.00", "€0.00", "€20.00", "€8.50"]
    desk.scene.close()
    kiosk.cut()
    kiosk.send_all()
    desk.browsers.clear()  # hours have passed: whoever was logged in no longer is
    assert "synced" in desk.page()
    assert "€1.50 short" in desk.page(f"/admin/kiosks/{kiosk.rsu}")


def test_the_page_says_in_words_what_a_kiosk_journals_in_codes(desk: Desk) -> None:
    """Y9: no heading denies an open finding, floats are told of, reasons and one kiosk are words."""
    kiosk = desk.scene.kiosk("North")
    with_shift(kiosk, counted=FLOAT + PRICE - 2_000)
    changed, misprinted = kiosk.sell(), kiosk.sell()
    kiosk.void(changed.lines[0], reason="customer")
    kiosk.void(misprinted.lines[0], reason="misprint", misprint=True)
    settle(desk, kiosk)
    shown = desk.page()
    assert "The kiosk has handed over everything up to the close." in shown
    assert "Findings: none keeps the draw shut" in shown
    assert "Findings are decided" not in shown
    assert "both without the floats" in shown
    assert ">The customer changed their mind<" in shown
    assert ">The ticket did not come out whole<" in shown
    finding = re.search(r"/admin/findings/([0-9a-f-]{36})/decide", shown)
    assert finding
    desk.follow(finding[0], decision="accept", reason="Found it", reconciling=str(desk.scene.event))
    assert "Findings are decided" in desk.page()


def test_every_reason_that_a_kiosk_gives_for_a_void_has_its_words() -> None:
    """Y9: as the kiosk says them; what a person wrote stays as it is."""
    assert {code: ground.why(code) for code, _ in VOID_REASONS} == {code: str(w) for code, w in VOID_REASONS}
    assert ground.why("Paid twice") == "Paid twice"
    assert ground.called("at the screen attend") == "waiting to pay"
    assert ground.called("near the door") == "near the door"


def test_a_kiosk_s_page_says_by_which_clock_it_tells_the_time(desk: Desk) -> None:
    """K2: its venue's, else the organisation's."""
    kiosk = desk.scene.kiosk("North")
    assert re.search(
        r"Times are by the clock of [^<(]+ \([A-Z][A-Za-z]+(/[A-Za-z_]+)?\)",
        desk.page(f"/admin/kiosks/{kiosk.rsu}"),
    )


def test_a_kiosk_with_something_to_decide_is_failed_in_words(desk: Desk) -> None:
    """S13: taken in, with a blocking finding."""
    kiosk = desk.scene.kiosk("North")
    kiosk.sell(at=desk.scene.closes_ms + 1_000)
    desk.scene.close()
    kiosk.cut()
    kiosk.send_all()
    shown = desk.page()
    assert '<span class="badge bad">failed</span>' in shown
    assert "something in it has to be decided" in shown


def test_a_kiosk_s_page_lists_its_shifts_counts_and_what_was_done_at_its_drawer(desk: Desk) -> None:
    """K13, Y9: over and short, how it was counted, what came late, the drawer opened for no sale."""
    kiosk = desk.scene.kiosk("North")
    mine = with_shift(kiosk, counted=FLOAT + PRICE + 200)
    user = str(desk.scene.user)
    kiosk.journal(sale.DrawerOpened(by=user, reason="no_sale", approved_by=user))
    kiosk.journal(
        sale.CashMoved(shift=mine, by=user, cash=sale.Cash(currency="EUR", amount=-300), reason="to the safe")
    )
    late = sale.ShiftSum(currency="EUR", moved=-300, expected=-300, counted=-300)
    kiosk.journal(sale.ShiftSupplement(shift=mine, number=1, by=user, sums=(late,)))
    opened(kiosk, 2)
    kiosk.send()
    shown = desk.page(f"/admin/kiosks/{kiosk.rsu}")
    for words in (
        "No. 1",
        "€2.00 over",
        "112 × €1.00",
        "Supplement 1 to No. 1",
        "opened for no sale",
        "to the safe",
        "-€3.00",
        "Its sums come with its close.",
    ):
        assert words in shown
    assert "sums differ" not in shown


def cells(table: str) -> list[str]:
    """The amounts of a table's first row."""
    row = table.split("<tbody>")[1].split("</tr>", 1)[0]
    return re.findall(r'<td class="num"[^>]*>([^<]+)</td>', row)


def with_shift(kiosk: Kiosk, counted: int) -> str:
    """A shift with one sale for cash, closed after this much was counted."""
    mine = opened(kiosk)
    kiosk.sell()
    count(kiosk, mine, counted)
    closed(kiosk, mine)
    return mine
