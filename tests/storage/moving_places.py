"""Two places for keys, ledgers and directory, and a move between them that dies wherever a test wants it to."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from bot.core.clock import FixedClock, SystemRandomness
from bot.core.erasure.ledger import Entry
from bot.core.errors import KeyUnavailableError
from bot.core.keys import KekHolder, KeyRing, StaticKekHolder
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage.relocation import Road, relocate
from bot.storage.stands import Part, Row, Stand, StandMark
from tests.core.house import NOON, Fate

REGIONS = ("EU", "US")


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
                proofs = partial(self.prove, old), partial(self.prove, new)
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
