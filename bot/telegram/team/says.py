"""What is said in the team's group by a name: one function per saying, rendered when it is sent, in the group's language.

`SAYINGS` is the whole list; `rooms.say(tx, ref, name, **data)` puts one on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.core.ports import Tx
from bot.telegram.keyboards import Button
from bot.telegram.texts import Html, Line


@dataclass(frozen=True, slots=True)
class Saying:
    """Ready to send. `reply_to` is a message in the room; `document` its bytes and name, `photo` a picture's bytes. `edits`: the message
    that it takes the place of; `letter`: the draft that is shown in it."""

    text: Line | Html
    keyboard: list[list[Button]] = field(default_factory=list)
    reply_to: int | None = None
    document: tuple[bytes, str] | None = None
    photo: bytes | None = None
    force_reply: bool = False
    edits: int | None = None
    letter: str = ""


Render = Callable[[Tx, dict[str, Any]], Saying | None]

SAYINGS: dict[str, Render] = {}
"""Filled by `saying`."""


def saying(render: Render) -> Render:
    """Register a saying under its function's name. None drops the message: there is nothing to say any more."""
    SAYINGS[render.__name__] = render
    return render
