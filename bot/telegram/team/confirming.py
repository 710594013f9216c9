"""Buttons by which somebody of the team confirms: bound to that member, that chat and that deed, good for one tap."""

from __future__ import annotations

from bot.core import confirmations
from bot.core.ports import Tx
from bot.core.staff import Member
from bot.telegram.desk import Desk
from bot.telegram.keyboards import Button, Confirm, Dismiss, Style
from bot.telegram.team.here import tap
from bot.telegram.texts import Line, _p


async def confirm_button(
    desk: Desk, by: Member, label: Line | str, action: str, target: str = "", style: Style | None = None
) -> Button:
    """Good for one tap by this member here, for a while. `action` begins with "team-": no person's deed is called so."""
    assert action.startswith("team-")

    def issue(tx: Tx) -> str:
        return confirmations.issue(tx, subject=by.id, chat=desk.lane, action=action, target=target)

    return Button(label, data=Confirm(action=action, token=await desk(issue)).pack(), style=style)


async def redeem(desk: Desk, by: Member, action: str, token: str) -> str:
    """Use the tap up; what it was about. ConfirmationError."""

    def use(tx: Tx) -> str:
        return confirmations.redeem(tx, token, subject=by.id, chat=desk.lane, action=action)

    return await desk(use)


def dismiss_button(label: Line | str, action: str) -> Button:
    """Turns the offer down."""
    return Button(label, data=Dismiss(action=action).pack())


def cancel() -> Button:
    """The usual way out."""
    return dismiss_button(_p("button", "Cancel"), "team")


async def confirm_tap(
    desk: Desk, by: Member, label: Line | str, do: str, ref: str, target: str = "", style: Style | None = None
) -> Button:
    """The same about a case: it names the case beside its token, so that a tap finds the region in which it was issued, also in a
    group without topics. `Tapped(do)` hears it."""

    def issue(tx: Tx) -> str:
        return confirmations.issue(tx, subject=by.id, chat=desk.lane, action=f"team-{do}:{ref}", target=target)

    return tap(label, do, ref, await desk(issue), style=style)


async def redeem_tap(desk: Desk, by: Member, do: str, ref: str, token: str) -> str:
    """Use it up; its target. ConfirmationError, also for another member's or another case's."""

    def use(tx: Tx) -> str:
        return confirmations.redeem(tx, token, subject=by.id, chat=desk.lane, action=f"team-{do}:{ref}")

    return await desk(use)
