"""The way of an update to its step."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from aiogram import Router
from aiogram.dispatcher.event.handler import HandlerObject

from bot.app import Core
from bot.core.ports import Tx
from bot.storage import Unit
from bot.telegram.desk import Desk
from bot.telegram.filters import InGroup, Private
from bot.telegram.team.here import InTeamGroup
from handlers import FLOWS, create_router
from tests.storage.conftest import core

__all__ = ["core"]


def _steps(router: Router) -> Iterator[tuple[str, HandlerObject]]:
    for each in router.chain_tail:
        for event, observer in each.observers.items():
            for step in observer.handlers:
                yield event, step


def test_neither_a_step_nor_a_filter_costs_a_thread() -> None:
    """aiogram runs what is not awaited in a thread, in the middle of the transaction: a state is a `StateFilter(...)`."""
    for event, step in _steps(create_router()):
        assert step.awaitable, f"{event}: {step.callback}"
        for each in step.filters or []:
            assert each.awaitable, f"{event}: {step.callback.__module__}.{step.callback.__name__}: {each.callback}"


def test_every_step_says_first_where_it_belongs() -> None:
    """A private chat, a group, the team's group; only an inline query comes from nowhere."""
    for event, step in _steps(create_router()):
        first = step.filters[0].callback if step.filters else None
        assert event == "inline_query" or isinstance(first, Private | InGroup | InTeamGroup), step.callback


def test_all_steps_of_all_flows_are_offered_in_their_order() -> None:
    """Which flow comes first is said in one place; each step is offered once, where it belongs."""
    every = create_router()
    for event in every.observers:
        steps = [step.callback for flow in FLOWS for step in flow.create_router().observers[event].handlers]
        for router in every.chain_tail:
            offered = [step.callback for step in router.observers[event].handlers]
            assert offered == [step for step in steps if step in offered]
        assert sorted(map(id, steps)) == sorted(id(step.callback) for of, step in _steps(every) if of == event)


def test_a_flow_has_nothing_that_would_be_left_behind() -> None:
    """Only steps are taken over: no middleware, no filter for a whole flow, no flow inside a flow."""
    for flow in FLOWS:
        router: Router = flow.create_router()
        assert not router.sub_routers, inspect.getfile(flow)
        for observer in router.observers.values():
            assert not [*observer.middleware, *observer.outer_middleware], inspect.getfile(flow)
            assert not observer._handler.filters, inspect.getfile(flow)


async def test_a_filters_question_is_asked_once_until_something_is_done(core: Core) -> None:
    """Sixty steps ask which group is the team's; a step that changes it and lets the update go on is not answered with what was."""
    asked: list[int] = []

    def question(tx: Tx, number: int) -> int:
        asked.append(number)
        return tx.accounts.count() + number

    async def handle(unit: Unit) -> None:
        desk = Desk(unit, 1, 1, "lane", True, None, "en", None, "bot", {})
        assert [await desk.once(question, 1), await desk.once(question, 1), await desk.once(question, 2)] == [1, 1, 2]
        assert asked == [1, 2]
        await desk(lambda tx: None)
        assert await desk.once(question, 1) == 1
        assert asked == [1, 2, 1]

    await core.database.handle(handle)
