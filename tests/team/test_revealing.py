"""Who a person is: to one member, in private, with a reason, on record for the person. Never in the group."""

from __future__ import annotations

from bot.core import accounts
from bot.core.audit import Tag
from bot.core.ports import Tx
from tests.stage import Stage
from tests.team.scenes import does, given_desk, given_shown


async def test_it_is_shown_to_one_member_in_private(stage: Stage) -> None:
    """The group hears that, never what; the person sees role and reason; the message cannot be passed on."""
    await given_desk(stage, "viktor")
    await stage.core.database.write(lambda tx: _name(tx, stage.world.person("alice").id))
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Desk#ASK: [Reveal identity]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#ASK: [Reveal identity]
        bot in Desk#ASK: Why do you have to know who the person of case {ref} is? They can see your role and the reason.  [To verify identity] [Legal claim or duty] [Serious harm to somebody] [Cancel]
        viktor in Desk#ASK: [Legal claim or duty]
        bot in Desk#ASK: Reason: Legal claim or duty. Who the person is goes to you alone, in our private chat, and is on record for the person too.  [Show it to me] [Cancel]
        dana in Desk#ASK: [Show it to me]
        bot:   (toast) This button is not meant for you or is no longer valid. Nothing was changed.
        viktor in Desk#ASK: [Show it to me]
        bot to viktor: The person of case {ref} Name in the account: Mine Telegram: 1001 Only you see this. It is on record that you asked, and why; the person can see your role and the reason.
        bot in Desk#ASK: Who the person is was shown to team member 2, in private. Reason: Legal claim or duty
        bot in Desk#ASK: Reason: Legal claim or duty. ...
        bot:   (toast) I have sent it to you in private.
        alice: /access
        bot:   ...
        alice: [Who opened my data]
        bot:   Who opened your data • ...: a person of the privacy team. Reason: a legal claim or a duty by law (case {ref}) • ...: a person of the privacy team tried to open your data and was refused. ...
    """)
    shown = [message for message in stage.world.person("viktor").sees() if "1001" in message.words]
    assert [message.protected for message in shown] == [True]
    entries = await stage.core.database.read(lambda tx: tx.audit.select(ref=ref, tag=Tag.IDENTITY_REVEALED.value))
    assert [(entry.actor, entry.details) for entry in entries] == [("team:2", '{"why":"legal"}')]
    said = [message.words for message in stage.world.person("anna").sees(stage.world.group("Desk"))]
    assert not [text for text in said if "Mine" in text or "1001" in text or "Alice" in text]


def _name(tx: Tx, telegram_id: int) -> None:
    found = accounts.find_by_telegram(tx, telegram_id)
    assert found is not None
    accounts.rename(tx, found.id, "Mine")


async def test_who_cannot_be_written_to_is_shown_nothing(stage: Stage) -> None:
    """Viktor never pressed Start: nothing is sent, nothing is on record as seen, and that is said."""
    await given_desk(stage)
    ref = await given_shown(stage)
    await stage.plays("""
        viktor in Desk#ASK: [Reveal identity]
        bot in Desk#ASK: ...
        viktor in Desk#ASK: [To verify identity]
        bot in Desk#ASK: ...
        viktor in Desk#ASK: [Show it to me]
        bot in Desk#ASK: I cannot write to you in private, so nothing was shown. Open a chat with me, press Start, and try again.
    """)
    tags = await stage.core.database.read(lambda tx: [entry.tag for entry in tx.audit.select(ref=ref)])
    assert Tag.IDENTITY_REVEALED not in tags
    assert Tag.DATA_ACCESSED not in tags


async def test_it_does_not_stand_there_for_ever(stage: Stage) -> None:
    """After a day the message is emptied; at once when the person is erased before."""
    await given_desk(stage, "viktor")
    ref = await given_shown(stage)
    for label in ("Reveal identity", "To verify identity", "Show it to me"):
        await does(stage, f"viktor in Desk#ASK: [{label}]")
    viktor = stage.world.person("viktor")
    assert [message for message in viktor.sees() if "1001" in message.words]
    heard = await does(stage, "(1 day later)")
    assert [each.text.strip("⟦⟧") for each in heard if each.chat == viktor.id] == [f"Who the person of case {ref} is no longer stands here."]
    assert not [message for message in viktor.sees() if "1001" in message.words]
    for label in ("Reveal identity", "Serious harm to somebody", "Show it to me"):
        await does(stage, f"viktor in Desk#ASK: [{label}]")
    assert [message for message in viktor.sees() if "1001" in message.words]
    for line in ("/forgetme", "[Erase it]"):
        await does(stage, f"alice: {line}")
    assert await stage.core.database.read(lambda tx: (tx.cases.count(subject__ne=""), tx.rooms.count(), tx.proposals.count())) == (0, 0, 0)
    assert not [message for message in viktor.sees() if "1001" in message.words]
    desk = stage.world.group("Desk")
    assert not [topic for topic in desk.topics.values() if ref in topic.name]
