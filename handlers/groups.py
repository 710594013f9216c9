"""in a group: a question by mention or command → a short answer, for the one who asks where Telegram can do that; anything personal
→ a link to the private chat; its admins choose the language and whether the bot is quiet

Nothing said in a group is stored, nothing personal is shown there, and the bot answers only so often (policy: safeguards). When it
is removed, nothing of the group stays.
"""

from __future__ import annotations

from typing import Any

from aiogram import Router
from aiogram.filters import (
    JOIN_TRANSITION,
    LEAVE_TRANSITION,
    ChatMemberUpdatedFilter,
    Command,
    CommandObject,
    Filter,
)
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.core import communities
from bot.core.policies import Topic
from bot.core.support import linking
from bot.telegram import locales, standing
from bot.telegram.answers import policy_of, short_answer, title
from bot.telegram.desk import Desk
from bot.telegram.filters import InGroup, NewNumber
from bot.telegram.formats import language_name, listing
from bot.telegram.keyboards import Button, Keyboard
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup
from bot.telegram.texts import PSEUDO, Html, Line, _, _p, current_locale, speaking
from bot.telegram.understanding import Understood, understand

PERSONAL = (
    "training", "export", "history", "delete", "status", "rights", "settings", "forgetme", "cancel",
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


class Quiet(Filter):
    """The admins want commands answered only."""

    async def __call__(self, event: Message, desk: Desk) -> bool:
        community = await desk.once(communities.find, desk.lane)
        return community is not None and community.quiet


def create_router() -> Router:
    router = Router(name="groups")
    router.message.register(leave_the_team_alone, InTeamGroup())
    router.callback_query.register(outdated, InTeamGroup())
    router.my_chat_member.register(greet, InGroup(), ChatMemberUpdatedFilter(JOIN_TRANSITION))
    router.my_chat_member.register(leave, InGroup(), ChatMemberUpdatedFilter(LEAVE_TRANSITION))
    router.message.register(follow, InGroup(), NewNumber(left=True))
    router.message.register(set_quiet, InGroup(), Command("quiet"))
    router.message.register(set_language, InGroup(), Command("language"))
    router.message.register(answer_command, InGroup(), Command("ask", "faq", "help", "start"))
    router.message.register(show_privacy, InGroup(), Command("privacy"))
    router.message.register(point_to_private_chat, InGroup(), Command(*PERSONAL))
    router.message.register(stay_silent, InGroup(), Quiet())
    router.message.register(answer_mention, InGroup(), Mentioned())
    router.message.register(stay_silent, InGroup())
    router.callback_query.register(refuse_tap, InGroup())
    return router


async def greet(event: ChatMemberUpdated, desk: Desk, say: Say) -> None:
    # Translators: said once in a group into which the bot was brought. {service} is a product's name, {bot} the bot's.
    text = _(
        "Hello! I answer questions about your data at {service}. Name me in your question, for example: “@{bot} how long are chats kept?”. Nothing that is said here is stored. Admins can choose my language (/language) and have me answer commands only (/quiet).",
        service=policy_of(desk).service,
        bot=desk.bot_name,
    )
    await say(text, [[_private(desk, _p("button", "Open private chat"), "to-privacy")]])


async def leave(event: ChatMemberUpdated, desk: Desk) -> None:
    await desk(communities.leave, desk.lane)


async def follow(message: Message, desk: Desk, old: int, new: int) -> None:
    """The group became a supergroup."""
    await desk(linking.migrated, old, new)


async def set_quiet(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    wanted = {"on": True, "off": False}.get((command.args or "").strip().lower())
    if not await _by_admin(message, desk, say):
        return
    if wanted is None:
        await say.reply(_("Write /quiet on, and I answer only commands here. Write /quiet off, and I also answer when I am named."), hidden=True)
        return
    await desk(communities.set_quiet, desk.lane, quiet=wanted)
    if wanted:
        await say.reply(_("From now on I answer only commands here. /quiet off changes that."))
    else:
        await say.reply(_("From now on I also answer here when I am named."))


async def set_language(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    typed = (command.args or "").strip()
    chosen = "" if typed.lower() == "off" else locales.find(typed)
    if not await _by_admin(message, desk, say):
        return
    if chosen is None:
        names = listing([f"{locale.replace('_', '-').lower()} ({language_name(locale)})" for locale in locales.SHIPPED])
        # Translators: {languages} is a list such as: de (Deutsch), en (English).
        text = _("Write for example /language de. I speak: {languages}. With /language off I answer everybody in their own language.", languages=names)
        await say.reply(text, hidden=True)
        return
    await desk(communities.set_locale, desk.lane, chosen)
    if not chosen:
        await say.reply(_("From now on I answer everybody here in their own language."))
        return
    with speaking(PSEUDO if current_locale() == PSEUDO else chosen):
        await say.reply(_("From now on I speak {language} in this group.", language=language_name(chosen)))


async def answer_command(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    await _answer(desk, say, command.args or "")


async def answer_mention(message: Message, desk: Desk, say: Say, question: str) -> None:
    await _answer(desk, say, question)


async def show_privacy(message: Message, desk: Desk, say: Say) -> None:
    text = _("This bot stores nothing of what is said in this group. What it stores about you in a private chat, and for how long, I tell you there.")
    await _reply(desk, say, text, [[_private(desk, _p("button", "Open private chat"), "to-privacy")]])


async def point_to_private_chat(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    text = _("That is personal, so not here. Let us talk in private.")
    await _reply(desk, say, text, [[_private(desk, _p("button", "Open private chat"), f"to-{_flow(command.command)}")]])


async def stay_silent(message: Message) -> None:
    """Group talk is none of the bot's business."""


async def leave_the_team_alone(message: Message) -> None:
    """What its flows did not take the team says among itself."""


async def outdated(query: CallbackQuery, say: Say) -> None:
    await say.toast(_("This button is not meant for you or is no longer valid. Nothing was changed."), alert=True)


async def refuse_tap(query: CallbackQuery, say: Say) -> None:
    await say.toast(_("Please use a private chat with me for this."), alert=True)


async def _answer(desk: Desk, say: Say, question: str) -> None:
    if not await desk(communities.may_answer, desk.lane):
        return
    if not question:
        text = _("Ask me about data and privacy, for example: “@{bot} how long are chats kept?”", bot=desk.bot_name)
        await say.reply(text, [[_private(desk, _p("button", "Open private chat"), "to-menu")]], hidden=True)
        return
    found: Understood = await understand(desk, question)
    community = await desk(communities.find, desk.lane)
    by_admins = community is not None and community.locale
    with speaking(found.lang if found.lang and not by_admins and current_locale() != PSEUDO else current_locale()):
        await say.reply(*await _in_short(desk, found), hidden=True)


async def _in_short(desk: Desk, found: Understood) -> tuple[Line | Html, Keyboard]:
    topic = policy_of(desk).topics.get(found.label)
    elsewhere = [[_private(desk, _p("button", "Open private chat"), "to-menu")]]
    if topic is None and found.label.startswith("do_"):
        return _("That is personal, so not here. Let us talk in private."), elsewhere
    if topic and found.decision in ("answer", "offer"):
        return await short_answer(desk, topic), [[_topic_link(desk, topic)]]
    if found.label == "not_in_policy" and found.decision == "answer":
        return _("The published policy does not say anything about that."), elsewhere
    if found.label == "greeting":
        return _("Hello! Ask me anything about your data, in your own words."), []
    if found.label == "thanks":
        return _("You are welcome. I am here whenever you need me."), []
    near = [policy_of(desk).topics[label] for label, _share in found.alternatives if label in policy_of(desk).topics]
    if near:
        buttons = [[_topic_link(desk, other, named=True)] for other in near[:3]]
        return _("I am not sure what you mean. Did you mean one of these?"), buttons
    return _("I am not sure what you mean. Please ask in other words."), elsewhere


async def _reply(desk: Desk, say: Say, text: Line | Html, keyboard: Keyboard) -> None:
    """As often as a group is to hear of the bot; after that it stays silent for a while."""
    if await desk(communities.may_answer, desk.lane):
        await say.reply(text, keyboard, hidden=True)


async def _by_admin(message: Message, desk: Desk, say: Say) -> bool:
    """Whether an admin of the group speaks: asked anew each time, since nobody tells the bot when they are one no more."""
    if message.sender_chat is not None and message.sender_chat.id == message.chat.id:
        return True  # an admin who stays anonymous writes as the group itself
    found = standing.is_admin(desk)
    if found:
        return True
    if found is None:
        await _reply(desk, say, _("Telegram did not tell me who the admins of this group are. Please try again in a moment."), [])
    else:
        own = [[_private(desk, _p("button", "Open private chat"), "to-settings")]]
        await _reply(desk, say, _("Only the admins of this group can change that here. For yourself you can choose in private."), own)
    return False


def _topic_link(desk: Desk, topic: Topic, *, named: bool = False) -> Button:
    label = title(policy_of(desk), topic) if named else _p("button", "More in private")
    return _private(desk, label, "topic-" + topic.id.replace("_", "-"))


def _private(desk: Desk, label: Any, payload: str) -> Button:
    return Button(label, url=f"https://t.me/{desk.bot_name}?start={payload}")


def _flow(command: str) -> str:
    return {"forgetme": "forgetme", "cancel": "menu"}.get(command, command)
