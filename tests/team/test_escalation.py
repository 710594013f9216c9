"""When it was not handled: the person is shown who helps, the officer gets the whole path, and an open case has dates again."""

from __future__ import annotations

import json

from bot.core import cases, staff
from bot.core.audit import Tag
from bot.core.cases import Right, Step
from bot.core.ports import Tx
from tests.stage import Stage
from tests.team.scenes import forges, given_desk, given_shown, the_case


async def test_a_tap_on_a_done_case_hands_it_to_the_officer(stage: Stage) -> None:
    """Without a word: the case goes up with its path, the complaint is an open case and says what it is about."""
    await given_desk(stage, "dana")
    ref = await given_shown(stage, Right.OBJECTION)
    await stage.plays(f"""
        anna in Desk#OBJ: [Claim]
        bot:   (toast) ...
        anna in Desk#OBJ: [Done]
        bot in Desk#OBJ: ...
        anna in Desk#OBJ: [Yes, done]
        bot in Desk#OBJ: Case {ref} is done, says team member 4.
        bot to alice: Case {ref} is done. ...  [This was not handled]
        alice: [This was not handled]
        bot:   I am sorry. This is who can help you further with case {ref}: ... • At any time, and independent of us: the data protection authority of the place where you live. You can complain there.  [Write what is wrong] [Hand it over] [No, leave it]
        alice: [Hand it over]
        bot:   The data protection officer has case {ref} now, with its whole path. Their answer is case DPO-.... You get an answer here by 22 April 2026 23:59 UTC (30 days).  [My requests] [Menu]
        bot in Desk#OBJ: The person says that this was not handled. The data protection officer has it now.
        bot to dana: Case {ref} · Objection to automated decisions Why you get this: the person says that it was not handled. Due by: ... What happened so far • ...: received • ...: acknowledged to the person • ...: team member 4 works on it • ...: work on it began • ...: done • ...: it went to the data protection officer: the person says that it was not handled  [Open the case]
        bot in Desk#DPO: (card) DPO-... · Complaint to the data protection officer ... About case: {ref} Worked on by: nobody yet  [Claim] ... [Done] [Open {ref}]
        bot in Desk#OBJ: (card) {ref} ... State: done With the data protection officer since ...  [Reopen]
        alice: [This was not handled]
        bot:   I am sorry. ... Your complaint about it is open: case DPO-....  [Look at it] [No, leave it]
        alice: /status {ref}
        bot:   {ref} ... it went to the data protection officer  [This was not handled] [My requests] [Menu]
        anna in Desk#DPO: [Done]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#DPO: [Refuse]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk#DPO: [Done]
        bot in Desk#DPO: Close case DPO-... as done? ...
        dana in Desk#DPO: [Cancel]
        bot in Desk#DPO: All right. Nothing was done.
        dana in Desk#OBJ: [Reopen]
        bot in Desk#OBJ: Open case {ref} again? ...
        dana in Desk#OBJ: [Yes, reopen]
        bot in Desk#OBJ: Case {ref} was opened again by team member 3.
        bot to alice: Case {ref} was opened again: ...
    """)
    assert len([case for case in await _all(stage) if case.right == Right.COMPLAINT]) == 1


async def _all(stage: Stage) -> list[cases.Case]:
    return await stage.core.database.read(lambda tx: tx.cases.select())


async def test_a_complaint_in_words_goes_the_same_way(stage: Stage) -> None:
    """Written, seen, sent; the officer has both cases."""
    await given_desk(stage, "dana")
    ref = await given_shown(stage, Right.QUESTION)
    await stage.core.database.write(lambda tx: cases.move(tx, tx.cases.get(id=ref), Step.FINISH))
    await stage.settle()
    await stage.plays(f"""
        alice: /status {ref}
        bot:   {ref} ...  [This was not handled] [My requests] [Menu]
        alice: [This was not handled]
        bot:   I am sorry. ...  [Write what is wrong] [Hand it over] [No, leave it]
        alice: [Write what is wrong]
        bot:   What should the data protection officer know? ...
        alice: Nobody answered me
        bot:   This goes to the privacy team, and to nobody else: ...
        alice: [Send]
        bot:   Thank you. Case DPO-... is open; this is its acknowledgement. ...
        bot in Desk#ASK: The person says that this was not handled. ...
        bot to dana: Case {ref} ... Why you get this: the person says that it was not handled. ...
        bot in Desk#DPO: The person writes ... Nobody answered me ...
        bot in Desk#DPO: (card) DPO-... About case: {ref} ...
    """)
    assert (await the_case(stage, ref)).escalated_at is not None


async def test_a_missed_date_goes_up_by_itself_once(stage: Stage) -> None:
    """The person hears of the officer and the authority; the officer gets the path; a second sweep adds nothing."""
    await given_desk(stage, "dana", "viktor")
    ref = await given_shown(stage, Right.QUESTION, place="eu")
    await stage.core.database.write(lambda tx: cases.extend(tx, ref, "complex"))
    await stage.plays(f"""
        (1 minute later)
        bot to alice: Case {ref} takes longer than planned. ...
        (70 days later)
        bot to alice: The date for case {ref} has passed and it is not finished. I am sorry. ...  [Data protection officer]
        bot to dana: Case {ref} · Question to a person Why you get this: its date was missed. ... more time until ... (Complex request) ... its date passed, and the person was told so ...  [Open the case]
        bot to viktor: 1 case is overdue. ...
        bot in Desk#ASK: (card) {ref} ... Overdue. With the data protection officer since ... Time used: ▰▰▰▰▰▰▰▰▰▰ 100% ...
        (20 days later)
        bot:   (silent)
        alice: [Data protection officer]
        bot:   I am sorry. ... the data protection authority of your country. You can complain there.  [Write what is wrong] [Hand it over] [My country] [No, leave it]
        alice: [My country]
        bot:   Which country do you live in? ...  [Austria] [Belgium] ... [Sweden] [Cancel]
        alice: [Belgium]
        bot:   Noted: Belgium. Your supervisory authority is Belgian Data Protection Authority.  [Back to the case] [Menu]
        alice: [Back to the case]
        bot:   I am sorry. ... Belgian Data Protection Authority. You can complain there.  [Write what is wrong] [Hand it over] [No, leave it]
    """)
    entries = await stage.core.database.read(lambda tx: tx.audit.select(ref=ref, tag=Tag.CASE_ESCALATED.value))
    assert [json.loads(entry.details) for entry in entries] == [{"by": "missed"}]


async def test_the_team_hands_a_case_up_itself(stage: Stage) -> None:
    """An agent may; a stranger may not; without an officer the group is told."""
    await given_desk(stage, "dana")
    ref = await given_shown(stage)
    await stage.plays(f"""
        mallory in Desk#ASK: [Escalate to DPO]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        anna in Desk#ASK: [Escalate to DPO]
        bot:   (toast) Case {ref} is with the data protection officer.
        bot to dana: Case {ref} · Question to a person Why you get this: the team asked for it. ...  [Open the case]
    """)


async def test_another_persons_case_is_not_handed_over(stage: Stage) -> None:
    """A forged button with a foreign reference: as if there were none."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays("""
        bob: /start
        bot: Hello! ...
    """)
    await forges(stage, "bob", f"go:unhandled:{ref}", private=True)
    await stage.plays("bot:   (toast) You have no case with this reference.\nbot: You have no case with this reference.  [Menu]")
    assert (await the_case(stage, ref)).escalated_at is None


async def test_without_an_officer_the_group_is_told(stage: Stage) -> None:
    """Nobody is data protection officer: what should go to them is not lost in silence."""
    await given_desk(stage)

    def without(tx: Tx) -> None:
        staff.revoke(tx, staff.find(tx, stage.world.person("olga").id), stage.world.person("dana").id)

    await stage.core.database.write(without)
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Desk#ASK: [Escalate to DPO]
        bot in Desk#ASK: This should go to the data protection officer, but nobody has that role. An owner can give it with /grant.
        bot:   (toast) Case {ref} is with the data protection officer.
        nils in Desk#ASK: [Escalate to DPO]
        bot:   (toast) Case {ref} is with the data protection officer.
    """)
