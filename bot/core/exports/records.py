"""audit-excerpt.jsonl: the entries of the audit trail that are about the person, each with the hashes that
bind it to the chain.

An entry's `hash` is SHA-256 over `before` and the canonical JSON of the rest (see bot/core/audit.py), so each
line can be checked alone; the entries in between are about other people and are not here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.core.audit import AuditEntry
from bot.core.audit_lines import row_of
from bot.core.work import Engine

_PAGE = 500


def excerpt(engine: Engine, pseudonym: str) -> Iterator[str]:
    """One line per entry, oldest first."""
    last = ""
    while True:
        page = engine.read(
            lambda tx, last=last: tx.audit.select(subject=pseudonym, id__gt=last, limit=_PAGE)  # type: ignore[misc]
        )
        yield from map(_line, page)
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _line(entry: AuditEntry) -> str:
    return json.dumps(row_of(entry), ensure_ascii=False) + "\n"
