"""/rights → what applies to you → the flow that exercises it"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.telegram.answers import policy_of
from bot.telegram.authorities import authority
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="rights")
    router.message.register(show_rights, Private(), Command("rights"))
    router.callback_query.register(show_rights_by_button, Private(), To("rights"))
    return router


async def show_rights(message: Message, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def show_rights_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def _show(desk: Desk, say: Say) -> None:
    policy = policy_of(desk)
    jurisdiction = desk.found.jurisdiction if desk.found else None
    place = policy.jurisdictions.get(jurisdiction or "")
    lines: list[Line | Html] = []
    if place is None:
        lines.append(_("<b>Rights that everyone has</b>"))
    else:
        lines.append(_("<b>Your rights</b> ({place})", place=policy_text(place.label, policy.values())))
    applying = [right for right in policy.rights.values() if right.applies_in(jurisdiction)]
    for right in applying:
        text = policy_text(right.text, policy.values())
        law = policy_text(right.law, policy.values()) if right.law else None
        said = f" <i>({law.html})</i>" if law else ""
        lines.append(Html(f"• {text.html}{said}", f"• {text.plain}"))
    if place is None:
        lines.append(_("Some laws give you more. Tell me where you live, and I show what applies to you. I never guess it."))
    else:
        country = desk.found.country if desk.found else None
        lines.append(_("Supervisory authority: {authority}.", authority=authority(policy, jurisdiction, country)))
    flows = dict.fromkeys(right.flow for right in applying)
    labels = {flow: next(right.label for right in applying if right.flow == flow) for flow in flows}
    buttons = [go(policy_text(label, policy.values()), flow) for flow, label in labels.items()]
    if place is not None and place.by_country and desk.account.country is None:
        buttons.append(go(_p("button", "My country"), "country"))
    where = _p("button", "Where I live")
    keyboard: list[list[Button]] = [*rows(buttons, 2), [go(where, "place"), go(_p("button", "Menu"), "menu")]]
    await say(join(lines), keyboard)
