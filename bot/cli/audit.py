"""`audit verify|export FILE|checkpoint`: the audit trail as a file, signed, and verified by the program that stands alone."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bot import audit_verify
from bot.app import Core, open_core
from bot.checkpoints import open_checkpoints
from bot.core.audit_checkpoints import export_chain, head_of
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.settings import read_settings


async def audit(deed: str, file: Path | None) -> int:
    """0 when done and nothing was found, 1 when the verifier found something."""
    core = await open_core(read_settings())
    try:
        match deed:
            case "export":
                assert file is not None
                print(f"{await _export(core, file)} entries")
                return 0
            case "checkpoint":
                written = open_checkpoints(core).write_last(await core.database.write(head_of, Purpose.RIGHTS))
                print("Signed." if written else "The newest checkpoint says the same.")
                return 0
            case _:
                return await _verify(core)
    finally:
        await core.stop()


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
        await _export(core, chain)
        sys.stdout.flush()
        return audit_verify.main([str(chain), str(signed), str(checkpoints.public_key_path)])
