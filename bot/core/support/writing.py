"""What the privacy team writes to a person: nothing goes out but what stood in a preview and was sent by the tap of a member.

    begin → words → preview → send                 a draft becomes a letter
    the typed message is changed → preview → send   the letter is changed where the person has it

A preview's button carries a single-use token; a new preview of the same draft ends the one before. Who may do it is checked by the
caller (staff.require), what is sent is the text of the draft and nothing else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core import audit, cases, confirmations, delivery, rectification
from bot.core.audit import Tag
from bot.core.cases import Case, Status, Step, next_status
from bot.core.errors import (
    CaseClosedError,
    ConfirmationExpiredError,
    ConfirmationUsedError,
    LetterTooLongError,
    NotFoundError,
    TransitionError,
    UnreachableError,
)
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.rectification import Field
from bot.core.staff import Member
from bot.core.support import groups, rooms, typed, working
from bot.core.support.groups import TEAM
from bot.core.support.letters import Letter, Way

SEND: Final = "team-send"
"""The action that a preview's button confirms, once, by whoever of the team may do it."""
ASKS: Final = ("identity", "clarification")
"""Why a person may be asked for more; a regime of the policy file says which of these stop its clock."""
CORRECTION: Final = "correction"
"""The person is asked to confirm a correction in these words (GDPR Art. 16)."""
_AT_ONCE: Final = 200
_AT_IT: Final = timedelta(hours=1)


def begin(tx: Tx, member: Member, ref: str, *, asks: str = "") -> Letter:
    """Ask a member for the words of a letter: whoever answers the message that asks writes them. NotFoundError, CaseClosedError,
    TransitionError where the person cannot be asked (again) now, OnlyThePersonError where they correct it themselves."""
    case = _writable(tx, ref, asks)
    for before in tx.letters.select(ref=ref, way=Way.DRAFT.value, author=member.number):
        if before.text is None:  # asked for once more: one question is enough
            _drop(tx, before)
    draft = _draft(tx, member, case, asks=asks)
    _ask(tx, draft)
    return draft


def write(
    tx: Tx, member: Member, ref: str, text: str, *, source: int | None = None, canned: str = "", shown_in: int | None = None
) -> Letter:
    """A draft with its words, and its preview on the way. `source` is the message they were typed in, `shown_in` one of the bot's that
    becomes the preview. NotFoundError, CaseClosedError, LetterTooLongError."""
    case = _writable(tx, ref)
    if shown_in is not None:
        for other in tx.letters.select(ref=ref, way=Way.DRAFT.value, room_message=shown_in, opened=False):
            _end_previews(tx, other.id)
            tx.letters.remove(id=other.id)
    draft = _draft(tx, member, case, text=text, source=source, canned=canned, shown_in=shown_in)
    _offer(tx, draft)
    return draft


def answerable(tx: Tx, message: int) -> Letter | None:
    """What a message of the group is when an answer to it goes to the person: a letter of theirs, or a draft that waits for its words."""
    if not tx.letters.count(room_message=message):
        return None
    tx.keys.open_for(Purpose.RIGHTS)
    letter = tx.letters.get(room_message=message)
    return None if letter.way == Way.OUT or (letter.way == Way.DRAFT and letter.text is not None) else letter


def typed_in(tx: Tx, message: int) -> Letter | None:
    """The letter that somebody of the team typed in that message."""
    return tx.letters.find(source_message=message, opened=False)


def fill(tx: Tx, member: Member, draft: Letter, text: str, source: int) -> None:
    """The words of a draft that waited for them. CaseClosedError, TransitionError, LetterTooLongError."""
    _writable(tx, draft.ref, draft.asks)
    _require_short(tx, text)
    # The message that asked goes, so that nobody answers it again; the preview is one of its own.
    rooms.delete(tx, draft.room_message)
    changes = {"author": member.number, "source_message": source, "room_message": None, "at": tx.clock.now()}
    tx.letters.update({"id": draft.id, "subject": draft.subject}, text=text, **changes)
    _offer(tx, draft)


def retype(tx: Tx, member: Member, source: int, text: str) -> bool:
    """A member changed the message in which they typed a letter: the preview is shown anew, of a letter that was sent already the
    preview of its change. False where that message is no letter, or says the same. CaseClosedError, LetterTooLongError."""
    found = tx.letters.find(source_message=source)
    if found is None:
        return False
    _require_short(tx, text)
    draft = found
    if found.way == Way.OUT:
        case = _writable(tx, found.ref)
        before = tx.letters.find(ref=found.ref, edits=found.id)
        if found.text == text:  # as it was sent, after all
            return before is not None and _drop(tx, before)
        draft = before or _draft(tx, member, case, edits=found.id, asks=found.asks)
    if draft.text == text:
        return False
    tx.letters.update({"id": draft.id, "subject": draft.subject}, text=text, at=tx.clock.now())
    _offer(tx, draft)
    return True


def others_at_it(tx: Tx, ref: str, number: int) -> list[int]:
    """Who else of the team began to write to the person of a case within the last hour, and has not sent it."""
    drafts = tx.letters.select(ref=ref, way=Way.DRAFT.value, at__gt=tx.clock.now() - _AT_IT, opened=False)
    return sorted({draft.author for draft in drafts} - {number})


def was_overtaken(tx: Tx, draft: Letter) -> bool:
    """Whether the person wrote since the words of a draft were typed."""
    return tx.letters.count(ref=draft.ref, way=Way.IN.value, at__gt=draft.at) > 0


def overtake(tx: Tx, ref: str) -> None:
    """The person has written: every preview says so, and what was tapped in the old one is not sent."""
    for draft in tx.letters.select(ref=ref, way=Way.DRAFT.value):
        if draft.text is not None:
            _offer(tx, draft)


def send(tx: Tx, member: Member, token: str, *, chat: str) -> Letter:
    """What stood in the preview goes to the person: the letter, or the changed one. `token` is that of the tapped button, `chat` the
    lane of the group.

    ConfirmationError; ConfirmationExpiredError also when the person reads another language than the preview showed.
    CaseClosedError, TransitionError, UnreachableError: nothing was sent.
    """
    draft = tx.letters.find(id=confirmations.redeem(tx, token, subject=TEAM, chat=chat, action=SEND), way=Way.DRAFT.value)
    if draft is None or draft.text is None:
        raise ConfirmationExpiredError
    case = _writable(tx, draft.ref, "" if draft.edits else draft.asks)
    if _reads(tx, case.subject) != draft.locale:
        raise ConfirmationExpiredError
    if draft.edits:
        return _send_change(tx, member, draft)
    sent = {"way": Way.OUT.value, "at": tx.clock.now(), "shown": False}
    if not tx.letters.update({"id": draft.id, "way": Way.DRAFT.value}, **sent):
        raise ConfirmationUsedError
    if draft.asks == CORRECTION:
        account = tx.accounts.get(id=case.subject)
        rectification.propose(tx, account, Field.OTHER, draft.text, case=case, actor=member.actor, letter=draft.id)
    elif draft.asks:
        cases.ask(tx, case, draft.asks, draft.text, actor=member.actor, letter=draft.id)
    elif not delivery.notify(tx, case.subject, "team_letter", letter=draft.id):
        raise UnreachableError(case.id)
    audit.record(
        tx, Tag.LETTER_SENT, subject=case.subject, actor=member.actor, ref=case.id, author=draft.author,
        asks=draft.asks, canned=draft.canned,
    )  # fmt: skip
    rooms.touch(tx, case.id, case.subject)
    return tx.letters.get(id=draft.id)


def discard(tx: Tx, draft_id: str) -> None:
    """Nothing is sent: the draft goes. ConfirmationUsedError when it was sent already."""
    draft = tx.letters.find(id=draft_id, way=Way.DRAFT.value, opened=False)
    if draft is None or not tx.letters.remove(id=draft_id, way=Way.DRAFT.value):
        raise ConfirmationUsedError
    _end_previews(tx, draft_id)
    typed.drop(tx, draft)


def show_again(tx: Tx) -> None:
    """The group has a new number, under which nothing of what was said stands: each draft is asked for, or shown, there again, below
    its case."""
    for draft in tx.letters.select(way=Way.DRAFT.value, order_by="at"):
        rooms.hurry(tx, draft.ref)
        if draft.text is None:
            _ask(tx, draft)
        else:
            _offer(tx, draft)


def sweep(tx: Tx) -> int:
    """Drop drafts that nobody sent in time, and empty the messages that show them; how many."""
    until = tx.clock.now() - tx.policy.keep_for("draft").as_timedelta()
    old = tx.letters.select(way=Way.DRAFT.value, at__le=until, order_by="at", limit=_AT_ONCE)
    return sum(_drop(tx, draft) for draft in old)


def notice_of(letter: Letter) -> str:
    """The notice that brings it to the person (bot/telegram/notices.py)."""
    if letter.asks == CORRECTION:
        return "rectification_proposed"
    return "case_asked" if letter.asks else "team_letter"


def clock_stands(tx: Tx, case: Case, asks: str) -> bool:
    """Whether the clock of a case stands while the person is asked for this reason (policy: regimes, `pause`)."""
    reason = rectification.WAITS_FOR if asks == CORRECTION else asks
    return reason in tx.policy.regime_of(case.jurisdiction).pause


def _send_change(tx: Tx, member: Member, draft: Letter) -> Letter:
    letter = tx.letters.find(id=draft.edits, way=Way.OUT.value)
    if letter is None:
        raise ConfirmationExpiredError
    if not tx.letters.remove(id=draft.id, way=Way.DRAFT.value):
        raise ConfirmationUsedError
    changes = {"text": draft.text, "edited_at": tx.clock.now(), "shown": False}
    tx.letters.update({"id": letter.id, "subject": letter.subject}, **changes)
    if letter.asks == CORRECTION:
        rectification.reword(tx, tx.cases.get(id=letter.ref), draft.text or "", member.actor)
    elif letter.asks:
        cases.reword(tx, tx.cases.get(id=letter.ref), draft.text or "")
    if not delivery.notify(tx, letter.subject, notice_of(letter), letter=letter.id, changed=True):
        raise UnreachableError(letter.ref)
    audit.record(tx, Tag.LETTER_EDITED, subject=letter.subject, actor=member.actor, ref=letter.ref)
    rooms.touch(tx, letter.ref, letter.subject)
    return tx.letters.get(id=letter.id)


def require_askable(tx: Tx, ref: str) -> None:
    """NotFoundError, CaseClosedError, TransitionError: the person cannot be asked for more now."""
    _writable(tx, ref, ASKS[0])


def _writable(tx: Tx, ref: str, asks: str = "") -> Case:
    """An open case with a person, who can be asked where it `asks`."""
    case = tx.cases.find(id=ref)
    if case is None:
        raise NotFoundError("case")
    if case.is_closed or not case.subject:
        raise CaseClosedError(case.id)
    if asks == CORRECTION:
        working.require_correctable(tx, case)
    elif asks and next_status(Status(case.status), Step.ASK) is None:
        raise TransitionError(case.id, case.status, Step.ASK.value)
    return case


def _draft(
    tx: Tx, member: Member, case: Case, *, text: str | None = None, source: int | None = None, asks: str = "", canned: str = "",
    edits: str = "", shown_in: int | None = None,
) -> Letter:  # fmt: skip
    if groups.find(tx) is None:
        raise NotFoundError("group")
    if text is not None:
        _require_short(tx, text)
    draft = Letter(
        delivery.ordered_id(tx.clock, tx.random), case.subject, case.id, Way.DRAFT.value, tx.clock.now(), author=member.number, source_message=source,
        room_message=shown_in, asks=asks, canned=canned, edits=edits, text=text,
    )  # fmt: skip
    tx.letters.add(draft)
    return draft


def _ask(tx: Tx, draft: Letter) -> None:
    """Have the author asked for the words."""
    rooms.say(tx, draft.ref, "letter_prompt", letter=draft.id, number=draft.author, asks=draft.asks)


def _offer(tx: Tx, draft: Letter) -> None:
    """Show the preview, with a button that is good for one tap of somebody of the team."""
    group = groups.find(tx)
    assert group is not None
    _end_previews(tx, draft.id)
    tx.letters.update({"id": draft.id}, locale=_reads(tx, draft.subject))
    token = confirmations.issue(tx, subject=TEAM, chat=group.lane, action=SEND, target=draft.id)
    rooms.say(tx, draft.ref, "letter_preview", subject=draft.subject, letter=draft.id, token=token)


def _end_previews(tx: Tx, draft_id: str) -> None:
    tx.confirmations.remove(subject=TEAM, target=draft_id, used_at=None)


def _drop(tx: Tx, draft: Letter) -> bool:
    _end_previews(tx, draft.id)
    if draft.text is None:
        rooms.delete(tx, draft.room_message)  # Telegram lets nobody edit a message that asks for an answer
    elif draft.room_message is not None:
        rooms.say(tx, draft.ref, "letter_dropped", message=draft.room_message)
    typed.drop(tx, draft)
    return bool(tx.letters.remove(id=draft.id, way=Way.DRAFT.value))


def _reads(tx: Tx, subject: str) -> str:
    """The language that the person reads."""
    return tx.accounts.get(id=subject).locale or ""


def _require_short(tx: Tx, text: str) -> None:
    most = tx.policy.safeguards.letter_length
    if len(text) > most:
        raise LetterTooLongError(most)
