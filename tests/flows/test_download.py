"""An export that is too large for the chat: by a link, or in parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.audit import Tag
from bot.core.cases import Status
from bot.core.exports import package
from bot.core.understanding import Understanding
from bot.settings import Settings
from tests.databases import PLAYED, Databases
from tests.stage import TOKEN, Stage


@pytest.fixture(params=PLAYED)
async def stage(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    understanding: Understanding,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Stage]:
    """A desk with a web server of its own; parts are so small that every export needs several."""
    monkeypatch.setattr(package, "CHUNK_BYTES", 8 * 1024)
    monkeypatch.setattr(package, "_PART_CHUNKS", 1)
    kind, pseudo = request.param
    async with databases.url(kind) as url:
        web = {"token": TOKEN, "public_url": "https://desk.example", "tls_cert": tmp_path / "c", "tls_key": tmp_path / "k"}
        settings = Settings(data_dir=tmp_path, database_url=url, **web)  # type: ignore[arg-type]
        built = await Stage.build(tmp_path, understanding, pseudo=pseudo, settings=settings)
        yield built
        await built.close()


async def _offered(stage: Stage) -> None:
    await stage.given_conversations("alice", ["Sore knee"])
    await stage.plays("""
        alice: /export
        bot:   ...
        alice: [Request export]
        bot:   Case EXP-... is open. ...
        bot:   ... 100% done.
        bot:   Your export is ready (case EXP-...). With 1 MB it is too large for one file in this chat: you can download it with a link that works once, or get it here in several parts. Both are possible until 30 March 2026 09:00 UTC; then it is destroyed.  [Get a link] [Send it in parts]
    """)


def _delivered(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.EXPORT_DELIVERED.value))


async def test_a_link_is_given_and_a_new_one_ends_the_old(stage: Stage) -> None:
    """Offered in time is kept in time: the case is done; that it was delivered is on record only once it was."""
    await _offered(stage)
    await stage.plays("""
        alice: [Get a link]
        bot:   Here is your link. It works once, until 24 March 2026 09:00 UTC, and an earlier one works no more. ...  [Download] [Menu]
        (1 hour later)
        alice: [Get a link]
        bot:   Here is your link. It works once, until 24 March 2026 10:00 UTC, ...  [Download] [Menu]
    """)
    links = await stage.core.database.read(lambda tx: tx.download_links.select())
    assert len(links) == 1
    shown = [button.get("url", "") for message in stage.world.person("alice").sees() for button in message.buttons]
    urls = [url for url in shown if url]
    assert len(set(urls)) == 2 and all(url.startswith("https://desk.example/download/eu/") for url in urls)
    assert all(links[0].id not in url and len(url.rpartition("/")[2]) == 43 for url in urls)
    (case,) = await stage.core.database.read(lambda tx: tx.cases.select())
    assert case.status == Status.DONE
    assert await _delivered(stage) == 0


async def test_all_parts_come_instead_when_the_person_wants_them(stage: Stage) -> None:
    """Confirmed, because it is many messages; once however often it is tapped."""
    await _offered(stage)
    await stage.plays("""
        alice: [Send it in parts]
        bot:   I send ... files, one after the other. ...  [Send it in parts] [Menu]
    """)
    (found,) = await stage.core.database.read(lambda tx: tx.packages.select())
    parts = "\n".join(f"bot: (file) Here is part {number} of {found.parts} ..." for number in range(1, found.parts + 1))
    assert found.parts > 2
    await stage.plays(f"""
        alice: [Send it in parts]
        bot:   On its way.  [Menu]
        {parts}
    """)
    assert await _delivered(stage) == 1


async def test_after_seven_days_nothing_can_be_had(stage: Stage) -> None:
    """Neither by link nor in parts; the buttons say so."""
    await _offered(stage)
    await stage.plays("""
        alice: [Get a link]
        bot:   Here is your link. ...
        (7 days later)
        alice: [Get a link]
        bot:   (toast) I cannot find that any more. It may have been deleted.
        bot:   I cannot find that any more. It may have been deleted.  [Menu]
        alice: [Send it in parts]
        bot:   (toast) I cannot find that any more. It may have been deleted.
        bot:   I cannot find that any more. It may have been deleted.  [Menu]
    """)
    assert await stage.core.database.read(lambda tx: tx.download_links.count()) == 0


async def test_another_persons_export_gives_no_link(stage: Stage) -> None:
    """A button is data that anybody could send."""
    await _offered(stage)
    (found,) = await stage.core.database.read(lambda tx: tx.packages.select())
    await stage.plays("""
        mallory: /start
        bot:   ...
    """)
    mallory = stage.world.person("mallory")
    mallory.sends_callback(mallory.last_from_bot(), f"go:export_link:{found.case}")
    await stage.plays("""
        (1 minute later)
        bot:   (toast) I cannot find that any more. It may have been deleted.
        bot:   I cannot find that any more. It may have been deleted.  [Menu]
    """)
    assert await stage.core.database.read(lambda tx: tx.download_links.count()) == 0
