"""The bot sets its group up: says what is missing, finds out what changes, comes along and lets go."""

from __future__ import annotations

from bot.core import staff
from bot.core.audit import Tag
from bot.core.ports import Tx
from bot.core.support import groups, rooms
from bot.core.support.groups import TeamGroup
from bot.telegram.team import rights
from tests.stage import Stage


async def given_owner(stage: Stage) -> None:
    """Olga is named in the settings."""
    await stage.core.database.write(lambda tx: staff.ensure_owner(tx, stage.world.person("olga").id))


async def given_basic_group(stage: Stage) -> None:
    """The team works in a group that is no supergroup."""
    annex = stage.world.group("Annex")
    stage.world.person("olga").adds_bot(annex)
    stage.world.updates.take()
    await stage.given_team(annex)


async def group_of(stage: Stage) -> TeamGroup | None:
    return await stage.core.database.read(groups.find)


async def ask(stage: Stage, room: str = "Desk#ASK", *, card: bool = False, then: str = "") -> None:
    """Alice asks something that a person has to answer. It is seen in `room`, where it is no topic with its `card`."""
    await stage.plays(f"""
        alice: /start
        bot:   ...
        alice: /human
        bot:   ...
        alice: Who reads this?
        bot:   ...
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        {f"bot in {room}: {CARD}" if card else ""}
        {f"bot in {room}: {LETTER}" if room else ""}
        {then}
    """)


LETTER = "The person writes (English) Who reads this?  [Reply] [What is it about?]"
CARD = "ASK-... · Question to a person ...  [Claim] ..."


async def test_brought_by_an_owner_the_bot_says_what_is_missing(stage: Stage) -> None:
    """Step by step, again whenever something was done; /setup then links the group."""
    await given_owner(stage)
    await stage.plays("""
        (olga adds the bot to Annex)
        bot in Annex: I can work for the privacy team here. So that each case gets a topic of its own, please do this first: 1. Open the settings of this group and switch on “Topics”. Telegram then turns it into a supergroup by itself, and I come along. 2. Open the settings of this group, go to “Administrators” and add me. ... Then send /setup here. Until then I am a guest here, as in any group: ...
        (olga switches topics on in Annex)
        (olga lets the bot only pin in Annex)
        bot in Annex: I can work for the privacy team here. ... 1. Allow me to manage topics: ... 2. Allow me to delete messages: ... Then send /setup here. ...
        (olga makes the bot an admin in Annex)
        bot in Annex: I can work for the privacy team here. I have all the rights that I need. Then send /setup here. ...
        olga in Annex: /setup
        bot in Annex: This is the group of the privacy team. Each case has a topic of its own here. I speak English here. /team shows who belongs to the team.  [Language]
    """)
    group = await group_of(stage)
    assert group is not None and group.topics


async def test_without_topics_the_desk_works_more_plainly(stage: Stage) -> None:
    """That is said, and the card comes into the one chat."""
    await given_owner(stage)
    await stage.plays("""
        olga in Plain: /setup
        bot in Plain: This is the group of the privacy team. All cases come into this one chat: ... What is still missing: 1. Open the settings of this group and switch on “Topics”. Each case then gets a topic of its own. I speak English here. ...  [Language]
    """)
    await ask(stage, "Plain", card=True)


async def test_nobody_else_sets_it_up(stage: Stage) -> None:
    """A stranger is refused, on record; without any owner it is said how to name one."""
    await stage.plays("""
        mallory in Desk: /setup
        bot in Desk: Nobody may set this up yet. Whoever runs me names the first owner in my settings (BOT_OWNER_ID).
    """)
    await given_owner(stage)
    await stage.plays("""
        mallory in Desk: /setup
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
    """)
    assert await group_of(stage) is None
    assert await stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value)) == 1


async def test_the_group_has_a_language(stage: Stage) -> None:
    """Chosen with the command or a button; what it does not speak it says."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /setup klingon
        bot in Desk: I do not speak that language. Write its short name, for example: /setup de
        anna in Desk: /setup
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        olga in Desk: /setup
        bot in Desk: This is the group of the privacy team. ...  [Language]
        anna in Desk: [Language]
        bot in Desk: (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        olga in Desk: [Language]
        bot in Desk: Which language shall I speak in this group?  [...]
    """)
    if stage.pseudo:
        return
    await stage.plays("""
        olga in Desk: [Français]
        bot in Desk: ... Français...
        olga in Desk: /setup de
        bot in Desk: ...Deutsch...
    """)
    group = await group_of(stage)
    assert group is not None and group.locale == "de"


async def test_the_team_has_a_menu_in_its_group(stage: Stage) -> None:
    """Its own commands, only there."""
    await given_owner(stage)
    await stage.plays("""
        olga in Desk: /setup
        bot in Desk: This is the group of the privacy team. ...
    """)
    desk, anna = stage.world.group("Desk"), stage.world.person("anna")
    menu = {entry["command"] for entry in stage.world.profile.menu(desk, anna.id, "en")}
    assert {"queue", "mine", "due", "find", "reply", "hold", "stats", "register", "breach", "ban", "grant", "setup"} <= menu
    assert not stage.world.profile.menu(stage.world.group("Community"), anna.id, "en")


async def test_a_lost_right_is_noticed_and_comes_back(stage: Stage) -> None:
    """What is shown stays where it is; what is new comes into General until topics can be opened again."""
    await stage.given_team()
    await ask(stage)
    before = stage.topic("Desk#ASK")
    await stage.plays("""
        (olga lets the bot only pin, delete in Desk)
        bot in Desk: I cannot open topics here any more. New cases come into this one chat; nothing is lost. Something that I need was taken away. This is how I get it back: 1. Allow me to manage topics: ...
        (olga makes the bot an admin in Desk)
        bot in Desk: From now on each case has a topic of its own here. Thank you. I have all the rights that I need.
        (1 minute later)
    """)
    assert list(stage.world.group("Desk").topics.values()) == [before]


async def test_topics_switched_off_are_noticed_by_the_next_message(stage: Stage) -> None:
    """What was posted stays; a case that comes then gets its topic when there are topics again."""
    await stage.given_team()
    await stage.plays("""
        (olga switches topics off in Desk)
        anna in Desk: good morning
        bot in Desk: I cannot open topics here any more. ... 1. Open the settings of this group and switch on “Topics”. ...
    """)
    await ask(stage, "Desk", card=True)
    await stage.plays("""
        (olga switches topics on in Desk)
        olga in Desk: /setup
        bot in Desk: This is the group of the privacy team. Each case has a topic of its own here. ...
        bot in Desk#ASK: (card) ASK-... · Question to a person ...  [Claim] ...
        bot in Desk#ASK: The person writes (English) Who reads this? ...
    """)


async def test_topics_switched_off_are_noticed_when_something_is_sent(stage: Stage) -> None:
    """Nobody said anything in between: the case still comes."""
    await stage.given_team()
    stage.world.person("olga").upgrades_group(stage.world.group("Desk"), with_topics=False)
    await ask(stage, "Desk", card=True, then="bot in Desk: I cannot open topics here any more. ...")


async def test_a_group_that_becomes_a_supergroup_keeps_everything(stage: Stage) -> None:
    """Team, cases, language and what nobody has sent yet come along under the new number; cards are shown there again."""
    await given_basic_group(stage)
    await ask(stage, "Annex", card=True)
    await stage.plays("""
        anna in Annex: [Reply]
        bot in Annex: Team member 4: answer this message with what the person should read. ...
        anna in Annex answers "Who reads this?": Only we do.
        bot in Annex: ... Only we do. ...  [Send] [Cancel]
        (olga makes a supergroup of Annex)
        bot in Annex: ASK-... · Question to a person ...
        bot in Annex: The person writes (English) Who reads this? ...
        bot in Annex: Team member 4: answer this message with what the person should read. ...
        bot in Annex: ... Only we do. ...  [Send] [Cancel]
        bot in Annex: This is the group of the privacy team. ...
        anna in Annex: [Send]
        bot in Annex: (toast) It is on its way to the person.
        bot to alice: ... Only we do. ...
        bot in Annex: ... Only we do. ...
        anna in Annex answers "answer this message": And nobody else.
        bot in Annex: (deletes the message)
        bot in Annex: ... And nobody else. ...  [Send] [Cancel]
        olga in Annex: /team
        bot in Annex: The privacy team has 5 members. ...
    """)
    group = await group_of(stage)
    assert group is not None and group.chat == stage.world.group("Annex").id


async def test_a_new_number_is_learned_from_a_refusal_too(stage: Stage) -> None:
    """The update got lost; the next card finds its way."""
    await given_basic_group(stage)
    stage.world.person("olga").upgrades_group(stage.world.group("Annex"))
    stage.world.updates.take()
    await ask(stage, "Annex", card=True)


async def test_removed_the_bot_tells_the_owners(stage: Stage) -> None:
    """In private; nothing of the group is kept, and the next group takes over what is open."""
    await stage.given_team()
    await ask(stage)
    await stage.plays("""
        olga: /start
        bot:  ...
        (olga removes the bot from Desk)
        bot to olga: I was removed from the group of the privacy team. ...
        olga in Plain: /setup
        bot in Plain: This is the group of the privacy team. ...
        bot in Plain: ASK-... · Question to a person ...
        bot in Plain: The person writes (English) Who reads this? ...
    """)


async def test_a_removal_that_nobody_told_is_noticed_when_something_is_sent(stage: Stage) -> None:
    """Telegram refuses; the owner hears of it, and the case waits for the next group."""
    await stage.given_team()
    await stage.plays("""
        olga: /start
        bot:  ...
    """)
    stage.world.person("olga").removes_bot(stage.world.group("Desk"))
    stage.world.updates.take()
    await ask(stage, "", then="bot to olga: I was removed from the group of the privacy team. ...")
    assert await group_of(stage) is None


async def test_the_team_moves_to_another_group_only_when_that_is_confirmed(stage: Stage) -> None:
    """By the one who asked, once; the old group hears of it."""
    await stage.given_team()
    await ask(stage)
    await stage.plays("""
        olga in Plain: /setup
        bot in Plain: The privacy team has another group already. Shall I move here? ...  [Move here] [Stay there]
        viktor in Plain: [Move here]
        bot in Plain: (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        olga in Plain: [Move here]
        bot in Plain: This is the group of the privacy team. ...
        bot in Plain: ASK-... · Question to a person ...
        bot in Plain: The person writes (English) Who reads this? ...
        bot in Desk: The privacy team works in another group from now on.
    """)


async def test_telegrams_silence_is_told(stage: Stage) -> None:
    """Nothing is linked on a guess."""
    await given_owner(stage)
    stage.world.fail_next("getChatMember", stage.world.group("Desk").id, 502)
    await stage.plays("""
        olga in Desk: /setup
        bot in Desk: Telegram did not tell me what I may do here. Please send /setup again in a moment.
        olga in Desk: /setup
        bot in Desk: This is the group of the privacy team. ...
    """)


async def test_what_changed_while_nobody_listened_is_found_at_the_start(stage: Stage) -> None:
    """A group from the settings is linked without topics: the first look finds them, and publishes the menu."""
    await stage.given_team("Desk", topics=False)

    def as_from_settings(tx: Tx) -> None:
        tx.team_groups.update({"id": groups.TEAM}, missing="topics")

    await stage.core.database.write(as_from_settings)
    await rights.look(stage.app.bot, stage.core.database)
    await stage.settle()
    await stage.plays("bot in Desk: From now on each case has a topic of its own here. ...")
    assert stage.world.profile.menu(stage.world.group("Desk"), stage.world.person("anna").id, "en")
    stage.world.person("olga").removes_bot(stage.world.group("Desk"))
    stage.world.updates.take()
    await rights.look(stage.app.bot, stage.core.database)
    assert await group_of(stage) is None


async def test_an_owner_who_asks_in_private_is_told_where(stage: Stage) -> None:
    """To anybody else it is a command like any other that nobody knows."""
    await stage.given_team()
    await stage.plays("""
        olga: /setup
        bot:  Add me to the group of the privacy team and send /setup there.
        alice: /setup
        bot:  I do not know this command. ...
    """)


async def test_a_case_of_another_region_comes_along(stage: Stage) -> None:
    """Its region learns the new number from home; what its sender finds out, home learns too."""
    if stage.core.settings.database_url is not None:
        return  # beside PostgreSQL another region needs an address of its own: tests/regions
    await given_basic_group(stage)
    await given_californian(stage)
    await ask(stage, "Annex", card=True)
    await stage.plays(f"""
        (olga switches topics on in Annex)
        bot in Annex: This is the group of the privacy team. ...
        bot in Annex: {CARD}
        bot in Annex: {LETTER}
        (olga makes the bot an admin in Annex)
        bot in Annex: From now on each case has a topic of its own here. Thank you. I have all the rights that I need.
        bot in Annex#ASK: (card) {CARD}
        bot in Annex#ASK: {LETTER}
    """)
    stage.world.person("olga").upgrades_group(stage.world.group("Annex"), with_topics=False)
    await ask(stage, "Annex", card=True, then="bot in Annex: I cannot open topics here any more. ...")
    group = await group_of(stage)
    assert group is not None and not group.topics, "home knows"


async def given_californian(stage: Stage) -> None:
    """Alice lives where another region answers."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: [⚙️ Settings]
        bot:   ...
        alice: [Where I live]
        bot:   ...
        alice: [California]
        bot:   ...
        bot:   Your data is now kept in: United States.
    """)


async def test_a_closed_topic_that_cannot_be_opened_again_goes_on_in_general(stage: Stage) -> None:
    """Nothing that was to be said there is lost."""
    await stage.given_team()
    await ask(stage)
    desk, olga = stage.world.group("Desk"), stage.world.person("olga")
    olga.closes_topic(desk, stage.topic("Desk#ASK"))
    await stage.plays("""
        (olga lets the bot only pin, delete in Desk)
        bot in Desk: I cannot open topics here any more. ...
    """)

    def say(tx: Tx) -> None:
        (case,) = tx.cases.select(opened=False)
        rooms.say(tx, case.id, "member_unreachable", number=4)

    await stage.core.database.write(say)
    await stage.settle()
    await stage.plays(f"""
        bot in Desk: I cannot write to team member 4 in private. ...
        (1 minute later)
        bot in Desk: {CARD}
        bot in Desk: {LETTER}
    """)
