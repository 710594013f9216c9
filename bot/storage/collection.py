"""One collection for every kind of record: plain fields as they are, sealed fields sealed under the record's subject.

A record cannot reach the database unsealed and a column cannot be compared that is sealed: there is no other way in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import ClauseElement

from bot.core.errors import NotFoundError
from bot.core.keys import Keychain
from bot.core.ports import Plus
from bot.storage.session import Session
from bot.storage.shape import dump, filled, shape_of

T = TypeVar("T")
_NO_LIMIT = 2**62
_Condition = tuple[str, str, int]
"""A column, the comparison, and how many values it is compared with."""


class Collection(Generic[T]):
    """Implements `bot.core.ports.Collection` on a session."""

    def __init__(self, record: type[T], table: Table, session: Session, keys: Keychain | None) -> None:
        self._shape = shape_of(record, table, session.database)
        self._table = table
        self._session = session
        self._keys = keys

    @property
    def record(self) -> type[T]:
        """What it holds."""
        return self._shape.record

    def add(self, record: T, /) -> None:
        sql, _names = self._shape.sql("add", lambda: self._insert(insert(self._table)))
        self._session.write(sql, self._shape.row(record, self._keys))

    def add_each(self, records: Sequence[T], /) -> None:
        sql, _names = self._shape.sql("add", lambda: self._insert(insert(self._table)))
        self._session.write_many(sql, [self._shape.row(record, self._keys) for record in records])

    def add_new(self, record: T, /) -> bool:
        sql, _names = self._shape.sql("add_new", self._insert_new)
        return bool(self._session.write(sql, self._shape.row(record, self._keys)))

    def find(self, *, opened: bool = True, **where: Any) -> T | None:
        if "id" not in where:
            found = self._select("id", 1, 0, False, opened, where)
            return found[0] if found else None
        conditions, values = self._conditions(where)
        sql, names = self._shape.sql(("find", conditions), lambda: self._found(conditions))
        rows = self._session.rows(sql, filled(names, values))
        return self._shape.open(rows[0], self._keys, opened=opened) if rows else None

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
        return self._select(order_by, limit, offset, skip_locked, opened, where)

    def each(self, *, order_by: str = "id", opened: bool = True, **where: Any) -> Iterator[T]:
        conditions, values = self._conditions(where)
        sql, names = self._shape.sql(
            ("select", conditions, order_by, False, False, False),
            lambda: self._query(conditions, order_by, False, False, False),
        )
        for row in self._session.each(sql, filled(names, values)):
            yield self._shape.open(row, self._keys, opened=opened)

    def update(self, where: Mapping[str, Any], /, **changes: Any) -> int:
        conditions, values = self._conditions(where)
        changed = tuple((name, isinstance(value, Plus)) for name, value in changes.items())
        for name, value in changes.items():
            if isinstance(value, Plus):
                values["set_" + name] = value.amount
            elif name in self._shape.sealed:
                owner = str(where["subject"]), str(where["id"])
                values["set_" + name] = self._shape.value(name, value, *owner, self._keys)
            else:
                values["set_" + name] = dump(value) if name in self._shape.json else self._shape.plain(name, value)
        sql, names = self._shape.sql(("update", conditions, changed), lambda: self._change(conditions, changed))
        return self._session.write(sql, filled(names, values))

    def update_each(self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], /) -> None:
        if not changes:
            return
        same, new = changes[0]
        if self._shape.sealed.keys() & new.keys():
            raise ValueError("a sealed field is changed one by one")
        conditions, changed = tuple((name, "", 1) for name in same), tuple((name, False) for name in new)
        sql, names = self._shape.sql(("update", conditions, changed), lambda: self._change(conditions, changed))
        plan = [(name.startswith("set_"), name.removeprefix("set_")) for name in names]
        plain = self._shape.plain
        self._session.write_many(
            sql, [[plain(field, change[is_new][field]) for is_new, field in plan] for change in changes]
        )

    def reseal(self, subject: str, *, after: str = "", limit: int) -> tuple[str, int] | None:
        assert self._keys is not None
        conditions, values = self._conditions({"subject": subject, "id__gt": after})
        sql, names = self._shape.sql(("reseal", conditions), lambda: self._query_sealed(conditions))
        rows = self._session.rows(sql, filled(names, values | {"row_limit": limit}))
        changed = 0
        for row, *sealed in rows:
            for name, value in zip(self._shape.sealed, sealed, strict=True):
                if value is None:
                    continue
                fresh = self._keys.resealed(subject, self._table.name, name, row, bytes(value))
                if fresh is not None:
                    self._replace(row, name, fresh)
                    changed += 1
        return (str(rows[-1][0]), changed) if rows else None

    def remove(self, **where: Any) -> int:
        conditions, values = self._conditions(where)
        sql, names = self._shape.sql(
            ("remove", conditions), lambda: delete(self._table).where(*self._compared(conditions))
        )
        return self._session.write(sql, filled(names, values))

    def count(self, **where: Any) -> int:
        conditions, values = self._conditions(where)
        sql, names = self._shape.sql(
            ("count", conditions),
            lambda: select(func.count()).select_from(self._table).where(*self._compared(conditions)),
        )
        return int(self._session.rows(sql, filled(names, values))[0][0])

    def _select(
        self, order_by: str, limit: int | None, offset: int, skip_locked: bool, opened: bool, where: Mapping[str, Any]
    ) -> list[T]:
        conditions, values = self._conditions(where)
        bounds = limit is not None, bool(offset), skip_locked
        values["row_limit"] = _NO_LIMIT if limit is None else limit
        values["row_offset"] = offset
        sql, names = self._shape.sql(
            ("select", conditions, order_by, *bounds), lambda: self._query(conditions, order_by, *bounds)
        )
        rows = self._session.rows(sql, filled(names, values))
        return [self._shape.open(row, self._keys, opened=opened) for row in rows]

    # ------------------------------------------------------------------ conditions and their SQL

    def _conditions(self, where: Mapping[str, Any]) -> tuple[tuple[_Condition, ...], dict[str, Any]]:
        conditions: list[_Condition] = []
        values: dict[str, Any] = {}
        for name, value in where.items():
            field, operator = self._shape.parse(name)
            if operator == "in":
                several = tuple(value)
                conditions.append((field, operator, len(several)))
                for place, each in enumerate(several):
                    values[f"{name}_{place}"] = self._shape.plain(field, each)
                continue
            if value is None and operator not in ("", "ne"):
                raise ValueError(f"nothing is {operator!r} None")
            conditions.append((field, operator, value is not None))
            values[name] = self._shape.plain(field, value)
        return tuple(conditions), values

    def _compared(self, conditions: tuple[_Condition, ...]) -> list[ColumnElement[bool]]:
        return [self._comparison(*condition) for condition in conditions]

    def _comparison(self, field: str, operator: str, count: int) -> ColumnElement[bool]:
        column = self._table.c[field]
        if operator == "in":
            names = [f"{field}__in_{place}" for place in range(count)]
            return column.in_([bindparam(name, type_=column.type) for name in names])
        value = bindparam(f"{field}__{operator}" if operator else field, type_=column.type)
        match operator:
            case "":
                return column == value if count else column.is_(None)
            case "ne":
                return column != value if count else column.is_not(None)
            case "le":
                return column <= value
            case "lt":
                return column < value
            case "ge":
                return column >= value
            case "gt":
                return column > value
        raise ValueError(f"unknown comparison {operator!r}")

    def _found(self, conditions: tuple[_Condition, ...]) -> Select[Any]:
        return select(self._table).where(*self._compared(conditions))

    def _query(
        self, conditions: tuple[_Condition, ...], order_by: str, limited: bool, offset: bool, skip_locked: bool
    ) -> Select[Any]:
        column = self._table.c[order_by.lstrip("-")]
        statement = self._found(conditions)
        statement = statement.order_by(column.desc() if order_by.startswith("-") else column.asc())
        if column.name != "id":
            statement = statement.order_by(self._table.c.id)
        if limited or offset:  # SQLite knows no offset without a limit, and would add the other with a value of its own
            statement = statement.limit(bindparam("row_limit", type_=BigInteger))
            statement = statement.offset(bindparam("row_offset", type_=BigInteger))
        if skip_locked and self._session.database == "postgresql":
            statement = statement.with_for_update(skip_locked=True)
        return statement

    def _query_sealed(self, conditions: tuple[_Condition, ...]) -> Select[Any]:
        columns = [self._table.c.id, *(self._table.c[name] for name in self._shape.sealed)]
        statement = select(*columns).where(*self._compared(conditions)).order_by(self._table.c.id)
        return statement.limit(bindparam("row_limit", type_=BigInteger)).offset(literal_column("0")).with_for_update()

    def _replace(self, row: str, name: str, sealed: bytes) -> None:
        which: tuple[_Condition, ...] = (("id", "", 1),)
        changed = ((name, False),)
        sql, names = self._shape.sql(("update", which, changed), lambda: self._change(which, changed))
        self._session.write(sql, filled(names, {"id": row, "set_" + name: sealed}))

    def _change(self, conditions: tuple[_Condition, ...], changed: tuple[tuple[str, bool], ...]) -> ClauseElement:
        new: dict[str, Any] = {}
        for name, adds in changed:
            value = bindparam("set_" + name, type_=self._table.c[name].type)
            new[name] = self._table.c[name] + value if adds else value
        return update(self._table).where(*self._compared(conditions)).values(new)

    def _insert_new(self) -> ClauseElement:
        if self._session.database == "postgresql":
            return self._insert(pg_insert(self._table).on_conflict_do_nothing())
        return self._insert(sqlite_insert(self._table).on_conflict_do_nothing())

    def _insert(self, statement: Insert) -> ClauseElement:
        """Of every column, in the order in which a shape makes rows."""
        return statement.values({column.name: bindparam(column.name, type_=column.type) for column in self._table.c})
