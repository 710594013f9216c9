"""Work begins with its case and ends with it: killed at any statement, either both are there or neither."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from bot.app import Core, open_core
from bot.core import accounts, cases, deletion, exports, work
from bot.core.cases import Right, Status
from bot.core.clock import FixedClock
from bot.core.ports import Tx
from bot.settings import Settings
from bot.storage.transaction import Transaction
from tests.stage import START


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    opened = await open_core(Settings(data_dir=tmp_path), FixedClock(START))
    yield opened
    await opened.stop()


def _killed_at(number: int, unit: Callable[[Tx], Any]) -> Callable[[Tx], Any]:
    """The unit, with the process gone before its `number`-th statement that writes."""

    def run(tx: Tx) -> Any:
        session = cast(Transaction, tx).session
        really, count = session.write, 0

        def write(sql: str, values: Any) -> int:
            nonlocal count
            count += 1
            if count == number:
                raise Killed
            return really(sql, values)

        session.write = write  # type: ignore[method-assign]
        return unit(tx)

    return run


async def _at_every_statement(core: Core, unit: Callable[[Tx], Any], holds: Callable[[Tx], None]) -> int:
    """Kill the unit at each of its statements in turn, then let it pass; after each `holds`. How many statements."""
    number = 1
    while True:
        try:
            await core.database.write(_killed_at(number, unit))
        except Killed:
            await core.database.read(holds)
            number += 1
            continue
        await core.database.read(holds)
        return number - 1


def _fits(tx: Tx) -> None:
    """Every open case that needs work has it, and no work waits for a case that is not open."""
    waiting = {(item.kind, item.ref) for item in tx.work.select(state="waiting")}
    wanted = set()
    for case in tx.cases.select():
        if case.right == Right.ERASURE and case.status == Status.GRACE:
            wanted |= {(deletion.REMIND, case.id), (deletion.ERASE, case.id)}
        if case.right == Right.EXPORT and not case.is_closed:
            wanted.add((exports.JOB, case.id))
    assert waiting == wanted


async def test_a_case_and_its_work_begin_and_end_together(core: Core) -> None:
    """Asking for an export, asking for deletion, taking it back, finishing: at every statement."""
    account, _new = await core.database.write(lambda tx: accounts.open_for_telegram(tx, 1))
    assert await _at_every_statement(core, lambda tx: exports.ask(tx, account), _fits) >= 4
    assert await _at_every_statement(core, lambda tx: deletion.begin(tx, account), _fits) >= 8
    assert await _at_every_statement(core, lambda tx: deletion.take_back(tx, account.id), _fits) >= 4
    [item] = await core.database.write(lambda tx: work.claim(tx, kinds=(exports.JOB,)))

    def finish(tx: Tx) -> None:
        case = tx.cases.get(id=item.ref)
        case = cases.move(tx, case, cases.Step.START)
        cases.move(tx, case, cases.Step.FINISH)
        work.finish(tx, item)

    assert await _at_every_statement(core, finish, _fits) >= 4
