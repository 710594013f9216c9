"""Cases: the exercise of any right, from its opening to its end, with its dates and its path."""

from bot.core.cases.case import Case, find_for, get_for, list_for, move, open_case, open_of, path, show
from bot.core.cases.delays import BATCH as SWEEP_BATCH
from bot.core.cases.delays import REASONS, answer, ask, extend, reword, sweep
from bot.core.cases.table import CLOSED, Right, Status, Step, next_status
from bot.core.cases.withdrawing import can_withdraw, withdraw

__all__ = [
    "CLOSED",
    "REASONS",
    "SWEEP_BATCH",
    "Case",
    "Right",
    "Status",
    "Step",
    "answer",
    "ask",
    "can_withdraw",
    "extend",
    "find_for",
    "get_for",
    "list_for",
    "move",
    "next_status",
    "open_case",
    "open_of",
    "path",
    "reword",
    "show",
    "sweep",
    "withdraw",
]
