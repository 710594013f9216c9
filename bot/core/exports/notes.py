"""What the desk noted about a person beside their cases: a ban, that they were told of a new version of the policy, and what two
people of the team decided. Who of the team it was is not told; why is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.core.ports import Tx


def read_notes(tx: Tx, subject: str) -> dict[str, list[dict[str, Any]]]:
    """By kind, as plain values for export.json."""
    return {
        "bans": [{"since": each.at.isoformat(), "reason": each.reason} for each in tx.bans.select(subject=subject)],
        "policy_notices": [
            {"version": each.version, "at": each.at.isoformat(), "told_at": _iso(each.told_at)}
            for each in tx.policy_notices.select(subject=subject, order_by="at")
        ],
        "decisions": [
            {
                "case": each.ref,
                "kind": each.kind,
                "reason": each.reason,
                "proposed_at": each.at.isoformat(),
                "decided_at": _iso(each.decided_at),
                "outcome": each.outcome or None,
            }
            for each in tx.proposals.select(subject=subject, order_by="at", opened=False)
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
