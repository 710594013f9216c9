"""What a person hears of a ban: that it is there and why, what is left to them, that it is lifted."""

from __future__ import annotations

from typing import Any

from bot.telegram import plain
from bot.telegram.keyboards import go
from bot.telegram.notices import Notice, notice
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


@notice
def banned(data: dict[str, Any], zone: str) -> Notice:
    lines: list[Line | Html] = [
        _("From now on you cannot ask or write here any more."),
        _reason(data),
        _("Your rights stay open to you: use these buttons or their commands. Requests that are open are worked on as before."),
    ]
    return Notice(join(lines), plain.buttons())


@notice
def unbanned(data: dict[str, Any], zone: str) -> Notice:
    lines: list[Line | Html] = [_("You can ask and write here again."), _reason(data)]
    return Notice(join(lines), [[go(_p("button", "Menu"), "menu")]])


def _reason(data: dict[str, Any]) -> Line:
    # Translators: to somebody who was banned. {reason} is a whole sentence.
    return _("Reason: {reason}", reason=policy_text(data["reason"], data["values"]))
