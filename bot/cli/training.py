"""`training-eligible [--region X]`: JSON lines on stdout, one conversation each, of people who allow training now."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.cli.regions import every_region
from bot.core import training
from bot.settings import read_settings
from bot.workers import DatabaseEngine


async def stream_eligible(region: str | None = None) -> int:
    """0 when all of every region were written. A reader that goes away ends it."""

    def take(conversation: dict[str, Any], /) -> None:
        sys.stdout.write(json.dumps(conversation, ensure_ascii=False, separators=(",", ":")) + "\n")

    count = 0
    async with every_region(read_settings(), region) as cores:
        try:
            for core in cores:
                count += await asyncio.to_thread(training.stream, DatabaseEngine(core.database), take)
            sys.stdout.flush()
        except BrokenPipeError:
            return 1
    print(f"{count} conversations", file=sys.stderr)
    return 0
