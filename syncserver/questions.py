"""The question of skill: who wants to buy on line answers it before they pay, and a wrong answer sells nothing (S6).

An event has one question at most. It is part of what makes the raffle lawful, so that it freezes with the event's
activation; every answer given is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Refused
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

ANSWERS_MIN: Final = 2
ANSWERS_MAX: Final = 6
ATTEMPTS_DEFAULT: Final = 3
ATTEMPTS_MAX: Final = 10
QUESTION_CHARS_MAX: Final = 300
ANSWER_CHARS_MAX: Final = 120
SUBJECT_CHARS_MAX: Final = 200
ALSO: Final = "also:"
"""How the subject of a ``Guesser`` begins: its rows repeat answers, and are none by themselves."""


@dataclass(frozen=True)
class Question:
    """What is asked; ``correct`` counts from 1 and goes to nobody who has to answer."""

    text: str
    answers: tuple[str, ...]
    correct: int
    attempts_max: int


@dataclass(frozen=True)
class Guesser:
    """As whom a wrong answer counts as well: the question's own number of attempts, or ``most`` ``within`` a time."""

    subject: str
    most: int | None = None
    within: timedelta | None = None


def of_event(c: Connection, event: UUID) -> Question | None:
    """The event's question; None where it has none."""
    q = m.questions
    row = c.execute(select(q).where(q.c.event_id == event)).one_or_none()
    if row is None:
        return None
    return Question(row.text, tuple(row.answers), row.correct, row.attempts_max)


ask = of_event
"""What a checkout asks; it shows ``text`` and ``answers``, numbered from 1."""


def put(
    c: Connection,
    event: UUID,
    asked: str,
    answers: Sequence[str],
    correct: int,
    by: UUID,
    *,
    attempts_max: int = ATTEMPTS_DEFAULT,
) -> None:
    """Give a draft its question, in place of the one it had.

    ``Refused``: ``frozen`` once the event was on sale (which is put on record), ``question``, ``answers``, ``correct``,
    ``attempts``.
    """
    _draft(c, event)
    asked = _words(asked, QUESTION_CHARS_MAX, "question", "The question")
    given = [_words(one, ANSWER_CHARS_MAX, "answers", f"Answer {i}") for i, one in enumerate(answers, 1)]
    if not ANSWERS_MIN <= len(given) <= ANSWERS_MAX:
        raise Refused("answers", f"A question has from {ANSWERS_MIN} to {ANSWERS_MAX} answers.")
    if len({one.casefold() for one in given}) != len(given):
        raise Refused("answers", "Two answers are the same.", "Only one may be right.")
    if not 1 <= correct <= len(given):
        raise Refused("correct", "Say which of the answers is right.")
    if not 1 <= attempts_max <= ATTEMPTS_MAX:
        raise Refused("attempts", f"Attempts are from 1 to {ATTEMPTS_MAX}.")
    values = {
        "text": asked,
        "answers": given,
        "correct": correct,
        "attempts_max": attempts_max,
        "updated_by": by,
    }
    c.execute(
        upsert(m.questions)
        .values(event_id=event, created_by=by, **values)
        .on_conflict_do_update(index_elements=["event_id"], set_=values | {"updated_at": func.now()})
    )


def remove(c: Connection, event: UUID) -> None:
    """Let a draft ask nothing. ``Refused`` (``frozen``) once the event was on sale."""
    _draft(c, event)
    c.execute(delete(m.questions).where(m.questions.c.event_id == event))


def note_refused(c: Connection, event: UUID, by: UUID) -> None:
    """Put on record that somebody tried to change a frozen question (E3); in a transaction of its own."""
    critical_event(
        c,
        "frozen_change_refused",
        "WARN",
        "A change of the question of skill was refused: the event was on sale.",
        event_id=event,
        user_id=by,
    )


def left(c: Connection, event: UUID, subject: str) -> int:
    """How many answers ``subject`` (a checkout, or a customer) may still give; the right one given, all of them."""
    found = of_event(c, event)
    if found is None:
        return 0
    t = m.question_attempts
    wrong = c.scalar(select(func.count()).where(t.c.event_id == event, t.c.subject == subject, ~t.c.correct))
    return max(0, found.attempts_max - int(wrong or 0))


def check(
    office: Office,
    c: Connection,
    event: UUID,
    subject: str,
    answer: int,
    also: Sequence[Guesser] = (),
) -> bool:
    """Whether this answer, numbered from 1, is right; it is kept, so commit also where it is wrong.

    True where the event asks nothing. ``subject`` names whose attempts count together: the customer, or the checkout
    of a guest; a wrong one counts as those of ``also`` too. ``Refused``: ``answer`` (none of the list), ``attempts``
    (no more are left).
    """
    # Two answers at the same moment must not both be the last one.
    for one in sorted({subject, *(other.subject for other in also)}):
        c.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"),
            {"what": f"question:{event}:{one}"},
        )
    found = of_event(c, event)
    if found is None:
        return True
    if not 0 < len(subject) <= SUBJECT_CHARS_MAX or "\x00" in subject:
        raise Refused("subject", "It is not known whose answer this is.")
    if not 1 <= answer <= len(found.answers):
        raise Refused("answer", "Choose one of the answers.")
    if left(c, event, subject) == 0:
        raise Refused(
            "attempts",
            "No more answers can be given to this question.",
            "Tickets of this event cannot be bought here any more.",
        )
    for other in also:
        _check_guesser(office, c, event, other, found)
    right = answer == found.correct
    wrong_of = [] if right else [other.subject for other in also]
    c.execute(
        insert(m.question_attempts),
        [
            {"event_id": event, "subject": one, "answer": answer, "correct": right, "at": office.now()}
            for one in [subject, *wrong_of]
        ],
    )
    return right


def _check_guesser(office: Office, c: Connection, event: UUID, one: Guesser, asked: Question) -> None:
    t = m.question_attempts
    wrong = select(func.count()).where(t.c.event_id == event, t.c.subject == one.subject, ~t.c.correct)
    if one.within is not None:
        wrong = wrong.where(t.c.at > office.now() - one.within)
    if int(c.scalar(wrong) or 0) < (asked.attempts_max if one.most is None else one.most):
        return
    if one.within is None:
        raise Refused(
            "attempts",
            "No more answers can be given to this question.",
            "Tickets of this event cannot be bought here any more.",
        )
    raise Refused(
        "attempts", "There were many wrong answers from where you are.", "Try again in a few minutes."
    )


def answered(c: Connection, event: UUID, subject: str) -> bool:
    """Whether ``subject`` has given the right answer, or the event asks nothing: what a payment may rest on."""
    if of_event(c, event) is None:
        return True
    t = m.question_attempts
    given = select(t.c.id).where(t.c.event_id == event, t.c.subject == subject, t.c.correct).limit(1)
    return c.scalar(given) is not None


def _draft(c: Connection, event: UUID) -> None:
    e = m.raffle_events
    row = c.execute(select(e.c.activated_at).where(e.c.id == event).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    if row.activated_at is not None:
        raise Refused(
            "frozen",
            "The event was on sale; its question cannot be changed any more.",
            "Duplicate the event.",
        )


def _words(value: str, most: int, code: str, what: str) -> str:
    value = " ".join(value.split())
    if not 0 < len(value) <= most or not value.isprintable():
        raise Refused(code, f"{what} has from 1 to {most} characters.")
    return value
