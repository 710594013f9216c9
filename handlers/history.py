"""/history → list (pages) → open → save, delete one; clear all

A deletion is confirmed first and cannot be undone; that is said before and after.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import audit, cases, conversations
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.cases import Right, Step
from bot.core.conversations import Conversation
from bot.core.ports import Tx
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.formats import day, moment, number
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _n, _p, join, verbatim

PAGE = 5
_SHOWN_MESSAGES = 6
_SHOWN_LETTERS = 400


def create_router() -> Router:
    router = Router(name="history")
    router.message.register(show_history, Private(), Command("history"))
    router.callback_query.register(show_history_by_button, Private(), To("history"))
    router.callback_query.register(open_conversation, Private(), To("talk"))
    router.callback_query.register(keep, Private(), To("keep"))
    router.callback_query.register(release, Private(), To("release"))
    router.callback_query.register(ask_to_delete, Private(), To("drop"))
    router.callback_query.register(delete_one, Private(), Confirming("drop"))
    router.message.register(ask_to_clear_by_command, Private(), Command("clear"))
    router.callback_query.register(ask_to_clear, Private(), To("clear"))
    router.callback_query.register(clear_all, Private(), Confirming("clear"))
    return router


async def show_history(message: Message, desk: Desk, say: Say) -> None:
    await _show_page(desk, say, 0)


async def show_history_by_button(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await _show_page(desk, say, int(of) if of.isascii() and of.isdigit() and len(of) < 7 else 0)


async def open_conversation(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    conversation, shown = await desk(_read, account.id, of)
    await say(_conversation_text(desk, conversation, shown), _conversation_buttons(conversation))


async def keep(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await desk(conversations.keep, account.id, of)
    await say.toast(_("Saved: it is kept until you delete it."))
    await open_conversation(query, desk, say, of)


async def release(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await desk(conversations.keep, account.id, of, kept=False)
    days = policy_of(desk).span("retention").amount
    await say.toast(
        _n("No longer saved: it is deleted in {n} day.", "No longer saved: it is deleted in {n} days.", days)
    )
    await open_conversation(query, desk, say, of)


async def ask_to_delete(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    conversation = await desk(conversations.get, account.id, of)
    text = _(
        "Delete the conversation “{title}”? This cannot be undone. Your other conversations stay.",
        title=_title(conversation),
    )
    yes = await confirm_button(desk, _p("button", "Delete it"), "drop", of, style="danger")
    await say(text, [[yes, dismiss_button(_p("button", "Keep it"), "drop")]])


async def delete_one(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    conversation = await redeem(desk, "drop", token)
    await desk(conversations.delete, account.id, conversation)
    await say(
        _("The conversation is deleted."),
        [[go(_p("button", "My conversations"), "history"), go(_p("button", "Menu"), "menu")]],
    )


async def ask_to_clear_by_command(message: Message, desk: Desk, say: Say) -> None:
    await _ask_to_clear(desk, say)


async def ask_to_clear(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _ask_to_clear(desk, say)


async def clear_all(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "clear", token)
    count, ref = await desk(_clear, account)
    lines: list[Line | Html] = [
        _n("Done: {n} conversation is deleted.", "Done: {n} conversations are deleted.", count),
        _("Your account and your settings stay. Receipt: case {ref}.", ref=ref),
        _("The messages in this chat with me are separate: you can clear them with Telegram's own “Clear history”."),
    ]
    await say(join(lines), [[go(_p("button", "Menu"), "menu")]])


async def _ask_to_clear(desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    _rows, count = await desk(conversations.page, account.id, limit=1)
    if not count:
        await say(_("You have no stored conversations."), [[go(_p("button", "Menu"), "menu")]])
        return
    lines = [
        _n(
            "Delete your {n} conversation, saved or not? This cannot be undone.",
            "Delete all your {n} conversations, the saved ones too? This cannot be undone.",
            count,
        ),
        _("Your account stays. If you want a copy first, export your data before you go on."),
    ]
    yes = await confirm_button(desk, _p("button", "Delete all"), "clear", style="danger")
    keyboard = [
        [go(_p("button", "Export first"), "export")],
        [yes, dismiss_button(_p("button", "Keep them"), "clear")],
    ]
    await say(join(lines), keyboard)


async def _show_page(desk: Desk, say: Say, offset: int) -> None:
    account = await desk.open_account()
    _first, count = await desk(conversations.page, account.id, limit=1)
    offset = min(offset, max(0, count - 1) // PAGE * PAGE)
    found, count = await desk(conversations.page, account.id, offset=offset, limit=PAGE)
    if not count:
        await say(_("You have no stored conversations."), [[go(_p("button", "Menu"), "menu")]])
        return
    days = policy_of(desk).span("retention").amount
    lines: list[Line | Html] = [
        _n("<b>Your conversations</b> ({n})", "<b>Your conversations</b> ({n})", count),
        _n(
            "Each is deleted {n} day after it was stored, unless you save it (📌) or delete it sooner.",
            "Each is deleted {n} days after it was stored, unless you save it (📌) or delete it sooner.",
            days,
        ),
    ]
    buttons = [
        [go(f"{'📌 ' if row.kept else ''}{_short(_title(row).plain)}", "talk", row.id)] for row in found
    ]
    turn = []
    if offset:
        turn.append(go("‹", "history", str(max(0, offset - PAGE))))
    turn.append(go(f"{number(offset // PAGE + 1)} / {number(-(-count // PAGE))}", "history", str(offset)))
    if offset + PAGE < count:
        turn.append(go("›", "history", str(offset + PAGE)))
    if count > PAGE:
        buttons.append(turn)
    buttons.append([go(_p("button", "Clear all"), "clear", style="danger"), go(_p("button", "Menu"), "menu")])
    await say(join(lines), buttons)


def _read(tx: Tx, subject: str, conversation: str) -> tuple[Conversation, list[conversations.Message]]:
    header = conversations.get(tx, subject, conversation)
    shown = []
    for message in conversations.messages(tx, subject, conversation):
        shown.append(message)
        if len(shown) == _SHOWN_MESSAGES:
            break
    audit.record(tx, Tag.CONVERSATION_OPENED, subject=subject)
    return header, shown


def _clear(tx: Tx, account: Account) -> tuple[int, str]:
    case = cases.open_case(tx, account, Right.HISTORY)
    count = conversations.clear_all(tx, account.id)
    cases.move(tx, case, Step.FINISH)
    return count, case.id


def _conversation_text(desk: Desk, conversation: Conversation, shown: list[conversations.Message]) -> Html:
    heading = _title(conversation)
    lines: list[Line | Html] = [Html(f"<b>{heading.html}</b>", heading.plain)]
    for message in shown:
        sign = "👤" if message.role == "user" else "🤖"
        text = verbatim(_short(message.text, _SHOWN_LETTERS))
        lines.append(Html(f"{sign} {text.html}", f"{sign} {text.plain}"))
    more = conversation.messages - len(shown)
    if more > 0:
        lines.append(_n("… and {n} more message.", "… and {n} more messages.", more))
    lines.append(_("Started {date}.", date=day(conversation.started_at, desk.zone)))
    if conversation.kept:
        lines.append(_("📌 Saved: kept until you delete it."))
    else:
        keep_for = policy_of(desk).keep_for("conversation").as_timedelta()
        lines.append(_("Deleted on {date}, unless you save it.", date=moment(conversation.stored_at + keep_for, desk.zone)))
    return join(lines)


def _conversation_buttons(conversation: Conversation) -> list[list[Button]]:
    saving = (
        go(_p("button", "No longer save"), "release", conversation.id)
        if conversation.kept
        else go(_p("button", "📌 Save"), "keep", conversation.id)
    )
    return [
        [saving, go(_p("button", "🗑 Delete"), "drop", conversation.id, style="danger")],
        [go(_p("button", "Back"), "history"), go(_p("button", "Menu"), "menu")],
    ]


def _title(conversation: Conversation) -> Line | Html:
    return verbatim(conversation.title) if conversation.title else _("Untitled conversation")


def _short(text: str, letters: int = 48) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= letters else flat[: letters - 1] + "…"
