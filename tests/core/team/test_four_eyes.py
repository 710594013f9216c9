"""Two different people stand for what needs four eyes; it happens once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import Core, open_core
from bot.core import staff
from bot.core.audit import Tag
from bot.core.clock import FixedClock
from bot.core.errors import NotAllowedError, PrivacyError
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.staff import Member, Permission, Role
from bot.core.support import four_eyes
from bot.core.support.four_eyes import (
    DecidedError,
    OfficerMissingError,
    Proposal,
    ProposedAlreadyError,
    ProposerGoneError,
    SameEyesError,
)
from bot.settings import Settings
from tests.core.office import Office
from tests.databases import BOTH, Databases
from tests.stage import START

REF = "BRE-000000"
PEOPLE = {1: Role.OWNER, 2: Role.LEAD, 3: Role.DPO, 4: Role.AGENT, 5: Role.AGENT}


def _deed(tx: Tx, proposal: Proposal, member: Member) -> None:
    """Counts itself, in the transaction in which it is agreed to."""
    row = tx.policy_versions.find(id="done")
    assert row is not None
    tx.policy_versions.update({"id": "done"}, body=row.body + f"{proposal.by}+{member.number};")


four_eyes.register("test", _deed)
four_eyes.register("test_officer", _deed, officer=True)


def _people(tx: Tx) -> None:
    from bot.core.policies.versions import PolicyVersion

    staff.ensure_owner(tx, 901)
    owner = staff.find(tx, 901)
    for number, role in PEOPLE.items():
        staff.grant(tx, owner, 900 + number, role)
    tx.policy_versions.add(PolicyVersion("done", "", "", tx.clock.now(), tx.clock.now()))


def _done(tx: Tx) -> str:
    return tx.policy_versions.get(id="done").body


@pytest.fixture(params=BOTH)
async def core(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Core]:
    """With a team of five."""
    async with databases.url(request.param) as url:
        opened = await open_core(Settings(data_dir=tmp_path, database_url=url), FixedClock(START))
        await opened.database.write(_people)
        yield opened
        await opened.stop()


async def _propose(core: Core, by: int, kind: str = "test") -> str:
    made = await core.database.write(lambda tx: four_eyes.propose(tx, staff.get(tx, by), kind, ref=REF, reason="claims"))
    return made.id


async def test_a_second_person_agrees_and_it_is_done(core: Core) -> None:
    """In the same transaction, with both on record."""
    made = await _propose(core, 4)
    assert await core.database.read(_done) == ""
    decided = await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))
    assert (decided.by, decided.decided_by, decided.outcome) == (4, 2, "agreed")
    assert await core.database.read(_done) == "4+2;"
    entries = await core.database.read(lambda tx: tx.audit.select(ref=REF))
    assert [(entry.tag, entry.actor) for entry in entries] == [
        (Tag.PROPOSAL_MADE, "team:4"),
        (Tag.PROPOSAL_DECIDED, "team:2"),
    ]


async def test_the_same_person_is_not_a_second_one(core: Core) -> None:
    """Also not with the role of both."""
    made = await _propose(core, 2)
    with pytest.raises(SameEyesError):
        await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))
    assert await core.database.read(_done) == ""


async def test_who_may_not_agree_is_refused_on_record(core: Core) -> None:
    """An agent, and a stranger."""
    made = await _propose(core, 4)

    def tries(tx: Tx, number: int | None) -> None:
        with pytest.raises(NotAllowedError):
            four_eyes.agree(tx, staff.get(tx, number) if number else None, made)

    await core.database.write(lambda tx: tries(tx, 5))
    await core.database.write(lambda tx: tries(tx, None))
    refused = await core.database.read(lambda tx: tx.audit.select(tag=Tag.ACCESS_REFUSED.value))
    assert [entry.actor for entry in refused] == ["team:5", "stranger"]
    assert await core.database.read(_done) == ""


async def test_people_at_the_same_moment_do_it_once(core: Core) -> None:
    """Two agree, one declines, on both databases: one of them decides."""
    made = await _propose(core, 4)

    async def tries(number: int, deed: str) -> str:
        verb = four_eyes.agree if deed == "agree" else four_eyes.decline
        try:
            return (await core.database.write(lambda tx: verb(tx, staff.get(tx, number), made))).outcome
        except DecidedError:
            return ""

    ended = await asyncio.gather(tries(2, "agree"), tries(3, "agree"), tries(3, "decline"), tries(2, "agree"))
    assert sum(bool(each) for each in ended) == 1
    decisions = await core.database.read(lambda tx: tx.audit.count(tag=Tag.PROPOSAL_DECIDED.value))
    done = await core.database.read(_done)
    assert decisions == 1
    assert (done.count(";") == 1) == ("agreed" in ended)


async def test_it_lapses_when_nobody_agrees(core: Core) -> None:
    """After the policy's time nothing can be agreed to any more, whether or not the sweep came by."""
    clock = core.clock
    assert isinstance(clock, FixedClock)
    made = await _propose(core, 4)
    clock.move(core.policy.safeguards.proposal_valid.as_timedelta())
    with pytest.raises(DecidedError):
        await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))
    assert await core.database.write(four_eyes.sweep) == 1
    assert await core.database.write(four_eyes.sweep) == 0
    found = await core.database.read(lambda tx: four_eyes.get(tx, made))
    assert (found.outcome, found.decided_by) == ("lapsed", 0)
    assert await core.database.read(_done) == ""
    again = await _propose(core, 4)
    assert again != made


async def test_the_same_is_proposed_once_at_a_time(core: Core) -> None:
    """A second proposal of the kind for the same case is refused while the first one waits."""
    await _propose(core, 4)
    with pytest.raises(ProposedAlreadyError):
        await _propose(core, 5)


async def test_an_officer_is_one_of_the_two_where_that_is_asked(core: Core) -> None:
    """A lead agreeing to an agent is not enough."""
    made = await _propose(core, 4, "test_officer")
    with pytest.raises(OfficerMissingError):
        await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))
    await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 3), made))
    assert await core.database.read(_done) == "4+3;"


async def test_who_has_lost_the_role_does_not_count(core: Core) -> None:
    """What somebody proposed before they left needs somebody who is still there."""
    made = await _propose(core, 4)
    await core.database.write(lambda tx: staff.revoke(tx, staff.find(tx, 901), 904))
    with pytest.raises(ProposerGoneError):
        await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))


async def test_what_the_deed_refuses_leaves_the_proposal_open(core: Core) -> None:
    """All of it is undone, and somebody may agree later."""

    def refuses(tx: Tx, proposal: Proposal, member: Member) -> None:
        _deed(tx, proposal, member)
        raise NotAllowedError("test")

    class RefusedError(PrivacyError):
        pass

    def refuses_plainly(tx: Tx, proposal: Proposal, member: Member) -> None:
        _deed(tx, proposal, member)
        raise RefusedError

    four_eyes.register("test_refused", refuses_plainly)
    made = await _propose(core, 4, "test_refused")
    with pytest.raises(RefusedError):
        await core.database.write(lambda tx: four_eyes.agree(tx, staff.get(tx, 2), made))
    assert await core.database.read(_done) == ""
    assert (await core.database.read(lambda tx: four_eyes.get(tx, made))).outcome == ""


# ---------------------------------------------------------------------- a law


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One for all examples."""
    opened = Office()
    opened.do(_people)
    yield opened
    opened.close()


STEPS = st.lists(
    st.tuples(st.sampled_from(["propose", "agree", "decline", "sweep", "day"]), st.sampled_from(list(PEOPLE))), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_done_was_wanted_by_two_different_people(office: Office, steps: list[tuple[str, int]]) -> None:
    """No sequence of deeds has an effect twice, or with one person, or without the right of the second."""
    office.do(lambda tx: tx.policy_versions.update({"id": "done"}, body=""))
    office.do(lambda tx: tx.proposals.remove())
    made: list[str] = []
    for deed, number in steps:
        try:
            match deed:
                case "propose":
                    made.append(office.do(lambda tx, n=number: four_eyes.propose(tx, staff.get(tx, n), "test", ref=REF)).id)  # type: ignore[misc]
                case "agree" | "decline" if made:
                    verb = four_eyes.agree if deed == "agree" else four_eyes.decline
                    office.do(lambda tx, n=number, verb=verb: verb(tx, staff.get(tx, n), made[-1]))  # type: ignore[misc]
                case "sweep":
                    office.do(four_eyes.sweep)
                case "day":
                    office.clock.move(timedelta(days=1))
                case _:
                    pass
        except PrivacyError:
            continue
    proposals = office.read(lambda tx: tx.proposals.select())
    agreed = [each for each in proposals if each.outcome == "agreed"]
    assert office.read(_done).count(";") == len(agreed)
    for each in agreed:
        assert each.by != each.decided_by
        assert Role(PEOPLE[each.decided_by]) in (Role.LEAD, Role.DPO)
        assert each.subject == SERVICE
        assert office.read(lambda tx, n=each.by: staff.get(tx, n).may(Permission.PROPOSE))
