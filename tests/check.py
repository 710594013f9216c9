"""`make test`: the static checks, then the tests, with one verdict. `python -m tests.check [--only static|tests]`."""

from __future__ import annotations

import os
import subprocess
import sys
import time

STATIC = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("import contracts", ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
    ("mypy", ["-m", "mypy"]),
    ("catalogues", ["-m", "bot.catalogs", "check"]),
)
# Half as many again as there are cores: a test that plays on PostgreSQL, or watches another process, waits nearly half of its time.
WORKERS = max(2, (os.cpu_count() or 1) * 3 // 2)
TESTS = (("pytest", ["-m", "pytest", "-n", str(WORKERS), "--dist", "worksteal"]),)


def main(arguments: list[str]) -> int:
    only = arguments[1] if arguments[:1] == ["--only"] else ""
    steps = (STATIC if only != "tests" else ()) + (TESTS if only != "static" else ())
    failed = []
    for name, command in steps:
        begun = time.monotonic()
        code = subprocess.run([sys.executable, *command], check=False).returncode
        print(f"== {name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.0f} s)", flush=True)
        if code:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
