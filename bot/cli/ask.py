"""`ask "text" --lang de`: what the bot would answer, without storing anything."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any

from bot.core.policies import Policy, load_policy
from bot.core.understanding import Understanding
from bot.settings import read_settings
from bot.telegram.desk import Desk
from bot.telegram.locales import SHIPPED, resolve
from bot.telegram.texts import speaking
from handlers.questions import reply_to


@dataclass
class _Nowhere:
    """A unit without a database: a stranger's question needs none."""

    async def do(self, verb: Any) -> Any:
        raise RuntimeError("a stranger's question reads nothing")


async def ask(text: str, lang: str) -> int:
    """Print the answer and its buttons."""
    locale = lang if lang in SHIPPED else resolve(lang)
    policy: Policy = load_policy(read_settings().policy)
    engine = await asyncio.to_thread(Understanding.load)
    found = engine.understand(text, locale)
    desk = Desk(
        unit=_Nowhere(),
        user_id=0,
        chat_id=0,
        lane="",
        private=True,
        thread_id=None,
        locale=locale,
        found=None,
        bot_name="privacy_bot",
        services={"policy_now": lambda: policy},
    )
    with speaking(found.lang or locale):
        answer, keyboard = await reply_to(desk, found)
        sys.stdout.write(answer.plain + "\n\n")
        for row in keyboard:
            sys.stdout.write("  ".join(f"[{button.as_json()['text']}]" for button in row) + "\n")
    return 0
