"""a question in one's own words → an answer, an offer, a choice or an honest “I do not know”

An action is only ever offered here: its own flow starts by the button. What was asked is not stored, only counted.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.core import questions
from bot.core.errors import NotFoundError
from bot.core.policies import Topic
from bot.telegram.answers import (
    action_button,
    answer_keyboard,
    fitting,
    policy_of,
    short_answer,
    title,
)
from bot.telegram.desk import Desk
from bot.telegram.filters import HasText, LooksLikeCommand, Private, To
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.say import Say
from bot.telegram.texts import PSEUDO, Html, Line, _, _p, current_locale, join, speaking
from bot.telegram.understanding import Understood, understand

CHOICES = 4
NEAR = 0.05
"""A meaning less likely than this is not suggested: it would look like mockery."""


def create_router() -> Router:
    router = Router(name="questions")
    router.message.register(unknown_command, Private(), LooksLikeCommand())
    router.message.register(answer, Private(), HasText())
    router.message.register(unknown_command, Private())
    router.callback_query.register(helped, Private(), To("helped"))
    router.callback_query.register(not_helped, Private(), To("unhelped"))
    router.callback_query.register(already, Private(), To("checked"))
    router.callback_query.register(outdated, Private())
    return router


async def answer(message: Message, desk: Desk, say: Say, raw_state: str | None = None) -> None:
    if _is_yes_or_no(message.text or ""):
        await say(_("Nothing was changed: I act only when you tap a button."), _menu())
        return
    found = await understand(desk, message.text or "")
    await desk(questions.count, found.label, found.lang or desk.locale, _band(found))
    speak = found.lang if found.lang and found.lang != desk.locale and current_locale() != PSEUDO else None
    with speaking(speak or current_locale()):
        text, keyboard = await reply_to(desk, found)
        if speak:
            keyboard.append([go(_switch(speak), "speak", speak)])
        if raw_state is not None:
            text = join([text, _("What we had begun is waiting: go on with it, or cancel.")])
            keyboard.insert(0, [go(_p("button", "Cancel"), "cancel")])
        await say(text, keyboard)


async def unknown_command(message: Message, say: Say, state: FSMContext) -> None:
    if await state.get_state():
        await say(_("Please answer with text, or cancel."), [[go(_p("button", "Cancel"), "cancel")]])
    elif (message.text or "").startswith("/"):
        await say(_("I do not know this command. /help shows what I can do."), _menu())
    else:
        await say(_("I can only read text. Please write your question, or choose from the menu."), _menu())


async def helped(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    _require_topic(desk, of)
    await desk(questions.count, of, desk.locale, "answer", what="helped")
    await say.toast(_("Thank you, that helps."))


async def not_helped(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    _require_topic(desk, of)
    await desk(questions.count, of, desk.locale, "answer", what="not_helped")
    topic = policy_of(desk).topics.get(of)
    others = [policy_of(desk).topics[name] for name in topic.related] if topic else []
    buttons = rows([_topic_button(desk, other) for other in others])
    buttons.append([go(_p("button", "All topics"), "faq"), go(_p("button", "Talk to a person"), "human")])
    await say(_("I am sorry. Perhaps one of these helps, or a person of the privacy team."), buttons, new=True)


async def already(query: CallbackQuery, say: Say) -> None:
    await say.toast(_("The box is checked."))


async def outdated(query: CallbackQuery, say: Say) -> None:
    await say.toast(_("This button is not meant for you or is no longer valid. Nothing was changed."), alert=True)


async def reply_to(desk: Desk, found: Understood) -> tuple[Html | Line, list[list[Button]]]:
    topics = policy_of(desk).topics
    if len(found.intents) > 1:
        return await _several(desk, found)
    if found.decision in ("ask", "abstain"):
        return _choice(desk, found)
    if found.label == "do_cancel_deletion" and not await fitting(desk, (found.label,)):
        return _("No deletion is under way. Your account is open."), _menu()
    if found.label == "greeting":
        return _("Hello! Ask me anything about your data, in your own words."), _menu()
    if found.label == "thanks":
        return _("You are welcome. I am here whenever you need me."), _menu()
    if found.label == "not_in_policy":
        return _not_in_policy(), [[go(_p("button", "All topics"), "faq"), go(_p("button", "Talk to a person"), "human")]]
    if found.label == "out_of_scope":
        return _choice(desk, found)
    if found.label in topics:
        topic = topics[found.label]
        second = _second(found)
        button = _button_for(desk, second) if second else None
        return await short_answer(desk, topic), await answer_keyboard(desk, topic, full=False, asked=True, second=button)
    return _offer(found), [[action_button(found.label)], *_second_row(desk, found), *_menu()]


async def _several(desk: Desk, found: Understood) -> tuple[Html, list[list[Button]]]:
    """Two things in one message get both, in a sensible order."""
    topics = policy_of(desk).topics
    lines: list[Line | Html] = []
    buttons: list[Button] = []
    for label in found.intents:
        if label in topics:
            lines.append(await short_answer(desk, topics[label]))
        else:
            lines.append(_offer_line(label))
        buttons.append(_button_for(desk, label))
    return join(lines), [*rows(buttons), *_menu()]


def _choice(desk: Desk, found: Understood) -> tuple[Html | Line, list[list[Button]]]:
    """What cannot be repaired stands last, also where it is the likeliest: “do not delete my account” is close to its contrary."""
    likely = [label for label, share in found.alternatives if share >= NEAR]
    known = [label for label in likely if label in policy_of(desk).topics or label.startswith("do_")][:CHOICES]
    buttons = rows([_button_for(desk, label) for label in sorted(known, key=lambda label: label == "do_delete_account")])
    buttons.append([go(_p("button", "All topics"), "faq"), go(_p("button", "Talk to a person"), "human")])
    if found.decision == "ask" and known:
        return _("I want to be sure that I understand you. Which of these do you mean?"), buttons
    lines = [_("I am not sure that I understand. I know the privacy policy well, and little else.")]
    if known:
        lines.append(_("Perhaps one of these? You can also ask in other words, or talk to a person."))
    else:
        lines.append(_("You can ask in other words, choose a topic, or talk to a person."))
    return join(lines), buttons


def _not_in_policy() -> Html:
    return join(
        [
            _("The published policy does not say anything about that, so I will not guess."),
            _("A person of the privacy team can answer it, or the data protection officer."),
        ]
    )


def _offer(found: Understood) -> Html:
    return join([_offer_line(found.label), _("Nothing happens before you have confirmed it.")])


def _offer_line(label: str) -> Line:
    match label:
        case "do_opt_out":
            return _("You would like to stop training on your conversations.")
        case "do_opt_in":
            return _("You would like to allow training on your conversations again.")
        case "do_export":
            return _("You would like a copy of your data.")
        case "do_clear_history":
            return _("You would like to clear your whole chat history and keep your account.")
        case "do_delete_conversation":
            return _("You would like to delete one conversation. Pick it from the list.")
        case "do_delete_account":
            return _("You would like to delete your account with all its data.")
        case "do_cancel_deletion":
            return _("You would like to take the deletion of your account back.")
        case "do_rectify":
            return _("You would like to have your data corrected.")
        case "do_restrict":
            return _("You would like the processing of your data restricted.")
        case "do_object":
            return _("You would like to object to an automated decision.")
        case "do_request_status":
            return _("You would like to know how your requests stand.")
        case "do_change_language":
            return _("You would like another language.")
        case _:
            return _("You would like to talk to a person.")


def _button_for(desk: Desk, label: str) -> Button:
    topics = policy_of(desk).topics
    return _topic_button(desk, topics[label]) if label in topics else action_button(label)


def _topic_button(desk: Desk, topic: Topic) -> Button:
    return go(title(policy_of(desk), topic), "topic", topic.id)


def _second(found: Understood) -> str | None:
    """The next likeliest, when it is close."""
    if found.decision != "offer" and len(found.alternatives) > 1:
        label, share = found.alternatives[1]
        if share >= 0.2 and label not in ("greeting", "thanks", "not_in_policy", "out_of_scope"):
            return str(label)
    return None


def _second_row(desk: Desk, found: Understood) -> list[list[Button]]:
    for label, share in found.alternatives[1:2]:
        if share >= 0.1 and label in policy_of(desk).topics:
            return [[_button_for(desk, label)]]
    return []


def _switch(locale: str) -> Line:
    return _p("button", "Always speak {language}", language=language_name(locale))


def _menu() -> list[list[Button]]:
    return [[go(_p("button", "Topics"), "faq"), go(_p("button", "Menu"), "menu")]]


def _require_topic(desk: Desk, name: str) -> None:
    """Only topics are counted: a forged button must not write its words into the counts. NotFoundError."""
    if name not in policy_of(desk).topics:
        raise NotFoundError("topic")


def _is_yes_or_no(text: str) -> bool:
    # Translators: words with which people answer a question by yes or no, with a bar between them.
    words = _("yes|yes please|yep|sure|no|no thanks|nope").plain
    return text.strip(" .!").casefold() in words.casefold().split("|")


def _band(found: Understood) -> str:
    return "high" if found.confidence >= 0.8 else "middle" if found.confidence >= 0.5 else "low"
