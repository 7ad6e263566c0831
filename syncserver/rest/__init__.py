"""The programming interface: what a program with a token may read and do, in JSON, each call with its types.

The calls' own functions stand in ``raffles``, ``sales``, ``records`` and ``shop``; ``ground`` is what all of them stand
on. What belongs to another organisation than the token's is answered as if it did not exist.
"""

from __future__ import annotations

from syncserver.rest import raffles, records, sales, shop
from syncserver.rest.ground import (
    OPERATIONS,
    PROBLEMS,
    Kind,
    Malformed,
    Operation,
    Problem,
    Rates,
    TooMany,
    blueprint,
    enter,
    malformed,
    not_allowed,
    problem,
    problem_of,
    refused,
    speaks,
    too_many,
)

PARTS = (raffles, sales, records, shop)

__all__ = [
    "OPERATIONS",
    "PARTS",
    "PROBLEMS",
    "Kind",
    "Malformed",
    "Operation",
    "Problem",
    "Rates",
    "TooMany",
    "blueprint",
    "enter",
    "malformed",
    "not_allowed",
    "problem",
    "problem_of",
    "refused",
    "speaks",
    "too_many",
]
