"""What the team hears of a coming version of the policy: before people do."""

from __future__ import annotations

from typing import Any

from bot.core.policies import versions
from bot.core.ports import Tx
from bot.telegram.formats import day
from bot.telegram.policy_changes import change_line
from bot.telegram.team.here import tap
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import Html, Line, _, _p, join

_SHOWN_CHANGES = 25


@saying
def policy_coming(tx: Tx, data: dict[str, Any]) -> Saying:
    """A new version is there, with what it changes and when people are told."""
    text = coming(tx, data["version"])
    look = tap(_p("button", "What people will read"), "policy_preview", data["version"])
    tell = tap(_p("button", "Tell people now"), "policy_tell", data["version"])
    return Saying(text, [[look], [tell]])


def coming(tx: Tx, version: str) -> Html:
    """A version in words: what it changes, since when it holds, whether people were told."""
    found, changes = versions.changes_of(tx, version)
    values = tx.policy.values()
    lines: list[Line | Html] = [
        # Translators: to the privacy team. {version} is the name of a version of the policy.
        _("<b>Policy version {version}</b>: holds from {date}", version=version, date=day(found.effective_at))
    ]
    listed = [change_line(change.as_json(), values) for change in changes[:_SHOWN_CHANGES]]
    # Translators: to the privacy team, about a version of the policy.
    lines.append(join(listed, "\n") if listed else _("It changes nothing that was published before."))
    if found.announced_at is not None:
        # Translators: to the privacy team, about a version of the policy.
        lines.append(_("People were told on {date}.", date=day(found.announced_at)))
    else:
        told_at = next((item.due_at for item in tx.work.select(kind=versions.ANNOUNCE, ref=version, state="waiting")), None)
        if told_at is not None:
            # Translators: to the privacy team, about a version of the policy.
            lines.append(_("People are told on {date}, in their languages.", date=day(max(told_at, tx.clock.now()))))
    return join(lines)


