"""Telling somebody of the team something in private, and what is said in the group when that is not possible."""

from __future__ import annotations

from typing import Any

from bot.core.delivery import OutboxRow
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.staff import tell
from bot.core.support import rooms
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import _

__all__ = ["tell", "unreached"]


def unreached(tx: Tx, row: OutboxRow) -> None:
    """Telegram refused a message because its reader has no chat with the bot. Where that is one of the team, the group is told,
    once; what waits for them is kept until they press Start."""
    if row.kind != "notice" or not (row.subject == SERVICE or tx.keys.exists(row.subject)):
        return
    data = (tx.outbox.get(id=row.id).payload or {}).get("data", {})
    if "member" in data:
        rooms.say(tx, "", "member_unreachable", slot=f"unreachable:{data['member']}", number=data["member"])


@saying
def member_unreachable(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    return Saying(
        _(
            "I cannot write to team member {number} in private. Please open a chat with me and press Start; then I send what waits.",
            number=data["number"],
        )
    )
