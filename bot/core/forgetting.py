"""Erasing what the desk itself holds about a person, without touching what the service holds (Art. 17)."""

from __future__ import annotations

from enum import StrEnum

from bot.core import audit, cases, deletion
from bot.core.accounts import Account, telegram_index
from bot.core.audit import Tag
from bot.core.cases import Right, Step
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


def forget(tx: Tx, account: Account, telegram_id: int) -> None:
    """Do it."""
    case = cases.open_case(tx, account, Right.FORGET_DESK)
    cases.move(tx, case, Step.FINISH)
    if way(tx, account) is Way.ERASE:
        deletion.erase_subject(tx, account.id)
        return
    for rows in (tx.confirmations, tx.drafts, tx.slots, tx.outbox):
        rows.remove(subject=account.id)
    tx.links.remove(id=telegram_index(tx, telegram_id), subject=account.id)
    audit.record(tx, Tag.ACCOUNT_UNLINKED, subject=account.id)
