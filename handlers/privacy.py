"""/privacy → the bot's own policy: what it stores, why, how long (Telegram's terms ask for it)"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.keyboards import Button, go
from bot.telegram.regions import region_label
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _n, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="privacy")
    router.message.register(show, Private(), Command("privacy", "developer_info"))
    router.callback_query.register(show_by_button, Private(), To("privacy"))
    return router


async def show(message: Message, desk: Desk, say: Say) -> None:
    await say(privacy_text(desk), _buttons())


async def show_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await say(privacy_text(desk), _buttons())


def privacy_text(desk: Desk) -> Html:
    """What this bot stores, why, for how long."""
    policy = policy_of(desk)
    months = policy.keep_for("case").amount
    lines: list[Line | Html] = [
        _("<b>What this bot stores about you</b>"),
        *([_("Your data is kept in: {region}.", region=region_label(desk.services["region"]))] if desk.found else []),
        _("• Your Telegram number (its ID, not your phone number), to recognise you. Your language and, if you tell me, where you live."),
        _n(
            "• Your requests with their dates: {n} month, because the law asks for proof. After an account is deleted they no longer name anybody.",
            "• Your requests with their dates: {n} months, because the law asks for proof. After an account is deleted they no longer name anybody.",
            months,
        ),
        _("• If you set a password: only a fingerprint of it (argon2id), from which it cannot be read back."),
        _n(
            "• A record of what was done with your data, under a random name: {n} month.",
            "• A record of what was done with your data, under a random name: {n} months.",
            policy.keep_for("audit").amount,
        ),
        _("• Your consents with their receipts, and what you write to the privacy team: until the account is deleted at the latest."),
        _n(
            "• What you typed in an unfinished step: {n} day at most.",
            "• What you typed in an unfinished step: {n} days at most.",
            policy.keep_for("draft").amount,
        ),
        _n(
            "• Messages on their way between you and me: until they are handled or sent, {n} day at most.",
            "• Messages on their way between you and me: until they are handled or sent, {n} days at most.",
            policy.keep_for("outbox").amount,
        ),
        _("<b>What it does not store</b>"),
        _("The questions you ask me, passwords you type, your Telegram name, your photo, your contacts, and anything said in groups. Questions are only counted by topic and language."),
        _("Everything personal is encrypted with AES-256, with a separate key for each person. When you are erased, your key is destroyed."),
        _("What you write here is never used for training, and it is understood on our own machine: nothing is sent to anybody else."),
        _("Operator: {operator}. {authority}", operator=policy.operator, authority=policy_text(policy.authority, policy.values())),
        # Translators: {fingerprints} are long numbers, the newest key's first.
        _("Exports and certificates carry a signature. To check one, compare the fingerprint of its key (SHA-256): <code>{fingerprints}</code>", fingerprints=", ".join(desk.services["fingerprints"]())),
        _("/forgetme erases what this bot holds about you. /export gives you a copy."),
    ]
    return join(lines)


def _buttons() -> list[list[Button]]:
    return [
        [go(_p("button", "What is held"), "access"), go(_p("button", "Data protection officer"), "escalate")],
        [go(_p("button", "Topics"), "faq"), go(_p("button", "Menu"), "menu")],
    ]
