"""What Telegram finds in a text by itself: commands, mentions, links, hashtags, addresses."""

from __future__ import annotations

import re

from .formatting import utf16_length
from .people import Json

_PATTERNS = (
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/])", re.ASCII)),
    ("url", re.compile(r"(?<![\w@])(?:https?://|tg://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    ("url", re.compile(r"(?<![\w@./])(?:[a-z0-9-]+\.)+(?:com|org|net|me|eu|ai|io)(?:/[^\s<>\"]*[\w/])?\b")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}\b", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w&#])#\w*[^\W\d]\w*")),
)
_OPAQUE = {"code", "pre", "text_link", "date_time", "custom_emoji"}


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """The given entities and the found ones; nothing is found inside code or a link."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in _OPAQUE
    ]
    result = list(entities)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            first = utf16_length(text[: match.start()])
            last = first + utf16_length(match.group())
            if any(first < end and begin < last for begin, end in taken):
                continue
            taken.append((first, last))
            result.append({"type": kind, "offset": first, "length": last - first})
    result.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return result


def pieces(text: str, entities: list[Json], kind: str) -> list[str]:
    """The words that entities of one kind cover: the mentions in a text, its commands."""
    units = text.encode("utf-16-le", "surrogatepass")
    return [
        units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")
        for entity in entities
        if entity["type"] == kind
    ]
