"""Sentences that can be said in another language after they were made.

A :class:`Phrase` is the English sentence, so everything that only wants text takes it as it is; it also remembers the
template and what was put into it. The screens have it said in their language at the last moment (Qt's translation
files know the templates), so a sentence that stands on the screen changes with the language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Self

LANGUAGES = (("en", "English"), ("fr", "Français"), ("es", "Español"))
"""Code and own name of what the kiosk speaks; English is the source."""

_WORD = re.compile(r"[^\W\d_](?![^{}]*\})")
"""A letter outside a field."""

Say = Callable[[str], str]
"""The template in the language wanted; the template itself where that language has none."""
SayIn = Callable[[str], Say]
"""How to say things in a language, by its code."""


def in_english(_language: str) -> Say:
    """English whatever is asked for: where no translations are loaded."""
    return str


class Phrase(str):
    """An English sentence with its template: ``phrase("{n} left", n=5)``."""

    __slots__ = ("parts", "template")

    template: str
    parts: dict[str, Any]

    def __new__(cls, template: str, parts: dict[str, Any]) -> Self:
        """The sentence; ``KeyError`` where a part is missing."""
        made = super().__new__(cls, template.format_map(parts) if parts else template)
        made.template, made.parts = template, parts
        return made


def phrase(template: str, **parts: Any) -> Phrase:
    """A sentence. ``template`` is a literal in English with ``{names}``; a part may be a phrase itself."""
    return Phrase(template, parts)


def joined(*sentences: str) -> str:
    """Sentences one behind the other, without the empty ones; each keeps its template."""
    said = [s for s in sentences if s]
    if len(said) < 2:
        return said[0] if said else ""
    names = {f"s{i}": s for i, s in enumerate(said)}
    return Phrase(" ".join(f"{{{n}}}" for n in names), names)


def said(value: Any, say: Say) -> Any:
    """``value`` with every phrase in it, however deep in dicts and lists, as ``say`` has it."""
    if isinstance(value, Phrase):
        # Sentences that were joined have a template of fields alone: nothing to look up.
        template = say(value.template) if _WORD.search(value.template) else value.template
        if not value.parts:
            return template
        return template.format_map({k: said(v, say) for k, v in value.parts.items()})
    if isinstance(value, dict):
        return {k: said(v, say) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(said(v, say) for v in value)
    return value
