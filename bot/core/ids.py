"""Names of things. All are opaque strings made from randomness; none says anything about a person."""

from __future__ import annotations

import base64
import unicodedata
from typing import NewType, Protocol

SubjectId = NewType("SubjectId", str)
"""A data subject inside the core. Random; the link to a person is sealed under that person's own key."""
Region = NewType("Region", str)
CaseRef = NewType("CaseRef", str)

# Crockford's alphabet: no I, L, O, U, so that a reference survives being read aloud.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Randomness(Protocol):
    """A source of unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        ...


def new_id(random: Randomness) -> str:
    """A 128-bit identifier, 26 characters, url-safe."""
    return base64.b32encode(random.bytes(16)).decode().rstrip("=").lower()


def new_token(random: Randomness, size: int = 16) -> str:
    """A bearer token of `size` bytes; by default 128 bits, 22 characters of `A-Za-z0-9_-`: fits callback data and deep links."""
    return base64.urlsafe_b64encode(random.bytes(size)).decode().rstrip("=")


def new_reference(random: Randomness, prefix: str) -> CaseRef:
    """A short reference that people can quote: prefix, a dash, six letters or digits (30 bits)."""
    number = int.from_bytes(random.bytes(4), "big")
    letters = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(6))
    return CaseRef(f"{prefix}-{letters}")


def read_reference(text: str) -> CaseRef:
    """What a person typed as a reference, in our spelling (case, look-alike letters, spaces, any kind of dash or none)."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())
    return CaseRef(f"{letters[:3]}-{letters[3:].translate(str.maketrans('ILOU', '110V'))}")
