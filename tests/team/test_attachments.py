"""Pictures and files that a person sends along: shown before they go, told by their bytes, kept sealed, gone with the case."""

from __future__ import annotations

from bot.localchat.chats import Chat
from bot.localchat.messages import Message
from tests.stage import FILES, Stage

ASKED = """
    alice: /start
    bot:   ...
    alice: /human
    bot:   Write your question in one message. ...
"""


def files_in(chat: Chat) -> list[Message]:
    return [message for message in chat.messages.values() if message.file is not None]


async def test_a_picture_and_a_file_reach_the_room(stage: Stage) -> None:
    """With their words, under a neutral name, and only after the tap; the name that the person gave is not kept."""
    await stage.given_team()
    await stage.plays(ASKED + """
        alice sends my-diary.jpg: Is this mine?
        bot:   This goes to the privacy team, and to nobody else: Is this mine? With it goes a picture (1 KB). You will be called by a reference, not by your name.  [Send] [Do not send]
    """)
    assert not files_in(stage.world.group("Desk")), "nothing leaves before the tap"
    await stage.plays("""
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: (file) The person writes (English) Is this mine?  [Reply] [What is it about?]
        alice: [My requests]
        bot:   ...
        alice: [ASK-...]
        bot:   ... Last letters • 23 March 2026 09:00 UTC, you: Is this mine?  [Write in this case] ...
        alice: [Write in this case]
        bot:   What should the privacy team know in case ASK-...? ...
        alice sends letter.pdf:
        bot:   This goes to the privacy team, and to nobody else: With it goes a file (PDF, 1 KB). ...
        alice: [Send]
        bot:   Thank you, this is with case ASK-... now. ...
        bot in Desk#ASK: (file) The person writes  [Reply]
    """)
    picture, file = (message.file for message in files_in(stage.world.group("Desk")))
    assert picture is not None
    assert file is not None
    ref = stage.topic("Desk#ASK").name.replace("⟦", "").split(" ")[0]
    assert (picture.kind, picture.content) == ("photo", FILES["jpg"])
    assert (file.kind, file.name, file.content) == ("document", f"{ref}.pdf", FILES["pdf"])


async def test_a_changed_caption_changes_in_the_room(stage: Stage) -> None:
    """The picture stays."""
    await stage.given_team()
    await stage.plays(ASKED + """
        alice sends cat.jpg: Is this mien?
        bot:   ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: (file) The person writes (English) Is this mien? ...
        alice edits "Is this mien": Is this mine?
        bot:   The privacy team has your change too (case ASK-...).
        bot in Desk#ASK: (file) The person writes (English) Is this mine? Changed later. ...
    """)


async def test_a_file_is_what_its_bytes_say(stage: Stage) -> None:
    """A program that is called a PDF is refused, a picture sent as a file is a picture; words may be sent instead."""
    await stage.given_team()
    await stage.plays(ASKED)
    alice = stage.world.person("alice")
    alice.sends_file("invoice.pdf", FILES["exe"])
    await stage.plays("""
        (1 minute later)
        bot:   I can pass on files of these kinds: JPG, PNG, WEBP, PDF, and TXT. This one is something else, whatever its name says. Nothing was sent.  [Cancel]
    """)
    alice.sends_file("invoice.exe", FILES["png"])
    await stage.plays("""
        (1 minute later)
        bot:   This goes to the privacy team, and to nobody else: With it goes a picture (1 KB). ...
        alice: Only words, after all.
        bot:   This goes to the privacy team, and to nobody else: Only words, after all. You will be called ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: The person writes (English) Only words, after all. ...
    """)
    assert await stage.core.database.read(lambda tx: tx.attachments.count()) == 0, "what was replaced is not kept"


async def test_a_file_that_is_too_large_is_not_fetched(stage: Stage) -> None:
    """Told by Telegram before it is downloaded; the limit is the policy file's."""
    await stage.given_team()
    await stage.plays(ASKED)
    stage.world.person("alice").sends_file("film.pdf", b"%PDF-" + bytes(10 * 1024 * 1024))
    await stage.plays("""
        (1 minute later)
        bot:   This file is too large for me. It may have at most 10 MB. Nothing was sent.  [Cancel]
    """)
    assert not [name for name, _fields in stage.app.bot.session.calls if name == "getFile"]  # type: ignore[attr-defined]


def update_of(stage: Stage, number: int, **content: object) -> dict[str, object]:
    """An update with a message of Alice's that the local chat cannot make."""
    alice = stage.world.person("alice")
    where = {"message_id": 5000 + number, "date": 1774256400, "chat": {"id": alice.id, "type": "private"}, "from": alice.person.as_user()}
    return {"update_id": 7000 + number, "message": where | content}


async def hears(stage: Stage, *updates: dict[str, object]) -> None:
    for update in updates:
        await stage.app.inbox.receive([update])
        await stage.app.settle()
    stage._watch()


async def test_what_cannot_be_passed_on_gets_a_kind_word(stage: Stage) -> None:
    """Voice, places, contacts, stickers: nothing of it is fetched or kept."""
    await stage.given_team()
    await stage.plays(ASKED)
    file = {"file_id": "x", "file_unique_id": "y"}
    await hears(
        stage,
        update_of(stage, 1, voice=file | {"duration": 3}),
        update_of(stage, 2, location={"latitude": 52.5, "longitude": 13.4}),
        update_of(stage, 3, contact={"phone_number": "123", "first_name": "B"}),
        update_of(stage, 4, sticker=file | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}),
    )
    await stage.plays("""
        bot:   I can pass on text, a picture or a file, and nothing else. Please write it, or cancel.  [Cancel]
        bot:   I can pass on text, ...
        bot:   I can pass on text, ...
        bot:   I can pass on text, ...
        alice: In words, then.
        bot:   This goes to the privacy team, and to nobody else: In words, then. ...
    """)
    assert await stage.core.database.read(lambda tx: tx.attachments.count()) == 0


async def test_of_several_pictures_at_once_the_first_is_taken(stage: Stage) -> None:
    """Said once, however many there are."""
    await stage.given_team()
    await stage.plays(ASKED)
    stored = stage.world.files.store("photo", "one.jpg", FILES["jpg"])
    photo = [{"file_id": stored.id, "file_unique_id": stored.unique_id, "width": 16, "height": 16, "file_size": len(stored.content)}]
    await hears(stage, *(update_of(stage, number, photo=photo, media_group_id="album") for number in (1, 2, 3)))
    await stage.plays("""
        bot:   This goes to the privacy team, and to nobody else: With it goes a picture (1 KB). ...
        bot:   I can take one picture or file at a time. Please send the first, then the next.  [Cancel]
    """)
    assert await stage.core.database.read(lambda tx: tx.attachments.count()) == 1


async def test_a_file_that_is_never_sent_is_dropped(stage: Stage) -> None:
    """With the unfinished step that it belongs to."""
    await stage.given_team()
    await stage.plays(ASKED + """
        alice sends cat.jpg: Is this mine?
        bot:   ...
        (1 day later)
        bot:   (silent)
    """)
    assert await stage.core.database.read(lambda tx: tx.attachments.count()) == 0


async def test_a_deleted_topic_is_made_again_with_every_letter(stage: Stage) -> None:
    """In their order, pictures too, changed as they are now; the person's log has each letter once."""
    await stage.given_team()
    await stage.plays(ASKED + """
        alice sends cat.jpg: Is this mine?
        bot:   ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: (file) The person writes (English) Is this mine? ...
        anna in Desk#ASK answers "Is this mine": Which of them?
        bot in Desk#ASK: Preview. ...
        anna in Desk#ASK: [Send]
        bot:   (toast) ...
        bot to alice: Privacy team, case ASK-...: Which of them? ...
        bot in Desk#ASK: Sent to the person ...
    """)
    stage.world.person("olga").deletes_topic(stage.world.group("Desk"), stage.topic("Desk#ASK"))
    await stage.plays("""
        alice answers "Which of them": The black one.
        bot:   ...
        alice: [Send]
        bot:   Thank you, this is with case ASK-... now. ...
        bot in Desk#ASK: (file) The person writes (English) Is this mine?  [Reply] [What is it about?]
        bot in Desk#ASK: Sent to the person by team member 4 Which of them?
        bot in Desk#ASK: The person writes (English) The black one.  [Reply] [What is it about?]
        alice: /access
        bot:   What is held about you • 0 conversations • 1 request with its dates • 3 letters to or from the privacy team ... Your data was opened 2 times. ...
    """)


async def test_a_letter_that_somebody_deleted_is_shown_again_when_it_changes(stage: Stage) -> None:
    """Its edit finds no message: it is posted anew, and the card stays."""
    await stage.given_team()
    await stage.plays(ASKED + """
        alice: Who reads this?
        bot:   ...
        alice: [Send]
        bot:   Thank you. ...
        bot in Desk#ASK: The person writes (English) Who reads this? ...
    """)
    desk = stage.world.group("Desk")
    shown = next(message for message in desk.messages.values() if message.text and "Who reads this" in message.text)
    stage.world.person("olga").deletes(shown)
    card = desk.pinned[-1]
    await stage.plays("""
        alice edits "Who reads": Who reads that?
        bot:   The privacy team has your change too (case ASK-...).
        bot in Desk#ASK: The person writes (English) Who reads that? Changed later. ...
    """)
    assert desk.pinned[-1] == card
