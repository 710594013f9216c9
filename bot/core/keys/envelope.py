"""Seal and unseal: AES-256-GCM that knows its place.

Layout of a sealed value: `version (1) | nonce (12) | ciphertext | tag (16)`. The associated data names the region, subject,
table, column and row, so that a copied ciphertext opens nowhere else. There is no nonce parameter: none can be reused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.errors import SealError

Sealed = NewType("Sealed", bytes)

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lives. Two places are never the same bytes: every part carries its length."""

    region: str
    subject: str
    table: str
    column: str
    row: str

    def associated_data(self) -> bytes:
        """Canonical bytes of this place."""
        return _place(self.region, self.subject, self.table, self.column) + _counted(self.row)


class ColumnSeal:
    """Seals and opens the values of one column of one subject. All of their place but the row is put into bytes once."""

    __slots__ = ("_cipher", "_place")

    def __init__(self, cipher: AESGCM, region: str, subject: str, table: str, column: str) -> None:
        self._cipher = cipher
        self._place = _place(region, subject, table, column)

    def seal(self, row: str, plaintext: bytes) -> Sealed:
        """Seal a value for its row."""
        return seal(self._cipher, plaintext, self._place + _counted(row))

    def unseal(self, row: str, sealed: bytes) -> bytes:
        """Open the value of a row. SealError."""
        return unseal(self._cipher, sealed, self._place + _counted(row))


def seal(cipher: AESGCM, plaintext: bytes, associated_data: bytes) -> Sealed:
    """Encrypt and bind to `associated_data`."""
    nonce = os.urandom(_NONCE_BYTES)
    return Sealed(_VERSION + nonce + cipher.encrypt(nonce, plaintext, associated_data))


def unseal(cipher: AESGCM, sealed: bytes, associated_data: bytes) -> bytes:
    """Undo `seal`. SealError on a wrong key, another place, a changed bit or an unknown version."""
    if len(sealed) < 1 + _NONCE_BYTES + 16 or sealed[:1] != _VERSION:
        raise SealError
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], associated_data)
    except InvalidTag:
        raise SealError from None


def _place(region: str, subject: str, table: str, column: str) -> bytes:
    return len(_VERSION).to_bytes(4, "big") + _VERSION + b"".join(map(_counted, (region, subject, table, column)))


def _counted(part: str) -> bytes:
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def derive(key: bytes, purpose: str) -> bytes:
    """A 256-bit key for one purpose, by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def rewrap(old: AESGCM, new: AESGCM, wrapped: bytes, name: str) -> bytes:
    """Unwrap with one key and wrap with another, for many keys. SealError."""
    bound = b"key:" + name.encode()
    return seal(new, unseal(old, wrapped, bound), bound)


def wrap(wrapping: bytes, key: bytes, name: str) -> bytes:
    """Wrap a key under another, bound to the wrapped key's name."""
    return seal(AESGCM(wrapping), key, b"key:" + name.encode())


def unwrap(wrapping: bytes, wrapped: bytes, name: str) -> bytes:
    """Undo `wrap`. SealError on a wrong key or name."""
    return unseal(AESGCM(wrapping), wrapped, b"key:" + name.encode())
