"""What the team is shown before anything goes out: the preview of a letter, the message that asks for its words.

A preview is the notice itself, rendered by the same function in the person's language, and beside it in the team's.
"""

from __future__ import annotations

from typing import Any

from bot.core import staff
from bot.core.ports import Tx
from bot.core.staff import Member
from bot.core.support import writing
from bot.core.support.letters import Letter, Way
from bot.telegram.formats import language_name
from bot.telegram.keyboards import rows
from bot.telegram.notices import NOTICES
from bot.telegram.team import canned
from bot.telegram.team.confirming import cancel
from bot.telegram.team.here import tap
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import PSEUDO, SOURCE, Html, Line, _, _p, current_locale, join, speaking, verbatim


@saying
def letter_preview(tx: Tx, data: dict[str, Any]) -> Saying | None:
    """A draft as the person will read it, beside the team's language, with the only button that sends it."""
    draft = tx.letters.find(id=data["letter"], way=Way.DRAFT.value)
    if draft is None or draft.text is None:
        return None
    ours = current_locale()
    theirs = ours if ours == PSEUDO else draft.locale or SOURCE
    lines: list[Line | Html] = [_heading(draft)]
    # Translators: in the team's group, above what the person will read. {language} is the person's language.
    lines.append(_("This is what the person reads ({language}):", language=_name(theirs)))
    lines.append(_as_read(draft, draft.text, theirs))
    if theirs != ours:
        # Translators: in the team's group: the same text again in the language of the team.
        lines.append(_("In the language of the team ({language}):", language=_name(ours)))
        lines.append(_as_read(draft, canned.words(tx, draft.ref, draft.canned) if draft.canned else draft.text, ours))
    if draft.asks:
        lines.append(_clock(tx, draft))
    if writing.was_overtaken(tx, draft):
        # Translators: in the team's group, below the preview of a letter, above its buttons.
        lines.append(_("<b>The person has written again since this was typed.</b>"))
    lines += [is_at_it(number) for number in writing.others_at_it(tx, draft.ref, draft.author)]
    send = _p("button", "Send the change") if draft.edits else _p("button", "Send")
    yes = tap(send, "send", draft.ref, data["token"], style="primary")
    no = tap(_p("button", "Cancel"), "drop", draft.ref, draft.id)
    return Saying(join(lines), [[yes, no]], reply_to=draft.source_message, edits=draft.room_message, letter=draft.id)


@saying
def letter_prompt(tx: Tx, data: dict[str, Any]) -> Saying:
    """Asks a member for the words of a letter; only an answer to this message is taken for them."""
    member = _mention(staff.get(tx, data["number"]))
    if data["asks"] == writing.CORRECTION:
        # Translators: in the team's group. {member} is a colleague, for example “Team member 4”.
        text = _("{member}: answer this message with the correction, as the person should confirm it. You see it again before it is sent.", member=member)
    elif data["asks"]:
        # Translators: in the team's group. {member} is a colleague, for example “Team member 4”.
        text = _("{member}: answer this message with your question to the person. You see it again before it is sent.", member=member)
    else:
        # Translators: in the team's group. {member} is a colleague, for example “Team member 4”.
        text = _("{member}: answer this message with what the person should read. You see it again before it is sent.", member=member)
    return Saying(text, force_reply=True, letter=data["letter"])


@saying
def ask_reasons(tx: Tx, data: dict[str, Any]) -> Saying:
    """Why the person is to be asked."""
    # Translators: to the privacy team, before they ask a person something. The clock is the time in which the case is due.
    text = _("Why is the person asked? The law decides by the reason whether the clock stands meanwhile.")
    return Saying(text, [*([tap(reason_name(reason), "ask_for", data["case"], reason)] for reason in writing.ASKS), [cancel()]])


@saying
def canned_list(tx: Tx, data: dict[str, Any]) -> Saying:
    """The canned answers that fit a case."""
    buttons = [tap(canned.title(tx.policy, each), "canned_as", data["case"], each.id) for each in canned.fitting(tx, data["case"])]
    # Translators: to the privacy team, above a list of ready answers.
    return Saying(_("Which answer? You see it in the language of the person before it is sent."), [*rows(buttons), [cancel()]])


@saying
def letter_dropped(tx: Tx, data: dict[str, Any]) -> Saying:
    """Takes the place of a preview that nobody sent."""
    return Saying(_("This was not sent, and is dropped."), edits=data["message"])


@saying
def typed_left(tx: Tx, data: dict[str, Any]) -> Saying:
    """Asks for what only people can delete, in a group without topics."""
    # Translators: to the privacy team. {ref} is a case reference.
    text = _("The person of case {ref} was erased. What you typed about it here is too old for me to delete. Please delete it yourselves.", ref=data["case"])
    return Saying(text)


@saying
def letter_kept_back(tx: Tx, data: dict[str, Any]) -> Saying | None:
    """Says that a letter did not arrive."""
    letter = tx.letters.find(id=data["letter"], opened=False)
    if letter is None:
        return None
    text = _("This did not reach the person: they have blocked this bot. It stays with the case, and they find it under /status when they are back.")
    return Saying(text, reply_to=letter.room_message)


def is_at_it(number: int) -> Line:
    """Somebody else of the team is writing, too."""
    # Translators: to somebody of the privacy team. {number} is the number of a colleague.
    return _("Team member {number} is writing to the person, too.", number=number)


def reason_name(reason: str) -> Line:
    """Why a person is asked."""
    # Translators: why a person is asked for more: to be sure that a request comes from them, or to understand it.
    return _p("button", "To be sure who asks") if reason == "identity" else _p("button", "To understand the request")


def _heading(draft: Letter) -> Line:
    if draft.edits:
        # Translators: in the team's group, above the changed text of a message that the person has already.
        return _("<b>Preview of the change.</b> The person still has the old text.")
    # Translators: in the team's group, above what would be sent to the person.
    return _("<b>Preview.</b> Nothing has been sent yet.")


def _as_read(draft: Letter, text: str, locale: str) -> Html:
    """The message with its buttons, in one language. What somebody typed stays as it is."""
    with speaking(locale):
        notice = NOTICES[writing.notice_of(draft)]({"ref": draft.ref, "text": text, "question": text, "letter": ""}, "UTC")
        labels = [f"[{button.label if isinstance(button.label, str) else button.label.plain}]" for row in notice.keyboard for button in row]
    buttons = verbatim(" ".join(labels))
    return Html(f"<blockquote>{notice.text.html}\n{buttons.html}</blockquote>", f"{notice.text.plain}\n{buttons.plain}")


def _clock(tx: Tx, draft: Letter) -> Line:
    case = tx.cases.get(id=draft.ref, opened=False)
    if writing.clock_stands(tx, case, draft.asks):
        # Translators: in the team's group, below a question to the person. “The clock” is the time in which the case is due.
        return _("The clock of the case stands until the person has answered.")
    law = verbatim(tx.policy.regime_of(case.jurisdiction).name)
    # Translators: in the team's group, below a question to the person. {law} is the name of a law such as CCPA.
    return _("The clock of the case goes on while the person is asked: {law} knows no pause for this.", law=law)


def _mention(member: Member) -> Html:
    """A colleague, so that their phone offers to answer."""
    # Translators: a colleague in the privacy team, by number.
    name = _("Team member {number}", number=member.number)
    return Html(f'<a href="tg://user?id={staff.telegram_id_of(member)}">{name.html}</a>', name.plain)


def _name(locale: str) -> str:
    return language_name(SOURCE if locale == PSEUDO else locale)
