"""Conversations: list, open, save, delete one, clear all."""

from __future__ import annotations

from tests.stage import Stage


async def test_a_conversation_is_read_saved_and_deleted(stage: Stage) -> None:
    """Each step says what it did and what stays."""
    await stage.given_conversations("alice", ["Sore knee", "Landlord"])
    await stage.plays("""
        alice: /history
        bot:   Your conversations (2) Each is deleted 30 days after it was stored, unless you save it (📌) or delete it sooner.  [Sore knee] [Landlord] [Clear all] [Menu]
        alice: [Sore knee]
        bot:   Sore knee 👤 Sore knee: a private question 🤖 Sore knee: a private answer Started 23 March 2026. Deleted on 22 April 2026 ...  [📌 Save] [🗑 Delete] [Back] [Menu]
        alice: [📌 Save]
        bot:   (toast) Saved: it is kept until you delete it.
        bot:   Sore knee ... 📌 Saved: kept until you delete it.  [No longer save] [🗑 Delete] [Back] [Menu]
        alice: [🗑 Delete]
        bot:   Delete the conversation “Sore knee”? This cannot be undone. Your other conversations stay.  [Delete it] [Keep it]
        alice: [Delete it]
        bot:   The conversation is deleted.  [My conversations] [Menu]
        alice: /history
        bot:   Your conversations (1) ...  [Landlord] [Clear all] [Menu]
    """)


async def test_clearing_all_keeps_the_account(stage: Stage) -> None:
    """Saved ones go too, and that is said before."""
    await stage.given_conversations("alice", ["Sore knee", "Landlord"])
    await stage.plays("""
        alice: /history
        bot:   ...
        alice: [Clear all]
        bot:   Delete all your 2 conversations, the saved ones too? This cannot be undone. ...  [Export first] [Delete all] [Keep them]
        alice: [Delete all]
        bot:   Done: 2 conversations are deleted. Your account and your settings stay. Receipt: case CLR-.... ...  [Menu]
        alice: /history
        bot:   You have no stored conversations.  [Menu]
    """)


async def test_conversations_vanish_after_thirty_days_unless_saved(stage: Stage) -> None:
    """Retention does what the policy says."""
    await stage.given_conversations("alice", ["Sore knee", "Landlord"])
    await stage.plays("""
        alice: /history
        bot:   ...
        alice: [Landlord]
        bot:   ...
        alice: [📌 Save]
        bot:   (toast) ...
        bot:   Landlord ...
        (31 days later)
        alice: /history
        bot:   Your conversations (1) ...  [📌 Landlord] [Clear all] [Menu]
    """)


async def test_a_stranger_cannot_open_anothers_conversation(stage: Stage) -> None:
    """Ids are opaque, and checked against the subject all the same."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.given_conversations("mallory", ["Mine"])
    conversation = next(
        c for c in await stage.core.database.read(lambda tx: tx.conversations.select()) if c.title == "Sore knee"
    )
    await stage.plays("""
        mallory: /history
        bot:     ...
    """)
    mallory = stage.world.person("mallory")
    mallory.sends_callback(mallory.last_from_bot(), f"go:talk:{conversation.id}")
    await stage.plays("""
        (1 minute later)
        bot: (toast) I cannot find that any more. It may have been deleted.
        bot: I cannot find that any more. It may have been deleted.  [Menu]
    """)


async def test_pages_turn(stage: Stage) -> None:
    """Five to a page."""
    await stage.given_conversations("alice", [f"Talk {letter}" for letter in "ABCDEFG"])
    await stage.plays("""
        alice: /history
        bot:   Your conversations (7) ...  [Talk A] [Talk B] [Talk C] [Talk D] [Talk E] [1 / 2] [›] [Clear all] [Menu]
        alice: [›]
        bot:   Your conversations (7) ...  [Talk F] [Talk G] [‹] [2 / 2] [Clear all] [Menu]
    """)
