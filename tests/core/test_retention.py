"""What is kept, how long, and what the sweeps leave behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import audit_verify
from bot.checkpoints import open_checkpoints
from bot.core import (
    accounts,
    audit,
    cases,
    confirmations,
    conversations,
    exports,
    questions,
    retention,
    training,
    work,
)
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.audit_checkpoints import head_of
from bot.core.audit_lines import export_chain
from bot.core.cases import Right, Step
from bot.core.erasure import holds
from bot.core.exports import Package
from bot.core.keys import Purpose
from bot.core.policies import Policy, Span
from bot.core.ports import Tx
from bot.storage.tables import metadata
from bot.workers import SWEEPS
from tests.core.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def test_a_closed_case_goes_after_its_time_and_not_before(office: Office) -> None:
    """Policy: 24 months (CCPA §7101); an open case, however old, and one under a legal hold stay."""
    account = office.person()
    done, still_open = (office.do(lambda tx: cases.open_case(tx, account, Right.OBJECTION)).id for _ in range(2))
    other = office.person()
    kept = office.do(lambda tx: cases.open_case(tx, other, Right.OBJECTION)).id
    for ref in (kept, done):
        office.do(lambda tx, ref=ref: cases.move(tx, tx.cases.get(id=ref), Step.FINISH))  # type: ignore[misc]
    office.do(lambda tx: holds.hold(tx, other.id, actor="p-officer", reason="claims"))
    office.later(days=730)
    assert office.do(retention.sweep_cases) == 0
    office.later(days=1)
    assert office.do(retention.sweep_cases) == 1
    assert {case.id for case in office.read(lambda tx: tx.cases.select())} == {kept, still_open}


def test_a_legal_hold_neither_keeps_conversations_nor_lends_them_to_training(office: Office) -> None:
    """It stops the shred and nothing else: they go when their time is over, or the person wishes; none is used beyond its time."""
    held = office.person(titles=("Sore knee", "Landlord"))
    office.do(lambda tx: holds.hold(tx, held.id, actor="p-officer", reason="claims"))
    assert len(_for_training(office, held)) == 2
    first, _second = office.read(lambda tx: tx.conversations.select())
    office.do(lambda tx: conversations.delete(tx, held.id, first.id))
    office.later(days=31)
    assert _for_training(office, held) == [], "though no sweep has been there yet"
    assert len(office.do(conversations.sweep)) == 1
    assert office.read(lambda tx: tx.conversations.count()) == 0
    assert office.do(lambda tx: conversations.clear_all(tx, held.id)) == 0


def _for_training(office: Office, account: Account) -> list[dict[str, Any]]:
    return office.read(lambda tx: list(training.eligible(tx, account.id)), Purpose.TRAINING)


def test_the_audit_trail_loses_its_beginning_and_still_verifies(office: Office, tmp_path: Path) -> None:
    """A checkpoint signed after the sweep tells the verifier where the trail begins; without it the cut is found."""
    for _ in range(3):
        office.person()
    file = open_checkpoints(office.core)
    file.write_last(office.do(head_of))
    office.later(days=800)
    office.person()
    gone = office.do(retention.sweep_audit)
    assert gone > 0
    assert _verify(office, tmp_path) == 1, "a beginning that nobody signed was cut off"
    assert file.begins() != office.read(lambda tx: tx.audit.select(limit=1))[0].number
    file.write_last(office.do(head_of))
    assert _verify(office, tmp_path) == 0
    assert office.do(retention.sweep_audit) == 0


def test_the_last_entry_of_the_trail_stays(office: Office) -> None:
    """The chain goes on from it: a desk that slept for years does not start a second chain."""
    office.person()
    office.later(days=3000)
    office.do(retention.sweep_audit)
    assert office.read(lambda tx: tx.audit.count()) == 1
    office.person()
    assert audit.verify_chain(office.read(lambda tx: tx.audit.select(order_by="id"))) is None


def test_used_buttons_links_and_counts_go_after_their_time(office: Office) -> None:
    """Each by its own rule of the policy file."""
    account = office.person()
    office.do(lambda tx: confirmations.issue(tx, subject=account.id, chat="lane", action="export"))
    office.do(lambda tx: accounts.issue_link(tx, account.id))
    office.do(lambda tx: questions.count(tx, "export", "en", "high"))
    sweeps = (retention.sweep_confirmations, retention.sweep_link_tokens, retention.sweep_tallies)
    assert [office.do(sweep) for sweep in sweeps] == [0, 0, 0]
    office.later(days=8)
    assert [office.do(sweep) for sweep in sweeps] == [1, 1, 0]
    office.later(days=730)
    assert office.do(retention.sweep_tallies) == 1


def test_what_was_done_for_a_case_leaves_no_row_for_ever(office: Office) -> None:
    """Finished work goes after some days, what is given up or still waits never; a destroyed copy's entry goes with its case."""
    account = office.person()

    def export(tx: Tx) -> None:
        case, _new = exports.ask(tx, account)
        tx.keys.create("package:1")
        now = tx.clock.now()
        tx.packages.add(Package("1", account.id, case.id, "package:1", now, now + timedelta(days=7), 1, 1))
        cases.move(tx, case, Step.FINISH)
        work.finish(tx, work.claim(tx)[0])
        tx.work.update({"id": work.schedule(tx, "dead", "x")}, state="dead")
        work.schedule(tx, "waiting", "x", now + timedelta(days=2000))

    office.do(export)
    office.later(days=2)
    assert office.do(retention.sweep_work) == 0
    office.later(days=6)
    assert (office.do(retention.sweep_work), office.do(exports.destroy_due)) == (1, 1)
    assert sorted(item.kind for item in office.read(lambda tx: tx.work.select())) == ["dead", "waiting"]
    office.later(days=720)
    office.do(retention.sweep_cases)
    assert office.read(lambda tx: tx.packages.count()) == 1
    office.later(days=10)
    office.do(retention.sweep_cases)
    assert office.read(lambda tx: tx.packages.count()) == 0


def test_what_was_swept_stands_in_the_trail_once_a_day_with_numbers(office: Office) -> None:
    """Counts per kind, added up in the transaction of the removal; one entry however many sweeps there were."""
    sweep = retention.counted_by_age("conversation", conversations.sweep)
    office.person(titles=("Sore knee", "Landlord"))
    office.later(hours=1)
    office.person(titles=("Diary",))
    office.later(days=29, hours=23)
    assert office.do(sweep) == 2
    office.later(hours=1)
    assert office.do(sweep) == 1
    assert office.do(sweep) == 0
    assert office.read(lambda tx: tx.audit.count(tag=Tag.RETENTION_SWEPT.value)) == 0
    office.later(days=1)
    (item,) = office.do(lambda tx: work.claim(tx, kinds=(retention.REPORT,)))
    retention.report_job(office.engine, item)
    (entry,) = office.read(lambda tx: tx.audit.select(tag=Tag.RETENTION_SWEPT.value))
    assert json.loads(entry.details) == {"conversation": 3, "conversation:30": 3}
    assert office.read(lambda tx: tx.work.count(kind=retention.REPORT, state="waiting")) == 0


def test_two_rows_of_numbers_become_one_entry(office: Office) -> None:
    """Two processes that noted at once made a row each; the day's entry has both."""
    for number in (2, 3):
        office.do(lambda tx, number=number: work.schedule(tx, retention.REPORT, "", None, case=number))  # type: ignore[misc]
    item = office.do(lambda tx: work.claim(tx, kinds=(retention.REPORT,), limit=1))[0]
    retention.report_job(office.engine, item)
    (entry,) = office.read(lambda tx: tx.audit.select(tag=Tag.RETENTION_SWEPT.value))
    assert json.loads(entry.details) == {"case": 5}


def test_the_sweeps_use_every_rule_of_the_policy_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """No period that people read in the policy is a second number in code; of a copy of the data it is used when that is made."""
    used, really = {"export_package"}, Policy.keep_for

    def asked(policy: Policy, record: str) -> Span:
        used.add(record)
        return really(policy, record)

    monkeypatch.setattr(Policy, "keep_for", asked)
    for sweep in SWEEPS:
        office.do(sweep)
    assert used == set(office.core.policy.retention)


# Why a kind of record has no rule of its own in the policy file.
_WITHOUT_A_RULE = {
    **dict.fromkeys(("accounts", "telegram_links", "consents", "bans", "subject_keys", "policy_notices"), "until the person is erased"),
    **dict.fromkeys(("segments", "chunks", "packages", "rooms", "proposals"), "with what they belong to"),
    **dict.fromkeys(("audit_heads", "epoch_heads", "policy_versions", "members", "team_groups", "communities", "digests"), "about no person"),
    **dict.fromkeys(("breach_tellings", "breach_notices"), "with their breach"),
    "certificates": "for good: they name nobody",
    "work": "as long as messages that were sent",
}
_BY_RULE = {
    "conversations", "inbox", "outbox", "slots", "drafts", "confirmations", "link_tokens", "download_links", "tallies", "cases", "letters",
    "attachments", "audit", "breaches",
}  # fmt: skip


def test_no_kind_of_record_is_kept_without_a_decision() -> None:
    """A new table is here, or its rows stay for ever unnoticed."""
    assert not _BY_RULE & _WITHOUT_A_RULE.keys()
    assert set(metadata.tables) == _BY_RULE | _WITHOUT_A_RULE.keys()


def _verify(office: Office, folder: Path) -> int:
    file = open_checkpoints(office.core)
    chain = folder / "chain.jsonl"
    chain.write_text("".join(export_chain(office.read(lambda tx: tx.audit.select(order_by="id")))), "ascii")
    return audit_verify.main([str(chain), str(file.path), str(file.public_key_path)])
