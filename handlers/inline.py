"""@bot question, in any chat → the policy's answers to choose from. Nothing is stored."""

from __future__ import annotations

import hashlib
from typing import Any

from aiogram import Router
from aiogram.types import InlineQuery

from bot.core.policies import Topic
from bot.telegram.answers import policy_of, source, title
from bot.telegram.desk import Desk
from bot.telegram.say import Say
from bot.telegram.texts import PSEUDO, _p, current_locale, join, policy_text, speaking
from bot.telegram.understanding import understand

SHOWN = 5
_CACHE_SECONDS = 300


def create_router() -> Router:
    router = Router(name="inline")
    router.inline_query.register(answer)
    return router


async def answer(query: InlineQuery, desk: Desk, say: Say) -> None:
    policy = policy_of(desk)
    labels, speak = list(policy.topics), current_locale()
    if query.query.strip():
        found = await understand(desk, query.query)
        labels = [label for label, _share in found.alternatives]
        if found.lang and speak != PSEUDO:
            speak = found.lang
    with speaking(speak):
        await say.raw("answerInlineQuery", _results(desk, query.id, labels))


def _results(desk: Desk, query_id: str, labels: list[str]) -> dict[str, Any]:
    policy = policy_of(desk)
    topics = [policy.topics[label] for label in labels if label in policy.topics][:SHOWN]
    return {
        "inline_query_id": query_id,
        "results": [_article(desk, topic) for topic in topics],
        "cache_time": _CACHE_SECONDS,
        "is_personal": True,
        "button": {"text": _p("button", "Open private chat").plain[:64], "start_parameter": "inline"},
    }


def _article(desk: Desk, topic: Topic) -> dict[str, Any]:
    policy = policy_of(desk)
    text = join([policy_text(topic.short, policy.values()), source(policy, topic)])
    heading = title(policy, topic)
    return {
        "type": "article",
        "id": hashlib.sha256(f"{topic.id}:{current_locale()}".encode()).hexdigest()[:32],
        "title": heading.plain,
        "description": policy_text(topic.short, policy.values()).plain[:200],
        "input_message_content": {
            "message_text": f"<b>{heading.html}</b>\n\n{text.html}",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        },
    }
