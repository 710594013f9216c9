"""Canned answers in words: sentences of the policy file, filled from the case and translated like every sentence of the policy."""

from __future__ import annotations

from bot.core.errors import NotFoundError
from bot.core.policies import Canned, Policy
from bot.core.ports import Tx
from bot.telegram.authorities import authority
from bot.telegram.case_words import right_name
from bot.telegram.formats import day
from bot.telegram.texts import PSEUDO, SOURCE, Line, current_locale, policy_text, speaking


def fitting(tx: Tx, ref: str) -> list[Canned]:
    """The canned answers for what a case is about, those made for it first."""
    right = tx.cases.get(id=ref, opened=False).right
    found = [each for each in tx.policy.canned.values() if not each.rights or right in each.rights]
    return sorted(found, key=lambda each: not each.rights)


def title(policy: Policy, answer: Canned) -> Line:
    """How the team calls it."""
    return policy_text(answer.title, policy.values())


def words(tx: Tx, ref: str, name: str) -> str:
    """A canned answer for a case, in the current language. NotFoundError."""
    policy, case = tx.policy, tx.cases.get(id=ref)
    if name not in policy.canned:
        raise NotFoundError("canned answer")
    account = tx.accounts.get(id=case.subject)
    place = policy.jurisdictions.get(account.jurisdiction or "")
    values = policy.values()
    filled = {
        "ref": case.id,
        "right": right_name(case.right),
        "due": day(case.target_due, place.time_zone if place else "UTC"),
        "dpo": policy_text(policy.dpo, values),
        "authority": authority(policy, account.jurisdiction, account.country),
    }
    return policy_text(policy.canned[name].text, values | filled).plain


def words_for_person(tx: Tx, ref: str, name: str) -> str:
    """The same in the language that the person reads. NotFoundError."""
    case = tx.cases.find(id=ref, opened=False)
    account = tx.accounts.find(id=case.subject) if case is not None and case.subject else None
    if account is None:
        raise NotFoundError("case")
    with speaking(current_locale() if current_locale() == PSEUDO else account.locale or SOURCE):
        return words(tx, ref, name)
