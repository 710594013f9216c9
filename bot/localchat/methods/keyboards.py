"""Keyboards: what Telegram takes for a button and what it refuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlparse

from ..people import Json
from ..refusals import bad_request

ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)
MOST_BUTTONS = 100
STYLES = ("danger", "success", "primary")


def read_inline_keyboard(markup: Json | None) -> list[list[Json]] | None:
    """The rows without empty ones; None if nothing is left."""
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows: Any = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    for row in rows:
        for button in row:
            require_button(button)
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row] or None


def require_button(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise _cannot('Field "text" must be non-empty' if "text" in button else 'Can\'t find field "text"')
    actions = [name for name in ACTIONS if button.get(name) is not None]
    if not actions:
        raise _cannot("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _cannot("exactly one action is allowed per button")
    if button.get("style") is not None and button["style"] not in STYLES:
        raise _cannot("invalid button style specified")
    if "callback_data" in actions and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions:
        _require_url(str(button["url"]))
    if "copy_text" in actions and not 1 <= len(str(button["copy_text"].get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def read_reply_markup(markup: Json | None) -> Json | None:
    """A reply keyboard, its removal, or a forced reply; None if the markup is inline or missing."""
    if markup is None or "inline_keyboard" in markup:
        return None
    if "keyboard" in markup:
        for row in markup["keyboard"]:
            for button in row:
                if not (button if isinstance(button, str) else button.get("text")):
                    raise bad_request("keyboard button text must be non-empty")
        return markup
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    raise bad_request("object expected as reply markup")


def _require_url(url: str) -> None:
    parts = urlparse(url)
    if parts.scheme == "tg" or (parts.scheme in ("http", "https") and "." in parts.netloc):
        return
    if parts.scheme in ("http", "https") and parts.hostname in ("localhost", "127.0.0.1"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if not parts.scheme and "." in url.partition("/")[0]:
        return
    raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")


def _cannot(why: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {why}")
