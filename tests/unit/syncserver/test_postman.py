"""The outbox from the moment something is told to the moment it arrives, against real servers on loopback."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Row, func, select, update

from shared.errors import Refused
from syncserver import audit, auth, events, notifications, postman
from syncserver import models as m
from syncserver.config import Config, Klaviyo, Mail, Texts
from syncserver.db import Database
from syncserver.letters import Words
from syncserver.notifications import To
from syncserver.office import Office, furnish
from tests.chains import together
from tests.recorder import Post, Recorder, receiving, recording
from tests.server import PASSWORD, SetClock

ANA = To("ana@example.org", "+4915112345678", "Ana Petit", "en")
FACTS = {"event": "Final", "numbers": "1–5", "total": "€8.00", "link": "https://raffle.example/my"}


class Desk:
    """An organisation, and servers of others to which its messages go."""

    def __init__(self, database: Database, home: Path, post: Post, recorder: Recorder) -> None:
        self.clock = SetClock()
        self.post, self.recorder = post, recorder
        made = furnish(database, home, self.clock)
        self.office: Office = replace(
            made,
            config=Config(
                home,
                url="https://raffle.example",
                mail=Mail("127.0.0.1", post.port, "none", "raffle@club.example"),
                texts=Texts(f"{recorder.url}/sms", "Club", "AC1", "t0ken"),
                klaviyo=Klaviyo("pk_1", recorder.url),
                webhooks_private=True,
            ),
        )
        with self.office.begin() as c:
            self.organisation = events.create_organisation(c, "Hockey Club", "EUR")
            self.admin = auth.create_user(c, self.organisation, "admin", "Morgan", PASSWORD, "admin")

    def tell(self, kind: str = "order_placed", once: str = "order/1", to: To = ANA, **facts: str) -> int:
        with self.office.begin() as c:
            return notifications.enqueue(
                self.office, c, self.organisation, kind, once=once, to=to, facts=FACTS | facts
            )

    def only(self, *channels: str) -> None:
        """Of an order, tell by these ways alone."""
        with self.office.begin() as c:
            ways = {one: one in channels for one in ("email", "sms", "klaviyo")}
            notifications.switch(self.office, c, self.organisation, "order_placed", ways, self.admin)

    def rows(self, **values: str) -> list[Row[Any]]:
        n = m.notifications
        wanted = select(n).where(*(n.c[name] == value for name, value in values.items()))
        with self.office.begin() as c:
            return list(c.execute(wanted.order_by(n.c.channel, n.c.id)).all())

    def hook(self, *kinds: str) -> tuple[UUID, str]:
        with self.office.begin() as c:
            return notifications.add_webhook(
                self.office, c, self.organisation, "Till", f"{self.recorder.url}/hook", kinds, self.admin
            )

    def later(self, seconds: float) -> None:
        self.clock.ahead_ms += int(seconds * 1000)

    def send(self) -> int:
        return postman.send_due(self.office)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    with receiving() as post, recording() as recorder:
        yield Desk(database, tmp_path, post, recorder)


def test_what_happened_is_told_by_each_way_once(desk: Desk) -> None:
    """O9: e-mail, text message, Klaviyo and webhook, each once, however often it is told and sent."""
    hook, secret = desk.hook("order_placed", "winner")
    assert desk.tell() == 4
    assert desk.tell() == 0
    assert desk.send() == 4
    assert desk.send() == 0
    assert [(row.channel, row.state, row.attempts) for row in desk.rows()] == [
        (channel, "sent", 1) for channel in ("email", "klaviyo", "sms", "webhook")
    ]
    assert [one["Subject"] for one in desk.post.got] == ["Your tickets for Final"]
    paths = sorted(one.path for one in desk.recorder.asked)
    assert paths == ["/api/events", "/hook", "/sms"]
    hooked = next(one for one in desk.recorder.asked if one.path == "/hook")
    said = msgspec.json.decode(hooked.body)
    assert said["kind"] == "order_placed"
    assert said["facts"]["numbers"] == "1–5"
    assert "Ana" not in hooked.body.decode()
    stamp = hooked.headers["tombola-timestamp"]
    from syncserver import senders

    assert hooked.headers["tombola-signature"] == f"v1={senders.signature(secret, int(stamp), hooked.body)}"
    row = desk.rows(channel="webhook")[0]
    assert (row.webhook_id, hooked.headers["tombola-id"]) == (hook, str(row.id))


def test_nothing_is_told_of_what_did_not_happen(desk: Desk) -> None:
    """O9: the row is of the transaction of what it tells."""

    def fails() -> None:
        with desk.office.begin() as c:
            notifications.enqueue(
                desk.office, c, desk.organisation, "order_placed", once="order/1", to=ANA, facts=FACTS
            )
            raise RuntimeError("the sale failed")

    with pytest.raises(RuntimeError):
        fails()
    assert (desk.rows(), desk.send()) == ([], 0)


def test_two_who_tell_the_same_at_once_tell_it_once(desk: Desk) -> None:
    """O9: the database holds each moment once."""
    desk.only("email")
    assert sorted(together([desk.tell] * 4)) == [0, 0, 0, 1]


def test_many_workers_send_each_message_once(desk: Desk) -> None:
    """O9: of many workers one takes each message."""
    desk.only("email")
    for number in range(24):
        desk.tell(once=f"order/{number}")
    assert sum(together([desk.send] * 4)) == 24
    assert sorted({str(one["Message-ID"]) for one in desk.post.got}) == sorted(
        f"<{row.id}@club.example>" for row in desk.rows()
    )
    assert len(desk.post.got) == 24


def test_what_fails_for_now_is_tried_again_and_given_up_in_the_end(desk: Desk) -> None:
    """O9: retries with growing pauses, a last try, then it stands as failed and on record."""
    desk.only("email")
    desk.tell()
    desk.post.rcpt = lambda _address: "450 busy"
    for attempt, pause_s in enumerate(postman.RETRIES_S, start=1):
        assert desk.send() == 1
        row = desk.rows()[0]
        assert (row.state, row.attempts) == ("queued", attempt)
        assert desk.send() == 0
        desk.later(pause_s * 1.3)
    assert desk.send() == 1
    row = desk.rows()[0]
    assert (row.state, row.attempts) == ("failed", len(postman.RETRIES_S) + 1)
    assert "450" in row.problem
    k = m.critical_events
    with desk.office.begin() as c:
        said = (
            c.execute(select(k.c.description).where(k.c.event_type == "notification_failed")).scalars().all()
        )
    assert len(said) == 1
    assert "ana" not in said[0].lower()
    desk.post.rcpt = lambda _address: "250 OK"
    with desk.office.begin() as c:
        notifications.retry(desk.office, c, desk.organisation, row.id, desk.admin)
    assert desk.send() == 1
    assert desk.rows()[0].state == "sent"


def test_a_refusal_for_good_is_not_tried_again(desk: Desk) -> None:
    """O9: a 5xx ends it."""
    desk.only("email")
    desk.tell()
    desk.post.rcpt = lambda _address: "550 nobody here"
    assert desk.send() == 1
    desk.later(10 * 86_400)
    assert (desk.send(), desk.rows()[0].state) == (0, "failed")


def test_a_wrong_setting_loses_no_message_and_is_put_on_record(desk: Desk) -> None:
    """O9: however often our own address was refused, it goes out once that is put right."""
    desk.only("email")
    desk.tell()
    desk.post.rcpt = lambda _address: "553 5.7.1 Sender address rejected: not owned by user"
    for _ in range(len(postman.RETRIES_S) + 3):
        assert desk.send() == 1
        assert desk.rows()[0].state == "queued"
        desk.later(2 * postman.SETTING_S_MAX)
    with desk.office.begin() as c:
        k = m.critical_events
        said = (
            c.execute(select(k.c.description).where(k.c.event_type == "notification_failed")).scalars().all()
        )
    assert said
    assert all("held up by a setting" in one for one in said)
    desk.post.rcpt = lambda _address: "250 OK"
    assert (desk.send(), desk.rows()[0].state) == (1, "sent")


def test_of_many_given_up_at_once_one_goes_on_record(desk: Desk) -> None:
    desk.only("email")
    desk.post.rcpt = lambda _address: "550 nobody here"
    for number in range(5):
        desk.tell(once=str(number))
    desk.send()
    k = m.critical_events
    with desk.office.begin() as c:
        count = c.execute(select(func.count()).where(k.c.event_type == "notification_failed")).scalar_one()
    assert (count, {row.state for row in desk.rows()}) == (1, {"failed"})


@contextmanager
def killed_while_sending(desk: Desk, tmp_path: Path, channel: str) -> Iterator[None]:
    """A worker process that dies while the other side has its message and has not answered."""
    program = tmp_path / "worker.py"
    config = desk.office.config
    assert config.mail is not None
    program.write_text(
        f"""
import sys
from dataclasses import replace
from pathlib import Path
from shared.clock import SystemClock
from sqlalchemy.engine import make_url
from syncserver import postman
from syncserver.config import Config, Klaviyo, Mail, Texts
from syncserver.db import Database, make_engine
from syncserver.office import furnish
url = make_url(sys.argv[1])
office = furnish(Database(make_engine(url, 4), url, "tombola_app"), Path(sys.argv[2]), SystemClock())
config = Config(Path(sys.argv[2]), mail=Mail("127.0.0.1", {config.mail.port}, "none", "raffle@club.example"),
    texts=Texts("{desk.recorder.url}/sms", "Club"), klaviyo=Klaviyo("k", "{desk.recorder.url}"), webhooks_private=True)
with postman._round(replace(office, config=config)) as doors:
    postman.send_one(replace(office, config=config), "{channel}", doors)
""",
        encoding="utf-8",
    )
    url = desk.office.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, str(program), url, str(desk.office.config.home)])
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize(
    ("channel", "state"), [("webhook", "queued"), ("klaviyo", "queued"), ("sms", "unclear")]
)
def test_a_worker_that_dies_while_sending_leaves_what_can_be_decided(
    desk: Desk, tmp_path: Path, channel: str, state: str
) -> None:
    """O9: a repeat that is recognised by its id goes out again; a text message waits for a person."""
    if channel == "webhook":
        desk.hook("order_placed")
        desk.only()
    else:
        desk.only(channel)
    desk.tell()
    desk.recorder.hold = threading.Event()
    with killed_while_sending(desk, tmp_path, channel):
        desk.recorder.wait()
    desk.recorder.hold.set()
    desk.recorder.hold = None
    assert [row.state for row in desk.rows()] == ["sending"]
    assert (postman.tidy(desk.office), desk.send()) == ([], 0)
    desk.later(postman.SENDING_S_MAX + 60)
    assert postman.tidy(desk.office) == ["1 notifications had lost their worker"]
    row = desk.rows()[0]
    assert row.state == state
    if state == "queued":
        assert desk.send() == 1
        first, second = desk.recorder.asked
        key = "tombola-id" if channel == "webhook" else "content-length"
        assert first.headers[key] == second.headers[key]
        assert desk.rows()[0].state == "sent"
    else:
        assert desk.send() == 0
        with desk.office.begin() as c:
            notifications.withhold(desk.office, c, desk.organisation, row.id, desk.admin)
        assert desk.rows()[0].state == "stopped"


def test_a_mail_that_lost_its_worker_has_the_same_message_id_again(desk: Desk) -> None:
    """O9: the Message-ID is the row's id, so that a repeat can be recognised."""
    desk.only("email")
    desk.tell()
    desk.send()
    n = m.notifications
    with (
        desk.office.begin() as c
    ):  # as it stands where the worker dies before it has recorded what became of it
        c.execute(update(n).values(state="sending", finished_at=None, sent_at=None))
    desk.later(postman.SENDING_S_MAX + 60)
    postman.tidy(desk.office)
    assert desk.send() == 1
    assert len({str(one["Message-ID"]) for one in desk.post.got}) == 1
    assert len(desk.post.got) == 2


def test_a_slow_receiver_holds_nobody_up(desk: Desk) -> None:
    """O9: while one webhook does not answer, mails and other webhooks go out."""
    slow = threading.Event()
    with recording() as other:
        other.hold = slow
        with desk.office.begin() as c:
            notifications.add_webhook(
                desk.office, c, desk.organisation, "Slow", other.url, ["order_placed"], desk.admin
            )
        desk.hook("order_placed")
        desk.only("email")
        with postman.Postman(desk.office).working():
            desk.tell(once="order/0")
            other.wait()
            for number in range(1, 6):
                desk.tell(once=f"order/{number}")
            for _ in range(6):
                desk.post.wait()
                desk.recorder.wait()
            # One conversation at a time with whoever is slow.
            assert len(other.asked) == 1
            slow.set()
    assert len(desk.post.got) == 6
    assert {one.path for one in desk.recorder.asked} == {"/hook"}


def test_a_webhook_that_fails_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.hook("order_placed")
    desk.only()
    desk.recorder.answer = lambda _asked: (500, {})
    for number in range(5):
        desk.tell(once=str(number))
    assert desk.send() == 1
    desk.recorder.answer = lambda _asked: (200, {})
    desk.later(60)
    assert desk.send() == 5
    assert {row.state for row in desk.rows()} == {"sent"}


def test_a_message_that_is_too_late_is_not_sent(desk: Desk) -> None:
    desk.tell("password_reset", to=replace(ANA, phone=None))
    desk.later(3_700)
    assert postman.tidy(desk.office) == ["1 notifications were too late"]
    row = desk.rows()[0]
    assert (row.state, row.facts, desk.send()) == ("failed", None, 0)


def test_a_link_that_opens_something_is_forgotten_once_it_is_sent(desk: Desk) -> None:
    """Z4: no reset link stands in the database for whoever reads it later."""
    desk.tell("password_reset", link="https://raffle.example/reset/s3cret")
    desk.send()
    rows = desk.rows()
    assert [(row.channel, row.state, row.facts) for row in rows] == [("email", "sent", None)]
    with pytest.raises(Refused), desk.office.begin() as c:
        notifications.retry(desk.office, c, desk.organisation, rows[0].id, desk.admin)


def test_no_address_stands_in_the_audit_log_nor_in_any_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Z4, O2: what a message says and to whom is withheld; that a person stopped it is not."""
    caplog.set_level("DEBUG")
    desk.tell()
    row = desk.rows(channel="email")[0]
    with desk.office.begin(desk.admin) as c:
        notifications.withhold(desk.office, c, desk.organisation, row.id, desk.admin)
    desk.post.rcpt = lambda _address: "550 nobody"
    desk.send()
    with desk.office.begin() as c:
        kept = audit.history(c, table="notifications")
    said = str([(one.before, one.after) for one in kept]) + caplog.text
    assert [one.operation for one in kept if one.record_id == row.id] == ["UPDATE", "INSERT"]
    for secret in ("ana@example.org", "Ana Petit", "15112345678", "1–5"):
        assert secret not in said


def test_whoever_wants_no_more_is_told_no_more(desk: Desk) -> None:
    """O7, O9: a signed link stops one topic, without a log-in; what the order needs still comes."""
    desk.tell("delivered", once="a")
    desk.send()
    mail = desk.post.got[0]
    link = mail["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://raffle.example/stop/")
    wish = notifications.read_stop_token(desk.office, link.rpartition("/")[2])
    assert wish is not None
    desk.tell("delivered", once="b")
    with desk.office.begin() as c:
        notifications.heed(desk.office, c, wish)
    # What waited for this address is stopped; a telephone number is another address.
    assert [row.state for row in desk.rows(once="b", channel="email")] == ["stopped"]
    assert desk.tell("delivered", once="c", to=replace(ANA, phone=None)) == 0
    assert desk.tell("order_placed", once="d", to=replace(ANA, phone=None)) == 2
    with desk.office.begin() as c:
        assert notifications.stops(desk.office, c, desk.organisation, ["ANA@example.org "]) == {"entries"}
        notifications.heed(desk.office, c, wish, resume=True)
    assert desk.tell("delivered", once="e", to=replace(ANA, phone=None)) == 2


@pytest.mark.parametrize("change", [0, 20, 50, -1])
def test_a_link_to_stop_that_we_did_not_make_does_nothing(desk: Desk, change: int) -> None:
    """Z1: nobody stops another's messages by changing a link."""
    known = notifications.address_hash(desk.office, "ana@example.org")
    token = notifications.stop_token(desk.office, desk.organisation, known, "entries")
    assert notifications.read_stop_token(desk.office, token) is not None
    # Not B: the last character's two lowest bits say nothing.
    other = "A" if token[change] != "A" else "w"
    at = change % len(token)
    forged = token[:at] + other + token[at + 1 :]
    assert notifications.read_stop_token(desk.office, forged) is None
    for odd in ("", "é", "a" * 500, token[:-4]):
        assert notifications.read_stop_token(desk.office, odd) is None


def test_administrators_are_told_of_what_is_official_once(desk: Desk) -> None:
    """D12: each who has said where they are written to, once a draw."""

    def tell() -> int:
        with desk.office.begin() as c:
            return notifications.enqueue_staff(
                desk.office, c, desk.organisation, "official_win", once="draw/1", facts=FACTS
            )

    assert tell() == 0
    with desk.office.begin() as c:
        operator = auth.create_user(c, desk.organisation, "sam", "Sam", PASSWORD, "operator")
        for person in (desk.admin, operator):
            notifications.set_contact(desk.office, c, person, f"{person}@club.example", "de")
    hook, _ = desk.hook("official_win")
    assert (tell(), tell()) == (2, 0)
    desk.send()
    assert desk.post.receivers == [f"{desk.admin}@club.example"]
    assert desk.post.got[0]["Subject"] == "Final: Das Ergebnis ist amtlich"
    assert [row.webhook_id for row in desk.rows(channel="webhook")] == [hook]


def test_the_organisation_s_own_words_are_sent_until_they_are_taken_back(desk: Desk) -> None:
    desk.only("email")
    with desk.office.begin() as c:
        one = notifications.set_words(
            desk.office, c, desk.organisation, "order_placed", "email", "en",
            Words("Thanks, {name}!", "Numbers: {numbers}\n\n{link}"), desk.admin,
        )  # fmt: skip
    desk.tell(once="a")
    desk.send()
    with desk.office.begin() as c:
        two = notifications.set_words(
            desk.office, c, desk.organisation, "order_placed", "email", "en", None, desk.admin
        )
    desk.tell(once="b")
    desk.send()
    assert (one, two) == (1, 2)
    assert [mail["Subject"] for mail in desk.post.got] == ["Thanks, Ana Petit!", "Your tickets for Final"]
    assert [row.template_id is not None for row in desk.rows()] == [True, False]


def test_a_test_message_says_that_it_is_one(desk: Desk) -> None:
    with desk.office.begin() as c:
        notifications.send_test(
            desk.office, c, desk.organisation, "winner", "email", "fr", "me@club.example", desk.admin
        )
    hook, _ = desk.hook("winner")
    with desk.office.begin() as c:
        notifications.test_webhook(desk.office, c, desk.organisation, hook)
    desk.send()
    assert desk.post.got[0]["Subject"].startswith("[Test] Votre numéro 10023")
    assert msgspec.json.decode(desk.recorder.asked[0].body)["test"] is True


def test_addresses_and_facts_are_erased_when_their_time_is_over(desk: Desk) -> None:
    """O10, K16: what remains says that a message went out, and not to whom."""
    desk.tell()
    desk.send()
    assert notifications.run_due(desk.office) == []
    desk.later((notifications.KEPT_DAYS + 1) * 86_400)
    assert notifications.run_due(desk.office) == ["addresses and facts of 3 notifications are erased"]
    assert {(row.state, row.recipient, row.facts, row.address_hash) for row in desk.rows()} == {
        ("sent", None, None, None)
    }
    # Who wants it once more is not told of it anew all the same.
    assert desk.tell() == 0


def test_what_is_erased_of_an_order_is_erased_of_its_messages(desk: Desk) -> None:
    order = UUID(int=7)
    with desk.office.begin() as c:
        notifications.enqueue(
            desk.office, c, desk.organisation, "refunded", once="r", to=ANA, facts=FACTS, order=order
        )
        assert notifications.forget(c, [order]) == 2
    assert {(row.state, row.recipient) for row in desk.rows()} == {("stopped", None)}
    assert desk.send() == 0


def test_nobody_else_s_message_or_webhook_can_be_touched(desk: Desk) -> None:
    """O1: another organisation's things are not there."""
    hook, _ = desk.hook("winner")
    desk.tell()
    row = desk.rows()[0]
    with desk.office.begin() as c:
        other = events.create_organisation(c, "Elsewhere", "EUR")
    for act in (
        lambda c: notifications.withhold(desk.office, c, other, row.id, desk.admin),
        lambda c: notifications.end_webhook(desk.office, c, other, hook, "not ours", desk.admin),
        lambda c: notifications.renew_webhook(desk.office, c, other, hook),
        lambda c: notifications.change_webhook(c, other, hook, ["winner"], active=False),
        lambda c: notifications.test_webhook(desk.office, c, other, hook),
    ):
        with pytest.raises(Refused), desk.office.begin() as c:
            act(c)


@pytest.mark.parametrize("kind", ["verify_email", "invitation", "nothing"])
def test_a_webhook_is_never_told_what_opens_something(desk: Desk, kind: str) -> None:
    """Z4: links to log in with go to their receiver alone."""
    with pytest.raises(Refused):
        desk.hook(kind)


def test_without_a_mail_server_messages_wait_and_say_so(desk: Desk) -> None:
    bare = replace(desk.office, config=Config(desk.office.config.home))
    with bare.begin() as c:
        made = notifications.enqueue(
            bare, c, desk.organisation, "order_placed", once="x", to=ANA, facts=FACTS
        )
    assert (made, postman.send_due(bare)) == (1, 0)
    assert desk.send() == 1


def test_a_message_that_cannot_be_put_together_holds_up_none_behind_it(desk: Desk) -> None:
    """O9: whatever is wrong with it; it stays under way until it is found, and the others go out."""
    desk.only("email")
    desk.tell(once="order/1")
    desk.tell(once="order/2")
    n = m.notifications
    with desk.office.begin() as c:
        c.execute(update(n).where(n.c.once == "order/1").values(facts=["no facts"]))
    with pytest.raises(AttributeError):
        desk.send()
    assert desk.send() == 1
    assert {row.once: row.state for row in desk.rows()} == {"order/1": "sending", "order/2": "sent"}


@pytest.mark.parametrize("kind", ["verify_email", "password_reset", "checkout_started"])
def test_a_name_that_somebody_typed_brings_nothing_into_a_stranger_s_letter(desk: Desk, kind: str) -> None:
    """Z3: neither its words, nor an address of the web, nor a line; elsewhere a name is one line."""
    eve = To(email="victim@example.org", name="You won!\r\nhttps://evil.example")
    desk.tell(kind, to=eve)
    desk.tell("order_placed", to=To(email="victim@example.org", name="Ann\r\nBcc: x"))
    by_kind = {row.kind: row for row in desk.rows(channel="email")}
    assert (by_kind[kind].facts["name"], by_kind[kind].recipient["name"]) == ("", "")
    assert by_kind["order_placed"].facts["name"] == "Ann Bcc: x"
