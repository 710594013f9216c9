"""Answers to tapped buttons and inline queries."""

from __future__ import annotations

from typing import Any

from ..formatting import parse, utf16_length
from ..found_entities import with_found
from ..people import Json
from ..refusals import bad_request
from .call import TEXT_LIMIT, Call
from .keyboards import read_inline_keyboard
from .registry import method

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ANSWER_LIMIT = 200
MOST_RESULTS = 50


@method("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    """Once, within its time. The person sees a toast or an alert."""
    if utf16_length(call.text("text")) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.world.queries.find_open_callback(call.text("callback_query_id"), call.world.now())
    if query is None:
        raise bad_request(TOO_OLD)
    query.answer = {
        "callback_query_id": query.id,
        "text": call.text("text"),
        "show_alert": call.flag("show_alert"),
        "url": call.text("url"),
    }
    call.world.journal.note(
        "answer", query.message.chat_id, call.bot_id, only_for=query.person_id, data=query.answer
    )
    return True


@method("answerInlineQuery")
def answer_inline_query(call: Call) -> bool:
    query = call.world.queries.find_open_inline(call.text("inline_query_id"), call.world.now())
    if query is None:
        raise bad_request(TOO_OLD)
    results = call.list("results") or []
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    read = [_read_result(result) for result in results]
    if len({result["id"] for result in read}) < len(read):
        raise bad_request("RESULT_ID_DUPLICATE")
    query.results = read
    query.button = call.object("button")
    query.is_answered = True
    call.world.journal.note(
        "inline", query.chat_id, call.bot_id, only_for=query.person_id, data={"inline_query_id": query.id}
    )
    return True


def _read_result(result: Json) -> Json:
    """Articles only: this bot sends nothing else inline."""
    if result.get("type") != "article":
        raise bad_request("only inline results of type article are part of the local chat")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content: Any = result.get("input_message_content") or {}
    text, entities = parse(str(content.get("message_text", "")), content.get("parse_mode"))
    if not text:
        raise bad_request("MESSAGE_EMPTY")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    return {
        "id": result["id"],
        "title": result["title"],
        "description": result.get("description", ""),
        "content": {"text": text, "entities": with_found(text, entities)},
        "keyboard": read_inline_keyboard(result.get("reply_markup")),
    }
