"""Each door by which messages leave, against a real server on loopback that records what it gets."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult

from shared.errors import Refused
from syncserver import senders
from syncserver.config import Klaviyo, Mail, Texts
from syncserver.letters import Letter
from tests.recorder import receiving, recording

NOW = datetime(2026, 7, 5, 18, 30, tzinfo=UTC)
LETTER = Letter("Your tickets", "Hello Ana,\n\nyour numbers: 1–5\n", "<p>Hello Ana, your numbers: 1–5</p>")
IDENTITY = "01890000-0000-7000-8000-000000000001"


def post(port: int, **settings: str) -> Mail:
    return Mail(
        "127.0.0.1", port, settings.pop("security", "none"), "Raffle <raffle@club.example>", **settings
    )


def written(mail: Mail, **more: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - an EmailMessage
    return senders.message(
        mail,
        more.pop("letter", LETTER),  # type: ignore[arg-type]  # a letter, where one is given
        to=more.pop("to", "ana@example.org"),
        name=more.pop("name", "Ana Petit"),
        organisation="Riverside Hospice",
        identity=IDENTITY,
        now=NOW,
        stop=more.pop("stop", ""),
    )


# E-mail ---------------------------------------------------------------------------------------------


def test_a_mail_arrives_with_both_parts_and_the_headers_it_needs() -> None:
    """O9: text and HTML; the Message-ID is the row's; the link to stop is where mail programs look for it."""
    with receiving() as server:
        door = senders.MailDoor(post(server.port), "raffle.example")
        sent = door.send(written(post(server.port), stop="https://raffle.example/stop/abc"))
        door.close()
    assert sent == senders.SENT
    got = server.got[0]
    assert server.receivers == ["ana@example.org"]
    assert got["Message-ID"] == f"<{IDENTITY}@club.example>"
    assert (got["From"], got["To"], got["Subject"]) == (
        "Raffle <raffle@club.example>",
        "Ana Petit <ana@example.org>",
        "Your tickets",
    )
    assert got["List-Unsubscribe"] == "<https://raffle.example/stop/abc>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Auto-Submitted"] == "auto-generated"
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == LETTER.text.splitlines()
    assert "1–5" in html.get_content()


def test_one_conversation_carries_many_mails() -> None:
    with receiving() as server:
        door = senders.MailDoor(post(server.port), "raffle.example")
        assert {door.send(written(post(server.port))).state for _ in range(5)} == {"sent"}
        door.close()
    assert (len(server.got), server.conversations) == (5, 1)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Ana\r\nBcc: thief@example.org", "Hello\nBcc: thief@example.org"),
        ('Ana" <thief@example.org>, "x', "a\x00b\x0bc\x85d\u2028Bcc: thief@example.org"),
        ("Zoë Łukasz 王", "Réponse — größer 🎟"),
        ("=?utf-8?q?x=0D=0ABcc:_a?=", "=?utf-8?q?=0D=0ABcc:_thief@example.org?="),
    ],
)
def test_no_name_or_subject_makes_another_header(name: str, subject: str) -> None:
    """Z3: what a customer typed stands in a header as text, and adds none."""
    with receiving() as server:
        mail = post(server.port)
        door = senders.MailDoor(mail, "raffle.example")
        made = written(mail, name=name, letter=Letter(subject, "x", "x"))  # type: ignore[arg-type]
        assert door.send(made).state == "sent"
        door.close()
    got = server.got[0]
    assert server.receivers == ["ana@example.org"]
    assert [one.addr_spec for one in got["To"].addresses] == ["ana@example.org"]
    assert got["Bcc"] is None


@pytest.mark.parametrize("to", ["a@b\nc", "a b@c", "a@", "@b", "a@b, c@d", "<a@b>", ""])
def test_what_is_no_address_is_never_written_to(to: str) -> None:
    with receiving() as server:
        mail = post(server.port)
        try:
            made = written(mail, to=to)
        except ValueError:
            assert server.conversations == 0
            return
        door = senders.MailDoor(mail, "raffle.example")
        assert door.send(made).state == "never"
        door.close()


@pytest.mark.parametrize(
    ("said", "state"),
    [("550 no such user", "never"), ("450 come later", "later"), ("421 closing", "later")],
)
def test_a_refusal_of_the_receiver_is_for_good_or_for_now(said: str, state: str) -> None:
    """O9: a 5xx of the mail server is not tried again."""
    with receiving() as server:
        server.rcpt = lambda _address: said
        door = senders.MailDoor(post(server.port), "raffle.example")
        outcome = door.send(written(post(server.port)))
        server.rcpt = lambda _address: "250 OK"
        again = door.send(written(post(server.port)))
        door.close()
    assert (outcome.state, again.state) == (state, "sent")
    assert "ana" not in outcome.words


@pytest.mark.parametrize(("said", "state"), [("554 spam", "never"), ("451 disk full", "later")])
def test_a_refusal_of_the_text_is_for_good_or_for_now(said: str, state: str) -> None:
    with receiving() as server:
        server.data = lambda: said
        door = senders.MailDoor(post(server.port), "raffle.example")
        assert door.send(written(post(server.port))).state == state
        door.close()


@pytest.mark.parametrize(
    "said",
    [
        "553 5.7.1 <raffle@club.example>: Sender address rejected: not owned by user",
        "554 5.7.1 <ana@example.org>: Relay access denied",
        "530 5.7.0 Must issue a STARTTLS command first",
        "550 5.7.60 SMTP; Client does not have permissions to send as this one",
        "550 5.1.8 Bad address",
    ],
)
def test_a_refusal_of_our_own_address_or_log_in_is_a_fault_of_the_setting(said: str) -> None:
    """O9: it would meet every message, so that none is given up for it."""
    with receiving() as server:
        door = senders.MailDoor(post(server.port), "raffle.example")
        server.rcpt = lambda _address: said
        first = door.send(written(post(server.port)))
        server.rcpt, server.data = lambda _address: "250 OK", lambda: said
        second = door.send(written(post(server.port)))
        door.close()
    assert [(one.state, one.setting) for one in (first, second)] == [("later", True)] * 2


def test_what_a_receiver_is_called_makes_no_fault_of_the_setting() -> None:
    with receiving() as server:
        server.rcpt = lambda _address: "550 5.1.1 <sender@relay.example>: no such user"
        door = senders.MailDoor(post(server.port), "raffle.example")
        outcome = door.send(written(post(server.port), to="sender@relay.example"))
        door.close()
    assert (outcome.state, outcome.setting) == ("never", False)


def test_a_mail_server_that_is_not_there_is_tried_later() -> None:
    with receiving() as server:
        mail = post(server.port)
    door = senders.MailDoor(mail, "raffle.example")
    assert door.send(written(mail)).state == "later"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of 127.0.0.1, which this process trusts."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


def test_mail_goes_by_tls_and_by_starttls_with_a_log_in(certificate: ssl.SSLContext) -> None:
    seen: list[tuple[str, bytes, bytes]] = []

    def authenticate(_server, _session, _envelope, mechanism, data):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        seen.append((mechanism, data.login, data.password))
        return AuthResult(success=data.password == b"s3cret", handled=False)

    login: dict[str, Any] = {"authenticator": authenticate}
    with receiving(tls_context=certificate, auth_required=True, **login) as server:
        mail = post(server.port, security="starttls", user="me", password="s3cret")
        door = senders.MailDoor(mail, "raffle.example")
        assert door.send(written(mail)) == senders.SENT
        door.close()
        wrong = post(server.port, security="starttls", user="me", password="wrong")
        door = senders.MailDoor(wrong, "raffle.example")
        refused = door.send(written(wrong))
        door.close()
    assert refused.state == "later"
    assert "wrong" not in refused.words
    with receiving(tls=certificate, auth_require_tls=False, **login) as server:
        mail = post(server.port, security="tls", user="me", password="s3cret")
        door = senders.MailDoor(mail, "raffle.example")
        outcome = door.send(written(mail))
        door.close()
        assert outcome == senders.SENT, outcome.words
    assert {login for _, login, _ in seen} == {b"me"}


def test_without_a_trusted_certificate_nothing_is_said(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Z1: neither log-in nor mail goes to a server that cannot prove who it is, or that offers no TLS."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with receiving(tls_context=certificate) as server:
        mail = post(server.port, security="starttls")
        assert senders.MailDoor(mail, "raffle.example").send(written(mail)).state == "later"
    assert server.got == []
    with receiving() as server:
        mail = post(server.port, security="starttls", user="me", password="s3cret")
        door = senders.MailDoor(mail, "raffle.example")
        assert door.send(written(mail)).state == "later"
    assert (server.got, server.logins) == ([], [])


# Text messages --------------------------------------------------------------------------------------


def test_a_text_message_is_a_form_as_twilio_takes_it() -> None:
    """O9: From, To and Body, under the account and its token."""
    with recording() as server:
        server.answer = lambda _asked: (201, {})
        texts = Texts(f"{server.url}/2010-04-01/Accounts/AC1/Messages.json", "+15550001", "AC1", "t0ken")
        assert senders.send_text(texts, "+4915112345678", "You won: 5 €") == senders.SENT
        assert senders.send_text(Texts(server.url, "Club", token="t0ken"), "+49151", "x") == senders.SENT
    first, second = server.asked
    assert parse_qs(first.body.decode()) == {
        "From": ["+15550001"],
        "To": ["+4915112345678"],
        "Body": ["You won: 5 €"],
    }
    assert first.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert first.headers["authorization"] == "Basic QUMxOnQwa2Vu"
    assert second.headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, "never"), (404, "never"), (401, "later"), (429, "later"), (500, "later"), (302, "later")],
)
def test_what_the_sender_of_text_messages_says_is_heeded(status: int, state: str) -> None:
    with recording() as server:
        server.answer = lambda _asked: (status, {"Retry-After": "120", "Location": f"{server.url}/elsewhere"})
        outcome = senders.send_text(Texts(server.url, "Club"), "+49151", "x")
    assert outcome.state == state
    assert outcome.wait_s == (120 if status in {429, 500, 401} else 0)
    assert len(server.asked) == 1


def test_a_text_message_without_an_answer_may_have_gone() -> None:
    """O9: nobody recognises a repeated text message, so a person decides."""
    with recording() as server:
        server.answer = lambda _asked: (0, {})
        assert senders.send_text(Texts(server.url, "Club"), "+49151", "x").state == "unclear"
    assert senders.send_text(Texts(server.url, "Club"), "+49151", "x").state == "later"


# Klaviyo --------------------------------------------------------------------------------------------


def test_klaviyo_gets_an_event_of_its_interface() -> None:
    """O9: metric, profile, time and a unique id, by the revision that is stated."""
    with recording() as server:
        server.answer = lambda _asked: (202, {})
        outcome = senders.send_klaviyo(
            Klaviyo("pk_1", server.url),
            metric="Order Placed",
            person={"email": "ana@example.org", "name": "Ana", "phone": "0151 1"},
            facts={"event": "Final", "total": "€8.00"},
            identity=IDENTITY,
            at=NOW,
        )
    assert outcome == senders.SENT
    asked = server.asked[0]
    assert asked.path == "/api/events"
    assert asked.headers["authorization"] == "Klaviyo-API-Key pk_1"
    assert asked.headers["revision"] == "2025-04-15"
    assert asked.headers["content-type"] == "application/vnd.api+json"
    assert msgspec.json.decode(asked.body)["data"] == {
        "type": "event",
        "attributes": {
            "properties": {"event": "Final", "total": "€8.00"},
            "time": "2026-07-05T18:30:00+00:00",
            "unique_id": IDENTITY,
            "metric": {"data": {"type": "metric", "attributes": {"name": "Order Placed"}}},
            "profile": {
                "data": {"type": "profile", "attributes": {"email": "ana@example.org", "first_name": "Ana"}}
            },
        },
    }


# Webhooks -------------------------------------------------------------------------------------------


def test_a_webhook_is_signed_over_its_time_and_body() -> None:
    """O9, Z1: whoever has the secret can tell that it came from here, when, and unchanged."""
    body = b'{"kind":"order_placed"}'
    with recording() as server:
        assert (
            senders.send_webhook(f"{server.url}/in?a=1", "whsec_x", body, identity="7", now=NOW, private=True)
            == senders.SENT
        )
    asked = server.asked[0]
    signed = f"{asked.headers['tombola-timestamp']}.".encode() + asked.body
    assert asked.path == "/in?a=1"
    assert asked.body == body
    assert asked.headers["tombola-id"] == "7"
    assert (
        asked.headers["tombola-signature"] == "v1=" + hmac.new(b"whsec_x", signed, hashlib.sha256).hexdigest()
    )
    assert asked.headers["host"] == server.url.removeprefix("http://")


def test_a_webhook_follows_no_redirect() -> None:
    with recording() as server:
        server.answer = lambda _asked: (307, {"Location": f"{server.url}/admin"})
        outcome = senders.send_webhook(server.url, "x", b"{}", identity="7", now=NOW, private=True)
    assert outcome.state == "later"
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "state"), [(204, "sent"), (404, "later"), (410, "never"), (503, "later")])
def test_a_webhook_heeds_its_receiver(status: int, state: str) -> None:
    with recording() as server:
        server.answer = lambda _asked: (status, {})
        outcome = senders.send_webhook(server.url, "x", b"{}", identity="7", now=NOW, private=True)
    assert outcome.state == state


@pytest.mark.parametrize(
    "url",
    [
        "http://club.example/in",
        "ftp://club.example/in",
        "https://",
        "https://user:pw@club.example/in",
        "https://club.example/in#x",
        "https://club.example:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0/",
        "https://club.example/a b",
        "https://clüb.example/",
        "https://club.example/" + "x" * 500,
    ],
)
def test_a_webhook_to_a_private_or_odd_address_is_refused(url: str) -> None:
    """Z3: nobody makes the server speak to its own network, or in clear."""
    with pytest.raises(Refused):
        senders.check_webhook_url(url)
    assert senders.send_webhook(url, "x", b"{}", identity="7", now=NOW).state == "never"


def test_a_name_that_stands_for_a_private_address_is_not_spoken_to() -> None:
    """Z3: what counts is the address behind the name, looked at each time."""
    with recording() as server:
        port = server.url.rpartition(":")[2]
        outcome = senders.send_webhook(f"https://localhost:{port}/", "x", b"{}", identity="7", now=NOW)
    assert (outcome.state, "private" in outcome.words, server.asked) == ("later", True, [])


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("192.168.1.1", False), ("100.64.0.1", False),
     ("224.0.0.1", False), ("2002:c0a8:101::1", False), ("::", False), ("fd00::1", False),
     ("::ffff:8.8.8.8", True), ("::ffff:10.0.0.1", False), ("::127.0.0.1", False), ("fec0::1", False),
     ("64:ff9b::7f00:1", False), ("64:ff9b:1::7f00:1", False), ("3fff::1", False), ("fe80::1%lo", False)],
)  # fmt: skip
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert senders.is_public(address) == public


def test_a_receiver_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """O9: whoever is slow is given up on in time."""
    monkeypatch.setattr(senders, "EXCHANGE_S_MAX", 2)
    with recording() as server:
        server.hold = threading.Event()
        outcome = senders.send_webhook(server.url, "x", b"{}", identity="7", now=NOW, private=True)
        text = senders.send_text(Texts(server.url, "Club"), "+49151", "x")
        server.hold.set()
    assert (outcome.state, text.state) == ("later", "unclear")
