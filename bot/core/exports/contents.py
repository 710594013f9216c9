"""What is in an export, and in which order it is written (GDPR Art. 15(3), 20).

    README.txt  art15.json  consents/  attachments/                   of one moment
    audit-excerpt.jsonl  schema/
    export.json  conversations.json  page/                            three readings of all conversations
    incomplete.json  index.html                                       what was missed on the way, the page
    bag-info.txt  manifest  tagmanifest  signature/                   the lists, the signature over them

Memory does not grow with the account, and nothing is written anywhere but to `out`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.core.errors import SealError
from bot.core.exports import art15, facts, page, receipts, records
from bot.core.exports.archive import LEVEL, Archive, Out
from bot.core.exports.bag import Bag
from bot.core.exports.chatgpt import as_chatgpt
from bot.core.exports.facts import WITHHELD, Facts
from bot.core.exports.pagedata import PageData
from bot.core.exports.portable import as_export
from bot.core.exports.reading import Reader
from bot.core.exports.signature import Signer, instructions
from bot.core.exports.texts import PackageTexts
from bot.core.work import Engine

SCHEMA = Path(__file__).with_name("export.schema.json")
_READINGS = 3
_TELL_EVERY = 10


def write_package(
    engine: Engine,
    subject: str,
    out: Out,
    *,
    texts: PackageTexts,
    signing_key: bytes,
    on_progress: Callable[[float], None],
    password: str | None = None,
    level: int = LEVEL,
) -> None:
    """Write the package of a subject as a ZIP.

    `signing_key` is an Ed25519 private key of 32 bytes. `out` need only take `write`. `on_progress` hears at
    most ten times how much is done, 1.0 at last. The same content, key and clock give the same bytes, unless
    there is a password. NotFoundError for a subject without an account, ShreddedError once the subject's key
    is destroyed.
    """
    known = engine.read(lambda tx: facts.read_facts(tx, subject))
    signer = Signer(signing_key)
    reader = Reader(engine, subject, _progress(on_progress, known.segments))
    disclosure = art15.disclose(known, texts)
    with Archive(out, at=known.made_at, password=password, level=level) as archive:
        bag = Bag(archive, f"export-{known.made_at:%Y-%m-%d}")
        bag.put("README.txt", _readme(texts, known))
        bag.put("art15.json", _pretty(art15.as_json(known, texts, disclosure)))
        for consent in known.consents:
            bag.put(f"consents/receipts/{consent.id}.json", _pretty(receipts.receipt(consent, known, texts)))
        lost = _attachments(bag, engine, known)
        _stream(bag, "audit-excerpt.jsonl", records.excerpt(engine, known.pseudonym), large=False)
        bag.put("schema/export.schema.json", SCHEMA.read_text("utf-8"))
        _stream(bag, "export.json", as_export(known, reader.pieces()), large=known.is_large)
        _stream(bag, "conversations.json", as_chatgpt(reader.pieces()), large=known.is_large)
        data = PageData(bag.put)
        data.take(reader.pieces())
        files, inline = data.finish()
        missing = _missing(reader, disclosure) + lost
        bag.put("incomplete.json", _pretty(_explained(missing, texts)))
        codes = dict.fromkeys(row["reason"] for row in missing)
        reasons = [texts.reasons[code] for code in codes]
        bag.put("index.html", page.render(known, texts, disclosure, reasons, files, inline))
        bag.close(
            at=known.made_at,
            organization=known.policy.operator,
            signer=signer,
            verify=instructions(texts, signer),
        )
    on_progress(1.0)


def _attachments(bag: Bag, engine: Engine, known: Facts) -> list[dict[str, str]]:
    """The pictures and files, one in memory at a time; what is missing of them."""
    lost = []
    for each in known.letters:
        if not each.file:
            continue
        try:
            found = engine.read(lambda tx, name=each.letter.attachment: tx.attachments.find(id=name))  # type: ignore[misc]
        except SealError:
            lost.append({"what": each.file, "reason": "unreadable"})
            continue
        if found is None or found.content is None:
            lost.append({"what": each.file, "reason": "changed"})
            continue
        with bag.payload(each.file) as sink:
            sink.write_bytes(found.content)
    return lost


def _stream(bag: Bag, path: str, parts: Iterator[str], *, large: bool) -> None:
    with bag.payload(path, large=large) as sink:
        for part in parts:
            sink.write(part)


def _progress(on_progress: Callable[[float], None], segments: int) -> Callable[[int], None]:
    """Counts segments and speaks at every tenth; an account of a few hundred segments is done before that is
    worth it.
    """
    total = max(1, segments * _READINGS)
    step = max(total / _TELL_EVERY, 200)
    done, told = 0, 0.0

    def count(more: int) -> None:
        nonlocal done, told
        done += more
        if done - told >= step and done < total:
            told = done
            on_progress(done / total)

    return count


def _missing(reader: Reader, disclosure: art15.Disclosure) -> list[dict[str, str]]:
    """Everything that is not in the package: what is left out always, and what went wrong this time."""
    found = [{"what": what, "reason": reason} for what, reason in WITHHELD.items()]
    found += [{"what": f"{what} {name}", "reason": "unreadable"} for name, what in reader.broken.items()]
    if reader.has_changed():
        found.append({"what": "conversations", "reason": "changed"})
    found += [{"what": f"art15 {heading}", "reason": "policy_silent"} for heading in disclosure.silent]
    return found


def _explained(missing: list[dict[str, str]], texts: PackageTexts) -> dict[str, Any]:
    return {
        "complete": all(row["what"] in WITHHELD for row in missing),
        "missing": [row | {"explanation": texts.reasons[row["reason"]]} for row in missing],
    }


def _readme(texts: PackageTexts, known: Facts) -> str:
    has_files = any(each.file for each in known.letters)
    files = [f"{name}\n    {text}" for name, text in texts.readme_files.items() if name != "attachments" or has_files]
    lines = [texts.readme_title, texts.readme_unpack, *files, texts.readme_check, texts.readme_safe]
    return "\n\n".join(lines) + "\n"


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
