"""Every module with sayings, so that whoever sends has them all."""

from bot.telegram import notices_bans, notices_cases
from bot.telegram.team import (
    alarms,
    breach_says,
    case_says,
    clock_says,
    policy_says,
    previews,
    private,
    proposals,
    register_notices,
    setup_says,
)
from bot.telegram.team.says import SAYINGS

MODULES = (
    notices_bans,
    notices_cases,
    alarms,
    breach_says,
    case_says,
    clock_says,
    policy_says,
    previews,
    private,
    proposals,
    register_notices,
    setup_says,
)

__all__ = ["MODULES", "SAYINGS"]
