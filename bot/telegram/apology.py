"""When a step breaks in a way that nobody foresaw, the person still gets a word: nothing was changed."""

from __future__ import annotations

import json
from typing import Any

from bot.core import accounts, delivery
from bot.core.ports import Tx
from bot.telegram.locales import resolve
from bot.telegram.texts import PSEUDO, _, current_locale, speaking


def apologise(tx: Tx, body: str) -> None:
    """Say so in the private chat of whoever sent the update; in a group nothing is said."""
    update: dict[str, Any] = json.loads(body)
    query = update.get("callback_query")
    event = query or update.get("message") or {}
    user = event.get("from") or {}
    chat = ((event.get("message") if query else event) or {}).get("chat") or {}
    if chat.get("type") != "private" or not isinstance(user.get("id"), int):
        return
    account = accounts.find_by_telegram(tx, user["id"])
    locale = account.locale if account and account.locale else resolve(user.get("language_code"))
    lane = delivery.lane_of(tx, chat["id"])
    with speaking(PSEUDO if current_locale() == PSEUDO else locale):
        text = _("Something went wrong on our side. Nothing was changed. Please try again in a moment.")
    if query:
        delivery.put(tx, lane=lane, kind="answerCallbackQuery", payload={"callback_query_id": query["id"]})
    delivery.put(tx, lane=lane, kind="sendMessage", payload={"chat_id": chat["id"], "text": text.plain})
