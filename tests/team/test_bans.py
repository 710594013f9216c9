"""Somebody who is banned loses the conversation and keeps every right, by a plain form."""

from __future__ import annotations

from bot.core import accounts, cases
from bot.core.audit import Tag
from bot.core.ports import Tx
from bot.core.support.bans import Ban
from tests.stage import Stage
from tests.team.scenes import given_desk, given_shown

FORM = "[Export my data] [Delete my account] [AI training] [What is held] [Restrict processing] [Data protection officer] [My rights] [My requests]"


async def given_ban(stage: Stage, who: str = "alice", reason: str = "flood") -> None:
    """As if the team had banned them."""

    def put(tx: Tx) -> None:
        account, _new = accounts.open_for_telegram(tx, stage.world.person(who).id)
        tx.bans.add(Ban(account.id, account.id, reason, 2, tx.clock.now()))

    await stage.core.database.write(put)


async def test_a_ban_is_confirmed_told_and_lifted_with_reasons(stage: Stage) -> None:
    """The lead may, an agent may not; the team sees what the person reads; the card says it; everything is on record."""
    await given_desk(stage)
    ref = await given_shown(stage)
    stage._outputs.clear()
    await stage.plays(f"""
        anna in Desk#{ref}: /ban
        bot in Desk#{ref}: You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#{ref}: /ban
        bot in Desk#{ref}: Why is the person of case {ref} banned? ...  [Floods the desk] [Insults or threatens] [Illegal or harmful content] [Cancel]
        viktor in Desk#{ref}: [Insults or threatens]
        bot in Desk#{ref}: Ban the person of case {ref}? They read: From now on you cannot ask or write here any more. Reason: You insulted or threatened people of the privacy team. ...  [Ban them] [Cancel]
        dana in Desk#{ref}: [Ban them]
        bot in Desk#{ref}: (toast) This button is not meant for you or is no longer valid. Nothing was changed.
        viktor in Desk#{ref}: [Ban them]
        bot in Desk#{ref}: Team member 2 banned the person of case {ref}. They were told why; their rights stay.
        bot to alice: From now on you cannot ask or write here any more. Reason: You insulted or threatened people of the privacy team. Your rights stay open to you: use these buttons or their commands. Requests that are open are worked on as before.  {FORM}
        bot in Desk#{ref}: (card) ... Banned since 23 March 2026 09:00 UTC: rights only. ...
        viktor in Desk: /ban {ref.lower()}
        bot in Desk: Why is the person of case {ref} banned? ...
        viktor in Desk: [Floods the desk]
        bot in Desk: (toast) The person of case {ref} is banned already.
        dana in Desk: /unban {ref}
        bot in Desk: Why may the person of case {ref} ask and write again? ...  [Long enough] [It was a mistake] [Talked over] [Cancel]
        dana in Desk: [It was a mistake]
        bot in Desk: Lift the ban of the person of case {ref}? They read: You can ask and write here again. Reason: It was a mistake. We are sorry.  [Lift the ban] [Cancel]
        dana in Desk: [Lift the ban]
        bot in Desk: Team member 3 lifted the ban of the person of case {ref}. They were told why.
        bot to alice: You can ask and write here again. Reason: It was a mistake. We are sorry.  [Menu]
        dana in Desk: /ban ASK-ZZZZZZ
        bot in Desk: There is no case with this reference.
    """)
    tags = (Tag.SUBJECT_BANNED.value, Tag.SUBJECT_UNBANNED.value)
    entries = await stage.core.database.read(lambda tx: tx.audit.select(tag__in=tags))
    assert [(entry.actor, entry.ref, entry.details) for entry in entries] == [
        ("team:2", ref, '{"reason":"insult"}'),
        ("team:3", ref, '{"reason":"mistake"}'),
    ]


async def test_whoever_is_banned_has_a_plain_form(stage: Stage) -> None:
    """Free text, conversation and pictures are answered with it; taps that would talk lead back to it."""
    await given_desk(stage)
    await given_ban(stage)
    form = f"Since 23 March 2026 09:00 UTC you cannot ask or write here any more. Your rights stay open to you: use these buttons. Reason: You sent so much that other people had to wait.  {FORM}"
    await stage.plays(f"""
        alice: do you train on my chats?
        bot:   {form}
        alice: /human
        bot:   {form}
        alice sends cat.jpg: look
        bot:   {form}
        alice: /start
        bot:   {form}
        alice: [AI training]
        bot:   Model training is on for your conversations. ...  [Opt out now] [Menu]
        alice: [Opt out now]
        bot:   Done. ...
        alice: [Menu]
        bot:   {form}
    """)


async def test_every_right_of_the_banned_works(stage: Stage) -> None:
    """By button and by command, to the end; of complaints to the officer there is one at a time."""
    await given_desk(stage)
    await given_ban(stage)
    await stage.plays("""
        alice: hello
        bot:   Since ...
        alice: [Export my data]
        bot:   I put together everything ...
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        bot:   ... your export is being put together. ...
        bot:   (file) Here is your export ...
        alice: /access
        bot:   What is held about you ...
        alice: /restrict
        bot:   While processing is restricted, ...
        alice: [Restrict now]
        bot:   Done. ...
        alice: /rights
        bot:   Rights that everyone has ...
        alice: [Data protection officer]
        bot:   What should the data protection officer know? ...
        alice: mine
        bot:   This goes to the privacy team, ...
        alice: [Send]
        bot:   Thank you. Case DPO-... is open; ...
        bot in Desk#DPO: The person writes ...
        alice: /rights
        bot:   Rights that everyone has ...
        alice: [Data protection officer]
        bot:   (toast) Case DPO-... about the same is open. ...
        bot:   Case DPO-... about the same is open. ...  [Look at it]
        alice: [Look at it]
        bot:   DPO-... · Complaint to the data protection officer ...
        alice: /status
        bot:   Your requests ...
        alice: /delete
        bot:   Deleting your account ...
        alice: [Continue]
        bot:   To show that you mean it, ...
    """)


async def test_no_letter_of_the_banned_gets_through(stage: Stage) -> None:
    """Nor a change of an earlier one; but what they were asked for does."""
    await given_desk(stage)
    await stage.plays("""
        alice: /human
        bot:   ...
        alice: mine
        bot:   This goes to the privacy team, ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: The person writes ...
    """)
    await given_ban(stage)
    ref = stage.topic("Desk#ASK").name.replace("⟦", "").split()[0]
    await stage.plays(f"""
        alice edits "mine": mine too
        bot:   (silent)
        bot in Desk#ASK: (silent)
        alice: /status {ref}
        bot:   {ref} ...
    """)


    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=ref), "clarification", "Mine?"))
    await stage.plays(f"""
        (1 minute later)
        bot:   We need something from you for case {ref}: Mine?  [Answer] ...
        alice: [Answer]
        bot:   Case {ref} asks you: ...
        alice: the blue one
        bot:   This goes to the privacy team, ...
        alice: [Send]
        bot:   Thank you, your answer is with case {ref}. ...
        bot in Desk#ASK: The person writes ... the blue one ...
    """)


async def test_a_ban_stands_in_the_export(stage: Stage) -> None:
    """Since when, and why: it is data about the person like any other."""
    from bot.core.exports import facts

    await given_desk(stage)
    await given_ban(stage)

    def read(tx: Tx) -> object:
        account = accounts.find_by_telegram(tx, stage.world.person("alice").id)
        assert account is not None
        return facts.as_json(facts.read_facts(tx, account.id))["notes"]["bans"]

    assert await stage.core.database.read(read) == [{"reason": "flood", "since": "2026-03-23T09:00:00+00:00"}]
