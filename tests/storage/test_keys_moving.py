"""Keys, ledgers and directory are carried from files into a database and back: nothing is lost, and never do two copies count."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.keys_move import DATABASE, FILES, move
from bot.core.audit import Tag
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.erasure.ledger import Entry
from bot.core.errors import KeyUnavailableError, LedgerCutError, SealError
from bot.core.keys import KekHolder, KeyRing, StaticKekHolder
from bot.core.residence import Directory
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage.relocation import Road, relocate
from bot.storage.stands import Part, Row, Stand, StandMark
from tests.core.house import NOON, SECRET, Fate, House, open_house
from tests.databases import BOTH, POSTGRESQL, Databases
from tests.regions.two_regions import Killed

REGIONS = ("EU", "US")

# ------------------------------------------------------------------ killed anywhere


class _Mark:
    def __init__(self, mark: StandMark, fate: Fate) -> None:
        self.read, self._mark, self._fate = mark.read, mark, fate

    def write(self, state: str) -> None:
        self._fate.point()
        self._mark.write(state)


class _Part:
    def __init__(self, part: Part, fate: Fate) -> None:
        self.name, self.pieces, self._part, self._fate = part.name, part.pieces, part, fate

    def add(self, rows: list[Row]) -> None:
        self._fate.point()
        self._part.add(rows)

    def destroy(self) -> None:
        self._fate.point()
        self._part.destroy()


def _fated(stand: Stand, fate: Fate) -> Stand:
    """A point before each thing that lasts."""

    def tidy() -> None:
        fate.point()
        stand.tidy()

    return replace(stand, mark=_Mark(stand.mark, fate), parts=[_Part(part, fate) for part in stand.parts], tidy=tidy)


@dataclass
class Places:
    """Two places, of two regions each, without a database of data."""

    known: dict[tuple[int, str], Settings]
    holder: KekHolder = field(default_factory=lambda: StaticKekHolder(bytes(32)))

    def settings(self, place: int, region: str) -> Settings:
        return self.known[place, region]

    def ring(self, safe: Safe) -> KeyRing:
        return KeyRing(safe.region, self.holder, safe.keys, FixedClock(NOON), SystemRandomness())

    def furnish(self) -> None:
        for region in REGIONS:
            safe = open_safe(self.settings(0, region))
            ring = self.ring(safe)
            ring.open()
            ring.ensure_epoch(2)
            ring.destroy_epoch(1)
            for name, ledger in (("D", safe.ledger_of_erasures(ring)), ("M", safe.ledger_of_moves(ring))):
                for number in range(3):
                    ledger.begin(Entry(f"{name}{number}", ledger.recognise(str(number)), "account", NOON, 1))
            if region == "EU":
                directory = safe.directory(str)
                directory.settle({7: "link"}, "US")
                directory.close()
            safe.close()

    def relocate(self, to: int, fate: Fate) -> list[str]:
        with ExitStack() as opened:
            roads = []
            for region in REGIONS:
                old, new = (open_safe(self.settings(place, region), mover="me") for place in (1 - to, to))
                opened.callback(old.close)
                opened.callback(new.close)
                proofs = (lambda: self.prove(old)), (lambda: self.prove(new))
                roads.append(Road(region, _fated(old.stand, fate), _fated(new.stand, fate), *proofs, lambda: False))
            return relocate(roads, lambda _line: None)

    def prove(self, safe: Safe) -> None:
        ring = self.ring(safe)
        ring.refresh()
        safe.ledger_of_erasures(ring).entries()

    def counting(self, region: str) -> list[int]:
        """The places from which a process would start, with keys that are there."""
        found = []
        for place in (0, 1):
            try:
                safe = open_safe(self.settings(place, region))
            except KeyUnavailableError:
                continue
            found += [place] if safe.was_used() else []
            safe.close()
        return found

    def contents(self, place: int) -> list[tuple[str, str, list[Row]]]:
        found = []
        for region in REGIONS:
            safe = open_safe(self.settings(place, region))
            self.prove(safe)
            found += [(region, part.name, sorted(itertools.chain(*part.pieces()))) for part in safe.stand.parts[1:]]
            found += [(region, "keys", sorted((row[0], str(row[1:])) for rows in safe.stand.parts[0].pieces() for row in rows))]
            safe.close()
        return found


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
    for point in itertools.count(1, 5):
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
    assert taken_back > 3
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
