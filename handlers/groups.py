"""in a group: a question by mention or command → a short answer; anything personal → a link to the private chat

Nothing said in a group is stored, and nothing personal is shown there.
"""

from __future__ import annotations

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot.core.policies import Topic
from bot.telegram.answers import policy_of, short_answer, title
from bot.telegram.desk import Desk
from bot.telegram.filters import InGroup
from bot.telegram.keyboards import Button
from bot.telegram.say import Say
from bot.telegram.texts import PSEUDO, _, _p, current_locale, speaking
from bot.telegram.understanding import Understood, understand

PERSONAL = (
    "training", "export", "history", "delete", "status", "rights", "settings", "language", "forgetme", "cancel",
    "human", "restrict", "menu", "clear", "access", "rectify",
)  # fmt: skip


class Mentioned(Filter):
    """A message that names the bot or replies to it; gives the question without the name."""

    async def __call__(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        text = event.text or ""
        name = f"@{desk.bot_name}"
        replied = event.reply_to_message and event.reply_to_message.from_user
        to_bot = bool(replied and replied.username == desk.bot_name)
        if text.startswith("/") or not (to_bot or name.lower() in text.lower()):
            return False
        start = text.lower().find(name.lower())
        question = text if start < 0 else text[:start] + text[start + len(name) :]
        return {"question": question.strip()}


def create_router() -> Router:
    router = Router(name="groups")
    router.message.register(answer_command, InGroup(), Command("ask", "faq", "help", "start"))
    router.message.register(show_privacy, InGroup(), Command("privacy"))
    router.message.register(point_to_private_chat, InGroup(), Command(*PERSONAL))
    router.message.register(answer_mention, InGroup(), Mentioned())
    router.message.register(stay_silent, InGroup())
    router.callback_query.register(refuse_tap, InGroup())
    return router


async def answer_command(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    await _answer(desk, say, command.args or "")


async def answer_mention(message: Message, desk: Desk, say: Say, question: str) -> None:
    await _answer(desk, say, question)


async def show_privacy(message: Message, desk: Desk, say: Say) -> None:
    text = _("This bot stores nothing of what is said in this group. What it stores about you in a private chat, and for how long, I tell you there.")
    await say.reply(text, [[_private(desk, _p("button", "Open private chat"), "to-privacy")]])


async def point_to_private_chat(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    text = _("That is personal, so not here. Let us talk in private.")
    await say.reply(text, [[_private(desk, _p("button", "Open private chat"), f"to-{_flow(command.command)}")]])


async def stay_silent(message: Message) -> None:
    """Group talk is none of the bot's business."""


async def refuse_tap(query: CallbackQuery, say: Say) -> None:
    await say.toast(_("Please use a private chat with me for this."), alert=True)


async def _answer(desk: Desk, say: Say, question: str) -> None:
    if not question:
        text = _("Ask me about data and privacy, for example: “@{bot} how long are chats kept?”", bot=desk.bot_name)
        await say.reply(text, [[_private(desk, _p("button", "Open private chat"), "to-menu")]])
        return
    found: Understood = await understand(desk, question)
    with speaking(found.lang if found.lang and current_locale() != PSEUDO else current_locale()):
        await _say_answer(desk, say, found)


async def _say_answer(desk: Desk, say: Say, found: Understood) -> None:
    topic = policy_of(desk).topics.get(found.label)
    if topic is None and found.label.startswith("do_"):
        text_personal = _("That is personal, so not here. Let us talk in private.")
        await say.reply(text_personal, [[_private(desk, _p("button", "Open private chat"), "to-menu")]])
    elif topic and found.decision in ("answer", "offer"):
        await say.reply(await short_answer(desk, topic), [[_topic_link(desk, topic)]])
    elif found.label == "not_in_policy" and found.decision == "answer":
        await say.reply(_("The published policy does not say anything about that."), [[_private(desk, _p("button", "Open private chat"), "to-menu")]])
    elif found.label == "greeting":
        await say.reply(_("Hello! Ask me anything about your data, in your own words."))
    elif found.label == "thanks":
        await say.reply(_("You are welcome. I am here whenever you need me."))
    else:
        near = [policy_of(desk).topics[label] for label, _share in found.alternatives if label in policy_of(desk).topics]
        buttons = [[_topic_link(desk, other, named=True)] for other in near[:3]]
        if buttons:
            await say.reply(_("I am not sure what you mean. Did you mean one of these?"), buttons)
        else:
            other = [[_private(desk, _p("button", "Open private chat"), "to-menu")]]
            await say.reply(_("I am not sure what you mean. Please ask in other words."), other)


def _topic_link(desk: Desk, topic: Topic, *, named: bool = False) -> Button:
    label = title(policy_of(desk), topic) if named else _p("button", "More in private")
    return _private(desk, label, "topic-" + topic.id.replace("_", "-"))


def _private(desk: Desk, label: Any, payload: str) -> Button:
    return Button(label, url=f"https://t.me/{desk.bot_name}?start={payload}")


def _flow(command: str) -> str:
    return {"forgetme": "forgetme", "cancel": "menu"}.get(command, command)
