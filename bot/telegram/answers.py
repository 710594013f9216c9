"""Answers from the policy: short first, details behind a button, with their source, and with the person's own state."""

from __future__ import annotations

from bot.core import cases, consents, conversations, deletion
from bot.core.cases import Right
from bot.core.consents import Purpose
from bot.core.policies import Policy, Topic
from bot.core.ports import Tx
from bot.telegram.authorities import authority
from bot.telegram.desk import Desk
from bot.telegram.formats import day, moment
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.texts import Html, Line, _, _n, _p, join, policy_text


def policy_of(desk: Desk) -> Policy:
    """The published policy."""
    policy: Policy = desk.services["policy_now"]()
    return policy


def title(policy: Policy, topic: Topic) -> Line:
    """A topic's title."""
    return policy_text(topic.title, policy.values())


def source(policy: Policy, topic: Topic) -> Line:
    """Where an answer comes from."""
    # Translators: {title} is the policy's name, {section} a heading in it, {version} a version number.
    return _(
        "<i>Source: {title}, “{section}”, version {version}</i>",
        title=policy_text(policy.title, policy.values()),
        section=policy_text(policy.sections[topic.section], policy.values()),
        version=policy.version,
    )


def action_button(action: str) -> Button:
    """The button that offers an action; its own flow asks for confirmation."""
    match action:
        case "do_opt_out":
            return go(_p("button", "Opt out of training"), "training")
        case "do_opt_in":
            return go(_p("button", "Allow training"), "training")
        case "do_export":
            return go(_p("button", "Export my data"), "export")
        case "do_clear_history":
            return go(_p("button", "Clear my history"), "clear")
        case "do_delete_conversation" | "open_history":
            return go(_p("button", "My conversations"), "history")
        case "do_delete_account":
            return go(_p("button", "Delete my account"), "delete")
        case "do_cancel_deletion":
            return go(_p("button", "Take deletion back"), "take_back")
        case "do_rectify":
            return go(_p("button", "Correct my data"), "rectify")
        case "do_restrict":
            return go(_p("button", "Restrict processing"), "restrict")
        case "do_object":
            return go(_p("button", "Object"), "object")
        case "do_escalate":
            return go(_p("button", "Data protection officer"), "escalate")
        case "do_request_status":
            return go(_p("button", "My requests"), "status")
        case "do_change_language":
            return go(_p("button", "Language"), "language")
        case "do_not_sell":
            return go(_p("button", "Opt out of sales"), "do_not_sell")
        case "open_access_log":
            return go(_p("button", "Who opened my data"), "access_log")
        case "open_rights":
            return go(_p("button", "My rights"), "rights")
        case _:
            return go(_p("button", "Talk to a person"), "human")


async def short_answer(desk: Desk, topic: Topic) -> Html:
    """The answer itself, the person's own state, and the source."""
    return await _answer(desk, topic, [])


async def full_answer(desk: Desk, topic: Topic) -> Html:
    """With details and the steps of the guide."""
    values = policy_of(desk).values()
    more: list[Line | Html] = [policy_text(topic.details, values)] if topic.details else []
    if topic.steps:
        steps = [policy_text(step, values) for step in topic.steps]
        # Translators: followed by numbered steps.
        heading = _("<b>In the app:</b>")
        numbered = [Html(f"{n}. {step.html}", f"{n}. {step.plain}") for n, step in enumerate(steps, 1)]
        more.append(join([heading, *numbered], "\n"))
    return await _answer(desk, topic, more)


async def answer_keyboard(desk: Desk, topic: Topic, *, full: bool, asked: bool, second: Button | None = None) -> list[list[Button]]:
    """Offered actions that fit the person's own state, details, other topics, and whether it helped (only after a question). `second`
    leads to what was perhaps meant instead."""
    policy = policy_of(desk)
    keyboard = [[second]] if second else []
    keyboard += rows([action_button(action) for action in await fitting(desk, topic.actions)], 2)
    more = []
    if not full and (topic.details or topic.steps):
        more.append(go(_p("button", "Details"), "details", topic.id))
    related = [go(title(policy, policy.topics[other]), "topic", other) for other in topic.related[:2]]
    more += [button for button in related if second is None or button.data != second.data]
    keyboard += rows(more, 1)
    if asked:
        keyboard.append(
            [
                go(_p("button", "👍 Helpful"), "helped", topic.id),
                go(_p("button", "👎 Not helpful"), "unhelped", topic.id),
            ]
        )
    keyboard.append([go(_p("button", "All topics"), "faq"), go(_p("button", "Menu"), "menu")])
    return keyboard


async def fitting(desk: Desk, actions: tuple[str, ...]) -> list[str]:
    """The actions as they make sense for this person now: nobody is offered to stop what is stopped, or to take back what is not
    under way."""
    if desk.found is None or not desk.private:
        return list(actions)
    found = []
    for action in actions:
        if action == "do_opt_out" and not (await desk(consents.state, desk.subject, Purpose.TRAINING)).given:
            found.append("do_opt_in")
        elif action != "do_cancel_deletion" or await desk(deletion.running, desk.subject) is not None:
            found.append(action)
    return found


async def _answer(desk: Desk, topic: Topic, more: list[Line | Html]) -> Html:
    """What is so for this very person comes first where it differs from what is so for everybody."""
    policy = policy_of(desk)
    lines: list[Line | Html] = [policy_text(topic.short, policy.values()), *more]
    state = await state_line(desk, topic.state)
    if state and topic.state == "training" and not (await desk(consents.state, desk.subject, Purpose.TRAINING)).given:
        lines = [_("Your conversations are not used to train models."), state, *lines]
    elif state:
        lines.append(state)
    return join([*lines, source(policy, topic)])


async def state_line(desk: Desk, state: str) -> Line | None:
    """What a promise means for this person right now; nothing for a stranger or in a group."""
    if desk.found is None or not desk.private:
        return None
    subject = desk.found.id
    match state:
        case "training":
            training = await desk(consents.state, subject, Purpose.TRAINING)
            if not training.given and training.since:
                return _("Your setting: off since {date}.", date=day(training.since, desk.zone))
            return _("Your setting: on.")
        case "export":
            export = await desk(cases.open_of, subject, Right.EXPORT)
            if export:
                return _(
                    "Your export (case {ref}) is due by {date}.",
                    ref=export.id,
                    date=moment(export.target_due, desk.zone),
                )
        case "deletion":
            case = await desk(deletion.running, subject)
            if case and case.grace_until:
                return _(
                    "Your deletion (case {ref}) can be taken back until {date}.",
                    ref=case.id,
                    date=moment(case.grace_until, desk.zone),
                )
        case "sale":
            sale = await desk(consents.state, subject, Purpose.SALE)
            if sale.since:
                return _("Your opt-out of any future sale is on record since {date}.", date=day(sale.since, desk.zone))
        case "authority":
            if desk.found.jurisdiction:
                where = authority(policy_of(desk), desk.found.jurisdiction, desk.found.country)
                return _("Supervisory authority: {authority}.", authority=where)
        case "history":
            count = await desk(_stored, subject)
            return _n("You have {n} conversation stored.", "You have {n} conversations stored.", count)
        case "cases":
            open_cases = [case for case in await desk(cases.list_for, subject) if not case.is_closed]
            if open_cases:
                return _n("You have {n} open request.", "You have {n} open requests.", len(open_cases))
    return None


def _stored(tx: Tx, subject: str) -> int:
    return conversations.page(tx, subject, limit=1)[1]
