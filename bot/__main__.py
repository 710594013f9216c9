"""`privacy-bot` or `python -m bot`: run (default), check, and the operator's commands."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status. A person's mistake gets one clear line, never a traceback."""
    from bot.cli.parser import parse

    return parse(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
