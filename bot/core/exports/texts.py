"""What an export says to its reader: its page, its README and its VERIFY.txt, in the reader's language.

The core has no words of its own: bot/telegram/package_texts.py makes these from the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackageTexts:
    """Plain text, no markup. Fields in braces are filled by the page or by the writer.

    `locale` is an IETF tag, `direction` "ltr" or "rtl". `policy_sentence(sentence, values)` is a sentence of
    the policy file in this language, filled; `span(amount, unit)` an amount of time.
    """

    locale: str
    direction: str
    policy_sentence: Callable[[str, Mapping[str, str]], str]
    span: Callable[[int, str], str]
    language_named: Callable[[str], str]
    country_named: Callable[[str], str]

    title: str
    intro: str
    made_on: str
    yes: str
    no: str
    none: str
    date: str

    conversations: str
    no_conversations: str
    messages: str
    untitled: str
    you: str
    assistant: str
    saved: str
    search: str
    searching: str
    found: str
    nothing_found: str
    more: str
    back: str
    needs_script: str
    missing_file: str

    account: str
    account_name: str
    account_opened: str
    language: str
    place: str
    country: str
    telegram_account: str
    linked_on: str
    restricted: str

    consents: str
    purpose: str
    state: str
    given: str
    withdrawn: str
    on_by_default: str
    off_by_default: str
    receipt: str
    notice: str
    purposes: Mapping[str, str]

    requests: str
    reference: str
    request: str
    opened: str
    due: str
    closed: str
    rights: Mapping[str, str]
    statuses: Mapping[str, str]

    letters: str
    no_letters: str
    written_by: str
    privacy_team: str
    file: str

    breaches: str
    no_breaches: str
    told_on: str

    use: str
    use_intro: str
    use_headings: Mapping[str, str]
    use_sentences: Mapping[str, str]
    not_stated: str
    records: Mapping[str, str]

    missing: str
    missing_intro: str
    reasons: Mapping[str, str]

    readme_title: str
    readme_files: Mapping[str, str]
    readme_unpack: str
    readme_check: str
    readme_safe: str

    verify_intro: str
    verify_signature: str
    verify_lists: str
    verify_files: str
    verify_key: str
