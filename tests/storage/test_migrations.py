"""From nothing and from every earlier schema to the present one, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import open_core
from bot.core import accounts
from bot.core.clock import FixedClock
from bot.settings import Settings
from bot.storage.migrations import HEAD, draft, migrate, revision_of
from bot.storage.tables import metadata
from tests.databases import BOTH, Databases
from tests.stage import START

T = TypeVar("T")
EARLIER = sorted(
    path.name.partition("_")[0]
    for path in (Path(__file__).parents[2] / "bot" / "storage" / "migrations" / "versions").glob("0*.py")
)[:-1]


class Place:
    """An empty database, and a transaction on it."""

    def __init__(self, settings: Settings, do: Callable[[Callable[[Connection], Any]], Awaitable[Any]]) -> None:
        self.settings = settings
        self.do = do


@pytest.fixture(params=BOTH)
async def place(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Place]:
    async with databases.url(request.param, empty=True) as url:
        settings = Settings(data_dir=tmp_path, database_url=url)
        if url is None:
            engine = create_engine(settings.database, isolation_level="AUTOCOMMIT")

            async def do(work: Callable[[Connection], Any]) -> Any:
                with engine.connect() as connection:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    try:
                        result = work(connection)
                    except BaseException:
                        connection.exec_driver_sql("ROLLBACK")
                        raise
                    connection.exec_driver_sql("COMMIT")
                    return result

            yield Place(settings, do)
            engine.dispose()
            return
        many = create_async_engine(url)

        async def do_there(work: Callable[[Connection], Any]) -> Any:
            async with many.begin() as connection:
                return await connection.run_sync(work)

        yield Place(settings, do_there)
        await many.dispose()


async def test_from_nothing_the_migrations_make_what_the_tables_say(place: Place) -> None:
    """No difference that Alembic can find; and a second time nothing happens."""
    await place.do(migrate)
    differences, code = await place.do(lambda connection: draft(connection, metadata))
    assert not differences, f"write a new revision (bot/storage/migrations/README.md):\n{code}"
    assert await place.do(revision_of) == HEAD
    await place.do(migrate)


@pytest.mark.parametrize("revision", EARLIER)
async def test_an_earlier_database_is_brought_up_with_its_rows(place: Place, revision: str) -> None:
    """What was stored is still there, and the program works on it."""

    def as_it_was(connection: Connection) -> None:
        migrate(connection, revision)
        connection.exec_driver_sql(
            "INSERT INTO work (id, kind, ref, state, due_at, created_at, attempts, fence, step, checkpoint, error)"
            " VALUES ('w1', 'job', 'r1', 'waiting', 0, 0, 3, 7, 'half', '{\"a\":1}', '')"
        )

    await place.do(as_it_was)
    core = await open_core(place.settings, FixedClock(START))
    try:
        old = await core.database.read(lambda tx: tx.work.get(id="w1"))
        assert (old.fence, old.step, old.checkpoint) == (7, "half", {"a": 1})
        await core.database.write(lambda tx: accounts.open_for_telegram(tx, 1))
    finally:
        await core.stop()
    differences, _code = await place.do(lambda connection: draft(connection, metadata))
    assert not differences


async def test_a_newer_database_is_left_alone(place: Place) -> None:
    """An old program refuses it with one line."""
    await place.do(migrate)
    await place.do(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(ValueError, match="9999"):
        await open_core(place.settings, FixedClock(START))


async def test_an_upgrade_that_fails_changes_nothing(place: Place) -> None:
    """All of it or nothing: no database is left between two schemas."""

    def in_the_way(connection: Connection) -> None:
        migrate(connection, "0001")
        connection.execute(text("CREATE INDEX ix_outbox_lane_state_id ON outbox (lane)"))

    await place.do(in_the_way)
    with pytest.raises(DBAPIError):
        await place.do(migrate)
    assert await place.do(revision_of) == "0001"
    indexes = await place.do(lambda connection: {row["name"] for row in inspect(connection).get_indexes("inbox")})
    assert "ix_inbox_lane_state_id" not in indexes
