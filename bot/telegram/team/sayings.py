"""Every module with sayings, so that whoever sends has them all."""

from bot.telegram.team import policy_says
from bot.telegram.team.says import SAYINGS

MODULES = (policy_says,)

__all__ = ["MODULES", "SAYINGS"]
