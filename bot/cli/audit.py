"""`audit verify|export FILE|checkpoint [--region X]`: the audit trail as a file, signed, and verified by the program that stands alone."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bot import audit_verify
from bot.app import Core
from bot.checkpoints import open_checkpoints, sign_head
from bot.cli.regions import every_region
from bot.core.audit_lines import export_chain
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.settings import read_settings


async def audit(deed: str, file: Path | None, region: str | None = None) -> int:
    """Verify or sign the trail of every region, or export the one of home (or of `region`).

    0 when done and nothing was found, 1 when the verifier found something, 2 when it could not read.
    """
    settings = read_settings()
    if deed == "export":
        assert file is not None
        async with every_region(settings, region or settings.region) as (core,):
            print(f"{await _export(core, file)} entries of {core.ring.region}")
            return 0
    async with every_region(settings, region) as cores:
        return max([await (_sign(core) if deed == "checkpoint" else _verify(core)) for core in cores])


async def _sign(core: Core) -> int:
    print(f"{core.ring.region}: " + ("signed." if await sign_head(core) else "the newest checkpoint says the same."))
    return 0


async def _export(core: Core, file: Path) -> int:
    def write(tx: Tx) -> int:
        count = 0
        with file.open("w", encoding="ascii") as stream:
            for line in export_chain(tx.audit.each(order_by="id")):
                stream.write(line)
                count += 1
        return count

    return await core.database.read(write, Purpose.RIGHTS)


async def _verify(core: Core) -> int:
    checkpoints = open_checkpoints(core)
    with tempfile.TemporaryDirectory() as folder:
        # The checkpoints first: what a running desk signs in between would look like entries cut off the end.
        signed, chain = Path(folder, "checkpoints.jsonl"), Path(folder, "chain.jsonl")
        shutil.copyfile(checkpoints.path, signed)
        run = core.safe.checkpoints.lines() if core.safe.checkpoints else []
        of_all = Path(folder, "run.jsonl")
        of_all.write_text("".join(run), "ascii")
        await _export(core, chain)
        found = []
        for name, lines in (("", signed), (", all machines", of_all)):
            if '"number"' in lines.read_text("ascii") or not (name or run):  # who has signed nothing yet has the others' run
                print(f"{core.ring.region}{name}:", flush=True)
                found.append(audit_verify.main([str(chain), str(lines), str(checkpoints.public_key_path)]))
        return max(found)
