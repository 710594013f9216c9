"""`report`, `audit` and `training-eligible`, as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one account and one conversation."""
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))
    for name in ("BOT_TOKEN", "BOT_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "conversations.json"
    messages = [{"role": "user", "text": "my sore knee", "at": "2026-03-01T10:00:00+00:00"}]
    file.write_text(json.dumps([{"title": "Knee", "messages": messages}]))
    assert main(["account", "create", "alice"]) == 0
    assert main(["import-conversations", str(file), "--account", "alice"]) == 0
    return tmp_path


def test_the_audit_trail_is_signed_exported_and_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unsigned it is not accepted; signed it is; a changed entry in an export is found."""
    assert main(["audit", "verify"]) == 1
    assert main(["audit", "checkpoint"]) == 0
    assert main(["audit", "verify"]) == 0
    assert "nothing found" in capsys.readouterr().out
    chain = folder / "chain.jsonl"
    assert main(["audit", "export", str(chain)]) == 0
    from bot import audit_verify

    signed = folder / "data" / "audit" / "checkpoints-eu.jsonl"
    given = [str(chain), str(signed), str(signed) + ".pub"]
    assert audit_verify.main(given) == 0
    chain.write_text(chain.read_text().replace("account:opened", "account:closed", 1))
    assert audit_verify.main(given) == 1


def test_the_report_is_a_table_json_and_a_chart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same numbers each time."""
    capsys.readouterr()
    assert main(["report", "--png", str(folder / "report.png")]) == 0
    assert capsys.readouterr().out.startswith("promise")
    assert main(["report", "--json", "--since", "2026-01-01"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {row["promise"]: row["open"] for row in said["promises"]}["retention"] == 1
    assert (folder / "report.png").stat().st_size > 1000


def test_what_training_may_use_comes_as_json_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One conversation a line, nothing that names the person."""
    capsys.readouterr()
    assert main(["training-eligible"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["messages"] == [{"role": "user", "text": "my sore knee"}]
    assert "alice" not in line
