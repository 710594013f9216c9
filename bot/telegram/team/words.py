"""Cases in the team's words: what they are about, where they stand, each step of their way. To the person the same is said in
bot/telegram/case_words.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.access_log import Why
from bot.core.audit import Tag
from bot.core.cases import By, Right, Status, Step
from bot.core.support.four_eyes import Outcome
from bot.core.support.holding import HOLD, LIFT
from bot.core.support.refusing import REFUSE
from bot.telegram.case_words import Standing
from bot.telegram.formats import moment, percent
from bot.telegram.texts import Line, _


def about(right: str) -> Line:
    """What a case is about. Short: it stands in a topic's title."""
    match Right(right):
        case Right.EXPORT:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Data export")
        case Right.ERASURE:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Account deletion")
        case Right.TRAINING:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Training setting")
        case Right.HISTORY:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Clearing of the history")
        case Right.RECTIFICATION:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Correction of data")
        case Right.RESTRICTION:
            return _("Restriction of processing")
        case Right.OBJECTION:
            return _("Objection to automated decisions")
        case Right.DO_NOT_SELL:
            return _("Opt-out of sales")
        case Right.FORGET_DESK:
            # Translators: what a case is about, in the privacy team's group; short.
            return _("Erasure of what this bot holds")
        case Right.COMPLAINT:
            return _("Complaint to the data protection officer")
        case Right.QUESTION:
            return _("Question to a person")


def state(case: Standing) -> Line:
    """Where a case stands."""
    match Status(case.status):
        case Status.OPENED | Status.ACKNOWLEDGED:
            return _("received")
        case Status.WAITING:
            # Translators: where a case stands, in the privacy team's group.
            return _("waiting for the person")
        case Status.WORKING:
            return _("being worked on")
        case Status.GRACE:
            # Translators: where the deletion of an account stands, in the privacy team's group.
            return _("account closed; the person can still take it back")
        case Status.ERASING:
            return _("being erased")
        case Status.PURGING:
            return _("erased; leaving the backups")
        case Status.DONE:
            return _("done")
        case Status.WITHDRAWN:
            # Translators: where a case stands, in the privacy team's group.
            return _("taken back by the person")
        case Status.REFUSED:
            return _("refused")


def delay_reason(code: str) -> Line:
    """Why something takes longer."""
    match code:
        case "identity":
            # Translators: a reason for a delay, on a button for the privacy team; short.
            return _("Identity to be verified")
        case "volume":
            # Translators: a reason for a delay, on a button for the privacy team; short.
            return _("Very many requests")
        case "work":
            # Translators: a reason for a delay that the service gave by itself; on the card of a case, short.
            return _("More work than planned")
        case _:
            # Translators: a reason for a delay, on a button for the privacy team; short.
            return _("Complex request")


def reveal_reason(why: str) -> Line:
    """Why somebody's identity is shown."""
    match why:
        case Why.IDENTITY.value:
            # Translators: why the privacy team has to know who a person is, on a button; short.
            return _("To verify identity")
        case Why.LEGAL.value:
            # Translators: why the privacy team has to know who a person is, on a button; short.
            return _("Legal claim or duty")
        case _:
            # Translators: why the privacy team has to know who a person is, on a button; short.
            return _("Serious harm to somebody")


def kind_name(kind: str) -> Line:
    """What needs four eyes."""
    match kind:
        case _ if kind == REFUSE:
            # Translators: what a second person of the privacy team has to agree to.
            return _("a refusal")
        case _ if kind == HOLD:
            # Translators: what a second person of the privacy team has to agree to: data is kept that should be erased.
            return _("a legal hold")
        case _ if kind == LIFT:
            # Translators: what a second person of the privacy team has to agree to.
            return _("the end of a legal hold")
        case _:
            # Translators: what a second person of the privacy team has to agree to, where it has no name of its own.
            return _("something that needs four eyes")


def path_line(at: datetime, tag: str, actor: str, details: str) -> Line | None:
    """One entry of a case's trail as a dated line, or None for one that tells the team nothing new."""
    said = _step(tag, actor, json.loads(details))
    if said is None:
        return None
    # Translators: one step of a case, for the privacy team. {date} is a date with time, {step} says what happened then.
    return _("• {date}: {step}", date=moment(at), step=said)


def _step(tag: str, actor: str, details: Mapping[str, Any]) -> Line | None:
    number = actor.removeprefix("team:")
    match tag:
        case Tag.CASE_OPENED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("received")
        case Tag.CASE_MOVED:
            return _moved(details["step"])
        case Tag.CASE_EXTENDED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("more time until {until} ({reason})", until=moment(datetime.fromisoformat(details["until"])), reason=delay_reason(details["reason"]))
        case Tag.CASE_REMINDED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person was reminded")
        case Tag.CASE_MISSED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("its date passed, and the person was told so")
        case Tag.CASE_WARNED:
            # Translators: a step of a case, after its date, for the privacy team. {share} is a percentage.
            return _("{share} of its time was used", share=percent(details["mark"] / 100))
        case Tag.CASE_ESCALATED:
            # Translators: a step of a case, after its date, for the privacy team. {why} is e.g. "its date was missed".
            return _("it went to the data protection officer: {why}", why=escalated_by(details["by"]))
        case Tag.CASE_ASSIGNED:
            return _assigned(details["member"])
        case Tag.LETTER_RECEIVED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person wrote")
        case Tag.LETTER_SENT:
            # Translators: a step of a case, after its date, for the privacy team. {number} is the number of a colleague.
            return _("team member {number} wrote to the person", number=number)
        case Tag.PROPOSAL_MADE:
            # Translators: a step of a case, after its date, for the privacy team. {what} is e.g. "a refusal".
            return _("team member {number} proposed {what}", number=number, what=kind_name(details["kind"]))
        case Tag.PROPOSAL_DECIDED:
            return _decided(details, number)
        case Tag.IDENTITY_REVEALED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the identity of the person was shown to team member {number}", number=number)
        case Tag.HOLD_SET:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("a legal hold was set")
        case Tag.HOLD_LIFTED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the legal hold was lifted")
        case Tag.EXPORT_BUILT:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the copy was put together")
        case Tag.EXPORT_DELIVERED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the copy was delivered")
        case Tag.RECTIFICATION_PROPOSED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("a correction was proposed to the person")
        case Tag.RECTIFICATION_APPLIED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person confirmed the correction")
        case Tag.ACCESS_REFUSED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("somebody without the role tried something and was refused")
        case _:
            return None


def escalated_by(by: str) -> Line:
    """Why a case is with the data protection officer."""
    match By(by):
        case By.PERSON:
            # Translators: why a case is with the data protection officer; a part of a sentence, for the privacy team.
            return _("the person says that it was not handled")
        case By.MISSED:
            # Translators: why a case is with the data protection officer; a part of a sentence, for the privacy team.
            return _("its date was missed")
        case By.TEAM:
            # Translators: why a case is with the data protection officer; a part of a sentence, for the privacy team.
            return _("the team asked for it")


def _assigned(number: int) -> Line:
    if not number:
        # Translators: a step of a case, after its date, for the privacy team.
        return _("nobody works on it any more")
    # Translators: a step of a case, after its date, for the privacy team. {number} is the number of a colleague.
    return _("team member {number} works on it", number=number)


def _decided(details: Mapping[str, Any], number: str) -> Line:
    what = kind_name(details["kind"])
    match Outcome(details["outcome"]):
        case Outcome.AGREED:
            # Translators: a step of a case, after its date, for the privacy team. {what} is e.g. "a refusal".
            return _("team member {number} agreed to {what}", number=number, what=what)
        case Outcome.DECLINED:
            # Translators: a step of a case, after its date, for the privacy team. {what} is e.g. "a refusal".
            return _("team member {number} declined {what}", number=number, what=what)
        case Outcome.LAPSED | Outcome.OVERTAKEN:
            # Translators: a step of a case, after its date, for the privacy team. {what} is e.g. "a refusal".
            return _("nobody agreed to {what} in time", what=what)


def _moved(step: str) -> Line:
    match Step(step):
        case Step.ACKNOWLEDGE:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("acknowledged to the person")
        case Step.START:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("work on it began")
        case Step.ASK:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person was asked something")
        case Step.ANSWER:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person answered")
        case Step.ENTER_GRACE:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the account was closed; the person can take it back for some days")
        case Step.TAKE_BACK:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("the person took the deletion back")
        case Step.CLAIM:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("erasing began")
        case Step.ERASED:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("everything was erased")
        case Step.FINISH:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("done")
        case Step.WITHDRAW:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("withdrawn")
        case Step.REFUSE:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("refused")
        case Step.REOPEN:
            # Translators: a step of a case, after its date, for the privacy team.
            return _("opened again")
