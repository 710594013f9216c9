"""Asking a person for more, canned answers, and people who read another language than the team."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core import accounts
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.understanding import Understanding
from tests.stage import Stage
from tests.team.test_letters import OPENED, PREVIEW


async def given_place(stage: Stage, place: str, who: str = "alice") -> None:
    """Where somebody lives."""
    person = stage.world.person(who)

    def settle(tx: Tx) -> None:
        account, _new = accounts.open_for_telegram(tx, person.id)
        tx.accounts.update({"id": account.id}, jurisdiction=place)

    await stage.core.database.write(settle)


ASKING = """
    anna in Desk#ASK: [Ask for more]
    bot in Desk#ASK: Why is the person asked? The law decides by the reason whether the clock stands meanwhile.  [To be sure who asks] [To understand the request] [Cancel]
    anna in Desk#ASK: [To understand the request]
    bot:   Ask for more: To understand the request
    bot in Desk#ASK: Team member 4: answer this message with your question to the person. You see it again before it is sent.
    anna in Desk#ASK answers "answer this message": Which day was it?
    bot in Desk: (deletes the message)
"""


async def test_a_question_stops_the_clock_where_the_law_lets_it(stage: Stage) -> None:
    """GDPR: said in the preview; the answer, in any way that it comes, lets it run on."""
    await given_place(stage, "eu")
    await stage.given_team()
    await stage.plays(OPENED + ASKING + """
        bot in Desk#ASK: Preview. Nothing has been sent yet. This is what the person reads (English): We need something from you for case ASK-...: Which day was it? [Answer] The clock of the case stands until the person has answered.  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: We need something from you for case ASK-...: Which day was it?  [Answer]
        bot in Desk#ASK: The person was asked by team member 4 Which day was it?
        bot in Desk#ASK: (card) ... State: waiting for the person ... The clock stands since ... the person was asked something. ...
        alice answers "Which day": On Monday.
        bot:   This goes to the privacy team, and to nobody else: On Monday. ...
        alice: [Send]
        bot:   Thank you, your answer is with case ASK-.... It is due by ...
        bot in Desk#ASK: The person writes (English) On Monday. ...
        bot in Desk#ASK: (card) ... State: received ... Due by: ...
    """)


async def test_the_ccpa_stops_no_clock(stage: Stage) -> None:
    """§7021: the preview says so before it is sent."""
    await given_place(stage, "california")
    await stage.given_team()
    await stage.plays(OPENED + ASKING + """
        bot in Desk#ASK: Preview. ... [Answer] The clock of the case goes on while the person is asked: CCPA knows no pause for this.  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: We need something from you for case ASK-...: Which day was it?  [Answer]
        bot in Desk#ASK: The person was asked ...
    """)
    case = await stage.core.database.read(lambda tx: tx.cases.get())
    assert (case.status, case.pauses["stops"]) == ("waiting", False)


async def test_a_question_can_be_reworded_where_it_stands(stage: Stage) -> None:
    """Before it is sent, and after: the case asks what the person reads."""
    await given_place(stage, "eu")
    await stage.given_team()
    await stage.plays(OPENED + ASKING + """
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: We need something from you ...
        bot in Desk#ASK: The person was asked ...
        anna in Desk#ASK edits "Which day": Which week was it?
        bot in Desk#ASK: Preview of the change. ... We need something from you for case ASK-...: Which week was it? [Answer] ...  [Send the change] [Cancel]
        anna in Desk#ASK: [Send the change]
        bot:   (toast) ...
        bot in Desk#ASK: The change is on its way to the person.
        bot to alice: We need something from you for case ASK-...: Which week was it?  [Answer]
        bot in Desk#ASK: The person was asked by team member 4 Which week was it? Changed later.
        alice: [Answer]
        bot:   Case ASK-... asks you: Which week was it? ...
    """)


async def test_a_canned_answer_is_filled_from_the_case(stage: Stage) -> None:
    """Chosen from a list that fits the case, previewed, sent; the message with the list becomes the preview."""
    await stage.given_team()
    await stage.plays(OPENED + f"""
        anna in Desk#ASK: [Canned answer]
        bot in Desk#ASK: Which answer? You see it in the language of the person before it is sent.  [A copy of the data] [Training of models] [Deletion of the account] [Chat history] [Sale of data] [It is being read] [What is meant is not clear] [It is done] [Cancel]
        anna in Desk#ASK: [It is being read]
        bot in Desk#ASK: {PREVIEW} Thank you for your message. A person of the privacy team is reading case ASK-... (Question to a person). You get an answer here by 22 April 2026. [Answer] [This was not handled]  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Thank you for your message. ... You get an answer here by 22 April 2026.  [Answer] [This was not handled]
        bot in Desk#ASK: Sent to the person by team member 4 Thank you for your message. ...
    """)


def test_every_kind_of_case_has_a_canned_answer_of_its_own() -> None:
    """And the prefixes that the policy file may name are those of the cases."""
    from bot.core.cases import Right
    from bot.core.policies.canned import PREFIXES

    assert {right.value for right in Right} == PREFIXES
    assert {right for each in load_policy().canned.values() for right in each.rights} == PREFIXES


@pytest.mark.parametrize(("name", "language"), [("jonas", "Deutsch"), ("layla", "العربية")])
async def test_the_team_sees_both_languages(tmp_path: Path, understanding: Understanding, name: str, language: str) -> None:
    """What the person will read, in their language, and beside it the team's; own words as typed. What arrives is what was shown."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_team()
    person, anna, desk = stage.world.person(name), stage.world.person("anna"), stage.world.group("Desk")
    person.presses_start()
    await stage.settle()
    for step in ("/human", "Wie lange werden meine Unterhaltungen gespeichert?"):
        person.says(step)
        await stage.settle()
    person.presses(person.last_from_bot(), person.last_from_bot().buttons[0])
    await stage.settle()
    stage._outputs.clear()
    await stage.plays("""
        anna in Desk#ASK: [Ask for more]
        bot:   Why is the person asked? ...
        anna in Desk#ASK: [To be sure who asks]
        bot:   Ask for more: ...
        bot:   Team member 4: ...
    """)
    prompt = next(message for message in desk.messages.values() if "answer this message" in message.words)
    assert prompt.reply_markup == {"force_reply": True, "selective": True}
    anna.says("2 + 2 = ?", desk, thread=prompt.thread_id, reply_to=prompt)
    await stage.settle()
    preview = list(desk.messages.values())[-1]
    theirs, ours = preview.words.split(f"({language}):")[1].split("(English):")
    assert "We need something from you for case" in ours
    assert "We need something from you for case" not in theirs
    assert theirs.count("2 + 2 = ?") == ours.count("2 + 2 = ?") == 1
    anna.presses(preview, preview.buttons[0])
    await stage.settle()
    sent = person.last_from_bot()
    shown = f"{sent.words}\n[{sent.buttons[0]['text']}]"
    assert shown in theirs
    await stage.close()
