"""The message catalogues: extract, update, check. `python -m bot.catalogs update|check`.

Two domains: `messages` (sentences of this program, from the `_`, `_n`, `_p` calls) and `policy` (the sentences of the shipped
policy file). Catalogues are read as .po files at start, so there is no build step and nothing stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.core.policies import load_policy

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "locales"
SOURCE = "en"
SHIPPED = (
    "en", "zh_Hans", "zh_Hant", "es", "fr", "de", "pt_BR", "it", "nl", "pl", "tr", "ru", "ar", "ja", "ko", "th",
)  # fmt: skip
_KEYWORDS = {"_": (1,), "_n": (1, 2), "_p": ((1, "c"), 2)}
_FIELD = re.compile(r"\{[^{}]*\}")
_TAG = re.compile(r"</?[a-z-]+[^<>]*>")
_SCRIPTS = {
    "zh_Hans": r"[\u4e00-\u9fff]", "zh_Hant": r"[\u4e00-\u9fff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]",
    "ko": r"[\uac00-\ud7af]", "th": r"[\u0e00-\u0e7f]", "ar": r"[\u0600-\u06ff]", "ru": r"[\u0400-\u04ff]",
}  # fmt: skip


def source_of(domain: str) -> Catalog:
    """All English sentences of a domain, as they stand in the code or the policy now."""
    catalog = Catalog(domain=domain, project="privacy-bot", fuzzy=False)
    if domain == "policy":
        for sentence in load_policy().sentences():
            catalog.add(sentence)
        return catalog
    for name, message, comments, context in _extracted():
        catalog.add(message, auto_comments=comments, context=context, locations=[(name, 0)])
    return catalog


@cache
def _extracted() -> list[tuple[str, Any, list[str], str | None]]:
    """Every sentence of the program with its file, comments and context; read once."""
    return [
        (name, message, comments, context)
        for folder in ("bot", "handlers")
        for name, _line, message, comments, context in extract_from_dir(
            ROOT / folder,
            [("**.py", "python")],
            keywords=_KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
    ]


def po_file(locale: str, domain: str) -> Path:
    """Where a catalogue lies."""
    return LOCALES / locale / "LC_MESSAGES" / f"{domain}.po"


def read(locale: str, domain: str) -> Catalog:
    """A catalogue as it is on disk; empty when there is none."""
    file = po_file(locale, domain)
    if not file.exists():
        return Catalog(locale=locale, domain=domain, fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=locale, domain=domain)


def update(domain: str) -> None:
    """Bring every language's file up to the source: new sentences empty, changed ones fuzzy, old ones gone."""
    for locale in SHIPPED:
        source = source_of(domain)  # afresh: a catalogue takes its messages over
        catalog = read(locale, domain)
        catalog.locale = locale
        catalog.update(source, no_fuzzy_matching=False, update_header_comment=False)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        if locale == SOURCE:
            _fill_source(catalog)
        po_file(locale, domain).parent.mkdir(parents=True, exist_ok=True)
        with po_file(locale, domain).open("wb") as stream:
            write_po(stream, catalog, width=120, omit_header=False, sort_output=True, no_location=True)
        _without_dates(po_file(locale, domain))


def problems(locale: str, domain: str) -> Iterator[str]:
    """What keeps a catalogue from being shipped."""
    source, catalog = source_of(domain), read(locale, domain)
    for wanted in source:
        if not wanted.id:
            continue
        key = wanted.id[0] if isinstance(wanted.id, tuple) else wanted.id
        found = catalog.get(key, wanted.context)
        if found is None or not found.string or (isinstance(found.string, tuple) and not all(found.string)):
            yield f"not translated: {key!r}"
        elif found.fuzzy:
            yield f"fuzzy: {key!r}"
        else:
            yield from _mismatches(locale, catalog, found)


def _mismatches(locale: str, catalog: Catalog, message: Message) -> Iterator[str]:
    ids = _forms(message.id)
    strings = _forms(message.string)
    if isinstance(message.id, tuple) and len(strings) != catalog.num_plurals:
        yield f"{len(strings)} plural forms instead of {catalog.num_plurals}: {ids[0]!r}"
    fields, tags = set(_FIELD.findall(ids[-1])), sorted(_TAG.findall(ids[-1]))
    for string in strings:
        own = set(_FIELD.findall(string))
        if own != fields and not (len(strings) > 1 and own <= fields and fields - own <= {"{n}"}):
            yield f"fields {sorted(own)} instead of {sorted(fields)}: {ids[0]!r}"
        if sorted(_TAG.findall(string)) != tags:
            yield f"tags differ: {ids[0]!r}"
        bare = _FIELD.sub("", _TAG.sub("", string))
        wordy = re.search(r"[A-Za-z]{4}.*[A-Za-z]{4}.*[A-Za-z]{4}", bare)
        if locale in _SCRIPTS and wordy and not re.search(_SCRIPTS[locale], bare):
            yield f"not in its script: {ids[0]!r}"
        if locale != SOURCE and string == ids[0] and re.search(r"[a-z]{4,} [a-z]{3,}", bare):
            yield f"still English: {ids[0]!r}"


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(str(text) for text in texts) if isinstance(texts, list | tuple) else (str(texts),)


def _fill_source(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            message.string = message.id
            message.flags.discard("fuzzy")


def _without_dates(file: Path) -> None:
    """Headers with dates would make every update a change."""
    drop = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Report-Msgid-Bugs-To", "Generated-By")
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(tuple(f'"{d}' for d in drop))]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    """`update` brings files up to date; `check [locale…]` lists what is missing and fails when anything is."""
    if arguments[:1] == ["update"]:
        for domain in ("messages", "policy"):
            update(domain)
        return 0
    bad = 0
    for locale in arguments[1:] or SHIPPED:
        for domain in ("messages", "policy"):
            for problem in problems(locale, domain):
                bad += 1
                print(f"{locale}/{domain}: {problem}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
