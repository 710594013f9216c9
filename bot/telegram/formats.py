"""Dates, numbers, spans and lists as the current language writes them (CLDR, by Babel)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from bot.core.policies import Span, Unit
from bot.telegram.texts import PSEUDO, SOURCE, Html, Line, _n, current_locale


def _babel() -> Locale:
    locale = current_locale()
    return Locale.parse(SOURCE if locale == PSEUDO else locale)


def number(value: int | float) -> str:
    """1,234"""
    return format_decimal(value, locale=_babel())


def megabytes(size: int) -> str:
    """120 MB, of a number of bytes."""
    return format_unit(max(1, round(size / 1_000_000)), "digital-megabyte", "short", locale=_babel())


def percent(value: float) -> str:
    """45%"""
    return format_percent(value, locale=_babel())


def moment(at: datetime, zone: str = "UTC") -> Html:
    """A date with time. Telegram shows it in the reader's own zone; older clients show the text inside, with its zone named."""
    local = at.astimezone(ZoneInfo(zone))
    if _babel().language == "en":
        text = format_datetime(local, "d MMMM y HH:mm", locale=_babel())
    else:
        text = f"{format_date(local.date(), 'long', locale=_babel())} {format_time(local, 'short', locale=_babel())}"
    text += f" {local.tzname()}"
    return Html(f'<tg-time unix="{int(at.timestamp())}" format="Dt">{escape(text)}</tg-time>', text)


def day(at: datetime, zone: str = "UTC") -> Html:
    """A date."""
    text = format_date(at.astimezone(ZoneInfo(zone)).date(), "d MMMM y" if _babel().language == "en" else "long", locale=_babel())
    return Html(escape(text), text)


def length(span: timedelta) -> str:
    """6 days"""
    return format_timedelta(span, locale=_babel(), threshold=1)


def span_line(span: Span) -> Line:
    """48 hours, as the policy says it."""
    match span.unit:
        case Unit.MINUTES:
            return _n("{n} minute", "{n} minutes", span.amount)
        case Unit.HOURS:
            return _n("{n} hour", "{n} hours", span.amount)
        case Unit.DAYS:
            return _n("{n} day", "{n} days", span.amount)
        case Unit.BUSINESS_DAYS:
            return _n("{n} business day", "{n} business days", span.amount)
        case Unit.MONTHS:
            return _n("{n} month", "{n} months", span.amount)


def listing(items: Sequence[str]) -> str:
    """a, b and c"""
    return format_list(list(items), locale=_babel()) if items else ""


def either(items: Sequence[str]) -> str:
    """a, b or c"""
    return format_list(list(items), style="or", locale=_babel()) if items else ""


def language_name(locale: str) -> str:
    """A language's own name: Deutsch, 简体中文."""
    found = Locale.parse(locale)
    name = found.get_display_name(found) or locale
    return name[:1].upper() + name[1:]


def country_name(code: str) -> str:
    """A country in the current language: Deutschland, Germany."""
    return str(_babel().territories.get(code, code))


def language_as_called_here(locale: str) -> str:
    """A language in the words of the current one: German, Chinese (Simplified)."""
    return Locale.parse(locale).get_display_name(_babel()) or locale


def is_rtl() -> bool:
    """Whether the current language is written from right to left."""
    return bool(_babel().text_direction == "rtl")
