from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.customers import COUNTRIES, Checked, Customers, check
from kiosk.store import DATABASE, Store
from shared import sale, wire
from tests.unit.kiosk.paper_office import SetClock

NAME, PHONE, EMAIL = "Zoë Quillfeather", "+33612345678", "zoe.quillfeather@example.org"
BUYER = wire.Customer(name=NAME, phone=PHONE, email=EMAIL, language="fr")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def disk(folder: Path) -> bytes:
    """Every byte of the data folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


# While it is typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "territory", "kept"),
    [
        ("+33 6 12 34 56 78", "", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("0033 612345678", "", "+33612345678"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("612 34 56 78", "ES", "+34612345678"),
        ("06 1234 5678", "IT", "+390612345678"),
    ],
)
def test_a_phone_number_is_kept_as_the_world_dials_it(typed: str, territory: str, kept: str) -> None:
    """K16: E.164, from what a person writes; a trunk prefix falls away where the country has one."""
    assert check("phone", typed, territory) == Checked(ok=True, value=kept)


def test_a_number_that_may_still_become_right_is_not_called_wrong_while_it_is_typed() -> None:
    typed = "+33612"
    assert check("phone", typed).ok is None
    assert check("phone", typed, done=True).problem == "This number is too short."
    assert check("phone", "+3361234567890123").problem == "This number is too long."
    assert check("phone", "+33 6x").problem == "A phone number has digits only."
    assert check("phone", "+0 612345678").ok is False
    assert check("phone", "0612345678").ok is None
    assert check("phone", "0612345678", done=True).problem == "Begin with + and the country's code."
    assert check("phone", "", done=True) == Checked(None)


@pytest.mark.parametrize(
    ("typed", "ok"),
    [
        ("zoe", None),
        ("zoe.", None),
        (".zoe", False),
        ("zoe..q", False),
        ("zoe q", False),
        ("zoe@", None),
        ("zoe@example", None),
        ("zoe@example.", None),
        ("zoe@example.o", None),
        ("zoe@example.org", True),
        ("zoe+raffle@mail.example.co.uk", True),
        ("zoe.@example.org", False),
        ("@example.org", False),
        ("zoe@@example.org", False),
        ("zoe@-example.org", False),
        ("zoe@example-.org", False),
        ("zoe@exa_mple.org", False),
        ("zoe@192.0.2.1", None),
        ("z" * 65, False),
        ("z@" + "e" * 64 + ".org", False),
        ("z@" + ".".join(["example"] * 32) + ".org", False),
    ],
)
def test_an_e_mail_address_is_judged_while_it_is_typed(typed: str, ok: bool | None) -> None:
    """K16: RFC 5321 and 5322 as far as addresses that people have go."""
    assert check("email", typed).ok is ok
    assert (check("email", typed, done=True).problem != "") == (ok is not True)


@given(st.text(max_size=120), st.sampled_from(["name", "phone", "email"]), st.sampled_from(["", *COUNTRIES]))
def test_what_is_kept_is_kept_again_as_it_is(text: str, field: str, territory: str) -> None:
    found = check(field, text, territory)
    assert (found.value != "") == (found.ok is True)
    if found.ok:
        assert check(field, found.value) == found
        assert not found.problem


def test_a_long_line_of_letters_is_judged_at_once() -> None:
    """No pattern looks back and forth for ever."""
    assert check("email", "a" * 60 + "(").ok is False
    assert check("email", "a@" + "a" * 4_000).ok is False


# On the disk ----------------------------------------------------------------------------------------


def test_a_buyer_s_data_is_handed_over_once_the_office_has_the_sale_and_then_erased(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """K16: beside the journal, never in a log, and no byte of it is left on the disk."""
    caplog.set_level(logging.DEBUG)
    customers = Customers(store, SetClock(), {})
    promise = customers.keep("s1", BUYER)
    customers.sold("s1", 7)
    assert NAME.encode() in disk(tmp_path)
    assert customers.due(6) == ()
    (record,) = customers.due(7)
    assert sale.commitment(bytes.fromhex(record.salt), record.data.encode()) == promise
    assert record.data.encode() == wire.canonical(BUYER)
    customers.forget(["s1"])
    assert customers.due(7) == ()
    store.idle()
    for secret in (NAME, PHONE, EMAIL, bytes.fromhex(record.salt)):
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in disk(tmp_path)
        assert str(secret) not in caplog.text


def test_erasing_one_of_many_leaves_nothing_of_it_wherever_its_row_has_been(
    store: Store, tmp_path: Path
) -> None:
    """K16: rows move between pages when there are many; what they leave behind is overwritten too."""
    customers = Customers(store, SetClock(), {})
    for i in range(120):
        customers.keep(f"s{i:03}", wire.Customer(name=f"Buyer number {i:03} of them", email=EMAIL))
        customers.sold(f"s{i:03}", i + 1)
    customers.forget([f"s{i:03}" for i in range(120) if i != 60])
    store.idle()
    left = disk(tmp_path)
    assert [i for i in range(120) if f"Buyer number {i:03}".encode() in left] == [60]


def test_what_was_kept_for_a_sale_that_was_not_made_goes_at_the_next_start(tmp_path: Path) -> None:
    """K16, K9: killed between the data and the sale: no sale, no data; killed behind the sale: it is found."""
    with Store(tmp_path) as store:
        before = Customers(store, SetClock(), {})
        before.keep("never", BUYER)
        before.keep("made", wire.Customer(name="Ada"))
    with Store(tmp_path) as store:
        after = Customers(store, SetClock(), {"made": 12})
        assert [r.sale for r in after.due(12)] == ["made"]
        store.idle()
        assert NAME.encode() not in disk(tmp_path)
    with sqlite3.connect(tmp_path / DATABASE) as db:
        assert db.execute("SELECT sale, seq FROM customers").fetchall() == [("made", 12)]
    db.close()
