"""something else is wrong | object | talk to a person | escalate → write it → preview → send → case
write in a case | answer a message of the privacy team → write it → preview → send → the case goes on
change a message that was sent → the letter changes

What a person types is shown to them before it goes anywhere, sealed in the case, and read only by the people who work on it. A
picture or file may come along.
"""

from __future__ import annotations

from typing import Any

from aiogram import Router
from aiogram.filters import Command, Filter, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import cases
from bot.core.cases import Case, Right
from bot.core.errors import ConfirmationExpiredError
from bot.core.ids import new_id
from bot.core.media import ENDINGS
from bot.core.ports import Tx
from bot.core.support import complaining, limits, receiving
from bot.core.support.letters import Attachment
from bot.telegram.answers import policy_of
from bot.telegram.commands import command_of
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.formats import moment, number
from bot.telegram.incoming import is_readable, keep_file, words_of
from bot.telegram.keyboards import Button, go
from bot.telegram.promises import due
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, verbatim
from bot.telegram.understanding import language_of


class Writing(StatesGroup):
    text = State()
    preview = State()


_RIGHTS = {
    "rectify_other": Right.RECTIFICATION,
    "object": Right.OBJECTION,
    "human": Right.QUESTION,
    "escalate": Right.COMPLAINT,
}


class ToLetter(Filter):
    """A message that answers one of the privacy team; gives `about`, the case."""

    async def __call__(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        if event.reply_to_message is None or desk.found is None or command_of(event.text or ""):
            return False
        letter = await desk.once(receiving.answered, desk.subject, event.reply_to_message.message_id)
        return {"about": letter.ref} if letter is not None else False


def create_router() -> Router:
    router = Router(name="requests")
    router.message.register(ask_by_command, Private(), Command("human"))
    router.callback_query.register(ask, Private(), To(*_RIGHTS))
    router.callback_query.register(ask_for_letter, Private(), To("answer"))
    router.message.register(preview_answer, Private(), StateFilter(None, Writing.text, Writing.preview), ToLetter())
    router.message.register(preview, Private(), StateFilter(Writing.text, Writing.preview))
    router.edited_message.register(change, Private())
    router.callback_query.register(send, Private(), Confirming("request"))
    router.callback_query.register(send_letter, Private(), Confirming("answer"))
    return router


async def ask_by_command(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await _ask(desk, say, state, "human", "")


async def ask(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, to: str, of: str) -> None:
    await _ask(desk, say, state, to, of)


async def ask_for_letter(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, of: str) -> None:
    case = await _open_case(desk, of)
    await state.set_state(Writing.text)
    await state.set_data({"to": "answer", "about": case.id})
    if receiving.is_asked(case):
        lines: list[Line | Html] = [_("Case {ref} asks you:", ref=case.id), verbatim((case.details or {}).get("question", "…"))]
        lines.append(_("Write your answer in one message. You see it again before it is sent."))
    else:
        lines = [_("What should the privacy team know in case {ref}? Write it in one message. You see it again before it is sent.", ref=case.id)]
    await say(join(lines), [[_cancel()]], new=True)  # the letter that is answered stays readable


async def preview_answer(message: Message, desk: Desk, say: Say, state: FSMContext, about: str) -> None:
    case = await _open_case(desk, about)
    await state.set_state(Writing.text)
    await state.set_data({"to": "answer", "about": case.id})
    await _preview(message, desk, say, state)


async def preview(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    await _preview(message, desk, say, state)


async def change(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    """Of a message that is not sent yet the preview changes, of one that was sent the letter. Only its words: a picture stays."""
    if (await state.get_data()).get("message") == message.message_id:
        await preview(message, desk, say, state)
    elif desk.found is not None:
        text = words_of(message)
        locale = await language_of(desk, text)
        letter = await desk(receiving.change, desk.subject, message.message_id, text, locale=locale)
        if letter is not None:
            # Translators: {ref} is a case reference. The person changed a message that they had sent to the privacy team.
            await say.reply(_("The privacy team has your change too (case {ref}).", ref=letter.ref))


async def send(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    kind, data = await _take(desk, state, "request", token)
    about = {"about": data["about"]} if data.get("about") else {}
    right = _RIGHTS.get(kind, Right.QUESTION)
    await desk(limits.require_case, account, right)
    case = await desk(lambda tx: cases.open_case(tx, account, right, **about))
    await _put_into(desk, case, data)
    if case.right == Right.COMPLAINT:
        await desk(complaining.not_handled, account, data.get("about", ""))
    lines = [
        _("Thank you. Case {ref} is open; this is its acknowledgement.", ref=case.id),
        _("You get an answer here by {date}.", date=due(policy_of(desk), "fulfil", case.target_due, case.opened_at, desk.zone)),
    ]
    await say(join(lines), [_after()])


async def send_letter(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    _kind, data = await _take(desk, state, "answer", token)
    case = await desk(cases.get_for, account.id, data["about"])
    await _put_into(desk, case, data)
    due = moment((await desk(cases.get_for, account.id, case.id)).target_due, desk.zone)
    if receiving.is_asked(case):
        text = _("Thank you, your answer is with case {ref}. It is due by {date}.", ref=case.id, date=due)
    else:
        text = _("Thank you, this is with case {ref} now. It is due by {date}.", ref=case.id, date=due)
    await say(text, [_after()])


async def _open_case(desk: Desk, ref: str) -> Case:
    account = await desk.open_account()
    case = await desk(cases.get_for, account.id, ref)
    receiving.require_open(case)
    await desk(receiving.require_welcome, case)
    return case


async def _preview(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    data = await state.get_data()
    if not is_readable(message):
        await say(_("I can pass on text, a picture or a file, and nothing else. Please write it, or cancel."), [[_cancel()]])
        return
    if message.media_group_id and message.media_group_id == data.get("album"):
        if not data.get("album_told"):
            await state.update_data(album_told=True)
            await say(_("I can take one picture or file at a time. Please send the first, then the next."), [[_cancel()]])
        return
    text = words_of(message)
    await desk(receiving.require_short, text)
    kept = await keep_file(desk, message)
    nonce = await desk(_new_nonce)  # the button sends this text, not one that is typed later
    await state.set_state(Writing.preview)
    await state.update_data(
        text=text, nonce=nonce, message=message.message_id, attachment=kept.id if kept else "", album=message.media_group_id or ""
    )
    lines: list[Line | Html] = [_("This goes to the privacy team, and to nobody else:")]
    if text:
        lines.append(verbatim(text))
    if kept is not None:
        lines.append(_file_line(kept))
    lines.append(_("You will be called by a reference, not by your name."))
    kind = data.get("to", "human")
    action = "answer" if kind == "answer" else "request"
    yes = await confirm_button(desk, _p("button", "Send"), action, f"{kind}:{nonce}", style="primary")
    await say(join(lines), [[yes, dismiss_button(_p("button", "Do not send"), "request")]])


async def _put_into(desk: Desk, case: Case, data: dict[str, Any]) -> None:
    locale = await language_of(desk, data["text"])
    words = {"locale": locale, "message": data["message"], "attachment": data["attachment"]}
    await desk(lambda tx: receiving.receive(tx, case, data["text"], **words))


async def _take(desk: Desk, state: FSMContext, action: str, token: str) -> tuple[str, dict[str, Any]]:
    """What the tapped button was shown for. ConfirmationExpiredError when it was stopped or written anew since."""
    kind, _colon, nonce = (await redeem(desk, action, token)).partition(":")
    data = await state.get_data()
    if data.get("nonce") != nonce:
        raise ConfirmationExpiredError
    await state.clear()
    return kind, data


def _new_nonce(tx: Tx) -> str:
    return new_id(tx.random)


async def _ask(desk: Desk, say: Say, state: FSMContext, to: str, of: str) -> None:
    await desk(limits.require_case, await desk.open_account(), _RIGHTS[to])
    await state.set_state(Writing.text)
    await state.set_data({"to": to, "about": of})
    await say(_question(to), [[_cancel()]], new=bool(of))


def _question(to: str) -> Line:
    match to:
        case "rectify_other":
            return _("What is wrong, and what is right? Write it in one message. You see it again before it is sent.")
        case "object":
            return _("Which automated decision do you object to, and why, if you want to say so? A person will look at it. Write it in one message.")
        case "escalate":
            return _("What should the data protection officer know? Write it in one message. You see it again before it is sent.")
        case _:
            return _("Write your question in one message. A person of the privacy team answers here. You see it again before it is sent.")


def _file_line(kept: Attachment) -> Line:
    kilobytes = number(max(1, kept.size // 1024))
    if kept.media_type.startswith("image/"):
        # Translators: {size} is a number of kilobytes.
        return _("With it goes a picture ({size} KB).", size=kilobytes)
    # Translators: {kind} is a kind of file such as PDF, {size} a number of kilobytes.
    return _("With it goes a file ({kind}, {size} KB).", kind=ENDINGS[kept.media_type].upper(), size=kilobytes)


def _cancel() -> Button:
    return go(_p("button", "Cancel"), "cancel")


def _after() -> list[Button]:
    return [go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]
