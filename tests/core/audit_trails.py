"""Audit trails as the service writes them, and as a forger with the database does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from bot.audit_verify import Finding, Findings, Kind, read_public_key, verify
from bot.core.audit import GENESIS, AuditEntry, Tag, entry_hash
from bot.core.audit_checkpoints import public_key_pem
from bot.core.audit_lines import Checkpoint, Head, Restored, export_chain, sign, sign_restored

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
KEY = read_public_key(public_key_pem(SEED).decode())
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAWS = settings(deadline=None, max_examples=60)


def linked(entries: list[AuditEntry], before: bytes = GENESIS) -> list[AuditEntry]:
    """The same deeds hashed anew from `before` on: what a forger with the database does."""
    made: list[AuditEntry] = []
    for each in entries:
        found = entry_hash(
            each.number, each.at, each.tag, each.actor, each.subject, each.ref, each.details, before
        )
        made.append(replace(each, before=before, hash=found))
        before = found
    return made


def trail(count: int, *, says: str = "") -> list[AuditEntry]:
    """A chain as the service writes it."""
    deeds = [
        AuditEntry(
            id=f"{number:012d}",
            at=START + timedelta(minutes=number),
            tag=list(Tag)[number % len(Tag)].value,
            actor="service",
            subject=f"p{number % 3}",
            ref=f"DEL-{number}",
            details=json.dumps({"n": number, "says": says}, sort_keys=True, separators=(",", ":")),
            before=b"",
            hash=b"",
        )
        for number in range(1, count + 1)
    ]
    return linked(deeds)


def checkpoint(
    entries: list[AuditEntry], number: int, *, count: int | None = None, seed: bytes = SEED, restores: int = 0
) -> str:
    """A checkpoint as the service signs it when the chain has `number` entries."""
    hashes = {each.number: each.hash for each in entries}
    head = Head(number, hashes.get(number, GENESIS), number if count is None else count)
    return sign(Checkpoint("EU", head, START + timedelta(days=1), restores), seed)


def restored(
    entries: list[AuditEntry], number: int, was: AuditEntry, *, restores: int = 1, kept: int | None = None, seed: bytes = SEED
) -> str:
    """What `restore` signs when it put back a chain that has `number` entries, after entry `was` of another one."""
    head = Head(number, entries[number - 1].hash, number)
    kept = number if kept is None else kept
    return sign_restored(Restored("EU", head, was.number, was.hash, kept, restores, START + timedelta(days=2)), seed)


def found(entries: list[AuditEntry], checkpoints: list[str]) -> Findings:
    return verify(list(export_chain(entries)), checkpoints, KEY)


def kinds(findings: list[Finding]) -> set[Kind]:
    return {finding.kind for finding in findings}


@st.composite
def signed_trails(draw: st.DrawFn) -> tuple[list[AuditEntry], list[str]]:
    """A chain of two to twelve entries, signed in some places and at its end."""
    entries = trail(draw(st.integers(2, 12)), says=draw(st.text(max_size=8)))
    places = draw(st.sets(st.integers(0, len(entries) - 1), max_size=3))
    return entries, [checkpoint(entries, number) for number in [*sorted(places), len(entries)]]
