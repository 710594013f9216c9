"""Making a probability mean what it says: of the answers given with 0.8, eight in ten are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.core.understanding.features import Array


def temperature_of(logits: Array, labels: NDArray[np.int64]) -> float:
    """The divisor of the logits with the least surprise on families the head has not seen."""

    def surprise(temperature: float) -> float:
        scaled = logits.astype(np.float64) / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels]
        return float((np.log(np.exp(scaled).sum(axis=1)) - chosen).mean())

    candidates = np.linspace(0.3, 2.5, 111)
    return float(candidates[int(np.argmin([surprise(float(c)) for c in candidates]))])


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """The mean distance between what was claimed and what came true, over ten bands of confidence."""
    band = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[band == one].mean() - right[band == one].mean()) * float((band == one).mean())
        for one in range(bins)
        if (band == one).any()
    ]
    return float(sum(gaps))


def area_under_curve(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """AUROC by ranks; ties count half. One class only: 0.5, because nothing was told apart."""
    if not positive.any() or positive.all():
        return 0.5
    _, group, size = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(size) - (size - 1) / 2)[group]
    ups = int(positive.sum())
    return float((rank[positive].sum() - ups * (ups + 1) / 2) / (ups * (len(score) - ups)))
