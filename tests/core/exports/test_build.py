"""From the wish to the sealed package: the job, its password, and what a crash leaves behind."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import pyzipper

from bot.core import cases, exports, work
from bot.core.cases import Case, Right, Status
from bot.core.errors import ShreddedError
from bot.core.exports.texts import PackageTexts
from bot.core.ports import Tx
from bot.core.work import Work, WorkState
from bot.telegram.package_texts import package_texts
from tests.core.exports.conftest import SIGNING_KEY, Desk

TEXT = "the cat is called Mau"


def asked(desk: Desk, **details: str) -> tuple[str, Work]:
    """An export is wanted; its case and the claimed work."""

    def ask(tx: Tx) -> str:
        case, new = exports.ask(tx, tx.accounts.get(id=desk.subject))
        assert new
        if details:
            tx.cases.update({"id": case.id, "subject": case.subject}, details=details)
        return case.id

    ref = desk.do(ask)
    [item] = desk.do(lambda tx: work.claim(tx, kinds=(exports.JOB,)))
    return ref, item


def case_of(desk: Desk, ref: str) -> Case:
    return desk.do(lambda tx: tx.cases.get(id=ref))


def delivered(desk: Desk) -> bytes:
    package = desk.do(lambda tx: exports.latest(tx, desk.subject))
    assert package is not None
    return b"".join(desk.do(lambda tx, n=n: exports.part(tx, package.id, n)) for n in range(package.parts))


async def test_what_is_delivered_is_the_package(desk: Desk) -> None:
    """In the language of the account, which the texts are asked for."""
    desk.chat("First", [TEXT])
    wanted: list[str] = []

    def texts_for(locale: str) -> PackageTexts:
        wanted.append(locale)
        return package_texts(locale)

    ref, item = asked(desk)
    exports.make_build_job(texts_for, lambda: SIGNING_KEY)(desk.engine, item)
    assert wanted == ["en"]
    assert case_of(desk, ref).status == Status.WORKING, "built is not delivered"
    desk.do(lambda tx: exports.arrived(tx, ref))
    assert case_of(desk, ref).status == Status.DONE
    assert desk.do(lambda tx: tx.work.get(id=item.id)).state == WorkState.DONE
    with zipfile.ZipFile(io.BytesIO(delivered(desk))) as archive:
        assert archive.testzip() is None
        [name] = [name for name in archive.namelist() if name.endswith("/export.json")]
        assert TEXT in archive.read(name).decode()


async def test_the_wished_password_locks_the_package_and_is_forgotten(desk: Desk) -> None:
    """It is in no case, no work and no package afterwards."""
    desk.chat("First", [TEXT])
    ref, item = asked(desk, password="correct horse", note="kept")
    exports.make_build_job(package_texts, lambda: SIGNING_KEY)(desk.engine, item)
    assert case_of(desk, ref).details == {"note": "kept", "locked": True}
    with pyzipper.AESZipFile(io.BytesIO(delivered(desk))) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/export.json")]
        with pytest.raises(RuntimeError):
            archive.read(name)
        content = archive.read(name, b"correct horse").decode()
    assert [case["details"] for case in json.loads(content)["cases"]] == [{"note": "kept"}]
    assert all("correct horse" not in str(item) for item in desk.do(lambda tx: tx.work.select()))


@pytest.mark.parametrize("state", [WorkState.WAITING, WorkState.DEAD])
@pytest.mark.parametrize("step", [cases.Step.WITHDRAW, cases.Step.REFUSE])
async def test_what_was_begun_goes_with_a_case_that_ends_without_it(desk: Desk, step: cases.Step, state: WorkState) -> None:
    """The wished password, the half-built copy and its key, also of work that was given up."""
    desk.chat("First", [TEXT])
    ref, item = asked(desk, password="correct horse")
    desk.engine.calls, desk.engine.before = 0, dies_at(9)
    with pytest.raises(Killed):
        exports.make_build_job(package_texts, lambda: SIGNING_KEY)(desk.engine, item)
    key = desk.do(lambda tx: tx.work.get(id=item.id)).checkpoint["key"]
    desk.do(lambda tx: tx.chunks.add(exports.Chunk(f"{key}.000000", key, 0, b"half of it")))
    desk.do(lambda tx: tx.work.update({"id": item.id}, state=state.value))
    if step is cases.Step.WITHDRAW:
        desk.do(lambda tx: cases.withdraw(tx, desk.subject, ref))
    else:
        desk.do(lambda tx: (cases.move(tx, tx.cases.get(id=ref), step), cases.drop_work(tx, ref)))
    assert case_of(desk, ref).details == {"locked": True}
    assert desk.do(lambda tx: (tx.chunks.count(), tx.work.count(), tx.keys.exists(key))) == (0, 0, False)


class Killed(BaseException):
    """kill -9, as far as a test can."""


async def test_a_crash_at_any_step_still_ends_in_one_whole_package(desk: Desk) -> None:
    """The worker dies before its first read or write, before its second, and so on; the next does it."""
    desk.chat("First", [TEXT])
    step = 0
    while built_after_a_crash(desk, step := step + 1):
        pass
    assert step > 10


async def test_what_a_dead_worker_stored_is_no_part_of_the_package(desk: Desk) -> None:
    """It died with the first mebibyte stored, then with all of it and only the hand-over missing."""
    chance = random.Random(3)
    desk.chat("Incompressible", [chance.randbytes(4000).hex() for _ in range(94)])
    desk.engine.calls = 0
    built_after_a_crash(desk, 0)
    whole = desk.engine.calls
    assert built_after_a_crash(desk, whole - 1)
    assert built_after_a_crash(desk, whole)


def built_after_a_crash(desk: Desk, step: int) -> bool:
    """A worker dies before its `step`th read or write, a second builds the package; whether it died."""
    ref, item = asked(desk)
    job = exports.make_build_job(package_texts, lambda: SIGNING_KEY)
    desk.engine.calls, desk.engine.before = 0, dies_at(step)
    try:
        job(desk.engine, item)
        died = False
    except Killed:
        died = True
        assert desk.do(lambda tx: tx.packages.count(destroyed_at=None)) == 0
        desk.engine.before = dies_at(0)
        desk.clock.move(timedelta(minutes=1))
        [again] = desk.do(lambda tx: work.claim(tx, kinds=(exports.JOB,)))
        job(desk.engine, again)
    assert case_of(desk, ref).status == Status.WORKING, "built is not delivered"
    desk.do(lambda tx: exports.arrived(tx, ref))
    assert case_of(desk, ref).status == Status.DONE
    with zipfile.ZipFile(io.BytesIO(delivered(desk))) as archive:
        assert archive.testzip() is None
    [package] = desk.do(lambda tx: tx.packages.select(destroyed_at=None))
    assert desk.do(lambda tx: tx.chunks.count()) == package.size // 2**20 + 1
    desk.do(lambda tx: exports.destroy(tx, package))
    return died


def dies_at(step: int) -> Callable[[int], None]:
    def check(calls: int) -> None:
        if calls == step:
            raise Killed

    return check


async def test_a_worker_that_was_thought_dead_stops_without_a_trace(desk: Desk) -> None:
    """Somebody else holds the work by now: FencedError, and the case is not moved by the first."""
    ref, item = asked(desk)
    desk.clock.move(timedelta(minutes=1))
    desk.do(lambda tx: work.claim(tx, kinds=(exports.JOB,)))
    with pytest.raises(work.FencedError):
        exports.make_build_job(package_texts, lambda: SIGNING_KEY)(desk.engine, item)
    assert case_of(desk, ref).status == Status.ACKNOWLEDGED


async def test_a_destroyed_package_opens_no_more(desk: Desk) -> None:
    """After the time that the retention rule of the policy names. Its key is shredded and its chunks are gone."""
    _, item = asked(desk)
    exports.make_build_job(package_texts, lambda: SIGNING_KEY)(desk.engine, item)
    package = desk.do(lambda tx: exports.latest(tx, desk.subject))
    assert package is not None
    assert package.expires_at - package.created_at == desk.do(lambda tx: tx.policy.keep_for("export_package")).as_timedelta()
    desk.clock.move(timedelta(days=7) - timedelta(seconds=1))
    assert desk.do(exports.destroy_due) == 0
    desk.clock.move(timedelta(seconds=1))
    assert desk.do(exports.destroy_due) == 1
    assert desk.do(lambda tx: tx.chunks.count(subject=package.key)) == 0
    assert not desk.do(lambda tx: tx.keys.exists(package.key))
    with pytest.raises(ShreddedError):
        desk.do(lambda tx: tx.keys.unseal(package.key, "chunks", "content", "x", b"x"))


async def test_a_case_without_an_open_export_is_left_alone(desk: Desk) -> None:
    ref, item = asked(desk)
    desk.do(lambda tx: cases.move(tx, tx.cases.get(id=ref), cases.Step.WITHDRAW))
    exports.make_build_job(package_texts, lambda: SIGNING_KEY)(desk.engine, item)
    assert desk.do(lambda tx: tx.packages.count(subject=desk.subject)) == 0
    assert case_of(desk, ref).right == Right.EXPORT
