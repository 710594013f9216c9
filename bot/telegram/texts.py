"""Words: translate, fill, then escape every value for Telegram HTML.

`_("Hello {name}", name=x)` gives a `Line`; `_n` chooses a plural form by `n`; `_p` has a context ("button", "command").
The sentences are msgids, so a changed English sentence has no stale translation.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent.parent.parent / "locales"
SOURCE = "en"
PSEUDO = "en_XA"
"""Not a language: brackets every catalogue text, so that a test sees words that come from elsewhere."""

_locale: ContextVar[str] = ContextVar("locale", default=SOURCE)
_policy_locales: list[Path] = []


class Showable(Protocol):
    """A value that has its own two forms."""

    @property
    def html(self) -> str: ...
    @property
    def plain(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A translated sentence with its values: `html` for messages, `plain` for buttons and alerts."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def html(self) -> str:
        return _fill(self.template, {name: _html(value) for name, value in self.values.items()})

    @property
    def plain(self) -> str:
        return _fill(_without_tags(self.template), {name: _plain(value) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.html


@dataclass(frozen=True, slots=True)
class Html:
    """Ready-made markup with its plain form, as a value of a Line."""

    html: str
    plain: str


def _(message: str, /, **values: Any) -> Line:
    """A sentence in the current language."""
    return Line(_catalogue(_locale.get()).gettext(message), values)


def _n(singular: str, plural: str, /, n: int, **values: Any) -> Line:
    """A sentence whose form depends on `n`."""
    from bot.telegram.formats import number

    return Line(_catalogue(_locale.get()).ngettext(singular, plural, n), {"n": number(n), **values})


def _p(context: str, message: str, /, **values: Any) -> Line:
    """A sentence in a context."""
    return Line(_catalogue(_locale.get()).pgettext(context, message), values)


def policy_text(sentence: str, values: Mapping[str, Any]) -> Line:
    """A sentence of the policy file, translated by its own catalogue."""
    return Line(_policy_catalogue(_locale.get()).gettext(sentence), values)


def join(lines: Sequence[Line | Html], separator: str = "\n\n") -> Html:
    """Several lines under each other."""
    return Html(separator.join(line.html for line in lines), separator.join(line.plain for line in lines))


def verbatim(text: str) -> Html:
    """What a person wrote or a name that has no translation."""
    return Html(escape(text, quote=False), text)


def current_locale() -> str:
    """The language that sentences come in now."""
    return _locale.get()


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak this language inside the block."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def use_policy_locales(folder: Path) -> None:
    """Take the policy's translations from another operator's folder first."""
    _policy_locales.insert(0, folder)
    _policy_catalogue.cache_clear()


@lru_cache(maxsize=64)
def _catalogue(locale: str) -> gettext.NullTranslations:
    if locale == PSEUDO:
        return _Brackets()
    return _load(LOCALES / locale / "LC_MESSAGES" / "messages.po", locale)


@lru_cache(maxsize=64)
def _policy_catalogue(locale: str) -> gettext.NullTranslations:
    if locale == PSEUDO:
        return _Brackets()
    for folder in _policy_locales:
        file = folder / locale / "LC_MESSAGES" / "policy.po"
        if file.exists():
            return _load(file, locale)
    if _policy_locales:
        return gettext.NullTranslations()
    return _load(LOCALES / locale / "LC_MESSAGES" / "policy.po", locale)


def _load(file: Path, locale: str) -> gettext.NullTranslations:
    if not file.exists():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)  # leaves fuzzy entries out: a stale legal sentence is not said
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class _Brackets(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


def _html(value: Any) -> str:
    return value.html if hasattr(value, "html") else escape(str(value), quote=False)


def _plain(value: Any) -> str:
    return value.plain if hasattr(value, "plain") else str(value)


def _fill(template: str, values: Mapping[str, str]) -> str:
    return template.format_map(values) if values else template


def _without_tags(text: str) -> str:
    return re.sub(r"</?[a-z-]+[^<>]*>", "", text)
