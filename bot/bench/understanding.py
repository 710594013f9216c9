"""`python -m bot.bench.understanding` (make bench): accuracy, latency and memory beside BM25 and rapidfuzz, one run.

All three see the same phrases and the same unseen questions. Each runs in a process of its own, so that resident
memory is its own; one core, one BLAS thread. "cpu" is time of this thread alone: a busy machine does not lengthen it
as it lengthens the time on the wall. "flood" is the dearest of texts made to be slow, 4,096 characters each.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.core.understanding.evaluate import read_questions
from bot.core.understanding.phrases import read_phrases

Answer = Callable[[str, str], str]


def _engine() -> Answer:
    from bot.core.understanding.understanding import Understanding

    understanding = Understanding.load()
    understanding.warm()
    return lambda text, lang: understanding.understand(text, lang).label


def _bm25() -> Answer:
    import bm25s

    phrases = read_phrases()
    index = bm25s.BM25()
    index.index(bm25s.tokenize([phrase.text for phrase in phrases], show_progress=False), show_progress=False)

    def answer(text: str, lang: str) -> str:
        tokens = bm25s.tokenize([text], show_progress=False, return_ids=False)
        if not tokens[0]:
            return "out_of_scope"
        rows, _ = index.retrieve(tokens, k=1, show_progress=False)
        return phrases[int(rows[0, 0])].label

    return answer


def _rapidfuzz() -> Answer:
    from rapidfuzz import fuzz, process

    phrases = read_phrases()
    texts = [phrase.text.lower() for phrase in phrases]

    def answer(text: str, lang: str) -> str:
        best = process.extractOne(text.lower()[:500], texts, scorer=fuzz.ratio)
        return phrases[best[2]].label if best else "out_of_scope"

    return answer


_SYSTEMS: dict[str, Callable[[], Answer]] = {"understanding": _engine, "bm25s": _bm25, "rapidfuzz": _rapidfuzz}


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _floods() -> list[str]:
    """Texts made to be slow: noise in four scripts, one endless word, many sentences, many wishes."""
    chance = random.Random(3)
    noise = [(0x61, 0x7A), (0x4E00, 0x9FFF), (0xE01, 0xE2E), (0xAC00, 0xD7A3)]
    made = ["".join(chr(chance.randint(*reach)) if chance.random() < 0.85 else " " for _ in range(4096)) for reach in noise]
    return [*made, "a" * 4096, "delete my account, " * 215, "How do you do it? " * 227]


def _milliseconds(answer: Answer, text: str) -> float:
    """The median of five, in time of this thread."""
    spent = []
    for _ in range(5):
        begun = time.thread_time()
        answer(text, "en")
        spent.append(1000 * (time.thread_time() - begun))
    return sorted(spent)[2]


def measure(name: str) -> dict[str, float | str]:
    """One system, alone in this process, on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    answer = _SYSTEMS[name]()
    questions = read_questions()
    times, spent, right = [], [], 0
    for question in questions:
        start, begun = time.perf_counter(), time.thread_time()
        label = answer(question.text, question.lang)
        times.append(1000 * (time.perf_counter() - start))
        spent.append(1000 * (time.thread_time() - begun))
        right += label == question.label
    times.sort()
    spent.sort()
    return {
        "system": name,
        "top-1 %": round(100 * right / len(questions), 1),
        "p50 ms": round(times[len(times) // 2], 2),
        "p99 ms": round(times[int(0.99 * len(times))], 2),
        "worst ms": round(times[-1], 2),
        "p99 cpu ms": round(spent[int(0.99 * len(spent))], 2),
        "flood cpu ms": round(max(_milliseconds(answer, flood) for flood in _floods()), 2),
        "RSS MB": round(_resident_megabytes()),
    }


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name in _SYSTEMS:
        subprocess.run([sys.executable, "-m", "bot.bench.understanding", name], check=True, env=one_thread)  # noqa: S603


if __name__ == "__main__":
    main()
