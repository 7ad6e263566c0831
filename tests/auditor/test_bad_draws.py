"""A record for each way to be wrong, small enough to read, for whoever writes a verifier: none of them may be taken.

They lie in tests/golden/draws/bad, named by the item of the guide's section 15 that they break (14 for proof files);
a `.bin` is the pool to be given with the bundle of that name. `reasons.txt` has what the program says of each.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared import draw
from shared.draw import CARD_BASE, Pool
from tests.auditor import verifier
from tests.auditor.test_second_verifier import held, sealed

GUIDE = (Path(__file__).parents[2] / "docs" / "auditor.md").read_text(encoding="utf-8")
BAD = Path(__file__).parents[1] / "golden" / "draws" / "bad"
EVENT = "018f3c5a-0000-7000-8000-00000000e000"
OTHER = "018f3c5a-0000-7000-8000-00000000e001"
SEED = "5a" * 32
CHAIN = "ab" * 32
PULSE = "0123456789ABCDEF" * 8
SINCE = ("04-deck-too-large", "04-name-not-ascii")
"""What the second verifier takes: these two rules are answers to its author's questions, and younger than it."""

POOLS = {"early": Pool.of([7, 20]), "main": Pool.of([3, 7, 11, 20, 21])}
CARDS = {"deck": Pool.of([CARD_BASE + 2, CARD_BASE + 9]), "main": POOLS["main"]}
LARGE = {"main": Pool.of(range(1, 770))}
PROGRESSIVE = {"ace": 9, "deck": "deck"}


def prize(n: int, pool: str = "main", winners: int = 1) -> dict[str, Any]:
    return {
        "pool": pool,
        "position": n,
        "prize": f"018f3c5a-0000-7000-8000-{n:012x}",
        "winners": winners,
    }


def link(first: int, last: int, offset: int, pool: str = "main", event: str = OTHER) -> dict[str, Any]:
    return {"event": event, "first": first, "last": last, "offset": offset, "pool": pool}


def plan(pools: dict[str, Pool], prizes: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    """A manifest, whatever is wrong with it."""
    return {
        "attempt": 1,
        "draw": "018f3c5a-0000-7000-8000-00000000d000",
        "entropy": {"source": "none"},
        "event": EVENT,
        "format": draw.FORMAT,
        "pools": [{"pool": name, "root": p.root.hex(), "size": p.size} for name, p in sorted(pools.items())],
        "previous": None,
        "prizes": prizes,
        "repeat": False,
        "software": "00" * 32,
        **other,
    }


def record(manifest: dict[str, Any], pools: dict[str, Pool] | None = None, text: str = "") -> dict[str, Any]:
    """The draw of a manifest, held as if all were right with it."""
    value = {"manifest": manifest, "public_entropy": text, "seed": SEED}
    value["results"] = held(value, POOLS if pools is None else pools)
    return value


def by_hand(manifest: dict[str, Any], pools: dict[str, Pool], *numbers: int) -> dict[str, Any]:
    manifest["entropy"] = {"source": "manual"}
    due = [(one, w) for one in manifest["prizes"] for w in range(1, one["winners"] + 1)]
    results = []
    for (one, winner), number in zip(due, numbers, strict=True):
        index = pools[one["pool"]].index_of(number)
        assert index is not None
        inclusion = pools[one["pool"]].proof_at(index)
        results.append(draw.Result(one["prize"], winner, inclusion, (), ()).as_json())
    return {"manifest": manifest, "public_entropy": "", "results": results, "seed": "", "seed_sha256": ""}


def good() -> dict[str, Any]:
    """Three winners of the five numbers; the second comes after a refused one."""
    return record(plan(POOLS, [prize(1, winners=2), prize(2)]))


def with_(change: Callable[[dict[str, Any]], object], value: dict[str, Any] | None = None) -> bytes:
    """The record with a change that its maker hid by making all hashes right again."""
    value = good() if value is None else value
    change(value)
    return sealed(value)


def of(**manifest: Any) -> bytes:
    """The draw of a manifest that has these members."""
    return sealed(record(plan(POOLS, [prize(1)]) | manifest))


def spelt(old: bytes, new: bytes) -> bytes:
    data = sealed(good())
    assert data.count(old)
    return data.replace(old, new, 1)


def chance(source: dict[str, Any], text: str) -> bytes:
    return sealed(record(plan(POOLS, [prize(1)], entropy=source), text=text))


def entry(result: dict[str, Any]) -> dict[str, Any]:
    return {name: result[name] for name in draw.INCLUSION_FIELDS}


def again(value: dict[str, Any]) -> dict[str, Any]:
    """The result that took more than one output."""
    return next(result for result in value["results"] if result["refused"])


def unsealed(name: str, claimed: Any = "00" * 32) -> bytes:
    """One hash is another; the bundle's own is right, unless it is that one."""
    value = json.loads(sealed(good()))
    value[name] = claimed
    if name != "bundle_sha256":
        rest = {key: item for key, item in value.items() if key != "bundle_sha256"}
        value["bundle_sha256"] = verifier.sha256(draw.canonical(rest)).hex()
    return draw.canonical(value)


def packed(*numbers: int) -> tuple[bytes, str]:
    """A leaf that no pool would be made of, and its root."""
    leaf = b"".join(number.to_bytes(4, "big") for number in numbers)
    return leaf, draw.leaf_hash(leaf).hex()


def of_leaf(*numbers: int) -> bytes:
    """By hand, of a pool of one leaf that is no proper one."""
    leaf, root = packed(*numbers)
    value = by_hand(plan(POOLS, [prize(1)]), POOLS, 3)
    value["manifest"]["pools"][1] |= {"root": root, "size": len(numbers)}
    value["results"][0] |= {"draw_number": numbers[-1], "index": len(numbers) - 1, "leaf": leaf.hex()}
    return sealed(value)


def large() -> dict[str, Any]:
    """Of four leaves, so with an audit path."""
    return by_hand(plan(LARGE, [prize(1)]), LARGE, 769)


def cards(**other: Any) -> dict[str, Any]:
    return plan(CARDS, [prize(1), prize(2, "deck")], progressive=PROGRESSIVE, **other)


def repeat_with_a_refusal() -> bytes:
    """Numbers that had won are refused, as if the manifest did not allow them to win again."""
    manifest = plan(POOLS, [prize(3, winners=5)], repeat=True)
    sha256 = verifier.sha256(draw.canonical(manifest))
    generator = draw.HmacDrbg(bytes.fromhex(SEED), verifier.sha256(b""), sha256)
    gone: set[int] = set()
    results = []
    for winner in range(1, 6):
        due = draw.Prize(3, manifest["prizes"][0]["prize"], "main", 5)
        result = draw._next_winner(generator, POOLS["main"], gone, due, winner)
        gone.add(result.won.draw_number)
        results.append(result.as_json())
    return sealed({"manifest": manifest, "public_entropy": "", "results": results, "seed": SEED})


def proof(change: Callable[[dict[str, Any]], object], manifest: dict[str, Any] | None = None) -> bytes:
    value: dict[str, Any] = {
        "draw": "018f3c5a-0000-7000-8000-00000000d000",
        "event": EVENT,
        "format": draw.PROOF_FORMAT,
        "manifest": plan(LARGE, [prize(1)]) if manifest is None else manifest,
        "number": 769,
        "pool": "main",
        "proof": LARGE["main"].proof_at(768).as_json(),
    }
    value["manifest_sha256"] = verifier.sha256(draw.canonical(value["manifest"])).hex()
    change(value)
    return draw.canonical(value)


LINKS = [link(1, 9, 0, event=EVENT), link(1, 20, 9)]
DICE = {"form": "3d6", "source": "dice"}
DIGITS = {"count": 3, "source": "digits"}
DRAND = {"chain": CHAIN, "round": 70, "source": "drand"}


def nist(time: str) -> dict[str, Any]:
    return {"source": "nist", "time": time}


MADE: dict[str, Callable[[], bytes]] = {
    "01-boolean-for-integer": lambda: with_(lambda v: v["results"][0].update(winner=True)),
    "01-byte-order-mark": lambda: b"\xef\xbb\xbf" + sealed(good()),
    "01-draw-number-too-large": lambda: of_leaf(3, 2**31),
    "01-draw-number-zero": lambda: of_leaf(0),
    "01-escaped-letter": lambda: spelt(b'"main"', b'"m\\u0061in"'),
    "01-line-break-at-the-end": lambda: sealed(good()) + b"\n",
    "01-member-in-excess": lambda: with_(lambda v: v["manifest"].update(note="")),
    "01-member-missing": lambda: with_(lambda v: v["results"][0].pop("refused")),
    "01-member-twice": lambda: spelt(b'"seed":', f'"seed":"{SEED}","seed":'.encode()),
    "01-members-unsorted": lambda: spelt(b'"index":', b'"zndex":'),
    "01-not-an-integer": lambda: spelt(b'"attempt":1,', b'"attempt":1.0,'),
    "01-upper-case-hex": lambda: with_(lambda v: v["manifest"].update(software="AB" * 32)),
    "01-upper-case-uuid": lambda: of(event=EVENT.upper()),
    "01-white-space": lambda: spelt(b":", b": "),
    "02-bundle-hash": lambda: unsealed("bundle_sha256"),
    "02-manifest-hash": lambda: unsealed("manifest_sha256"),
    "02-seed-hash": lambda: unsealed("seed_sha256"),
    "02-seed-hash-no-text": lambda: unsealed("seed_sha256", {"toString": 1}),
    "03-format": lambda: of(format="tombola-draw-2"),
    "03-format-no-text": lambda: of(format={"toString": 1}),
    "04-attempt-without-previous": lambda: of(attempt=2),
    "04-deck-of-no-pool": lambda: of(progressive={"ace": 9, "deck": "cards"}, prizes=[prize(1), prize(2)]),
    "04-deck-too-large": lambda: sealed(
        by_hand(
            plan(CARDS | {"deck": Pool.of(range(CARD_BASE - 100, CARD_BASE + 648))}, cards()["prizes"])
            | {"progressive": PROGRESSIVE},
            CARDS | {"deck": Pool.of(range(CARD_BASE - 100, CARD_BASE + 648))},
            3,
            CARD_BASE + 9,
        )
    ),
    "04-link-to-no-pool": lambda: of(links=[*LINKS, link(1, 2, 9, "none")]),
    "04-more-winners-than-numbers": lambda: with_(
        lambda v: v["manifest"].update(prizes=[prize(1, winners=2), prize(2, winners=4)])
    ),
    "04-name-not-ascii": lambda: sealed(
        record(plan({"Übrige": POOLS["main"]}, [prize(1, "Übrige")]), {"Übrige": POOLS["main"]})
    ),
    "04-no-pool": lambda: with_(lambda v: v["manifest"].update(pools=[])),
    "04-no-prize": lambda: of(prizes=[]),
    "04-pool-empty": lambda: with_(lambda v: v["manifest"]["pools"][0].update(size=0)),
    "04-pool-twice": lambda: with_(lambda v: v["manifest"]["pools"].append(v["manifest"]["pools"][1])),
    "04-pools-out-of-order": lambda: of(pools=plan(POOLS, [])["pools"][::-1]),
    "04-position-twice": lambda: of(prizes=[prize(1), prize(2) | {"position": 1}]),
    "04-previous-of-the-first-attempt": lambda: of(previous="00" * 32),
    "04-prize-of-no-pool": lambda: with_(lambda v: v["manifest"]["prizes"][0].update(pool="none")),
    "04-prize-twice": lambda: of(prizes=[prize(1), prize(1) | {"position": 2}]),
    "04-prizes-out-of-order": lambda: of(prizes=[prize(2), prize(1)]),
    "05-dice-too-few": lambda: chance(DICE, "3 1"),
    "05-die-beyond-its-sides": lambda: chance(DICE, "3 1 7"),
    "05-die-shows-zero": lambda: chance(DICE, "3 1 0"),
    "05-die-with-leading-zero": lambda: chance(DICE, "3 1 06"),
    "05-die-of-one-side": lambda: chance({"form": "3d1", "source": "dice"}, "1 1 1"),
    "05-digits-not-ascii": lambda: chance(DIGITS, "1 2 \u0663"),
    "05-digits-two-spaces": lambda: chance(DIGITS, "1 2  3"),
    "05-drand-other-round": lambda: chance(DRAND, f"{CHAIN}:71:{'0a' * 48}"),
    "05-drand-round-with-leading-zero": lambda: chance(DRAND, f"{CHAIN}:070:{'0a' * 48}"),
    "05-drand-signature-too-short": lambda: chance(DRAND, f"{CHAIN}:70:{'0a' * 47}"),
    "05-nist-lower-case": lambda: chance(nist("2026-02-28T12:00:00Z"), PULSE.lower()),
    "05-nist-no-such-day": lambda: chance(nist("2026-02-29T12:00:00Z"), PULSE),
    "05-nist-no-such-hour": lambda: chance(nist("2026-02-28T24:00:00Z"), PULSE),
    "05-none-but-text": lambda: chance({"source": "none"}, "x"),
    "05-source-no-text": lambda: chance({"source": {"toString": 1, "": [None, True, "é"]}}, ""),
    "05-source-unknown": lambda: chance({"source": "lava"}, ""),
    "05-source-very-long": lambda: chance({"source": "lava " * 40}, ""),
    "06-result-in-excess": lambda: with_(lambda v: v["results"].append(v["results"][2])),
    "06-result-missing": lambda: with_(lambda v: v["results"].pop()),
    "06-results-exchanged": lambda: with_(lambda v: v["results"].reverse()),
    "06-winner-not-the-one-due": lambda: with_(lambda v: v["results"][1].update(winner=1)),
    "07-output-added": lambda: with_(lambda v: v["results"][0]["outputs"].insert(0, "00" * 8)),
    "07-output-left-out": lambda: with_(lambda v: (again(v)["outputs"].pop(0), again(v)["refused"].pop(0))),
    "07-output-not-the-generators": lambda: with_(lambda v: v["results"][0].update(outputs=["00" * 8])),
    "07-outputs-empty": lambda: with_(lambda v: v["results"][0].update(outputs=[])),
    "08-another-number-of-the-pool": lambda: with_(
        lambda v: v["results"][0].update(
            POOLS["main"].proof_at((v["results"][0]["index"] + 1) % 5).as_json()
        )
    ),
    "08-index-outside": lambda: with_(lambda v: v["results"][0].update(index=769), large()),
    "08-index-not-the-outputs": lambda: with_(lambda v: v["results"][0].update(index=0)),
    "08-leaf-not-ascending": lambda: of_leaf(3, 7, 7),
    "08-leaf-too-long": lambda: with_(lambda v: v["results"][0].update(leaf="0000030100000302"), large()),
    "08-number-not-in-the-leaf": lambda: with_(lambda v: v["results"][0].update(draw_number=5)),
    "08-path-too-long": lambda: with_(lambda v: v["results"][0]["proof"].append("00" * 32), large()),
    "08-path-too-short": lambda: with_(lambda v: v["results"][0]["proof"].pop(), large()),
    "08-path-wrong": lambda: with_(lambda v: v["results"][0]["proof"].reverse(), large()),
    "08-refused-left-out": lambda: with_(lambda v: again(v)["refused"].pop()),
    "08-refused-under-repeat": repeat_with_a_refusal,
    "08-won-before": lambda: sealed(by_hand(plan(POOLS, [prize(1, winners=2)]), POOLS, 7, 7)),
    "08-won-before-from-another-pool": lambda: sealed(
        by_hand(plan(POOLS, [prize(1, "early"), prize(2)]), POOLS, 7, 7)
    ),
    "09-entropy": lambda: with_(lambda v: v.update(public_entropy="3"), large()),
    "09-output": lambda: with_(lambda v: v["results"][0].update(outputs=["00" * 8]), large()),
    "09-refused": lambda: with_(lambda v: v["results"][0].update(refused=[entry(v["results"][0])]), large()),
    "09-seed": lambda: with_(lambda v: v.update(seed=SEED), large()),
    "09-seed-hash": lambda: with_(lambda v: v.update(seed_sha256=verifier.sha256(b"").hex()), large()),
    "10-links-empty": lambda: of(links=[]),
    "10-links-out-of-order": lambda: of(links=LINKS[::-1]),
    "10-links-overlap": lambda: of(links=[link(1, 9, 0), link(9, 20, 0)]),
    "10-link-without-numbers": lambda: of(links=[link(9, 8, 0)]),
    "10-number-of-two-tickets": lambda: of(links=[link(1, 20, 0, "early", EVENT), *LINKS]),
    "10-ticket-of-two-numbers": lambda: of(links=[link(1, 9, 100, "early"), *LINKS]),
    "10-winner-outside": lambda: sealed(by_hand(plan(POOLS, [prize(1)], links=LINKS[:1]), POOLS, 21)),
    "11-ace-too-large": lambda: sealed(record(cards() | {"progressive": PROGRESSIVE | {"ace": 648}}, CARDS)),
    "11-card-as-ticket": lambda: sealed(
        by_hand(cards(), CARDS | {"main": Pool.of([3, CARD_BASE + 1])}, CARD_BASE + 1, CARD_BASE + 9)
        | {
            "manifest": plan(CARDS | {"main": Pool.of([3, CARD_BASE + 1])}, cards()["prizes"])
            | {"entropy": {"source": "manual"}, "progressive": PROGRESSIVE}
        }
    ),
    "11-deck-linked": lambda: sealed(record(cards(links=[link(1, 647, CARD_BASE, "deck")]), CARDS)),
    "11-not-pairs": lambda: sealed(record(cards() | {"prizes": [prize(1)]}, CARDS)),
    "11-repeat": lambda: sealed(record(cards() | {"repeat": True}, CARDS)),
    "11-ticket-as-card": lambda: sealed(
        by_hand(cards(), CARDS | {"deck": Pool.of([3, CARD_BASE + 9])}, 7, 3)
        | {
            "manifest": plan(CARDS | {"deck": Pool.of([3, CARD_BASE + 9])}, cards()["prizes"])
            | {"entropy": {"source": "manual"}, "progressive": PROGRESSIVE}
        }
    ),
    "11-two-winners": lambda: sealed(record(cards() | {"prizes": [prize(1, winners=2), prize(2, "deck")]}, CARDS)),
    "12-deck-lacks-the-ace": lambda: sealed(record(cards() | {"progressive": PROGRESSIVE | {"ace": 5}}, CARDS)),
    "12-not-ascending": lambda: sealed(good()),
    "12-not-whole-numbers": lambda: sealed(good()),
    "12-of-another-draw": lambda: sealed(good()),
    "12-outside-the-links": lambda: sealed(by_hand(plan(POOLS, [prize(1)], links=LINKS[:1]), POOLS, 7)),
    "12-ticket-in-the-deck": lambda: sealed(
        by_hand(
            plan(CARDS | {"deck": Pool.of([4, CARD_BASE + 9])}, cards()["prizes"], progressive=PROGRESSIVE),
            CARDS | {"deck": Pool.of([4, CARD_BASE + 9])},
            3,
            CARD_BASE + 9,
        )
    ),
    "14-card-as-ticket": lambda: proof(
        lambda v: v.update(proof=Pool.of([3, CARD_BASE + 1]).proof_at(1).as_json(), number=CARD_BASE + 1),
        plan(
            CARDS | {"main": Pool.of([3, CARD_BASE + 1])}, cards()["prizes"], progressive=PROGRESSIVE
        ),
    ),
    "14-format-no-text": lambda: proof(lambda v: v.update(format={"toString": 1})),
    "14-format": lambda: proof(lambda v: v.update(format=draw.FORMAT)),
    "14-manifest-hash": lambda: proof(lambda v: v.update(manifest_sha256="00" * 32)),
    "14-number-outside-the-links": lambda: proof(
        lambda _: None, plan(LARGE, [prize(1)], links=[link(1, 700, 0, event=EVENT)])
    ),
    "14-of-another-draw": lambda: proof(lambda v: v.update(draw=EVENT)),
    "14-other-event": lambda: proof(lambda v: v.update(event=OTHER)),
    "14-other-number": lambda: proof(lambda v: v.update(number=768)),
    "14-other-pool": lambda: proof(lambda v: v.update(pool="early")),
    "14-path-wrong": lambda: proof(lambda v: v["proof"]["proof"].reverse()),
}  # fmt: skip
GIVEN: dict[str, bytes] = {
    "12-deck-lacks-the-ace": bytes(CARDS["deck"].packed),
    "12-not-ascending": packed(3, 11, 7, 20, 21)[0],
    "12-not-whole-numbers": bytes(POOLS["main"].packed) + b"\0",
    "12-of-another-draw": packed(3, 7, 11, 20, 22)[0],
    "12-outside-the-links": bytes(POOLS["main"].packed),
    "12-ticket-in-the-deck": packed(4, CARD_BASE + 9)[0],
}


def said(name: str, data: bytes, given: bytes | None) -> str:
    """Why the program refuses it; nothing where it does not."""
    if name.startswith("14"):
        try:
            draw.verify_proof(data)
        except draw.DrawError as error:
            return str(error)
        return ""
    try:
        pools = [] if given is None else [Pool(given)]
    except draw.DrawError as error:
        return str(error)
    return "; ".join(draw.verify(data, pools).problems)


def write() -> None:
    """Make the folder anew: for whoever changes the format before it is released."""
    reasons = []
    for name, make in sorted(MADE.items()):
        (BAD / f"{name}.json").write_bytes(make())
        if name in GIVEN:
            (BAD / f"{name}.bin").write_bytes(GIVEN[name])
        reasons.append(f"{name}: {said(name, make(), GIVEN.get(name))}\n")
    (BAD / "reasons.txt").write_text("".join(reasons), encoding="utf-8")


def test_the_records_that_must_be_refused_are_these() -> None:
    """D3: each file comes out again byte for byte, and its reason is the program's."""
    assert {path.stem for path in BAD.glob("*.json")} == set(MADE)
    assert {path.stem for path in BAD.glob("*.bin")} == set(GIVEN)
    reasons = dict(
        line.split(": ", 1) for line in (BAD / "reasons.txt").read_text(encoding="utf-8").splitlines()
    )
    for name, make in MADE.items():
        assert (BAD / f"{name}.json").read_bytes() == make()
        assert name not in GIVEN or (BAD / f"{name}.bin").read_bytes() == GIVEN[name]
        assert len(reasons[name]) > 10
        assert said(name, make(), GIVEN.get(name)) == reasons[name]
    assert len(reasons) == len(MADE)


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_second_verifier_refuses_what_is_wrong(name: str) -> None:
    """D3: by the guide alone one comes to the same; two rules are younger than that verifier."""
    data = (BAD / f"{name}.json").read_bytes()
    given = [GIVEN[name]] if name in GIVEN else []
    if name in SINCE:
        assert verifier.verify(data, given)
    elif name.startswith("14"):
        with pytest.raises(verifier.Wrong):
            verifier.verify_proof(data)
    else:
        with pytest.raises(verifier.Wrong):
            verifier.verify(data, given)


def test_the_records_are_wrong_in_nothing_else() -> None:
    """D3: what they were made from verifies, and so does each bundle whose pool alone is wrong."""
    rights = [
        sealed(good()),
        sealed(large()),
        sealed(by_hand(cards(), CARDS, 3, CARD_BASE + 9)),
        sealed(record(cards(), CARDS)),
        of(links=LINKS),
        of(attempt=2, previous="00" * 32),
        chance(DICE, "3 1 6"),
        chance(DIGITS, "1 2 3"),
        chance(DRAND, f"{CHAIN}:70:{'0a' * 48}"),
        chance(nist("2026-02-28T12:00:00Z"), PULSE),
        *((BAD / f"{name}.json").read_bytes() for name in GIVEN),
    ]
    for data in rights:
        assert draw.verify(data).problems == []
        assert verifier.verify(data)
    assert draw.verify_proof(proof(lambda _: None))
    assert len(again(good())["outputs"]) == 2


def test_each_item_of_the_guide_that_a_bundle_can_break_has_its_record() -> None:
    """D3: items 1 to 12 of section 15 (13 needs a signature, which drand's own vectors show), and proofs."""
    (section,) = re.findall(r"^## 15\..*?(?=^## 16)", GUIDE, re.MULTILINE | re.DOTALL)
    items = {int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)}
    assert {int(name[:2]) for name in MADE} == (items - {13}) | {14}
