"""Law: nobody of the team confirms anything for a person: no tap, forged button or command of a member changes their consents, their
deletion, their export, what they withdrew, or a correction that waits for their word."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import accounts, cases, confirmations, consents, deletion, exports, rectification, work
from bot.core.cases import Right, Status
from bot.core.consents import Purpose
from bot.core.ports import Tx
from bot.core.rectification import Field
from bot.core.understanding import Understanding
from bot.telegram.commands import IN_GROUPS, KNOWN
from bot.telegram.filters import Confirming, To
from bot.telegram.keyboards import Confirm, Go
from bot.telegram.team.here import Tap, Tapped
from tests.stage import Stage
from tests.team.scenes import steps

TEAM = ("anna", "nils", "viktor", "dana", "olga", "mallory")
WAITS = ("alice", "bob")


def _filters(kind: type[Any]) -> list[Any]:
    """The filters of a kind on all steps that take a tap."""
    taps = steps("callback_query")
    return [each.callback for step in taps for each in step.filters or [] if isinstance(each.callback, kind)]


CONFIRMED = sorted({each._action for each in _filters(Confirming)} - {"team-breach"})
OPENED = sorted({name for each in _filters(To) for name in each._names})
TAPPED = sorted({name for each in _filters(Tapped) for name in each._steps})
CODES = ("", "complex", "excessive", "claims", "identity", "legal", "4", "5")


@dataclass
class Person:
    """What waits for somebody, and the buttons that only they have."""

    subject: str
    refs: tuple[str, ...]
    tokens: dict[str, str]


def test_the_lists_are_read_from_the_flows() -> None:
    """A new button is in them by itself."""
    assert {"delete_now", "take_back", "withdraw", "correct", "not_correct", "training"} & set(CONFIRMED) >= {"delete_now", "withdraw", "correct"}
    assert {"unhandled", "export", "take_back"} <= set(OPENED)
    assert {"claim", "done_yes", "agree", "reveal_yes"} <= set(TAPPED)


def _furnish(tx: Tx, telegram_id: int, *, deletes: bool) -> Person:
    """One asked for the deletion of the account; the other waits for an export, a correction and an answer."""
    account = accounts.open_for_telegram(tx, telegram_id, locale="en")[0]
    accounts.set_jurisdiction(tx, account.id, "eu")
    account = tx.accounts.get(id=account.id)
    refs: list[str] = []
    if deletes:
        refs.append(deletion.begin(tx, account).id)
    else:
        export = cases.open_case(tx, account, Right.EXPORT)
        work.schedule(tx, exports.JOB, export.id, tx.clock.now() + tx.policy.span("grace").as_timedelta())
        cases.escalate(tx, export, cases.By.TEAM)
        refs += [export.id, rectification.propose(tx, account, Field.NAME, "Mine").case.id]
        refs.append(cases.open_case(tx, account, Right.QUESTION).id)
    lane = accounts.telegram_index(tx, telegram_id)
    tokens = {}
    for action in CONFIRMED:
        target = refs[1] if action in ("correct", "not_correct") and not deletes else refs[-1]
        tokens[action] = confirmations.issue(tx, subject=account.id, chat=lane, action=action, target=target)
    return Person(account.id, tuple(refs), tokens)


def _state(tx: Tx, person: Person) -> dict[str, Any]:
    """What only the person decides on."""
    account = tx.accounts.get(id=person.subject)
    found = {case.id: case for case in tx.cases.select(subject=person.subject)}
    kept = {ref: found[ref] for ref in person.refs}
    return {
        "account": (account.status, account.name, account.locale, account.jurisdiction, account.country, account.password_hash),
        "restricted": tx.keys.is_restricted(person.subject),
        "consents": [consents.state(tx, person.subject, purpose) for purpose in Purpose],
        "links": tx.links.count(subject=person.subject),
        "withdrawn": [ref for ref, case in kept.items() if case.status == Status.WITHDRAWN],
        "deletion": [(case.status, case.grace_until) for case in kept.values() if case.right == Right.ERASURE],
        "export": [case.status in (Status.DONE, Status.WITHDRAWN) for case in kept.values() if case.right == Right.EXPORT],
        "packages": tx.packages.count(subject=person.subject),
        "correction": [(case.status, case.details) for case in kept.values() if case.right == Right.RECTIFICATION],
        "asked for": sorted(case.right for case in found.values()),
        "used": tx.confirmations.count(subject=person.subject, used_at__ne=None),
    }


class Play:
    """A desk on which two people wait."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.people: list[Person] = []
        self.before: list[dict[str, Any]] = []

    async def begin(self) -> None:
        await self.stage.given_team()
        self.stage.world.flood.rule = None
        for who in (*WAITS, *TEAM):
            self.stage.world.person(who).presses_start()
        await self.stage.settle()
        for who in WAITS:
            number = self.stage.world.person(who).id
            made = await self.stage.core.database.write(lambda tx, n=number, w=who: _furnish(tx, n, deletes=w == "alice"))  # type: ignore[misc]
            self.people.append(made)
        await self.stage.settle()
        self.before = await self.states()

    async def states(self) -> list[dict[str, Any]]:
        return [await self.stage.core.database.read(lambda tx, p=each: _state(tx, p)) for each in self.people]  # type: ignore[misc]

    def forges(self, who: str, data: str, *, private: bool) -> None:
        actor = self.stage.world.person(who)
        seen = actor.sees(None if private else self.stage.world.group("Desk"))
        actor.sends_callback(seen[-1], data)

    async def taps(self, who: str, data: str, *, private: bool) -> None:
        self.forges(who, data, private=private)
        await self.stage.settle()

    async def says(self, who: str, text: str, *, private: bool) -> None:
        self.stage.world.person(who).says(text, None if private else self.stage.world.group("Desk"))
        await self.stage.settle()

    async def check(self, what: object) -> None:
        assert await self.states() == self.before, f"changed by {what}"


@pytest.fixture
async def play(stage: Stage) -> Play:
    """On both databases."""
    made = Play(stage)
    await made.begin()
    return made


async def test_a_stolen_button_of_a_person_does_nothing(play: Play) -> None:
    """Every confirmation there is, its very token, by everybody of the team, in the group and in their own chats. It stays good
    for the person."""
    for person in play.people:
        for action, token in person.tokens.items():
            data = Confirm(action=action, token=token).pack()
            for who in ("anna", "dana", "mallory"):
                for private in (False, True):
                    play.forges(who, data, private=private)
            await play.stage.settle()
            await play.check(action)
    play.stage._outputs.clear()
    bob, desk = play.people[1], play.stage.world
    desk.person("bob").sends_callback(desk.person("bob").sees()[-1], Confirm(action="correct", token=bob.tokens["correct"]).pack())
    await play.stage.settle()
    assert (await play.stage.core.database.read(lambda tx: tx.accounts.get(id=bob.subject))).name == "Mine"


@dataclass(frozen=True)
class Step:
    """A member taps or writes something; `pick` chooses a case, a code, or who waits for it."""

    who: str
    deed: str
    what: str
    pick: int
    private: bool


def _steps() -> st.SearchStrategy[list[Step]]:
    deeds = [("team", name) for name in TAPPED] + [("go", name) for name in OPENED] + [("say", name) for name in sorted(KNOWN | IN_GROUPS)]
    one = st.tuples(st.sampled_from(TEAM), st.sampled_from(deeds), st.integers(0, 99), st.booleans())
    return st.lists(one.map(lambda row: Step(row[0], *row[1], row[2], row[3])), min_size=10, max_size=40)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(acts=_steps())
def test_no_tap_and_no_command_of_a_member_confirms_anything(
    acts: list[Step], understanding: Understanding, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any of their buttons, forged with any case, any button of people, any command: in any order, and then every real button that
    came of it."""

    async def example(folder: Path) -> None:
        stage = await Stage.build(folder, understanding)
        try:
            played = Play(stage)
            await played.begin()
            for step in acts:
                await _do(played, step)
                await _answer(played, step)
                await played.check(step)
        finally:
            await stage.close()

    asyncio.run(example(tmp_path_factory.mktemp("desk")))


async def _do(play: Play, step: Step) -> None:
    refs = [ref for person in play.people for ref in person.refs]
    ref, code = refs[step.pick % len(refs)], CODES[step.pick % len(CODES)]
    match step.deed:
        case "team":
            await play.taps(step.who, Tap(do=step.what, ref=ref, of=code).pack(), private=step.private)
        case "go":
            await play.taps(step.who, Go(to=step.what, of=ref).pack(), private=step.private)
        case _:
            await play.says(step.who, f"/{step.what} {ref}", private=step.private)


async def _answer(play: Play, step: Step) -> None:
    """They go on with whatever the bot offers them now, except where it is their own: in private they are people like any other."""
    if step.private:
        return
    seen = play.stage.world.person(step.who).sees(play.stage.world.group("Desk"))[-2:]
    buttons = [button for message in seen for button in message.buttons if button.get("callback_data", "").startswith("t:")]
    # What two of them agree to is theirs to decide, and told to the person: it is no confirmation in their name.
    theirs = [button for button in buttons if not button["callback_data"].startswith("t:agree")]
    if theirs:
        await play.taps(step.who, theirs[step.pick % len(theirs)]["callback_data"], private=False)


async def test_the_law_can_fail(understanding: Understanding, tmp_path: Path) -> None:
    """A consent that did change would be found."""
    stage = await Stage.build(tmp_path, understanding)
    played = Play(stage)
    await played.begin()
    await stage.core.database.write(lambda tx: accounts.set_locale(tx, played.people[1].subject, "de"))
    with pytest.raises(AssertionError, match="changed by"):
        await played.check("a test")
    await stage.close()
