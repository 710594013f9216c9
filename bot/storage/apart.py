"""What else lies apart from the data in PostgreSQL, so that machines need share no folder: ledgers, the checkpoints of the
audit trail, and marks: of a restore, and of a move to another place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.core.errors import LedgerCutError
from bot.storage.doors import Door, make_tables
from bot.storage.instant import Instant

_metadata = MetaData()
ledger_lines = Table(
    "ledger_lines",
    _metadata,
    Column("ledger", String(80), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", LargeBinary, nullable=False),
)
_marks = Table(
    "quarantine",
    _metadata,
    Column("region", String(16), primary_key=True),
    Column("since", Instant, nullable=False),
)
_checkpoints = Table(
    "checkpoints",
    _metadata,
    Column("region", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", String(1000), nullable=False),
)
_stands = Table(
    "stands",
    _metadata,
    Column("region", String(16), primary_key=True),
    Column("state", String(16), nullable=False),
)


class SqlLines:
    """Implements `bot.core.erasure.lines.Lines` as rows that are only ever inserted, each under its number."""

    def __init__(self, door: Door, ledger: str) -> None:
        self.name = ledger
        self._door = door
        self._count = 0
        make_tables(door, _metadata)

    def exclusive(self) -> AbstractContextManager[None]:
        return self._door.exclusive(f"ledger {self.name}")

    def read(self, after: int) -> list[bytes]:
        mine = ledger_lines.c.ledger == self.name
        fresh = select(ledger_lines.c.line).where(mine, ledger_lines.c.number > after).order_by(ledger_lines.c.number)

        def read(connection: Connection) -> tuple[int, list[bytes]]:
            count = connection.execute(select(func.count()).where(mine)).scalar_one()
            return count, [bytes(line) for (line,) in connection.execute(fresh)]

        self._count, found = self._door.run(read)
        if self._count < after:
            raise LedgerCutError(self.name, self._count, after)
        return found

    def add(self, line: bytes) -> None:
        row = {"ledger": self.name, "number": self._count + 1, "line": line}

        def add(connection: Connection) -> None:
            mine = ledger_lines.c.ledger == self.name, ledger_lines.c.number == row["number"]
            if connection.execute(select(ledger_lines.c.line).where(*mine)).scalar_one_or_none() != line:
                connection.execute(insert(ledger_lines), row)

        self._door.run(add)
        self._count += 1

    def replace(self, lines: list[bytes], aside: str) -> None:
        mine = ledger_lines.c.ledger == self.name
        rows = [{"ledger": self.name, "number": number, "line": line} for number, line in enumerate(lines, 1)]

        def replace(connection: Connection) -> None:
            there = connection.execute(select(ledger_lines.c.line).where(mine).order_by(ledger_lines.c.number)).scalars().all()
            if [bytes(line) for line in there] == lines:
                return  # the connection was lost after all of it had arrived
            connection.execute(update(ledger_lines).where(mine).values(ledger=f"{self.name} {aside}"))
            connection.execute(insert(ledger_lines), rows)

        self._door.run(replace)
        self._count = len(lines)


class SqlMarker:
    """Implements `bot.core.erasure.quarantine.Marker`."""

    def __init__(self, door: Door, region: str) -> None:
        self._door = door
        self._region = region
        make_tables(door, _metadata)

    def enter(self) -> None:
        def enter(connection: Connection) -> None:
            connection.execute(delete(_marks).where(_marks.c.region == self._region))
            connection.execute(insert(_marks), {"region": self._region, "since": datetime.now(UTC)})

        self._door.run(enter)

    def leave(self) -> None:
        self._door.run(lambda connection: connection.execute(delete(_marks).where(_marks.c.region == self._region)))

    def is_on(self) -> bool:
        wanted = select(func.count()).where(_marks.c.region == self._region)
        return bool(self._door.run(lambda connection: connection.execute(wanted).scalar_one()))


class SqlRun:
    """Implements `bot.core.audit_checkpoints.Run` as rows that are only ever inserted."""

    def __init__(self, door: Door, region: str) -> None:
        self._door = door
        self._region = region
        self._mine = _checkpoints.c.region == region
        make_tables(door, _metadata)

    def exclusive(self) -> AbstractContextManager[None]:
        return self._door.exclusive(f"checkpoints {self._region}")

    def add(self, lines: Sequence[str]) -> None:
        def add(connection: Connection) -> None:
            there = select(_checkpoints.c.line).where(self._mine, _checkpoints.c.line.in_(lines))
            known = set(connection.execute(there).scalars())
            last = connection.execute(select(func.max(_checkpoints.c.number)).where(self._mine)).scalar_one() or 0
            fresh = [line for line in lines if line not in known]
            rows = [{"region": self._region, "number": number, "line": line} for number, line in enumerate(fresh, last + 1)]
            if rows:
                connection.execute(insert(_checkpoints), rows)

        self._door.run(add)

    def lines(self) -> list[str]:
        wanted = select(_checkpoints.c.line).where(self._mine).order_by(_checkpoints.c.number)
        return self._door.run(lambda connection: list(connection.execute(wanted).scalars()))


class SqlStandMark:
    """Implements `bot.storage.stands.StandMark`."""

    def __init__(self, door: Door, region: str) -> None:
        self._door = door
        self._mine = _stands.c.region == region
        self._region = region
        make_tables(door, _metadata)

    def read(self) -> str:
        wanted = select(_stands.c.state).where(self._mine)
        return self._door.run(lambda connection: connection.execute(wanted).scalar_one_or_none()) or ""

    def write(self, state: str) -> None:
        def write(connection: Connection) -> None:
            connection.execute(delete(_stands).where(self._mine))
            if state:
                connection.execute(insert(_stands), {"region": self._region, "state": state})

        self._door.run(write)
