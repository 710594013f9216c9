"""All benchmarks, one process each, so that none warms another's memory; with the load they met and the time they took."""

from __future__ import annotations

import os
import subprocess
import sys
import time

BENCHES: tuple[tuple[str, list[str]], ...] = (
    ("understanding", []),
    ("updates", []),
    ("work", []),
    ("sealing", []),
    ("rewrap", []),
    ("sweep", []),
    ("export", ["1000000"]),
)


def main() -> int:
    """Run them; 1 when one did not end well."""
    failed = []
    for name, arguments in BENCHES:
        print(f"\n== {name} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)
        command = [sys.executable, "-m", f"bot.bench.{name}", *arguments]
        begun = time.monotonic()
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own programs
            failed.append(name)
        print(f"   {time.monotonic() - begun:.0f} s", flush=True)
    if failed:
        print(f"\nnot as it should be: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
