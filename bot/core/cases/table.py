"""The one state machine of all cases, as a table. What is not in the table cannot happen."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What is exercised. The value is the prefix of the reference that people quote."""

    EXPORT = "EXP"
    ERASURE = "DEL"
    TRAINING = "TRN"
    HISTORY = "CLR"
    RECTIFICATION = "COR"
    RESTRICTION = "RES"
    OBJECTION = "OBJ"
    DO_NOT_SELL = "DNS"
    FORGET_DESK = "FGT"
    QUESTION = "ASK"
    COMPLAINT = "DPO"


class Status(StrEnum):
    """Where a case stands. Overdue is computed, never stored."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    WAITING = "waiting"
    WORKING = "working"
    GRACE = "grace"
    ERASING = "erasing"
    PURGING = "purging"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Step(StrEnum):
    """What moves a case."""

    ACKNOWLEDGE = "acknowledge"
    START = "start"
    ASK = "ask"
    ANSWER = "answer"
    ENTER_GRACE = "enter_grace"
    TAKE_BACK = "take_back"
    CLAIM = "claim"
    ERASED = "erased"
    FINISH = "finish"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    REOPEN = "reopen"


FOR_PEOPLE = frozenset(
    {Right.QUESTION.value, Right.COMPLAINT.value, Right.OBJECTION.value, Right.RECTIFICATION.value}
)
"""What people of the privacy team work on. The rest is done by the service itself, and reaches them when it is late."""
BY_SERVICE = frozenset({Right.EXPORT.value, Right.ERASURE.value, Right.FORGET_DESK.value})
"""What only the service's own work can fulfil: nobody can say that it is done."""
CLOSED = frozenset({Status.DONE, Status.WITHDRAWN, Status.REFUSED})

_TABLE: dict[Step, dict[Status, Status]] = {
    Step.ACKNOWLEDGE: {Status.OPENED: Status.ACKNOWLEDGED},
    Step.START: {
        Status.OPENED: Status.WORKING,
        Status.ACKNOWLEDGED: Status.WORKING,
        Status.WAITING: Status.WORKING,
    },
    Step.ASK: {
        Status.OPENED: Status.WAITING,
        Status.ACKNOWLEDGED: Status.WAITING,
        Status.WORKING: Status.WAITING,
    },
    Step.ANSWER: {Status.WAITING: Status.ACKNOWLEDGED},
    Step.ENTER_GRACE: {Status.OPENED: Status.GRACE, Status.ACKNOWLEDGED: Status.GRACE},
    Step.TAKE_BACK: {Status.GRACE: Status.WITHDRAWN},
    Step.CLAIM: {Status.GRACE: Status.ERASING},
    Step.ERASED: {Status.ERASING: Status.PURGING},
    Step.FINISH: {
        Status.OPENED: Status.DONE,
        Status.ACKNOWLEDGED: Status.DONE,
        Status.WORKING: Status.DONE,
        Status.WAITING: Status.DONE,
        Status.PURGING: Status.DONE,
    },
    Step.WITHDRAW: {
        Status.OPENED: Status.WITHDRAWN,
        Status.ACKNOWLEDGED: Status.WITHDRAWN,
        Status.WORKING: Status.WITHDRAWN,
        Status.WAITING: Status.WITHDRAWN,
    },
    Step.REFUSE: {
        Status.OPENED: Status.REFUSED,
        Status.ACKNOWLEDGED: Status.REFUSED,
        Status.WORKING: Status.REFUSED,
        Status.WAITING: Status.REFUSED,
    },
    Step.REOPEN: {
        Status.DONE: Status.ACKNOWLEDGED,
        Status.REFUSED: Status.ACKNOWLEDGED,
        Status.WITHDRAWN: Status.ACKNOWLEDGED,
    },
}


def next_status(status: Status, step: Step) -> Status | None:
    """Where `step` leads from `status`, or None where it cannot be taken."""
    return _TABLE[step].get(status)
