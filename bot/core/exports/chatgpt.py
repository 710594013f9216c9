"""conversations.json in the layout of a ChatGPT export, so that readers and services that know it can take
the chats over.

A conversation is a tree there (`mapping`); ours are lines: each node has the next as its only child. What
comes late (the last date, the last node) stands behind the tree, so that a conversation of any length is
written as it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from bot.core.conversations import Conversation
from bot.core.exports.reading import Piece

_ROLES = frozenset({"user", "assistant", "system", "tool"})


def as_chatgpt(pieces: Iterator[Piece]) -> Iterator[str]:
    """The file, in parts."""
    yield "["
    open_one: _Tree | None = None
    for piece in pieces:
        if piece.opens:
            if open_one:
                yield open_one.end() + ",\n"
            open_one = _Tree(piece.conversation)
            yield open_one.begin()
        assert open_one is not None
        yield open_one.nodes(piece.messages)
    if open_one:
        yield open_one.end()
    yield "]\n"


class _Tree:
    def __init__(self, conversation: Conversation) -> None:
        self._of = conversation
        self._last = f"{conversation.id}-root"
        self._count = 0
        self._updated = conversation.started_at.timestamp()

    def begin(self) -> str:
        return (
            f'{{"title":{quoted(self._of.title or "")},"create_time":{self._of.started_at.timestamp()},'
            f'"mapping":{{"{self._last}":{{"id":"{self._last}","message":null,"parent":null,"children":['
        )

    def nodes(self, messages: list[list[Any]]) -> str:
        parts: list[str] = []
        for role, text, at in messages:
            self._count += 1
            name = f"{self._of.id}-{self._count}"
            self._updated = datetime.fromisoformat(at).timestamp()
            # the node before still waits for its child
            parts.append(
                f'"{name}"]}},\n"{name}":{{"id":"{name}","message":{{"id":"{name}","author":{_author(role)},'
                f'"create_time":{self._updated},"update_time":null,"content":{{"content_type":"text","parts":[{quoted(text)}]}},'
                f'"status":"finished_successfully","end_turn":true,"weight":1.0,"metadata":{{}},"recipient":"all"}},'
                f'"parent":"{self._last}","children":['
            )
            self._last = name
        return "".join(parts)

    def end(self) -> str:
        return (
            f']}}}},"update_time":{self._updated},"moderation_results":[],"current_node":"{self._last}",'
            f'"plugin_ids":null,"conversation_id":"{self._of.id}","conversation_template_id":null,"id":"{self._of.id}"}}'
        )


def _author(role: str) -> str:
    if role in _ROLES:
        return f'{{"role":"{role}","name":null,"metadata":{{}}}}'
    return f'{{"role":"tool","name":{quoted(role)},"metadata":{{}}}}'
