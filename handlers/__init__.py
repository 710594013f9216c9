"""The conversation: one file per flow. The order here is the order in which a message is offered to them."""

from __future__ import annotations

from aiogram import Router

from handlers import (
    access,
    blocked,
    cancel,
    delete,
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
    withdraw,
)
from handlers import (
    help as help_flow,
)
from handlers.team import TEAM_FLOWS

FLOWS = (
    *TEAM_FLOWS, blocked, report, groups, cancel, start, help_flow, privacy, faq, training, export, history, delete, status, withdraw,
    rights, access, rectify, requests, restrict, sale, settings, language, place, password, forget, inline, questions,
)  # fmt: skip


def create_routers() -> list[Router]:
    """Every flow's router, new: aiogram attaches a router only once."""
    return [flow.create_router() for flow in FLOWS]
