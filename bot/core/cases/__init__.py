"""Cases: the exercise of any right, from its opening to its end, with its dates and its path."""

from bot.core.cases.case import (
    Case,
    find_for,
    forget_password,
    get_for,
    list_for,
    move,
    open_case,
    open_of,
    path,
    show,
)
from bot.core.cases.delays import BATCH as SWEEP_BATCH
from bot.core.cases.delays import REASONS, answer, ask, extend, planned_extension, reword, sweep
from bot.core.cases.escalating import By, escalate
from bot.core.cases.table import BY_SERVICE, CLOSED, Right, Status, Step, next_status
from bot.core.cases.withdrawing import can_withdraw, drop_work, withdraw

__all__ = [
    "BY_SERVICE",
    "CLOSED",
    "REASONS",
    "SWEEP_BATCH",
    "By",
    "Case",
    "Right",
    "Status",
    "Step",
    "answer",
    "ask",
    "can_withdraw",
    "drop_work",
    "escalate",
    "extend",
    "find_for",
    "forget_password",
    "get_for",
    "list_for",
    "move",
    "next_status",
    "open_case",
    "open_of",
    "path",
    "planned_extension",
    "reword",
    "show",
    "sweep",
    "withdraw",
]
