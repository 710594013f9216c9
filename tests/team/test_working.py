"""A case is taken, handed on, delayed, finished and opened again: by who may, once, and the person hears what is theirs to hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Core, open_core
from bot.core import accounts, cases, staff
from bot.core.audit import Tag
from bot.core.cases import Right, Step
from bot.core.clock import FixedClock
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import working
from bot.core.support.working import ByServiceError, ClaimedError, OnlyThePersonError
from bot.localchat.refusals import NotPossible
from bot.settings import Settings
from tests.databases import BOTH, Databases
from tests.stage import START, Stage
from tests.team.scenes import forges, given_desk, given_shown, the_case


async def test_the_first_one_who_claims_a_case_has_it(stage: Stage) -> None:
    """Everybody else is told who it is; the person sees that somebody works on it, and in which role it was opened."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Desk#ASK: [Claim]
        bot:   (toast) You work on case {ref} now.
        bot in Desk#ASK: (card) {ref} · Question to a person State: being worked on ... Worked on by: team member 4  [Release] [Assign] ...
        nils in Desk#ASK: [Release]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        mallory in Desk#ASK: [Release]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        alice: /status {ref}
        bot:   {ref} ... State: being worked on ... work on it began ...
        alice: /access
        bot:   ...
        alice: [Who opened my data]
        bot:   Who opened your data • ...: somebody who does not belong to the privacy team tried to open your data and was refused. • ...: a person of the privacy team tried to open your data and was refused. • ...: a person of the privacy team. Reason: to work on your request (case {ref}) You see the role ...
        anna in Desk#ASK: [Release]
        bot:   (toast) Nobody works on case {ref} now.
        bot in Desk#ASK: (card) ... Worked on by: nobody yet  [Claim] ...
        nils in Desk#ASK: [Claim]
        bot:   (toast) You work on case {ref} now.
    """)
    entries = await stage.core.database.read(lambda tx: tx.audit.select(ref=ref, tag=Tag.CASE_ASSIGNED.value))
    assert [(each.actor, json.loads(each.details)["member"]) for each in entries] == [("team:4", 4), ("team:4", 0), ("team:5", 5)]


async def test_a_lead_gives_a_case_to_a_colleague(stage: Stage) -> None:
    """Whoever had it; colleagues are numbers, and only those who work on cases are offered."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Desk#ASK: [Claim]
        bot:   (toast) ...
        anna in Desk#ASK: [Assign]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#ASK: [Assign]
        bot in Desk#ASK: Who works on case {ref}? /team shows who has which number.  [Team member 2] [Team member 3] [Team member 4] [Team member 5] [Cancel]
        viktor in Desk#ASK: [Team member 5]
        bot in Desk#ASK: Team member 5 works on case {ref} now.
        bot in Desk#ASK: (card) ... Worked on by: team member 5  [Release] ...
        viktor in Desk#ASK: [Release]
        bot:   (toast) Nobody works on case {ref} now.
    """)


async def test_what_is_done_is_said_to_the_person_once(stage: Stage) -> None:
    """Seen before it goes out, in their words; a second tap does nothing; opened again, it has new dates."""
    await given_desk(stage)
    ref = await given_shown(stage, Right.OBJECTION)
    await stage.plays(f"""
        anna in Desk#OBJ: [Done]
        bot in Desk#OBJ: Close case {ref} as done? The person reads: Case {ref} is done. If you see that differently, tell us with the button.  [Yes, done] [Cancel]
        nils in Desk#OBJ: [Yes, done]
        bot:   (toast) This button is not meant for you or is no longer valid. Nothing was changed.
        anna in Desk#OBJ: [Yes, done]
        bot in Desk#OBJ: Case {ref} is done, says team member 4.
        bot to alice: Case {ref} is done. If you see that differently, tell us with the button.  [This was not handled]
        bot in Desk#OBJ: (card) {ref} · Objection to automated decisions State: done ... Closed: ... Worked on by: nobody yet  [Reopen]
        (10 days later)
        bot:   (silent)
        nils in Desk#OBJ: [Reopen]
        bot in Desk#OBJ: Open case {ref} again? Its dates begin anew. The person reads: Case {ref} was opened again: the privacy team works on it. You get an answer by 2 May 2026 23:59 UTC.  [Yes, reopen] [Cancel]
        nils in Desk#OBJ: [Yes, reopen]
        bot in Desk#OBJ: Case {ref} was opened again by team member 5.
        bot to alice: Case {ref} was opened again: the privacy team works on it. You get an answer by 2 May 2026 23:59 UTC.  [My requests]
        bot in Desk#OBJ: (card) {ref} · Objection to automated decisions State: received ... Due by: 2 May 2026 ... Worked on by: nobody yet  [Claim] ...
    """)
    assert not stage.topic("Desk#OBJ").is_closed


async def test_more_time_is_told_with_its_reason_and_only_once(stage: Stage) -> None:
    """Preview in the person's language, confirmed, told; the second time it is refused in words."""
    await given_desk(stage)
    ref = await given_shown(stage, Right.OBJECTION)
    await stage.plays(f"""
        anna in Desk#OBJ: [Extend]
        bot in Desk#OBJ: Why does case {ref} take longer? The person is told the reason. This is possible once.  [Complex request] [Very many requests] [Identity to be verified] [Cancel]
        anna in Desk#OBJ: [Very many requests]
        bot in Desk#OBJ: Move the date of case {ref}? The person reads: Case {ref} takes longer than planned. Reason: There are very many requests at the moment. The new date is 22 May 2026 23:59 UTC.  [Tell them] [Cancel]
        anna in Desk#OBJ: [Tell them]
        bot in Desk#OBJ: Case {ref} is due by 22 May 2026 23:59 UTC now, and the person was told why.
        bot to alice: Case {ref} takes longer than planned. Reason: There are very many requests at the moment. The new date is 22 May 2026 23:59 UTC.
        bot in Desk#OBJ: (card) ... Due by: 22 May 2026 23:59 UTC ... Extended: 23 March 2026 09:00 UTC. Very many requests ...
    """)
    with pytest.raises(NotPossible):
        await stage.plays("anna in Desk#OBJ: [Extend]")  # the card no longer offers it
    await forges(stage, "anna", f"t:extend:{ref}:")
    await stage.plays(f"""
        bot:   (toast) Case {ref} was given more time before. That is possible once; it is due by 22 May 2026 23:59 UTC.
    """)


async def test_where_no_more_time_can_be_had_that_is_said(stage: Stage) -> None:
    """The CCPA knows none for an opt-out; PIPL none at all; and after the date it is too late."""
    await given_desk(stage, "dana", "viktor")
    opt_out = await given_shown(stage, Right.DO_NOT_SELL, place="california")
    await stage.core.database.write(lambda tx: cases.escalate(tx, tx.cases.get(id=opt_out), cases.By.TEAM))
    await stage.settle()
    chinese = await given_shown(stage, Right.OBJECTION, place="china")
    await stage.plays(f"""
        bot to dana: Case {opt_out} · Opt-out of sales Why you get this: the team asked for it. ...
        anna in Desk#DNS: [Extend]
        bot:   (toast) The rules for this request know no extension. Its date stands.
        anna in Desk#OBJ: [Extend]
        bot:   (toast) The rules for this request know no extension. Its date stands.
    """)
    late = await given_shown(stage, Right.QUESTION, place="other")
    stage.clock.move(timedelta(days=31))  # nobody looked yet
    await forges(stage, "anna", f"t:extend:{late}:")
    await stage.plays("""
        bot:   (toast) That is too late: the date was 22 April 2026 ... UTC, and a delay has to be told before it passes.
        bot to alice: The date for case ... has passed ...
        bot to alice: The date for case ... has passed ...
        bot to alice: The date for case ... has passed ...
        bot to dana: Case ... Why you get this: its date was missed. ...
        bot to dana: Case ... Why you get this: its date was missed. ...
        bot to dana: Case ... Why you get this: its date was missed. ...
        bot to viktor: 3 cases are overdue. ...
    """)
    assert (await the_case(stage, chinese)).extended_at is None


@pytest.mark.parametrize("right", [Right.EXPORT, Right.ERASURE])
async def test_what_the_service_does_nobody_declares_done(stage: Stage, right: Right) -> None:
    """Late, it stands in the group with all that people can do, and without that."""
    await given_desk(stage, "dana", "viktor")
    ref = await given_shown(stage, right)
    await stage.plays(f"""
        (31 days later)
        bot to alice: The date for case {ref} has passed ...  [Data protection officer]
        bot to dana: Case {ref} ... Why you get this: its date was missed. ... • 23 April 2026 09:00 UTC: its date passed, and the person was told so ...
        bot to viktor: 1 case is overdue. ...
        bot in Desk#{right.value}: (card) {ref} ... Overdue. With the data protection officer since ... Worked on by: nobody yet  [Claim] [Assign] [Reply] ... [Legal hold]
    """)
    with pytest.raises(ByServiceError):
        await stage.core.database.write(lambda tx: working.finish(tx, staff.get(tx, 4), ref))


async def test_what_the_person_took_back_stays_taken_back(stage: Stage) -> None:
    """Nobody of the team opens it again; nor a copy that was to be locked, since the password for it is forgotten."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.core.database.write(lambda tx: cases.move(tx, tx.cases.get(id=ref), Step.WITHDRAW))
    await stage.settle()
    await stage.plays("bot in Desk#ASK: (card) ... State: taken back by the person ... Worked on by: nobody yet")
    await forges(stage, "viktor", f"t:reopen:{ref}:")
    await stage.plays(f"""
        bot:   (toast) Only the person of case {ref} can take this step.
    """)

    def reopen_locked(tx: Tx) -> None:
        account = tx.accounts.get(id=tx.cases.get(id=ref).subject)
        case = cases.open_case(tx, account, Right.EXPORT, password="correct horse")
        working.reopen(tx, staff.get(tx, 4), cases.move(tx, case, Step.FINISH).id)

    with pytest.raises(OnlyThePersonError):
        await stage.core.database.write(reopen_locked)


async def test_a_group_without_topics_works_the_same(stage: Stage) -> None:
    """More plainly: cards and answers stand in one chat."""
    await given_desk(stage, group="Plain")
    ref = await given_shown(stage)
    await stage.plays(f"""
        bot in Plain: {ref} · Question to a person ...  [Claim] ...
        anna in Plain: [Claim]
        bot:   (toast) You work on case {ref} now.
        bot in Plain: {ref} ... Worked on by: team member 4  [Release] ...
        anna in Plain: [Done]
        bot in Plain: Close case {ref} as done? ...  [Yes, done] [Cancel]
        anna in Plain: [Yes, done]
        bot in Plain: Case {ref} is done, says team member 4.
        bot in Plain: {ref} ... State: done ...  [Reopen]
        bot to alice: Case {ref} is done. ...  [This was not handled]
    """)


# ---------------------------------------------------------------------- at the same moment


@pytest.fixture(params=BOTH)
async def core(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Core]:
    """A team of an owner, a lead and four agents."""
    async with databases.url(request.param) as url:
        opened = await open_core(Settings(data_dir=tmp_path, database_url=url), FixedClock(START))

        def people(tx: Tx) -> None:
            staff.ensure_owner(tx, 901)
            owner = staff.find(tx, 901)
            for number, role in enumerate((Role.LEAD, Role.AGENT, Role.AGENT, Role.AGENT, Role.AGENT), 2):
                staff.grant(tx, owner, 900 + number, role)

        await opened.database.write(people)
        yield opened
        await opened.stop()


async def test_two_agents_claim_at_the_same_moment(core: Core) -> None:
    """One has it, on both databases; the others are told who. It began once."""
    for _ in range(5):
        ref = (await core.database.write(lambda tx: cases.open_case(tx, accounts.create(tx), Right.QUESTION))).id

        async def claims(number: int, ref: str = ref) -> int | None:
            try:
                return (await core.database.write(lambda tx: working.claim(tx, staff.get(tx, number), ref))).assignee
            except ClaimedError as error:
                return -error.number

        found = await asyncio.gather(*(claims(number) for number in (3, 4, 5, 6)))
        [winner] = [each for each in found if each and each > 0]
        assert sorted(each for each in found if each != winner) == [-winner] * 3
        trail = await core.database.read(lambda tx, ref=ref: tx.audit.select(ref=ref))
        assert sum(entry.tag == Tag.CASE_ASSIGNED for entry in trail) == 1
        assert sum(entry.tag == Tag.CASE_MOVED and '"start"' in entry.details for entry in trail) == 1


async def test_a_claim_and_the_end_of_a_case_do_not_both_win(core: Core) -> None:
    """Claimed and then done, or done and then not claimed: never claimed after it was done."""
    for _ in range(5):
        ref = (await core.database.write(lambda tx: cases.open_case(tx, accounts.create(tx), Right.QUESTION))).id

        async def tries(verb, number: int, ref: str = ref) -> str:  # type: ignore[no-untyped-def]
            try:
                await core.database.write(lambda tx: verb(tx, staff.get(tx, number), ref))
            except Exception as error:
                return type(error).__name__
            return "ok"

        await asyncio.gather(tries(working.claim, 3), tries(working.finish, 4))
        trail = await core.database.read(lambda tx, ref=ref: [entry.tag for entry in tx.audit.select(ref=ref, order_by="id")])
        case = await core.database.read(lambda tx, ref=ref: tx.cases.get(id=ref))
        if case.assignee and case.is_closed:
            assert trail.index(Tag.CASE_ASSIGNED) < len(trail) - 1
