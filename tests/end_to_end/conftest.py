"""The program as a process, against the embedded Bot API server over HTTP."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.localchat.clock import ShiftedClock
from bot.localchat.people import Person
from bot.localchat.server import LocalChat, start_local_chat

TOKEN = "4242:end-to-end"
PEOPLE = (Person(1001, "Alice", "Meyer", "alice", "en"), Person(1002, "Bob", "Okafor", "bob", "de"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """`python -m bot` with an environment of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    output: list[str] = field(default_factory=list)

    async def start(self, *arguments: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            env=clean | {"BOT_DATA_DIR": str(self.folder / "data")} | self.environment,
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.output.append(line.decode())

    async def wait(self) -> int:
        assert self.process is not None
        code = await self.process.wait()
        await self._reader
        return code

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.wait()

    async def stop(self) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.wait(), 30)


async def until(true: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait until something holds; AssertionError when it never does."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


@pytest.fixture
async def telegram() -> AsyncIterator[LocalChat]:
    chat = await start_local_chat(token=TOKEN, clock=ShiftedClock(), people=PEOPLE)
    yield chat
    await chat.stop()


@pytest.fixture
async def program(tmp_path: Path, telegram: LocalChat) -> AsyncIterator[Program]:
    made = Program(tmp_path, {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.api_url})
    yield made
    if made.process is not None and made.process.returncode is None:
        await made.kill()


Started = Callable[[], Awaitable[None]]
