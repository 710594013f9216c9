"""Roles are given and taken by owners only, each time confirmed and on record; everybody else is refused."""

from __future__ import annotations

from bot.core import staff
from bot.core.audit import Tag
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import rooms
from bot.localchat.people import Json
from tests.stage import Stage
from tests.team.test_setup import ask, given_californian


async def roles_of(stage: Stage, who: str) -> set[Role]:
    number = stage.world.person(who).id

    def look(tx: Tx) -> set[Role]:
        found = staff.find(tx, number)
        return set(found.held) if found else set()

    return await stage.core.database.read(look)


async def test_a_role_is_given_as_an_answer_to_a_message(stage: Stage) -> None:
    """Asked, confirmed, done; who has it may work with it at once."""
    await stage.given_team()
    await stage.plays("""
        mallory in Desk: here I am
        bot in Desk: (silent)
        olga in Desk answers "here I am": /grant auditor
        bot in Desk: Give this person the role: auditor?  [Give the role] [Cancel]
        olga in Desk: [Give the role]
        bot in Desk: Done. team member 6 is now: auditor. I can write to them in private only after they have opened a chat with me and pressed Start.  [Open private chat]
        mallory in Desk: /team
        bot in Desk: The privacy team has 6 members. team member 1: owner team member 2: lead team member 3: data protection officer team member 4: agent team member 5: agent team member 6: auditor
        olga in Desk answers "here I am": /grant lead
        bot in Desk: Give team member 6 the role: lead?  [Give the role] [Cancel]
        olga in Desk: [Cancel]
        bot in Desk: All right. Nothing was done.
        olga in Desk answers "here I am": /grant auditor
        bot in Desk: team member 6 has that role already: auditor.
    """)
    assert await roles_of(stage, "mallory") == {Role.AUDITOR}


async def test_a_role_is_given_by_a_mention_or_a_number(stage: Stage) -> None:
    """Somebody without a username is named by their name; a Telegram number does as well."""
    await stage.given_team()
    olga, mallory = stage.world.person("olga"), stage.world.person("mallory")
    mention: list[Json] = [{"type": "text_mention", "offset": 13, "length": 7, "user": mallory.person.as_user()}]
    olga.says("/grant agent Mallory", stage.world.group("Desk"), entities=mention)
    await stage.settle()
    await stage.plays("""
        bot in Desk: Give this person the role: agent?  [Give the role] [Cancel]
        olga in Desk: [Give the role]
        bot in Desk: Done. team member 6 is now: agent. ...
        olga in Desk: /grant 1002 owner
        bot in Desk: Give this person the role: owner?  [Give the role] [Cancel]
        olga in Desk: [Give the role]
        bot in Desk: Done. team member 7 is now: owner. ...
    """)
    assert await roles_of(stage, "bob") == {Role.OWNER}


async def test_what_cannot_be_read_gets_an_example(stage: Stage) -> None:
    """No role, nobody named, a username: each is said kindly."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /grant
        bot in Desk: I do not know yet who it is about. Answer a message of that person and write which role they get, for example: /grant agent Or write their Telegram number behind it: /grant agent 123456789 agent works on cases ... owner decides who belongs to the team
        olga in Desk: /grant agent @mallory
        bot in Desk: Telegram does not tell me who @mallory is. Answer a message ...
        olga in Desk: /grant boss 1002
        bot in Desk: I do not know what “boss” means here. Answer a message ...
        olga in Desk: /revoke
        bot in Desk: I do not know yet who it is about. ... for example: /revoke agent ...
        olga in Desk: /revoke lead #4
        bot in Desk: This person does not have that role. /team shows who has which.
        olga in Desk: /revoke 1003
        bot in Desk: This person does not have that role. /team shows who has which.
    """)


async def test_a_role_is_taken_away(stage: Stage) -> None:
    """One or all; what they worked on is free, and nothing of the team is theirs any more."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /grant lead #4
        bot in Desk: Give team member 4 the role: lead?  [Give the role] [Cancel]
        olga in Desk: [Give the role]
        bot in Desk: Done. team member 4 is now: agent and lead. ...
        olga in Desk: /revoke lead #4
        bot in Desk: Take from team member 4: lead? If no role is left in which they may work on cases, the cases they have become free.  [Take it away] [Cancel]
        olga in Desk: [Take it away]
        bot in Desk: Done. team member 4 is still: agent.
        olga in Desk: /revoke #4
        bot in Desk: Take from team member 4: agent? ...  [Take it away] [Cancel]
        olga in Desk: [Take it away]
        bot in Desk: Done. team member 4 does not belong to the team any more.
        anna in Desk: /team
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
    """)
    assert await roles_of(stage, "anna") == set()


async def test_the_last_owner_stays(stage: Stage) -> None:
    """Or nobody could ever set the team up again."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /revoke owner #1
        bot in Desk: Take from team member 1: owner? ...  [Take it away] [Cancel]
        olga in Desk: [Take it away]
        bot in Desk: (toast) The last owner stays: without one nobody could set up the team. Make somebody else an owner first.
    """)
    assert Role.OWNER in await roles_of(stage, "olga")


async def test_only_an_owner_gives_and_takes(stage: Stage) -> None:
    """A lead, a stranger, and whoever taps somebody else's button are refused, on record."""
    await stage.given_team()
    await stage.plays("""
        mallory in Desk: make me something
        bot in Desk: (silent)
        mallory in Desk: /grant owner 1003
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk answers "make me something": /grant agent
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: /revoke agent #4
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        olga in Desk: /grant owner 2003
        bot in Desk: Give team member 3 the role: owner?  [Give the role] [Cancel]
        olga in Desk: [Give the role]
        bot in Desk: Done. team member 3 is now: data protection officer and owner. ...
        olga in Desk: /grant agent 1003
        bot in Desk: Give this person the role: agent?  [Give the role] [Cancel]
        mallory in Desk: [Give the role]
        bot in Desk: (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: [Give the role]
        bot in Desk: (toast) This button is not meant for you or is no longer valid. Nothing was changed.
    """)
    assert await roles_of(stage, "mallory") == set()
    refused = await stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value))
    assert refused == 4


async def test_a_role_is_given_once_however_often_the_button_is_tapped(stage: Stage) -> None:
    """And a late tap finds that it has expired."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /grant lead #4
        bot in Desk: Give team member 4 the role: lead?  [Give the role] [Cancel]
    """)
    olga = stage.world.person("olga")
    asked = olga.last_from_bot(stage.world.group("Desk"))
    olga.presses(asked, asked.buttons[0])
    olga.presses(asked, asked.buttons[0])
    await stage.settle()
    await stage.plays("""
        bot in Desk: Done. team member 4 is now: agent and lead. ...
        bot in Desk: (toast) You tapped this already. It counts once.
        olga in Desk: /revoke lead #4
        bot in Desk: Take from team member 4: lead? ...  [Take it away] [Cancel]
        (20 minutes later)
        olga in Desk: [Take it away]
        bot in Desk: (toast) This button has expired. Nothing was changed. Please start again.
    """)
    granted = await stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.ROLE_GRANTED.value))
    assert granted == 6


async def test_who_is_offered_a_role_is_sealed_until_it_is_confirmed(stage: Stage) -> None:
    """Nobody becomes known to the team by an offer that nobody confirmed."""
    await stage.given_team()
    await stage.plays("""
        olga in Desk: /grant agent 1003
        bot in Desk: Give this person the role: agent?  [Give the role] [Cancel]
    """)

    def look(tx: Tx) -> tuple[int, list[str]]:
        return tx.members.count(), [each.target for each in tx.confirmations.select()]

    members, targets = await stage.core.database.read(look)
    assert members == 5
    assert all("1003" not in target for target in targets)


async def test_in_the_topic_of_another_region_the_team_is_sent_to_general(stage: Stage) -> None:
    """The team is known at home; a topic of a case elsewhere is handled elsewhere."""
    if stage.core.settings.database_url is not None:
        return  # beside PostgreSQL another region needs an address of its own: tests/regions
    await stage.given_team()
    await given_californian(stage)
    await ask(stage)
    await stage.plays("""
        olga in Desk#ASK: /grant agent 1003
        bot in Desk#ASK: Please write this in the topic “General”. Here it is about one case only.
        olga in Desk#ASK: /setup
        bot in Desk#ASK: Please write this in the topic “General”. Here it is about one case only.
        olga in Desk: /grant agent 1003
        bot in Desk: Give this person the role: agent?  [Give the role] [Cancel]
    """)


async def test_whoever_loses_their_role_leaves_no_case_behind(stage: Stage) -> None:
    """Wherever it lies: it is nobody's again, and its card says so."""
    if stage.core.settings.database_url is not None:
        return  # beside PostgreSQL another region needs an address of its own: tests/regions
    await stage.given_team()
    await given_californian(stage)
    await ask(stage)

    def claimed(tx: Tx) -> None:
        for case in tx.cases.select(opened=False):
            tx.cases.update({"id": case.id}, assignee=4)
            rooms.refresh(tx, case.id)

    await stage.app.regions.desks["US"].core.database.write(claimed)
    await stage.plays("""
        (1 minute later)
        bot in Desk#ASK: (card) ASK-... Worked on by: team member 4 ...
        olga in Desk: /revoke #4
        bot in Desk: Take from team member 4: agent? ...  [Take it away] [Cancel]
        olga in Desk: [Take it away]
        bot in Desk: Done. team member 4 does not belong to the team any more.
        bot in Desk#ASK: (card) ASK-... Worked on by: nobody yet ...
    """)
