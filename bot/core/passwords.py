"""Passwords: argon2id, a limited number of tries, then a lock. The password itself is never stored or logged."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.core import audit
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.errors import PasswordLockedError, PasswordWeakError, PasswordWrongError
from bot.core.ports import Tx

LEAST_LENGTH = 8
MOST_LENGTH = 256
_hasher = PasswordHasher()  # RFC 9106, the low-memory profile: argon2-cffi's default


def require_usable(password: str) -> None:
    """PasswordWeakError for a password that is too short or too long."""
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise PasswordWeakError(LEAST_LENGTH, MOST_LENGTH)


def hash_password(password: str) -> str:
    """Slow on purpose: call it outside the transaction. PasswordWeakError."""
    require_usable(password)
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Slow on purpose: call it outside the transaction, then `judge` inside."""
    try:
        return _hasher.verify(password_hash, password[:MOST_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def set_hash(tx: Tx, subject: str, password_hash: str) -> None:
    """Store a new password's hash, sealed; earlier tries are forgotten."""
    tx.accounts.update(
        {"id": subject, "subject": subject},
        password_hash=password_hash,
        password_tries=0,
        password_locked_until=None,
    )
    audit.record(tx, Tag.PASSWORD_SET, subject=subject)


def require_unlocked(tx: Tx, account: Account) -> None:
    """PasswordLockedError while the lock of too many tries stands."""
    until = account.password_locked_until
    if until and tx.clock.now() < until:
        raise PasswordLockedError(until)


def is_last_try(tx: Tx, account: Account) -> bool:
    """Whether one more wrong password locks, or the lock stands already."""
    return bool(account.password_locked_until) or account.password_tries + 1 >= tx.policy.safeguards.password_tries


def judge(tx: Tx, subject: str, *, right: bool) -> None:
    """Count the outcome of a try. PasswordWrongError with the tries left; PasswordLockedError after the last."""
    account = tx.accounts.get(id=subject)
    require_unlocked(tx, account)
    if right:
        tx.accounts.update({"id": subject}, password_tries=0, password_locked_until=None)
        audit.record(tx, Tag.PASSWORD_CONFIRMED, subject=subject)
        return
    tries = account.password_tries + 1
    left = tx.policy.safeguards.password_tries - tries
    if left > 0:
        tx.accounts.update({"id": subject}, password_tries=tries)
        audit.record(tx, Tag.PASSWORD_REFUSED, subject=subject)
        raise PasswordWrongError(left)
    until = tx.clock.now() + tx.policy.safeguards.password_lock.as_timedelta()
    tx.accounts.update({"id": subject}, password_tries=0, password_locked_until=until)
    audit.record(tx, Tag.PASSWORD_LOCKED, subject=subject)
    raise PasswordLockedError(until)
