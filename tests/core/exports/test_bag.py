"""The package as a bag: every file listed, the lists signed, a changed byte found."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.core.exports.conftest import LONG, Desk


def listed(top: Path, name: str) -> dict[str, str]:
    lines = (top / name).read_text().splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


async def test_every_file_of_the_bag_is_listed_with_its_true_hash(desk: Desk, tmp_path: Path) -> None:
    """RFC 8493 §3: complete (every file listed, every listed file there) and valid (every hash fits)."""
    desk.chat("First", LONG)
    top = desk.unpack(tmp_path / "out")
    payload = {str(path.relative_to(top)) for path in (top / "data").rglob("*") if path.is_file()}
    manifest = listed(top, "manifest-sha256.txt")
    assert manifest.keys() == payload
    tags = listed(top, "tagmanifest-sha256.txt")
    everything = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert everything - payload - tags.keys() == {"tagmanifest-sha256.txt", "signature/manifest.sig"}
    for path, digest in {**manifest, **tags}.items():
        assert hashlib.sha256((top / path).read_bytes()).hexdigest() == digest, path
    octets = sum((top / path).stat().st_size for path in payload)
    assert f"Payload-Oxum: {octets}.{len(payload)}\n" in (top / "bag-info.txt").read_text()
    assert (top / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


async def test_the_commands_in_verify_txt_find_a_good_package_good(desk: Desk, tmp_path: Path) -> None:
    """They are run as they stand there, by a shell."""
    top = desk.unpack(tmp_path / "out")
    text = (top / "signature" / "VERIFY.txt").read_text()
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    said = [
        subprocess.run(c, shell=True, cwd=top, capture_output=True, text=True) for c in commands if " " in c
    ]
    assert [done.returncode for done in said] == [0, 0, 0, 0]
    assert "Signature Verified Successfully" in said[0].stdout
    assert {line.rsplit(": ", 1)[1] for done in said[1:3] for line in done.stdout.splitlines()} == {"OK"}
    [fingerprint] = [command for command in commands if " " not in command]
    assert fingerprint in said[3].stdout


@pytest.mark.parametrize("name", ["data/export.json", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
async def test_a_changed_byte_anywhere_is_found_by_one_of_the_commands(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    """The payload by the manifest, the manifest by the tag manifest, the tag manifest by the signature."""
    top = desk.unpack(tmp_path / "out")
    content = bytearray((top / name).read_bytes())
    content[10] ^= 1
    (top / name).write_bytes(bytes(content))
    text = (top / "signature" / "VERIFY.txt").read_text()
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")][:3]
    codes = [subprocess.run(c, shell=True, cwd=top, capture_output=True).returncode for c in commands]
    assert any(codes)


async def test_the_signature_holds_for_the_tag_manifest_and_for_nothing_else(
    desk: Desk, tmp_path: Path
) -> None:
    top = desk.unpack(tmp_path / "out")
    key = load_pem_public_key((top / "signature" / "public_key.pem").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    signature = (top / "signature" / "manifest.sig").read_bytes()
    tagged = (top / "tagmanifest-sha256.txt").read_bytes()
    key.verify(signature, tagged)
    with pytest.raises(InvalidSignature):
        key.verify(signature, tagged + b"\n")
