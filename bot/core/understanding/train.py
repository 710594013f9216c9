"""`python -m bot.core.understanding.train`: phrases in, head.npz out, the same bytes every time on one machine.

1. Read the phrases; write each also as people type it: lower case, no final mark, no diacritics, a slip of a finger.
2. Encode everything (kept in a temporary folder between runs, because it is the slow half).
3. Hold out every fifth family, train on the rest, find the temperature on the held-out ones.
4. Train on everything, store.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.core.understanding import cues
from bot.core.understanding.calibration import temperature_of
from bot.core.understanding.encoder import encode
from bot.core.understanding.features import BUCKETS, DENSE, Array, hashed, joined
from bot.core.understanding.head import PATH, Head, save, softmax
from bot.core.understanding.labels import INDEX, LABELS
from bot.core.understanding.normalise import normalise, plain, without_diacritics
from bot.core.understanding.phrases import LANGUAGES, Phrase, digest_of_phrases, read_phrases

HIDDEN: Final = 256
BATCH: Final = 256
EPOCHS: Final = 12
DROP: Final = 0.5
SMOOTH: Final = 0.05
RATE: Final = 3e-3
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """Everything the training sees, one row per way of writing a phrase."""

    texts: list[str]
    dense: Array
    grams: list[tuple[NDArray[np.intp], Array]]
    label: Ints
    lang: Ints
    family: Ints
    weight: Array
    is_original: NDArray[np.bool_]

    def of(self, rows: Ints) -> Samples:
        return replace(
            self,
            texts=[self.texts[i] for i in rows],
            grams=[self.grams[i] for i in rows],
            **{n: getattr(self, n)[rows] for n in ("dense", "label", "lang", "family", "weight", "is_original")},
        )


def _slip(text: str, chance: random.Random) -> str:
    """One slip of a finger: two letters swapped, one lost, one doubled."""
    at = chance.randrange(1, max(2, len(text) - 2))
    kind = chance.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    return text[:at] + (text[at + 1 :] if kind == 1 else text[at : at + 1] + text[at:])


def ways_of_writing(text: str, family: int) -> list[str]:
    """A normalised phrase and its sloppy forms; the first is the phrase itself."""
    bare = plain(text)
    ways = [text, without_diacritics(bare)]
    if family % 3 == 0 and len(bare) > 12:
        ways.append(_slip(bare, random.Random(family)))
    return list(dict.fromkeys(way for way in ways if way)) or [text]


def _cached_encode(texts: list[str]) -> Array:
    seal = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]
    path = Path(tempfile.gettempdir()) / f"understanding-{seal}.npy"
    if path.exists():
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    rows = np.zeros((len(texts), 512), dtype=np.float32)
    rows[order] = encode([texts[row] for row in order])
    rows = rows.astype(np.float16).astype(np.float32)
    np.save(path, rows.astype(np.float16))
    return rows


def samples_of(phrases: list[Phrase], *, augment: bool = True) -> Samples:
    texts, owner = [], []
    for number, phrase in enumerate(phrases):
        clean = normalise(phrase.text)
        for way in ways_of_writing(clean, phrase.family) if augment else [clean]:
            texts.append(way)
            owner.append(number)
    own = np.array(owner)
    unique = sorted({*texts, *(plain(text) for text in texts)})
    place = {text: row for row, text in enumerate(unique)}
    vectors = _cached_encode(unique)
    marks = np.array([cues.find(t, phrases[i].lang).as_numbers() for t, i in zip(texts, owner, strict=True)])
    dense = joined(vectors[[place[t] for t in texts]], vectors[[place[plain(t)] for t in texts]], marks)
    label = np.array([INDEX[phrase.label] for phrase in phrases])
    # Rare labels weigh a little more; a sloppy copy weighs less than what somebody wrote.
    share = np.bincount(label, minlength=len(LABELS)).clip(1)
    weight = np.sqrt(share.mean() / share)[label][own]
    original = np.r_[True, own[1:] != own[:-1]]
    weight = np.where(original, weight, 0.6 * weight)
    return Samples(
        texts,
        dense,
        [hashed(text) for text in texts],
        label[own],
        np.array([LANGUAGES.index(phrase.lang) for phrase in phrases])[own],
        np.array([phrase.family for phrase in phrases])[own],
        weight.astype(np.float32),
        original,
    )


class _Adam:
    """Adam with decoupled decay and a cosine rate, in place."""

    def __init__(self, tables: list[Array], decay: list[float], steps: int) -> None:
        self.tables, self.decay, self.steps, self.step = tables, decay, steps, 0
        self.first = [np.zeros_like(table) for table in tables]
        self.second = [np.zeros_like(table) for table in tables]

    def update(self, slopes: list[Array]) -> None:
        self.step += 1
        rate = RATE * 0.5 * (1 + np.cos(np.pi * self.step / self.steps))
        for table, first, second, slope, decay in zip(
            self.tables, self.first, self.second, slopes, self.decay, strict=True
        ):
            first += 0.1 * (slope - first)
            second += 0.01 * (slope * slope - second)
            pace = np.sqrt(second / (1 - 0.99**self.step)) + 1e-8
            table -= np.float32(rate) * (first / (1 - 0.9**self.step) / pace + decay * table)


def _block(data: Samples, rows: Ints) -> Array:
    block = np.zeros((len(rows), BUCKETS), dtype=np.float32)
    for at, row in enumerate(rows):
        buckets, weights = data.grams[row]
        np.add.at(block[at], buckets, weights)
    return block


def _targets(label: Ints, kinds: int) -> Array:
    goal = np.full((len(label), kinds), SMOOTH / kinds, dtype=np.float32)
    goal[np.arange(len(label)), label] += 1 - SMOOTH
    return goal


def train_head(data: Samples, epochs: int = EPOCHS, say: Callable[[str], None] = lambda line: None) -> Head:
    """Labels and languages are learnt in one pass; they share nothing but the n-grams."""
    chance = np.random.default_rng(20260301)
    wide = np.float32
    w1 = (chance.normal(size=(DENSE, HIDDEN)) * 0.12).astype(wide)
    w2 = (chance.normal(size=(HIDDEN, len(LABELS))) * 0.02).astype(wide)
    b1, b2 = np.zeros(HIDDEN, wide), np.zeros(len(LABELS), wide)
    skip = np.zeros((DENSE, len(LABELS)), wide)
    letters, tongue = np.zeros((BUCKETS, len(LABELS)), wide), np.zeros((BUCKETS, len(LANGUAGES)), wide)
    tongue_bias = np.zeros(len(LANGUAGES), wide)
    steps = epochs * (len(data.texts) // BATCH)
    adam = _Adam([w1, b1, w2, b2, skip, letters, tongue, tongue_bias], [0.02, 0, 0.02, 0, 0.02, 0.1, 0.1, 0], steps)
    goals, langs = _targets(data.label, len(LABELS)), _targets(data.lang, len(LANGUAGES))
    for epoch in range(epochs):
        order = chance.permutation(len(data.texts))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            x, grams = data.dense[rows], _block(data, rows)
            raw = x @ w1 + b1
            open_ = (raw > 0) * (chance.random(raw.shape, dtype=wide) > DROP) / wide(1 - DROP)
            hidden = raw * open_
            weight = data.weight[rows, None] / BATCH
            miss = (softmax(hidden @ w2 + b2 + x @ skip + grams @ letters) - goals[rows]) * weight
            wrong = (softmax(grams @ tongue + tongue_bias) - langs[rows]) / wide(BATCH)
            back = (miss @ w2.T) * open_
            slopes: list[Any] = [x.T @ back, back.sum(0), hidden.T @ miss, miss.sum(0), x.T @ miss, grams.T @ miss,
                             grams.T @ wrong, wrong.sum(0)]  # fmt: skip
            adam.update(slopes)
        say(f"epoch {epoch + 1}/{epochs}")
    return Head(w1, b1, w2, b2, skip, letters, tongue, tongue_bias, 1.0, "")


def fold_of(family: Ints, folds: int = 5) -> Ints:
    """A family's fold, fixed by its number: neighbours in the file land in different folds."""
    return np.array([zlib.crc32(b"%d" % number) % folds for number in family.tolist()], dtype=np.int64)


def main() -> None:
    data = samples_of(read_phrases())
    print(f"{len(data.texts)} texts of {int(data.is_original.sum())} phrases")
    fold = fold_of(data.family)
    part = train_head(data.of(np.flatnonzero(fold != 0)))
    unseen = data.of(np.flatnonzero((fold == 0) & data.is_original))
    logits = part.logits(unseen.dense, unseen.texts)
    right = float((logits.argmax(1) == unseen.label).mean())
    temperature = temperature_of(logits, unseen.label)
    print(f"held-out families: top-1 {right:.3f}, temperature {temperature:.3f}")
    save(replace(train_head(data), temperature=temperature, digest=digest_of_phrases()))
    print(f"{PATH.name}: {PATH.stat().st_size} bytes")


if __name__ == "__main__":
    main()
