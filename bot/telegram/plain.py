"""What is a right and what is conversation. Limits and bans close conversation only; whoever is banned has a plain form: a fixed list
of buttons, one for each right.

What is not named here counts as a right: rather a word too many than a right too few.
"""

from __future__ import annotations

from typing import Final

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.core.policies import BanReason, Policy
from bot.core.support.bans import Ban
from bot.telegram.commands import command_of
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, Confirm, Dismiss, Go, go, rows
from bot.telegram.texts import Html, Line, _, _p, join, policy_text

COMMANDS: Final = frozenset({"start", "menu", "help", "faq", "ask", "human"})
STEPS: Final = frozenset({"start", "menu", "help", "faq", "chapter", "topic", "details", "helped", "unhelped", "human"})
"""Conversation, by command and by the step that a button leads to."""


def is_right(event: TelegramObject, *, in_a_step: bool) -> bool:
    """Whether something that a person does exercises a right, or confirms or turns down what they were asked. `in_a_step`: they are in
    the middle of a flow that exercises one, so what they type belongs to it."""
    if isinstance(event, CallbackQuery):
        return _leads_to_right(event.data or "")
    command = command_of(event.text or "") if isinstance(event, Message) else None
    return command not in COMMANDS if command is not None else in_a_step


def buttons() -> list[list[Button]]:
    """To each right, the same for everybody."""
    fixed = [
        go(_p("button", "Export my data"), "export"),
        go(_p("button", "Delete my account"), "delete"),
        go(_p("button", "AI training"), "training"),
        go(_p("button", "What is held"), "access"),
        go(_p("button", "Restrict processing"), "restrict"),
        go(_p("button", "Data protection officer"), "escalate"),
        go(_p("button", "My rights"), "rights"),
        go(_p("button", "My requests"), "status"),
    ]
    return rows(fixed, 2)


def form(policy: Policy, ban: Ban, zone: str) -> Html:
    """What a banned person is answered, whatever they write."""
    # Translators: to somebody who was banned. {date} is a date with time.
    closed = _("Since {date} you cannot ask or write here any more. Your rights stay open to you: use these buttons.", date=moment(ban.at, zone))
    return join([closed, why(policy, policy.ban_reasons.get(ban.reason))])


def why(policy: Policy, reason: BanReason | None) -> Line:
    """The reason as the person is told it."""
    if reason is None:
        # Translators: to somebody who was banned, where the reason is not known any more.
        return _("The data protection officer can tell you why.")
    # Translators: to somebody who was banned. {reason} is a whole sentence.
    return _("Reason: {reason}", reason=policy_text(reason.text, policy.values()))


def _leads_to_right(data: str) -> bool:
    prefix = data.partition(":")[0]
    if prefix in (Confirm.__prefix__, Dismiss.__prefix__):
        return True
    try:
        return Go.unpack(data).to not in STEPS
    except (TypeError, ValueError):
        return False
