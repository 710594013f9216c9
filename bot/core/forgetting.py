"""Erasing what the desk itself holds about a person, without touching what the service holds (Art. 17)."""

from __future__ import annotations

from enum import StrEnum

from bot.core import audit, cases, work
from bot.core.accounts import Account, telegram_index
from bot.core.audit import Tag
from bot.core.cases import Right, Step
from bot.core.erasure.job import ERASE, leave_message
from bot.core.errors import HeldError
from bot.core.ports import Tx


class Way(StrEnum):
    """What forgetting means for an account."""

    UNLINK = "unlink"
    ERASE = "erase"
    DELETE_FIRST = "delete_first"


def way(tx: Tx, account: Account) -> Way:
    """An account of the service is unlinked; one that only the bot made is erased, unless it holds conversations."""
    if account.name_index is not None:
        return Way.UNLINK
    return Way.DELETE_FIRST if tx.conversations.count(subject=account.id) else Way.ERASE


def forget(tx: Tx, account: Account, telegram_id: int) -> Way:
    """Do it, the way that is returned: the way to the account is gone now; the rest of an account that only the bot made is
    erased by a job (erasure/job.py), which tells the person when it has verified that nothing is left.

    HeldError under a legal hold.
    """
    chosen = way(tx, account)
    if tx.keys.is_held(account.id):
        raise HeldError
    case = cases.open_case(tx, account, Right.FORGET_DESK)
    for rows in (tx.confirmations, tx.drafts, tx.slots, tx.outbox):
        rows.remove(subject=account.id)
    tx.links.remove(id=telegram_index(tx, telegram_id), subject=account.id)
    if chosen is Way.ERASE:
        cases.move(tx, case, Step.START)
        work.schedule(tx, ERASE, case.id)
        leave_message(tx, case.id, "desk_forgotten", chat_id=telegram_id, locale=account.locale)
        return chosen
    cases.move(tx, case, Step.FINISH)
    audit.record(tx, Tag.ACCOUNT_UNLINKED, subject=account.id)
    return chosen
