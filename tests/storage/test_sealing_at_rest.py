"""What lies on disk tells nothing, and opens only where it was put."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from bot.app import Core
from bot.core import accounts, conversations
from bot.core.conversations import Message
from bot.core.errors import SealError
from bot.core.ports import Tx
from bot.storage.transaction import Transaction
from tests.stage import START, Stage


async def test_no_typed_text_name_or_id_is_in_any_file(tmp_path: Path, understanding) -> None:  # type: ignore[no-untyped-def]
    """Database, write-ahead log and key store, scanned byte by byte, before and after a checkpoint."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_conversations("alice", ["Zebrafish diary"], password="hunter2 hunter2")
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice: My unmistakable flamingo question
        bot:   This goes to the privacy team...
        alice: [Send]
        bot:   ...
        alice: /export
        bot:   ...
        alice: [Request export]
        bot:   ...
        bot:   ...
        bot:   (file) ...
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   ...
        alice: wrongpassword99
        bot:   (deletes the message)
        bot:   ...
    """)
    secrets = ["Zebrafish", "flamingo", "wrongpassword99", "hunter2", "Alice", "Meyer", "1001", "a private question"]
    for _ in range(2):
        for file in tmp_path.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                for secret in secrets:
                    if secret == "1001" and file.suffix == ".key":
                        continue
                    found = re.search(rb"(?<!\d)" + secret.encode() + rb"(?!\d)", content)  # not inside a longer number
                    assert not found, f"{secret} is readable in {file.name}"
        stage.core.database.compact()  # type: ignore[attr-defined]
    await stage.close()


async def test_a_sealed_value_opens_in_no_other_place(core: Core) -> None:
    """Swap matrix: every pair of subject, table, column and row."""

    def furnish(tx: Tx) -> None:
        for name in ("ann", "ben"):
            account = accounts.create(tx, name=name)
            for title in ("one", "two"):
                conversations.add(tx, account.id, title, [Message("user", title, START)])

    await core.database.write(furnish)

    def swap_all(tx: Transaction) -> int:
        places = [
            (table, column, str(row), bytes(value))
            for table, column in (
                ("accounts", "name"),
                ("accounts", "pseudonym"),
                ("conversations", "title"),
                ("segments", "content"),
            )
            for row, value in tx.session.rows(f"SELECT id, {column} FROM {table}", ())
        ]
        refused = 0
        for (table, column, row, own), (*_place, foreign) in itertools.permutations(places, 2):
            change = f"UPDATE {table} SET {column} = {tx.session.mark(1)} WHERE id = {tx.session.mark(2)}"
            tx.session.write(change, (foreign, row))
            with pytest.raises(SealError):
                getattr(tx, table).get(id=row)
            refused += 1
            tx.session.write(change, (own, row))
        return refused

    assert await core.database.write(swap_all) == 12 * 11  # type: ignore[arg-type]


async def test_another_root_key_opens_nothing(core: Core, tmp_path: Path) -> None:
    """A wrong key is an error at start, never wrong text."""
    import base64

    from bot.app import open_core
    from bot.settings import Settings

    with pytest.raises(SealError):
        await open_core(Settings(data_dir=tmp_path, root_key=base64.b64encode(bytes(32)).decode()), core.clock)  # type: ignore[arg-type]


async def test_a_sealed_field_cannot_be_searched(core: Core) -> None:
    """Look-ups go through blind indexes only."""
    with pytest.raises(ValueError, match="sealed"):
        await core.database.read(lambda tx: tx.conversations.select(title="x"))
