"""The operator's shift and its cash."""

from __future__ import annotations

from kiosk.flow.part import Part


class Shift(Part):
    """The drawer that an operator answers for."""
