from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.customers import COUNTRIES, EMPTY, Checked, Customers, check
from kiosk.flow import said as f
from kiosk.store import DATABASE, Store
from shared import sale, wire
from shared.errors import Fault
from tests.unit.kiosk.paper_office import (
    HOUR_MS,
    OPERATOR,
    PIN,
    SMALL,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
)

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
    assert check("phone", "2").problem == "Begin with + and the country's code."
    assert check("phone", "00") == EMPTY, "another country's number may begin so"
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


def test_many_are_erased_with_one_wait_for_the_disk(store: Store) -> None:
    """K16, K14: after an evening without a network the office takes two hundred at once, and selling goes on."""
    sales = [f"s{i}" for i in range(wire.CUSTOMERS_MAX)]
    for seq, ident in enumerate(sales):
        store.keep_customer(ident, b"salt", b"data")
        store.give_customer(ident, seq + 1)
    said: list[str] = []
    store._db.set_trace_callback(said.append)
    store.drop_customers(sales)
    store._db.set_trace_callback(None)
    assert [s.split()[0] for s in said if not s.startswith("DELETE")] == [
        "PRAGMA",
        "BEGIN",
        "COMMIT",
        "PRAGMA",
    ]
    assert store.customer_seqs() == []


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


# A whole kiosk --------------------------------------------------------------------------------------


class Evening:
    """A kiosk whose event asks for the buyer's details, with its second copy, its printer and its office."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.settings = folder, settings
        self.server, self.paper = PaperServer(PaperOffice(), SetClock()), Paper()
        self.server.office.grant(200)
        policies = wire.Policies(
            customer_fields=("name", "phone", "email"), customer_required=True, mode="both", age_min=18
        )
        self.server.catalog = self.server.office.catalog(event(policies=policies))
        make_identity(folder / "k", self.server.office, self.server.clock)
        self.views: list[str] = []
        """Every view that had somebody's name in it, by its screen."""
        self.open()

    def open(self) -> None:
        self.desk, self.alone = open_desk(
            self.folder / "k", self.server, self.paper, mirror=self.folder / "stick", **self.settings
        )
        self.sync()

    def close(self) -> None:
        self.alone.close()
        self.desk.close()

    def sync(self) -> None:
        assert self.alone.uplink is not None
        self.alone.hurry()
        self.alone.uplink.step()
        self.desk.tick()

    def tap(self, *touches: str) -> dict[str, Any]:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
            view = self.desk.view()
            if "Quill" in json.dumps(view, ensure_ascii=False):
                self.views.append(view["screen"])
        return self.desk.view()

    def type(self, text: str) -> None:
        self.tap(*(f"key:{c}" for c in text))

    def pin(self) -> None:
        self.tap(*(f"key:{c}" for c in PIN), "key:enter")

    def tell(self) -> None:
        """The buyer types who they are."""
        for text in (NAME, PHONE, EMAIL):
            self.type(text)
            self.tap("key:enter")

    def facts(self) -> list[sale.Sale]:
        assert self.desk.journal is not None
        return [body for _, _, body in self.desk.journal.bodies() if isinstance(body, sale.Sale)]


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    made = Evening(tmp_path)
    yield made
    made.close()


def test_a_buyer_s_name_is_on_one_screen_and_in_the_office_and_nowhere_else(
    evening: Evening, caplog: pytest.LogCaptureFixture
) -> None:
    """K16: real bytes: no journal, no second copy, no log, no receipt, no other view; at the end no disk."""
    caplog.set_level(logging.DEBUG)
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    evening.tap(f"add:{SMALL}", "pay")
    evening.tell()
    assert evening.tap("age_yes", "cash")["screen"] == "done"
    assert set(evening.views) == {"customer"}
    (fact,) = evening.facts()
    assert (fact.age_checked, len(fact.customer)) == (True, 64)
    assert NAME.encode() in disk(evening.folder / "k"), "kept until the office has it"
    evening.sync()
    evening.sync()
    (record,) = evening.server.customers.values()
    assert msgspec.json.decode(record.data, type=wire.Customer) == wire.Customer(
        name=NAME, phone=PHONE, email=EMAIL, language="en"
    )
    assert sale.commitment(bytes.fromhex(record.salt), record.data.encode()) == fact.customer
    assert evening.desk.store is not None
    evening.desk.store.idle()
    everywhere = disk(evening.folder / "k") + disk(evening.folder / "stick")
    everywhere += b"".join(evening.server.office.chain) + repr(evening.paper.printed).encode()
    for secret in (NAME, "Quillfeather", PHONE, EMAIL):
        assert secret.encode() not in everywhere
        assert secret not in caplog.text


def test_a_sale_that_is_not_made_leaves_no_data(evening: Evening) -> None:
    """K16: refused by the till, or left by a buyer who has gone."""
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    evening.tap(f"add:{SMALL}", "pay")
    evening.tell()
    evening.server.clock.wall -= HOUR_MS  # the clock was turned back: nothing is sold
    assert evening.tap("age_yes", "cash")["toast"]["kind"] == "error"
    assert evening.facts() == []
    assert evening.desk.store is not None
    assert evening.desk.store.customer_seqs() == []
    evening.desk.store.idle()
    assert NAME.encode() not in disk(evening.folder / "k")


def test_a_disk_that_fails_behind_a_sale_does_not_undo_it_on_the_screen(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9, K16: the sale is journalled: its ticket prints, and its buyer's data finds it at the next start."""
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    evening.tap(f"add:{SMALL}", "pay")
    evening.tell()

    def failing(_sale: str, _seq: int) -> None:
        raise Fault("disk", "The kiosk's disk fails.", "Call the office.")

    monkeypatch.setattr(evening.desk.store, "give_customer", failing)
    assert evening.tap("age_yes", "cash")["screen"] == "done"
    assert len(evening.facts()) == len(evening.paper.printed) == 1
    evening.close()
    evening.open()
    evening.sync()
    evening.sync()
    assert list(evening.server.customers) == [evening.facts()[0].sale]


def test_a_kiosk_is_not_logged_out_before_the_office_has_what_buyers_told(evening: Evening) -> None:
    """K2, K16: the journal is not all that the office has to get; nothing of a buyer is left behind on the disk."""
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    evening.tap(f"add:{SMALL}", "pay")
    evening.tell()
    evening.tap("age_yes", "cash", "next")
    evening.server.before = lambda _m, path: ("500 Oh dear", {}, b"") if path.endswith("customers") else None
    for _ in range(3):
        evening.sync()
    assert evening.desk.till.acknowledged == evening.desk.till.journal.head.seq
    evening.desk.handle(f.Touch("log_off"))
    for _ in range(3):
        evening.sync()
    evening.desk._carry_out(f.Do("log_out", OPERATOR))
    for _ in range(3):
        evening.sync()
    assert evening.desk.view()["screen"] != "blocked"
    evening.server.before = lambda _m, _p: None
    evening.server.clock.go(11_000)
    for _ in range(3):
        evening.sync()
    assert len(evening.server.customers) == 1
    assert evening.desk.view()["blocked"]["code"] == "logged_out"


def test_what_the_office_refuses_is_erased_and_noted(evening: Evening) -> None:
    """K16: nobody keeps what nobody will ever take."""
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    evening.tap(f"add:{SMALL}", "pay")
    evening.tell()
    evening.tap("age_yes", "cash")
    evening.server.customers_refused.add(evening.facts()[0].sale)
    evening.sync()
    evening.sync()
    assert evening.server.customers == {}
    assert evening.desk.customers.due(10**9) == ()
    assert evening.desk.journal is not None
    codes = [body.code for _, _, body in evening.desk.journal.bodies() if isinstance(body, sale.Critical)]
    assert codes == ["CUSTOMERS_REFUSED"]


def test_an_evening_without_a_network_hands_everything_over_afterwards(evening: Evening) -> None:
    """K16: buyers' data waits for its sale to be at the office; a restart changes nothing."""
    evening.tap("begin", f"choose_operator:{OPERATOR}")
    evening.pin()
    for _ in range(3):
        evening.tap(f"add:{SMALL}", "pay")
        evening.tell()
        evening.tap("age_yes", "cash", "next")
    evening.server.before = lambda _m, path: ("503 Busy", {}, b"{}") if path.endswith("journal") else None
    evening.sync()
    assert evening.server.customers == {}
    evening.close()
    evening.server.before = lambda _m, _p: None
    evening.open()
    evening.sync()
    assert set(evening.server.customers) == {fact.sale for fact in evening.facts()}


def test_self_service_from_the_front_page_to_the_receipt(tmp_path: Path) -> None:
    """E8, K17: a buyer chooses and tells, an attendant shows their PIN and takes the money."""
    evening = Evening(tmp_path, mode="self_service")
    assert evening.tap("begin")["screen"] == "choose"
    evening.tap(f"add:{SMALL}", "pay", "pay")
    evening.tell()
    assert evening.desk.view()["screen"] == "attend"
    evening.tap("attendant_here", f"approve_operator:{OPERATOR}")
    evening.pin()
    assert evening.tap("age_yes", "cash", "next")["screen"] == "attract"
    (fact,) = evening.facts()
    assert (fact.operator, fact.self_service, fact.age_checked) == (OPERATOR, True, True)
    assert evening.desk.journal is not None
    kinds = [header.kind for _, header, _ in evening.desk.journal.bodies()]
    assert kinds[-4:] == ["logged_on", "sale", "printed", "logged_off"]
    evening.close()
