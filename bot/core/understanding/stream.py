"""Questions as lines of JSON in, meanings as lines of JSON out: `python -m bot understand < questions.jsonl`.

A line that cannot be understood as a question is answered with an error object that says why; nothing stops the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Protocol

from bot.core.understanding.phrases import LANGUAGES
from bot.core.understanding.understanding import Understanding, Understood

_BATCH: Final = 64


class Out(Protocol):
    def write(self, text: str, /) -> Any: ...


def _read(line: str) -> dict[str, Any]:
    """A question, or {"id", "error"} when the line holds none."""
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "not a line of JSON"}
    if not isinstance(question, dict):
        return {"id": None, "error": "not an object"}
    if not isinstance(question.get("text"), str):
        return {"id": question.get("id"), "error": "no text"}
    return question


def _known(lang: Any) -> str | None:
    return lang if isinstance(lang, str) and lang in LANGUAGES else None


def _line(question: dict[str, Any], understood: Understood) -> dict[str, Any]:
    return {
        "id": question.get("id"),
        "label": understood.label,
        "confidence": understood.confidence,
        "alternatives": [list(pair) for pair in understood.alternatives],
        "decision": understood.decision,
        "lang": understood.lang or _known(question.get("lang")),
        "intents": list(understood.intents),
    }


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    source = iter(lines)
    while batch := list(islice(source, _BATCH)):
        yield batch


def stream(lines: Iterable[str], out: Out, understanding: Understanding | None = None) -> None:
    """Answers line by line in the order of the questions; empty lines are skipped."""
    engine = understanding or Understanding.load()
    for batch in _batches(line for line in lines if line.strip()):
        questions = [_read(line) for line in batch]
        good = [question for question in questions if "error" not in question or "text" in question]
        answers = iter(engine.understand_many([(str(q["text"]), _known(q.get("lang"))) for q in good]))
        for question in questions:
            is_bad = "error" in question and "text" not in question
            answer = question if is_bad else _line(question, next(answers))
            # ASCII, so that a lone surrogate in an id cannot break the pipe.
            out.write(json.dumps(answer) + "\n")
