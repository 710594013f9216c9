"""Reads a policy file and refuses one that would not keep its word."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bot.core import media
from bot.core.errors import PolicyError
from bot.core.policies.canned import CANNED_NAMES, Canned
from bot.core.policies.model import (
    COLLECTIONS,
    BanReason,
    BreachCategory,
    Group,
    Jurisdiction,
    Policy,
    Promise,
    Regime,
    RetentionRule,
    RightEntry,
    Safeguards,
    Span,
    Topic,
    Unit,
)
from bot.core.policies.refusals import REMEDY_NAMES, Authority, HoldGround, Refusal, Refusals, Remedy

T = TypeVar("T")
P = ParamSpec("P")

REQUIRED_PROMISES = frozenset({"acknowledge", "fulfil", "export", "grace", "purge", "retention", "breach"})
REQUIRED_RETENTION = frozenset(
    {"conversation", "inbox", "outbox", "draft", "export_package", "confirmation", "tally", "case", "audit", "breach"}
    | {"letter", "attachment"}
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAMES_WITH_DIGITS = re.compile(r"\(GDPR Art\. \d+\)|TLS 1\.3|AES-256|SOC 2|\b20\d\d\b|^[\w ]+ (Art\.|§)[\d., ()a-z]+$")


def shipped_policy_file() -> Path:
    """The policy that the project ships with."""
    return Path(__file__).with_name("kimi.toml")


def load_policy(path: Path | None = None) -> Policy:
    """The policy of a file (or of the folder that holds `policy.toml`). PolicyError says what is wrong and where."""
    content, name = read_policy(path)
    return parse_policy(content, name)


def read_policy(path: Path | None = None) -> tuple[bytes, str]:
    """The file as it is, with its name. PolicyError when it cannot be read."""
    file = path or shipped_policy_file()
    if file.is_dir():
        file = file / "policy.toml"
    try:
        return file.read_bytes(), file.name
    except OSError as error:
        raise PolicyError(file.name, error.strerror or "cannot be read") from None


def parse_policy(content: bytes, name: str) -> Policy:
    """The policy that a file's bytes say. PolicyError."""
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(name, str(error)) from None
    policy = _policy(data, hashlib.sha256(content).hexdigest())
    _check(policy)
    return policy


def read_published(content: bytes, base: Policy) -> Policy:
    """What an earlier version published, with the desk's own limits of `base`: those it may not have known yet. PolicyError."""
    data = tomllib.loads(content.decode())
    head = _part(data, "policy", dict)
    return replace(
        base,
        version=_build("policy", _text, head.get("version")),
        notice=_build("policy", _text, head.get("notice")),
        **_published(data),
        effective_on=_build("policy", _day, head.get("effective")),
        digest=hashlib.sha256(content).hexdigest(),
    )


def _policy(data: Mapping[str, Any], digest: str) -> Policy:
    head = _part(data, "policy", dict)
    safeguards = _build("safeguards", _safeguards, _part(data, "safeguards", dict))
    head_fields = ("id", "service", "operator", "version", "updated", "title", "authority", "notice", "dpo")
    known: dict[str, Any] = {name: _build("policy", _text, head.get(name)) for name in head_fields}
    return Policy(
        **known,
        sections=_part(head, "sections", dict),
        safeguards=safeguards,
        breach_categories=_table(data, "breach_categories", BreachCategory),
        canned=_table(data, "canned", Canned),
        ban_reasons=_table(data, "ban_reasons", BanReason),
        unban_reasons=_table(data, "unban_reasons", BanReason),
        **_published(data),
        refusals=_refusals(data),
        dpo_contact=head.get("dpo_contact", ""),
        effective_on=_build("policy", _day, head.get("effective")),
        digest=digest,
    )


def _refusals(data: Mapping[str, Any]) -> Refusals:
    authorities = {
        country: _build(f"authorities.{country}", Authority, country=country, **row)
        for country, row in data.get("authorities", {}).items()
    }
    return Refusals(
        reasons=_table(data, "refusals", Refusal),
        remedies=_table(data, "remedies", Remedy),
        holds=_table(data, "holds", HoldGround),
        authorities=authorities,
    )


def _published(data: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that people are told, by their field in `Policy`."""
    promises = {
        name: _build(f"promises.{name}", _promise, name, row)
        for name, row in _part(data, "promises", dict).items()
    }
    retention = {
        row.get("record", "?"): _build(f"retention.{row.get('record')}", _retention, row, promises)
        for row in _part(data, "retention", list)
    }
    regimes = {
        name: _build(f"regimes.{name}", _regime, name, row)
        for name, row in _part(data, "regimes", dict).items()
    }
    return {
        "promises": promises,
        "retention": retention,
        "regimes": regimes,
        "jurisdictions": _table(data, "jurisdictions", Jurisdiction),
        "rights": _table(data, "rights", RightEntry),
        "groups": _table(data, "groups", Group),
        "topics": _table(data, "topics", Topic),
    }


def _part(data: Mapping[str, Any], name: str, kind: type[T]) -> T:
    found = data.get(name)
    if not isinstance(found, kind) or not found:
        raise PolicyError(name, "is missing")
    return found


def _build(where: str, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return make(*args, **kwargs)
    except KeyError as error:
        raise PolicyError(where, f"{error.args[0]} is missing") from None
    except (TypeError, ValueError) as error:
        raise PolicyError(where, str(error)) from None


def _day(value: object) -> date | None:
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("effective must be a day, such as 2027-01-01")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is missing")
    return value


def _span(row: Mapping[str, Any]) -> Span:
    amount = row["amount"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise ValueError("amount must be a whole number above zero")
    return Span(amount, Unit(row["unit"]))


def _promise(name: str, row: Mapping[str, Any]) -> Promise:
    return Promise(name, _span(row), row["section"], _text(row["says"]))


def _safeguards(row: Mapping[str, Any]) -> Safeguards:
    types = tuple(row["attachment_types"])
    for unknown in sorted(set(types) - media.KNOWN):
        raise ValueError(f"files of type {unknown} cannot be told by their bytes")
    return Safeguards(**(_with_spans(row) | {"attachment_types": types}))


def _regime(name: str, row: Mapping[str, Any]) -> Regime:
    return Regime(id=name, **(_with_spans(row) | {"pause": tuple(row["pause"])}))


def _with_spans(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(_span(value) if isinstance(value, dict) else value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _retention(row: Mapping[str, Any], promises: Mapping[str, Promise]) -> RetentionRule:
    span = promises[row["promise"]].span if "promise" in row else _span(row["keep_for"])
    return RetentionRule(row["record"], span, _text(row["because"]))


def _table(data: Mapping[str, Any], name: str, kind: type[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for row in _part(data, name, list):
        key = str(row.get("id", "?"))
        if key in found:
            raise PolicyError(f"{name}.{key}", "stands twice")
        values = {field: _plain(value) for field, value in row.items()}
        found[key] = _build(f"{name}.{key}", kind, **values)
    return found


def _check(policy: Policy) -> None:
    """What a policy must hold to: references meet, placeholders are known, no promise is written as a digit."""
    for missing in sorted(REQUIRED_PROMISES - policy.promises.keys()):
        raise PolicyError(f"promises.{missing}", "is missing")
    for missing in sorted(REQUIRED_RETENTION - policy.retention.keys()):
        raise PolicyError(f"retention.{missing}", "is missing")
    if "policy" not in policy.regimes:
        raise PolicyError("regimes.policy", "is missing")
    for promise in policy.promises.values():
        _known(policy.sections, promise.section, f"promises.{promise.id}", "section")
    for place in policy.jurisdictions.values():
        _known(policy.regimes, place.regime, f"jurisdictions.{place.id}", "regime")
    for category in policy.breach_categories.values():
        for collection in category.collections:
            _known(dict.fromkeys(COLLECTIONS), collection, f"breach_categories.{category.id}", "collection")
    for right in policy.rights.values():
        for place_id in right.jurisdictions:
            _known(policy.jurisdictions, place_id, f"rights.{right.id}", "jurisdiction")
    for topic in policy.topics.values():
        _known(policy.groups, topic.group, f"topics.{topic.id}", "group")
        _known(policy.sections, topic.section, f"topics.{topic.id}", "section")
        for other in topic.related:
            _known(policy.topics, other, f"topics.{topic.id}", "related topic")
    marks = policy.safeguards.warn_at_percent
    if list(marks) != sorted(set(marks)) or not all(0 < mark < 100 for mark in marks):
        raise PolicyError("safeguards.warn_at_percent", "are shares of the time in percent, each once, from small to large")
    for name in ("waiting_rooms_told_from", "messages_per_minute", "cases_per_day", "letters_per_hour"):
        if getattr(policy.safeguards, name) < 1:
            raise PolicyError(f"safeguards.{name}", "must be a whole number above zero")
    laws = [(f"refusals.{each.id}", each.laws) for each in policy.refusals.reasons.values()]
    laws += [(f"remedies.{each.id}", each.laws) for each in policy.refusals.remedies.values()]
    for where, by_regime in laws:
        for regime in by_regime:
            _known(policy.regimes, regime, where, "regime")
    _purge_holds(policy)
    values = policy.values()
    of_cases = {**values, **dict.fromkeys(CANNED_NAMES)}
    of_people = {**values, **dict.fromkeys(REMEDY_NAMES)}
    of_answers, of_remedies = frozenset(policy.canned_sentences()), {each.text for each in policy.refusals.remedies.values()}
    for sentence in policy.sentences():
        known = of_cases if sentence in of_answers else of_people if sentence in of_remedies else values
        for name in _PLACEHOLDER.findall(sentence):
            _known(known, name, sentence[:40], "placeholder")
        for digits in re.findall(r"\d+", _NAMES_WITH_DIGITS.sub("", _PLACEHOLDER.sub("", sentence))):
            raise PolicyError(sentence[:40], f"writes the number {digits}; name its promise instead")


def _purge_holds(policy: Policy) -> None:
    """A key that is shredded at the end of the grace period must be gone from every backup within the purge promise: its
    epoch ends after `epoch_length` at the latest, the epoch's key `backup_kept` later, the last copy of that `key_copy_kept`
    after it."""
    limits = policy.safeguards
    try:
        parts = (policy.span("grace"), limits.epoch_length, limits.backup_kept, limits.key_copy_kept)
        needed, promised = sum((part.as_timedelta() for part in parts), timedelta()), policy.span("purge").as_timedelta()
    except ValueError as error:
        raise PolicyError("safeguards.epoch_length", str(error)) from None
    if needed > promised:
        raise PolicyError(
            "safeguards.epoch_length",
            f"grace, epoch_length, backup_kept and key_copy_kept make {needed.days} days, more than promises.purge",
        )


def _known(table: Mapping[str, Any], name: str, where: str, what: str) -> None:
    if name not in table:
        raise PolicyError(where, f"unknown {what} {name!r}")
