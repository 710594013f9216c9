"""Roles and what they may do, as a table. What is not in the table is refused.

    agent    works on cases
    lead     assigns them, and agrees to what needs four eyes
    dpo      data protection officer: holds, exceptions, breaches, the policy
    auditor  looks at figures and registers, changes nothing, opens nobody's data
    owner    sets the team up; as such has no access to anybody's case
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """In which role somebody of the team acts."""

    AGENT = "agent"
    LEAD = "lead"
    DPO = "dpo"
    AUDITOR = "auditor"
    OWNER = "owner"


class Permission(StrEnum):
    """What a verb of the desk needs."""

    SEE_CASES = "see_cases"
    """The queue, the calendar, a case's card: references and dates."""
    WORK = "work"
    """Claim, release, answer, ask, extend, escalate, finish, reopen; this opens what the person wrote."""
    ASSIGN = "assign"
    REVEAL = "reveal"
    """Who the person of a case is."""
    PROPOSE = "propose"
    """A refusal, a legal hold: the first of two pairs of eyes."""
    AGREE = "agree"
    """The second of two pairs of eyes."""
    FIGURES = "figures"
    REGISTER = "register"
    BAN = "ban"
    COMPLAINTS = "complaints"
    """End a complaint to the data protection officer: whoever it is about does not close it."""
    BREACH = "breach"
    POLICY = "policy"
    SEE_TEAM = "see_team"
    """Who belongs to the team, by number and role."""
    TEAM = "team"
    """Grant and revoke roles, link the group."""


_CASES = frozenset({Permission.SEE_CASES, Permission.WORK, Permission.FIGURES, Permission.SEE_TEAM})
_LEAD = _CASES | {
    Permission.ASSIGN, Permission.REVEAL, Permission.PROPOSE, Permission.AGREE, Permission.REGISTER, Permission.BAN,
}  # fmt: skip

_TABLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _CASES | {Permission.PROPOSE},
    Role.LEAD: _LEAD,
    Role.DPO: _LEAD | {Permission.COMPLAINTS, Permission.BREACH, Permission.POLICY},
    Role.AUDITOR: frozenset({Permission.SEE_CASES, Permission.FIGURES, Permission.REGISTER, Permission.SEE_TEAM}),
    Role.OWNER: frozenset({Permission.TEAM, Permission.SEE_TEAM, Permission.FIGURES}),
}

RIGHTS_WORK = frozenset({
    Permission.SEE_CASES, Permission.WORK, Permission.ASSIGN, Permission.REVEAL, Permission.PROPOSE, Permission.AGREE,
    Permission.REGISTER, Permission.COMPLAINTS, Permission.BREACH, Permission.BAN,
})  # fmt: skip
"""What is about a person's right, an obligation by law or the rights of others (GDPR Art. 12, 18(2), 33, 34): done for the
restricted, too."""


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role may do."""
    return _TABLE[role]


def roles_for(permission: str) -> list[Role]:
    """Who may do something; nobody for what is no permission of the team."""
    return [role for role in Role if permission in permissions_of(role)]
