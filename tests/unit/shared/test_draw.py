"""The draw: NIST's and RFC 6962's vectors, recorded draws byte for byte, every way a bundle can be wrong."""

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import drand, draw, verify
from shared.draw import CARD_BASE, DrawError, HmacDrbg, Link, Pool, PoolBuilder, Prize, Progressive

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "golden" / "draws"
PROGRAM = Path(draw.__file__)
EVENT = "018f3c5a-0000-7000-8000-00000000e000"
DRAW = "018f3c5a-0000-7000-8000-00000000d000"
SOFTWARE = hashlib.sha256(b"the version that made the recorded draws").digest()
BY_CHANCE = settings(deadline=None, database=None)


def prize_id(n: int) -> str:
    return f"018f3c5a-0000-7000-8000-{n:012x}"


def seed_of(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


# --------------------------------------------------------------------------------------------- recorded draws


def draw_with_repeat() -> bytes:
    pools = {"all": Pool.of([7, 9, 11, 13, 2**31 - 1])}
    data = draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=pools,
        prizes=[Prize(1, prize_id(1), "all", 12)],
        entropy={"form": "3d6", "source": "dice"},
        repeat=True,
        software=SOFTWARE,
    )
    seed = seed_of("repeat")
    return draw.bundle(data, draw.select(data, pools, seed, "4 1 6"), seed, "4 1 6")


CHAIN = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"
ROUND = f"{CHAIN}:4242:{'0a' * 96}"


def draw_with_pools() -> bytes:
    pools = {
        "early bird": Pool.of(range(1, 301)),
        "all": Pool.of(range(1, 1001)),
        "the rest": Pool.of([2000]),
    }
    data = draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=pools,
        prizes=[
            Prize(10, prize_id(3), "the rest"),
            Prize(1, prize_id(1), "early bird", 3),
            Prize(2, prize_id(2), "all", 3),
        ],
        entropy={"chain": CHAIN, "round": 4242, "source": "drand"},
        attempt=2,
        previous=hashlib.sha256(b"attempt 1").digest(),
        ballots=(hashlib.sha256(b"ballots").digest(), 12),
        software=SOFTWARE,
    )
    seed = seed_of("pools")
    return draw.bundle(data, draw.select(data, pools, seed, ROUND), seed, ROUND)


def refused_pool() -> Pool:
    return Pool.of(range(5, 5 + 7 * 300, 7))


def draw_with_refused() -> bytes:
    pools = {"main": refused_pool()}
    data = draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=pools,
        prizes=[Prize(1, prize_id(1), "main", 20), Prize(2, prize_id(2), "main", 15)],
        entropy={"source": "none"},
        software=SOFTWARE,
    )
    seed = seed_of("refused")
    return draw.bundle(data, draw.select(data, pools, seed, ""), seed, "")


def recorded(name: str, pools: dict[str, Pool], prizes: list[Prize], text: str = "", **other: Any) -> bytes:
    data = draw.manifest(event=EVENT, draw=DRAW, pools=pools, prizes=prizes, software=SOFTWARE, **other)
    seed = seed_of(name)
    return draw.bundle(data, draw.select(data, pools, seed, text), seed, text)


def draw_with_digits() -> bytes:
    digits = " ".join("3141592653")
    return recorded(
        "digits",
        {"main": Pool.of(range(100, 700))},
        [Prize(1, prize_id(1), "main", 2)],
        digits,
        entropy={"count": 10, "source": "digits"},
    )


# Round 1000 of drand's quicknet, as its relays give it.
TRUE_ROUND = (
    f"{drand.QUICKNET}:1000:"
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)


def draw_with_drand() -> bytes:
    return recorded(
        "drand",
        {"main": Pool.of(range(1, 400, 2))},
        [Prize(1, prize_id(1), "main")],
        TRUE_ROUND,
        entropy={"chain": drand.QUICKNET, "round": 1000, "source": "drand"},
    )


def manual_pools() -> dict[str, Pool]:
    return {"early": Pool.of(range(1, 300, 3)), "main": Pool.of(range(1, 1001))}


def manual_manifest(**other: Any) -> bytes:
    return draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=manual_pools(),
        prizes=[Prize(1, prize_id(1), "early"), Prize(2, prize_id(2), "main", 2)],
        entropy={"source": "manual"},
        software=SOFTWARE,
        **other,
    )


def draw_by_hand() -> bytes:
    return draw.manual_bundle(manual_manifest(), manual_pools(), [4, 1000, 513])


OTHER = "018f3c5a-0000-7000-8000-00000000e001"
LINKS = [
    Link(OTHER, 1, 300, 500, "main"),
    Link(EVENT, 1, 500, 0, "main"),
    Link(OTHER, 301, 400, 700, "main"),
    Link(OTHER, 1, 50, 500, "early"),
]


def linked_pools() -> dict[str, Pool]:
    return {
        "early": Pool.of(range(501, 551)),
        "main": Pool.of([*range(1, 501, 2), *range(501, 801), *range(1001, 1101)]),
    }


def draw_with_links() -> bytes:
    return recorded(
        "links",
        linked_pools(),
        [Prize(1, prize_id(1), "early"), Prize(2, prize_id(2), "main", 4)],
        entropy={"source": "none"},
        links=LINKS,
    )


def progressive_pools() -> dict[str, Pool]:
    return {"deck": Pool.of(CARD_BASE + card for card in (2, 5, 9, 31, 52)), "main": Pool.of(range(1, 301))}


PAIRS = [Prize(n, prize_id(n), "deck" if n % 2 == 0 else "main") for n in range(1, 11)]


def draw_with_deck() -> bytes:
    """Forced: as many pairs as there are cards, so that the ace must come."""
    return recorded(
        "deck",
        progressive_pools(),
        PAIRS,
        entropy={"source": "none"},
        progressive=Progressive(31, "deck"),
    )


RECORDED = {
    "deck": draw_with_deck,
    "digits": draw_with_digits,
    "drand": draw_with_drand,
    "links": draw_with_links,
    "manual": draw_by_hand,
    "pools": draw_with_pools,
    "refused": draw_with_refused,
    "repeat": draw_with_repeat,
}
POOLS: dict[str, Callable[[], dict[str, Pool]]] = {
    "deck": progressive_pools,
    "digits": lambda: {"main": Pool.of(range(100, 700))},
    "drand": lambda: {"main": Pool.of(range(1, 400, 2))},
    "links": linked_pools,
    "manual": manual_pools,
    "refused": lambda: {"main": refused_pool()},
}


@pytest.fixture(params=sorted(RECORDED))
def bundle(request: pytest.FixtureRequest) -> bytes:
    return (GOLDEN / f"{request.param}.json").read_bytes()


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_recorded_draw_comes_out_again_byte_for_byte(name: str) -> None:
    """D3: the same manifest, seed and public entropy always give the same bundle."""
    assert RECORDED[name]() == (GOLDEN / f"{name}.json").read_bytes()


def test_a_recorded_draw_verifies(bundle: bytes) -> None:
    """D3: a bundle verifies without the pool and says what it has not checked."""
    report = draw.verify(bundle)
    assert report.problems == []
    assert report.ok
    assert any("give it with --pool" in words for words in report.not_checked)
    assert [won.draw_number for won in report.winners] == [
        result["draw_number"] for result in json.loads(bundle)["results"]
    ]
    assert draw.winners(bundle) == report.winners


def test_the_recorded_draws_show_what_they_are_recorded_for() -> None:
    """D3: a repeated winner, several pools, and a refused number with its proof are among them."""
    repeat, pools, refused = (
        json.loads((GOLDEN / f"{n}.json").read_bytes()) for n in ("repeat", "pools", "refused")
    )
    numbers = [result["draw_number"] for result in repeat["results"]]
    assert len(set(numbers)) < len(numbers)
    assert [pool["pool"] for pool in pools["manifest"]["pools"]] == ["all", "early bird", "the rest"]
    won: list[int] = []
    seen = 0
    for result in refused["results"]:
        for proof in result["refused"]:
            assert proof["draw_number"] in won
            seen += 1
        assert len(result["outputs"]) == len(result["refused"]) + 1
        won.append(result["draw_number"])
    assert seen > 0
    assert len(set(won)) == 35


# ---------------------------------------------------------------------------------------------- the generator


def nist_vectors() -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in (HERE / "vectors" / "HMAC_DRBG.rsp").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            fields[name.strip()] = value.strip()
            if name.strip() == "ReturnedBits":
                yield fields
                fields = {}


@pytest.mark.parametrize("vector", list(nist_vectors()), ids=lambda v: v["EntropyInput"][:8])
def test_the_generator_gives_what_nist_says(vector: dict[str, str]) -> None:
    """D4: HMAC_DRBG with SHA-256 passes NIST's vectors, with and without a personalization string."""
    entropy, nonce, personalization = (
        bytes.fromhex(vector[name]) for name in ("EntropyInput", "Nonce", "PersonalizationString")
    )
    generator = HmacDrbg(entropy, nonce, personalization)
    expected = bytes.fromhex(vector["ReturnedBits"])
    assert generator.generate(len(expected)) != expected
    assert generator.generate(len(expected)) == expected


def test_all_of_nists_vectors_are_read() -> None:
    """D4: four without and three with a personalization string."""
    assert [bool(vector["PersonalizationString"]) for vector in nist_vectors()] == [False] * 4 + [True] * 3


@given(size=st.integers(1, draw.NUMBER_MAX) | st.integers(0, 30).map(lambda n: 2**n) | st.just(2**31 - 1))
@BY_CHANCE
def test_scaling_gives_each_position_as_many_outputs_as_any_other(size: int) -> None:
    """D4: the outputs taken are a whole multiple of the pool's size, and fewer than size are refused."""
    refused = 2**64 % size
    first_refused = 2**64 - refused
    assert first_refused % size == 0
    assert draw.scale((first_refused - 1).to_bytes(8, "big"), size) == size - 1
    assert draw.scale((0).to_bytes(8, "big"), size) == 0
    if refused:
        assert draw.scale(first_refused.to_bytes(8, "big"), size) is None
        assert draw.scale((2**64 - 1).to_bytes(8, "big"), size) is None


def test_counted_out_each_position_of_any_pool_has_as_many_values_as_any_other() -> None:
    """D4: of all 256 values of one byte, every position takes the same number, and fewer than size are refused."""
    for size in range(1, 257):
        counts = Counter(draw.scale(bytes([value]), size) for value in range(256))
        assert counts.pop(None, 0) == 256 % size
        assert counts == dict.fromkeys(range(size), 256 // size)


@pytest.mark.parametrize("size", [2**k + step for k in (10, 12, 15) for step in (-1, 0, 1)])
def test_counted_out_a_pool_just_beside_a_power_of_two_is_no_more_biased(size: int) -> None:
    """D4: two bytes and pools just under, at and just over a power of two, where a bare remainder is worst."""
    bare = Counter(value % size for value in range(2**16))
    counts = Counter(draw.scale(value.to_bytes(2, "big"), size) for value in range(2**16))
    assert counts.pop(None, 0) == 2**16 % size
    assert set(counts.values()) == {2**16 // size}
    assert len(counts) == size
    assert len(set(bare.values())) == (1 if 2**16 % size == 0 else 2)


@pytest.mark.parametrize("size", [2**10 - 1, 2**10 + 1, 2**30 - 1, 2**30 + 1, 2**31 - 1])
def test_real_outputs_spread_evenly_over_pools_beside_powers_of_two(size: int) -> None:
    """D4: chi-squared of 20,000 outputs over 64 parts of the pool stays under its 99 % quantile (63 degrees)."""
    generator = HmacDrbg(seed_of(f"even {size}"), seed_of("nonce"), seed_of("manifest"))
    counts = [0] * 64
    for _ in range(20_000):
        index = draw.scale(generator.generate(8), size)
        assert index is not None
        counts[index * 64 // size] += 1
    borders = [-(-part * size // 64) for part in range(65)]
    expected = [20_000 * (after - here) / size for here, after in pairwise(borders)]
    assert sum((n - e) ** 2 / e for n, e in zip(counts, expected, strict=True)) < 92.01


def test_the_outputs_spread_evenly_over_a_pool() -> None:
    """D4: chi-squared of 20,000 outputs over 97 positions stays under its 99 % quantile."""
    generator = HmacDrbg(seed_of("even"), seed_of("nonce"), seed_of("manifest"))
    counts = [0] * 97
    for _ in range(20_000):
        index = draw.scale(generator.generate(8), 97)
        assert index is not None
        counts[index] += 1
    expected = 20_000 / 97
    assert sum((count - expected) ** 2 / expected for count in counts) < 131.14


class Scripted(HmacDrbg):
    """A generator that gives the outputs it is told to."""

    def __init__(self, *outputs: int) -> None:
        super().__init__(b"", b"")
        self.outputs = [output.to_bytes(8, "big") for output in outputs]

    def generate(self, length_bytes: int) -> bytes:
        output = self.outputs.pop(0)
        assert len(output) == length_bytes
        return output


def test_an_output_beyond_the_last_whole_multiple_is_refused_and_recorded() -> None:
    """D4: such outputs are kept and prove nothing; the verifier passes over them, but not as the last."""
    pool = Pool.of([10, 20, 30])
    outputs = (2**64 - 1, 0, 1)
    result = draw._next_winner(Scripted(*outputs), pool, {10}, Prize(1, prize_id(1), "p"), 1)
    assert result.won.draw_number == 20
    assert [int.from_bytes(output, "big") for output in result.outputs] == list(outputs)
    assert [proof.draw_number for proof in result.refused] == [10]
    frozen = draw.FrozenPool("p", pool.root, 3)
    draw._verify_result(result, Scripted(*outputs), frozen, {10}, "here")
    short = draw.Result(result.prize, 1, result.won, result.outputs[:1], ())
    with pytest.raises(DrawError, match="out of range"):
        draw._verify_result(short, Scripted(*outputs), frozen, {10}, "here")
    with pytest.raises(DrawError, match="had not won before"):
        draw._verify_result(result, Scripted(*outputs), frozen, {30}, "here")
    with pytest.raises(DrawError, match="had already won"):
        draw._verify_result(result, Scripted(*outputs), frozen, {10, 20}, "here")


def test_a_lotterys_numbers_are_the_winners_over_its_pool_sorted() -> None:
    """D3: k of n come from the same generator over the pool 1..n."""
    pools = {"numbers": Pool.of(range(1, 91))}
    data = draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=pools,
        prizes=[Prize(1, prize_id(1), "numbers", 6)],
        entropy={"source": "none"},
    )
    for n in range(20):
        seed = seed_of(f"lottery {n}")
        picked = draw.pick(6, 90, seed, "", hashlib.sha256(data).digest())
        assert picked == sorted(result.won.draw_number for result in draw.select(data, pools, seed, ""))
        assert len(set(picked)) == 6
    assert draw.pick(5, 5, seed_of("all"), "", bytes(32)) == [1, 2, 3, 4, 5]
    for k, n in ((0, 5), (6, 5), (1, 2**31)):
        with pytest.raises(DrawError, match="cannot be drawn"):
            draw.pick(k, n, seed_of("all"), "", bytes(32))


# ------------------------------------------------------------------------------------------------ Merkle tree

CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_PATHS = {  # (leaf from 0, leaves): audit path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def test_the_tree_has_the_roots_that_certificate_transparency_publishes() -> None:
    """D3: RFC 6962's Merkle tree hash, for none to eight leaves."""
    hashes = [draw.leaf_hash(leaf) for leaf in CT_LEAVES]
    assert [draw.merkle_levels(hashes[:n])[-1][0].hex() for n in range(9)] == CT_ROOTS


@pytest.mark.parametrize(("leaf", "leaves"), CT_PATHS)
def test_the_tree_has_the_audit_paths_that_certificate_transparency_publishes(leaf: int, leaves: int) -> None:
    """D3: RFC 6962's audit paths; a path too short, too long or wrong leads nowhere."""
    levels = draw.merkle_levels([draw.leaf_hash(data) for data in CT_LEAVES[:leaves]])
    path = [bytes.fromhex(step) for step in CT_PATHS[leaf, leaves]]
    assert draw.audit_path(levels, leaf) == path
    assert draw.root_by_path(CT_LEAVES[leaf], leaf, leaves, path).hex() == CT_ROOTS[leaves]
    with pytest.raises(DrawError, match="too long"):
        draw.root_by_path(CT_LEAVES[leaf], leaf, leaves, [*path, bytes(32)])
    with pytest.raises(DrawError, match="not among"):
        draw.root_by_path(CT_LEAVES[leaf], leaves, leaves, path)
    if path:
        with pytest.raises(DrawError, match="too short"):
            draw.root_by_path(CT_LEAVES[leaf], leaf, leaves, path[:-1])


def by_the_rfc(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_the_rfc(leaves[:k]) + by_the_rfc(leaves[k:])).digest()


@given(size=st.integers(1, 256 * 20), step=st.integers(1, 1000), spot=st.integers(0))
@BY_CHANCE
def test_every_position_of_a_pool_has_its_proof(size: int, step: int, spot: int) -> None:
    """D3: a holder's proof leads to the root, and to no other number, position, root or size."""
    numbers = range(step, step * (size + 1), step)
    pool = Pool.of(numbers)
    packed = b"".join(number.to_bytes(4, "big") for number in numbers)
    assert pool.root == by_the_rfc([packed[at : at + 1024] for at in range(0, len(packed), 1024)])
    number = numbers[spot % size]
    proof = pool.proof_at(spot % size)
    assert pool.index_of(number) == proof.index == spot % size
    proof.check(pool.root, size)
    for wrong in (
        replace(proof, draw_number=number % draw.NUMBER_MAX + 1),
        replace(proof, index=spot % size + 1),
        replace(proof, leaf=bytes.fromhex("00000001" * 9)),
    ):
        with pytest.raises(DrawError):
            wrong.check(pool.root, size)
    with pytest.raises(DrawError, match="root"):
        proof.check(bytes(32), size)
    with pytest.raises(DrawError, match="not among"):
        proof.check(pool.root, spot % size)


# --------------------------------------------------------------------------------------------------- the pool


@given(st.lists(st.integers(1, draw.NUMBER_MAX), max_size=700), st.integers(1, 300))
@BY_CHANCE
def test_a_pool_is_taken_in_exactly_when_it_ascends(numbers: list[int], chunk: int) -> None:
    """D2: no number stands twice in a pool, in whatever pieces it comes."""
    packed = [n.to_bytes(4, "big") for n in numbers]
    pieces = [b"".join(packed[at : at + chunk]) for at in range(0, len(packed), chunk)]
    ordered = sorted(set(numbers))
    if numbers == ordered:
        assert bytes(Pool(pieces).packed) == b"".join(packed)
    else:
        with pytest.raises(DrawError, match=r"twice|not ascending"):
            Pool(pieces)
    pool = Pool.of(ordered)
    assert [pool.number_at(index) for index in range(pool.size)] == ordered
    assert all(pool.contains(number) for number in ordered)
    assert not pool.contains(0)
    assert not pool.contains(2**31)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([0], "0 at position 0 is no draw number"),
        ([1, 2**31], "2147483648 at position 1 is no draw number"),
        ([2**32 - 1], "4294967295 at position 0 is no draw number"),
        ([*range(1, 257), 256], "256 at position 256 stands twice"),
        ([*range(1, 257), 3], "3 at position 256 follows 256: not ascending"),
        ([*range(1, 200), 500, 400, *range(501, 700)], "400 at position 200 follows 500: not ascending"),
    ],
)
def test_what_is_wrong_with_a_pool_is_said_with_its_place(numbers: list[int], words: str) -> None:
    """D2: doubles, disorder and what is no draw number are refused, across the leaves too."""
    with pytest.raises(DrawError, match=words):
        Pool(b"".join(number.to_bytes(4, "big") for number in numbers))


def test_a_builder_gives_the_same_pool_as_the_whole() -> None:
    """D2: chunks from the database may be of any whole number of draw numbers."""
    packed = b"".join(number.to_bytes(4, "big") for number in range(1, 1500))
    builder = PoolBuilder()
    for at in range(0, len(packed), 148):
        builder.add(memoryview(packed)[at : at + 148])
    pool = builder.finish()
    assert (pool.root, pool.size) == (Pool(packed).root, 1499)
    assert builder.finish().size == 0
    with pytest.raises(DrawError, match="whole number"):
        builder.add(b"\0\0\0")
    with pytest.raises(DrawError, match="no draw number"):
        Pool.of([-1])
    for beyond in (-1, 1499):
        with pytest.raises(DrawError, match="not among"):
            pool.number_at(beyond)
    with pytest.raises(DrawError, match="not among"):
        pool.proof(6)
    assert pool.index_of(1500) is None


# --------------------------------------------------------------------------------------------- canonical JSON


def test_canonical_json_is_this() -> None:
    """D3: sorted by the keys' UTF-8 bytes, no white space, shortest escapes, nothing else escaped."""
    value: draw.Json = {
        "é": 1,
        "z": [True, None, -3],
        "\U0001f600": '"\\/\n\x1f\x7f\u2028',
        "\uffee": {},
        "": [],
    }
    assert draw.canonical(value).decode() == (
        '{"":[],"z":[true,null,-3],"é":1,"\uffee":{},"\U0001f600":"\\"\\\\/\\n\\u001f\x7f\u2028"}'
    )
    assert draw.parse_canonical(draw.canonical(value)) == value


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"b":1,"a":2}', "not in canonical form from byte 2 on"),
        (b'{"a": 1}', "canonical"),
        (b'{"a":1}\n', "canonical from|canonical form from byte 7 on"),
        (b'"\\u00e9"', "canonical"),
        (b'"\\/"', "canonical"),
        (b'"\\u001F"', "canonical"),
        (b"-0", "canonical"),
        (b'{"a":1,"a":1}', "'a' stands twice"),
        (b"1.0", "'1.0' is not an integer"),
        (b"1e3", "not an integer"),
        (b"NaN", "not an integer"),
        (b"-Infinity", "not an integer"),
        (b"9007199254740992", "beyond"),
        (b"9" * 5000, "beyond"),
        (b'"\\ud800"', "surrogate"),
        (b'"\xed\xa0\x80"', "byte 1 is not UTF-8"),
        (b'\xef\xbb\xbf""', "JSON"),
        (b"01", "JSON"),
        (b"[1,]", "JSON"),
        (b"", "JSON"),
        (b"[" * 17 + b"]" * 17, "deeper than 16"),
        (b"[" * 200_000, "JSON"),
        (b'"' + b"a" * 100 + b'"', "102 bytes are more than the 100 allowed"),
    ],
)
def test_any_other_spelling_of_a_value_is_refused(data: bytes, words: str) -> None:
    """D3: a verifier encodes again and compares bytes."""
    with pytest.raises(DrawError, match=words):
        draw.parse_canonical(data, 10**6 if len(data) != 102 else 100)


class Watched(str):
    """A key that counts how often keys are compared."""

    __slots__ = ()
    __hash__ = str.__hash__
    compared = 0

    def __eq__(self, other: object) -> bool:
        Watched.compared += 1
        return super().__eq__(other)


def test_a_key_that_stands_twice_is_found_without_comparing_all_with_all() -> None:
    """D3: a file with many keys does not keep its reader busy for hours."""
    keys = [Watched(f"{i:04}") for i in [*range(5_000), 4_999]]
    with pytest.raises(DrawError, match="'4999' stands twice"):
        draw._without_doubles([(key, 0) for key in keys])
    assert Watched.compared < 1_000


@pytest.mark.parametrize("value", [1.0, {1: 2}, (1,), b"", 2**53, "\ud800", {"\udfff": 1}, {"a": {2}}])
def test_a_value_without_canonical_form_is_refused(value: Any) -> None:
    """D3: floats, keys that are not text, large integers and half characters have none."""
    with pytest.raises(DrawError, match="JSON"):
        draw.canonical(value)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN)
@BY_CHANCE
def test_what_is_encoded_is_read_again(value: Any) -> None:
    """D3: one value, one encoding."""
    try:
        data = draw.canonical(value)
    except DrawError as error:
        assert "surrogate" in str(error) or "deeper" in str(error)  # noqa: PT017  (both outcomes are right)
    else:
        assert draw.parse_canonical(data) == value


# --------------------------------------------------------------------------------------- what must be refused


@given(name=st.sampled_from(sorted(RECORDED)), spot=st.integers(0), bits=st.integers(1, 255))
@BY_CHANCE
def test_a_bundle_with_any_byte_changed_is_refused_with_the_reason(name: str, spot: int, bits: int) -> None:
    """D3: any changed byte of a bundle is refused."""
    data = bytearray((GOLDEN / f"{name}.json").read_bytes())
    data[spot % len(data)] ^= bits
    report = draw.verify(bytes(data))
    assert not report.ok
    assert all(len(problem) > 10 for problem in report.problems)
    with pytest.raises(DrawError):
        draw.winners(bytes(data))


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b + b"\n", lambda b: b" " + b, lambda b: b[:0]]
)
def test_a_bundle_cut_off_or_added_to_is_refused(bundle: bytes, change: Callable[[bytes], bytes]) -> None:
    """D3: the bundle is exactly its bytes."""
    assert not draw.verify(change(bundle)).ok


def resealed(value: dict[str, Any]) -> bytes:
    """The bundle with every hash made right again, as a forger would."""
    value["manifest_sha256"] = hashlib.sha256(draw.canonical(value["manifest"])).hexdigest()
    if isinstance(value["seed"], str) and len(value["seed"]) == 64:
        value["seed_sha256"] = hashlib.sha256(bytes.fromhex(value["seed"])).hexdigest()
    rest = {name: item for name, item in value.items() if name != "bundle_sha256"}
    value["bundle_sha256"] = hashlib.sha256(draw.canonical(rest)).hexdigest()
    return draw.canonical(value)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))
    else:
        yield path


def altered(item: Any) -> list[Any]:
    """Another value of the same kind and form, then values of other kinds."""
    if isinstance(item, bool):
        return [not item, 0]
    if isinstance(item, int):
        return [item + 1, item - 1, str(item), None]
    if isinstance(item, str) and item:
        return [item[:-1] + ("1" if item[-1] != "1" else "2"), item[:-1], item.upper() + "x", 5]
    return ["00" * 32, 1, "a"] if item in ("", None) else []


LOOSE_BY_HAND = ("attempt", "draw", "event", "software", "repeat", "position")


def test_a_forger_who_makes_all_hashes_right_again_is_found_out(bundle: bytes) -> None:
    """D3: every value of a bundle is bound to the others by the generator and the pool's tree."""
    value = json.loads(bundle)
    assert resealed(json.loads(bundle)) == bundle
    sealed = {"bundle_sha256", "manifest_sha256", "seed_sha256"}
    spots = [path for path in places(value) if path[0] not in sealed]
    # Of the many proofs the first and last results' are enough.
    kept = (0, len(value["results"]) - 1)
    by_hand = value["manifest"]["entropy"] == {"source": "manual"}
    for path in spots:
        if path[0] == "results" and path[1] not in kept:
            continue
        if by_hand and path[0] == "manifest" and path[-1] in LOOSE_BY_HAND:
            continue  # there is no generator to bind them; only the manifest's published hash does
        for other in altered(_at(value, path)):
            forged = json.loads(bundle)
            _at(forged, path[:-1])[path[-1]] = other
            report = draw.verify(resealed(forged))
            assert not report.ok, (path, other)
            assert all(report.problems)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def forged_refused(change: Callable[[dict[str, Any]], object]) -> str:
    value = json.loads((GOLDEN / "refused.json").read_bytes())
    change(value)
    return "; ".join(draw.verify(resealed(value)).problems)


def test_results_left_out_added_or_exchanged_are_refused() -> None:
    """D3: as many results as winners, in their order, each with all its outputs."""

    def with_refused(value: dict[str, Any]) -> dict[str, Any]:
        return next(result for result in value["results"] if result["refused"])

    assert "34 winners, the manifest has 35" in forged_refused(lambda v: v["results"].pop())
    assert "prize 1, winner 1: the result is of" in forged_refused(lambda v: v["results"].reverse())
    assert "is not what is proven" in forged_refused(lambda v: with_refused(v)["refused"].clear())
    assert "outputs are missing" in forged_refused(lambda v: v["results"][0]["outputs"].clear())
    assert "outputs are missing" in forged_refused(
        lambda v: v["results"][0]["refused"].append(with_refused(v)["refused"][0])
    )
    assert "not what the generator gives" in forged_refused(
        lambda v: v["results"][0]["outputs"].insert(0, "00" * 8)
    )
    assert "'extra' has no place there" in forged_refused(lambda v: v["results"][0].update(extra=1))
    assert "'leaf' is missing" in forged_refused(lambda v: v["results"][0].pop("leaf"))
    assert "results: not a list" in forged_refused(lambda v: v.update(results={}))
    assert "manifest: not an object" in forged_refused(lambda v: v.update(manifest=[]))


def test_a_wrong_hash_is_named() -> None:
    """D3: the reason says which hash is stated and which is right."""
    value = json.loads((GOLDEN / "pools.json").read_bytes())
    right = value["seed_sha256"]
    value["seed_sha256"] = "00" * 32
    (problem, seed_problem) = draw.verify(draw.canonical(value)).problems
    assert problem.startswith("bundle_sha256")
    assert seed_problem == f"seed_sha256: '{'00' * 32}' is stated, {right} is right"


def test_no_bundle_is_made_of_what_does_not_belong_together() -> None:
    """D3: what would not verify is never published."""
    pools = {"main": Pool.of(range(1, 50))}
    data = plain_manifest(pools)
    results = draw.select(data, pools, seed_of("a"), "")
    assert draw.verify(draw.bundle(data, results, seed_of("a"), "")).ok
    with pytest.raises(DrawError, match="not what the generator gives"):
        draw.bundle(data, results, seed_of("b"), "")
    with pytest.raises(DrawError, match="manifest names no source"):
        draw.bundle(data, results, seed_of("a"), "1")
    for others in ({}, {"main": Pool.of(range(1, 51))}):
        with pytest.raises(DrawError, match="not the one in the manifest"):
            draw.select(data, others, seed_of("a"), "")
    with pytest.raises(DrawError, match="seed: not 32 bytes"):
        draw.select(data, pools, b"short", "")


# ----------------------------------------------------------------------------------------------- the manifest


def plain_manifest(pools: dict[str, Pool] | None = None, **other: Any) -> bytes:
    pools = {"main": Pool.of(range(1, 11))} if pools is None else pools
    given: dict[str, Any] = {
        "event": EVENT,
        "prizes": [Prize(1, prize_id(1), "main")],
        "entropy": {"source": "none"},
        **other,
    }
    return draw.manifest(draw=DRAW, pools=pools, **given)


def test_a_manifest_is_these_bytes() -> None:
    """D3: the manifest of section 6, to the byte."""
    pool = Pool.of([1, 5])
    assert (
        plain_manifest({"main": pool})
        == (
            f'{{"attempt":1,"draw":"{DRAW}","entropy":{{"source":"none"}},"event":"{EVENT}","format":"tombola-draw-1",'
            f'"pools":[{{"pool":"main","root":"{pool.root.hex()}","size":2}}],"previous":null,'
            f'"prizes":[{{"pool":"main","position":1,"prize":"{prize_id(1)}","winners":1}}],"repeat":false,'
            f'"software":"{hashlib.sha256(PROGRAM.read_bytes()).hexdigest()}"}}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"pools": {"main": Pool(b"")}}, "empty"),
        ({"pools": {}}, "no pool"),
        ({"pools": {"a\nb": Pool.of([1])}}, "no name"),
        ({"pools": {"": Pool.of([1])}}, "no name"),
        ({"pools": {"Übrige": Pool.of([1])}}, "no name"),
        ({"pools": {"a\x7f": Pool.of([1])}}, "no name"),
        ({"pools": {"a" * 201: Pool.of([1])}}, "at most 200"),
        ({"prizes": []}, "no prize"),
        ({"prizes": [Prize(1, prize_id(1), "other")]}, "no pool 'other'"),
        ({"prizes": [Prize(1, prize_id(1), "main"), Prize(1, prize_id(2), "main")]}, "stands twice"),
        ({"prizes": [Prize(1, prize_id(1), "main"), Prize(2, prize_id(1), "main")]}, "two positions"),
        ({"prizes": [Prize(0, prize_id(1), "main")]}, "position"),
        ({"prizes": [Prize(1, prize_id(1), "main", 0)]}, "winners"),
        ({"prizes": [Prize(1, prize_id(1).upper(), "main")]}, "UUID"),
        ({"prizes": [Prize(1, prize_id(1), "main", 11)]}, "run out"),
        ({"prizes": [Prize(1, prize_id(1), "main", 6), Prize(2, prize_id(2), "main", 5)]}, "run out"),
        ({"prizes": [Prize(n, prize_id(n), "main", 6000) for n in (1, 2)], "repeat": True}, "12000 winners"),
        ({"attempt": 2}, "previous"),
        ({"attempt": 1, "previous": bytes(32)}, "previous"),
        ({"attempt": 0}, "previous|attempt"),
        ({"attempt": 2, "previous": b"short"}, "previous"),
        ({"event": "event"}, "event: not a UUID"),
        ({"ballots": (b"", 1)}, "ballots"),
        ({"software": b""}, "software"),
        ({"repeat": 1}, "repeat"),
        ({"entropy": {}}, "no source"),
    ],
)
def test_a_manifest_that_allows_no_fair_draw_is_refused(other: dict[str, Any], words: str) -> None:
    """D3: freezing refuses empty pools, doubled positions, prizes that could run out of distinct numbers."""
    with pytest.raises(DrawError, match=words):
        plain_manifest(**other)


def test_prizes_of_nested_pools_may_not_run_out_but_those_of_separate_pools_are_counted_apart() -> None:
    """D2: early-bird pools lie within the whole; a number won in one cannot win in the other."""
    small, large = Prize(2, prize_id(2), "small", 3), Prize(1, prize_id(1), "large", 5)
    nested = {"small": Pool.of(range(1, 5)), "large": Pool.of(range(1, 101))}
    with pytest.raises(DrawError, match="prize 2: the pool 'small' holds 4 numbers, which could run out"):
        plain_manifest(nested, prizes=[small, large])
    apart = {"small": Pool.of(range(201, 205)), "large": Pool.of(range(1, 101))}
    data = plain_manifest(apart, prizes=[small, large])
    assert len({result.won.draw_number for result in draw.select(data, apart, seed_of("apart"), "")}) == 8
    touching = {"small": Pool.of([100, 201, 202, 203]), "large": Pool.of(range(1, 101))}
    assert plain_manifest(touching, prizes=[small, large])


def test_every_number_of_a_pool_can_win_once() -> None:
    """D3: as many winners as numbers is the most that there can be; each refusal is proven."""
    pools = {"main": Pool.of(range(3, 63, 3))}
    data = plain_manifest(pools, prizes=[Prize(1, prize_id(1), "main", 20)])
    published = draw.bundle(data, draw.select(data, pools, seed_of("every"), ""), seed_of("every"), "")
    assert sorted(won.draw_number for won in draw.winners(published)) == list(range(3, 63, 3))


def test_a_record_that_would_grow_too_large_is_refused_before_the_draw() -> None:
    """D3: an attempt once committed is never given up, so its bundle must be sure to fit."""
    with pytest.raises(DrawError, match="too large a record"):
        plain_manifest({"main": Pool.of(range(1, 10_001))}, prizes=[Prize(1, prize_id(1), "main", 10_000)])
    assert plain_manifest({"main": Pool.of(range(1, 40_001))}, prizes=[Prize(1, prize_id(1), "main", 10_000)])


# --------------------------------------------------------------------------------------------- public entropy

GOOD_ENTROPY: list[tuple[draw.Json, str]] = [
    ({"source": "none"}, ""),
    ({"source": "dice", "form": "4d6"}, "1 6 3 3"),
    ({"source": "dice", "form": "1d100"}, "100"),
    ({"source": "drand", "chain": CHAIN, "round": 4242}, ROUND),
    ({"source": "drand", "chain": CHAIN, "round": 7}, f"{CHAIN}:7:{'ab' * 48}"),
    ({"source": "nist", "time": "2026-11-21T20:00:00Z"}, "0123456789ABCDEF" * 8),
    ({"source": "manual"}, ""),
    ({"source": "digits", "count": 1}, "0"),
    ({"source": "digits", "count": 5}, "0 9 0 0 7"),
    ({"source": "digits", "count": 1000}, " ".join("0123456789" * 100)),
]


@pytest.mark.parametrize(("source", "text"), GOOD_ENTROPY)
def test_public_entropy_in_the_form_of_its_source_is_taken(source: draw.Json, text: str) -> None:
    """D3: the sources' exact texts."""
    draw.check_entropy(source, text)
    for wrong in (text + " ", text + "1", " " + text, text.swapcase() + "x"):
        with pytest.raises(DrawError, match="public entropy"):
            draw.check_entropy(source, wrong)


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        ({"source": "dice", "form": "4d6"}, "1 6 3", "4d6"),
        ({"source": "dice", "form": "4d6"}, "1 6 3 7", "4d6"),
        ({"source": "dice", "form": "4d6"}, "1 6 3 0", "4d6"),
        ({"source": "dice", "form": "4d6"}, "1  6 3", "4d6"),
        ({"source": "dice", "form": "4d1"}, "1 1 1 1", "form"),
        ({"source": "dice", "form": "1001d6"}, "", "form"),
        ({"source": "dice", "form": 4}, "", "form"),
        ({"source": "dice"}, "", "'form' is missing"),
        ({"source": "none", "form": "4d6"}, "", "no place"),
        ({"source": "drand", "chain": CHAIN, "round": 4243}, ROUND, "chain:round:signature"),
        ({"source": "drand", "chain": CHAIN, "round": 0}, ROUND, "round"),
        ({"source": "drand", "chain": CHAIN.upper(), "round": 1}, ROUND, "chain"),
        ({"source": "nist", "time": "2026-11-21T20:00:01Z"}, "", "time"),
        ({"source": "nist", "time": "2026-13-21T20:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "2100-02-29T20:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "2026-04-31T20:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "2026-04-00T20:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "0000-01-01T20:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "2026-04-30T24:00:00Z"}, "", "time"),
        ({"source": "nist", "time": "2026-11-21T20:00:00Z"}, "0123456789abcdef" * 8, "upper-case"),
        ({"source": "digits", "count": 3}, "1 2", "not 3 digits"),
        ({"source": "digits", "count": 3}, "1 2 3 4", "not 3 digits"),
        ({"source": "digits", "count": 3}, "1 2 10", "not 3 digits"),
        ({"source": "digits", "count": 3}, "12 3 ", "not 3 digits"),
        ({"source": "digits", "count": 2}, "123", "not 2 digits"),
        ({"source": "digits", "count": 1}, "\u0663", "not 1 digits"),
        ({"source": "digits", "count": 0}, "", "count"),
        ({"source": "digits", "count": 1001}, "", "count"),
        ({"source": "digits", "count": "3"}, "1 2 3", "count"),
        ({"source": "digits"}, "", "'count' is missing"),
        ({"source": "manual"}, "5", "names no source"),
        ({"source": "manual", "count": 1}, "", "no place"),
        ({"source": "lava"}, "", "'lava' is none of"),
        (["none"], "", "no source"),
        ({"source": "none"}, "x" * 10_001, "longer"),
    ],
)
def test_public_entropy_in_any_other_form_is_refused(source: draw.Json, text: str, words: str) -> None:
    """D3: nobody may choose among spellings, each of which would give other winners."""
    with pytest.raises(DrawError, match=words):
        draw.check_entropy(source, text)


# ------------------------------------------------------------------------------------- drawn by hand from a drum


def test_numbers_drawn_by_hand_are_recorded_with_their_proofs_and_nothing_else() -> None:
    """D5: the same record: manifest, prizes in order, each number's place in its pool; no seed, no outputs."""
    value = json.loads(draw_by_hand())
    assert (value["seed"], value["seed_sha256"], value["public_entropy"]) == ("", "", "")
    assert all(result["outputs"] == result["refused"] == [] for result in value["results"])
    report = draw.verify(draw_by_hand())
    assert report.ok
    assert [won.draw_number for won in report.winners] == [4, 1000, 513]
    assert any("drawn by hand as the record states" in words for words in report.not_checked)
    assert not any("seed" in words for words in report.checked)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([4, 1000], "2 numbers were drawn, the manifest has 3 winners"),
        ([4, 1000, 513, 7], "4 numbers were drawn"),
        ([5, 1000, 513], "prize 1, winner 1: 5 is not in the pool 'early'"),
        ([4, 1000, 1001], "prize 2, winner 2: 1001 is not in the pool 'main'"),
        ([4, 4, 513], "prize 2, winner 1: 4 had already won"),
        ([4, 513, 513], "prize 2, winner 2: 513 had already won"),
        ([4, 0, 513], "0 is not in the pool"),
    ],
)
def test_numbers_that_cannot_win_are_refused_before_the_record_is_made(
    numbers: list[int], words: str
) -> None:
    """D5: sold and valid, in the prize's own pool, and once."""
    with pytest.raises(DrawError, match=words):
        draw.manual_bundle(manual_manifest(), manual_pools(), numbers)


def test_by_hand_too_a_number_may_win_again_where_the_manifest_says_so() -> None:
    """D5: `repeat` is the manifest's, for a hand as for the generator."""
    data = draw.manual_bundle(manual_manifest(repeat=True), manual_pools(), [4, 4, 4])
    assert [won.draw_number for won in draw.winners(data)] == [4, 4, 4]


def test_a_hand_and_a_generator_do_not_mix() -> None:
    """D5: no seed in a draw by hand, no hand in a draw by the generator."""
    with pytest.raises(DrawError, match="drawn by hand"):
        draw.select(manual_manifest(), manual_pools(), seed_of("a"), "")
    pools = {"main": Pool.of(range(1, 50))}
    with pytest.raises(DrawError, match="seed: not 32 bytes"):
        draw.manual_bundle(plain_manifest(pools), pools, [1])
    with pytest.raises(DrawError, match="not the one in the manifest"):
        draw.manual_bundle(manual_manifest(), pools, [4, 1000, 513])

    def forged(change: Callable[[dict[str, Any]], object]) -> str:
        value = json.loads(draw_by_hand())
        change(value)
        rest = {name: item for name, item in value.items() if name != "bundle_sha256"}
        value["bundle_sha256"] = hashlib.sha256(draw.canonical(rest)).hexdigest()
        return "; ".join(draw.verify(draw.canonical(value)).problems)

    digest = hashlib.sha256(b"").hexdigest()
    assert "seed: not empty" in forged(lambda v: v.update(seed_sha256=digest))
    assert "seed: not empty" in forged(lambda v: v.update(seed="00" * 32))
    assert "names no source" in forged(lambda v: v.update(public_entropy="1 2 3"))
    assert "outputs of a generator" in forged(lambda v: v["results"][0].update(outputs=["00" * 8]))
    assert "the result is of" in forged(lambda v: v["results"].reverse())


# ---------------------------------------------------------------------------------------------- linked events


def linked(links: list[Link], **other: Any) -> bytes:
    given: dict[str, Any] = {
        "event": EVENT,
        "draw": DRAW,
        "pools": linked_pools(),
        "prizes": [Prize(1, prize_id(1), "main")],
        "entropy": {"source": "none"},
        "links": links,
        **other,
    }
    return draw.manifest(**given)


def test_a_number_of_linked_events_is_a_ticket_of_one_of_them() -> None:
    """D3: number N within first+offset..last+offset is the ticket N - offset of that event."""
    plan = draw.Manifest.read(linked(LINKS))
    assert list(plan.links) == sorted(LINKS, key=lambda link: (link.pool, link.first + link.offset))
    for pool, number, ticket in (
        ("main", 1, (EVENT, 1)),
        ("main", 500, (EVENT, 500)),
        ("main", 501, (OTHER, 1)),
        ("main", 800, (OTHER, 300)),
        ("main", 1001, (OTHER, 301)),
        ("early", 550, (OTHER, 50)),
    ):
        assert plan.ticket(pool, number) == ticket
    for pool, number in (("main", 801), ("main", 1000), ("main", 1101), ("early", 500), ("early", 551)):
        with pytest.raises(DrawError, match="no linked event's range"):
            plan.ticket(pool, number)
    value = json.loads(linked(LINKS))
    value["links"] = [link for link in value["links"] if link["pool"] == "main"]
    assert draw.Manifest.of(value).ticket("early", 501) == (EVENT, 501)


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ([*LINKS, Link(OTHER, 1, 5, 2000, "none")], "there is no pool 'none'"),
        ([*LINKS, Link(EVENT, 501, 600, 0, "main")], "ranges overlap"),
        ([*LINKS[:3], Link(OTHER, 1, 50, 501, "early")], "stands for two tickets"),
        ([*LINKS[:3], Link(EVENT, 501, 550, 0, "early")], "stands for two tickets"),
        ([*LINKS, Link(OTHER, 100, 100, 5000, "main")], "a ticket has two numbers"),
        ([*LINKS[:3], Link(OTHER, 1, 50, 50_000, "early")], "a ticket has two numbers"),
        ([Link(EVENT, 1, 500, 0, "main")], "lies in no linked event's range"),
        ([Link(EVENT, 0, 500, 0, "main")], "first"),
        ([Link(EVENT, 5, 4, 0, "main")], "last"),
        ([Link(EVENT, 5, 9, -5, "main")], "offset"),
        ([Link(EVENT, 5, 9, 2**31 - 9, "main")], "offset"),
        ([Link("event", 5, 9, 0, "main")], "UUID"),
    ],
)
def test_links_that_give_a_ticket_two_numbers_or_a_number_two_tickets_are_refused(
    links: list[Link], words: str
) -> None:
    """D2: one chance per number, over all the linked events."""
    with pytest.raises(DrawError, match=words):
        linked(links)


def test_links_out_of_order_or_empty_are_another_spelling_and_refused() -> None:
    """D3: one manifest, one spelling."""
    value = json.loads(linked(LINKS))
    spellings: list[Any] = [value["links"][::-1], [], None, {}, [{}]]
    for links in spellings:
        with pytest.raises(DrawError, match="links"):
            draw.Manifest.of({**value, "links": links})


def test_a_winner_outside_the_links_is_refused_without_the_pool_too() -> None:
    """D3: a number that is nobody's ticket wins nothing."""
    value = json.loads(linked(LINKS, entropy={"source": "manual"}))
    value["links"] = [link for link in value["links"] if link["last"] != 400]
    pool = linked_pools()["main"]
    for number in (1001, 1100):
        inclusion = pool.proof_at(pool.index_of(number) or 0)
        with pytest.raises(DrawError, match=f"{number} of the pool 'main' lies in no linked event's range"):
            draw.bundle(draw.canonical(value), [draw.Result(prize_id(1), 1, inclusion, (), ())], b"", "")


def test_a_published_pool_with_a_number_outside_the_links_is_a_problem() -> None:
    """D3: the verifier checks the whole pool against the links, not the winners alone."""
    value = json.loads(linked(LINKS))
    value["links"] = [link for link in value["links"] if link["last"] != 400]
    plan = draw.Manifest.of(value)
    with pytest.raises(DrawError, match="no linked event's range"):
        plan.check_pool("main", linked_pools()["main"])


@pytest.mark.parametrize(
    ("links", "extra", "refused"),
    [
        ([Link(EVENT, 1, 500, 0, "main"), Link(OTHER, 1, 300, 500, "main")], [5, 500], False),
        ([Link(EVENT, 1, 500, 0, "main"), Link(OTHER, 1, 300, 500, "main")], [5, 501], True),
        ([Link(OTHER, 1, 300, 0, "main"), Link(EVENT, 1, 500, 300, "main")], [900], False),
        ([Link(OTHER, 1, 300, 0, "main"), Link(EVENT, 1, 500, 300, "main")], [301], True),
        ([Link(EVENT, 501, 600, -500, "main"), Link(OTHER, 1, 300, 100, "main")], [550], True),
    ],
)
def test_a_pool_beside_linked_ones_gives_no_ticket_a_second_number(
    links: list[Link], extra: list[int], refused: bool
) -> None:
    """D3: without links of its own it holds tickets of the manifest's event; no ticket may win twice by two numbers."""

    def freeze() -> bytes:
        return draw.manifest(
            event=EVENT,
            draw=DRAW,
            pools={"main": Pool.of(range(1, 101)), "extra": Pool.of(extra)},
            prizes=[Prize(1, prize_id(1), "main"), Prize(2, prize_id(2), "extra")],
            entropy={"source": "none"},
            links=links,
        )

    if refused:
        with pytest.raises(DrawError, match="'extra' is not linked, and gives a ticket another number"):
            freeze()
    else:
        plan = draw.Manifest.read(freeze())
        assert plan.ticket("extra", extra[0]) == (EVENT, extra[0])
        assert plan.unlinked() == ["extra"]


def test_what_only_the_pools_show_of_linked_events_is_said_to_be_unchecked() -> None:
    """D3: of a pool beside linked ones, and of nothing else."""
    pools = {"main": Pool.of(range(1, 101)), "extra": Pool.of([5, 6])}
    prizes = [Prize(1, prize_id(1), "main"), Prize(2, prize_id(2), "extra")]
    data = recorded(
        "unlinked",
        pools,
        prizes,
        entropy={"source": "none"},
        links=[Link(EVENT, 1, 50, 0, "main"), Link(OTHER, 1, 50, 50, "main")],
    )
    words = "that no ticket in the pool 'extra', which is not linked, has another number by the links (replay does)"
    assert words in draw.verify(data).not_checked
    assert draw.replay(data, pools.values()).ok
    for name in RECORDED:
        report = draw.verify((GOLDEN / f"{name}.json").read_bytes())
        assert not any("not linked" in said for said in report.not_checked)


# -------------------------------------------------------------------------------------------- progressive draws


def progressive(**other: Any) -> bytes:
    given: dict[str, Any] = {
        "event": EVENT,
        "draw": DRAW,
        "pools": progressive_pools(),
        "prizes": PAIRS[:2],
        "entropy": {"source": "none"},
        "progressive": Progressive(31, "deck"),
        **other,
    }
    return draw.manifest(**given)


def test_the_first_pair_with_the_ace_wins_and_what_follows_is_void() -> None:
    """D8: in a forced draw the ace must come; the record says with which prize."""
    report = draw.verify((GOLDEN / "deck.json").read_bytes())
    cards = [won.draw_number - CARD_BASE for won in report.winners[1::2]]
    assert sorted(cards) == [2, 5, 9, 31, 52]
    at = 2 * cards.index(31)
    assert report.jackpot == report.winners[at]
    assert [won.void for won in report.winners] == [False] * (at + 2) + [True] * (8 - at)
    assert any("the ace, card 31: it came with prize" in words for words in report.checked)


def test_a_pair_without_the_ace_wins_no_jackpot_and_one_with_it_does() -> None:
    """D8: one pair a week: a ticket and then a card."""
    seen = set()
    pools = progressive_pools()
    for n in range(30):
        data = progressive()
        report = draw.verify(
            draw.bundle(data, draw.select(data, pools, seed_of(f"week {n}"), ""), seed_of(f"week {n}"), "")
        )
        came = report.winners[1].draw_number == CARD_BASE + 31
        assert report.jackpot == (report.winners[0] if came else None)
        assert any(words == "the ace, card 31: it did not come" for words in report.checked) is not came
        seen.add(came)
    assert seen == {False, True}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"progressive": Progressive(31, "cards")}, "no pool 'cards'"),
        ({"progressive": Progressive(31, "main")}, "not pairs"),
        ({"progressive": Progressive(0, "deck")}, "ace"),
        ({"progressive": Progressive(648, "deck")}, "ace"),
        ({"progressive": Progressive(30, "deck")}, "lacks the ace, card 30"),
        ({"prizes": PAIRS[:3]}, "not pairs"),
        ({"prizes": [PAIRS[0], PAIRS[2]]}, "not pairs"),
        ({"prizes": [PAIRS[1], PAIRS[2]]}, "not pairs"),
        ({"prizes": [Prize(1, prize_id(1), "main", 2), PAIRS[1]]}, "not pairs"),
        ({"repeat": True}, "drawn once"),
        ({"links": [Link(EVENT, 1, 9, CARD_BASE, "deck")]}, "no event's ticket"),
        (
            {"pools": {"deck": Pool.of([1, CARD_BASE + 31]), "main": Pool.of([1, 2])}},
            "'deck' mixes tickets and cards",
        ),
        (
            {"pools": {"deck": Pool.of([CARD_BASE + 31]), "main": Pool.of([1, CARD_BASE + 1])}},
            "'main' mixes tickets and cards",
        ),
        ({"pools": {"deck": Pool.of(range(1, 701)), "main": Pool.of([1])}}, "at most 647 cards"),
    ],
)
def test_a_progressive_draw_that_is_not_tickets_and_cards_in_turn_is_refused(
    other: dict[str, Any], words: str
) -> None:
    """D8: what could not be decided afterwards is refused when the pools are frozen."""
    with pytest.raises(DrawError, match=words):
        progressive(**other)


def test_a_ticket_drawn_as_a_card_is_refused() -> None:
    """D8: without the pool too, the verifier sees that a card is a card."""
    pools = {"deck": Pool.of([7, CARD_BASE + 31]), "main": Pool.of([1, 2, 3])}
    value = json.loads(progressive(pools={"deck": Pool.of([CARD_BASE + 31]), "main": pools["main"]}))
    value["pools"][0] = {"pool": "deck", "root": pools["deck"].root.hex(), "size": 2}
    value["entropy"] = {"source": "manual"}
    data = draw.canonical(value)
    results = [
        draw.Result(prize_id(n), 1, pools[name].proof_at(0), (), ()) for n, name in ((1, "main"), (2, "deck"))
    ]
    with pytest.raises(DrawError, match="prize 2, winner 1: 7 is no number of the pool 'deck'"):
        draw.bundle(data, results, b"", "")


def test_no_proof_is_made_of_a_card_that_is_a_ticket_or_of_a_ticket_that_is_a_card() -> None:
    """D8: a card's place in the deck can be proven; a ticket's in the deck, or a card's among tickets, cannot."""
    pools = progressive_pools()
    held = draw.proof_file(progressive(), "deck", pools["deck"], CARD_BASE + 31)
    assert f"ticket {CARD_BASE + 31} of event {EVENT}" in draw.verify_proof(held)[0]
    value = json.loads(progressive())
    value["pools"] = [value["pools"][1] | {"pool": "deck"}, value["pools"][0] | {"pool": "main"}]
    mixed = draw.canonical(value)
    for name, pool, number in (("deck", pools["main"], 7), ("main", pools["deck"], CARD_BASE + 31)):
        with pytest.raises(DrawError, match=f"{number} is no number of the pool '{name}'"):
            draw.proof_file(mixed, name, pool, number)


def test_a_pool_counts_what_it_holds_of_a_range() -> None:
    """D3: by which links and decks are checked."""
    pool = Pool.of([2, 4, 6, 2**31 - 1])
    assert [pool.count(*span) for span in ((1, 1), (2, 2), (1, 6), (3, 5), (7, 2**31 - 1))] == [0, 1, 3, 1, 1]


# ----------------------------------------------------------------------------------- the beacon, and drawing again


def test_the_beacons_signature_is_checked_where_there_is_a_check_and_said_where_there_is_none() -> None:
    """D3: with drand's own check the true round holds, a false one does not, and another chain is left open."""
    data = (GOLDEN / "drand.json").read_bytes()
    (open_,) = [words for words in draw.verify(data).not_checked if "BLS" in words]
    assert f"python drand.py {TRUE_ROUND}" in open_
    report = draw.verify(data, beacon=drand.check)
    assert report.ok
    assert "drand's signature of round 1000 is valid (BLS)" in report.checked
    assert not any("BLS" in words for words in report.not_checked)
    false = TRUE_ROUND[:-1] + "8"
    forged = recorded(
        "drand",
        POOLS["drand"](),
        [Prize(1, prize_id(1), "main")],
        false,
        entropy={"chain": drand.QUICKNET, "round": 1000, "source": "drand"},
    )
    assert draw.verify(forged).ok
    (problem,) = draw.verify(forged, beacon=drand.check).problems
    assert problem.startswith("public entropy: drand's round 1000: ")
    other = draw.verify((GOLDEN / "pools.json").read_bytes(), beacon=drand.check)
    assert other.ok
    assert any("not known here" in words for words in other.not_checked)


@pytest.mark.parametrize("name", sorted(POOLS))
def test_a_draw_held_again_from_its_record_gives_the_same_bytes(name: str) -> None:
    """D10: a draw can be replayed from its record."""
    data = (GOLDEN / f"{name}.json").read_bytes()
    report = draw.replay(data, POOLS[name]().values())
    assert report.problems == []
    assert report.checked[-1] == "the whole draw, held once more from its pools: the same record to the byte"


def test_a_draw_is_not_held_again_without_all_its_pools() -> None:
    """D10: nor from pools of another draw."""
    data = (GOLDEN / "links.json").read_bytes()
    pools = linked_pools()
    assert draw.replay(data, [pools["main"]]).problems == [
        "replay: the pool 'early' is missing, give it with --pool"
    ]
    assert "are no pool of this draw" in draw.replay(data, [*pools.values(), refused_pool()]).problems[0]
    assert not draw.replay(data[:-1], pools.values()).ok


# --------------------------------------------------------------------------------------------- a ticket's proof


def proof_of(name: str, pool: str, number: int) -> bytes:
    manifest = draw.canonical(json.loads((GOLDEN / f"{name}.json").read_bytes())["manifest"])
    return draw.proof_file(manifest, pool, POOLS[name]()[pool], number)


PROOFS = {"linked": ("links", "main", 655), "late": ("refused", "main", 2098), "hand": ("manual", "early", 1)}


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_a_recorded_proof_comes_out_again_byte_for_byte_and_holds(name: str) -> None:
    """D3: any ticket's inclusion proof can be had by its holder, as one file."""
    data = (GOLDEN / "proofs" / f"{name}.json").read_bytes()
    assert proof_of(*PROOFS[name]) == data
    words = draw.verify_proof(data)
    ticket = json.loads(data)["number"]
    assert words[0].startswith(f"ticket {ticket} of event ")


def test_the_proof_of_a_linked_events_ticket_names_that_event_and_the_number_on_the_ticket() -> None:
    """D3: the holder finds on it what stands on the ticket."""
    value = json.loads((GOLDEN / "proofs" / "linked.json").read_bytes())
    assert (value["event"], value["number"]) == (OTHER, 155)
    assert value["proof"]["draw_number"] == 655


@given(name=st.sampled_from(sorted(PROOFS)), spot=st.integers(0), bits=st.integers(1, 255))
@BY_CHANCE
def test_a_proof_with_any_byte_changed_is_refused_with_the_reason(name: str, spot: int, bits: int) -> None:
    """D3: any changed byte of a proof is refused."""
    data = bytearray((GOLDEN / "proofs" / f"{name}.json").read_bytes())
    data[spot % len(data)] ^= bits
    with pytest.raises(DrawError, match=r".{10}"):
        draw.verify_proof(bytes(data))


def test_a_forged_proof_is_found_out() -> None:
    """D3: every value of a proof is bound to the manifest, and the manifest to its hash."""
    data = (GOLDEN / "proofs" / "linked.json").read_bytes()
    for path in places(json.loads(data)):
        for other in altered(_at(json.loads(data), path)):
            forged = json.loads(data)
            _at(forged, path[:-1])[path[-1]] = other
            with pytest.raises(DrawError):
                draw.verify_proof(draw.canonical(forged))
    moved = json.loads(data)
    moved["event"], moved["number"] = EVENT, 655
    with pytest.raises(DrawError, match="stands for another ticket"):
        draw.verify_proof(draw.canonical(moved))
    moved["pool"] = "early"
    with pytest.raises(DrawError, match="proof: "):
        draw.verify_proof(draw.canonical(moved))


def test_no_proof_is_made_of_a_number_that_is_not_there_or_from_another_pool() -> None:
    """D3: what would not verify is not handed out."""
    with pytest.raises(DrawError, match="801 is not in the pool"):
        proof_of("links", "main", 801)
    manifest = draw.canonical(json.loads((GOLDEN / "links.json").read_bytes())["manifest"])
    with pytest.raises(DrawError, match="there is no pool 'none'"):
        draw.proof_file(manifest, "none", linked_pools()["main"], 655)
    with pytest.raises(DrawError, match="the pool 'early': position 404 is not among 50"):
        draw.proof_file(manifest, "early", linked_pools()["main"], 655)


# ------------------------------------------------------------------------------------------------ the program


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    alone = folder / "draw.py"
    shutil.copy(PROGRAM, alone)
    return subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error", alone, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
        timeout=60,
    )


def test_the_file_needs_the_standard_library_alone() -> None:
    """D3: an auditor runs one file."""
    tree = ast.parse(PROGRAM.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_program_says_what_it_checked_who_won_and_what_it_did_not_check(tmp_path: Path) -> None:
    """D3: `python draw.py verify bundle.json` in an empty folder."""
    done = run(tmp_path, "verify", GOLDEN / "pools.json")
    assert (done.returncode, done.stderr) == (0, "")
    heads = ["Checked:", "Winners:", "Not checked:", "The draw verifies."]
    at = [done.stdout.index(head) for head in heads]
    assert all(a < b for a, b in pairwise(at))
    assert f"2000  prize 10 ({prize_id(3)}), winner 1, pool the rest" in done.stdout
    assert "valid (BLS)" in done.stdout
    assert "attempt 1, whose manifest" in done.stdout
    assert done.stdout == run(tmp_path, GOLDEN / "pools.json").stdout


@pytest.mark.parametrize("form", ["bin", "csv"])
def test_the_program_checks_the_published_pool_too(tmp_path: Path, form: str) -> None:
    """D3: with --pool it is checked that the pool is ascending, without doubles and of that size."""
    pool = refused_pool()
    file = tmp_path / f"pool.{form}"
    if form == "bin":
        file.write_bytes(pool.packed)
    else:
        rows = "".join(f"a,{pool.number_at(index)}\r\n" for index in range(pool.size))
        file.write_text("note,draw_number\r\n" + rows)
    done = run(tmp_path, "verify", GOLDEN / "refused.json", "--pool", file)
    assert done.returncode == 0
    assert "ok  the pool 'main': 300 numbers, ascending, none twice, with the root drawn from" in done.stdout
    assert "--pool" not in done.stdout
    other = run(tmp_path, "verify", GOLDEN / "repeat.json", "--pool", file)
    assert other.returncode == 1
    assert "are no pool of this draw" in other.stdout


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"draw_number\n5\n4\n", "pool.csv: pool: 4 at position 1 follows 5"),
        (b"draw_number\n5\n\n", "pool.csv: pool, line 3: no draw number"),
        (b"", "pool.csv: pool: not one column draw_number"),
    ],
)
def test_a_pool_file_that_is_wrong_is_a_problem_and_no_crash(tmp_path: Path, data: bytes, words: str) -> None:
    """D3: the reason names the line or the position."""
    (tmp_path / "pool.csv").write_bytes(data)
    done = run(tmp_path, "verify", GOLDEN / "refused.json", "--pool", "pool.csv")
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout
    assert "Winners:" not in done.stdout


CSV_TAKEN = {
    b"draw_number\n1\n2\n": [1, 2],
    b"draw_number\r\n1\r\n2\r\n": [1, 2],
    b"draw_number\n1\r\n2": [1, 2],
    b"\xef\xbb\xbfdraw_number\n1\n": [1],
    b"draw_number\n2147483647\n": [2**31 - 1],
    'Büro 7,draw_number,\nx y,1,\n"z",2,\u2028\n'.encode(): [1, 2],
    b"draw_number,a\n1,\xff\xe4\n": [1],
    b"draw_number\n": [],
}
"""Pools as CSV by the guide's section 2, with their numbers."""
CSV_REFUSED = {
    b"": "pool: not one column draw_number",
    b"number\n5\n": "pool: not one column draw_number",
    b" draw_number\n1\n": "pool: not one column draw_number",
    b'"draw_number"\n1\n': "pool: not one column draw_number",
    b"draw_number\r1\r2\r": "pool: not one column draw_number",
    b"draw_number,draw_number\n1,2\n": "pool: not one column draw_number",
    b"draw_number\n5\n\n": "pool, line 3: no draw number",
    b"draw_number\n1\n\n2\n": "pool, line 3: no draw number",
    b"draw_number\n 1\n": "pool, line 2: no draw number",
    b"draw_number\n1\r\r\n": "pool, line 2: no draw number",
    b"draw_number\n1\r": "pool, line 2: no draw number",
    b'draw_number\n"1"\n': "pool, line 2: no draw number",
    b"draw_number\n1,2\n": "pool, line 2: no draw number",
    b"a,draw_number\n,1\n2\n": "pool, line 3: no draw number",
    b'a,draw_number\n"x,y",1\n': "pool, line 2: no draw number",
    b'a,draw_number\n"x\ny",1\n': "pool, line 2: no draw number",
    b"draw_number\n5x\n": "pool, line 2: no draw number",
    b"draw_number\n01\n": "pool, line 2: no draw number",
    b"draw_number\n+1\n": "pool, line 2: no draw number",
    b"draw_number\n0\n": "pool, line 2: no draw number",
    b"draw_number\n2147483648\n": "pool, line 2: no draw number",
    b"draw_number\n4294967297\n": "pool, line 2: no draw number",
    "draw_number\n\u0663\n".encode(): "pool, line 2: no draw number",
    b"\xff": "pool: not one column draw_number",
    b"draw_number\n2\n2\n": "pool: 2 at position 1 stands twice",
}
"""What is no such file, and why."""


@pytest.mark.parametrize("data", [*CSV_TAKEN, *CSV_REFUSED])
def test_a_pool_as_csv_is_read_by_one_strict_rule(tmp_path: Path, data: bytes) -> None:
    """D3: so that another verifier, which reads it by the guide, takes the same files; a browser is asked too."""
    (tmp_path / "pool.csv").write_bytes(data)
    if data in CSV_TAKEN:
        assert draw.read_pool(tmp_path / "pool.csv").root == Pool.of(CSV_TAKEN[data]).root
    else:
        with pytest.raises(DrawError) as refused:
            draw.read_pool(tmp_path / "pool.csv")
        assert str(refused.value) == CSV_REFUSED[data]


def test_the_program_ends_with_1_for_a_wrong_bundle_and_2_for_none(tmp_path: Path) -> None:
    """D3: a script can tell a false record from a missing one."""
    (tmp_path / "wrong.json").write_bytes(
        (GOLDEN / "repeat.json").read_bytes().replace(b'"4 1 6"', b'"4 1 5"')
    )
    done = run(tmp_path, "verify", "wrong.json")
    assert (done.returncode, done.stderr) == (1, "")
    assert "not what the generator gives" in done.stdout
    assert "Winners:" not in done.stdout
    assert "Do not rely on it." in done.stdout
    none = run(tmp_path, "verify", "none.json")
    assert (none.returncode, none.stdout) == (2, "")
    assert "none.json" in none.stderr
    assert run(tmp_path).returncode == 2


def test_the_program_prints_json_for_other_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D3: the same report, to be read by a program."""
    done = run(tmp_path, "verify", GOLDEN / "repeat.json", "--json")
    report = json.loads(done.stdout)
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["winners"][0] == {
        "position": 1,
        "prize": prize_id(1),
        "winner": 1,
        "pool": "all",
        "draw_number": 13,
        "event": EVENT,
        "ticket_number": 13,
        "void": False,
    }
    assert report["bundle_sha256"] == json.loads((GOLDEN / "repeat.json").read_bytes())["bundle_sha256"]
    assert draw.main([str(GOLDEN / "repeat.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"] == report["checked"]


def test_the_program_draws_again_and_says_so(tmp_path: Path) -> None:
    """D10: `python draw.py replay bundle.json --pool …`."""
    for name, pool in linked_pools().items():
        (tmp_path / f"{name}.bin").write_bytes(pool.packed)
    bundle = GOLDEN / "links.json"
    done = run(tmp_path, "replay", bundle, "--pool", "main.bin", "--pool", "early.bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert "the same record to the byte" in done.stdout
    assert f": ticket 155 of {OTHER}" in done.stdout
    short = run(tmp_path, "replay", bundle, "--pool", "main.bin")
    assert (short.returncode, short.stderr) == (1, "")
    assert "the pool 'early' is missing" in short.stdout


def test_the_program_makes_a_tickets_proof_and_checks_it(tmp_path: Path) -> None:
    """D3: a holder gets a file and needs no more than it and draw.py."""
    (tmp_path / "main.bin").write_bytes(linked_pools()["main"].packed)
    made = run(tmp_path, "prove", GOLDEN / "links.json", "--pool", "main.bin", "655")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.encode() == (GOLDEN / "proofs" / "linked.json").read_bytes()
    (tmp_path / "manifest.json").write_bytes(
        draw.canonical(json.loads((GOLDEN / "links.json").read_bytes())["manifest"])
    )
    assert run(tmp_path, "prove", "manifest.json", "--pool", "main.bin", "655").stdout == made.stdout
    (tmp_path / "proof.json").write_text(made.stdout, encoding="utf-8")
    checked = run(tmp_path, "check-proof", "proof.json")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"ticket 155 of event {OTHER} was in the draw {DRAW}" in checked.stdout
    assert "not checked: that this manifest is the one published" in checked.stdout
    (tmp_path / "proof.json").write_text(
        made.stdout.replace('"number":155', '"number":156'), encoding="utf-8"
    )
    wrong = run(tmp_path, "check-proof", "proof.json")
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert "stands for another ticket" in wrong.stdout
    absent = run(tmp_path, "prove", GOLDEN / "links.json", "--pool", "main.bin", "801")
    assert (absent.returncode, absent.stdout) == (1, "  !!  801 is not in the pool\n")
    other = run(tmp_path, "prove", GOLDEN / "refused.json", "--pool", "main.bin", "655")
    assert other.returncode == 1
    assert "are no pool of this draw" in other.stdout
    assert run(tmp_path, "check-proof", "none.json").returncode == 2


def test_the_installed_program_checks_drands_signature_and_the_file_alone_says_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D3: tombola-verify has the beacon's check on; draw.py alone says what to run."""
    assert verify.main([str(GOLDEN / "drand.json")]) == 0
    assert "ok  drand's signature of round 1000 is valid (BLS)" in capsys.readouterr().out
    alone = run(tmp_path, GOLDEN / "drand.json")
    assert alone.returncode == 0
    assert f"that the signature is valid (BLS): python drand.py {TRUE_ROUND} checks it" in alone.stdout


def test_the_program_says_which_prize_the_ace_came_with(capsys: pytest.CaptureFixture[str]) -> None:
    """D8: in words and for other programs; what is void is marked."""
    assert draw.main(["verify", str(GOLDEN / "deck.json"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["jackpot"] == 7
    assert [won["position"] for won in report["winners"] if won["void"]] == [9, 10]
    assert draw.main([str(GOLDEN / "deck.json")]) == 0
    assert capsys.readouterr().out.count(" (void)\n") == 2
