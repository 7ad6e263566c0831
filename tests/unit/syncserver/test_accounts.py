"""Customers: registering, confirming, a new password, their data, going, and being shut out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text

from shared.errors import Refused
from syncserver import account, accounts, auth, events, notifications
from syncserver import models as m
from syncserver.db import Database
from tests.postgres import as_owner
from tests.server import CUSTOMER_EMAIL, PASSWORD, House, log_in, make_house, post, sell, sign_in, token

NEW = "an altogether new password"
NORA = "nora@mail.example"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def letters(house: House, kind: str) -> list[tuple[str, str]]:
    """To whom such letters go, and with which link, in their order."""
    n = m.notifications
    with house.office.begin() as c:
        rows = c.execute(select(n).where(n.c.kind == kind, n.c.channel == "email").order_by(n.c.id)).all()
    return [(row.recipient["email"], row.facts["link"].split("/account/", 1)[1]) for row in rows]


def register(browser: FlaskClient, email: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]  # noqa: ANN201 - werkzeug's own response type
    browser.get("/account/register")
    return post(browser, "/account/register", email=email, name="Nora N.", password=password, language="de")


def test_a_customer_registers_confirms_and_is_a_customer_alone(house: House) -> None:
    """O7: always as a customer; the account opens once the address is confirmed, by the letter's link, once."""
    browser = house.app.test_client()
    answer = register(browser, " Nora@Mail.example ")
    assert "Look into your mailbox" in answer.get_data(as_text=True)
    assert sign_in(house.app.test_client(), NORA).status_code == 401
    [(to, link)] = letters(house, "verify_email")
    assert to == NORA
    page = browser.get(f"/account/{link}")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Choose your password" not in page.get_data(as_text=True)
    assert (
        sign_in(house.app.test_client(), NORA).status_code == 401
    )  # a page that was only looked at opens nothing
    browser.get(f"/account/{link}")
    assert post(browser, f"/account/{link}").location == "/account"
    assert "Nora N." in browser.get("/account").get_data(as_text=True)
    assert browser.get(f"/account/{link}").status_code == 404
    assert browser.get("/admin/").status_code == 403
    assert sign_in(house.app.test_client(), NORA, came_for="/events").location == "/events"
    with house.office.begin() as c:
        row = c.execute(select(m.customer_accounts).where(m.customer_accounts.c.email == NORA)).one()
        assert row.language == "de"
        roles = c.execute(
            select(m.organization_users.c.role).where(m.organization_users.c.user_id == row.user_id)
        ).scalars()
        assert list(roles) == ["customer"]
        logged = str(c.execute(text("SELECT array_agg(new_data::text) FROM audit_log")).scalar_one())
    assert "nora" not in logged.lower()


@pytest.mark.parametrize(
    ("came_for", "led_to"),
    [("/checkout", "/checkout"), ("https://evil.example", "/account"), ("//evil", "/account")],
)
def test_who_registers_on_the_way_to_a_page_is_led_on_to_it(house: House, came_for: str, led_to: str) -> None:
    """O7, Z1: to one of ours alone, and only in the browser that registered."""
    browser, other = house.app.test_client(), house.app.test_client()
    form = browser.get("/account/register", query_string={"next": came_for}).get_data(as_text=True)
    assert f'name="next" value="{came_for}"' in form
    given = {"email": NORA, "name": "Nora N.", "password": PASSWORD, "language": "de", "next": came_for}
    post(browser, "/account/register", **given)
    [(_, link)] = letters(house, "verify_email")
    other.get(f"/account/{link}")
    browser.get(f"/account/{link}")
    assert post(browser, f"/account/{link}").location == led_to


def test_no_answer_tells_whether_an_address_has_an_account(house: House) -> None:
    """O7, Z1: registering, a forgotten password and signing in answer alike; the mailbox's owner is told."""

    def plain(answer: object, email: str) -> str:
        return str(answer.get_data(as_text=True)).replace(email, "…").split("<main")[1]  # type: ignore[attr-defined]

    one, other = house.app.test_client(), house.app.test_client()
    assert plain(register(one, CUSTOMER_EMAIL), CUSTOMER_EMAIL) == plain(register(other, NORA), NORA)
    assert [to for to, _ in letters(house, "password_reset")] == [CUSTOMER_EMAIL]
    answers = [post(one, "/account/forgotten", email=to) for to in (CUSTOMER_EMAIL, "none@mail.example")]
    assert plain(answers[0], CUSTOMER_EMAIL) == plain(answers[1], "none@mail.example")
    assert len(letters(house, "password_reset")) == 2
    wrong = [sign_in(house.app.test_client(), to, "wrong") for to in (CUSTOMER_EMAIL, "none@mail.example")]
    assert {answer.status_code for answer in wrong} == {401}
    assert (
        sign_in(house.app.test_client(), CUSTOMER_EMAIL).status_code == 303
    )  # registering again changed nothing


def test_whoever_owns_the_mailbox_owns_the_account(house: House) -> None:
    """O7, Z1: a stranger who registers with somebody's address does not keep a password to it."""
    stranger, owner = house.app.test_client(), house.app.test_client()
    register(stranger, NORA, "the stranger's password")
    [(_, link)] = letters(house, "verify_email")
    assert "Choose your password" in owner.get(f"/account/{link}").get_data(as_text=True)
    assert post(owner, f"/account/{link}", password="short").status_code == 422
    assert post(owner, f"/account/{link}", password=NEW).location == "/account"
    assert sign_in(house.app.test_client(), NORA, "the stranger's password").status_code == 401
    assert sign_in(house.app.test_client(), NORA, NEW).status_code == 303


def test_a_new_password_by_letter_ends_all_sessions(house: House) -> None:
    """O7: the link is good for an hour, once, and letters do not flood a mailbox."""
    browser = house.client("customer")
    other = house.app.test_client()
    other.get("/account/forgotten")
    for _ in range(accounts.LETTERS_MAX + 3):
        post(other, "/account/forgotten", email=CUSTOMER_EMAIL)
    sent = letters(house, "password_reset")
    assert len(sent) == accounts.LETTERS_MAX
    other.get(f"/account/{sent[0][1]}")
    assert post(other, f"/account/{sent[0][1]}", password=NEW, again="another").status_code == 422
    assert post(other, f"/account/{sent[0][1]}", password=NEW, again=NEW).status_code == 303
    assert browser.get("/account").status_code == 401
    assert other.get("/account").status_code == 200
    assert other.get(f"/account/{sent[1][1]}").status_code == 404  # what was sent before is worth nothing now
    assert sign_in(house.app.test_client(), CUSTOMER_EMAIL).status_code == 401
    house.clock.ahead_ms += accounts.LETTERS_S * 1000 + 1000
    post(other, "/account/forgotten", email=CUSTOMER_EMAIL)
    newest = letters(house, "password_reset")[-1][1]
    house.clock.ahead_ms += accounts.RESET_S * 1000 + 1000
    assert other.get(f"/account/{newest}").status_code == 404


def test_the_same_address_is_another_customer_elsewhere(house: House) -> None:
    """O7: organisations do not share their customers."""
    with house.office.begin() as c:
        elsewhere = events.create_organisation(c, "Hospice", "EUR")
        user = accounts.create(house.office, c, elsewhere, email=CUSTOMER_EMAIL, verified=True)
    assert user != house.customer
    browser = house.app.test_client()
    page = browser.get("/account/sign-in", query_string={"o": str(elsewhere)})
    assert "Hospice" in page.get_data(as_text=True)
    form = {"email": CUSTOMER_EMAIL, "password": PASSWORD, "csrf": token(browser)}
    assert browser.post("/account/sign-in", data=form | {"o": str(elsewhere)}).status_code == 401
    assert browser.post("/account/sign-in", data=form).status_code == 303


def test_customers_change_take_along_and_delete_what_they_told(house: House) -> None:
    """O7: personal data goes, on orders as well; the orders stay."""
    browser = house.client("customer")
    post(browser, "/account/details", name="Cleo C.", phone="+49 30 1234567", language="fr")
    post(browser, "/account/details", name="Cleo C.", phone="call me", language="fr")
    shown = browser.get("/account").get_data(as_text=True)
    assert "no telephone number" in shown
    assert "+49301234567" in shown
    post(browser, "/account/messages", topic="entries")
    assert browser.get("/account").get_data(as_text=True).count("checked") == 1
    number = sell(house, 1)
    with as_owner(house.office.database) as c:
        c.execute(
            m.orders.update()
            .where(m.orders.c.validation_number == number)
            .values(created_by=house.customer, customer_info={"name": "Cleo"})
        )
    data = browser.get("/account/data.json")
    assert data.json is not None
    assert data.json["orders"][0]["numbers"] == [1, 2, 3, 4, 5]
    assert data.json["account"]["email"] == CUSTOMER_EMAIL
    assert "attachment" in data.headers["Content-Disposition"]
    post(browser, "/account/address", email=NORA, current="wrong")
    assert letters(house, "verify_email") == []
    post(browser, "/account/address", email=NORA, current=PASSWORD)
    [(to, link)] = letters(house, "verify_email")
    assert to == NORA
    browser.get(f"/account/{link}")
    post(browser, f"/account/{link}")
    assert NORA in browser.get("/account").get_data(as_text=True)
    post(browser, "/account/delete", current="wrong", sure="yes")
    post(browser, "/account/delete", current=PASSWORD)
    assert browser.get("/account").status_code == 200
    assert "is deleted" in post(browser, "/account/delete", current=PASSWORD, sure="yes").get_data(
        as_text=True
    )
    assert browser.get("/account").status_code == 401
    assert sign_in(house.app.test_client(), NORA).status_code == 401
    with house.office.begin() as c:
        assert (
            c.scalar(select(m.orders.c.customer_info).where(m.orders.c.validation_number == number)) is None
        )
        row = c.execute(
            select(m.customer_accounts).where(m.customer_accounts.c.user_id == house.customer)
        ).one()
        assert (row.email, row.name, row.phone) == (None, "", None)
        everything = str(
            c.execute(text("SELECT array_agg(new_data::text || old_data::text) FROM audit_log")).scalar_one()
        )
    assert "cleo" not in everything.lower()


def test_an_address_that_became_somebody_else_s_meanwhile_is_not_taken(house: House) -> None:
    """O7: said in words, and nothing changes."""
    browser = house.client("customer")
    post(browser, "/account/address", email=NORA, current=PASSWORD)
    [(_, link)] = letters(house, "verify_email")
    with house.office.begin() as c:
        accounts.create(house.office, c, house.organisation, email=NORA, verified=True)
    answer = post(browser, f"/account/{link}")
    assert answer.status_code == 404
    assert "an account of its own by now" in answer.get_data(as_text=True)
    assert CUSTOMER_EMAIL in browser.get("/account").get_data(as_text=True)


def test_a_customer_who_goes_leaves_no_address_in_messages_and_baskets(house: House) -> None:
    """O7, S11: what told them of their tickets, and what they bought on line, forgets them with the account."""
    browser, n, b = house.client("customer"), m.notifications, m.checkouts
    post(browser, "/account/address", email=NORA, current=PASSWORD)
    with house.office.begin() as c:
        to = notifications.To(email=CUSTOMER_EMAIL, name="Cleo", user=house.customer)
        notifications.enqueue(
            house.office, c, house.organisation, "order_placed", once="order/1", to=to, facts={}
        )
        c.execute(
            b.insert().values(
                id=uuid4(),
                organization_id=house.organisation,
                user_id=house.customer,
                buyer=b"",
                address=b"",
                contact={"email": CUSTOMER_EMAIL, "name": "Cleo", "phone": "", "language": "en"},
                state="expired",
                amount=800,
                currency="EUR",
                created_at=house.office.now(),
                expires_at=house.office.now(),
                ended_at=house.office.now(),
            )
        )
    post(browser, "/account/delete", current=PASSWORD, sure="yes")
    with house.office.begin() as c:
        mine = n.c.user_id == house.customer
        kept = c.execute(select(n.c.kind, n.c.recipient, n.c.facts).where(mine)).all()
        contacts = c.execute(select(b.c.contact)).scalars().all()
    assert {row.kind for row in kept} == {"order_placed", "verify_email"}
    assert [(row.recipient, row.facts) for row in kept] == [(None, None)] * 2
    assert contacts == [None]


def test_a_customer_who_is_shut_out_is_out_at_once(house: House) -> None:
    """O7: with a reason, noted; no letter opens the door, and lifting it lets them in again."""
    browser, by = house.client("customer"), house.people["admin"]
    with house.office.begin() as c:
        with pytest.raises(Refused):
            accounts.ban(house.office, c, house.customer, "", by)
        accounts.ban(house.office, c, house.customer, "Sold tickets on", by)
        found = accounts.customer(c, house.customer)
    assert found is not None
    assert not found.may_buy
    assert browser.get("/account").status_code == 401
    assert b"This account is closed" in sign_in(house.app.test_client(), CUSTOMER_EMAIL).data
    assert b"closed" not in sign_in(house.app.test_client(), CUSTOMER_EMAIL, "wrong").data
    browser.get("/account/forgotten")
    post(browser, "/account/forgotten", email=CUSTOMER_EMAIL)
    assert letters(house, "password_reset") == []
    with house.office.begin() as c:
        accounts.lift_ban(c, house.customer, "A mistake of ours", by)
        kinds = c.execute(select(m.critical_events.c.event_type)).scalars().all()
    assert {"customer_banned", "customer_ban_lifted"} <= set(kinds)
    assert sign_in(house.app.test_client(), CUSTOMER_EMAIL).status_code == 303


def test_somebody_of_the_staff_vouches_for_an_address(house: House) -> None:
    """O7: where the letter never came; the password of the registration counts then."""
    register(house.app.test_client(), NORA)
    a = m.customer_accounts
    with house.office.begin() as c:
        user = c.execute(select(a.c.user_id).where(a.c.email == NORA)).scalar_one()
        accounts.verify_by_hand(house.office, c, user, house.people["manager"])
        assert c.scalar(select(a.c.verified_by).where(a.c.user_id == user)) == house.people["manager"]
    assert sign_in(house.app.test_client(), NORA).status_code == 303


def test_a_browser_can_be_of_the_staff_and_a_customer_and_neither_opens_the_other(house: House) -> None:
    """O1, Z2: two sessions; signing out of one leaves the other; a customer's password opens no office."""
    browser = house.app.test_client()
    assert sign_in(browser, CUSTOMER_EMAIL).status_code == 303
    assert browser.get("/admin/").status_code == 403
    log_in(browser, "manager")
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/account").status_code == 200
    post(browser, "/admin/logout")
    assert browser.get("/admin/").status_code == 403
    assert browser.get("/account").status_code == 200
    browser.get("/account")
    assert post(browser, "/account/sign-out").status_code == 303
    assert browser.get("/account").status_code == 401
    assert log_in(house.app.test_client(), f"customer:{house.customer}").status_code == 401
    assert house.client("manager").get("/account").status_code == 403


@pytest.mark.parametrize(
    "trap", ["//elsewhere.example", "/\\elsewhere.example", "https://x.example", "/admin/"]
)
def test_signing_in_never_leads_elsewhere(house: House, trap: str) -> None:
    """Z2: no open redirect."""
    assert sign_in(house.app.test_client(), CUSTOMER_EMAIL, came_for=trap).location == "/account"


def test_letters_are_asked_for_seldom_from_one_address(house: House) -> None:
    """Z1: nobody fills mailboxes from here; expired counters are swept away."""
    browser = house.app.test_client()
    browser.get("/account/forgotten")
    answers = [post(browser, "/account/forgotten", email=f"n{n}@mail.example").status_code for n in range(32)]
    assert answers.count(429) == 2
    house.clock.ahead_ms += 2 * 86_400_000
    browser.get("/account/forgotten")
    assert post(browser, "/account/forgotten", email=NORA).status_code == 200
    with house.office.begin() as c:
        left = c.execute(select(func.count()).select_from(m.attempts)).scalar_one()
    assert left < 3
    assert auth.CUSTOMER not in auth.STAFF
    with house.office.begin() as c:
        c.execute(insert(m.attempts).values(key=b"k" * 32, last_at=house.office.now()))


def test_a_registration_that_nobody_confirms_is_erased(house: House) -> None:
    """O7: whose address it is never said so; customers who confirmed stay, and old sessions forget where they were."""
    register(house.app.test_client(), NORA)
    house.client("customer")
    assert accounts.run_due(house.office) == []
    house.clock.ahead_ms += (accounts.UNCONFIRMED_DAYS + 2) * 86_400_000
    assert accounts.run_due(house.office) == ["erased 1 registrations that nobody confirmed"]
    assert accounts.run_due(house.office) == []
    a, ws = m.customer_accounts, m.web_sessions
    with house.office.begin() as c:
        assert c.execute(select(a.c.email).where(a.c.deleted_at.is_(None))).scalars().all() == [
            CUSTOMER_EMAIL
        ]
        assert c.execute(select(func.count()).select_from(m.account_links)).scalar_one() == 0
        assert c.execute(select(ws.c.address)).scalar_one() == "127.0.0.1"
    house.clock.ahead_ms += accounts.SESSION_DAYS * 86_400_000
    accounts.run_due(house.office)
    with house.office.begin() as c:
        assert c.execute(select(ws.c.address)).scalar_one() == ""


def test_nobody_removes_an_identity_that_is_somebody_else_s(house: House) -> None:
    """O7: what is not one's own is refused, and one's own stays as it is."""
    with house.office.begin() as c:
        mine, hers = (accounts.create(house.office, c, house.organisation) for _ in range(2))
        for user, subject in ((mine, "me"), (hers, "her")):
            accounts.attach(c, user, house.organisation, "google", "https://id.example", subject)
        [her_way] = accounts.identities(c, hers)
        with pytest.raises(Refused) as refused:
            accounts.detach(c, mine, her_way.id)
        assert refused.value.code == "unknown_identity"
        named = c.scalar(select(m.users.c.cognito_sub).where(m.users.c.id == mine))
        assert named == f"https://id.example|me|{house.organisation}"
        assert len(accounts.identities(c, hers)) == 1


def test_nobody_uses_up_the_letters_of_somebody_else(house: House) -> None:
    """O7, Z1: each asker has letters of their own, the mailbox an end; and a letter in the box stays good."""
    owner = asking_from(house, "192.0.2.1")
    strangers = [asking_from(house, f"198.51.100.{at}") for at in range(1, 9)]
    for _ in range(accounts.LETTERS_MAX + 1):
        assert post(strangers[0], "/account/forgotten", email=CUSTOMER_EMAIL).status_code == 200
    assert len(letters(house, "password_reset")) == accounts.LETTERS_MAX
    told = post(owner, "/account/forgotten", email=CUSTOMER_EMAIL).get_data(as_text=True)
    assert "any of the letters will do" in told
    assert len(letters(house, "password_reset")) == accounts.LETTERS_MAX + 1
    for stranger in strangers[1:]:
        for _ in range(accounts.LETTERS_MAX):
            post(stranger, "/account/forgotten", email=CUSTOMER_EMAIL)
    sent = letters(house, "password_reset")
    assert len(sent) == accounts.LETTERS_IN_ALL_MAX
    link = sent[accounts.LETTERS_MAX][1]
    owner.get(f"/account/{link}")
    assert post(owner, f"/account/{link}", password=NEW, again=NEW).status_code == 303


@pytest.mark.parametrize("page", ["forgotten", "register"])
def test_a_network_that_asks_too_much_is_told_when_to_come_again(house: House, page: str) -> None:
    """Z2: in words and for programs; others are not kept waiting."""
    browser = asking_from(house, "192.0.2.1")
    form = {"email": "no-one@example.org", "name": "Nobody", "password": NEW}
    for _ in range(account.ASKED_MAX):
        assert post(browser, f"/account/{page}", **form).status_code == 200
    house.clock.ahead_ms += 30 * 60_000
    answer = post(browser, f"/account/{page}", **form)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= account.ASKED_S // 2
    assert "the network that you are in" in answer.get_data(as_text=True)
    assert "in 30 minutes" in answer.get_data(as_text=True)
    assert post(asking_from(house, "192.0.2.2"), f"/account/{page}", **form).status_code == 200


def asking_from(house: House, address: str) -> FlaskClient:
    """A browser in that network, with a form before it."""
    browser = house.app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    house.app.config["PLAIN_HTTP"] = True
    browser.get("/account/forgotten")
    return browser


def test_of_two_who_register_the_same_address_at_once_neither_meets_an_error(house: House) -> None:
    """O7: one account is begun, whichever came first."""
    ready = Barrier(2)

    def begin(_number: int) -> bytes:
        with house.office.begin() as c:
            ready.wait(30)
            return accounts.register(
                house.office,
                c,
                house.organisation,
                "twin@example.org",
                "Twin",
                "no-password",
                "en",
                "192.0.2.1",
            )

    with ThreadPoolExecutor(2) as two:
        assert len(set(two.map(begin, range(2)))) == 2
    with house.office.begin() as c:
        a = m.customer_accounts
        assert c.scalar(select(func.count()).select_from(a).where(a.c.email == "twin@example.org")) == 1
