"""Telling somebody of the team something in private: what is nobody else's business, and what must not wait in a busy group."""

from __future__ import annotations

from typing import Any

from bot.core import delivery, staff
from bot.core.ports import Tx
from bot.core.staff import Member
from bot.core.support import groups


def tell(tx: Tx, member: Member, notice: str, *, subject: str = "", **data: Any) -> None:
    """By a notice's name (bot/telegram/notices.py), in the member's language. `subject`: whose personal data is in it.

    Whoever never started the bot cannot be reached; Telegram says so when it is sent, and the row is parked.
    """
    group = groups.find(tx)
    locale = member.locale or (group.locale if group else "")
    payload = {"notice": notice, "data": data | {"chat_id": staff.telegram_id_of(member), "locale": locale}}
    delivery.put(tx, lane=member.id, kind="notice", payload=payload, subject=subject or None)
