"""Rotation of the keys that are known by what they are for.

    signing   the new key signs from now on. Old and new one sign a line that hands over (bot/core/audit_checkpoints.py), then
              the old one is destroyed; its public half stays published, so that what it signed stays good.

A rotation that was interrupted is finished by the next call, which then makes no further key.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.core.audit_checkpoints import CheckpointFile, Head
from bot.core.keys.ring import SIGNING, KeyRing


def rotate_signing(ring: KeyRing, file: CheckpointFile, head: Callable[[], Head]) -> int:
    """A new signing key: made, handed over to, used at once for a checkpoint, and the old one destroyed. Its number."""
    keys = ring.newest_keys(SIGNING)
    number = ring.ensure_named(SIGNING, keys[0].number + (len(keys) == 1)).number
    file.write_last(head())
    for old in ring.named_keys(SIGNING)[1:]:
        ring.destroy_named(SIGNING, old.number)
    return number
