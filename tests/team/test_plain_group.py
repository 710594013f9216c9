"""A group without topics: cards and letters are answered instead; what was erased is emptied there, message by message."""

from __future__ import annotations

from datetime import timedelta

from bot.core.ports import Tx
from tests.stage import Stage

OPENED = """
    alice: /start
    bot:   ...
    alice: /human
    bot:   Write your question in one message. ...
    alice sends diary.jpg: Who reads this?
    bot:   This goes to the privacy team, and to nobody else: Who reads this? With it goes a picture ...
    alice: [Send]
    bot:   Thank you. Case ASK-... is open; ...
    bot in Plain: ASK-... · Question to a person State: received ... Worked on by: nobody yet  [Claim] ...
    bot in Plain: (file) The person writes (English) Who reads this?  [Reply] [What is it about?]
"""


async def test_letters_and_cards_are_answered(stage: Stage) -> None:
    """An answer to the letter goes to its person; /reply does where it answers the card; anything else stays where it is."""
    await stage.given_team("Plain")
    await stage.plays(OPENED + """
        anna in Plain answers "Worked on by": Whose is that?
        bot:   (silent)
        anna in Plain: And whose is this?
        bot:   (silent)
        anna in Plain answers "Who reads this?": Two people do.
        bot in Plain: Preview. Nothing has been sent yet. ... Two people do. ...  [Send] [Cancel]
        anna in Plain: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Plain: Sent to the person by team member 4 Two people do.
        anna in Plain: /reply Three people do.
        bot in Plain: Use /reply in the topic of a case, or as an answer to its card.
        anna in Plain answers "Worked on by": /reply Three people do.
        bot in Plain: Preview. ...
        anna in Plain: [Cancel]
        bot in Plain: (deletes the message)
        bot in Plain: Not sent. ...
        anna in Plain edits "Two people": One does.
        bot in Plain: Preview of the change. ...
        anna in Plain: [Send the change]
        bot:   (toast) ...
        bot in Plain: The change is on its way to the person.
        bot to alice: Privacy team, case ASK-...: One does. ...
        bot in Plain: Sent to the person by team member 4 One does. Changed later.
        anna in Plain: [Ask for more]
        bot in Plain: Why is the person asked? ...
        anna in Plain: [To be sure who asks]
        bot in Plain: Ask for more: To be sure who asks
        bot in Plain: Team member 4: answer this message with your question to the person. ...
        anna in Plain answers "answer this message": Who are you?
        bot in Plain: (deletes the message)
        bot in Plain: Preview. ... We need something from you for case ASK-...: Who are you? ...
    """)


WRITTEN = """
    anna in {place} answers "Who reads this?": Two people do.
    bot in {place}: Preview. ...
    anna in {place}: [Send]
    bot:   (toast) ...
    bot to alice: Privacy team, ...
    bot in {place}: Sent to the person ...
    anna in {place} answers "Who reads this?": This was never sent.
    bot in {place}: Preview. ...
    alice: /forgetme
    bot:   I erase what this bot holds: ...
    alice: [Erase it]
    bot:   I have begun to erase what this bot holds about you. ...
"""


async def test_an_erased_persons_topic_goes(stage: Stage) -> None:
    """With everything in it, also a preview that nobody sent."""
    await stage.given_team()
    opened = OPENED.replace("bot in Plain: ASK", "bot in Desk#ASK: (card) ASK").replace("Plain", "Desk#ASK")
    await stage.plays(opened + WRITTEN.format(place="Desk#ASK") + """
        bot in Desk: (deletes the message)
        (1 minute later)
        bot:   Done. This bot holds nothing about you any more. ...
    """)
    desk = stage.world.group("Desk")
    assert list(desk.topics.values())[1:] == []
    assert not [message.words for message in desk.messages.values() if message.thread_id]
    assert await stage.core.database.read(_stored) == 0


async def test_without_topics_every_message_is_emptied(stage: Stage) -> None:
    """Words are replaced, a picture too, and what somebody of the team typed is deleted."""
    await stage.given_team("Plain")
    await stage.plays(OPENED + WRITTEN.format(place="Plain") + """
        bot in Plain: This was erased.
        bot in Plain: (file)
        bot in Plain: This was erased.
        bot in Plain: (deletes the message)
        bot in Plain: This was erased.
        bot in Plain: (deletes the message)
        (1 minute later)
        bot:   Done. This bot holds nothing about you any more. ...
    """)
    left = list(stage.world.group("Plain").messages.values())
    assert {_bare(message.words) for message in left} == {"This was erased.", ""}
    [replaced] = [message.file for message in left if message.file]
    assert (replaced.name, _bare(replaced.content.decode())) == ("erased.txt", "This was erased.")
    assert await stage.core.database.read(_stored) == 0


async def test_what_was_typed_goes_while_it_can(stage: Stage) -> None:
    """A day after it was sent; the person's letter and what they were sent stay."""
    await stage.given_team("Plain")
    await stage.plays(OPENED + """
        anna in Plain answers "Who reads this?": Two people do.
        bot in Plain: Preview. ...
        anna in Plain: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, ...
        bot in Plain: Sent to the person by team member 4 Two people do.
        (1 day later)
        bot in Plain: (deletes the message)
    """)
    assert not [message for message in stage.world.group("Plain").messages.values() if message.text == "Two people do."]


async def test_what_is_too_old_to_be_deleted_is_named(stage: Stage) -> None:
    """Telegram lets a bot delete for two days; the team is asked once, however much there is, and the rest is emptied all the same."""
    await stage.given_team("Plain")
    typed = "".join(f"""
        anna in Plain answers "Who reads this?": Answer {number}
        bot in Plain: Preview. ...
        anna in Plain: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, ...
        bot in Plain: Sent to the person ...
    """ for number in range(7))
    await stage.plays(OPENED + typed)
    stage.clock.move(timedelta(days=3))
    await stage.plays("""
        alice: /forgetme
        bot:   I erase what this bot holds: ...
        alice: [Erase it]
        bot:   I have begun to erase what this bot holds about you. ...
        bot in Plain: This was erased.
        bot in Plain: (file)
    """ + 7 * "bot in Plain: This was erased.\n" + """
        bot in Plain: The person of case ASK-... was erased. What you typed about it here is too old for me to delete. Please delete it yourselves.
    """)
    by_bot = [message for message in stage.world.group("Plain").messages.values() if message.sender_id == stage.world.bot.id]
    asked = [message for message in by_bot if "Please delete it yourselves" in message.words]
    assert len(asked) == 1
    assert {_bare(message.words) for message in by_bot if message not in asked} == {"This was erased.", ""}


def _bare(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "")


def _stored(tx: Tx) -> int:
    return tx.letters.count() + tx.attachments.count() + tx.rooms.count()
