"""Which group is the team's: linked by an owner, followed when Telegram gives it a new number, let go when the bot is removed."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import audit, communities, delivery
from bot.core.audit import Tag
from bot.core.delivery import lane_of
from bot.core.keys.vault import SERVICE, Purpose
from bot.core.ports import Tx
from bot.core.staff.copying import want_copied
from bot.core.support import rooms, writing
from bot.core.support.groups import TEAM, TeamGroup, find


def link(tx: Tx, chat_id: int, *, topics: bool, locale: str, actor: str, missing: Iterable[str] = ()) -> TeamGroup:
    """Work cases in this group from now on. Rooms of another group are opened here anew.

    `missing`: what the bot lacks there. The group is no community any more, if it was one.
    """
    before = find(tx)
    lane = lane_of(tx, chat_id)
    if before is not None and before.lane == lane:
        use_topics(tx, topics=topics, missing=missing)
        speak(tx, locale)
    else:
        tx.team_groups.remove(id=TEAM)
        group = TeamGroup(TEAM, SERVICE, lane, topics, locale, tx.clock.now(), _names(missing), chat_id=str(chat_id))
        tx.team_groups.add(group)
        communities.forget(tx, lane)
        follow(tx, before, group)
        audit.record(tx, Tag.TEAM_LINKED, actor=actor, topics=topics)
    want_copied(tx)
    found = find(tx)
    assert found is not None
    return found


def unlink(tx: Tx, *, actor: str) -> None:
    """The group is no longer the team's: nothing more is said there, and nothing of it is kept."""
    group = find(tx)
    if group is not None:
        tx.team_groups.remove(id=TEAM)
        follow(tx, group, None)
        audit.record(tx, Tag.TEAM_UNLINKED, actor=actor)
        want_copied(tx)


def migrated(tx: Tx, old_chat: int, new_chat: int) -> bool:
    """A group became a supergroup and has a new number: what waits for it and what it shows go along. False where it is not the
    team's; what the admins of a community set goes along too."""
    group = find(tx)
    old, new = lane_of(tx, old_chat), lane_of(tx, new_chat)
    if group is None or group.lane != old:
        communities.migrated(tx, old, new)
        return False
    if not tx.team_groups.update({"id": TEAM, "subject": SERVICE, "lane": old}, lane=new, chat_id=str(new_chat)):
        return True  # told in both chats: another process was faster
    moved = find(tx)
    follow(tx, group, moved)
    audit.record(tx, Tag.TEAM_LINKED, actor="telegram", topics=group.topics)
    want_copied(tx)
    return True


def use_topics(tx: Tx, *, topics: bool, missing: Iterable[str]) -> None:
    """What the bot may do in the group, as it was just found. Rooms that stand in General get a topic as soon as there are some;
    without topics they stay where they are, and new ones come into General."""
    group = find(tx)
    if group is None or (group.topics, group.missing) == (topics, _names(missing)):
        return
    tx.team_groups.update({"id": TEAM}, topics=topics, missing=_names(missing))
    if topics and not group.topics:
        rooms.move_to_topics(tx)
    want_copied(tx)


def speak(tx: Tx, locale: str) -> None:
    """Everything said in the group comes in this language from now on; the cards are written again."""
    group = find(tx)
    if group is not None and group.locale != locale:
        tx.team_groups.update({"id": TEAM}, locale=locale)
        rooms.refresh_all(tx)
        want_copied(tx)


def follow(tx: Tx, before: TeamGroup | None, now: TeamGroup | None) -> None:
    """The group is another one, has another number, or is none any more: rooms are made again there, and of the chat that was left
    nothing stays. Under a new number what waits to be said goes along, and what nobody has sent yet."""
    if before is None or now is None or before.lane != now.lane:
        rooms.lost_all(tx)
    if before is not None and (now is None or now.lane != before.lane):
        if now is not None and now.linked_at == before.linked_at:  # only its number is new
            rooms.carry_over(tx, before.lane, now.lane)
            with tx.keys.opened_for(Purpose.DELIVERY):
                writing.show_again(tx)
        delivery.forget_lane(tx, before.lane)


def _names(missing: Iterable[str]) -> str:
    return " ".join(missing)
