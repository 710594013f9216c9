"""Understanding: what a person means, in sixteen languages, on this machine, in milliseconds.

A message is one small matrix product: more BLAS threads only spin beside the event loop. numpy reads their number
when it is first imported, so it is said here, before anything below imports it.
"""

import os
import sys

if "numpy" not in sys.modules:
    for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(_name, "1")

from bot.core.understanding.stream import stream
from bot.core.understanding.understanding import Understanding, Understood

__all__ = ["Understanding", "Understood", "stream"]
