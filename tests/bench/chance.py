"""Looks at draws, and at how places are made of the generator's outputs, for what chance would not do.

Every look gives p-values: of perfect chance one in a hundred lies outside 0.005 to 0.995. The functions that draw are
the real ones, `shared.draw.select`, `pick` and `scale`; controls, known to be bad, stand at the end.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, repeat
from typing import Protocol

from shared import draw

LOW, HIGH = 0.005, 0.995  # 99 % of the p-values of perfect chance lie between
CELL_MIN = 10.0  # expected in a cell, at least; smaller neighbours are put together
OUTPUT_RANGE = 1 << 64  # of the 8 bytes that a draw takes at once
LOOP_BYTES = 1 << 16

Outputs = Callable[[int], bytes]
Scale = Callable[[bytes, int], int | None]


class Source(Protocol):
    """A generator, good or bad."""

    def generate(self, length_bytes: int) -> bytes: ...


# ------------------------------------------------------------------------------------------------ p-values


def chi_square_p(statistic: float, degrees: int) -> float:
    """The chance of at least this statistic: the regularised incomplete gamma function Q(degrees/2, statistic/2).

    By its series below the mean and its continued fraction above (Abramowitz and Stegun, 6.5.29 and 6.5.31).
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    # Lentz's method
    b = x + 1 - a
    c, d = math.inf, 1 / b
    fraction = d
    for i in range(1, 100_000):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return front * fraction


def kolmogorov_p(values: Iterable[float]) -> float:
    """How likely values evenly spread over 0 to 1 are at least so uneven: Kolmogorov and Smirnov's test.

    With Stephens's correction for few values (1970).
    """
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return 1.0
    gap = max(max((i + 1) / n - value, value - i / n) for i, value in enumerate(ordered))
    return _kolmogorov(gap, n)


def _kolmogorov(gap: float, n: float) -> float:
    scaled = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * gap
    if scaled < 0.2:  # the series converges too slowly, and the value is 1 to twelve places
        return 1.0
    terms = ((1 if k % 2 else -1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, 2 * math.fsum(terms))


def same_spread_p(some: Iterable[float], others: Iterable[float]) -> float:
    """How likely two sets of values from one source, whatever its spread, differ at least so much.

    Kolmogorov and Smirnov's test of two samples.
    """
    a, b = sorted(some), sorted(others)
    if not a or not b:
        return 1.0
    gap = max(abs(bisect_right(a, value) / len(a) - bisect_right(b, value) / len(b)) for value in a + b)
    return _kolmogorov(gap, len(a) * len(b) / (len(a) + len(b)))


def binomial_tail(n: int, least: int, chance: float) -> float:
    """The chance of at least `least` hits in `n` independent trials."""
    return 1 - sum(math.comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(least))


@dataclass(frozen=True)
class Outcome:
    """One p-value, of what, and by which figures."""

    test: str
    figures: str
    p: float

    @property
    def inside(self) -> bool:
        """Whether it lies within 99 %: neither too uneven nor too even."""
        return LOW <= self.p <= HIGH


def fit(test: str, observed: Mapping[int, int], weights: Sequence[float], factor: float = 1.0) -> Outcome:
    """Chi-square of how often each cell 0, 1, … came, against its weight; `factor` corrects for dependent cells.

    Cells where fewer than 10 are expected are put together with their neighbours.
    """
    assert all(0 <= cell < len(weights) for cell in observed)
    times, total = sum(observed.values()), math.fsum(weights)
    statistic, cells = 0.0, 0
    seen, expected, left = 0, 0.0, float(times)
    for cell, weight in enumerate(weights):
        seen += observed.get(cell, 0)
        expected += times * weight / total
        left -= times * weight / total
        if cell == len(weights) - 1 or (expected >= CELL_MIN and left >= CELL_MIN):
            statistic += (seen - expected) ** 2 / expected
            cells += 1
            seen, expected = 0, 0.0
    p = chi_square_p(statistic * factor, cells - 1)
    return Outcome(test, f"{times:,} in {cells:,} cells, chi-square {statistic * factor:.1f}", p)


# ------------------------------------------------------------------------------- draws and what is looked at


def seed_of(label: str, name: str, attempt: int) -> bytes:
    """32 bytes that nobody chose."""
    return hashlib.sha256(f"tombola statistics {label}: {name}, {attempt}".encode()).digest()


def generator(seed: bytes) -> draw.HmacDrbg:
    """The generator of a draw without public entropy."""
    return draw.HmacDrbg(seed, hashlib.sha256().digest(), bytes(32))


def _id(n: int) -> str:
    return f"018f3c5a-0000-7000-8000-{n:012x}"


def _frozen(
    pool: draw.Pool, winners: Sequence[int], form: str = "", number: int = 1, again: bool = False
) -> bytes:
    """A manifest: a prize for each of `winners`, dice of `form` or no public entropy."""
    return draw.manifest(
        event=_id(0),
        draw=_id(number),
        pools={"main": pool},
        prizes=[draw.Prize(i, _id(i), "main", n) for i, n in enumerate(winners, start=1)],
        entropy={"source": "dice", "form": form} if form else {"source": "none"},
        repeat=again,
        software=bytes(32),
    )


def _drawn(manifest: bytes, pool: draw.Pool, seed: bytes, dice: str = "") -> tuple[int, ...]:
    """The winners' places in the pool, in the order in which they were drawn."""
    return tuple(result.won.index for result in draw.select(manifest, {"main": pool}, seed, dice))


def _seeds(seed: bytes) -> Iterator[bytes]:
    """Seeds as alike as can be: 24 bytes stay, 8 count."""
    return (seed[:24] + n.to_bytes(8, "big") for n in range(1 << 64))


def look_at_draws(draws: Sequence[tuple[int, ...]], size: int) -> Iterator[Outcome]:
    """Everything chance owes to draws of different places 0 to size - 1, in the order drawn."""
    winners = len(draws[0])
    for at in range(winners):
        yield fit(f"winner {at + 1} of {winners}", Counter(one[at] for one in draws), [1.0] * size)
    pairs = Counter(one[0] * (size - 1) + one[1] - (one[1] > one[0]) for one in draws)
    yield fit("pairs: winners 1 and 2", pairs, [1.0] * (size * (size - 1)))
    orders = Counter(_order(one) for one in draws)
    yield fit(f"permutation: the order of the {winners}", orders, [1.0] * math.factorial(winners))
    firsts = [one[0] for one in draws]
    serial = Counter(a * size + b for a, b in zip(firsts[::2], firsts[1::2], strict=True))
    yield fit("serial: winner 1 of a draw and of the next", serial, [1.0] * (size * size))
    yield _gaps(firsts, size)


def _order(places: Sequence[int]) -> int:
    """Which of the orders of so many different places this is (Lehmer's code)."""
    code = 0
    for at, place in enumerate(places):
        code = code * (len(places) - at) + sum(later < place for later in places[at + 1 :])
    return code


def _gaps(firsts: Sequence[int], size: int) -> Outcome:
    """Draws between two whose first winner stands in the pool's first tenth."""
    hits = [at for at, place in enumerate(firsts) if place < size // 10]
    chance, longest = (size // 10) / size, 60
    gaps = Counter(min(b - a - 1, longest) for a, b in pairwise(hits))
    weights = [chance * (1 - chance) ** gap for gap in range(longest)] + [(1 - chance) ** longest]
    return fit("gap: draws between wins of the first tenth", gaps, weights)


def draws_of_five(seed: bytes, times: int = 200_000) -> Iterator[Outcome]:
    """Three prizes, five winners, a pool of 100 with gaps; each draw has its own seed."""
    pool = draw.Pool.of(range(1_000, 1_700, 7))
    manifest = _frozen(pool, (1, 1, 3))
    yield from look_at_draws([_drawn(manifest, pool, one) for one in islice(_seeds(seed), times)], pool.size)


def draws_with_repeats(seed: bytes, times: int = 100_000) -> Iterator[Outcome]:
    """Five winners of ten numbers, any of which may win again."""
    pool = draw.Pool.of(range(1, 11))
    manifest = _frozen(pool, (5,), again=True)
    draws = [_drawn(manifest, pool, one) for one in islice(_seeds(seed), times)]
    fours = Counter(a * 1_000 + b * 100 + c * 10 + d for a, b, c, d, _ in draws)
    yield fit("quadruples: winners 1 to 4", fours, [1.0] * 10_000)
    hands = [_surjections(5, k) * math.comb(10, k) / 10**5 for k in range(1, 6)]
    yield fit("poker: different numbers among five", Counter(len(set(one)) - 1 for one in draws), hands)
    longest = 120
    lengths: Counter[int] = Counter()
    missing, length = set(range(10)), 0
    for place in (place for one in draws for place in one):
        missing.discard(place)
        length += 1
        if not missing:
            lengths[min(length, longest) - 10] += 1
            missing, length = set(range(10)), 0
    weights = [_surjections(n - 1, 9) * 10 / 10**n for n in range(10, longest)]
    yield fit("coupon collector: until all ten have won", lengths, [*weights, 1 - math.fsum(weights)])


def _surjections(items: int, onto: int) -> int:
    """Ways to give `items` different things to `onto` different people, none of whom gets nothing."""
    return sum((-1) ** k * math.comb(onto, k) * (onto - k) ** items for k in range(onto + 1))


def draws_by_dice(seed: bytes, times: int = 100_000) -> Iterator[Outcome]:
    """One seed for all; only the dice called by the audience differ, from one draw to the next by one point."""
    pool = draw.Pool.of(range(1, 51))
    manifest = _frozen(pool, (1,), "8d6")
    rolls = (" ".join(str(n // 6**i % 6 + 1) for i in range(8)) for n in range(times))
    yield fit("winner 1", Counter(_drawn(manifest, pool, seed, dice)[0] for dice in rolls), [1.0] * 50)


def draws_by_manifest(seed: bytes, times: int = 50_000) -> Iterator[Outcome]:
    """One seed for all, no dice; only the draws' numbers in their manifests differ, by one."""
    pool = draw.Pool.of(range(1, 51))
    manifests = (_frozen(pool, (1,), number=n) for n in range(1, times + 1))
    yield fit("winner 1", Counter(_drawn(manifest, pool, seed)[0] for manifest in manifests), [1.0] * 50)


def lottery(seed: bytes, times: int = 200_000) -> Iterator[Outcome]:
    """Six of ninety, by `pick`; each draw has its own seed."""
    k, n = 6, 90
    draws = [draw.pick(k, n, one, "", bytes(32)) for one in islice(_seeds(seed), times)]
    # Numbers of one draw keep each other out, so their counts vary by (n - k)/(n - 1) of what the cells of
    # independent numbers do.
    each = Counter(number - 1 for one in draws for number in one)
    yield fit("the ninety numbers", each, [1.0] * n, factor=(n - 1) / (n - k))
    groups, all_ranks = 1_000, math.comb(n, k)
    ranks = Counter(
        sum(math.comb(number - 1, at) for at, number in enumerate(one, start=1)) * groups // all_ranks
        for one in draws
    )
    yield fit("all six together: 622,614,630 choices, grouped", ranks, _group_sizes(all_ranks, groups))
    least = [float(math.comb(n - low, k - 1)) for low in range(1, n + 1)]
    yield fit("the smallest of six", Counter(one[0] - 1 for one in draws), least)
    common = Counter(len(set(a) & set(b)) for a, b in zip(draws[::2], draws[1::2], strict=True))
    shares = [float(math.comb(k, c) * math.comb(n - k, k - c)) for c in range(k + 1)]
    yield fit("serial: numbers in common with the draw before", common, shares)


def _group_sizes(size: int, groups: int) -> list[float]:
    """Places of each group where place p belongs to group p * groups // size."""
    starts = [-(-group * size // groups) for group in range(groups + 1)]
    return [float(end - start) for start, end in pairwise(starts)]


def look_at_scaling(
    outputs: Outputs,
    size: int,
    groups: int,
    times: int,
    scale: Scale = draw.scale,
) -> Iterator[Outcome]:
    """`times` outputs brought down to 0 … size - 1, grouped; and how many were refused on the way, where many are."""
    found: Counter[int] = Counter()
    refused = 0
    for output in map(outputs, repeat(draw.OUTPUT_BYTES, times)):
        place = scale(output, size)
        if place is None:
            refused += 1
        else:
            found[place * groups // size] += 1
    yield fit("places, grouped", found, _group_sizes(size, groups))
    share = OUTPUT_RANGE % size / OUTPUT_RANGE
    if share * times >= CELL_MIN:
        yield fit("outputs refused", {0: refused, 1: times - refused}, [share, 1 - share])


# ------------------------------------------------------------------------------------------------- controls


def naive(output: bytes, size: int) -> int:
    """What `scale` must not be: the remainder of every output, with none refused."""
    return int.from_bytes(output, "big") % size


class Leaning:
    """The generator of a draw, but for the last bit of every fourth output, which is always 1."""

    def __init__(self, seed: bytes) -> None:
        self._straight = generator(seed)
        self._calls = 0

    def generate(self, length_bytes: int) -> bytes:
        """So many bytes."""
        output = self._straight.generate(length_bytes)
        self._calls += 1
        return output if self._calls % 4 else output[:-1] + bytes([output[-1] | 1])


class Stuck:
    """A generator that falls back to its beginning after every 64 KB, or whatever its loop holds."""

    def __init__(self, seed: bytes, loop_bytes: int = LOOP_BYTES) -> None:
        self._loop = generator(seed).generate(loop_bytes)
        self._at = 0

    def generate(self, length_bytes: int) -> bytes:
        """So many bytes, which divide the loop."""
        start, self._at = self._at, (self._at + length_bytes) % len(self._loop)
        return self._loop[start : start + length_bytes]


def sorted_draws(seed: bytes, times: int = 20_000) -> Iterator[Outcome]:
    """Fair sets of winners, handed to the prizes in ascending order."""
    pool = draw.Pool.of(range(1, 101))
    manifest = _frozen(pool, (5,))
    draws = [tuple(sorted(_drawn(manifest, pool, one))) for one in islice(_seeds(seed), times)]
    yield from look_at_draws(draws, pool.size)


def leaning_draws(seed: bytes, times: int = 50_000) -> Iterator[Outcome]:
    """Draws of three of a hundred by `scale`, from a generator of which one bit leans."""
    bad = Leaning(seed)
    draws: list[tuple[int, ...]] = []
    for _ in range(times):
        places: dict[int, None] = {}  # in order
        while len(places) < 3:
            place = draw.scale(bad.generate(draw.OUTPUT_BYTES), 100)
            if place is not None:
                places[place] = None
        draws.append(tuple(places))
    yield from look_at_draws(draws, 100)


# ---------------------------------------------------------------------------------------------- what is done


EXPERIMENTS: dict[str, Callable[[bytes], Iterator[Outcome]]] = {
    "five winners of a pool of 100": draws_of_five,
    "six of ninety": lottery,
    "five of ten, with repeats": draws_with_repeats,
    "one seed, other dice": draws_by_dice,
    "one seed, other manifests": draws_by_manifest,
    "scale: a pool of 2^20 - 1": lambda seed: look_at_scaling(
        generator(seed).generate, 2**20 - 1, 1_023, 1_000_000
    ),
    "scale: a pool of 10,000,000": lambda seed: look_at_scaling(
        generator(seed).generate, 10**7, 1_000, 1_000_000
    ),
    "scale: the largest pool, 2^31 - 1": lambda seed: look_at_scaling(
        generator(seed).generate, 2**31 - 1, 1_000, 1_000_000
    ),
    "scale: 3 · 2^62 places": lambda seed: look_at_scaling(generator(seed).generate, 3 << 62, 192, 1_000_000),
    "scale: 2^63 + 1 places": lambda seed: look_at_scaling(
        generator(seed).generate, 2**63 + 1, 100, 1_000_000
    ),
    "naive remainder: 3 · 2^62 places": lambda seed: look_at_scaling(
        generator(seed).generate, 3 << 62, 192, 20_000, naive
    ),
    "winners sorted before they get their prizes": sorted_draws,
    "every fourth output has its last bit set": leaning_draws,
}
BAD_EXPERIMENTS = 3  # the last ones
