"""The question of skill of an event: asked at the checkout, set while the event is a draft."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from shared.errors import Refused
from syncserver import auth, questions
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/<uuid:event>/question", "question", show)
    to.add_url_rule("/events/<uuid:event>/question/save", "save_question", save, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/question/remove", "remove_question", remove, methods=["POST"])


@access(*ground.READERS)
def show(event: UUID) -> ResponseReturnValue:
    """The event's question, and how it was answered."""
    t = m.question_attempts
    with ground.reading() as c:
        row = ground.own_event(c, event)
        asked = questions.of_event(c, event)
        given = c.execute(
            select(t.c.answer, func.count().label("count"))
            .where(t.c.event_id == event, t.c.subject.not_like(f"{questions.ALSO}%"))
            .group_by(t.c.answer)
        ).all()
    return ground.page(
        "question",
        "events",
        e=row,
        asked=asked,
        given={one.answer: one.count for one in given},
        most=questions.ANSWERS_MAX,
        least=questions.ANSWERS_MIN,
        attempts_max=questions.ATTEMPTS_MAX,
        attempts=questions.ATTEMPTS_DEFAULT,
        draft=row.activated_at is None,
        may=auth.account().role in ground.MANAGERS,
    )


@access(*ground.MANAGERS)
def save(event: UUID) -> ResponseReturnValue:
    """Gives a draft its question."""
    page = ground.back_to("admin.question", event=event)
    with ground.reading() as c:
        ground.own_event(c, event)
    asked = ground.text("text", "Question", questions.QUESTION_CHARS_MAX)
    typed = [request.form.get(f"answer{i}", "").strip() for i in range(1, questions.ANSWERS_MAX + 1)]
    right = ground.whole("correct", "The right answer", 1, questions.ANSWERS_MAX)
    if not typed[right - 1]:
        raise Refused("field", "The right answer is empty.", "Type it, or choose another one.")
    attempts = ground.whole("attempts", "Attempts", 1, questions.ATTEMPTS_MAX)
    by = auth.account().id
    try:
        with ground.acting() as c:
            questions.put(
                c,
                event,
                asked,
                [one for one in typed if one],
                1 + sum(1 for one in typed[: right - 1] if one),
                by,
                attempts_max=attempts,
            )
    except Refused as refused:
        _noted(refused, event)
        raise
    ground.tell("good", "The question is kept. It is asked before anybody pays on line.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def remove(event: UUID) -> ResponseReturnValue:
    """Lets a draft ask nothing."""
    page = ground.back_to("admin.question", event=event)
    try:
        with ground.acting() as c:
            ground.own_event(c, event)
            questions.remove(c, event)
    except Refused as refused:
        _noted(refused, event)
        raise
    ground.tell("good", "The event asks no question.")
    return redirect(page, 303)


def _noted(refused: Refused, event: UUID) -> None:
    """A change of what is frozen is on record though it was refused (E3)."""
    if refused.code == "frozen":
        with ground.acting() as c:
            questions.note_refused(c, event, auth.account().id)
