"""PostgreSQL: a transaction per unit of work, as many at once as the pool holds; rows, not threads, keep the order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.core.errors import PrivacyError
from bot.core.keys import SERVICE, Purpose
from bot.core.ports import Tx
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from bot.storage.world import Unit, World

T = TypeVar("T")
_MIGRATION_LOCK = 7_345_001


class PostgresDatabase:
    """Implements `Database` over asyncpg."""

    def __init__(self, url: str, world: World, *, connections: int = 10) -> None:
        self._world = world
        self._engine = create_async_engine(url, pool_size=connections, max_overflow=2)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            await connection.run_sync(metadata.create_all)

            def service_key(sync: object) -> None:
                tx = self._world.transaction(sync, Purpose.DELIVERY)  # type: ignore[arg-type]
                if not tx.keys.exists(SERVICE):
                    tx.keys.create(SERVICE)

            await connection.run_sync(service_key)

    async def stop(self) -> None:
        await self._engine.dispose()

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(lambda sync: unit(self._world.transaction(sync, purpose)))

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda sync: unit(self._world.transaction(sync, purpose)))

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.SUBJECT) -> T:
        async with self._engine.begin() as connection:
            return await unit(_AsyncUnit(connection, self._world, purpose))

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self.write(unit, purpose), self._loop).result()

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self.read(unit, purpose), self._loop).result()

    async def compact(self) -> None:
        """Deleted rows leave the files when PostgreSQL vacuums; their keys are gone already."""


class _AsyncUnit:
    """A unit whose verbs run in SQLAlchemy's greenlet, so that the core stays synchronous."""

    def __init__(self, connection: AsyncConnection, world: World, purpose: Purpose) -> None:
        self._connection = connection
        self._world = world
        self._purpose = purpose
        self._tx: Transaction | None = None

    async def do(self, verb: Callable[[Tx], T]) -> T:
        savepoint = await self._connection.begin_nested()
        try:
            result = await self._connection.run_sync(self._run, verb)
        except PrivacyError as error:
            await (savepoint.commit() if error.keeps_writes else savepoint.rollback())
            raise
        except BaseException:
            await savepoint.rollback()
            raise
        await savepoint.commit()
        return result

    def _run(self, sync: object, verb: Callable[[Tx], T]) -> T:
        if self._tx is None:
            self._tx = self._world.transaction(sync, self._purpose)  # type: ignore[arg-type]
        return verb(self._tx)
