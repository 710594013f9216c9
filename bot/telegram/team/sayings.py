"""Every module with sayings, so that whoever sends has them all."""

from bot.telegram.team import policy_says, private, proposals
from bot.telegram.team.says import SAYINGS

MODULES = (policy_says, private, proposals)

__all__ = ["MODULES", "SAYINGS"]
