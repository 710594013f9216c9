"""The regions of one process: each a desk of its own, sharing the bot, the dispatcher and the pace towards Telegram.

Home is open from the start. Another region opens when somebody lives there or ever did, and never when this process does not
serve it: then nothing of its keys is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiogram.types import Update

from bot.core import accounts
from bot.core.errors import RegionError
from bot.core.keys import Purpose, Vault
from bot.core.ports import Tx
from bot.core.staff import roster
from bot.core.support import groups, rooms
from bot.core.work import Engine, EngineFor
from bot.safe import was_used
from bot.storage import Database
from bot.telegram.inbox import Inbox
from bot.telegram.regions import asked_for, place_in_group, private_person
from bot.telegram.sender import Sender
from bot.workers import DatabaseEngine, Worker

if TYPE_CHECKING:
    from bot.app import Core

log = logging.getLogger(__name__)
_SWEPT_AT_ONCE = 500


@dataclass
class RegionDesk:
    """One region, open."""

    core: Core
    inbox: Inbox
    sender: Sender
    worker: Worker
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.core.ring.region

    def start(self) -> None:
        """Handle, send and work in the background from now on. A second call changes nothing."""
        if self._tasks:
            return
        wake = self.inbox.on_handled
        self.worker.wake_sender = wake
        self._tasks = [
            asyncio.create_task(self.inbox.run(), name=f"inbox {self.name}"),
            asyncio.create_task(self.sender.run(wake), name=f"sender {self.name}"),
            asyncio.create_task(self.worker.run(), name=f"worker {self.name}"),
        ]

    async def settle(self) -> int:
        """Do once what is due now; how much it was."""
        handled = await self.inbox.drain()
        worked = await self.worker.drain()
        await self.sender.drain()
        return handled + worked

    async def stop(self) -> None:
        """Drain: what was taken is handled, what is being sent arrives."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.inbox.drain(), 10)
        await self.sender.finish()
        await self.worker.checkpoints.sign_now()


class Regions:
    """Knows which region answers for whom. `make` builds a desk around an opened core, `open_core` opens one."""

    def __init__(self, core: Core, open_core: Callable[[str], Any], make: Callable[[Core], RegionDesk]) -> None:
        self._core = core
        self._open_core = open_core
        self._make = make
        vault = Vault(core.ring)
        self.directory = core.safe.directory(lambda telegram_id: vault.blind_index("directory", str(telegram_id)))
        self.desks: dict[str, RegionDesk] = {}
        self._opening = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = False
        self.on_loop: Callable[[asyncio.AbstractEventLoop], None] | None = None
        """Told the program's loop whenever updates come in."""

    def _know_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self.on_loop is not None:
            self.on_loop(self._loop)

    @property
    def home(self) -> str:
        return self._core.ring.region

    def open_home(self) -> RegionDesk:
        """The desk that is always open."""
        desk = self.desks[self.home] = self._make(self._core)
        desk.inbox.route = self.receive
        return desk

    def serves(self, region: str) -> bool:
        """Whether this process may open a region's keys."""
        return self._core.settings.for_region(region) is not None

    async def open(self, region: str) -> RegionDesk:
        """A region's desk, opened at its first use. RegionError for one that this process does not serve."""
        self._know_loop()
        if region in self.desks:
            return self.desks[region]
        if not self.serves(region):
            raise RegionError(region)
        async with self._opening:
            if region not in self.desks:
                opened = await self._open_core(region)
                team = await self._core.database.read(roster.read, Purpose.RIGHTS)
                await opened.database.write(lambda tx: roster.write(tx, team), Purpose.RIGHTS)
                self.desks[region] = self._make(opened)
                log.info("region %s is open", region)
        if self._started:
            self.desks[region].start()
        return self.desks[region]

    async def open_used(self) -> None:
        """Open every region where somebody lives or once lived: deadlines and keys there have their dates."""
        self._know_loop()
        for region in self.in_use():
            await self.open(region)

    async def start(self) -> None:
        """Open what is used and work in the background from now on."""
        self._started = True
        await self.open_used()
        for desk in self.desks.values():
            desk.start()

    async def settle(self) -> None:
        """Do everything that is due now, in every open region."""
        self._know_loop()
        for _ in range(20):
            if not sum([await desk.settle() for desk in list(self.desks.values())]):
                return

    async def stop(self) -> None:
        """Stop every desk; other regions than home are closed too."""
        for desk in self.desks.values():
            await desk.stop()
        for name, desk in self.desks.items():
            if name != self.home:
                await desk.core.stop()
        self.directory.close()

    # ------------------------------------------------------------------ which region answers

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store each update with the region that answers for whoever sent it; how many were new."""
        self._know_loop()
        by_region: dict[str, list[Mapping[str, Any]]] = {}
        for update in updates:
            by_region.setdefault(await self._region_of(update), []).append(update)
        return sum([await self.desks[region].inbox.store(theirs) for region, theirs in by_region.items()])

    async def is_at_home(self, update: Update, person: int, region: str) -> bool:
        """See bot.telegram.regions.Regions."""
        entry = await self._find(person)
        if entry is not None and not self.serves(entry):
            raise RegionError(entry)
        text = update.message.text if update.message else None
        return entry is None and region == self.home and (len(self.desks) == 1 or asked_for(text) is None)

    def send_on(self, update: Update, region: str) -> bool:
        """See bot.telegram.regions.Regions."""
        assert self._loop is not None
        raw = update.model_dump(mode="json", by_alias=True, exclude_none=True)
        return asyncio.run_coroutine_threadsafe(self._send_on(raw, region), self._loop).result()

    def used(self) -> Sequence[str]:
        """See bot.telegram.regions.Regions."""
        return tuple(self.desks)

    def in_use(self) -> Sequence[str]:
        """The served regions in which somebody lives or ever did, home first; they need not be open yet."""
        living = {self.home, *self.desks, *self.directory.regions()}
        found = {self.home: None}
        for region in self._core.settings.served:
            settings = self._core.settings.for_region(region)
            if settings is not None and (region in living or was_used(settings)):
                found[region] = None
        return tuple(found)

    def others(self) -> list[Engine]:
        """From a job's thread: the ways to the databases of every open region but home, for rights work."""
        return [EngineFor(Purpose.RIGHTS, DatabaseEngine(desk.core.database)) for name, desk in list(self.desks.items()) if name != self.home]

    def database(self, region: str) -> Database | None:
        """The database of a region that is open here."""
        return self.desks[region].core.database if region in self.desks else None

    def engine(self, region: str) -> Engine:
        """From a job's thread: the way to a region's database, for the product. RegionError."""
        if self._loop is None or not self.serves(region):
            raise RegionError(region)
        desk = asyncio.run_coroutine_threadsafe(self.open(region), self._loop).result()
        return DatabaseEngine(desk.core.database)

    def make_sweep(self, region: str) -> Callable[[Tx], int]:
        """The sweep that takes out of the directory whose account in `region` is gone. Some at a time, round and round."""
        after = ""

        def sweep(tx: Tx) -> int:
            nonlocal after
            links = self.directory.links(region, after=after, limit=_SWEPT_AT_ONCE)
            after = links[-1] if len(links) == _SWEPT_AT_ONCE else ""
            return self.directory.leave(region, [link for link in links if not tx.links.count(id=link)])

        return sweep

    async def _send_on(self, update: Mapping[str, Any], region: str) -> bool:
        person = private_person(update)
        if person is not None and await self._find(person) == region:
            await self._leave_if_gone(person, region)
        answers = await self._region_of(update)
        if answers == region:
            return False
        await self.desks[answers].inbox.store([update])
        return True

    async def _leave_if_gone(self, person: int, region: str) -> None:
        def link(tx: Tx) -> tuple[str, bool]:
            index = accounts.telegram_index(tx, person)
            return index, tx.links.count(id=index) > 0

        index, there = await self.desks[region].core.database.read(link)
        if not there:
            self.directory.leave(region, [index])

    async def _find(self, person: int) -> str | None:
        return self.directory.find(person) if self.directory.near else await asyncio.to_thread(self.directory.find, person)

    async def _region_of(self, update: Mapping[str, Any]) -> str:
        person = private_person(update)
        if person is None:
            return await self._region_of_room(update)
        entry = await self._find(person)
        if entry is not None:
            return (await self.open(entry)).name if self.serves(entry) else self.home
        message = update.get("message")
        asked = asked_for(message.get("text") if isinstance(message, Mapping) else None)
        if asked is None or len(self.desks) == 1:
            return self.home
        return await self._holder_of(person, *asked)

    async def _region_of_room(self, update: Mapping[str, Any]) -> str:
        """The region of the case that something in the team's group is about; home for everything else."""
        place = place_in_group(update) if len(self.desks) > 1 else None
        if place is None:
            return self.home

        def has(tx: Tx) -> bool:
            group = groups.find(tx)
            return group is not None and group.chat == place.chat and rooms.is_here(tx, place.thread, place.ref, place.messages)

        for name in sorted(self.desks, key=lambda name: name != self.home):
            if await self.desks[name].core.database.read(has):
                return name
        return self.home

    async def _holder_of(self, person: int, kind: str, value: str) -> str:
        """The region that issued a link to somebody who is nowhere yet, or that keeps the case of somebody erased."""

        def known(tx: Tx) -> bool:
            return tx.links.count(id=accounts.telegram_index(tx, person)) > 0

        def has(tx: Tx) -> bool:
            return accounts.has_link(tx, value) if kind == "link" else tx.cases.count(id=value, subject="") > 0

        if await self.desks[self.home].core.database.read(known):
            return self.home
        for name, desk in list(self.desks.items()):
            if name != self.home and await desk.core.database.read(has):
                return name
        return self.home
