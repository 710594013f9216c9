"""The bot itself: who it is, its commands and descriptions, its files."""

from __future__ import annotations

from ..files import DOWNLOAD_LIMIT
from ..people import Json
from ..profile import read_scope, require_language
from ..refusals import bad_request
from .call import Call
from .registry import method


@method("getMe")
def get_me(call: Call) -> Json:
    bot = call.world.bot
    return {
        **bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy_mode,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    scope = read_scope(call.object("scope"))
    call.world.profile.set_commands(scope, call.text("language_code"), call.list("commands") or [])
    return _shown(call)


@method("getMyCommands")
def get_my_commands(call: Call) -> list[Json]:
    key = (read_scope(call.object("scope")), require_language(call.text("language_code")))
    return call.world.profile.commands.get(key, [])


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    key = (read_scope(call.object("scope")), require_language(call.text("language_code")))
    call.world.profile.commands.pop(key, None)
    return _shown(call)


def _shown(call: Call) -> bool:
    """Open pages fetch the new menu or words."""
    call.world.journal.note("people", 0, call.bot_id)
    return True


def _set_words(call: Call, name: str, store: dict[str, str], limit: int) -> bool:
    words = call.text(name)
    if len(words) > limit:
        raise bad_request(f"{name.upper()}_TOO_LONG")
    language = require_language(call.text("language_code"))
    if words:
        store[language] = words
    else:
        store.pop(language, None)
    return _shown(call)


def _get_words(call: Call, name: str, store: dict[str, str], default: str = "") -> Json:
    language = require_language(call.text("language_code"))
    return {name: store.get(language) or store.get("") or default}


@method("setMyName")
def set_my_name(call: Call) -> bool:
    return _set_words(call, "name", call.world.profile.names, 64)


@method("getMyName")
def get_my_name(call: Call) -> Json:
    return _get_words(call, "name", call.world.profile.names, call.world.bot.first_name)


@method("setMyDescription")
def set_my_description(call: Call) -> bool:
    return _set_words(call, "description", call.world.profile.descriptions, 512)


@method("getMyDescription")
def get_my_description(call: Call) -> Json:
    return _get_words(call, "description", call.world.profile.descriptions)


@method("setMyShortDescription")
def set_my_short_description(call: Call) -> bool:
    return _set_words(call, "short_description", call.world.profile.short_descriptions, 120)


@method("getMyShortDescription")
def get_my_short_description(call: Call) -> Json:
    return _get_words(call, "short_description", call.world.profile.short_descriptions)


@method("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    call.world.profile.menu_button = call.object("menu_button") or {"type": "default"}
    return True


@method("getChatMenuButton")
def get_chat_menu_button(call: Call) -> Json:
    return call.world.profile.menu_button


@method("getFile")
def get_file(call: Call) -> Json:
    if not call.has("file_id"):
        raise bad_request("file_id not specified")
    file = call.world.files.get(call.text("file_id"))
    if len(file.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }
