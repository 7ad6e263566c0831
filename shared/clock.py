"""Time and chance come into the program through this door alone.

A simulated world hands every component another ``Clock``, and so runs a year in a second, the same way
each time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Clock(Protocol):
    """What tells the time and throws the dice."""

    def now_ms(self) -> int:
        """Wall-clock time, milliseconds since 1970-01-01 UTC. It may be wrong and may jump."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds since some moment; never goes back while the process lives."""
        ...

    def token(self, size: int) -> bytes:
        """``size`` unpredictable bytes."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1) that spreads retries; not for secrets."""
        ...


class SystemClock:
    """The machine's own clock and the operating system's random source."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC by the machine's clock."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds of CLOCK_BOOTTIME: it counts suspended time too, and is shared by all processes."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def token(self, size: int) -> bytes:
        """``size`` bytes of the system's CSPRNG."""
        from secrets import token_bytes  # noqa: PLC0415 - a kiosk's start throws no dice

        return token_bytes(size)

    def jitter(self) -> float:
        """A pseudo-random number in [0, 1)."""
        from random import random  # noqa: PLC0415 - as above

        return random()  # noqa: S311 - spreads retries, protects nothing


def utc(ms: int) -> datetime:
    """The moment ``ms`` milliseconds after 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC where it is not known here: no hour on paper is worth a till that stops."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def to_ms(moment: datetime) -> int:
    """The inverse of :func:`utc`; ``moment`` must carry its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return round(moment.timestamp() * 1000)
