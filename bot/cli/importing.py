"""`import-conversations FILE --account NAME`: each conversation whole or not at all, and once however often it is run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.progress import track

from bot.cli.regions import every_region, home_of
from bot.core import accounts, imports
from bot.core.errors import ImportRecordError
from bot.core.keys import Purpose
from bot.settings import read_settings


async def import_conversations(file: Path, name: str) -> int:
    """0 when everything came in, 1 when records were skipped (each is named on stderr by its number)."""
    try:
        found = imports.records(json.loads(file.read_text("utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError):
        print(f"{file.name} is not JSON", file=sys.stderr)
        return 2
    async with every_region(read_settings()) as cores:
        core = await home_of(cores, name)
        account = await core.database.read(lambda tx: accounts.get_by_name(tx, name))
        done = known = skipped = 0
        for number, record in enumerate(track(found, "Importing", disable=not sys.stdout.isatty()), 1):
            try:
                conversation = imports.read(number, record)
            except ImportRecordError as error:
                skipped += 1
                print(f"skipped {error}", file=sys.stderr)
                continue
            stored = await core.database.write(
                lambda tx, conversation=conversation: imports.store(tx, account.id, conversation),  # type: ignore[misc]
                Purpose.PRODUCT,
            )
            done += stored
            known += not stored
        there = f", {known} were there already" if known else ""
        print(f"{done} conversations imported{there}, {skipped} skipped")
        return 1 if skipped else 0
