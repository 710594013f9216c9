"""A case goes to the data protection officer: because the person says that it was not handled, because its date was missed, or
because somebody of the team wants it. The officer hears of it in private, with the whole path of the case."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bot.core import audit, staff
from bot.core.audit import Tag
from bot.core.cases.case import Case, path, show
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import groups, rooms


class By(StrEnum):
    """Whose wish it is."""

    PERSON = "person"
    MISSED = "missed"
    TEAM = "team"


def escalate(tx: Tx, case: Case, by: By, *, actor: str | None = None) -> Case:
    """Since when it is the officer's is noted the first time; they hear of every time."""
    now = tx.clock.now()
    tx.cases.update({"id": case.id, "escalated_at": None}, escalated_at=now)
    audit.record(tx, Tag.CASE_ESCALATED, subject=case.subject or None, actor=actor, ref=case.id, by=by.value)
    case = replace(case, escalated_at=case.escalated_at or now)
    show(tx, case)
    said = {"right": case.right, "by": by.value, "due": case.target_due.isoformat()}
    trail = [[entry.at.isoformat(), entry.tag, entry.actor, entry.details] for entry in path(tx, case.id)]
    if not staff.tell_role(tx, Role.DPO, "case_escalated", ref=case.id, path=trail, room=_room(tx, case.id), **said):
        rooms.say(tx, case.id, "no_officer")
    return case


def _room(tx: Tx, ref: str) -> dict[str, int | None]:
    """Where the team's group shows it, if it does already."""
    group, room = groups.find(tx), rooms.find(tx, ref)
    message = (room.thread if group and group.topics else room.card) if room else None
    return {"chat": group.chat if group else None, "message": message}
