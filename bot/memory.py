"""Memory of a process that runs for months: what is there after the start stays, and what an update needs is soon gone."""

from __future__ import annotations

import gc

_YOUNG_OBJECTS = 20_000
"""An update makes some hundred objects that refer to each other: at Python's 700, collections would begin again and again while
twenty updates are under way, and carry them into the generations that are looked at rarely."""


def settle() -> None:
    """To be called once everything is loaded."""
    gc.collect()
    gc.freeze()  # no later collection looks at it: that was a pause of a third of a second
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
