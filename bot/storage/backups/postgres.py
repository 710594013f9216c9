"""Backups of a PostgreSQL database: a ZIP with each table's rows in PostgreSQL's binary COPY format, and a manifest.

    tables/<name>     as COPY gives and takes it
    manifest.json     which region and schema, each table's columns, rows and SHA-256, and how many data keys each epoch wraps
    (comment)         the seal over all of it (seals.py)

All of it is one moment (REPEATABLE READ), of our tables only, so that keys which somebody put beside them do not come along.
Rows stream from the server to the disk and back: memory does not grow with them. No program besides this one is needed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage import locks
from bot.storage.backups import seals
from bot.storage.backups.backups import Contents, in_place_of, require_new
from bot.storage.backups.seals import Sign
from bot.storage.migrations import HEAD, migrate, revision_of
from bot.storage.tables import metadata

_UNSEALED, _FORMAT = "privacy-bot backup 1", "privacy-bot backup 2"
_MANIFEST = "manifest.json"
_PIECE = 1 << 18
_EPOCHS = text("SELECT epoch, count(*) FROM subject_keys WHERE wrapped IS NOT NULL GROUP BY epoch")
_USERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'privacy-bot' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class _Table:
    """One table in a backup."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    region: str
    revision: str
    tables: Mapping[str, _Table]
    epochs: Mapping[str, int]
    format: str = _FORMAT


class PostgresBackups:
    """Implements `Backups` over asyncpg."""

    def __init__(self, url: str, region: str) -> None:
        self.name = str(make_url(url).database)
        self._url = url
        self._region = region

    async def write(self, target: Path, sign: Sign) -> int:
        """See `Backups`. ValueError for a database that this program has not migrated yet."""
        require_new(target)
        async with _Engine(self._url) as engine, engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            revision = await connection.run_sync(revision_of)
            if revision != HEAD:
                raise ValueError(f"the database is at revision {revision}: back it up with the program that made it")
            columns = await connection.run_sync(_columns)
            with in_place_of(target) as half:
                with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    tables = {name: await _copy_out(connection, archive, name, columns[name]) for name in sorted(columns)}
                    epochs = {str(epoch): count for epoch, count in await connection.execute(_EPOCHS)}
                    manifest = _Manifest(self._region, revision, tables, epochs)
                    archive.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1))
                    archive.comment = seals.ROOM
                await asyncio.to_thread(seals.write, half, sign)
        return target.stat().st_size

    async def look_into(self, backup: Path) -> Contents:
        manifest = await asyncio.to_thread(_checked, backup)
        seal = await asyncio.to_thread(seals.read, backup) if manifest.format == _FORMAT else None
        return Contents(manifest.region, {int(epoch): count for epoch, count in manifest.epochs.items()}, seal)

    async def is_there(self) -> bool:
        async with _Engine(self._url) as engine, engine.connect() as connection:
            return await connection.run_sync(revision_of) is not None

    async def users(self) -> int:
        async with _Engine(self._url) as engine, engine.connect() as connection:
            return int((await connection.execute(_USERS)).scalar_one())

    async def put_back(self, backup: Path) -> None:
        """See `Backups`: one transaction. The schema is made as the backup has it; the next start migrates it. ValueError for a
        backup of a newer program, and while somebody holds on to the tables."""
        manifest = _manifest_of(backup)
        if manifest.revision > HEAD:
            raise ValueError(f"{backup.name} is of revision {manifest.revision}, this program knows only up to {HEAD}")
        try:
            async with _Engine(self._url) as engine, engine.begin() as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({locks.MIGRATION})"))
                await connection.run_sync(lambda sync: _make_room(sync, manifest))
                with zipfile.ZipFile(backup) as archive:
                    for name, table in manifest.tables.items():
                        await _copy_in(connection, archive, name, table)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":
                raise
            raise ValueError("the database is in use: stop the service first") from None


class _Engine:
    """An engine for one task."""

    def __init__(self, url: str) -> None:
        settings = {"application_name": "privacy-bot backup", "lock_timeout": "10s"}
        self._engine = create_async_engine(url, connect_args={"server_settings": settings})

    async def __aenter__(self) -> AsyncEngine:
        return self._engine

    async def __aexit__(self, *_problem: object) -> None:
        await self._engine.dispose()


def _columns(connection: Connection) -> dict[str, list[str]]:
    looking = inspect(connection)
    there = set(looking.get_table_names()) & metadata.tables.keys()
    return {name: [str(column["name"]) for column in looking.get_columns(name)] for name in there}


async def _copy_out(connection: AsyncConnection, archive: zipfile.ZipFile, name: str, columns: list[str]) -> _Table:
    digest = hashlib.sha256()
    with archive.open(f"tables/{name}", "w", force_zip64=True) as member:

        async def take(piece: bytes) -> None:
            digest.update(piece)
            await asyncio.to_thread(member.write, piece)

        driver = await _driver_of(connection)
        status = await driver.copy_from_table(name, columns=columns, output=take, format="binary")
    return _Table(tuple(columns), int(status.split()[-1]), digest.hexdigest())


async def _copy_in(connection: AsyncConnection, archive: zipfile.ZipFile, name: str, table: _Table) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        with archive.open(f"tables/{name}") as member:
            while piece := await asyncio.to_thread(member.read, _PIECE):
                yield piece

    driver = await _driver_of(connection)
    status = await driver.copy_to_table(name, columns=table.columns, source=pieces(), format="binary")
    if int(status.split()[-1]) != table.rows:
        raise ValueError(f"{name} came back with another number of rows")


async def _driver_of(connection: AsyncConnection) -> Any:
    """asyncpg's own connection, in the transaction that SQLAlchemy has open on it."""
    return (await connection.get_raw_connection()).driver_connection


def _make_room(connection: Connection, manifest: _Manifest) -> None:
    """Empty tables, as they were at the backup's revision."""
    for name in sorted({*metadata.tables, *manifest.tables, "alembic_version"}):
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    migrate(connection, manifest.revision)
    for name in manifest.tables:
        connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - what a migration put there comes with the backup


_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, OSError, EOFError, NotImplementedError, RuntimeError)
"""What reading an archive comes to when its bytes are not what they were."""


def _manifest_of(backup: Path) -> _Manifest:
    if not backup.exists():
        raise FileNotFoundError(f"{backup} does not exist")
    try:
        with zipfile.ZipFile(backup) as archive:
            content = json.loads(archive.read(_MANIFEST))
            if content["format"] not in (_FORMAT, _UNSEALED):
                raise ValueError
            tables = {str(name): _Table(**table) for name, table in content["tables"].items()}
            return _Manifest(**{**content, "tables": tables})
    except (*_BROKEN, TypeError, ValueError):
        raise ValueError(f"{backup.name} is no backup of this service") from None


def _checked(backup: Path) -> _Manifest:
    """Every byte of it is what was written."""
    manifest = _manifest_of(backup)
    with zipfile.ZipFile(backup) as archive:
        for name, table in manifest.tables.items():
            digest = hashlib.sha256()
            try:
                with archive.open(f"tables/{name}") as member:
                    while piece := member.read(_PIECE):
                        digest.update(piece)
            except _BROKEN:
                raise ValueError(f"{backup.name} is damaged") from None
            if digest.hexdigest() != table.sha256:
                raise ValueError(f"{backup.name} is damaged")
    return manifest
