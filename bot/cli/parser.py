"""Which command, with which arguments. Commands are imported only when they are wanted: some load a lot."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from bot.core.errors import KeyUnavailableError, PolicyError, PrivacyError, SealError
from bot.settings import SettingsError


def parse(arguments: list[str]) -> int:
    """Parse and run; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments or ["run"])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except SettingsError as error:
        return _refuse(f"Setting: {error}")
    except PolicyError as error:
        return _refuse(f"Policy: {error}")
    except KeyUnavailableError as error:
        return _refuse(f"Key: {error}")
    except SealError:
        return _refuse("Key: the root key is not the one that sealed this key store")
    except PrivacyError as error:
        return _refuse(f"{type(error).__name__}: {error}")
    except (OSError, ValueError) as error:
        return _refuse(f"{error}")
    except KeyboardInterrupt:
        return 130


def _refuse(line: str) -> int:
    print(line.splitlines()[0] if line else "refused", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="privacy-bot", description="A privacy desk that lives in a chat.")
    commands = parser.add_subparsers(title="commands", metavar="command", required=True)

    run = commands.add_parser("run", help="start the bot (default); without BOT_TOKEN the local chat")
    run.set_defaults(run=_run)
    check = commands.add_parser("check", help="check settings, keys, database, catalogues and Telegram")
    check.set_defaults(run=_check)

    importing = commands.add_parser("import-conversations", help="import a conversations.json")
    importing.add_argument("file", type=Path)
    importing.add_argument("--account", required=True, metavar="NAME")
    importing.set_defaults(run=_import)

    account = commands.add_parser("account", help="create, link or protect an account")
    deeds = account.add_subparsers(title="deeds", metavar="deed", required=True)
    for deed, text in (
        ("create", "create an account"),
        ("link", "print a single-use deep link that links a Telegram person to it"),
        ("set-password", "set its password (asked for, or BOT_NEW_PASSWORD)"),
    ):
        each = deeds.add_parser(deed, help=text)
        each.add_argument("name")
        each.set_defaults(run=_account, deed=deed)

    understand = commands.add_parser("understand", help="JSON lines in, labels out")
    understand.set_defaults(run=_understand)
    ask = commands.add_parser("ask", help="print what the bot would answer")
    ask.add_argument("text")
    ask.add_argument("--lang", default="en")
    ask.set_defaults(run=_ask)
    return parser


def _run(options: argparse.Namespace) -> int:
    from bot.cli.run import run

    return asyncio.run(run())


def _check(options: argparse.Namespace) -> int:
    from bot.cli.check import check

    return asyncio.run(check())


def _import(options: argparse.Namespace) -> int:
    from bot.cli.importing import import_conversations

    return asyncio.run(import_conversations(options.file, options.account))


def _account(options: argparse.Namespace) -> int:
    from bot.cli.accounts import account

    return asyncio.run(account(options.deed, options.name))


def _understand(options: argparse.Namespace) -> int:
    from bot.core.understanding import stream

    stream(sys.stdin, sys.stdout)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot.cli.ask import ask

    return asyncio.run(ask(options.text, options.lang))
