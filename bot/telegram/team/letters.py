"""Letters as they look in the team's group, and as they look to the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiogram.types import Message

from bot.core import media
from bot.core.ports import Tx
from bot.core.support import letters
from bot.core.support.letters import Letter, Way
from bot.core.support.writing import CORRECTION
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button
from bot.telegram.team.here import tap
from bot.telegram.texts import Html, Line, _, _p, join, verbatim


def in_room(tx: Tx, letter: Letter) -> tuple[Html, list[list[Button]]]:
    """A letter in the team's group, and its buttons."""
    lines: list[Line | Html] = [_head(letter)]
    if letter.text:
        lines.append(verbatim(letter.text))
    if letter.edited_at is not None:
        # Translators: in the team's group, below a letter that was changed after it was sent.
        lines.append(_("<i>Changed later.</i>"))
    if letter.way == Way.OUT:
        return join(lines, "\n"), []
    buttons = [tap(_p("button", "Reply"), "reply", letter.ref)]
    if letter.text:
        # Translators: button under a letter in the team's group; it shows which topic of the policy the letter is about.
        buttons.append(tap(_p("button", "What is it about?"), "about", letter.ref, letter.id))
    return join(lines, "\n"), [buttons]


def upload(tx: Tx, letter: Letter) -> tuple[bytes, str, bool] | None:
    """What is attached: its bytes, a neutral name, and whether it is a picture."""
    if not letter.attachment:
        return None
    found = tx.attachments.find(id=letter.attachment)
    if found is None or found.content is None:
        return None
    return found.content, f"{letter.ref}.{media.ENDINGS[found.media_type]}", found.media_type in ("image/jpeg", "image/png")


def current(tx: Tx, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """A notice's data with its letter as it is now; None when the letter is gone."""
    if not data.get("letter"):
        return dict(data)
    letter = tx.letters.find(id=data["letter"], way=Way.OUT.value)
    if letter is None:
        return None
    edits = letter.person_message if data.get("changed") else None
    return {**data, "ref": letter.ref, "text": letter.text, "question": letter.text, "edits": edits}


def arrival(letter: str) -> Callable[[Tx, Any], None]:
    """Notes that a letter reached the person, in which message."""

    def arrived(tx: Tx, result: Any) -> None:
        letters.arrived(tx, letter, result.message_id if isinstance(result, Message) else None)

    return arrived


def _head(letter: Letter) -> Line:
    if letter.asks == CORRECTION:
        # Translators: in the team's group, above a correction that was put to the person. {number} is the number of a colleague.
        return _("<b>The person is to confirm this correction</b>, proposed by team member {number}", number=letter.author)
    if letter.asks:
        # Translators: in the team's group, above a question that was sent to the person. {number} is the number of a colleague.
        return _("<b>The person was asked</b> by team member {number}", number=letter.author)
    if letter.way == Way.OUT:
        # Translators: in the team's group, above what was sent to the person. {number} is the number of a colleague.
        return _("<b>Sent to the person</b> by team member {number}", number=letter.author)
    if letter.locale:
        # Translators: in the team's group, above what the person wrote. {language} is the language they write.
        return _("<b>The person writes</b> ({language})", language=language_name(letter.locale))
    # Translators: in the team's group, above what the person wrote.
    return _("<b>The person writes</b>")
