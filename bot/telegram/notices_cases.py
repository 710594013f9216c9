"""What a person hears of the work on their case: done, opened again, refused with reason and remedies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.telegram.authorities import authority_named
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.notices import Notice, notice
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


def not_handled(ref: str) -> Button:
    """To whoever is above the team: handlers/unhandled.py."""
    return go(_p("button", "This was not handled"), "unhandled", ref)


@notice
def case_done(data: dict[str, Any], zone: str) -> Notice:
    text = _("Case {ref} is done. If you see that differently, tell us with the button.", ref=data["ref"])
    return Notice(text, [[not_handled(data["ref"])]])


@notice
def case_reopened(data: dict[str, Any], zone: str) -> Notice:
    until = moment(datetime.fromisoformat(data["until"]), zone)
    text = _("Case {ref} was opened again: the privacy team works on it. You get an answer by {until}.", ref=data["ref"], until=until)
    return Notice(text, [[go(_p("button", "My requests"), "status")]])


@notice
def case_missed(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "The date for case {ref} has passed and it is not finished. I am sorry. You can now turn to the data protection officer directly.",
        ref=data["ref"],
    )
    return Notice(text, [[go(_p("button", "Data protection officer"), "unhandled", data["ref"])]])


@notice
def case_refused(data: dict[str, Any], zone: str) -> Notice:
    values = data["values"]
    where = authority_named(**data["authority"], values=values)
    named = values | {"authority": where, "dpo": policy_text(data["dpo"], values)}
    lines: list[Line | Html] = [
        # Translators: {ref} is a case reference. What follows is the reason and where the person can turn.
        _("We do not do what you asked for in case {ref}. I am sorry.", ref=data["ref"]),
        # Translators: {reason} is a whole sentence, with its place in the law.
        _("Reason: {reason}", reason=_with_law(policy_text(data["reason"][0], values), data["reason"][1], values)),
        _("This is what you can do:"),
    ]
    said = [_with_law(policy_text(text, named), law, values) for text, law in data["remedies"]]
    lines.append(join([Html(f"• {each.html}", f"• {each.plain}") for each in said], "\n"))
    return Notice(join(lines), [[not_handled(data["ref"])]])


def _with_law(text: Line, law: str, values: dict[str, str]) -> Html | Line:
    if not law:
        return text
    where = policy_text(law, values)
    return Html(f"{text.html} <i>({where.html})</i>", f"{text.plain} ({where.plain})")
