"""The team proposes a correction in words; only the person makes it so (GDPR Art. 16)."""

from __future__ import annotations

from bot.core import rectification
from bot.core.cases import Right, Status
from bot.core.ports import Tx
from tests.stage import Stage
from tests.team.scenes import forges, given_desk, the_case

WRITTEN = """
    alice: /rectify
    bot:   Correct your data ...
    alice: [Something else]
    bot:   What is wrong, and what is right? ...
    alice: Mine is wrong
    bot:   This goes to the privacy team, and to nobody else: ...
    alice: [Send]
    bot:   Thank you. Case COR-... is open; ...
    bot in Desk#COR: The person writes (English) Mine is wrong  ...
"""


async def _ref(stage: Stage) -> str:
    (case,) = await stage.core.database.read(lambda tx: tx.cases.select(right=Right.RECTIFICATION.value))
    return case.id


async def test_the_person_confirms_what_the_team_proposed(stage: Stage) -> None:
    """Composed, seen, sent; waiting for them, nobody of the team can end it; confirmed, it is done."""
    await given_desk(stage)
    await stage.plays(WRITTEN)
    ref = await _ref(stage)
    await stage.plays(f"""
        anna in Desk#COR: [Propose correction]
        bot in Desk#COR: Team member 4: answer this message with the correction, as the person should confirm it. ...
        anna in Desk#COR answers "with the correction": Mine is right now
        bot in Desk: (deletes the message)
        bot in Desk#COR: Preview. Nothing has been sent yet. ... Case {ref}: we propose a correction. Nothing is changed before you have confirmed it. Mine is right now [See the proposal] ...  [Send] [Cancel]
        anna in Desk#COR: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Case {ref}: we propose a correction. Nothing is changed before you have confirmed it. Mine is right now  [See the proposal]
        bot in Desk#COR: The person is to confirm this correction, proposed by team member 4 Mine is right now
        bot in Desk#COR: (card) {ref} · Correction of data State: waiting for the person ... The clock stands since 23 March 2026 09:00 UTC: the person was asked something. ...
        anna in Desk#COR: [Done]
        bot:   (toast) Only the person of case {ref} can take this step.
        alice: [See the proposal]
        bot:   Proposed correction (case {ref}) After the correction: Mine is right now Nothing is changed before you confirm it.  [Yes, correct it] [No, that is not right]
        alice: [Yes, correct it]
        bot:   Thank you. The correction is carried out as you confirmed it. Case {ref} is done.  [My requests] [Menu]
        bot in Desk#COR: (card) {ref} ... State: done ...  [Reopen]
    """)


async def test_declined_it_is_back_with_the_team(stage: Stage) -> None:
    """And a changed wording reaches the person where they have the old one."""
    await given_desk(stage)
    await stage.plays(WRITTEN)
    ref = await _ref(stage)
    await stage.plays(f"""
        nils in Desk#COR: [Claim]
        bot:   (toast) You work on case {ref} now.
        nils in Desk#COR: [Propose correction]
        bot in Desk#COR: Team member 5: answer this message with the correction, ...
        nils in Desk#COR answers "with the correction": Mine is right now
        bot in Desk: (deletes the message)
        bot in Desk#COR: Preview. ...
        nils in Desk#COR: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Case {ref}: we propose a correction. ... Mine is right now  [See the proposal]
        bot in Desk#COR: The person is to confirm this correction, ...
        nils in Desk#COR edits "Mine is right now": Mine is quite right now
        bot in Desk#COR: Preview of the change. ...
        nils in Desk#COR: [Send the change]
        bot:   (toast) It is on its way to the person.
        bot in Desk#COR: The change is on its way to the person.
        bot to alice: Case {ref}: we propose a correction. ... Mine is quite right now  [See the proposal]
        bot in Desk#COR: ... Mine is quite right now Changed later.
        alice: [See the proposal]
        bot:   Proposed correction (case {ref}) After the correction: Mine is quite right now ...
        alice: [No, that is not right]
        bot:   All right, nothing was changed. The privacy team looks at case {ref} again.  [My requests] [Menu]
        bot in Desk#COR: The person says that the proposed correction is not right. Nothing was changed; the case is yours again.
        bot in Desk#COR: (card) {ref} ... State: being worked on ... Worked on by: team member 5  ...
    """)


async def test_what_the_person_corrects_themselves_is_theirs(stage: Stage) -> None:
    """A correction that waits for their own confirmation: the team can neither replace nor end it."""
    await given_desk(stage)
    await stage.plays("""
        alice: /rectify
        bot:   Correct your data ...
        alice: [Name]
        bot:   ...
        alice: Mine
        bot:   Proposed correction ...  [Yes, correct it] [No, that is not right]
    """)
    ref = await _ref(stage)
    for step in ("correction", "done"):
        await forges(stage, "anna", f"t:{step}:{ref}:")
        await stage.plays(f"""
            bot:   (toast) Only the person of case {ref} can take this step.
        """)
    case = await the_case(stage, ref)
    assert case.status == Status.WAITING

    def waits(tx: Tx) -> str:
        return rectification.proposal(tx, tx.accounts.get(id=case.subject), ref).becomes

    assert await stage.core.database.read(waits) == "Mine"
