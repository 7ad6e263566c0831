"""The two kinds of failure a caller may expect; everything else that is raised is a bug."""

from __future__ import annotations


class KnownError(Exception):
    """A failure with a stable code, a sentence for the person, and what to do about it."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code = code
        self.message = message
        self.hint = hint


class Refused(KnownError):  # noqa: N818 - the shop's own word
    """What was asked for cannot be done as asked; tell the person, nothing was changed."""


class Fault(KnownError):  # noqa: N818 - the shop's own word
    """The environment failed (disk, network, device, database); retry or raise an alarm."""
