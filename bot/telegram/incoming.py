"""What a person sends to be passed on: words, one picture or one file. Anything else is not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiogram.types import Message

from bot.core.errors import AttachmentLostError, AttachmentTooLargeError, LetterTooLongError
from bot.core.support import attachments
from bot.core.support.letters import Attachment
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.wire import Wire, WireError, wire_of

WORDS_WITH_FILE: Final = 800
"""Telegram's caption holds 1024 characters; in the team's group it begins with who writes in which language."""
_TOO_LARGE: Final = ("too large", "too big")


@dataclass(frozen=True, slots=True)
class _File:
    id: str
    size: int


def words_of(message: Message) -> str:
    """What it says, as text or as caption."""
    return (message.text or message.caption or "").strip()


def is_readable(message: Message) -> bool:
    """Whether there is something in it that can be passed on."""
    return bool(words_of(message)) or _file_of(message) is not None


async def keep_file(desk: Desk, message: Message) -> Attachment | None:
    """The picture or file of a message, kept sealed until it is sent or replaced; None when there is none.

    AttachmentTooLargeError, AttachmentTypeError, AttachmentLostError, LetterTooLongError for more words than go with a file.
    """
    file = _file_of(message)
    if file is None:
        await desk(attachments.drop_unsent, desk.subject)
        return None
    if len(words_of(message)) > WORDS_WITH_FILE:
        raise LetterTooLongError(WORDS_WITH_FILE)
    most = policy_of(desk).safeguards.attachment_bytes
    if file.size > most:
        raise AttachmentTooLargeError(most)
    wire = wire_of(desk)
    content = desk.slow(f"file:{file.id}", lambda: _fetched(wire, file.id, most))
    if isinstance(content, WireError):
        raise AttachmentTooLargeError(most) if any(words in content.words for words in _TOO_LARGE) else AttachmentLostError
    return await desk(attachments.keep, desk.subject, content)


def _file_of(message: Message) -> _File | None:
    if message.photo:
        return _File(message.photo[-1].file_id, message.photo[-1].file_size or 0)
    if message.document:
        return _File(message.document.file_id, message.document.file_size or 0)
    return None


def _fetched(wire: Wire, file_id: str, most: int) -> bytes | WireError:
    try:
        return wire.download(file_id, most=most)
    except WireError as error:
        return error
