"""Patience for pages: what is expected of one is waited for as long as a busy machine may take."""

from __future__ import annotations

from playwright.sync_api import expect

EXPECTED_MS_MAX = 60_000

expect.set_options(timeout=EXPECTED_MS_MAX)
