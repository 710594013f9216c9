"""The team's group: where cases are worked. One for the whole service; every region keeps a copy of its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.ports import Tx, sealed

TEAM = "team"


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """The linked group. `topics`: each case has a topic of its own there; `lane` is the blind index of the chat.

    `missing`: what the bot lacked there at its last look, as names of bot/telegram/standing.py.
    """

    id: str
    subject: str
    lane: str
    topics: bool
    locale: str
    linked_at: datetime
    missing: str = ""
    chat_id: str | None = sealed(default=None)

    @property
    def chat(self) -> int:
        """The chat's number at Telegram."""
        assert self.chat_id is not None
        return int(self.chat_id)


def find(tx: Tx) -> TeamGroup | None:
    """The linked group, if there is one."""
    return tx.team_groups.find(id=TEAM)
