"""Where keys lie apart from the data: in a file, and in a PostgreSQL database of their own."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import open_core
from bot.core.erasure.quarantine import FileMarker, Marker
from bot.core.errors import KeyUnavailableError, LedgerCutError
from bot.core.keys import rotation
from bot.core.keys.ring import StoredKey
from bot.safe import open_safe
from bot.settings import Settings, SettingsError, read_settings
from bot.storage.apart import SqlMarker
from bot.storage.doors import Door, FileDoor, PostgresDoor
from bot.storage.key_store import SqlKeyStore
from tests.core.house import NOON, SECRET, Home, open_house
from tests.databases import BOTH, POSTGRESQL, Databases


class Place:
    """A key store that several processes open."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self._url, self._folder, self._doors = url, folder, list[Door]()

    def door(self) -> Door:
        self._doors.append(PostgresDoor(self._url) if self._url else FileDoor(self._folder / "keys.db"))
        return self._doors[-1]

    def marker(self) -> Marker:
        return SqlMarker(self.door(), "EU") if self._url else FileMarker(self._folder)

    def close(self) -> None:
        for door in self._doors:
            door.close()


@pytest.fixture(params=BOTH)
async def place(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Place]:
    async with databases.key_store(request.param) as url:
        made = Place(url, tmp_path)
        yield made
        made.close()


def _key(number: int, region: str = "EU") -> StoredKey:
    return StoredKey(f"{region}/epoch/{number}", "epoch", region, number, b"wrapped", NOON)


def test_a_key_is_stored_once_and_seen_by_all(place: Place) -> None:
    """Whoever was first counts; another region's keys are not given out."""
    one, other = SqlKeyStore(place.door()), SqlKeyStore(place.door())
    assert one.add(_key(1))
    assert not other.add(_key(1))
    assert other.add(_key(1, "US"))
    other.replace("EU/epoch/1", b"anew")
    assert [(key.name, key.wrapped, key.created_at) for key in one.keys("EU")] == [("EU/epoch/1", b"anew", NOON)]
    one.destroy("EU/epoch/1", NOON)
    assert [(key.wrapped, key.destroyed_at) for key in other.keys("EU")] == [(None, NOON)]


def test_one_process_at_a_time_changes_keys(place: Place) -> None:
    """A second one waits, in this process or another, however many threads want to."""
    stores = [SqlKeyStore(place.door()) for _ in range(2)]
    inside, most, turns = 0, 0, list[int]()
    guard = threading.Lock()

    def change(number: int) -> None:
        nonlocal inside, most
        store = stores[number % 2]
        with store.exclusive():
            with guard:
                inside += 1
                most = max(most, inside)
            turns.append(number)
            store.add(_key(number))
            with guard:
                inside -= 1

    threads = [threading.Thread(target=change, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, sorted(turns)) == (1, list(range(24)))
    assert len(stores[0].keys("EU")) == 24


def test_the_mark_of_a_restore_is_seen_by_every_process(place: Place) -> None:
    """Set twice, it is still one."""
    one, other = place.marker(), place.marker()
    assert not other.is_on()
    one.enter()
    one.enter()
    assert other.is_on()
    other.leave()
    other.leave()
    assert not one.is_on()


async def test_a_destroyed_key_is_in_no_table_of_the_server(machines: Home) -> None:
    """Its row is empty and the table was written anew; only the server's log may still have it, until that is recycled."""
    server = machines.databases.server()
    async with open_house(machines) as house:
        wrapped = next(key.wrapped for key in house.ring.stored() if key.kind == "epoch")
        assert wrapped is not None
        await server.run("CHECKPOINT")
        assert any(wrapped in file.read_bytes() for file in server.files("base"))
        rotation.retire(house.engine, house.ring, 1, lambda tx: None)
        await server.run("CHECKPOINT")
        assert not any(wrapped in file.read_bytes() for file in server.files("base"))
        assert any(wrapped in file.read_bytes() for file in server.files("pg_wal")), "what README says about the log"


async def test_a_lost_connection_is_made_again(databases: Databases) -> None:
    """The server was started anew: nobody notices."""
    async with databases.key_store(POSTGRESQL) as url:
        assert url is not None
        one, other = PostgresDoor(url), PostgresDoor(url)
        store = SqlKeyStore(one)
        store.add(_key(1))
        end = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        other.run(lambda connection: connection.execute(end).all())
        assert len(store.keys("EU")) == 1
        other.run(lambda connection: connection.execute(end).all())
        with store.exclusive():
            store.replace("EU/epoch/1", b"anew")
        for door in (one, other):
            door.close()


async def test_nothing_but_two_databases_and_the_root_key_is_shared(machines: Home) -> None:
    """Another machine reads what the first wrote, and its folder has no key, no ledger and no directory in it."""
    async with open_house(machines) as here:
        subject = here.person()
        async with open_house(machines, here.clock) as there:
            assert there.reads(subject) == SECRET
            there.delete(there.person(2))
            there.wait(days=7)
            assert here.folder != there.folder
            assert not [file for folder in (here.folder, there.folder) for file in folder.rglob("*") if file.is_file()]


async def test_a_ledger_cut_in_the_database_keeps_every_machine_closed(machines: Home) -> None:
    """As in files."""
    async with open_house(machines) as house:
        house.delete(house.person())
        house.wait(days=7)
    assert machines.keys is not None
    door = PostgresDoor(machines.keys)
    door.run(lambda connection: connection.execute(text("DELETE FROM ledger_lines WHERE number = 2")))
    door.close()
    with pytest.raises(LedgerCutError, match="EU/erasures has 1 of 2 lines"):
        async with open_house(machines):
            """It does not open."""


async def test_a_machine_with_another_root_key_is_refused_and_makes_none(home: Home) -> None:
    """A file that is missing beside keys that exist is no reason to make a new one: it would open nothing."""
    async with open_house(home):
        """There are keys now."""
    home.root_key.rename(home.folder / "elsewhere")
    with pytest.raises(KeyUnavailableError, match="root"):
        async with open_house(home):
            """It does not open."""
    assert not home.root_key.exists()


async def test_data_under_another_key_store_is_refused(home: Home, tmp_path: Path) -> None:
    """With new keys nobody would be found, and everybody would be welcomed as a stranger."""
    async with open_house(home) as house:
        house.person()
    if home.keys is None:
        (home.folder / "keys" / "keys.sqlite3").unlink()
    else:
        await home.databases.empty(home.keys, tables=True)
    with pytest.raises(KeyUnavailableError, match="the one given made other keys"):
        async with open_house(home):
            """It does not open."""


async def test_keys_that_are_still_in_files_are_not_made_anew(machines: Home) -> None:
    """Somebody set the address and moved nothing: not one key is made there."""
    async with open_house(machines.folder, database_url=machines.data) as house:
        house.person()
    settings = Settings(
        data_dir=machines.folder, key_file=machines.root_key, database_url=machines.data, key_store_url=machines.keys
    )
    with pytest.raises(KeyUnavailableError, match=r"keys\.sqlite3, not BOT_KEY_STORE_URL"):
        await open_core(settings)
    safe = open_safe(settings)
    assert not safe.was_used()
    safe.close()


async def test_keys_do_not_lie_in_the_database_of_the_data(machines: Home) -> None:
    """Nor the other way round."""
    async with open_house(machines):
        """There are tables now."""
    with pytest.raises(ValueError, match="a database of the data"):
        await open_core(Settings(data_dir=machines.folder, database_url=machines.keys, key_store_url=machines.data))


@pytest.mark.parametrize(
    ("url", "others", "said"),
    [
        ("sqlite:///keys", {}, "BOT_KEY_STORE_URL must be postgresql"),
        ("postgresql+asyncpg://h/one", {"BOT_LEDGER_FILE": "x"}, "BOT_LEDGER_FILE goes without"),
        ("postgresql+asyncpg://h/one", {"BOT_DATABASE_URL": "postgresql+asyncpg://h/one"}, "another database"),
        ("postgresql+asyncpg://h/{region}", {"BOT_DATABASE_URL_EU": "postgresql+asyncpg://h/eu"}, "another database"),
    ],
)
def test_a_wrong_address_is_one_clear_line(
    url: str, others: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is opened."""
    for name, value in {"BOT_KEY_STORE_URL": url, **others}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        read_settings()


def test_a_database_that_does_not_answer_is_one_clear_line() -> None:
    """Without the address, which may hold a password."""
    with pytest.raises(KeyUnavailableError, match=r"^key store \(BOT_KEY_STORE_URL: \w+Error\) is not available$"):
        PostgresDoor("postgresql+asyncpg://me:secret@127.0.0.1:1/keys")
