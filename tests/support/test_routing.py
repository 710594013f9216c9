"""The way of an update to its step."""

from __future__ import annotations

import inspect

from aiogram import Router

from handlers import FLOWS, create_router


def test_neither_a_step_nor_a_filter_costs_a_thread() -> None:
    """aiogram runs what is not awaited in a thread, in the middle of the transaction: a state is a `StateFilter(...)`."""
    for event, observer in create_router().observers.items():
        for step in observer.handlers:
            assert step.awaitable, f"{event}: {step.callback}"
            for each in step.filters or []:
                assert each.awaitable, f"{event}: {step.callback.__module__}.{step.callback.__name__}: {each.callback}"


def test_all_steps_of_all_flows_are_offered_in_their_order() -> None:
    """Which flow comes first is said in one place."""
    every = create_router()
    for event, observer in every.observers.items():
        steps = [step.callback for flow in FLOWS for step in flow.create_router().observers[event].handlers]
        assert [step.callback for step in observer.handlers] == steps
    assert sum(len(observer.handlers) for observer in every.observers.values()) > 100


def test_a_flow_has_nothing_that_would_be_left_behind() -> None:
    """Only steps are taken over: no middleware, no filter for a whole flow, no flow inside a flow."""
    for flow in FLOWS:
        router: Router = flow.create_router()
        assert not router.sub_routers, inspect.getfile(flow)
        for observer in router.observers.values():
            assert not [*observer.middleware, *observer.outer_middleware], inspect.getfile(flow)
            assert not observer._handler.filters, inspect.getfile(flow)
