"""Names of locks as PostgreSQL knows them: 64-bit numbers."""

from __future__ import annotations

import hashlib


def number_of(name: str) -> int:
    """The number of a lock's name; two names share one with a chance of 2⁻⁶⁴, and would only wait for each other."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


MIGRATION = number_of("migration")
