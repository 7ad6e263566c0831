"""What holds for every page: who may enter, forms' tokens, headers, errors."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pyotp
import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.routing import AnyConverter, Rule

from shared import proof, wire
from shared.errors import Refused
from shared.keys import SigningKey
from syncserver import accounts, app, auth, draws, factors, metrics, rsus
from syncserver import models as m
from syncserver.app import create_app
from syncserver.db import POOL_WAIT_S_MAX, Database
from tests.postgres import Cluster
from tests.server import (
    HASHED,
    PASSWORD,
    House,
    close_and_confirm,
    drawn,
    log_in,
    make_house,
    post,
    sell,
    sign_in,
    token,
)


@pytest.fixture(scope="module")
def house(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the module: what is tested here changes nothing in it that matters."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres.fresh())
        yield make_house(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
def own(postgres: Cluster, tmp_path: Path) -> Iterator[House]:
    """A house for one test alone: where every address was tried, a log-in may have to wait, or has another password."""
    with postgres.fresh() as database:
        yield make_house(database, tmp_path)


@pytest.fixture(scope="module")
def places(house: House) -> dict[str, str]:
    """An existing thing for each part of an address."""
    sell(house, 1)
    close_and_confirm(house)
    draw = drawn(house, official=True)
    with house.office.begin() as c:
        order = c.execute(select(m.orders.c.id)).scalar_one()
        package = c.execute(select(m.ticket_packages.c.id).limit(1)).scalar_one()
        prize = c.execute(select(m.prizes.c.id).limit(1)).scalar_one()
    nobody = house.people["admin"]
    return {
        "event": str(house.event),
        "draw": str(draw),
        "order": str(order),
        "rsu": str(house.rsu),
        "package": str(package),
        "prize": str(prize),
        "exclusion": str(nobody),
        "notice": str(nobody),
        "finding": str(nobody),
        "claim": str(nobody),
        "result": str(nobody),
        "champion": str(nobody),
        "refund": str(nobody),
        "customer": str(nobody),
        "seq": "1",
        "user": str(nobody),
        "epoch": "1",
        "pool": "main",
        "number": "1",
        "table": "orders",
        "report": "units",
        "part": "units",
        "step": "",
        "filename": "app.css",
        "competition_id": str(house.event),
        "problem": "malformed",
        "token": str(nobody),
        "session": str(nobody),
        "identity": str(nobody),
        "asked": str(nobody),
        "name": "elsewhere",
    }


NOT_THERE = {"finding", "claim", "result", "champion", "customer", "seq", "epoch"}
"""Parts for which the house has nothing: whoever may enter is told so."""


ELSEWHERE = {
    "admin.second_step": 303,
    "account.second_step": 303,
    "admin.second_setup": 303,
    "admin.invitation": 404,
    "account.confirm": 404,
    "account.new_password": 404,
    "account.new_address": 404,
    "account.begin_provider": 404,
    "account.come_back": 404,
    "admin.edit_event": 303,
    "shop.pay": 409,
    "stopping.stop": 404,
}
"""Pages that open by a link, a provider or a step before alone."""
OF_THEIR_OWN = {"admin.leave", "admin.login", "account.sign_out", "account.sign_in"}
"""They begin or end the very session that is tried, and have tests of their own."""


def _somewhere(rule: Rule, part: str, places: dict[str, str]) -> str:
    """A value for a part of an address for which the house has nothing in particular."""
    converter = rule._converters[part]
    return min(converter.items) if isinstance(converter, AnyConverter) else places["user"]


def _url(house: House, rule: Rule, places: dict[str, str]) -> str:
    values = {part: places.get(part) or _somewhere(rule, part, places) for part in rule.arguments}
    if "step" in values:
        values["step"] = "suspend" if "event" in values else "commit"
    with house.app.test_request_context():
        return url_for(rule.endpoint, _anchor=None, _method=None, _scheme=None, _external=None, **values)


def _answer(browser: FlaskClient, method: str, url: str) -> int:
    if method == "GET":
        answer = browser.get(url)
        # A live stream goes on as long as somebody listens.
        if answer.mimetype != "text/event-stream":
            answer.get_data()
        answer.close()
        return answer.status_code
    return int(post(browser, url).status_code)


@pytest.mark.parametrize("role", ["anonymous", *auth.ROLES])
def test_every_route_lets_in_whom_it_names_and_nobody_else(
    house: House, places: dict[str, str], role: str
) -> None:
    """Z2: every route × every role."""
    marks, browser = auth.marks(house.app), house.client(role)
    browser.get("/admin/")  # the first time it leads those who pay prizes on to their desk
    seen, wrong = 0, []
    for rule in house.app.url_map.iter_rules():
        mark = marks[rule.endpoint]
        if auth.TOKEN in mark or rule.endpoint in OF_THEIR_OWN:
            continue  # for programs: every call × every token is tried in test_rest
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            got = _answer(browser, method, _url(house, rule, places))
            seen += 1
            if auth.RSU in mark or rule.endpoint in {"api.enrol", "api.time"}:
                right = got == 426
            elif auth.PUBLIC not in mark and role not in mark:
                right = got == (401 if role == "anonymous" else 403)
            elif method == "GET":
                usual = 404 if rule.arguments & NOT_THERE else 200
                known = not rule.arguments - set(places)
                right = got == ELSEWHERE.get(rule.endpoint, usual) or (not known and got == 404)
            else:
                right = got not in {401, 403} and got < 500
            if not right:
                wrong.append(f"{role}: {method} {rule.rule} ({rule.endpoint}) answered {got}")
    assert wrong == []
    assert seen > 50


def _outsider(house: House, who: str) -> FlaskClient:
    """A browser of somebody who was let in once, or half, and is not any more."""
    browser = house.app.test_client()
    if who == "banned":
        with house.office.begin() as c:
            user = accounts.create(
                house.office, c, house.organisation, email="b@c.example", verified=True, password_hash=HASHED
            )
        assert sign_in(browser, "b@c.example").status_code == 303
        with house.office.begin() as c:
            accounts.ban(house.office, c, user, "Sold tickets on", house.people["admin"])
        return browser
    with house.office.begin() as c:
        user = auth.create_user(c, house.organisation, who, f"Per {who}", PASSWORD, "admin")
        if who == "half":
            secret, _ = factors.begin(house.office, c, user)
            factors.confirm(house.office, c, user, pyotp.TOTP(secret).at(house.clock.now_ms() // 1000))
    answer = log_in(browser, who)
    assert answer.status_code == 303
    assert ("second-step" in answer.location) == (who == "half")
    if who == "deactivated":
        with house.office.begin() as c:
            by = house.people["admin"]
            auth.set_active(c, house.organisation, user, False, by, "Left us", house.office.now())
    return browser


@pytest.mark.parametrize("who", ["half", "banned", "deactivated"])
def test_every_route_keeps_out_whoever_is_half_in_banned_or_deactivated(
    house: House, places: dict[str, str], who: str
) -> None:
    """Z2, O1: every route × those who are let in no more, or not yet."""
    browser, seen = _outsider(house, who), 0
    for rule in house.app.url_map.iter_rules():
        mark = auth.marks(house.app)[rule.endpoint]
        if mark & {auth.PUBLIC, auth.RSU, auth.TOKEN}:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            got = _answer(browser, method, _url(house, rule, places))
            led_on = who == "half" and method == "GET" and got == 303 and mark != {auth.CUSTOMER}
            assert got == 401 or led_on, f"{who}: {method} {rule.rule} answered {got}"
            seen += 1
    assert seen > 50


@pytest.mark.parametrize("given", [None, "", "0" * 32])
def test_a_form_without_its_token_is_refused(house: House, given: str | None) -> None:
    """Z2: CSRF, also before the log-in."""
    form = {"name": "Forged"} | ({} if given is None else {"csrf": given})
    for browser, url in [
        (house.client("admin"), "/admin/kiosks/add"),
        (house.client("admin"), "/admin/logout"),
        (house.app.test_client(), "/admin/login"),
        (house.app.test_client(), "/validate"),
    ]:
        answer = browser.post(url, data=form)
        assert answer.status_code == 403
        assert b"another session" in answer.data
    with house.office.begin() as c:
        assert c.scalar(select(m.rsus.c.id).where(m.rsus.c.name == "Forged")) is None


def test_a_token_of_another_session_is_refused(house: House) -> None:
    """Z2: CSRF."""
    other = token(house.client("manager"))
    assert house.client("admin").post("/admin/kiosks/add", data={"csrf": other}).status_code == 403


@pytest.mark.parametrize(
    "url", ["/", "/admin/login", "/nothing", "/static/app.css", "/rsu/v1/time", "/admin/"]
)
def test_every_answer_carries_the_headers_that_protect_it(house: House, url: str) -> None:
    """Z2: security headers, with a nonce of its own for each answer."""
    browser = house.app.test_client()
    first, second = (browser.get(url) for _ in range(2))
    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]
    assert policies[0] != policies[1]
    assert "unsafe" not in policies[0]
    assert "default-src 'none'" in policies[0]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["X-Frame-Options"] == "DENY"
    second.close()
    first.close()


def test_pages_hold_no_script_or_style_of_their_own(house: House, places: dict[str, str]) -> None:
    """Z2: what the policy would block is not there to begin with."""
    for url in [
        "/",
        "/admin/",
        f"/admin/events/{places['event']}",
        f"/draws/{places['draw']}",
        "/admin/kiosks",
    ]:
        page = house.client("admin").get(url).get_data(as_text=True)
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "//cdn" not in page
        assert page.count("<script") == 1
        assert "nonce=" in page


def test_the_session_s_cookie_is_hidden_from_scripts_and_other_sites(house: House) -> None:
    """Z2: HttpOnly, SameSite; bound to TLS where the request came by it."""
    plain = house.app.test_client().get("/admin/login").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    safe = house.app.test_client().get("/admin/login", base_url="https://office.example/")
    assert "Secure" in safe.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in safe.headers


def test_pages_of_the_office_are_not_kept_by_browsers(house: House) -> None:
    """Z2."""
    assert house.client("admin").get("/admin/").headers["Cache-Control"] == "no-store"


def test_other_machines_need_tls(house: House) -> None:
    """Z1: encryption in transit outside loopback is required."""
    far = {"REMOTE_ADDR": "192.0.2.7"}
    refused = house.app.test_client().get("/", environ_base=far)
    assert refused.status_code == 403
    assert b"https" in refused.data
    wired = house.app.test_client().get("/rsu/v1/time", environ_base=far, headers={wire.PROTOCOL_HEADER: "1"})
    assert (wired.status_code, wired.json["error"] if wired.json else "") == (403, "tls")
    by_tls = house.app.test_client().get("/", environ_base=far, base_url="https://office.example/")
    assert by_tls.status_code == 200
    opened = create_app(house.office, plain_http=True)
    assert opened.test_client().get("/", environ_base=far).status_code == 200


@pytest.mark.parametrize(
    "bad",
    [
        "\0",
        "a\0b",
        "9" * 400,
        "-1",
        "1e9",
        "٣",
        "' OR 1=1 --",
        "{{7*7}}",
        "<script>",
        "99999999999999999999",
        "\ufffd",
    ],
)
def test_no_text_in_an_address_or_a_form_makes_it_fail(
    house: House, places: dict[str, str], bad: str
) -> None:
    """Z3: no input makes a 5xx."""
    browser = house.client("admin")
    for url, names in {
        "/admin/orders": ["q", "event", "kiosk", "least", "from", "after", "before", "sort"],
        "/admin/findings": ["event", "all"],
        "/admin/audit": ["table", "did", "person", "record", "from", "to", "before", "after", "sort", "as"],
        "/admin/audit/events": [
            "after",
            "unit",
            "code",
            "severity",
            "person",
            "text",
            "from",
            "to",
            "sort",
            "as",
        ],
    }.items():
        for name in names:
            assert browser.get(url, query_string={name: bad}).status_code < 500, (url, name)
    for rule in house.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith(("admin.", "public.", "proving.")):
            if rule.endpoint in {"admin.leave", "admin.user_secret"}:
                continue
            names = [
                "name",
                "reason",
                "ticket",
                "result",
                "state",
                "decision",
                "text",
                "source",
                "form",
                "price",
            ]
            names += [
                "username",
                "pin",
                "role",
                "venue",
                "tickets",
                "amount",
                "type",
                "opens_at",
                "closes_at",
                "epoch",
            ]
            names += ["coins", "tolerance", "customer_days", "age_min", "unsynced_max", "payments", "mode"]
            form = dict.fromkeys([*names, "order", "position", "winners", "rsu", "identifier", "desk"], bad)
            got = post(browser, _url(house, rule, places), **form).status_code
            assert got < 500, rule.rule
    assert browser.get(f"/draws/{places['draw']}/pools/{bad}.bin").status_code in {404, 400}
    assert house.app.test_client().get(f"/{bad}").status_code in {404, 400, 308}


def test_what_is_too_large_is_refused_as_such(house: House) -> None:
    """Z2: limits on the body."""
    body = b"x" * (wire.REQUEST_BYTES_MAX + 1)
    answer = house.app.test_client().post("/rsu/v1/enrol", data=body, headers={wire.PROTOCOL_HEADER: "1"})
    assert answer.status_code == 413
    assert answer.headers["Connection"] == "close"
    large = {"csrf": token(house.client("admin")), "name": "x" * (wire.REQUEST_BYTES_MAX + 1)}
    assert house.client("admin").post("/admin/kiosks/add", data=large).status_code == 413
    assert house.client("admin").post("/admin/kiosks/add", data=large).headers["Connection"] == "close"


def test_errors_are_pages_for_people_and_json_for_kiosks(house: House) -> None:
    """Z3."""
    page = house.app.test_client().get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    wired = house.app.test_client().get("/rsu/v1/nothing")
    assert (wired.status_code, wired.mimetype) == (404, "application/json")
    assert set(wired.json or {}) == {"error", "message", "hint"}
    assert house.app.test_client().delete("/").status_code == 405


def test_a_database_with_its_hands_full_is_said_to_be_so(house: House) -> None:
    """Y12: load is shed with Retry-After, never with an error of ours."""
    engine = house.office.engine
    kept = [engine.connect() for _ in range(engine.pool.size())]  # type: ignore[attr-defined]
    before, engine.pool._timeout = engine.pool._timeout, 0.01  # type: ignore[attr-defined]
    assert before == POOL_WAIT_S_MAX
    try:
        answer = house.app.test_client().get("/")
        alive = house.app.test_client().get("/healthz")
        ready = house.app.test_client().get("/readyz")
        wired = house.app.test_client().post(
            "/rsu/v1/enrol",
            json={"code": "ABCD-EFGH", "public_key": "00" * 32, "device": "d", "software": "s"},
            headers={wire.PROTOCOL_HEADER: "1"},
        )
        name = proof.key_name(str(house.rsu), 1)
        signed = proof.sign_request(SigningKey(b"k" * 32), name, "GET", "/rsu/v1/catalog", b"", 0, "nonce")
        kiosk = house.app.test_client().get("/rsu/v1/catalog", headers={wire.PROTOCOL_HEADER: "1"} | signed)
        unsigned = house.app.test_client().get("/rsu/v1/catalog", headers={wire.PROTOCOL_HEADER: "1"})
    finally:
        engine.pool._timeout = before  # type: ignore[attr-defined]
        for connection in kept:
            connection.close()
    # A process that lives is not restarted because its database is slow; but nobody is sent to it meanwhile.
    assert (alive.status_code, ready.status_code) == (200, 503)
    # A kiosk whose key cannot be looked up is not told that it has none.
    assert unsigned.status_code == 401
    for said in (answer, wired, kiosk):
        assert said.status_code == 503
        assert int(said.headers["Retry-After"]) > 0
    assert wired.mimetype == "application/json"
    assert house.app.test_client().get("/healthz").json == {"ok": True}


def test_a_lock_that_somebody_holds_keeps_no_thread_for_ever(
    own: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Y12: whoever waits too long for it is asked to come again."""
    monkeypatch.setattr("syncserver.db.LOCK_WAIT_S_MAX", 0.05)
    own.office.engine.dispose()
    owner = create_engine(own.office.database.owner_url)
    with owner.begin() as c:
        c.execute(text("LOCK TABLE raffle_events IN ACCESS EXCLUSIVE MODE"))
        held = own.app.test_client().get("/")
    owner.dispose()
    assert (held.status_code, "hands full" in held.text) == (503, True)
    assert own.app.test_client().get("/").status_code == 200


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE disk_full USING MESSAGE = 'could not extend file "base/16386/16530": No space left on device';
END
$$;
CREATE TRIGGER no_room BEFORE INSERT ON attempts FOR EACH STATEMENT EXECUTE FUNCTION no_room();
"""


@pytest.mark.parametrize(
    ("harm", "words", "ready", "heal"),
    [
        (FULL, "disk is full", ("disk", "full"), "DROP TRIGGER no_room ON attempts"),
        (
            "ALTER DATABASE {0} SET default_transaction_read_only = on",
            "it is read only",
            ("database", "read only"),
            "ALTER DATABASE {0} RESET default_transaction_read_only",
        ),
    ],
)
def test_a_database_that_keeps_nothing_new_is_said_to_be_so_and_heals(
    own: House, harm: str, words: str, ready: tuple[str, str], heal: str
) -> None:
    """Y12: a full disk, a database that only reads: 503 in words, not ready meanwhile, and nothing to be mended after."""
    engine = own.office.engine
    owner = create_engine(own.office.database.owner_url, isolation_level="AUTOCOMMIT")
    try:
        with owner.connect() as c:
            # The driver must not take its "%" for anything.
            c.exec_driver_sql(harm.replace("{0}", str(engine.url.database)).replace("%", "%%"))
        engine.dispose()
        browser = own.app.test_client()
        assert browser.get("/readyz").status_code == (200 if harm == FULL else 503)
        answer = log_in(browser, "manager", "guessed wrong")
        assert (answer.status_code, words in answer.text) == (503, True)
        assert int(answer.headers["Retry-After"]) > 0
        said = browser.get("/readyz")
        assert (said.status_code, said.json["checks"][ready[0]]) == (503, ready[1])  # type: ignore[index]
        with owner.connect() as c:
            c.execute(text(heal.replace("{0}", str(engine.url.database))))
    finally:
        owner.dispose()
    engine.dispose()
    own.clock.ahead_ms += metrics.FULL_MS
    assert own.app.test_client().get("/readyz").status_code == 200
    assert log_in(own.app.test_client(), "manager").status_code == 303


def test_no_secret_is_ever_logged(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Z4: passwords, PINs, one-time codes, kiosks' secrets, sessions' tokens and seeds, whatever goes wrong meanwhile."""
    house = make_house(database, tmp_path)
    by = house.people["admin"]
    caplog.set_level(logging.DEBUG)
    browser = house.app.test_client()
    log_in(browser, "admin", "hunter2 hunter2")
    log_in(browser, "admin")
    with browser.session_transaction() as session:
        secrets = [PASSWORD, "hunter2", session["t"], session["csrf"], "73915"]
    new = {"username": "kim", "name": "Kim", "role": "operator", "password": PASSWORD, "pin": "73915"}
    for _ in range(2):  # the second is refused
        assert post(browser, "/admin/users/add", **new).status_code == 303
    with house.office.begin(by) as c:
        rsus.set_state(c, house.rsu, "enabled", by, "new kiosk")
        code = rsus.new_code(house.office, c, house.rsu, by)
    asked = {"code": code, "public_key": "11" * 32, "device": "d", "software": "s"}
    told: list[dict[str, str]] = []
    for key in ("11", "22"):  # the second is another kiosk with the same code
        body = asked | {"public_key": key * 32}
        answer = browser.post("/rsu/v1/enrol", json=body, headers={wire.PROTOCOL_HEADER: "1"})
        told.append(answer.get_json())
    secrets += [code, told[0]["kiosk_secret"], house.office.secret.hex()]
    assert told[1]["error"] == "code_used"
    sell(house, 1)
    close_and_confirm(house)
    with house.office.begin(by) as c:
        draw = draws.freeze(house.office, c, house.event, draws.NO_ENTROPY, by)
    with house.office.begin(by) as c:
        draws.commit_seed(house.office, c, draw, by)
    with house.office.begin(by) as c, pytest.raises(Refused):
        draws.commit_seed(house.office, c, draw, by)
    slow = text("SELECT pg_sleep(60), :password")
    with house.office.engine.connect() as c:
        c.execute(text("SET LOCAL statement_timeout = 1"))
        with pytest.raises(OperationalError) as failed:
            c.execute(slow, {"password": PASSWORD})
    logging.getLogger("syncserver").error("the database did not answer: %s", failed.value)
    logged = caplog.text
    with house.office.begin(by) as c:
        draws.fix_entropy(house.office, c, draw, "", by)
    with house.office.begin(by) as c:
        draws.execute(house.office, c, draw, by)
        secrets.append(c.execute(select(m.draw_executions.c.rng_seed)).scalar_one())  # open from here on
    assert logged
    assert all(secrets)
    assert [secret for secret in secrets if secret in logged] == []


def test_the_words_for_who_was_first_are_of_constraints_that_there_are(house: House) -> None:
    with house.office.begin() as c:
        names = set(c.exec_driver_sql("SELECT relname FROM pg_class WHERE relkind = 'i'").scalars())
    assert set(app._FIRST) <= names


def test_an_administrator_is_warned_of_a_database_with_a_clock_of_its_own(house: House) -> None:
    """D3: the database judges a draw's times; put forward, or without a clock, it would believe others."""
    shown = house.client("admin").get("/admin/").get_data(as_text=True)
    assert "The database believes whatever times it is told" in shown
    assert "The database" not in house.client("operator").get("/admin/").get_data(as_text=True)
    owner = create_engine(house.office.database.owner_url)
    for offset, words in ((90_000, "is put forward by 90 seconds"), (0, "")):
        with owner.begin() as c:
            c.execute(text(f"UPDATE clock_offset SET offset_ms = {offset}"))
        shown = house.client("admin").get("/admin/").get_data(as_text=True)
        assert words in shown
        assert ("clock_offset" in shown) == bool(words)
    with owner.begin() as c:
        c.execute(text("UPDATE clock_offset SET offset_ms = NULL"))
    owner.dispose()


def test_two_who_make_the_same_at_the_same_moment_are_told_so(own: House) -> None:
    """Z3: whoever comes second finds a name taken that was free a moment ago; that is no fault of ours."""
    browser = own.app.test_client()
    assert log_in(browser, "admin").status_code == 303
    form = {"csrf": token(browser), "username": "twin", "name": "Twin", "role": "operator", "pin": "135790"}
    with own.office.begin() as c:
        # Made and not yet to be seen: the second waits for it.
        auth.create_user(c, own.organisation, "twin", "Twin", None, "operator", "135790")
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(browser.post, "/admin/users/add", data=form)
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            deadline_ms = own.clock.monotonic_ms() + 120_000
            while c.exec_driver_sql(waiting).scalar_one() == 0:
                assert own.clock.monotonic_ms() < deadline_ms
            c.commit()
            assert answer.result().status_code == 303
    shown = browser.get("/admin/users").get_data(as_text=True)
    assert "Somebody else was given this user name at the same moment" in shown
