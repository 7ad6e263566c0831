"""What a part of the journey is: its touches, its screens' keys and its share of the view, around one shared state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kiosk.flow.said import TEXT_CHARS_MAX, Command, Declined, Touch
from kiosk.words import phrase

if TYPE_CHECKING:
    from kiosk.flow import Flow

Act = Callable[[Touch], list[Command]]
"""What a touch does."""


class Part:
    """A part of the journey. It reaches the others, and what all share, by ``flow``.

    A part fills these in its ``__init__``; a name or a screen belongs to one part only.
    """

    touches: dict[str, Act]
    """By the touch's name; the part asks itself whether its screen is shown."""
    handlers: dict[type, Callable[[Any], list[Command]]]
    """By the event's type."""
    keys: dict[str, Callable[[str], list[Command]]]
    """By screen: a key of the keypad, the keyboard or a real keyboard."""
    focuses: dict[str, Callable[[str], list[Command]]]
    """By screen: another field gets the keys."""
    backs: dict[str, Callable[[], list[Command]]]
    """By screen: the way back."""
    scans: dict[str, Callable[[str], list[Command]]]
    """By screen that wants what the scanner reads for itself; all others' scans are looked up as tickets."""
    declined: dict[str, Callable[[Declined], list[Command] | None]]
    """By the command that could not be carried out: what then; None where only its words are to be said."""
    anytime: frozenset[str] = frozenset()
    """Touches that are taken though an answer is awaited."""
    free: frozenset[str] = frozenset()
    """Screens of an operator at work that may be left at any moment with nothing half done."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.touches, self.handlers, self.keys, self.focuses = {}, {}, {}, {}
        self.backs, self.scans, self.declined = {}, {}, {}

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - some parts' view depends on it
        """The top-level keys of the view that are this part's; ``now`` is the deciding clock, milliseconds."""
        return {}

    def forget(self) -> None:
        """The operator leaves: keep nothing of theirs."""

    def tick(self) -> None:
        """Time went by: see ``flow.now`` and ``flow.monotonic``."""


def typed(text: str, key: str) -> str:
    """``text`` after a key."""
    match key:
        case "clear":
            return ""
        case "back":
            return text[:-1]
        case _:
            return (text + key)[:TEXT_CHARS_MAX] if len(key) == 1 and key.isprintable() else text


def size_words(size_bytes: int) -> str:
    """Room on a disk for a person: ``412 MB``, from ten thousand of them on ``79 GB``."""
    if size_bytes < 10_000_000_000:
        return phrase("{n} MB", n=size_bytes // 1_000_000)
    return phrase("{n} GB", n=round(size_bytes / 1_000_000_000))


def span_words(seconds: int) -> str:
    """A length of time for a person: ``45 s``, ``12 min``, ``3 h 05 min``, ``2 days``."""
    if seconds < 60:
        return phrase("{n} s", n=seconds)
    if seconds < 3_600:
        return phrase("{n} min", n=seconds // 60)
    if seconds < 48 * 3_600:
        return phrase("{h} h {m:02} min", h=seconds // 3_600, m=seconds % 3_600 // 60)
    return phrase("{n} days", n=seconds // 86_400)
