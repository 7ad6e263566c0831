"""Identifiers: UUIDs of version 7 (RFC 9562), made where the thing is made, in order of time."""

from __future__ import annotations

from uuid import UUID

from shared.clock import Clock


def uuid7(clock: Clock) -> UUID:
    """A new identifier: 48 bits of milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    ms = clock.now_ms() & (1 << 48) - 1
    chance = int.from_bytes(clock.token(10))
    rand_a, rand_b = chance >> 68, chance & (1 << 62) - 1
    return UUID(int=ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
