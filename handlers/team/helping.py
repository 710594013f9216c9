"""/help → how to work here, and the commands of whoever asks · a command that nobody knows → that nothing came of it"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, Filter
from aiogram.types import Message

from bot.core.staff import Permission
from bot.telegram.commands import IN_GROUPS
from bot.telegram.desk import Desk
from bot.telegram.menus import team_commands
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup, member, require
from bot.telegram.texts import Html, _, join

_NEEDS = {
    "reply": Permission.WORK, "hold": Permission.PROPOSE, "lift": Permission.PROPOSE, "ban": Permission.BAN, "unban": Permission.BAN,
    "stats": Permission.FIGURES, "report": Permission.FIGURES, "register": Permission.REGISTER, "breaches": Permission.REGISTER,
    "breach": Permission.BREACH, "policy": Permission.POLICY, "team": Permission.SEE_TEAM, "grant": Permission.TEAM,
    "revoke": Permission.TEAM, "setup": Permission.TEAM, "help": Permission.SEE_TEAM,
}  # fmt: skip
"""What a command takes; the others look at cases."""
_KNOWN = IN_GROUPS - {"quiet"} | {"report", "help"}


class Unknown(Filter):
    """A command that is not the team's: mistyped, most likely. One for another bot is none of ours."""

    async def __call__(self, event: Message, desk: Desk) -> bool | dict[str, str]:
        text = event.text or ""
        if not text.startswith("/"):
            return False
        name, _at, whose = text.split(maxsplit=1)[0][1:].partition("@")
        ours = whose.lower() in ("", desk.bot_name.lower())
        return {"command": f"/{name[:40]}"} if ours and name and name.lower() not in _KNOWN else False


def create_router() -> Router:
    router = Router(name="team.helping")
    router.message.register(show_help, InTeamGroup(), Command("help"))
    router.message.register(say_unknown, InTeamGroup(), Unknown())
    return router


async def show_help(message: Message, desk: Desk, say: Say) -> None:
    who = await require(desk, Permission.SEE_TEAM)
    mine = [(name, text) for name, text in team_commands() if who.may(_NEEDS.get(name, Permission.SEE_CASES))]
    lines = join([Html(f"/{name} – {text.html}", f"/{name} – {text.plain}") for name, text in mine], "\n")
    if not who.may(Permission.WORK):
        await say.reply(lines)
        return
    # Translators: to the privacy team, above a list of commands. A card is the message that shows a case. In quotation marks: a button.
    how = _("Each case has a card with buttons. To write to its person, answer what they wrote, or use /reply. You see a preview, and nothing goes out before somebody taps “Send”. Everything else that is written here stays among the team.")
    await say.reply(join([how, lines]))


async def say_unknown(message: Message, desk: Desk, say: Say, command: str) -> None:
    if await member(desk) is not None:
        # Translators: to the privacy team. {command} is a command that somebody mistyped.
        await say.reply(_("I do not know {command} here. Nothing was done, and nobody was written to. /help shows what I can do.", command=command))
