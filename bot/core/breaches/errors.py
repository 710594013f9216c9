"""What can be wrong with the record of a breach. Errors carry data, never words: bot/telegram/errors.py has those."""

from __future__ import annotations

from enum import StrEnum

from bot.core.errors import PrivacyError


class Problem(StrEnum):
    """Why something cannot stand in the record."""

    EMPTY = "empty"
    LONG = "long"
    FUTURE = "future"
    BEFORE_FOUND = "before_found"
    BEFORE_AWARE = "before_aware"
    AFTER_AWARE = "after_aware"
    AFTER_END = "after_end"
    BEFORE_BEGIN = "before_begin"
    UNKNOWN = "unknown"


class RecordError(PrivacyError):
    """This cannot stand in the record; `problem` says why, `most` how many letters are too many."""

    def __init__(self, problem: Problem, most: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.most = most


class NotReady(StrEnum):
    """What has to come first."""

    FIELDS = "fields"
    FINDING = "finding"
    NOBODY = "nobody"
    TOLD = "told"
    REPORTED = "reported"
    LATE = "late"


class NotReadyError(PrivacyError):
    """Something has to come first."""

    def __init__(self, ref: str, what: NotReady) -> None:
        super().__init__(what.value)
        self.ref = ref
        self.what = what
