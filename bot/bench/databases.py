"""The databases that are measured: SQLite and, where there is one, PostgreSQL with commits that reach the disk."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.app import Core, open_core
from bot.bench import postgres
from bot.core.clock import Clock
from bot.settings import Settings


async def on_each(measure: Callable[[str, Core], Awaitable[None]], make_clock: Callable[[], Clock]) -> None:
    """Run a measurement on an empty database of each kind; says so where there is no PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        await _on("SQLite", Path(folder) / "sqlite", None, measure, make_clock())
        try:
            server = stack.enter_context(postgres.server(durable=True))
        except postgres.NoPostgresError as error:
            print(error)
            return
        url = server.url(await server.create())
        await _on("PostgreSQL", Path(folder) / "postgresql", url, measure, make_clock())


async def _on(
    name: str, folder: Path, url: str | None, measure: Callable[[str, Core], Awaitable[None]], clock: Clock
) -> None:
    core = await open_core(Settings(data_dir=folder, database_url=url), clock)
    try:
        await measure(name, core)
    finally:
        await core.stop()
