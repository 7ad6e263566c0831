"""The draw: NIST's and RFC 6962's vectors, recorded draws byte for byte, every way a bundle can be wrong."""

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import draw
from shared.draw import DrawError, HmacDrbg, Pool, PoolBuilder, Prize

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
    pools = {"early bird": Pool.of(range(1, 301)), "all": Pool.of(range(1, 1001)), "Übrige": Pool.of([2000])}
    data = draw.manifest(
        event=EVENT,
        draw=DRAW,
        pools=pools,
        prizes=[
            Prize(10, prize_id(3), "Übrige"),
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


RECORDED = {"repeat": draw_with_repeat, "pools": draw_with_pools, "refused": draw_with_refused}


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
    assert [pool["pool"] for pool in pools["manifest"]["pools"]] == ["all", "early bird", "Übrige"]
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
    proof = pool.prove(number)
    assert proof["index"] == spot % size
    draw.verify_inclusion(proof, pool.root, size)
    for wrong in (
        {"draw_number": number % draw.NUMBER_MAX + 1},
        {"index": spot % size + 1},
        {"leaf": "00000001" * 9},
    ):
        with pytest.raises(DrawError):
            draw.verify_inclusion({**proof, **wrong}, pool.root, size)
    with pytest.raises(DrawError, match="root"):
        draw.verify_inclusion(proof, bytes(32), size)
    with pytest.raises(DrawError, match="not among"):
        draw.verify_inclusion(proof, pool.root, spot % size)


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
    with pytest.raises(DrawError, match="1500 is not in the pool"):
        pool.prove(1500)


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
    return ["00" * 32, 1, "a"]


def test_a_forger_who_makes_all_hashes_right_again_is_found_out(bundle: bytes) -> None:
    """D3: every value of a bundle is bound to the others by the generator and the pool's tree."""
    value = json.loads(bundle)
    assert resealed(json.loads(bundle)) == bundle
    sealed = {"bundle_sha256", "manifest_sha256", "seed_sha256"}
    spots = [path for path in places(value) if path[0] not in sealed]
    # Of the many proofs the first and last results' are enough.
    kept = (0, len(value["results"]) - 1)
    for path in spots:
        if path[0] == "results" and path[1] not in kept:
            continue
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
        ({"source": "nist", "time": "2026-11-21T20:00:00Z"}, "0123456789abcdef" * 8, "upper-case"),
        ({"source": "lava"}, "", "'lava' is none of"),
        (["none"], "", "no source"),
        ({"source": "none"}, "x" * 10_001, "longer"),
    ],
)
def test_public_entropy_in_any_other_form_is_refused(source: draw.Json, text: str, words: str) -> None:
    """D3: nobody may choose among spellings, each of which would give other winners."""
    with pytest.raises(DrawError, match=words):
        draw.check_entropy(source, text)


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
    assert f"2000  prize 10 ({prize_id(3)}), winner 1, pool Übrige" in done.stdout
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
    ("text", "words"),
    [
        ("draw_number\n5\n4\n", "4 at position 1 follows 5"),
        ("draw_number\n5\n\n", "line 3: no draw number"),
        ("draw_number\n5x\n", "line 2: no draw number"),
        ("number\n5\n", "no column draw_number"),
        ("", "no column draw_number"),
    ],
)
def test_a_pool_file_that_is_wrong_is_a_problem_and_no_crash(tmp_path: Path, text: str, words: str) -> None:
    """D3: the reason names the line or the position."""
    (tmp_path / "pool.csv").write_text(text)
    done = run(tmp_path, "verify", GOLDEN / "refused.json", "--pool", "pool.csv")
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout
    assert "Winners:" not in done.stdout


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
