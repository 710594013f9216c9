"""`training-eligible`: JSON lines on stdout, one conversation each, of people who allow training now."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.app import open_core
from bot.core import training
from bot.settings import read_settings
from bot.workers import DatabaseEngine


async def stream_eligible() -> int:
    """0 when all were written. A reader that goes away ends it."""
    core = await open_core(read_settings())

    def take(conversation: dict[str, Any], /) -> None:
        sys.stdout.write(json.dumps(conversation, ensure_ascii=False, separators=(",", ":")) + "\n")

    try:
        count = await asyncio.to_thread(training.stream, DatabaseEngine(core.database), take)
        sys.stdout.flush()
        print(f"{count} conversations", file=sys.stderr)
        return 0
    except BrokenPipeError:
        return 1
    finally:
        await core.stop()
