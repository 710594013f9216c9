"""The register of cases: complete, in private, on record, harmless in a spreadsheet, and about nobody."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as law
from hypothesis import strategies as st

from bot.core import accounts, cases
from bot.core.audit import Tag
from bot.core.cases import Right, Status, Step
from bot.core.errors import PrivacyError
from bot.core.ports import Tx
from bot.core.spreadsheets import as_csv
from bot.core.support import register
from tests.core.office import Office
from tests.flows.test_status import given_case, meet
from tests.stage import Stage

_OFFICE: list[Office] = []


@pytest.fixture(scope="module", autouse=True)
def _office() -> Any:
    _OFFICE.append(Office())
    yield
    _OFFICE.pop().close()


def read(text: str) -> list[list[str]]:
    """A file as a spreadsheet reads it."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def files(stage: Stage, who: str) -> dict[str, list[list[str]]]:
    """What came to somebody in private, by name."""
    found = stage.world.person(who).sees()
    return {message.file.name: read(message.file.content.decode()) for message in found if message.file is not None}


async def test_the_register_goes_to_who_asked_in_private(stage: Stage) -> None:
    """Never to the group; dana has the role, anna has not; who took it is on record."""
    await stage.given_team()
    await meet(stage)
    await stage.plays("""
        dana: /start
        bot:  ...
    """)
    asked, refused = await given_case(stage, Right.QUESTION, place="california"), await given_case(stage, Right.OBJECTION, place="eu")
    await stage.settle()
    stage.clock.move(timedelta(days=3))

    def answer(tx: Tx) -> None:
        cases.move(tx, tx.cases.get(id=asked), Step.FINISH)
        cases.move(tx, tx.cases.get(id=refused), Step.REFUSE, reason="unfounded")

    await stage.core.database.write(answer)
    await stage.settle()
    stage._outputs.clear()
    await stage.plays("""
        anna in Desk: /register
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: /register
        bot in Desk: The register goes to you in private. It is not shown here.
        bot to dana: (file) The register of cases. It names nobody. Your taking it is on record.
        bot to dana: (file) The figures of the register by year and right (CCPA regulations §7102).
    """)
    found = files(stage, "dana")
    assert sorted(found) == ["cases-2026-03-26.csv", "metrics-2026-03-26.csv"]
    rows = {row[0]: row for row in found["cases-2026-03-26.csv"]}
    assert rows[asked][6] == rows[refused][6] == "2026-03-23 09:00:00"
    assert (rows[asked][5], rows[refused][5]) == ("CCPA", "GDPR")
    assert rows[refused][14] == "GDPR Art. 12(5)"
    assert rows[asked][15] == rows[refused][15] == "3.0"
    if not stage.pseudo:
        assert (rows[asked][2], rows[asked][12], rows[asked][17]) == ("with this bot, in Telegram", "done", "yes")
        assert rows[refused][12:14] == ["refused", "Manifestly unfounded"]
    account = await stage.core.database.read(lambda tx: accounts.find_by_telegram(tx, stage.world.person("alice").id))
    assert account is not None
    assert account.pseudonym not in str(found) and "Alice" not in str(found) and "mine" not in str(found)
    assert not [message for message in stage.world.group("Desk").messages.values() if message.file is not None]
    [entry] = await stage.core.database.read(lambda tx: tx.audit.select(tag=Tag.REGISTER_EXPORTED.value))
    assert (entry.actor, entry.details) == ("team:3", '{"entries":2,"what":"cases"}')


async def test_who_never_pressed_start_is_told_in_the_group(stage: Stage) -> None:
    """And gets it afterwards."""
    await stage.given_team()
    await stage.plays("""
        viktor in Desk: /register
        bot in Desk: The register goes to you in private. It is not shown here.
        bot in Desk: I cannot write to team member 2 in private. Please open a chat with me and press Start; then I send what waits.
        viktor: /start
        bot to viktor: (file) The register of cases. ...
        bot to viktor: (file) The figures of the register ...
        bot to viktor: Hello! ...
    """)


steps = st.lists(st.tuples(st.sampled_from(list(Step)), st.floats(0.1, 20)), max_size=6)


@law(st.lists(st.tuples(st.sampled_from(list(Right)), st.sampled_from([None, "eu", "california"]), steps), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_case_stands_in_the_register_once(plan: list[tuple[Right, str | None, list[tuple[Step, float]]]]) -> None:
    """Whatever happened to it; and the metrics add up to the register."""
    office = _OFFICE[-1]
    office.do(lambda tx: tx.cases.remove())
    for right, place, path in plan:
        account = office.person(place=place)
        ref = office.do(lambda tx: cases.open_case(tx, account, right)).id
        for step, days in path:
            office.later(days=days)
            try:
                office.do(lambda tx: cases.move(tx, tx.cases.get(id=ref), step, reason="unfounded"))
            except PrivacyError:
                continue
    rows, every = office.read(register.rows), office.read(lambda tx: {case.id: case for case in tx.cases.select(opened=False)})
    assert sorted(row.ref for row in rows) == sorted(every)
    for row in rows:
        case = every[row.ref]
        assert (row.received_at, row.answered_at, row.status) == (case.opened_at, case.closed_at, case.status)
        assert (row.basis != "") == (case.status == Status.REFUSED)
        assert (row.days is None) == (case.closed_at is None)
        assert row.days is None or row.days >= 0
    counted = register.metrics(rows)
    assert sum(each.received for each in counted) == len(every)
    for each in counted:
        mine = [row for row in rows if (row.received_at.year, row.right) == (each.year, each.right)]
        assert each.received == len(mine) == each.complied + each.denied + each.withdrawn + each.open
        days = [row.days for row in mine if row.days is not None and row.status != Status.WITHDRAWN]
        assert each.median_days == (median(days) if days else None)


@law(st.lists(st.lists(st.one_of(st.text(), st.integers(), st.none(), st.floats(allow_nan=False)), min_size=1, max_size=4), max_size=4))
def test_no_cell_is_a_formula(table: list[list[Any]]) -> None:
    """A spreadsheet shows what stands there; nothing in it is run, and nothing is lost."""
    found = list(csv.reader(io.StringIO(as_csv(["head"], table), newline="")))[1:]
    for row, cells in zip(table, found, strict=True):
        for value, shown in zip(row, cells, strict=True):
            text = "" if value is None else str(value)
            if isinstance(value, str):
                assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert shown in (text, "'" + text)
