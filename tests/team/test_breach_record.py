"""The record: only answers to the question are read, every step can be corrected, a draft is sealed and has no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.breaches import fields, record
from bot.core.breaches.errors import Problem, RecordError
from bot.core.breaches.fields import Field
from bot.telegram.team.prompts import read_moment
from tests.stage import Stage
from tests.team.breach_scenes import RECORD, given_people, open_record

NIGHT = "the night watch left a window open"


async def test_only_an_answer_to_the_question_is_read(stage: Stage) -> None:
    """What else is said in the group is nobody's business; what was asked before is answered no more."""
    await stage.given_team()
    await stage.plays("""
        anna in Desk: /breach
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        mallory in Desk: /breach
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: /breach
        bot in Desk: Data breach, step 1 of 13 ...
        dana in Desk: [It happened]
        bot in Desk: Data breach, step 2 of 13 · What happened ...
        dana in Desk: Has anybody seen the disk?
        bot in Desk: (silent)
        mallory in Desk answers "step 2 of 13": I did it.
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk answers "step 2 of 13": A disk was lost.
        bot in Desk: Data breach, step 3 of 13 · Found on ...
        dana in Desk answers "step 3 of 13": 2026-03-24 09:00
        bot in Desk: That lies in the future. Please give a time that has passed.
        dana in Desk answers "step 3 of 13": yesterday
        bot in Desk: I cannot read that as a time. ...
        dana in Desk answers "I cannot read that": 2026-03-22 20:00 +01:00
        bot in Desk: Data breach, step 4 of 13 · Aware since ...
        dana in Desk answers "step 4 of 13": 2026-03-22 18:00
        bot in Desk: Nobody can be aware of it before it was found. ...
        dana in Desk: [All that is written]
        bot in Desk: Real or a drill: it happened What happened: A disk was lost. Found on: 22 March 2026 19:00 UTC Aware since: – ...  [Real or a drill] [What happened] ... [Throw away]
        dana in Desk: [What happened]
        bot in Desk: Data breach, step 2 of 13 · What happened ... What happened: A disk was lost. ...
        dana in Desk answers "People will read your words": A tape was lost.
        bot in Desk: Data breach, step 4 of 13 · Aware since ...
        dana in Desk: [All that is written]
        bot in Desk: ... What happened: A tape was lost. ...
        dana in Desk: [Throw away]
        bot in Desk: The draft was thrown away. Nothing was recorded.
    """)


async def test_a_draft_is_sealed_goes_on_where_it_was_and_is_dropped_after_a_day(stage: Stage) -> None:
    """Nothing that was typed lies in the database in clear."""
    await stage.given_team()
    await stage.plays(f"""
        dana in Desk: /breach
        bot in Desk: ...
        dana in Desk: [It happened]
        bot in Desk: ...
        dana in Desk answers "step 2 of 13": {NIGHT}
        bot in Desk: Data breach, step 3 of 13 ...
        dana in Desk: /breach
        bot in Desk: Data breach, step 3 of 13 ...
    """)
    for file in stage.core.settings.data_dir.rglob("*.sqlite3*"):
        assert NIGHT.encode() not in file.read_bytes()
    await stage.plays("""
        (2 days later)
        dana in Desk: /breach
        bot in Desk: Data breach, step 1 of 13 ...
    """)


async def test_in_a_group_without_topics_the_card_stands_in_the_chat(stage: Stage) -> None:
    """More plainly, with the same buttons."""
    await stage.given_team("Plain")
    await given_people(stage)
    await stage.plays(RECORD.replace("in Desk", "in Plain").format(kind="It happened", real="it happened") + """
        bot in Plain: BRE-... is open and has a room of its own here. ...
        bot in Plain: BRE-... · Data breach ... People concerned: 4 ... [Tell the people] ...
        dana in Plain answers "People concerned: 4": /find
        bot in Plain: BRE-... · Data breach Regions: ...
        dana in Plain: [Change the record]
        bot in Plain: The record of BRE-... ...
        dana in Plain: [Measures taken]
        bot in Plain: BRE-... · Measures taken What has been done about it? ...
        dana in Plain answers "What has been done about it?": The disk was found again.
        bot in Plain: The record of BRE-... ... Measures taken: The disk was found again. ...
    """)


async def test_a_breach_does_not_begin_in_the_topic_of_a_case(stage: Stage) -> None:
    """It gets a topic of its own."""
    await stage.given_team()
    await given_people(stage)
    alice = stage.world.person("alice")
    for said in ("/human", "Who reads this?"):
        alice.says(said)
        await stage.settle()
    alice.presses(alice.sees()[-1], alice.sees()[-1].buttons[0])
    await stage.settle()
    stage.forget_outputs()
    await stage.plays("""
        dana in Desk#ASK: /breach
        bot in Desk#ASK: A breach has a topic of its own. ...
    """)


async def test_the_record_may_be_amended_and_each_change_is_audited(stage: Stage) -> None:
    """In phases (Art. 33(4)); the field is on record, what was written is not. A drill stays a drill."""
    await stage.given_team()
    await given_people(stage)
    await open_record(stage)
    await stage.plays("""
        dana in Desk#BRE: [Change the record]
        bot in Desk#BRE: The record of BRE-... ...  [What happened] [Found on] ...
        dana in Desk#BRE: [Aware since]
        bot in Desk#BRE: BRE-... · Aware since ...
        dana in Desk#BRE answers "Since when are you aware": 2026-03-23 08:30
        bot in Desk#BRE: Nobody can be aware of it before it was found. ...
        dana in Desk#BRE: [All that is written]
        bot in Desk#BRE: The record of BRE-... ...
    """)
    entries = await stage.core.database.read(lambda tx: tx.audit.select(tag="breach:changed"))
    assert entries == []
    await stage.plays("""
        dana in Desk#BRE: [Risk for people]
        bot in Desk#BRE: BRE-... · Risk for people ...
        dana in Desk#BRE: [low]
        bot in Desk#BRE: The record of BRE-... ... Risk for people: low ...
        bot in Desk#BRE: (card) ... risk: low ...
    """)
    [entry] = await stage.core.database.read(lambda tx: tx.audit.select(tag="breach:changed"))
    assert (entry.actor, entry.details) == ("team:3", '{"field":"risk"}')


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-27 18:00", datetime(2026, 3, 27, 18, tzinfo=UTC)),
        ("2026-03-27T18:00Z", datetime(2026, 3, 27, 18, tzinfo=UTC)),
        ("2026-03-29 03:30 +02:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-27 18:00 -0330", datetime(2026, 3, 27, 21, 30, tzinfo=UTC)),
        ("27 March 2026", None),
        ("2026-02-30 10:00", None),
        ("2026-03-27", None),
    ],
)
def test_a_time_is_read_with_its_offset_or_not_at_all(text: str, at: datetime | None) -> None:
    """Nothing is guessed: a day without a time has no clock."""
    assert read_moment(text) == at


async def test_what_cannot_be_is_refused(stage: Stage) -> None:
    """Each rule of the record, asked of the core."""
    await stage.given_team()
    now = stage.clock.now()
    cases: list[tuple[Field, object, Problem]] = [
        (Field.AWARE, now + timedelta(minutes=1), Problem.FUTURE),
        (Field.FOUND, now + timedelta(minutes=1), Problem.FUTURE),
        (Field.AWARE, now - timedelta(hours=1), Problem.BEFORE_FOUND),
        (Field.WHAT, "   ", Problem.EMPTY),
        (Field.WHAT, "x" * (fields.TEXT_AT_MOST + 1), Problem.LONG),
        (Field.WHAT, None, Problem.EMPTY),
        (Field.CATEGORIES, (), Problem.EMPTY),
        (Field.CATEGORIES, ("passwords",), Problem.UNKNOWN),
        (Field.REGIONS, ("XX",), Problem.UNKNOWN),
        (Field.RISK, "none", Problem.UNKNOWN),
    ]
    breach = await stage.core.database.write(lambda tx: record.begin(tx, tx.members.get(number=3), "en"))
    for field, value, problem in cases:
        with pytest.raises(RecordError) as caught:
            fields.changed(stage.core.policy, breach, field, value, "en", now)  # type: ignore[arg-type]
        assert caught.value.problem is problem, field
