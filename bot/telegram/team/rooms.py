"""Brings rooms in line: each row of the outbox for a room is one or more calls, worked out when they are made.

    a row that shows a room   topic → reopen → title → card → pin → letters → close, whatever is missing, until nothing is
    a row that says something the room's topic first, where there is none
    a row that removes        see removing.py

What Telegram refuses because the room is not as we thought (topic deleted or closed, card gone, topics switched off) changes what
we think, and the row is worked out again. So nothing that was to be said is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram.types import ForumTopic, Message

from bot.core import delivery
from bot.core.breaches import Status
from bot.core.delivery import OutboxRow
from bot.core.ports import Tx
from bot.core.support import groups, rooms
from bot.core.support.groups import TeamGroup
from bot.core.support.letters import SENT, Letter, open_for_team
from bot.core.support.rooms import Room
from bot.telegram.keyboards import Keyboard, markup
from bot.telegram.standing import Lack
from bot.telegram.team import breach_cards, cards, letters, removing, rights
from bot.telegram.team.calls import Call, Done
from bot.telegram.team.sayings import SAYINGS
from bot.telegram.texts import PSEUDO, Html, Line, current_locale, speaking


def next_call(tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> Call | None:
    """The next call of a row, or None when nothing is left to do."""
    group = groups.find(tx)
    if group is None or group.lane != row.lane:
        return None
    with speaking(current_locale() if current_locale() == PSEUDO else group.locale):
        match payload["act"]:
            case "show":
                return _show(tx, group, payload["ref"])
            case "say":
                return _say(tx, group, row, payload)
            case "react":
                reaction = [{"type": "emoji", "emoji": payload["emoji"]}]
                return Call("setMessageReaction", {"chat_id": group.chat, "message_id": payload["message"], "reaction": reaction})
            case _:
                return removing.next_call(group, row, payload)


def mend(tx: Tx, row: OutboxRow, words: str, message: int | None) -> bool:
    """Telegram refused with these words what was to change `message`: whether we know better now and the row should be worked out
    again."""
    payload = tx.outbox.get(id=row.id).payload or {}
    ref = payload["ref"]
    if payload["act"] == "remove":
        return removing.go_on_without(tx, row, payload)
    if "not a forum" in words:
        rights.note_lack(tx, Lack.TOPICS)
        return True
    if "not enough rights to manage topics" in words or "not enough rights to create a topic" in words:
        rights.note_lack(tx, Lack.MANAGE_TOPICS)
        return True
    if payload["act"] == "say" and row.slot and ("message to edit not found" in words or "message can't be edited" in words):
        delivery.empty_slot(tx, row.lane, row.slot)
        return True
    if not ref:
        return False
    if any(known in words for known in ("thread not found", "topic_deleted", "topic_id_invalid")):
        rooms.lost(tx, ref)
        return True
    if "topic_closed" in words:
        if not _has_topics(tx):  # it cannot be opened again either: the room goes on in General
            rooms.lost(tx, ref)
            return True
        return bool(tx.rooms.update({"id": ref, "closed": False}, closed=True))
    if "message to edit not found" in words or "message can't be edited" in words:
        found = tx.letters.update({"ref": ref, "room_message": message}, room_message=None, shown=False)
        return bool(found or tx.rooms.update({"id": ref, "card": message}, card=None, shown="", pinned=False))
    if "not enough rights" in words and "pin" in words:
        tx.rooms.update({"id": ref}, pinned=True)  # told by /setup; without the right it stays unpinned
        return True
    return False


def _has_topics(tx: Tx) -> bool:
    group = groups.find(tx)
    return group is not None and group.topics


# ---------------------------------------------------------------------- a row that shows a room


def _show(tx: Tx, group: TeamGroup, ref: str) -> Call | None:
    room, shown = rooms.find(tx, ref), _shown(tx, group, ref)
    if room is None or shown is None:
        return None
    call = _topic(group, room, shown) or _card(group, room, shown) or _letters(tx, group, room) or _close(group, room, shown)
    if call is None:
        # By the time alone it is out of date then. Whoever touched it meanwhile wants it sooner.
        tx.rooms.update({"id": ref, "wanted_at": None}, wanted_at=shown.changes_at)
    return call


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a room shows: a case or a breach."""

    title: str
    is_closed: bool
    text: Html
    keyboard: Keyboard
    changes_at: datetime | None = None
    """When it is another one by the time alone."""


def _shown(tx: Tx, group: TeamGroup, ref: str) -> _Shown | None:
    case = tx.cases.find(id=ref)
    if case is not None:
        return _Shown(cards.title(case), case.is_closed, *cards.card(tx, case, group), cards.changes_at(case, tx.clock.now()))
    breach = tx.breaches.find(id=ref)
    if breach is not None:
        return _Shown(breach_cards.title(breach), breach.status == Status.CLOSED, *breach_cards.card(tx, breach))
    return None


def _topic(group: TeamGroup, room: Room, shown: _Shown) -> Call | None:
    """The topic itself: there, open while the case is, and with the right title."""
    if not group.topics:
        return None
    name = shown.title
    if room.thread is None:

        def opened(tx: Tx, result: Any) -> None:
            assert isinstance(result, ForumTopic)
            tx.rooms.update({"id": room.id}, thread=result.message_thread_id, title=name, closed=False)

        return Call("createForumTopic", {"chat_id": group.chat, "name": name}, opened, again=True)
    topic = {"chat_id": group.chat, "message_thread_id": room.thread}
    if room.closed and not shown.is_closed:
        return Call("reopenForumTopic", topic, _noted(room, closed=False), again=True)
    if room.title != name and not room.closed:
        return Call("editForumTopic", topic | {"name": name}, _noted(room, title=name), again=True)
    return None


def _card(group: TeamGroup, room: Room, shown: _Shown) -> Call | None:
    text, keyboard = shown.text, shown.keyboard
    digest = cards.digest(text, keyboard)
    if room.card is None:

        def placed(tx: Tx, result: Any) -> None:
            assert isinstance(result, Message)
            tx.rooms.update({"id": room.id}, card=result.message_id, shown=digest, pinned=False)

        return Call("sendMessage", _message(group, room, text, keyboard), placed, again=True)
    if room.shown != digest:
        data = {name: value for name, value in _message(group, room, text, keyboard).items() if name != "message_thread_id"}
        return Call("editMessageText", data | {"message_id": room.card}, _noted(room, shown=digest), again=True)
    if not room.pinned and group.topics:
        data = {"chat_id": group.chat, "message_id": room.card, "disable_notification": True}
        return Call("pinChatMessage", data, _noted(room, pinned=True), again=True)
    return None


def _letters(tx: Tx, group: TeamGroup, room: Room) -> Call | None:
    """The oldest letter that is not shown as it is now."""
    for letter in tx.letters.select(ref=room.id, shown=False, way__in=SENT, order_by="at", limit=1):
        return _letter(tx, group, room, letter)
    return None


def _letter(tx: Tx, group: TeamGroup, room: Room, letter: Letter) -> Call:
    text, keyboard = letters.in_room(tx, letter)
    open_for_team(tx, letter)

    def shown(tx: Tx, result: Any) -> None:
        number = result.message_id if isinstance(result, Message) else letter.room_message
        tx.letters.update({"id": letter.id, "edited_at": letter.edited_at}, room_message=number, shown=True)

    data = _message(group, room, text, keyboard)
    upload = letters.upload(tx, letter)
    if letter.room_message is not None:
        return _changed(data | {"message_id": letter.room_message}, shown, has_file=upload is not None)
    if upload is None:
        return Call("sendMessage", data, shown, again=True)
    data["caption"] = data.pop("text")
    data.pop("link_preview_options")
    content, name, is_picture = upload
    if is_picture:
        return Call("sendPhoto", data, shown, again=True, photo=(content, name))
    return Call("sendDocument", data, shown, again=True, document=(content, name))


def _changed(data: dict[str, Any], shown: Done, *, has_file: bool) -> Call:
    """A letter that is there says something else now."""
    for placing in ("message_thread_id", "reply_parameters"):
        data.pop(placing, None)
    if not has_file:
        return Call("editMessageText", data, shown, again=True)
    data["caption"] = data.pop("text")
    data.pop("link_preview_options")
    return Call("editMessageCaption", data, shown, again=True)


def _close(group: TeamGroup, room: Room, shown: _Shown) -> Call | None:
    if group.topics and shown.is_closed and not room.closed and room.thread is not None:
        topic = {"chat_id": group.chat, "message_thread_id": room.thread}
        return Call("closeForumTopic", topic, _noted(room, closed=True), again=True)
    return None


# ---------------------------------------------------------------------- a row that says something


def _say(tx: Tx, group: TeamGroup, row: OutboxRow, payload: dict[str, Any]) -> Call | None:
    room = rooms.find(tx, payload["ref"]) if payload["ref"] else None
    if room is not None and group.topics and room.thread is None:
        shown_there = _shown(tx, group, room.id)
        return _topic(group, room, shown_there) if shown_there is not None else None
    said = SAYINGS[payload["what"]](tx, payload["data"])
    if said is None:
        return None
    data = _message(group, room, said.text, said.keyboard)
    if said.reply_to is not None:
        data["reply_parameters"] = {"message_id": said.reply_to, "allow_sending_without_reply": True}
    if said.force_reply:
        data["reply_markup"] = {"force_reply": True, "selective": True}
    shown = delivery.slot_message(tx, row.lane, row.slot) if row.slot else None
    done = _placed(said.letter) if said.letter else None
    if said.document is None and said.photo is None:
        shown = said.edits if said.edits is not None else shown
        if shown is not None:
            for placing in ("message_thread_id", "reply_parameters"):
                data.pop(placing, None)
            return Call("editMessageText", data | {"message_id": shown}, done)
        return Call("sendMessage", data, done)
    data["caption"] = data.pop("text")
    data.pop("link_preview_options")
    if said.photo is not None:
        return Call("sendPhoto", data, photo=(said.photo, "picture.png"))
    return Call("sendDocument", data, document=said.document)


def _message(group: TeamGroup, room: Room | None, text: Line | Html, keyboard: Keyboard) -> dict[str, Any]:
    data: dict[str, Any] = {"chat_id": group.chat, "text": text.html, "parse_mode": "HTML"}
    data["link_preview_options"] = {"is_disabled": True}
    if keyboard:
        data["reply_markup"] = markup(keyboard)
    if room is not None and room.thread is not None:  # also when no new topic could be made any more
        data["message_thread_id"] = room.thread
    elif room is not None and room.card is not None:
        data["reply_parameters"] = {"message_id": room.card, "allow_sending_without_reply": True}
    return data


# ---------------------------------------------------------------------- what is noted of an answer


def _placed(letter: str) -> Done:
    """The message in which a draft is shown."""

    def done(tx: Tx, result: Any) -> None:
        if isinstance(result, Message):
            tx.letters.update({"id": letter}, room_message=result.message_id)

    return done


def _noted(room: Room, **changes: Any) -> Done:
    def done(tx: Tx, result: Any) -> None:
        tx.rooms.update({"id": room.id}, **changes)

    return done


