"""/training → state → opt out or back in → receipt"""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import cases, consents
from bot.core.accounts import Account
from bot.core.cases import Right, Step
from bot.core.consents import ConsentState, Purpose
from bot.core.ports import Tx
from bot.telegram.confirm import confirm_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join


def create_router() -> Router:
    router = Router(name="training")
    router.message.register(show_training, Private(), Command("training"))
    router.callback_query.register(show_training_by_button, Private(), To("training"))
    router.callback_query.register(opt_out, Private(), Confirming("train_off"))
    router.callback_query.register(opt_in, Private(), Confirming("train_on"))
    return router


async def show_training(message: Message, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def show_training_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def opt_out(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "train_off", token)
    changed, ref = await desk(_change, account, given=False, locale=desk.locale)
    if not ref:
        await _already(desk, say, changed)
        return
    lines: list[Line | Html] = [
        # Translators: {date} is a date with time.
        _("Done. From {date} on, your conversations are not used to train models.", date=moment(_since(changed), desk.zone)),
        _("What this does not undo: models that were trained before keep what they learned. It applies to everything from now on."),
        _("Receipt: case {ref}. You can turn training back on at any time.", ref=ref),
    ]
    await say(join(lines), [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])


async def opt_in(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "train_on", token)
    changed, ref = await desk(_change, account, given=True, locale=desk.locale)
    if not ref:
        await _already(desk, say, changed)
        return
    lines = [
        _("Done. From {date} on, your conversations may be used to train models again.", date=moment(_since(changed), desk.zone)),
        _("Receipt: case {ref}. You can opt out again at any time.", ref=ref),
    ]
    await say(join(lines), [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])


async def _show(desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    state = await desk(consents.state, account.id, Purpose.TRAINING)
    menu = [go(_p("button", "Menu"), "menu")]
    if state.given:
        lines: list[Line | Html] = [_("Model training is <b>on</b> for your conversations.")]
        if state.since is None:
            lines.append(_("That is the default: your chat data may be used to train models until you opt out."))
        lines.append(_("If you opt out, it applies at once and to all your conversations. Models that were trained before keep what they learned."))
        button = await confirm_button(desk, _p("button", "Opt out now"), "train_off", style="primary")
    else:
        lines = [
            _(
                "Model training is <b>off</b> for your conversations, since {date}.",
                date=moment(_since(state), desk.zone),
            ),
            _("Your conversations are not used to train models."),
        ]
        button = await confirm_button(desk, _p("button", "Turn training on"), "train_on")
    lines.append(_("What you write to this bot is never used for training."))
    await say(join(lines), [[button], menu])


async def _already(desk: Desk, say: Say, state: ConsentState) -> None:
    text = _("It is already so, since {date}. Nothing was changed.", date=moment(_since(state), desk.zone))
    await say(text, [[go(_p("button", "Menu"), "menu")]])


def _change(tx: Tx, account: Account, *, given: bool, locale: str) -> tuple[ConsentState, str]:
    """The new state and the receipt; no receipt when nothing changes, because an older button was tapped too."""
    before = consents.state(tx, account.id, Purpose.TRAINING)
    if before.given == given and before.since is not None:
        return before, ""
    case = cases.open_case(tx, account, Right.TRAINING)
    change = consents.give if given else consents.withdraw
    state = change(tx, account.id, Purpose.TRAINING, locale=locale)
    cases.move(tx, case, Step.FINISH, reason="on" if given else "off")
    return state, case.id


def _since(state: ConsentState) -> datetime:
    assert state.since is not None
    return state.since
