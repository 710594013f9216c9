"""index.html: the package for people. It opens from a disk, asks no server for anything, and runs only its
own script.

What people wrote reaches the page as JSON or escaped text and is shown as text only: there is no way from a
message to markup (CWE-79). The policy in the page's head forbids everything else (Content Security Policy 3):
a script that is not ours has neither our hash nor the trust of one that has it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from bot.core.exports.art15 import Disclosure
from bot.core.exports.facts import Facts
from bot.core.exports.pagedata import LIST_LENGTH, for_script
from bot.core.exports.texts import PackageTexts

_HERE = Path(__file__).parent
_WORDS = (
    "no_conversations",
    "messages",
    "untitled",
    "you",
    "assistant",
    "saved",
    "searching",
    "found",
    "nothing_found",
    "more",
    "back",
    "missing_file",
)


def render(
    facts: Facts,
    texts: PackageTexts,
    disclosure: Disclosure,
    reasons: Sequence[str],
    files: Mapping[str, int],
    inline: Mapping[str, str],
) -> str:
    """The whole page. `reasons` are the sentences of what is missing, `files` and `inline` come from
    `PageData.finish`.
    """
    style, script = _asset("page.css"), _asset("page.js")
    settings = {
        "words": {name: getattr(texts, name) for name in _WORDS},
        "files": dict(files),
        "list_length": LIST_LENGTH,
    }
    intro = texts.intro.replace("{service}", facts.policy.service)
    return Template(_asset("page.html")).substitute(
        lang=escape(texts.locale),
        dir=texts.direction,
        csp=_policy(style, script),
        style=style,
        script=script,
        title=escape(texts.title),
        intro=escape(intro),
        made_on=escape(texts.made_on),
        made_at=_time(facts.made_at),
        needs_script=escape(texts.needs_script),
        search=escape(texts.search),
        conversations=escape(texts.conversations),
        sections="".join(_sections(facts, texts, disclosure, reasons)),
        settings=for_script(json.dumps(settings, ensure_ascii=False)),
        data="".join(
            f'<script type="application/json" id="{name}">{content}</script>\n'
            for name, content in inline.items()
        ),
    )


def _policy(style: str, script: str) -> str:
    """`strict-dynamic` lets our script load the data files beside the page; older browsers read `file:`
    instead.
    """
    return (
        f"default-src 'none'; script-src '{_hash(script)}' 'strict-dynamic' file:; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


@lru_cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _sections(facts: Facts, texts: PackageTexts, disclosure: Disclosure, reasons: Sequence[str]) -> list[str]:
    return [
        _section(texts.account, _pairs(_account(facts, texts))),
        _section(texts.consents, _consents(facts, texts)),
        _section(texts.requests, _requests(facts, texts)),
        _section(texts.letters, _letters(facts, texts)),
        _section(texts.breaches, _breaches(facts, texts)),
        _section(texts.use, _paragraph(texts.use_intro) + _use(texts, disclosure)),
        _section(texts.missing, _paragraph(texts.missing_intro) + _items(reasons)),
    ]


def _account(facts: Facts, texts: PackageTexts) -> list[tuple[str, str]]:
    account = facts.account
    place = facts.policy.jurisdictions.get(account.jurisdiction or "")
    label = texts.policy_sentence(place.label, facts.policy.values()) if place else account.jurisdiction
    rows = [
        (texts.account_name, _text(account.name or texts.none)),
        (texts.account_opened, _time(account.created_at)),
        (texts.language, _text(texts.language_named(account.locale) if account.locale else texts.none)),
        (texts.place, _text(label or texts.none)),
        (texts.country, _text(texts.country_named(account.country) if account.country else texts.none)),
        (texts.restricted, _text(texts.yes if facts.restricted else texts.no)),
    ]
    for telegram_id, linked_at in facts.links:
        rows += [(texts.telegram_account, _text(telegram_id)), (texts.linked_on, _time(linked_at))]
    return rows


def _consents(facts: Facts, texts: PackageTexts) -> str:
    rows = [
        [
            _text(texts.purposes.get(state.purpose.value, state.purpose.value)),
            _text(texts.on_by_default if state.given else texts.off_by_default),
            *("", "", ""),
        ]
        for state in facts.states
        if state.since is None
    ]
    rows += [
        [
            _text(texts.purposes.get(consent.purpose, consent.purpose)),
            _text(texts.given if consent.given else texts.withdrawn),
            _time(consent.at),
            _text(consent.notice_version),
            _text(consent.id),
        ]
        for consent in facts.consents
    ]
    return _table([texts.purpose, texts.state, texts.date, texts.notice, texts.receipt], rows)


def _requests(facts: Facts, texts: PackageTexts) -> str:
    rows = [
        [
            _text(case.id),
            _text(texts.rights.get(case.right, case.right)),
            _text(texts.statuses.get(case.status, case.status)),
            _time(case.opened_at),
            _time(case.target_due),
            _time(case.closed_at) if case.closed_at else "",
        ]
        for case in facts.cases
    ]
    heads = [texts.reference, texts.request, texts.state, texts.opened, texts.due, texts.closed]
    return _table(heads, rows)


def _letters(facts: Facts, texts: PackageTexts) -> str:
    """Each with who wrote it and when; its picture or file lies beside the page, under a name of ours."""
    if not facts.letters:
        return _paragraph(texts.no_letters)
    rows = []
    for each in facts.letters:
        who = texts.you if each.is_own else texts.privacy_team
        file = f'<p>{_text(texts.file)}: <a href="{escape(each.file)}">{_text(each.file)}</a></p>' if each.file else ""
        words = f'<div class="text" dir="auto">{_text(each.letter.text or "")}</div>'
        rows.append([_text(each.letter.ref), _text(who), _time(each.letter.at), words + file])
    return _table([texts.reference, texts.written_by, texts.date, texts.letters], rows)


def _breaches(facts: Facts, texts: PackageTexts) -> str:
    """Which of their data lay open, in the words of the policy."""
    if not facts.breaches:
        return _paragraph(texts.no_breaches)
    values, known = facts.policy.values(), facts.policy.breach_categories
    rows = []
    for each in facts.breaches:
        kinds = [texts.policy_sentence(known[name].label, values) for name in each.categories.split() if name in known]
        rows.append([_text(each.breach), _items(kinds), _time(each.told_at) if each.told_at else ""])
    return _table([texts.reference, texts.breaches, texts.told_on], rows)


def _use(texts: PackageTexts, disclosure: Disclosure) -> str:
    found = []
    for heading, statements in disclosure.sections.items():
        found.append(f"<h3>{_text(texts.use_headings[heading])}</h3>")
        found.append(_items([statement.text for statement in statements]))
        if heading == "retention":
            found.append(_pairs([(label, _text(span)) for label, span in disclosure.kept]))
    return "".join(found)


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{_text(heading)}</h2>{content}</section>\n"


def _pairs(rows: Sequence[tuple[str, str]]) -> str:
    inner = "".join(f"<div><dt>{_text(label)}</dt><dd>{value}</dd></div>" for label, value in rows)
    return f"<dl>{inner}</dl>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _items(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{_text(sentence)}</li>" for sentence in sentences) + "</ul>"


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(text: str) -> str:
    """Escaped, and kept apart from its surroundings: a right-to-left override in it ends with it (UAX #9)."""
    return f"<bdi>{escape(text)}</bdi>"


def _time(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at.strftime("%Y-%m-%d %H:%M UTC")}</time>'
