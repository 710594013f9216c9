"""The conversations as the page reads them: a list of headers and a stream of messages, cut into files of
about a megabyte.

A small account's data stands inside index.html. A large one's lies beside it as scripts, because a page that
is opened from a disk may load scripts but not data; the page fetches them one by one as they are read, so a
phone can open them too.

    list-0001: [[title, started, messages, kept, text file], …]       LIST_LENGTH conversations each
    text-0001: [[conversation, first message, [[role, time, text], …]], …]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from bot.core.exports.reading import Piece

LIST_LENGTH = 2000
_TEXT_LETTERS = 1024 * 1024
_ROLES = {"user": "0", "assistant": "1"}

Put = Callable[[str, str], None]
"""Writes a payload file: path, content."""


class PageData:
    """Collects pieces and puts full files; what is left of an account that never filled one stays for inside
    the page.
    """

    def __init__(self, put: Put) -> None:
        self._put = put
        self._list = _Parts("list")
        self._text = _Parts("text")
        self._conversation = -1

    def take(self, pieces: Iterator[Piece]) -> None:
        """All pieces, in order."""
        for piece in pieces:
            if piece.opens:
                self._open(piece)
            self._text.add(f"[{self._conversation},{piece.first},[{_messages(piece.messages)}]]")
            if self._text.letters >= _TEXT_LETTERS:
                self._text.flush(self._put)

    def finish(self) -> tuple[dict[str, int], dict[str, str]]:
        """How many files there are of each kind, and the data that stands in the page itself, by element."""
        if self._list.files == 0 and self._text.files == 0:
            return {"list": 1, "text": 1}, {"list-1": self._list.content(), "text-1": self._text.content()}
        for parts in (self._list, self._text):
            if parts.letters:
                parts.flush(self._put)
        return {"list": self._list.files, "text": self._text.files}, {}

    def _open(self, piece: Piece) -> None:
        header = piece.conversation
        self._conversation += 1
        if self._conversation and self._conversation % LIST_LENGTH == 0:
            self._list.flush(self._put)
        started = int(header.started_at.timestamp() * 1000)
        title = for_script(quoted(header.title or ""))
        self._list.add(f"[{title},{started},{header.messages},{int(header.kept)},{self._text.files + 1}]")


def for_script(json_text: str) -> str:
    """JSON that can stand in a script element: nothing in it can end the element or begin a comment
    (CWE-79).
    """
    return json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _messages(messages: list[list[Any]]) -> str:
    joined = ",".join(
        f"[{_ROLES.get(role) or quoted(role)},{_milliseconds(at)},{quoted(text)}]"
        for role, text, at in messages
    )
    return for_script(joined)


def _milliseconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)


class _Parts:
    """What will be one file."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._parts: list[str] = []
        self.files = 0
        self.letters = 0

    def add(self, part: str) -> None:
        self._parts.append(part)
        self.letters += len(part)

    def content(self) -> str:
        return "[" + ",\n".join(self._parts) + "]"

    def flush(self, put: Put) -> None:
        self.files += 1
        put(
            f"page/{self._kind}-{self.files:04d}.js",
            f'received("{self._kind}",{self.files},{self.content()});\n',
        )
        self._parts.clear()
        self.letters = 0
