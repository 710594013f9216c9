"""Differences between two versions of the policy, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policies import Span, Unit
from bot.core.policies.changes import Kind
from bot.telegram.formats import span_line
from bot.telegram.texts import Line, _, policy_text, verbatim


def change_line(change: Mapping[str, Any], values: Mapping[str, str]) -> Line:
    """One difference as a line of a list. `change` is `Change.as_json()`."""
    kind = Kind(change["kind"])
    says = policy_text(change["about"], values)
    if kind in (Kind.PROMISE, Kind.KEPT):
        return _amount(kind, says if kind is Kind.PROMISE else verbatim(change["about"]), _span(change["was"]), _span(change["now"]))
    match kind:
        case Kind.NEW_RIGHT:
            # Translators: a line of what a new policy changes. {right} is the name of a right.
            return _("• New right: {right}", right=says)
        case Kind.GONE_RIGHT:
            # Translators: a line of what a new policy changes. {right} is the name of a right.
            return _("• No longer there: {right}", right=says)
        case Kind.RIGHT:
            # Translators: a line of what a new policy changes. {right} is the name of a right.
            return _("• Said differently: {right}", right=says)
        case Kind.NEW_TOPIC:
            # Translators: a line of what a new policy changes. {topic} is a question that the policy answers.
            return _("• New answer: {topic}", topic=says)
        case Kind.GONE_TOPIC:
            # Translators: a line of what a new policy changes. {topic} is a question that the policy answered.
            return _("• No longer answered: {topic}", topic=says)
        case Kind.TOPIC:
            # Translators: a line of what a new policy changes. {topic} is a question that the policy answers.
            return _("• Another answer: {topic}", topic=says)
        case _:
            # Translators: a line of what a new policy changes: the text under which training is allowed.
            return _("• What you are told when you allow or stop training")


def _amount(kind: Kind, what: Any, was: Span | None, now: Span | None) -> Line:
    if was is not None and now is not None:
        if kind is Kind.KEPT:
            # Translators: a line of what a new policy changes. {record} is a kind of record by its technical name.
            return _("• Records of kind “{record}” are kept for {now}; before: {was}", record=what, now=span_line(now), was=span_line(was))
        # Translators: a line of what a new policy changes. {promise} is a sentence such as "A data export is delivered".
        return _("• {promise}: {now}; before: {was}", promise=what, now=span_line(now), was=span_line(was))
    if now is not None:
        # Translators: a line of what a new policy changes. {promise} is a sentence such as "A data export is delivered".
        return _("• {promise}: {now}; this is new", promise=what, now=span_line(now))
    # Translators: a line of what a new policy changes. {promise} is a sentence such as "A data export is delivered".
    return _("• {promise}: no longer promised", promise=what)


def _span(amount: Any) -> Span | None:
    return Span(int(amount[0]), Unit(amount[1])) if amount else None
