"""Telegram's HTML into text and entities, refusing what Telegram refuses, in its words and byte offsets.

Follows the rules at core.telegram.org/bots/api#html-style. Offsets of entities count UTF-16 units.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from .people import Json
from .refusals import Refusal, bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{1,4}));?")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>/\"']*")
_SPACE = re.compile(r"\s*")


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class _Open:
    tag: str
    begin: int
    offset: int
    attributes: dict[str, str] = field(default_factory=dict)


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            if self.source[self.at] != "<":
                self._take_character()
            elif self.source[self.at + 1 : self.at + 2] == "/":
                self._close_tag()
            else:
                self._open_tag()
        if self.open:
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.entities

    def _take_character(self) -> None:
        character, self.at = _character(self.source, self.at)
        self.text.append(character)
        self.length += utf16_length(character)

    def _open_tag(self) -> None:
        begin = self.at
        end = begin + 1
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != ">":
            end += 1
        if end == len(self.source):
            raise self._unclosed(begin)
        tag = self.source[begin + 1 : end].lower()
        if tag not in TAGS:
            raise _cannot(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        self.at = end
        attributes: dict[str, str] = {}
        while True:
            self._skip_space(begin)
            if self.source[self.at] == ">":
                break
            name, value = self._attribute(tag, begin)
            attributes[name] = value
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.open.append(_Open(tag, begin, self.length, attributes))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        match = _ATTRIBUTE_NAME.match(self.source, self.at)
        name = match.group().lower() if match else ""
        if not name:
            raise _cannot(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(begin)}')
        self.at += len(name)
        self._skip_space(begin)
        if self.source[self.at] != "=":
            return name, ""
        self.at += 1
        self._skip_space(begin)
        quote = self.source[self.at]
        if quote not in "\"'":
            start = self.at
            while self.at < len(self.source) and (
                self.source[self.at].isalnum() or self.source[self.at] in ".-"
            ):
                self.at += 1
            if self.at == len(self.source):
                raise self._unclosed(begin)
            if not self.source[self.at].isspace() and self.source[self.at] != ">":
                raise _cannot(f"Unexpected end of name token at byte offset {self._bytes(start)}")
            return name, self.source[start : self.at].lower()
        self.at += 1
        value: list[str] = []
        while self.at < len(self.source) and self.source[self.at] != quote:
            character, self.at = _character(self.source, self.at)
            value.append(character)
        self.at += 1
        if self.at >= len(self.source):
            raise self._unclosed(begin)
        return name, "".join(value)

    def _close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _cannot(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        end = begin + 2
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != ">":
            end += 1
        found = self.source[begin + 2 : end].lower()
        while end < len(self.source) and self.source[end].isspace():
            end += 1
        if end == len(self.source) or self.source[end] != ">":
            raise _cannot(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        expected = self.open[-1].tag
        if found and found != expected:
            raise _cannot(
                f"Unmatched end tag at byte offset {self._bytes(begin)}, "
                f'expected "</{expected}>", found "</{found}>"'
            )
        self.at = end + 1
        self._finish(self.open.pop())

    def _finish(self, opened: _Open) -> None:
        length = self.length - opened.offset
        if length == 0:
            return
        kind = TAGS[opened.tag]
        entity: Json = {"type": kind, "offset": opened.offset, "length": length}
        given = opened.attributes
        if kind == "text_link":
            # A link without a usable address is no error: the words stay, the link does not.
            href = given.get("href", "")
            if not re.match(r"(https?|tg|ton|mailto|tel):", href) and "." not in href:
                return
            entity["url"] = href
        elif kind == "custom_emoji":
            if not given.get("emoji-id", "").isdigit():
                raise _cannot("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = given["emoji-id"]
        elif kind == "date_time":
            if not given.get("unix", "").lstrip("-").isdigit():
                raise _cannot("Invalid date-time specified")
            if not TIME_FORMAT.fullmatch(given.get("format", "")):
                raise _cannot("Invalid date-time format specified")
            entity["unix_time"] = int(given["unix"])
            if given.get("format"):
                entity["date_time_format"] = given["format"]
        elif kind == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        elif kind == "code" and self.open and self.open[-1].tag == "pre":
            language = given.get("class", "")
            if language.startswith("language-"):
                self.open[-1].attributes["language"] = language.removeprefix("language-")
            return
        elif kind == "pre" and given.get("language"):
            entity["language"] = given["language"]
        self.entities.append(entity)

    def _skip_space(self, begin: int) -> None:
        match = _SPACE.match(self.source, self.at)
        self.at = match.end() if match else self.at
        if self.at >= len(self.source):
            raise self._unclosed(begin)

    def _unclosed(self, begin: int) -> Refusal:
        return _cannot(f"Unclosed start tag at byte offset {self._bytes(begin)}")

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))


def _character(source: str, at: int) -> tuple[str, int]:
    if source[at] != "&":
        return source[at], at + 1
    match = _REFERENCE.match(source, at)
    if match is None:
        return "&", at + 1
    decimal, hexadecimal, name = match.groups()
    if name:
        return (NAMED[name], match.end()) if name in NAMED else ("&", at + 1)
    return html.unescape(f"&#{int(decimal) if decimal else int(hexadecimal, 16)};"), match.end()


def _cannot(why: str) -> Refusal:
    return bad_request(f"can't parse entities: {why}")


def parse(text: str, parse_mode: str | None) -> tuple[str, list[Json]]:
    """Text and entities as they will be stored: trimmed, sorted outermost first.

    Only HTML and no parse mode at all: this project writes nothing else, and a slip must be seen.
    """
    if not parse_mode:
        return trimmed(text, [])
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    plain, entities = _HtmlReader(text).read()
    return trimmed(plain, entities)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram cuts white space at both ends and shortens the entities with it."""
    start = utf16_length(text) - utf16_length(text.lstrip())
    clean = text.strip()
    end = utf16_length(clean)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - start, 0)
        last = min(entity["offset"] + entity["length"] - start, end)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return clean, kept
