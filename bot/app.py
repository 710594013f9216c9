"""The only place that wires: settings in, a running desk out."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.storage.base import BaseEventIsolation
from aiogram.fsm.strategy import FSMStrategy

from bot.core import residence, staff
from bot.core.breaches.wanting import WATCH
from bot.core.breaches.watching import make_watch_job
from bot.core.clock import Clock, SystemClock, SystemRandomness
from bot.core.erasure import quarantine
from bot.core.erasure.ledger import Ledger
from bot.core.errors import KeyUnavailableError, RegionError, SealError
from bot.core.exports.signature import Signer
from bot.core.ids import Randomness
from bot.core.keys import (
    SERVICE,
    CommandKekHolder,
    FileKekHolder,
    KekHolder,
    KeyRing,
    Purpose,
    StaticKekHolder,
    Vault,
)
from bot.core.keys.ring import SIGNING
from bot.core.moving import Road, make_move_job, make_settle_job
from bot.core.policies import Policy, load_policy, read_policy, versions
from bot.core.ports import Tx
from bot.core.staff import roster
from bot.core.staff.copying import COPY
from bot.core.support import groups, linking, rounds
from bot.core.support.rounds import ROUND, make_round_job
from bot.core.understanding import Understanding
from bot.core.work import EngineFor, Job
from bot.regions import RegionDesk, Regions
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage import Database, World, open_database
from bot.telegram.fsm_storage import DraftStorage
from bot.telegram.gate import Gate
from bot.telegram.inbox import Inbox
from bot.telegram.interrupting import Interrupting
from bot.telegram.limiter import Limiter
from bot.telegram.pacing import Pacer
from bot.telegram.reception import Reception
from bot.telegram.sender import Sender
from bot.telegram.team.alarms import work_is_dead
from bot.telegram.texts import SOURCE, use_policy_locales
from bot.telegram.wire import Wire
from bot.workers import Worker, all_jobs, rights
from handlers import create_router

log = logging.getLogger(__name__)


@dataclass
class Core:
    """What every command needs: policy, keys, database."""

    settings: Settings
    policies: tuple[Policy, Policy | None]
    ring: KeyRing
    safe: Safe
    database: Database
    clock: Clock
    random: Randomness
    ledger: Ledger
    moves: Ledger

    @property
    def policy(self) -> Policy:
        """The version that holds now."""
        return versions.in_force(*self.policies, self.clock.now())

    async def stop(self) -> None:
        """Close what was opened."""
        await self.database.stop()
        self.safe.close()


async def open_core(
    settings: Settings, clock: Clock | None = None, random: Randomness | None = None, *, quarantined: bool = False
) -> Core:
    """Open keys and database. PolicyError, KeyUnavailableError, SealError, ValueError.

    QuarantineError for a database that was restored and has not seen the whole erasure ledger; only the restore itself opens
    one (`quarantined`). LedgerError for a ledger that was changed or cut.
    """
    clock, random = clock or SystemClock(), random or SystemRandomness()
    policies = load_policy(settings.policy), load_policy(settings.policy_next) if settings.policy_next else None
    for file in (settings.policy, settings.policy_next):
        if file is not None:
            use_policy_locales((file if file.is_dir() else file.parent) / "locales")
    safe = open_safe(settings)
    async with contextlib.AsyncExitStack() as opened:
        opened.callback(safe.close)
        if not quarantined:
            quarantine.require_none(safe.marker)
        used = safe.was_used()
        if not used and settings.key_store_address is not None and settings.key_store.exists():
            raise KeyUnavailableError(f"store of region {settings.region} (it is {settings.key_store}, not BOT_KEY_STORE_URL)")
        ring = KeyRing(settings.region, holder_of(settings, new=not used), safe.keys, clock, random)
        ring.open()
        database = open_database(settings.database, World(Vault(ring), policies[0], clock, random, policies[1]))
        opened.push_async_callback(database.stop)
        await database.start()
        await database.read(_require_its_keys, Purpose.RIGHTS)
        ledger, moves = safe.ledger_of_erasures(ring), safe.ledger_of_moves(ring)
        moves.entries()
        if not quarantined:
            await database.read(lambda tx: quarantine.require_replayed(tx, ledger), Purpose.RIGHTS)
            await database.write(lambda tx: _prepare_team(tx, settings), Purpose.RIGHTS)
            await database.write(lambda tx: _note_policies(tx, settings, *policies), Purpose.RIGHTS)
        opened.pop_all()
    return Core(settings, policies, ring, safe, database, clock, random, ledger, moves)


def _require_its_keys(tx: Tx) -> None:
    """KeyUnavailableError for data whose keys are in another key store: everybody would be taken for a stranger. A key that an
    older copy of the right one lacks is missed where it is needed."""
    try:
        with contextlib.suppress(KeyUnavailableError):
            tx.keys.seal(SERVICE, "subject_keys", "wrapped", SERVICE, b"")
    except SealError:
        raise KeyUnavailableError("store of this database (the one given made other keys)") from None


def _prepare_team(tx: Tx, settings: Settings) -> None:
    """The first owner and the group of the settings. What is known already stays as it is."""
    if settings.owner_id is not None:
        staff.ensure_owner(tx, settings.owner_id)
    if settings.support_chat_id is not None and groups.find(tx) is None:
        # what may be done there is found out at the start (bot/telegram/team/opening.py)
        linking.link(tx, settings.support_chat_id, topics=False, locale=SOURCE, actor="settings", missing=("topics",))


def _note_policies(tx: Tx, settings: Settings, policy: Policy, following: Policy | None) -> None:
    """Which versions there are. PolicyError for one that was published before with other content."""
    versions.note(tx, policy, read_policy(settings.policy)[0].decode())
    if following is not None:
        versions.note_following(tx, policy, following, read_policy(settings.policy_next)[0].decode())


def holder_of(settings: Settings, *, new: bool = False) -> KekHolder:
    """Who holds the root key; `new`: a file is made when it is missing. KeyUnavailableError."""
    if settings.key_command is not None:
        return CommandKekHolder(settings.key_command)
    if settings.root_key is not None:
        return StaticKekHolder.from_base64(settings.root_key.get_secret_value())
    file = settings.key_file or settings.data_dir / "keys" / "root.key"
    return FileKekHolder.open_or_create(file) if new else FileKekHolder(file)


@dataclass
class App:
    """A running desk."""

    core: Core
    bot: Bot
    dispatcher: Dispatcher
    inbox: Inbox
    sender: Sender
    worker: Worker
    regions: Regions
    """Inbox, sender and worker are those of the home region; here are the others'."""

    async def start(self) -> None:
        """Handle, send and work in the background from now on, in every region that is used."""
        await self.regions.start()

    async def settle(self) -> None:
        """Do everything that is due now: updates, work, messages. For tests and for a moved clock."""
        await self.regions.settle()

    async def stop(self) -> None:
        """Drain: what was taken is handled, what is being sent arrives, the rest stays stored for the next start."""
        await self.regions.stop()
        await self.bot.session.close()
        await self.core.stop()


def create_app(
    core: Core,
    *,
    token: str,
    understanding: Understanding,
    session: BaseSession | None = None,
    pacer: Pacer | None = None,
    pseudo: bool = False,
) -> App:
    """Wire a desk. A test passes its own session (the wire) and no pacer; everything else is real."""
    bot = Bot(token, session=session or telegram_session(core.settings), default=DefaultBotProperties())
    wire = Wire(bot)
    services: dict[str, Any] = {
        "policy_now": lambda: core.policy,
        "understanding": understanding,
        "bot_name": lambda: (bot._me.username if bot._me else None) or "",
        "pseudo": pseudo,
        "settings": core.settings,
        "wire": wire,
        "limiter": Limiter(),
    }
    dispatcher = create_dispatcher()

    async def open_region(name: str) -> Core:
        settings = core.settings.for_region(name)
        if settings is None:
            raise RegionError(name)
        return await open_core(settings, core.clock, core.random)

    def make(opened: Core) -> RegionDesk:
        theirs = {"settings": opened.settings, "region": opened.ring.region, "regions": regions}
        theirs["fingerprints"] = lambda: [Signer(each.key).fingerprint for each in opened.ring.named_keys(SIGNING)]
        inbox = Inbox(opened.database, Reception(services | theirs, dispatcher, bot), bot)
        sender = Sender(opened.database, bot, pacer=pacer, pseudo=pseudo, at_home=opened is core)

        def way(name: str) -> EngineFor:
            return EngineFor(Purpose.RIGHTS, regions.engine(name))

        road = Road(regions.directory, way, opened.moves, opened.database.compact)
        moves: dict[str, Job] = {residence.MOVE: rights(make_move_job(road)), residence.SETTLE: rights(make_settle_job(road))}
        if opened is core:
            moves[COPY] = rights(roster.make_copy_job(regions.others))
            moves[WATCH] = rights(make_watch_job(regions))
            moves[ROUND] = rights(make_round_job(regions.others))
        else:
            moves[COPY] = rights(roster.make_return_job(lambda: way(core.ring.region)))
        sweeps = [rounds.sweep] if opened is core else [regions.make_sweep(opened.ring.region)]
        worker = Worker(opened, all_jobs(opened) | moves, sweeps)
        worker.on_dead = work_is_dead
        return RegionDesk(opened, inbox, sender, worker)

    regions = Regions(core, open_region, make)
    regions.on_loop = wire.use
    home = regions.open_home()
    return App(core, bot, dispatcher, home.inbox, home.sender, home.worker, regions)


def create_dispatcher() -> Dispatcher:
    """A new dispatcher with every flow. One update is one transaction, so events need no isolation of their own."""
    dispatcher = Dispatcher(
        storage=DraftStorage(), fsm_strategy=FSMStrategy.USER_IN_TOPIC, events_isolation=_NoIsolation()
    )
    for observer in (dispatcher.message, dispatcher.edited_message, dispatcher.callback_query):
        observer.outer_middleware(Gate())
    dispatcher.message.outer_middleware(Interrupting())
    dispatcher.include_router(create_router())
    return dispatcher


class _NoIsolation(BaseEventIsolation):
    @contextlib.asynccontextmanager
    async def lock(self, key: Any) -> AsyncIterator[None]:
        yield

    async def close(self) -> None:
        """Nothing is held."""


def telegram_session(settings: Settings) -> AiohttpSession:
    """The wire to Telegram, or to another Bot API server."""
    if settings.api_url:
        return AiohttpSession(api=TelegramAPIServer.from_base(settings.api_url))
    return AiohttpSession()


Stopper = Callable[[], None]
