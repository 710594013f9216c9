"""Whatever is done to an exported trail, the separate verifier says so, and says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit_verify import Kind
from bot.core.audit import AuditEntry
from tests.core.audit_trails import (
    LAWS,
    OTHER_SEED,
    checkpoint,
    found,
    kinds,
    linked,
    restored,
    signed_trails,
    trail,
)


@LAWS
@given(signed_trails())
def test_an_untouched_trail_has_no_findings(signed: tuple[list[AuditEntry], list[str]]) -> None:
    assert found(*signed) == []


def test_an_empty_trail_that_was_signed_has_no_findings() -> None:
    assert found([], [checkpoint([], 0)]) == []


@LAWS
@given(signed_trails(), st.data())
def test_an_edited_entry_is_named(signed: tuple[list[AuditEntry], list[str]], data: st.DataObject) -> None:
    """Every field that has a meaning is under the hash."""
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[place]
    forged = [
        replace(entry, at=entry.at + timedelta(milliseconds=1)),
        replace(entry, tag="case:forged"),
        replace(entry, actor="x"),
        replace(entry, subject="x"),
        replace(entry, ref="x"),
        replace(entry, details="{}"),
        replace(entry, before=bytes(31) + b"x"),
        replace(entry, hash=bytes(31) + b"x"),
    ]
    entries[place] = data.draw(st.sampled_from(forged))
    first = found(entries, checkpoints)[0]
    assert (first.kind, first.number, first.line) == (Kind.EDITED, place + 1, place + 1)


@LAWS
@given(signed_trails(), st.data())
def test_an_edited_entry_with_a_new_hash_of_its_own_does_not_fit_its_place(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 2))
    entries[place] = linked([replace(entries[place], ref="x")], entries[place].before)[0]
    numbers = {each.number for each in found(entries, checkpoints) if each.kind is Kind.REPLACED}
    assert numbers == {place + 2}


@LAWS
@given(signed_trails(), st.data())
def test_a_trail_rewritten_from_some_entry_on_is_not_the_one_that_was_signed(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    """The whole rest hashed anew: a chain without checkpoints could not tell."""
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    entries[place] = replace(entries[place], ref="x")
    findings = found(linked(entries), checkpoints)
    assert kinds(findings) == {Kind.REWRITTEN}
    assert findings[0].number <= place + 1  # told from the last checkpoint that still agrees


@LAWS
@given(signed_trails(), st.data())
def test_deleted_entries_leave_a_gap(signed: tuple[list[AuditEntry], list[str]], data: st.DataObject) -> None:
    entries, checkpoints = signed
    place = data.draw(st.integers(1, max(1, len(entries) - 2)))
    kept = entries[:place] + entries[place + 1 :]
    expected = Kind.TRUNCATED if place == len(entries) - 1 else Kind.DELETED
    assert (expected, place + 1) in {(each.kind, each.number) for each in found(kept, checkpoints)}


@LAWS
@given(signed_trails(), st.data())
def test_deleting_and_renumbering_does_not_help(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    """The chain is then shorter than was signed, and ends otherwise."""
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    kept = entries[:place] + entries[place + 1 :]
    renumbered = linked([replace(each, id=f"{number:012d}") for number, each in enumerate(kept, 1)])
    findings = found(renumbered, checkpoints)
    assert (Kind.TRUNCATED, len(entries)) in {(each.kind, each.number) for each in findings}


@LAWS
@given(signed_trails(), st.data())
def test_an_inserted_entry_takes_anothers_place(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    extra = linked([replace(entries[place], ref="x")], entries[place].before)[0]
    findings = found([*entries[: place + 1], extra, *entries[place + 1 :]], checkpoints)
    assert (Kind.FORKED, place + 1, place + 2) in {(each.kind, each.number, each.line) for each in findings}


@LAWS
@given(signed_trails(), st.data())
def test_an_inserted_entry_that_moves_all_others_is_not_what_was_signed(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    more = [*entries[:place], replace(entries[0], ref="x"), *entries[place:]]
    renumbered = linked([replace(each, id=f"{number:012d}") for number, each in enumerate(more, 1)])
    assert kinds(found(renumbered, checkpoints)) == {Kind.REWRITTEN}


@LAWS
@given(signed_trails(), st.data())
def test_an_entry_told_twice_is_an_insertion(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    place = data.draw(st.integers(0, len(entries) - 1))
    findings = found([*entries, entries[place]], checkpoints)
    assert [(each.kind, each.number, each.line) for each in findings] == [
        (Kind.INSERTED, place + 1, len(entries) + 1)
    ]


@LAWS
@given(signed_trails(), st.data())
def test_another_order_is_found(signed: tuple[list[AuditEntry], list[str]], data: st.DataObject) -> None:
    entries, checkpoints = signed
    moved = data.draw(st.permutations(entries).filter(lambda some: some != entries))
    assert kinds(found(list(moved), checkpoints)) == {Kind.REORDERED}


@LAWS
@given(signed_trails(), st.data())
def test_two_entries_that_change_places_are_found(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    """Renumbered too, and hashed anew."""
    entries, checkpoints = signed
    one, other = sorted(data.draw(st.sets(st.integers(0, len(entries) - 1), min_size=2, max_size=2)))
    entries[one], entries[other] = (
        replace(entries[other], id=entries[one].id),
        replace(entries[one], id=entries[other].id),
    )
    assert Kind.EDITED in kinds(found(entries, checkpoints))
    assert kinds(found(linked(entries), checkpoints)) == {Kind.REWRITTEN}


@LAWS
@given(signed_trails(), st.data())
def test_an_end_that_was_cut_off_is_missed_by_the_newest_checkpoint(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    kept = data.draw(st.integers(0, len(entries) - 1))
    findings = found(entries[:kept], checkpoints)
    assert [(each.kind, each.number) for each in findings] == [(Kind.TRUNCATED, kept + 1)]


@LAWS
@given(signed_trails(), st.data())
def test_a_beginning_that_was_cut_off_is_missed_by_the_count(
    signed: tuple[list[AuditEntry], list[str]], data: st.DataObject
) -> None:
    entries, checkpoints = signed
    gone = data.draw(st.integers(1, len(entries) - 1))
    findings = found(entries[gone:], checkpoints)
    assert [(each.kind, each.number) for each in findings] == [(Kind.TRUNCATED, 1)]


def test_a_beginning_that_the_retention_sweep_removed_is_no_finding() -> None:
    """The checkpoint after the sweep signs how many entries are kept; one entry less is found again."""
    entries = trail(9)
    checkpoints = [checkpoint(entries, 3), checkpoint(entries, 9), checkpoint(entries, 9, count=4)]
    assert found(entries[5:], checkpoints) == []
    assert [(each.kind, each.number) for each in found(entries[6:], checkpoints)] == [(Kind.TRUNCATED, 6)]


def test_a_forged_beginning_does_not_follow_the_entry_that_was_signed_before_it() -> None:
    entries = trail(6)
    forged = linked(entries[3:], bytes(31) + b"x")
    findings = found(forged, [checkpoint(entries, 3), checkpoint(forged, 6, count=3)])
    assert kinds(findings) == {Kind.REWRITTEN}


OLD = trail(10)
"""As it stood before a restore to its sixth entry; NEW is how it went on."""
NEW = linked([*OLD[:6], *(replace(each, ref="anew") for each in trail(9)[6:])])
BEFORE, BACK, AFTER = [checkpoint(OLD, 4), checkpoint(OLD, 10)], restored(NEW, 6, OLD[9]), checkpoint(NEW, 9, restores=1)
HONEST = [*BEFORE, BACK, AFTER]
ELSEWHERE = linked([replace(OLD[0], ref="elsewhere"), *OLD[1:6]])


def test_a_restore_is_reported_and_no_finding() -> None:
    """Also as the first thing that is signed, and when what was signed before had not got beyond the backup. It counts what stands
    in the file, whatever it says itself."""
    lesser = restored(NEW, 6, OLD[3])
    for entries, lines in ((NEW, HONEST), (NEW[:6], HONEST[:3]), (NEW, [BACK]), (NEW, [lesser])):
        findings = found(entries, lines)
        assert (findings, len(findings.restores)) == ([], 1)
    assert str(found(NEW, [lesser]).restores[0]).endswith("nothing that was signed is missing. The chain went on from entry 6.")
    assert found(NEW, HONEST).restores == found(NEW, [*BEFORE, lesser]).restores
    said = str(found(NEW, HONEST).restores[0])
    assert said.endswith("entries 7 to 10 as they were then are no longer there (4). The chain went on from entry 6.")


@pytest.mark.parametrize(
    ("entries", "lines", "kind"),
    [
        (NEW, [*BEFORE, AFTER], Kind.MISPLACED),
        (NEW[:6], BEFORE, Kind.TRUNCATED),
        (NEW, [*BEFORE, AFTER, BACK], Kind.MISPLACED),
        (NEW[:6], [*BEFORE, AFTER, BACK], Kind.MISPLACED),
        (NEW[:6], [*HONEST, BACK], Kind.TRUNCATED),
        (NEW, [BEFORE[0], BACK, BEFORE[1], AFTER], Kind.MISPLACED),
        (NEW, [*BEFORE, restored(NEW, 6, OLD[9], seed=OTHER_SEED), AFTER], Kind.FORGED),
        (NEW, [*BEFORE, BACK.replace('"kept":6', '"kept":0'), AFTER], Kind.FORGED),
        (NEW, [*BEFORE, restored(ELSEWHERE, 6, OLD[9]), AFTER], Kind.REWRITTEN),
        (linked([replace(NEW[0], ref="x"), *NEW[1:]]), HONEST, Kind.REWRITTEN),
        (linked([*NEW[:7], replace(NEW[7], ref="x"), NEW[8]]), HONEST, Kind.REWRITTEN),
        (OLD, HONEST, Kind.REWRITTEN),
        (NEW[:8], HONEST, Kind.TRUNCATED),
        (NEW[:5], HONEST[:3], Kind.TRUNCATED),
        (NEW[2:], HONEST, Kind.TRUNCATED),
    ],
    ids=[
        "left out", "left out with what follows", "moved to the end", "moved to hide a cut", "told again to hide a cut", "moved forward",
        "by another key", "changed", "to a chain that is not this one", "rewritten before it", "rewritten after it", "the old chain",
        "cut after it", "cut before it", "its beginning cut",
    ],
)  # fmt: skip
def test_nobody_without_the_key_passes_off_as_a_restore_what_is_none(entries: list[AuditEntry], lines: list[str], kind: Kind) -> None:
    assert kind in kinds(found(entries, lines))


def test_restores_follow_each_other_to_older_and_to_newer_entries() -> None:
    """An older backup, then by a second thought a newer one of the first run of the chain: the run between them is given up."""
    again = linked([*OLD[:8], *(replace(each, ref="again") for each in trail(9)[8:])])
    older = [*HONEST, restored(OLD, 3, NEW[8], restores=2), checkpoint(OLD, 4, restores=2)]
    newer = [*HONEST, checkpoint(NEW, 7, restores=1), restored(again, 8, NEW[8], restores=2, kept=6), checkpoint(again, 9, restores=2)]
    assert (found(OLD[:4], older), found(again, newer)) == ([], [])
    assert [(each.was, each.kept, each.number) for each in found(again, newer).restores] == [(10, 6, 6), (9, 6, 8)]
    assert kinds(found(again, [*newer[:-2], restored(again, 8, NEW[8], restores=2)])) == {Kind.REWRITTEN}
    assert kinds(found(again, [*newer, BACK])) == {Kind.MISPLACED}
