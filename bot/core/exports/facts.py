"""Everything held about a person beside the conversations, as plain values for export.json and the page.

`INCLUDED`, `WITHHELD` and `OF_THE_SERVICE` name every kind of record that belongs to a subject: a test holds them against the
tables, so that a new kind cannot be forgotten (Art. 15(1), (3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import cases, consents
from bot.core.accounts import Account
from bot.core.breaches import BreachNotice
from bot.core.cases import Case
from bot.core.consents import Consent, ConsentState, Purpose
from bot.core.exports.notes import read_notes
from bot.core.media import ENDINGS
from bot.core.policies import Policy
from bot.core.ports import Tx
from bot.core.support.letters import SENT, Letter, Way

INCLUDED = frozenset(
    {
        "accounts",
        "telegram_links",
        "conversations",
        "segments",
        "consents",
        "cases",
        "audit",
        "drafts",
        "packages",
        "letters",
        "attachments",
        "bans",
        "breach_notices",
        "policy_notices",
        "proposals",
    }
)
OF_THE_SERVICE = frozenset({"members", "team_groups", "breaches", "breach_tellings"})
"""Their records are sealed too, but under the service's own key: they are about no person who could ask for a copy."""
WITHHELD: dict[str, str] = {
    "accounts.password_hash": "password_hash",
    "accounts.name_index": "keys",
    "subject_keys": "keys",
    "link_tokens": "keys",
    "download_links": "keys",
    "confirmations": "keys",
    "inbox": "in_transit",
    "outbox": "in_transit",
    "telegram_slots": "in_transit",
    "slots": "in_transit",
    "chunks": "packages",
    "rooms": "in_transit",
    "letters.drafts": "unsent",
}
"""What is left out, by table or field, and the code of the reason."""

_MANY = 100_000
_LARGE_SEGMENTS = 400


@dataclass(frozen=True, slots=True)
class LetterFact:
    """A letter with the name that its picture or file has in the package ("" without one). Who of the team wrote it is not told."""

    letter: Letter
    file: str

    @property
    def is_own(self) -> bool:
        """Whether the person wrote it."""
        return self.letter.way == Way.IN


@dataclass(frozen=True, slots=True)
class Facts:
    """Read in one transaction, so that it is of one moment."""

    made_at: datetime
    policy: Policy
    account: Account
    pseudonym: str
    region: str
    restricted: bool
    links: list[tuple[str, datetime]]
    consents: list[Consent]
    states: list[ConsentState]
    cases: list[Case]
    drafts: list[dict[str, Any]]
    packages: list[dict[str, Any]]
    letters: list[LetterFact]
    breaches: list[BreachNotice]
    """The breaches that concern them; a drill of the team is none."""
    notes: dict[str, list[dict[str, Any]]]
    segments: int

    @property
    def is_large(self) -> bool:
        """Whether a file with all messages may reach 2 GiB: below, messages would need 20 KiB each on
        average.
        """
        return self.segments > _LARGE_SEGMENTS


def read_facts(tx: Tx, subject: str) -> Facts:
    """NotFoundError for a subject without an account."""
    account = tx.accounts.get(id=subject)
    return Facts(
        made_at=tx.clock.now(),
        policy=tx.policy,
        account=account,
        pseudonym=account.pseudonym,
        region=tx.keys.region,
        restricted=tx.keys.is_restricted(subject),
        links=[(link.telegram_id, link.linked_at) for link in tx.links.select(subject=subject)],
        consents=consents.history(tx, subject),
        states=[consents.state(tx, subject, purpose) for purpose in Purpose],
        cases=cases.list_for(tx, subject, limit=_MANY),
        drafts=[
            {"state": draft.state, "updated_at": draft.updated_at.isoformat(), "data": draft.data}
            for draft in tx.drafts.select(subject=subject)
        ],
        packages=[
            {
                "case": package.case,
                "created_at": package.created_at.isoformat(),
                "expires_at": package.expires_at.isoformat(),
                "bytes": package.size,
                "parts": package.parts,
                "destroyed_at": _iso(package.destroyed_at),
            }
            for package in tx.packages.select(subject=subject, order_by="created_at")
        ],
        letters=_letters(tx, subject),
        breaches=_breaches(tx, subject),
        notes=read_notes(tx, subject),
        segments=tx.segments.count(subject=subject),
    )


def _letters(tx: Tx, subject: str) -> list[LetterFact]:
    """All that was sent, oldest first. The files are looked at one by one: together they may be large."""
    found = []
    for number, letter in enumerate(tx.letters.select(subject=subject, way__in=SENT, order_by="at"), 1):
        attachment = tx.attachments.find(id=letter.attachment, opened=False) if letter.attachment else None
        file = f"attachments/{letter.ref}-{number}.{ENDINGS[attachment.media_type]}" if attachment else ""
        found.append(LetterFact(letter, file))
    return found


def _breaches(tx: Tx, subject: str) -> list[BreachNotice]:
    found = tx.breach_notices.select(subject=subject)
    drills = {each.breach for each in found if tx.breach_tellings.count(id=each.breach, drill=True)}
    return [each for each in found if each.breach not in drills]


def as_json(facts: Facts) -> dict[str, Any]:
    """The head of export.json; the conversations follow it."""
    account = facts.account
    return {
        "format": "privacy-desk-export",
        "version": 1,
        "made_at": facts.made_at.isoformat(),
        "service": {
            "name": facts.policy.service,
            "operator": facts.policy.operator,
            "policy": facts.policy.id,
            "policy_version": facts.policy.version,
            "policy_sha256": facts.policy.digest,
        },
        "account": {
            "id": account.id,
            "name": account.name,
            "status": account.status,
            "created_at": account.created_at.isoformat(),
            "has_password": account.password_hash is not None,
            "locale": account.locale,
            "jurisdiction": account.jurisdiction,
            "country": account.country,
            "region": facts.region,
            "processing_restricted": facts.restricted,
            "audit_pseudonym": facts.pseudonym,
        },
        "telegram": [{"id": name, "linked_at": at.isoformat()} for name, at in facts.links],
        "consent_states": [
            {
                "purpose": state.purpose.value,
                "given": state.given,
                "since": _iso(state.since),
                "receipt": state.receipt,
            }
            for state in facts.states
        ],
        "consents": [consent_json(consent) for consent in facts.consents],
        "cases": [case_json(case) for case in facts.cases],
        "drafts": facts.drafts,
        "packages": facts.packages,
        "letters": [letter_json(each) for each in facts.letters],
        "breaches": [
            {"ref": each.breach, "data": each.categories.split(), "told_at": _iso(each.told_at)} for each in facts.breaches
        ],
        "notes": facts.notes,
    }


def consent_json(consent: Consent) -> dict[str, Any]:
    """One change of a consent."""
    return {
        "receipt": consent.id,
        "purpose": consent.purpose,
        "given": consent.given,
        "at": consent.at.isoformat(),
        "notice_version": consent.notice_version,
        "locale": consent.locale,
    }


def case_json(case: Case) -> dict[str, Any]:
    """One case with what the person wrote in it, without a password that was wished for a package."""
    details = {name: value for name, value in (case.details or {}).items() if name != "password"}
    return {
        "ref": case.id,
        "right": case.right,
        "status": case.status,
        "reason": case.reason,
        "opened_at": case.opened_at.isoformat(),
        "acknowledge_by": case.acknowledge_by.isoformat(),
        "acknowledged_at": _iso(case.acknowledged_at),
        "target_due": case.target_due.isoformat(),
        "legal_due": _iso(case.legal_due),
        "extended_at": _iso(case.extended_at),
        "closed_at": _iso(case.closed_at),
        "grace_until": _iso(case.grace_until),
        "purge_by": _iso(case.purge_by),
        "calendar": case.calendar,
        "policy_version": case.policy_version,
        "details": details or None,
    }


def letter_json(fact: LetterFact) -> dict[str, Any]:
    """One letter."""
    letter = fact.letter
    return {
        "case": letter.ref,
        "from": "you" if fact.is_own else "privacy team",
        "at": letter.at.isoformat(),
        "edited_at": _iso(letter.edited_at),
        "arrived_at": _iso(letter.arrived_at),
        "language": letter.locale or None,
        "text": letter.text or "",
        "file": fact.file or None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
