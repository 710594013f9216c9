"""/breach → step by step (buttons, answers to the bot's question) → what is written → open → later: change it, close it"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core.breaches import Breach, Status, fields, record
from bot.core.breaches.fields import Field, Value
from bot.core.staff import Member, Permission
from bot.core.support import rooms
from bot.telegram.answers import policy_of
from bot.telegram.breach_words import field_name
from bot.telegram.desk import Desk
from bot.telegram.formats import number
from bot.telegram.keyboards import Button, rows
from bot.telegram.say import Say
from bot.telegram.team.breach_record import (
    AS_PUBLISHED,
    NOW,
    OPEN_STILL,
    choices,
    chosen_of,
    filled,
    question,
    when_hint,
)
from bot.telegram.team.confirming import confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, require, room_of, tap
from bot.telegram.team.prompts import AGAIN, Answers, prompt, read_moment
from bot.telegram.texts import Html, Line, _, _p, join

_OVERVIEW = "all"
_TYPED = fields.TEXTS | fields.INSTANTS


def create_router() -> Router:
    router = Router(name="team.breach")
    router.message.register(begin, InTeamGroup(), Command("breach"))
    router.callback_query.register(ask, InTeamGroup(), Tapped("br_ask"))
    router.message.register(answer, InTeamGroup(), Answers("breach"))
    router.callback_query.register(put, InTeamGroup(), Tapped("br_put"))
    router.callback_query.register(flip, InTeamGroup(), Tapped("br_flip"))
    router.callback_query.register(show, InTeamGroup(), Tapped("br_list"))
    router.callback_query.register(open_it, InTeamGroup(), Tapped("br_open"))
    router.callback_query.register(discard, InTeamGroup(), Tapped("br_drop"))
    router.callback_query.register(ask_to_close, InTeamGroup(), Tapped("br_close"))
    router.callback_query.register(close, InTeamGroup(), Tapped("br_closed"))
    return router


async def begin(message: Message, desk: Desk, say: Say) -> None:
    member = await require(desk, Permission.BREACH)
    if await room_of(message, desk) is not None:
        # Translators: to the privacy team. "General" is the topic of a Telegram group that is always there.
        await say.reply(_("A breach has a topic of its own. Please write /breach in General, not in the topic of a case."))
        return
    await _go_on(desk, say, member, await desk(record.begin, member, desk.locale))


async def ask(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    await require(desk, Permission.BREACH)
    await _ask(desk, say, await desk(record.get, ref), Field(of))


async def answer(message: Message, desk: Desk, say: Say, asked: list[str]) -> None:
    member = await require(desk, Permission.BREACH)
    ref, name = asked[:2]
    if name not in _TYPED:
        return  # it is answered by a button
    field = Field(name)
    text = message.text or ""
    value: Value = read_moment(text) if field in fields.INSTANTS else text
    if value is None:
        # Translators: to the privacy team, who typed a time that could not be read. Please keep the example as it is.
        again = prompt("breach", *asked[:2], "", AGAIN)  # whichever of the two messages is answered then
        await say.reply(_("I cannot read that as a time. Please answer the question again, like 2026-03-27 18:00."), slot=again)
        return
    locale = asked[2] if len(asked) > 2 else ""
    await _go_on(desk, say, member, await desk(record.put, member, ref, field, value, locale))


async def put(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    name, _equals, code = of.partition("=")
    field = Field(name)
    breach = await desk(record.get, ref)
    value: Value = code
    if code == NOW:
        value = await desk(lambda tx: tx.clock.now())
    elif code in (OPEN_STILL, AS_PUBLISHED):
        value = None
    elif field is Field.DRILL:
        value = code == "drill"
    elif field in (Field.CATEGORIES, Field.REGIONS):
        value = tuple(chosen_of(breach, field))
    await _go_on(desk, say, member, await desk(record.put, member, ref, field, value))


async def flip(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    name, _equals, code = of.partition("=")
    field = Field(name)
    chosen = set(chosen_of(await desk(record.get, ref), field)) ^ {code}
    await _ask(desk, say, await desk(record.put, member, ref, field, tuple(chosen)), field)


async def show(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    member = await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    # The card stays as it is: what is written there comes in a message of its own.
    slot = prompt("breach", breach.id, _OVERVIEW)
    await say(*await _overview(desk, breach, member), new=breach.status != Status.DRAFT, slot=slot)


async def open_it(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    draft = await redeem_tap(desk, member, "br_open", ref, of)
    breach = await desk(record.open_breach, member, draft)
    if breach.drill:
        # Translators: to the privacy team. {ref} is a reference; it has a topic of its own in the group.
        text = _("The drill {ref} is open. It has a room of its own here; nobody is written to.", ref=breach.id)
    else:
        # Translators: to the privacy team. {ref} is a reference; it has a topic of its own in the group.
        text = _("{ref} is open and has a room of its own here. Whom it concerns is being worked out.", ref=breach.id)
    await say(text)
    await desk(rooms.hurry, breach.id)


async def discard(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await require(desk, Permission.BREACH)
    await desk(record.discard, ref)
    # Translators: to the privacy team.
    await say(_("The draft was thrown away. Nothing was recorded."))


async def ask_to_close(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    member = await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    yes = await confirm_tap(desk, member, _p("button", "Yes, close it"), "br_closed", ref, ref, style="danger")
    if breach.drill:
        # Translators: to the privacy team. {ref} is the reference of a drill.
        text = _("End the drill {ref}? What it worked out about people is removed; the record stays.", ref=ref)
    else:
        # Translators: to the privacy team. {ref} is the reference of a data breach.
        text = _("Close {ref}? Who could not be reached is told all the same when they are back.", ref=ref)
    await say(text, [[yes, tap(_p("button", "No"), "br_list", ref)]], new=True)


async def close(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    await redeem_tap(desk, member, "br_closed", ref, of)
    await desk(record.close, member, ref)
    # Translators: to the privacy team.
    await say(_("{ref} is closed.", ref=ref))


async def _go_on(desk: Desk, say: Say, member: Member, breach: Breach) -> None:
    """The next question, or everything that is written."""
    missing = fields.missing(breach)
    if breach.status == Status.DRAFT and missing:
        await _ask(desk, say, breach, missing[0])
        return
    await say(*await _overview(desk, breach, member), slot=prompt("breach", breach.id, _OVERVIEW))


async def _ask(desk: Desk, say: Say, breach: Breach, field: Field) -> None:
    policy = policy_of(desk)
    lines: list[Line | Html] = [_heading(breach, field), question(field)]
    if field in fields.INSTANTS:
        lines.append(when_hint(or_now=field in (Field.FOUND, Field.AWARE)))
    if field not in fields.missing(breach):
        lines.append(filled(policy, breach, field))
    keyboard = choices(policy, breach, field)
    if breach.status != Status.DRAFT or len(fields.missing(breach)) < len(fields.STEPS):
        keyboard.append([tap(_p("button", "All that is written"), "br_list", breach.id)])
    else:
        keyboard.append([tap(_p("button", "Throw away"), "br_drop", breach.id)])
    await say(join(lines, "\n"), keyboard, slot=prompt("breach", breach.id, field.value))


def _heading(breach: Breach, field: Field) -> Line:
    if breach.status != Status.DRAFT:
        # Translators: heading above a question to the privacy team. {ref} is a reference, {field} a field of the record.
        return _("<b>{ref} · {field}</b>", ref=breach.id, field=field_name(field))
    step, steps = number(fields.STEPS.index(field) + 1), number(len(fields.STEPS))
    # Translators: heading above a question to the privacy team. {step} and {steps} are numbers, {field} is a field of the record.
    return _("<b>Data breach, step {step} of {steps} · {field}</b>", step=step, steps=steps, field=field_name(field))


async def _overview(desk: Desk, breach: Breach, member: Member) -> tuple[Html, list[list[Button]]]:
    policy = policy_of(desk)
    shown = [*fields.STEPS, *([Field.LATE] if Field.LATE.value in breach.texts else [])]
    # Translators: heading above the whole record of a data breach.
    lines: list[Line | Html] = [_("<b>The record of {ref}</b>", ref=breach.id)] if breach.status != Status.DRAFT else []
    lines += [filled(policy, breach, field) for field in shown]
    if breach.status == Status.CLOSED:
        return join(lines, "\n"), []
    changeable = [field for field in fields.STEPS if breach.status == Status.DRAFT or field is not Field.DRILL]
    if breach.status == Status.OPEN:
        changeable.append(Field.LATE)
    keyboard = rows([tap(field_name(field), "br_ask", breach.id, field.value) for field in changeable], 2)
    if breach.status == Status.DRAFT:
        last = [tap(_p("button", "Throw away"), "br_drop", breach.id)]
        if not fields.missing(breach):
            last.insert(0, await confirm_tap(desk, member, _p("button", "Open it"), "br_open", breach.id, breach.id, style="primary"))
        keyboard.append(last)
    return join(lines, "\n"), keyboard
