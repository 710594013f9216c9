"""Who is there: people, and the one bot they talk to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass
class Person:
    """Somebody with a Telegram account. `note` is shown in the page's switcher only ("agent", "dpo")."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def as_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        # A client may send no language at all; then the field is missing, not empty.
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass
class BotIdentity:
    """What BotFather knows. With `privacy_mode` the bot overhears nothing in groups unless it is an admin there."""

    id: int
    first_name: str = "Privacy bot"
    username: str = "privacy_bot"
    privacy_mode: bool = True
    inline_placeholder: str = "Search…"

    def as_user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }
