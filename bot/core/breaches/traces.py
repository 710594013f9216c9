"""Whether data of a person lay open: records of the categories that existed in the window, as far as that is known.

A record existed when it was there before the window's end and not gone before its beginning. What is there now, is dated by its
own columns; what is gone left its trace in the audit trail. Where a record does not say enough, it counts: somebody told in vain
is the smaller harm. What retention swept left only a number and is not known any more.

Where the person lived then decides which region's breach concerns them: moves are in the audit trail too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.breaches.breach import Telling
from bot.core.ports import Tx

SINCE: Final = {
    "accounts": "created_at",
    "links": "linked_at",
    "conversations": "started_at",  # when it came in is moved by keeping it; it cannot have begun after that
    "cases": "opened_at",
    "letters": "at",
    "attachments": "at",
    "consents": "at",
    "packages": "created_at",
}
"""Each collection's column that says since when a record exists."""
_GONE: Final = {
    "links": (Tag.ACCOUNT_UNLINKED,),
    "conversations": (Tag.CONVERSATION_DELETED, Tag.HISTORY_CLEARED),
}
"""What the audit trail says when the last of them went."""
_AN_INSTANT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Traces:
    """Of one person: how many records of each category lay open; a category that is only known to have been there has none."""

    records: dict[str, int]

    @property
    def categories(self) -> str:
        return " ".join(self.records)


def find(tx: Tx, telling: Telling, account: Account, now: datetime) -> Traces | None:
    """What of a person's lay open; None for whom it does not concern."""
    end = telling.ended_at or now + _AN_INSTANT  # while it is open, what came in this moment lies open too
    if account.created_at >= end or not _lived_there(tx, telling, account, end):
        return None
    found: dict[str, int] = {}
    for name in telling.categories.split():
        category = tx.policy.breach_categories.get(name)
        collections = category.collections if category else ()
        count = sum(_count(tx, each, account, telling.began_at, end) for each in collections)
        if count or any(_was_there(tx, each, account, telling.began_at) for each in collections):
            found[name] = count
    return Traces(found) if found else None


def _count(tx: Tx, collection: str, account: Account, began: datetime, end: datetime) -> int:
    if collection == "accounts":
        return 1  # `find` has looked at its date
    where: dict[str, Any] = {"subject": account.id, f"{SINCE[collection]}__lt": end}
    count: int = getattr(tx, collection).count(**where)
    if collection == "packages":  # its content is destroyed before its row goes
        count -= tx.packages.count(**where, destroyed_at__lt=began)
    return count


def _was_there(tx: Tx, collection: str, account: Account, began: datetime) -> bool:
    tags = tuple(tag.value for tag in _GONE.get(collection, ()))
    if not tags:
        return False
    for entry in tx.audit.select(subject=account.pseudonym, tag__in=tags, at__ge=began):
        if entry.tag != Tag.HISTORY_CLEARED or json.loads(entry.details).get("conversations"):
            return True
    return False


def _lived_there(tx: Tx, telling: Telling, account: Account, end: datetime) -> bool:
    regions = set(telling.regions.split())
    return any(
        region in regions and (until is None or until > telling.began_at) and (since is None or since < end)
        for since, until, region in _homes(tx, account)
    )


def _homes(tx: Tx, account: Account) -> Iterator[tuple[datetime | None, datetime | None, str]]:
    """Since when, until when, where."""
    since: datetime | None = None
    moves = tx.audit.select(subject=account.pseudonym, tag=Tag.ACCOUNT_MOVED.value)
    for entry in sorted(moves, key=lambda entry: entry.at):
        origin = json.loads(entry.details).get("origin")
        if origin:
            yield since, entry.at, origin
            since = entry.at
    yield since, None, tx.keys.region
