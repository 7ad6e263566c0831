"""The statistics that judge the draw's generator: right where the answer is known, and able to fail."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

from shared import draw
from tests.bench import chance, randomness
from tests.bench.chance import Leaning, Outcome, Stuck, generator, look_at_draws, look_at_scaling, seed_of
from tests.bench.randomness import Done, Trial

RECORD = Path(__file__).parents[3] / randomness.OUT
SEED = seed_of("unit test", "small", 1)
OUTPUTS = 4_000


@pytest.mark.parametrize(
    ("statistic", "degrees", "p"),
    [
        # Percentage points of NIST's Engineering Statistics Handbook, 1.3.6.7.4
        (3.841, 1, 0.05),
        (6.635, 1, 0.01),
        (18.307, 10, 0.05),
        (23.209, 10, 0.01),
        (2.558, 10, 0.99),
        (124.342, 100, 0.05),
        (135.807, 100, 0.01),
        (70.065, 100, 0.99),
    ],
)
def test_chi_square_agrees_with_the_published_table(statistic: float, degrees: int, p: float) -> None:
    """D4: …to the three decimals in which the points are given."""
    assert chance.chi_square_p(statistic, degrees) == pytest.approx(p, rel=2e-3)


@pytest.mark.parametrize("statistic", [0.1, 1.0, 3.9, 4.1, 20.0, 400.0])
def test_chi_square_agrees_with_its_closed_forms(statistic: float) -> None:
    """D4: One degree of freedom is the error function, two the exponential, four a sum of two terms."""
    half = statistic / 2
    assert chance.chi_square_p(statistic, 1) == pytest.approx(math.erfc(math.sqrt(half)), rel=1e-9)
    assert chance.chi_square_p(statistic, 2) == pytest.approx(math.exp(-half), rel=1e-9)
    assert chance.chi_square_p(statistic, 4) == pytest.approx(math.exp(-half) * (1 + half), rel=1e-9)


def test_chi_square_of_many_cells_is_near_the_normal_distribution() -> None:
    """D4: Wilson and Hilferty's approximation is within a thousandth at 10,000 degrees of freedom."""
    n = 10_000
    for deviation in (-3.0, -1.0, 0.0, 1.0, 3.0):
        statistic = n * (1 - 2 / (9 * n) + deviation * math.sqrt(2 / (9 * n))) ** 3
        assert chance.chi_square_p(statistic, n) == pytest.approx(
            math.erfc(deviation / math.sqrt(2)) / 2, abs=1e-3
        )
    assert chance.chi_square_p(0, 5) == 1


def test_kolmogorov_and_smirnov_agree_with_their_critical_values() -> None:
    """D4: 1.358 and 1.628 over the root of n are the points of 5 % and 1 %."""
    n = 10_000
    for scaled, p in ((1.3581, 0.05), (1.6276, 0.01)):
        shift = scaled / (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) - 0.5 / n
        uneven = [(i + 0.5) / n * (1 - shift) + shift for i in range(n)]
        assert chance.kolmogorov_p(uneven) == pytest.approx(p, rel=0.01)
        assert chance.kolmogorov_p((i + 0.5) / n for i in range(n)) == 1
    even, other = [i / 400 for i in range(400)], [i / 400 + 0.2 for i in range(400)]
    assert chance.same_spread_p(even, even) == 1
    assert chance.same_spread_p(even, other) < 1e-6


def test_the_weights_of_every_hand_are_those_counted_one_by_one() -> None:
    """D4: Ways in which five of ten, with repeats, hold so many different numbers."""
    hands = [len(set(hand)) for hand in product(range(10), repeat=5)]
    for different in range(1, 6):
        assert hands.count(different) == chance._surjections(5, different) * math.comb(10, different)


def test_every_order_has_a_number_of_its_own() -> None:
    """D4: …so that the permutation test counts what it says."""
    orders = [order for order in product(range(4), repeat=4) if len(set(order)) == 4]
    assert sorted(chance._order(order) for order in orders) == list(range(24))


def test_small_cells_are_put_together_and_none_is_lost() -> None:
    """D4: A chi-square needs ten in every cell."""
    found = chance.fit("x", {0: 50, 1: 30, 2: 12, 3: 5, 4: 3}, [0.5, 0.3, 0.12, 0.05, 0.03])
    assert found.figures.startswith("100 in 3 cells")
    with pytest.raises(AssertionError):
        chance.fit("x", {5: 1}, [1.0] * 5)


def test_the_real_scale_passes_where_the_naive_remainder_is_caught() -> None:
    """D4: Scaling has no bias, and a bias would be seen."""
    places = 3 << 62
    honest = list(look_at_scaling(generator(SEED).generate, places, 12, OUTPUTS))
    biased = list(look_at_scaling(generator(SEED).generate, places, 12, OUTPUTS, chance.naive))
    assert [outcome.test for outcome in honest] == ["places, grouped", "outputs refused"]
    assert all(outcome.inside for outcome in honest)
    assert biased[0].p < randomness.HOPELESS


def test_a_generator_that_leans_or_sticks_is_caught() -> None:
    """D4: A suite that nothing can fail would show nothing."""

    def draws_from(source: chance.Source) -> list[tuple[int, ...]]:
        draws: list[tuple[int, ...]] = []
        for _ in range(OUTPUTS // 2):
            first, second = (draw.scale(source.generate(draw.OUTPUT_BYTES), 20) for _ in range(2))
            if first is not None and second is not None and first != second:
                draws.append((first, second))
        return draws[: len(draws) // 2 * 2]

    assert all(outcome.inside for outcome in look_at_draws(draws_from(generator(SEED)), 20))
    for bad in (Leaning(SEED), Stuck(SEED, 800)):
        assert min(outcome.p for outcome in look_at_draws(draws_from(bad), 20)) < randomness.HOPELESS


def test_what_is_outside_twice_and_what_is_hopeless_once_fails() -> None:
    """D4: The verdict is by the rule that the record states."""
    trials = [Trial(randomness.DRAWS, name) for name in "abcd"]
    control = Trial(randomness.CONTROLS, "bad", bad=True)
    first = dict(zip(trials, (0.5, 0.001, 0.001, 1e-9), strict=True))
    done = {trial: _done(p) for trial, p in first.items()} | {control: _done(0.3)}
    for trial, p in ((trials[1], 0.4), (trials[2], 0.999), (trials[3], 0.4)):
        done[Trial(trial.part, trial.name, attempt=2)] = _done(p)
    everything = [*trials, control]
    rows = randomness.rows_of(everything, done)
    assert [row.verdict for row in rows] == [
        "passed",
        "outside, then passed",
        "FAILED twice",
        "FAILED",
        "not caught by this",
    ]
    problems = randomness.problems_of(everything, rows)
    assert len(problems) == 4  # two tests, so many outside of four, the control
    text = randomness.record(everything, done, "unit test", [])
    assert "Verdict at 99 %: FAILED" in text
    good = [trials[0]]
    assert not randomness.problems_of(good, randomness.rows_of(good, done))


def _done(p: float) -> Done:
    return Done((Outcome("x", "", p),), 0, 0.0)


def test_the_kept_record_passed_and_is_of_this_generator() -> None:
    """D4: Whoever changes what the generator puts out must run `make statistics` again."""
    text = RECORD.read_text(encoding="utf-8")
    assert "Verdict at 99 %: passed." in text
    command = re.search(r"make statistics LABEL=(\S+)( FULL=1)?\n", text)
    stream = re.search(r"Stream +SHA-256 ([0-9a-f]{64})", text)
    assert command
    assert stream
    assert randomness.sample_sha256(command[1]) == stream[1]
    for trial in randomness.all_trials(full=bool(command[2])):
        assert f"{seed_of(command[1], trial.key, 1).hex()}  1 " in text
