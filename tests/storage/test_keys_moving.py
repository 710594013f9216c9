"""Keys, ledgers and directory are carried from files into a database and back: nothing is lost, and never do two copies count."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.keys_move import DATABASE, FILES, move
from bot.core.audit import Tag
from bot.core.errors import KeyUnavailableError, LedgerCutError, SealError
from bot.core.residence import Directory
from bot.safe import open_safe
from bot.settings import Settings
from tests.core.house import SECRET, Fate, House, open_house
from tests.databases import BOTH, POSTGRESQL, Databases
from tests.regions.two_regions import Killed
from tests.storage.moving_places import REGIONS, Places


@pytest.fixture(params=BOTH)
async def places(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Places]:
    """From files to files, which takes no time, and from files into a database."""

    def in_files(folder: Path, region: str) -> Settings:
        theirs = Settings(data_dir=folder).for_region(region)
        assert theirs is not None
        return theirs

    async with databases.key_store(request.param) as url:

        def in_database(region: str) -> Settings:
            return Settings(data_dir=tmp_path / "x", region=region, key_store_url=url)

        known = {(0, region): in_files(tmp_path / "here", region) for region in REGIONS}
        known |= {(1, region): in_database(region) if url else in_files(tmp_path / "there", region) for region in REGIONS}
        made = Places(known)
        made.furnish()
        yield made


def _die() -> None:
    raise Killed


def test_killed_anywhere_it_goes_on_and_never_do_two_places_count(places: Places) -> None:
    """To and fro, each time a little further until it dies; run again, it is done, and all that was there is there. Into a
    database some of the points are enough: what happens between them is the same."""
    steps = 2 if places.settings(1, "EU").key_store_url is None else 14
    was, place, whole, deaths = places.contents(0), 0, set[int](), 0
    for point in itertools.count(1, steps):
        for to in (1, 0):  # there at every odd point, back at every even one
            try:
                places.relocate(to, Fate(point + 1 - to, _die))
                whole.add(to)
            except Killed:
                deaths += 1
                assert places.counting("EU") in ([], [place]), "home is closed first and opened last"
                assert places.counting("US") in ([], [place], [to])
                places.relocate(to, Fate(0, _die))
            place = to
        if len(whole) == 2:
            break
    assert deaths > 80 // steps
    assert [places.counting(region) for region in REGIONS] == [[0], [0]]
    assert places.contents(0) == was


def test_until_the_old_place_is_given_up_it_can_be_taken_back(places: Places) -> None:
    """By a move the other way; behind that point it is refused, and touches nothing."""
    was, taken_back = places.contents(0), 0
    for point in itertools.count(1, 5 if places.settings(1, "EU").key_store_url is None else 9):
        try:
            places.relocate(1, Fate(point, _die))
            break
        except Killed:
            try:
                places.relocate(0, Fate(0, _die))
                taken_back += 1
                assert [places.counting(region) for region in REGIONS] == [[0], [0]]
                assert places.contents(0) == was
            except ValueError as error:
                assert "nearly done: finish that one first" in str(error)
                places.relocate(1, Fate(0, _die))
                break
    assert taken_back > 2
    assert places.contents(1) == was


# ------------------------------------------------------------------ the command


@dataclass
class Desk:
    """An installation of two regions, as its operator sets it."""

    folder: Path
    data: str | None
    keys: str
    monkeypatch: pytest.MonkeyPatch

    def set(self, place: str, region: str = "EU") -> Settings:
        """The environment of a place; `region`'s settings."""
        variables = {"BOT_DATA_DIR": self.folder, "BOT_KEY_FILE": self.folder / "root.key"}
        variables |= {"BOT_DATABASE_URL": self.data, "BOT_DATABASE_URL_US": f"sqlite:///{self.folder / 'us.sqlite3'}"}
        variables |= {"BOT_KEY_STORE_URL": self.keys if place == DATABASE else None}
        for name, value in variables.items():
            self.monkeypatch.delenv(name, raising=False)
            if value is not None:
                self.monkeypatch.setenv(name, str(value))
        found = Settings().for_region(region)
        assert found is not None
        return found



@pytest.fixture(params=BOTH)
async def desk(
    request: pytest.FixtureRequest, tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    """Somebody lives at home and somebody in the US; one was erased, and one is entered in the directory."""
    async with databases.url(request.param) as data, databases.key_store(POSTGRESQL) as keys:
        assert keys is not None
        made = Desk(tmp_path, data, keys, monkeypatch)
        for region in REGIONS:
            async with open_house(made.set(FILES, region)) as house:
                house.person()
                if region == "EU":
                    house.delete(house.person(2))
                    house.wait(days=7)
                    directory = _directory(house)
                    directory.settle({3: "link"}, "US")
                    directory.close()
        yield made


def _directory(house: House) -> Directory:
    return house.core.safe.directory(str)


async def _is_whole(desk: Desk, place: str) -> None:
    """Everything of before opens at that place, and nowhere else."""
    for region in REGIONS:
        async with open_house(desk.set(place, region)) as house:
            [account] = house.look(lambda tx: tx.accounts.select())
            assert house.reads(account.id) == SECRET
            assert len(house.ledger.entries()) == (region == "EU")
            assert [entry.ref for entry in house.look(lambda tx: tx.audit.select(tag=Tag.KEYS_MOVED.value))][-1:] == [f"{region}/{place}"]
            if region == "EU":
                directory = _directory(house)
                assert directory.find(3) == "US"
                directory.close()
        with pytest.raises(KeyUnavailableError, match=rf"store of region {region} \(it was moved away from the"):
            open_safe(desk.set(FILES if place == DATABASE else DATABASE, region))


async def test_everything_goes_into_the_database_and_back(desk: Desk, capsys: pytest.CaptureFixture[str], databases: Databases) -> None:
    """With every region; again it says that there is nothing to do. Of the keys no byte is left in the old place."""
    server = databases.server()
    wrapped = [key.wrapped for key in _stored(desk.set(FILES)) if key.wrapped]
    desk.set(DATABASE)
    assert await move(DATABASE) == 0
    assert "EU: keys 6\nEU: erasure ledger 2\nEU: anchors 1\nEU: directory 1\nUS: keys 5\n" in capsys.readouterr().out
    await _is_whole(desk, DATABASE)
    left = b"".join(file.read_bytes() for file in desk.folder.rglob("*") if file.is_file())
    assert not [key for key in wrapped if key in left]
    desk.set(DATABASE)
    assert await move(DATABASE) == 0
    assert "nothing to move" in capsys.readouterr().out
    assert not Settings().key_store.exists(), "looking makes nothing"
    assert await move(FILES) == 0
    await _is_whole(desk, FILES)
    await server.run("CHECKPOINT")
    left = b"".join(file.read_bytes() for file in server.files("base"))
    assert not [key for key in wrapped if key in left]


def _stored(settings: Settings):  # type: ignore[no-untyped-def]
    safe = open_safe(settings)
    found = safe.keys.keys(safe.region)
    safe.close()
    return found


async def test_nothing_is_touched_while_somebody_is_at_work(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """In either region, on files or on the database; and what is at work goes on."""
    async with open_house(desk.set(FILES, "US")) as house:
        desk.set(DATABASE)
        with pytest.raises(ValueError, match="at work in US: stop it on every machine"):
            await move(DATABASE)
        house.person(9)
    desk.set(DATABASE)
    assert await move(DATABASE) == 0
    async with open_house(desk.set(DATABASE)):
        with pytest.raises(ValueError, match="at work in EU"):
            await move(FILES)
    desk.set(DATABASE)
    assert await asyncio.to_thread(main, ["keys", "move", "files"]) == 0


async def test_what_is_not_whole_is_not_moved(desk: Desk) -> None:
    """A ledger that was cut, another root key, keys in both places: refused, and nothing has a mark."""
    ledger = desk.set(FILES).ledger
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[: len(whole) // 2])
    desk.set(DATABASE)
    with pytest.raises(LedgerCutError):
        await move(DATABASE)
    ledger.rename(desk.folder / "elsewhere.jsonl")
    (desk.folder / "elsewhere.jsonl").write_bytes(whole)
    desk.monkeypatch.setenv("BOT_ROOT_KEY", "A" * 43 + "=")
    with pytest.raises(SealError):
        await move(DATABASE)
    desk.monkeypatch.delenv("BOT_ROOT_KEY")
    assert _stored(desk.set(FILES)), "it opens as before"
    desk.set(DATABASE)
    assert await move(DATABASE, desk.folder / "elsewhere.jsonl") == 0, "BOT_LEDGER_FILE was set to it"
