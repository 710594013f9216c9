"""/access → what we hold, why, how long, who receives it (GDPR Art. 15) → who opened my data, page by page"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import access_log
from bot.core.access_log import Access, Role, Why
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.exports.art15 import Disclosure, disclose
from bot.core.exports.facts import Facts, read_facts
from bot.core.exports.texts import PackageTexts
from bot.core.ports import Tx
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.package_texts import package_texts
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _n, _p, current_locale, join, verbatim

PAGE = 8
_MOST_LETTERS = 3600
_PAGES = {
    "use": ("purposes", "categories", "sources"),
    "who": ("recipients", "transfers", "safeguards"),
    "rights": ("rights", "automated_decisions", "officer", "authority", "policy"),
}


def create_router() -> Router:
    router = Router(name="access")
    router.message.register(show_overview_by_command, Private(), Command("access"))
    router.callback_query.register(show_overview, Private(), To("access"))
    router.callback_query.register(show_page, Private(), To("art15"))
    router.callback_query.register(show_log, Private(), To("access_log"))
    return router


async def show_overview_by_command(message: Message, desk: Desk, say: Say) -> None:
    await _show_overview(desk, say)


async def show_overview(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show_overview(desk, say)


async def show_page(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    texts = package_texts(current_locale())
    facts, _held = await desk(_read, account)
    found = disclose(facts, texts)
    text = _kept(texts, found) if of == "kept" else _sections(texts, found, _PAGES.get(of, _PAGES["use"]))
    await say(text, [*(_whom_to_ask(desk, account) if of == "rights" else ()), *_menu()])


async def show_log(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    offset = int(of) if of.isdigit() else 0
    found, count = await desk(access_log.page, account, offset=offset, limit=PAGE)
    lines: list[Line | Html] = [_("<b>Who opened your data</b>")]
    if not count:
        lines.append(_("Nobody has opened your data so far."))
    for access in found:
        lines.append(_access_line(access, desk.zone))
    if count:
        lines.append(_("You see the role in which somebody acted, not the name."))
    turning = []
    if offset:
        turning.append(go(_p("button", "◀ Newer"), "access_log", str(max(0, offset - PAGE))))
    if offset + PAGE < count:
        turning.append(go(_p("button", "Older ▶"), "access_log", str(offset + PAGE)))
    await say(join(lines, "\n"), [turning, *_menu()])


async def _show_overview(desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    facts, held = await desk(_read, account)
    _entries, opened = await desk(access_log.page, account, limit=1)
    lines: list[Line | Html] = [
        _("<b>What is held about you</b>"),
        _n("• {n} conversation", "• {n} conversations", held),
        _n("• {n} request with its dates", "• {n} requests with their dates", len(facts.cases)),
        _n("• {n} letter to or from the privacy team", "• {n} letters to or from the privacy team", len(facts.letters)),
        _n("• {n} consent that you gave or withdrew", "• {n} consents that you gave or withdrew", len(facts.consents)),
        _("• Your account: name, language, place of residence and the number of your Telegram account, as far as you gave them."),
        _n("Your data was opened {n} time.", "Your data was opened {n} times.", opened),
        _("An export gives you all of it as a file."),
    ]
    await say(join(lines, "\n"), [*_pages(), [go(_p("button", "Export my data"), "export"), go(_p("button", "Menu"), "menu")]])


def _pages() -> list[list[Button]]:
    return [
        [go(_p("button", "What it is used for"), "art15", "use"), go(_p("button", "Who receives it"), "art15", "who")],
        [go(_p("button", "How long it is kept"), "art15", "kept"), go(_p("button", "Rights and complaints"), "art15", "rights")],
        [go(_p("button", "Who opened my data"), "access_log")],
    ]


def _whom_to_ask(desk: Desk, account: Account) -> list[list[Button]]:
    """Where the page names an officer and an authority, the way to the one and, where it is not known yet, to the other's name."""
    keyboard = [[go(_p("button", "Data protection officer"), "escalate")]]
    if account.jurisdiction is None:
        keyboard.append([go(_p("button", "Where I live"), "place")])
    elif account.country is None and policy_of(desk).countries_of(account.jurisdiction):
        keyboard.append([go(_p("button", "My country"), "country")])
    return keyboard


def _menu() -> list[list[Button]]:
    return [[go(_p("button", "What is held"), "access"), go(_p("button", "Menu"), "menu")]]


def _read(tx: Tx, account: Account) -> tuple[Facts, int]:
    return read_facts(tx, account.id), tx.conversations.count(subject=account.id)


def _sections(texts: PackageTexts, found: Disclosure, headings: tuple[str, ...]) -> Html:
    """Whole statements, as many as one message holds; the export has them all."""
    lines: list[Line | Html] = []
    for heading in headings:
        lines.append(_bold(texts.use_headings[heading]))
        lines += [verbatim(f"• {statement.text}") for statement in found.sections.get(heading, [])]
    while len(join(lines, "\n").html) > _MOST_LETTERS:
        lines.pop()
    return join(lines, "\n")


def _kept(texts: PackageTexts, found: Disclosure) -> Html:
    lines: list[Line | Html] = [_bold(texts.use_headings["retention"])]
    lines += [verbatim(f"• {statement.text}") for statement in found.sections["retention"]]
    lines += [verbatim(f"• {record}: {span}") for record, span in found.kept]
    return join(lines, "\n")


def _bold(text: str) -> Html:
    plain = verbatim(text)
    return Html(f"<b>{plain.html}</b>", plain.plain)


def _access_line(access: Access, zone: str) -> Line:
    when = moment(access.at, zone)
    if access.tag is Tag.ACCESS_REFUSED:
        # Translators: an entry of the access log. {who} is a role, at the beginning of a sentence part.
        return _("• {date}: {who} tried to open your data and was refused.", date=when, who=_role(access.role))
    if access.ref:
        # Translators: an entry of the access log. {who} is a role, {why} a reason, {ref} a case reference.
        return _("• {date}: {who}. Reason: {why} (case {ref})", date=when, who=_role(access.role), why=_why(access), ref=access.ref)
    # Translators: an entry of the access log. {who} is a role, {why} a reason.
    return _("• {date}: {who}. Reason: {why}", date=when, who=_role(access.role), why=_why(access))


def _role(role: Role) -> Line:
    match role:
        case Role.YOU:
            # Translators: who opened the data: the reader.
            return _("you yourself")
        case Role.SERVICE:
            # Translators: who opened the data: a program, no person.
            return _("this service, automatically")
        case Role.SUPPORT:
            # Translators: who opened the data.
            return _("a person of the privacy team")
        case Role.OFFICER:
            # Translators: who opened the data.
            return _("the data protection officer")
        case Role.OPERATOR:
            # Translators: who opened the data: somebody who runs the machines.
            return _("a technician of the operator")
        case Role.TRAINING:
            # Translators: who opened the data: a program that selects conversations for training.
            return _("the selection of training data, automatically")
        case Role.AUDITOR:
            # Translators: who opened the data: somebody who checks the work of the privacy team.
            return _("an auditor of the privacy team")
        case Role.STRANGER:
            # Translators: who tried to open the data: somebody without any role.
            return _("somebody who does not belong to the privacy team")


def _why(access: Access) -> Line:
    if access.tag is Tag.CONVERSATION_IMPORTED:
        # Translators: why data was opened.
        return _("to store a conversation")
    match access.why:
        case Why.CASE:
            # Translators: why data was opened.
            return _("to work on your request")
        case Why.EXPORT:
            # Translators: why data was opened.
            return _("to make or send your copy")
        case Why.READING:
            # Translators: why data was opened: the reader looked at a conversation.
            return _("to read a conversation")
        case Why.TRAINING:
            # Translators: why data was opened.
            return _("training of AI models, which your setting allowed then")
        case Why.CORRECTION:
            # Translators: why data was opened.
            return _("to correct your data")
        case Why.IDENTITY:
            # Translators: why data was opened: the team had to know who a request is from.
            return _("to verify who a request is from")
        case Why.LEGAL:
            # Translators: why data was opened.
            return _("a legal claim or a duty by law")
        case Why.SAFETY:
            # Translators: why data was opened.
            return _("to protect somebody from serious harm")
        case Why.BREACH:
            # Translators: why data was opened: to find out whom a data breach concerns.
            return _("to find out whom a data breach concerns")
        case Why.DRILL:
            # Translators: why data was opened: the privacy team practised what it does after a data breach; nothing happened to the data.
            return _("a drill for data breaches; nothing happened to your data")
        case Why.UNKNOWN:
            # Translators: why data was opened: it was not recorded.
            return _("not stated")
