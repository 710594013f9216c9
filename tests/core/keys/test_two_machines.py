"""Two machines with nothing in common but two databases and the root key: what one destroys, the other cannot open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.core import work
from bot.core.erasure.sources import left
from bot.core.keys import reseal, rotation
from tests.core.house import SECRET, Home, House, open_house


class Other:
    """The other machine, by its lines (machine.py)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, deed: str, *arguments: Any) -> Any:
        """What it answers; what it refuses, by name."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([deed, *arguments]), file=self._process.stdin, flush=True)
        answer, error = json.loads(self._process.stdout.readline())
        return error or answer


@contextmanager
def another_machine(home: Home) -> Iterator[Other]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.keys.machine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean | home.variables(),
        cwd=Path(__file__).parents[3],
    )
    with process:
        yield Other(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


def _rotate_everything(here: House, subject: str) -> None:
    here.do(lambda tx: rotation.schedule_roll(tx, here.ring))
    here.do(lambda tx: reseal.schedule(tx, subject))
    here.work_off()
    here.clock.move(work.LEASE)
    here.work_off()
    here.ring.new_region_key()


async def test_what_one_machine_rotates_or_destroys_the_other_learns_when_it_meets_it(machines: Home) -> None:
    """It is told of nothing. Whatever it had in memory or took a copy of: nothing of an erased person opens, everybody else's
    does."""
    async with open_house(machines) as here:
        goes, stays = here.person(1), here.person(2)
        with another_machine(machines) as other:
            assert [other("reads", subject) for subject in (goes, stays)] == [SECRET, SECRET]
            assert other("reads_what_it_kept", goes) == SECRET
            assert other("opens_the_key_it_kept", goes) == "opened"

            _rotate_everything(here, stays)
            assert [other("reads", subject) for subject in (goes, stays)] == [SECRET, SECRET]
            made = other("person", 3)
            assert here.reads(made) == "person 3"
            assert here.look(lambda tx: tx.keys.rows.get(id=made)).epoch == here.ring.current_epoch().number == 2

            here.delete(goes)
            here.wait(days=7)
            assert here.look(lambda tx: left(tx, goes, "")) == ()
            assert other("reads", goes) == "nothing is there"
            assert other("reads_what_it_kept", goes) == "ShreddedError"

            here.wait(days=23)
            other("work_off")
            assert min(other("epochs")) > 2
            assert other("opens_the_key_it_kept", goes) == "KeyUnavailableError"
            assert [other("reads", subject) for subject in (stays, made)] == [SECRET, "person 3"]
            _each_goes_on_with_the_erasures_of_the_other(here, other)


def _each_goes_on_with_the_erasures_of_the_other(here: House, other: Other) -> None:
    """One ledger, one line of each beginning and end, whoever wrote it."""
    before = here.look(lambda tx: tx.certificates.count())
    people = {number: (here.person(number) if number % 2 else other("person", number)) for number in range(11, 17)}
    refs = [other("delete", people[number]) if number % 2 else here.delete(people[number]) for number in people]
    other("later", 40)
    here.wait(days=7)
    entries = [entry for entry in here.ledger.entries() if entry.ref in refs]
    assert sorted(entry.ref for entry in entries) == sorted(refs)
    assert all(entry.completed_at for entry in entries)
    assert {other("reads", subject) for subject in people.values()} == {"nothing is there"}
    assert here.look(lambda tx: tx.certificates.count()) == before + len(people)
