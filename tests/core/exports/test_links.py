"""The law of a one-time link: whoever reads, and however it is interrupted, the whole leaves once and nothing is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import cases, exports
from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.errors import LinkBusyError, LinkError, NotFoundError
from bot.core.exports import Package, links
from bot.core.exports.links import Download
from bot.core.ports import Tx
from tests.core.office import Office

SIZE = 100


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def _package(office: Office) -> Package:
    account = office.person()

    def make(tx: Tx) -> Package:
        case = cases.open_case(tx, account, Right.EXPORT)
        key = f"package:{case.id}"
        tx.keys.create(key)
        now = tx.clock.now()
        made = Package(case.id, account.id, case.id, key, now, now + timedelta(days=7), SIZE, 2)
        tx.packages.add(made)
        return made

    return office.do(make)


STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["begin", "begin later", "send", "cut", "end", "wait", "wait long"])), max_size=14
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_sequence_of_requests_gets_it_twice_or_with_a_gap(office: Office, steps: list[tuple[int, str]]) -> None:
    """Two readers with one link. What each has received begins at its start and never behind what had left before."""
    package = _package(office)
    token, _until = office.do(lambda tx: links.issue(tx, package.subject, package.id))
    reading: dict[int, tuple[Download, int]] = {}
    left, ended = 0, 0
    for who, step in steps:
        if step.startswith("begin"):
            wanted = 0 if step == "begin" else 40
            try:
                download = office.do(lambda tx, wanted=wanted: links.begin(tx, token, wanted))  # type: ignore[misc]
            except (LinkBusyError, LinkError):
                continue
            assert download.start in (0, wanted) and download.start <= left
            assert not ended or download.start > 0
            reading[who] = download, download.start
        elif step == "wait":
            office.later(seconds=61)
        elif step == "wait long":
            office.later(minutes=16)
        elif who in reading:
            download, position = reading[who]
            try:
                if step == "send":
                    position = min(SIZE, position + 30)
                    office.do(lambda tx, position=position: links.proceed(tx, download, position))  # type: ignore[misc]  # noqa: B023
                    reading[who] = download, position
                elif step == "cut":
                    del reading[who]
                    office.do(lambda tx, position=position: links.let_go(tx, download, position))  # type: ignore[misc]  # noqa: B023
                else:
                    del reading[who]
                    position = SIZE
                    office.do(lambda tx: links.finish(tx, download))  # noqa: B023
                    ended += 1
            except LinkError:
                reading.pop(who, None)  # somebody else has it by now
                continue
            left = max(left, position)
    delivered = office.read(lambda tx: tx.audit.count(tag=Tag.EXPORT_DELIVERED.value, ref=package.case))
    assert delivered == min(ended, 1)


def test_a_link_is_kept_as_a_hash(office: Office) -> None:
    """Who reads the database cannot download."""
    package = _package(office)
    token, until = office.do(lambda tx: links.issue(tx, package.subject, package.id))
    (row,) = office.read(lambda tx: tx.download_links.select(package=package.id))
    assert len(token) == 43 and token not in str(row)
    assert until - office.clock.now() == office.core.policy.safeguards.download_valid.as_timedelta()
    with pytest.raises(LinkError):
        office.do(lambda tx: links.begin(tx, row.id))


def test_no_link_is_good_longer_than_its_package(office: Office) -> None:
    """Issued on the last day it ends with it; afterwards there is none."""
    package = _package(office)
    office.later(days=6, hours=20)
    _token, until = office.do(lambda tx: links.issue(tx, package.subject, package.id))
    assert until == package.expires_at
    office.later(hours=5)
    office.do(exports.destroy_due)
    with pytest.raises(NotFoundError):
        office.do(lambda tx: links.issue(tx, package.subject, package.id))


def test_old_links_are_swept(office: Office) -> None:
    """When nothing can be asked for with them any more."""
    package = _package(office)
    office.do(lambda tx: links.issue(tx, package.subject, package.id))
    office.later(hours=24)
    office.do(links.sweep)
    assert office.read(lambda tx: tx.download_links.count(package=package.id)) == 1
    office.later(minutes=15)
    office.do(links.sweep)
    assert office.read(lambda tx: tx.download_links.count(package=package.id)) == 0
