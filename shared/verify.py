"""The program `tombola-verify`: the draw's verifier with the signatures of drand's beacon checked too.

`draw.py` and `drand.py` each run alone and know nothing of each other; here they meet.
"""

from collections.abc import Sequence

from shared import drand, draw


def main(arguments: Sequence[str] | None = None) -> int:
    """As `draw.main`."""
    return draw.main(arguments, drand.check)
