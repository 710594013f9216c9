"""What may be used for training, for a pipeline outside: only conversations of people who allow it now.

Nobody who opted out, whose processing is restricted (Art. 18) or whose account is closing is in it, nothing that retention should
have removed, and nothing that was typed to the bot: that is not a conversation with the product. The text is opened under the
purpose TRAINING, so the keychain refuses a restricted person even where this file would forget to ask. Whoever's data leaves has it
in their access log, written first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

from bot.core import access_log, consents, conversations
from bot.core.access_log import Role, Why
from bot.core.accounts import OPEN
from bot.core.consents import Purpose as Consented
from bot.core.conversations import Conversation
from bot.core.errors import RestrictedError, ShreddedError
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.work import Engine

_PAGE: Final = 100


class Wanted(Protocol):
    """Takes one conversation at a time."""

    def __call__(self, conversation: dict[str, Any], /) -> None: ...


def is_eligible(tx: Tx, subject: str) -> bool:
    """Whether this person's conversations may be used for training now."""
    account = tx.accounts.find(id=subject, opened=False)
    if account is None or account.status != OPEN or not tx.keys.exists(subject):
        return False
    return not tx.keys.is_restricted(subject) and consents.state(tx, subject, Consented.TRAINING).given


def eligible(tx: Tx, subject: str) -> Iterator[dict[str, Any]]:
    """One person's conversations that may be used now, each asked for anew: a person may opt out while this runs.

    One whose time is over is not used, whatever it is still there for: a legal hold, or a sweep that is late.
    """
    for conversation in tx.conversations.select(subject=subject, order_by="started_at", opened=False):
        if not is_eligible(tx, subject):
            return
        if _is_over(tx, conversation):
            continue
        texts = [
            {"role": message.role, "text": message.text}
            for message in conversations.messages(tx, subject, conversation.id)
        ]
        yield {"id": conversation.id, "started_on": _day(conversation.started_at), "messages": texts}


def stream(engine: Engine, take: Wanted) -> int:
    """Give every conversation that may be used to `take`, with bounded memory; how many there were."""
    count = 0
    after = ""
    while True:
        page = engine.read(lambda tx, after=after: _page(tx, after))  # type: ignore[misc]
        if not page:
            return count
        after = page[-1]
        for subject in engine.write(lambda tx, page=page: _open_for_training(tx, page)):  # type: ignore[misc]
            count += engine.read(lambda tx, subject=subject: _give(tx, subject, take), Purpose.TRAINING)  # type: ignore[misc]


def _page(tx: Tx, after: str) -> list[str]:
    return [account.id for account in tx.accounts.select(id__gt=after, limit=_PAGE, opened=False)]


def _open_for_training(tx: Tx, page: list[str]) -> list[str]:
    """Those of the page who may be used and have something, each with an entry in their access log."""
    used = [subject for subject in page if tx.conversations.count(subject=subject) and is_eligible(tx, subject)]
    for subject in used:
        access_log.record(tx, subject, role=Role.TRAINING, why=Why.TRAINING)
    return used


def _give(tx: Tx, subject: str, take: Wanted) -> int:
    count = 0
    with suppress(RestrictedError, ShreddedError):  # restricted or erased while we read: nothing more of this person
        for conversation in eligible(tx, subject):
            take(conversation)
            count += 1
    return count


def _is_over(tx: Tx, conversation: Conversation) -> bool:
    until = conversations.expires_at(tx, conversation)
    return until is not None and until <= tx.clock.now()


def _day(at: datetime) -> str:
    return at.date().isoformat()
