"""Cases in words: what they are about, where they stand, and each step of the way there."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Protocol

from bot.core.audit import AuditEntry, Tag
from bot.core.cases import Right, Status, Step
from bot.telegram.formats import moment
from bot.telegram.texts import Line, _


def right_name(right: str) -> Line:
    """What a case is about."""
    match Right(right):
        case Right.EXPORT:
            return _("Export of your data")
        case Right.ERASURE:
            return _("Deletion of your account")
        case Right.TRAINING:
            return _("Training setting")
        case Right.HISTORY:
            return _("Clearing of your history")
        case Right.RECTIFICATION:
            return _("Correction of your data")
        case Right.RESTRICTION:
            return _("Restriction of processing")
        case Right.OBJECTION:
            return _("Objection to automated decisions")
        case Right.DO_NOT_SELL:
            return _("Opt-out of sales")
        case Right.FORGET_DESK:
            return _("Erasure of what this bot holds")
        case Right.COMPLAINT:
            return _("Complaint to the data protection officer")
        case Right.QUESTION:
            return _("Question to a person")


class Standing(Protocol):
    """A case, or a line of a list about one."""

    @property
    def status(self) -> str: ...


def status_name(case: Standing) -> Line:
    """Where a case stands."""
    match Status(case.status):
        case Status.OPENED | Status.ACKNOWLEDGED:
            return _("received")
        case Status.WAITING:
            return _("waiting for you")
        case Status.WORKING:
            return _("being worked on")
        case Status.GRACE:
            return _("can still be taken back")
        case Status.ERASING:
            return _("being erased")
        case Status.PURGING:
            return _("erased; leaving the backups")
        case Status.DONE:
            return _("done")
        case Status.WITHDRAWN:
            return _("taken back")
        case Status.REFUSED:
            return _("refused")


def path_line(entry: AuditEntry, zone: str) -> Line | None:
    """One entry of a case's trail as a dated line, or None for one that says nothing new to a person."""
    said = _said(entry, zone)
    if said is None:
        return None
    # Translators: one step of a request. {date} is a date with time, {step} says what happened then.
    return _("• {date}: {step}", date=moment(entry.at, zone), step=said)


def _said(entry: AuditEntry, zone: str) -> Line | None:
    details = json.loads(entry.details)
    match entry.tag:
        case Tag.CASE_OPENED:
            # Translators: a step of a request, after its date.
            return _("we received your request")
        case Tag.CASE_MOVED:
            return _moved(details["step"])
        case Tag.CASE_EXTENDED:
            # Translators: a step of a request, after its date. {reason} is a whole sentence.
            return _(
                "it takes longer, the new date is {until}. {reason}",
                until=moment(datetime.fromisoformat(details["until"]), zone),
                reason=reason_name(details["reason"]),
            )
        case Tag.CASE_REMINDED:
            # Translators: a step of a request, after its date.
            return _("we reminded you that it waits for you")
        case Tag.CASE_MISSED:
            # Translators: a step of a request, after its date.
            return _("the date passed and it was not finished; we told you so")
        case Tag.CASE_ESCALATED:
            # Translators: a step of a request, after its date.
            return _("it went to the data protection officer")
        case Tag.EXPORT_BUILT:
            # Translators: a step of a request, after its date.
            return _("your copy was put together")
        case Tag.EXPORT_DELIVERED:
            # Translators: a step of a request, after its date.
            return _("your copy was delivered")
        case Tag.EXPORT_DESTROYED:
            # Translators: a step of a request, after its date.
            return _("the package was destroyed on our side")
        case Tag.RECTIFICATION_PROPOSED:
            # Translators: a step of a request, after its date.
            return _("a correction was proposed")
        case Tag.RECTIFICATION_APPLIED:
            # Translators: a step of a request, after its date.
            return _("you confirmed it and the data was corrected")
        case Tag.HOLD_SET:
            # Translators: a step of a request, after its date. A legal hold stops an erasure for a while.
            return _("a legal hold was set")
        case Tag.HOLD_LIFTED:
            # Translators: a step of a request, after its date.
            return _("the legal hold was lifted")
        case _:
            return None


def _moved(step: str) -> Line | None:
    match Step(step):
        case Step.ACKNOWLEDGE:
            # Translators: a step of a request, after its date.
            return _("we acknowledged it")
        case Step.START:
            # Translators: a step of a request, after its date.
            return _("work on it began")
        case Step.ASK:
            # Translators: a step of a request, after its date.
            return _("we asked you something")
        case Step.ANSWER:
            # Translators: a step of a request, after its date.
            return _("you answered")
        case Step.ENTER_GRACE:
            # Translators: a step of a deletion, after its date.
            return _("your account was closed; from then on you could take it back")
        case Step.TAKE_BACK:
            # Translators: a step of a deletion, after its date.
            return _("you took it back")
        case Step.CLAIM:
            # Translators: a step of a deletion, after its date.
            return _("the time to take it back was over; erasing began")
        case Step.ERASED:
            # Translators: a step of a deletion, after its date.
            return _("everything was erased and the key destroyed")
        case Step.FINISH:
            # Translators: a step of a request, after its date.
            return _("it was done")
        case Step.WITHDRAW:
            # Translators: a step of a request, after its date.
            return _("you withdrew it")
        case Step.REFUSE:
            # Translators: a step of a request, after its date.
            return _("it was refused")
        case Step.REOPEN:
            # Translators: a step of a request, after its date.
            return _("it was opened again")


def reason_name(code: str) -> Line:
    """The reason for a delay, by its code."""
    match code:
        case "identity":
            return _("We need to verify that the request comes from you.")
        case "volume":
            return _("There are very many requests at the moment.")
        case "work":
            return _("Your request takes more work than we planned.")
        case _:
            return _("Your request is complex.")
