# ruff: noqa: INP001, T201 - a program of its own, run by hand

"""Sign an installed kiosk program as its publisher: ``python packaging/sign_program.py ROOT KEY``.

ROOT is the folder that holds the packages ``hardware``, ``kiosk`` and ``shared``; KEY a file with the publisher's
Ed25519 private key, 32 bytes in hex (``openssl rand -hex 32 > KEY`` makes one). It writes ``kiosk/program.sha256``,
``kiosk/program.sig`` and ``kiosk/publisher.pub`` below ROOT. From outside a kiosk is then checked with

    cd ROOT && sha256sum -c kiosk/program.sha256
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.manifest import sign


def main(argv: list[str]) -> int:
    """Sign; the exit code. 2: the command cannot be meant."""
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root, key = Path(argv[0]), Path(argv[1])
    try:
        seed = bytes.fromhex(key.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as e:
        print(f"The key cannot be read: {e}", file=sys.stderr)
        return 2
    if len(seed) != 32:
        print(f"{key} holds {len(seed)} bytes; a key has 32.", file=sys.stderr)
        return 2
    print(f"{sign(root, seed)} files listed and signed below {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
