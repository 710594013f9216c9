"""What a file is, by its own first bytes. What it is called and what the sender says it is do not count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_LINE_ENDS: Final = frozenset("\t\n\r\f")


def type_of(content: bytes) -> str | None:
    """Its media type, or None for anything that is not among KNOWN."""
    return next((name for name, fits in _SIGNS.items() if fits(content)), None)


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    """Words and nothing else: UTF-8 without control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(char >= " " or char in _LINE_ENDS for char in text)


_SIGNS: Final[dict[str, Callable[[bytes], bool]]] = {
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/webp": _is_webp,
    "image/gif": _begins(b"GIF87a", b"GIF89a"),
    "application/pdf": _begins(b"%PDF-"),
    "text/plain": _is_text,
}
KNOWN: Final = frozenset(_SIGNS)
"""Every type that can be told by its bytes: a policy may allow some of these."""
ENDINGS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "application/pdf": "pdf", "text/plain": "txt",
}  # fmt: skip
"""How a neutral file name ends."""
