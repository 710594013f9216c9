"""Confirmations: single-use tokens behind the buttons that change something.

A token is bound to person, chat, action and expiry and stored only as a hash. A forged, foreign, expired or second tap changes
nothing; which of these it was is told politely.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import ConfirmationExpiredError, ConfirmationForeignError, ConfirmationUsedError
from bot.core.ids import new_token
from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A button waiting to be tapped. `target` is an opaque id of what it is about."""

    id: str
    subject: str
    chat: str
    action: str
    target: str
    expires_at: datetime
    used_at: datetime | None = None


def issue(tx: Tx, *, subject: str, chat: str, action: str, target: str = "") -> str:
    """The token for a button that does `action`; `chat` is the blind index of the chat it is shown in."""
    token = new_token(tx.random)
    expires = tx.clock.now() + tx.policy.safeguards.confirmation_valid.as_timedelta()
    tx.confirmations.add(Confirmation(_hash(token), subject, chat, action, target, expires))
    return token


def redeem(tx: Tx, token: str, *, subject: str, chat: str, action: str) -> str:
    """Use the token up; its target.

    ConfirmationForeignError, ConfirmationExpiredError, ConfirmationUsedError. Of two taps at once, one wins: the update is
    conditional on `used_at` being empty.
    """
    found = tx.confirmations.find(id=_hash(token))
    if found is None or (found.subject, found.chat, found.action) != (subject, chat, action):
        raise ConfirmationForeignError
    if found.used_at is not None:
        raise ConfirmationUsedError
    now = tx.clock.now()
    if now >= found.expires_at:
        raise ConfirmationExpiredError
    if not tx.confirmations.update({"id": found.id, "used_at": None}, used_at=now):
        raise ConfirmationUsedError
    return found.target


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
