"""What the desk says when it does not do what was asked, and where a person can turn then (GDPR Art. 12(4)). All of it is data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason not to do what was asked. `title` is for the team, `text` for the person. `laws` names the regimes that know the
    reason, each with its place in the law ("" where there is none); `rights` the prefixes it is for, none meaning every one."""

    id: str
    title: str
    text: str
    laws: Mapping[str, str]
    rights: tuple[str, ...] = ()

    def fits(self, regime: str, right: str) -> bool:
        """Whether a request for that right may be refused for it under that regime."""
        return regime in self.laws and (not self.rights or right in self.rights)


@dataclass(frozen=True, slots=True)
class Remedy:
    """Where somebody can turn who was refused. In its text {authority} and {dpo} stand for those in charge of this person."""

    id: str
    text: str
    laws: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HoldGround:
    """A reason to keep data that should be erased (GDPR Art. 17(3))."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A supervisory authority by country: its own English name and its page."""

    country: str
    name: str
    url: str


REMEDY_NAMES = frozenset({"authority", "dpo"})
"""What a remedy's text may name beside the policy's own values."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """All of it."""

    reasons: Mapping[str, Refusal] = field(default_factory=dict)
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    holds: Mapping[str, HoldGround] = field(default_factory=dict)
    authorities: Mapping[str, Authority] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What is translated. The authorities' names are not."""
        found = [text for reason in self.reasons.values() for text in (reason.title, reason.text, *reason.laws.values())]
        found += [text for remedy in self.remedies.values() for text in (remedy.text, *remedy.laws.values())]
        return found + [ground.title for ground in self.holds.values()]
