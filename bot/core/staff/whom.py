"""Who a role is offered to, until somebody of the team has confirmed it: sealed, under an opaque name, a day at most.

Nobody becomes known to the team by an offer that was not confirmed.
"""

from __future__ import annotations

from bot.core import drafts
from bot.core.errors import NotFoundError
from bot.core.ids import new_id
from bot.core.keys.vault import SERVICE
from bot.core.ports import Tx


def keep(tx: Tx, telegram_id: int) -> str:
    """The name under which `taken` gives the person back."""
    name = new_id(tx.random)
    drafts.put(tx, _place(tx, name), SERVICE, state=None, data={"telegram_id": telegram_id})
    return name


def taken(tx: Tx, name: str) -> int:
    """Their Telegram id; it is kept no longer. NotFoundError."""
    found = drafts.find(tx, _place(tx, name))
    if found is None:
        raise NotFoundError("member")
    tx.drafts.remove(id=found.id)
    return int(found.data["telegram_id"])


def _place(tx: Tx, name: str) -> str:
    return tx.keys.blind_index("draft", f"member:{name}")
