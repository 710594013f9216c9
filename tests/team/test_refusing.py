"""What is not done is told with its reason and its remedies, after two people agreed (GDPR Art. 12(4))."""

from __future__ import annotations

from bot.core import exports
from bot.core.cases import Right
from bot.core.ports import Tx
from tests.stage import Stage
from tests.team.scenes import given_desk, given_locale, given_shown, the_case


async def test_a_refusal_needs_two_people_and_names_the_remedies(stage: Stage) -> None:
    """Agent proposes, nobody agrees to their own, a second agent may not, the lead does; the person can go on from there."""
    await given_desk(stage, "dana")
    await given_locale(stage, "en", country="DE")
    ref = await given_shown(stage, Right.OBJECTION, place="eu")
    await given_locale(stage, "en", country="DE")
    read = (
        f"We do not do what you asked for in case {ref}. I am sorry. Reason: We looked into it: no automated decision was made about you. (GDPR Art. 22) "
        "This is what you can do: • You can turn to the data protection officer of Moonshot AI, who looks at the case again. "
        "• You can complain to the supervisory authority: German Federal Commissioner for Data Protection and Freedom of Information (https://www.bfdi.bund.de). (GDPR Art. 77) "
        "• You can also go to court. (GDPR Art. 79)"
    )
    seen = read.replace(" (https://www.bfdi.bund.de)", "")
    await stage.plays(f"""
        anna in Desk#OBJ: [Refuse]
        bot in Desk#OBJ: Why is case {ref} refused? You see what the person reads before anything happens.  [The person could not be identified] [Manifestly unfounded] [Excessive, repeated] [Rights of other people] [A law requires to keep it] [Needed for legal claims] [No automated decision] [Cancel]
        anna in Desk#OBJ: [No automated decision]
        bot in Desk#OBJ: Refuse case {ref}? A second person has to agree. Then the person reads: {seen}  [Propose it] [Cancel]
        anna in Desk#OBJ: [Propose it]
        bot in Desk#OBJ: Needs four eyes Refuse case {ref}: No automated decision The person would read: {seen} Proposed by team member 4. Somebody else of the team has to agree until 26 March 2026 09:00 UTC; otherwise nothing happens. Who can agree: team member 2, team member 3  [Agree] [Decline]
        bot in Desk#OBJ: Team member 4 proposes to refuse case {ref}.
        bot in Desk#OBJ: (card) ... Waits for a second person: a refusal, proposed by team member 4 ...
        anna in Desk#OBJ: [Agree]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        nils in Desk#OBJ: [Agree]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        nils in Desk#OBJ: [Refuse]
        bot in Desk#OBJ: Why is case {ref} refused? ...
        nils in Desk#OBJ: [No automated decision]
        bot in Desk#OBJ: Refuse case {ref}? ...
        nils in Desk#OBJ: [Propose it]
        bot:   (toast) Team member 4 has proposed this for {ref} already. It waits for a second person.
        viktor in Desk#OBJ: [Agree]
        bot in Desk#OBJ: Needs four eyes Refuse case {ref}: No automated decision Proposed by team member 4. Team member 2 agreed. It was done.
        bot:   (toast) Agreed. It is done.
        bot to alice: {seen}  [This was not handled]
        bot in Desk#OBJ: (card) {ref} · Objection to automated decisions State: refused ... Worked on by: nobody yet  [Reopen]
        alice: /status {ref}
        bot:   {ref} · Objection to automated decisions State: refused Reason: We looked into it: no automated decision was made about you. What happened so far ... it was refused  [This was not handled] [My requests] [Menu]
        alice: [This was not handled]
        bot:   I am sorry. This is who can help you further with case {ref}: • Here: the data protection officer of Moonshot AI, who gets the whole path of the case and answers you in this chat. • At any time, and independent of us: German Federal Commissioner for Data Protection and Freedom of Information. You can complain there.  [Write what is wrong] [Hand it over] [No, leave it]
    """)


async def test_who_proposed_it_is_not_the_second_person(stage: Stage) -> None:
    """Also not as a lead."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        viktor in Desk#ASK: [Refuse]
        bot in Desk#ASK: Why is case {ref} refused? ...
        viktor in Desk#ASK: [Excessive, repeated]
        bot in Desk#ASK: Refuse case {ref}? ... the data protection authority ...
        viktor in Desk#ASK: [Propose it]
        bot in Desk#ASK: Needs four eyes ...
        bot in Desk#ASK: Team member 2 proposes to refuse case {ref}.
        viktor in Desk#ASK: [Agree]
        bot:   (toast) You proposed this yourself. It takes a second person.
        viktor in Desk#ASK: [Decline]
        bot in Desk#ASK: Needs four eyes ... Declined by team member 2. Nothing was done.
        bot:   (toast) Declined. Nothing was done.
    """)
    assert not (await the_case(stage, ref)).is_closed


async def test_what_nobody_agrees_to_lapses(stage: Stage) -> None:
    """After three days the buttons are gone, and the person heard nothing."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Desk#ASK: [Refuse]
        bot in Desk#ASK: ...
        anna in Desk#ASK: [Excessive, repeated]
        bot in Desk#ASK: ...
        anna in Desk#ASK: [Propose it]
        bot in Desk#ASK: Needs four eyes ...
        bot in Desk#ASK: Team member 4 proposes to refuse case {ref}.
        (3 days later)
        bot in Desk#ASK: Needs four eyes Refuse case {ref}: Excessive, repeated Proposed by team member 4. Nobody agreed in time. Nothing was done.
    """)
    assert not (await the_case(stage, ref)).is_closed


async def test_the_reasons_are_those_of_the_law_and_the_case(stage: Stage) -> None:
    """PIPL knows no refusal of an unfounded request; "the data is correct" is for corrections only. Read in the person's language."""
    await given_desk(stage)
    await given_locale(stage, "de")
    ref = await given_shown(stage, Right.RECTIFICATION, place="china")
    await given_locale(stage, "de")
    await stage.plays(f"""
        anna in Desk#COR: [Refuse]
        bot in Desk#COR: Why is case {ref} refused? ...  [The person could not be identified] [Rights of other people] [A law requires to keep it] [The data is correct] [Cancel]
        anna in Desk#COR: [The data is correct]
        bot in Desk#COR: Refuse case {ref}? ... [Propose it] [Cancel]
    """)
    shown = stage.world.person("anna").sees(stage.world.group("Desk"))[-1].words
    assert stage.pseudo or "In the language of the team (English):\nWe do not do what you asked for" in shown


async def test_a_refused_export_is_not_built(stage: Stage) -> None:
    """What was begun for it is thrown away, and a new wish is a new case."""
    await given_desk(stage)

    def asks(tx: Tx) -> str:
        from bot.core import accounts, cases, work

        account = accounts.open_for_telegram(tx, stage.world.person("alice").id)[0]
        case = cases.open_case(tx, account, Right.EXPORT)
        work.schedule(tx, exports.JOB, case.id, tx.clock.now() + tx.policy.span("grace").as_timedelta())
        return cases.escalate(tx, case, cases.By.TEAM).id

    ref = await stage.core.database.write(asks)
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(f"""
        anna in Desk#EXP: [Refuse]
        bot in Desk#EXP: ...
        anna in Desk#EXP: [Excessive, repeated]
        bot in Desk#EXP: ...
        anna in Desk#EXP: [Propose it]
        bot in Desk#EXP: Needs four eyes ...
        bot in Desk#EXP: Team member 4 proposes to refuse case {ref}.
        viktor in Desk#EXP: [Agree]
        bot in Desk#EXP: Needs four eyes ... It was done.
        bot:   (toast) Agreed. It is done.
        bot to alice: We do not do what you asked for in case {ref}. ... • You can complain to the supervisory authority: the data protection authority of the place where you live. ...
        (8 days later)
        bot: (silent)
    """)
    assert await stage.core.database.read(lambda tx: tx.work.count(ref=ref, state="waiting")) == 0
