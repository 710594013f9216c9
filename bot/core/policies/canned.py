"""Ready answers of the privacy team, as data: what it writes often is written well once, and translated."""

from __future__ import annotations

import re
from dataclasses import dataclass

CANNED_NAMES = frozenset({"ref", "right", "due", "dpo", "authority"})
"""What a canned answer may name beside the policy's own values; filled in from the case (bot/telegram/team/canned.py)."""
PREFIXES = frozenset({"EXP", "DEL", "TRN", "CLR", "COR", "RES", "OBJ", "DNS", "FGT", "DPO", "ASK"})
"""What cases are about, by the prefix of their references; a test holds it against the core's rights."""


@dataclass(frozen=True, slots=True)
class Canned:
    """A ready answer. `title` is for the team, `text` for the person; `rights` the prefixes of the cases it is for, none meaning all."""

    id: str
    title: str
    text: str
    rights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z_]{1,24}", self.id):
            raise ValueError("an id has at most 24 of a-z and _")
        for unknown in sorted(set(self.rights) - PREFIXES):
            raise ValueError(f"no case begins with {unknown}")
