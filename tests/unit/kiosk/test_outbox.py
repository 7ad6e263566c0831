from __future__ import annotations

import pytest

from kiosk.outbox import (
    BACK_OFF_S_MAX,
    HEAD_EVERY_S,
    REFUSED_S,
    Failed,
    Moved,
    Outbox,
    Replied,
    Send,
    Stop,
    Wait,
)
from shared import wire

HASHES = {seq: bytes([seq % 256]) * 32 for seq in range(5_000)}


def reply(verdict: wire.Verdict, seq: int, digest: bytes | None = None) -> wire.JournalReply:
    held = (digest or HASHES[seq]).hex() if seq else "00" * 32
    return wire.JournalReply(verdict=verdict, head=wire.Head(epoch=1, seq=seq, hash=held), server_time=1)


def replied(verdict: wire.Verdict, seq: int, last: int = 10) -> Replied:
    """The office's head as it is in this kiosk's own journal, which ends at ``last``."""
    return Replied(reply(verdict, seq), HASHES[seq] if 0 < seq <= last else None)


def outbox(cursor: int, last: int) -> Outbox:
    made = Outbox(cursor)
    made.appended(last)
    return made


def test_a_batch_is_sent_and_the_cursor_follows_the_offices_head() -> None:
    """Y1: the cursor moves to the head in the reply, whatever was sent."""
    box = outbox(0, 10)
    assert box.next(0) == Send(0, 10)
    assert box.take(replied("accepted", 10), 0, 0.5) == [Moved(10)]
    assert box.next(0) == Wait(HEAD_EVERY_S)
    box.appended(12)
    assert box.next(1) == Send(10, 2)


def test_a_lost_reply_heals_by_repeating() -> None:
    """Y1: what was taken in without our knowing is a duplicate the second time."""
    box = outbox(3, 10)
    assert box.next(0) == Send(3, 7)
    (wait,) = box.take(Failed(None), 0, 0.5)
    assert wait == Wait(1.0)
    assert box.next(0.5) == Wait(0.5)
    assert box.next(1) == Send(3, 7)
    assert box.take(replied("duplicate", 10), 1, 0.5) == [Moved(10)]


def test_a_restored_server_pulls_the_cursor_back() -> None:
    """Y7: a lower head than the cursor is a restored server; the kiosk refills it."""
    box = outbox(8, 10)
    assert box.next(0) == Send(8, 2)
    assert box.take(replied("gap", 4), 0, 0) == [Moved(4)]
    assert box.next(0) == Send(4, 6)
    box.take(replied("gap", 0), 0, 0)
    assert box.next(0) == Send(0, 10)


def test_an_idle_kiosk_asks_for_the_head_now_and_then() -> None:
    """Y7: a restored server shows even when nothing is sold."""
    box = outbox(10, 10)
    assert box.next(0) == Send(10, 0)
    box.take(replied("duplicate", 10), 0, 0)
    assert box.next(HEAD_EVERY_S - 1) == Wait(1)
    assert box.next(HEAD_EVERY_S) == Send(10, 0)
    box.take(replied("duplicate", 6), HEAD_EVERY_S, 0)
    assert box.next(HEAD_EVERY_S) == Send(6, 4)


@pytest.mark.parametrize(
    "event",
    [
        Replied(reply("fork", 10), HASHES[10]),
        Replied(reply("accepted", 11), None),
        Replied(reply("duplicate", 9, b"x" * 32), HASHES[9]),
    ],
)
def test_what_this_disk_cannot_have_made_stops_the_kiosk(event: Replied) -> None:
    """Y8: a fork, a head beyond our own, another hash: a copied or rolled-back disk stops for good."""
    box = outbox(8, 10)
    box.next(0)
    (stop,) = box.take(event, 0, 0)
    assert isinstance(stop, Stop)
    assert stop.code == "forked"
    box.hurry()
    assert box.next(10**6) == stop


def test_failures_back_off_with_jitter_and_a_cap() -> None:
    """Y4: network, 5xx and 429 back off: 1 s doubling to 60 s, times 0.5 to 1.5."""
    box = outbox(0, 1)
    now, waits = 0.0, []
    for _ in range(9):
        box.next(now)
        (wait,) = box.take(Failed(500), now, 0.5)
        assert isinstance(wait, Wait)
        waits.append(wait.seconds)
        now += wait.seconds
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    box.next(now)
    assert box.take(Failed(None), now, 0.999) == [Wait(pytest.approx(BACK_OFF_S_MAX * 1.499))]  # type: ignore[arg-type]


def test_retry_after_is_honoured_and_somebody_may_hurry() -> None:
    """Y12: the server sheds load with Retry-After."""
    box = outbox(0, 1)
    box.next(0)
    assert box.take(Failed(503, 120), 0, 0) == [Wait(120)]
    assert box.next(60) == Wait(60)
    box.hurry()
    assert box.next(60) == Send(0, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_a_state_and_not_a_retry(status: int) -> None:
    """Y4: 401 and 403 are shown, the journal is kept, the office is asked again now and then."""
    box = outbox(0, 1)
    box.next(0)
    assert box.take(Failed(status), 0, 0) == [Wait(REFUSED_S)]
    assert box.state.state == "refused"
    assert box.next(REFUSED_S) == Send(0, 1)


def test_a_batch_too_large_is_halved_and_grows_again() -> None:
    """Y4: 413 makes smaller batches; after some success they grow."""
    box = outbox(0, 4_000)
    assert box.next(0) == Send(0, 1_000)
    assert box.take(Failed(413), 0, 0) == []
    assert box.next(0) == Send(0, 500)
    assert box.take(Failed(413), 0, 0) == []
    for seq in (250, 500, 750):
        assert box.next(0) == Send(seq - 250, 250)
        box.take(replied("accepted", seq, 4_000), 0, 0)
    assert box.next(0) == Send(750, 500)


def test_one_entry_that_cannot_be_read_is_found_and_stopped_at() -> None:
    """Y3: malformed halves the batch down to the entry; those before it get through."""
    box = outbox(0, 8)
    bad, sent, now = 6, [], 0.0
    for _ in range(40):
        command = box.next(now)
        if isinstance(command, Stop):
            break
        assert isinstance(command, Send)
        sent.append(command)
        reaches = command.after + command.count >= bad
        box.take(replied("malformed", command.after) if reaches else replied("accepted", command.after + command.count), now, 0)  # fmt: skip
    assert command == Stop("malformed", "The office cannot read entry 6 of this kiosk's journal.")
    assert box.cursor == 5


def test_a_revoked_kiosk_still_hands_over() -> None:
    """K2: a revoked unit may hand over what it sold before; it shows that it is revoked."""
    box = outbox(0, 2_000)
    box.next(0)
    assert box.take(replied("revoked", 1_000, 2_000), 0, 0) == [Moved(1_000)]
    assert box.state.state == "refused"
    assert box.next(0) == Send(1_000, 1_000)


def test_one_batch_is_in_flight_at_a_time() -> None:
    """Y1: one batch in flight; an answer without a question is a bug."""
    box = outbox(0, 1)
    box.next(0)
    with pytest.raises(RuntimeError):
        box.next(0)
    box.take(Failed(None), 0, 0)
    with pytest.raises(RuntimeError):
        box.take(Failed(None), 0, 0)


def test_an_office_that_takes_and_does_not_move_is_not_asked_for_ever() -> None:
    """Y12: the same batch again and again would be a flood."""
    box = outbox(3, 10)
    box.next(0)
    assert box.take(replied("duplicate", 3), 0, 0) == [Moved(3)]
    assert box.next(0) == Wait(BACK_OFF_S_MAX)
