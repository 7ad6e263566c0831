"""The auditor's guide holds what it says: its numbers, its limits, its transcripts."""

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from shared import drand, draw
from tests.auditor import verifier

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "draws"
GUIDE = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")


def blocks(info: str) -> list[str]:
    """The guide's fenced blocks of this kind."""
    return re.findall(rf"^```{re.escape(info)}\n(.*?)\n```$", GUIDE, re.MULTILINE | re.DOTALL)


(BUNDLE,) = (block.encode() for block in blocks("json bundle.json"))
(PROOF,) = (block.encode() for block in blocks("json proof.json"))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, "sha256").digest()


# ------------------------------------------------------------------------------------------------- its examples


def test_the_worked_example_is_right_in_every_value() -> None:
    """D4: K, V, outputs, indexes and numbers, each computed again by HMAC alone."""
    (text,) = blocks("worked")
    stated = [tuple(re.split(r"\s*= ", line, maxsplit=1)) for line in text.splitlines()]
    bundle = json.loads(BUNDLE)
    numbers = (3, 7, 11, 20, 21)
    packed = b"".join(number.to_bytes(4, "big") for number in numbers)
    seed, manifest = bytes.fromhex(bundle["seed"]), sha(verifier.canonical(bundle["manifest"]))
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
    assert [won["draw_number"] for won in verifier.verify(BUNDLE, [bytes(pools[0].packed)])] == [20, 21]
    manifest = draw.canonical(json.loads(PROOF)["manifest"])
    assert draw.proof_file(manifest, "main", draw.Pool.of(range(1, 770)), 769) == PROOF
    assert "ticket 769" in draw.verify_proof(PROOF)[0]
    verifier.verify_proof(PROOF)


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
        "characters of a name": draw.NAME_CHARS_MAX,
        "characters of public entropy": draw.TEXT_CHARS_MAX,
        "outputs for one winner": draw.OUTPUTS_PER_WINNER_MAX,
        "hashes of an audit path": 64,
    }
    assert f"draw number {draw.CARD_BASE} + n, with 1 ≤ n ≤ {draw.CARDS_MAX}" in GUIDE


def test_the_ranges_of_a_manifest_are_the_programs() -> None:
    """D3: what section 4's table states, and the few numbers beside it."""
    ranges = dict(re.findall(r"^\| (`[^|]*) \| ([^|]*) \|$", GUIDE, re.MULTILINE))
    for member, words in {
        "`attempt`": "1 … 2^53 − 1",
        "`pools`": f"1 … {draw.POOLS_MAX},",
        "`pool`": f"1 … {draw.NAME_CHARS_MAX} characters U+0020 to U+007E",
        "`size` of a pool; of `ballots`": "1 … 2^31 − 1; 0 … 2^53 − 1",
        "`prizes`": f"1 … {draw.PRIZES_MAX},",
        "`position`": "1 … 2^31 − 1,",
        "`winners`": f"at most {draw.WINNERS_MAX};",
        "`links`": f"1 … {draw.LINKS_MAX},",
        "`ace`, `deck`": f"1 … {draw.CARDS_MAX}; one of the `pools`, of size at most {draw.CARDS_MAX}",
    }.items():
        assert words in ranges[member]
    assert (draw.NUMBER_MAX, draw.JSON_INT_MAX, draw.POOL_NAME) == (2**31 - 1, 2**53 - 1, "[ -~]+")
    assert f"e{sha(b'').hex()[1:8]}…" in GUIDE
    deepest = max(depth(json.loads(path.read_bytes())) for path in [*GOLDEN.glob("*.json")])
    assert f"(what this format allows has {deepest})" in GUIDE


def depth(value: object) -> int:
    """Levels of nesting, the value itself being one."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


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
