"""What somebody of the team typed for a letter stands in the group, too. A topic goes with its person; where a case has none, the bot
takes the message away in time: Telegram lets it for two days only. Until then it can be changed, and the letter with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core.ports import Tx
from bot.core.support import groups, rooms
from bot.core.support.letters import Letter, Way

KEPT_FOR: Final = timedelta(days=1)
DELETABLE_FOR: Final = timedelta(days=2)
_RIGHTS: Final = frozenset({"admin", "delete"})
"""Without one of these (bot/telegram/standing.py) the bot can delete nothing of others."""
_AT_ONCE: Final = 100


def sweep(tx: Tx) -> int:
    """Take away what was typed a day ago for letters that were sent; how many. What is out of reach is remembered: people are asked
    to delete it when the person is erased."""
    if not _can_delete(tx):
        return 0
    now = tx.clock.now()
    old = tx.letters.select(
        way=Way.OUT.value, source_message__ne=None, at__le=now - KEPT_FOR, at__gt=now - DELETABLE_FOR, order_by="at", limit=_AT_ONCE,
        opened=False,
    )  # fmt: skip
    return sum(_take_away(tx, letter) for letter in old)


def drop(tx: Tx, draft: Letter) -> None:
    """Nobody sends it: nothing of the bot would know of its words any more."""
    if draft.source_message is not None and not draft.edits and _can_delete(tx):
        _take_away(tx, draft)


def _take_away(tx: Tx, letter: Letter) -> bool:
    room = rooms.find(tx, letter.ref)
    if room is None or room.thread is not None:
        return False
    rooms.delete(tx, letter.source_message)
    tx.letters.update({"id": letter.id}, source_message=None)
    return True


def _can_delete(tx: Tx) -> bool:
    group = groups.find(tx)
    return group is not None and not group.topics and not _RIGHTS & set(group.missing.split())
