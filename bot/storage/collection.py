"""One collection for every kind of record: plain fields as they are, sealed fields sealed under the record's subject.

A record cannot reach the database unsealed and a column cannot be compared that is sealed: there is no other way in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar, get_origin, get_type_hints

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.core.errors import NotFoundError
from bot.core.keys import Keychain
from bot.core.ports import sealed_fields

T = TypeVar("T")
_BATCH = 200


class Collection(Generic[T]):
    """Implements `bot.core.ports.Collection` on a connection."""

    def __init__(self, record: type[T], table: Table, connection: Connection, keys: Keychain | None) -> None:
        self._record = record
        self._table = table
        self._connection = connection
        self._keys = keys
        self._sealed = sealed_fields(record)
        self._json = _json_fields(record)

    def add(self, record: T, /) -> None:
        self._connection.execute(insert(self._table), self._row_of(record))

    def add_new(self, record: T, /) -> bool:
        dialect_insert = pg_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        statement = dialect_insert(self._table).values(self._row_of(record)).on_conflict_do_nothing()
        return bool(self._connection.execute(statement).rowcount)

    def find(self, *, opened: bool = True, **where: Any) -> T | None:
        row = self._connection.execute(self._select(where).limit(2)).mappings().first()
        return None if row is None else self._open(row, opened)

    def get(self, *, opened: bool = True, **where: Any) -> T:
        found = self.find(opened=opened, **where)
        if found is None:
            raise NotFoundError(self._table.name)
        return found

    def select(
        self,
        *,
        order_by: str = "id",
        limit: int | None = None,
        offset: int = 0,
        skip_locked: bool = False,
        opened: bool = True,
        **where: Any,
    ) -> list[T]:
        statement = self._ordered(self._select(where), order_by).limit(limit).offset(offset or None)
        if skip_locked and self._connection.dialect.name == "postgresql":
            statement = statement.with_for_update(skip_locked=True)
        return [self._open(row, opened) for row in self._connection.execute(statement).mappings().all()]

    def each(self, *, order_by: str = "id", opened: bool = True, **where: Any) -> Iterator[T]:
        statement = self._ordered(self._select(where), order_by)
        result = self._connection.execute(statement.execution_options(yield_per=_BATCH))
        for row in result.mappings():
            yield self._open(row, opened)

    def update(self, where: Mapping[str, Any], /, **changes: Any) -> int:
        row = {
            name: self._seal(name, value, str(where["subject"]), str(where["id"])) if name in self._sealed else value
            for name, value in changes.items()
        }
        for name in self._json & row.keys():
            row[name] = _dump(row[name])
        statement = update(self._table).where(*self._conditions(where)).values(row)
        return self._connection.execute(statement).rowcount

    def remove(self, **where: Any) -> int:
        return self._connection.execute(delete(self._table).where(*self._conditions(where))).rowcount

    def count(self, **where: Any) -> int:
        statement = select(func.count()).select_from(self._table).where(*self._conditions(where))
        return int(self._connection.execute(statement).scalar_one())

    def _select(self, where: Mapping[str, Any]) -> Select[Any]:
        return select(self._table).where(*self._conditions(where))

    def _ordered(self, statement: Select[Any], order_by: str) -> Select[Any]:
        column = self._table.c[order_by.lstrip("-")]
        return statement.order_by(column.desc() if order_by.startswith("-") else column.asc(), self._table.c.id)

    def _conditions(self, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        for name, value in where.items():
            field, _, operator = name.partition("__")
            if field in self._sealed:
                raise ValueError(f"{field} is sealed and cannot be compared")
            column = self._table.c[field]
            match operator:
                case "":
                    found.append(column.is_(None) if value is None else column == value)
                case "le":
                    found.append(column <= value)
                case "lt":
                    found.append(column < value)
                case "ge":
                    found.append(column >= value)
                case "gt":
                    found.append(column > value)
                case "ne":
                    found.append(column.is_not(None) if value is None else column != value)
                case "in":
                    found.append(column.in_(tuple(value)))
                case _:
                    raise ValueError(f"unknown comparison {operator!r}")
        return found

    def _row_of(self, record: T) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in self._table.c:
            value = getattr(record, column.name)
            if column.name in self._sealed and value is not None:
                value = self._seal(column.name, value, record.subject, record.id)  # type: ignore[attr-defined]
            elif column.name in self._json:
                value = _dump(value)
            row[column.name] = value
        return row

    def _seal(self, column: str, value: Any, subject: str, row: str) -> bytes | None:
        if value is None:
            return None
        assert self._keys is not None
        return self._keys.seal(subject, self._table.name, column, row, _encode(self._sealed[column], value))

    def _open(self, row: RowMapping, opened: bool) -> T:
        values: dict[str, Any] = dict(row)
        for column, codec in self._sealed.items():
            sealed = values[column]
            if sealed is None or not opened:
                values[column] = None
                continue
            assert self._keys is not None
            plain = self._keys.unseal(values["subject"], self._table.name, column, values["id"], bytes(sealed))
            values[column] = _decode(codec, plain)
        for column in self._json:
            values[column] = json.loads(values[column])
        return self._record(**values)


def _encode(codec: str, value: Any) -> bytes:
    match codec:
        case "text":
            return str(value).encode()
        case "bytes":
            return bytes(value)
        case _:
            return _dump(value).encode()


def _decode(codec: str, plain: bytes) -> Any:
    match codec:
        case "text":
            return plain.decode()
        case "bytes":
            return plain
        case _:
            return json.loads(plain)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_JSON_FIELDS: dict[type[Any], frozenset[str]] = {}


def _json_fields(record: type[Any]) -> frozenset[str]:
    if record not in _JSON_FIELDS:
        sealed = sealed_fields(record)
        hints = get_type_hints(record)
        _JSON_FIELDS[record] = frozenset(
            name for name, hint in hints.items() if get_origin(hint) is dict and name not in sealed
        )
    return _JSON_FIELDS[record]
