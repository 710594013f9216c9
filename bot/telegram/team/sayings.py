"""Every module with sayings, so that whoever sends has them all."""

from bot.telegram.team import (
    breach_says,
    clock_says,
    policy_says,
    previews,
    private,
    proposals,
    setup_says,
)
from bot.telegram.team.says import SAYINGS

MODULES = (
    breach_says,
    clock_says,
    policy_says,
    previews,
    private,
    proposals,
    setup_says,
)

__all__ = ["MODULES", "SAYINGS"]
