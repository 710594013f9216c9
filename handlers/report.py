"""/report in the team's group → each promise of the policy: how it was kept, in all regions. Counts only, nothing about a person."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.core import access_log
from bot.core.errors import NotAllowedError
from bot.core.policies import Policy
from bot.core.ports import Tx
from bot.core.report import Kept, in_all, report
from bot.core.staff import Permission
from bot.telegram.answers import policy_of
from bot.telegram.charts import draw
from bot.telegram.desk import Desk
from bot.telegram.filters import Private
from bot.telegram.formats import length, listing, number
from bot.telegram.promises import heading, nothing_due, promise_chart, promise_line
from bot.telegram.regions import Regions, region_label
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup, require
from bot.telegram.texts import Html, Line, _, join


def create_router() -> Router:
    router = Router(name="report")
    router.message.register(show, InTeamGroup(), Command("report"))
    router.message.register(refuse, Private(), Command("report"))
    return router


async def show(message: Message, desk: Desk, say: Say) -> None:
    await require(desk, Permission.FIGURES)
    regions: Regions = desk.services["regions"]
    policy = policy_of(desk)
    found: dict[str, list[Kept]] = desk.slow("report", lambda: {name: regions.engine(name).read(report) for name in regions.used()})
    together = in_all(list(found.values()))
    chart = promise_chart(policy, together)
    picture = desk.slow("chart", lambda: draw(chart))
    lines: list[Line | Html] = [heading(policy)]
    if len(found) > 1:
        # Translators: in a report: {regions} is a list of the regions whose figures were added up.
        lines.append(_("All regions together: {regions}", regions=listing([region_label(name).plain for name in found])))
    await say.reply(join([*lines, *(_promise(policy, each) for each in together)]))
    await say.picture(picture.png, picture.caption)


async def refuse(message: Message, desk: Desk, say: Say) -> None:
    def note(tx: Tx) -> None:
        actor = desk.found.pseudonym if desk.found else "stranger"
        access_log.refuse(tx, None, role="subject", actor=actor, what="report")
        raise NotAllowedError("report")

    await desk(note)


def _promise(policy: Policy, each: Kept) -> Html:
    lines: list[Line | Html] = [promise_line(policy, each)]
    if not each.due and not each.open:
        lines.append(nothing_due())
        return join(lines, "\n")
    # Translators: in a report on a promise: counts.
    lines.append(
        _(
            "Due: {due} · kept: {kept} · late: {late} · open: {open}",
            due=number(each.due),
            kept=number(each.kept),
            late=number(each.late),
            open=number(each.open),
        )
    )
    if each.median is not None and each.worst is not None:
        # Translators: in a report on a promise: how long it took; {median} and {worst} are amounts of time.
        lines.append(_("Median: {median} · worst: {worst}", median=_took(each.median), worst=_took(each.worst)))
    elif each.worst is not None:
        # Translators: in a report on a promise; {worst} is an amount of time.
        lines.append(_("Worst: {worst}", worst=_took(each.worst)))
    return join(lines, "\n")


def _took(span: timedelta) -> str:
    return length(max(span, timedelta(seconds=1)))
