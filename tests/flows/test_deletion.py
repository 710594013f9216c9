"""Deleting an account, exactly as the guide says."""

from __future__ import annotations

import pytest

from bot.core import deletion
from bot.core.erasure import certificate, holds
from bot.core.errors import ShreddedError
from bot.core.exports.signature import Signer
from bot.core.keys.ring import SIGNING
from bot.core.ports import Tx
from tests.stage import Stage


async def test_a_deletion_needs_password_and_box_and_can_be_taken_back(stage: Stage) -> None:
    """Password, box, closed at once; within the grace period everything comes back."""
    await stage.given_conversations("alice", ["Sore knee"], password="correct horse")
    await stage.plays("""
        alice: /delete
        bot:   Deleting your account removes ... For 7 days you can take it back. ... after at most 30 days. ...  [Export first] [Continue] [Keep my account]
        alice: [Continue]
        bot:   Enter your password. I delete the message as soon as I have read it.  [Cancel]
        alice: cancel
        bot:   Stopped. Nothing was changed.  [Menu]
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   Enter your password. ...
        alice: wait, will I lose my saved chats?
        bot:   (deletes the message)
        bot:   What you write here is taken for the password. To ask something first, tap Cancel.
        bot:   That is not the password. 4 tries left.  [I forgot my password] [Cancel]
        alice: correct horse
        bot:   (deletes the message)
        bot:   One last step: check the box, then delete.  [☐ I understand that all my data will be removed] [Keep my account]
        alice: [☐ I understand that all my data will be removed]
        bot:   One last step: check the box, then delete.  [☑ I understand that all my data will be removed] [Delete my account] [Keep my account]
        alice: [Delete my account]
        bot:   Case DEL-... is open. Your account is closed now. You can take this back until 30 March 2026 09:00 UTC (7 days). After that everything is deleted for good; copies in backups are gone by 22 April 2026 09:00 UTC (30 days). ...  [Take it back]
        alice: /menu
        bot:   Your account is closed: ... You can take it back until 30 March 2026 09:00 UTC. What would you like to do? ...  [Take it back] [❓ Topics] ...
        alice: /history
        bot:   Your account is closed: its deletion is under way (case DEL-...). You can take it back until 30 March 2026 09:00 UTC.  [Take it back]
        (6 days later)
        bot:   A reminder: on 30 March 2026 09:00 UTC your account is deleted for good (case DEL-...). ...  [Take it back]
        alice: [Take it back]
        bot:   Stop the deletion (case DEL-...) and restore your account?  [Restore my account] [No, leave it]
        alice: [Restore my account]
        bot:   Your account is open again, with everything in it. Case DEL-... is closed.  [Menu]
        alice: /history
        bot:   Your conversations (1) ...  [Sore knee] [Clear all] [Menu]
        (8 days later)
        bot:   (silent)
    """)


async def test_after_the_grace_period_nothing_is_left_but_the_case(stage: Stage) -> None:
    """Erased for good, with a certificate; the reference works without an account; a stranger sees nothing personal."""
    await stage.given_conversations("alice", ["Sore knee"], password="correct horse")
    await stage.plays("""
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   Enter your password. ...
        alice: correct horse
        bot:   (deletes the message)
        bot:   One last step...
        alice: [☐ I understand that all my data will be removed]
        bot:   ...
        alice: [Delete my account]
        bot:   Case DEL-... is open. ...
        (6 days later)
        bot:   A reminder: ...
        (1 day later)
        bot:   Your account and all its data have been deleted (case DEL-...). The key to your data was destroyed, ...
        alice: [Take it back]
        bot:   There is no account for this chat any more. A deletion that is over cannot be taken back.  [Start]
        alice: /history
        bot:   We have not met yet. Press Start, and I set up your privacy desk.  [Start]
    """)
    case = (await stage.core.database.read(lambda tx: tx.cases.select()))[0]
    await stage.plays(f"""
        alice: {case.id}
        bot:   {case.id} · Deletion of your account State: erased; leaving the backups ...
        (24 days later)
        bot:   (silent)
        alice: /status {case.id}
        bot:   {case.id} · Deletion of your account State: done ...
    """)
    assert await stage.core.database.read(lambda tx: tx.accounts.count() + tx.segments.count() + tx.links.count()) == 0


async def test_erased_data_does_not_open_again(stage: Stage) -> None:
    """The key is gone: even a row that somebody kept does not open."""
    await stage.given_conversations("bob", ["Diary"])
    account = (await stage.core.database.read(lambda tx: tx.accounts.select()))[0]

    def shred_and_read(tx: Tx) -> None:
        tx.keys.shred(account.id)
        tx.conversations.select(subject=account.id)

    with pytest.raises(ShreddedError):
        await stage.core.database.write(shred_and_read)


async def test_five_wrong_passwords_lock_for_an_hour(stage: Stage) -> None:
    """Guessing is stopped; the right password does not help during the lock."""
    await stage.given_conversations("alice", ["Sore knee"], password="correct horse")
    await stage.plays("""
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   Enter your password. ...
        alice: guess one
        bot:   (deletes the message)
        bot:   That is not the password. 4 tries left.  [I forgot my password] [Cancel]
        alice: guess two
        bot:   (deletes the message)
        bot:   That is not the password. 3 tries left.  [I forgot my password] [Cancel]
        alice: guess three
        bot:   (deletes the message)
        bot:   That is not the password. 2 tries left.  [I forgot my password] [Cancel]
        alice: guess four
        bot:   (deletes the message)
        bot:   That is not the password. 1 try left.  [I forgot my password] [Cancel]
        alice: guess five
        bot:   (deletes the message)
        bot:   Too many wrong passwords. To protect your account, your password is locked until 23 March 2026 10:00 UTC.  [I forgot my password] [Menu]
        alice: is my data sold?
        bot:   According to the policy, ...
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   (toast) Too many wrong passwords. ...
        bot:   Too many wrong passwords. ...  [I forgot my password] [Menu]
        alice: [I forgot my password]
        bot:   Write your question in one message. A person of the privacy team answers here. ...  [Cancel]
        alice: /cancel
        bot:   Stopped. Nothing was changed.  [Menu]
        (1 hour later)
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   Enter your password. ...
        alice: correct horse
        bot:   (deletes the message)
        bot:   One last step: ...
    """)


async def test_an_account_without_a_password_types_a_phrase(stage: Stage) -> None:
    """The phrase stands for the password, whatever its capitals and spaces."""
    await stage.given_conversations("bob", ["Diary"])
    phrase = "⟦delete my account⟧" if stage.pseudo else "  Delete MY  account "
    await stage.plays(f"""
        bob: /delete
        bot: ...
        bob: [Continue]
        bot: To show that you mean it, type these words: delete my account  [Cancel]
        bob: yes
        bot: Those are not the words. Please type exactly: delete my account  [Cancel]
        bob: how long does the deletion take?
        bot: Your account becomes inaccessible immediately. ... What we had begun is waiting: go on with it, or cancel.  [Cancel] ...
        bob: {phrase}
        bot: One last step: ...
        bob: [Keep my account]
        bot: Your account stays as it is.  [Menu]
        bob: /history
        bot: Your conversations (1) ...
    """)


async def test_a_double_tap_opens_one_case(stage: Stage) -> None:
    """Exactly once, however often the button is tapped."""
    await stage.given_conversations("bob", ["Diary"])
    phrase = "⟦delete my account⟧" if stage.pseudo else "delete my account"
    await stage.plays(f"""
        bob: /delete
        bot: ...
        bob: [Continue]
        bot: ...
        bob: {phrase}
        bot: One last step: ...
        bob: [☐ I understand that all my data will be removed]
        bot: ...
    """)
    bob = stage.world.person("bob")
    message = bob.last_from_bot()
    button = next(b for b in message.buttons if "Delete my account" in b["text"])
    for _ in range(3):
        bob.presses(message, button)
    await stage.settle()
    said = [str(output) for output in stage._outputs]
    stage._outputs.clear()
    assert sum("is open" in line for line in said) == 1
    assert len([case for case in await stage.core.database.read(lambda tx: tx.cases.select()) if case.right == "DEL"]) == 1


async def test_the_certificate_is_there_for_whoever_has_the_reference(stage: Stage) -> None:
    """From the message and from /status, without an account, as a signed file that names nobody."""
    await stage.given_conversations("bob", ["Diary"])
    await stage.plays("""
        bob: /status
        bot: You have made no requests yet.  [Menu]
    """)
    account = (await stage.core.database.read(lambda tx: tx.accounts.select()))[0]
    case = await stage.core.database.write(lambda tx: deletion.begin(tx, account))
    await stage.plays(f"""
        (6 days later)
        bot:   A reminder: ...
        (1 day later)
        bot:   Your account and all its data have been deleted (case DEL-...). ...  [Certificate]
        bob:   [Certificate]
        bot:   (file) The signed certificate of the erasure (case {case.id}). ...
        bob:   /status {case.id}
        bot:   {case.id} · Deletion of your account State: erased; leaving the backups ...  [Certificate] [My requests] [Menu]
    """)
    shown = [message.file for message in stage.world.person("bob").sees() if message.file]
    stored = await stage.core.database.read(lambda tx: certificate.find(tx, case.id))
    assert stored is not None
    assert certificate.is_genuine(stored.content, Signer(stage.core.ring.named(SIGNING)).fingerprint)
    assert [file.content.decode() for file in shown] == [stored.content]
    assert account.id not in stored.content


async def test_a_legal_hold_is_told_and_stops_only_the_erasure(stage: Stage) -> None:
    """Closed at once, reminded, not erased; when it is lifted the rest follows."""
    await stage.given_conversations("bob", ["Diary"])
    await stage.plays("""
        bob: /status
        bot: You have made no requests yet.  [Menu]
    """)
    account = (await stage.core.database.read(lambda tx: tx.accounts.select()))[0]
    case = await stage.core.database.write(lambda tx: deletion.begin(tx, account))
    await stage.core.database.write(lambda tx: holds.hold(tx, account.id, actor="dpo", reason="claim"))
    await stage.plays(f"""
        (6 days later)
        bot:   A reminder: ...
        (2 days later)
        bob:   /status {case.id}
        bot:   {case.id} · Deletion of your account State: being erased ... The law requires that this data is kept for now. ...
    """)
    await stage.core.database.write(lambda tx: holds.lift_hold(tx, account.id, actor="dpo"))
    await stage.plays("""
        (1 minute later)
        bot:   Your account and all its data have been deleted (case DEL-...). ...  [Certificate]
    """)
