"""aiogram's FSM storage on the drafts of the core: sealed, in this update's transaction, gone after a day."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.core import drafts
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.telegram.desk import Desk

current_desk: ContextVar[Desk] = ContextVar("current_desk")


class DraftStorage(BaseStorage):
    """Knows no connection of its own: it works in the transaction of the update that is being handled."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self._change(key, state=name)

    async def get_state(self, key: StorageKey) -> str | None:
        draft = await self._find(key)
        return draft.state if draft else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._change(key, data=dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        draft = await self._find(key)
        return dict(draft.data) if draft else {}

    async def close(self) -> None:
        """Nothing of its own to close."""

    async def _find(self, key: StorageKey) -> drafts.Draft | None:
        desk = current_desk.get()
        return await desk(lambda tx: _look(tx, desk, _index(tx, key)))

    async def _change(self, key: StorageKey, **changes: Any) -> None:
        desk = current_desk.get()
        subject = desk.found.id if desk.found else SERVICE

        def change(tx: Tx) -> None:
            index = _index(tx, key)
            before = _look(tx, desk, index)
            kept: dict[str, Any] = {
                "state": before.state if before else None,
                "data": before.data if before else {},
            }
            if before is None and not any(changes.values()):
                return  # nothing there and nothing to keep
            desk.without_draft.discard(index)
            owner = subject if subject == SERVICE or tx.keys.exists(subject) else SERVICE
            drafts.put(tx, index, owner, **(kept | changes))

        await desk(change)


def _look(tx: Tx, desk: Desk, index: str) -> drafts.Draft | None:
    if index in desk.without_draft:
        return None
    found = drafts.find(tx, index)
    if found is None:
        desk.without_draft.add(index)
    return found


def _index(tx: Tx, key: StorageKey) -> str:
    """A blind index: a draft's key tells nothing of chat or person."""
    return tx.keys.blind_index("draft", f"{key.bot_id}:{key.chat_id}:{key.user_id}:{key.thread_id or 0}")
