"""The supervisory authority of a person: by name where their country is known, else as the policy calls that of their place."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bot.core.policies import Policy
from bot.telegram.texts import Html, Line, _, policy_text


def authority(policy: Policy, jurisdiction: str | None, country: str | None) -> Line | Html:
    """In the middle of a sentence: "You can complain to …"."""
    found = policy.refusals.authorities.get(country or "")
    place = policy.jurisdictions.get(jurisdiction or "")
    return authority_named(
        found.name if found else "", found.url if found else "", place.authority if place else "", policy.values()
    )


def authority_named(name: str, url: str, says: str, values: Mapping[str, str]) -> Line | Html:
    """The same from what a notice carries: its name and page, or the policy's sentence for the place."""
    if name:
        return Html(f'<a href="{escape(url)}">{escape(name)}</a>', f"{name} ({url})")
    if says:
        return policy_text(says, values)
    # Translators: stands in a sentence such as "You can complain to …", for a person who did not say where they live.
    return _("the data protection authority of the place where you live")
