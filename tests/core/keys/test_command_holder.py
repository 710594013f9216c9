"""A program that holds the root key: the small port behind which a KMS can stand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.core.errors import KeyUnavailableError, SealError
from bot.core.keys import CommandKekHolder
from tests.core.house import SECRET, open_house

PROGRAM = """
import base64, pathlib, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
import os
assert not [name for name in os.environ if name.startswith("BOT_")]
deed, name = sys.argv[1:]
cipher, content = AESGCM(bytes(32)), base64.b64decode(sys.stdin.read())
if deed == "wrap":
    nonce = os.urandom(12)
    print(base64.b64encode(nonce + cipher.encrypt(nonce, content, None)).decode())
else:
    print(base64.b64encode(cipher.decrypt(content[:12], content[12:], None)).decode())
"""


def _program(folder: Path) -> str:
    file = folder / "kms.py"
    file.write_text(PROGRAM)
    return f"{sys.executable} {file}"


async def test_a_program_may_hold_the_root_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real program; it sees none of our settings, and a key under another name does not open."""
    monkeypatch.setenv("BOT_TOKEN", "1:secret")
    command = _program(tmp_path)
    holder = CommandKekHolder(command)
    async with open_house(tmp_path / "house") as house:
        subject = house.person()
        assert house.ring.rewrap_root(holder) == 1
        async with open_house(tmp_path / "house", house.clock, key_command=command) as other:
            assert other.reads(subject) == SECRET
    wrapped = holder.wrap(bytes(range(32)), "EU/region/1")
    assert holder.unwrap(wrapped, "EU/region/1") == bytes(range(32))
    with pytest.raises(SealError):
        holder.unwrap(wrapped, "US/region/1")


@pytest.mark.parametrize("command", ["", "/nowhere/to/be/found", "false", "true"])
def test_a_program_that_fails_is_a_clear_error(command: str) -> None:
    """Never a key made of nothing."""
    with pytest.raises((KeyUnavailableError, SealError)):
        CommandKekHolder(command).unwrap(b"x", "name")
