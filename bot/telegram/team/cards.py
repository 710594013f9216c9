"""A case's card and title in the team's group: what it is about, its dates, who the person is as far as the team may know, what stands
in its way, who works on it. Never a name, never what was written. The buttons are the same for everybody: who taps is checked then."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, marks
from bot.core.cases.clocks import stands
from bot.core.ports import Tx
from bot.core.support import bans, four_eyes
from bot.core.support.groups import TeamGroup
from bot.telegram.formats import day, language_name, listing, moment, percent
from bot.telegram.keyboards import Keyboard
from bot.telegram.team import words
from bot.telegram.team.card_buttons import buttons
from bot.telegram.texts import Html, Line, _, join, policy_text, verbatim

TITLE_AT_MOST = 128
_STEPS = 10
"""The time used is shown in tenths: so many times the card changes by itself."""
_JUST_AFTER = timedelta(seconds=1)


def title(case: Case, zone: str = "UTC") -> str:
    """A topic's title: reference, right, due. No name of anybody."""
    # Translators: title of a topic in the team's group. {ref} is a case reference, {right} what it is about, {date} its due date.
    line = _("{ref} · {right} · {date}", ref=case.id, right=words.about(case.right), date=day(case.target_due, zone))
    return line.plain[:TITLE_AT_MOST]


def card(tx: Tx, case: Case, group: TeamGroup) -> tuple[Html, Keyboard]:
    """The card of a case, as it is now."""
    now = tx.clock.now()
    account = tx.accounts.find(id=case.subject) if case.subject else None
    lines: list[Line | Html] = [
        _("<b>{ref}</b> · {right}", ref=case.id, right=words.about(case.right)),
        _("State: {status}", status=words.state(case)),
        *_alarms(tx, case, now),
        Html("", ""),
        *_dates(tx, case, now),
        Html("", ""),
        *_person(tx, case, account),
        Html("", ""),
        *_waiting(tx, case),
        _worked_on_by(case),
    ]
    return join(lines, "\n"), buttons(tx, case, group)


def changes_at(case: Case, now: datetime) -> datetime | None:
    """When an open case's card is out of date by the time alone: at the next tenth, or when it is late."""
    if case.is_closed or stands(case) or now > case.target_due:
        return None
    tenth = int(marks.used(case, now) * _STEPS) + 1
    return min(marks.mark_at(case, tenth * 100 // _STEPS), case.target_due) + _JUST_AFTER


def digest(text: Html, keyboard: Keyboard) -> str:
    """Tells two cards apart."""
    rows = [[button.as_json() for button in row] for row in keyboard]
    return hashlib.sha256(f"{text.html}{rows}".encode()).hexdigest()[:32]


def _alarms(tx: Tx, case: Case, now: datetime) -> list[Line | Html]:
    lines: list[Line | Html] = []
    if case.is_overdue(now):
        # Translators: on a card of the privacy team.
        lines.append(_("<b>Overdue.</b>"))
    if case.escalated_at is not None:
        # Translators: on a card of the privacy team: the case is with the data protection officer.
        lines.append(_("<b>With the data protection officer</b> since {date}", date=moment(case.escalated_at)))
    if case.subject and tx.keys.is_held(case.subject):
        # Translators: on a card of the privacy team: nothing of this person may be erased.
        lines.append(_("<b>Legal hold:</b> this account is not erased."))
    ban = bans.find(tx, case.subject) if case.subject else None
    if ban is not None:
        # Translators: on a card of the privacy team: the person cannot ask or write any more, but has all rights.
        lines.append(_("<b>Banned</b> since {date}: rights only.", date=moment(ban.at)))
    return lines


def _dates(tx: Tx, case: Case, now: datetime) -> list[Line | Html]:
    lines: list[Line | Html] = []
    if case.acknowledged_at is None and not case.is_closed:
        # Translators: on a card of the privacy team.
        lines.append(_("Acknowledge by: {date}", date=moment(case.acknowledge_by)))
    elif case.acknowledged_at is not None:
        # Translators: on a card of the privacy team.
        lines.append(_("Acknowledged: {date}", date=moment(case.acknowledged_at)))
    if case.status == Status.GRACE and case.grace_until is not None:
        # Translators: on a card of the privacy team, about the deletion of an account.
        lines.append(_("Can be taken back until: {date}", date=moment(case.grace_until)))
    if case.purge_by is not None and not case.is_closed:
        # Translators: on a card of the privacy team, about the deletion of an account.
        lines.append(_("Gone from all backups by: {date}", date=moment(case.purge_by)))
    if case.is_closed:
        # Translators: on a card of the privacy team.
        return [*lines, _("Closed: {date}", date=moment(case.closed_at or now))]
    # Translators: on a card of the privacy team: the date that was promised to the person.
    lines.append(_("Due by: {date}", date=moment(case.target_due)))
    if case.legal_due is not None and case.legal_due != case.target_due:
        # Translators: on a card of the privacy team: the date that the law sets, later than our own promise.
        lines.append(_("The law's date: {date}", date=moment(case.legal_due)))
    return [*lines, *_clock(case, now), *_extension(tx, case)]


def _clock(case: Case, now: datetime) -> list[Line | Html]:
    tenths = max(0, min(int(marks.used(case, now) * _STEPS), _STEPS))
    bar = verbatim("▰" * tenths + "▱" * (_STEPS - tenths))
    # Translators: on a card of the privacy team. {bar} is a drawn bar, {share} a percentage.
    lines: list[Line | Html] = [_("Time used: {bar} {share}", bar=bar, share=percent(tenths / _STEPS))]
    if case.waiting_since is None:
        return lines
    if not stands(case):
        # Translators: on a card of the privacy team: the law of the case knows no pause, so its date does not move.
        return [*lines, _("The person was asked; the clock goes on all the same.")]
    if case.pauses.get("for") == "identity":
        # Translators: on a card of the privacy team: the clock of a case stands still.
        return [*lines, _("The clock stands since {date}: the person is to show who they are.", date=moment(case.waiting_since))]
    # Translators: on a card of the privacy team: the clock of a case stands still.
    return [*lines, _("The clock stands since {date}: the person was asked something.", date=moment(case.waiting_since))]


def _extension(tx: Tx, case: Case) -> list[Line | Html]:
    if case.extended_at is None:
        return []
    entries = tx.audit.select(ref=case.id, tag=Tag.CASE_EXTENDED.value, order_by="-id", limit=1)
    reason = json.loads(entries[0].details)["reason"] if entries else ""
    # Translators: on a card of the privacy team: the person was told on {date} that it takes longer. {reason} is e.g. "Complex request".
    return [_("Extended: {date}. {reason}", date=moment(case.extended_at), reason=words.delay_reason(reason))]


def _person(tx: Tx, case: Case, account: Account | None) -> list[Line | Html]:
    if account is None:
        # Translators: on a card of the privacy team: the account was erased.
        return [_("The person was erased; the case names nobody any more.")]
    # Translators: on a card of the privacy team. {pseudonym} stands for a person whose name the team does not see.
    lines: list[Line | Html] = [_("Person: {pseudonym}", pseudonym=verbatim(account.pseudonym))]
    if account.locale:
        # Translators: on a card of the privacy team: the language that the person reads.
        lines.append(_("Language: {language}", language=language_name(account.locale)))
    lines.append(_place(tx, case))
    lines.append(_verified(tx, account))
    others = [other.id for other in tx.cases.select(subject=account.id, closed_at=None, order_by="opened_at", opened=False) if other.id != case.id]
    if others:
        # Translators: on a card of the privacy team. {refs} is a list of case references of the same person.
        lines.append(_("Also open: {refs}", refs=listing(others)))
    about = (case.details or {}).get("about") if case.right == Right.COMPLAINT else None
    if about:
        # Translators: on a card of the privacy team: which case a complaint is about.
        lines.append(_("About case: {ref}", ref=about))
    return lines


def _place(tx: Tx, case: Case) -> Line:
    """Where they lived when it came in: its dates follow from that."""
    place = tx.policy.jurisdictions.get(case.jurisdiction or "")
    if place is None:
        # Translators: on a card of the privacy team: the person did not say where they live.
        return _("Lives in: not said (dates of the policy)")
    # Translators: on a card of the privacy team: where the person says to live, and which law follows.
    return _(
        "Lives in: {place} ({regime})",
        place=policy_text(place.label, tx.policy.values()),
        regime=verbatim(tx.policy.regimes[place.regime].name),
    )


def _verified(tx: Tx, account: Account) -> Line:
    links = tx.links.select(subject=account.id, order_by="linked_at", opened=False)
    tag = Tag.PASSWORD_CONFIRMED.value
    confirmed = tx.audit.select(subject=account.pseudonym, tag=tag, order_by="-id", limit=1)
    if not links:
        # Translators: on a card of the privacy team: what is known about who is speaking.
        return _("Verified: nothing; no Telegram account is linked.")
    since = moment(links[0].linked_at)
    if not confirmed:
        # Translators: on a card of the privacy team: what is known about who is speaking.
        return _("Verified: the Telegram account linked since {date}", date=since)
    # Translators: on a card of the privacy team: what is known about who is speaking.
    return _("Verified: the Telegram account linked since {date}; password confirmed {confirmed}", date=since, confirmed=moment(confirmed[0].at))


def _waiting(tx: Tx, case: Case) -> list[Line | Html]:
    return [
        # Translators: on a card of the privacy team. {what} is e.g. "a refusal", {number} the number of a colleague.
        _("Waits for a second person: {what}, proposed by team member {number}", what=words.kind_name(each.kind), number=each.by)
        for each in four_eyes.open_of(tx, case.id)
    ]


def _worked_on_by(case: Case) -> Line:
    if case.assignee:
        # Translators: on a card of the privacy team. {number} is the number of a colleague.
        return _("Worked on by: team member {number}", number=case.assignee)
    # Translators: on a card of the privacy team.
    return _("Worked on by: nobody yet")
