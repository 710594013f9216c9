"""Which language to speak. Our own resolution: aiogram 3.31's drops script subtags (zh-hant) and raises on empty codes."""

from __future__ import annotations

from bot.telegram.texts import SOURCE

SHIPPED = (
    "en", "zh_Hans", "zh_Hant", "es", "fr", "de", "pt_BR", "it", "nl", "pl", "tr", "ru", "ar", "ja", "ko", "th",
)  # fmt: skip
"""In the order in which the language menu shows them."""

_TRADITIONAL = frozenset({"tw", "hk", "mo", "hant"})


def resolve(language_code: str | None) -> str:
    """The shipped locale for a Telegram `language_code` (IETF tag, any case, `-` or `_`); English for anything else."""
    parts = (language_code or "").replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        return "zh_Hant" if _TRADITIONAL & set(parts[1:]) else "zh_Hans"
    for locale in SHIPPED:
        if locale.lower().split("_")[0] == parts[0]:
            return locale
    return SOURCE


def find(code: str) -> str | None:
    """The shipped locale that somebody typed: `de`, `pt`, `zh-hant`; None for anything else."""
    locale = resolve(code.strip())
    first = code.strip().lower().replace("_", "-").split("-")[0]
    return locale if locale.lower().split("_")[0] == first else None


def menu_code(locale: str) -> str | None:
    """The two-letter code under which Telegram keeps a command menu, or None where it has none of its own.

    Telegram knows one Chinese and one Portuguese menu: Simplified and Brazilian stand there.
    """
    return None if locale in (SOURCE, "zh_Hant") else locale.split("_")[0]
