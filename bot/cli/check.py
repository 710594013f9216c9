"""`check [--region X]`: settings, keys, database, catalogues, Telegram's reachability and rights. One line each; 1 when one fails."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot import catalogs
from bot.app import Core, telegram_session
from bot.cli.ledger_loss import ERASURES, MOVES, told
from bot.cli.regions import every_region
from bot.core.audit import verify_chain
from bot.core.keys import Purpose
from bot.core.support import groups
from bot.core.support.groups import TeamGroup
from bot.settings import Settings, read_settings
from bot.telegram import standing
from bot.telegram.standing import Lack


async def check(region: str | None = None) -> int:
    """Check everything that can be checked without changing anything, keys and database in every region that is in use."""
    settings = read_settings()
    _line(True, "settings", "read from the environment")
    async with every_region(settings, region) as cores:
        _line(True, "policy", f"{cores[0].policy.title} {cores[0].policy.version}")
        good = [await _region(core) for core in cores]
        group = await cores[0].database.read(groups.find)
        good += [await _catalogues(settings), await _telegram(settings, group)]
        return 0 if all(good) else 1


async def _region(core: Core) -> bool:
    name = core.ring.region
    _line(True, f"keys {name}", f"epoch {core.ring.current_epoch().number}")
    entries, broken = await core.database.read(lambda tx: (tx.audit.count(), verify_chain(tx.audit.each(order_by="id"))), Purpose.RIGHTS)
    for kind, ledger in ((ERASURES, core.ledger), (MOVES, core.moves)):
        _line(True, f"ledger of {kind} {name}", f"{len(ledger.entries())} entries")
        for each in ledger.losses():
            _line(True, f"ledger of {kind} {name}", told(name, kind, each))
    accounts = await core.database.read(lambda tx: tx.accounts.count())
    dead = await core.database.read(lambda tx: tx.work.count(state="dead"))
    text = f"{accounts} accounts, {entries} audit entries"
    if broken is not None:
        text += f", the audit chain is broken at entry {broken}"
    if dead:
        text += f", {dead} pieces of work are dead"
    return _line(broken is None and not dead, f"database {name}", text)


async def _catalogues(settings: Settings) -> bool:
    bad = {
        locale: count
        for locale in catalogs.SHIPPED
        if (count := sum(1 for domain in ("messages", "policy") for _ in catalogs.problems(locale, domain)))
    }
    text = f"{len(catalogs.SHIPPED)} languages" + "".join(f", {name}: {count} problems" for name, count in bad.items())
    return _line(not bad, "catalogues", text)


async def _telegram(settings: Settings, group: TeamGroup | None) -> bool:
    if settings.token is None:
        return _line(True, "telegram", "no BOT_TOKEN: the local chat runs")
    bot = Bot(settings.token.get_secret_value(), session=telegram_session(settings))
    try:
        me = await bot.me()
        _line(True, "telegram", f"@{me.username}")
        return await _group(bot, group)
    except TelegramAPIError as error:
        return _line(False, "telegram", type(error).__name__)
    finally:
        await bot.session.close()


async def _group(bot: Bot, group: TeamGroup | None) -> bool:
    """Without topics the desk works, more plainly: that is told and fails nothing. A right that is missing does."""
    if group is None:
        return _line(True, "team's group", "none is linked; /setup in a group does it")
    try:
        found = await standing.ask(bot, group.chat)
    except TelegramAPIError as error:
        return _line(False, "team's group", f"cannot be reached ({type(error).__name__})")
    missing = ", ".join(found.missing)
    good = not set(found.missing) - {Lack.SUPERGROUP, Lack.TOPICS}
    return _line(good, "team's group", f"missing: {missing}" if missing else "all rights, a topic for each case")


def _line(good: bool, what: str, text: str) -> bool:
    print(f"{'ok  ' if good else 'FAIL'} {what}: {text}")
    return good
