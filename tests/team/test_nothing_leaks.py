"""Law: whatever people and the team do, in whatever order, no word of the team reaches a private chat that a tap on Send did not send."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.understanding import Understanding
from bot.localchat.actor import Actor
from bot.localchat.chats import Chat
from bot.localchat.messages import Message
from bot.localchat.refusals import NotPossible
from tests.stage import Stage

PEOPLE = ("alice", "bob")
TEAM = ("anna", "nils", "viktor", "dana", "mallory")
OURS = re.compile(r"INTERNAL|team member|Worked on by|Anna|Nils|Viktor|Dana|Keller|Sorokin|Roth|Berg")
"""What only the team may see: its remarks, how it calls and names each other, its cards."""
SENDS = {"Send", "Send the change"}


@dataclass(frozen=True)
class Step:
    """Somebody does something; `pick` chooses among what there is."""

    who: str
    deed: str
    pick: int


steps = st.lists(
    st.one_of(
        st.builds(Step, st.sampled_from(PEOPLE), st.sampled_from(("asks", "writes", "taps", "taps", "edits")), st.integers(0, 9)),
        st.builds(
            Step,
            st.sampled_from(TEAM),
            st.sampled_from(("remarks", "answers a letter", "answers anything", "/reply", "taps", "taps", "sends", "sends", "edits")),
            st.integers(0, 30),
        ),
        st.builds(Step, st.just("time"), st.just("passes"), st.integers(1, 40)),
    ),
    min_size=6,
    max_size=22,
)


class Play:
    """One example: a desk with two cases, and what was really sent."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sent: set[str] = set()
        self.number = 0

    @property
    def desk(self) -> Chat:
        return self.stage.world.group("Desk")

    async def does(self, step: Step) -> None:
        self.number += 1
        if step.who == "time":
            self.stage.clock.move(timedelta(days=step.pick))
        else:
            actor = self.stage.world.person(step.who)
            try:
                (self._person if step.who in PEOPLE else self._member)(actor, step)
            except NotPossible:
                return  # their client would not offer it now
        await self.stage.settle()
        self._check(step)

    def _person(self, actor: Actor, step: Step) -> None:
        match step.deed:
            case "asks":
                actor.says("/human")
            case "writes":
                actor.says(f"PERSON {self.number}")
            case "edits":
                own = [message for message in actor.sees() if message.sender_id == actor.id and message.text]
                actor.edits(own[-1 - step.pick % len(own)], f"PERSON {self.number}")
            case _:
                self._tap(actor, actor.sees()[-3:], step.pick)

    def _member(self, actor: Actor, step: Step) -> None:
        seen = actor.sees(self.desk)
        threads = [None, *self.desk.topics]
        thread = threads[step.pick % len(threads)]
        match step.deed:
            case "remarks":
                actor.says(f"INTERNAL {self.number}", self.desk, thread=thread)
            case "/reply":
                actor.says(f"/reply OUTGOING {self.number}.", self.desk, thread=thread)
            case "answers a letter":
                letters = [message for message in seen if message.words.startswith("The person writes")]
                if letters:
                    chosen = letters[step.pick % len(letters)]
                    actor.says(f"OUTGOING {self.number}.", self.desk, thread=chosen.thread_id, reply_to=chosen)
            case "answers anything":
                others = [each for each in seen if not re.match(r"The person writes|Team member \d+: answer|Answer this", each.words)]
                chosen = others[step.pick % len(others)]
                actor.says(f"INTERNAL {self.number}", self.desk, thread=chosen.thread_id, reply_to=chosen)
            case "edits":
                own = [message for message in seen if message.sender_id == actor.id and message.text]
                if own:
                    chosen = own[-1 - step.pick % len(own)]
                    word = "OUTGOING" if "OUTGOING" in (chosen.text or "") else "INTERNAL"
                    actor.edits(chosen, f"{word} {self.number}.")
            case "sends":
                previews = [message for message in seen if any(button["text"] in SENDS for button in message.buttons)]
                if previews:
                    self._tap(actor, previews, step.pick, only=SENDS)
            case _:
                self._tap(actor, seen, step.pick)

    def _tap(self, actor: Actor, seen: list[Message], pick: int, only: set[str] | None = None) -> None:
        buttons = [(message, button) for message in seen for button in message.buttons if only is None or button["text"] in only]
        if not buttons:
            return
        message, button = buttons[-1 - pick % len(buttons)]
        if button["text"] in SENDS:
            self.sent |= set(re.findall(r"OUTGOING \d+\.", message.words))
        actor.presses(message, button)

    def _check(self, step: Step) -> None:
        for name in PEOPLE:
            actor = self.stage.world.person(name)
            for message in actor.sees():
                if message.sender_id != self.stage.world.bot.id:
                    continue
                shown = f"{message.words} {[button['text'] for button in message.buttons]}"
                assert not OURS.search(shown), f"{name} sees {shown!r} after {step}"
                unsent = set(re.findall(r"OUTGOING \d+\.", shown)) - self.sent
                assert not unsent, f"{name} sees {unsent}, which nobody sent, after {step}"


async def opened(stage: Stage) -> None:
    """Two people, a case each, everybody of the team in their group."""
    await stage.given_team()
    for name in PEOPLE:
        actor = stage.world.person(name)
        for text in ("/start", "/human", f"{name.upper()} wonders"):
            actor.says(text)
            await stage.settle()
        actor.taps("Send")
        await stage.settle()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(acts=steps)
def test_no_word_of_the_team_reaches_a_person_unsent(
    acts: list[Step], understanding: Understanding, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Remarks, drafts, cards, names: none of them, in no order of steps."""

    async def play(folder: Path) -> None:
        stage = await Stage.build(folder, understanding)
        try:
            await opened(stage)
            played = Play(stage)
            for step in acts:
                await played.does(step)
            stored = await stage.core.database.read(lambda tx: [letter.text or "" for letter in tx.letters.select()])
            assert not any("INTERNAL" in text for text in stored), "what the team says among itself is not stored"
        finally:
            await stage.close()

    asyncio.run(play(tmp_path_factory.mktemp("desk")))


async def test_the_law_can_fail(understanding: Understanding, tmp_path: Path) -> None:
    """A word of the team that did reach a person would be found."""
    stage = await Stage.build(tmp_path, understanding)
    await opened(stage)
    stage.world.post(stage.world.person("alice").private_chat, stage.world.bot.id, text="INTERNAL 1")
    with pytest.raises(AssertionError, match="alice sees"):
        Play(stage)._check(Step("anna", "remarks", 0))
    await stage.close()
