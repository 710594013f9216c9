"""What cannot be written into the record of a breach, or not yet, in words: part of the one table in errors.py."""

from __future__ import annotations

from bot.core.breaches.errors import NotReady, NotReadyError, Problem, RecordError
from bot.telegram.formats import number
from bot.telegram.texts import Line, _


def words_for_breach(error: RecordError | NotReadyError) -> Line:
    """To the privacy team."""
    return _not_ready(error) if isinstance(error, NotReadyError) else _problem(error)


def _problem(error: RecordError) -> Line:
    match error.problem:
        case Problem.LONG:
            # Translators: to the privacy team, about the record of a data breach.
            return _("That is too long: at most {most} characters, so that all of it fits into one message to people.", most=number(error.most))
        case Problem.FUTURE:
            # Translators: to the privacy team, about the record of a data breach.
            return _("That lies in the future. Please give a time that has passed.")
        case Problem.BEFORE_FOUND:
            # Translators: to the privacy team, about the record of a data breach.
            return _("Nobody can be aware of it before it was found. Please check both times.")
        case Problem.AFTER_AWARE:
            # Translators: to the privacy team, about the record of a data breach.
            return _("It must have been found before you were aware of it. Please check both times.")
        case Problem.BEFORE_AWARE:
            # Translators: to the privacy team, about the report on a data breach to an authority.
            return _("That is before you were aware of the breach. Please give the time at which the report was sent.")
        case Problem.BEFORE_BEGIN | Problem.AFTER_END:
            # Translators: to the privacy team, about the record of a data breach.
            return _("The end must come after the beginning. Please check both times.")
        case _:
            # Translators: to the privacy team, about the record of a data breach.
            return _("Please give something here.")


def _not_ready(error: NotReadyError) -> Line:
    match error.what:
        case NotReady.FIELDS:
            # Translators: to the privacy team, about the record of a data breach.
            return _("Some fields are still empty. Please fill them in first.")
        case NotReady.FINDING:
            # Translators: to the privacy team, about a data breach.
            return _("Who is concerned is still being worked out. Please try again in a moment.")
        case NotReady.NOBODY:
            # Translators: to the privacy team, about a data breach.
            return _("There is nobody left to be told.")
        case NotReady.TOLD:
            # Translators: to the privacy team, who want to close the record of a data breach.
            return _("Not everybody has been told yet. Please tell them first.")
        case NotReady.REPORTED:
            # Translators: to the privacy team, who want to close the record of a data breach.
            return _("Not every authority has its report yet. Please send them first, and note it here.")
        case NotReady.LATE:
            # Translators: to the privacy team, about the report on a data breach to an authority.
            return _("The time is over, so the report needs the reasons for the delay. Please write them into the record first.")
