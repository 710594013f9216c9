"""Whatever is done to an exported trail, the separate verifier says so, and says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.audit_verify import Kind
from bot.core.audit import AuditEntry
from tests.core.audit_trails import (
    LAWS,
    checkpoint,
    found,
    kinds,
    linked,
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
