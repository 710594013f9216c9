"""What a person has a right to know about the processing (GDPR Art. 15(1), (2)), from the policy's own data.

A statement is a sentence of the policy (`policy:<topic>`) or one of this bot about itself (`bot`). Where the
policy is silent, that is said, and noted in incomplete.json: nothing is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.core.exports.facts import Facts
from bot.core.exports.texts import PackageTexts

_TOPICS: dict[str, tuple[str, ...]] = {
    "purposes": ("data_collected", "training_use"),
    "categories": (),
    "recipients": ("do_not_sell", "internal_access"),
    "transfers": ("data_center_location", "residency_eu", "residency_us"),
    "retention": ("retention_period", "deletion_timeline"),
    "sources": (),
    "automated_decisions": ("objection_automated",),
    "safeguards": ("encryption", "security_overview", "certifications_soc2", "breach_notification"),
}
"""Which topics of a policy answer which letter of Art. 15. A policy that lacks one is silent about it."""

_OWN: dict[str, tuple[str, ...]] = {
    "purposes": ("bot_purpose",),
    "categories": ("account_data", "conversation_data", "request_data", "letter_data", "record_data"),
    "recipients": ("telegram_recipient", "team_recipient"),
    "sources": ("from_you", "from_telegram"),
    "automated_decisions": ("no_bot_decisions",),
    "safeguards": ("own_key",),
}
_LAW = {
    "purposes": "15(1)(a)",
    "categories": "15(1)(b)",
    "recipients": "15(1)(c)",
    "transfers": "15(2)",
    "retention": "15(1)(d)",
    "rights": "15(1)(e)",
    "authority": "15(1)(f)",
    "sources": "15(1)(g)",
    "automated_decisions": "15(1)(h)",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and where it comes from."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """All of it, in the reader's language. `kept` has what is kept how long; `silent` names the headings on
    which the policy says nothing."""

    sections: dict[str, list[Statement]]
    kept: list[tuple[str, str]]
    silent: list[str]


def disclose(facts: Facts, texts: PackageTexts) -> Disclosure:
    """For this person: with the rights and the authority of where they live."""
    sections: dict[str, list[Statement]] = {}
    silent: list[str] = []
    for heading, topics in _TOPICS.items():
        known = [facts.policy.topics[name] for name in topics if name in facts.policy.topics]
        found = [Statement(_policy(facts, texts, topic.statement or topic.short), f"policy:{topic.id}") for topic in known]
        if topics and not found:
            silent.append(heading)
            found = [Statement(texts.not_stated, "none")]
        own = [Statement(texts.use_sentences[name], "bot") for name in _OWN.get(heading, ())]
        sections[heading] = found + own
    sections["rights"] = _rights(facts, texts)
    sections["officer"] = [Statement(_as_line(_policy(facts, texts, facts.policy.dpo)), "policy")]
    sections["authority"] = [_authority(facts, texts)]
    sections["policy"] = [Statement(_policy(facts, texts, facts.policy.authority), "policy")]
    kept = [
        (
            texts.records.get(rule.record, rule.record),
            texts.span(rule.keep_for.amount, rule.keep_for.unit.value),
        )
        for rule in facts.policy.retention.values()
    ]
    return Disclosure(sections, kept, silent)


def as_json(facts: Facts, texts: PackageTexts, disclosure: Disclosure) -> dict[str, Any]:
    """art15.json: the same for programs, with the policy's numbers as numbers."""
    policy = facts.policy
    return {
        "law": "GDPR Art. 15(1), (2)",
        "language": texts.locale,
        "controller": policy.operator,
        "policy": {
            "title": _policy(facts, texts, policy.title),
            "id": policy.id,
            "version": policy.version,
            "updated": policy.updated,
            "sha256": policy.digest,
        },
        "jurisdiction": facts.account.jurisdiction,
        **{
            heading: {
                "article": _LAW.get(heading),
                "statements": [{"text": found.text, "source": found.source} for found in statements],
            }
            for heading, statements in disclosure.sections.items()
        },
        "retention_rules": [
            {
                "record": rule.record,
                "keep_for": {"amount": rule.keep_for.amount, "unit": rule.keep_for.unit.value},
                "because": rule.because,
            }
            for rule in policy.retention.values()
        ],
        "promises": [
            {"id": promise.id, "amount": promise.span.amount, "unit": promise.span.unit.value}
            for promise in policy.promises.values()
        ],
        "silent": disclosure.silent,
    }


def _rights(facts: Facts, texts: PackageTexts) -> list[Statement]:
    return [
        Statement(_policy(facts, texts, right.text), right.law or f"policy:{right.id}")
        for right in facts.policy.rights.values()
        if right.applies_in(facts.account.jurisdiction)
    ]


def _authority(facts: Facts, texts: PackageTexts) -> Statement:
    place = facts.policy.jurisdictions.get(facts.account.jurisdiction or "")
    if place is None:
        return Statement(texts.use_sentences["choose_place"], "bot")
    named = facts.policy.refusals.authorities.get(facts.account.country or "")
    if named is not None:
        return Statement(f"{named.name}: {named.url}", "policy")
    return Statement(_as_line(_policy(facts, texts, place.authority)), "policy")


def _as_line(name: str) -> str:
    """A name that stands in the middle of a sentence elsewhere, as a line of its own."""
    return name[:1].upper() + name[1:]


def _policy(facts: Facts, texts: PackageTexts, sentence: str) -> str:
    return texts.policy_sentence(sentence, facts.policy.values())
