"""The register on its way to somebody of the team, in private: as files whose names say nothing but their date."""

from __future__ import annotations

from typing import Any

from bot.telegram.formats import number
from bot.telegram.notices import Notice, notice
from bot.telegram.texts import _


@notice
def case_register(data: dict[str, Any], zone: str) -> Notice:
    if data["parts"] > 1:
        # Translators: comes with a file for a lead or a data protection officer. A large register comes in several parts.
        text = _("The register of cases, part {number} of {parts}. It names nobody. Your taking it is on record.", number=number(data["part"]), parts=number(data["parts"]))
    else:
        # Translators: comes with a file for a lead or a data protection officer.
        text = _("The register of cases. It names nobody. Your taking it is on record.")
    return Notice(text, content=data["content"], file_name=_name(f"cases-{data['on']}", data))


@notice
def case_metrics(data: dict[str, Any], zone: str) -> Notice:
    # Translators: comes with a small file for a lead or a data protection officer. CCPA §7102 is a law and stays as it is.
    return Notice(_("The figures of the register by year and right (CCPA regulations §7102)."), content=data["content"], file_name=f"metrics-{data['on']}.csv")


def _name(stem: str, data: dict[str, Any]) -> str:
    return f"{stem}-{data['part']}.csv" if data["parts"] > 1 else f"{stem}.csv"
