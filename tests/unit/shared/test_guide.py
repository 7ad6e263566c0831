"""The auditor's guide holds what it says: its numbers, its transcripts, and a second verifier made from its text."""

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import drand, draw

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
GOLDEN = ROOT / "tests" / "golden" / "draws"
BY_CHANCE = settings(deadline=None, database=None)


def blocks(info: str) -> list[str]:
    """The guide's fenced blocks of this kind."""
    return re.findall(rf"^```{re.escape(info)}\n(.*?)\n```$", GUIDE, re.MULTILINE | re.DOTALL)


(BUNDLE,) = (block.encode() for block in blocks("json bundle.json"))
(PROOF,) = (block.encode() for block in blocks("json proof.json"))


# -------------------------------------------------------------------------------------------- the second verifier
# Written from the guide's sections 1 to 12 alone: nothing of shared.draw stands in it.

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def encode(value: Any) -> str:
    """Section 1."""
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            must(abs(value) < 2**53)
            return str(value)
        case str():
            return '"' + "".join(ESCAPES.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'
        case list():
            return "[" + ",".join(map(encode, value)) + "]"
        case dict():
            names = sorted(value, key=lambda name: name.encode())
            return "{" + ",".join(f"{encode(name)}:{encode(value[name])}" for name in names) + "}"
    raise ValueError(value)


def must(holds: bool) -> None:
    if not holds:
        raise ValueError


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, "sha256").digest()


def outputs(provided: bytes) -> Iterator[bytes]:
    """Section 7."""
    k, v = bytes(32), b"\x01" * 32
    for byte in (b"\0", b"\1"):
        k = mac(k, v + byte + provided)
        v = mac(k, v)
    while True:
        v = mac(k, v)
        yield v[:8]
        k = mac(k, v + b"\0")
        v = mac(k, v)


def included(one: dict[str, Any], pool: dict[str, Any]) -> None:
    """Section 3."""
    number, i, size, leaf = one["draw_number"], one["index"], pool["size"], bytes.fromhex(one["leaf"])
    must(0 <= i < size and len(leaf) == 4 * min(256, size - 256 * (i // 256)))
    numbers = [int.from_bytes(leaf[at : at + 4], "big") for at in range(0, len(leaf), 4)]
    must(numbers == sorted(set(numbers)) and numbers[0] >= 1 and numbers[-1] < 2**31)
    must(numbers[i % 256] == number)
    path = [bytes.fromhex(step) for step in one["proof"]]
    h, at, n = sha(b"\0" + leaf), i // 256, -(-size // 256)
    while n > 1:
        if at ^ 1 < n:
            p = path.pop(0)
            h = sha(b"\1" + (p + h if at % 2 else h + p))
        at, n = at // 2, -(-n // 2)
    must(not path and h.hex() == pool["root"])


def second_verifier(data: bytes) -> list[tuple[str, int, str, int]]:
    """The winners (prize, number, event, ticket); any exception means: refused."""
    bundle = json.loads(data.decode())
    must(encode(bundle).encode() == data)
    rest = {name: item for name, item in bundle.items() if name != "bundle_sha256"}
    must(sha(encode(rest).encode()).hex() == bundle["bundle_sha256"])
    plan = bundle["manifest"]
    manifest_sha256 = sha(encode(plan).encode())
    must(manifest_sha256.hex() == bundle["manifest_sha256"] and plan["format"] == "tombola-draw-1")
    pools = {pool["pool"]: pool for pool in plan["pools"]}
    by_hand = plan["entropy"]["source"] == "manual"
    if by_hand:
        must(bundle["seed"] == bundle["seed_sha256"] == bundle["public_entropy"] == "")
    else:
        must(sha(bytes.fromhex(bundle["seed"])).hex() == bundle["seed_sha256"])
    stream = outputs(bytes.fromhex(bundle["seed"]) + sha(bundle["public_entropy"].encode()) + manifest_sha256)
    due = [(prize, w) for prize in plan["prizes"] for w in range(1, prize["winners"] + 1)]
    must(len(due) == len(bundle["results"]))
    gone: set[int] = set()
    won = []
    for (prize, winner), result in zip(due, bundle["results"], strict=True):
        must((result["prize"], result["winner"]) == (prize["prize"], winner))
        pool, refused, given = pools[prize["pool"]], list(result["refused"]), list(result["outputs"])
        if by_hand:
            must(not given and not refused)
        while given:
            output = next(stream)
            must(output.hex() == given.pop(0))
            x, m = int.from_bytes(output, "big"), pool["size"]
            if x >= 2**64 - 2**64 % m:
                must(bool(given))
                continue
            one = refused.pop(0) if given else result
            must(one["index"] == x % m)
            included(one, pool)
            must((one["draw_number"] in gone) == bool(given))
        must(not refused and (by_hand or bool(result["outputs"])))
        included(result, pool)
        must(result["draw_number"] not in gone)
        if not plan["repeat"]:
            gone.add(result["draw_number"])
        won.append(
            (prize["prize"], result["draw_number"], *ticket(plan, prize["pool"], result["draw_number"]))
        )
    return won


def ticket(plan: dict[str, Any], pool: str, number: int) -> tuple[str, int]:
    """Section 11."""
    links = [link for link in plan.get("links", []) if link["pool"] == pool]
    for link in links:
        if link["first"] + link["offset"] <= number <= link["last"] + link["offset"]:
            return link["event"], number - link["offset"]
    must(not links)
    return plan["event"], number


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_verifier_written_from_the_guide_finds_the_same_winners(path: Path) -> None:
    """D3: the guide is enough to write a second verifier, of every kind of draw."""
    report = draw.verify(path.read_bytes())
    assert report.ok
    assert second_verifier(path.read_bytes()) == [
        (won.prize, won.draw_number, won.event, won.ticket_number) for won in report.winners
    ]


@given(path=st.sampled_from(sorted(GOLDEN.glob("*.json"))), spot=st.integers(0), bits=st.integers(1, 255))
@BY_CHANCE
def test_a_verifier_written_from_the_guide_refuses_a_changed_byte(path: Path, spot: int, bits: int) -> None:
    """D3: any changed byte of a bundle is refused by it too."""
    data = bytearray(path.read_bytes())
    data[spot % len(data)] ^= bits
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)):
        second_verifier(bytes(data))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@BY_CHANCE
def test_texts_are_escaped_as_the_guide_says(text: str) -> None:
    """D3: one encoding of every text."""
    assert draw.canonical({text: text}).decode() == encode({text: text})


# ------------------------------------------------------------------------------------------------- its examples


def test_the_worked_example_is_right_in_every_value() -> None:
    """D4: K, V, outputs, indexes and numbers, each computed again by HMAC alone."""
    (text,) = blocks("worked")
    stated = [tuple(re.split(r"\s*= ", line, maxsplit=1)) for line in text.splitlines()]
    bundle = json.loads(BUNDLE)
    numbers = (3, 7, 11, 20, 21)
    packed = b"".join(number.to_bytes(4, "big") for number in numbers)
    seed, manifest = bytes.fromhex(bundle["seed"]), sha(encode(bundle["manifest"]).encode())
    nonce = sha(bundle["public_entropy"].encode())
    provided = seed + nonce + manifest
    right: list[tuple[str, bytes | int]] = [
        ("pool", packed),
        ("root", sha(b"\0" + packed)),
        ("manifest_sha256", manifest),
        ("seed", seed),
        ("seed_sha256", sha(seed)),
        ("nonce", nonce),
        ("provided", provided),
    ]
    k, v = bytes(32), b"\x01" * 32
    for step in (1, 2):
        k = mac(k, v + bytes([step - 1]) + provided)
        v = mac(k, v)
        right += [(f"K{step}", k), (f"V{step}", v)]
    for n in (1, 2, 3):
        v = mac(k, v)
        x = int.from_bytes(v[:8], "big")
        for name, value in (
            ("V", v),
            ("output", v[:8]),
            ("x", x),
            ("index", x % 5),
            ("number", numbers[x % 5]),
        ):
            right.append((f"generate {n}: {name}", value))
        k = mac(k, v + b"\0")
        v = mac(k, v)
        right += [(f"generate {n}: next K", k), (f"generate {n}: next V", v)]
    assert stated == [
        (name, value.hex() if isinstance(value, bytes) else str(value)) for name, value in right
    ]


def test_the_examples_bundle_and_proof_are_true_ones() -> None:
    """D3: the guide's own files verify, with their pools, and come out again."""
    pools = [draw.Pool.of([3, 7, 11, 20, 21])]
    report = draw.replay(BUNDLE, pools)
    assert report.problems == []
    assert [won.draw_number for won in report.winners] == [20, 21]
    assert len(json.loads(BUNDLE)["results"][1]["refused"]) == 1
    assert [number for _, number, _, _ in second_verifier(BUNDLE)] == [20, 21]
    manifest = draw.canonical(json.loads(PROOF)["manifest"])
    assert draw.proof_file(manifest, "main", draw.Pool.of(range(1, 770)), 769) == PROOF
    assert "ticket 769" in draw.verify_proof(PROOF)[0]


# For a machine without xxd: what of it the guide uses.
XXD = """import sys
data = sys.stdin.buffer.read()
assert sys.argv[1:] == ["-r", "-p"]
sys.stdout.buffer.write(bytes.fromhex(data.decode()))
"""


def test_the_transcripts_work_as_they_stand(tmp_path: Path) -> None:
    """D3: a ticket's proof can be followed with a shell, sha256sum and xxd."""
    (tmp_path / "bundle.json").write_bytes(BUNDLE)
    (tmp_path / "proof.json").write_bytes(PROOF)
    path = "/usr/bin:/bin"
    if shutil.which("xxd", path=path) is None:
        tool = tmp_path / "bin" / "xxd"
        tool.parent.mkdir()
        tool.write_text(f"#!{sys.executable}\n{XXD}")
        tool.chmod(0o755)
        path = f"{tool.parent}:{path}"
    script, expected = "", ""
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                script += line[2:] + "\n"
            else:
                expected += line + "\n"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail"],
        input=script,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": path, "LC_ALL": "C"},
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected
    assert expected.count("\n") > 10


def test_the_limits_are_the_programs() -> None:
    """D3: a second verifier refuses at the same size."""
    rows = dict(re.findall(r"^\| ([a-z A-Z]+?) \| ([0-9]+) \|$", GUIDE, re.MULTILINE))
    assert {name: int(value) for name, value in rows.items()} == {
        "bytes of a bundle or proof file": draw.BUNDLE_BYTES_MAX,
        "bytes of a manifest": draw.MANIFEST_BYTES_MAX,
        "nesting": draw.JSON_DEPTH_MAX,
        "pools": draw.POOLS_MAX,
        "prizes": draw.PRIZES_MAX,
        "winners of a draw": draw.WINNERS_MAX,
        "links": draw.LINKS_MAX,
        "code points of a name": draw.NAME_CHARS_MAX,
        "code points of public entropy": draw.TEXT_CHARS_MAX,
        "outputs for one winner": draw.OUTPUTS_PER_WINNER_MAX,
        "hashes of an audit path": 64,
    }
    assert f"draw number {draw.CARD_BASE} + n, with 1 ≤ n ≤ {draw.CARDS_MAX}" in GUIDE


def test_what_it_says_of_drand_is_so() -> None:
    """D3: chain, key, genesis, period and a true round."""
    key = drand.PUBLIC_KEY.hex()
    for stated in (drand.QUICKNET, key[:96], key[96:], drand.GROUP_HASH.hex(), drand.SIGNATURE_TAG.decode()):
        assert stated in GUIDE
    assert f"{drand.GENESIS_S} + {drand.PERIOD_S} (n − 1)" in GUIDE
    (signature,) = re.findall(r"Round 1000 for a test: `([0-9a-f]{96})`", GUIDE)
    assert drand.check(f"{drand.QUICKNET}:1000:{signature}") is None


def test_its_commands_are_the_programs() -> None:
    """D3: nobody is told to run what there is not."""
    commands = re.findall(r"^python draw\.py (\S+) ", GUIDE, re.MULTILINE)
    assert commands == ["verify", "replay", "prove", "check-proof"]
    assert set(commands) < set(draw.COMMANDS)
    heads = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in GUIDE.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= heads
