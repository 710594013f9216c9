"""All benchmarks, one process each, so that none warms another's memory."""

from __future__ import annotations

import subprocess
import sys

BENCHES: tuple[tuple[str, list[str]], ...] = (
    ("understanding", []),
    ("updates", []),
    ("work", []),
    ("rewrap", []),
    ("export", ["1000000"]),
)


def main() -> int:
    """Run them; 1 when one did not end well."""
    failed = 0
    for name, arguments in BENCHES:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"bot.bench.{name}", *arguments]
        failed |= subprocess.run(command, check=False).returncode  # noqa: S603 - our own programs
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
