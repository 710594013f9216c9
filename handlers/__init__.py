"""The conversation: one file per flow. The order here is the order in which a message is offered to them."""

from __future__ import annotations

from aiogram import Router

from handlers import (
    access,
    blocked,
    cancel,
    delete,
    download,
    export,
    faq,
    forget,
    groups,
    history,
    inline,
    language,
    password,
    place,
    privacy,
    questions,
    rectify,
    report,
    requests,
    restrict,
    rights,
    sale,
    settings,
    start,
    status,
    training,
    unhandled,
    withdraw,
)
from handlers import (
    help as help_flow,
)
from handlers.team import TEAM_FLOWS

FLOWS = (
    *TEAM_FLOWS, blocked, report, groups, cancel, start, help_flow, privacy, faq, training, export, download, history, delete, status, withdraw,
    rights, access, rectify, requests, unhandled, restrict, sale, settings, language, place, password, forget, inline, questions,
)  # fmt: skip


def create_router() -> Router:
    """Every step of every flow in one new router (aiogram attaches a router only once).

    A flow has no middleware and no filter of its own, so nothing is lost; and a message that none of thirty routers wants
    costs more on its way from one to the next than in all their filters.
    """
    every = Router(name="flows")
    for flow in FLOWS:
        for event, observer in flow.create_router().observers.items():
            every.observers[event].handlers += observer.handlers
    return every
