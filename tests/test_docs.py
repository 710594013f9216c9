"""What the README says is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_in_the_readme() -> None:
    """And no other."""
    named = set(re.findall(r"`(BOT_[A-Z_]+)`", README))
    assert named == {f"BOT_{name.upper()}" for name in Settings.model_fields}


def test_every_command_is_in_the_readme() -> None:
    """Subcommands of `python -m bot`."""
    parser = (ROOT / "bot" / "cli" / "parser.py").read_text("utf-8")
    for command in re.findall(r'commands\.add_parser\("([a-z-]+)"', parser):
        assert f"`{command}" in README, command


def test_paths_and_pictures_in_the_readme_exist() -> None:
    """A map that leads somewhere."""
    for path in re.findall(r"\]\(([^)#]+)\)", README) + re.findall(
        r"^((?:bot|handlers|locales|tests)/[\w/.]*)", README, re.M
    ):
        assert (ROOT / path.rstrip(',')).exists(), path


def test_no_number_of_the_policy_is_written_in_the_code() -> None:
    """Promises live in the policy file alone: the code asks for them by name."""
    suspicious = re.compile(r"(hours|days)\s*=\s*(48|7|30|72|5)\b|\b48 hours\b|\b72 hours\b|\b30 days\b")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for folder in ("bot/core", "bot/telegram", "bot/storage", "handlers")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if suspicious.search(line) and file.name != "labels.py" and not line.lstrip().startswith(("#", '"""'))
    ]
    assert not found, found


def test_nothing_of_a_machine_or_a_registry_is_in_the_project() -> None:
    """No path of somebody's disk, no address of a package index."""
    for file in ("requirements.txt", "requirements-dev.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / file).read_text("utf-8")
        assert "://" not in text.replace("https://127", "").replace("http://127", ""), file
