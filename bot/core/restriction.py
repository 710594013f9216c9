"""Restriction of processing (GDPR Art. 18): enforced where the subject's key is opened, see keys/README.md."""

from __future__ import annotations

from bot.core import audit, cases
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Step
from bot.core.ports import Tx


def restrict(tx: Tx, account: Account) -> Case:
    """From now on the subject's key opens only for storage, their own requests and legal claims."""
    case = cases.open_case(tx, account, Right.RESTRICTION)
    tx.keys.restrict(account.id, restricted=True)
    audit.record(tx, Tag.RESTRICTION_SET, subject=account.id, ref=case.id)
    return cases.move(tx, case, Step.FINISH)


def lift(tx: Tx, account: Account) -> None:
    """Lift it; the person is told before, because they do it themselves (Art. 18(3))."""
    tx.keys.restrict(account.id, restricted=False)
    audit.record(tx, Tag.RESTRICTION_LIFTED, subject=account.id)
