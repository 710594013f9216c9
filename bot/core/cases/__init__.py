"""Cases: the exercise of any right, from its opening to its end, with its dates and its path."""

from bot.core.cases.case import Case, find_for, get_for, list_for, move, open_case, open_of, path
from bot.core.cases.table import CLOSED, Right, Status, Step, next_status

__all__ = [
    "CLOSED",
    "Case",
    "Right",
    "Status",
    "Step",
    "find_for",
    "get_for",
    "list_for",
    "move",
    "next_status",
    "open_case",
    "open_of",
    "path",
]
