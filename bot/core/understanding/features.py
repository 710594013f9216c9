"""What the head sees of a message: its meaning twice over, its letters, and a few cues one can read.

Meaning: the encoder's vector of the text as written and of the same text in lower case without final punctuation, so
that neither shouting nor a missing question mark moves a message far. Letters: hashed words, word pairs and character
n-grams, the names of things ("GDPR", "SOC 2") and the small words which the encoder blurs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.understanding import cues
from bot.core.understanding.cues import Cues
from bot.core.understanding.encoder import DIMENSIONS, encode
from bot.core.understanding.normalise import plain, without_diacritics

# Raise when anything below changes what a text turns into: a head of another version is refused.
FEATURES_VERSION: Final = 2
BUCKETS: Final = 8192
DENSE: Final = 2 * DIMENSIONS + len(cues.KINDS)

_WORD: Final = re.compile(r"[^\W_]+|\?")
_UNSPACED_FROM: Final = 0x0E00
_CUE_WEIGHT: Final = 0.5
Array = NDArray[np.float32]


def grams(text: str) -> set[str]:
    """Words, word pairs and short letter sequences of one normalised text; Thai and East Asian text has no words."""
    words = _WORD.findall(without_diacritics(text.lower()))
    found = {f"w{word}" for word in words}
    found |= {f"b{one} {two}" for one, two in pairwise(words)}
    if words:
        found |= {f"^{words[0]}", f"^{' '.join(words[:2])}", f"${words[-1]}"}
    for word in words:
        if ord(word[0]) >= _UNSPACED_FROM:
            found |= {f"c{word[at : at + n]}" for n in (1, 2, 3) for at in range(len(word) - n + 1)}
            found |= {f"z{word[-2:]}", f"z{word[-4:]}"}
        else:
            edged = f"<{word}>"
            found |= {f"c{edged[at : at + n]}" for n in (3, 4) for at in range(len(edged) - n + 1)}
    return found


def hashed(text: str) -> tuple[NDArray[np.intp], Array]:
    """Buckets and signed weights of the n-grams; the weights have length one so that long texts do not shout."""
    codes = [zlib.crc32(gram.encode("utf-8", "replace")) for gram in grams(text)]
    if not codes:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32)
    code = np.sort(np.array(codes, dtype=np.int64))
    signs = np.where(code >> 31, 1.0, -1.0) / np.sqrt(len(codes))
    return (code % BUCKETS).astype(np.intp), signs.astype(np.float32)


def dense(texts: Sequence[str], marks: Sequence[Cues], careful: Sequence[bool]) -> Array:
    """Both meanings and the cues, one row per normalised text. One encoder call for all, each spelling once; where
    `careful` is not set the plain spelling serves twice, for half the time."""
    plains = [plain(text) for text in texts]
    written = [text if care else bare for text, bare, care in zip(texts, plains, careful, strict=True)]
    unique = list(dict.fromkeys([*written, *plains]))
    row = {text: at for at, text in enumerate(unique)}
    encoded = encode(unique)
    vectors = encoded[[row[text] for text in (*written, *plains)]]
    numbers = np.array([mark.as_numbers() for mark in marks])
    return joined(vectors[: len(texts)], vectors[len(texts) :], numbers.reshape(len(texts), len(cues.KINDS)))


def joined(written: Array, plains: Array, marks: NDArray[np.float64]) -> Array:
    """The dense row as the head was trained on it."""
    return np.hstack([written, plains, _CUE_WEIGHT * marks]).astype(np.float32)
