"""Verifies draws of the format `tombola-draw-1` and their tickets' proofs.

Written from the auditor's guide alone (sections are the guide's), without any of the office's programs.
Python 3.11, standard library only. It does not check the signatures of drand and NIST.

    python verifier.py bundle.json [pool.bin ...]

prints the winners and ends with 0, or the reason for a refusal with 1, or with 2 if a file cannot be read.
What it has not checked it says on the standard error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import sys
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_INTEGER = 2**53 - 1
MAX_NUMBER = 2**31 - 1
MAX_FILE, MAX_MANIFEST = 67108864, 16777216
MAX_MEMBERS = 10000  # pools, prizes, winners, links
MAX_NAME, MAX_ENTROPY, MAX_OUTPUTS, MAX_PATH, MAX_NESTING = 200, 10000, 1000000, 64, 16
LEAF = 256  # numbers in a leaf
HASH = 32  # bytes
CARDS, MAX_CARD = 2147483000, 647  # card n is the draw number CARDS + n
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
INCLUSION = "draw_number index leaf proof"


class Wrong(Exception):  # noqa: N818
    """What does not hold, and where."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a JSON file, and where it stands there."""

    json: object
    where: str

    def wrong(self, reason: str) -> Wrong:
        """Give the refusal of this value."""
        return Wrong(f"{self.where}: {reason}")

    def members(self, names: str, optional: str = "") -> dict[str, Value]:
        """Give an object's members, which must be those named."""
        if not isinstance(self.json, dict):
            raise self.wrong("not an object")
        if missing := set(names.split()) - set(self.json):
            raise self.wrong(f"without {', '.join(sorted(missing))}")
        if excess := set(self.json) - set(names.split()) - set(optional.split()):
            raise self.wrong(f"members in excess: {sorted(excess)!a}")
        return {name: Value(value, f"{self.where}.{name}") for name, value in self.json.items()}

    def items(self, least: int, most: int) -> list[Value]:
        """Give an array's items."""
        if not isinstance(self.json, list) or not least <= len(self.json) <= most:
            raise self.wrong(f"not an array of {least} to {most}")
        return [Value(item, f"{self.where}[{k}]") for k, item in enumerate(self.json)]

    def integer(self, least: int, most: int) -> int:
        """Give an integer in its range."""
        if isinstance(self.json, bool) or not isinstance(self.json, int) or not least <= self.json <= most:
            raise self.wrong(f"not an integer from {least} to {most}")
        return self.json

    def boolean(self) -> bool:
        """Give `true` or `false`."""
        if not isinstance(self.json, bool):
            raise self.wrong("not true or false")
        return self.json

    def text(self, pattern: str = "(?s:.*)") -> str:
        """Give a string that the pattern matches from end to end."""
        if not isinstance(self.json, str) or not re.fullmatch(pattern, self.json):
            raise self.wrong("not a text of the right form")
        return self.json

    def bytes(self, length: int) -> bytes:
        """Give bytes of that length from lower-case hex."""
        if not isinstance(self.json, str) or len(self.json) != 2 * length:
            raise self.wrong(f"not {length} bytes in hex")
        return bytes.fromhex(self.text("[0-9a-f]*"))

    def name(self) -> str:
        """Give a pool's name."""
        name = self.text()
        if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
            raise self.wrong(f"not 1 to {MAX_NAME} printable characters")
        return name

    def due(self, value: object) -> None:
        """Refuse any value but this one."""
        if type(self.json) is not type(value) or self.json != value:
            raise self.wrong(f"{ascii(self.json)[:200]} where {value!a} is due")


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the manifest commits to it."""

    name: str
    root: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize and the pool it is drawn from."""

    position: int
    prize: str
    pool: Pool
    winners: int


@dataclass(frozen=True, slots=True)
class Link:
    """A range of an event's tickets, and the pool and offset of their numbers there."""

    pool: str
    event: str
    first: int
    last: int
    offset: int

    @property
    def low(self) -> int:
        """The first number in the pool."""
        return self.first + self.offset

    @property
    def high(self) -> int:
        """The last number in the pool."""
        return self.last + self.offset


@dataclass(frozen=True, slots=True)
class Entropy:
    """The source of the public entropy, and the form of its text: a pattern, and a die's sides."""

    source: str
    pattern: str = ""
    sides: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that holds in itself."""

    sha256: bytes
    draw: str
    event: str
    entropy: Entropy
    pools: dict[str, Pool]
    prizes: list[Prize]
    repeat: bool
    links: dict[str, list[Link]]
    deck: str | None
    ace: int  # its draw number

    def ticket(self, pool: str, number: int, where: str) -> tuple[str, int]:
        """Give the event and ticket that a number of the pool stands for (sections 11 and 12)."""
        if self.deck is not None and (pool == self.deck) != (number > CARDS):
            kind = "card" if number > CARDS else "ticket"
            raise Wrong(f"{where}: the {kind} {number} has no place in {pool}")
        if pool not in self.links:
            return self.event, number
        ranges = self.links[pool]
        at = bisect_right(ranges, number, key=lambda link: link.low) - 1
        if at < 0 or number > ranges[at].high:
            raise Wrong(f"{where}: {number} lies in no linked range of {pool}")
        return ranges[at].event, number - ranges[at].offset


@dataclass(frozen=True, slots=True)
class Audit:
    """A bundle that holds: its manifest and winners, and the pools checked by their files."""

    manifest: Manifest
    winners: list[dict[str, int | str]]
    checked: set[str]


# Sections 1 to 3: bytes


def sha256(data: bytes) -> bytes:
    """Hash."""
    return hashlib.sha256(data).digest()


def canonical(value: object) -> bytes:
    """Encode a JSON value in its only way."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(data: bytes, what: str) -> Value:
    """Read canonical JSON; numbers other than integers in range fail where the members are checked."""
    if len(data) > MAX_FILE:
        raise Wrong(f"{what}: more than {MAX_FILE} bytes")
    try:
        value = json.loads(data.decode())
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{what}: not JSON: {error}") from error
    if not same:
        raise Wrong(f"{what}: not canonical JSON")
    check_nesting(value, what)
    return Value(value, what)


def check_nesting(value: object, what: str, level: int = 1) -> None:
    """Refuse values nested too deep."""
    if level > MAX_NESTING:
        raise Wrong(f"{what}: nested deeper than {MAX_NESTING} levels")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        check_nesting(item, what, level + 1)


def unpack(data: bytes, where: str) -> tuple[int, ...]:
    """Give the draw numbers of a pool or leaf."""
    if not data or len(data) % 4:
        raise Wrong(f"{where}: not some numbers of four bytes")
    numbers = struct.unpack(f">{len(data) // 4}I", data)
    if numbers[0] < 1 or numbers[-1] > MAX_NUMBER or any(a >= b for a, b in pairwise(numbers)):
        raise Wrong(f"{where}: numbers not ascending from 1 to {MAX_NUMBER}")
    return numbers


def node(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours of the tree."""
    return sha256(b"\1" + left + right)


def root(pool: bytes) -> bytes:
    """Give the root of a pool's tree."""
    level = [sha256(b"\0" + pool[k : k + 4 * LEAF]) for k in range(0, len(pool), 4 * LEAF)]
    while len(level) > 1:
        carried = level[-1:] if len(level) % 2 else []
        level = [node(a, b) for a, b in zip(level[::2], level[1::2], strict=False)] + carried
    return level[0]


def check_inclusion(inclusion: dict[str, Value], pool: Pool) -> tuple[int, int]:
    """Give index and number of an inclusion that holds for the pool."""
    index = inclusion["index"].integer(0, pool.size - 1)
    number = inclusion["draw_number"].integer(1, MAX_NUMBER)
    i, place = divmod(index, LEAF)
    leaf = inclusion["leaf"].bytes(4 * min(LEAF, pool.size - index + place))
    if unpack(leaf, inclusion["leaf"].where)[place] != number:
        raise inclusion["draw_number"].wrong("not the number in the leaf")
    path = [neighbour.bytes(HASH) for neighbour in inclusion["proof"].items(0, MAX_PATH)]
    h, n, used = sha256(b"\0" + leaf), -(-pool.size // LEAF), 0
    while n > 1:
        if i ^ 1 < n:
            if used == len(path):
                raise inclusion["proof"].wrong("the path is too short")
            h = node(path[used], h) if i % 2 else node(h, path[used])
            used += 1
        i, n = i // 2, (n + 1) // 2
    if used != len(path) or h != pool.root:
        raise inclusion["proof"].wrong(f"does not lead to the root of {pool.name}")
    return index, number


# Sections 4, 5, 11 and 12: the manifest


def read_manifest(value: Value) -> Manifest:
    """Check a manifest by itself."""
    encoded = canonical(value.json)
    if len(encoded) > MAX_MANIFEST:
        raise value.wrong(f"more than {MAX_MANIFEST} bytes")
    names = "attempt draw entropy event format pools previous prizes repeat software"
    m = value.members(names, "ballots links progressive")
    m["format"].due("tombola-draw-1")
    m["software"].bytes(HASH)
    if m["attempt"].integer(1, MAX_INTEGER) == 1:
        m["previous"].due(None)
    else:
        m["previous"].bytes(HASH)
    if "ballots" in m:
        ballots = m["ballots"].members("root size")
        ballots["root"].bytes(HASH)
        ballots["size"].integer(0, MAX_INTEGER)
    pools = read_pools(m["pools"])
    prizes = read_prizes(m["prizes"], pools, repeat=m["repeat"].boolean())
    links = read_links(m["links"], pools) if "links" in m else {}
    deck, ace = None, 0
    if "progressive" in m:
        progressive = m["progressive"].members("ace deck")
        deck, ace = progressive["deck"].name(), CARDS + progressive["ace"].integer(1, MAX_CARD)
        if deck not in pools or deck in links:
            raise progressive["deck"].wrong("no pool, or a linked one")
        m["repeat"].due(False)
        if len(prizes) % 2 or any(
            prize.winners != 1 or (prize.pool.name == deck) != (k % 2 == 1) for k, prize in enumerate(prizes)
        ):
            raise m["prizes"].wrong("not pairs of a ticket and a card")
    return Manifest(
        sha256=sha256(encoded),
        draw=m["draw"].text(UUID),
        event=m["event"].text(UUID),
        entropy=read_entropy(m["entropy"]),
        pools=pools,
        prizes=prizes,
        repeat=m["repeat"].boolean(),
        links=links,
        deck=deck,
        ace=ace,
    )


def read_pools(value: Value) -> dict[str, Pool]:
    """Check the pools: sorted by name, which in Python as in UTF-8 is by code points."""
    pools: dict[str, Pool] = {}
    for item in value.items(1, MAX_MEMBERS):
        p = item.members("pool root size")
        name = p["pool"].name()
        if pools and name <= next(reversed(pools)):
            raise p["pool"].wrong("out of order or twice")
        pools[name] = Pool(name, p["root"].bytes(HASH), p["size"].integer(1, MAX_NUMBER))
    return pools


def read_prizes(value: Value, pools: dict[str, Pool], *, repeat: bool) -> list[Prize]:
    """Check the prizes."""
    prizes: list[Prize] = []
    seen: set[str] = set()
    left = {name: pool.size for name, pool in pools.items()}
    for item in value.items(1, MAX_MEMBERS):
        p = item.members("pool position prize winners")
        position, prize = p["position"].integer(1, MAX_NUMBER), p["prize"].text(UUID)
        pool, winners = pools.get(p["pool"].name()), p["winners"].integer(1, MAX_MEMBERS)
        if pool is None:
            raise p["pool"].wrong("no such pool")
        if prizes and position <= prizes[-1].position:
            raise p["position"].wrong("out of order or twice")
        if prize in seen:
            raise p["prize"].wrong("twice")
        left[pool.name] -= winners
        if left[pool.name] < 0 and not repeat:
            raise p["winners"].wrong("more winners than numbers")
        seen.add(prize)
        prizes.append(Prize(position, prize, pool, winners))
    if sum(prize.winners for prize in prizes) > MAX_MEMBERS:
        raise value.wrong(f"more than {MAX_MEMBERS} winners")
    return prizes


def read_links(value: Value, pools: dict[str, Pool]) -> dict[str, list[Link]]:
    """Check the links and give them by pool."""
    links: list[Link] = []
    for item in value.items(1, MAX_MEMBERS):
        k = item.members("event first last offset pool")
        link = Link(
            pool=k["pool"].name(),
            event=k["event"].text(UUID),
            first=k["first"].integer(1, MAX_NUMBER),
            last=k["last"].integer(1, MAX_NUMBER),
            offset=k["offset"].integer(-MAX_NUMBER, MAX_NUMBER),
        )
        if link.pool not in pools:
            raise k["pool"].wrong("no such pool")
        if not 1 <= link.low <= link.high <= MAX_NUMBER:
            raise item.wrong("an impossible range")
        if links and (link.pool, link.low) <= (links[-1].pool, links[-1].high):
            raise item.wrong("out of order, or overlaps the range before it")
        links.append(link)
    numbers = ((k.low, k.high, (k.event, k.offset)) for k in links)
    check_overlaps(numbers, value.wrong("a number stands for two tickets"))
    by_pool: dict[str, list[Link]] = {}
    by_event: dict[str, list[Link]] = {}
    for link in links:
        by_pool.setdefault(link.pool, []).append(link)
        by_event.setdefault(link.event, []).append(link)
    for ranges in by_event.values():
        tickets = ((k.first, k.last, (k.event, k.offset)) for k in ranges)
        check_overlaps(tickets, value.wrong("a ticket has two numbers"))
    return by_pool


def check_overlaps(ranges: Iterable[tuple[int, int, tuple[str, int]]], refusal: Wrong) -> None:
    """Refuse ranges that overlap and differ in event or offset.

    In ascending order it is enough to compare each with the one before that reaches farthest.
    """
    reach, farthest = 0, ("", 0)
    for first, last, stands_for in sorted(ranges):
        if first <= reach and stands_for != farthest:
            raise refusal
        if last > reach:
            reach, farthest = last, stands_for


def read_entropy(value: Value) -> Entropy:
    """Check the source and give the form of its text."""
    wants = {"dice": "form", "digits": "count", "drand": "chain round", "nist": "time"}
    wants |= {"none": "", "manual": ""}
    source = value.json.get("source") if isinstance(value.json, dict) else None
    if not isinstance(source, str) or source not in wants:
        raise value.wrong("no known source")
    e = value.members("source " + wants[source])
    match source:
        case "dice":
            dice, sides = map(int, e["form"].text("[1-9][0-9]{0,3}d[1-9][0-9]{0,5}").split("d"))
            if not 1 <= dice <= 1000 or sides < 2:
                raise e["form"].wrong("not 1 to 1000 dice of 2 to 999999 sides")
            return Entropy(source, f"[1-9][0-9]{{0,5}}( [1-9][0-9]{{0,5}}){{{dice - 1}}}", sides)
        case "digits":
            return Entropy(source, f"[0-9]( [0-9]){{{e['count'].integer(1, 1000) - 1}}}")
        case "drand":
            round_ = f"{e['chain'].bytes(HASH).hex()}:{e['round'].integer(1, MAX_INTEGER)}"
            return Entropy(source, f"{round_}:([0-9a-f]{{96}}|[0-9a-f]{{192}})")
        case "nist":
            time = e["time"].text("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z")
            try:
                datetime.fromisoformat(time)
            except ValueError as error:
                raise e["time"].wrong("no such minute") from error
            return Entropy(source, "[0-9A-F]{128}")
    return Entropy(source)


def check_pool(data: bytes, manifest: Manifest, where: str) -> set[str]:
    """Check a pool's file and give the names of the manifest's pools that it is."""
    numbers = unpack(data, where)
    this = len(numbers), root(data)
    names = {pool.name for pool in manifest.pools.values() if (pool.size, pool.root) == this}
    if not names:
        raise Wrong(f"{where}: none of the manifest's pools")
    for name in names:
        for number in numbers:
            manifest.ticket(name, number, where)
        if name == manifest.deck and manifest.ace not in numbers:
            raise Wrong(f"{where}: the ace is not in the deck")
    return names


# Sections 7 to 10: the bundle


def generator(provided: bytes) -> Iterator[bytes]:
    """Give the outputs of the generator."""
    key, v = bytes(32), b"\1" * 32
    for step in b"\0", b"\1":
        key = hmac.digest(key, v + step + provided, "sha256")
        v = hmac.digest(key, v, "sha256")
    while True:
        v = hmac.digest(key, v, "sha256")
        yield v[:8]
        key = hmac.digest(key, v + b"\0", "sha256")
        v = hmac.digest(key, v, "sha256")


def open_seed(bundle: dict[str, Value], manifest: Manifest) -> Iterator[bytes] | None:
    """Check public entropy and seed, and give the generator's outputs; none in a draw by hand."""
    text = bundle["public_entropy"].text()
    if len(text) > MAX_ENTROPY:
        raise bundle["public_entropy"].wrong(f"more than {MAX_ENTROPY} characters")
    bundle["public_entropy"].text(manifest.entropy.pattern)
    if manifest.entropy.sides and max(map(int, text.split(" "))) > manifest.entropy.sides:
        raise bundle["public_entropy"].wrong("a die shows more than its sides")
    if manifest.entropy.source == "manual":
        bundle["seed"].due("")
        bundle["seed_sha256"].due("")
        return None
    seed = bundle["seed"].bytes(32)
    bundle["seed_sha256"].due(sha256(seed).hex())
    return generator(seed + sha256(text.encode()) + manifest.sha256)


def check_result(result: dict[str, Value], pool: Pool, outputs: Iterator[bytes] | None, won: set[int]) -> int:
    """Check how one winner was found, and give the number."""
    index, number = check_inclusion(result, pool)
    if number in won:
        raise result["draw_number"].wrong(f"{number} had won before")
    if outputs is None:
        result["outputs"].due([])
        result["refused"].due([])
        return number
    indexes: list[int | None] = []  # that the outputs lead to; none out of range
    for output in result["outputs"].items(1, MAX_OUTPUTS):
        output.due(next(outputs).hex())
        x = int.from_bytes(output.bytes(8), "big")
        indexes.append(x % pool.size if x < 2**64 - 2**64 % pool.size else None)
    if indexes.pop() != index:
        raise result["index"].wrong("not that of the last output")
    led = [i for i in indexes if i is not None]
    for item, i in zip(result["refused"].items(len(led), len(led)), led, strict=True):
        refused_index, refused = check_inclusion(item.members(INCLUSION), pool)
        if refused_index != i:
            raise item.wrong("not the index of its output")
        if refused not in won:
            raise item.wrong(f"{refused} had not won before")
    return number


def audit(data: bytes, pools: Sequence[bytes] = ()) -> Audit:
    """Check a bundle, and the pools given for it."""
    file = read(data, "bundle")
    names = "bundle_sha256 manifest manifest_sha256 public_entropy results seed seed_sha256"
    bundle = file.members(names)
    rest = {name: value.json for name, value in bundle.items() if name != "bundle_sha256"}
    bundle["bundle_sha256"].due(sha256(canonical(rest)).hex())
    manifest = read_manifest(bundle["manifest"])
    bundle["manifest_sha256"].due(manifest.sha256.hex())
    outputs = open_seed(bundle, manifest)
    due = [(prize, w) for prize in manifest.prizes for w in range(1, prize.winners + 1)]
    winners: list[dict[str, int | str]] = []
    won: set[int] = set()
    for item, (prize, w) in zip(bundle["results"].items(len(due), len(due)), due, strict=True):
        result = item.members(INCLUSION + " outputs prize refused winner")
        result["prize"].due(prize.prize)
        result["winner"].due(w)
        number = check_result(result, prize.pool, outputs, won)
        manifest.ticket(prize.pool.name, number, item.where)
        if not manifest.repeat:
            won.add(number)
        winner: dict[str, int | str] = {"position": prize.position, "prize": prize.prize, "winner": w}
        winners.append(winner | {"pool": prize.pool.name, "draw_number": number})
    checked: set[str] = set()
    for k, pool in enumerate(pools):
        checked |= check_pool(pool, manifest, f"pool file {k + 1}")
    return Audit(manifest, winners, checked)


def verify(bundle: bytes, pools: Sequence[bytes] = ()) -> list[dict[str, int | str]]:
    """Give the winners in order, or raise `Wrong`."""
    return audit(bundle, pools).winners


def verify_proof(data: bytes) -> None:
    """Check a ticket's proof (section 14), or raise `Wrong`."""
    proof = read(data, "proof").members("draw event format manifest manifest_sha256 number pool proof")
    proof["format"].due("tombola-proof-1")
    manifest = read_manifest(proof["manifest"])
    proof["manifest_sha256"].due(manifest.sha256.hex())
    proof["draw"].due(manifest.draw)
    pool = manifest.pools.get(proof["pool"].name())
    if pool is None:
        raise proof["pool"].wrong("no such pool")
    _, number = check_inclusion(proof["proof"].members(INCLUSION), pool)
    event, ticket = manifest.ticket(pool.name, number, proof["proof"].where)
    proof["event"].due(event)
    proof["number"].due(ticket)


# The command line


def report(found: Audit) -> None:
    """Print the winners, and what was not checked."""
    manifest = found.manifest
    jackpot = None
    for k, winner in enumerate(found.winners):
        pool, number = str(winner["pool"]), int(winner["draw_number"])
        event, ticket = manifest.ticket(pool, number, pool)
        stands_for = f", ticket {ticket} of event {event}" if pool in manifest.links else ""
        stands_for += f", card {number - CARDS}" if pool == manifest.deck else ""
        stands_for += ", void" if jackpot is not None else ""
        prize = f"prize {winner['position']} ({winner['prize']}), winner {winner['winner']}"
        print(f"{prize}: {number} of {pool}{stands_for}")
        if jackpot is None and pool == manifest.deck and number == manifest.ace:
            jackpot = found.winners[k - 1]["draw_number"]
    if manifest.deck is not None:
        print("nobody wins the jackpot" if jackpot is None else f"the jackpot goes to {jackpot}")
    print(f"manifest {manifest.sha256.hex()}: compare with the one noted before the draw", file=sys.stderr)
    unchecked = [
        *(f"pool {name}: its file was not given" for name in manifest.pools if name not in found.checked),
        "that the pools hold the tickets that were sold and may win",
        "when manifest, seed's hash, public entropy and seed were published",
        "the attempts before, the software named, a lottery's ballots",
    ]
    match manifest.entropy.source:
        case "none":
            unchecked.append("that the seed is a random one; nothing public went into it")
        case "manual":
            unchecked.append("that the numbers were drawn so by hand; the manifest's hash MUST be compared")
        case "drand" | "nist" as source:
            unchecked.append(f"that {source} gave this public entropy; its signature")
        case source:
            unchecked.append(f"that the {source} came out so")
    for line in unchecked:
        print(f"not checked: {line}", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Check the bundle and the pools named."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        bundle, *pools = [Path(name).read_bytes() for name in arguments]
        report(audit(bundle, pools))
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    except Wrong as wrong:
        print(f"refused: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
