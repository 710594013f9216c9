"""Consents: what the person allowed, since when, under which notice, with a receipt for each change (Art. 7(1))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import audit
from bot.core.audit import Tag
from bot.core.ids import new_id
from bot.core.ports import Tx


class Purpose(StrEnum):
    """What is asked for."""

    TRAINING = "training"
    """Conversations with the product may improve its models. On by default, as the policy says."""
    DESK_TRAINING = "desk_training"
    """What is typed to this bot may be used for training. Off unless given: Telegram's terms ask for opt-in."""
    SALE = "sale"
    """Personal data may be sold. Nothing is; an opt-out is on record all the same (CCPA)."""


_TICK = timedelta(milliseconds=1)
"""The finest time that the database keeps."""
_ON_BY_DEFAULT = frozenset({Purpose.TRAINING})


@dataclass(frozen=True, slots=True)
class Consent:
    """One change, never overwritten. `id` is the receipt."""

    id: str
    subject: str
    purpose: str
    given: bool
    at: datetime
    notice_version: str
    locale: str
    policy_version: str = ""
    """The version of the policy that held then; empty for changes from before versions were kept."""


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What holds now. `since` and `receipt` are None while it is the default."""

    purpose: Purpose
    given: bool
    since: datetime | None = None
    receipt: str | None = None


def state(tx: Tx, subject: str, purpose: Purpose) -> ConsentState:
    """What holds now."""
    for latest in tx.consents.select(subject=subject, purpose=purpose.value, order_by="-at", limit=1):
        return ConsentState(purpose, latest.given, latest.at, latest.id)
    return ConsentState(purpose, purpose in _ON_BY_DEFAULT)


def give(tx: Tx, subject: str, purpose: Purpose, *, locale: str) -> ConsentState:
    """Consent from now on."""
    return _change(tx, subject, purpose, locale, given=True)


def withdraw(tx: Tx, subject: str, purpose: Purpose, *, locale: str) -> ConsentState:
    """Withdraw from now on; what was done before stays lawful (Art. 7(3))."""
    return _change(tx, subject, purpose, locale, given=False)


def history(tx: Tx, subject: str) -> list[Consent]:
    """Every change, oldest first."""
    return tx.consents.select(subject=subject, order_by="at")


def _change(tx: Tx, subject: str, purpose: Purpose, locale: str, *, given: bool) -> ConsentState:
    now = state(tx, subject, purpose)
    if now.given == given and now.since is not None:
        return now  # a second tap changes nothing and makes no second receipt
    receipt = new_id(tx.random)
    at = tx.clock.now()
    if now.since is not None:  # the later decision counts, even within a millisecond or after the clock was set back
        at = max(at, now.since + _TICK)
    tx.consents.add(Consent(receipt, subject, purpose.value, given, at, tx.policy.notice, locale, tx.policy.version))
    tag = Tag.CONSENT_GIVEN if given else Tag.CONSENT_WITHDRAWN
    audit.record(tx, tag, subject=subject, purpose=purpose.value, notice=tx.policy.notice, version=tx.policy.version)
    return ConsentState(purpose, given, at, receipt)
