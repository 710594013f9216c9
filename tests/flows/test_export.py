"""Getting a copy of one's data."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import pyzipper

from tests.stage import Stage


async def test_an_export_arrives_with_everything_in_it(stage: Stage) -> None:
    """Confirmed, built, delivered in the chat; what was said is inside."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /export
        bot:   I put together everything ... within 48 hours. ...  [Request export] [Not now] [Lock it with a password]
        alice: [Request export]
        bot:   Case EXP-... is open. Your export comes into this chat by 25 March 2026 09:00 UTC (48 hours), usually within minutes.  [My requests]
        bot:   Case EXP-...: your export is being put together. 100% done.
        bot:   (file) Here is your export (case EXP-...). To read it, unpack the ZIP and open index.html ... I can send it again until 30 March 2026 09:00 UTC, then it is destroyed.
    """)
    file = stage.world.person("alice").last_from_bot().file
    assert file is not None
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("export.json"))
        exported = json.loads(archive.read(name))
    assert "a private question" in json.dumps(exported)


async def test_asking_twice_gives_the_running_case(stage: Stage) -> None:
    """No second export while one is under way."""
    await stage.given_conversations("alice", ["Sore knee"])
    alice = stage.world.person("alice")
    await stage.plays("""
        alice: /export
        bot:   ...
    """)
    stage.app.worker._jobs.pop("export")  # the worker is busy elsewhere
    await stage.plays("""
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        alice: /export
        bot:   Your export is already under way: case EXP-..., due by 25 March 2026 09:00 UTC (48 hours).  [My requests]
    """)
    assert alice.last_from_bot().file is None


async def test_the_package_is_destroyed_after_seven_days(stage: Stage) -> None:
    """Until then one tap sends it again; then its key and bytes are gone."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /export
        bot:   ...
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        bot:   ...
        bot:   (file) ...
        alice: /export
        bot:   ... I can send it again.  [Send it again] [Request export] [Not now] [Lock it with a password]
        alice: [Send it again]
        bot:   On its way.  [Menu]
        bot:   (file) Here is your export ...
        (7 days later)
        alice: /export
        bot:   ...  [Request export] [Not now] [Lock it with a password]
    """)
    assert await stage.core.database.read(lambda tx: tx.chunks.count()) == 0


async def test_an_export_can_be_locked_with_a_password(stage: Stage) -> None:
    """Typed twice, deleted from the chat, kept until the file is built and no longer; then only the password opens it."""
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /export
        bot:   ...  [Request export] [Not now] [Lock it with a password]
        alice: [Lock it with a password]
        bot:   Choose a password of at least 8 characters for the file. ...  [Cancel]
        alice: short
        bot:   (deletes the message)
        bot:   Please choose a password of 8 to 256 characters.  [Cancel]
        alice: why do I need a password?
        bot:   (deletes the message)
        bot:   Please type the password once more: after a slip nobody could open the file.  [Cancel]
        alice: three blue umbrellas
        bot:   (deletes the message)
        bot:   These two are not the same. Please choose a password again, or cancel.  [Cancel]
        alice: three blue umbrellas
        bot:   (deletes the message)
        bot:   Please type the password once more: ...  [Cancel]
        alice: three blue umbrellas
        bot:   (deletes the message)
        bot:   The file will be locked with this password. ...  [Request export] [Cancel]
        alice: what is 7-Zip?
        bot:   (deletes the message)
        bot:   I have your password already and have not changed it. Please tap a button to go on.  [Request export] [Cancel]
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        bot:   ...
        bot:   (file) Here is your export ...
    """)
    file = stage.world.person("alice").last_from_bot().file
    assert file is not None
    with pyzipper.AESZipFile(io.BytesIO(file.content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("export.json"))
        with pytest.raises(RuntimeError):
            archive.read(name)
        archive.setpassword(b"three blue umbrellas")
        assert "a private question" in archive.read(name).decode()
    details = await stage.core.database.read(lambda tx: [case.details for case in tx.cases.select()])
    assert "umbrellas" not in str(details)
    assert "umbrellas" not in str(await stage.core.database.read(lambda tx: [draft.data for draft in tx.drafts.select()]))
