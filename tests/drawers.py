"""A kiosk's drawer for tests: shifts opened, counted and closed in its chain, by the fold that kiosks use."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec

from shared import sale, shift
from tests.chains import Kiosk

FLOAT = 10_000


def opened(kiosk: Kiosk, number: int = 1) -> str:
    """A shift opened with its float; its id."""
    made = str(uuid4())
    float_ = (sale.Cash(currency="EUR", amount=FLOAT),)
    kiosk.journal(sale.ShiftOpened(shift=made, number=number, operator=str(kiosk.scene.user), float=float_))
    return made


def count(kiosk: Kiosk, shift_id: str, amount: int, purpose: str = "close") -> None:
    kiosk.journal(
        sale.CashCounted(
            shift=shift_id,
            by=str(kiosk.scene.user),
            purpose=purpose,  # type: ignore[arg-type]  # one of the three
            currency="EUR",
            pieces=((100, amount // 100), (1, amount % 100)),
            amount=amount,
        )
    )


def closed(kiosk: Kiosk, shift_id: str, **wrong: Any) -> tuple[sale.ShiftSum, ...]:
    """The shift closed with what its own chain says, but for what is ``wrong``; the sums as stated."""
    book = fold(kiosk)
    assert book.open is not None
    sums = tuple(msgspec.structs.replace(one, **wrong) for one in book.open.sums())
    kiosk.journal(
        sale.ShiftClosed(
            shift=shift_id,
            number=book.open.number,
            operator=book.open.operator,
            by=book.open.operator,
            first_seq=book.open.first_seq,
            sums=sums,
            note="quiet",
        )
    )
    return sums


def fold(kiosk: Kiosk) -> shift.Book:
    return shift.fold(
        (seq, sale.decode(data.partition(b"\n")[2])) for seq, data in enumerate(kiosk.entries, start=1)
    )
