"""Which command, with which arguments. Commands are imported only when they are wanted: some load a lot."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.core.errors import KeyUnavailableError, PolicyError, PrivacyError, SealError
from bot.settings import SettingsError

_MOVE = (
    "Stop the service on every machine first. Everything is copied, compared, opened at the new place, and only then destroyed at "
    "the old one. Interrupted, run it again; before the old copy is given up, the move the other way takes it back."
)


def parse(arguments: list[str]) -> int:
    """Parse and run; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments or ["run"])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)
    for chatty in ("fontTools", "fpdf"):  # they tell which letters a document is made of
        logging.getLogger(chatty).setLevel(logging.WARNING)
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
    _one_region(check)

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

    _add_keys(commands)
    backup = commands.add_parser("backup", help="copy the database while it runs, sealed; never the key store")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="check a backup, put it back, and erase again whom the ledger names")
    restore.add_argument("file", type=Path, nargs="?", help="without it: only replay the ledger on the database as it is")
    restore.add_argument("--replace", action="store_true", help="even though there is a database")
    restore.add_argument("--ledger-lost", action="store_true", help="a ledger is lost for good: say what that means, ask, begin a new one")
    restore.add_argument("--yes-i-accept-that-erased-people-may-come-back", dest="agreed", action="store_true", help="instead of asking")
    restore.set_defaults(run=_restore)
    for each in (backup, restore):
        each.add_argument("--region", metavar="NAME", help="another region than home")

    _add_proofs(commands)
    pieces = commands.add_parser("work", help="durable work as it stands; status 1 when some is dead")
    pieces.add_argument("--again", metavar="ID", help="try this dead piece again")
    pieces.add_argument("--region", metavar="NAME", help="another region than home")
    pieces.set_defaults(run=_work)
    policy = commands.add_parser("policy", help="check a policy file, or compare two versions")
    deeds = policy.add_subparsers(title="deeds", metavar="deed", required=True)
    one = deeds.add_parser("check", help="whether it can be published")
    two = deeds.add_parser("diff", help="what people would be told; status 1 when something changes")
    for each, names in ((one, ("file",)), (two, ("old", "new"))):
        for name in names:
            each.add_argument(name, type=Path)
        each.set_defaults(run=_policy)
    understand = commands.add_parser("understand", help="JSON lines in, labels out")
    understand.set_defaults(run=_understand)
    ask = commands.add_parser("ask", help="print what the bot would answer")
    ask.add_argument("text")
    ask.add_argument("--lang", default="en")
    ask.set_defaults(run=_ask)
    return parser


def _add_proofs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = commands.add_parser("report", help="how the policy's promises were kept; status 1 when one was late")
    report.add_argument("--png", type=Path, metavar="FILE", help="draw a chart, too")
    report.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="only what came in from that day on")
    report.add_argument("--json", action="store_true", help="as JSON instead of a table")
    report.set_defaults(run=_report)
    audit = commands.add_parser("audit", help="verify, export or sign the audit trail")
    deeds = audit.add_subparsers(title="deeds", metavar="deed", required=True)
    verify = deeds.add_parser("verify", help="run the standalone verifier on a fresh export")
    verify.set_defaults(run=_audit, deed="verify", file=None)
    export = deeds.add_parser("export", help="write the trail as JSON lines")
    export.add_argument("file", type=Path)
    export.set_defaults(run=_audit, deed="export")
    checkpoint = deeds.add_parser("checkpoint", help="sign the trail's head now")
    checkpoint.set_defaults(run=_audit, deed="checkpoint", file=None)
    training = commands.add_parser("training-eligible", help="JSON lines: the conversations that training may use now")
    training.set_defaults(run=_training)
    for each in (report, verify, checkpoint, training):
        _one_region(each)
    export.add_argument("--region", metavar="NAME", help="another region than home")


def _one_region(command: argparse.ArgumentParser) -> None:
    command.add_argument("--region", metavar="NAME", help="only this region, instead of each that is in use")


def _work(options: argparse.Namespace) -> int:
    from bot.cli.work import again, show

    return asyncio.run(again(options.again, options.region) if options.again else show(options.region))


def _policy(options: argparse.Namespace) -> int:
    from bot.cli.policy import check, diff

    return check(options.file) if "file" in options else diff(options.old, options.new)


def _report(options: argparse.Namespace) -> int:
    from bot.cli.report import show_report

    return asyncio.run(show_report(options.since, options.png, as_json=options.json, region=options.region))


def _audit(options: argparse.Namespace) -> int:
    from bot.cli.audit import audit

    return asyncio.run(audit(options.deed, options.file, options.region))


def _training(options: argparse.Namespace) -> int:
    from bot.cli.training import stream_eligible

    return asyncio.run(stream_eligible(options.region))


def _add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = commands.add_parser("keys", help="how the keys stand, and their rotation")
    deeds = keys.add_subparsers(title="deeds", metavar="deed", required=True)
    status = deeds.add_parser("status", help="every key, what it wraps, and rotations under way")
    status.set_defaults(run=_keys_status)
    rotate = deeds.add_parser("rotate", help="rotate a key while the service runs; interrupted, run it again")
    rotate.add_argument("level", choices=("root", "region", "epoch", "dek", "signing", "ledger"))
    rotate.add_argument("--subject", metavar="NAME", help="dek: whose key (an account's name, or `service`)")
    rotate.add_argument("--to-file", type=Path, help="root: a key file to move to (made when missing)")
    rotate.add_argument("--to-env", metavar="VARIABLE", help="root: a variable with the new key, base64")
    rotate.add_argument("--to-command", metavar="COMMAND", help="root: a program that holds the new key")
    rotate.set_defaults(run=_keys_rotate)
    rotate.add_argument("--region", metavar="NAME", help="another region than home")
    _one_region(status)
    text = "carry keys, ledgers and directory of all regions into the database of BOT_KEY_STORE_URL, or back into files"
    move = deeds.add_parser("move", help=text, description=f"{text[0].upper()}{text[1:]}. {_MOVE}")
    move.add_argument("to", choices=("database", "files"))
    move.add_argument("--ledger-file", type=Path, metavar="FILE", help="what BOT_LEDGER_FILE was in files, or is to be")
    move.set_defaults(run=_keys_move)


def _keys_status(options: argparse.Namespace) -> int:
    from bot.cli.keys import status

    return asyncio.run(status(options.region))


def _keys_move(options: argparse.Namespace) -> int:
    from bot.cli.keys_move import move

    return asyncio.run(move(options.to, options.ledger_file))


def _keys_rotate(options: argparse.Namespace) -> int:
    from bot.cli.keys import rotate

    target = options.to_file, options.to_env, options.to_command
    return asyncio.run(rotate(options.level, subject=options.subject, target=target, region=options.region))


def _backup(options: argparse.Namespace) -> int:
    from bot.cli.backup import backup

    return asyncio.run(backup(options.file, options.region))


def _restore(options: argparse.Namespace) -> int:
    from bot.cli.restore import Lost, restore

    lost = Lost(options.agreed) if options.ledger_lost else None
    return asyncio.run(restore(options.file, replace=options.replace, region=options.region, lost=lost))


def _run(options: argparse.Namespace) -> int:
    from bot.cli.run import run

    return asyncio.run(run())


def _check(options: argparse.Namespace) -> int:
    from bot.cli.check import check

    return asyncio.run(check(options.region))


def _import(options: argparse.Namespace) -> int:
    from bot.cli.importing import import_conversations

    return asyncio.run(import_conversations(options.file, options.account))


def _account(options: argparse.Namespace) -> int:
    from bot.cli.accounts import account

    return asyncio.run(account(options.deed, options.name))


def _understand(options: argparse.Namespace) -> int:
    from bot.core.understanding.stream import stream

    stream(sys.stdin, sys.stdout)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot.cli.ask import ask

    return asyncio.run(ask(options.text, options.lang))
