"""Draws computed again by a real browser: the page of the office, the same page alone from a disk, and every lie found."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from shared import drand
from shared import draw as fair
from syncserver.app import create_app
from syncserver.db import Database
from syncserver.office import furnish
from tests.server import SetClock
from tests.unit.shared.test_draw import CSV_REFUSED, CSV_TAKEN

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parents[1] / "golden" / "draws"
BAD = GOLDEN / "bad"
OTHER_WORDS = ["01-byte-order-mark", "01-member-twice", "01-not-an-integer", "14-manifest-hash"]
"""Records of which the browser says it in other words, those of its own reader of JSON."""
PROOFS = sorted((GOLDEN / "proofs").glob("*.json"))
RANDOM_BUNDLES = 300
VERIFY = """([bundles, pools]) => bundles.map((text, i) => {
  const bytes = (base64) => Uint8Array.from(atob(base64), (ch) => ch.charCodeAt(0));
  const found = Tombola.verify(bytes(text), pools[i].map((pool) => Tombola.pool(bytes(pool))), Drand.check);
  return { ok: found.ok, problems: found.problems, checked: found.checked, notChecked: found.notChecked,
    winners: found.winners.map((won) => [won.position, won.prize, won.winner, won.pool, won.drawNumber, won.event, won.ticketNumber, won.void]),
    jackpot: found.jackpot && found.jackpot.drawNumber };
})"""


@pytest.fixture
def saved(database: Database, tmp_path: Path) -> Path:
    """The page as somebody saved it from the office."""
    app = create_app(furnish(database, tmp_path, SetClock()))
    answer = app.test_client().get("/verify/page.html")
    assert answer.status_code == 200
    page = tmp_path / "tombola-verify.html"
    page.write_bytes(answer.data)
    return page


@pytest.fixture
def alone(chromium: Browser, saved: Path) -> Iterator[Page]:
    """That page opened from the disk in a browser without a network, whose console must stay silent."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    trouble: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            trouble.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(saved.as_uri())
    yield page
    context.close()
    assert trouble == []


def ask(page: Page, bundles: list[bytes], pools: list[list[fair.Pool]] | None = None) -> list[dict[str, Any]]:
    """What the page's verifier says of each bundle."""
    packed = [
        [base64.b64encode(pool.packed).decode() for pool in some] for some in pools or [[]] * len(bundles)
    ]
    found: list[dict[str, Any]] = page.evaluate(
        VERIFY, [[base64.b64encode(one).decode() for one in bundles], packed]
    )
    return found


def as_listed(won: list[fair.Won]) -> list[list[object]]:
    return [
        [w.position, w.prize, w.winner, w.pool, w.draw_number, w.event, w.ticket_number, w.void] for w in won
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_the_page_alone_verifies_a_recorded_draw_without_a_network(alone: Page, name: str) -> None:
    """D3: saved once, it needs no server; it shows the winners, and says what it has not checked."""
    bundle = GOLDEN / f"{name}.json"
    alone.get_by_label("The bundle, its pools, or a proof").set_input_files(bundle)
    expect(alone.get_by_role("heading", name="The draw verifies.")).to_be_visible()
    truth = fair.verify(bundle.read_bytes())
    rows = alone.locator("tbody tr")
    expect(rows).to_have_count(len(truth.winners))
    for words in [
        "the manifest's hash",
        "that each pool holds exactly the tickets that were sold and may win",
    ]:
        expect(alone.get_by_text(words)).to_be_visible()


def test_pools_are_checked_too_and_a_pool_of_another_draw_is_refused(alone: Page, tmp_path: Path) -> None:
    """D3: with the pool's file also that it is ascending, without doubles and of that size."""
    numbers = fair.Pool.of(range(5, 5 + 7 * 300, 7))
    (tmp_path / "pool.bin").write_bytes(numbers.packed)
    (tmp_path / "pool.csv").write_text("draw_number\n" + "".join(f"{n}\n" for n in range(5, 5 + 7 * 300, 7)))
    (tmp_path / "other.bin").write_bytes(fair.Pool.of([1, 2, 3]).packed)
    (tmp_path / "twice.bin").write_bytes(bytes.fromhex("0000000100000001"))
    choose = alone.get_by_label("The bundle, its pools, or a proof")
    for pool in ("pool.bin", "pool.csv"):
        choose.set_input_files([GOLDEN / "refused.json", tmp_path / pool])
        expect(alone.get_by_text("the pool 'main': 300 numbers, ascending, none twice")).to_be_visible()
        expect(alone.get_by_role("heading", name="The draw verifies.")).to_be_visible()
    choose.set_input_files([GOLDEN / "refused.json", tmp_path / "other.bin"])
    expect(alone.get_by_text("3 numbers with the root").first).to_be_visible()
    expect(alone.get_by_role("heading", name="This is not a valid record of a draw")).to_be_visible()
    choose.set_input_files([GOLDEN / "refused.json", tmp_path / "twice.bin"])
    expect(alone.get_by_text("1 at position 1 stands twice").first).to_be_visible()


def test_the_browser_reads_a_pool_as_csv_by_the_same_rule_as_the_program(alone: Page) -> None:
    """D3: the same files taken, the others refused in the same words."""
    pools = {data: fair.Pool.of(numbers) for data, numbers in CSV_TAKEN.items()}
    files = {data: f"csv {pool.size} {pool.root.hex()}" for data, pool in pools.items()} | CSV_REFUSED
    told = alone.evaluate(
        """(files) => files.map((text) => {
          const data = Uint8Array.from(atob(text), (ch) => ch.charCodeAt(0));
          try {
            const found = Tombola.poolOfCsv(data);
            return `${Tombola.kindOf(data)} ${found.size} ${Tombola.toHex(found.root)}`;
          } catch (error) { return error.message; }
        })""",
        [base64.b64encode(data).decode() for data in files],
    )
    assert dict(zip(files, told, strict=True)) == files


@pytest.mark.parametrize("proof", PROOFS, ids=lambda path: path.stem)
def test_a_ticket_holder_s_recorded_proof_holds_and_a_changed_one_does_not(alone: Page, proof: Path) -> None:
    """D3: the same proofs as the program's; a flipped byte is refused with its reason."""
    data = proof.read_bytes()
    value = json.loads(data)
    choose = alone.get_by_label("The bundle, its pools, or a proof")
    choose.set_input_files(proof)
    expect(alone.get_by_role("heading", name=f"Ticket {value['number']} takes part.")).to_be_visible()
    accepted = alone.evaluate(
        """(text) => {
          const data = Uint8Array.from(atob(text), (ch) => ch.charCodeAt(0)), accepted = [];
          for (let at = 0; at < data.length; at++) {
            data[at] ^= 1;
            const found = Tombola.verifyProof(data);
            if (found.ok || !found.problems[0]) accepted.push(at);
            data[at] ^= 1;
          }
          return [accepted, Tombola.verifyProof(data).checked.slice(1, 3)];
        }""",
        base64.b64encode(data).decode(),
    )
    assert accepted == [[], fair.verify_proof(data)[:2]]


def test_a_true_round_of_drand_is_told_from_any_other_without_a_network(alone: Page) -> None:
    """D3: the signature (BLS) is checked by the browser alone, with the program's verdicts."""
    bundle = (GOLDEN / "drand.json").read_bytes()
    truth = fair.verify(bundle, beacon=drand.check)
    (found,) = ask(alone, [bundle])
    assert truth.ok
    assert "is valid (BLS)" in found["checked"][-1]
    assert found["checked"] == truth.checked
    text = json.loads(bundle)["public_entropy"]
    chain, turn, signature = text.split(":")
    infinity = "c0" + "00" * 47
    lies = [
        f"{chain}:{int(turn) + 1}:{signature}",
        f"{chain}:{turn}:{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        f"{chain}:{turn}:{infinity}",
        f"{chain}:{turn}:{'1' + signature[1:]}",
        f"{chain}:{turn}:{signature * 2}",
        f"{chain}:{turn}:{'9a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab'}",
        f"{chain}:0:{signature}",
    ]
    told = alone.evaluate(
        """(lies) => lies.map((text) => {
          try { return String(Drand.check(text)); } catch (error) { return error.message; }
        })""",
        lies,
    )
    for lie, words in zip(lies, told, strict=True):
        with pytest.raises(drand.BeaconError) as refused:
            drand.check(lie)
        assert words == str(refused.value)
    other = f"{'ab' * 32}:{turn}:{signature}"
    assert alone.evaluate("(text) => Drand.check(text)", other) == drand.check(other)


def test_a_server_that_cannot_be_reached_is_told_from_a_browser_that_cannot_check(
    chromium: Browser, saved: Path
) -> None:
    """D3: nobody is sent to look for a network where the verifier itself is at fault."""
    context = chromium.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    html = saved.read_text("utf-8").replace("data-verifier", 'data-verifier data-bundle="/bundle.json"', 1)
    html = html.replace("Content-Security-Policy", "X-Not-Here", 1)  # the saved page itself may load nothing
    page.route("http://office.test/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("http://office.test/bundle.json", lambda route: route.abort())
    page.goto("http://office.test/")
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    bundle = (GOLDEN / "repeat.json").read_bytes()
    page.route("http://office.test/bundle.json", lambda route: route.fulfill(body=bundle))
    page.goto("http://office.test/")
    expect(page.get_by_role("heading", name="The draw verifies.")).to_be_visible()
    assert wrong == []
    page.add_init_script("Uint8Array.prototype.every = null")  # a TypeError, as an unreachable server gives
    with page.expect_event("pageerror"):  # told to us on its own way, maybe after the page shows its heading
        page.goto("http://office.test/")
    expect(page.get_by_role("heading", name="This browser could not check it.")).to_be_visible()
    assert len(wrong) == 1
    context.close()


def test_what_is_no_bundle_is_told_so(alone: Page, tmp_path: Path) -> None:
    """D3: in plain words, whatever file is given."""
    choose = alone.get_by_label("The bundle, its pools, or a proof")
    (tmp_path / "a.json").write_text('{"results": 1}')
    choose.set_input_files(tmp_path / "a.json")
    expect(alone.get_by_text("JSON: not in canonical form").first).to_be_visible()
    (tmp_path / "b.bin").write_bytes(b"\x00\x00\x00\x01")
    choose.set_input_files(tmp_path / "b.bin")
    expect(alone.get_by_text("not in canonical form").first).to_be_visible()
    alone.reload()
    choose.set_input_files(tmp_path / "b.bin")
    expect(alone.get_by_text("There is no bundle among these files.")).to_be_visible()


JUDGE = """(records) => records.map(([name, record, pool]) => {
  const bytes = (base64) => Uint8Array.from(atob(base64), (ch) => ch.charCodeAt(0));
  try {
    const found = name.startsWith("14") ? Tombola.verifyProof(bytes(record)) : Tombola.verify(bytes(record), pool ? [Tombola.pool(bytes(pool))] : []);
    return found.ok ? "" : found.problems.join("; ");
  } catch (error) {
    if (error instanceof Tombola.DrawError) return error.message;
    throw error;
  }
})"""


def test_the_browser_refuses_each_record_that_is_wrong_and_for_the_program_s_reason(alone: Page) -> None:
    """D3: each way to be wrong that the guide names, from one small file each."""
    reasons = dict(line.split(": ", 1) for line in (BAD / "reasons.txt").read_text("utf-8").splitlines())
    records = []
    for name in reasons:
        pool = BAD / f"{name}.bin"
        given = base64.b64encode(pool.read_bytes()).decode() if pool.exists() else ""
        records.append((name, base64.b64encode((BAD / f"{name}.json").read_bytes()).decode(), given))
    told = dict(zip(reasons, alone.evaluate(JUDGE, records), strict=True))
    assert all(told.values())
    assert sorted(name for name, words in told.items() if words != reasons[name]) == OTHER_WORDS


def test_every_flipped_byte_is_refused(alone: Page) -> None:
    """D3: each byte of a small bundle, one after the other, with a reason."""
    bundle = (GOLDEN / "repeat.json").read_bytes()
    accepted = alone.evaluate(
        """(text) => {
          const data = Uint8Array.from(atob(text), (ch) => ch.charCodeAt(0)), accepted = [];
          for (let at = 0; at < data.length; at++) {
            for (const bit of [1, 32, 128]) {
              data[at] ^= bit;
              const found = Tombola.verify(data);
              if (found.ok || !found.problems[0]) accepted.push(at);
              data[at] ^= bit;
            }
          }
          return [accepted, Tombola.verify(data).ok, data.length];
        }""",
        base64.b64encode(bundle).decode(),
    )
    assert accepted == [[], True, len(bundle)]


# Draws at random ------------------------------------------------------------------------------------


def uuid(chance: random.Random) -> str:
    digits = chance.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def some_pool(chance: random.Random) -> fair.Pool:
    size = chance.choice([1, 2, 3, chance.randint(4, 255), 256, 257, chance.randint(258, 3000)])
    return fair.Pool.of(
        sorted(chance.sample(range(1, chance.choice([size + 9, 10**6, fair.NUMBER_MAX])), size))
    )


def some_entropy(chance: random.Random) -> tuple[dict[str, fair.Json], str]:
    chain, turn = chance.randbytes(32).hex(), chance.randint(1, 2**53 - 1)
    sources: list[tuple[dict[str, fair.Json], str]] = [
        ({"source": "none"}, ""),
        ({"source": "manual"}, ""),
        ({"source": "digits", "count": 9}, " ".join(chance.choices("0123456789", k=9))),
        ({"source": "dice", "form": "5d20"}, " ".join(str(chance.randint(1, 20)) for _ in range(5))),
        (
            {"source": "drand", "chain": chain, "round": turn},
            f"{chain}:{turn}:{chance.randbytes(48).hex()}",
        ),
        ({"source": "nist", "time": "2031-05-30T21:30:00Z"}, chance.randbytes(64).hex().upper()),
    ]
    return chance.choice(sources)


def some_draw(chance: random.Random) -> tuple[bytes, list[fair.Pool]]:
    """A draw's bundle and its pools: any source, drawn by hand, of linked events, progressive."""
    while True:
        names = chance.sample(
            ["main", "early-bird-1", "z", "The rest", "~", "<b>&amp;"], chance.randint(1, 3)
        )
        pools = {name: some_pool(chance) for name in names}
        prizes = [
            fair.Prize(position, uuid(chance), chance.choice(names), chance.randint(1, 4))
            for position in sorted(chance.sample(range(1, 40), chance.randint(1, 5)))
        ]
        links: list[fair.Link] = []
        progressive = None
        if chance.random() < 0.25:
            some = dict(list(pools.items())[: chance.randint(1, 3)])
            links = some_links(chance, some)
        elif chance.random() < 0.25:
            deck = sorted({chance.randint(1, 52) for _ in range(chance.randint(2, 30))})
            progressive = fair.Progressive(chance.choice(deck), "the deck")
            pools = {
                "main": some_pool(chance),
                "the deck": fair.Pool.of(fair.CARD_BASE + card for card in deck),
            }
            prizes = [
                fair.Prize(place, uuid(chance), "main" if place % 2 else "the deck")
                for place in range(1, 2 * chance.randint(1, len(deck)) + 1)
            ]
        source, text = some_entropy(chance)
        attempt = chance.choice([1, 1, 2, 7])
        try:
            manifest = fair.manifest(
                event=uuid(chance), draw=uuid(chance), pools=pools, prizes=prizes, entropy=source, attempt=attempt,
                previous=None if attempt == 1 else chance.randbytes(32), links=links, progressive=progressive,
                repeat=progressive is None and chance.random() < 0.3,
            )  # fmt: skip
            given = list(pools.values())
            if source["source"] == "manual":
                return fair.manual_bundle(manifest, pools, by_hand(chance, manifest, pools)), given
            seed = chance.randbytes(32)
            return fair.bundle(manifest, fair.select(manifest, pools, seed, text), seed, text), given
        except fair.DrawError:
            continue  # too few numbers for so many winners, or numbers in no range: another one


def some_links(chance: random.Random, pools: dict[str, fair.Pool]) -> list[fair.Link]:
    """Two or three events whose numbers make up each of the pools."""
    highest = max(pool.number_at(pool.size - 1) for pool in pools.values())
    ends = sorted({highest, *(chance.randint(1, highest) for _ in range(2))})
    links, start = [], 1
    for end in ends:
        offset = chance.randint(0, start - 1)
        event = uuid(chance)
        links += [fair.Link(event, start - offset, end - offset, offset, name) for name in pools]
        start = end + 1
    return links


def by_hand(chance: random.Random, manifest: bytes, pools: dict[str, fair.Pool]) -> list[int]:
    """Numbers out of the drum, none twice unless that is allowed."""
    plan = fair.Manifest.read(manifest)
    drawn: list[int] = []
    for prize, _ in plan.due():
        pool = pools[prize.pool]
        left = [n for n in map(pool.number_at, range(pool.size)) if plan.repeat or n not in drawn]
        drawn.append(chance.choice(left))
    return drawn


def lied(chance: random.Random, bundle: bytes) -> bytes:
    """The bundle with one value in it changed, and every hash of it made to fit again."""
    value = json.loads(bundle)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            if isinstance(node[key], dict | list):
                walk(node[key])
            places.append((node, key))

    walk(value)
    node, key = chance.choice(places)
    old = node[key]
    changes: list[Callable[[], Any]] = [lambda: None, str, list, dict]
    if isinstance(old, bool):
        changes = [lambda: not old]
    elif isinstance(old, int):
        changes += [lambda: old + 1, lambda: old - 1, lambda: 2**31, lambda: str(old)]
    elif isinstance(old, str) and old:
        at = chance.randrange(len(old))
        changes += [
            lambda: old[:at] + chance.choice("0129afZ \u00e9") + old[at + 1 :],
            lambda: old[:-2],
            old.upper,
        ]
    elif isinstance(old, list) and old:
        changes += [lambda: old[:-1], lambda: old[1:], lambda: old[::-1], lambda: [*old, old[0]]]
    node[key] = chance.choice(changes)()
    rest = {name: part for name, part in value.items() if name != "bundle_sha256"}
    rest["manifest_sha256"] = hashlib.sha256(fair.canonical(rest["manifest"])).hexdigest()
    return fair.canonical(rest | {"bundle_sha256": hashlib.sha256(fair.canonical(rest)).hexdigest()})


def test_the_browser_agrees_with_the_program_on_draws_at_random(alone: Page) -> None:
    """D3: hundreds of draws, with and without their pools: the same winners, the same checked, the same left open."""
    chance = random.Random(6)
    draws = [some_draw(chance) for _ in range(RANDOM_BUNDLES)]
    given = [pools if i % 2 else [] for i, (_, pools) in enumerate(draws)]
    answers = ask(alone, [bundle for bundle, _ in draws], given)
    for (bundle, _), pools, found in zip(draws, given, answers, strict=True):
        truth = fair.verify(bundle, pools, drand.check)
        assert truth.ok
        assert found["problems"] == []
        assert found["winners"] == as_listed(truth.winners)
        assert found["jackpot"] == (truth.jackpot and truth.jackpot.draw_number)
        assert found["checked"] == truth.checked
        # A browser cannot hash the program.
        assert len(found["notChecked"]) == len(truth.not_checked) + 1
        assert [w for w in found["notChecked"] if "linked" in w] == [
            w for w in truth.not_checked if "linked" in w
        ]


def places(problems: list[str]) -> list[str]:
    """What each problem is about."""
    return [words.partition(":")[0] for words in problems]


def test_the_browser_agrees_with_the_program_on_what_is_a_lie(alone: Page) -> None:
    """D3: one value changed and all hashes made to fit: refused by both or by neither, and for the same reason."""
    chance = random.Random(66)
    lies = [lied(chance, some_draw(chance)[0]) for _ in range(RANDOM_BUNDLES)]
    refused = 0
    for bundle, found in zip(lies, ask(alone, lies), strict=True):
        truth = fair.verify(bundle, beacon=drand.check)
        assert found["ok"] == truth.ok, (bundle[:300], found["problems"], truth.problems)
        refused += not truth.ok
        assert places(found["problems"]) == places(truth.problems)
    assert refused > RANDOM_BUNDLES * 9 // 10
