"""My requests: each with its dated path, its dates, and a way to take it back."""

from __future__ import annotations

from datetime import timedelta

from bot.core import cases
from bot.core.cases import Right
from bot.core.ports import Tx
from tests.stage import Stage


async def given_case(stage: Stage, right: Right, *, who: str = "alice", place: str | None = None, told: bool = True) -> str:
    """An open case of a person; its reference."""
    from bot.core import accounts

    person = stage.world.person(who)

    def make(tx: Tx) -> str:
        account, _new = accounts.open_for_telegram(tx, person.id)
        if place:
            tx.accounts.update({"id": account.id}, jurisdiction=place)
        return cases.open_case(tx, tx.accounts.get(id=account.id), right, told=told, text="mine").id

    return await stage.core.database.write(make)


async def meet(stage: Stage) -> None:
    """Alice starts the bot: before that it may not write to her."""
    await stage.plays("""
        alice: /start
        bot:   Hello! ...
    """)


async def test_a_request_shows_its_path_with_dates(stage: Stage) -> None:
    """Every step from the audit trail, in words, in order."""
    ref = await given_case(stage, Right.OBJECTION)
    await stage.plays(f"""
        alice: /status
        bot:   Your requests {ref} · Objection to automated decisions · received Due by: 22 April 2026 23:59 UTC (30 days)  [{ref}] [Menu]
        alice: when will I get an answer to {ref}?
        bot:   {ref} · Objection to automated decisions State: received Due by: 22 April 2026 23:59 UTC (30 days) What happened so far • 23 March 2026 09:00 UTC: we received your request • 23 March 2026 09:00 UTC: we acknowledged it  [Write in this case] [Withdraw this request] [My requests] [Menu]
    """)


async def test_an_open_request_can_be_withdrawn_once(stage: Stage) -> None:
    """Confirmed first; then it is closed and cannot be withdrawn again."""
    ref = await given_case(stage, Right.OBJECTION)
    await stage.plays(f"""
        alice: /status {ref}
        bot:   {ref} ...  [Write in this case] [Withdraw this request] [My requests] [Menu]
        alice: [Withdraw this request]
        bot:   Withdraw case {ref} (Objection to automated decisions)? Nothing more is done for it. ...  [Withdraw it] [Keep it open]
        alice: [Withdraw it]
        bot:   Case {ref} is withdrawn and closed.  [My requests] [Menu]
        alice: /status {ref}
        bot:   {ref} · Objection to automated decisions State: taken back ... you withdrew it  [My requests] [Menu]
        (70 days later)
        bot:   (silent)
    """)


async def test_a_withdrawn_export_is_not_built(stage: Stage) -> None:
    """The work is dropped with the case: nothing arrives."""
    ref = await given_case(stage, Right.EXPORT)
    subject = (await stage.core.database.read(lambda tx: tx.cases.get(id=ref))).subject

    def withdraw(tx: Tx) -> None:
        from bot.core import work

        work.schedule(tx, "export", ref)
        cases.withdraw(tx, subject, ref)

    await stage.core.database.write(withdraw)
    await stage.plays("""
        (1 hour later)
        bot:   (silent)
    """)
    assert await stage.core.database.read(lambda tx: tx.packages.count() + tx.work.count(kind="export")) == 0


async def test_nobody_sees_or_withdraws_a_strangers_request(stage: Stage) -> None:
    """The same words for another's case as for none, also while processing of the other's data is restricted."""
    ref = await given_case(stage, Right.OBJECTION)
    await stage.plays(f"""
        mallory: /status {ref}
        bot:   You have no case with this reference.  [Menu]
    """)
    await stage.core.database.write(lambda tx: tx.keys.restrict(tx.cases.get(id=ref).subject, restricted=True))
    await stage.plays(f"""
        mallory: /status {ref}
        bot:   You have no case with this reference.  [Menu]
        alice: /status {ref}
        bot:   {ref} ...
    """)


async def test_who_waits_for_the_person_says_so_and_the_date_stands_still(stage: Stage) -> None:
    """A question stops the GDPR's clock; the answer lets it run on, later by the time it took; a reminder comes once."""
    await meet(stage)
    ref = await given_case(stage, Right.OBJECTION, place="eu")

    def ask(tx: Tx) -> None:
        cases.ask(tx, tx.cases.get(id=ref), "identity", "a private question", actor="p-team")

    await stage.core.database.write(ask)
    before = (await stage.core.database.read(lambda tx: tx.cases.get(id=ref))).target_due
    await stage.plays(f"""
        (1 minute later)
        bot:   We need something from you for case {ref}: a private question  [Answer]
        (3 days later)
        bot:   A reminder: case {ref} is waiting for you. We cannot go on without your answer.  [Look at it]
        (40 days later)
        bot:   (silent)
        alice: /status {ref}
        bot:   {ref} ... State: waiting for you The date moves by the time until you have answered. It was: ... we asked you something ... we reminded you that it waits for you  [Answer] [Withdraw this request] [My requests] [Menu]
        alice: [Answer]
        bot:   Case {ref} asks you: a private question Write your answer in one message. ...  [Cancel]
        alice: Mine is the score
        bot:   This goes to the privacy team, and to nobody else: Mine is the score ...  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you, your answer is with case {ref}. It is due by ...  [My requests] [Menu]
    """)
    case = await stage.core.database.read(lambda tx: tx.cases.get(id=ref))
    assert case.target_due - before >= timedelta(days=43) - timedelta(hours=1)
    assert case.paused_for == timedelta(days=43, minutes=1).total_seconds()
    [letter] = await stage.core.database.read(lambda tx: tx.letters.select(ref=ref))
    assert (letter.way, letter.text) == ("in", "Mine is the score")
