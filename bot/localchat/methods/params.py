"""The parameters of one call, as they come off a form: strings, JSON in strings, files by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..files import FileKind, StoredFile
from ..people import Json
from ..refusals import bad_request
from ..world import World


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """What a call carries. JSON bodies are turned into the same strings, so there is one way to read."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Form:
        return cls(
            {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in values.items()
                if value is not None
            }
        )


class Params:
    def __init__(self, world: World, form: Form) -> None:
        self.world = world
        self.form = form

    def text(self, name: str) -> str:
        return self.form.fields.get(name, "")

    def has(self, name: str) -> bool:
        return self.text(name) != ""

    def integer(self, name: str) -> int:
        """0 if missing: Telegram has no identifier 0."""
        value = self.text(name).strip()
        if not value:
            return 0
        try:
            return int(value)
        except ValueError:
            raise bad_request(f'can\'t parse integer "{name}"') from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "1")

    def json(self, name: str, kind: type[Any]) -> Any:
        """None if missing."""
        raw = self.text(name)
        if not raw:
            return None
        try:
            value = json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
        if not isinstance(value, kind):
            raise bad_request(f"can't parse {name}: wrong type")
        return value

    def object(self, name: str) -> Json | None:
        value: Json | None = self.json(name, dict)
        return value

    def list(self, name: str) -> list[Any] | None:
        value: list[Any] | None = self.json(name, list)
        return value

    def file(self, name: FileKind) -> StoredFile:
        """An upload under its own name, `attach://` another, or the file_id of a file sent before."""
        value = self.text(name)
        upload = self.form.files.get(value.removeprefix("attach://") if value else name)
        if upload is not None:
            return self.world.files.store(name, upload.name, upload.content)
        if not value:
            raise bad_request(f"there is no {name} in the request")
        if value.startswith(("attach://", "http://", "https://")):
            # No outside requests are made from here, so a link cannot be fetched as Telegram would.
            raise bad_request("wrong file identifier/HTTP URL specified")
        stored = self.world.files.get(value)
        if stored.kind != name:
            raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {name.capitalize()}")
        return stored
