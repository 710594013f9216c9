"""Backups of PostgreSQL in a file of our own: one moment, nothing else's rows, all or nothing, and little memory."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core import exports
from bot.core.ports import Tx
from bot.storage.backups import PostgresBackups, postgres
from bot.storage.migrations import migrate
from bot.storage.tables import metadata
from tests.core.house import SECRET, Home, House, open_house, unsigned


@pytest.fixture
async def desk(machines: Home) -> AsyncIterator[tuple[Home, House]]:
    """A machine at work, and where it works."""
    async with open_house(machines) as house:
        yield machines, house


async def test_no_key_of_the_key_store_is_in_a_backup(desk: tuple[Home, House], copy: Path) -> None:
    """Nor any table that somebody put beside ours; what there is can be read with no program of ours."""
    home, house = desk
    house.person()
    assert home.data is not None
    server = home.databases.server()
    name = home.data.partition("@/")[2].partition("?")[0]
    await server.run("CREATE TABLE keys (wrapped bytea); INSERT INTO keys VALUES ('not for a backup')", name)
    await PostgresBackups(home.data, "EU").write(copy, unsigned)
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None
        everything = b"".join(archive.read(member) for member in archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["tables"]) == set(metadata.tables)
    assert b"not for a backup" not in everything
    assert SECRET.encode() not in everything
    for key in house.ring.stored():
        assert key.wrapped is not None
        assert key.wrapped not in everything


async def test_a_backup_is_of_one_moment(desk: tuple[Home, House], copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody signs up between two tables: in the backup they are nowhere."""
    home, house = desk
    assert home.data is not None
    before, real, numbers = house.person(), postgres._copy_out, iter(range(2, 1000))

    async def meanwhile(*arguments):  # type: ignore[no-untyped-def]
        house.person(next(numbers))
        return await real(*arguments)

    monkeypatch.setattr(postgres, "_copy_out", meanwhile)
    backups = PostgresBackups(home.data, "EU")
    await backups.write(copy, unsigned)
    assert house.look(lambda tx: tx.accounts.count()) > 20
    await house.core.database.stop()
    await backups.put_back(copy)
    async with open_house(home) as again:
        assert [account.id for account in again.look(lambda tx: tx.accounts.select())] == [before]
        assert again.look(lambda tx: tx.segments.count()) == 1
        assert again.reads(before) == SECRET


async def test_a_backup_that_cannot_be_put_back_leaves_what_was_there(desk: tuple[Home, House], copy: Path) -> None:
    """All of it or nothing: the rows of one table are cut short in a way that no digest was asked about."""
    home, house = desk
    assert home.data is not None
    subject = house.person()
    backups = PostgresBackups(home.data, "EU")
    await backups.write(copy, unsigned)
    broken = copy.with_name("broken")
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-30] if name == "tables/work" or name == "tables/subject_keys" else content)
    with pytest.raises(Exception, match="COPY|EOF|rows"):
        await backups.put_back(broken)
    assert house.reads(subject) == SECRET


async def test_a_changed_byte_anywhere_in_the_rows_is_found(desk: tuple[Home, House], copy: Path) -> None:
    """Also by somebody who made the archive's own sums right again."""
    home, house = desk
    assert home.data is not None
    house.person()
    backups = PostgresBackups(home.data, "EU")
    await backups.write(copy, unsigned)
    assert (await backups.look_into(copy)).epochs == {1: 2}
    changed = copy.with_name("changed")
    for place in range(20, 200, 40):
        with zipfile.ZipFile(copy) as source, zipfile.ZipFile(changed, "w") as target:
            for name in source.namelist():
                content = bytearray(source.read(name))
                if name == "tables/subject_keys":
                    content[place] ^= 1
                target.writestr(name, bytes(content))
        with pytest.raises(ValueError, match="is damaged"):
            await backups.look_into(changed)


async def test_an_older_backup_is_migrated(desk: tuple[Home, House], copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back with the schema that it was made with, and the next start brings it up to date."""
    home, house = desk
    assert home.data is not None
    await house.core.database.stop()
    server, name = home.databases.server(), home.data.partition("@/")[2].partition("?")[0]
    await server.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
    await home.databases.on(home.data, lambda connection: migrate(connection, "0003"))
    await server.run(
        "INSERT INTO work (id, kind, ref, state, due_at, created_at, attempts, fence, step, checkpoint, error)"
        " VALUES ('w1', 'job', 'r1', 'waiting', 0, 0, 3, 7, 'half', '{\"a\":1}', '')",
        name,
    )
    backups = PostgresBackups(home.data, "EU")
    with pytest.raises(ValueError, match="at revision 0003"):
        await backups.write(copy, unsigned)
    with monkeypatch.context() as an_older_program:
        an_older_program.setattr(postgres, "HEAD", "0003")
        await backups.write(copy, unsigned)
    await server.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
    assert not await backups.is_there()
    await backups.put_back(copy)
    async with open_house(home) as again:
        assert again.look(lambda tx: tx.work.get(id="w1")).checkpoint == {"a": 1}
        again.person()
    with monkeypatch.context() as an_older_program:
        an_older_program.setattr(postgres, "HEAD", "0002")
        with pytest.raises(ValueError, match="knows only up to 0002"):
            await backups.put_back(copy)


async def test_memory_does_not_grow_with_the_rows(desk: tuple[Home, House], copy: Path) -> None:
    """Thirty megabytes go out and come back through a few."""
    home, house = desk
    assert home.data is not None
    chunk = house.core.random.bytes(1 << 20)

    def fill(tx: Tx) -> None:
        tx.keys.create("package:x")
        tx.chunks.add_each([exports.Chunk(f"package:x.{number}", "package:x", number, chunk) for number in range(6)])

    house.do(fill)
    for number in range(1, 5):
        chunks = [exports.Chunk(f"package:x.{number}.{part}", "package:x", number * 10 + part, chunk) for part in range(6)]
        house.do(lambda tx, chunks=chunks: tx.chunks.add_each(chunks))
    await house.core.database.stop()
    backups = PostgresBackups(home.data, "EU")
    tracemalloc.start()
    size = await backups.write(copy, unsigned)
    await backups.look_into(copy)
    await backups.put_back(copy)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 30 << 20
    assert peak < 12 << 20
    async with open_house(home) as again:
        assert again.look(lambda tx: tx.chunks.count()) == 30
        assert again.look(lambda tx: tx.chunks.get(id="package:x.3.3")).content == chunk
