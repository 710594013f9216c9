"""The conversation: one file per flow. The order here is the order in which a message is offered to them."""

from __future__ import annotations

from aiogram import Router

from bot.telegram.filters import InGroup, Private
from bot.telegram.team.here import InTeamGroup
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

_IN_GROUPS = (InGroup, InTeamGroup)

FLOWS = (
    *TEAM_FLOWS, blocked, report, groups, cancel, start, help_flow, privacy, faq, training, export, download, history, delete, status, withdraw,
    rights, access, rectify, requests, unhandled, restrict, sale, settings, language, place, password, forget, inline, questions,
)  # fmt: skip


def create_router() -> Router:
    """Every step of every flow, in two new routers (aiogram attaches a router only once): one for private chats, one for groups.

    A step's first filter says where it belongs; what happens in no chat stays outside both. A flow has no middleware and no filter
    of its own, so nothing is lost. aiogram's way from router to router costs more than all filters of a flow, and every step that
    does not fit costs its share: so no message walks through fifty routers, nor past the steps of another kind of chat.
    """
    every, private, groups = Router(name="flows"), Router(name="private chats"), Router(name="groups")
    every.include_routers(private, groups)
    for event in private.observers:
        private.observers[event].filter(Private())
        groups.observers[event].filter(InGroup())
    for flow in FLOWS:
        for event, observer in flow.create_router().observers.items():
            for step in observer.handlers:
                first = step.filters[0].callback if step.filters else None
                there = private if isinstance(first, Private) else groups if isinstance(first, _IN_GROUPS) else every
                there.observers[event].handlers.append(step)
    return every
