"""A database for one test: a file, or a PostgreSQL database that exists only for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bench import postgres
from bot.storage.migrations import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
_TEMPLATE = "desk_template"


class Databases:
    """One PostgreSQL server for all tests of a run, started by the first that needs it."""

    def __init__(self) -> None:
        self._server: postgres.Server | None = None
        self._why_not = ""
        self._has_template = False

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
        if not empty and not self._has_template:
            await self._make_template(server)
        name = await server.create("template0" if empty else _TEMPLATE)
        yield server.url(name)
        await server.drop(name)

    def stop(self) -> None:
        """At the end of the run."""
        if self._server is not None:
            self._server.stop()

    async def _make_template(self, server: postgres.Server) -> None:
        await server.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
        engine = create_async_engine(server.url(_TEMPLATE))
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
        await engine.dispose()
        self._has_template = True
