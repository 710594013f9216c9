"""Community groups: what their admins set. Nothing that is said there is kept; when the bot is removed, this goes too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core import delivery
from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Community:
    """A group with the bot in it. `id` is the blind index of the chat; `recent` are the instants of the last answers.

    `locale` is empty where everybody is answered in their own language; `quiet`: the bot answers commands only.
    """

    id: str
    locale: str
    quiet: bool
    since: datetime
    recent: dict[str, Any] = field(default_factory=dict)


def find(tx: Tx, lane: str) -> Community | None:
    """What is set for a group; None where nothing is yet."""
    return tx.communities.find(id=lane)


def set_locale(tx: Tx, lane: str, locale: str) -> None:
    """The language in which everybody is answered there; empty: each in their own."""
    _change(tx, lane, locale=locale)


def set_quiet(tx: Tx, lane: str, *, quiet: bool) -> None:
    """Whether only commands are answered there."""
    _change(tx, lane, quiet=quiet)


def may_answer(tx: Tx, lane: str) -> bool:
    """Whether one more answer fits into what a group is to hear of the bot (policy: safeguards); counted if so."""
    limits, now = tx.policy.safeguards, tx.clock.now()
    since = now - limits.group_answers_within.as_timedelta()
    known = find(tx, lane)
    recent = [at for at in (known.recent.get("at", []) if known else []) if datetime.fromisoformat(at) > since]
    if len(recent) >= limits.group_answers:
        return False
    _change(tx, lane, recent={"at": [*recent, now.isoformat()]})
    return True


def migrated(tx: Tx, old_lane: str, new_lane: str) -> None:
    """The group became a supergroup: what was set goes along."""
    known = find(tx, old_lane)
    if known is not None:
        _change(tx, new_lane, locale=known.locale, quiet=known.quiet)
        forget(tx, old_lane)


def leave(tx: Tx, lane: str) -> None:
    """The bot was removed from a group: nothing of it stays."""
    forget(tx, lane)
    delivery.forget_lane(tx, lane)


def forget(tx: Tx, lane: str) -> None:
    """What was set for a group, and that it is one."""
    tx.communities.remove(id=lane)


def _change(tx: Tx, lane: str, **changes: Any) -> None:
    tx.communities.add_new(Community(lane, "", False, tx.clock.now()))
    tx.communities.update({"id": lane}, **changes)
