"""Accounts and identity: an account belongs to the service; a Telegram person is linked to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import audit, residence
from bot.core.audit import Tag
from bot.core.breaches import reached
from bot.core.errors import LinkError, NotFoundError, PrivacyError
from bot.core.ids import SubjectId, new_id, new_token
from bot.core.ports import Tx, sealed

OPEN, CLOSING = "open", "closing"


@dataclass(frozen=True, slots=True)
class Account:
    """A subject's account. `id` is the SubjectId; `subject` repeats it for the seal."""

    id: str
    subject: str
    status: str
    created_at: datetime
    pseudonym: str = sealed()
    name: str | None = sealed(default=None)
    name_index: str | None = None
    password_hash: str | None = sealed(default=None)
    password_tries: int = 0
    password_locked_until: datetime | None = None
    locale: str | None = None
    jurisdiction: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class TelegramLink:
    """A Telegram person's way to an account. `id` is the blind index of the Telegram id."""

    id: str
    subject: str
    linked_at: datetime
    telegram_id: str = sealed()
    blocked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkToken:
    """A single-use deep link, stored only as a hash."""

    id: str
    subject: str
    purpose: str
    expires_at: datetime
    used_at: datetime | None = None


class NameTakenError(PrivacyError):
    """There is an account of that name."""


def create(tx: Tx, *, name: str | None = None, locale: str | None = None) -> Account:
    """Open an account with its own data key. NameTakenError."""
    index = tx.keys.blind_index("account", name.casefold()) if name else None
    if index and tx.accounts.count(name_index=index):
        raise NameTakenError
    subject = new_id(tx.random)
    tx.keys.create(subject)
    account = Account(
        id=subject,
        subject=subject,
        status=OPEN,
        created_at=tx.clock.now(),
        pseudonym="p-" + new_id(tx.random)[:12],
        name=name,
        name_index=index,
        locale=locale,
    )
    if not tx.accounts.add_new(account):  # another process was faster
        raise NameTakenError
    audit.record(tx, Tag.ACCOUNT_OPENED, subject=subject)
    return account


def telegram_index(tx: Tx, telegram_id: int) -> str:
    """The blind index under which a Telegram person is looked up."""
    return tx.keys.blind_index("telegram", str(telegram_id))


def find_by_telegram(tx: Tx, telegram_id: int) -> Account | None:
    """The account linked to a Telegram person."""
    link = tx.links.find(id=telegram_index(tx, telegram_id), opened=False)
    return tx.accounts.find(id=link.subject) if link else None


def asking(tx: Tx, telegram_id: int) -> Account | None:
    """The account of the Telegram person who speaks: from now on the transaction is their own request (Art. 18(2))."""
    link = tx.links.find(id=telegram_index(tx, telegram_id), opened=False)
    if link is not None:
        tx.keys.asked_by(link.subject)
    return find_by_telegram(tx, telegram_id)


def get_by_name(tx: Tx, name: str) -> Account:
    """The account of a name. NotFoundError."""
    found = tx.accounts.find(name_index=tx.keys.blind_index("account", name.casefold()))
    if found is None:
        raise NotFoundError("account")
    return found


def open_for_telegram(tx: Tx, telegram_id: int, *, locale: str | None = None) -> tuple[Account, bool]:
    """The account of a Telegram person, made at the first /start; and whether it is new."""
    found = find_by_telegram(tx, telegram_id)
    if found:
        return found, False
    account = create(tx, locale=locale)
    _link(tx, account.id, telegram_id)
    return account, True


def issue_link(tx: Tx, subject: str, purpose: str = "link") -> str:
    """A single-use token for a deep link to this account; valid as long as the policy's safeguards say."""
    token = new_token(tx.random)
    expires = tx.clock.now() + tx.policy.safeguards.link_valid.as_timedelta()
    tx.link_tokens.add(LinkToken(_hash(token), subject, purpose, expires))
    return token


def link_telegram(tx: Tx, telegram_id: int, token: str) -> Account:
    """Redeem a deep link: the Telegram person now speaks for that account. LinkError.

    A person who had an account that the bot made for them at /start moves over; that account must be empty.
    """
    now = tx.clock.now()
    claimed = tx.link_tokens.update(
        {"id": _hash(token), "used_at": None, "purpose": "link", "expires_at__gt": now}, used_at=now
    )
    if not claimed:
        raise LinkError
    subject = tx.link_tokens.get(id=_hash(token)).subject
    tx.keys.asked_by(subject)
    account = tx.accounts.find(id=subject)
    if account is None:
        raise LinkError
    index = telegram_index(tx, telegram_id)
    before = tx.links.find(id=index)
    if before and before.subject != subject:
        if tx.conversations.count(subject=before.subject) or tx.cases.count(subject=before.subject, closed_at=None):
            raise LinkError
        tx.links.remove(id=index)
        audit.record(tx, Tag.ACCOUNT_UNLINKED, subject=before.subject)
        before = None
    if before is None:
        _link(tx, subject, telegram_id)
        residence.want_settled(tx, subject)
    return account


def has_link(tx: Tx, token: str) -> bool:
    """Whether a deep link is one of this region's."""
    return tx.link_tokens.count(id=_hash(token)) > 0


def note_locale(tx: Tx, account: Account, locale: str) -> Account:
    """The language in which a person is answered, where they chose none: what the service writes of its own accord is in it too."""
    if account.locale is None:
        tx.accounts.update({"id": account.id}, locale=locale)
        return replace(account, locale=locale)
    return account


def set_locale(tx: Tx, subject: str, locale: str) -> None:
    """The language the person chose."""
    tx.accounts.update({"id": subject}, locale=locale)
    audit.record(tx, Tag.LANGUAGE_CHOSEN, subject=subject, locale=locale)


def set_jurisdiction(tx: Tx, subject: str, jurisdiction: str) -> None:
    """Where the person says to live. NotFoundError for a place that the policy does not know."""
    if jurisdiction not in tx.policy.jurisdictions:
        raise NotFoundError("jurisdiction")
    tx.accounts.update({"id": subject}, jurisdiction=jurisdiction, country=None)
    audit.record(tx, Tag.JURISDICTION_CHOSEN, subject=subject, jurisdiction=jurisdiction)
    residence.want_move(tx, subject)


def set_country(tx: Tx, subject: str, country: str) -> None:
    """The country, where the policy knows its supervisory authority. NotFoundError for another one, or another place."""
    account = tx.accounts.get(id=subject)
    if country not in tx.policy.countries_of(account.jurisdiction):
        raise NotFoundError("country")
    tx.accounts.update({"id": subject}, country=country)
    audit.record(tx, Tag.COUNTRY_CHOSEN, subject=subject, country=country)


def rename(tx: Tx, subject: str, name: str) -> None:
    """Correct the account's name (Art. 16). NameTakenError. Where the name is also looked up, the new one is from now on."""
    account = tx.accounts.get(id=subject)
    changes: dict[str, str] = {"name": name}
    if account.name_index is not None:
        changes["name_index"] = tx.keys.blind_index("account", name.casefold())
        other = tx.accounts.find(name_index=changes["name_index"], opened=False)
        if other is not None and other.id != subject:
            raise NameTakenError
    tx.accounts.update({"id": subject, "subject": subject}, **changes)


def mark_blocked(tx: Tx, telegram_id: int, *, blocked: bool) -> None:
    """The person blocked the bot (or came back). Sends stop; no legal clock does."""
    tx.links.update({"id": telegram_index(tx, telegram_id)}, blocked_at=tx.clock.now() if blocked else None)


def telegram_id_of(tx: Tx, subject: str) -> int | None:
    """Where to reach the subject, unless the bot is blocked there."""
    for link in tx.links.select(subject=SubjectId(subject), blocked_at=None):
        return int(link.telegram_id)
    return None


def _link(tx: Tx, subject: str, telegram_id: int) -> None:
    tx.links.add(
        TelegramLink(telegram_index(tx, telegram_id), subject, tx.clock.now(), telegram_id=str(telegram_id))
    )
    audit.record(tx, Tag.ACCOUNT_LINKED, subject=subject)
    reached.is_back(tx, subject)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
