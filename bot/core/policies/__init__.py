"""The published policy as data: the only place where its numbers stand. README.md beside this file tells how to put another."""

from bot.core.policies.canned import Canned
from bot.core.policies.load import load_policy, read_policy, shipped_policy_file
from bot.core.policies.model import (
    BanReason,
    BreachCategory,
    Group,
    Jurisdiction,
    Policy,
    Promise,
    Regime,
    RetentionRule,
    RightEntry,
    Safeguards,
    Span,
    Topic,
    Unit,
)

__all__ = [
    "BanReason",
    "BreachCategory",
    "Canned",
    "Group",
    "Jurisdiction",
    "Policy",
    "Promise",
    "Regime",
    "RetentionRule",
    "RightEntry",
    "Safeguards",
    "Span",
    "Topic",
    "Unit",
    "load_policy",
    "read_policy",
    "shipped_policy_file",
]
