"""A case's card and title in the team's group: what it is about, its dates, who works on it. Never a name, never what was written."""

from __future__ import annotations

import hashlib
from datetime import datetime

from bot.core.cases import Case, Status
from bot.core.cases.clocks import stands
from bot.core.ports import Tx
from bot.core.support.groups import TeamGroup
from bot.telegram.case_words import right_name, status_name
from bot.telegram.formats import day, language_name, moment
from bot.telegram.keyboards import Button, Keyboard
from bot.telegram.team.here import tap
from bot.telegram.texts import Html, Line, _, _p, join, policy_text, verbatim

TITLE_AT_MOST = 128


def title(case: Case, zone: str = "UTC") -> str:
    """A topic's title: reference, right, due. No name of anybody."""
    # Translators: title of a topic in the team's group. {ref} is a case reference, {right} what it is about, {date} its due date.
    line = _("{ref} · {right} · {date}", ref=case.id, right=right_name(case.right), date=day(case.target_due, zone))
    return line.plain[:TITLE_AT_MOST]


def card(tx: Tx, case: Case, group: TeamGroup) -> tuple[Html, Keyboard]:
    """The card of a case, as it is now."""
    now = tx.clock.now()
    lines: list[Line | Html] = [
        _("<b>{ref}</b> · {right}", ref=case.id, right=right_name(case.right)),
        _("State: {status}", status=status_name(case)),
    ]
    lines += _person(tx, case)
    lines += _dates(case, now)
    lines.append(_worked_on_by(case))
    return join(lines, "\n"), _buttons(case)


def digest(text: Html, keyboard: Keyboard) -> str:
    """Tells two cards apart."""
    buttons = [[button.as_json() for button in row] for row in keyboard]
    return hashlib.sha256(f"{text.html}{buttons}".encode()).hexdigest()[:32]


def _person(tx: Tx, case: Case) -> list[Line | Html]:
    account = tx.accounts.find(id=case.subject) if case.subject else None
    if account is None:
        # Translators: on a card of the privacy team: the account was erased.
        return [_("The person was erased; the case names nobody any more.")]
    place = tx.policy.jurisdictions.get(account.jurisdiction or "")
    # Translators: on a card of the privacy team. {pseudonym} stands for a person whose name the team does not see.
    lines: list[Line | Html] = [_("Person: {pseudonym}", pseudonym=verbatim(account.pseudonym))]
    if account.locale:
        # Translators: on a card of the privacy team: the language that the person reads.
        lines.append(_("Language: {language}", language=language_name(account.locale)))
    if place is not None:
        # Translators: on a card of the privacy team: where the person says to live, and which law follows.
        lines.append(
            _(
                "Lives in: {place} ({regime})",
                place=policy_text(place.label, tx.policy.values()),
                regime=verbatim(tx.policy.regimes[place.regime].name),
            )
        )
    return lines


def _dates(case: Case, now: datetime) -> list[Line | Html]:
    if case.is_closed:
        # Translators: on a card of the privacy team.
        return [_("Closed: {date}", date=moment(case.closed_at or now))]
    lines: list[Line | Html] = [_("Due by: {date}", date=moment(case.target_due))]
    if case.legal_due is not None and case.legal_due != case.target_due:
        # Translators: on a card of the privacy team: the date that the law sets, later than our own promise.
        lines.append(_("The law's date: {date}", date=moment(case.legal_due)))
    if stands(case):
        # Translators: on a card of the privacy team: the clock of a case stands still while the person is asked something.
        lines.append(_("The clock stands while the person is asked."))
    elif case.is_overdue(now):
        # Translators: on a card of the privacy team.
        lines.append(_("<b>Overdue.</b>"))
    return lines


def _worked_on_by(case: Case) -> Line:
    if case.assignee:
        # Translators: on a card of the privacy team. {number} is the number of a colleague.
        return _("Worked on by: team member {number}", number=case.assignee)
    # Translators: on a card of the privacy team.
    return _("Worked on by: nobody yet")


def _buttons(case: Case) -> list[list[Button]]:
    if case.is_closed:
        return [[tap(_p("button", "Reopen"), "reopen", case.id)]] if case.subject else []
    first = (
        tap(_p("button", "Release"), "release", case.id)
        if case.assignee
        else tap(_p("button", "Claim"), "claim", case.id, style="primary")
    )
    return [
        [first, tap(_p("button", "Assign"), "assign", case.id)],
        [tap(_p("button", "Reply"), "reply", case.id), tap(_p("button", "Canned answer"), "canned", case.id)],
        [tap(_p("button", "Ask for more"), "ask", case.id), tap(_p("button", "Extend"), "extend", case.id)],
        [tap(_p("button", "Escalate"), "escalate", case.id), tap(_p("button", "Refuse"), "refuse", case.id)],
        *([[tap(_p("button", "Done"), "done", case.id, style="success")]] if case.status != Status.WAITING else []),
    ]
