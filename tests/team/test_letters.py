"""Letters between a person and the privacy team: everything of the person reaches the room, and of the team only what it sent."""

from __future__ import annotations

from tests.stage import Stage

OPENED = """
    alice: /start
    bot:   ...
    alice: /human
    bot:   Write your question in one message. ...
    alice: Who reads this?
    bot:   This goes to the privacy team, and to nobody else: Who reads this? ...
    alice: [Send]
    bot:   Thank you. Case ASK-... is open; ...
    bot in Desk#ASK: The person writes (English) Who reads this?  [Reply] [What is it about?]
"""
PREVIEW = "Preview. Nothing has been sent yet. This is what the person reads (English): Privacy team, case ASK-...:"


async def test_an_answer_goes_out_after_its_preview(stage: Stage) -> None:
    """What the person reads is what stood in the preview; nobody is named; the agent's message gets a receipt."""
    await stage.given_team()
    await stage.plays(OPENED + f"""
        anna in Desk#ASK answers "Who reads this?": Two people do.
        bot in Desk#ASK: {PREVIEW} Two people do. [Answer] [This was not handled]  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Two people do.  [Answer] [This was not handled]
        bot in Desk#ASK: Sent to the person by team member 4 Two people do.
    """)
    desk = stage.world.group("Desk")
    typed = next(message for message in desk.messages.values() if message.text == "Two people do.")
    assert [each["emoji"] for each in typed.reactions[stage.world.bot.id]] == ["👍"]


async def test_remarks_stay_among_the_team(stage: Stage) -> None:
    """Plain words, answers to the card, to what was sent, and to each other: nothing goes out, nothing is stored."""
    await stage.given_team()
    await stage.plays(OPENED + f"""
        anna in Desk#ASK: She asks that every week.
        bot:   (silent)
        nils in Desk#ASK answers "She asks": And she is right.
        bot:   (silent)
        anna in Desk#ASK answers "Worked on by": I take it.
        bot:   (silent)
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: {PREVIEW} Two people do. ...
        nils in Desk#ASK answers "Nothing has been sent": Really?
        bot:   (silent)
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person ...
        nils in Desk#ASK answers "Sent to the person": She will not like it.
        bot:   (silent)
    """)
    stored = await stage.core.database.read(lambda tx: [letter.text for letter in tx.letters.select()])
    assert stored == ["Who reads this?", "Two people do."]


async def test_what_is_cancelled_is_gone(stage: Stage) -> None:
    """The draft is removed and its words with it; its button is dead."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Nonsense
        bot in Desk#ASK: Preview. ...
        nils in Desk#ASK: [Cancel]
        bot in Desk#ASK: Not sent. The person has seen nothing of it.
    """)
    assert await stage.core.database.read(lambda tx: tx.letters.count(way="draft") + tx.confirmations.count(subject="team")) == 0


async def test_the_words_are_asked_for_by_a_button(stage: Stage) -> None:
    """Only an answer to the message that asks is taken, and that goes when it has served; what else is said meanwhile stays among the
    team."""
    await stage.given_team()
    await stage.plays(OPENED + f"""
        anna in Desk#ASK: [Reply]
        bot in Desk#ASK: Team member 4: answer this message with what the person should read. You see it again before it is sent.
        anna in Desk#ASK: How do I say that?
        bot:   (silent)
        anna in Desk#ASK: [Reply]
        bot in Desk: (deletes the message)
        bot in Desk#ASK: Team member 4: answer this message ...
        anna in Desk#ASK answers "answer this message": Two people do.
        bot in Desk: (deletes the message)
        bot in Desk#ASK: {PREVIEW} Two people do. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person ...
    """)


async def test_nobody_answers_past_a_colleague_or_past_the_person(stage: Stage) -> None:
    """Whoever begins to write hears of the other; a preview says that the person has written since, and its old button is dead."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: [Reply]
        bot in Desk#ASK: Team member 4: answer this message ...
        nils in Desk#ASK: [Reply]
        bot in Desk#ASK: Team member 5: answer this message ...
        bot:   (toast) Team member 4 is writing to the person, too.
        nils in Desk#ASK answers "Who reads this?": Two people do.
        bot in Desk#ASK: Preview. ... Two people do. ... Team member 4 is writing to the person, too.  [Send] [Cancel]
    """)
    preview = next(message for message in stage.world.group("Desk").messages.values() if "Preview" in message.words)
    send = preview.buttons[0]["callback_data"]
    await stage.plays("""
        (1 minute later)
        alice: [My requests]
        bot:   ...
        alice: [ASK-...]
        bot:   ...
        alice: [Write in this case]
        bot:   ...
        alice: It is about my diary.
        bot:   ...
        alice: [Send]
        bot:   Thank you, this is with case ASK-... now. ...
        bot in Desk#ASK: Preview. ... Two people do. ... The person has written again since this was typed. ...  [Send] [Cancel]
        bot in Desk#ASK: The person writes ...
    """)
    stage.world.person("nils").sends_callback(preview, send)
    await stage.plays("""
        (1 minute later)
        bot in Desk#ASK: (toast) This button is not meant for you or is no longer valid. Nothing was changed.
        nils in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, ...
        bot in Desk#ASK: Sent to the person by team member 5 Two people do.
    """)


async def test_a_reply_needs_a_case_and_words(stage: Stage) -> None:
    """In General there is no case; without words there is nothing to send; a picture is no text."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk: /reply Hello
        bot in Desk: Use /reply in the topic of a case, or as an answer to its card.
        anna in Desk#ASK: /reply
        bot in Desk#ASK: Write the text behind the command: /reply and then what the person should read.
        anna in Desk#ASK: /replay Two people do.
        bot in Desk#ASK: I do not know /replay here. Nothing was done, and nobody was written to. /help shows what I can do.
        anna in Desk: /replay@another_bot Two people do.
        bot:   (silent)
        mallory in Desk: /replay
        bot:   (silent)
        anna in Desk: /help
        bot in Desk: Each case has a card with buttons. ... /queue – Open cases, by date, with filters ... /reply – Write to the person of a case ... /team – Who belongs to the team /help – What I can do
        olga in Desk: /help
        bot in Desk: /stats – Figures, as a picture ... /setup – Check this group, choose its language /help – What I can do
    """)


async def test_two_agents_who_tap_at_once_send_it_once(stage: Stage) -> None:
    """The token is good for one tap, whoever it is of."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
    """)
    desk = stage.world.group("Desk")
    preview = [message for message in desk.messages.values() if message.buttons and message.thread_id][-1]
    send = preview.buttons[0]["callback_data"]
    for name in ("anna", "nils", "anna"):
        stage.world.person(name).sends_callback(preview, send)
    await stage.plays("""
        (1 minute later)
        bot in Desk#ASK: (toast) It is on its way to the person.
        bot in Desk#ASK: (toast) You tapped this already. It counts once.
        bot in Desk#ASK: (toast) You tapped this already. It counts once.
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person ...
    """)


async def test_nobody_without_a_role_writes_to_a_person(stage: Stage) -> None:
    """Mallory is in the group and no more: her answer, her command, her tap and her forged button are refused, and Alice sees that."""
    await stage.given_team()
    await stage.plays(OPENED + """
        mallory in Desk#ASK answers "Who reads this?": I do.
        bot:   You do not have the role for this; it takes: ... The attempt was recorded.
        mallory in Desk#ASK: /reply I do.
        bot:   You do not have the role for this; it takes: ... The attempt was recorded.
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
        mallory in Desk#ASK: [Send]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        mallory in Desk#ASK: [What is it about?]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
    """)
    desk = stage.world.group("Desk")
    preview = [message for message in desk.messages.values() if message.buttons and message.thread_id][-1]
    ref = preview.buttons[0]["callback_data"].split(":")[2]
    for name, data in (("mallory", f"t:send:{ref}:AAAA"), ("nils", f"t:send:{ref}:AAAA"), ("nils", "t:send:ASK-000000:AAAA")):
        stage.world.person(name).sends_callback(preview, data)
    await stage.plays("""
        (1 minute later)
        bot in Desk#ASK: (toast) You do not have the role for this; ...
        bot in Desk#ASK: (toast) This button is not meant for you or is no longer valid. ...
        bot in Desk#ASK: (toast) This button is not meant for you or is no longer valid. ...
        alice: /access
        bot:   What is held about you ...
        alice: [Who opened my data]
        bot:   Who opened your data ... somebody who does not belong to the privacy team tried to open your data and was refused. ...
    """)


async def test_a_restart_between_preview_and_send_loses_nothing(stage: Stage) -> None:
    """Draft and token are in the store."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
    """)
    later = await stage.again(stage.core.settings)
    await later.plays("""
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person ...
    """)


async def test_the_person_answers_by_button_and_by_replying(stage: Stage) -> None:
    """Both go through a preview of their own, into the same case."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Why do you ask?
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, case ASK-...: Why do you ask?  [Answer] [This was not handled]
        bot in Desk#ASK: Sent to the person ...
        alice: [Answer]
        bot:   What should the privacy team know in case ASK-...? Write it in one message. You see it again before it is sent.  [Cancel]
        alice: Because I want to know.
        bot:   This goes to the privacy team, and to nobody else: Because I want to know. ...  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you, this is with case ASK-... now. It is due by ...
        bot in Desk#ASK: The person writes (English) Because I want to know. ...
        alice answers "Why do you ask?": And so does my sister.
        bot:   This goes to the privacy team, and to nobody else: And so does my sister. ...  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you, this is with case ASK-... now. ...
        bot in Desk#ASK: The person writes (English) And so does my sister. ...
    """)


async def test_a_stranger_reaches_no_case_by_a_button(stage: Stage) -> None:
    """A forged reference is the same as none."""
    await stage.given_team()
    await stage.plays(OPENED)
    ref = await stage.core.database.read(lambda tx: tx.cases.get().id)
    await stage.plays("""
        mallory: /start
        bot:     ...
    """)
    mallory = stage.world.person("mallory")
    mallory.sends_callback(mallory.last_from_bot(), f"go:answer:{ref}")
    await stage.plays("""
        (1 minute later)
        bot: (toast) You have no case with this reference.
        bot: You have no case with this reference.  [Menu]
    """)


async def test_both_sides_change_what_they_wrote(stage: Stage) -> None:
    """The person's change is shown in the room; the team's change goes through a preview and changes the person's message."""
    await stage.given_team()
    await stage.plays(OPENED + """
        alice edits "Who reads this?": Who reads that?
        bot:   The privacy team has your change too (case ASK-...).
        bot in Desk#ASK: The person writes (English) Who reads that? Changed later. ...
        anna in Desk#ASK answers "Who reads that?": Two peple do.
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK edits "Two peple": Two people do.
        bot in Desk#ASK: Preview. Nothing has been sent yet. ... Two people do. [Answer] [This was not handled]  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person by team member 4 Two people do.
        anna in Desk#ASK edits "Two people": Three people do.
        bot in Desk#ASK: Preview of the change. The person still has the old text. This is what the person reads (English): Privacy team, case ASK-...: Three people do. [Answer] [This was not handled]  [Send the change] [Cancel]
        anna in Desk#ASK: [Send the change]
        bot:   (toast) It is on its way to the person.
        bot:   The change is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Three people do.  [Answer] [This was not handled]
        bot in Desk#ASK: Sent to the person by team member 4 Three people do. Changed later.
    """)
    alice = stage.world.person("alice")
    assert len([message for message in alice.sees() if "people do" in message.words]) == 1, "the person's message was changed, not sent again"


async def test_a_message_that_is_not_sent_yet_is_changed_in_its_preview(stage: Stage) -> None:
    """Nothing reaches the team before the tap, and then it is the changed text."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice: Who raeds this?
        bot:   This goes to the privacy team, and to nobody else: Who raeds this? ...
        alice edits "Who raeds": Who reads this?
        bot:   This goes to the privacy team, and to nobody else: Who reads this? ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: The person writes (English) Who reads this? ...
    """)


async def test_a_closed_case_takes_no_more_letters(stage: Stage) -> None:
    """Neither side adds to it; the person is shown the ways on."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, ...
        bot in Desk#ASK: Sent to the person ...
        anna in Desk#ASK: /reply Nearly forgot
        bot in Desk#ASK: Preview. ...
        alice: /status
        bot:   ...
        alice: [ASK-...]
        bot:   ...
        alice: [Withdraw this request]
        bot:   ...
        alice: [Withdraw it]
        bot:   Case ASK-... is withdrawn and closed. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) Case ASK-... is closed, so nothing can be added to it.
        alice answers "Two people do": Wait, one more thing.
        bot:   Case ASK-... is closed, so nothing can be added to it.  [This was not handled] [Talk to a person] [Menu]
        alice edits "Who reads this?": Never mind.
        bot:   Case ASK-... is closed, so nothing can be added to it. ...
    """)


async def test_who_blocked_the_bot_finds_the_letter_when_they_are_back(stage: Stage) -> None:
    """The room is told at once; nothing is lost or doubled."""
    await stage.given_team()
    await stage.plays(OPENED)
    stage.world.person("alice").blocks_bot()
    await stage.plays("""
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot in Desk#ASK: ...
        bot in Desk#ASK: ...
    """)
    said = [message.words.replace("⟦", "") for message in stage.world.group("Desk").in_order()][-3:]
    assert any(words.startswith("This did not reach the person") for words in said), "in either order: they go out side by side"
    stage.world.person("alice").unblocks_bot()
    await stage.plays("""
        (1 minute later)
        bot to alice: Privacy team, case ASK-...: Two people do. ...
    """)


async def test_what_it_is_about_is_shown_on_request_and_on_record(stage: Stage) -> None:
    """A topic of the policy; who looked is in the person's log, and nothing is counted."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice: Do you sell my data to advertisers?
        bot:   ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: The person writes (English) Do you sell my data to advertisers? ...
        anna in Desk#ASK: [What is it about?]
        bot:   (toast) About: Is my data sold?
        alice: /access
        bot:   What is held about you ... Your data was opened 2 times. ...
        alice: [Who opened my data]
        bot:   Who opened your data • ...: a person of the privacy team. Reason: to work on your request (case ASK-...) • ...: a person of the privacy team. Reason: to work on your request (case ASK-...) ...
    """)
    assert await stage.core.database.read(lambda tx: tx.tallies.count()) == 0


async def test_a_draft_that_nobody_sends_is_dropped(stage: Stage) -> None:
    """After a day; its preview is emptied."""
    await stage.given_team()
    await stage.plays(OPENED + """
        anna in Desk#ASK: /reply Two people do.
        bot in Desk#ASK: Preview. ...
        (1 day later)
        bot in Desk#ASK: This was not sent, and is dropped.
    """)
    assert await stage.core.database.read(lambda tx: tx.letters.count(way="draft")) == 0
