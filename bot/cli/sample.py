"""A sample account and a sample team for the local chat, so that every flow has something to show."""

from __future__ import annotations

from datetime import timedelta

from bot.app import Core
from bot.core import accounts, conversations, passwords, staff
from bot.core.conversations import Message
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import groups, linking
from bot.localchat.cast import PEOPLE
from bot.telegram.texts import SOURCE

SAMPLE_PEOPLE = PEOPLE
SAMPLE_PASSWORD = "correct horse"  # noqa: S105 - of the sample account, shown in the README

_ROLES = {"agent": Role.AGENT, "lead": Role.LEAD, "dpo": Role.DPO}
_TALKS: tuple[tuple[str, int, bool, tuple[str, ...]], ...] = (
    ("Sore knee after running", 1, False, (
        "My left knee hurts after 5 km. Should I stop running?",
        "Pause for a few days, cool it, and start again with short distances. If it swells or locks, see a doctor.",
        "And swimming?",
        "Swimming is fine as long as it does not hurt. Avoid breaststroke kicks at first.",
    )),
    ("Letter to my landlord", 3, True, (
        "Help me write to my landlord: the heating has been off for two weeks.",
        "Dear Mr Brandt, the heating in my flat has not worked since 2 March. Please have it repaired within a week …",
    )),
    ("Birthday dinner for eight", 5, False, (
        "Vegetarian dinner for eight, one is allergic to nuts.",
        "Start with roasted peppers, then a mushroom risotto, and a lemon tart without almonds.",
    )),
    ("Job interview practice", 8, False, (
        "Ask me typical questions for a team lead position.",
        "Tell me about a conflict in your team and how you solved it.",
        "Two colleagues argued about shifts. I asked both to write down what they need.",
        "Good. Say what came of it, with a number if you can.",
    )),
    ("Salary negotiation", 12, True, (
        "They offered 54,000. I wanted 60,000. What do I answer?",
        "Thank them, name your figure with one reason, and ask what would have to happen to get there.",
    )),
    ("Spanish verbs", 16, False, ("Quiz me on irregular verbs.", "Yo ___ (tener) dos hermanos.")),
    ("Poem for my sister", 20, False, ("A short poem about the sea.", "The sea keeps every letter it is sent …")),
    ("Old laptop is slow", 27, False, ("My laptop takes five minutes to start.", "Check which programs start with it.")),
)  # fmt: skip


async def furnish(core: Core) -> None:
    """Give the first person of the local chat an account with a password and conversations, once."""
    alice = SAMPLE_PEOPLE[0]

    def make(tx: Tx) -> bool:
        if accounts.find_by_telegram(tx, alice.id) is not None:
            return False
        account, _new = accounts.open_for_telegram(tx, alice.id)
        for title, days, kept, turns in _TALKS:
            at = tx.clock.now() - timedelta(days=days)
            messages = [
                Message("assistant" if number % 2 else "user", text, at + timedelta(minutes=number))
                for number, text in enumerate(turns)
            ]
            conversations.add(tx, account.id, title, messages, kept=kept, stored_at=at)
        passwords.set_hash(tx, account.id, passwords.hash_password(SAMPLE_PASSWORD))
        return True

    await core.database.write(make)


async def furnish_team(core: Core, chat_id: int) -> None:
    """Link the local chat's support group and give its people their roles, once."""

    def make(tx: Tx) -> None:
        if groups.find(tx) is not None:
            return
        roles = [(person.id, role) for person in SAMPLE_PEOPLE if (role := _ROLES.get(person.note))]
        owner = next(number for number, role in roles if role is Role.LEAD)
        staff.ensure_owner(tx, owner)
        for number, role in roles:
            staff.grant(tx, staff.find(tx, owner), number, role)
        linking.link(tx, chat_id, topics=True, locale=SOURCE, actor="sample")

    await core.database.write(make)
