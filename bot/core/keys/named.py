"""Rotation of the keys that are known by what they are for.

    signing   the new key signs from now on. Old and new one sign a line that hands over (bot/core/audit_checkpoints.py), which is
              kept in the key store for every machine; then the old one is destroyed. Its public half stays published, so that
              what it signed stays good.
    ledger    new lines are written and people named under the new key; the old ones only check and recognise what is there.

A rotation of the signing key that was interrupted is finished by the next call, which then makes no further key; that of the
ledger key is one step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from bot.core.audit_checkpoints import CheckpointFile
from bot.core.audit_lines import Head, hand_over
from bot.core.erasure.ledger import Ledger
from bot.core.keys.ring import HANDOVER, LEDGER, SIGNING, KeyRing


def rotate_signing(ring: KeyRing, file: CheckpointFile, head: Callable[[], Head]) -> int:
    """A new signing key: made, handed over to, used at once for a checkpoint, and the old one destroyed. Its number."""
    keys = ring.newest_keys(SIGNING)
    number = ring.ensure_named(SIGNING, keys[0].number + (len(keys) == 1)).number
    file.write_last(head())
    for old in ring.named_keys(SIGNING)[1:]:
        ring.destroy_named(SIGNING, old.number)
    return number


def signing_keys(ring: KeyRing, now: datetime) -> tuple[bytes, list[str]]:
    """The key that signs now, and every line that handed over, oldest first. A line that an interrupted rotation left unwritten
    is written here."""
    keys = ring.newest_keys(SIGNING)
    for new, old in pairwise(keys):
        ring.keep(HANDOVER, new.number, hand_over(ring.region, old.key, new.key, now).encode())
    return keys[0].key, [line.decode() for line in ring.kept(HANDOVER)]


def rotate_ledger(ring: KeyRing, erasures: Ledger, moves: Ledger) -> int:
    """A new key for both ledgers of a region. Its number. LedgerError."""
    number = ring.newest_keys(LEDGER)[0].number + 1
    make = ring.ensure_named
    return erasures.before_rotation(lambda: moves.before_rotation(lambda: make(LEDGER, number))).number
