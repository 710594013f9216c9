"""What the privacy team does in its group, one file per flow. They come before every flow of people: the group is theirs."""

from __future__ import annotations

from types import ModuleType

from handlers.team import cancel, four_eyes, policy

TEAM_FLOWS: tuple[ModuleType, ...] = (policy, four_eyes, cancel)
