"""What is in an export. (Issue C replaces this with the full package behind the same call.)"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import IO, Any

from bot.core import cases, consents, conversations
from bot.core.ports import Tx
from bot.core.work import Engine


def write_package(engine: Engine, subject: str, out: IO[bytes], *, on_progress: Callable[[float], None]) -> None:
    """Write the ZIP to `out`."""
    facts = engine.read(lambda tx: _facts(tx, subject))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("export.json", "w") as raw, io.TextIOWrapper(raw, "utf-8") as text:
            json.dump(facts, text, ensure_ascii=False, indent=2)
    on_progress(1.0)


def _facts(tx: Tx, subject: str) -> dict[str, Any]:
    account = tx.accounts.get(id=subject)
    return {
        "account": {"name": account.name, "created_at": account.created_at.isoformat(), "locale": account.locale},
        "conversations": [
            {
                "title": header.title,
                "started_at": header.started_at.isoformat(),
                "kept": header.kept,
                "messages": [
                    {"role": m.role, "text": m.text, "at": m.at.isoformat()}
                    for m in conversations.messages(tx, subject, header.id)
                ],
            }
            for header in tx.conversations.select(subject=subject, order_by="started_at")
        ],
        "consents": [
            {"receipt": c.id, "purpose": c.purpose, "given": c.given, "at": c.at.isoformat()}
            for c in consents.history(tx, subject)
        ],
        "cases": [{"ref": c.id, "status": c.status} for c in cases.list_for(tx, subject, limit=1000)],
    }
