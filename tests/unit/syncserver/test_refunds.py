"""Refunds: the whole order, once, whoever asks and however often; a cancelled event's orders all, also the late ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from shared import sale
from shared.errors import Fault, Refused
from syncserver import draws, events, reconcile, refunds
from syncserver import models as m
from syncserver.db import Database
from tests.chains import PRICE, TICKETS, Kiosk, Scene, open_scene, together
from tests.postgres import as_owner


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


@dataclass
class Bank:
    """A provider that pays once to a key, and says no, or nothing, when told so."""

    answers: list[Exception | None] = field(default_factory=list)
    asked: list[tuple[str, int, str, str]] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    attempts: list[tuple[str, bool]] = field(default_factory=list)

    def refund(
        self,
        payment_intent: str,
        amount: int,
        currency: str,
        key: str,
        *,
        attempt: str = "",
        tried: bool = False,
    ) -> str:
        self.attempts.append((attempt, tried))
        self.asked.append((payment_intent, amount, currency, key))
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.paid.setdefault(key, amount)
        return f"re_{len(self.paid)}"


def sold(kiosk: Kiosk, payment: sale.Payment | None = None) -> UUID:
    """An order that has been handed in."""
    made = kiosk.sell(payment=payment) if payment is not None else kiosk.sell()
    kiosk.send_all()
    return UUID(made.lines[0].order)


def bought(scene: Scene) -> UUID:
    """An order as the web shop makes them."""
    order = sold(scene.kiosk())
    o = m.orders
    with as_owner(scene.office.database) as c:
        c.execute(update(o).where(o.c.id == order).values(source="online", payment_reference="pi_1"))
    return order


def ask(scene: Scene, order: UUID, reason: str = "The match was moved.") -> UUID:
    with scene.office.begin(scene.user) as c:
        return refunds.ask(scene.office, c, order, reason, scene.user)


def rows(scene: Scene) -> list[tuple[str, str, int, int]]:
    """Method, state, amount, what of it goes to a card."""
    r = m.refunds
    with scene.office.begin() as c:
        return [
            (x.method, x.state, x.amount, x.card_amount)
            for x in c.execute(select(r).order_by(r.c.asked_at, r.c.id))
        ]


def test_asking_makes_the_whole_order_void_and_its_price_due_once(scene: Scene) -> None:
    """S5, N8: the numbers leave the pool and the jackpot; asked for at the same moment by two, there is one refund."""
    order = sold(scene.kiosk())

    def try_it() -> str:
        try:
            return str(ask(scene, order))
        except Refused as refused:
            return refused.code

    said = together([try_it, try_it, try_it])
    assert said.count("already_asked") == 2
    assert rows(scene) == [("cash", "due", PRICE, 0)]
    assert set(scene.tickets().values()) == {"void"}
    assert scene.total() == (0, 0)


@pytest.mark.parametrize(
    ("payment", "method", "card"),
    [
        (sale.Payment(method="cash", amount=PRICE, tendered=PRICE, change=0), "cash", 0),
        (
            sale.Payment(method="card", amount=PRICE, tendered=PRICE, change=0, card=PRICE, reference="T 1"),
            "card",
            PRICE,
        ),
        (
            sale.Payment(method="split", amount=PRICE, tendered=PRICE, change=0, card=400, reference="T 2"),
            "split",
            400,
        ),
    ],
)
def test_money_goes_back_the_way_it_came(scene: Scene, payment: sale.Payment, method: str, card: int) -> None:
    """S5: what a card paid goes back to the card, with what its terminal printed."""
    refund = ask(scene, sold(scene.kiosk(), payment))
    assert rows(scene) == [(method, "due", PRICE, card)]
    with scene.office.begin(scene.user) as c:
        if card:
            with pytest.raises(Refused, match="reference is needed"):
                refunds.done_by_hand(scene.office, c, refund, scene.user)
        refunds.done_by_hand(scene.office, c, refund, scene.user, "R 77" if card else "")
        with pytest.raises(Refused, match="already"):
            refunds.done_by_hand(scene.office, c, refund, scene.user, "R 78")
    assert rows(scene)[0][1] == "done"


def test_what_the_kiosk_gave_back_is_not_paid_twice(scene: Scene) -> None:
    """N8."""
    kiosk = scene.kiosk()
    made = kiosk.sell()
    line = made.lines[0]
    kiosk.journal(
        sale.Voided(
            order=line.order,
            event=line.event,
            validation=line.validation,
            reason="customer",
            by=str(scene.user),
            returned=PRICE,
            currency="EUR",
        )
    )
    kiosk.send_all()
    with pytest.raises(Refused, match="kiosk has given"):
        ask(scene, UUID(line.order))
    assert rows(scene) == []


def test_a_test_sale_has_no_money_to_give_back(scene: Scene) -> None:
    """E5."""
    kiosk = scene.kiosk()
    made = kiosk.sell(test=True)
    kiosk.send_all()
    with pytest.raises(Refused, match="No money"):
        ask(scene, UUID(made.lines[0].order))


def test_nothing_is_paid_back_once_the_pool_is_frozen(scene: Scene) -> None:
    """N8: and the office says so before it is tried."""
    kiosk = scene.kiosk()
    order = sold(kiosk)
    with scene.office.begin() as c:
        before = refunds.prospect(c, order)
    assert (before.refused, before.amount, before.method, before.unconfirms) == (None, PRICE, "cash", False)
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    with scene.office.begin() as c:
        assert refunds.prospect(c, order).unconfirms
    draws.draw_now(scene.office, scene.event, scene.user)
    with pytest.raises(Refused, match="frozen"):
        ask(scene, order)
    with scene.office.begin() as c:
        why = refunds.prospect(c, order).refused
    assert why is not None
    assert why.code == "pool_frozen"


def test_a_cancelled_event_is_paid_back_whole_with_what_comes_in_late(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E4: in portions, none twice, no test; and a kiosk that comes home after the cancelling is in it."""
    monkeypatch.setattr(refunds, "ROUND_AT_ONCE", 3)
    early, late = scene.kiosk(), scene.kiosk()
    for _ in range(8):
        early.sell()
    early.sell(test=True)
    early.send_all()
    late.sell()
    with scene.office.begin(scene.user) as c:
        with pytest.raises(Refused, match="called off"):
            refunds.ask_all(scene.office, c, scene.event, "The hall burnt down.", scene.user)
        assert refunds.open_sums(c, scene.event) == {("EUR", "cash"): (8, 8 * PRICE)}
        events.cancel(scene.office, c, scene.event, scene.user, "The hall burnt down.")
        assert refunds.ask_all(scene.office, c, scene.event, "The hall burnt down.", scene.user) == 8
    assert len(rows(scene)) == 3
    assert refunds.run_due(scene.office) == ["5 orders of Summer raffle are to be paid back"]
    assert (len(rows(scene)), refunds.run_due(scene.office)) == (8, [])
    late.send_all()
    assert refunds.run_due(scene.office) == ["1 orders of Summer raffle are to be paid back"]
    assert rows(scene) == [("cash", "due", PRICE, 0)] * 9
    assert scene.total() == (0, 0)
    assert list(scene.tickets().values()).count("void") == 9 * TICKETS


def test_the_provider_pays_once_and_its_name_for_it_is_kept(scene: Scene) -> None:
    """O8: no answer is asked for again under the same key."""
    refund = ask(scene, bought(scene))
    bank = Bank([Fault("stripe", "No answer."), Fault("stripe", "No answer."), None])
    assert rows(scene) == [("stripe", "due", PRICE, PRICE)]
    assert refunds.run_due(scene.office, bank) == [f"the refund {refund} waits: stripe"]
    assert refunds.run_due(scene.office, bank) == []
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="may have done it"):
        refunds.done_by_hand(scene.office, c, refund, scene.user, "by hand")
    scene.clock.pass_ms(61_000)
    refunds.run_due(scene.office, bank)
    scene.clock.pass_ms(301_000)
    assert refunds.run_due(scene.office, bank) == [f"the refund {refund} is done"]
    assert bank.asked == [("pi_1", PRICE, "EUR", str(refund))] * 3
    assert len({attempt for attempt, _ in bank.attempts}) == 1
    assert [tried for _, tried in bank.attempts] == [False, True, True]
    with scene.office.begin() as c:
        assert c.scalar(select(m.refunds.c.provider_reference)) == "re_1"


def test_a_provider_that_is_away_is_asked_once_a_run(scene: Scene) -> None:
    """O8, Y1: fifty refunds that each wait for an answer in vain would keep the worker from every closing and draw."""
    first = ask(scene, bought(scene))
    scene.clock.pass_ms(1)
    second = ask(scene, bought(scene))
    bank = Bank([Fault("stripe", "No answer.")])
    assert refunds.run_due(scene.office, bank) == [f"the refund {first} waits: stripe"]
    assert [one[3] for one in bank.asked] == [str(first)]
    assert refunds.run_due(scene.office, bank) == [f"the refund {second} is done"]
    scene.clock.pass_ms(61_000)
    assert refunds.run_due(scene.office, bank) == [f"the refund {first} is done"]


def test_two_workers_ask_the_provider_once(scene: Scene) -> None:
    """O8."""
    ask(scene, bought(scene))
    bank = Bank()
    together([lambda: refunds.run_due(scene.office, bank)] * 3)
    assert len(bank.asked) == 1


def test_a_refusal_of_the_provider_is_put_on_record_and_can_be_mended(scene: Scene) -> None:
    """O8: tried again, or paid another way with a reference."""
    refund = ask(scene, bought(scene))
    bank = Bank([Refused("stripe", "The card is closed.")])
    assert refunds.run_due(scene.office, bank) == [f"the refund {refund} failed"]
    k = m.critical_events
    with scene.office.begin(scene.user) as c:
        assert (
            "The card is closed."
            in c.execute(select(k.c.description).where(k.c.event_type == "refund_failed")).scalar_one()
        )
        refunds.again(c, refund)
    scene.clock.pass_ms(1_000)
    assert refunds.run_due(scene.office, bank) == [f"the refund {refund} is done"]
    assert len({attempt for attempt, _ in bank.attempts}) == 2
    assert bank.attempts[1][1]


def test_after_a_day_without_an_answer_a_person_has_to_look(scene: Scene) -> None:
    """O8: a repeat might pay twice by then."""
    ask(scene, bought(scene))
    bank = Bank([Fault("stripe", "No answer.")])
    refunds.run_due(scene.office, bank)
    scene.clock.pass_ms(int(timedelta(hours=21).total_seconds() * 1000))
    refunds.run_due(scene.office, bank)
    assert (len(bank.asked), rows(scene)[0][1]) == (1, "failed")


def test_nobody_edits_what_is_due(scene: Scene) -> None:
    """O2: not even the application."""
    ask(scene, sold(scene.kiosk()))
    with pytest.raises(Exception, match="permission denied"), scene.office.begin() as c:
        c.execute(update(m.refunds).values(amount=1))
    with pytest.raises(IntegrityError), scene.office.begin() as c:
        c.execute(update(m.refunds).values(state="done"))
    with scene.office.begin() as c:
        trail = c.execute(select(m.audit_log.c.operation).where(m.audit_log.c.table_name == "refunds")).all()
    assert [row.operation for row in trail] == ["INSERT"]


def test_a_run_of_the_work_pays_back_for_so_long_and_the_next_goes_on(scene: Scene) -> None:
    """O8, Y1: a slow provider does not hold the worker."""
    orders = [bought(scene) for _ in range(2)]
    for order in orders:
        ask(scene, order)

    class Slow(Bank):
        def refund(
            self,
            payment_intent: str,
            amount: int,
            currency: str,
            key: str,
            *,
            attempt: str = "",
            tried: bool = False,
        ) -> str:
            scene.clock.pass_ms(refunds.RUN_MS_MAX)
            return super().refund(payment_intent, amount, currency, key, attempt=attempt, tried=tried)

    bank = Slow()
    for done in (1, 2):
        refunds.run_due(scene.office, bank)
        assert len(bank.paid) == done
