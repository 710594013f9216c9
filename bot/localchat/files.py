"""Files on the server: opaque ids, paths for download, sizes as Telegram limits them."""

from __future__ import annotations

import mimetypes
import struct
from dataclasses import dataclass
from typing import Literal

from .people import Json
from .refusals import Refusal, bad_request

UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024

FileKind = Literal["document", "photo"]


@dataclass(frozen=True)
class StoredFile:
    id: str
    unique_id: str
    kind: FileKind
    name: str
    content: bytes
    mime_type: str
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        suffix = self.name.rpartition(".")[2] if "." in self.name else "bin"
        return f"{self.kind}s/file_{self.unique_id}.{suffix}"

    def as_field(self) -> Json | list[Json]:
        size: Json = {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.content)}
        if self.kind == "photo":
            return [{**size, "width": self.width, "height": self.height}]
        return {**size, "file_name": self.name, "mime_type": self.mime_type}


class Files:
    """The same upload sent twice is two files; a file_id can be sent again."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def store(self, kind: FileKind, name: str, content: bytes) -> StoredFile:
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > UPLOAD_LIMIT:
            raise Refusal(413, "Request Entity Too Large")
        width = height = 0
        if kind == "photo":
            if len(content) > PHOTO_LIMIT:
                raise bad_request("file is too big for a photo; the maximum size is 10485760 bytes")
            width, height = picture_size(content)
        number = len(self._by_id) + 1
        prefix = "BQACAgIAAxkDAAI" if kind == "document" else "AgACAgIAAxkDAAI"
        mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = StoredFile(
            f"{prefix}{number:06d}", f"AgAD{number:05d}", kind, name, content, mime_type, width, height
        )
        self._by_id[file.id] = file
        return file

    def get(self, file_id: str) -> StoredFile:
        if file_id not in self._by_id:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def find_by_path(self, path: str) -> StoredFile | None:
        return next((file for file in self._by_id.values() if file.path == path), None)


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height from the first bytes; what is no picture is refused as Telegram does."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return int(width), int(height)
    if content[:2] == b"\xff\xd8":
        return _jpeg_size(content)
    raise bad_request("IMAGE_PROCESS_FAILED")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    raise bad_request("IMAGE_PROCESS_FAILED")
