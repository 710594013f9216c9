"""A backup and what comes back from it: nobody who was erased, on either database."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_core
from bot.checkpoints import checkpoint_path, open_checkpoints, sign_head
from bot.cli import keys
from bot.cli.audit import audit
from bot.cli.backup import backup
from bot.cli.restore import restore
from bot.core import accounts
from bot.core.audit import Tag
from bot.core.audit_checkpoints import head_of
from bot.core.cases import Status
from bot.core.clock import FixedClock
from bot.core.erasure.sources import left
from bot.core.errors import LedgerCutError, QuarantineError, ShreddedError
from bot.core.keys import rotation
from bot.safe import open_safe
from bot.settings import Settings
from bot.storage.backups import backups_of
from bot.storage.doors import PostgresDoor
from tests.core.house import NOON, SECRET, Home, House, house_of


def _erase(house: House, subject: str) -> str:
    ref = house.delete(subject)
    house.clock.move(timedelta(days=7))
    house.work_off()
    return ref


async def _trail(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What `audit verify` says, and its status."""
    capsys.readouterr()
    return await audit("verify", None), capsys.readouterr().out


async def test_a_person_erased_stays_erased_after_a_restore(
    environment: Settings, copy: Path, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Backup, erasures, disaster, restore: quarantine, replay, verification, and only then the service starts. The audit trail verifies
    on every machine and tells what it lost; one that slept through it and through a new signing key learns of both."""
    clock = FixedClock(NOON)
    core = await open_core(environment, clock)
    house = house_of(core)
    early, asked, stays = house.person(1), house.person(2, "asked"), house.person(3, "stays")
    asked_ref = house.delete(asked)
    assert await backup(copy) == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    early_ref = house.delete(early)
    house.clock.move(timedelta(days=7))
    house.work_off()
    papers = {row.id: row.content for row in house.look(lambda tx: tx.certificates.select())}
    assert papers.keys() == {asked_ref, early_ref}
    was, asleep = (await core.database.write(head_of)).number, home.settings()
    slept = await open_core(asleep, clock)
    await sign_head(slept)
    await slept.stop()
    await core.stop()

    assert await restore(copy) == 2, "there is a database: nothing is overwritten without --replace"
    assert await restore(copy, replace=True) == 0
    core = await open_core(environment, clock)
    house = house_of(core)
    for subject in (early, asked):
        assert house.look(lambda tx, s=subject: left(tx, s, "")) == ()
        with pytest.raises(ShreddedError):
            house.look(lambda tx, s=subject: tx.keys.is_restricted(s))
    assert house.look(lambda tx: accounts.find_by_telegram(tx, 1)) is None
    assert house.reads(stays) == "stays"
    cases = {case.id: case for case in house.look(lambda tx: tx.cases.select())}
    assert {ref: case.status for ref, case in cases.items()} == {asked_ref: Status.PURGING, early_ref: Status.PURGING}
    assert {row.id: row.content for row in house.look(lambda tx: tx.certificates.select())} == papers
    house.wait(days=23)
    assert {case.status for case in house.look(lambda tx: tx.cases.select())} == {Status.DONE}
    [note] = house.look(lambda tx: tx.audit.select(tag=Tag.DATABASE_RESTORED.value))
    await core.stop()
    said = f"entries {note.number} to {was} as they were then are no longer there ({was - note.number + 1})"
    for folder in (environment.data_dir, asleep.data_dir):
        monkeypatch.setenv("BOT_DATA_DIR", str(folder))
        for _ in range(2):
            status, out = await _trail(capsys)
            assert (status, out.count(said)) == (0, 2 if home.on_postgres and "all machines" in out else 1)
            assert await keys.rotate("signing", subject=None, target=(None, None, None)) == 0


async def test_a_backup_copied_back_by_hand_is_noticed(
    environment: Settings, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ledger knows more than the database: nothing starts until `restore` has replayed it, and signed that the trail is a shorter
    one. A cut after that is one."""
    clock = FixedClock(NOON)
    core = await open_core(environment, clock)
    house = house_of(core)
    subject = house.person()
    await backup(copy)
    _erase(house, subject)
    await sign_head(core)
    await core.stop()
    await backups_of(environment.database, "EU").put_back(copy)
    with pytest.raises(QuarantineError):
        await open_core(environment, clock)
    assert await restore(None) == 0
    status, out = await _trail(capsys)
    assert status == 0 and "The database was restored" in out
    assert await restore(None) == 0
    core = await open_core(environment, clock)
    assert house_of(core).look(lambda tx: left(tx, subject, "")) == ()
    assert len(house_of(core).look(lambda tx: tx.audit.select(tag=Tag.DATABASE_RESTORED.value))) == 1
    await sign_head(core)
    last = (await core.database.write(head_of)).number
    house_of(core).do(lambda tx: tx.audit.remove(id=f"{last:012d}"))
    await core.stop()
    status, out = await _trail(capsys)
    assert status == 1 and f"truncated: entries {last} to {last} were cut off the end" in out


async def test_a_restore_that_was_interrupted_keeps_everything_closed(
    environment: Settings, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mark outlives the crash; running it again ends it; again once more changes nothing. What it signed of the audit trail before
    the crash is not signed again."""
    clock = FixedClock(NOON)
    core = await open_core(environment, clock)
    house = house_of(core)
    subject = house.person()
    await backup(copy)
    _erase(house, subject)
    entries = house.ledger.entries()
    await sign_head(core)
    await core.stop()
    safe = open_safe(environment)
    safe.marker.enter()
    safe.close()
    await backups_of(environment.database, "EU").put_back(copy)
    core = await open_core(environment, clock, quarantined=True)
    open_checkpoints(core).write_restored(await core.database.write(head_of), [], backup=True, sealed=True)
    await core.stop()
    with pytest.raises(QuarantineError):
        await open_core(environment, clock)
    assert await restore(copy) == 0, "what it began it may replace"
    assert (await _trail(capsys))[1].splitlines()[-2].startswith("The database was restored")
    assert await restore(copy, replace=True) == 0
    assert await restore(None) == 0
    assert "1 erasures, 0 people erased again" in capsys.readouterr().out.splitlines()[-2]
    core = await open_core(environment, clock)
    lines = checkpoint_path(environment).read_text().splitlines()
    assert sum("was" in json.loads(line) for line in lines) == 2
    assert len(house_of(core).look(lambda tx: tx.audit.select(tag=Tag.DATABASE_RESTORED.value))) == 1
    assert (await _trail(capsys))[0] == 0
    assert core.ledger.entries() == entries
    assert house_of(core).look(lambda tx: left(tx, subject, "")) == ()
    await core.stop()


async def test_a_backup_older_than_its_keys_is_refused_untouched(
    environment: Settings, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be opened is not put in the place of what can."""
    clock = FixedClock(NOON)
    core = await open_core(environment, clock)
    house = house_of(core)
    house.person()
    await backup(copy)
    rotation.retire(house.engine, house.ring, 1, lambda tx: None)
    late = house.person(2)
    await core.stop()
    assert await restore(copy, replace=True) == 2
    assert "too old: the epoch keys of 2 of 2 data keys were destroyed" in capsys.readouterr().err
    core = await open_core(environment, clock)
    assert house_of(core).reads(late) == SECRET
    await core.stop()


async def test_what_is_no_backup_is_refused(environment: Settings, tmp_path: Path) -> None:
    """A text, an empty database, somebody else's archive, nothing at all."""
    (tmp_path / "text").write_text("hello")
    sqlite3.connect(tmp_path / "empty").close()
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("manifest.json", "{}")
    wrong = (("text", ValueError), ("empty", ValueError), ("archive", ValueError), ("none", FileNotFoundError))
    for name, error in wrong:
        with pytest.raises(error):
            await restore(tmp_path / name, replace=True)
    await (await open_core(environment, FixedClock(NOON))).stop()


async def test_a_backup_is_never_written_over_another(environment: Settings, copy: Path) -> None:
    """The older one may be the only good one; and a half one is not left behind."""
    core = await open_core(environment, FixedClock(NOON))
    await backup(copy)
    with pytest.raises(FileExistsError):
        await backup(copy)
    await core.stop()
    assert [file.name for file in copy.parent.iterdir() if file.name.startswith("backup")] == ["backup"]


async def test_without_the_keys_of_the_region_nothing_is_touched(
    environment: Settings, copy: Path, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a new machine the key store comes first; and each region's backup goes back to its own."""
    core = await open_core(environment, FixedClock(NOON))
    await backup(copy)
    await core.stop()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("BOT_REGION", "US")
        assert await restore(copy) == 2
        assert "is a backup of region EU" in capsys.readouterr().err
    if home.keys is not None:
        await home.databases.empty(home.keys, tables=True)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "new machine"))
    assert await restore(copy) == 2
    assert "there are no keys of region EU here" in capsys.readouterr().err


async def test_a_ledger_that_is_not_whole_restores_nothing(environment: Settings, copy: Path, home: Home) -> None:
    """Whoever stood in the lines that are gone would come back."""
    core = await open_core(environment, FixedClock(NOON))
    house = house_of(core)
    subject, stays = house.person(), house.person(2, "stays")
    await backup(copy)
    _erase(house, subject)
    await core.stop()
    if home.keys is None:
        environment.ledger.write_bytes(b"")
    else:
        door = PostgresDoor(home.keys)
        door.run(lambda connection: connection.exec_driver_sql("DELETE FROM ledger_lines"))
        door.close()
    with pytest.raises(LedgerCutError, match="0 of 2 lines"):
        await restore(copy, replace=True)
    safe = open_safe(environment)
    assert not safe.marker.is_on()
    safe.close()
    core = await open_core(environment, FixedClock(NOON), quarantined=True)
    assert house_of(core).reads(stays) == "stays"
    assert house_of(core).look(lambda tx: accounts.find_by_telegram(tx, 1)) is None
    await core.stop()


async def test_nothing_is_replaced_while_the_service_runs(
    environment: Settings, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On whatever machine, whatever the data lie on."""
    core = await open_core(environment, FixedClock(NOON))
    subject = house_of(core).person()
    await backup(copy)
    assert await restore(copy, replace=True) == 2
    assert "stop it on every machine" in capsys.readouterr().err
    assert house_of(core).reads(subject) == SECRET
    await core.stop()
