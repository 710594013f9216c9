"""The register of cases and its metrics as tables, in the words of whoever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.policies import Policy
from bot.core.spreadsheets import as_csv
from bot.core.support.register import Metric, Row
from bot.telegram.regions import region_label
from bot.telegram.team.words import about, state
from bot.telegram.texts import Html, Line, _, _p, policy_text, verbatim

_BOM = "\ufeff"
"""Spreadsheet programs take a file without it for one in an old encoding."""


@dataclass(frozen=True, slots=True)
class _Status:
    status: str


def register_table(policy: Policy, rows: Sequence[Row]) -> str:
    """One line for each case."""
    header = [
        _p("register", "Reference"),
        _p("register", "Right"),
        # Translators: heading in a register: in which way a request was made.
        _p("register", "How it was made"),
        # Translators: heading in a register: the region in which data is kept.
        _p("register", "Region"),
        _p("register", "Place of residence"),
        # Translators: heading in a register: the law that applies, such as GDPR.
        _p("register", "Law"),
        _p("register", "Date of the request"),
        _p("register", "Acknowledged"),
        _p("register", "Due"),
        # Translators: heading in a register: the latest date that the law allows.
        _p("register", "Due by law"),
        # Translators: heading in a register: when the person was told that it takes longer.
        _p("register", "Extended"),
        _p("register", "Date of the answer"),
        # Translators: heading in a register: done, refused, taken back, or where it stands.
        _p("register", "Answer"),
        # Translators: heading in a register: why a request was refused.
        _p("register", "Basis of the refusal"),
        # Translators: heading in a register: the article of a law.
        _p("register", "Place in the law"),
        _p("register", "Days taken"),
        # Translators: heading in a register: days in which the clock stood, because the person was asked something.
        _p("register", "Days of them waiting for the person"),
        _p("register", "Date kept"),
    ]
    return _BOM + as_csv([title.plain for title in header], (_register_row(policy, row) for row in rows))


def metrics_table(metrics: Sequence[Metric]) -> str:
    """One line for each year and right."""
    header = [
        _p("register", "Year"),
        _p("register", "Right"),
        _p("register", "Received"),
        # Translators: heading in a table: requests that were done as asked.
        _p("register", "Complied with"),
        _p("register", "Refused"),
        _p("register", "Taken back"),
        _p("register", "Open"),
        # Translators: heading in a table: the median of the days until requests were answered.
        _p("register", "Median of days"),
        # Translators: heading in a table: the mean of the days until requests were answered.
        _p("register", "Mean of days"),
    ]
    lines = (
        [
            each.year, about(each.right).plain, each.received, each.complied, each.denied, each.withdrawn, each.open,
            _days(each.median_days), _days(each.mean_days),
        ]
        for each in metrics
    )  # fmt: skip
    return _BOM + as_csv([title.plain for title in header], lines)


def _register_row(policy: Policy, row: Row) -> list[object]:
    place = policy.jurisdictions.get(row.jurisdiction)
    refusal = policy.refusals.reasons.get(row.basis)
    regime = policy.regimes.get(row.regime)
    return [
        row.ref,
        about(row.right).plain,
        _channel(row.channel).plain,
        region_label(row.region).plain,
        policy_text(place.label, policy.values()).plain if place else "",
        regime.name if regime else row.regime,
        _date(row.received_at),
        _date(row.acknowledged_at),
        _date(row.due_at),
        _date(row.legal_due),
        _date(row.extended_at),
        _date(row.answered_at),
        state(_Status(row.status)).plain,
        policy_text(refusal.title, policy.values()).plain if refusal else row.basis,
        row.law,
        _days(row.days),
        _days(row.stood),
        _kept(row.kept),
    ]


def _channel(channel: str) -> Line | Html:
    if channel == "telegram":
        # Translators: how a request was made, in a register.
        return _("with this bot, in Telegram")
    return verbatim(channel)


def _kept(kept: bool | None) -> str:
    if kept is None:
        return ""
    # Translators: in a register: whether a date was kept.
    return (_p("register", "yes") if kept else _p("register", "no")).plain


def _date(at: datetime | None) -> str:
    """ISO 8601, UTC, to the second: every spreadsheet sorts it."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _days(days: float | None) -> float | None:
    return None if days is None else round(days, 2)
