"""`python -m bot.localchat --port 8081 --token 42:secret`: the server alone, for black-box tests."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal

from .cast import GROUPS, PEOPLE
from .clock import ShiftedClock, StandingClock
from .server import start_local_chat
from .trouble import GENEROUS, STRICT


async def serve(arguments: argparse.Namespace) -> None:
    chat = await start_local_chat(
        arguments.host,
        arguments.port,
        token=arguments.token,
        clock=StandingClock() if arguments.standing_clock else ShiftedClock(),
        people=PEOPLE,
        groups=GROUPS,
        flood={"strict": STRICT, "generous": GENEROUS, "off": None}[arguments.flood],
        key=arguments.key,
    )
    # One JSON line, so that a test can wait for it and read it.
    line = {"api_url": chat.api_url, "page_url": chat.page_url, "key": chat.key, "token": arguments.token}
    print(json.dumps(line), flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await chat.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.localchat", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=f"42:{secrets.token_urlsafe(24)}", help="random if not given")
    parser.add_argument("--key", default="", help="page key; random if not given")
    parser.add_argument("--flood", choices=("strict", "generous", "off"), default="generous")
    parser.add_argument("--standing-clock", action="store_true", help="time moves only by /chat/clock")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
