"""Members of the team: a Telegram person in one or more roles. To the people they help they are "the privacy team", never a name.

A member is known by a blind index of the Telegram id, like everybody; the id itself is sealed and opened only to write to them in
private. Whoever is refused is audited, and where it was about somebody's case that person sees it under /access.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import access_log, audit
from bot.core.audit import Tag
from bot.core.errors import NotAllowedError, NotFoundError
from bot.core.keys.vault import SERVICE, Purpose
from bot.core.ports import Tx, sealed
from bot.core.staff.copying import want_copied
from bot.core.staff.roles import RIGHTS_WORK, Permission, Role, permissions_of
from bot.core.support import rooms


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team. `id` is the blind index of the Telegram id; `number` names them everywhere else, the same in every region;
    `roles` is "lead dpo"."""

    id: str
    subject: str
    number: int
    roles: str
    since: datetime
    telegram_id: str | None = sealed(default=None)
    locale: str = ""

    @property
    def held(self) -> frozenset[Role]:
        """The roles they hold now."""
        return frozenset(Role(name) for name in self.roles.split())

    @property
    def actor(self) -> str:
        """How they stand in the audit trail."""
        return f"team:{self.number}"

    @property
    def leading(self) -> Role:
        """The role that weighs most: for the access log and the team's own list."""
        return next(role for role in (Role.DPO, Role.LEAD, Role.AGENT, Role.AUDITOR, Role.OWNER) if role in self.held)

    @property
    def seen_as(self) -> access_log.Role:
        """What the person reads under /access: a role, never a name."""
        return _SEEN_AS[self.leading]

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles allows it."""
        return any(permission in permissions_of(role) for role in self.held)


_SEEN_AS = {
    Role.AGENT: access_log.Role.SUPPORT,
    Role.LEAD: access_log.Role.SUPPORT,
    Role.DPO: access_log.Role.OFFICER,
    Role.AUDITOR: access_log.Role.AUDITOR,
    Role.OWNER: access_log.Role.OPERATOR,
}


def find(tx: Tx, telegram_id: int) -> Member | None:
    """The member of a Telegram person, or None for whoever holds no role (any more)."""
    found = tx.members.find(id=_index(tx, telegram_id))
    return found if found and found.roles else None


def get(tx: Tx, number: int) -> Member:
    """By their number. NotFoundError."""
    found = tx.members.find(number=number)
    if found is None:
        raise NotFoundError("member")
    return found


def team(tx: Tx, role: Role | None = None) -> list[Member]:
    """Everybody who holds a role (that role), in the order in which they came."""
    return [each for each in tx.members.select(order_by="number") if each.roles and (role is None or role in each.held)]


def require(tx: Tx, member: Member | None, permission: Permission, *, subject: str = "", ref: str = "") -> Member:
    """The member, if they may; what is about people's rights opens keys for that from now on, whoever is restricted.

    NotAllowedError, and the attempt is on record: also with the person whose case it was about.
    """
    if member is not None and member.may(permission):
        if permission in RIGHTS_WORK:
            tx.keys.open_for(Purpose.RIGHTS)
        return member
    role = member.seen_as if member else access_log.Role.STRANGER
    actor = member.actor if member else role.value
    with tx.keys.opened_for(Purpose.RIGHTS):  # the person's own log
        access_log.refuse(tx, subject or None, role=role.value, actor=actor, what=permission.value, ref=ref)
    raise NotAllowedError(permission.value)


def grant(tx: Tx, by: Member | None, telegram_id: int, role: Role) -> Member:
    """Give a role. NotAllowedError. A second grant of the same role changes nothing."""
    require(tx, by, Permission.TEAM)
    assert by is not None
    return _grant(tx, by.actor, telegram_id, role)


def revoke(tx: Tx, by: Member | None, telegram_id: int, role: Role | None = None) -> Member:
    """Take a role (or all) away; what they had claimed is free again. NotAllowedError, NotFoundError.

    The last owner stays: a team that nobody can set up would be lost.
    """
    require(tx, by, Permission.TEAM)
    assert by is not None
    member = find(tx, telegram_id)
    if member is None or (role is not None and role not in member.held):
        raise NotFoundError("member")
    gone = {role} if role is not None else set(member.held)
    if Role.OWNER in gone and len(team(tx, Role.OWNER)) == 1:
        raise LastOwnerError("owner")
    left = " ".join(name for name in member.roles.split() if Role(name) not in gone)
    tx.members.update({"id": member.id}, roles=left)
    want_copied(tx)
    for each in sorted(gone):
        audit.record(tx, Tag.ROLE_REVOKED, actor=by.actor, member=member.number, role=each.value)
    changed = get(tx, member.number)
    if not changed.may(Permission.WORK):
        free_cases(tx, changed)
    return changed


def free_cases(tx: Tx, member: Member) -> None:
    """What they had claimed is nobody's again, and their cards say so."""
    for case in tx.cases.select(assignee=member.number, closed_at=None, opened=False):
        tx.cases.update({"id": case.id}, assignee=0)
        rooms.refresh(tx, case.id)


def ensure_owner(tx: Tx, telegram_id: int) -> None:
    """The first owner, from the settings. Changes nothing once they are."""
    known = find(tx, telegram_id)
    if known is None or Role.OWNER not in known.held:
        _grant(tx, "settings", telegram_id, Role.OWNER)


def telegram_id_of(member: Member) -> int:
    """Where to write to them in private."""
    assert member.telegram_id is not None
    return int(member.telegram_id)


class LastOwnerError(NotAllowedError):
    """The last owner cannot lose that role."""


def _grant(tx: Tx, actor: str, telegram_id: int, role: Role) -> Member:
    index = _index(tx, telegram_id)
    known = tx.members.find(id=index)
    if known is None:
        number = tx.members.count() + 1
        known = Member(index, SERVICE, number, "", tx.clock.now(), telegram_id=str(telegram_id))
        tx.members.add(known)
    if role not in known.held:
        tx.members.update({"id": index}, roles=f"{known.roles} {role.value}".strip())
        want_copied(tx)
        audit.record(tx, Tag.ROLE_GRANTED, actor=actor, member=known.number, role=role.value)
    return tx.members.get(id=index)


def _index(tx: Tx, telegram_id: int) -> str:
    return tx.keys.blind_index("telegram", str(telegram_id))
