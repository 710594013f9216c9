"""A message as the chat keeps it. How the bot sees it is in `shapes`, how a person sees it in `page_view`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .files import StoredFile
from .people import Json


@dataclass
class Message:
    """`id` counts per chat and is 0 for an ephemeral message, which has `ephemeral_id` and one reader.

    `sender_id` is a person's or the bot's. `content` of a service message sits in `service`, under
    Telegram's own key (`forum_topic_created`, `pinned_message`, ...).
    """

    id: int
    chat_id: int
    sender_id: int
    date: datetime
    text: str | None = None
    caption: str | None = None
    entities: list[Json] = field(default_factory=list)
    file: StoredFile | None = None
    keyboard: list[list[Json]] | None = None
    reply_markup: Json | None = None
    thread_id: int | None = None
    reply_to_id: int | None = None
    quote: str | None = None
    forward_origin: Json | None = None
    via_bot: bool = False
    protected: bool = False
    service: Json | None = None
    edited_at: datetime | None = None
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    reader_id: int | None = None
    ephemeral_id: int | None = None
    inline_message_id: str | None = None

    @property
    def words(self) -> str:
        return self.text if self.text is not None else self.caption or ""

    @property
    def buttons(self) -> list[Json]:
        return [button for row in self.keyboard or [] for button in row]

    def is_seen_by(self, person_id: int) -> bool:
        return self.ephemeral_id is None or person_id in (self.reader_id, self.sender_id)
