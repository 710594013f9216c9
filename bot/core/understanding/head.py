"""The trained head: features in, a calibrated probability per label out. Shipped as head.npz beside the code.

logits = meaning · skip + relu(meaning · w1 + b1) · w2 + b2 + n-grams · letters, divided by a temperature that was
found on phrase families the head had not seen. A second small table names the language of a text from its n-grams.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.core.understanding.features import FEATURES_VERSION, Array, hashed

PATH: Final = Path(__file__).parent / "head.npz"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class StaleHeadError(RuntimeError):
    """The shipped head belongs to other features: run `python -m bot.core.understanding.train`."""


def softmax(logits: Array) -> Array:
    spread = np.exp(logits - logits.max(axis=-1, keepdims=True))
    total: Array = spread / spread.sum(axis=-1, keepdims=True)
    return total


@dataclass(frozen=True, slots=True)
class Head:
    w1: Array
    b1: Array
    w2: Array
    b2: Array
    skip: Array
    letters: Array
    tongue: Array
    tongue_bias: Array
    temperature: float
    digest: str

    def logits(self, dense: Array, texts: list[str]) -> Array:
        hidden = np.maximum(dense @ self.w1 + self.b1, 0.0)
        return np.asarray(hidden @ self.w2 + self.b2 + dense @ self.skip + self._sums(texts, self.letters), np.float32)

    def probabilities(self, dense: Array, texts: list[str]) -> Array:
        return softmax(self.logits(dense, texts) / self.temperature)

    def language_scores(self, text: str) -> Array:
        """One probability per shipped language, in the order of phrases.LANGUAGES."""
        return softmax(self._sums([text], self.tongue)[0] + self.tongue_bias)

    @staticmethod
    def _sums(texts: list[str], table: Array) -> Array:
        rows = []
        for text in texts:
            buckets, weights = hashed(text)
            rows.append(weights @ table[buckets] if len(buckets) else np.zeros(table.shape[1], np.float32))
        return np.array(rows, dtype=np.float32)


def save(head: Head, path: Path = PATH) -> None:
    """The same head gives the same bytes: halves, fixed order, fixed times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for field in fields(Head):
            value: Any = getattr(head, field.name)
            if field.name == "digest":
                value = np.array(f"{FEATURES_VERSION}:{value}")
            elif field.name != "temperature":
                value = np.asarray(value, dtype=np.float16)
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asarray(value), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{field.name}.npy", _EPOCH), buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)


def load(path: Path = PATH) -> Head:
    """Reads the shipped head; one trained for other features raises StaleHeadError."""
    with np.load(path, allow_pickle=False) as stored:
        version, _, digest = str(stored["digest"]).partition(":")
        if version != str(FEATURES_VERSION):
            raise StaleHeadError(version)
        tables: dict[str, NDArray[np.float32]] = {
            field.name: stored[field.name].astype(np.float32)
            for field in fields(Head)
            if field.name not in ("digest", "temperature")
        }
        return Head(**tables, temperature=float(stored["temperature"]), digest=digest)
