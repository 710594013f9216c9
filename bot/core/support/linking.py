"""Which group is the team's: linked by an owner, followed when Telegram gives it a new number, let go when the bot is removed."""

from __future__ import annotations

from bot.core import audit
from bot.core.audit import Tag
from bot.core.delivery import Delivery, lane_of
from bot.core.keys.vault import SERVICE
from bot.core.ports import Tx
from bot.core.staff.copying import want_copied
from bot.core.support import rooms
from bot.core.support.groups import TEAM, TeamGroup, find


def link(tx: Tx, chat_id: int, *, topics: bool, locale: str, actor: str) -> TeamGroup:
    """Work cases in this group from now on. Rooms of another group are opened here anew."""
    before = find(tx)
    lane = lane_of(tx, chat_id)
    if before is not None and before.lane == lane:
        tx.team_groups.update({"id": TEAM}, topics=topics, locale=locale)
    else:
        tx.team_groups.remove(id=TEAM)
        tx.team_groups.add(TeamGroup(TEAM, SERVICE, lane, topics, locale, tx.clock.now(), chat_id=str(chat_id)))
        rooms.lost_all(tx)
        audit.record(tx, Tag.TEAM_LINKED, actor=actor, topics=topics)
    want_copied(tx)
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
        want_copied(tx)


def migrated(tx: Tx, old_chat: int, new_chat: int) -> bool:
    """A group became a supergroup and has a new number: what waits for it and what it shows go along. False for another group."""
    group = find(tx)
    old, new = lane_of(tx, old_chat), lane_of(tx, new_chat)
    if group is None or group.lane != old:
        return False
    tx.team_groups.update({"id": TEAM, "subject": SERVICE}, lane=new, chat_id=str(new_chat))
    tx.outbox.update({"lane": old}, lane=new)
    # Messages of the old group cannot be edited or answered from the new one; its topics begin empty.
    rooms.lost_all(tx)
    audit.record(tx, Tag.TEAM_LINKED, actor="telegram", topics=group.topics)
    want_copied(tx)
    return True


def use_topics(tx: Tx, *, topics: bool) -> None:
    """Topics were switched on or off, or the right to manage them was given or taken."""
    group = find(tx)
    if group is not None and group.topics != topics:
        tx.team_groups.update({"id": TEAM}, topics=topics)
        rooms.lost_all(tx)
        want_copied(tx)
