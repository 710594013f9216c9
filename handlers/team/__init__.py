"""What the privacy team does in its group, one file per flow. They come before every flow of people: the group is theirs."""

from __future__ import annotations

from types import ModuleType

from handlers.team import (
    bans,
    breach,
    breach_reports,
    breach_telling,
    cancel,
    cases,
    correcting,
    extending,
    figures,
    four_eyes,
    helping,
    holding,
    policy,
    queue,
    refusing,
    register,
    remarks,
    revealing,
    roles,
    setup,
    writing,
)

TEAM_FLOWS: tuple[ModuleType, ...] = (
    setup, roles, policy, cases, correcting, extending, refusing, holding, revealing, four_eyes, breach, breach_telling, breach_reports,
    queue, figures, register, bans, writing, cancel, helping, remarks,
)  # fmt: skip
"""In this order; `remarks` takes what nobody else does and stays last."""
