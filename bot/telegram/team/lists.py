"""Cases as lines and buttons of a list for the team: reference, what it is about, dates, who works on it. Nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.core.support.entries import Entry
from bot.core.support.groups import TeamGroup
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, rows
from bot.telegram.team.here import tap
from bot.telegram.team.links import room_link
from bot.telegram.team.words import about
from bot.telegram.texts import Html, Line, _, verbatim


@dataclass(frozen=True, slots=True)
class Where:
    """The team's group, as far as its messages can be pointed at."""

    chat: int
    topics: bool

    def link(self, entry: Entry) -> str | None:
        """The address at which the group shows a case; None where it does not yet, or has no addresses."""
        return self.room(entry.thread, entry.card)

    def room(self, thread: int | None, card: int | None) -> str | None:
        """The same for any room."""
        return room_link(self.chat, thread if self.topics else card)


def where(group: TeamGroup | None) -> Where | None:
    """Of the linked group."""
    return Where(group.chat, group.topics) if group is not None else None


def line(entry: Entry, place: Where | None) -> Line:
    """A case in one line."""
    parts = {"ref": reference(entry, place), "right": about(entry.right), "date": moment(entry.due), "who": who(entry)}
    if entry.overdue:
        # Translators: a case in a list for the privacy team. {right} is what it is about, {date} its due date, {who} e.g. "team member 3".
        return _("{ref} · {right} · <b>overdue since {date}</b> · {who}", **parts)
    if entry.stands:
        # Translators: a case in a list for the privacy team; its clock stands still until the person has answered.
        return _("{ref} · {right} · waits for the person, due {date} or later · {who}", **parts)
    # Translators: a case in a list for the privacy team. {right} is what it is about, {date} its due date, {who} e.g. "team member 3".
    return _("{ref} · {right} · due {date} · {who}", **parts)


def reference(entry: Entry, place: Where | None) -> Html:
    """Its reference, as a link where there is one."""
    address = place.link(entry) if place else None
    if address is None:
        return Html(f"<b>{escape(entry.ref)}</b>", entry.ref)
    return Html(f'<a href="{escape(address)}">{escape(entry.ref)}</a>', entry.ref)


def who(entry: Entry) -> Line:
    """Who works on it."""
    if entry.assignee:
        # Translators: who works on a case. {number} is the number of a colleague.
        return _("team member {number}", number=entry.assignee)
    # Translators: who works on a case.
    return _("nobody yet")


def buttons(entries: Sequence[Entry], place: Where | None) -> list[list[Button]]:
    """To each case: into its topic, or to its short form."""
    return rows([_button(entry, place) for entry in entries], 3)


def opening(label: Line | Html, entry: Entry, place: Where | None) -> list[Button]:
    """A button into the topic of a case, where it has one."""
    address = place.link(entry) if place else None
    return [Button(label.plain, url=address)] if address else []


def _button(entry: Entry, place: Where | None) -> Button:
    address = place.link(entry) if place else None
    return Button(entry.ref, url=address) if address else tap(verbatim(entry.ref).plain, "case", entry.ref)
