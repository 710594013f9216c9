"""What is said of a breach in its room, and what needs four eyes about it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from bot.core.breaches import record
from bot.core.breaches.agreeing import KIND
from bot.core.breaches.record import waiting
from bot.core.ports import Tx
from bot.core.support.four_eyes import Proposal
from bot.telegram.formats import moment, number, percent
from bot.telegram.team.proposals import in_words
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import Html, Line, _, _n, join


@saying
def breach_progress(tx: Tx, data: dict[str, Any]) -> Saying:
    """One message that changes while people are told."""
    counts = {name: number(count) for name, count in data["numbers"].items()}
    lines: list[Line | Html] = []
    if data["drill"]:
        # Translators: in the privacy team's group, during a drill for data breaches.
        lines.append(_("DRILL: counted only, nobody is written to."))
    # Translators: in the privacy team's group, while people are told of a data breach. All are numbers.
    lines.append(
        _("Told: {told} of {affected} · on the way: {sent} · to be told: {due} · not reached: {unreached}", **counts)
    )
    if data["numbers"]["unreached"]:
        # Translators: in the privacy team's group, about people who could not be told of a data breach.
        lines.append(_("Whoever was not reached is told as soon as they are back. The data protection officer has the list."))
    return Saying(join(lines, "\n"))


@saying
def breach_warned(tx: Tx, data: dict[str, Any]) -> Saying:
    """The clock of a breach has passed a mark."""
    return Saying(warning(data))


@saying
def breach_document(tx: Tx, data: dict[str, Any]) -> Saying:
    """A report of a drill: it goes to nobody's private chat."""
    # Translators: comes with a document of a drill; {ref} is a reference.
    text = _("DRILL: the report of {ref}. In a real case only the data protection officer gets it, in private.", ref=data["breach"])
    return Saying(text, document=(base64.b64decode(data["content"]), data["name"]))


def warning(data: dict[str, Any]) -> Html:
    """That a part of the time, or all of it, is over. Without `ref` where the room says it."""
    due = moment(datetime.fromisoformat(data["due"]))
    lines: list[Line | Html] = []
    if data["drill"]:
        # Translators: in the privacy team's group, above what is part of a drill.
        lines.append(_("DRILL"))
    if "ref" in data:
        # Translators: to somebody of the privacy team; {ref} is the reference of a data breach.
        lines.append(_("<b>Data breach {ref}</b>", ref=data["ref"]))
    if data["percent"] >= 100:
        # Translators: to the privacy team, about a data breach. {due} is a date with time.
        lines.append(_("<b>The time is over: people and authorities had to be told by {due}.</b>", due=due))
    else:
        # Translators: to the privacy team, about a data breach. {share} is a percentage, {due} a date with time.
        lines.append(_("{share} of the time is over. People and authorities have to be told by {due}.", share=percent(data["percent"] / 100), due=due))
    return join(lines, "\n")


@in_words(KIND)
def notice_proposed(tx: Tx, proposal: Proposal) -> list[Line | Html]:
    """Telling the people of a breach."""
    breach = record.get(tx, proposal.ref)
    people = waiting(breach)
    if breach.drill:
        # Translators: in the privacy team's group, part of a drill: what a second person has to agree to.
        return [_n("DRILL: tell {n} person of this breach (counted only).", "DRILL: tell {n} people of this breach (counted only).", people)]
    # Translators: in the privacy team's group: what a second person has to agree to.
    return [
        _n("Tell {n} person of this data breach, in their language. It cannot be unsaid.", "Tell {n} people of this data breach, each in their language. It cannot be unsaid.", people)
    ]
