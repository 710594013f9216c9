"""Reading conversations from files: ChatGPT's `conversations.json` layout, and ours (the export's)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core import audit, conversations
from bot.core.audit import Tag
from bot.core.conversations import Message
from bot.core.errors import ImportRecordError
from bot.core.ports import Tx

MOST_LETTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    """One conversation, read and checked, not yet stored."""

    title: str
    messages: tuple[Message, ...]
    kept: bool = False


def records(data: Any) -> list[Any]:
    """The records of a file: a list, or an object with `conversations`. ImportRecordError for anything else."""
    if isinstance(data, Mapping):
        data = data.get("conversations")
    if not isinstance(data, list):
        raise ImportRecordError(0, "no list of conversations")
    return data


def read(number: int, record: Any) -> Imported:
    """One record. ImportRecordError says what is wrong with it, without quoting it."""
    if not isinstance(record, Mapping):
        raise ImportRecordError(number, "not an object")
    title = record.get("title") or ""
    if not isinstance(title, str):
        raise ImportRecordError(number, "title is not a text")
    found = _from_mapping(number, record) if "mapping" in record else _from_list(number, record)
    messages = tuple(found)
    if not messages:
        raise ImportRecordError(number, "no messages")
    return Imported(title[:300], messages, kept=record.get("kept") is True)


def store(tx: Tx, subject: str, imported: Imported) -> bool:
    """Store one conversation whole; False, and nothing happens, when the very same one is there already.

    Compared is what is there, opened with the person's key: nothing is kept for it that would outlive the conversation.
    """
    if _is_there(tx, subject, imported):
        return False
    conversations.add(tx, subject, imported.title, imported.messages, kept=imported.kept)
    audit.record(tx, Tag.CONVERSATION_IMPORTED, subject=subject, messages=len(imported.messages))
    return True


def _is_there(tx: Tx, subject: str, imported: Imported) -> bool:
    first, count = imported.messages[0].at, len(imported.messages)
    alike = tx.conversations.select(subject=subject, started_at=first, messages=count)
    return any(
        each.title == imported.title and tuple(conversations.messages(tx, subject, each.id)) == imported.messages
        for each in alike
    )


def _from_list(number: int, record: Mapping[str, Any]) -> Iterator[Message]:
    messages = record.get("messages")
    if not isinstance(messages, list):
        raise ImportRecordError(number, "neither mapping nor messages")
    for message in messages:
        if not isinstance(message, Mapping):
            raise ImportRecordError(number, "a message is not an object")
        yield _message(number, message.get("role"), message.get("text"), message.get("at"))


def _from_mapping(number: int, record: Mapping[str, Any]) -> Iterator[Message]:
    """ChatGPT keeps a tree; the conversation is the path from the current node up to the root."""
    mapping = record.get("mapping")
    if not isinstance(mapping, Mapping):
        raise ImportRecordError(number, "mapping is not an object")
    node = record.get("current_node") or _last_leaf(mapping)
    path: list[Mapping[str, Any]] = []
    seen: set[Any] = set()
    while node is not None:
        entry = mapping.get(node)
        if not isinstance(entry, Mapping) or node in seen:
            raise ImportRecordError(number, "the tree of messages is broken")
        seen.add(node)
        path.append(entry)
        node = entry.get("parent")
    started = record.get("create_time")
    for entry in reversed(path):
        message = entry.get("message")
        if message is None:
            continue
        if not isinstance(message, Mapping):
            raise ImportRecordError(number, "a message is not an object")
        author, content = message.get("author"), message.get("content")
        role = author.get("role") if isinstance(author, Mapping) else None
        parts = content.get("parts") if isinstance(content, Mapping) else None
        if role not in ("user", "assistant") or not isinstance(parts, list):
            continue  # system notes and tool calls are not the person's conversation
        text = "\n".join(part for part in parts if isinstance(part, str))
        if text.strip():
            yield _message(number, role, text, message.get("create_time") or started)


def _last_leaf(mapping: Mapping[str, Any]) -> Any:
    leaves = [name for name, entry in mapping.items() if isinstance(entry, Mapping) and not entry.get("children")]
    return leaves[-1] if leaves else None


def _message(number: int, role: Any, text: Any, at: Any) -> Message:
    if role not in ("user", "assistant"):
        raise ImportRecordError(number, "a message has an unknown role")
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        raise ImportRecordError(number, "a message has no usable text")
    return Message(role, text, _instant(number, at))


def _instant(number: int, at: Any) -> datetime:
    try:
        if isinstance(at, int | float) and not isinstance(at, bool):
            return datetime.fromtimestamp(at, UTC)
        if isinstance(at, str):
            moment = datetime.fromisoformat(at)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ImportRecordError(number, "a message has no usable time")
