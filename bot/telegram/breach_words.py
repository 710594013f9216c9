"""A breach in words: the notice that people read (GDPR Art. 34(2)), and the names of fields, categories and risks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.breaches import Risk
from bot.core.breaches.fields import FOR_PEOPLE, Field
from bot.telegram.formats import language_name, listing, moment
from bot.telegram.texts import PSEUDO, Html, Line, _, current_locale, join, policy_text, verbatim


def notice(data: dict[str, Any], zone: str) -> Html:
    """What one person reads, in the current language; `data` is made by the core (bot/core/breaches/telling.py).

    A text that was not given in this language is shown as it was written, and that is said.
    """
    ref, values = data["ref"], data["values"]
    parts: list[Line | Html] = []
    if data["drill"]:
        # Translators: above a message that is only a drill of the privacy team.
        parts.append(_("<b>DRILL. Nothing of this happened.</b>"))
    # Translators: heading of a message that tells a person of a data breach; {ref} is its reference, e.g. BRE-7K2M4Q.
    parts.append(_("<b>A data breach concerns you</b> ({ref})", ref=ref))
    if data["before"]:
        # Translators: to a person who was told of the same data breach before. {date} is a date with time.
        parts.append(_("We told you about this on {date}. More of your data is concerned than we knew then.", date=_at(data["before"], zone)))
    # Translators: heading in a message about a data breach; a text by the privacy team follows.
    parts += _section(_("<b>What happened</b>"), data, Field.WHAT)
    parts.append(_when(data, zone))
    labels: list[Line | Html] = [_("• {item}", item=policy_text(label, values)) for label in data["labels"]]
    # Translators: heading in a message about a data breach; a list of kinds of data follows.
    parts.append(join([_("<b>Which of your data</b>"), *labels], "\n"))
    # Translators: heading in a message about a data breach; a text by the privacy team follows.
    parts += _section(_("<b>What this can mean for you</b>"), data, Field.CONSEQUENCES)
    # Translators: heading in a message about a data breach; a text by the privacy team follows.
    parts += _section(_("<b>What we have done</b>"), data, Field.MEASURES)
    # Translators: heading in a message about a data breach; a text by the privacy team follows.
    parts += _section(_("<b>What you can do</b>"), data, Field.ADVICE)
    officer = policy_text(data["dpo"], values)
    # Translators: in a message about a data breach. {officer} is e.g. "the data protection officer of Moonshot AI", {ref} a reference.
    parts.append(_("Your contact is {officer}. Please name the reference {ref}.", officer=officer, ref=ref))
    if contact := data["texts"].get(Field.CONTACT.value):
        parts.append(verbatim(contact[1]))
    foreign = _foreign(data)
    if foreign:
        # Translators: in a message about a data breach. {languages} is a language or several, by their own names.
        parts.append(_("<i>We could not give you everything in your language. Some of it is in: {languages}</i>", languages=listing(foreign)))
    return join(parts)


def _section(heading: Line, data: dict[str, Any], field: Field) -> list[Line | Html]:
    found = data["texts"].get(field.value)
    return [join([heading, verbatim(found[1])], "\n")] if found else []


def _when(data: dict[str, Any], zone: str) -> Line:
    began = _at(data["began"], zone)
    if not data["ended"]:
        # Translators: in a message about a data breach. {began} is a date with time.
        return _("Your data lay open from {began}, and we have not closed the gap yet.", began=began)
    # Translators: in a message about a data breach. Both are dates with time.
    return _("Your data lay open from {began} until {ended}.", began=began, ended=_at(data["ended"], zone))


def _foreign(data: dict[str, Any]) -> list[str]:
    """The languages, other than the reader's, in which something is written."""
    here = current_locale()
    if here == PSEUDO:
        return []
    others = (data["texts"][field.value][0] for field in FOR_PEOPLE if field.value in data["texts"])
    return [language_name(locale) for locale in dict.fromkeys(others) if locale and locale != here]


def _at(text: str, zone: str) -> Html:
    return moment(datetime.fromisoformat(text), zone)


def field_name(field: Field) -> Line:
    """What a field of the record is called, for the team."""
    match field:
        case Field.DRILL:
            # Translators: a field in the record of a data breach: a real one, or a drill of the privacy team.
            return _("Real or a drill")
        case Field.WHAT:
            # Translators: a field in the record of a data breach.
            return _("What happened")
        case Field.FOUND:
            # Translators: a field in the record of a data breach: when it was found.
            return _("Found on")
        case Field.AWARE:
            # Translators: a field in the record of a data breach: since when the team knows that it is one; the legal clock starts.
            return _("Aware since")
        case Field.CATEGORIES:
            # Translators: a field in the record of a data breach.
            return _("Kinds of data")
        case Field.REGIONS:
            # Translators: a field in the record of a data breach: in which regions the data is kept.
            return _("Regions")
        case Field.BEGAN:
            # Translators: a field in the record of a data breach: from when data could be seen by others.
            return _("Open from")
        case Field.ENDED:
            # Translators: a field in the record of a data breach: until when data could be seen by others.
            return _("Open until")
        case Field.CONSEQUENCES:
            # Translators: a field in the record of a data breach: what it can mean for people.
            return _("Likely consequences")
        case Field.MEASURES:
            # Translators: a field in the record of a data breach.
            return _("Measures taken")
        case Field.ADVICE:
            # Translators: a field in the record of a data breach: what the people concerned can do themselves.
            return _("What people can do")
        case Field.RISK:
            # Translators: a field in the record of a data breach.
            return _("Risk for people")
        case Field.CONTACT:
            # Translators: a field in the record of a data breach: whom people can ask.
            return _("Contact point")
        case Field.LATE:
            # Translators: a field in the record of a data breach: why an authority was told later than the promise says.
            return _("Reasons for the delay")


def risk_name(risk: str) -> Line:
    """A risk, for the team and the authorities."""
    if risk == Risk.HIGH:
        # Translators: how high the risk of a data breach is for the people concerned.
        return _("high")
    # Translators: how high the risk of a data breach is for the people concerned.
    return _("low")


def category_name(labels: Mapping[str, str], values: Mapping[str, str], name: str) -> Line | Html:
    """A kind of data, as people are told it."""
    return policy_text(labels[name], values) if name in labels else verbatim(name)


def authority_name(sentence: str, values: Mapping[str, str]) -> Line:
    """An authority, as the policy names it."""
    return policy_text(sentence, values)
