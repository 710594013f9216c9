"""The bot as a guest in a community group: few answers, for the one who asks, nothing kept; its admins decide how it behaves."""

from __future__ import annotations

from bot.core import communities
from bot.core.communities import Community
from bot.core.ports import Tx
from bot.telegram.menus import publish_menus
from tests.stage import Stage

QUESTION = "@privacy_bot how long do you keep my chats?"
ANSWER = "Conversations are stored for 30 days by default, ...  [More in private]"


async def settings_of(stage: Stage) -> list[Community]:
    return await stage.core.database.read(lambda tx: tx.communities.select())


def given_admin(stage: Stage, who: str) -> None:
    """`who` helps Jonas run the community."""
    stage.world.person("jonas").promotes(stage.world.person(who), stage.world.group("Community"))


async def test_brought_by_anybody_the_bot_says_what_it_does_here(stage: Stage) -> None:
    """Once; the team's owners are not bothered, and nothing is asked for."""
    await stage.plays("""
        (mallory adds the bot to Annex)
        bot in Annex: Hello! I answer questions about your data at Kimi. Name me in your question, for example: “@privacy_bot how long are chats kept?”. Nothing that is said here is stored. ...  [Open private chat]
        (olga makes the bot an admin in Annex)
        bot in Annex: (silent)
    """)


async def test_where_telegram_allows_it_only_the_one_who_asks_sees_the_answer(stage: Stage) -> None:
    """An admin bot may do that at any time."""
    await stage.plays(f"""
        (jonas makes the bot an admin in Community)
        alice in Community: {QUESTION}
        bot in Community: (hidden) {ANSWER}
        bob in Community: /privacy
        bot in Community: (hidden) This bot stores nothing of what is said in this group. ...  [Open private chat]
    """)
    community = stage.world.group("Community")
    assert not [each for each in stage.world.person("mallory").sees(community) if each.sender_id == stage.world.bot.id]


async def test_a_command_of_the_menu_is_hidden_and_so_is_its_answer(stage: Stage) -> None:
    """Nobody else learns that somebody asked about their data."""
    await publish_menus(stage.app.bot)
    await stage.plays("""
        alice in Community: /privacy
        bot in Community: (hidden) This bot stores nothing of what is said in this group. ...  [Open private chat]
        alice in Community: /ask is my data sold?
        bot in Community: (hidden) According to the policy, Kimi sells none of your data. ...  [More in private]
    """)
    assert stage.world.person("bob").sees(stage.world.group("Community")) == []


async def test_a_hidden_answer_that_is_refused_becomes_an_ordinary_one(stage: Stage) -> None:
    """Too late, or Telegram does not do it: the question is answered all the same."""
    await stage.plays("(jonas makes the bot an admin in Community)")
    community = stage.world.group("Community")
    stage.world.fail_next("sendMessage", community.id, 400, description="Bad Request: EPHEMERAL_MESSAGE_EXPIRED")
    await stage.plays(f"""
        alice in Community: {QUESTION}
        bot in Community: {ANSWER}
    """)
    await publish_menus(stage.app.bot)
    stage.world.fail_next("sendMessage", community.id, 400, description="Bad Request: EPHEMERAL_MESSAGE_EXPIRED")
    await stage.plays("""
        alice in Community: /privacy
        bot in Community: This bot stores nothing of what is said in this group. ...  [Open private chat]
    """)


async def test_the_answer_comes_in_the_topic_of_the_question_or_not_at_all(stage: Stage) -> None:
    """Never in another one, also when the topic is gone in the meantime."""
    await stage.plays("(jonas switches topics on in Community)")
    community, jonas = stage.world.group("Community"), stage.world.person("jonas")
    jonas.creates_topic(community, "Data")
    await stage.plays(f"""
        alice in Community#Data: {QUESTION}
        bot in Community#Data: {ANSWER}
        bob in Community: {QUESTION}
        bot in Community: {ANSWER}
    """)
    stage.world.fail_next("sendMessage", community.id, 400, description="Bad Request: message thread not found", times=2)
    await stage.plays(f"""
        alice in Community#Data: {QUESTION}
        bot in Community: (silent)
    """)


async def test_a_group_hears_only_so_much_of_the_bot(stage: Stage) -> None:
    """Five answers a minute (policy: safeguards), whoever asks and however; then it is silent until there is room again."""
    await stage.plays("""
        alice in Community: /privacy@privacy_bot
        bot in Community: This bot stores nothing ...
        bob in Community: /export@privacy_bot
        bot in Community: That is personal, so not here. ...
        mallory in Community: @privacy_bot
        bot in Community: Ask me about data and privacy, ...
        mallory in Community: /quiet@privacy_bot on
        bot in Community: Only the admins of this group can change that here. ...
        mallory in Community: /setup@privacy_bot
        bot in Community: Nobody may set this up yet. ...
        mallory in Community: /setup@privacy_bot
        bot in Community: (silent)
        alice in Community: @privacy_bot is my data sold?
        bot in Community: (silent)
        (1 minute later)
        alice in Community: @privacy_bot is my data sold?
        bot in Community: According to the policy, Kimi sells none of your data. ...
    """)


async def test_patience_that_telegram_asks_for_is_had(stage: Stage) -> None:
    """The answer comes later, once."""
    await stage.plays("(jonas makes the bot an admin in Community)")
    stage.world.fail_next("sendMessage", stage.world.group("Community").id, 429, retry_after=20)
    await stage.plays(f"""
        alice in Community: {QUESTION}
        bot in Community: (silent)
        (1 minute later)
        bot in Community: (hidden) {ANSWER}
        (1 minute later)
        bot in Community: (silent)
    """)


async def test_admins_have_it_quiet(stage: Stage) -> None:
    """Commands are answered, mentions are not."""
    given_admin(stage, "alice")
    await stage.plays(f"""
        bob in Community: /quiet@privacy_bot on
        bot in Community: Only the admins of this group can change that here. For yourself you can choose in private.  [Open private chat]
        alice in Community: /quiet@privacy_bot
        bot in Community: Write /quiet on, and I answer only commands here. Write /quiet off, and I also answer when I am named.
        alice in Community: /quiet@privacy_bot on
        bot in Community: From now on I answer only commands here. /quiet off changes that.
        bob in Community: {QUESTION}
        bot in Community: (silent)
        bob in Community: /ask@privacy_bot how long do you keep my chats?
        bot in Community: {ANSWER}
        alice in Community: /quiet@privacy_bot off
        bot in Community: From now on I also answer here when I am named.
        bob in Community: {QUESTION}
        bot in Community: {ANSWER}
    """)


async def test_whoever_is_an_admin_no_more_sets_nothing_more(stage: Stage) -> None:
    """It is asked each time; when Telegram does not say, nothing changes."""
    given_admin(stage, "alice")
    await stage.plays("""
        alice in Community: /quiet@privacy_bot on
        bot in Community: From now on I answer only commands here. ...
    """)
    community = stage.world.group("Community")
    stage.world.person("jonas").promotes(stage.world.person("alice"), community, {})
    stage.world.fail_next("getChatMember", community.id, 502)
    await stage.plays("""
        alice in Community: /quiet@privacy_bot off
        bot in Community: Telegram did not tell me who the admins of this group are. Please try again in a moment.
        alice in Community: /quiet@privacy_bot off
        bot in Community: Only the admins of this group can change that here. ...
    """)
    assert [each.quiet for each in await settings_of(stage)] == [True]


async def test_admins_choose_the_language(stage: Stage) -> None:
    """For everybody there, whatever they write; until then each is answered in their own."""
    given_admin(stage, "alice")
    await stage.plays("""
        bob in Community: /language@privacy_bot de
        bot in Community: Only the admins of this group can change that here. ...
        alice in Community: /language@privacy_bot klingon
        bot in Community: Write for example /language de. I speak: en (English), zh-hans (...
    """)
    if stage.pseudo:
        return
    await stage.plays("""
        bob in Community: @privacy_bot wie lange speichert ihr meine Chats?
        bot in Community: ...  [Mehr im Privatchat]
        alice in Community: /language@privacy_bot fr
        bot in Community: ... Français...
        bob in Community: @privacy_bot how long do you keep my chats?
        bot in Community: ...  [Suite en privé]
        alice in Community: /language@privacy_bot off
        bot in Community: ...
        bob in Community: @privacy_bot is my data sold?
        bot in Community: According to the policy, Kimi sells none of your data. ...
    """)


async def test_removed_the_bot_leaves_no_trace(stage: Stage) -> None:
    """Settings, counts, messages on their way, and where an update came from; its number stays, so that nothing is done twice."""
    given_admin(stage, "alice")
    await stage.plays(f"""
        alice in Community: /language@privacy_bot en
        bot in Community: From now on I speak English in this group.
        bob in Community: {QUESTION}
        bot in Community: {ANSWER}
        (jonas removes the bot from Community)
    """)

    def traces(tx: Tx) -> dict[str, int]:
        lane = tx.keys.blind_index("telegram", str(stage.world.group("Community").id))
        return {
            "communities": tx.communities.count(),
            "outbox": tx.outbox.count(lane=lane),
            "slots": tx.slots.count(lane=lane),
            "inbox": tx.inbox.count(lane=lane),
            "bodies": sum(row.body is not None for row in tx.inbox.select()),
            "drafts": tx.drafts.count(),
            "confirmations": tx.confirmations.count(chat=lane),
        }

    assert not any((await stage.core.database.read(traces)).values())
    assert await stage.core.database.read(lambda tx: tx.inbox.count()) == 3


async def test_a_removal_that_nobody_told_is_noticed_when_something_is_said(stage: Stage) -> None:
    """Telegram refuses the answer: then, too, nothing stays."""
    community = stage.world.group("Community")
    stage.world.fail_next("sendMessage", community.id, 403, description="Forbidden: bot was kicked from the supergroup chat")
    await stage.plays("""
        alice in Community: /privacy@privacy_bot
        bot in Community: (silent)
    """)
    assert await settings_of(stage) == []


async def test_talk_is_not_stored_for_a_moment(stage: Stage) -> None:
    """An admin bot hears everything: what is not for it does not reach the inbox, also when somebody edits it or reacts to it."""
    await stage.plays("(jonas makes the bot an admin in Community)")
    community, alice = stage.world.group("Community"), stage.world.person("alice")
    stage.world.updates.allow(["message", "edited_message", "message_reaction"])
    before = await stage.core.database.read(lambda tx: tx.inbox.count())
    said = alice.says("the flamingo secret", community)
    alice.edits(said, "the other flamingo secret")
    alice.reacts(said, "👍")
    alice.sends_file("cat.txt", b"flamingo", community, caption="look")
    updates = stage.world.updates.take()
    assert len(updates) == 4
    await stage.app.inbox.receive(updates)
    assert await stage.core.database.read(lambda tx: tx.inbox.count()) == before


async def test_the_teams_group_is_no_community(stage: Stage) -> None:
    """What the team says among itself is answered by nobody; what is for other groups is not known there, and nothing is set."""
    await stage.given_team()
    await stage.plays(f"""
        anna in Desk: {QUESTION}
        bot in Desk: (silent)
        anna in Desk: /privacy
        bot in Desk: I do not know /privacy here. ...
        olga in Desk: /quiet on
        bot in Desk: I do not know /quiet here. ...
    """)
    assert await settings_of(stage) == []


async def test_what_admins_set_comes_along_when_the_group_becomes_a_supergroup(stage: Stage) -> None:
    """Its number is new, the group is not."""
    await stage.plays("""
        (mallory adds the bot to Annex)
        bot in Annex: Hello! ...
        olga in Annex: /quiet@privacy_bot on
        bot in Annex: From now on I answer only commands here. ...
        (olga makes a supergroup of Annex)
        anna in Annex: @privacy_bot is my data sold?
        bot in Annex: (silent)
        anna in Annex: /ask@privacy_bot is my data sold?
        bot in Annex: According to the policy, Kimi sells none of your data. ...
    """)
    assert len(await settings_of(stage)) == 1


async def test_an_admin_who_stays_anonymous_writes_as_the_group(stage: Stage) -> None:
    """Telegram names a bot of its own then, and the group as the sender: that is an admin."""
    community = stage.world.group("Community")
    stage.world.person("alice").says("/quiet@privacy_bot on", community)
    (update,) = stage.world.updates.take()
    update["message"]["from"] = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    update["message"]["sender_chat"] = update["message"]["chat"]
    await stage.app.inbox.receive([update])
    await stage.settle()
    await stage.plays("bot in Community: From now on I answer only commands here. ...")


async def test_the_count_of_answers_is_of_the_last_minute_only(stage: Stage) -> None:
    """What is kept to count them is as old as that, and no more of it than the policy allows."""

    def ask_often(tx: Tx) -> int:
        return sum(communities.may_answer(tx, "lane") for _ in range(9))

    assert await stage.core.database.write(ask_often) == stage.core.policy.safeguards.group_answers
    (kept,) = await settings_of(stage)
    assert len(kept.recent["at"]) == stage.core.policy.safeguards.group_answers
