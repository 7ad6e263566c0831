"""Whether the kiosk's programs are the publisher's: each file against a signed list of their SHA-256 (K4).

The list is text as ``sha256sum`` writes it, so that anybody can check an installation from outside with nothing of
ours: ``cd <where it is installed> && sha256sum -c kiosk/program.sha256``, and its signature with ``openssl pkeyutl
-verify -rawin``. Its first line, a remark to ``sha256sum``, says what is signed. Python's own caches of compiled code
are not listed: they follow from the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Fault

HEADING = b"# tombola-program-1\n"
PACKAGES = ("hardware", "kiosk", "shared")
LIST = Path("kiosk") / "program.sha256"
SIGNATURE = Path("kiosk") / "program.sig"
PUBLISHER = Path("kiosk") / "publisher.pub"
"""The publisher's public key, 32 bytes in hex; a kiosk's settings may name another."""
LIST_BYTES_MAX = 4 * 1024 * 1024
NAMED_MAX = 3
"""Files that a sentence names before it counts the rest."""


def installed() -> Path:
    """The folder that holds the program's packages."""
    return Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    state: str
    """``ok``, ``unchecked`` (there is no list: a development's checkout) or ``bad``."""
    hash: str
    """SHA-256 over the list of what is installed, hex: it names this program, signed or not."""
    changed: tuple[str, ...] = ()
    """Files that are not what the publisher signed, or not there."""
    strange: tuple[str, ...] = ()
    """Files among the program's that the publisher did not sign."""
    flaw: str = ""
    """What is wrong with the list itself, in English; empty where nothing is."""

    @property
    def detail(self) -> str:
        """What is wrong, for a log: never more than a few names."""
        parts = [self.flaw] if self.flaw else []
        for what, names in (("changed", self.changed), ("not the publisher's", self.strange)):
            if names:
                more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
                parts.append(f"{what}: {', '.join(names[:NAMED_MAX])}{more}")
        return "; ".join(parts)


def _files(root: Path) -> Iterator[str]:
    """The program's files, as they stand in the list."""
    apart = {LIST.as_posix(), SIGNATURE.as_posix(), PUBLISHER.as_posix()}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in apart:
                yield name


def listing(root: Path) -> dict[str, str]:
    """SHA-256 in hex of each of the program's files below ``root``, by name; ``Fault`` where one cannot be read."""
    found = {}
    for name in _files(root):
        try:
            found[name] = hashlib.sha256((root / name).read_bytes()).hexdigest()
        except OSError as e:
            raise Fault(
                "program", f"{name} cannot be read: {e.strerror}.", "Install the program again."
            ) from e
    return found


def lines(listed: dict[str, str]) -> bytes:
    """A listing as ``sha256sum`` writes it, under the heading that is signed with it."""
    body = "".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
    return HEADING + body.encode()


def _read(data: bytes) -> dict[str, str]:
    """The listing behind :func:`lines`; ``ValueError`` where it is none."""
    if not data.startswith(HEADING):
        raise ValueError("the heading is missing")
    listed = {}
    for line in data[len(HEADING) :].decode().splitlines():
        digest, between, name = line[:64], line[64:66], line[66:]
        if between != "  " or not name or len(bytes.fromhex(digest)) != 32:
            raise ValueError(f"a line cannot be read: {line[:80]!r}")
        listed[name] = digest
    return listed


def sign(root: Path, seed: bytes) -> int:
    """Write list, signature and public key for the program below ``root``; how many files are listed.

    ``seed`` is the publisher's Ed25519 private key, 32 bytes. For whoever builds a release; a kiosk never does it.
    """
    from shared.keys import SigningKey  # noqa: PLC0415 - a kiosk's start needs no key here

    key = SigningKey(seed)
    listed = listing(root)
    data = lines(listed)
    (root / LIST).write_bytes(data)
    # The heading is the domain: with the lines behind it the whole file is what is signed.
    (root / SIGNATURE).write_bytes(key.sign(HEADING, data[len(HEADING) :]))
    (root / PUBLISHER).write_text(key.public.hex() + "\n", encoding="ascii")
    return len(listed)


def check(root: Path, publisher: str = "") -> Verdict:
    """Compare what is installed below ``root`` with the signed list; some 30 ms.

    ``publisher`` is the public key in hex that the kiosk's settings name. Where they name one, a list that is missing
    is a mismatch; else it is a checkout that nobody signed. ``Fault`` where a file cannot be read.
    """
    found = listing(root)
    digest = hashlib.sha256(lines(found)).hexdigest()
    if not (root / LIST).exists():
        if not publisher and not (root / SIGNATURE).exists():
            return Verdict("unchecked", digest)
        return Verdict("bad", digest, flaw="the publisher's list is missing")
    try:
        listed = _proved(root, publisher)
    except (OSError, ValueError) as e:
        return Verdict("bad", digest, flaw=f"the publisher's list does not hold: {e}")
    changed = tuple(sorted(name for name, of in listed.items() if found.get(name) != of))
    strange = tuple(sorted(set(found) - set(listed)))
    return Verdict("bad" if changed or strange else "ok", digest, changed, strange)


def _proved(root: Path, publisher: str) -> dict[str, str]:
    """The list below ``root`` if it is signed; ``ValueError`` or ``OSError`` where it is not."""
    from shared import keys  # noqa: PLC0415 - only a signed program needs it here

    if (root / LIST).stat().st_size > LIST_BYTES_MAX:
        raise ValueError("it is too long")
    data, signature = (root / LIST).read_bytes(), (root / SIGNATURE).read_bytes()
    public = bytes.fromhex(publisher or (root / PUBLISHER).read_text(encoding="ascii").strip())
    if not data.startswith(HEADING) or not keys.verify(public, HEADING, data[len(HEADING) :], signature):
        raise ValueError("it is not signed with the publisher's key")
    return _read(data)
