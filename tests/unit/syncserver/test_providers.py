"""Coming in by an account at a provider: the real flow at a real provider, and everything that may be wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.errors import Refused
from syncserver import accounts, auth, factors, invitations, providers
from syncserver import models as m
from syncserver.app import create_app
from syncserver.config import Provider, read_config
from syncserver.db import Database
from tests.identities import Faces, RealProvider, faces, log_in_there, running
from tests.server import CUSTOMER_EMAIL, PASSWORD, House, make_house, post, token

BACK = "http://localhost/account/back/test"


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with running(BACK) as one:
        yield one


@pytest.fixture
def house(database: Database, tmp_path: Path, provider: RealProvider) -> House:
    provider.tell("tamper none")
    provider.tell("ahead 0")
    return with_provider(make_house(database, tmp_path), provider.setting())


def with_provider(house: House, setting: Provider) -> House:
    """The house whose server knows that provider."""
    office = replace(house.office, config=replace(house.office.config, providers=(setting,)))
    house.office, house.app = office, create_app(office)
    return house


def begin(browser: FlaskClient, **wanted: str) -> str:
    """Sets out, and returns where the browser is sent."""
    browser.get("/admin/login" if wanted.get("for") == "staff" else "/account/sign-in")
    answer = browser.get("/account/with/test", query_string={"t": token(browser)} | wanted)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location


def come(browser: FlaskClient, who: str, **wanted: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - werkzeug's own response type
    """The whole way to the provider and back."""
    return browser.get(log_in_there(begin(browser, **wanted), who, BACK))


def user_of(house: House, who: str) -> object:
    with house.office.begin() as c:
        return c.scalar(select(m.user_identities.c.user_id).where(m.user_identities.c.subject == who))


def test_a_customer_registers_and_signs_in_again_by_a_provider(house: House, provider: RealProvider) -> None:
    """O7, S8: a verified address makes a customer; the second time it is the same one."""
    browser = house.app.test_client()
    assert come(browser, "anna@example.org").location == "/account"
    shown = browser.get("/account").get_data(as_text=True)
    assert "Name of anna" in shown
    assert "anna@example.org" in shown
    user = user_of(house, "anna@example.org")
    assert come(house.app.test_client(), "anna@example.org").location == "/account"
    with house.office.begin() as c:
        rows = c.execute(
            select(m.customer_accounts).where(m.customer_accounts.c.email == "anna@example.org")
        ).all()
        assert [row.user_id for row in rows] == [user]
        sub = c.scalar(select(m.users.c.cognito_sub).where(m.users.c.id == user))
        name = c.scalar(select(m.users.c.display_name).where(m.users.c.id == user))
    assert sub == f"{provider.issuer}|anna@example.org|{house.organisation}"
    assert name is not None
    assert "anna" not in name.lower()
    assert browser.get("/admin/").status_code == 403


def test_a_verified_address_takes_the_customer_s_own_account(house: House) -> None:
    """O7: whoever owns the mailbox owns the account."""
    assert come(house.app.test_client(), CUSTOMER_EMAIL).location == "/account"
    assert user_of(house, CUSTOMER_EMAIL) == house.customer


def test_a_provider_may_write_an_address_in_capitals(house: House) -> None:
    """O7: it is the same mailbox, and the same customer."""
    assert come(house.app.test_client(), CUSTOMER_EMAIL.title()).location == "/account"
    assert user_of(house, CUSTOMER_EMAIL.title()) == house.customer


@pytest.mark.parametrize("kind", ["unverified", "bare"])
def test_an_address_that_is_not_verified_takes_nobody_s_account(house: House, kind: str) -> None:
    """O7, Z1: such an account comes without an address, and is told to add one."""
    browser, who = house.app.test_client(), f"{kind}:{CUSTOMER_EMAIL}"
    assert come(browser, who).location == "/account"
    assert user_of(house, who) != house.customer
    shown = browser.get("/account").get_data(as_text=True)
    assert "We cannot write to you yet" in shown
    assert CUSTOMER_EMAIL not in shown


def test_a_provider_of_oauth_2_alone_will_do(house: House, provider: RealProvider) -> None:
    """O7: by its answer to who somebody is."""
    house = with_provider(house, provider.as_oauth())
    assert come(house.app.test_client(), "otto@example.org").location == "/account"
    assert user_of(house, "otto@example.org") is not None


def test_staff_come_by_a_provider_only_once_it_is_linked(house: House) -> None:
    """O1: no address makes anybody staff; whoever links it comes by it, and still takes the second step."""
    stranger = house.app.test_client()
    refused = come(stranger, "mia@example.org", **{"for": "staff"})
    assert refused.status_code == 401
    assert "Nobody here comes by that account" in refused.get_data(as_text=True)
    mine = house.client("manager")
    mine.get("/admin/account")
    asked = {"t": token(mine), "for": "staff", "link": "yes"}
    assert mine.get("/account/with/test", query_string=asked).status_code == 403
    wrong = post(mine, "/account/prove/test", current="whatever it may be", **{"for": "staff"})
    assert wrong.status_code == 422
    assert 'aria-label="Office"' in wrong.get_data(as_text=True)
    assert mine.get("/account/with/test", query_string=asked).status_code == 403
    assert post(mine, "/account/prove/test", current=PASSWORD, **{"for": "staff"}).status_code == 200
    assert come(mine, "mia@example.org", link="yes", **{"for": "staff"}).location == "/admin/account"
    assert "test" in mine.get("/admin/account").get_data(as_text=True)
    assert come(stranger, "mia@example.org", **{"for": "staff"}).location == "/admin/"
    assert stranger.get("/admin/").status_code == 200
    other = house.client("auditor")
    other.get("/admin/account")
    post(other, "/account/prove/test", current=PASSWORD, **{"for": "staff"})
    come(other, "mia@example.org", link="yes", **{"for": "staff"})
    assert "belongs to somebody else" in other.get("/admin/account").get_data(as_text=True)
    with house.office.begin() as c:
        user = house.people["manager"]
        factors.begin(house.office, c, user)
        c.execute(m.second_factors.update().values(confirmed_at=house.office.now()))
    assert "second-step" in come(stranger, "mia@example.org", **{"for": "staff"}).location


def test_an_invitation_is_accepted_by_a_provider_s_account(house: House) -> None:
    """O1: without any password here."""
    with house.office.begin() as c:
        path = invitations.invite(
            house.office,
            c,
            house.organisation,
            "ivy@example.org",
            "auditor",
            "Auditor",
            house.people["admin"],
        )
    browser = house.app.test_client()
    link = path.rsplit("/", 1)[1]
    assert come(browser, "ivy@example.org", invitation=link, **{"for": "staff"}).location == "/admin/"
    assert "Auditor" in browser.get("/admin/account").get_data(as_text=True)
    again = come(house.app.test_client(), "eve@example.org", invitation=link, **{"for": "staff"})
    assert again.status_code == 401
    assert "was answered" in again.get_data(as_text=True)


@pytest.mark.parametrize("wrong", ["nonce", "audience", "issuer", "signature"])
def test_a_token_that_is_not_ours_lets_nobody_in(house: House, provider: RealProvider, wrong: str) -> None:
    """O1, Z1: issuer, audience, nonce and signature are looked at."""
    provider.tell(f"tamper {wrong}")
    answer = come(house.app.test_client(), "anna@example.org")
    assert answer.status_code == 401
    assert "cannot be believed" in answer.get_data(as_text=True)
    assert user_of(house, "anna@example.org") is None


def test_the_way_back_is_gone_once_and_by_the_browser_that_set_out(house: House) -> None:
    """O1, Z1: another state, another browser and a way gone already are refused."""
    browser = house.app.test_client()
    back = log_in_there(begin(browser), "anna@example.org", BACK)
    stranger = house.app.test_client()
    assert stranger.get(back).status_code == 401
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert browser.get(back.replace(state, "0" * len(state))).status_code == 401
    assert browser.get(back).status_code == 401  # the wrong state used this way up
    back = log_in_there(begin(browser), "anna@example.org", BACK)
    assert browser.get(back).location == "/account"
    assert "gone already" in browser.get(back).get_data(as_text=True)


def test_a_code_that_is_too_old_is_refused(house: House, provider: RealProvider) -> None:
    """O1: in words, and the next try works."""
    browser = house.app.test_client()
    back = log_in_there(begin(browser), "anna@example.org", BACK)
    provider.tell("ahead 120")
    assert "too old" in browser.get(back).get_data(as_text=True)
    provider.tell("ahead 0")
    assert come(browser, "anna@example.org").location == "/account"


def test_whoever_says_no_at_the_provider_is_told_so(house: House) -> None:
    """O1: the provider's error is an answer, and its words are not repeated."""
    browser = house.app.test_client()
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]
    answer = browser.get(f"{BACK}?error=access_denied&error_description=<b>no</b>&state={state}")
    assert answer.status_code == 401
    assert b"did not let you through" in answer.data
    assert b"<b>no" not in answer.data


def test_an_answer_in_another_issuer_s_name_is_refused(house: House) -> None:
    """Z1: RFC 9207, mix-up of providers."""
    browser = house.app.test_client()
    back = log_in_there(begin(browser), "anna@example.org", BACK)
    issuer = parse_qs(urlsplit(back).query)["iss"][0]
    assert issuer.startswith("http://127.0.0.1")
    answer = browser.get(back.split("&iss=")[0] + "&iss=https%3A%2F%2Felsewhere.example")
    assert answer.status_code == 401
    assert "another provider" in answer.get_data(as_text=True)


def test_a_dead_provider_leaves_the_local_way(house: House, provider: RealProvider) -> None:
    """O1: an outage is told in words, and the password still works."""
    house = with_provider(house, provider.setting(issuer="http://127.0.0.1:1"))
    browser = house.app.test_client()
    browser.get("/admin/login")
    answer = browser.get("/account/with/test", query_string={"t": token(browser), "for": "staff"})
    assert answer.status_code == 503
    assert b"Testland does not help just now" in answer.data
    assert b"Come by your password" in answer.data
    assert house.client("manager").get("/admin/").status_code == 200


def test_nobody_is_sent_to_a_provider_by_another_site(house: House) -> None:
    """Z2: the way there carries the session's token; a provider for staff is none for customers."""
    browser = house.app.test_client()
    assert browser.get("/account/with/test").status_code == 403
    with pytest.raises(Refused):
        providers.find(replace(house.office.config, providers=()), "test", "staff")
    assert b"Testland" in browser.get("/account/sign-in").data


def test_a_banned_customer_does_not_come_in_by_a_provider(house: House) -> None:
    """O7: shut out is shut out by every way."""
    with house.office.begin() as c:
        accounts.ban(house.office, c, house.customer, "Sold tickets on", house.people["admin"])
    answer = come(house.app.test_client(), CUSTOMER_EMAIL)
    assert answer.status_code == 401
    assert b"This account is closed" in answer.data


def test_the_last_way_in_cannot_be_removed(house: House) -> None:
    """O7: whoever came by a provider alone sets a password first."""
    browser = house.app.test_client()
    come(browser, "anna@example.org")
    with house.office.begin() as c:
        mine = c.scalar(select(m.user_identities.c.id))
    post(browser, f"/account/identities/{mine}/remove")
    assert "Set a password first" in browser.get("/account").get_data(as_text=True)
    new = "a password of my own"
    post(browser, "/account/password", password=new, again=new)
    post(browser, f"/account/identities/{mine}/remove")
    assert "opens nothing here any more" in browser.get("/account").get_data(as_text=True)
    assert user_of(house, "anna@example.org") is None


OIDC = {
    "TOMBOLA_OIDC_GOOGLE_ISSUER": "https://accounts.google.com",
    "TOMBOLA_OIDC_GOOGLE_CLIENT_ID": "us",
    "TOMBOLA_OIDC_GOOGLE_CLIENT_SECRET": "our secret",
}
OAUTH = {
    "TOMBOLA_OAUTH_FACEBOOK_AUTHORIZE": "https://www.facebook.com/v20.0/dialog/oauth",
    "TOMBOLA_OAUTH_FACEBOOK_TOKEN": "https://graph.facebook.com/v20.0/oauth/access_token",
    "TOMBOLA_OAUTH_FACEBOOK_USERINFO": "https://graph.facebook.com/v20.0/me?fields=id,name,email",
    "TOMBOLA_OAUTH_FACEBOOK_CLIENT_ID": "us",
    "TOMBOLA_OAUTH_FACEBOOK_CLIENT_SECRET": "our secret",
    "TOMBOLA_OAUTH_FACEBOOK_FOR": "customers",
}


def test_providers_are_set_in_the_environment_and_their_secrets_never_show() -> None:
    """O1, O7, Z4: several, for whom each is."""
    config = read_config(OIDC | OAUTH)
    assert [(one.name, one.label) for one in config.providers] == [
        ("facebook", "Facebook"),
        ("google", "Google"),
    ]
    assert [one.name for one in providers.offered(config, "staff")] == ["google"]
    assert [one.name for one in providers.offered(config, "customers")] == ["facebook", "google"]
    assert "our secret" not in repr(config)
    assert read_config({}).providers == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"TOMBOLA_OIDC_GOOGLE_ISSUER": "http://accounts.google.com"},
        {"TOMBOLA_OIDC_GOOGLE_ISSUER": "accounts.google.com"},
        {"TOMBOLA_OIDC_GOOGLE_ISSUER": "https://me@accounts.google.com"},
        {"TOMBOLA_OIDC_GOOGLE_CLIENT_ID": ""},
        {"TOMBOLA_OIDC_GOOGLE_CLIENT_SECRET": " "},
        {"TOMBOLA_OIDC_GOOGLE_FOR": "everybody"},
        {"TOMBOLA_OAUTH_FACEBOOK_TOKEN": ""},
        {name.replace("FACEBOOK", "GOOGLE"): value for name, value in OAUTH.items()},
    ],
)
def test_a_provider_that_is_not_whole_is_refused_by_name(wrong: dict[str, str]) -> None:
    """Z1: and without TLS none is asked, but on this machine itself."""
    with pytest.raises(Refused) as refused:
        read_config(OIDC | OAUTH | wrong)
    assert refused.value.code.startswith("config.")
    assert "our secret" not in str(refused.value)
    loopback = read_config(OIDC | {"TOMBOLA_OIDC_GOOGLE_ISSUER": "http://127.0.0.1:3000"})
    assert loopback.providers[0].issuer == "http://127.0.0.1:3000"


def test_a_session_by_a_provider_is_a_session_like_others(house: House) -> None:
    """O1: it idles out, and a customer's opens nothing of the office."""
    browser = house.app.test_client()
    come(browser, "anna@example.org")
    house.clock.ahead_ms += auth.SESSION_IDLE_MS_MAX + 60_000
    assert browser.get("/account").status_code == 401


# OAuth 2 in Facebook's dialect -----------------------------------------------------------------------


@pytest.fixture
def friends() -> Iterator[Faces]:
    with faces(BACK) as one:
        yield one


@pytest.fixture
def faced(database: Database, tmp_path: Path, friends: Faces) -> House:
    return with_provider(make_house(database, tmp_path), friends.setting())


def test_a_customer_comes_by_a_provider_without_openid(faced: House, friends: Faces) -> None:
    """O7: by authorize, token and userinfo alone; its id, and not its address, says who comes."""
    friends.me = {"id": "10158412345678901", "name": "Fay Face", "email": CUSTOMER_EMAIL}
    browser = faced.app.test_client()
    assert come(browser, "").location == "/account"
    asked = friends.asked[-1]
    assert asked["scope"] == "email public_profile"
    assert asked["response_type"] == "code"
    assert "nonce" not in asked
    # Nobody vouches for the address: it takes nobody's account, and is not written to.
    user = user_of(faced, "10158412345678901")
    assert user not in {None, faced.customer}
    shown = browser.get("/account").get_data(as_text=True)
    assert "Fay Face" in shown
    assert "We cannot write to you yet" in shown
    assert CUSTOMER_EMAIL not in shown
    friends.me = {"id": "10158412345678901", "name": "Fay Married"}
    again = faced.app.test_client()
    assert come(again, "").location == "/account"
    assert user_of(faced, "10158412345678901") == user
    with faced.office.begin() as c:
        issuer = c.scalar(select(m.user_identities.c.issuer))
    assert issuer == friends.address.replace("http://", "https://")


def test_an_address_that_was_not_handed_over_is_added_later(faced: House, friends: Faces) -> None:
    """O7: who let the provider tell no address comes in all the same; confirmed, it is theirs."""
    friends.me = {"id": "7", "name": "Nameless Friend"}
    browser = faced.app.test_client()
    assert come(browser, "").location == "/account"
    post(browser, "/account/address", email="friend@mail.example")
    with faced.office.begin() as c:
        n = m.notifications
        link = str(c.scalar(select(n.c.facts["link"].astext).where(n.c.kind == "verify_email")))
    path = "/account/" + link.split("/account/")[1]
    browser.get(path)
    assert post(browser, path).location == "/account"
    assert "friend@mail.example" in browser.get("/account").get_data(as_text=True)


@pytest.mark.parametrize("me", [{"name": "No id"}, {"id": ""}, {"id": ["7"]}, {"id": None}])
def test_who_is_not_named_does_not_come_in(faced: House, friends: Faces, me: dict[str, object]) -> None:
    """Z1: an answer without an id is nobody."""
    friends.me = me
    answer = come(faced.app.test_client(), "")
    assert answer.status_code == 401
    assert b"does not say who you are" in answer.data


def test_who_says_no_there_or_brings_a_code_twice_stays_outside(faced: House, friends: Faces) -> None:
    """O7, Z1: in words; the code is good once, and the state this browser's."""
    browser = faced.app.test_client()
    assert b"did not let you through" in come(browser, "").data
    friends.me = {"id": "7", "name": "Friend"}
    back = log_in_there(begin(browser), "", BACK)
    assert faced.app.test_client().get(back).status_code == 401
    friends.codes.clear()
    assert b"did not take its own code back" in browser.get(back).data
    assert user_of(faced, "7") is None


def test_nobody_takes_somebody_else_s_way_in_away(house: House) -> None:
    """O1, Z1: the account at a provider is removed by its own person, whoever knows its id."""
    come(house.app.test_client(), "anna@example.org")
    with house.office.begin() as c:
        hers = c.scalar(select(m.user_identities.c.id))
    boss = house.client("admin")
    page = post(boss, f"/admin/account/identities/{hers}/remove").location
    assert "You do not come in by that account" in boss.get(page).get_data(as_text=True)
    other = house.client("customer")
    post(other, f"/account/identities/{hers}/remove")
    assert "You do not come in by that account" in other.get("/account").get_data(as_text=True)
    assert user_of(house, "anna@example.org") is not None
