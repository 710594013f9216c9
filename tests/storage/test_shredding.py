"""A shredded key is gone: from every process, from every byte on the disk, and in time from every backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core import cases
from bot.core.cases import Right, Status
from bot.core.erasure import certificate
from bot.core.errors import KeyUnavailableError, ShreddedError
from bot.core.exports.signature import Signer
from bot.core.keys.envelope import unwrap
from bot.core.keys.ring import SIGNING
from bot.core.keys.vault import dek_name
from bot.core.ports import Tx
from bot.core.support import attachments, receiving
from bot.storage.backups import SqliteBackups
from tests.core.house import SECRET, House, open_house, unsigned
from tests.stage import FILES


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


async def test_no_byte_of_an_erased_persons_letters_is_left_on_the_disk(tmp_path: Path) -> None:
    """Words and pictures, sealed before and gone after; those of somebody else open as ever."""
    picture = FILES["jpg"]

    def write(tx: Tx, subject: str) -> None:
        case = cases.open_case(tx, tx.accounts.get(id=subject), Right.QUESTION)
        kept = attachments.keep(tx, subject, picture)
        receiving.receive(tx, case, SECRET, attachment=kept.id)

    async with open_house(tmp_path) as house:
        subject, stays = house.person(1, "Other"), house.person(2, "Other")
        for each in (subject, stays):
            house.do(lambda tx, s=each: write(tx, s))
        [letter] = house.look(lambda tx: tx.letters.select(subject=subject))
        with closing(sqlite3.connect(house.database_file)) as database:
            sealed = [
                database.execute("SELECT text FROM letters WHERE subject = ?", (subject,)).fetchone()[0],
                database.execute("SELECT content FROM attachments WHERE subject = ?", (subject,)).fetchone()[0],
            ]
        for name, content in house.files().items():
            assert SECRET.encode() not in content and picture not in content, name
        assert any(sealed[1] in content for content in house.files().values())
        _erase(house, subject)
        for name, content in house.files().items():
            for value in (*sealed, letter.id.encode(), letter.attachment.encode()):
                assert value not in content, name
        assert [each.text for each in house.look(lambda tx: tx.letters.select())] == [SECRET]
        assert [each.content for each in house.look(lambda tx: tx.attachments.select())] == [picture]


async def test_a_backup_from_before_opens_until_the_epoch_ends_and_then_never(tmp_path: Path) -> None:
    """Its wrapped key lies in the backup for ever; what wrapped it does not."""
    async with open_house(tmp_path) as house:
        subject, stays = house.person(1), house.person(2)
        before = house.look(lambda tx: tx.keys.rows.get(id=subject))
        assert before.wrapped is not None
        await SqliteBackups(house.database_file).write(tmp_path / "backup.db", unsigned)
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
