"""A question in one's own words."""

from __future__ import annotations

import pytest

from bot.core.errors import RestrictedError
from tests.stage import Stage


async def test_a_question_is_answered_from_the_policy_with_its_source(stage: Stage) -> None:
    """Short first, details behind a button, the person's own state, and whether it helped."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: do you train on my chats?
        bot:   Yes. By default Kimi may use chat data to train its models. You can opt out at any time. Your setting: on. Source: Kimi Privacy Policy, “FAQ”, version 2026.1  [Opt out of training] [Details] [👍 Helpful] [👎 Not helpful] [All topics] [Menu]
        alice: [Details]
        bot:   Are my chats used for training? Yes. ... Opting out prevents ...
        alice: do you train on my chats?
        bot:   Yes. ...
        alice: [👍 Helpful]
        bot:   (toast) Thank you, that helps.
        alice: [👎 Not helpful]
        bot:   I am sorry. Perhaps one of these helps, or a person of the privacy team.  [All topics] [Talk to a person]
    """)


async def test_an_action_is_only_offered(stage: Stage) -> None:
    """The words alone change nothing."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: please delete my account
        bot:   You would like to delete your account with all its data. Nothing happens before you have confirmed it.  [Delete my account] ...
        alice: /history
        bot:   Your conversations (1) ...
    """)
    assert await stage.core.database.read(lambda tx: tx.cases.count()) == 0


async def test_what_the_policy_does_not_say_is_said_honestly(stage: Stage) -> None:
    """No guess; a human instead."""
    await stage.plays("""
        alice: do you share my location with the police?
        bot:   The published policy does not say anything about that, so I will not guess. ...  [All topics] [Talk to a person]
    """)


async def test_what_nobody_means_is_not_suggested(stage: Stage) -> None:
    """Where nothing is near, nothing is suggested; a bare yes is told what counts; a deletion that is not under way is not offered."""
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: 🙂
        bot:   I am not sure that I understand. I know the privacy policy well, and little else. You can ask in other words, choose a topic, or talk to a person.  [All topics] [Talk to a person]
        alice: can I undo a deletion?
        bot:   Yes: for 7 days you can cancel the deletion of your account and restore it. Source: ...  [Details] ...
        alice: I want my account back
        bot:   No deletion is under way. Your account is open.  [Topics] [Menu]
        alice: please don't delete my account, just clear my chats
        bot:   I want to be sure that I understand you. ...  [Clear my history] [Delete my account] [All topics] [Talk to a person]
    """)
    if not stage.pseudo:
        await stage.plays("""
            alice: yes
            bot:   Nothing was changed: I act only when you tap a button.  [Topics] [Menu]
        """)


async def test_a_stranger_may_ask_without_an_account(stage: Stage) -> None:
    """Nothing is stored about somebody who only asks."""
    await stage.plays("""
        bob: how is my data encrypted?
        bot: Data in transit is encrypted with TLS 1.3, data at rest with AES-256. Source: ...
        bob: /export
        bot: We have not met yet. Press Start, and I set up your privacy desk.  [Start]
        bob: [Start]
        bot: Hello! I am the privacy desk of Kimi. ... What I store about you, and for how long: /privacy  ...
    """)


async def test_what_was_asked_is_only_counted(stage: Stage) -> None:
    """By topic, language and band; never in words."""
    await stage.plays("""
        bob: how is my data encrypted?
        bot: ...
    """)
    tallies = await stage.core.database.read(lambda tx: tx.tallies.select())
    assert [(tally.label, tally.locale, tally.asked) for tally in tallies] == [("encryption", "en", 1)]


async def test_rights_follow_the_place_that_was_told(stage: Stage) -> None:
    """Asked, never guessed; the laws that apply are named."""
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /rights
        bot:   Rights that everyone has ... Tell me where you live, and I show what applies to you. I never guess it.  ...
        alice: [Where I live]
        bot:   Where do you live? ...  [European Union or EEA] [California] [United States, another state] [Mainland China] [Another place] [Cancel]
        alice: [European Union or EEA]
        bot:   Noted: European Union or EEA.  [My country] [My rights] [Menu]
        alice: [My rights]
        bot:   Your rights (European Union or EEA) ... (GDPR Art. 16) ... Supervisory authority: the data protection authority of your country.  ...
        alice: [Correct your data]
        bot:   Correct your data What is wrong? This is what your account says: ...
        alice: [Something else]
        bot:   What is wrong, and what is right? ...  [Cancel]
        alice: my birth year is 1991
        bot:   This goes to the privacy team, and to nobody else: my birth year is 1991 You will be called by a reference, not by your name.  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you. Case COR-... is open; this is its acknowledgement. You get an answer here by ...  [My requests] [Menu]
    """)


async def test_restriction_stops_use_but_not_reading(stage: Stage) -> None:
    """Art. 18: kept, not used; the person's own requests still work, are answered by the team, and the product reaches nothing."""
    await stage.given_team()
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /restrict
        bot:   While processing is restricted, ...  [Restrict now] [Not now]
        alice: [Restrict now]
        bot:   Done. Processing of your data is restricted from now on (case RES-...). ...  [Menu]
    """)
    with pytest.raises(RestrictedError):
        await stage.given_conversations("alice", ["Wanted for the product"])
    await stage.plays("""
        alice: /history
        bot:   Your conversations (1) ...
        alice: /export
        bot:   ...
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        bot:   Case EXP-...: your export is being put together. 100% done.
        bot:   (file) Here is your export ...
        alice: /human
        bot:   Write your question in one message. ...
        alice: Who reads this?
        bot:   This goes to the privacy team, and to nobody else: Who reads this? ...  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you. Case ASK-... is open; ...
        bot in Desk#ASK: The person writes (English) Who reads this?  [Reply] [What is it about?]
        anna in Desk#ASK answers "Who reads this?": Two people do.
        bot in Desk#ASK: Preview. ... Two people do. ...  [Send] [Cancel]
        anna in Desk#ASK: [Send]
        bot:   (toast) It is on its way to the person.
        bot to alice: Privacy team, case ASK-...: Two people do. ...
        bot in Desk#ASK: Sent to the person by team member 4 Two people do.
        alice: /delete
        bot:   Deleting your account removes ...
        alice: /restrict
        bot:   Processing of your data is restricted. Do you want to lift that?  [Lift the restriction] [No, leave it]
        alice: [Lift the restriction]
        bot:   The restriction is lifted.  [Menu]
    """)


async def test_forgetting_leaves_nothing_with_the_bot(stage: Stage) -> None:
    """An account that only the bot made is erased whole; it is done when that is said, not before."""
    await stage.plays("""
        bob: /start
        bot: ...
        bob: /forgetme
        bot: I erase what this bot holds: your account here, ...  [Erase it] [Keep it]
        bob: [Erase it]
        bot: I have begun to erase what this bot holds about you. ...
        (1 minute later)
        bot: Done. This bot holds nothing about you any more. ...  [Certificate]
        bob: /forgetme
        bot: This bot holds nothing about you.
    """)
    assert await stage.core.database.read(lambda tx: tx.accounts.count() + tx.links.count()) == 0


async def test_forgetting_is_not_done_before_it_is_verified(stage: Stage) -> None:
    """While the job cannot go on, nobody says that it is done."""
    erase = stage.app.worker._jobs.pop("deletion.erase")
    await stage.plays("""
        bob: /start
        bot: ...
        bob: /forgetme
        bot: ...
        bob: [Erase it]
        bot: I have begun to erase what this bot holds about you. ...
        (1 hour later)
        bot: (silent)
    """)
    assert await stage.core.database.read(lambda tx: tx.accounts.count()) == 1
    stage.app.worker._jobs["deletion.erase"] = erase
    await stage.plays("""
        (1 minute later)
        bot: Done. This bot holds nothing about you any more. ...  [Certificate]
        bob: [Certificate]
        bot: (file) The signed certificate of the erasure ...
    """)
    assert await stage.core.database.read(lambda tx: tx.accounts.count() + tx.links.count()) == 0


async def test_nothing_a_person_typed_reaches_a_log(stage: Stage, caplog) -> None:  # type: ignore[no-untyped-def]
    """Logs name deeds, never words."""
    caplog.set_level("DEBUG")
    await stage.given_conversations("alice", ["Zebrafish"], password="correct horse")
    await stage.plays("""
        alice: is my flamingo data sold?
        bot:   ...
        alice: /delete
        bot:   ...
        alice: [Continue]
        bot:   ...
        alice: wrong walrus
        bot:   (deletes the message)
        bot:   ...
        alice: /status TRN-ABCDEF
        bot:   I stopped what we had begun. Nothing was changed.
        bot:   You have no case with this reference.  [Menu]
    """)
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.records if "bot." in record.name or "aiogram" in record.name)
    for word in ("flamingo", "walrus", "Zebrafish", "1001", "alice"):
        assert word not in logged.lower() if word.islower() else word not in logged
