"""Pictures of events: taken apart and made anew, so that a page shows pixels and nothing else that was in a file.

Each is described in words for those who do not see it, and one of them is the event's cover. They touch nothing
that is sold or drawn, so that they can be changed as long as the event is shown.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection, delete, func, insert, select, update

from shared.errors import Refused
from syncserver import events
from syncserver import models as m

UPLOAD_BYTES_MAX: Final = 2 * 1024 * 1024
PIXELS_MAX: Final = 40_000_000
SIDE_MAX: Final = 1_600
"""Of the longer side as it is kept; a larger picture is made smaller."""
QUALITY: Final = 82
ALT_CHARS_MAX: Final = 300
PICTURES_MAX: Final = 12
"""Of one event."""
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError, UnidentifiedImageError)
"""What Pillow raises for files that are no pictures, or only half of one."""
_ONE_AT_A_TIME = threading.Lock()
"""An unpacked picture is large; several at once would be too much for a small server."""


@dataclass(frozen=True)
class Picture:
    """A picture of an event, without its bytes."""

    id: UUID
    event: UUID
    alt: str
    width: int
    height: int
    cover: bool
    etag: str


@dataclass(frozen=True)
class Made:
    """A picture made anew."""

    content: bytes
    kind: str
    width: int
    height: int


def make(data: bytes) -> Made:
    """A PNG, JPEG or WebP made anew: upright, at most 1,600 dots a side, as WebP, without what else its file held.

    ``Refused`` (``picture``) where it is none, broken or too large. Its size is read before its pixels.
    """
    if len(data) > UPLOAD_BYTES_MAX:
        raise Refused(
            "picture",
            f"A picture has at most {UPLOAD_BYTES_MAX // 1024 // 1024} MB.",
            "Choose a smaller one, or save it with less quality.",
        )
    with _ONE_AT_A_TIME:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                seen = _unpacked(data)
        except (*_BROKEN, Warning, Image.DecompressionBombError) as e:
            raise Refused(
                "picture", "This is no picture that can be shown.", "Choose a JPEG, a PNG or a WebP."
            ) from e
    out = io.BytesIO()
    seen.save(out, "WEBP", quality=QUALITY, method=4)
    return Made(out.getvalue(), "image/webp", seen.width, seen.height)


def _unpacked(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        if opened.width * opened.height > PIXELS_MAX:
            raise Refused(
                "picture",
                f"A picture has at most {PIXELS_MAX // 1_000_000} million pixels.",
                "Make it smaller.",
            )
        opened.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is unpacked no larger than needed
        turned = ImageOps.exif_transpose(opened)
        seen = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    seen.thumbnail((SIDE_MAX, SIDE_MAX))
    # Pixels alone: what else the file said (place, camera, comments) hangs on the image's info.
    plain = Image.new(seen.mode, seen.size)
    plain.paste(seen)
    return plain


def add(c: Connection, event: UUID, data: bytes, alt: str, by: UUID) -> UUID:
    """Another picture of the event, the last; the first one is its cover.

    ``Refused``: ``picture``, ``alt`` where nothing describes it, ``pictures`` where there are enough.
    """
    i = m.event_images
    events.get(c, event)
    words = _described(alt)
    made = make(data)
    c.execute(
        select(m.raffle_events.c.id).where(m.raffle_events.c.id == event).with_for_update(key_share=True)
    )
    held, last = c.execute(
        select(func.count(), func.coalesce(func.max(i.c.position), 0)).where(i.c.event_id == event)
    ).one()
    if held >= PICTURES_MAX:
        raise Refused("pictures", f"An event has at most {PICTURES_MAX} pictures.", "Remove one first.")
    found = c.execute(
        insert(i)
        .values(
            event_id=event,
            content=made.content,
            content_type=made.kind,
            sha256=hashlib.sha256(made.content).hexdigest(),
            width=made.width,
            height=made.height,
            alt=words,
            position=last + 1,
            is_cover=held == 0,
            created_by=by,
        )
        .returning(i.c.id)
    )
    return UUID(str(found.scalar_one()))


def _described(alt: str) -> str:
    words = alt.strip()
    if not 1 <= len(words) <= ALT_CHARS_MAX or not words.isprintable():
        raise Refused(
            "alt",
            "The picture needs a description for people who do not see it.",
            f"Say in at most {ALT_CHARS_MAX} characters what it shows.",
        )
    return words


def describe(c: Connection, event: UUID, picture: UUID, alt: str, by: UUID) -> None:
    """Say otherwise what it shows. ``Refused`` (``alt``, ``unknown``)."""
    _change(c, event, picture, by, alt=_described(alt))


def cover(c: Connection, event: UUID, picture: UUID, by: UUID) -> None:
    """Make it the event's cover in place of the one that is. ``Refused`` (``unknown``)."""
    i = m.event_images
    c.execute(update(i).where(i.c.event_id == event, i.c.is_cover, i.c.id != picture).values(is_cover=False))
    _change(c, event, picture, by, is_cover=True)


def move(c: Connection, event: UUID, picture: UUID, by: UUID, *, up: bool) -> None:
    """Show it one place earlier, or later. ``Refused`` (``unknown``)."""
    i = m.event_images
    ids = [one.id for one in of_event(c, event)]
    if picture not in ids:
        raise Refused("unknown", "There is no such picture.")
    at = ids.index(picture)
    to = max(0, at - 1) if up else min(len(ids) - 1, at + 1)
    ids[at], ids[to] = ids[to], ids[at]
    for place, one in enumerate(ids, 1):
        c.execute(update(i).where(i.c.id == one, i.c.position != place).values(position=place, updated_by=by))


def remove(c: Connection, event: UUID, picture: UUID) -> None:
    """Delete it; where it was the cover, the first of the others is. ``Refused`` (``unknown``)."""
    i = m.event_images
    gone = c.execute(
        delete(i).where(i.c.id == picture, i.c.event_id == event).returning(i.c.is_cover)
    ).scalar_one_or_none()
    if gone is None:
        raise Refused("unknown", "There is no such picture.")
    left = of_event(c, event)
    if gone and left:
        c.execute(update(i).where(i.c.id == left[0].id).values(is_cover=True))


def _change(c: Connection, event: UUID, picture: UUID, by: UUID, **columns: object) -> None:
    i = m.event_images
    done = c.execute(
        update(i)
        .where(i.c.id == picture, i.c.event_id == event)
        .values(updated_by=by, updated_at=func.now(), **columns)
    )
    if done.rowcount == 0:
        raise Refused("unknown", "There is no such picture.")


def of_event(c: Connection, event: UUID) -> list[Picture]:
    """The event's pictures in their order."""
    return pictures(c, [event]).get(event, [])


def pictures(c: Connection, of: list[UUID]) -> dict[UUID, list[Picture]]:
    """The pictures of several events, each in its order."""
    i = m.event_images
    found: dict[UUID, list[Picture]] = {}
    for row in c.execute(
        select(i.c.id, i.c.event_id, i.c.alt, i.c.width, i.c.height, i.c.is_cover, i.c.sha256)
        .where(i.c.event_id.in_(of))
        .order_by(i.c.position, i.c.created_at, i.c.id)
    ):
        one = Picture(row.id, row.event_id, row.alt, row.width, row.height, row.is_cover, row.sha256)
        found.setdefault(row.event_id, []).append(one)
    return found


def covers(c: Connection, of: list[UUID]) -> dict[UUID, Picture]:
    """The cover of each of these events that has one."""
    return {event: one for event, held in pictures(c, of).items() for one in held if one.cover}


def content(c: Connection, picture: UUID) -> tuple[UUID, bytes, str, str] | None:
    """A picture's event, bytes, type and tag; None where there is none."""
    i = m.event_images
    row = c.execute(
        select(i.c.event_id, i.c.content, i.c.content_type, i.c.sha256).where(i.c.id == picture)
    ).one_or_none()
    return None if row is None else (row.event_id, bytes(row.content), row.content_type, row.sha256)
