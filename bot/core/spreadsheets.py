"""Tables for a spreadsheet program, which must not take a text for a formula (CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180. Empty where there is nothing to say."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([cell(value) for value in row])
    return made.getvalue()


def cell(value: Any) -> str:
    """One value, harmless. A number stays one."""
    if value is None:
        return ""
    text = str(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "'" + text if text.startswith(_FORMULA) and not is_number else text
