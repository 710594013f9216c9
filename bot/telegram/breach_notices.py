"""What is said of a breach in private: to the people it concerns, and to the privacy team. Registered beside the other notices."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from bot.core.breaches import reached
from bot.core.breaches.reporting import Phase
from bot.core.breaches.telling import NOTICE
from bot.core.delivery import OutboxRow
from bot.core.ports import Tx
from bot.telegram import breach_words
from bot.telegram.breach_report import phase_name
from bot.telegram.formats import listing
from bot.telegram.keyboards import go
from bot.telegram.notices import NOTICES, Notice, Render
from bot.telegram.regions import region_label
from bot.telegram.team.breach_says import warning
from bot.telegram.texts import Html, Line, _, _n, _p, join

_LISTED_IN_A_MESSAGE = 40


def breach_notice(data: dict[str, Any], zone: str) -> Notice:
    buttons = [go(_p("button", "My rights"), "rights"), go(_p("button", "Talk to a person"), "human")]
    return Notice(breach_words.notice(data, zone), [buttons], breach=data["ref"])


def breach_warned(data: dict[str, Any], zone: str) -> Notice:
    return Notice(warning(data))


def breach_report(data: dict[str, Any], zone: str) -> Notice:
    phase = phase_name(Phase(data["phase"]))
    # Translators: comes with a document. {phase} is the kind of report, {ref} the reference of a data breach.
    text = _("{phase} on {ref}, for the authority.", phase=phase, ref=data["ref"])
    return Notice(text, content=base64.b64decode(data["content"]), file_name=data["name"])


def breach_register(data: dict[str, Any], zone: str) -> Notice:
    # Translators: comes with a file for the privacy team.
    return Notice(_("The register of all data breaches."), content=data["content"], file_name=data["name"])


def breach_unreached(data: dict[str, Any], zone: str) -> Notice:
    """To the data protection officer, from the region itself: who was not reached."""
    people: list[str] = data["people"]
    lines: list[Line | Html] = [
        # Translators: to the data protection officer. {ref} is the reference of a data breach, {region} a region where data is kept.
        _n(
            "{ref}: {n} person in the region {region} could not be reached. They are told as soon as they are back.",
            "{ref}: {n} people in the region {region} could not be reached. They are told as soon as they are back.",
            len(people),
            ref=data["ref"],
            region=region_label(data["region"]),
        )
    ]
    if len(people) > _LISTED_IN_A_MESSAGE:
        return Notice(join(lines), content="\n".join(people) + "\n", file_name=f"{data['ref']}-{data['region'].lower()}.txt")
    # Translators: to the data protection officer. {people} is a list of pseudonyms.
    lines.append(_("Their pseudonyms: {people}", people=listing(people)))
    return Notice(join(lines))


def may_leave(tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> bool:
    """Whether it still is what its reader is to get. What is not a notice to somebody concerned always may."""
    data = payload["data"]
    return payload["notice"] != NOTICE or reached.may_leave(tx, row.subject, data["ref"], row.id, data.get("round", 0))


def arrival(subject: str, data: dict[str, Any]) -> Callable[[Tx, Any], None]:
    """Notes that a person was told, and of what."""

    def arrived(tx: Tx, result: Any) -> None:
        reached.arrived(tx, subject, data["ref"], data["categories"])

    return arrived


_MINE: tuple[Render, ...] = (breach_notice, breach_warned, breach_report, breach_register, breach_unreached)
NOTICES.update({notice.__name__: notice for notice in _MINE})
