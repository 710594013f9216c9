"""Limits for one person: kind, told once, and never in the way of a right."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as law
from hypothesis import strategies as st

from bot.core import cases
from bot.core.cases import Right, Step
from bot.core.errors import BannedError, LimitError, OneAtATimeError
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.support import bans, limits, receiving
from bot.core.support.bans import Ban
from bot.telegram import plain
from bot.telegram.commands import KNOWN
from bot.telegram.limiter import Held, Limiter, Passed
from tests.core.office import Office
from tests.flows.test_status import given_case, meet
from tests.stage import START, Stage

_OFFICE: list[Office] = []


@pytest.fixture(scope="module", autouse=True)
def _office() -> Any:
    _OFFICE.append(Office())
    yield
    _OFFICE.pop().close()


async def given_talked_out(stage: Stage) -> None:
    """Alice has used up her minute."""
    await meet(stage)
    most = stage.core.policy.safeguards.messages_per_minute - 1  # /start was the first
    for _ in range(most):
        stage.world.person("alice").says("/menu")
    await stage.settle()
    assert len(stage._outputs) == most
    stage._outputs.clear()


async def test_who_floods_is_told_once_and_then_there_is_silence(stage: Stage) -> None:
    """One kind sentence with the time at which it goes on; then it goes on."""
    await given_talked_out(stage)
    await stage.plays("""
        alice: hello
        bot:   That is more than I can read at once. I go on at 23 March 2026 09:01 UTC. Your rights stay open: /export, /delete, /rights.
        alice: hello
        bot:   (silent)
        alice: /faq
        bot:   (silent)
        bob: /start
        bot: Hello! ...
        (1 minute later)
        bot: (silent)
        alice: /menu
        bot:   What would you like to do? ...
    """)


async def test_rights_pass_whatever_was_said_before(stage: Stage) -> None:
    """The whole of a deletion, with everything that confirms it, in the middle of the silence."""
    await given_talked_out(stage)
    phrase = "⟦delete my account⟧" if stage.pseudo else "delete my account"
    await stage.plays(f"""
        alice: hello
        bot:   That is more than I can read at once. ...
        alice: /export
        bot:   I put together everything ...
        alice: /delete
        bot:   Deleting your account ...
        alice: [Continue]
        bot:   To show that you mean it, ...
        alice: nonsense
        bot:   Those are not the words. ...
        alice: {phrase}
        bot:   One last step: ...
        alice: [☐ I understand that all my data will be removed]
        bot:   One last step: ...
        alice: [Delete my account]
        bot:   Case DEL-... is open. ...
        alice: [Take it back]
        bot:   Stop the deletion ...
        alice: [Restore my account]
        bot:   Your account is open again, ...
        alice: hello
        bot:   (silent)
    """)


async def test_a_tap_that_is_too_much_is_answered(stage: Stage) -> None:
    """So that no button keeps turning."""
    await given_talked_out(stage)
    await stage.plays("""
        alice: [❓ Topics]
        bot:   (toast) That is more than I can read at once. I go on at 23 March 2026 09:01 UTC. Your rights stay open: /export, /delete, /rights.
        alice: [❓ Topics]
        bot:   (silent)
        alice: [🛡 My rights]
        bot:   Rights that everyone has ...
    """)


async def test_only_so_many_questions_a_day_but_every_right(stage: Stage) -> None:
    """Ten cases today: the eleventh question waits until tomorrow; an objection and a complaint do not."""
    await stage.given_team()
    await meet(stage)
    for _ in range(stage.core.policy.safeguards.cases_per_day):
        await given_case(stage, Right.QUESTION)
    await stage.settle()
    stage._outputs.clear()
    await stage.plays("""
        alice: /human
        bot:   That is a lot for one day. The next question can be sent from 24 March 2026 09:00 UTC on. Your rights stay open all the time.  [My rights]
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
        bot:   (toast) Case DPO-... about the same is open. The privacy team answers it by ...
        bot:   Case DPO-... about the same is open. The privacy team answers it by ...  [Look at it]
        (1 day later)
        bot:   (silent)
        alice: /human
        bot:   Write your question in one message. ...
    """)


async def test_only_so_many_letters_an_hour_but_every_answer(stage: Stage) -> None:
    """What the team asked for is welcome at any time."""
    await stage.given_team()
    await meet(stage)
    ref = await given_case(stage, Right.QUESTION)
    await stage.settle()
    stage._outputs.clear()
    most = stage.core.policy.safeguards.letters_per_hour

    def write(tx: Tx) -> None:
        receiving.receive(tx, tx.cases.get(id=ref), "mine")

    for _ in range(most):
        await stage.core.database.write(write)
    with pytest.raises(LimitError) as refused:
        await stage.core.database.write(write)
    assert refused.value.until == stage.clock.now() + timedelta(hours=1)
    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=ref), "clarification", "Mine?"))
    await stage.core.database.write(write)
    stage.clock.move(timedelta(hours=1))
    await stage.core.database.write(write)
    await stage.settle()
    stage._outputs.clear()


def test_every_right_of_the_policy_passes() -> None:
    """Its flow, its commands, and everything that confirms; what is conversation is named, and exists."""
    from aiogram.types import CallbackQuery, User

    def tap(data: str) -> CallbackQuery:
        return CallbackQuery(id="1", from_user=User(id=1, is_bot=False, first_name="A"), chat_instance="1", data=data)

    for right in load_policy().rights.values():
        assert plain.is_right(tap(f"go:{right.flow}:"), in_a_step=False), right.id
    for data in ("ok:delete_now:token", "no:delete", "go:take_back:", "go:checked:"):
        assert plain.is_right(tap(data), in_a_step=False)
    for data in ("go:faq:", "go:human:", "nonsense", ""):
        assert not plain.is_right(tap(data), in_a_step=True)
    steps = set(re.findall(r'"(\w+)"', " ".join(re.findall(r'To\(([^)]*)\)', "".join(file.read_text("utf-8") for file in Path("handlers").glob("*.py"))))))
    assert plain.STEPS - {"human"} <= steps
    assert plain.COMMANDS <= KNOWN


@law(st.lists(st.floats(0, 30), max_size=120), st.integers(1, 20))
def test_a_bucket_lets_so_much_through_and_tells_once(pauses: list[float], per_minute: int) -> None:
    """In any minute at most twice what it holds; whoever waits as long as they were told goes on; each silence is told once."""
    limiter, now, passed, told = Limiter(), START, [], None  # type: ignore[var-annotated]
    for pause in pauses:
        now += timedelta(seconds=pause)
        verdict = limiter.count("a", now, per_minute=per_minute)
        assert isinstance(limiter.count("b", datetime.fromtimestamp(0, START.tzinfo), per_minute=10**9), Passed)
        if isinstance(verdict, Held):
            assert verdict.first == (told is None or now >= told)
            assert verdict.until > now
            told = verdict.until
        else:
            assert told is None or now >= told
            passed.append(now)
    for begin in passed:
        assert sum(begin <= at < begin + timedelta(minutes=1) for at in passed) <= 2 * per_minute


plans = st.lists(st.tuples(st.sampled_from(["open", "close", "wait", "ban", "unban"]), st.sampled_from([Right.QUESTION, Right.OBJECTION, Right.COMPLAINT, Right.RECTIFICATION])), max_size=30)


@law(plans)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_limit_stands_in_the_way_of_a_right(plan: list[tuple[str, Right]]) -> None:
    """Whatever was opened, closed, banned before: a right is being exercised in an open case, or a new one can be opened now."""
    office = _OFFICE[-1]
    account = office.person()
    for deed, right in plan:
        if deed == "wait":
            office.later(hours=5)
        elif deed == "ban":
            office.do(lambda tx: tx.bans.add_new(Ban(account.id, account.id, "flood", 1, tx.clock.now())))
        elif deed == "unban":
            office.do(lambda tx: tx.bans.remove(id=account.id))
        elif deed == "close":
            office.do(lambda tx: [cases.move(tx, case, Step.FINISH) for case in tx.cases.select(subject=account.id, right=right.value, closed_at=None)])
        else:
            running = office.read(lambda tx: tx.cases.count(subject=account.id, right=right.value, closed_at=None))
            banned = office.read(lambda tx: limits.is_banned(tx, account.id))
            try:
                office.do(lambda tx: limits.require_case(tx, account, right))
            except OneAtATimeError as refused:
                ref = refused.ref
                assert right is not Right.QUESTION and running
                assert office.read(lambda tx: not tx.cases.get(id=ref).is_closed)
                continue
            except LimitError as error:
                assert right is Right.QUESTION and not banned
                assert office.clock.now() < error.until <= office.clock.now() + timedelta(days=1)
                continue
            except BannedError:
                assert right is Right.QUESTION and banned
                continue
            office.do(lambda tx: cases.open_case(tx, account, right))
    for right in (Right.EXPORT, Right.ERASURE, Right.RESTRICTION, Right.TRAINING, Right.DO_NOT_SELL):
        office.do(lambda tx, right=right: limits.require_case(tx, account, right))  # type: ignore[misc]


def test_a_reason_is_one_of_the_policy() -> None:
    """Anything else is refused, and nobody is banned."""
    office = _OFFICE[-1]
    from bot.core import staff
    from bot.core.errors import NotFoundError

    account = office.person()
    ref = office.do(lambda tx: cases.open_case(tx, account, Right.QUESTION)).id

    def lead(tx: Tx) -> staff.Member:
        staff.ensure_owner(tx, 1)
        return staff.grant(tx, staff.find(tx, 1), 2, staff.Role.LEAD)

    by = office.do(lead)
    with pytest.raises(NotFoundError):
        office.do(lambda tx: bans.ban(tx, by, ref, "because"))
    assert not office.read(lambda tx: limits.is_banned(tx, account.id))
