"""Every module with sayings, so that whoever sends has them all."""

from bot.telegram import notices_cases
from bot.telegram.team import breach_says, case_says, clock_says, policy_says, previews, private, proposals
from bot.telegram.team.says import SAYINGS

MODULES = (notices_cases, breach_says, case_says, clock_says, policy_says, previews, private, proposals)

__all__ = ["MODULES", "SAYINGS"]
