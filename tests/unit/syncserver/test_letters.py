"""What messages say: fields are put in and nothing is run, whatever a template or a fact holds."""

from __future__ import annotations

import re

import pytest

from shared.errors import Refused
from syncserver import letters
from syncserver.letters import KINDS, LANGUAGES, Words

FIELD = re.compile(r"\{([^{}\s]+)\}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_own_words_in_every_language(kind: str) -> None:
    """O9: English, French, Spanish, German; each names known fields alone, and each text reads whole."""
    for tongue in LANGUAGES:
        for channel in letters.templated(kind):
            words = letters.default(kind, channel, tongue)
            assert letters.check(kind, channel, words) == words
            facts = dict(KINDS[kind].fields) | {"organisation": "Club"}
            said = letters.letter(kind, tongue, words, facts) if channel == "email" else None
            text = f"{said.subject}\n{said.text}" if said else letters.text_message(words, facts)
            assert not FIELD.search(text)
            assert len(text) > 30
            if channel == "sms":
                assert len(text) < letters.TEXT_MESSAGE_CHARS_MAX
        reset = letters.default("password_reset", "email", tongue)
        assert "{link}" in reset.body.split("\n")


def test_a_fact_is_text_whatever_it_looks_like() -> None:
    """Z3: no field in a fact is filled, no markup of it reaches the HTML part."""
    words = Words("{event}", "Hello {name},\n\n{event}\n\n{link}")
    facts = {
        "name": "{link}<img src=x onerror=alert(1)>",
        "event": "{name}&\"'",
        "link": 'https://x.example/"onmouseover="alert(1)',
        "organisation": "<b>Club</b>",
    }
    made = letters.letter("winner", "en", words, facts)
    assert made.subject == "{name}&\"'"
    assert "{link}<img src=x onerror=alert(1)>" in made.text
    for harm in ("<img", "<b>", '"onmouseover'):
        assert harm not in made.html
    assert "&lt;img src=x onerror=alert(1)&gt;" in made.html


def test_a_link_that_is_none_of_the_web_is_no_link() -> None:
    made = letters.letter("winner", "en", Words("x", "{link}"), {"link": "javascript:alert(1)"})
    assert "<a " not in made.html


def test_a_line_whose_facts_are_all_missing_is_left_out() -> None:
    words = Words("Won", "Hello {name},\n\nPrize: {prize}\nAmount: {amount}\n\n{link}\n\nBye")
    said = letters.letter("winner", "en", words, {"prize": "Jersey"})
    assert said.text.startswith("Prize: Jersey\n\nBye\n")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("x", "{nothing}"),
        ("{__class__}", "x"),
        ("x", "{name.__class__}"),
        ("x", "{0}"),
        ("", "x"),
        ("x", ""),
        ("x" * 201, "x"),
        ("x", "x" * 5_001),
        ("x", "a\x07b"),
    ],
)
def test_a_template_that_cannot_be_is_refused(subject: str, body: str) -> None:
    """Z3: an unknown field, and anything that is more than a name."""
    with pytest.raises(Refused):
        letters.check("winner", "email", Words(subject, body))


def test_braces_that_name_nothing_stay_as_they_are() -> None:
    words = letters.check("winner", "email", Words("a { b", "{{name}} } {% if %} ${name}"))
    assert letters.fill(words.body, {"name": "Ana"}) == "{Ana} } {% if %} $Ana"


def test_a_language_that_we_do_not_speak_is_answered_in_english() -> None:
    assert [letters.language(one) for one in ("de-AT", "FR", "pl", "", "e")] == ["de", "fr", "en", "en", "en"]


def test_a_text_message_is_cut_where_it_would_not_end() -> None:
    said = letters.text_message(Words("", "{event}"), {"event": "x" * 1_000})
    assert (len(said), said[-1]) == (letters.TEXT_MESSAGE_CHARS_MAX, "…")
