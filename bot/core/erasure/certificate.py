"""The deletion certificate: what was erased when and until when copies last, signed, without naming anybody.

It is a pure function of the ledger's entry, so after a restore the same certificate is made again. The signature is Ed25519
(RFC 8032) over the certificate without its `signature`, as JSON with sorted keys, no spaces, ASCII only.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.ports import Tx

if TYPE_CHECKING:
    from bot.core.erasure.ledger import Entry
    from bot.core.policies import Policy


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate under its case's reference. `content` is the JSON document; it names nobody."""

    id: str
    at: datetime
    content: str


def make(entry: Entry, policy: Policy, signing_key: bytes) -> Certificate:
    """The certificate of a completed entry. ValueError for one that is not complete."""
    from bot.core.exports.signature import Signer

    if entry.completed_at is None:
        raise ValueError("an erasure that is not complete has no certificate")
    signer = Signer(signing_key)
    body: dict[str, Any] = {
        "version": 1,
        "kind": "erasure-certificate",
        "service": policy.service,
        "operator": policy.operator,
        "reference": entry.ref,
        "scope": entry.scope,
        "requested_at": entry.requested_at.isoformat(),
        "erased_at": entry.completed_at.isoformat(),
        "backups_unreadable_by": entry.purge_by.isoformat() if entry.purge_by else None,
        "key_epoch": entry.epoch,
        "steps": list(entry.steps),
        "law": "GDPR Art. 17",
    }
    signature = {
        "algorithm": "Ed25519",
        "over": "this document without `signature`, as JSON with sorted keys, no spaces, ASCII",
        "public_key": signer.public_pem,
        "key_sha256": signer.fingerprint,
        "value": base64.b64encode(signer.sign(canonical(body))).decode(),
    }
    return Certificate(entry.ref, entry.completed_at, json.dumps(body | {"signature": signature}, indent=2))


def canonical(document: dict[str, Any]) -> bytes:
    """The signed bytes of a certificate."""
    body = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def is_genuine(content: str, fingerprint: str) -> bool:
    """Whether a certificate was signed by the key of that fingerprint and not changed since."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    from bot.core.exports.signature import fingerprint as fingerprint_of

    try:
        document = json.loads(content)
        key = load_pem_public_key(document["signature"]["public_key"].encode())
        value = base64.b64decode(document["signature"]["value"])
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(value, canonical(document))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return fingerprint_of(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)) == fingerprint


def find(tx: Tx, ref: str) -> Certificate | None:
    """The certificate of a case."""
    return tx.certificates.find(id=ref)
