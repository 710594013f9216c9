"""`report`, `audit` and `training-eligible`, as an operator runs them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import open_core
from bot.core import accounts, cases, conversations
from bot.core.cases import Right
from bot.core.clock import FixedClock, SystemClock
from bot.core.ports import Tx
from bot.settings import read_settings


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


@pytest.fixture
def two_regions(folder: Path) -> Path:
    """Somebody lives in the US, too, and waits there for an export that is late."""

    async def furnish() -> None:
        settings = read_settings().for_region("US")
        assert settings is not None
        core = await open_core(settings, FixedClock(SystemClock().now() - timedelta(days=5)))

        def move_in(tx: Tx) -> None:
            account, _new = accounts.open_for_telegram(tx, 1002)
            turn = [conversations.Message("user", "my landlord", tx.clock.now())]
            conversations.add(tx, account.id, "Landlord", turn)
            cases.open_case(tx, account, Right.EXPORT)

        await core.database.write(move_in)
        await core.stop()

    asyncio.run(furnish())
    return folder


def test_the_report_covers_every_region_in_use(two_regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each for itself and all together; what is late anywhere is late."""
    assert main(["report"]) == 1
    blocks = capsys.readouterr().out.split("\n\n")
    assert [block.splitlines()[0] for block in blocks[-3:]] == ["EU", "US", "in all"]
    assert main(["report", "--region", "EU"]) == 0
    capsys.readouterr()
    assert main(["report", "--json", "--png", str(two_regions / "two.png")]) == 1
    said = json.loads(capsys.readouterr().out)
    late = {name: next(row["late"] for row in rows if row["promise"] == "export") for name, rows in said["regions"].items()}
    assert late == {"EU": 0, "US": 1}
    assert sum(late.values()) == next(row["late"] for row in said["promises"] if row["promise"] == "export")
    assert {row["promise"]: row["open"] for row in said["promises"]}["retention"] == 2
    assert main(["report", "--png", str(two_regions / "one.png"), "--region", "EU"]) == 0
    assert (two_regions / "two.png").stat().st_size > (two_regions / "one.png").stat().st_size


def test_training_gets_the_conversations_of_every_region(two_regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or those of one."""
    capsys.readouterr()
    assert main(["training-eligible"]) == 0
    assert [json.loads(line)["messages"][0]["text"] for line in capsys.readouterr().out.splitlines()] == ["my sore knee", "my landlord"]
    assert main(["training-eligible", "--region", "us"]) == 0
    assert "my sore knee" not in capsys.readouterr().out


def test_every_trail_is_signed_and_verified(two_regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that nobody signed is found, whichever it is."""
    assert main(["audit", "checkpoint", "--region", "EU"]) == 0
    assert main(["audit", "verify", "--region", "EU"]) == 0
    assert main(["audit", "verify"]) == 1
    assert main(["audit", "checkpoint"]) == 0
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    said = capsys.readouterr().out
    assert said.count("nothing found") == 2 and said.index("EU:") < said.index("US:")
    assert main(["audit", "export", str(two_regions / "us.jsonl"), "--region", "US"]) == 0
    assert capsys.readouterr().out.endswith("entries of US\n")


def test_checks_and_keys_cover_every_region(two_regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With keys and a database each; a region that nobody moved to is not made by looking."""
    main(["check"])
    lines = capsys.readouterr().out
    assert _failed(lines) == []
    assert "database EU: 1 accounts" in lines and "database US: 1 accounts" in lines and "keys US" in lines
    assert main(["keys", "status"]) == 0
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines() if line.startswith("region")] == ["region EU", "region US"]
    assert main(["keys", "status", "--region", "SG"]) == 2
    assert not (two_regions / "data" / "sg").exists()


def test_a_broken_chain_in_another_region_is_found(two_regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check fails although home is well."""

    async def break_it() -> None:
        settings = read_settings().for_region("US")
        assert settings is not None
        core = await open_core(settings)
        await core.database.write(lambda tx: tx.audit.update({"id": f"{2:012d}"}, tag="account:closed"))
        await core.stop()

    asyncio.run(break_it())
    capsys.readouterr()
    main(["check", "--region", "EU"])
    assert _failed(capsys.readouterr().out) == []
    assert main(["check"]) == 1
    assert _failed(capsys.readouterr().out) == ["FAIL database US"]


def _failed(said: str) -> list[str]:
    """What the check complains of; catalogues are looked at by a check of their own."""
    failed = [line.partition(":")[0] for line in said.splitlines() if line.startswith("FAIL")]
    return [line for line in failed if line != "FAIL catalogues"]
