"""How fast one person's export is, and how much memory it takes. `python -m bot.bench.export [messages]`

Beside it, in the same run and of the same account: reading, decrypting, JSON and deflate of the same three
layouts without a package around them (no paging, no hashes, no ZIP, no signature). Each is measured in a
process of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.core import accounts, conversations
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.conversations import Message
from bot.core.exports.archive import LEVEL
from bot.core.exports.contents import write_package
from bot.core.keys import KeyRing, Purpose, StaticKekHolder, Vault
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.storage import SqliteDatabase, SqlKeyStore, World
from bot.telegram.package_texts import package_texts

T = TypeVar("T")
MESSAGES = 1_000_000
PER_CONVERSATION = 500
LIMIT_MB = 300
_START = datetime(2025, 1, 1, tzinfo=UTC)


class Counting:
    """Takes bytes and keeps none."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, content: bytes, /) -> int:
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits."""


class ThreadEngine:
    """A job's way to the database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._database.write_from_thread(unit, purpose)

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._database.read_from_thread(unit, purpose)


async def open_engine(folder: Path) -> ThreadEngine:
    """The database of a folder, with keys of its own."""
    clock, randomness = FixedClock(_START), SystemRandomness()
    store = SqlKeyStore.in_file(folder / "keys.db")
    ring = KeyRing("EU", StaticKekHolder(bytes(32)), store, clock, randomness)
    ring.open()
    database = SqliteDatabase(folder / "data.db", World(Vault(ring), load_policy(), clock, randomness))
    await database.start()
    return ThreadEngine(database)


def fill(engine: ThreadEngine, count: int) -> str:
    """An account with `count` messages of 5 to 60 made-up words (about 200 bytes); its subject."""
    chance = random.Random(7)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    words = ["".join(chance.choices(letters, range(52, 0, -2), k=chance.randint(2, 10))) for _ in range(8000)]
    subject = engine.write(lambda tx: accounts.open_for_telegram(tx, 1)[0].id)
    for first in range(0, count, PER_CONVERSATION):
        messages = [
            Message(
                ("user", "assistant")[number % 2],
                " ".join(chance.choices(words, k=chance.randint(5, 60))),
                _START + timedelta(seconds=number),
            )
            for number in range(first, min(first + PER_CONVERSATION, count))
        ]
        engine.write(lambda tx, m=messages, f=first: conversations.add(tx, subject, f"Chat {f}", m))  # type: ignore[misc]
    return subject


def measure_package(engine: ThreadEngine, subject: str, level: int) -> int:
    """The real thing; bytes of the package."""
    out = Counting()
    write_package(
        engine,
        subject,
        out,
        texts=package_texts("en"),
        signing_key=bytes(32),
        on_progress=lambda _share: None,
        level=level,
    )
    return out.size


def measure_plain(engine: ThreadEngine, subject: str, level: int) -> int:
    """Decrypt, JSON, deflate, once for each of the three layouts; bytes before deflate."""

    def run(tx: Tx) -> int:
        size = 0
        for layout in (_portable, _chatgpt, _page):
            deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
            for segment in tx.segments.each(subject=subject):
                block = json.dumps(
                    layout(segment.content), ensure_ascii=False, separators=(",", ":")
                ).encode()
                deflate.compress(block)
                size += len(block)
            deflate.flush()
        return size

    return engine.read(run)


def _portable(rows: list[list[Any]]) -> Any:
    return [{"role": role, "at": at, "text": text} for role, text, at in rows]


def _page(rows: list[list[Any]]) -> Any:
    return [[role, int(datetime.fromisoformat(at).timestamp() * 1000), text] for role, text, at in rows]


def _chatgpt(rows: list[list[Any]]) -> Any:
    return {
        f"aaaaaaaaaaaaaaaaaaaaaaaaaa-{number}": {
            "id": f"aaaaaaaaaaaaaaaaaaaaaaaaaa-{number}",
            "message": {
                "id": f"aaaaaaaaaaaaaaaaaaaaaaaaaa-{number}",
                "author": {"role": role, "name": None, "metadata": {}},
                "create_time": datetime.fromisoformat(at).timestamp(),
                "update_time": None,
                "content": {"content_type": "text", "parts": [text]},
                "status": "finished_successfully",
                "end_turn": True,
                "weight": 1.0,
                "metadata": {},
                "recipient": "all",
            },
            "parent": f"aaaaaaaaaaaaaaaaaaaaaaaaaa-{number - 1}",
            "children": [f"aaaaaaaaaaaaaaaaaaaaaaaaaa-{number + 1}"],
        }
        for number, (role, text, at) in enumerate(rows)
    }


def peak_mb() -> float:
    """The most memory this process ever held (not getrusage: that one remembers the parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


async def child(folder: Path, what: str, subject: str, level: int) -> None:
    """One measurement, as JSON on standard output."""
    engine = await open_engine(folder)
    run = {"package": measure_package, "plain": measure_plain}[what]
    started, cpu = time.perf_counter(), time.process_time()
    size = await asyncio.to_thread(run, engine, subject, level)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "bytes": size, "peak": peak_mb()}))


def measured(folder: Path, what: str, subject: str, level: int) -> dict[str, float]:
    """A measurement in a fresh process."""
    command = [sys.executable, "-m", "bot.bench.export", "--child", str(folder), what, subject, str(level)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _rates(found: dict[str, float], count: int, size: float) -> str:
    return (
        f"{found['seconds']:6.1f} s ({found['cpu']:.1f} s of CPU), {count / found['seconds']:,.0f} messages/s, "
        f"{size / 1e6 / found['seconds']:.0f} MB/s, peak {found['peak']:.0f} MB"
    )


async def main(count: int, levels: list[int]) -> int:
    """Fill, measure, tell; 1 when the memory limit is broken."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subject = await asyncio.to_thread(fill, await open_engine(folder), count)
        kept = True
        for level in levels:
            package = measured(folder, "package", subject, level)
            plain = measured(folder, "plain", subject, level)
            holds = package["peak"] <= LIMIT_MB
            kept = kept and holds
            print(f"{count:,} messages, deflate {level}, {package['bytes'] / 1e6:.0f} MB packed")
            print(f"package  {_rates(package, count, plain['bytes'])}")
            print(f"plain    {_rates(plain, count, plain['bytes'])}")
            print(
                f"ratio {plain['seconds'] / package['seconds']:.2f} ({plain['cpu'] / package['cpu']:.2f} by CPU); peak memory "
                f"{package['peak']:.0f} MB of {LIMIT_MB} allowed: {'kept' if holds else 'BROKEN'}",
                flush=True,
            )
    return 0 if kept else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(child(Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])))
    else:
        arguments = [int(text.replace("_", "")) for text in sys.argv[1:]]
        sys.exit(asyncio.run(main(arguments[0] if arguments else MESSAGES, arguments[1:] or [LEVEL])))
