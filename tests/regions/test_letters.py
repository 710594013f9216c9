"""Letters of somebody who lives in another region: the team's group is one, and what happens there finds the case's own region."""

from __future__ import annotations

import pytest

from bot.core.ports import Tx
from tests.stage import Stage

MOVED = """
    alice: /start
    bot:   ...
    alice: /rights
    bot:   ...
    alice: [Where I live]
    bot:   Where do you live? ...
    alice: [California]
    bot:   ...
    bot:   ...
"""


@pytest.mark.parametrize(("group", "place"), [("Desk", "Desk#ASK"), ("Plain", "Plain")])
async def test_the_team_writes_to_a_person_of_another_region(stage: Stage, group: str, place: str) -> None:
    """Answers, commands, buttons, and changes of what was typed; with topics and without."""
    await stage.given_team(group)
    await stage.plays(MOVED)
    await stage.plays("""
        alice: /human
        bot:   Write your question in one message. ...
        alice sends cat.jpg: Who reads this?
        bot:   This goes to the privacy team, and to nobody else: ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
    """ + ("" if group == "Desk" else "bot in Plain: ASK-... · Question to a person ...\n") + f"""
        bot in {place}: (file) The person writes (English) Who reads this?  [Reply] [What is it about?]
        anna in {place} answers "Who reads this?": Two people do.
        bot in {place}: Preview. ... Two people do. ...  [Send] [Cancel]
        anna in {place} edits "Two people": Three people do.
        bot in {place}: Preview. ... Three people do. ...  [Send] [Cancel]
        anna in {place}: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Three people do. ...
        bot in {place}: Sent to the person by team member 4 Three people do.
        anna in {place} edits "Three people": Four people do.
        bot in {place}: Preview of the change. ...
        anna in {place}: [Send the change]
        bot:   (toast) ...
        bot in {place}: The change is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Four people do. ...
        bot in {place}: Sent to the person by team member 4 Four people do. Changed later.
        anna in {place}: [What is it about?]
        bot:   (toast) About: ...
        anna in {place}: [Canned answer]
        bot in {place}: Which answer? ...
        anna in {place}: [It is being read]
        bot in {place}: Preview. ... Thank you for your message. ...
        anna in {place}: [Cancel]
        bot in {place}: Not sent. ...
        anna in {place}: [Ask for more]
        bot in {place}: Why is the person asked? ...
        anna in {place}: [To understand the request]
        bot in {place}: Ask for more: To understand the request
        bot in {place}: Team member 4: answer this message ...
        anna in {place} answers "answer this message": Which day?
        bot:   (deletes the message)
        bot in {place}: Preview. ... CCPA knows no pause for this.  [Send] [Cancel]
        anna in {place}: [Send]
        bot:   (toast) ...
        bot to alice: We need something from you for case ASK-...: Which day?  [Answer]
        {"" if group == "Desk" else "bot in Plain: ASK-... · Question to a person State: waiting for the person ..."}
        bot in {place}: The person was asked by team member 4 Which day?
    """)
    home = await stage.core.database.read(_letters)
    assert home == 0, "nothing of it lies at home"
    assert await stage.app.regions.desks["US"].core.database.read(_letters) == 3


async def test_letters_move_with_their_person(stage: Stage) -> None:
    """Words and files, sealed anew; their room goes on, and what is typed there later reaches the person."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice sends cat.jpg: Who reads this?
        bot:   ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: (file) The person writes (English) Who reads this? ...
        alice: /rights
        bot:   ...
        alice: [Where I live]
        bot:   Where do you live? ...
        alice: [California]
        bot:   ...
        bot:   ...
        anna in Desk#ASK answers "Who reads this?": Two people do.
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person ...
    """)
    assert await stage.core.database.read(_letters) == 0
    us = stage.app.regions.desks["US"].core.database
    assert await us.read(_letters) == 2
    assert await us.read(lambda tx: tx.attachments.count()) == 1


def _letters(tx: Tx) -> int:
    return tx.letters.count(way__in=("in", "out"))
