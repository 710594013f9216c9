"""`keys status` and `keys rotate`, on a folder as an operator has it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import audit_verify
from bot.app import open_core
from bot.cli import keys
from bot.cli.audit import audit
from bot.core import accounts, work
from bot.core.clock import SystemClock
from bot.core.errors import NotFoundError, PolicyError, SealError
from bot.core.policies import load_policy, shipped_policy_file
from bot.settings import Settings
from tests.core.house import Home

NOTHING = (None, None, None)


@pytest.fixture
async def desk(home: Home, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With an account named kim."""
    settings = home.environment(monkeypatch)
    core = await open_core(settings)
    await core.database.write(lambda tx: accounts.create(tx, name="kim"))
    await core.stop()
    return settings


async def _kim_is_there(desk: Settings, **settings: object) -> None:
    core = await open_core(desk.model_copy(update=settings), SystemClock())
    assert (await core.database.read(lambda tx: accounts.get_by_name(tx, "kim"))).name == "kim"
    await core.stop()


@pytest.mark.parametrize("level", ["root", "region", "epoch"])
async def test_each_level_is_rotated_and_everything_opens(desk: Settings, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Twice, with the status telling of it."""
    for _ in range(2):
        assert await keys.rotate(level, subject=None, target=NOTHING) == 0
        await _kim_is_there(desk)
    assert await keys.status() == 0
    shown = capsys.readouterr().out
    assert "region EU, root key held by file" in shown
    if level == "epoch":
        assert "epoch 3: since" in shown
        assert "epoch 1: since" in shown, "its key lives as long as backups are kept"
        assert "wraps 2 data keys" in shown
    if level == "region":
        assert "region 1: destroyed" in shown
        assert "region 3: since" in shown


async def test_the_signing_key_is_rotated_and_the_trail_verifies(desk: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """With today's public key and with the copy that somebody kept of the first one."""
    assert await audit("checkpoint", None) == 0
    published = desk.data_dir / "audit" / "checkpoints-eu.jsonl.pub"
    kept = published.read_bytes()
    for number in (2, 3):
        assert await keys.rotate("signing", subject=None, target=NOTHING) == 0
        assert f"signing key {number};" in capsys.readouterr().out
    assert await audit("checkpoint", None) == 0
    assert await audit("verify", None) == 0
    assert published.read_bytes().endswith(kept) and published.read_bytes() != kept
    assert await keys.status() == 0
    shown = capsys.readouterr().out
    assert shown.count("signed before: ") == 2 and shown.count("signs now: ") == 1
    assert "signing 2: destroyed" in shown and "signing 3: since" in shown
    chain = desk.data_dir / "chain.jsonl"
    assert await audit("export", chain) == 0
    (desk.data_dir / "kept.pub").write_bytes(kept)
    assert audit_verify.main([str(chain), str(published.with_suffix("")), str(desk.data_dir / "kept.pub")]) == 0
    assert "handed over 2 times" in capsys.readouterr().out


async def test_the_ledger_key_is_rotated_and_the_old_one_kept(desk: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """It can check and recognise; the desk opens as before."""
    assert await keys.rotate("ledger", subject=None, target=NOTHING) == 0
    await _kim_is_there(desk)
    assert await keys.status() == 0
    shown = capsys.readouterr().out
    assert re.search(r"ledger 1: since .*, checks and recognises older lines only", shown)
    assert re.search(r"ledger 2: since [^,]*$", shown, re.M)


async def test_one_persons_key_is_rotated(desk: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the account's name; and the service's own."""
    monkeypatch.setattr(work, "LEASE", work.LEASE * 0)
    assert await keys.rotate("dek", subject="kim", target=NOTHING) == 0
    assert await keys.rotate("dek", subject="service", target=NOTHING) == 0
    await _kim_is_there(desk)
    assert await keys.rotate("dek", subject=None, target=NOTHING) == 2
    with pytest.raises(NotFoundError):
        await keys.rotate("dek", subject="nobody", target=NOTHING)


async def test_the_root_key_moves_to_the_environment(desk: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the file of before opens nothing any more."""
    secret = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("NEXT_ROOT", secret)
    assert await keys.rotate("root", subject=None, target=(None, "NEXT_ROOT", None)) == 0
    await _kim_is_there(desk, root_key=SecretStr(secret))
    with pytest.raises(SealError):
        await _kim_is_there(desk)


def test_a_policy_that_could_not_keep_the_purge_promise_is_refused(tmp_path: Path) -> None:
    """Grace, epoch, backups and copies of the key store together must fit into it."""
    text = shipped_policy_file().read_text()
    longer = text.replace("epoch_length = { amount = 7,", "epoch_length = { amount = 11,")
    assert longer != text
    (tmp_path / "policy.toml").write_text(longer)
    with pytest.raises(PolicyError, match="purge"):
        load_policy(tmp_path)
    months = text.replace('backup_kept = { amount = 10, unit = "days" }', 'backup_kept = { amount = 1, unit = "months" }')
    (tmp_path / "policy.toml").write_text(months)
    with pytest.raises(PolicyError, match="no fixed length"):
        load_policy(tmp_path)


async def test_every_machine_verifies_against_what_all_of_them_signed(
    machines: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each signs into a file of its own and into one run, across a rotation of the key. A machine that signed nothing finds out, too,
    when the trail is cut behind what another one signed."""
    for number in range(3):
        settings = machines.environment(monkeypatch)
        assert await audit("checkpoint", None) == 0
        if number == 1:
            assert await keys.rotate("signing", subject=None, target=NOTHING) == 0
    settings = machines.environment(monkeypatch)
    capsys.readouterr()
    assert await audit("verify", None) == 0
    assert "EU, all machines:" in capsys.readouterr().out
    assert not (settings.data_dir / "audit" / "checkpoints-eu.jsonl").read_text().count("number")
    core = await open_core(settings)
    assert core.safe.checkpoints is not None
    lines = [json.loads(line) for line in core.safe.checkpoints.lines()]
    assert sum("key" in line for line in lines) == 1, "the hand-over, once"
    await core.database.write(lambda tx: (tx.audit.remove(id=f"{lines[-1]['number']:012d}"), None)[1])
    await core.stop()
    assert await audit("verify", None) == 1
    assert "cut off the end" in capsys.readouterr().out
