"""Reads a subject's conversations from first to last, a few segments at a time.

Each read is a short transaction of its own: no writer waits for it, and what is in memory does not grow with
the account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.core.conversations import SEGMENT_MESSAGES, Conversation, Segment
from bot.core.errors import SealError
from bot.core.ports import Collection, Tx
from bot.core.work import Engine

T = TypeVar("T")

_HEADERS = 200
_SEGMENTS = 16
"""Of a read. A segment of long answers may be a megabyte, and several times that once it is opened."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some messages of a conversation: `[role, text, at]` each, as they are sealed. `opens` on its first
    piece.
    """

    conversation: Conversation
    opens: bool
    first: int
    messages: list[list[Any]]


class Reader:
    """Reads all conversations of a subject, as often as wanted.

    What does not open (SealError) is left out and named in `broken`. `seen` tells whether two readings met
    the same.
    """

    def __init__(self, engine: Engine, subject: str, on_segments: Callable[[int], None]) -> None:
        self._engine = engine
        self._subject = subject
        self._on_segments = on_segments
        self.broken: dict[str, str] = {}
        self.seen: list[bytes] = []

    def pieces(self) -> Iterator[Piece]:
        """Every conversation in the order in which they began, every message in its order."""
        seen = hashlib.sha256()
        for group in self._groups():
            for piece in self._pieces_of(group):
                seen.update(f"{piece.conversation.id} {piece.first} {len(piece.messages)}\n".encode())
                yield piece
        self.seen.append(seen.digest())

    def has_changed(self) -> bool:
        """Whether conversations came or went between two readings."""
        return len(set(self.seen)) > 1

    def _groups(self) -> Iterator[list[Conversation]]:
        """Conversations that are read together: about `_SEGMENTS` segments, or one long conversation."""
        group: list[Conversation] = []
        segments = 0
        for header in self._headers():
            own = max(1, -(-header.messages // SEGMENT_MESSAGES))
            if group and segments + own > _SEGMENTS:
                yield group
                group, segments = [], 0
            group.append(header)
            segments += own
        if group:
            yield group

    def _headers(self) -> Iterator[Conversation]:
        page = self._engine.read(lambda tx: self._first_headers(tx))
        while page:
            yield from page
            page = self._engine.read(lambda tx, last=page[-1]: self._headers_after(tx, last))  # type: ignore[misc]

    def _first_headers(self, tx: Tx) -> list[Conversation]:
        return self._open(tx.conversations, limit=_HEADERS, subject=self._subject, order_by="started_at")

    def _headers_after(self, tx: Tx, last: Conversation) -> list[Conversation]:
        """The next page by its key (start, id): an offset would count the rows before it again and again."""
        same = self._open(
            tx.conversations,
            limit=_HEADERS,
            subject=self._subject,
            started_at=last.started_at,
            id__gt=last.id,
        )
        if len(same) == _HEADERS:
            return same
        return same + self._open(
            tx.conversations,
            limit=_HEADERS - len(same),
            subject=self._subject,
            started_at__gt=last.started_at,
            order_by="started_at",
        )

    def _pieces_of(self, group: list[Conversation]) -> Iterator[Piece]:
        if len(group) == 1:
            yield from self._pieces_of_one(group[0])
            return
        wanted = [header.id for header in group]
        found: dict[str, list[Segment]] = {name: [] for name in wanted}
        for segment in self._engine.read(
            lambda tx: self._open(tx.segments, subject=self._subject, conversation__in=wanted)
        ):
            found[segment.conversation].append(segment)
        for header in group:
            yield from _as_pieces(header, found[header.id])
            self._on_segments(len(found[header.id]))

    def _pieces_of_one(self, header: Conversation) -> Iterator[Piece]:
        """By the range of its segments' ids, so that the database walks one index and sorts nothing."""
        last, end = f"{header.id}.", f"{header.id}.z"
        opens, first = True, 0
        while True:
            page = self._engine.read(
                lambda tx, last=last: self._open(tx.segments, limit=_SEGMENTS, id__gt=last, id__lt=end)  # type: ignore[misc]
            )
            own = [segment for segment in page if segment.subject == self._subject]
            for piece in _as_pieces(header, own, opens=opens, first=first):
                first += len(piece.messages)
                yield piece
            opens = False
            self._on_segments(len(page))
            if len(page) < _SEGMENTS:
                return
            last = page[-1].id

    def _open(self, rows: Collection[T], **where: Any) -> list[T]:
        try:
            return rows.select(**where)
        except SealError:
            return [self._open_one(rows, row) for row in rows.select(opened=False, **where)]

    def _open_one(self, rows: Collection[T], closed: T) -> T:
        name = str(closed.id)  # type: ignore[attr-defined]
        try:
            return rows.get(id=name)
        except SealError:
            self.broken[name] = "segment" if isinstance(closed, Segment) else "title"
            return closed


def _as_pieces(
    header: Conversation, segments: list[Segment], *, opens: bool = True, first: int = 0
) -> Iterator[Piece]:
    """A conversation without messages has one empty piece, so that it is not lost."""
    if opens and not segments:
        yield Piece(header, True, 0, [])
    for segment in segments:
        messages = segment.content or []
        yield Piece(header, opens, first, messages)
        opens, first = False, first + len(messages)
