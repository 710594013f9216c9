"""Works through what is due: durable jobs, and every minute the sweeps. Any number of processes may do it at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bot.core import conversations, deletion, delivery, drafts, exports, work
from bot.core.keys import Purpose
from bot.core.keys.ring import SIGNING
from bot.core.ports import Tx
from bot.core.work import Job, Work
from bot.telegram.package_texts import package_texts
from bot.telegram.texts import SOURCE

if TYPE_CHECKING:
    from bot.app import Core

T = TypeVar("T")
log = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 1.0


class _Engine:
    """How a job in its thread reaches the database."""

    def __init__(self, core: Core) -> None:
        self._database = core.database

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._database.write_from_thread(unit, purpose)

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._database.read_from_thread(unit, purpose)


class Worker:
    """Claims due work and runs each piece in a thread of its own."""

    def __init__(self, core: Core, jobs: dict[str, Job] | None = None) -> None:
        self._core = core
        self._engine = _Engine(core)
        self._jobs = jobs or all_jobs(core)
        self.wake_sender: asyncio.Event | None = None
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        next_sweep = loop.time()
        while True:
            self.wake.clear()
            if loop.time() >= next_sweep:
                await self._sweep()
                next_sweep = loop.time() + SWEEP_EVERY_SECONDS
            await self._work_once()
            try:
                await asyncio.wait_for(self.wake.wait(), _LOOK_EVERY_SECONDS)
            except TimeoutError:
                continue

    async def drain(self) -> int:
        """Sweep, and work until nothing is due; how many pieces were worked on."""
        await self._sweep()
        total = 0
        while worked := await self._work_once():
            total += worked
        return total

    async def _work_once(self) -> int:
        taken = await self._core.database.write(lambda tx: work.claim(tx, kinds=tuple(self._jobs)))
        if taken:
            await asyncio.gather(*(asyncio.to_thread(self._run, item) for item in taken))
            if self.wake_sender is not None:
                self.wake_sender.set()
        return len(taken)

    def _run(self, item: Work) -> None:
        try:
            self._jobs[item.kind](self._engine, item)
        except work.FencedError:
            log.info("work %s of kind %s went to somebody else", item.id, item.kind)
        except Exception as error:  # noqa: BLE001 - whatever it is, the work is tried again
            name = type(error).__name__
            state = self._engine.write(lambda tx: work.fail(tx, item, name))
            log.warning("work of kind %s failed (%s), now %s", item.kind, name, state)

    async def _sweep(self) -> None:
        for sweep in SWEEPS:
            gone = await self._core.database.write(sweep, Purpose.RIGHTS)
            if gone:
                log.info("%s: %d", sweep.__module__, gone)
                if self.wake_sender is not None:
                    self.wake_sender.set()


SWEEPS: tuple[Callable[[Tx], int], ...] = (
    conversations.sweep,
    drafts.sweep,
    delivery.sweep,
    exports.destroy_due,
)


def all_jobs(core: Core) -> dict[str, Job]:
    """Every kind of durable work with the function that does it."""
    jobs: dict[str, Any] = {
        exports.JOB: exports.make_build_job(lambda locale: package_texts(locale or SOURCE), lambda: core.ring.named(SIGNING)),
        deletion.REMIND: deletion.remind_job,
        deletion.ERASE: deletion.erase_job,
        deletion.PURGED: deletion.purged_job,
    }
    return jobs
