"""/faq → chapter → topic → details"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core.errors import NotFoundError
from bot.core.policies import Topic
from bot.telegram.answers import answer_keyboard, full_answer, policy_of, short_answer, title
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.say import Say
from bot.telegram.texts import Html, _, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="faq")
    router.message.register(show_chapters, Private(), Command("faq"))
    router.callback_query.register(show_chapters_by_button, Private(), To("faq"))
    router.callback_query.register(show_chapter, Private(), To("chapter"))
    router.callback_query.register(show_topic, Private(), To("topic"))
    router.callback_query.register(show_details, Private(), To("details"))
    return router


async def show_chapters(message: Message, desk: Desk, say: Say) -> None:
    await say(_heading(), _chapters(desk))


async def show_chapters_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await say(_heading(), _chapters(desk))


async def show_chapter(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    policy = policy_of(desk)
    group = policy.groups.get(of)
    if group is None:
        raise NotFoundError("chapter")
    heading = policy_text(group.label, policy.values())
    buttons = [
        go(title(policy, topic), "topic", topic.id) for topic in policy.topics.values() if topic.group == of
    ]
    await say(Html(f"<b>{heading.html}</b>", heading.plain), [*rows(buttons), [go(_p("button", "Back"), "faq")]])


async def show_topic(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    topic = _topic(desk, of)
    text = join([_bold_title(desk, topic), await short_answer(desk, topic)])
    await say(text, await answer_keyboard(desk, topic, full=False, asked=False))


async def show_details(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    topic = _topic(desk, of)
    text = join([_bold_title(desk, topic), await full_answer(desk, topic)])
    await say(text, await answer_keyboard(desk, topic, full=True, asked=False))


def _topic(desk: Desk, name: str) -> Topic:
    topic = policy_of(desk).topics.get(name)
    if topic is None:
        raise NotFoundError("topic")
    return topic


def _bold_title(desk: Desk, topic: Topic) -> Html:
    line = title(policy_of(desk), topic)
    return Html(f"<b>{line.html}</b>", line.plain)


def _heading() -> Html:
    return join([_("What would you like to know?"), _("Choose a chapter, or just write your question.")])


def _chapters(desk: Desk) -> list[list[Button]]:
    policy = policy_of(desk)
    buttons = [
        go(policy_text(group.label, policy.values()), "chapter", group.id) for group in policy.groups.values()
    ]
    return [*rows(buttons, 2), [go(_p("button", "Menu"), "menu")]]
