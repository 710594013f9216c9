"""The table of methods. Each is a function of one `Call`; names are found whatever their case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .call import Call

Method = Callable[[Call], Any | Awaitable[Any]]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    def register(function: Method) -> Method:
        METHODS[name.lower()] = function
        return function

    return register
