"""What goes wrong behind the scenes and that a person of the team should know at once."""

from __future__ import annotations

from typing import Any

from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.work import Work
from bot.telegram.formats import number
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import _


def work_is_dead(tx: Tx, item: Work) -> None:
    """An alarm for a piece of work that ended dead: in the room of its case, or to the whole group."""
    ref = item.ref if rooms.find(tx, item.ref) is not None else ""
    rooms.say(tx, ref, "work_died", kind=item.kind, attempts=item.attempts, error=item.error)


@saying
def work_died(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: to the privacy team. {kind} and {error} are technical names, {tries} a number.
    return Saying(
        _(
            "Something that the service does by itself failed {tries} times and was given up: {kind} ({error}). A technician must look at it; nothing is lost, it can be tried again.",
            tries=number(data["attempts"]),
            kind=data["kind"],
            error=data["error"],
        )
    )
