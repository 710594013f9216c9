"""What is held about me, why, how long, and who opened it (GDPR Art. 15)."""

from __future__ import annotations

from bot.core import access_log, accounts
from bot.core.access_log import Role, Why
from bot.core.exports.signature import Signer
from bot.core.keys.ring import SIGNING
from bot.core.ports import Tx
from tests.flows.test_status import meet
from tests.stage import Stage


async def test_a_person_sees_what_is_held_why_and_how_long(stage: Stage) -> None:
    """Counts first, the policy's own sentences on each page."""
    await stage.given_conversations("alice", ["Sore knee", "Landlord"])
    await stage.plays("""
        alice: /access
        bot:   What is held about you • 2 conversations • 0 requests with their dates • 0 letters to or from the privacy team • 0 consents that you gave or withdrew • Your account: ... Your data was opened 0 times. An export gives you all of it as a file.  [What it is used for] [Who receives it] [How long it is kept] [Rights and complaints] [Who opened my data] [Export my data] [Menu]
        alice: [How long it is kept]
        bot:   How long your data is kept ... Conversations that you did not save: 30 days ... Your requests: 24 months ...  [What is held] [Menu]
        alice: [What is held]
        bot:   What is held about you ...
        alice: [Who receives it]
        bot:   Who receives your data ... Telegram, as the carrier ...  [What is held] [Menu]
        alice: [What is held]
        bot:   What is held about you ...
        alice: [What it is used for]
        bot:   What your data is used for ... By default Kimi may use chat data to train its models. ...  [What is held] [Menu]
        alice: [What is held]
        bot:   What is held about you ...
        alice: [Rights and complaints]
        bot:   Which rights you have ... Data protection officer • ... data protection officer of Moonshot AI ...  [Data protection officer] [Where I live] [What is held] [Menu]
        alice: /privacy
        bot:   What this bot stores about you ... compare the fingerprint of its key (SHA-256): ...  [What is held] [Data protection officer] [Topics] [Menu]
    """)
    shown = stage.world.person("alice").last_from_bot().text or ""
    assert Signer(stage.core.ring.named(SIGNING)).fingerprint in shown, "what VERIFY.txt asks to compare with"


async def test_a_person_sees_who_opened_their_data_by_role_and_page_by_page(stage: Stage) -> None:
    """The role and the reason, never a name; own openings too; refused attempts as such."""
    await meet(stage)

    def open_often(tx: Tx) -> None:
        account = accounts.find_by_telegram(tx, stage.world.person("alice").id)
        assert account is not None
        for _ in range(8):
            access_log.record(tx, account.id, role=Role.TRAINING, why=Why.TRAINING)
        access_log.record(tx, account.id, role=Role.SUPPORT, why=Why.CASE, actor="p-mallory", ref="ASK-ABC123")
        access_log.refuse(tx, account.id, role=Role.SUPPORT.value, actor="p-mallory", what="case")

    await stage.core.database.write(open_often)
    await stage.plays("""
        alice: /access
        bot:   What is held about you ... Your data was opened 10 times. ...
        alice: [Who opened my data]
        bot:   Who opened your data • 23 March 2026 09:00 UTC: a person of the privacy team tried to open your data and was refused. • 23 March 2026 09:00 UTC: a person of the privacy team. Reason: to work on your request (case ASK-ABC123) • ...: the selection of training data, automatically. Reason: training of AI models, which your setting allowed then ... You see the role in which somebody acted, not the name.  [Older ▶] [What is held] [Menu]
        alice: [Older ▶]
        bot:   Who opened your data ...  [◀ Newer] [What is held] [Menu]
        bob: /start
        bot:   Hello! ...
        bob: /access
        bot:   What is held about you ... Your data was opened 0 times. ...
        bob: [Who opened my data]
        bot:   Who opened your data Nobody has opened your data so far.  [What is held] [Menu]
    """)


async def test_own_reading_is_in_the_log(stage: Stage) -> None:
    """Opened by oneself, said so."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /history
        bot:   Your conversations (1) ...
        alice: [Sore knee]
        bot:   ...
        alice: /access
        bot:   What is held about you ... Your data was opened 1 time. ...
        alice: [Who opened my data]
        bot:   Who opened your data • ...: you yourself. Reason: to read a conversation ...
    """)
