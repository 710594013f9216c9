"""`python -m bot.core.understanding.evaluate` (make eval): how well the shipped head understands texts it never saw.

Measured on tests/understanding/eval/*.jsonl through the public class, as a person would be served. With `--folds`,
also cross-validated over the phrases by family (slow: one training per fold).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bot.core.understanding.calibration import area_under_curve, expected_calibration_error
from bot.core.understanding.labels import OUT, is_action
from bot.core.understanding.train import fold_of, samples_of, train_head
from bot.core.understanding.understanding import Understanding, Understood

FOLDER: Final = Path("tests/understanding/eval")
DELETE: Final = "do_delete_account"


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    lang: str
    label: str
    tags: tuple[str, ...]
    source: str


def read_questions(folder: Path = FOLDER) -> list[Question]:
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                found.append(Question(row["text"], row["lang"], row["label"], tuple(row.get("tags", ())), path.stem))
    return found


def _share(hits: Iterable[bool]) -> str:
    rows = list(hits)
    return f"{100 * sum(rows) / len(rows):5.1f} % of {len(rows)}" if rows else "none"


Pair = tuple[Question, Understood]


def _is_right(pair: Pair) -> bool:
    return pair[0].label == pair[1].label


def _shown(pair: Pair, count: int) -> bool:
    return pair[0].label in [label for label, _ in pair[1].alternatives[:count]]


def _offers_deletion(pair: Pair) -> bool:
    return pair[1].label == DELETE and pair[1].decision == "offer"


def _groups(pairs: list[Pair]) -> None:
    by: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by[f"lang {pair[0].lang}"].append(pair)
        by[f"file {pair[0].source}"].append(pair)
        for tag in pair[0].tags:
            by[f"tag {tag}"].append(pair)
    for name in sorted(by):
        print(f"  {name:24} {_share(map(_is_right, by[name]))}")
    worst = sorted({q.label for q, _ in pairs}, key=lambda lab: np.mean([_is_right(p) for p in pairs if p[0].label == lab]))
    for label in worst[:8]:
        own = [pair for pair in pairs if pair[0].label == label]
        taken = Counter(u.label for q, u in own if q.label != u.label).most_common(2)
        print(f"  worst {label:24} {_share(map(_is_right, own))}, taken for {taken}")


def report(pairs: list[Pair]) -> None:
    questions = [pair for pair in pairs if not is_action(pair[0].label)]
    requests = [pair for pair in pairs if is_action(pair[0].label)]
    true_deletions = [pair for pair in pairs if pair[0].label == DELETE]
    print(f"top-1                        {_share(map(_is_right, pairs))}")
    print(f"top-3                        {_share(_shown(pair, 3) for pair in pairs)}")
    print(f"right label among shown      {_share(_shown(pair, 9) for pair in pairs)}")
    print(f"question taken for action    {_share(is_action(u.label) for _, u in questions)}")
    print(f"question offered an action   {_share(is_action(u.label) and u.decision == 'offer' for _, u in questions)}")
    print(f"action taken for question    {_share(not is_action(u.label) for _, u in requests)}")
    false = [pair for pair in pairs if pair[0].label != DELETE and _offers_deletion(pair)]
    print(f"false deletion offers        {len(false)}")
    for question, _ in false[:10]:
        print(f"    [{question.label}] {question.text}")
    print(f"deletion recognised          {_share(map(_is_right, true_deletions))}")
    print(f"deletion offered             {_share(map(_offers_deletion, true_deletions))}")
    off = np.array([q.label in OUT for q, _ in pairs])
    score = np.array([sum(p for label, p in u.alternatives if label in OUT) for _, u in pairs])
    said = np.array([u.label in OUT for _, u in pairs])
    hits = int((off & said).sum())
    print(f"off-topic AUROC {area_under_curve(score, off):.3f}, F1 {2 * hits / max(1, int(off.sum() + said.sum())):.3f}")
    sure = np.array([u.confidence for _, u in pairs])
    right = np.array([_is_right(pair) for pair in pairs])
    print(f"right or wrong AUROC {area_under_curve(sure, right):.3f}, ECE {expected_calibration_error(sure, right):.3f}")
    print(f"decisions                    {dict(Counter(u.decision for _, u in pairs))}")
    print(f"language right               {_share(u.lang == q.lang for q, u in pairs)}")
    _groups(pairs)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folds", type=int, default=0)
    arguments.add_argument("--errors", action="store_true", help="print what was misunderstood")
    arguments.add_argument("--folder", type=Path, default=FOLDER, help="where the questions are")
    wanted = arguments.parse_args()
    questions = read_questions(wanted.folder)
    if questions:
        understanding = Understanding.load()
        understood = understanding.understand_many([(q.text, q.lang) for q in questions])
        pairs = list(zip(questions, understood, strict=True))
        report(pairs)
        for question, meaning in pairs if wanted.errors else []:
            if question.label != meaning.label:
                print(f"{question.lang} {question.label} <- {meaning.label} {meaning.confidence}: {question.text[:150]}")
    if wanted.folds:
        cross_validate(wanted.folds)


def cross_validate(folds: int) -> None:
    """Top-1 over phrase families that were not trained on; writes of one family stay together."""
    from bot.core.understanding.phrases import read_phrases

    data = samples_of(read_phrases())
    fold = fold_of(data.family, folds)
    right = []
    for one in range(folds):
        unseen = data.of(np.flatnonzero((fold == one) & data.is_original))
        logits = train_head(data.of(np.flatnonzero(fold != one))).logits(unseen.dense, unseen.texts)
        right.append(float((logits.argmax(1) == unseen.label).mean()))
        print(f"fold {one}: {right[-1]:.3f}", flush=True)
    print(f"cross-validated top-1 {np.mean(right):.3f}")


if __name__ == "__main__":
    main()
