"""The bot may not write somewhere any more: in the team's group, in a community, to a person."""

from __future__ import annotations

from bot.core import communities, staff
from bot.core.delivery import OutboxRow
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import groups, linking
from bot.telegram import outbox
from bot.telegram.team.private import unreached


def let_go(tx: Tx) -> None:
    """The bot was removed from the team's group: its owners hear of it in private."""
    staff.tell_role(tx, Role.OWNER, "team_group_lost")
    linking.unlink(tx, actor="telegram")


def shut_out(tx: Tx, row: OutboxRow, *, at_home: bool) -> None:
    """Telegram refused a message with "forbidden". Another region than home leaves the group to home, which is told the same."""
    group = groups.find(tx)
    if group is not None and group.lane == row.lane and at_home:
        let_go(tx)
    elif communities.find(tx, row.lane) is not None:
        communities.leave(tx, row.lane)
    else:
        unreached(tx, row)
        outbox.block(tx, row.lane)
