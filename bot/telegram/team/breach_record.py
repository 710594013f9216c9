"""The record of a breach in words: the question for each field, and what stands in it."""

from __future__ import annotations

from datetime import datetime

from bot.core.breaches import Breach, Risk
from bot.core.breaches import fields as record_fields
from bot.core.breaches.fields import Field
from bot.core.policies import Policy
from bot.telegram.breach_words import category_name, field_name, risk_name
from bot.telegram.formats import listing, moment
from bot.telegram.keyboards import Button
from bot.telegram.regions import region_label
from bot.telegram.team.here import tap
from bot.telegram.texts import Html, Line, _, _p, policy_text, verbatim

NOW, OPEN_STILL, AS_PUBLISHED = "now", "open", "policy"
"""What a button puts into a field instead of an answer."""
_SHOWN_LETTERS = 240
"""Of a text among all the others; the whole stands in what people will read."""


def question(field: Field) -> Line:
    """What is asked for."""
    match field:
        case Field.DRILL:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Did this happen, or is it a drill? A drill does everything and writes to nobody.")
        case Field.WHAT:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("What happened? Please answer this message. People will read your words.")
        case Field.FOUND:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("When was it found?")
        case Field.AWARE:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Since when are you aware of it? The clock starts there.")
        case Field.CATEGORIES:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Which kinds of data are concerned?")
        case Field.REGIONS:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("In which regions was the data kept?")
        case Field.BEGAN:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("From when did data lie open?")
        case Field.ENDED:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Until when did data lie open?")
        case Field.CONSEQUENCES:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("What can it mean for people? Please answer this message. People will read your words.")
        case Field.MEASURES:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("What has been done about it? Please answer this message. People will read your words.")
        case Field.ADVICE:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("What can people do themselves? Please answer this message. People will read your words.")
        case Field.RISK:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("How high is the risk for people? At a high risk the law itself wants them told; our policy promises it in any case.")
        case Field.CONTACT:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Whom can people ask? Please answer this message, or take the contact of the policy.")
        case Field.LATE:
            # Translators: a question to the privacy team for the record of a data breach.
            return _("Why was an authority told later than promised? Please answer this message. Only authorities read your words.")


def when_hint(*, or_now: bool) -> Line:
    """How a time is written."""
    if not or_now:
        # Translators: to the privacy team, who type a time. Please keep the example as it is.
        return _("Please answer this message, like 2026-03-27 18:00 (UTC; or with +02:00 behind it).")
    # Translators: to the privacy team, who type a time. Please keep the example as it is.
    return _("For another time, answer this message, like 2026-03-27 18:00 (UTC; or with +02:00 behind it).")


def choices(policy: Policy, breach: Breach, field: Field) -> list[list[Button]]:
    """The buttons that answer it."""

    def put(label: Line | str, value: str) -> Button:
        return tap(label, "br_put", breach.id, f"{field.value}={value}")

    match field:
        case Field.DRILL:
            return [[put(_p("button", "It happened"), "real"), put(_p("button", "A drill"), "drill")]]
        case Field.FOUND | Field.AWARE:
            return [[put(_p("button", "Now"), NOW)]]
        case Field.ENDED:
            return [[put(_p("button", "It still does"), OPEN_STILL)]]
        case Field.RISK:
            return [[put(risk_name(risk.value), risk.value) for risk in Risk]]
        case Field.CONTACT:
            return [[put(_p("button", "As in the policy"), AS_PUBLISHED)]]
        case Field.CATEGORIES:
            return _toggles(breach, field, {name: _category(policy, name) for name in policy.breach_categories})
        case Field.REGIONS:
            return _toggles(breach, field, {name: region_label(name) for name in record_fields.regions_of(policy)})
        case _:
            return []


def _toggles(breach: Breach, field: Field, names: dict[str, Line] | dict[str, Line | Html]) -> list[list[Button]]:
    chosen = chosen_of(breach, field)
    keyboard = []
    for name, label in names.items():
        sign = "☑" if name in chosen else "☐"
        keyboard.append([tap(f"{sign} {label.plain}", "br_flip", breach.id, f"{field.value}={name}")])
    if chosen:
        keyboard.append([tap(_p("button", "Go on"), "br_put", breach.id, f"{field.value}=+", style="primary")])
    return keyboard


def chosen_of(breach: Breach, field: Field) -> list[str]:
    """What is ticked."""
    return (breach.categories if field is Field.CATEGORIES else breach.regions).split()


def filled(policy: Policy, breach: Breach, field: Field) -> Line:
    """A field with its value, for the team."""
    # Translators: a line of a record: a field and what stands in it.
    return _("<b>{field}</b>: {value}", field=field_name(field), value=value_of(policy, breach, field))


def value_of(policy: Policy, breach: Breach, field: Field) -> Line | Html | str:
    """What stands in a field."""
    if field in record_fields.missing(breach):
        return Html("–", "–")
    instants = {Field.FOUND: breach.found_at, Field.AWARE: breach.aware_at, Field.BEGAN: breach.began_at, Field.ENDED: breach.ended_at}
    if field in instants:
        return _instant(instants[field])
    match field:
        case Field.DRILL:
            # Translators: in the record of a data breach.
            return _("a drill") if breach.drill else _("it happened")
        case Field.RISK:
            return risk_name(breach.risk)
        case Field.CATEGORIES:
            return listing([_category(policy, name).plain for name in breach.categories.split()])
        case Field.REGIONS:
            return listing([region_label(name).plain for name in breach.regions.split()])
    of = breach.texts.get(field.value, {})
    if not of:
        return policy_text(policy.dpo, policy.values()) if field is Field.CONTACT else Html("–", "–")
    text = of.get(breach.written_in) or next(iter(of.values()))
    return verbatim(text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]} …")


def _category(policy: Policy, name: str) -> Line | Html:
    return category_name({each.id: each.short for each in policy.breach_categories.values()}, policy.values(), name)


def _instant(at: datetime | None) -> Line | Html:
    # Translators: in the record of a data breach: there is no end yet.
    return moment(at) if at is not None else _("still open")
