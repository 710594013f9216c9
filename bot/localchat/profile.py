"""How the bot presents itself: commands per scope and language, name, descriptions, menu button."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .chats import Chat
from .people import Json
from .refusals import bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"[a-z]{2}")

Scope = tuple[str, int, int]


def read_scope(scope: Json | None) -> Scope:
    if not scope:
        return ("default", 0, 0)
    kind = str(scope.get("type", ""))
    if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        return (kind, 0, 0)
    if kind in ("chat", "chat_administrators"):
        return (kind, int(scope["chat_id"]), 0)
    if kind == "chat_member":
        return (kind, int(scope["chat_id"]), int(scope["user_id"]))
    raise bad_request("can't parse BotCommandScope: Unsupported type specified")


def require_language(code: str) -> str:
    if code and not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


@dataclass
class Profile:
    commands: dict[tuple[Scope, str], list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})

    def set_commands(self, scope: Scope, language: str, commands: list[Json]) -> None:
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(str(command.get("description", ""))) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[scope, require_language(language)] = commands

    def menu(self, chat: Chat, person_id: int, language_code: str) -> list[Json]:
        """The commands a client shows: the narrowest scope wins, in it the person's language."""
        language = language_code[:2].lower()
        if chat.is_private:
            scopes: list[Scope] = [("chat", chat.id, 0), ("all_private_chats", 0, 0)]
        else:
            is_admin = chat.member(person_id).is_admin
            scopes = [("chat_member", chat.id, person_id)]
            scopes += [("chat_administrators", chat.id, 0)] if is_admin else []
            scopes += [("chat", chat.id, 0)]
            scopes += [("all_chat_administrators", 0, 0)] if is_admin else []
            scopes += [("all_group_chats", 0, 0)]
        for scope in [*scopes, ("default", 0, 0)]:
            for code in (language, ""):
                if self.commands.get((scope, code)):
                    return self.commands[scope, code]
        return []
