"""``python -m tests.bench.randomness``: tries to catch the draw's generator out, and keeps in
``docs/statistics.txt`` what was tried and what came of it.

Two halves. The suite `dieharder` (Debian's package) reads the output of `shared.draw.HmacDrbg` as it comes, in
long requests and in the 8-byte requests of a draw. Chi-square tests then look at whole draws (`chance.py`). Whatever
falls outside 99 % is tried again with another seed, and both results are kept. Beside them stand controls, known to
be bad, which the same tests must catch.

Seeds follow from the label (the day, unless another is given) and the test's name, so nobody chose them and anybody
can repeat them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

from shared import draw
from tests.bench.chance import (
    BAD_EXPERIMENTS,
    EXPERIMENTS,
    HIGH,
    LOW,
    Outcome,
    Stuck,
    binomial_tail,
    generator,
    kolmogorov_p,
    same_spread_p,
    seed_of,
)

OUT = Path("docs/statistics.txt")
PACKAGE = "dieharder"
AES = "205"  # its own generator AES_OFB, for comparison
HOPELESS = 1e-6  # a p-value so near 0 or 1 fails at once (dieharder's own bound)
FAMILY_MIN = 0.01 / 4  # of the count outside 99 % and three spreads: together they are judged at 99 %
ATTEMPTS = 2
TEST_S_MAX = 3_600
CHUNK_BYTES = 1 << 16  # written at once
LONG_BYTES = (
    4_096  # the request with the highest rate: 18 MB/s of a core; 65,536 give 13 MB/s, 8 give 1.6 MB/s
)
SHORT_BYTES = draw.OUTPUT_BYTES
SAMPLE_BYTES = 1 << 20
MB = 1_000_000


# ---------------------------------------------------------------------------------------------------- tests


@dataclass(frozen=True)
class Done:
    """What a test brought."""

    outcomes: tuple[Outcome, ...]
    fed_bytes: int
    took_s: float


@dataclass(frozen=True)
class Trial:
    """Something to be run: a test of the suite with its arguments, or a function of this file."""

    part: str
    name: str
    call_bytes: int = 0
    suite: tuple[str, ...] = ()
    bad: bool = False
    attempt: int = 1

    @property
    def key(self) -> str:
        """What nothing else is called; the seed follows from it."""
        return f"{self.name} ({self.part})"

    @property
    def judged(self) -> bool:
        """Whether it is the draw's generator that is tested."""
        return self.part in PARTS

    def run(self, seed: bytes) -> Done:
        """In whatever process this is."""
        began = time.perf_counter()
        outcomes, fed = self._suite(seed) if self.suite else (list(EXPERIMENTS[self.name](seed)), 0)
        return Done(tuple(outcomes), fed, time.perf_counter() - began)

    def _suite(self, seed: bytes) -> tuple[list[Outcome], int]:
        source = Stuck(seed) if self.bad else generator(seed)
        stream = ["200"] if self.call_bytes else [AES, "-S", str(int.from_bytes(seed[:4], "big") | 1)]
        command = [PACKAGE, "-g", *stream, *self.suite, "-c", ","]
        for field in ("test_name", "ntuple", "tsamples", "psamples", "pvalues"):
            command += ["-D", field]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            fed = 0
            calls = CHUNK_BYTES // self.call_bytes if self.call_bytes else 0
            deadline = time.monotonic() + TEST_S_MAX
            try:
                while calls and time.monotonic() < deadline:
                    chunk = b"".join(map(source.generate, repeat(self.call_bytes, calls)))
                    fed += os.write(process.stdin.fileno(), chunk)
            except BrokenPipeError:
                pass  # it has had enough
            if time.monotonic() >= deadline:
                process.kill()
                raise TimeoutError(f"dieharder {' '.join(self.suite)} took more than {TEST_S_MAX} s")
            said = process.stdout.read().decode()
        outcomes = [_read_line(line) for line in said.splitlines() if line.strip()]
        if process.returncode or not outcomes:
            raise RuntimeError(f"dieharder {' '.join(self.suite)} ended with {process.returncode}: {said!r}")
        return outcomes, fed


def _read_line(line: str) -> Outcome:
    name, ntuple, samples, runs, p = (field.strip() for field in line.split(",")[:5])
    return Outcome(name, f"n {ntuple}, {int(samples):,} × {runs}", float(p))


LONG, SHORT, DRAWS = "suite, long requests", "suite, requests of a draw", "draws"
REFERENCE, CONTROLS = "suite, AES for comparison", "controls"
TOGETHER = "together"

# Of the suite, whose tests join (mostly) 100 runs into one p-value. -t, fewer samples to a run, shortens what wants
# much data. Never -p, fewer runs: of 10 runs dieharder makes p-values that lie above 0.995 in one of seven cases
# even for AES.
SUITE_LONG: tuple[tuple[str, ...], ...] = (
    *(("-d", number) for number in ("13", "5", "209")),
    *(("-d", "203", "-n", lag, "-t", "50000") for lag in ("7", "3", "1", "0")),
    ("-d", "203", "-n", "15", "-t", "10000"),
    *(("-d", "201", "-n", n) for n in ("3", "2")),
    ("-d", "16", "-t", "50000"),
    ("-d", "2", "-t", "10000"),
    ("-d", "1", "-t", "250000"),
    ("-d", "3", "-t", "25000"),
    *(("-d", "200", "-n", bits, "-t", "10000") for bits in ("6", "5", "4", "3", "2", "1")),
    *(("-d", "202", "-n", n, "-t", "10000") for n in ("5", "4", "3", "2")),
    ("-d", "205", "-t", "5120000"),
    ("-d", "207", "-t", "2500000"),
    *(("-d", number) for number in ("208", "4", "206", "15", "100", "101", "102", "204")),
    *(("-d", number) for number in ("8", "0", "10", "11", "12")),
)
SUITE_FULL: tuple[tuple[str, ...], ...] = (
    *(("-d", number) for number in ("17", "6", "9", "7")),
    *(("-d", "200", "-n", str(bits)) for bits in range(12, 6, -1)),
    *(("-d", "201", "-n", n) for n in ("5", "4")),
)
SUITE_SHORT: tuple[tuple[str, ...], ...] = tuple(
    ("-d", number) for number in ("102", "8", "0", "10", "11", "12")
)
SUITE_BAD: tuple[tuple[str, ...], ...] = (("-d", "4"), ("-d", "102"), ("-d", "8"))


def all_trials(full: bool = False) -> list[Trial]:
    """In the order of the record; `full`: more tests of the suite, and none of them shortened."""
    experiments = list(EXPERIMENTS)
    suite_long = SUITE_LONG
    if full:
        suite_long = SUITE_FULL + tuple(
            suite[: suite.index("-t")] if "-t" in suite else suite for suite in SUITE_LONG
        )

    def suites(part: str, plan: Sequence[tuple[str, ...]], call_bytes: int) -> list[Trial]:
        return [Trial(part, " ".join((PACKAGE, *suite)), call_bytes, suite) for suite in plan]

    return [
        *suites(LONG, suite_long, LONG_BYTES),
        *suites(SHORT, SUITE_SHORT, SHORT_BYTES),
        *suites(REFERENCE, suite_long, 0),
        *(Trial(DRAWS, name) for name in experiments[:-BAD_EXPERIMENTS]),
        *(
            replace(trial, name=f"{trial.name}, a generator stuck in a loop", bad=True)
            for trial in suites(CONTROLS, SUITE_BAD, LONG_BYTES)
        ),
        *(Trial(CONTROLS, name, bad=True) for name in experiments[-BAD_EXPERIMENTS:]),
    ]


# --------------------------------------------------------------------------------------------------- the run


def suite_version() -> str:
    """Which suite there is; it is installed where it is missing and this is root. Exits, with what to do, else."""
    if not shutil.which(PACKAGE):
        if os.geteuid() or not shutil.which("apt-get"):
            sys.exit(f"The suite {PACKAGE} is missing. As root: apt-get install {PACKAGE}")
        _say(f"installing {PACKAGE}")
        for arguments in (["-qq", "update"], ["-qq", "install", "-y", "--no-install-recommends", PACKAGE]):
            subprocess.run(
                ["apt-get", *arguments],
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                check=True,
            )
    said = subprocess.run([PACKAGE, "-l"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"dieharder version ([0-9.]+)", said)
    if not found:
        sys.exit(f"{PACKAGE} does not say its version: {said[:200]!r}")
    asked = ["dpkg-query", "-W", "-f", "${Version}", PACKAGE]
    debian = (
        subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        if shutil.which(asked[0])
        else ""
    )
    return f"dieharder {found[1]}" + (f" (Debian package {debian})" if debian else "")


def run(trials: Sequence[Trial], label: str, workers: int, state: Path | None = None) -> dict[Trial, Done]:
    """Every trial, and once more with another seed what fell outside 99 %; what `state` holds is not done again."""
    kept = read_state(state, label)
    done: dict[Trial, Done] = {}
    with ProcessPoolExecutor(workers) as pool:
        running: dict[Future[Done], Trial] = {}

        def start(trial: Trial) -> None:
            while (trial.key, trial.attempt) in kept:
                done[trial] = kept[trial.key, trial.attempt]
                if not again(trial):
                    return
                trial = replace(trial, attempt=trial.attempt + 1)
            running[pool.submit(trial.run, seed_of(label, trial.key, trial.attempt))] = trial

        def again(trial: Trial) -> bool:
            outside = not all(outcome.inside for outcome in done[trial].outcomes)
            return outside and trial.judged and trial.attempt < ATTEMPTS

        for trial in trials:
            start(trial)
        while running:
            future = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            trial = running.pop(future)
            done[trial] = future.result()
            if state is not None:
                with state.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([label, trial.key, trial.attempt, asdict(done[trial])]) + "\n")
            outside = sum(not outcome.inside for outcome in done[trial].outcomes)
            _say(
                f"{len(done)} done, {len(running)} to go: {trial.key}, attempt {trial.attempt}, "
                f"{done[trial].took_s:.0f} s, {outside} of {len(done[trial].outcomes)} outside"
            )
            if again(trial):
                start(replace(trial, attempt=trial.attempt + 1))
    return done


def read_state(state: Path | None, label: str) -> dict[tuple[str, int], Done]:
    """What an interrupted run of this label had done, by key and attempt."""
    if state is None or not state.exists():
        return {}
    lines = [json.loads(line) for line in state.read_text(encoding="utf-8").splitlines()]
    return {
        (key, attempt): Done(
            tuple(Outcome(**outcome) for outcome in one["outcomes"]), one["fed_bytes"], one["took_s"]
        )
        for whose, key, attempt, one in lines
        if whose == label
    }


def _say(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------------------------ the record


@dataclass(frozen=True)
class Row:
    """A p-value as it stands in the record, with that of the repetition where there was one."""

    trial: Trial
    outcome: Outcome
    again: Outcome | None

    @property
    def verdict(self) -> str:
        """In words."""
        if self.trial.part == REFERENCE:
            return ""
        if self.trial.bad:
            return "caught" if _hopeless(self.outcome.p) else "not caught by this"
        if _hopeless(self.outcome.p):
            return "FAILED"
        if self.outcome.inside:
            return "passed"
        return "FAILED twice" if self.again is None or not self.again.inside else "outside, then passed"


def _hopeless(p: float) -> bool:
    return p < HOPELESS or p > 1 - HOPELESS


def rows_of(trials: Sequence[Trial], done: Mapping[Trial, Done]) -> list[Row]:
    """First attempts in their order, each with its second where there was one."""
    rows = []
    for trial in trials:
        second = done.get(replace(trial, attempt=2))
        for at, outcome in enumerate(done[trial].outcomes):
            rows.append(Row(trial, outcome, second.outcomes[at] if second else None))
    return rows


@dataclass(frozen=True)
class Reading:
    """What all first attempts of a part say together."""

    name: str
    p_values: tuple[float, ...]
    apart: tuple[float, ...] = ()
    """Those that are independent of one another, whose spread is judged."""
    reference: tuple[float, ...] | None = None
    """What their spread is compared with; None: with an even one."""

    @property
    def outside(self) -> int:
        """How many lie outside 99 %."""
        return sum(not LOW <= p <= HIGH for p in self.p_values)

    @property
    def count_p(self) -> float:
        """How likely perfect chance has at least so many outside."""
        return binomial_tail(len(self.p_values), self.outside, 1 - (HIGH - LOW))

    @property
    def spread_p(self) -> float:
        """How likely p-values of perfect chance are at least so unlike what they are compared with."""
        if self.reference is None:
            return kolmogorov_p(self.apart)
        return same_spread_p(self.apart, self.reference)

    def line(self) -> str:
        """For the record."""
        n = len(self.p_values)
        begun = f"  {self.name:28}{n:6}{n * (1 - HIGH + LOW):10.1f}{self.outside:9}{self.count_p:12.3f}"
        if not self.apart:
            return begun
        mean = sum(self.apart) / len(self.apart)
        return f"{begun}{len(self.apart):8}{mean:8.3f}{self.spread_p:13.3f}"


def readings_of(rows: Sequence[Row]) -> list[Reading]:
    """Of each part of the suite, of the draws, of these together, and of AES for comparison."""

    def p_values(*parts: str) -> tuple[float, ...]:
        return tuple(row.outcome.p for row in rows if row.trial.part in parts)

    def apart(part: str, suites: Sequence[tuple[str, ...]] | None = None) -> tuple[float, ...]:
        """One p-value of each stream, its last."""
        last = {row.trial: row.outcome.p for row in rows if row.trial.part == part}
        return tuple(p for trial, p in last.items() if suites is None or trial.suite in suites)

    return [
        Reading(LONG, p_values(LONG), apart(LONG), apart(REFERENCE)),
        Reading(SHORT, p_values(SHORT), apart(SHORT), apart(REFERENCE, SUITE_SHORT)),
        Reading(DRAWS, p_values(DRAWS), p_values(DRAWS)),
        Reading(TOGETHER, p_values(*PARTS)),
        Reading(REFERENCE, p_values(REFERENCE), apart(REFERENCE)),
    ]


def problems_of(trials: Sequence[Trial], rows: Sequence[Row]) -> list[str]:
    """Why the generator, or the tests themselves, cannot be trusted; none where all is well."""
    found = [
        f"{row.outcome.test}, {row.trial.key}: {row.verdict}"
        for row in rows
        if row.verdict.startswith("FAILED")
    ]
    for reading in readings_of(rows):
        if reading.name == TOGETHER and reading.count_p < FAMILY_MIN:
            found.append(f"so many outside 99 % are not plausible: {reading.outside}")
        if reading.name in PARTS and reading.spread_p < FAMILY_MIN:
            found.append(f"the spread of the p-values is not plausible: {reading.name}")
    caught = {row.trial for row in rows if row.verdict == "caught"}
    found += [
        f"the control was not caught: {trial.key}" for trial in trials if trial.bad and trial not in caught
    ]
    return found


def sample_sha256(label: str) -> str:
    """SHA-256 of the first 2^20 bytes of the label's sample stream; changes where the generator's output does."""
    source = generator(seed_of(label, "sample", 1))
    return hashlib.sha256(
        b"".join(map(source.generate, repeat(LONG_BYTES, SAMPLE_BYTES // LONG_BYTES)))
    ).hexdigest()


HOW_TO_READ = """\
How to read it
  Each test works out how far what it saw lies from what perfect chance would give, and says it as a p-value:
  the chance that a perfect source would look at least as uneven. P-values of a perfect source are spread evenly
  over 0 to 1. "99 %" means: 0.005 to 0.995 passes; below is too uneven, above is too even to be chance.
  One p-value in a hundred of a perfect source lies outside. So a test that does is done again with another
  seed; both results are kept, and it fails where it lies outside twice (a perfect source: one in 10,000), or
  closer than a millionth to 0 or 1 once.
  Then all first attempts are judged together, again at 99 %: whether so many outside are likely ("p of count" of
  all), and whether the p-values are spread as they should be ("p of spread", Kolmogorov and Smirnov). For the draws
  that is evenly. dieharder's own p-values lean upwards even for a perfect source, by the way it joins its runs (1,000
  of its own generator AES had a mean of 0.57), so those of the suite are compared with what dieharder says of AES in
  the same tests. P-values of one stream (sts_serial, runs, craps) are not independent of one another: for the spread
  the last of a stream stands for all ("apart"). Each of these four must be at least 0.0025.
  Controls are generators and methods known to be bad. Each must be caught by one test at least; a test that
  nothing can fail would show nothing.
  No statistics can show that a draw was honest or a seed unknown: for that there are the commitments, the
  public entropy and the published bundle. That the generator is the standard's, NIST's own vectors show
  (tests/unit/shared). What is shown here is that nothing in its output, nor in how places are made of it, departs
  from chance as far as these tests see."""

WHAT = f"""\
What was tested
  Suite, long requests: the bytes of shared.draw.HmacDrbg as they come, in Generate requests of {LONG_BYTES:,} bytes
  (SP 800-90A allows 65,536), a fresh instance with its own seed for each line, piped into dieharder.
  Suite, requests of a draw: the same in Generate requests of {SHORT_BYTES} bytes, as a draw makes them. They come at a
  tenth of the rate, so the tests that need least are done.
  Draws: whole draws by shared.draw.select and pick, and outputs brought down to places by scale.
  By the names that test laboratories use: equidistribution and chi-square (winner N, the ninety numbers, places),
  serial correlation (pairs; serial; diehard_opso; sts_serial), gap, poker, coupon collector, permutation
  (the order of the winners; diehard_operm5; rgb_permutations), runs (sts_runs, diehard_runs), overlaps
  (diehard_bitstream, count_1s), order statistics (the smallest of six), subsequences (rgb_lagged_sum), spacing
  (birthdays, rgb_minimum_distance, 2dsphere, 3dsphere), Kolmogorov and Smirnov (rgb_kstest_test).

What was left out, or shortened
  Where a test of the suite wants much data, its runs are of fewer samples, as the arguments (-t) in the list of seeds
  show; never fewer runs: of 10 runs dieharder makes p-values above 0.995 in one of seven cases, even for AES.
  `make statistics FULL=1` shortens none, and does besides: marsaglia_tsang_gcd, diehard_oqso, diehard_dna,
  diehard_count_1s_byt, rgb_bitdist of 7 to 12 bits, rgb_minimum_distance in 4 and 5 dimensions.
  diehard_sums: dieharder itself says "Do Not Use". diehard_opso, which it calls "Suspect", is in.
  rgb_lagged_sum: lags 0, 1, 3, 7 and 15 of 0 to 32; all in full would want 224 GB.
  A pool has at most 2^31 - 1 numbers; remainders without refusal would favour some of them by less than one part in
  2^32, which no number of draws could show. So the same scale is tried at 3 · 2^62 places, where a quarter of the
  outputs must be refused and the naive remainder is off by half: it is among the controls, and caught."""

PARTS = (LONG, SHORT, DRAWS)


def record(trials: Sequence[Trial], done: Mapping[Trial, Done], label: str, about: Sequence[str]) -> str:
    """The text to keep."""
    rows = rows_of(trials, done)
    problems = problems_of(trials, rows)
    good = sum(row.trial.judged for row in rows)
    outside = [row for row in rows if row.trial.judged and not row.outcome.inside]
    twice = sum(row.verdict == "FAILED twice" for row in rows)
    lines = [
        "Statistical tests of the draw's generator",
        "==========================================",
        "",
        (
            f"Verdict at 99 %: {'FAILED' if problems else 'passed'}. {good} p-values, {len(outside)} outside at the"
            f" first attempt ({good / 100:.1f} are to be expected), {twice} twice."
        ),
        *(f"  {problem}" for problem in problems),
        "",
        *about,
        "",
        HOW_TO_READ,
        "",
        WHAT,
        "",
        "All first attempts together",
        f"  {'':28}{'tests':>6}{'expected':>10}{'outside':>9}{'p of count':>12}{'apart':>8}{'mean':>8}{'p of spread':>13}",
        *(reading.line() for reading in readings_of(rows)),
    ]
    if outside:
        lines += ["", "Outside 99 % at the first attempt, and done again with another seed"]
        lines += [
            f"  {row.outcome.test}, {row.trial.key}: p {_p(row.outcome.p)}, then "
            f"{'-' if row.again is None else _p(row.again.p)}: {row.verdict}"
            for row in outside
        ]
    for part in (*PARTS, CONTROLS, REFERENCE):
        if not any(row.trial.part == part for row in rows):
            continue
        lines += ["", part[0].upper() + part[1:], f"  {'test':50}{'figures':48}{'p':>10}  verdict"]
        last: Trial | None = None
        for row in (row for row in rows if row.trial.part == part):
            if row.trial != last and (not row.trial.suite or row.trial.bad):
                lines.append(f"  {row.trial.name}")
            last = row.trial
            name = row.outcome.test if row.trial.suite else f"  {row.outcome.test}"
            lines.append(f"  {name:50}{row.outcome.figures:48}{_p(row.outcome.p):>10}  {row.verdict}")
    lines += [
        "",
        "Seeds",
        f'  Each is SHA-256 of "tombola statistics {label}: NAME, ATTEMPT", NAME as it stands last in its line.',
        "  Of many draws each has its own seed: these 32 bytes, whose last 8 count up from 0; where it says one seed, all",
        "  have this one. Suite and scale: entropy input this seed, nonce SHA-256 of nothing, personalization 32 zeros.",
        "  AES: dieharder's -S is the first 4 bytes, with the last bit set.",
    ]
    for trial in sorted(done, key=lambda trial: (trials.index(replace(trial, attempt=1)), trial.attempt)):
        fed = f"{done[trial].fed_bytes / MB:,.0f} MB" if done[trial].fed_bytes else ""
        figures = f"{trial.attempt}  {fed:>9}{done[trial].took_s:7.0f} s"
        lines.append(f"  {seed_of(label, trial.key, trial.attempt).hex()}  {figures}  {trial.key}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _p(p: float) -> str:
    return f"{p:.6f}" if HOPELESS <= p <= 1 - HOPELESS else f"{p:.2g}" if p < HOPELESS else "1 - <1e-6"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; 0 where nothing was caught but the controls."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.randomness", description="Test the draw's generator."
    )
    parser.add_argument("--label", default=f"{datetime.now(UTC):%Y-%m-%d}", help="what the seeds follow from")
    parser.add_argument("--out", type=Path, default=OUT, help="where the record goes (%(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes at once (%(default)s)")
    parser.add_argument("--full", action="store_true", help="more tests of the suite, none of them shortened")
    parser.add_argument("--only", default="", help="only tests whose part or name holds this text")
    parser.add_argument("--state", type=Path, help="a file that lets an interrupted run go on where it was")
    told = parser.parse_args(arguments)
    suite = suite_version()
    trials = [trial for trial in all_trials(told.full) if told.only in trial.key]
    if not trials:
        sys.exit(f"No test's name holds {told.only!r}.")
    began = datetime.now(UTC)
    file_sha256 = hashlib.sha256(Path(draw.__file__).read_bytes()).hexdigest()
    done = run(trials, told.label, told.workers, told.state)
    fed = sum(one.fed_bytes for one in done.values())
    minutes = sum(one.took_s for one in done.values()) / told.workers / 60
    about = [
        f"Made        {began:%Y-%m-%d %H:%M} UTC by: make statistics LABEL={told.label}{' FULL=1' if told.full else ''}",
        f"Took        {minutes:.0f} minutes, {told.workers} processes; the suite read {fed / 1e9:.1f} GB",
        f"Of          shared/draw.py, SHA-256 {file_sha256}",
        f"Stream      SHA-256 {sample_sha256(told.label)}",
        f'            of 2^20 bytes from the seed "tombola statistics {told.label}: sample, 1"; the same as long as',
        "            the generator gives the same output, whatever else changes in that file (a unit test compares)",
        f"With        {suite}, Python {platform.python_version()}, {platform.machine()}",
    ]
    text = record(trials, done, told.label, about)
    told.out.write_text(text, encoding="utf-8")
    problems = problems_of(trials, rows_of(trials, done))
    print("\n".join(problems) or "Nothing departs from chance, and every control was caught.")
    print(f"Written to {told.out}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
