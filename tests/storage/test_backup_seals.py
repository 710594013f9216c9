"""A backup is put back only as it was sealed."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from bot.app import open_core
from bot.cli import keys
from bot.cli.audit import audit
from bot.cli.backup import backup
from bot.cli.restore import restore
from bot.core import backup_seals
from bot.core.clock import FixedClock
from bot.settings import Settings
from bot.storage.backups import backups_of, seals
from tests.core.house import NOON, SECRET, Home, house_of


async def test_a_flipped_bit_anywhere_is_refused_untouched(
    environment: Settings, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a page's free space, in a row, in what nobody reads, in the seal itself."""
    core = await open_core(environment, FixedClock(NOON))
    subject = house_of(core).person()
    await backup(copy)
    whole, backups = copy.read_bytes(), backups_of(environment.database, "EU")
    places = [*range(100), *random.Random(7).sample(range(len(whole)), 60), *range(len(whole) - seals.LENGTH - 22, len(whole), 3)]
    for place in places:
        copy.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        try:
            found = (await backups.look_into(copy)).seal
        except ValueError as error:
            assert "damaged" in str(error) or "no backup" in str(error), place
        else:
            assert found is not None and not backup_seals.is_ours(core.ring, found.digest, found.signature), place
    await core.stop()
    last = whole[-2:-1]
    copy.write_bytes(whole[:-2] + (b"0" if last != b"0" else b"1") + whole[-1:])
    assert await restore(copy, replace=True) == 2
    assert "was not sealed by this key store" in capsys.readouterr().err
    copy.write_bytes(whole[:5000] + b"?" + whole[5001:])
    with pytest.raises(ValueError, match="damaged|no backup"):
        await restore(copy, replace=True)
    core = await open_core(environment, FixedClock(NOON))
    assert house_of(core).reads(subject) == SECRET
    await core.stop()


async def test_a_seal_lasts_longer_than_the_key_that_made_it(
    environment: Settings, copy: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The signing key was rotated since; and a backup from before there were seals comes back with a warning, in the place of a database
    that nobody can read any more."""
    core = await open_core(environment, FixedClock(NOON))
    subject = house_of(core).person()
    await backup(copy)
    await core.stop()
    for _ in range(2):
        assert await keys.rotate("signing", subject=None, target=(None, None, None)) == 0
    capsys.readouterr()
    assert await restore(copy, replace=True) == 0
    assert "warning" not in capsys.readouterr().out
    _take_off_the_seal(copy)
    if not home.on_postgres:
        (environment.data_dir / backups_of(environment.database, "EU").name).write_bytes(b"broken" * 1000)
    assert await restore(copy, replace=True) == 0
    said = capsys.readouterr()
    assert "warning: backup has no seal" in said.out
    assert ("how the audit trail ended could not be signed" in said.err) is not home.on_postgres
    assert await audit("verify", None) == 0 and "The database was restored" in capsys.readouterr().out
    core = await open_core(environment, FixedClock(NOON))
    assert house_of(core).reads(subject) == SECRET
    await core.stop()


def _take_off_the_seal(copy: Path) -> None:
    """What an older version would have written."""
    if not zipfile.is_zipfile(copy):
        copy.write_bytes(copy.read_bytes()[: -seals.LENGTH])
        return
    with zipfile.ZipFile(copy) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["manifest.json"] = members["manifest.json"].replace(b"privacy-bot backup 2", b"privacy-bot backup 1")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


async def test_half_a_backup_is_refused_untouched(environment: Settings, copy: Path) -> None:
    """The disk was full, or the line was cut."""
    core = await open_core(environment, FixedClock(NOON))
    subject = house_of(core).person()
    await backup(copy)
    await core.stop()
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with pytest.raises(ValueError, match="damaged|no backup"):
        await restore(copy, replace=True)
    core = await open_core(environment, FixedClock(NOON))
    assert house_of(core).reads(subject) == SECRET
    await core.stop()
