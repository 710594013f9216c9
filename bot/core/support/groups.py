"""The team's group: where cases are worked. One for the whole service; every region keeps a copy of its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import audit
from bot.core.audit import Tag
from bot.core.delivery import Delivery, lane_of
from bot.core.keys.vault import SERVICE
from bot.core.ports import Tx, sealed

TEAM = "team"


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """The linked group. `topics`: each case has a topic of its own there; `lane` is the blind index of the chat."""

    id: str
    subject: str
    lane: str
    topics: bool
    locale: str
    linked_at: datetime
    chat_id: str | None = sealed(default=None)

    @property
    def chat(self) -> int:
        """The chat's number at Telegram."""
        assert self.chat_id is not None
        return int(self.chat_id)


def find(tx: Tx) -> TeamGroup | None:
    """The linked group, if there is one."""
    return tx.team_groups.find(id=TEAM)


def link(tx: Tx, chat_id: int, *, topics: bool, locale: str, actor: str) -> TeamGroup:
    """Work cases in this group from now on. Rooms of another group are opened here anew."""
    before = find(tx)
    lane = lane_of(tx, chat_id)
    if before is not None and before.lane == lane:
        tx.team_groups.update({"id": TEAM}, topics=topics, locale=locale)
    else:
        tx.team_groups.remove(id=TEAM)
        tx.team_groups.add(TeamGroup(TEAM, SERVICE, lane, topics, locale, tx.clock.now(), chat_id=str(chat_id)))
        tx.rooms.update({}, thread=None, card=None, pinned=False, closed=False, shown="", title="", wanted_at=tx.clock.now())
        audit.record(tx, Tag.TEAM_LINKED, actor=actor, topics=topics)
    found = find(tx)
    assert found is not None
    return found


def unlink(tx: Tx, *, actor: str) -> None:
    """The group is no longer the team's: nothing more is said there."""
    group = find(tx)
    if group is not None:
        tx.team_groups.remove(id=TEAM)
        tx.outbox.remove(lane=group.lane, state=Delivery.WAITING.value)
        audit.record(tx, Tag.TEAM_UNLINKED, actor=actor)


def migrated(tx: Tx, old_chat: int, new_chat: int) -> bool:
    """A group became a supergroup and has a new number: what waits for it and what it shows go along. False for another group."""
    group = find(tx)
    old, new = lane_of(tx, old_chat), lane_of(tx, new_chat)
    if group is None or group.lane != old:
        return False
    tx.team_groups.update({"id": TEAM, "subject": SERVICE}, lane=new, chat_id=str(new_chat))
    tx.outbox.update({"lane": old}, lane=new)
    # Messages of the old group cannot be edited or answered from the new one; its topics begin empty.
    tx.rooms.update({}, thread=None, card=None, pinned=False, closed=False, shown="", title="", wanted_at=tx.clock.now())
    audit.record(tx, Tag.TEAM_LINKED, actor="telegram", topics=group.topics)
    return True


def use_topics(tx: Tx, *, topics: bool) -> None:
    """Topics were switched on or off, or the right to manage them was given or taken."""
    group = find(tx)
    if group is not None and group.topics != topics:
        tx.team_groups.update({"id": TEAM}, topics=topics)
        tx.rooms.update({}, thread=None, card=None, pinned=False, closed=False, shown="", title="", wanted_at=tx.clock.now())
