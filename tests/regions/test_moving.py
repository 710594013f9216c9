"""A person's data lies in the region of where they live, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core import accounts, cases, conversations
from bot.core.cases import Right
from bot.core.errors import ShreddedError
from bot.core.ports import Tx
from bot.storage import Database
from tests.stage import Stage

TITLES = ("Sore knee", "Landlord")
MOVE = """
    alice: /settings
    bot:   ...
    alice: [Where I live]
    bot:   Where do you live? ...
    alice: [{place}]
    bot:   Noted: {place}. ...
    bot:   Your data is now kept in: {region}.
"""


async def rows_of(database: Database, subject: str) -> int:
    """How many records still name a subject."""

    def count(tx: Tx) -> int:
        return sum(rows.count(subject=subject) for rows in tx.of_subjects().values()) + tx.accounts.count(id=subject)

    return await database.read(count)


async def subject_of(stage: Stage, region: str, who: str = "alice") -> str | None:
    """The subject of a person in a region."""
    desk = stage.app.regions.desks.get(region)
    person = stage.world.person(who).id
    if desk is None:
        return None
    found = await desk.core.database.read(lambda tx: accounts.find_by_telegram(tx, person))
    return found.id if found else None


async def test_who_says_to_live_in_california_is_moved_to_the_united_states(stage: Stage, tmp_path: Path) -> None:
    """History, cases and settings go along; what was here is gone, row and byte, and its key is destroyed."""
    await stage.given_conversations("alice", TITLES)
    before = await subject_of(stage, "EU")
    assert before is not None
    await stage.plays("""
        alice: /privacy
        bot:   ... Your data is kept in: European Union. ...
    """)
    on_sqlite = stage.core.settings.database.startswith("sqlite")
    sealed = await stage.core.database.read(lambda tx: _sealed_titles(tx, before)) if on_sqlite else []
    wrapped = await stage.core.database.read(lambda tx: tx.keys.rows.get(id=before).wrapped)
    assert wrapped is not None
    await stage.plays(MOVE.format(place="California", region="United States"))
    await stage.plays("""
        alice: /history
        bot:   ... Sore knee ... Landlord ...
        alice: /privacy
        bot:   ... Your data is kept in: United States. ...
    """)
    assert await rows_of(stage.core.database, before) == 0
    assert await subject_of(stage, "EU") is None
    assert await subject_of(stage, "US") not in (None, before)
    with pytest.raises(ShreddedError):
        await stage.core.database.read(lambda tx: tx.keys.unseal(before, "conversations", "title", "x", b"x"))
    if on_sqlite:
        assert len(sealed) == len(TITLES)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("privacy.sqlite3*"))
    for secret in (wrapped, *sealed):
        assert secret not in stored


def _sealed_titles(tx: Tx, subject: str) -> list[bytes]:
    rows = tx.session.rows("SELECT title FROM conversations WHERE subject = ?", (subject,))  # type: ignore[attr-defined]
    return [bytes(title) for (title,) in rows]


async def test_a_case_keeps_its_reference_its_dates_and_its_path(stage: Stage) -> None:
    """Somebody who quotes it later is understood, wherever they live by then."""
    await stage.given_conversations("alice", TITLES)
    subject = await subject_of(stage, "EU")
    assert subject is not None

    def open_case(tx: Tx) -> tuple[cases.Case, int]:
        case = cases.open_case(tx, tx.accounts.get(id=subject), Right.QUESTION, text="why?")
        return case, len(cases.path(tx, case.id))

    case, steps = await stage.core.database.write(open_case)
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(MOVE.format(place="California", region="United States"))
    there = stage.app.regions.desks["US"].core.database
    moved = await there.read(lambda tx: tx.cases.get(id=case.id))
    assert (moved.target_due, moved.details, moved.status) == (case.target_due, case.details, case.status)
    assert moved.subject == await subject_of(stage, "US")
    path = await there.read(lambda tx: cases.path(tx, case.id))
    assert len(path) == steps
    assert path[0].at == case.opened_at
    assert await stage.core.database.read(lambda tx: tx.cases.count(id=case.id)) == 0


async def test_who_comes_back_is_at_home_again(stage: Stage) -> None:
    """There and back: one copy at every time, and the directory forgets who is at home."""
    await stage.given_conversations("alice", TITLES)
    await stage.plays(MOVE.format(place="California", region="United States"))
    assert stage.app.regions.directory.find(stage.world.person("alice").id) == "US"
    await stage.plays(MOVE.format(place="European Union or EEA", region="European Union"))
    assert stage.app.regions.directory.find(stage.world.person("alice").id) is None
    assert await subject_of(stage, "US") is None
    await stage.plays("""
        alice: /history
        bot:   ... Sore knee ... Landlord ...
    """)


async def test_a_deletion_keeps_its_person_where_they_are(stage: Stage) -> None:
    """What can be taken back is not moved; afterwards the move goes on."""
    await stage.given_conversations("alice", TITLES, password="correct horse")
    subject = await subject_of(stage, "EU")
    assert subject is not None

    def both(tx: Tx) -> None:
        from bot.core import deletion

        accounts.set_jurisdiction(tx, subject, "california")
        deletion.begin(tx, tx.accounts.get(id=subject))

    await stage.core.database.write(both)
    await stage.settle()
    assert await subject_of(stage, "EU") == subject
    assert stage.app.regions.directory.find(stage.world.person("alice").id) is None


async def test_an_erased_case_of_another_region_still_answers_by_its_reference(stage: Stage) -> None:
    """The account is gone there, and so is the person's entry in the directory; the reference finds its region."""
    await stage.given_conversations("alice", TITLES)
    await stage.plays(MOVE.format(place="California", region="United States"))
    subject = await subject_of(stage, "US")
    there = stage.app.regions.desks["US"].core.database

    def begin(tx: Tx) -> str:
        from bot.core import deletion

        return deletion.begin(tx, tx.accounts.get(id=subject)).id

    ref = await there.write(begin)
    from datetime import timedelta

    stage.clock.move(timedelta(days=8))
    await stage.settle()
    stage._outputs.clear()
    assert await subject_of(stage, "US") is None
    assert stage.app.regions.directory.regions() == []
    stage.clock.move(timedelta(minutes=1))
    await stage.plays(f"""
        alice: /status {ref}
        bot:   {ref} ...
    """)
    await stage.plays("""
        alice: /privacy
        bot:   What this bot stores about you ...
    """)


async def test_groups_are_answered_at_home(stage: Stage) -> None:
    """Nothing about a person is said in a group, so nothing of theirs is needed there."""
    await stage.given_conversations("alice", TITLES)
    await stage.plays(MOVE.format(place="California", region="United States"))
    stage.world.person("alice").says("/privacy@" + (await stage.app.bot.me()).username, stage.world.group("Community"))
    await stage.settle()
    stage._outputs.clear()
    assert await stage.app.regions.desks["US"].core.database.read(lambda tx: tx.inbox.count(lane__ne="")) >= 1
    assert await stage.core.database.read(lambda tx: conversations.page(tx, "nobody")[1]) == 0


async def test_who_writes_while_being_moved_is_asked_to_wait(stage: Stage) -> None:
    """Between two regions nothing is read or changed."""
    await stage.given_conversations("alice", TITLES)
    subject = await subject_of(stage, "EU")
    await stage.core.database.write(lambda tx: tx.accounts.update({"id": subject}, status="moving"))
    await stage.plays("""
        alice: /history
        bot:   Your data is being moved to another region. Please try again in a moment.
    """)


async def test_a_link_of_another_region_is_redeemed_there(stage: Stage) -> None:
    """The account is there already; from then on that region answers for whoever redeemed it."""
    there = (await stage.app.regions.open("US")).core.database

    def issue(tx: Tx) -> str:
        return accounts.issue_link(tx, accounts.create(tx, name="anna").id)

    token = await there.write(issue)
    stage._typed.append(token)
    await stage.plays(f"""
        bob: /start link-{token}
        bot: Your account is now linked to this chat. ...
        bob: /privacy
        bot: ... Your data is kept in: United States. ...
    """)
    assert stage.app.regions.directory.find(stage.world.person("bob").id) == "US"
    assert await stage.core.database.read(lambda tx: tx.accounts.count()) == 0
