"""What the tests about breaches share: people in several languages, and a record that is filled in step by step."""

from __future__ import annotations

from bot.core import accounts, conversations
from bot.core.conversations import Message
from bot.core.ports import Tx
from tests.stage import Stage

LOCALES = {"alice": "en", "bob": "en", "layla": "ar", "jonas": "de"}
RECORD = """
    dana in Desk: /breach
    bot in Desk: Data breach, step 1 of 13 · Real or a drill Did this happen, or is it a drill? ...  [It happened] [A drill] [Throw away]
    dana in Desk: [{kind}]
    bot in Desk: Data breach, step 2 of 13 · What happened ...  [All that is written]
    dana in Desk answers "What happened? Please answer this message": A backup disk was lost.
    bot in Desk: Data breach, step 3 of 13 · Found on When was it found? For another time, answer this message, like 2026-03-27 18:00 ...  [Now] [All that is written]
    dana in Desk: [Now]
    bot in Desk: Data breach, step 4 of 13 · Aware since ...  [Now] [All that is written]
    dana in Desk: [Now]
    bot in Desk: Data breach, step 5 of 13 · Kinds of data ...  [☐ Account] ... [All that is written]
    dana in Desk: [☐ Conversations]
    bot in Desk: Data breach, step 5 of 13 · Kinds of data ... [☑ Conversations] ... [Go on] ...
    dana in Desk: [☐ Account]
    bot in Desk: Data breach, step 5 of 13 · Kinds of data ...
    dana in Desk: [Go on]
    bot in Desk: Data breach, step 6 of 13 · Regions ...  [☐ European Union] [☐ United States] [☐ China] [☐ Singapore] [All that is written]
    dana in Desk: [☐ European Union]
    bot in Desk: Data breach, step 6 of 13 · Regions ... [☑ European Union] ... [Go on] ...
    dana in Desk: [Go on]
    bot in Desk: Data breach, step 7 of 13 · Open from ...
    dana in Desk answers "From when did data lie open?": 2026-03-20 08:00
    bot in Desk: Data breach, step 8 of 13 · Open until ...  [It still does] [All that is written]
    dana in Desk answers "Until when did data lie open?": 2026-03-22 20:00
    bot in Desk: Data breach, step 9 of 13 · Likely consequences ...
    dana in Desk answers "What can it mean for people?": Somebody may read it.
    bot in Desk: Data breach, step 10 of 13 · Measures taken ...
    dana in Desk answers "What has been done about it?": The disk was locked.
    bot in Desk: Data breach, step 11 of 13 · What people can do ...
    dana in Desk answers "What can people do themselves?": Change your password.
    bot in Desk: Data breach, step 12 of 13 · Risk for people ...  [low] [high] [All that is written]
    dana in Desk: [high]
    bot in Desk: Data breach, step 13 of 13 · Contact point ...  [As in the policy] [All that is written]
    dana in Desk: [As in the policy]
    bot in Desk: Real or a drill: {real} What happened: A backup disk was lost. ... [Open it] [Throw away]
    dana in Desk: [Open it]
"""


async def given_people(stage: Stage) -> None:
    """alice, bob, layla and jonas have accounts and a conversation of before the window's end."""

    def furnish(tx: Tx) -> None:
        for name, locale in LOCALES.items():
            account, _new = accounts.open_for_telegram(tx, stage.world.person(name).id, locale=locale)
            accounts.set_jurisdiction(tx, account.id, "eu")
            at = stage.clock.now()
            tx.accounts.update({"id": account.id}, created_at=at.replace(day=10))
            tx.links.update({"subject": account.id}, linked_at=at.replace(day=10))
            turn = [Message("user", "a private question", at.replace(day=19))]
            conversations.add(tx, account.id, f"Mine {name}", turn, stored_at=at.replace(day=19))

    await meet(stage, *LOCALES)
    await stage.core.database.write(furnish)


async def meet(stage: Stage, *names: str) -> None:
    """They press Start, so that the bot may write to them."""
    for name in names:
        stage.world.person(name).presses_start()
    await stage.settle()
    stage.forget_outputs()


async def open_record(stage: Stage, *, drill: bool = False) -> None:
    """dana fills the record in and opens it."""
    kind, real = ("A drill", "a drill") if drill else ("It happened", "it happened")
    await stage.plays(RECORD.format(kind=kind, real=real) + (
        "bot in Desk: The drill BRE-... is open. ..." if drill else "bot in Desk: BRE-... is open and has a room of its own here. ..."
    ))
