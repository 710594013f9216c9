"""Roles and members in words, and whom a command of the team is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from aiogram.types import Message

from bot.core import staff
from bot.core.ports import Tx
from bot.core.staff import Member, Role
from bot.telegram.formats import listing
from bot.telegram.texts import Html, Line, _, join

_NUMBER = re.compile(r"#?(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written behind /grant or /revoke, as far as it could be read. `whom` is a Telegram id."""

    role: Role | None
    whom: int | None
    unread: str
    """The first word that is none of both."""


def read(tx: Tx, message: Message, words: str) -> Asked:
    """The role, and the person: whose message is answered, who is named, whose Telegram id or `#number` in the team is written."""
    role, unread = None, ""
    whom = _answered(message) or _named(message)
    for word in _without_names(message, words).split():
        number = _NUMBER.fullmatch(word)
        if word.lower() in set(Role):
            role = Role(word.lower())
        elif number is None:
            unread = unread or word
        elif word.startswith("#"):
            whom = _of_number(tx, int(number[1])) or whom
        else:
            whom = int(number[1])
    return Asked(role, whom, unread)


def role_name(role: Role) -> Line:
    """A role's name."""
    match role:
        case Role.AGENT:
            # Translators: a role in the privacy team: works on cases.
            return _("agent")
        case Role.LEAD:
            # Translators: a role in the privacy team: distributes the work.
            return _("lead")
        case Role.DPO:
            # Translators: a role in the privacy team.
            return _("data protection officer")
        case Role.AUDITOR:
            # Translators: a role in the privacy team: looks at figures and registers only.
            return _("auditor")
        case Role.OWNER:
            # Translators: a role in the privacy team: decides who belongs to it.
            return _("owner")


def member_link(member: Member) -> Html:
    """A member by number; a tap on it opens their profile."""
    # Translators: {number} is the number of a colleague of the privacy team.
    name = _("team member {number}", number=member.number)
    return Html(f'<a href="tg://user?id={staff.telegram_id_of(member)}">{escape(name.plain)}</a>', name.plain)


def person_link(telegram_id: int) -> Html:
    """Somebody who is not of the team yet; a tap on it opens their profile."""
    # Translators: stands for the name of somebody, inside a sentence such as: Give this person the role agent?
    name = _("this person")
    return Html(f'<a href="tg://user?id={telegram_id}">{escape(name.plain)}</a>', name.plain)


def roles_of(member: Member) -> str:
    """Their roles, in words."""
    return listing([role_name(role).plain for role in Role if role in member.held])


def known_roles() -> Html:
    """The words that may be typed, and what each is for."""
    lines = [
        _("<code>agent</code> works on cases"),
        _("<code>lead</code> hands cases out and agrees where two people must"),
        _("<code>dpo</code> is the data protection officer"),
        _("<code>auditor</code> sees figures and registers, nothing else"),
        _("<code>owner</code> decides who belongs to the team"),
    ]
    return join(lines, "\n")


def _answered(message: Message) -> int | None:
    """Whose message is answered. In a topic every message "answers" the one that opened it: that is no answer to anybody."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None or answered.from_user is None or answered.from_user.is_bot:
        return None
    return answered.from_user.id


def _named(message: Message) -> int | None:
    """Who is named without a username: only then does Telegram say who it is."""
    for entity in message.entities or ():
        if entity.type == "text_mention" and entity.user is not None and not entity.user.is_bot:
            return entity.user.id
    return None


def _without_names(message: Message, words: str) -> str:
    for entity in message.entities or ():
        if entity.type == "text_mention":
            words = words.replace(entity.extract_from(message.text or ""), " ", 1)
    return words


def _of_number(tx: Tx, number: int) -> int | None:
    found = tx.members.find(number=number)
    return staff.telegram_id_of(found) if found is not None else None
