"""The buttons of a card: what can happen to a case from where it stands. What the law or a role forbids is said when it is tapped."""

from __future__ import annotations

from bot.core.cases import BY_SERVICE, Case, Right, Status, Step, next_status
from bot.core.cases.clocks import MOVABLE
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.support.groups import TeamGroup
from bot.telegram.keyboards import Button, rows
from bot.telegram.team.here import tap
from bot.telegram.team.links import room_link
from bot.telegram.texts import _p


def buttons(tx: Tx, case: Case, group: TeamGroup) -> list[list[Button]]:
    """Two in a row; the first is the one that is wanted most."""
    if case.is_closed:
        again = case.subject and case.status != Status.WITHDRAWN and case.right not in (Right.ERASURE, Right.FORGET_DESK)
        return [[tap(_p("button", "Reopen"), "reopen", case.id)]] if again else []
    working = [_claim(case), tap(_p("button", "Assign"), "assign", case.id)]
    if not case.subject:
        return [working]
    found = [*working, tap(_p("button", "Reply"), "reply", case.id), tap(_p("button", "Canned answer"), "canned", case.id)]
    if _leads(case, Step.ASK):
        found.append(tap(_p("button", "Ask for more"), "ask", case.id))
    if case.right == Right.RECTIFICATION:
        found.append(tap(_p("button", "Propose correction"), "correction", case.id))
    if case.status in MOVABLE and case.extended_at is None:
        found.append(tap(_p("button", "Extend"), "extend", case.id))
    if case.right != Right.COMPLAINT:  # the officer has that from the beginning
        found.append(tap(_p("button", "Escalate to DPO"), "escalate", case.id))
    if _leads(case, Step.REFUSE):
        found.append(tap(_p("button", "Refuse"), "refuse", case.id))
    found.append(tap(_p("button", "Reveal identity"), "reveal", case.id))
    held = tx.keys.is_held(case.subject)
    found.append(tap(_p("button", "Lift hold"), "lift", case.id) if held else tap(_p("button", "Legal hold"), "hold", case.id))
    keyboard = rows(found, 2)
    if case.right not in BY_SERVICE and _leads(case, Step.FINISH):
        keyboard.append([tap(_p("button", "Done"), "done", case.id, style="success")])
    return keyboard + _about(tx, case, group)


def _claim(case: Case) -> Button:
    if case.assignee:
        return tap(_p("button", "Release"), "release", case.id)
    return tap(_p("button", "Claim"), "claim", case.id, style="primary")


def _leads(case: Case, step: Step) -> bool:
    return next_status(Status(case.status), step) is not None


def _about(tx: Tx, case: Case, group: TeamGroup) -> list[list[Button]]:
    """From a complaint to the case that it is about."""
    about = (case.details or {}).get("about") if case.right == Right.COMPLAINT else None
    room = rooms.find(tx, about) if about else None
    if room is None:
        return []
    link = room_link(group.chat, room.thread if group.topics else room.card)
    # Translators: a button to another case; {ref} is its reference.
    label = _p("button", "Open {ref}", ref=room.id)
    return [[Button(label, url=link) if link else tap(label, "case", room.id)]]
