"""What the person will read, before they read it: their language and their dates, in the team's group."""

from __future__ import annotations

from typing import Any

from bot.core.ports import Tx
from bot.core.support.working import Planned
from bot.telegram.formats import language_name
from bot.telegram.notices import NOTICES
from bot.telegram.texts import PSEUDO, SOURCE, Html, _, current_locale, join, speaking


def as_read(tx: Tx, planned: Planned) -> Html:
    """The notice of a step that is planned."""
    return notice_as_read(tx, planned.case.subject, planned.notice, planned.data)


def notice_as_read(tx: Tx, subject: str, notice: str, data: dict[str, Any]) -> Html:
    """A notice as it would come to them now, and below it the same in the language of the team, where that is another."""
    account = tx.accounts.find(id=subject) if subject else None
    place = tx.policy.jurisdictions.get(account.jurisdiction or "") if account else None
    zone = place.time_zone if place else "UTC"
    ours = current_locale()
    theirs = ours if ours == PSEUDO else (account.locale if account else None) or SOURCE
    read = _said(notice, data, zone, theirs)
    if theirs == ours:
        return read
    # Translators: in the team's group: the same text again in the language of the team.
    heading = _("In the language of the team ({language}):", language=language_name(ours))
    return join([read, heading, _said(notice, data, zone, ours)], "\n")


def _said(notice: str, data: dict[str, Any], zone: str, locale: str) -> Html:
    with speaking(locale):
        said = NOTICES[notice](data, zone).text
        return Html(f"<blockquote>{said.html}</blockquote>", said.plain)
