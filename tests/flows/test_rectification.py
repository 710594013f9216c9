"""Correcting data (GDPR Art. 16): what is wrong → proposal → confirmed → done, audited."""

from __future__ import annotations

from bot.core import accounts, rectification
from bot.core.audit import Tag
from bot.core.ports import Tx
from bot.core.rectification import Field
from tests.flows.test_status import meet
from tests.stage import Stage


async def test_a_name_is_corrected_when_the_person_confirms(stage: Stage) -> None:
    """Seen first, changed then; the case is done and says so."""
    await meet(stage)
    await stage.plays("""
        alice: /rectify
        bot:   Correct your data What is wrong? This is what your account says: Name: Not stored Place of residence: Not stored Language: English  [Name] [Where I live] [Language] [Something else] [Cancel]
        alice: [Name]
        bot:   What is the right name? Write it in one message.  [Cancel]
        alice: Mine
        bot:   Proposed correction (case COR-...) Name: Not stored After the correction: ... Nothing is changed before you confirm it.  [Yes, correct it] [No, that is not right]
    """)
    assert (await _account(stage)).name is None
    await stage.plays("""
        alice: [Yes, correct it]
        bot:   Corrected: Name is now Mine. Case COR-... is done.  [My requests] [Menu]
    """)
    assert (await _account(stage)).name == "Mine"
    case = (await stage.core.database.read(lambda tx: tx.cases.select()))[0]
    path = await stage.core.database.read(lambda tx: [entry.tag for entry in tx.audit.select(ref=case.id)])
    assert path.count(Tag.RECTIFICATION_PROPOSED) == path.count(Tag.RECTIFICATION_APPLIED) == 1
    trail = await stage.core.database.read(lambda tx: "".join(entry.details for entry in tx.audit.select()))
    assert "Mine" not in trail, "the audit trail says which field was changed, never to what"


async def test_a_proposal_that_is_not_right_changes_nothing(stage: Stage) -> None:
    """Declined: the case is closed, the account is as it was."""
    await meet(stage)
    await stage.plays("""
        alice: /rectify
        bot:   Correct your data ...
        alice: [Where I live]
        bot:   Where do you live? It decides which law and which dates apply to you, and in which region your data is kept. ... [Another place] [Cancel]
        alice: [Another place]
        bot:   Proposed correction (case COR-...) Place of residence: Not stored After the correction: Another place ...  [Yes, correct it] [No, that is not right]
        alice: [No, that is not right]
        bot:   All right, nothing was changed. Case COR-... is closed.  [My requests] [Menu]
    """)
    case = (await stage.core.database.read(lambda tx: tx.cases.select()))[0]
    assert case.status == "withdrawn"


async def test_something_else_goes_to_people_and_their_proposal_comes_back(stage: Stage) -> None:
    """A written request; the team proposes; the person confirms; done."""
    await meet(stage)
    await stage.plays("""
        alice: /rectify
        bot:   Correct your data ...
        alice: [Something else]
        bot:   What is wrong, and what is right? ...  [Cancel]
        alice: Mine is wrong
        bot:   This goes to the privacy team, and to nobody else: Mine is wrong ...  [Send] [Do not send]
        alice: [Send]
        bot:   Thank you. Case COR-... is open; this is its acknowledgement. ...  [My requests] [Menu]
    """)

    def propose(tx: Tx) -> None:
        case = tx.cases.select()[0]
        account = tx.accounts.get(id=case.subject)
        rectification.propose(tx, account, Field.OTHER, "Mine", case=case, actor="p-team")

    await stage.core.database.write(propose)
    await stage.plays("""
        (1 minute later)
        bot:   Case COR-...: we propose a correction. Nothing is changed before you have confirmed it.  [See the proposal]
        alice: [See the proposal]
        bot:   Proposed correction (case COR-...) After the correction: Mine Nothing is changed before you confirm it.  [Yes, correct it] [No, that is not right]
        alice: [Yes, correct it]
        bot:   Thank you. The correction is carried out as you confirmed it. Case COR-... is done.  [My requests] [Menu]
    """)


async def test_a_taken_name_is_refused_and_the_proposal_stays(stage: Stage) -> None:
    """Names by which accounts are looked up are unique; the words say what to do."""

    def furnish(tx: Tx) -> None:
        accounts.create(tx, name="Mine")
        token = accounts.issue_link(tx, accounts.create(tx, name="Talk A").id)
        accounts.link_telegram(tx, stage.world.person("alice").id, token)

    await stage.core.database.write(furnish)
    await stage.plays("""
        alice: /rectify
        bot:   Correct your data ... Name: Talk A ...
        alice: [Name]
        bot:   What is the right name? ...
        alice: Mine
        bot:   Proposed correction ...  [Yes, correct it] [No, that is not right]
        alice: [Yes, correct it]
        bot:   (toast) There is an account of that name already. Please choose another one.
        bot:   There is an account of that name already. Please choose another one.  [Menu]
    """)
    account = (await stage.core.database.read(lambda tx: accounts.get_by_name(tx, "Talk A")))
    assert account.name == "Talk A"


async def _account(stage: Stage) -> accounts.Account:
    person = stage.world.person("alice")
    found = await stage.core.database.read(lambda tx: accounts.find_by_telegram(tx, person.id))
    assert found is not None
    return found
