"""A database for one test: a file, or a PostgreSQL database that exists only for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bench import postgres
from bot.storage.migrations import migrate
from bot.storage.tables import metadata

T = TypeVar("T")
SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
PLAYED = (
    pytest.param((SQLITE, False), id="english-sqlite"),
    pytest.param((SQLITE, True), id="pseudo-sqlite"),
    pytest.param((POSTGRESQL, True), id="pseudo-postgresql"),
)
"""How a transcript is played: the database, and whether in the pseudo-language. Each is played in two of these (`is_played`)."""
TEAM_ON_POSTGRESQL = frozenset({
    "test_breach_telling", "test_clocks", "test_holding", "test_letters", "test_queue", "test_setup",
})  # fmt: skip
"""Of the team's transcripts those in which two may be at the same thing, or time passes."""
_TEMPLATE = "desk_template"
_PLAYS = 20
"""On one database: deleted rows are still in the way of those who look."""


def is_played(item: pytest.Item) -> bool:
    """The pseudo-language goes with PostgreSQL, which takes three times as long; of what the team does in its group, only where the
    database could make a difference."""
    play = item.name.partition("[")[2]
    here = item.path.parent.name != "team" or item.path.stem in TEAM_ON_POSTGRESQL
    return not ("pseudo-sqlite" in play and here) and not ("pseudo-postgresql" in play and not here)


class Databases:
    """One PostgreSQL server for all tests of a run, started by the first that needs it."""

    def __init__(self) -> None:
        self._server: postgres.Server | None = None
        self._why_not = ""
        self._has_template = False
        self._key_stores: list[str] = []
        self._played_on: list[tuple[str, int]] = []
        self._file = b""

    def server(self) -> postgres.Server:
        """The server. Skips the test, and says why, where there is none."""
        if self._server is None and not self._why_not:
            try:
                self._server = postgres.start()
            except postgres.NoPostgresError as error:
                self._why_not = str(error)
        if self._server is None:
            pytest.skip(self._why_not)
        return self._server

    @asynccontextmanager
    async def url(self, kind: str, *, empty: bool = False) -> AsyncIterator[str | None]:
        """For `BOT_DATABASE_URL`: None means the file in the data folder. `empty`: without tables."""
        if kind == SQLITE:
            yield None
            return
        server = self.server()
        if not empty:
            await self._make_template(server)
        name = await server.create("template0" if empty else _TEMPLATE)
        yield server.url(name)
        await server.drop(name)

    @asynccontextmanager
    async def of_a_stage(self, kind: str) -> AsyncIterator[str | None]:
        """Like `url`, but one that other transcripts were played on, emptied: a fifth of the time of a new one."""
        if kind == SQLITE:
            yield None
            return
        server = self.server()
        if not self._played_on:
            await self._make_template(server)
            self._played_on.append((await server.create(_TEMPLATE), 0))
        name, plays = self._played_on.pop()
        yield server.url(name)
        if plays == _PLAYS:
            await server.drop(name)
            return
        await self.empty(server.url(name))
        self._played_on.append((name, plays + 1))

    @asynccontextmanager
    async def key_store(self, kind: str) -> AsyncIterator[str | None]:
        """For `BOT_KEY_STORE_URL`: empty; None means files. Emptying one is faster than making one."""
        if kind == SQLITE:
            yield None
            return
        server = self.server()
        name = self._key_stores.pop() if self._key_stores else await server.create()
        yield server.url(name)
        await self.empty(server.url(name), tables=True)
        self._key_stores.append(name)

    async def empty(self, url: str, *, tables: bool = False) -> None:
        """Remove every row, or every table; whoever is connected is thrown out."""
        ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        rows = "; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables)  # faster than TRUNCATE
        gone = "DROP SCHEMA public CASCADE; CREATE SCHEMA public" if tables else rows
        await self.server().run(f"{ours}; {gone}", str(make_url(url).database))

    def file(self, folder: Path) -> None:
        """Put a migrated SQLite database where the program looks for it: migrating takes longer than most tests."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "privacy.sqlite3"
        if not self._file:
            engine = create_engine(f"sqlite:///{file}")
            with engine.begin() as connection:
                migrate(connection)
            engine.dispose()
            self._file = file.read_bytes()
        file.write_bytes(self._file)

    def stop(self) -> None:
        """At the end of the run."""
        if self._server is not None:
            self._server.stop()

    async def on(self, url: str, deed: Callable[[Connection], T]) -> T:
        """Do something on a database, in one transaction."""
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(deed)
        finally:
            await engine.dispose()

    async def _make_template(self, server: postgres.Server) -> None:
        if self._has_template:
            return
        await server.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
        await self.on(server.url(_TEMPLATE), migrate)
        self._has_template = True
