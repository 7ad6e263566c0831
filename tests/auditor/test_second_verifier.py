"""A second verifier, written from the guide alone without sight of the code, judges draws as the program does.

`verifier.py` beside this is the work of a person who was given docs/auditor.md and nothing else. It is kept as it was
handed in. Two rules of the guide answer that person's questions, and so are younger than it: see test_bad_draws.py.
"""

import copy
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import draw
from shared.draw import CARD_BASE, DrawError, Link, Pool, Prize, Progressive
from tests.auditor import verifier

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "draws"
BATCHES = 10
DRAWS_OF_A_BATCH = 100
SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 767, 768, 769, 1023, 1024, 1025, 1281)
NAMES = ("main", "early-bird-1", "z", "The rest", "~", "0", 'a"b\\c', " ")

Verdict = list[tuple[object, ...]] | None  # the winners, or None: refused


def by_the_program(bundle: bytes, pools: list[bytes]) -> Verdict:
    try:
        report = draw.verify(bundle, [Pool(pool) for pool in pools])
    except DrawError:
        return None  # a pool that is none
    if not report.ok:
        return None
    return [
        (w.position, w.prize, w.winner, w.pool, w.draw_number, w.event, w.ticket_number)
        for w in report.winners
    ]


def by_the_second(bundle: bytes, pools: list[bytes]) -> Verdict:
    try:
        found = verifier.audit(bundle, pools)
    except verifier.Wrong:
        return None
    return [
        (
            *(w[name] for name in ("position", "prize", "winner", "pool", "draw_number")),
            *found.manifest.ticket(str(w["pool"]), int(w["draw_number"]), ""),
        )
        for w in found.winners
    ]


def proof_holds(data: bytes) -> tuple[bool, bool]:
    """What the program and the second verifier say of a proof file."""
    verdicts = []
    for check, refusal in ((draw.verify_proof, DrawError), (verifier.verify_proof, verifier.Wrong)):
        try:
            check(data)
            verdicts.append(True)
        except refusal:
            verdicts.append(False)
    return verdicts[0], verdicts[1]


# --------------------------------------------------------------------------------------------- draws by chance


def some_uuid(chance: random.Random) -> str:
    digits = chance.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def some_pool(chance: random.Random, most: int = draw.NUMBER_MAX) -> Pool:
    size = chance.choice([*SIZES, *SIZES[:6], chance.randint(4, 40)])
    top = chance.choice([size, size + 9, 100_000, most])
    return Pool.of(sorted(chance.sample(range(1, top + 1), size)))


def some_entropy(chance: random.Random) -> tuple[dict[str, draw.Json], str]:
    chain, turn = chance.randbytes(32).hex(), chance.choice([1, chance.randint(1, 2**53 - 1)])
    dice, sides, digits = chance.randint(1, 30), chance.choice([2, 6, 20, 999_999]), chance.randint(1, 30)
    day = f"{chance.randint(2018, 2099)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    sources: list[tuple[dict[str, draw.Json], str]] = [
        ({"source": "none"}, ""),
        ({"source": "manual"}, ""),
        (
            {"source": "dice", "form": f"{dice}d{sides}"},
            " ".join(str(chance.randint(1, sides)) for _ in range(dice)),
        ),
        ({"source": "digits", "count": digits}, " ".join(chance.choices("0123456789", k=digits))),
        (
            {"source": "drand", "chain": chain, "round": turn},
            f"{chain}:{turn}:{chance.randbytes(chance.choice([48, 96])).hex()}",
        ),
        ({"source": "nist", "time": f"{day}T23:59:00Z"}, chance.randbytes(64).hex().upper()),
    ]
    return chance.choice(sources)


def some_links(chance: random.Random, pools: dict[str, Pool]) -> list[Link]:
    """Up to three events whose numbers, one after the other, make up all pools."""
    highest = max(pool.number_at(pool.size - 1) for pool in pools.values())
    links, start = [], 1
    for end in sorted({highest, *(chance.randint(1, highest) for _ in range(2))}):
        offset = chance.randint(0, start - 1)
        event = some_uuid(chance)
        links += [Link(event, start - offset, end - offset, offset, name) for name in pools]
        start = end + 1
    return links


def some_draw(chance: random.Random) -> tuple[bytes, dict[str, Pool]]:
    """A true record with its pools: of any source, by hand, linked, progressive, with repeats, with many refusals."""
    while True:
        pools = {name: some_pool(chance) for name in chance.sample(NAMES, chance.choice([1, 1, 2, 3]))}
        winners = chance.choice([1, 4, 30])  # 30 of a small pool are refused again and again
        prizes = [
            Prize(position, some_uuid(chance), chance.choice(list(pools)), chance.randint(1, winners))
            for position in sorted(chance.sample(range(1, 40), chance.randint(1, 4)))
        ]
        other: dict[str, Any] = {"repeat": chance.random() < 0.25}
        kind = chance.random()
        if kind < 0.2:
            other["links"] = some_links(chance, pools)
        elif kind < 0.4:
            cards = sorted(chance.sample(range(1, 53), chance.randint(1, 6)))
            pools = {
                "main": some_pool(chance, CARD_BASE),
                "the deck": Pool.of(CARD_BASE + n for n in cards),
            }
            places = range(1, 2 * chance.randint(1, len(cards)) + 1)
            prizes = [Prize(n, some_uuid(chance), "main" if n % 2 else "the deck") for n in places]
            other = {"progressive": Progressive(chance.choice(cards), "the deck")}
            if chance.random() < 0.3:
                other["links"] = some_links(chance, {"main": pools["main"]})
        elif kind < 0.5:
            other["ballots"] = chance.randbytes(32), chance.randint(0, 2**53 - 1)
        if chance.random() < 0.3:
            other |= {"attempt": chance.randint(2, 2**53 - 1), "previous": chance.randbytes(32)}
        source, text = some_entropy(chance)
        try:
            manifest = draw.manifest(
                event=some_uuid(chance),
                draw=some_uuid(chance),
                pools=pools,
                prizes=prizes,
                entropy=source,
                software=chance.randbytes(32),
                **other,
            )
        except DrawError:
            continue  # too few numbers for so many winners, say
        if source["source"] == "manual":
            return draw.manual_bundle(manifest, pools, from_the_drum(chance, manifest, pools)), pools
        seed = chance.randbytes(32)
        return draw.bundle(manifest, draw.select(manifest, pools, seed, text), seed, text), pools


def from_the_drum(chance: random.Random, manifest: bytes, pools: dict[str, Pool]) -> list[int]:
    """Numbers as a hand draws them, none twice unless that is allowed."""
    plan = draw.Manifest.read(manifest)
    drawn: list[int] = []
    for prize, _ in plan.due():
        pool = pools[prize.pool]
        numbers = (pool.number_at(chance.randrange(pool.size)) for _ in iter(int, 1))
        drawn.append(next(number for number in numbers if plan.repeat or number not in drawn))
    return drawn


# ------------------------------------------------------------------------------------------------------ damage


def sealed(value: dict[str, Any]) -> bytes:
    """With every hash made right again, as a forger would."""
    value["manifest_sha256"] = hashlib.sha256(draw.canonical(value["manifest"])).hexdigest()
    if isinstance(value["seed"], str) and len(value["seed"]) == 64:
        value["seed_sha256"] = hashlib.sha256(bytes.fromhex(value["seed"])).hexdigest()
    rest = {name: item for name, item in value.items() if name != "bundle_sha256"}
    value["bundle_sha256"] = hashlib.sha256(draw.canonical(rest)).hexdigest()
    return draw.canonical(value)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every value in it, as its holder and its key."""
    found = []
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        found.append((node, key))
        if isinstance(node[key], dict | list):
            found += places(node[key])
    return found


def altered(chance: random.Random, old: Any) -> Any:
    """Another value for this one, mostly of its kind."""
    if chance.random() < 0.1:
        return chance.choice([None, True, 0, 1, -1, "", [], {}, "x", str(old)])
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return chance.choice(
            [old + 1, old - 1, -old, 0, 2**31 - 1, 2**31, old + 256, CARD_BASE, chance.randint(1, 2000)]
        )
    if isinstance(old, str) and old:
        at = chance.randrange(len(old))
        digit = chance.choice("0123456789abcdefA -:~")
        return chance.choice([old[:at] + digit + old[at + 1 :], old[:-2], old + old[-2:], old.upper()])
    if isinstance(old, list) and old:
        return chance.choice([old[:-1], old[1:], old[::-1], [*old, chance.choice(old)]])
    return "00" * 32 if old in (None, "") else old


def one_value(chance: random.Random, value: dict[str, Any]) -> None:
    """Any value in the bundle is another."""
    node, key = chance.choice(places(value))
    node[key] = altered(chance, node[key])


def two_values(chance: random.Random, value: dict[str, Any]) -> None:
    """Two values of the same name, from two places, change places: leaves, proofs, roots, numbers, prizes."""
    by_key: dict[Any, list[Any]] = {}
    for node, key in places(value):
        by_key.setdefault(key, []).append(node)
    key = chance.choice([key for key, nodes in by_key.items() if len(nodes) > 1] or list(by_key))
    one, two = chance.choices(by_key[key], k=2)
    one[key], two[key] = two[key], one[key]


def a_result(chance: random.Random, value: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value["results"], list) or not value["results"]:
        return {}
    refused = [one for one in value["results"] if one["refused"]]
    found: dict[str, Any] = chance.choice(refused or value["results"])
    return found


def outputs_forged(chance: random.Random, value: dict[str, Any]) -> None:
    """An output, with its refusal, left out, added, repeated or moved to another winner."""
    result, other = a_result(chance, value), chance.choice(value["results"])
    which = chance.randrange(5)
    if which == 0 and result["refused"]:
        del result["outputs"][0], result["refused"][0]
    elif which == 1 and result["refused"]:
        result.update(result["refused"].pop())
        result["outputs"].pop()
    elif which == 2:
        result["outputs"].insert(0, chance.randbytes(8).hex())
    elif which == 3:
        result["outputs"], other["outputs"] = other["outputs"], result["outputs"]
        result["refused"], other["refused"] = other["refused"], result["refused"]
    else:
        inclusion = {name: result[name] for name in draw.INCLUSION_FIELDS}
        result["refused"].insert(chance.randint(0, len(result["refused"])), inclusion)


def redrawn(chance: random.Random, value: dict[str, Any], pools: dict[str, Pool]) -> None:
    """The manifest is changed and the draw held with it as if it were right, so that its own rules alone can refuse."""
    manifest = value["manifest"]
    node, key = chance.choice([*places(manifest), *((manifest, "repeat"),) * 5])
    if chance.random() < 0.25 and "links" in manifest:
        node, key = chance.choice([spot for link in manifest["links"] for spot in places(link)])
    node[key] = altered(chance, node[key])
    if value["seed"] and chance.random() < 0.9:
        value["results"] = held(value, pools)


def held(value: dict[str, Any], pools: dict[str, Pool]) -> list[Any]:
    """The results that the generator gives for this manifest, whatever is wrong with it."""
    data, text = draw.canonical(value["manifest"]), value["public_entropy"]
    nonce = hashlib.sha256(text.encode()).digest()
    generator = draw.HmacDrbg(bytes.fromhex(value["seed"]), nonce, hashlib.sha256(data).digest())
    gone: set[int] = set()
    results = []
    for prize in value["manifest"]["prizes"]:
        pool = pools[prize["pool"]]
        for winner in range(1, prize["winners"] + 1):
            outputs, refused = [], []
            for _ in range(60):
                outputs.append(generator.generate(8))
                inclusion = pool.proof_at(draw.scale(outputs[-1], pool.size) or 0)
                if inclusion.draw_number not in gone:
                    break
                refused.append(inclusion)
            if value["manifest"]["repeat"] is not True:
                gone.add(inclusion.draw_number)
            result = draw.Result(prize["prize"], winner, inclusion, tuple(outputs), tuple(refused))
            results.append(result.as_json())
            assert len(results) <= 200, "more winners than such a test can hold"
    return results


def other_numbers(chance: random.Random, value: dict[str, Any], pools: dict[str, Pool]) -> None:
    """A winner, or a refused number, is another one with its own good proof."""
    prize_pools = {prize["prize"]: prize["pool"] for prize in value["manifest"]["prizes"]}
    result = a_result(chance, value)
    pool = pools[chance.choice([prize_pools[result["prize"]], *pools])]
    target = chance.choice([result, *result["refused"]])
    again = chance.choice(value["results"])["draw_number"]
    index = pool.index_of(again) if chance.random() < 0.3 else None
    target.update(pool.proof_at(chance.randrange(pool.size) if index is None else index).as_json())


def damaged(chance: random.Random, bundle: bytes, pools: dict[str, Pool]) -> bytes:
    """The bundle with something wrong in it (now and then it is only another true one)."""
    kind = chance.random()
    if kind < 0.1:
        data = bytearray(bundle)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] ^= chance.randint(1, 255)
        return bytes(data)
    value = json.loads(bundle)
    forger: Callable[[], None] = chance.choice(
        [
            lambda: one_value(chance, value),
            lambda: two_values(chance, value),
            lambda: outputs_forged(chance, value),
            lambda: other_numbers(chance, value, pools),
            lambda: redrawn(chance, value, pools),
            lambda: redrawn(chance, value, pools),
            lambda: value.update(seed=chance.randbytes(32).hex()),
            lambda: value.update(public_entropy=some_entropy(chance)[1]),
        ]
    )
    whole = copy.deepcopy(value)
    try:
        forger()
        return sealed(value)
    except (AttributeError, KeyError, TypeError, AssertionError, OverflowError):
        one_value(chance, whole)  # no draw can be held by what became of the manifest
        return sealed(whole)


def damaged_pool(chance: random.Random, pool: bytes) -> bytes:
    data = bytearray(pool)
    at = 4 * chance.randrange(len(pool) // 4)
    match chance.randrange(4):
        case 0:
            data[at + chance.randrange(4)] ^= chance.randint(1, 255)
        case 1:
            del data[at : at + 4]
        case 2:
            data[at:at] = data[at : at + 4]
        case _:
            data.append(0)
    return bytes(data)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_second_verifier_agrees_on_random_draws(batch: int) -> None:
    """D3: on 1,000 random draws, each also damaged at random, both give the same winners or both refuse."""
    chance = random.Random(7000 + batch)
    seen: Counter[str] = Counter()
    for _ in range(DRAWS_OF_A_BATCH):
        bundle, pools = some_draw(chance)
        published = [bytes(pool.packed) for pool in pools.values()]
        some = chance.sample(published, chance.randint(0, len(published)))
        won = by_the_program(bundle, some)
        assert won is not None
        assert by_the_second(bundle, some) == won, bundle[:2000]
        forged = damaged(chance, bundle, pools)
        shown = [
            damaged_pool(chance, pool) if chance.random() < 0.05 else pool
            for pool in islice(published, chance.choice([0, 0, 3]))
        ]
        verdict = by_the_program(forged, shown)
        assert by_the_second(forged, shown) == verdict, (forged[:2000], draw.verify(forged).problems)
        seen["refused" if verdict is None else "taken"] += 1
        seen["refusals"] += bundle.count(b'"refused":[{')
        plan = json.loads(bundle)["manifest"]
        seen.update({plan["entropy"]["source"], *plan.keys(), *(["again"] if plan["repeat"] else [])})

        name, pool = chance.choice(list(pools.items()))
        number = pool.number_at(chance.randrange(pool.size))
        proof = draw.proof_file(draw.canonical(plan), name, pool, number)
        assert proof_holds(proof) == (True, True)
        value = json.loads(proof)
        one_value(chance, value)
        value["manifest_sha256"] = hashlib.sha256(draw.canonical(value["manifest"])).hexdigest()
        said = proof_holds(draw.canonical(value))
        assert said[0] == said[1], draw.canonical(value)[:2000]
        seen["proof refused"] += not said[0]
    sources = {"none", "manual", "dice", "digits", "drand", "nist"}
    assert set(seen) >= sources | {"links", "progressive", "ballots", "again", "taken"}
    assert seen["refused"] > DRAWS_OF_A_BATCH // 2
    assert seen["proof refused"] > DRAWS_OF_A_BATCH // 2
    assert seen["refusals"] > DRAWS_OF_A_BATCH // 10


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_second_verifier_finds_the_recorded_winners(path: Path) -> None:
    """D3: the guide is enough to write a second verifier, of every kind of draw."""
    verdict = by_the_second(path.read_bytes(), [])
    assert verdict is not None
    assert verdict == by_the_program(path.read_bytes(), [])


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(deadline=None, database=None)
def test_a_second_verifier_writes_every_text_alike(text: str) -> None:
    """D3: there is one encoding of every text."""
    assert draw.canonical({text: text}) == verifier.canonical({text: text})
