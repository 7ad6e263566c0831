"""The claims desk's pages, what becomes of unclaimed prizes, and champions, as people of each role use them."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from syncserver import auth, champions, claims, events
from syncserver import models as m
from syncserver.db import Database
from tests.server import PASSWORD, House, close_and_confirm, drawn, make_house, post, sell, token


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """Its event sold, drawn and official."""
    made = make_house(database, tmp_path)
    for i in range(6):
        sell(made, 1 + i, 1, counter=i + 1)
    close_and_confirm(made)
    drawn(made, official=True)
    return made


def stand(house: House) -> list[claims.Standing]:
    with house.office.begin() as c:
        return claims.standings(house.office, c, house.event)


def page(house: House, role: str, url: str, **form: object) -> str:
    """A page, or what a form led to."""
    browser = house.client(role)
    if not form:
        answer = browser.get(url)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data(as_text=True)
    answer = post(browser, url, **form)
    if answer.status_code == 303:
        answer = browser.get(answer.headers["Location"])
    assert answer.status_code == 200, answer.status_code
    return str(answer.get_data(as_text=True))


def pay(house: House, one: claims.Standing, **more: object) -> str:
    form = {"ticket": one.validation, "result": one.result, "name": "Eve Lindqvist", "desk": "Desk 1"}
    return page(house, "claims", "/admin/claims/pay", **(form | more))


def test_a_prize_is_paid_at_the_desk_and_its_receipt_printed(house: House) -> None:
    """D9, D10: the verdict, the payment, signature lines, delivery noted once."""
    first = stand(house)[0]
    assert "It has won" in page(house, "claims", "/admin/claims", ticket=first.validation)
    receipt = pay(house, first)
    assert "signature of the winner" in receipt
    assert "signature for the organiser" in receipt
    claim = re.search(r"/admin/claims/([0-9a-f-]{36})/deliver", receipt)
    assert claim is not None
    delivered = page(house, "claims", f"/admin/claims/{claim[1]}/deliver", note="Collected by her brother.")
    assert "Collected by her brother." in delivered
    assert "noted by Per claims" in delivered
    again = page(house, "claims", f"/admin/claims/{claim[1]}/deliver", note="")
    assert "noted as delivered already" in again
    assert "already paid" in pay(house, first).lower() or "was paid on" in pay(house, first)
    assert "Already paid" in page(house, "claims", "/admin/claims", ticket=first.validation)


def test_the_claims_desk_begins_there_and_is_told_which_number_to_type(house: House) -> None:
    """D9: the log-in leads to the desk, once; a draw number is told from a mistyped one; a known name is offered."""
    browser = house.client("claims")
    assert browser.get("/admin/").location == "/admin/claims"
    assert browser.get("/admin/").status_code == 200
    first = stand(house)[0]
    assert "looks like a draw number" in page(house, "claims", "/admin/claims", ticket=f" {first.number} ")
    assert "mistyped" in page(house, "claims", "/admin/claims", ticket="1234-5678-9012-3456")
    with house.office.begin() as c:
        c.execute(
            update(m.orders).where(m.orders.c.id == first.order).values(customer_info={"name": "Ida Known"})
        )
    assert 'name="name" value="Ida Known"' in page(house, "claims", "/admin/claims", ticket=first.validation)


def test_the_page_of_a_drawn_event_begins_with_its_winners(house: House) -> None:
    """D8, D9: number, prize and amount, and whether it was claimed."""
    first = stand(house)[0]
    shown = page(house, "operator", f"/admin/events/{house.event}")
    card = shown.partition('id="won"')[2].partition("</section>")[0]
    assert f"<strong>{first.number}</strong>" in card
    assert card.count("not yet") == len(stand(house))
    pay(house, first)
    assert (
        "paid"
        in page(house, "manager", f"/admin/events/{house.event}")
        .partition('id="won"')[2]
        .partition("</section>")[0]
    )


def test_two_people_give_a_prize_up(house: House) -> None:
    """D7, D9: one asks, which holds the payment; the same person cannot agree; another can."""
    first, second = stand(house)
    held = page(
        house, "claims", "/admin/prizes/give-up", result=first.result, kind="declined", reason="Gave it back."
    )
    assert "a second person has to agree" in held
    assert "Give it up…" in held
    with house.office.begin() as c:
        forfeit = c.execute(select(m.forfeits.c.id)).scalar_one()
    assert "Who asked for it cannot agree" in page(house, "claims", "/admin/prizes/agree", forfeit=forfeit)
    assert "still to decide" in pay(house, first)
    shown = page(house, "manager", "/admin/prizes")
    assert "Per claims" in shown
    assert "Gave it back." in shown
    assert "The prize was given up." in page(house, "manager", "/admin/prizes/agree", forfeit=forfeit)
    assert stand(house)[0].state == "given_up"
    early = page(
        house, "claims", "/admin/prizes/give-up", result=second.result, kind="unclaimed", reason="Too soon."
    )
    assert "claim window is not over" in early
    page(house, "admin", "/admin/prizes/give-up", result=second.result, kind="ineligible", reason="Staff.")
    with house.office.begin() as c:
        other = c.execute(select(m.forfeits.c.id).where(m.forfeits.c.id != forfeit)).scalar_one()
    taken = page(house, "manager", "/admin/prizes/take-back", forfeit=other, reason="A namesake.")
    assert "can be paid again" in taken
    assert stand(house)[1].state == "open"
    assert "Choose why" in page(
        house, "claims", "/admin/prizes/give-up", result=second.result, kind="whim", reason="Why not."
    )


def test_another_organisation_s_prizes_are_not_there(house: House) -> None:
    """O1: neither to look at nor to decide about."""
    first = stand(house)[0]
    with house.office.begin() as c:
        elsewhere = events.create_organisation(c, "Others", "EUR")
        auth.create_user(c, elsewhere, "stranger", "Stranger", PASSWORD, "manager")
        asked = claims.give_up(
            house.office, c, first.result, "declined", "Gave it back.", house.people["admin"]
        )
    browser = house.client("stranger")
    forms: dict[str, dict[str, object]] = {
        "/admin/prizes/give-up": {"result": first.result, "kind": "declined", "reason": "Mine."},
        "/admin/prizes/agree": {"forfeit": asked},
        "/admin/prizes/take-back": {"forfeit": asked, "reason": "Mine."},
        f"/admin/champions/{first.result}/save": {"name": "x"},
    }
    for url, form in forms.items():
        assert post(browser, url, **form).status_code == 404, url
    assert browser.get(f"/admin/champions/{first.result}").status_code == 404
    assert "Final" not in page(house, "stranger", "/admin/prizes")
    assert "Half the pot" not in page(house, "stranger", "/admin/champions")


def photo(size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, "PNG")
    return out.getvalue()


def upload(house: House, result: UUID, data: bytes, role: str = "claims") -> Any:
    browser = house.client(role)
    form = {"csrf": token(browser), "photo": FileStorage(io.BytesIO(data), "me.png")}
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.post(f"/admin/champions/{result}/photo/add", data=body, content_type=kind)


def test_a_champion_is_prepared_by_one_and_approved_by_another(house: House) -> None:
    """D10, D12: consent asked at the desk, a proposed text, a picture, a preview, then published."""
    first = stand(house)[0]
    public = house.app.test_client()
    assert "Lindqvist" not in public.get("/champions").get_data(as_text=True)
    pay(house, first, consent="yes", city="Kiel")
    at = f"/admin/champions/{first.result}"
    assert "Eve Lindqvist from Kiel has won" in page(house, "claims", at)
    assert upload(house, first.result, photo()).status_code == 303
    assert house.client("claims").get(f"{at}/photo").mimetype == "image/jpeg"
    with house.office.begin() as c:
        champion = champions.get(c, first.result, house.organisation)
    assert champion.prepared_at is not None
    seen = champion.prepared_at.isoformat()
    assert public.get(f"/champions/{champion.id}/photo").status_code == 404
    assert post(house.client("claims"), f"{at}/approve", seen=seen).status_code == 403
    assert "has changed it" in page(house, "manager", f"{at}/approve", seen="2026-01-01T00:00:00+00:00")
    assert "cannot be told" in page(house, "manager", f"{at}/approve", seen="nonsense")
    assert "It is published." in page(house, "manager", f"{at}/approve", seen=seen)
    assert "Eve Lindqvist" in public.get("/champions").get_data(as_text=True)
    assert public.get(f"/champions/{champion.id}/photo").status_code == 200
    withdrawn = page(house, "manager", f"{at}/withdraw", reason="She asked for it.")
    assert "She asked for it." in withdrawn
    assert "Eve Lindqvist" not in public.get("/champions").get_data(as_text=True)
    assert public.get(f"/champions/{champion.id}/photo").status_code == 404
    assert "Saved." in page(house, "claims", f"{at}/save", name="", city="", announcement="", consent="")
    page(house, "claims", f"{at}/photo/remove", x="1")
    assert house.client("claims").get(f"{at}/photo").status_code == 404


def test_a_picture_may_be_larger_than_another_request_but_not_too_large(house: House) -> None:
    """Z2, Z3: eight megabytes, for whoever may and at that address alone; what is none is refused."""
    first = stand(house)[0]
    page(house, "claims", f"/admin/champions/{first.result}/save", name="Eve", consent="yes")
    padded = photo() + bytes(4_000_000)
    assert upload(house, first.result, padded).status_code == 303
    assert house.client("claims").get(f"/admin/champions/{first.result}/photo").status_code == 200
    too_large = upload(house, first.result, photo() + bytes(9_000_000))
    assert too_large.status_code == 413
    assert f"at most {champions.PHOTO_BYTES_MAX // 1024 + 64} kB here" in too_large.text
    for data in (b"", b"<script>alert(1)</script>"):
        assert upload(house, first.result, data).status_code == 303
    told = page(house, "claims", f"/admin/champions/{first.result}")
    assert "No picture was chosen." in told
    assert "no picture that can be shown" in told
    assert upload(house, first.result, padded, "auditor").status_code == 403
    big = {"csrf": token(house.client("claims")), "name": "x", "padding": "x" * 3_000_000}
    assert house.client("claims").post(f"/admin/champions/{first.result}/save", data=big).status_code == 413


def test_who_may_not_decide_sees_no_button(house: House) -> None:
    """O1: the auditor reads; the operator is not let in."""
    shown = page(house, "auditor", "/admin/prizes")
    assert "Give it up…" not in shown
    assert house.client("operator").get("/admin/prizes").status_code == 403
    assert house.client("auditor").get("/admin/champions").status_code == 403
