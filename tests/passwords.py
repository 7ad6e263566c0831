"""Passwords are hashed by the same function as outside, but for what it costs: tests make and check thousands of them."""

from __future__ import annotations

from argon2 import PasswordHasher

from syncserver import auth

OUTSIDE = auth._hasher
"""As it is set where no tests run; one of them looks at it."""

auth._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
