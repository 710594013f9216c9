"""/register in the team's group → the register of cases and its metrics, to whoever asked, in private; never to the group"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.core import staff
from bot.core.ports import Tx
from bot.core.staff import Permission
from bot.core.support import register
from bot.core.support.register import Row
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.regions import Regions, rights_engine
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup, require
from bot.telegram.team.register_words import metrics_table, register_table
from bot.telegram.texts import _, current_locale, speaking

_ROWS_IN_A_FILE = 50_000


def create_router() -> Router:
    router = Router(name="team.register")
    router.message.register(send, InTeamGroup(), Command("register"))
    return router


async def send(message: Message, desk: Desk, say: Say) -> None:
    member = await require(desk, Permission.REGISTER)
    regions: Regions = desk.services["regions"]
    policy, locale = policy_of(desk), current_locale()

    def write() -> tuple[list[Row], list[str], str]:
        """Read and written in a thread: it may be long."""
        found = [row for name in regions.used() for row in rights_engine(regions, name).read(register.rows)]
        found.sort(key=lambda row: (row.received_at, row.ref))
        with speaking(locale):
            cut = [found[start : start + _ROWS_IN_A_FILE] for start in range(0, max(1, len(found)), _ROWS_IN_A_FILE)]
            return found, [register_table(policy, part) for part in cut], metrics_table(register.metrics(found))

    rows, parts, metrics = desk.slow("register", write)

    def put(tx: Tx) -> None:
        on = tx.clock.now().date().isoformat()
        register.taken(tx, member, rows)
        for number, part in enumerate(parts, 1):
            staff.tell(tx, member, "case_register", on=on, part=number, parts=len(parts), content=part)
        staff.tell(tx, member, "case_metrics", on=on, content=metrics)

    await desk(put)
    # Translators: to the privacy team, in its group.
    await say.reply(_("The register goes to you in private. It is not shown here."))
