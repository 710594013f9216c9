"""The nouns of a policy. All frozen; sentences are English msgids that the `policy` catalogue translates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.core.policies.canned import Canned
from bot.core.policies.refusals import Refusals


class Unit(StrEnum):
    """What an amount counts. Hours and minutes are wall time; days and months are calendar days of the jurisdiction."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time with its unit."""

    amount: int
    unit: Unit

    def as_timedelta(self) -> timedelta:
        """As elapsed time. ValueError for units whose length depends on a calendar."""
        match self.unit:
            case Unit.MINUTES:
                return timedelta(minutes=self.amount)
            case Unit.HOURS:
                return timedelta(hours=self.amount)
            case Unit.DAYS:
                return timedelta(days=self.amount)
            case _:
                raise ValueError(f"{self.unit} has no fixed length")


@dataclass(frozen=True, slots=True)
class Promise:
    """A number of the policy that the service must keep."""

    id: str
    span: Span
    section: str
    says: str


@dataclass(frozen=True, slots=True)
class Safeguards:
    """Limits of this desk that the policy leaves open."""

    password_tries: int
    password_lock: Span
    confirmation_valid: Span
    link_valid: Span
    reminder_before_final: Span
    download_valid: Span
    download_resume: Span
    downloads_per_minute: int
    epoch_length: Span
    backup_kept: Span
    key_copy_kept: Span
    status_token_valid: Span
    remind_after: Span
    delay_told_at_percent: int
    proposal_valid: Span
    identity_shown: Span
    warn_at_percent: tuple[int, ...]
    letter_length: int
    """Characters of a letter between a person and the privacy team. A preview shows one twice, in one message of Telegram's 4096."""
    attachment_bytes: int
    attachment_types: tuple[str, ...]
    """Media types, as a file's own bytes tell them (bot/core/media.py)."""
    warnings_every: Span
    waiting_rooms_told_from: int
    messages_per_minute: int
    cases_per_day: int
    letters_per_hour: int
    policy_told_before: Span
    group_answers: int
    group_answers_within: Span


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long a kind of record is kept, and why."""

    record: str
    keep_for: Span
    because: str


@dataclass(frozen=True, slots=True)
class Regime:
    """The dates that a law sets. None where it sets none; `extend_to` counts from receipt, not from the first date."""

    id: str
    name: str
    roll: bool
    pause: tuple[str, ...]
    source: str
    acknowledge: Span | None = None
    respond: Span | None = None
    extend_to: Span | None = None
    opt_out: Span | None = None
    breach: Span | None = None


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Where a person says to live, and what follows."""

    id: str
    label: str
    regime: str
    region: str
    calendar: str
    time_zone: str
    authority: str
    regulator: str = ""
    """How a report of a breach addresses it, where that is not how people are told of it."""
    by_country: bool = False
    """Its countries have authorities of their own ([authorities])."""


COLLECTIONS: Final = frozenset(
    {"accounts", "links", "conversations", "cases", "letters", "attachments", "consents", "packages"}
)
"""Where data of a person lies that can be part of a breach (bot/core/breaches/traces.py knows how each is dated)."""


@dataclass(frozen=True, slots=True)
class BreachCategory:
    """A kind of data that a breach may concern: what people are told it is, its name for the team, and where we keep it."""

    id: str
    label: str
    short: str
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RightEntry:
    """A right, who has it and which flow exercises it."""

    id: str
    label: str
    text: str
    flow: str
    everyone: bool = False
    jurisdictions: tuple[str, ...] = ()
    law: str = ""

    def applies_in(self, jurisdiction: str | None) -> bool:
        """Whether a person of this jurisdiction has it."""
        return self.everyone or jurisdiction in self.jurisdictions


@dataclass(frozen=True, slots=True)
class BanReason:
    """Why a person is banned, or why no longer: `label` for the team, `text` for the person."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter of the topics."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that people ask, with the policy's answer. `id` is the label that understanding uses; `statement` says what `short`
    says where nobody asked, for an answer that begins with "Yes"."""

    id: str
    group: str
    title: str
    short: str
    section: str
    details: str = ""
    steps: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    state: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole published policy."""

    id: str
    service: str
    operator: str
    version: str
    updated: str
    title: str
    authority: str
    notice: str
    dpo: str
    sections: Mapping[str, str]
    promises: Mapping[str, Promise]
    safeguards: Safeguards
    retention: Mapping[str, RetentionRule]
    regimes: Mapping[str, Regime]
    jurisdictions: Mapping[str, Jurisdiction]
    breach_categories: Mapping[str, BreachCategory]
    ban_reasons: Mapping[str, BanReason]
    unban_reasons: Mapping[str, BanReason]
    rights: Mapping[str, RightEntry]
    groups: Mapping[str, Group]
    topics: Mapping[str, Topic]
    canned: Mapping[str, Canned]
    refusals: Refusals = field(default_factory=Refusals, compare=False)
    dpo_contact: str = ""
    effective_on: date | None = None
    """From when a coming version holds; the one in force needs none."""
    digest: str = field(default="", compare=False)

    def span(self, promise: str) -> Span:
        """The amount and unit of a promise."""
        return self.promises[promise].span

    def keep_for(self, record: str) -> Span:
        """How long a kind of record is kept."""
        return self.retention[record].keep_for

    def regime_of(self, jurisdiction: str | None) -> Regime:
        """The regime of a jurisdiction; the policy's own where none was chosen."""
        found = self.jurisdictions.get(jurisdiction or "")
        return self.regimes[found.regime if found else "policy"]

    def countries_of(self, jurisdiction: str | None) -> tuple[str, ...]:
        """The countries of a place that have an authority of their own here."""
        place = self.jurisdictions.get(jurisdiction or "")
        return tuple(self.refusals.authorities) if place is not None and place.by_country else ()

    def values(self) -> dict[str, str]:
        """What the placeholders of the policy's sentences stand for."""
        filled = {promise.id: str(promise.span.amount) for promise in self.promises.values()}
        return filled | {"service": self.service, "operator": self.operator}

    def canned_sentences(self) -> list[str]:
        """Those of the canned answers, which may name more than the others (CANNED_NAMES)."""
        return [text for answer in self.canned.values() for text in (answer.title, answer.text)]

    def sentences(self) -> list[str]:
        """Every sentence a person may see: the msgids of the `policy` catalogue."""
        found: list[str] = [self.authority, self.dpo, self.title]
        found += [*self.sections.values(), *(promise.says for promise in self.promises.values())]
        for place in self.jurisdictions.values():
            found += [place.label, place.authority, place.regulator]
        for category in self.breach_categories.values():
            found += [category.label, category.short]
        for reason in (*self.ban_reasons.values(), *self.unban_reasons.values()):
            found += [reason.label, reason.text]
        for right in self.rights.values():
            found += [right.label, right.text, right.law]
        found += [group.label for group in self.groups.values()]
        for topic in self.topics.values():
            found += [topic.title, topic.short, topic.details, topic.statement, *topic.steps]
        found += self.canned_sentences()
        found += self.refusals.sentences()
        return list(dict.fromkeys(text for text in found if text))
