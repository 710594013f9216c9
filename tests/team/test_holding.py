"""A legal hold stops the erasure and nothing else; setting and lifting it takes two people, one of them the officer."""

from __future__ import annotations

from bot.core import cases, deletion
from bot.core.cases import Right, Status, Step
from bot.core.ports import Tx
from tests.stage import Stage
from tests.team.scenes import does, given_desk, given_shown, the_case


async def given_deletion(stage: Stage) -> str:
    """Alice has asked for the deletion of her account, which holds conversations."""
    await stage.given_conversations("alice", ["Diary"])
    alice = stage.world.person("alice").id

    def begin(tx: Tx) -> str:
        from bot.core import accounts

        account = accounts.find_by_telegram(tx, alice)
        assert account is not None
        return deletion.begin(tx, account).id

    return await stage.core.database.write(begin)


async def test_a_hold_stops_the_erasure_and_lifting_it_lets_it_go_on(stage: Stage) -> None:
    """Set in the grace period by agent and officer; at its end nothing is erased; lifted by officer and lead, everything is."""
    await given_desk(stage)
    ref = await given_deletion(stage)
    await stage.plays(f"""
        anna in Desk: /hold {ref}
        bot in Desk: Why must everything of the person of case {ref} be kept?  [Legal claims] [A law requires to keep the data] [Order of a court or an authority] [Cancel]
        anna in Desk: [Legal claims]
        bot in Desk: Keep everything of the person of case {ref}, also what they asked to erase? Ground: Legal claims. A second person has to agree.  [Propose it] [Cancel]
        anna in Desk: [Propose it]
        bot in Desk#DEL: Needs four eyes Legal hold for the person of case {ref}: Legal claims Their account would not be erased until it is lifted. Single conversations go all the same when their time is over or they delete them. They see that there is a hold. Proposed by team member 4. ...  [Agree] [Decline]
        bot in Desk: Team member 4 proposes a legal hold for case {ref}.
        viktor in Desk#DEL: [Agree]
        bot:   (toast) For this, one of the two has to be the data protection officer.
        dana in Desk#DEL: [Agree]
        bot in Desk#DEL: Needs four eyes Legal hold ... Team member 3 agreed. It was done.
        bot:   (toast) Agreed. It is done.
        bot in Desk#DEL: (card) {ref} · Account deletion State: account closed; the person can still take it back Legal hold: this account is not erased. ... Can be taken back until: 30 March 2026 ... Gone from all backups by: 22 April 2026 ... Worked on by: nobody yet  [Claim] ... [Lift hold]
        dana in Desk: /hold {ref}
        bot in Desk: There is a legal hold already.
        (6 days later)
        bot to alice: A reminder: ...
        (2 days later)
        bot:   (silent)
        alice: /status {ref}
        bot:   {ref} · Deletion of your account State: being erased ... The law requires that this data is kept for now. The erasure goes on as soon as that ends. What happened so far ... a legal hold was set ...
    """)
    assert (await the_case(stage, ref)).status == Status.ERASING
    assert await stage.core.database.read(lambda tx: tx.conversations.count()) == 1
    await stage.plays(f"""
        dana in Desk: /lift {ref}
        bot in Desk: Lift the legal hold for the person of case {ref}? ...  [Propose it] [Cancel]
        dana in Desk: [Propose it]
        bot in Desk#DEL: Needs four eyes Lift the legal hold for the person of case {ref} An erasure that it stopped goes on at once. Proposed by team member 3. ...
        bot in Desk: Team member 3 proposes to lift the legal hold for case {ref}.
        dana in Desk#DEL: [Agree]
        bot:   (toast) You proposed this yourself. It takes a second person.
        viktor in Desk#DEL: [Agree]
        bot to alice: Your account and all its data have been deleted (case {ref}). ...
        bot in Desk: (toast) Agreed. It is done.
        bot in Desk: (deletes the message)
    """)
    assert (await the_case(stage, ref)).status == Status.PURGING
    counts = await stage.core.database.read(lambda tx: (tx.conversations.count(), tx.accounts.count(), tx.proposals.count(), tx.rooms.count()))
    assert counts == (0, 0, 0, 0)
    assert not [topic for topic in stage.world.group("Desk").topics.values() if "DEL" in topic.name], "its topic went with the person"


async def test_a_hold_of_somebody_who_asked_for_nothing_yet(stage: Stage) -> None:
    """From the card of any case: a deletion that is asked for later stops too."""
    await given_desk(stage)
    ref = await given_shown(stage, Right.QUESTION)
    await stage.plays(f"""
        dana in Desk#ASK: [Legal hold]
        bot in Desk#ASK: Why must everything of the person of case {ref} be kept? ...
        dana in Desk#ASK: [Order of a court or an authority]
        bot in Desk#ASK: Keep everything ...
        dana in Desk#ASK: [Propose it]
        bot in Desk#ASK: Needs four eyes ...
        bot in Desk#ASK: Team member 3 proposes a legal hold for case {ref}.
        mallory in Desk#ASK: [Agree]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#ASK: [Agree]
        bot in Desk#ASK: Needs four eyes ... It was done.
        bot:   (toast) Agreed. It is done.
        bot in Desk#ASK: (card) {ref} ... Legal hold: this account is not erased. ...
    """)
    later = await given_deletion(stage)
    await stage.plays(f"""
        (6 days later)
        bot to alice: A reminder: ...
        (2 days later)
        bot: (silent)
        anna in Desk: /lift ASK-000000
        bot in Desk: There is no case with this reference.
        anna in Desk: /hold
        bot in Desk: Which case? Write its reference behind the command, for example: /hold ASK-7K2M4Q. ...
        alice: /status {later}
        bot:   ... The law requires that this data is kept for now. ...
    """)


async def test_who_may_not_is_refused(stage: Stage) -> None:
    """A stranger in the group, and an owner, who works on no case."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        mallory in Desk: /hold {ref}
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        olga in Desk#ASK: [Legal hold]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: /lift {ref}
        bot in Desk: There is no legal hold here.
    """)


async def test_a_hold_stops_an_erasure_that_has_begun(stage: Stage) -> None:
    """The grace period is over and erasing began; held then, what is left stays, until the hold is lifted."""
    await given_desk(stage)
    ref = await given_deletion(stage)
    await stage.core.database.write(lambda tx: cases.move(tx, tx.cases.get(id=ref), Step.CLAIM))
    for line in (f"dana in Desk: /hold {ref}", "dana in Desk: [A law requires to keep the data]", "dana in Desk: [Propose it]"):
        await does(stage, line)
    await does(stage, "viktor in Desk#DEL: [Agree]")
    for _ in range(8):
        await does(stage, "(1 day later)")
    case = await the_case(stage, ref)
    assert (case.status, case.held) == (Status.ERASING, True)
    assert await stage.core.database.read(lambda tx: tx.conversations.count()) == 1
    for line in (f"viktor in Desk: /lift {ref.lower()}", "viktor in Desk: [Propose it]"):
        await does(stage, line)
    await does(stage, "dana in Desk#DEL: [Agree]")
    assert (await the_case(stage, ref)).status == Status.PURGING
    assert await stage.core.database.read(lambda tx: (tx.conversations.count(), tx.rooms.count(subject__ne=""))) == (0, 0)
