"""Questions as lines of JSON in, meanings as lines of JSON out: `python -m bot understand < questions.jsonl`.

Each line is answered and flushed before the next is read, so that a program may hold a conversation over the pipe.
A line that cannot be understood as a question is answered with an error object that says why; nothing stops the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, Protocol

from bot.core.understanding.phrases import LANGUAGES
from bot.core.understanding.understanding import Understanding, Understood

_SHIPPED: Final = {lang.casefold(): lang for lang in LANGUAGES}
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})


class Out(Protocol):
    def write(self, text: str, /) -> Any: ...
    def flush(self) -> Any: ...


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


def language_of(lang: Any) -> str | None:
    """The shipped language that a tag means ("de-AT", "zh-TW", "PT"); None for any other tag, which is ignored."""
    if not isinstance(lang, str):
        return None
    first, *rest = lang.strip().casefold().replace("_", "-").split("-")
    if first == "zh":
        return "zh_Hant" if _TRADITIONAL & set(rest) and "hans" not in rest else "zh_Hans"
    return "pt_BR" if first == "pt" else _SHIPPED.get(first)


def _line(question: dict[str, Any], understood: Understood) -> dict[str, Any]:
    return {
        "id": question.get("id"),
        "label": understood.label,
        "confidence": understood.confidence,
        "alternatives": [list(pair) for pair in understood.alternatives],
        "decision": understood.decision,
        "lang": understood.lang or language_of(question.get("lang")),
        "intents": list(understood.intents),
    }


def stream(lines: Iterable[str], out: Out, understanding: Understanding | None = None) -> None:
    """Answers line by line in the order of the questions; empty lines are skipped."""
    engine = understanding or Understanding.load()
    for line in lines:
        if not line.strip():
            continue
        question = _read(line)
        if isinstance(question.get("text"), str):
            question = _line(question, engine.understand(question["text"], language_of(question.get("lang"))))
        # ASCII, so that a lone surrogate in an id cannot break the pipe.
        out.write(json.dumps(question) + "\n")
        out.flush()
