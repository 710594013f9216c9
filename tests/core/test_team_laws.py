"""Laws of the team: only who may set it up changes a role, whatever is tried in whatever order; and there is always an owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import staff
from bot.core.audit import Tag
from bot.core.errors import NotAllowedError, NotFoundError, PrivacyError
from bot.core.ports import Tx
from bot.core.staff import Member, Permission, Role, permissions_of
from bot.core.staff.members import LastOwnerError
from tests.core.office import Office

_FIRST = 9001
PEOPLE = range(_FIRST, _FIRST + 5)
_STEPS = st.tuples(
    st.sampled_from(["grant", "revoke"]), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from([*Role, None])
)
Roles = dict[int, frozenset[Role]]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def _roles(tx: Tx) -> Roles:
    return {who: found.held if (found := staff.find(tx, who)) else frozenset() for who in PEOPLE}


def _begin(tx: Tx) -> None:
    tx.members.remove()
    staff.ensure_owner(tx, _FIRST)


def _outcome(office: Office, verb: Callable[[Tx], object]) -> object:
    """What a verb gives, or the error with which it refused: as in a step, what it keeps then is committed."""

    def attempt(tx: Tx) -> object:
        try:
            return tx.run(verb)  # type: ignore[attr-defined]
        except PrivacyError as error:
            return error

    return office.do(attempt)


def _step(tx: Tx, deed: str, by: int, whom: int, role: Role | None) -> None:
    actor = staff.find(tx, by)
    if deed == "grant":
        staff.grant(tx, actor, whom, role or Role.AGENT)
    else:
        staff.revoke(tx, actor, whom, role)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_STEPS, max_size=25))
def test_a_role_changes_only_by_somebody_who_may_set_the_team_up(
    office: Office, steps: list[tuple[str, int, int, Role | None]]
) -> None:
    """Everybody tries everything: whoever is no owner at that moment changes nothing, not even for themselves, and is on record."""
    office.do(_begin)
    for deed, by, whom, role in steps:
        before = office.read(_roles)
        refused = office.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value))
        may = any(Permission.TEAM in permissions_of(each) for each in before[by])
        outcome = _outcome(office, lambda tx, step=(deed, by, whom, role): _step(tx, *step))  # type: ignore[misc]
        now_refused = office.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value)) - refused
        if not may:
            assert type(outcome) is NotAllowedError and now_refused == 1
        else:
            assert outcome is None or isinstance(outcome, LastOwnerError | NotFoundError)
            assert now_refused == 0
        if outcome is not None:
            assert office.read(_roles) == before
        assert office.read(lambda tx: staff.team(tx, Role.OWNER)), "somebody can still set the team up"


@pytest.mark.parametrize("role", [*Role, None])
def test_what_is_not_in_the_table_is_refused(office: Office, role: Role | None) -> None:
    """Each permission for each role, and for a stranger none; each refusal is on record with the role in which it was tried."""

    def member(tx: Tx) -> Member | None:
        _begin(tx)
        return staff.grant(tx, staff.find(tx, _FIRST), _FIRST + 1, role) if role else None

    somebody = office.do(member)
    for permission in Permission:
        outcome = _outcome(office, lambda tx, wanted=permission: staff.require(tx, somebody, wanted))  # type: ignore[misc]
        if role is not None and permission in permissions_of(role):
            assert outcome == somebody
            continue
        assert isinstance(outcome, NotAllowedError)
        (last,) = office.read(lambda tx: tx.audit.select(order_by="-id", limit=1))
        assert last.tag == Tag.ACCESS_REFUSED
        assert last.actor == (somebody.actor if somebody else "stranger")


def test_nobody_is_allowed_everything() -> None:
    """Who sets the team up opens nobody's case; who looks at figures changes nothing."""
    for role in Role:
        assert permissions_of(role) != frozenset(Permission)
    assert not permissions_of(Role.OWNER) & {Permission.WORK, Permission.SEE_CASES, Permission.REVEAL}
    assert not permissions_of(Role.AUDITOR) & {Permission.WORK, Permission.REVEAL, Permission.TEAM, Permission.ASSIGN}
