"""Another machine: a process with a folder of its own that does what it is told, line by line. `python -m tests.core.keys.machine`"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.core.clock import FixedClock
from bot.core.errors import PrivacyError
from bot.core.keys import SubjectKey, Vault
from bot.settings import Settings
from tests.core.house import NOON, House, open_house


class Machine:
    """Keeps what a process keeps, and whatever it can get hold of besides."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: dict[str, tuple[SubjectKey, str, bytes]] = {}

    def reads(self, subject: str) -> str:
        """As the service does; a copy of the sealed row and of the wrapped key is kept."""
        if not self._house.look(lambda tx: tx.segments.count(subject=subject)):
            return "nothing is there"

        def keep(tx: Any) -> None:
            row = tx.session.rows("SELECT id, content FROM segments WHERE subject = $1", (subject,))[0]
            self._kept[subject] = tx.keys.rows.get(id=subject), row[0], bytes(row[1])

        text = self._house.reads(subject)
        self._house.look(keep)
        return text

    def reads_what_it_kept(self, subject: str) -> str:
        """The sealed copy, by the way that every feature has."""
        _key, row, sealed = self._kept[subject]
        opened = self._house.look(lambda tx: tx.keys.unseal(subject, "segments", "content", row, sealed))
        return str(json.loads(opened)[0][1])

    def opens_the_key_it_kept(self, subject: str) -> str:
        """The copy of the wrapped key, as somebody would who has an old backup."""
        Vault(self._house.ring).dek(self._kept[subject][0])
        return "opened"

    def person(self, number: int) -> str:
        return self._house.person(number, f"person {number}")

    def delete(self, subject: str) -> str:
        return self._house.delete(subject)

    def work_off(self) -> int:
        return self._house.work_off()

    def later(self, days: int) -> None:
        self._house.wait(days=days)

    def epochs(self) -> list[int]:
        return [epoch.number for epoch in self._house.ring.epochs()]


async def main() -> None:
    """Until there are no more lines."""
    async with open_house(Settings(), FixedClock(NOON)) as house:
        machine = Machine(house)
        for line in sys.stdin:
            deed, *arguments = json.loads(line)
            try:
                answer = [getattr(machine, deed)(*arguments), ""]
            except PrivacyError as error:
                answer = [None, type(error).__name__]
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
