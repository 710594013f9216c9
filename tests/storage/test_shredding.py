"""A shredded key is gone: from every process, from every byte on the disk, and in time from every backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_core
from bot.cli.backup import backup
from bot.cli.restore import restore
from bot.core import accounts
from bot.core.cases import Status
from bot.core.clock import FixedClock
from bot.core.erasure import certificate
from bot.core.erasure.quarantine import FileMarker
from bot.core.erasure.sources import left
from bot.core.errors import KeyUnavailableError, QuarantineError, ShreddedError
from bot.core.exports.signature import Signer
from bot.core.keys import named, rotation
from bot.core.keys.envelope import unwrap
from bot.core.keys.ring import SIGNING
from bot.core.keys.vault import dek_name
from bot.settings import Settings
from bot.storage.backups import write_backup
from tests.core.house import NOON, SECRET, House, house_of, open_house


def _wrapped(house: House, subject: str) -> bytes:
    found = house.look(lambda tx: tx.keys.rows.get(id=subject)).wrapped
    assert found is not None
    return found


def _sealed(file: Path) -> list[bytes]:
    with closing(sqlite3.connect(file)) as database:
        return [row[0] for row in database.execute("SELECT content FROM segments UNION ALL SELECT title FROM conversations")]


def _erase(house: House, subject: str) -> str:
    ref = house.delete(subject)
    house.clock.move(timedelta(days=7))
    house.work_off()
    return ref


async def test_a_warm_cache_in_another_process_opens_nothing_any_more(tmp_path: Path) -> None:
    """Two processes on one database, both with the key in memory: the generation moved for both."""
    async with open_house(tmp_path) as here, open_house(tmp_path, here.clock) as there:
        subject = here.person()
        assert (here.reads(subject), there.reads(subject)) == (SECRET, SECRET)
        here.do(lambda tx: tx.keys.shred(subject))
        for house in (here, there):
            with pytest.raises(ShreddedError):
                house.reads(subject)
        with pytest.raises(ShreddedError):
            there.do(lambda tx: tx.accounts.update({"id": subject, "subject": subject}, name="x"))


async def test_no_byte_of_an_erased_person_is_left_on_the_disk(tmp_path: Path) -> None:
    """Database, write-ahead log, key store, ledger: neither what was sealed, nor the key, nor the person's numbers."""
    async with open_house(tmp_path) as house, open_house(tmp_path, house.clock) as other:
        subject, stays = house.person(1), house.person(2)
        assert other.reads(subject) == SECRET
        gone = [_wrapped(house, subject), *_sealed(house.database_file)[:1]]
        link = house.look(lambda tx: tx.links.select(subject=subject))[0].id.encode()
        assert any(value in content for value in gone for content in house.files().values())
        _erase(house, subject)
        for name, content in house.files().items():
            for value in (*gone, link):
                assert value not in content, name
            if not name.startswith("privacy.sqlite3"):
                assert subject.encode() not in content, name
        assert house.reads(stays) == SECRET
        with closing(sqlite3.connect(house.database_file)) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            where = [
                name
                for name in tables
                for row in database.execute(f"SELECT * FROM {name}")
                if any(isinstance(value, str) and subject in value for value in row)
            ]
        assert where == ["subject_keys"], "only the tombstone of the key: it keeps the generation"


async def test_a_backup_from_before_opens_until_the_epoch_ends_and_then_never(tmp_path: Path) -> None:
    """Its wrapped key lies in the backup for ever; what wrapped it does not."""
    async with open_house(tmp_path) as house:
        subject, stays = house.person(1), house.person(2)
        before = house.look(lambda tx: tx.keys.rows.get(id=subject))
        assert before.wrapped is not None
        write_backup(house.database_file, tmp_path / "backup.db")
        content = (tmp_path / "backup.db").read_bytes()
        assert before.wrapped in content
        assert not [key.name for key in house.ring.stored() if key.wrapped and key.wrapped in content]
        _erase(house, subject)
        name = dek_name("EU", subject)
        assert unwrap(house.ring.epoch(before.epoch).key, before.wrapped, name), "within the window it still would"
        house.wait(days=23)
        with pytest.raises(KeyUnavailableError):
            house.ring.epoch(before.epoch)
        for epoch in house.ring.epochs():
            with pytest.raises(Exception, match=r"^$"):
                unwrap(epoch.key, before.wrapped, name)
        assert house.reads(stays) == SECRET
        [case] = house.look(lambda tx: tx.cases.select())
        assert case.status == Status.DONE
        assert case.closed_at == case.purge_by, "the promise of the policy, to the day"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The command line's settings."""
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))
    return Settings(data_dir=tmp_path / "data")


async def test_a_person_erased_stays_erased_after_a_restore(environment: Settings, tmp_path: Path) -> None:
    """Backup, erasures, disaster, restore: quarantine, replay, verification, and only then the service starts."""
    clock, copy = FixedClock(NOON), tmp_path / "backup.db"
    core = await open_core(environment, clock)
    house = house_of(core)
    early, asked, stays = house.person(1), house.person(2, "asked"), house.person(3, "stays")
    asked_ref = house.delete(asked)
    assert backup(copy) == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    early_ref = house.delete(early)
    house.clock.move(timedelta(days=7))
    house.work_off()
    papers = {row.id: row.content for row in house.look(lambda tx: tx.certificates.select())}
    assert papers.keys() == {asked_ref, early_ref}
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
    await core.stop()


async def test_a_backup_copied_back_by_hand_is_noticed(environment: Settings, tmp_path: Path) -> None:
    """The ledger knows more than the database: nothing starts until `restore` has replayed it."""
    clock, copy = FixedClock(NOON), tmp_path / "backup.db"
    core = await open_core(environment, clock)
    house = house_of(core)
    subject = house.person()
    backup(copy)
    _erase(house, subject)
    await core.stop()
    (environment.data_dir / "privacy.sqlite3").write_bytes(copy.read_bytes())
    with pytest.raises(QuarantineError):
        await open_core(environment, clock)
    assert await restore(None) == 0
    core = await open_core(environment, clock)
    assert house_of(core).look(lambda tx: left(tx, subject, "")) == ()
    await core.stop()


async def test_a_person_erased_before_the_ledger_key_was_rotated_stays_erased(environment: Settings, tmp_path: Path) -> None:
    """The old key recognises them in the backup; whoever was erased since is recognised by the new one."""
    clock, copy = FixedClock(NOON), tmp_path / "backup.db"
    core = await open_core(environment, clock)
    house = house_of(core)
    before, after, stays = house.person(1), house.person(2, "after"), house.person(3, "stays")
    backup(copy)
    _erase(house, before)
    assert named.rotate_ledger(core.ring, core.ledger, core.moves) == 2
    _erase(house, after)
    assert [entry.subject for entry in core.ledger.entries()][1] == core.ledger.recognise(after)
    await core.stop()
    assert await restore(copy, replace=True) == 0
    core = await open_core(environment, clock)
    house = house_of(core)
    for subject in (before, after):
        assert not house.look(lambda tx, subject=subject: tx.keys.exists(subject))  # type: ignore[misc]
    assert house.reads(stays) == "stays"
    await core.stop()


async def test_a_restore_that_was_interrupted_keeps_everything_closed(environment: Settings, tmp_path: Path) -> None:
    """The marker outlives the crash; running it again ends it; again once more changes nothing."""
    clock, copy = FixedClock(NOON), tmp_path / "backup.db"
    core = await open_core(environment, clock)
    house = house_of(core)
    subject = house.person()
    backup(copy)
    _erase(house, subject)
    await core.stop()
    FileMarker(environment.data_dir).enter()
    with pytest.raises(QuarantineError):
        await open_core(environment, clock)
    for _ in range(2):
        assert await restore(copy, replace=True) == 0
    ledger = environment.ledger.read_bytes()
    assert await restore(None) == 0
    assert environment.ledger.read_bytes() == ledger
    core = await open_core(environment, clock)
    assert house_of(core).look(lambda tx: left(tx, subject, "")) == ()
    await core.stop()


async def test_a_backup_older_than_its_keys_is_refused_untouched(environment: Settings, tmp_path: Path) -> None:
    """What could not be opened is not put in the place of what can."""
    clock, copy = FixedClock(NOON), tmp_path / "backup.db"
    core = await open_core(environment, clock)
    house = house_of(core)
    house.person()
    backup(copy)
    rotation.retire(house.engine, house.ring, 1, lambda tx: None)
    await core.stop()
    before = (environment.data_dir / "privacy.sqlite3").read_bytes()
    assert await restore(copy, replace=True) == 2
    assert (environment.data_dir / "privacy.sqlite3").read_bytes() == before
    assert not FileMarker(environment.data_dir).is_on()


async def test_what_is_no_backup_is_refused(environment: Settings, tmp_path: Path) -> None:
    """A text, an empty database, nothing at all."""
    (tmp_path / "text").write_text("hello")
    sqlite3.connect(tmp_path / "empty").close()
    for name, error in (("text", ValueError), ("empty", ValueError), ("none", FileNotFoundError)):
        with pytest.raises(error):
            await restore(tmp_path / name)


async def test_a_backup_is_never_written_over_another(environment: Settings, tmp_path: Path) -> None:
    """The older one may be the only good one."""
    core = await open_core(environment, FixedClock(NOON))
    backup(tmp_path / "copy")
    with pytest.raises(FileExistsError):
        backup(tmp_path / "copy")
    await core.stop()


async def test_the_certificate_is_genuine_and_names_nobody(tmp_path: Path) -> None:
    """Signed by the published key; a changed date shows."""
    async with open_house(tmp_path) as house:
        subject = house.person(47114711471)
        ref = _erase(house, subject)
        content = house.look(lambda tx: tx.certificates.get(id=ref)).content
        signer = Signer(house.ring.named(SIGNING))
        assert certificate.is_genuine(content, signer.fingerprint)
        assert not certificate.is_genuine(content, "0" * 64)
        assert not certificate.is_genuine(content.replace("2026-03-09", "2026-03-08"), signer.fingerprint)
        assert not certificate.is_genuine("{}", signer.fingerprint)
        assert subject not in content
        assert "47114711471" not in content
