"""export.json: everything in one file that a program can read (Art. 20(1): structured, commonly used,
machine-readable).

export.schema.json describes it. The head is of one moment; the conversations follow as they are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from json.encoder import encode_basestring as quoted
from typing import Any

from bot.core.conversations import Conversation
from bot.core.exports.facts import Facts, as_json
from bot.core.exports.reading import Piece


def as_export(facts: Facts, pieces: Iterator[Piece]) -> Iterator[str]:
    """The file, in parts."""
    head = json.dumps(as_json(facts), ensure_ascii=False, indent=1)
    yield head.removesuffix("\n}") + ',\n "conversations": ['
    separator = "\n"
    started = False
    for piece in pieces:
        if piece.opens:
            yield ("]}" if started else "") + separator + _begin(piece.conversation)
            started, separator = True, ",\n"
        yield _messages(piece)
    yield ("]}" if started else "") + "\n ]\n}\n"


def _begin(conversation: Conversation) -> str:
    facts: dict[str, Any] = {
        "id": conversation.id,
        "title": conversation.title or "",
        "started_at": conversation.started_at.isoformat(),
        "stored_at": conversation.stored_at.isoformat(),
        "kept": conversation.kept,
    }
    return json.dumps(facts, ensure_ascii=False).removesuffix("}") + ', "messages": ['


def _messages(piece: Piece) -> str:
    if not piece.messages:
        return ""
    joined = ",\n".join(
        f'{{"role":{quoted(role)},"at":{quoted(at)},"text":{quoted(text)}}}'
        for role, text, at in piece.messages
    )
    return (",\n" if piece.first else "\n") + joined
