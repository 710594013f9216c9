"""Telling somebody of the team something in private: what is nobody else's business, and what must not wait in a busy group.

Whoever never started the bot cannot be written to; that comes out when it is sent and is said in the team's group
(bot/telegram/team/private.py).
"""

from __future__ import annotations

from typing import Any

from bot.core import delivery
from bot.core.ports import Tx
from bot.core.staff.members import Member, team, telegram_id_of
from bot.core.staff.roles import Role
from bot.core.support import groups


def tell(tx: Tx, member: Member, notice: str, *, subject: str = "", slot: str = "", **data: Any) -> None:
    """By a notice's name (bot/telegram/notices.py), in the member's language. `subject`: whose personal data is in it."""
    group = groups.find(tx)
    locale = member.locale or (group.locale if group else "")
    to = {"chat_id": telegram_id_of(member), "locale": locale, "member": member.number}
    payload = {"notice": notice, "data": data | to}
    delivery.put(tx, lane=member.id, kind="notice", payload=payload, subject=subject or None, slot=slot)


def tell_role(tx: Tx, role: Role, notice: str, *, subject: str = "", **data: Any) -> int:
    """Everybody who holds a role; how many that are."""
    holding = team(tx, role)
    for member in holding:
        tell(tx, member, notice, subject=subject, **data)
    return len(holding)
