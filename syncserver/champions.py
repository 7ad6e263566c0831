"""Champions: what is published of a winner, with the winner's consent and a second person's approval, or the number alone.

A picture is taken apart and made anew, so that nothing of its file but its pixels is ever served.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection, Row, Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import money
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

PHOTO_BYTES_MAX = 8 * 1024 * 1024
PHOTO_PIXELS_MAX = 16_000_000
"""What most cameras take; unpacked, with a copy on the way, that is some 165 MB."""
PHOTO_SIDE_MAX = 1_600
"""Longer sides are made that long, in pixels."""
PHOTO_QUALITY = 85
NAME_CHARS_MAX = 120
CITY_CHARS_MAX = 120
TEXT_CHARS_MAX = 2_000
LISTED_MAX = 500
URL_CHARS_MAX = 500
_URL = re.compile(r"https://[!-~]+").fullmatch
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError, UnidentifiedImageError)
"""What Pillow raises for files that are no pictures, or only half of one."""
_ONE_AT_A_TIME = Lock()
"""Held while a picture is unpacked: many at once would take the memory of many."""


@dataclass(frozen=True)
class Champion:
    """An official winner, and what the office has prepared to tell of them."""

    result: UUID
    event: UUID
    event_name: str
    prize: str
    number: int
    amount: int
    """Minor units."""
    currency: str
    official_at: datetime
    id: UUID | None
    """None where nothing was prepared; then the rest is empty."""
    display_name: str
    city: str
    announcement: str
    consent: bool
    has_photo: bool
    prepared_by: UUID | None
    prepared_at: datetime | None
    approved_by: UUID | None
    approved_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @property
    def state(self) -> str:
        """``none``, ``no_consent``, ``prepared``, ``approved`` or ``withdrawn``."""
        if self.id is None:
            return "none"
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.approved_at is not None:
            return "approved"
        return "prepared" if self.consent else "no_consent"


@dataclass(frozen=True)
class Published:
    """What everybody may see of a win: its number and event, and the rest only with approval and consent."""

    event: UUID
    event_name: str
    number: int
    official_at: datetime
    champion: UUID | None = None
    """None: the number alone."""
    prize: str = ""
    amount: int = 0
    currency: str = ""
    display_name: str = ""
    city: str = ""
    announcement: str = ""
    has_photo: bool = False


def proposal(one: Champion, name: str, city: str) -> str:
    """A text to begin the announcement with; the office changes it as it likes."""
    who = name or f"The holder of number {one.number}"
    if name and city:
        who += f" from {city}"
    worth = f", worth {money.text(one.amount, one.currency)}" if one.amount else ""
    return f"{who} has won “{one.prize}”{worth} in {one.event_name}. Congratulations!"


def winners(c: Connection, organisation: UUID | None = None, limit: int = LISTED_MAX) -> list[Champion]:
    """The official winners, the newest first; reserves that nobody promoted and results given up are none."""
    wanted = _winners().limit(max(0, min(limit, LISTED_MAX)))
    if organisation is not None:
        wanted = wanted.where(m.raffle_events.c.organization_id == organisation)
    return [_champion(row) for row in c.execute(wanted)]


def get(c: Connection, result: UUID, organisation: UUID) -> Champion:
    """One official winner of an organisation. ``Refused`` (``unknown``) where there is none."""
    row = c.execute(
        _winners().where(m.draw_results.c.id == result, m.raffle_events.c.organization_id == organisation)
    ).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such winner.")
    return _champion(row)


def prepare(
    office: Office,
    c: Connection,
    result: UUID,
    *,
    name: str,
    city: str,
    announcement: str,
    consent: bool,
    by: UUID,
) -> UUID:
    """Keep what is to be published of a winner, and whether the winner agreed to it; an approval before it lapses.

    Without an announcement one is proposed. Raises ``Refused``: ``unknown``, ``text``.
    """
    name, city = _line(name, NAME_CHARS_MAX, "name"), _line(city, CITY_CHARS_MAX, "city")
    announcement = announcement.replace("\r\n", "\n").strip()
    if len(announcement) > TEXT_CHARS_MAX or "\x00" in announcement:
        raise Refused("text", f"An announcement has at most {TEXT_CHARS_MAX} characters.")
    row = c.execute(_winners().where(m.draw_results.c.id == result)).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such winner.")
    one = _champion(row)
    h = m.champions
    kept = {
        "display_name": name,
        "city": city,
        "announcement": announcement or proposal(one, name, city),
        "consent": consent,
    }
    made = c.execute(
        upsert(h)
        .values(
            id=uuid7(office.clock), draw_result_id=result, prepared_by=by, prepared_at=office.now(), **kept
        )
        .on_conflict_do_update(index_elements=["draw_result_id"], set_=kept | _anew(office, by))
        .returning(h.c.id)
    )
    return UUID(str(made.scalar_one()))


def set_photo(office: Office, c: Connection, champion: UUID, data: bytes | None, by: UUID) -> None:
    """Keep a picture, made anew from its pixels, or take it away; an approval before it lapses.

    Raises ``Refused``: ``unknown``, ``photo`` where it is no JPEG or PNG, or too large.
    """
    photo = None if data is None else picture(data)
    h = m.champions
    changed = c.execute(
        update(h)
        .where(h.c.id == champion)
        .values(photo=photo, photo_type=None if photo is None else "image/jpeg", **_anew(office, by))
        .returning(h.c.id)
    ).one_or_none()
    if changed is None:
        raise Refused("unknown", "There is no such champion.")


def approve(office: Office, c: Connection, champion: UUID, seen: datetime, by: UUID) -> None:
    """Let it be published, as a second person, just as it was ``seen``: the moment at which that was prepared.

    Raises ``Refused``: ``unknown``, ``second_person``, ``consent``, ``changed``, ``approved``.
    """
    row = _locked(c, champion)
    if row.approved_at is not None:
        raise Refused("approved", "It is approved already.")
    if row.prepared_at != seen:
        raise Refused("changed", "Somebody has changed it since you looked.", "Look at it again.")
    if row.prepared_by == by:
        raise Refused(
            "second_person", "Who prepared it cannot approve it.", "Another person must look at it."
        )
    if not row.consent:
        raise Refused(
            "consent",
            "The winner has not agreed to it.",
            "Without that only the number is shown, as it is now.",
        )
    _change(
        c,
        champion,
        {
            "approved_by": by,
            "approved_at": office.now(),
            "withdrawn_at": None,
            "withdrawn_by": None,
            "withdrawn_reason": None,
        },
    )
    _record(c, row, "champion_approved", "A winner's announcement was approved.", by)


def withdraw(office: Office, c: Connection, champion: UUID, reason: str, by: UUID) -> None:
    """Show no more than the number from now on. ``Refused``: ``unknown``, ``reason``, ``withdrawn``."""
    reason = reasoned(reason)
    row = _locked(c, champion)
    if row.withdrawn_at is not None:
        raise Refused("withdrawn", "It was withdrawn already.")
    _change(
        c,
        champion,
        {
            "approved_by": None,
            "approved_at": None,
            "withdrawn_at": office.now(),
            "withdrawn_by": by,
            "withdrawn_reason": reason,
        },
    )
    _record(c, row, "champion_withdrawn", f"A winner's announcement was withdrawn. {reason}", by)


def published(c: Connection, organisation: UUID | None = None, limit: int = 50) -> list[Published]:
    """What everybody may see of the newest winners (D12): without approval or consent the number alone."""
    return [_published(one) for one in winners(c, organisation, limit)]


def photo(c: Connection, champion: UUID, *, published_only: bool = True) -> tuple[bytes, str] | None:
    """The picture and its type; for everybody only while it is published."""
    h, f = m.champions, m.forfeits
    wanted = select(h.c.photo, h.c.photo_type).where(h.c.id == champion, h.c.photo.is_not(None))
    if published_only:
        given_up = select(f.c.id).where(f.c.draw_result_id == h.c.draw_result_id, f.c.agreed_at.is_not(None))
        wanted = wanted.where(
            h.c.approved_at.is_not(None), h.c.withdrawn_at.is_(None), h.c.consent, ~given_up.exists()
        )
    row = c.execute(wanted).one_or_none()
    return None if row is None else (bytes(row.photo), row.photo_type)


def picture(data: bytes) -> bytes:
    """A JPEG of the pixels of a JPEG or PNG, upright, without what else its file held.

    ``Refused`` (``photo``) where it is none, broken, or larger than anybody needs. Its size is read before its pixels.
    """
    if len(data) > PHOTO_BYTES_MAX:
        raise Refused(
            "photo", f"A picture has at most {PHOTO_BYTES_MAX // 1024 // 1024} MB.", "Take a smaller one."
        )
    with _ONE_AT_A_TIME:
        try:
            seen = _small(data)
        except (*_BROKEN, Warning, Image.DecompressionBombError) as e:
            raise Refused("photo", "This is no picture that can be shown.", "Choose a JPEG or a PNG.") from e
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=PHOTO_QUALITY, optimize=True)
    return out.getvalue()


def _small(data: bytes) -> Image.Image:
    """The picture upright, its longer side no longer than wanted, with its transparency."""
    seen = _unpacked(data)
    seen.thumbnail((PHOTO_SIDE_MAX, PHOTO_SIDE_MAX))
    return ImageOps.exif_transpose(seen).convert("RGBA")


def _unpacked(data: bytes) -> Image.Image:
    """Its pixels once and no more; what the file itself unpacked to is let go with this function's names."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > PHOTO_PIXELS_MAX:
            raise Refused(
                "photo",
                f"A picture has at most {PHOTO_PIXELS_MAX // 1_000_000} million pixels.",
                "Take a smaller one.",
            )
        opened.draft("RGB", (PHOTO_SIDE_MAX, PHOTO_SIDE_MAX))  # a JPEG is unpacked no larger than needed
        opened.load()
        wanted = "RGBA" if opened.has_transparency_data else "RGB"
        return opened if opened.mode == wanted else opened.convert(wanted)


def film(c: Connection, draw: UUID, url: str, by: UUID) -> None:
    """Say where a video of an official draw can be seen; an empty ``url`` takes that back (D10).

    ``Refused``: ``video`` where it is no whole https address, ``unknown``, ``state`` before the draw is official.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        whole = False
    if url and (not whole or len(url) > URL_CHARS_MAX or not _URL(url)):
        raise Refused("video", "This is no address of a video.", "Paste a whole address: https://…")
    d = m.draw_executions
    row = c.execute(
        select(d.c.id, d.c.raffle_event_id, d.c.official_at).where(d.c.id == draw).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such draw.")
    if row.official_at is None:
        raise Refused("state", "The draw is not official yet.", "Link its video afterwards.")
    c.execute(update(d).where(d.c.id == draw).values(video_url=url or None))
    words = (
        f"A video of the draw was linked: {url}" if url else "The link to the draw’s video was taken away."
    )
    critical_event(
        c,
        "draw_video",
        "INFO",
        words,
        event_id=row.raffle_event_id,
        user_id=by,
        metadata={"draw": str(draw)},
    )


def _winners() -> Select[Any]:
    r, d, z, e, h = m.draw_results, m.draw_executions, m.prizes, m.raffle_events, m.champions
    gone, up = m.forfeits.alias("gone"), m.forfeits.alias("up")
    return (
        select(
            r.c.id.label("result"),
            e.c.id.label("event"),
            e.c.name.label("event_name"),
            z.c.name.label("prize"),
            r.c.winning_number,
            r.c.prize_value_at_draw,
            e.c.currency,
            d.c.official_at,
            h.c.id,
            h.c.display_name,
            h.c.city,
            h.c.announcement,
            h.c.consent,
            h.c.photo_type,
            h.c.prepared_by,
            h.c.prepared_at,
            h.c.approved_by,
            h.c.approved_at,
            h.c.withdrawn_at,
            h.c.withdrawn_reason,
        )
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id)
            .join(z, z.c.id == r.c.prize_id)
            .join(e, e.c.id == d.c.raffle_event_id)
            .outerjoin(h, h.c.draw_result_id == r.c.id)
            .outerjoin(gone, (gone.c.draw_result_id == r.c.id) & gone.c.agreed_at.is_not(None))
            .outerjoin(up, up.c.promoted_id == r.c.id)
        )
        .where(
            d.c.official_at.is_not(None),
            gone.c.id.is_(None),
            or_(~r.c.reserve, up.c.id.is_not(None)),
        )
        .order_by(d.c.official_at.desc(), r.c.position, r.c.winner, r.c.id)
    )


def _champion(row: Row[Any]) -> Champion:
    return Champion(
        result=row.result,
        event=row.event,
        event_name=row.event_name,
        prize=row.prize,
        number=row.winning_number,
        amount=row.prize_value_at_draw,
        currency=row.currency,
        official_at=row.official_at,
        id=row.id,
        display_name=row.display_name or "",
        city=row.city or "",
        announcement=row.announcement or "",
        consent=bool(row.consent),
        has_photo=row.photo_type is not None,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason or "",
    )


def _published(one: Champion) -> Published:
    if one.state != "approved" or not one.consent:
        return Published(one.event, one.event_name, one.number, one.official_at)
    return Published(
        one.event,
        one.event_name,
        one.number,
        one.official_at,
        one.id,
        one.prize,
        one.amount,
        one.currency,
        one.display_name,
        one.city,
        one.announcement,
        one.has_photo,
    )


def _anew(office: Office, by: UUID) -> dict[str, Any]:
    """What every change brings with it: somebody has to look at it again."""
    return {
        "prepared_by": by,
        "prepared_at": office.now(),
        "approved_by": None,
        "approved_at": None,
        "withdrawn_at": None,
        "withdrawn_by": None,
        "withdrawn_reason": None,
    }


def _line(value: str, most: int, what: str) -> str:
    value = value.strip()
    if len(value) > most or (value and not value.isprintable()):
        raise Refused("text", f"The {what} has at most {most} characters, on one line.")
    return value


def _locked(c: Connection, champion: UUID) -> Row[Any]:
    h, r, d = m.champions, m.draw_results, m.draw_executions
    row = c.execute(
        select(h, d.c.raffle_event_id)
        .join(r, r.c.id == h.c.draw_result_id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(h.c.id == champion)
        .with_for_update(of=h)
    ).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such champion.")
    return row


def _change(c: Connection, champion: UUID, values: dict[str, Any]) -> None:
    c.execute(update(m.champions).where(m.champions.c.id == champion).values(**values))


def _record(c: Connection, row: Row[Any], kind: str, words: str, by: UUID) -> None:
    critical_event(
        c,
        kind,
        "INFO",
        words,
        event_id=row.raffle_event_id,
        user_id=by,
        metadata={"champion": str(row.id)},
    )
