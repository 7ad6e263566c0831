"""What messages say: fields are put in and nothing is run, whatever a template or a fact holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.errors import Refused
from syncserver import letters, phrases
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


def test_a_text_message_keeps_its_link_whatever_a_fact_is_long() -> None:
    """O9: a hundred numbers are cut short, and what opens them is not."""
    facts = letters.samples("order_placed", "en") | {"organisation": "Club", "numbers": "10001, " * 200}
    said = letters.text_message(letters.default("order_placed", "sms", "en"), facts)
    assert len(said) <= letters.TEXT_MESSAGE_CHARS_MAX
    assert said.endswith(facts["link"])
    assert facts["validation"] in said


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        ("en", "5 July 2026, 21:30 (Berlin time)"),
        ("fr", "5 juillet 2026, 21:30 (heure de Berlin)"),
        ("es", "5 de julio de 2026, 21:30 (hora de Berlín)"),
        ("de-AT", "5. Juli 2026, 21:30 (Ortszeit Berlin)"),
    ],
)
def test_a_moment_is_told_by_the_venue_s_clock_which_it_names(tongue: str, said: str) -> None:
    """O9, N5: in the reader's language, by 24 hours."""
    at = datetime(2026, 7, 5, 19, 30, tzinfo=UTC)
    assert letters.moment(at, ZoneInfo("Europe/Berlin"), tongue) == said
    assert letters.moment(at, ZoneInfo("UTC"), "en", dated=False) == "19:30 (UTC)"
    assert "(Buenos Aires time)" in letters.moment(at, ZoneInfo("America/Argentina/Buenos_Aires"), "en")


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("Ana  Petit", "Ana Petit"),
        ("Dr. J. R. O’Neil-Łuc", "Dr. J. R. O’Neil-Łuc"),
        ("Sam, your\r\nprize: \n1", "Sam, your prize: 1"),
        ("You won https://evil.example", ""),
        ("You won, evil.example", ""),
        ("www.evil", ""),
        ("<b>Ana</b>", ""),
        ("a@b.example", ""),
        ("x" * 121, ""),
    ],
)
def test_a_typed_name_brings_no_address_of_the_web_into_a_letter(typed: str, called: str) -> None:
    """Z3: whoever types somebody else's address types the name too."""
    assert letters.called(typed) == called


@pytest.mark.parametrize("kind", ["verify_email", "password_reset", "checkout_started"])
def test_an_address_that_nobody_confirmed_is_greeted_by_no_name(kind: str) -> None:
    """Z3."""
    assert not KINDS[kind].greets
    for tongue, (_, unnamed) in phrases.HELLO.items():
        facts = letters.samples(kind, tongue) | {"organisation": "Club"}
        assert letters.letter(kind, tongue, letters.default(kind, "email", tongue), facts).text.startswith(
            unnamed
        )


def test_a_receipt_s_orders_stand_apart_in_the_html_part() -> None:
    """O9: each in a box, its name first; nothing of the marks is left in either part."""
    facts = letters.samples("order_placed", "en") | {"organisation": "Club", "event": "\ue001Final\ue000"}
    made = letters.letter("order_placed", "en", letters.default("order_placed", "email", "en"), facts)
    assert made.html.count("border-left") == 2
    assert "<strong>Five tickets, €8.00</strong><br>Numbers: 10021–10025<br>" in made.html
    assert not {"\ue000", "\ue001"} & set(made.html)
