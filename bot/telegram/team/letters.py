"""Letters as they look in the team's group, and as they look to the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiogram.types import Message

from bot.core.ports import Tx
from bot.core.support import letters
from bot.core.support.letters import Letter, Way
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button
from bot.telegram.texts import Html, Line, _, join, verbatim

_NAMES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "application/pdf": "pdf", "text/plain": "txt"}


def in_room(tx: Tx, letter: Letter) -> tuple[Html, list[list[Button]]]:
    """A letter in the team's group, and its buttons."""
    if letter.way == Way.OUT:
        # Translators: in the team's group, above what was sent to the person. {number} is the number of a colleague.
        head = _("<b>Sent to the person</b> by team member {number}", number=letter.author)
    elif letter.locale:
        # Translators: in the team's group, above what the person wrote. {language} is the language they write.
        head = _("<b>The person writes</b> ({language})", language=language_name(letter.locale))
    else:
        # Translators: in the team's group, above what the person wrote.
        head = _("<b>The person writes</b>")
    lines: list[Line | Html] = [head, verbatim(letter.text or "")]
    if letter.edited_at is not None:
        # Translators: in the team's group, below a letter that was changed after it was sent.
        lines.append(_("<i>Changed later.</i>"))
    return join(lines, "\n"), []


def upload(tx: Tx, letter: Letter) -> tuple[bytes, str, bool] | None:
    """What is attached: its bytes, a neutral name, and whether it is a picture."""
    if not letter.attachment:
        return None
    found = tx.attachments.find(id=letter.attachment)
    if found is None or found.content is None:
        return None
    ending = _NAMES.get(found.media_type, "bin")
    return found.content, f"{letter.ref}.{ending}", found.media_type in ("image/jpeg", "image/png")


def arrival(letter: str) -> Callable[[Tx, Any], None]:
    """Notes that a letter reached the person, in which message."""

    def arrived(tx: Tx, result: Any) -> None:
        letters.arrived(tx, letter, result.message_id if isinstance(result, Message) else None)

    return arrived
