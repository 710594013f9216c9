"""What keeps regions apart: keys, processes, ciphertexts, backups."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import open_core
from bot.core import accounts, conversations, moving
from bot.core.errors import HeldError, SealError
from bot.core.ports import Tx
from bot.core.understanding import Understanding
from bot.settings import Settings, SettingsError, read_settings
from tests.regions.two_regions import ALICE, AWAY, HOME, Faults, TwoRegions
from tests.stage import Stage


@pytest.fixture
async def regions(tmp_path: Path) -> AsyncIterator[TwoRegions]:
    """Alice lives at home."""
    made = await TwoRegions.open(tmp_path)
    made.furnish()
    yield made
    await made.close()


def _move(regions: TwoRegions, here: str, there: str) -> None:
    item = regions.want(here, there)
    regions.job(here, Faults())(regions.engine(here), item)


async def test_a_ciphertext_of_one_region_does_not_open_in_another(regions: TwoRegions) -> None:
    """Not under the person's key there, and not under the same key either: the seal names its region."""
    from dataclasses import replace

    from bot.core.keys.envelope import Place, seal, unseal

    here = regions.engine(HOME).read(lambda tx: tx.keys.seal(_alice(tx), "conversations", "title", "row", b"secret"))
    await asyncio.to_thread(_move, regions, HOME, AWAY)
    with pytest.raises(SealError):
        regions.engine(AWAY).read(lambda tx: tx.keys.unseal(_alice(tx), "conversations", "title", "row", here))

    def under_one_key(tx: Tx) -> None:
        subject = _alice(tx)
        cipher = tx.keys._dek(subject).column("conversations", "title")._cipher
        place = Place(AWAY, subject, "conversations", "title", "row")
        sealed = seal(cipher, b"secret", replace(place, region=HOME).associated_data())
        with pytest.raises(SealError):
            unseal(cipher, sealed, place.associated_data())

    regions.engine(AWAY).read(under_one_key)


def _alice(tx: Tx) -> str:
    found = accounts.find_by_telegram(tx, ALICE)
    assert found is not None
    return found.id


async def test_the_root_key_of_one_region_opens_no_key_of_another(regions: TwoRegions) -> None:
    """Who has the folder of one region and the key store of the other has nothing."""
    stolen = regions.cores[AWAY].ring.stored()
    thief = regions.cores[HOME].ring.holder
    for key in stolen:
        assert key.wrapped is not None
        with pytest.raises(SealError):
            thief.unwrap(key.wrapped, key.name)


def test_a_process_that_serves_one_region_opens_no_other(tmp_path: Path) -> None:
    """A process of its own, told of EU alone, asked for US: RegionError, and nothing of US is touched."""
    script = """
import asyncio, sys
from bot.app import open_core
from bot.core.errors import RegionError
from bot.regions import Regions
from bot.settings import Settings

async def main():
    core = await open_core(Settings())
    regions = Regions(core, None, None)
    try:
        await regions.open("US")
    except RegionError as error:
        print("refused", error.region)
    regions.directory.close()
    await core.stop()

asyncio.run(main())
"""
    asyncio.run(_use_us(tmp_path))
    store = tmp_path / "us" / "keys" / "keys.sqlite3"
    before = store.read_bytes()
    environment = {**os.environ, "BOT_DATA_DIR": str(tmp_path), "BOT_REGIONS": "EU"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "refused US"
    assert store.read_bytes() == before


async def _use_us(folder: Path) -> None:
    theirs = Settings(data_dir=folder).for_region("US")
    assert theirs is not None
    core = await open_core(theirs)
    await core.stop()


async def test_who_lives_in_a_region_not_served_is_told_so(tmp_path: Path, understanding: Understanding) -> None:
    """No stranger's welcome, and no second account."""
    first = await Stage.build(tmp_path, understanding)
    await first.given_conversations("alice", ["Diary"])
    moved = await first.core.database.read(lambda tx: accounts.find_by_telegram(tx, ALICE))
    assert moved is not None
    await first.core.database.write(lambda tx: accounts.set_jurisdiction(tx, moved.id, "california"))
    await first.settle()
    await first.close()
    second = await Stage.build(tmp_path, understanding, settings=Settings(data_dir=tmp_path, regions="EU"))
    await second.plays("""
        alice: /start
        bot:   Your data is kept in: United States. I cannot reach it from here at the moment. Please try again later.
    """)
    assert await second.core.database.read(lambda tx: tx.accounts.count()) == 0
    assert list(second.app.regions.desks) == ["EU"]
    await second.close()


async def test_an_update_that_came_to_the_old_region_is_sent_on(tmp_path: Path, understanding: Understanding) -> None:
    """It was stored a moment before the move ended: the person is no stranger, and hears one answer."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_conversations("alice", ["Diary"])
    await stage.plays("""
        alice: /start
        bot:   Hello! ...
    """)
    moved = await stage.core.database.read(lambda tx: accounts.find_by_telegram(tx, ALICE))
    assert moved is not None
    await stage.core.database.write(lambda tx: accounts.set_jurisdiction(tx, moved.id, "california"))
    await stage.settle()
    stage._outputs.clear()
    user = {"id": ALICE, "is_bot": False, "first_name": "Alice", "language_code": "en"}
    chat = {"id": ALICE, "type": "private", "first_name": "Alice"}
    entity = {"type": "bot_command", "offset": 0, "length": 8}
    message = {"message_id": 900, "date": 1, "chat": chat, "from": user, "text": "/history", "entities": [entity]}
    await stage.app.inbox.store([{"update_id": 900, "message": message}])
    await stage.settle()
    (said,) = stage._outputs
    assert "Diary" in str(said)
    assert await stage.core.database.read(lambda tx: tx.accounts.count()) == 0
    await stage.close()


async def test_a_change_on_the_way_makes_the_copy_again(regions: TwoRegions) -> None:
    """Retention does not stop for a move: what it deletes meanwhile does not come back on the other side."""

    def gone() -> None:
        def delete(tx: Tx) -> None:
            page, _count = conversations.page(tx, _alice(tx), limit=1)
            conversations.delete(tx, _alice(tx), page[0].id)

        regions.engine(HOME).write(delete)

    def move() -> None:
        item = regions.want(HOME, AWAY)
        regions.job(HOME, Faults(at=12, strike=gone))(regions.engine(HOME), item)

    await asyncio.to_thread(move)
    assert regions.engine(AWAY).read(lambda tx: conversations.page(tx, _alice(tx), limit=9)[1]) == 1


async def test_a_legal_hold_keeps_the_data_where_it_is(regions: TwoRegions) -> None:
    """Evidence is not moved about; nothing is lost by waiting."""
    regions.engine(HOME).write(lambda tx: tx.keys.hold(_alice(tx), held=True))
    await asyncio.to_thread(_move, regions, HOME, AWAY)
    regions.lives_only_in(HOME)
    regions.engine(HOME).write(lambda tx: tx.keys.hold(_alice(tx), held=False))
    regions.clock.move(moving.job._LOOK_AGAIN)
    assert await asyncio.to_thread(regions.finish, HOME)
    regions.lives_only_in(AWAY)


async def test_a_restored_backup_does_not_bring_back_who_moved_away(tmp_path: Path) -> None:
    """The old copy is taken out again, and nobody counts as erased."""
    regions = await TwoRegions.open(tmp_path)
    regions.furnish()
    await asyncio.to_thread(regions.cores[HOME].database.compact)
    file = tmp_path / "privacy.sqlite3"
    backup = shutil.copy(file, tmp_path / "backup")
    await asyncio.to_thread(_move, regions, HOME, AWAY)
    core = regions.cores.pop(HOME)
    await core.stop()
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, file)
    regions.cores[HOME] = core = await open_core(Settings(data_dir=tmp_path), regions.clock)
    assert regions.status(HOME) == "open"
    assert await asyncio.to_thread(moving.replay, regions.engine(HOME), core.moves) == 1
    assert await asyncio.to_thread(moving.replay, regions.engine(HOME), core.moves) == 0
    regions.lives_only_in(AWAY)
    assert core.ledger.entries() == []
    tags = regions.engine(HOME).read(lambda tx: [entry.tag for entry in tx.audit.select()])
    assert "account:erased" not in tags
    await regions.close()


def test_settings_of_a_region() -> None:
    """Its own database, folder and ledger; none where PostgreSQL at home has no sister for it."""
    here = Settings(data_dir=Path("d"), database_url="postgresql+asyncpg://h/{region}", database_url_cn="sqlite:///cn")
    assert here.database == "postgresql+asyncpg://h/eu"
    found = {name: theirs.database for name in here.served if (theirs := here.for_region(name))}
    base = "postgresql+asyncpg://h/"
    assert found == {"EU": base + "eu", "US": base + "us", "CN": "sqlite:///cn", "SG": base + "sg"}
    alone = Settings(data_dir=Path("d"), database_url="postgresql+asyncpg://h/one")
    assert [name for name in alone.served if alone.for_region(name)] == ["EU"]
    assert Settings(data_dir=Path("d"), regions="EU, US").for_region("CN") is None


def test_a_home_that_is_not_served_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line."""
    monkeypatch.setenv("BOT_REGIONS", "US,CN")
    with pytest.raises(SettingsError, match="BOT_REGION must be one of BOT_REGIONS"):
        read_settings()


async def test_the_commands_find_an_account_wherever_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name is given once in all regions; import and link go to where the account is."""
    from bot.cli.accounts import account
    from bot.cli.importing import import_conversations

    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    theirs = Settings(data_dir=tmp_path).for_region("US")
    assert theirs is not None
    core = await open_core(theirs)
    made = await core.database.write(lambda tx: accounts.create(tx, name="anna"))
    await core.stop()
    assert await account("create", "Anna") == 2
    assert await account("create", "bert") == 0
    assert await account("link", "anna") == 0
    file = tmp_path / "conversations.json"
    turn = {"role": "user", "content": "hello", "create_time": 1_700_000_000}
    file.write_text(json.dumps([{"title": "Diary", "messages": [turn]}]))
    await import_conversations(file, "anna")
    capsys.readouterr()
    core = await open_core(theirs)
    assert await core.database.read(lambda tx: tx.link_tokens.count(subject=made.id)) == 1
    await core.stop()


async def test_a_hold_set_at_the_last_moment_stops_the_move_before_anything_is_removed(regions: TwoRegions) -> None:
    """Looked at once more in the transaction that leaves the account."""

    def hold() -> None:
        regions.engine(HOME).write(lambda tx: tx.keys.hold(_alice(tx), held=True))

    def move() -> None:
        item = regions.want(HOME, AWAY)
        regions.job(HOME, Faults(at=12, strike=hold))(regions.engine(HOME), item)

    await asyncio.to_thread(move)
    assert regions.answering() == HOME
    with pytest.raises(HeldError):
        regions.engine(HOME).write(lambda tx: tx.keys.shred(_alice(tx)))
    regions.engine(HOME).write(lambda tx: tx.keys.hold(_alice(tx), held=False))
    assert await asyncio.to_thread(regions.finish, HOME)
    regions.lives_only_in(AWAY)
