"""The numbered raffle: what prizes come to, by one stated rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.games import raffle
from shared.games.raffle import Prize
from shared.money import AMOUNT_MAX

MONEY = st.integers(0, AMOUNT_MAX)


@st.composite
def shares(draw: st.DrawFn) -> Prize:
    """Percentage prizes as an event may have them."""
    round_to = draw(st.sampled_from([1, 5, 100, 1_000]))
    minimum = draw(st.integers(0, 10_000)) * round_to
    cap = draw(st.none() | st.integers(minimum, minimum + 10_000_000))
    return Prize(
        type="percentage",
        basis_points=draw(st.integers(1, raffle.BASIS_POINTS)),
        winners=draw(st.integers(1, 50)),
        minimum=minimum,
        cap=cap,
        round_to=round_to,
        carry=draw(st.booleans()),
    )


@given(shares(), MONEY, MONEY)
def test_a_share_keeps_to_its_minimum_its_cap_and_its_rounding(prize: Prize, base: int, carried: int) -> None:
    """D8, E2: and what the winners get together is never more than the whole."""
    whole = raffle.whole_amount(prize, base, carried)
    assert whole % prize.round_to == 0
    assert whole >= prize.minimum
    assert prize.cap is None or whole <= prize.cap
    declared = base * prize.basis_points // raffle.BASIS_POINTS + carried
    assert whole <= max(prize.minimum, declared)
    if prize.cap is None or declared <= prize.cap:
        assert whole > declared - prize.round_to
    each = raffle.prize_amount(prize, base, carried)
    assert 0 <= whole - each * prize.winners < prize.winners


@given(shares(), MONEY, MONEY)
def test_who_sells_more_never_gives_less(prize: Prize, base: int, more: int) -> None:
    assert raffle.whole_amount(prize, base + more) >= raffle.whole_amount(prize, base)


@given(st.lists(shares(), max_size=6), MONEY, MONEY)
def test_what_is_carried_in_comes_once_on_the_first_carrying_prize(
    prizes: list[Prize], base: int, carried: int
) -> None:
    """D8: a carry-over jackpot is paid once."""
    first = next((i for i, prize in enumerate(prizes) if prize.carry), None)
    assert raffle.amounts(prizes, base, carried) == [
        raffle.whole_amount(prize, base, carried if i == first else 0) for i, prize in enumerate(prizes)
    ]


@given(MONEY, MONEY)
def test_documented_costs_come_off_first_where_the_base_is_net(sales: int, costs: int) -> None:
    """E8: and no prize is ever a share of less than nothing."""
    assert raffle.base_of(sales, costs, "gross") == sales
    assert raffle.base_of(sales, costs, "net") == max(0, sales - costs)


@pytest.mark.parametrize(
    ("prize", "base", "carried", "whole", "each"),
    [
        (Prize(type="fixed", value=50_000, winners=2), 10**9, 0, 100_000, 50_000),
        (Prize(type="percentage", basis_points=5_000, round_to=100), 123_457, 0, 61_700, 61_700),
        (Prize(type="percentage", basis_points=5_000, round_to=100, winners=3), 123_457, 0, 61_700, 20_566),
        (Prize(type="percentage", basis_points=1_000, carry=True, cap=9_999), 50_000, 4_000, 9_000, 9_000),
        (
            Prize(type="percentage", basis_points=1_000, carry=True, cap=8_999, round_to=10),
            50_000,
            4_000,
            8_990,
            8_990,
        ),
    ],
)
def test_the_rule_in_figures(prize: Prize, base: int, carried: int, whole: int, each: int) -> None:
    """D8: share, then what is carried in, then minimum, cap, rounding down, and the winners' parts."""
    assert (raffle.whole_amount(prize, base, carried), raffle.prize_amount(prize, base, carried)) == (
        whole,
        each,
    )
