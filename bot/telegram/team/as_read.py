"""What the person will read, before they read it: their language and their dates, in the team's group."""

from __future__ import annotations

from typing import Any

from bot.core.ports import Tx
from bot.core.support.working import Planned
from bot.telegram.notices import NOTICES
from bot.telegram.texts import PSEUDO, SOURCE, Html, current_locale, speaking


def as_read(tx: Tx, planned: Planned) -> Html:
    """The notice of a step that is planned."""
    return notice_as_read(tx, planned.case.subject, planned.notice, planned.data)


def notice_as_read(tx: Tx, subject: str, notice: str, data: dict[str, Any]) -> Html:
    """A notice as it would come to them now."""
    account = tx.accounts.find(id=subject) if subject else None
    place = tx.policy.jurisdictions.get(account.jurisdiction or "") if account else None
    locale = (account.locale if account else None) or SOURCE
    with speaking(current_locale() if current_locale() == PSEUDO else locale):
        said = NOTICES[notice](data, place.time_zone if place else "UTC").text
        return Html(f"<blockquote>{said.html}</blockquote>", said.plain)
