"""What is called differently in another region: the subject, and everything that is a blind index under the region's key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from bot.core.accounts import telegram_index
from bot.core.ports import Tx, sealed_fields
from bot.core.work import Engine

T = TypeVar("T")
_SEPARATORS = (":", ".")


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody under whose key records are sealed, here and there: the person, or a package of theirs."""

    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one move. `telegram` has the person's Telegram ids with their links there."""

    owners: tuple[Owner, ...]
    lanes: tuple[str, ...]
    telegram: Mapping[int, str]
    by_name: Mapping[str, str]

    @property
    def person(self) -> Owner:
        return self.owners[0]

    def of(self, value: str) -> str:
        """What a name here is called there; anything else stays as it is."""
        found = self.by_name.get(value)
        if found is not None:
            return found
        for name, new in self.by_name.items():
            if value.startswith(name) and value[len(name) :].startswith(_SEPARATORS):
                return new + value[len(name) :]
        return value

    def translated(self, record: T) -> T:
        """A record of here as it is kept there. What is sealed is not touched."""
        changes = {name: self.of(value) for name, value in _plain_texts(record)}
        return replace(record, **changes)  # type: ignore[type-var]


def names_for(here: Engine, there: Engine, subject: str, subject_there: str) -> Names:
    """The names of a move. The same at every call until the person is gone from here."""
    account, links, packages = here.read(
        lambda tx: (
            tx.accounts.get(id=subject),
            tx.links.select(subject=subject),
            tx.packages.select(subject=subject, destroyed_at=None),
        )
    )

    def indexes(tx: Tx) -> dict[str, str]:
        found = {link.id: telegram_index(tx, int(link.telegram_id)) for link in links}
        if account.name is not None and account.name_index is not None:
            found[account.name_index] = tx.keys.blind_index("account", account.name.casefold())
        return found

    by_index = there.read(indexes)
    owners = (Owner(subject, subject_there), *(Owner(each.key, _package(subject_there, each.key)) for each in packages))
    return Names(
        owners=owners,
        lanes=tuple(link.id for link in links),
        telegram={int(link.telegram_id): by_index[link.id] for link in links},
        by_name={owner.here: owner.there for owner in owners} | by_index,
    )


def _plain_texts(record: Any) -> Iterator[tuple[str, str]]:
    sealed = sealed_fields(type(record))
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name not in sealed and isinstance(value, str) and value:
            yield field.name, value


def _package(subject_there: str, key: str) -> str:
    """Made from both, so that an interrupted move finds it again."""
    return "package:" + hashlib.sha256(f"{subject_there}:{key}".encode()).hexdigest()[:26]
