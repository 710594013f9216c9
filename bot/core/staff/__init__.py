"""The team: who belongs to it, in which role, and what a role may do. Asked by the core's verbs, never decided in a handler."""

from bot.core.staff.members import (
    Member,
    ensure_owner,
    find,
    get,
    grant,
    require,
    revoke,
    team,
    telegram_id_of,
)
from bot.core.staff.roles import Permission, Role, permissions_of, roles_for
from bot.core.staff.telling import tell, tell_role

__all__ = [
    "Member",
    "Permission",
    "Role",
    "ensure_owner",
    "find",
    "get",
    "grant",
    "permissions_of",
    "require",
    "revoke",
    "roles_for",
    "team",
    "telegram_id_of",
    "tell",
    "tell_role",
]
