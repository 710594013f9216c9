"""this was not handled → whom it can go to → hand it over as it is, or with words (requests) → the officer's case is open"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.support import complaining
from bot.telegram.answers import policy_of
from bot.telegram.authorities import authority
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.keyboards import go
from bot.telegram.promises import due
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, policy_text, verbatim


def create_router() -> Router:
    router = Router(name="unhandled")
    router.callback_query.register(show_ways, Private(), To("unhandled"))
    router.callback_query.register(hand_over, Private(), Confirming("hand_over"))
    return router


async def show_ways(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    """Also while an account is closed: whoever waits for a deletion may complain about it."""
    account = desk.account
    case = await desk(complaining.about, account, of)
    running = await desk(complaining.running, account, of)
    policy = policy_of(desk)
    officer = policy_text(policy.dpo, policy.values())
    lines: list[Line | Html] = [
        # Translators: {ref} is a case reference; said to somebody who is not content with how it was handled.
        _("I am sorry. This is who can help you further with case {ref}:", ref=case.id),
        # Translators: {officer} is e.g. "the data protection officer of Moonshot AI", in the middle of a sentence.
        _("• Here: {officer}, who gets the whole path of the case and answers you in this chat.", officer=officer),
    ]
    if policy.dpo_contact:
        # Translators: {contact} is an address of the data protection officer.
        lines.append(_("• Elsewhere: {officer}, {contact}", officer=officer, contact=verbatim(policy.dpo_contact)))
    where = authority(policy, account.jurisdiction, account.country)
    # Translators: {authority} is a supervisory authority, in the middle of a sentence.
    lines.append(_("• At any time, and independent of us: {authority}. You can complain there.", authority=where))
    keyboard = []
    if running is not None:
        # Translators: {ref} is the reference of a complaint.
        lines.append(_("Your complaint about it is open: case {ref}.", ref=running.id))
        keyboard.append([go(_p("button", "Look at it"), "case", running.id, style="primary")])
    else:
        yes = await confirm_button(desk, _p("button", "Hand it over"), "hand_over", case.id, style="primary")
        keyboard += [[go(_p("button", "Write what is wrong"), "escalate", case.id)], [yes]]
    if account.country is None and policy.countries_of(account.jurisdiction):
        keyboard.append([go(_p("button", "My country"), "country", case.id)])
    keyboard.append([dismiss_button(_p("button", "No, leave it"), "hand_over")])
    await say(join(lines), keyboard, new=True)


async def hand_over(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    ref = await redeem(desk, "hand_over", token)
    complaint = await desk(complaining.hand_over, desk.account, ref)
    lines = [
        # Translators: {ref} is the reference of a complaint, {about} the one of the case that it is about.
        _("The data protection officer has case {about} now, with its whole path. Their answer is case {ref}.", about=ref, ref=complaint.id),
        _("You get an answer here by {date}.", date=due(policy_of(desk), "fulfil", complaint.target_due, complaint.opened_at, desk.zone)),
    ]
    await say(join(lines), [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])
