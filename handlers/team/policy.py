"""/policy → the versions and what a coming one changes → what people will read → tell them now → confirm → told"""

from __future__ import annotations

import contextlib

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core.errors import NotFoundError
from bot.core.policies import versions
from bot.core.staff import Permission
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming
from bot.telegram.formats import day, language_name
from bot.telegram.keyboards import rows
from bot.telegram.locales import SHIPPED
from bot.telegram.notices import NOTICES
from bot.telegram.regions import Regions, rights_engine
from bot.telegram.say import Say
from bot.telegram.team.confirming import confirm_button, dismiss_button, redeem
from bot.telegram.team.here import InTeamGroup, Tapped, require, tap
from bot.telegram.team.policy_says import coming
from bot.telegram.texts import PSEUDO, Html, Line, _, _p, current_locale, join, speaking


def create_router() -> Router:
    router = Router(name="team.policy")
    router.message.register(show, InTeamGroup(), Command("policy"))
    router.callback_query.register(preview, InTeamGroup(), Tapped("policy_preview"))
    router.callback_query.register(ask, InTeamGroup(), Tapped("policy_tell"))
    router.callback_query.register(tell, InTeamGroup(), Confirming("team-policy"))
    return router


async def show(message: Message, desk: Desk, say: Say) -> None:
    await require(desk, Permission.POLICY)
    known = await desk(versions.history)
    texts: list[Line | Html] = [await desk(coming, version.id) for version in known]
    buttons = [tap(_p("button", "What people will read"), "policy_preview", known[-1].id)] if len(known) > 1 else []
    await say.reply(join(texts), [buttons])


async def preview(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    """In the team's language first; a button for each other one."""
    await require(desk, Permission.POLICY)
    version, changes = await desk(versions.changes_of, ref)
    values = await desk(lambda tx: tx.policy.values())
    data = {
        "version": version.id,
        "begins": version.effective_at.isoformat(),
        "changes": [each.as_json() for each in changes],
        "values": values,
    }
    shown = of or current_locale()
    with speaking(shown if current_locale() != PSEUDO else PSEUDO):
        text = NOTICES["policy_changed"](data, desk.zone).text
    others = [tap(language_name(locale), "policy_preview", ref, locale) for locale in SHIPPED if locale != shown]
    await say(text, [*rows(others, 4), [tap(_p("button", "Tell people now"), "policy_tell", ref)]])


async def ask(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    member = await require(desk, Permission.POLICY)
    version, _changes = await desk(versions.changes_of, ref)
    people = await desk(lambda tx: tx.accounts.count())
    yes = await confirm_button(desk, member, _p("button", "Tell them"), "team-policy", ref, style="primary")
    # Translators: to the privacy team. {version} is a version of the policy, {people} a number of people in this region.
    text = _(
        "Tell everybody of version {version}, which holds from {date}? In this region these are {people} people. It cannot be unsaid.",
        version=version.id,
        date=day(version.effective_at),
        people=people,
    )
    await say(text, [[yes, dismiss_button(_p("button", "Not yet"), "team-policy")]], new=True)


async def tell(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    member = await require(desk, Permission.POLICY)
    version = await redeem(desk, member, "team-policy", token)
    desk.slow("other regions", lambda: _tell_elsewhere(desk, version))
    await desk(versions.tell_now, version)
    # Translators: to the privacy team. {version} is a version of the policy.
    await say(_("People are being told of version {version}, each in their language.", version=version))




def _tell_elsewhere(desk: Desk, version: str) -> None:
    """In every other open region, from a thread: begun twice it is done once."""
    regions: Regions = desk.services["regions"]
    for region in regions.used():
        if region != desk.services["region"]:
            with contextlib.suppress(NotFoundError):
                rights_engine(regions, region).write(lambda tx: versions.tell_now(tx, version))
