"""A breach's card and title in the team's group: its clock, whom it concerns, who was told. Counts only, never what was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.breaches import Breach, Status, reporting
from bot.core.breaches.agreeing import KIND
from bot.core.breaches.clock import is_kept
from bot.core.breaches.record import is_found, total, waiting
from bot.core.ports import Tx
from bot.core.support import four_eyes
from bot.telegram.breach_words import authority_name, risk_name
from bot.telegram.formats import day, listing, moment, number, percent
from bot.telegram.keyboards import Button
from bot.telegram.regions import region_label
from bot.telegram.team.here import tap
from bot.telegram.texts import Html, Line, _, _n, _p, join

TITLE_AT_MOST = 128


def title(breach: Breach) -> str:
    """A topic's title."""
    if breach.drill:
        # Translators: title of a topic in the team's group. {ref} is a reference, {date} the day by which everybody has to be told.
        line = _("{ref} · DRILL · {date}", ref=breach.id, date=day(breach.due_at))
    else:
        # Translators: title of a topic in the team's group. {ref} is a reference, {date} the day by which everybody has to be told.
        line = _("{ref} · Data breach · {date}", ref=breach.id, date=day(breach.due_at))
    return line.plain[:TITLE_AT_MOST]


def card(tx: Tx, breach: Breach) -> tuple[Html, list[list[Button]]]:
    """As it is now."""
    lines: list[Line | Html] = [*_head(breach), *_clock(tx, breach), *_people(breach), *_agreement(tx, breach), *_reports(tx, breach)]
    return join(lines, "\n"), _buttons(tx, breach)


def summary(tx: Tx, breach: Breach) -> Html:
    """What it is, and its dates: for who looks for it."""
    return join([*_head(breach), *_clock(tx, breach)], "\n")


def _head(breach: Breach) -> list[Line | Html]:
    lines: list[Line | Html] = []
    if breach.drill:
        # Translators: on a card of the privacy team.
        lines.append(_("<b>DRILL: nobody is written to.</b>"))
    # Translators: on a card of the privacy team. {ref} is a reference such as BRE-7K2M4Q.
    lines.append(_("<b>{ref}</b> · Data breach", ref=breach.id))
    if breach.status == Status.CLOSED and breach.closed_at is not None:
        # Translators: on a card of the privacy team.
        lines.append(_("Closed: {date}", date=moment(breach.closed_at)))
    # Translators: on a card of the privacy team. {regions} is a list of regions, {risk} is "high" or "low".
    lines.append(
        _(
            "Regions: {regions} · risk: {risk}",
            regions=listing([region_label(region).plain for region in breach.regions.split()]),
            risk=risk_name(breach.risk),
        )
    )
    return lines


def _clock(tx: Tx, breach: Breach) -> list[Line | Html]:
    lines: list[Line | Html] = [
        # Translators: on a card of the privacy team: the clock of a data breach. Both are dates with time.
        _("Aware since {aware}, everybody has to be told by <b>{due}</b>", aware=moment(breach.aware_at), due=moment(breach.due_at))
    ]
    if breach.status == Status.CLOSED or is_kept(breach):
        return lines
    if tx.clock.now() >= breach.due_at:
        # Translators: on a card of the privacy team.
        lines.append(_("<b>Overdue.</b>"))
    elif breach.warned:
        # Translators: on a card of the privacy team. {share} is a percentage.
        lines.append(_("{share} of the time is over.", share=percent(breach.warned / 100)))
    return lines


def _people(breach: Breach) -> list[Line | Html]:
    if breach.drill and breach.status == Status.CLOSED:
        # Translators: on a card of the privacy team, after a drill.
        return [_("The drill is over; what it worked out about people was removed.")]
    lines: list[Line | Html] = []
    unserved = [region for region, each in breach.counts.items() if each.get("unserved")]
    if unserved:
        # Translators: on a card of the privacy team. {regions} is a list of regions whose data this program cannot reach.
        lines.append(_("<b>Not reachable from here: {regions}</b>", regions=listing([region_label(name).plain for name in unserved])))
    if not is_found(breach):
        # Translators: on a card of the privacy team: the program is working out who is affected by a data breach.
        return [*lines, _("People concerned: being worked out …")]
    affected = total(breach, "affected")
    # Translators: on a card of the privacy team.
    lines.append(_n("People concerned: {n}", "People concerned: {n}", affected))
    if affected:
        # Translators: on a card of the privacy team: how many of the people concerned stand where. All are numbers.
        lines.append(
            _(
                "To be told: {due} · on the way: {sent} · told: {told} · not reached: {unreached}",
                **{name: number(total(breach, name)) for name in ("due", "sent", "told", "unreached")},
            )
        )
    if unfit := total(breach, "unfit"):
        # Translators: on a card of the privacy team. The record of a data breach was changed after people were found by it.
        lines.append(
            _n(
                "{n} of them would not be found by the record as it is now, and stays on the list.",
                "{n} of them would not be found by the record as it is now, and stay on the list.",
                unfit,
            )
        )
    if erased := total(breach, "erased"):
        # Translators: on a card of the privacy team. Who had such an account cannot be told any more.
        lines.append(
            _n(
                "{n} account was erased since data lay open; whether it was concerned is not known any more.",
                "{n} accounts were erased since data lay open; whether they were concerned is not known any more.",
                erased,
            )
        )
    return lines


def _agreement(tx: Tx, breach: Breach) -> list[Line | Html]:
    if breach.status == Status.CLOSED:
        return []
    if breach.told_at is not None:
        # Translators: on a card of the privacy team: everybody who can be reached has been told of a data breach.
        found: list[Line | Html] = [_("Everybody who can be reached was told on {date}.", date=moment(breach.told_at))]
    else:
        found = []
    if breach.agreed_version and not breach.is_agreed and waiting(breach):
        # Translators: on a card of the privacy team: the text to people was changed after two persons had agreed to it.
        found.append(_("<b>The record was changed since two people agreed. Whoever is not told yet waits for a new agreement.</b>"))
    if any(proposal.kind == KIND for proposal in four_eyes.open_of(tx, breach.id)):
        # Translators: on a card of the privacy team.
        found.append(_("Telling people waits for a second person to agree."))
    return found


def _reports(tx: Tx, breach: Breach) -> list[Line | Html]:
    if not is_found(breach) or (breach.drill and breach.status == Status.CLOSED):
        return []
    lines: list[Line | Html] = []
    for place in reporting.places(tx.policy, breach):
        where = tx.policy.jurisdictions[place]
        name = authority_name(where.regulator or where.authority, tx.policy.values())
        sent: Sequence[str] = list(breach.reports.get(place, {}).values())
        if sent:
            # Translators: on a card of the privacy team. {authority} is a public authority, {date} a date with time.
            lines.append(_("Report to {authority}: sent {date}", authority=name, date=moment(datetime.fromisoformat(max(sent)))))
        else:
            # Translators: on a card of the privacy team. {authority} is a public authority.
            lines.append(_("Report to {authority}: not sent yet", authority=name))
    return lines


def _buttons(tx: Tx, breach: Breach) -> list[list[Button]]:
    if breach.status == Status.CLOSED:
        return []
    ref = breach.id
    keyboard = [
        [tap(_p("button", "What people will read"), "br_pre", ref)],
        [tap(_p("button", "Change the record"), "br_list", ref), tap(_p("button", "Translations"), "br_texts", ref)],
        [tap(_p("button", "Reports to authorities"), "br_reports", ref)],
    ]
    if is_found(breach) and waiting(breach) and not breach.is_agreed:
        keyboard.append([tap(_p("button", "Tell the people"), "br_tell", ref, style="primary")])
    keyboard.append([tap(_p("button", "Close"), "br_close", ref)])
    return keyboard
