"""A case for people gets a room in the team's group, and the room shows the case as it is."""

from __future__ import annotations

from tests.stage import Stage


async def test_a_question_to_a_person_opens_a_topic(stage: Stage) -> None:
    """Its title names the case, what it is about and when it is due, and nobody."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   Write your question in one message. ...
        alice: Who reads this?
        bot:   This goes to the privacy team, and to nobody else: ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: The person writes (English) Who reads this?  [Reply] [What is it about?]
        bot in Desk#ASK: (card) ASK-... · Question to a person State: received ... Worked on by: nobody yet  [Claim] ...
    """)


async def test_a_deleted_topic_is_made_again(stage: Stage) -> None:
    """Nobody tells the bot; it finds out when it has something to say there."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice: Who reads this?
        bot:   ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: The person writes (English) Who reads this? ...
    """)
    desk = stage.world.group("Desk")
    topic = stage.topic("Desk#ASK")
    stage.world.person("olga").deletes_topic(desk, topic)
    await stage.plays("""
        alice: [My requests]
        bot:   Your requests ...
        alice: [ASK-...]
        bot:   ASK-... · Question to a person ...  [Withdraw this request] ...
        alice: [Withdraw this request]
        bot:   Withdraw case ASK-... (Question to a person)? ...
        alice: [Withdraw it]
        bot:   Case ASK-... is withdrawn and closed. ...
        bot in Desk#ASK: The person writes (English) Who reads this? ...
        bot in Desk#ASK: (card) ASK-... · Question to a person State: taken back ...
    """)
    assert stage.topic("Desk#ASK").is_closed
