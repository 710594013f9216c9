"""What the service says of its own accord: one function per notice, rendered when it is sent, in the person's language then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.telegram.case_words import reason_name, right_name
from bot.telegram.formats import day, megabytes, moment, percent
from bot.telegram.keyboards import Button, go, markup
from bot.telegram.policy_changes import change_line
from bot.telegram.regions import region_label
from bot.telegram.texts import Html, Line, _, _p, join, verbatim


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice ready to send. `package` names a part of an export to attach, `content` is a document itself."""

    text: Line | Html
    keyboard: list[list[Button]] = field(default_factory=list)
    package: tuple[str, int] | None = None
    file_name: str = ""
    content: str | bytes = ""
    only_edit: bool = False
    completes: str = ""
    """The export case that ends when this arrives: with the file itself or, without one, with the offer of it."""
    letter: str = ""
    """The letter that arrives with it (bot/core/support/letters.py)."""
    breach: str = ""
    """The breach that the person is told of with it (bot/core/breaches/reached.py)."""
    edits: int | None = None
    """The person's message that this takes the place of."""
    protect: bool = False
    """It can be neither forwarded nor saved."""

    def method(self, chat_id: int) -> tuple[str, dict[str, Any]]:
        """The Bot API method and its parameters (a document's bytes are added by the sender)."""
        data: dict[str, Any] = {"chat_id": chat_id, "parse_mode": "HTML"}
        if self.keyboard:
            data["reply_markup"] = markup(self.keyboard)
        if self.protect:
            data["protect_content"] = True
        if self.edits is not None:
            return "editMessageText", data | {"text": self.text.html, "message_id": self.edits}
        if self.package or self.content:
            return "sendDocument", data | {"caption": self.text.html}
        return "sendMessage", data | {"text": self.text.html, "link_preview_options": {"is_disabled": True}}


Render = Callable[[dict[str, Any], str], Notice]


def export_progress(data: dict[str, Any], zone: str) -> Notice:
    share = data["percent"] / 100
    # Translators: {ref} is a case reference, {share} a percentage such as 45%.
    text = _("Case {ref}: your export is being put together. {share} done.", ref=data["ref"], share=percent(share))
    return Notice(text)


def export_ready(data: dict[str, Any], zone: str) -> Notice:
    until = moment(datetime.fromisoformat(data["until"]), zone)
    name = f"export-{data['ref']}.zip"
    if data["parts"] > 1:
        number = data["part"] + 1
        name = f"{name}.{number:03d}"
        # Translators: a large file comes in several parts.
        text = _(
            "Here is part {number} of {parts} of your export (case {ref}). Put all parts into one folder and join them to open it. I can send it again until {until}.",
            number=number,
            parts=data["parts"],
            ref=data["ref"],
            until=until,
        )
    else:
        text = _(
            "Here is your export (case {ref}). To read it, unpack the ZIP and open index.html in its folder “data”; beside it lies everything as JSON. I can send it again until {until}, then it is destroyed.",
            ref=data["ref"],
            until=until,
        )
    completes = data["ref"] if data["part"] == data["parts"] - 1 else ""
    return Notice(text, package=(data["package"], data["part"]), file_name=name, completes=completes)


def export_offered(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "Your export is ready (case {ref}). With {size} it is too large for one file in this chat: you can download it with a link that works once, or get it here in several parts. Both are possible until {until}; then it is destroyed.",
        ref=data["ref"],
        size=megabytes(data["size"]),
        until=moment(datetime.fromisoformat(data["until"]), zone),
    )
    keyboard = [
        [go(_p("button", "Get a link"), "export_link", data["ref"], style="primary")],
        [go(_p("button", "Send it in parts"), "export_parts", data["ref"])],
    ]
    return Notice(text, keyboard, completes=data["ref"])


def deletion_reminder(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "A reminder: on {until} your account is deleted for good (case {ref}). Until then you can take it back.",
        until=moment(datetime.fromisoformat(data["until"]), zone),
        ref=data["ref"],
    )
    return Notice(text, [[go(_p("button", "Take it back"), "take_back", style="success")]])


def deletion_certificate(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "Your account and all its data have been deleted (case {ref}). The key to your data was destroyed, so nothing of it can be opened again. Copies in backups are gone by {until} at the latest. With /status {ref} you can look up this case later, without an account.",
        ref=data["ref"],
        until=moment(datetime.fromisoformat(data["purge_by"]), zone),
    )
    return Notice(text, [[go(_p("button", "Certificate"), "certificate", data["ref"])]])


def desk_forgotten(data: dict[str, Any], zone: str) -> Notice:
    return Notice(join([forgotten(), clear_the_chat()]), [[go(_p("button", "Certificate"), "certificate", data["ref"])]])


def forgotten() -> Line:
    """Said when it is so."""
    return _("Done. This bot holds nothing about you any more.")


def clear_the_chat() -> Line:
    """What a person can do about the messages that Telegram keeps."""
    return _("The messages in this chat are in Telegram: you can clear them with “Clear history” and “Also delete for the bot”. If you come back, press Start.")


def certificate(data: dict[str, Any], zone: str) -> Notice:
    # Translators: comes with a JSON file; {ref} is a case reference such as DEL-7K2M4Q.
    text = _(
        "The signed certificate of the erasure (case {ref}). It names nobody; anyone can check its signature.", ref=data["ref"]
    )
    return Notice(text, content=data["content"], file_name=f"certificate-{data['ref']}.json")


def region_moved(data: dict[str, Any], zone: str) -> Notice:
    # Translators: said after a person told me that they live somewhere else; {region} is e.g. United States.
    return Notice(_("Your data is now kept in: {region}.", region=region_label(data["region"])))


def case_delayed(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "Case {ref} takes longer than planned. Reason: {reason} The new date is {until}.",
        ref=data["ref"],
        reason=reason_name(data["reason"]),
        until=moment(datetime.fromisoformat(data["until"]), zone),
    )
    return Notice(text)


def case_received(data: dict[str, Any], zone: str) -> Notice:
    text = _(
        "We received your request: {right}. Case {ref} is open; this is its acknowledgement. You get an answer by {until}.",
        right=right_name(data["right"]),
        ref=data["ref"],
        until=moment(datetime.fromisoformat(data["until"]), zone),
    )
    return Notice(text, [[go(_p("button", "My requests"), "status")]])


def case_asked(data: dict[str, Any], zone: str) -> Notice:
    # Translators: {question} is what a person of the privacy team wrote.
    text = _("We need something from you for case {ref}: {question}", ref=data["ref"], question=data["question"])
    keyboard = [[go(_p("button", "Answer"), "answer", data["ref"], style="primary")]]
    return Notice(text, keyboard, letter=data.get("letter", ""), edits=data.get("edits"))


def team_letter(data: dict[str, Any], zone: str) -> Notice:
    # Translators: {text} is what a person of the privacy team wrote. Nobody's name is told.
    text = _("Privacy team, case {ref}: {text}", ref=data["ref"], text=data["text"])
    keyboard = [
        [go(_p("button", "Answer"), "answer", data["ref"], style="primary")],
        [go(_p("button", "This was not handled"), "unhandled", data["ref"])],
    ]
    return Notice(text, keyboard, letter=data["letter"], edits=data.get("edits"))


def case_waiting(data: dict[str, Any], zone: str) -> Notice:
    text = _("A reminder: case {ref} is waiting for you. We cannot go on without your answer.", ref=data["ref"])
    return Notice(text, [[go(_p("button", "Look at it"), "case", data["ref"], style="primary")]])


def rectification_proposed(data: dict[str, Any], zone: str) -> Notice:
    text: Line | Html = _("Case {ref}: we propose a correction. Nothing is changed before you have confirmed it.", ref=data["ref"])
    if data.get("text"):
        text = join([text, verbatim(data["text"])])
    keyboard = [[go(_p("button", "See the proposal"), "correction", data["ref"], style="primary")]]
    return Notice(text, keyboard, letter=data.get("letter", ""), edits=data.get("edits"))


def policy_changed(data: dict[str, Any], zone: str) -> Notice:
    begins = datetime.fromisoformat(data["begins"])
    lines: list[Line | Html] = [
        # Translators: a message to everybody before a new version of the policy holds. {service} is a product's name.
        _(
            "The privacy policy of {service} changes. Version {version} holds from {date}. This is what is different:",
            service=data["values"]["service"],
            version=data["version"],
            date=day(begins),
        ),
        join([change_line(change, data["values"]) for change in data["changes"]], "\n"),
        _("What you chose before stays as it is. You can ask me about any of it, or use your rights at any time."),
    ]
    buttons = [go(_p("button", "All topics"), "faq"), go(_p("button", "My rights"), "rights")]
    return Notice(join(lines), [buttons])


def team_group_lost(data: dict[str, Any], zone: str) -> Notice:
    # Translators: in private, to an owner of the privacy team.
    return Notice(
        _(
            "I was removed from the group of the privacy team. Cases are kept and their dates run on, but nobody is shown them now. Add me to a group again and send /setup there."
        )
    )


NOTICES: dict[str, Render] = {
    render.__name__: render
    for render in (
        export_progress,
        export_ready,
        export_offered,
        deletion_reminder,
        deletion_certificate,
        desk_forgotten,
        region_moved,
        certificate,
        case_delayed,
        case_received,
        case_asked,
        team_letter,
        case_waiting,
        rectification_proposed,
        policy_changed,
        team_group_lost,
    )
}


def notice(render: Render) -> Render:
    """Add one that has its words elsewhere, under its function's name; that module must be loaded with the sayings of the team."""
    NOTICES[render.__name__] = render
    return render


ONLY_EDIT = frozenset({"export_progress"})
"""Not worth a message of their own when the one they change is gone."""
