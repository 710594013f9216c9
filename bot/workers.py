"""Works through what is due: durable jobs, and every minute the sweeps. Any number of processes may do it at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from bot.checkpoints import Checkpoints
from bot.core import cases, conversations, deletion, delivery, drafts, exports, retention, work
from bot.core.breaches import clock as breach_clock
from bot.core.breaches import record as breach_record
from bot.core.breaches import register as breach_register
from bot.core.breaches.finding import find_job
from bot.core.breaches.telling import tell_job
from bot.core.breaches.wanting import FIND, TELL
from bot.core.erasure.job import ERASE, PURGED, Eraser
from bot.core.keys import Purpose, reseal, rotation
from bot.core.keys.ring import SIGNING
from bot.core.policies.announcing import announce_job
from bot.core.policies.versions import ANNOUNCE
from bot.core.ports import Tx
from bot.core.support import four_eyes, revealing, rooms, typed, warnings, writing
from bot.core.work import Job, Work
from bot.storage import Database
from bot.telegram.package_texts import package_texts
from bot.telegram.texts import SOURCE

if TYPE_CHECKING:
    from bot.app import Core

T = TypeVar("T")
log = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 1.0
_AT_ONCE = 8
_FULL = cases.SWEEP_BATCH


class DatabaseEngine:
    """How a job in its thread reaches the database: for the product, unless another purpose is named."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return self._database.write_from_thread(unit, purpose)

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return self._database.read_from_thread(unit, purpose)


class Worker:
    """Claims due work and runs each piece in a thread of its own."""

    def __init__(
        self, core: Core, jobs: dict[str, Job] | None = None, sweeps: Sequence[Callable[[Tx], int]] = ()
    ) -> None:
        self._core = core
        self._engine = DatabaseEngine(core.database)
        self._jobs = jobs or all_jobs(core)
        self._sweeps = (*SWEEPS, rotation.make_sweep(core.ring), *sweeps)
        self._at_work: set[asyncio.Task[None]] = set()
        self.on_dead: work.Alarm | None = None
        """Called beside the log line when a piece of work ends dead, in the same transaction: to tell the support team."""
        self.wake_sender: asyncio.Event | None = None
        self.wake = asyncio.Event()
        self.checkpoints = Checkpoints(core)

    async def run(self) -> None:
        """For ever. A long piece of work holds up no other."""
        loop = asyncio.get_running_loop()
        next_sweep = loop.time()
        while True:
            self.wake.clear()
            try:
                if loop.time() >= next_sweep:
                    next_sweep = loop.time() + SWEEP_EVERY_SECONDS
                    await self._sweep()
                await self._keep_rooms()
                await self._begin_due(_AT_ONCE - len(self._at_work))
            except Exception as error:  # the database is away: what is due waits there
                log.error("looking for work failed (%s)", type(error).__name__)
            try:
                await asyncio.wait_for(self.wake.wait(), _LOOK_EVERY_SECONDS)
            except TimeoutError:
                continue

    async def drain(self) -> int:
        """Sweep, and work until nothing is due; how many pieces were worked on."""
        await self._sweep()
        total = await self._keep_rooms()
        while begun := await self._begin_due(_AT_ONCE):
            total += len(begun)
            await asyncio.gather(*begun)
        return total

    async def _begin_due(self, limit: int) -> list[asyncio.Task[None]]:
        if limit <= 0:
            return []
        kinds = tuple(self._jobs)
        taken = await self._core.database.write(lambda tx: work.claim(tx, limit=limit, kinds=kinds, alarm=self._alarm), Purpose.RIGHTS)
        begun = [asyncio.create_task(self._work_on(item)) for item in taken]
        self._at_work.update(begun)
        for task in begun:
            task.add_done_callback(self._at_work.discard)
        return begun

    async def _work_on(self, item: Work) -> None:
        beating = asyncio.create_task(self._beat(item))
        try:
            await asyncio.to_thread(self._run, item)
        finally:
            beating.cancel()
            self.wake.set()
            if self.wake_sender is not None:
                self.wake_sender.set()

    async def _beat(self, item: Work) -> None:
        """Signs of life while the job is at work, so that nobody takes it over however long a step lasts."""
        while True:
            await asyncio.sleep(work.BEAT_EVERY.total_seconds())
            try:
                await self._core.database.write(lambda tx: work.beat(tx, item), Purpose.RIGHTS)
            except work.FencedError:
                return
            except Exception as error:
                log.warning("no sign of life for work of kind %s (%s)", item.kind, type(error).__name__)

    def _run(self, item: Work) -> None:
        try:
            self._jobs[item.kind](self._engine, item)
        except work.FencedError:
            log.info("work %s of kind %s went to somebody else", item.id, item.kind)
        except Exception as error:
            name = type(error).__name__
            log.warning("work of kind %s failed (%s)", item.kind, name)
            with contextlib.suppress(work.FencedError):
                self._engine.write(lambda tx: work.fail(tx, item, name, self._alarm), Purpose.RIGHTS)

    def _alarm(self, tx: Tx, item: Work) -> None:
        log.error("work %s of kind %s is dead after %d attempts (%s)", item.id, item.kind, item.attempts, item.error)
        if self.on_dead is not None:
            self.on_dead(tx, item)

    async def _keep_rooms(self) -> int:
        kept = await self._core.database.write(rooms.keep, Purpose.DELIVERY)
        if kept and self.wake_sender is not None:
            self.wake_sender.set()
        return kept

    async def _sweep(self) -> None:
        for sweep in self._sweeps:
            try:
                gone = batch = await self._core.database.write(sweep, Purpose.RIGHTS)
                while batch >= _FULL:  # a full batch: there may be more, and others may write in between
                    batch = await self._core.database.write(sweep, Purpose.RIGHTS)
                    gone += batch
            except Exception as error:  # one that fails must not end the others
                log.error("the sweep %s.%s failed (%s)", sweep.__module__, sweep.__name__, type(error).__name__)
                continue
            if gone:
                log.info("%s.%s: %d", sweep.__module__, sweep.__name__, gone)
                if self.wake_sender is not None:
                    self.wake_sender.set()
        await self.checkpoints.sign_if_due()


SWEEPS: tuple[Callable[[Tx], int], ...] = (
    cases.sweep,
    four_eyes.sweep,
    breach_clock.sweep,
    warnings.sweep,
    retention.counted_by_age("conversation", conversations.sweep),
    retention.counted("draft", drafts.sweep),
    retention.counted("delivery", delivery.sweep),
    retention.counted("export_package", exports.destroy_due),
    retention.counted("case", retention.sweep_cases),
    retention.counted("letter", retention.sweep_letters),
    retention.counted("attachment", retention.sweep_attachments),
    writing.sweep,
    retention.counted("work", retention.sweep_work),
    typed.sweep,
    retention.counted("audit", retention.sweep_audit),
    retention.counted("confirmation", retention.sweep_confirmations),
    retention.counted("link_token", retention.sweep_link_tokens),
    retention.counted("link_token", exports.links.sweep),
    retention.counted("tally", retention.sweep_tallies),
    retention.counted("draft", breach_record.sweep_drafts),
    retention.counted("breach", breach_register.sweep),
)


def all_jobs(core: Core) -> dict[str, Job]:
    """Every kind of durable work with the function that does it, and what for."""
    eraser = Eraser(core.ledger, core.ring, core.database.compact)
    build = exports.make_build_job(
        lambda locale: package_texts(locale or SOURCE),
        lambda: core.ring.newest_keys(SIGNING)[0].key,
        linked=core.settings.download_address is not None,
    )
    return {
        exports.JOB: rights(build),
        deletion.REMIND: rights(deletion.remind_job),
        retention.REPORT: rights(retention.report_job),
        ANNOUNCE: rights(announce_job),
        revealing.HIDE: rights(revealing.hide_job),
        FIND: rights(find_job),
        TELL: rights(tell_job),
        ERASE: rights(eraser.erase_job),
        PURGED: rights(eraser.purged_job),
        rotation.ROLL: rights(rotation.make_roll_job(core.ring)),
        rotation.RETIRE: rights(rotation.make_retire_job(core.ring)),
        reseal.RESEAL: rights(reseal.reseal_job),
    }


def rights(job: Job) -> Job:
    """A job that does what a right, a deadline or the safety of what is stored needs: for the restricted as for everybody."""
    return work.job_for(Purpose.RIGHTS, job)
