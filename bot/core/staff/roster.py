"""The team is known at home; every other region keeps a copy, so that whoever works on a case is checked where the case lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.core import work
from bot.core.delivery import lane_of
from bot.core.ports import Tx
from bot.core.staff.members import Member
from bot.core.support import groups, rooms
from bot.core.support.groups import TeamGroup
from bot.core.work import Engine, Job, Work


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who is or was of the team, and its group."""

    members: tuple[Member, ...]
    group: TeamGroup | None


def read(tx: Tx) -> Roster:
    """As it is here."""
    return Roster(tuple(tx.members.select(order_by="number")), groups.find(tx))


def write(tx: Tx, roster: Roster) -> None:
    """Take over home's. Ids are blind indexes under this region's own key."""
    tx.members.remove()
    for member in roster.members:
        assert member.telegram_id is not None
        tx.members.add(replace(member, id=tx.keys.blind_index("telegram", member.telegram_id)))
    before, group = groups.find(tx), roster.group
    tx.team_groups.remove()
    if group is None:
        return
    copied = replace(group, lane=lane_of(tx, group.chat))
    tx.team_groups.add(copied)
    if before is None or (before.lane, before.topics) != (copied.lane, copied.topics):
        rooms.lost_all(tx)


def make_copy_job(others: Callable[[], Sequence[Engine]]) -> Job:
    """The job at home that tells them."""

    def copy_job(engine: Engine, item: Work) -> None:
        roster = engine.read(read)
        for other in others():
            other.write(lambda tx: write(tx, roster))
        engine.write(lambda tx: work.finish(tx, item))

    return copy_job
