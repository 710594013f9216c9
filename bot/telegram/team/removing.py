"""Takes a room away: the topic with all in it. Without topics every message of the bot is emptied, a picture or file replaced, and
what the team typed deleted, as long as Telegram lets the bot do that.
"""

from __future__ import annotations

from typing import Any

from bot.core.delivery import OutboxRow
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.support.groups import TeamGroup
from bot.telegram.team.calls import Call, Done
from bot.telegram.texts import _

ERASED_FILE = "erased"
"""What takes the place of an erased picture or file is called so."""


def next_call(group: TeamGroup, row: OutboxRow, payload: dict[str, Any]) -> Call | None:
    """The next thing to take away, or None when nothing is left."""
    if payload["thread"] is not None:
        data = {"chat_id": group.chat, "message_thread_id": payload["thread"]}
        return Call("deleteForumTopic", data, _removed(row, thread=None, messages=[]), shrinks=True)
    if not payload["messages"]:
        return None
    (kind, number), *rest = payload["messages"]
    message = {"chat_id": group.chat, "message_id": number}
    done = _removed(row, messages=rest)
    # Telegram lets a bot delete for two days only; its own words it may change at any time.
    text = _("This was erased.")
    match kind:
        case "typed":
            return Call("deleteMessage", message, done, again=True, shrinks=True)
        case "file":
            instead = (text.plain.encode(), f"{ERASED_FILE}.txt")
            return Call("editMessageMedia", message, done, again=True, document=instead, shrinks=True)
        case _:
            return Call("editMessageText", message | {"text": text.plain}, done, again=True, shrinks=True)


def go_on_without(tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> bool:
    """What cannot be removed is gone already, or out of our reach: the rest is, and the team is asked for what only they can delete."""
    if payload["thread"] is not None:
        less: dict[str, Any] = {"thread": None}
    else:
        (kind, _number), *rest = payload["messages"]
        less = {"messages": rest}
        if kind == "typed" and not payload.get("told"):
            less["told"] = rooms.say(tx, "", "typed_left", case=payload["case"])
    tx.outbox.update({"id": row.id, "subject": row.subject}, payload=payload | less)
    return bool((payload | less)["messages"])


def _removed(row: OutboxRow, **changes: Any) -> Done:
    def done(tx: Tx, result: Any) -> None:
        payload = tx.outbox.get(id=row.id).payload or {}
        tx.outbox.update({"id": row.id, "subject": row.subject}, payload=payload | changes)

    return done
