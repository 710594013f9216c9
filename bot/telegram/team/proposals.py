"""What needs four eyes, as it stands in the team's group: what it is, who proposed it, until when a second person may agree.

`in_words` registers what a kind of proposal says; whoever registers a deed (bot/core/support/four_eyes.py) registers its words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core.ports import Tx
from bot.core.staff import Member
from bot.core.support import four_eyes
from bot.core.support.four_eyes import Outcome, Proposal
from bot.telegram.formats import moment
from bot.telegram.team.here import tap
from bot.telegram.team.roles import member_link
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import Html, Line, _, _p, join

Words = Callable[[Tx, Proposal], list[Line | Html]]

_WORDS: dict[str, Words] = {}


def in_words(kind: str) -> Callable[[Words], Words]:
    """Register what is said of a kind of proposal: what it would do, and why. It is rendered again whenever it changes."""

    def register(words: Words) -> Words:
        _WORDS[kind] = words
        return words

    return register


@saying
def proposal(tx: Tx, data: dict[str, Any]) -> Saying | None:
    """With its buttons while it is open; afterwards with how it ended."""
    found = tx.proposals.find(id=data["id"])
    if found is None:
        return None  # erased with the person
    lines: list[Line | Html] = [
        # Translators: in the privacy team's group: something that a second person has to agree to.
        _("<b>Needs four eyes</b>"),
        *_WORDS[found.kind](tx, found),
        # Translators: in the privacy team's group. {number} is the number of a colleague.
        _("Proposed by team member {number}.", number=found.by),
        _ending(found),
    ]
    if found.outcome:
        return Saying(join(lines, "\n"))
    lines.append(_second(four_eyes.second_eyes(tx, found)))
    buttons = [
        tap(_p("button", "Agree"), "agree", found.ref, found.id, style="success"),
        tap(_p("button", "Decline"), "decline", found.ref, found.id),
    ]
    return Saying(join(lines, "\n"), [buttons])


def _second(members: list[Member]) -> Line:
    """Named so that their phones tell them."""
    if not members:
        # Translators: in the privacy team's group, below a proposal; /grant is a command.
        return _("Nobody else of the team has the role to agree. An owner can give it with /grant.")
    links = [member_link(each) for each in members]
    named = Html(", ".join(link.html for link in links), ", ".join(link.plain for link in links))
    # Translators: in the privacy team's group, below a proposal. {members} is a list such as: team member 1, team member 3.
    return _("Who can agree: {members}", members=named)


def _ending(found: Proposal) -> Line:
    if not found.outcome:
        # Translators: in the privacy team's group, below a proposal. {until} is a date with time.
        return _("Somebody else of the team has to agree until {until}; otherwise nothing happens.", until=moment(found.expires_at))
    match Outcome(found.outcome):
        case Outcome.AGREED:
            # Translators: in the privacy team's group, below a proposal. {number} is the number of a colleague.
            return _("<b>Team member {number} agreed. It was done.</b>", number=found.decided_by)
        case Outcome.DECLINED:
            # Translators: in the privacy team's group, below a proposal. {number} is the number of a colleague.
            return _("<b>Declined by team member {number}. Nothing was done.</b>", number=found.decided_by)
        case Outcome.LAPSED:
            # Translators: in the privacy team's group, below a proposal that nobody agreed to in time.
            return _("<b>Nobody agreed in time. Nothing was done.</b>")
        case Outcome.OVERTAKEN:
            # Translators: in the privacy team's group, below a proposal to tell people of a data breach: its record was changed.
            return _("<b>The record was changed since. Nothing was done; please propose it anew.</b>")
