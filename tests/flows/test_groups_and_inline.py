"""In groups and in any chat: short answers, nothing personal, nothing stored."""

from __future__ import annotations

from tests.stage import Stage


async def test_in_a_group_the_bot_answers_when_it_is_named(stage: Stage) -> None:
    """By mention or command; other talk is none of its business."""
    await stage.plays("""
        alice in Community: nice weather today
        bot:   (silent)
        alice in Community: @privacy_bot how long do you keep my chats?
        bot:   Conversations are stored for 30 days by default, unless you delete them sooner or save them yourself. Source: ...  [More in private]
        bob in Community: /ask@privacy_bot is my data sold?
        bot:   According to the policy, Kimi sells none of your data. ...  [More in private]
    """)


async def test_anything_personal_goes_to_the_private_chat(stage: Stage) -> None:
    """Never a case, never a setting in front of others."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice in Community: /export@privacy_bot
        bot:   That is personal, so not here. Let us talk in private.  [Open private chat]
        alice in Community: @privacy_bot delete my account right now
        bot:   That is personal, so not here. Let us talk in private.  [Open private chat]
        alice in Community: /privacy@privacy_bot
        bot:   This bot stores nothing of what is said in this group. ...  [Open private chat]
    """)
    assert await stage.core.database.read(lambda tx: tx.cases.count()) == 0


async def test_group_talk_is_not_stored(stage: Stage) -> None:
    """Not in the inbox, not in a draft, not in the outbox."""
    await stage.plays("""
        alice in Community: the flamingo secret
        bot:   (silent)
    """)
    rows = await stage.core.database.read(lambda tx: tx.inbox.select())
    assert all(row.body is None for row in rows)


async def test_inline_mode_offers_answers_in_any_chat(stage: Stage) -> None:
    """The likeliest topics first; a choice posts the policy's answer."""
    alice = stage.world.person("alice")
    query = alice.asks_inline("are my chats used for training", stage.world.group("Community"))
    await stage.settle()
    assert query.results, "nothing was offered"
    assert "train" in query.results[0]["content"]["text"]
    stage._outputs.clear()


async def test_a_deep_link_leads_to_the_topic(stage: Stage) -> None:
    """From a group or a web page straight to the answer."""
    stage.world.person("alice").presses_start("topic-training-use")
    await stage.plays("""
        (1 minute later)
        bot: Yes. By default Kimi may use chat data to train its models. You can opt out at any time. Your setting: on. Source: ...
    """)
