"""Buttons under a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from aiogram.filters.callback_data import CallbackData

from bot.telegram.texts import Line

Style = Literal["danger", "success", "primary"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: exactly one of `data`, `url`, `copy`, `inline` says what it does."""

    label: Line | str
    data: str = ""
    url: str = ""
    copy: str = ""
    inline: str | None = None
    style: Style | None = None

    def as_json(self) -> dict[str, Any]:
        """Telegram's InlineKeyboardButton."""
        text = self.label if isinstance(self.label, str) else self.label.plain
        button: dict[str, Any] = {"text": text[:64]}
        if self.url:
            button["url"] = self.url
        elif self.copy:
            button["copy_text"] = {"text": self.copy}
        elif self.inline is not None:
            button["switch_inline_query_current_chat"] = self.inline
        else:
            button["callback_data"] = self.data
        if self.style:
            button["style"] = self.style
        return button


Keyboard = Sequence[Sequence[Button]]


def markup(keyboard: Keyboard) -> dict[str, Any]:
    """Telegram's InlineKeyboardMarkup."""
    return {"inline_keyboard": [[button.as_json() for button in row] for row in keyboard if row]}


def rows(buttons: Sequence[Button], width: int = 1) -> list[list[Button]]:
    """Buttons in rows of `width`."""
    return [list(buttons[start : start + width]) for start in range(0, len(buttons), width)]


class Go(CallbackData, prefix="go"):
    """Open a flow: `to` is the name of its first step."""

    to: str
    of: str = ""


class Confirm(CallbackData, prefix="ok"):
    """Confirm an action with a token that is good for one tap."""

    action: str
    token: str


class Dismiss(CallbackData, prefix="no"):
    """Turn an offered action down: nothing happens, and that is said."""

    action: str


def go(label: Line | str, to: str, of: str = "", style: Style | None = None) -> Button:
    """A button that opens a flow."""
    return Button(label, data=_packed(to, of), style=style)


@lru_cache(maxsize=1024)
def _packed(to: str, of: str) -> str:
    return Go(to=to, of=of).pack()
