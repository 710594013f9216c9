"""The team is known at home; every other region keeps a copy, so that whoever works on a case is checked where the case lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.core import work
from bot.core.delivery import lane_of
from bot.core.ports import Tx
from bot.core.staff.members import Member, free_cases
from bot.core.staff.roles import Permission
from bot.core.support import groups, linking, rooms
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
    for member in roster.members:
        if not member.may(Permission.WORK):
            free_cases(tx, member)
    before, group = groups.find(tx), roster.group
    tx.team_groups.remove()
    copied = replace(group, lane=lane_of(tx, group.chat)) if group is not None else None
    if copied is not None:
        tx.team_groups.add(copied)
    linking.follow(tx, before, copied)
    if before is not None and copied is not None and before.lane == copied.lane:
        if copied.topics and not before.topics:
            rooms.move_to_topics(tx)
        elif copied.locale != before.locale:
            rooms.refresh_all(tx)


def make_copy_job(others: Callable[[], Sequence[Engine]]) -> Job:
    """The job at home that tells them."""

    def copy_job(engine: Engine, item: Work) -> None:
        roster = engine.read(read)
        for other in others():
            other.write(lambda tx: write(tx, roster))
        engine.write(lambda tx: work.finish(tx, item))

    return copy_job


def make_return_job(home: Callable[[], Engine]) -> Job:
    """The job of another region: what its sender learned about the group, home learns too, and then everybody."""

    def return_job(engine: Engine, item: Work) -> None:
        learned = engine.read(groups.find)
        home().write(lambda tx: _learn(tx, learned))
        engine.write(lambda tx: work.finish(tx, item))

    return return_job


def _learn(tx: Tx, group: TeamGroup | None) -> None:
    """Only about the group that is home's too: an address changes at home first."""
    known = groups.find(tx)
    if known is not None and group is not None and known.chat == group.chat:
        linking.use_topics(tx, topics=group.topics, missing=group.missing.split())
