"""Who sealed a backup: the region's signing key, the present one or any that handed over to it.

A signature, and not a key that opens: whoever can read backups cannot make one. It tells that no bit was changed since; that
nobody erased comes back with it is the ledger's to say.
"""

from __future__ import annotations

import json
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.core.keys.ring import HANDOVER, SIGNING, KeyRing

PURPOSE: Final = b"privacy-bot backup seal 1\n"


def sign(ring: KeyRing, digest: bytes) -> bytes:
    """The signature over a backup's digest."""
    return Ed25519PrivateKey.from_private_bytes(ring.newest_keys(SIGNING)[0].key).sign(_message(ring, digest))


def is_ours(ring: KeyRing, digest: bytes, signature: bytes) -> bool:
    """Whether this region sealed it, as far as this key store knows."""
    return any(_fits(key, signature, _message(ring, digest)) for key in _public_keys(ring))


def _message(ring: KeyRing, digest: bytes) -> bytes:
    return PURPOSE + ring.region.encode() + b"\n" + digest


def _public_keys(ring: KeyRing) -> list[Ed25519PublicKey]:
    now = [Ed25519PrivateKey.from_private_bytes(each.key).public_key() for each in ring.newest_keys(SIGNING)]
    rows = [json.loads(line) for line in ring.kept(HANDOVER)]
    return [*now, *(Ed25519PublicKey.from_public_bytes(bytes.fromhex(row["follows"])) for row in rows)]


def _fits(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
