"""What a person writes into a case: a letter that the team's group shows, and their later change of it."""

from __future__ import annotations

from bot.core import audit, cases, delivery
from bot.core.audit import Tag
from bot.core.cases import Case, Status
from bot.core.errors import BannedError, CaseClosedError, LetterTooLongError
from bot.core.ports import Tx
from bot.core.support import attachments, limits, rooms, writing
from bot.core.support.letters import Letter, Way


def receive(tx: Tx, case: Case, text: str, *, locale: str = "", message: int | None = None, attachment: str = "") -> Letter:
    """Put what a person wrote (in `message` of their chat) into their case; it answers the case where that waits for an answer.

    `locale` is the language it is written in, if that is clear. CaseClosedError, LetterTooLongError, LimitError, BannedError.
    """
    require_open(case)
    require_welcome(tx, case)
    require_short(tx, text)
    letter = Letter(
        delivery.ordered_id(tx.clock, tx.random), case.subject, case.id, Way.IN.value, tx.clock.now(), locale=locale, person_message=message,
        attachment=attachment, text=text,
    )  # fmt: skip
    if attachment:
        attachments.attach(tx, attachment, case.subject, case.id)
    tx.letters.add(letter)
    audit.record(tx, Tag.LETTER_RECEIVED, subject=case.subject, ref=case.id, attachment=bool(attachment))
    if is_asked(case):
        cases.answer(tx, case)
    writing.overtake(tx, case.id)
    rooms.touch(tx, case.id, case.subject)
    return letter


def change(tx: Tx, subject: str, message: int, text: str, *, locale: str = "") -> Letter | None:
    """A person changed the message in which they wrote a letter. None where it is no letter or says the same. CaseClosedError,
    LetterTooLongError, BannedError: then the letter stays as it was."""
    letter = tx.letters.find(subject=subject, person_message=message, way=Way.IN.value)
    if letter is None or letter.text == text:
        return None
    require_open(tx.cases.get(id=letter.ref))
    if limits.is_banned(tx, subject):
        raise BannedError
    require_short(tx, text)
    tx.letters.update(
        {"id": letter.id, "subject": subject}, text=text, locale=locale, edited_at=tx.clock.now(), shown=False
    )
    audit.record(tx, Tag.LETTER_EDITED, subject=subject, ref=letter.ref)
    rooms.touch(tx, letter.ref, subject)
    return letter


def is_asked(case: Case) -> bool:
    """Whether it waits for the person's words. A proposed correction waits for their confirmation, which words are not."""
    return case.status == Status.WAITING and "becomes" not in (case.details or {})


def answered(tx: Tx, subject: str, message: int) -> Letter | None:
    """The letter of the team that a message in the person's chat is."""
    return tx.letters.find(subject=subject, person_message=message, way=Way.OUT.value)


def require_open(case: Case) -> None:
    """CaseClosedError when nothing can be added to it."""
    if case.is_closed or not case.subject:
        raise CaseClosedError(case.id)


def require_welcome(tx: Tx, case: Case) -> None:
    """An answer that was asked for and the first words of a case are always welcome; of other letters there are only so many an hour.
    LimitError, BannedError."""
    if not is_asked(case) and tx.letters.count(ref=case.id, way=Way.IN.value):
        limits.require_letter(tx, case.subject)


def require_short(tx: Tx, text: str) -> None:
    """LetterTooLongError."""
    most = tx.policy.safeguards.letter_length
    if len(text) > most:
        raise LetterTooLongError(most)
