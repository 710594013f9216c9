"""a breach's card → the reports to authorities → one as PDF and JSON → sent: when · /breaches → the register, page by page → as a file"""

from __future__ import annotations

import base64
import json
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import staff
from bot.core.breaches import Breach, Status, record, register, reporting
from bot.core.breaches.clock import is_kept
from bot.core.breaches.reporting import Phase
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import rooms
from bot.telegram.answers import policy_of
from bot.telegram.breach_report import document_of, phase_name
from bot.telegram.breach_words import authority_name
from bot.telegram.desk import Desk
from bot.telegram.formats import day, moment
from bot.telegram.keyboards import Button
from bot.telegram.pdf import print_pdf
from bot.telegram.say import Say
from bot.telegram.team.confirming import confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, require, tap
from bot.telegram.team.prompts import AGAIN, Answers, prompt, read_moment
from bot.telegram.texts import Html, Line, _, _n, _p, join, policy_text

_PAGE = 8
_ALL = "all"
"""Stands in a button where others name a breach."""


def create_router() -> Router:
    router = Router(name="team.breach_reports")
    router.callback_query.register(show, InTeamGroup(), Tapped("br_reports"))
    router.callback_query.register(make, InTeamGroup(), Tapped("br_report"))
    router.callback_query.register(ask_when, InTeamGroup(), Tapped("br_sent"))
    router.callback_query.register(note_sent_now, InTeamGroup(), Tapped("br_sent_now"))
    router.message.register(note_sent, InTeamGroup(), Answers("breach-sent"))
    router.message.register(list_all, InTeamGroup(), Command("breaches"))
    router.callback_query.register(turn, InTeamGroup(), Tapped("br_all"))
    router.callback_query.register(export, InTeamGroup(), Tapped("br_export"))
    return router


async def show(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await require(desk, Permission.BREACH)
    await say(*await _reports(desk, ref), new=True)


async def make(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    """To whoever taps, in private. A drill reaches nobody's private chat: it stays in its room."""
    member = await require(desk, Permission.BREACH)
    place, _dot, phase = of.partition(".")
    report = await desk(reporting.make, ref, place, Phase(phase))
    document, locale = document_of(report)
    pdf = desk.slow(f"pdf {ref}", lambda: print_pdf(document))
    facts = json.dumps(report.as_json() | {"language": locale}, ensure_ascii=False, indent=2).encode()
    name = f"{ref}-{place}-{phase}"
    for content, ending in ((pdf, "pdf"), (facts, "json")):
        await desk(_hand_out, member, report.breach, phase, base64.b64encode(content).decode(), f"{name}.{ending}")
    if not report.drill:
        # Translators: a short answer to a tap of somebody of the privacy team.
        await say.toast(_("The report comes to you in private, as PDF and JSON."))


def _hand_out(tx: Tx, member: Member, breach: Breach, phase: str, content: str, name: str) -> None:
    if breach.drill:
        rooms.say(tx, breach.id, "breach_document", breach=breach.id, content=content, name=name)
    else:
        staff.tell(tx, member, "breach_report", ref=breach.id, phase=phase, content=content, name=name)


async def ask_when(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    place, _dot, phase = of.partition(".")
    yes = await confirm_tap(desk, member, _p("button", "Sent now"), "br_sent_now", ref, of, style="success")
    lines: list[Line | Html] = [
        # Translators: to the privacy team. {phase} is a kind of report, {authority} a public authority.
        _("{phase} to {authority}: when was it sent?", phase=phase_name(Phase(phase)), authority=_authority(desk, place)),
        # Translators: to the privacy team, who type a time. Please keep the example as it is.
        _("For another time, answer this message, like 2026-03-27 18:00 (UTC; or with +02:00 behind it)."),
    ]
    await say(join(lines, "\n"), [[yes, tap(_p("button", "Back"), "br_reports", ref)]], slot=prompt("breach-sent", ref, place, phase))


async def note_sent_now(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    member = await require(desk, Permission.BREACH)
    place, _dot, phase = (await redeem_tap(desk, member, "br_sent_now", ref, of)).partition(".")
    await _note(desk, say, member, ref, place, phase, await desk(lambda tx: tx.clock.now()))


async def note_sent(message: Message, desk: Desk, say: Say, asked: list[str]) -> None:
    member = await require(desk, Permission.BREACH)
    ref, place, phase = asked[:3]
    at = read_moment(message.text or "")
    if at is None:
        # Translators: to the privacy team, who typed a time that could not be read. Please keep the example as it is.
        again = prompt("breach-sent", ref, place, phase, AGAIN)
        await say.reply(_("I cannot read that as a time. Please answer the question again, like 2026-03-27 18:00."), slot=again)
        return
    await _note(desk, say, member, ref, place, phase, at)


async def list_all(message: Message, desk: Desk, say: Say) -> None:
    await require(desk, Permission.REGISTER)
    await say(*await _page(desk, 0))


async def turn(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await require(desk, Permission.REGISTER)
    await say(*await _page(desk, int(of)))


async def export(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    member = await require(desk, Permission.REGISTER)

    def hand_out(tx: Tx) -> None:
        entries = register.export(tx, member)
        content = register.as_csv(entries) if of == "csv" else register.as_json(entries)
        staff.tell(tx, member, "breach_register", content=content, name=f"breaches.{of}")

    await desk(hand_out)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("The register comes to you in private."))


async def _note(desk: Desk, say: Say, member: Member, ref: str, place: str, phase: str, at: datetime) -> None:
    await desk(reporting.mark_sent, member, ref, place, Phase(phase), at)
    await say(*await _reports(desk, ref))


async def _reports(desk: Desk, ref: str) -> tuple[Html, list[list[Button]]]:
    breach, policy = await desk(record.get, ref), policy_of(desk)
    # Translators: heading above the reports on a data breach to public authorities; {ref} is its reference.
    lines: list[Line | Html] = [_("<b>{ref}: reports to authorities</b>", ref=ref)]
    keyboard: list[list[Button]] = []
    for place, people in reporting.places(policy, breach).items():
        name = _authority(desk, place)
        # Translators: in a list. {authority} is a public authority; the number is of people concerned who live where it is responsible.
        lines.append(_n("<b>{authority}</b>: {n} person", "<b>{authority}</b>: {n} people", people, authority=name))
        sent = breach.reports.get(place, {})
        for phase in Phase:
            if phase.value in sent:
                at = moment(datetime.fromisoformat(sent[phase.value]))
                # Translators: in a list of reports. {phase} is a kind of report, {date} a date with time.
                lines.append(_("{phase}: sent on {date}", phase=phase_name(phase), date=at))
            elif breach.status == Status.OPEN:
                of = f"{place}.{phase.value}"
                where = policy_text(policy.jurisdictions[place].label, policy.values())
                # Translators: a button; {place} is where an authority is responsible, {phase} a kind of report.
                label = _p("button", "{place}: {phase}", place=where, phase=phase_name(phase))
                keyboard.append([tap(label, "br_report", ref, of), tap(_p("button", "Sent"), "br_sent", ref, of)])
    return join(lines, "\n"), keyboard


async def _page(desk: Desk, offset: int) -> tuple[Html, list[list[Button]]]:
    found, count = await desk(register.page, offset=offset, limit=_PAGE)
    # Translators: heading of a list for the privacy team.
    lines: list[Line | Html] = [_("<b>The register of data breaches</b>")]
    if not count:
        # Translators: in place of a list for the privacy team.
        lines.append(_("There has been none."))
    lines += [_entry(breach) for breach in found]
    turning = []
    if offset:
        turning.append(tap(_p("button", "◀ Newer"), "br_all", _ALL, str(max(0, offset - _PAGE))))
    if offset + _PAGE < count:
        turning.append(tap(_p("button", "Older ▶"), "br_all", _ALL, str(offset + _PAGE)))
    files = [tap(_p("button", "As CSV"), "br_export", _ALL, "csv"), tap(_p("button", "As JSON"), "br_export", _ALL, "json")] if count else []
    return join(lines, "\n"), [turning, files]


def _entry(breach: Breach) -> Line:
    people = record.total(breach, "affected")
    if breach.drill:
        # Translators: in a list: a drill. {ref} is a reference, {date} a day.
        return _("{ref} · DRILL · {date}", ref=breach.id, date=day(breach.aware_at))
    if is_kept(breach):
        # Translators: in a list: a data breach of which everybody was told. {ref} is a reference, {date} the day since when it is known.
        return _n("{ref} · {date} · {n} person · all told", "{ref} · {date} · {n} people · all told", people, ref=breach.id, date=day(breach.aware_at))
    # Translators: in a list: a data breach. {ref} is a reference, {date} and {due} are days.
    return _n(
        "{ref} · {date} · {n} person · to be told by {due}",
        "{ref} · {date} · {n} people · to be told by {due}",
        people,
        ref=breach.id,
        date=day(breach.aware_at),
        due=day(breach.due_at),
    )


def _authority(desk: Desk, place: str) -> Line:
    policy = policy_of(desk)
    where = policy.jurisdictions[place]
    return authority_name(where.regulator or where.authority, policy.values())
