"""Buttons that confirm, and reading them back."""

from __future__ import annotations

from bot.core import confirmations
from bot.core.ports import Tx
from bot.telegram.desk import Desk
from bot.telegram.keyboards import Button, Confirm, Dismiss, Style
from bot.telegram.texts import Line


async def confirm_button(
    desk: Desk, label: Line | str, action: str, target: str = "", style: Style | None = None
) -> Button:
    """A button that is good for one tap, by this person, in this chat, for a while."""

    def issue(tx: Tx) -> str:
        return confirmations.issue(tx, subject=desk.subject, chat=desk.lane, action=action, target=target)

    return Button(label, data=Confirm(action=action, token=await desk(issue)).pack(), style=style)


async def redeem(desk: Desk, action: str, token: str) -> str:
    """Use the tap up; what it was about. ConfirmationError."""

    def use(tx: Tx) -> str:
        return confirmations.redeem(tx, token, subject=desk.subject, chat=desk.lane, action=action)

    return await desk(use)


def dismiss_button(label: Line | str, action: str) -> Button:
    """Turns the offer down."""
    return Button(label, data=Dismiss(action=action).pack())
