"""What comes in and goes out, when things go wrong."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.core.errors import ShreddedError
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.telegram.intake import RawUpdates
from tests.stage import Stage


async def _raw_updates(stage: Stage) -> list[dict[str, Any]]:
    return await stage.app.bot(RawUpdates(timeout=0))


async def test_the_same_update_twice_is_handled_once(stage: Stage) -> None:
    """Telegram may deliver again; the person is not answered again."""
    stage.world.person("alice").presses_start()
    raw = await _raw_updates(stage)
    assert await stage.app.inbox.receive(raw) == 1
    assert await stage.app.inbox.receive(raw) == 0
    await stage.app.settle()
    await stage.app.inbox.receive(raw)
    await stage.app.settle()
    said = [m for m in stage.world.person("alice").sees() if m.sender_id == stage.world.bot.id]
    assert len(said) == 1


async def test_what_comes_at_once_is_stored_together_and_each_once(stage: Stage) -> None:
    """Three people and a redelivery of all: every update counts for one of those who brought it, and is handled once."""
    for name in ("alice", "bob", "mallory"):
        stage.world.person(name).presses_start()
    raw = await _raw_updates(stage)
    counts = await asyncio.gather(*(stage.app.inbox.receive([update]) for update in [*raw, *reversed(raw)]))
    assert (len(raw), sum(counts)) == (3, 3)
    await stage.app.settle()
    for name in ("alice", "bob", "mallory"):
        said = [m for m in stage.world.person(name).sees() if m.sender_id == stage.world.bot.id]
        assert len(said) == 1


async def test_what_could_not_be_stored_is_told_to_everyone_who_brought_it(stage: Stage) -> None:
    """Nobody confirms to Telegram what is not stored; it comes again, and then it is."""
    stage.world.person("alice").presses_start()
    stage.world.person("bob").presses_start()
    raw = await _raw_updates(stage)
    database = stage.core.database
    key = await database.read(lambda tx: tx.keys.rows.get(id=SERVICE))
    await database.write(lambda tx: tx.keys.rows.update({"id": SERVICE}, wrapped=None))  # nothing can be sealed
    outcomes = await asyncio.gather(*(stage.app.inbox.receive([update]) for update in raw), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ShreddedError, ShreddedError]
    await database.write(lambda tx: tx.keys.rows.update({"id": SERVICE}, wrapped=key.wrapped))
    assert await stage.app.inbox.receive(raw) == 2


async def test_a_strangers_tap_changes_nothing(stage: Stage) -> None:
    """A confirmation belongs to one person in one chat."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.given_conversations("mallory", ["Mine"])
    await stage.plays("""
        alice: /clear
        bot:   ...
        mallory: /menu
        bot:     ...
    """)
    alice, mallory = stage.world.person("alice"), stage.world.person("mallory")
    token = next(b["callback_data"] for b in alice.last_from_bot().buttons if b["callback_data"].startswith("ok:"))
    mallory.sends_callback(mallory.last_from_bot(), token)
    await stage.plays("""
        (1 minute later)
        bot: (toast) This button is not meant for you or is no longer valid. Nothing was changed.
        alice: [Delete all]
        bot:   Done: 1 conversation is deleted. ...
    """)


async def test_an_expired_tap_changes_nothing(stage: Stage) -> None:
    """After a quarter of an hour the button is stale."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /clear
        bot:   ...
        (15 minutes later)
        alice: [Delete all]
        bot:   (toast) This button has expired. Nothing was changed. Please start again.
        bot:   This button has expired. Nothing was changed. Please start again.  [Menu]
        alice: /history
        bot:   Your conversations (1) ...
    """)


async def test_a_forged_callback_is_answered_politely(stage: Stage) -> None:
    """Clients can send data that no button has."""
    await stage.plays("""
        alice: /start
        bot:   ...
    """)
    alice = stage.world.person("alice")
    for data in ("ok:delete_now:AAAA", "go", "go:nowhere:", "x" * 64, "ok::", "go:talk:../../etc", "no:"):
        alice.sends_callback(alice.last_from_bot(), data)
    await stage.settle()
    polite = ("Nothing was changed", "cannot find that", "nothing was changed", "not meant for you")
    assert all(any(words in output.text for words in polite) for output in stage._outputs), list(stage._outputs)
    stage._outputs.clear()


async def test_a_blocked_bot_stops_sending_but_no_clock(stage: Stage) -> None:
    """The reminder waits; the deletion goes on; nothing is lost or doubled when the person comes back."""
    await stage.given_conversations("bob", ["Diary"])
    phrase = "⟦delete my account⟧" if stage.pseudo else "delete my account"
    await stage.plays(f"""
        bob: /delete
        bot: ...
        bob: [Continue]
        bot: ...
        bob: {phrase}
        bot: ...
        bob: [☐ I understand that all my data will be removed]
        bot: ...
        bob: [Delete my account]
        bot: Case DEL-... is open. ...
    """)
    bob = stage.world.person("bob")
    bob.blocks_bot()
    await stage.plays("""
        (6 days later)
        bot: (silent)
    """)
    bob.unblocks_bot()
    await stage.plays("""
        (1 minute later)
        bot: A reminder: ...
        (1 day later)
        bot: Your account and all its data have been deleted ...
    """)


async def test_too_many_requests_is_obeyed_and_the_message_arrives_once(stage: Stage) -> None:
    """429 with retry_after: later, once."""
    stage.world.fail_next("sendMessage", error_code=429, retry_after=30)
    await stage.plays("""
        alice: /start
        bot:   (silent)
        (1 minute later)
        bot:   Hello! I am the privacy desk of Kimi. ...
    """)


async def test_a_broken_line_is_tried_again(stage: Stage) -> None:
    """No answer from Telegram: at least once."""
    stage.world.fail_next("sendMessage", error_code=0)
    await stage.plays("""
        alice: /start
        bot:   (silent)
        (1 minute later)
        bot:   Hello! I am the privacy desk of Kimi. ...
    """)


async def test_what_can_never_be_delivered_is_parked(stage: Stage) -> None:
    """One bad message does not stop the ones behind it."""
    stage.world.fail_next("sendMessage", error_code=400, description="Bad Request: chat not found")
    await stage.plays("""
        alice: /start
        bot:   (silent)
        alice: /menu
        bot:   What would you like to do? You can also just ask.  ...
    """)

    def parked(tx: Tx) -> int:
        return tx.outbox.count(state="parked")

    assert await stage.core.database.read(parked) == 1


async def test_an_update_that_nobody_can_read_is_parked(stage: Stage) -> None:
    """It holds up no other, neither on the way in nor afterwards."""
    stage.world.updates.put("message", {"message_id": "not a number", "chat": {"id": 1001, "type": "private"}})
    await stage.plays("""
        alice: /start
        bot:   Hello! I am the privacy desk of Kimi. ...
    """)
    assert await stage.core.database.read(lambda tx: tx.inbox.count(state="parked")) == 1


async def test_a_restart_in_the_middle_of_a_flow_goes_on(stage: Stage) -> None:
    """The draft is in the store, not in memory."""
    from bot.app import create_app, open_core
    from bot.localchat.session import WorldSession

    await stage.given_conversations("alice", ["Sore knee"], password="correct horse")
    await stage.plays("""
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   Enter your password. ...
    """)
    await stage.app.stop()
    stage.core = await open_core(stage.core.settings, stage.clock)
    stage.app = create_app(
        stage.core,
        token=stage.world.token,
        understanding=stage.understanding,
        session=WorldSession(stage.world),
        pseudo=stage.pseudo,
    )
    await stage.app.bot.me()
    await stage.plays("""
        alice: correct horse
        bot:   (deletes the message)
        bot:   One last step: ...
    """)


async def test_strange_input_gets_a_kind_answer(stage: Stage) -> None:
    """Long, empty of words, or full of markup: nothing breaks, nothing is interpreted."""
    await stage.given_conversations("alice", ["<b>Bold</b> & co"])
    alice = stage.world.person("alice")
    alice.presses_start()
    for text in ("x" * 4096, "🙂🙂🙂", "<b>not closed", "&lt;script&gt;", "​‮abc", "💩" * 1500, "/nonsense"):
        alice.says(text)
    alice.sends_file("photo.bin", b"\xff\xd8\xff")
    await stage.settle()
    assert len(stage._outputs) == 9, [str(o) for o in stage._outputs]
    stage._outputs.clear()
    await stage.plays("""
        alice: /history
        bot:   Your conversations (1) ...  [<b>Bold</b> & co] [Clear all] [Menu]
    """)
