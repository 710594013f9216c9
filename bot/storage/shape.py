"""How a record becomes a row and a row a record: what is sealed, what is JSON, what is an instant.

Worked out once per kind of record, together with the SQL of everything that is done to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_origin, get_type_hints

from sqlalchemy import Boolean, Table
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from bot.core.keys import Keychain
from bot.core.ports import sealed_fields
from bot.storage.instant import Instant, from_number, to_number

T = TypeVar("T")


class Shape(Generic[T]):
    """One kind of record on one kind of database."""

    def __init__(self, record: type[T], table: Table, dialect: Dialect) -> None:
        self.record = record
        self.table = table
        self.dialect = dialect
        self.names = [column.name for column in table.c]
        assert self.names == [field.name for field in fields(record)], table.name  # type: ignore[arg-type]
        self.sealed = sealed_fields(record)
        hints = get_type_hints(record)
        self.json = frozenset(
            name for name, hint in hints.items() if get_origin(hint) is dict and name not in self.sealed
        )
        self._instants = frozenset(column.name for column in table.c if isinstance(column.type, Instant))
        self._fields = attrgetter(*self.names)
        self._worked_on = [
            (place, name)
            for place, name in enumerate(self.names)
            if name in self._instants | self.json | self.sealed.keys()
        ]
        self._decoders = [
            (place, self._decoder(column.name, column.type))
            for place, column in enumerate(table.c)
            if self._decoder(column.name, column.type) is not None
        ]
        self._sealed_places = [(self.names.index(name), name, codec) for name, codec in self.sealed.items()]
        self._subject = self.names.index("subject") if "subject" in self.names else -1
        self._id = self.names.index("id")
        self._parsed: dict[str, tuple[str, str]] = {}
        self._sql: dict[Any, tuple[str, list[str]]] = {}

    def sql(self, key: Any, build: Callable[[], ClauseElement]) -> tuple[str, list[str]]:
        """The SQL of a statement and the names of its values in their order; built at the first use of `key`."""
        found = self._sql.get(key)
        if found is None:
            compiled = build().compile(dialect=self.dialect)
            found = str(compiled), list(getattr(compiled, "positiontup", None) or [])
            self._sql[key] = found
        return found

    def parse(self, name: str) -> tuple[str, str]:
        """A condition's column and comparison. ValueError for a sealed column: look-ups go through blind indexes."""
        found = self._parsed.get(name)
        if found is None:
            field, _, operator = name.partition("__")
            if field in self.sealed:
                raise ValueError(f"{field} is sealed and cannot be compared")
            found = self._parsed[name] = (field, operator)
        return found

    def row(self, record: T, keys: Keychain | None) -> list[Any]:
        """A record as values in the order of `names`, sealed where it is personal."""
        values = list(self._fields(record))
        subject, row = values[self._subject] if self._subject >= 0 else "", values[self._id]
        for place, name in self._worked_on:
            values[place] = self.value(name, values[place], subject, row, keys)
        return values

    def value(self, name: str, value: Any, subject: str, row: str, keys: Keychain | None) -> Any:
        """One field as the database keeps it."""
        if value is None:
            return None
        if name in self.sealed:
            assert keys is not None
            return keys.seal(subject, self.table.name, name, row, _encode(self.sealed[name], value))
        return dump(value) if name in self.json else self.plain(name, value)

    def plain(self, name: str, value: Any) -> Any:
        """A value to store or to compare with that is neither sealed nor JSON."""
        return to_number(value) if name in self._instants and value is not None else value

    def open(self, row: Sequence[Any], keys: Keychain | None, *, opened: bool) -> T:
        """A row as a record; not `opened`: what is sealed stays None."""
        values = list(row)
        for place, decode in self._decoders:
            if values[place] is not None:
                values[place] = decode(values[place])  # type: ignore[misc]
        for place, name, codec in self._sealed_places:
            sealed = values[place]
            if sealed is None or not opened:
                values[place] = None
                continue
            assert keys is not None
            subject = values[self._subject]
            plain = keys.unseal(subject, self.table.name, name, values[self._id], bytes(sealed))
            values[place] = _decode(codec, plain)
        return self.record(*values)

    def _decoder(self, name: str, kind: Any) -> Callable[[Any], Any] | None:
        if name in self.sealed:
            return None
        if name in self.json:
            return json.loads
        if isinstance(kind, Instant):
            return from_number
        return bool if isinstance(kind, Boolean) else None


_SHAPES: dict[tuple[type[Any], str], Shape[Any]] = {}


def shape_of(record: type[T], table: Table, database: str) -> Shape[T]:
    """The shape of a kind of record on a kind of database, worked out once."""
    found = _SHAPES.get((record, database))
    if found is None:
        made: Dialect = asyncpg.dialect() if database == "postgresql" else pysqlite.dialect()  # type: ignore[no-untyped-call]
        found = _SHAPES[record, database] = Shape(record, table, made)
    return found


def _encode(codec: str, value: Any) -> bytes:
    match codec:
        case "text":
            return str(value).encode()
        case "bytes":
            return bytes(value)
        case _:
            return dump(value).encode()


def _decode(codec: str, plain: bytes) -> Any:
    match codec:
        case "text":
            return plain.decode()
        case "bytes":
            return plain
        case _:
            return json.loads(plain)


def dump(value: Any) -> str:
    """JSON as it is stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def filled(names: Sequence[str], values: Mapping[str, Any]) -> list[Any]:
    """Values in the order in which a statement wants them."""
    return [values[name] for name in names]
