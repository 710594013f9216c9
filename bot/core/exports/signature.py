"""The signature of a package: Ed25519 (RFC 8032), raw, over the bytes of the tag manifest."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.core.exports.texts import PackageTexts

_VERIFY_SIGNATURE = (
    "openssl pkeyutl -verify -rawin -pubin -inkey signature/public_key.pem "
    "-in tagmanifest-sha256.txt -sigfile signature/manifest.sig"
)
_VERIFY_LISTS = "sha256sum -c tagmanifest-sha256.txt"
_VERIFY_FILES = "sha256sum -c manifest-sha256.txt"


class Signer:
    """Signs with a private key of 32 bytes. ValueError for another length."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        public = self._key.public_key()
        self.public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.fingerprint = fingerprint(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(content)


def fingerprint(public_der: bytes) -> str:
    """How a public key is published and compared: SHA-256 of its SubjectPublicKeyInfo."""
    return hashlib.sha256(public_der).hexdigest()


def instructions(texts: PackageTexts, signer: Signer) -> str:
    """VERIFY.txt: what to type to check the package without any software of ours."""
    lines = [
        texts.verify_intro,
        "",
        texts.verify_signature,
        f"    {_VERIFY_SIGNATURE}",
        "",
        texts.verify_lists,
        f"    {_VERIFY_LISTS}",
        "",
        texts.verify_files,
        f"    {_VERIFY_FILES}",
        "",
        texts.verify_key,
        f"    {signer.fingerprint}",
        "    openssl pkey -pubin -in signature/public_key.pem -outform DER | openssl dgst -sha256",
        "",
    ]
    return "\n".join(lines)
