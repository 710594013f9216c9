"""Carries what stands apart from the data from one stand to another: from files into a database, or back.

    1 mark      the old stand is leaving, the new one arriving: from here on no process starts on either, and nobody is at work
    2 copy      whatever an earlier attempt left at the new stand is destroyed; every part is copied and compared, byte by byte
    3 prove     at the new stand every key opens and both ledgers fit their anchors
    4 switch    the old stand has moved: one write, and what is there counts no more
    5 destroy   the old stand's keys are overwritten, the rest removed
    6 open      the new stand may be used

Killed at any point, it is run again: before 4 the copy is made anew, behind it the rest is done. Each step is done for all regions
before the next one begins. Home is marked first and opened last, so that nothing starts in between. Before 4 the move can be taken
back: a move the other way destroys the copy and opens the old stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.core.errors import KeyUnavailableError
from bot.storage.stands import ARRIVING, LEAVING, MOVED, Part, Stand, proof

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Road:
    """A region's way from one stand to another."""

    region: str
    old: Stand
    new: Stand
    prove_old: Callable[[], None]
    """Opens every key of a stand and checks its ledgers. SealError, LedgerError, KeyUnavailableError."""
    prove_new: Callable[[], None]
    is_busy: Callable[[], bool]
    """Whether anybody is at work in the region besides us."""


class Left(Enum):
    """What is left to do for a region."""

    NOTHING = auto()
    ALL = auto()
    END = auto()
    TAKE_BACK = auto()


def relocate(roads: Sequence[Road], say: Say) -> list[str]:
    """Carry every region, home first among `roads`; the regions that were carried. ValueError where nothing was touched:
    somebody is at work, or there is no telling which stand counts."""
    left = {road.region: what_is_left(road) for road in roads}
    ways = [road for road in roads if left[road.region] is not Left.NOTHING]
    back = [road for road in ways if left[road.region] is Left.TAKE_BACK]
    if back and back != ways:
        raise ValueError("a move the other way has begun: finish that one first")
    _require_idle(ways)
    if back:
        for road in reversed(back):
            _take_back(road, say)
        return []
    fresh = [road for road in ways if left[road.region] is Left.ALL]
    for road in fresh:
        road.prove_old()
    _mark(fresh, ways)
    for road in fresh:
        _copy(road, say)
    for road in ways:
        road.prove_new()
        say(f"{road.region}: every key opens at the new place, and the ledgers are whole")
    for road in fresh:
        road.old.mark.write(MOVED)
    for road in ways:
        road.old.destroy()
        say(f"{road.region}: the old copy is destroyed")
    for road in reversed(ways):
        road.new.mark.write("")
    return [road.region for road in ways]


def what_is_left(road: Road) -> Left:
    """By the marks and the keys of both stands. ValueError where either could count, or neither."""
    marks = road.old.mark.read(), road.new.mark.read()
    match marks:
        case _, "leaving":
            return Left.TAKE_BACK
        case "moved", "arriving":
            return Left.END
        case "arriving", _:
            raise ValueError(f"{road.region}: a move the other way is nearly done: finish that one first")
        case "moved", _:
            return Left.NOTHING
    there, known = road.old.is_used(), road.new.is_used() and marks[1] == ""
    if there and known:
        raise ValueError(f"{road.region} has keys in both places: remove the ones that do not count")
    return Left.ALL if there else Left.NOTHING


def _require_idle(ways: Sequence[Road]) -> None:
    busy = [road.region for road in ways if road.is_busy()]
    if busy:
        raise ValueError(f"the service or a command is at work in {', '.join(busy)}: stop it on every machine")


def _mark(fresh: Sequence[Road], ways: Sequence[Road]) -> None:
    """Whoever starts from now on sees a mark; whoever started before is seen."""
    before = [(stand, stand.mark.read()) for road in fresh for stand in (road.old, road.new)]
    for road in fresh:
        road.old.mark.write(LEAVING)
        road.new.mark.write(ARRIVING)
    try:
        _require_idle(ways)
    except ValueError:
        for stand, mark in reversed(before):
            stand.mark.write(mark)
        raise


def _copy(road: Road, say: Say) -> None:
    for part in road.new.parts:
        part.destroy()
    for old, new in zip(road.old.parts, road.new.parts, strict=True):
        copied = 0
        for rows in old.pieces():
            new.add(rows)
            copied += len(rows)
            say(f"{road.region}: {old.name} {copied}")
        _require_same(road.region, old, new)


def _require_same(region: str, old: Part, new: Part) -> None:
    if proof(old) != proof(new):
        raise KeyUnavailableError(f"store of region {region} (the copy of {old.name} is not the same; nothing was destroyed)")


def _take_back(road: Road, say: Say) -> None:
    """Nothing was switched: the copy goes, and what it was made of counts as before."""
    if road.old.mark.read() == ARRIVING:
        road.old.destroy()
        road.old.mark.write(MOVED)
    road.new.mark.write("")
    say(f"{road.region}: taken back; the half copy is destroyed")
