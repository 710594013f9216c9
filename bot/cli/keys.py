"""`keys status` and `keys rotate root|region|epoch|dek|signing|ledger`: while the service runs, with progress, again where it was interrupted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bot.app import Core, holder_of, open_core
from bot.checkpoints import open_checkpoints, published_keys
from bot.cli.regions import every_region, settings_of
from bot.core import accounts, audit, work
from bot.core.audit import Tag
from bot.core.audit_checkpoints import fingerprint, head_of
from bot.core.errors import KeyUnavailableError, NotFoundError
from bot.core.keys import (
    SERVICE,
    CommandKekHolder,
    FileKekHolder,
    KekHolder,
    Purpose,
    StaticKekHolder,
    named,
    reseal,
    rotation,
)
from bot.core.keys.ring import HANDOVER, LEDGER, SIGNING
from bot.core.ports import Tx
from bot.core.work import Job, Work, WorkState
from bot.settings import read_settings
from bot.workers import DatabaseEngine, all_jobs

Target = tuple[Path | None, str | None, str | None]
_ROTATIONS = (rotation.ROLL, rotation.RETIRE, reseal.RESEAL)


async def status(region: str | None = None) -> int:
    """Print every key of every region, what it wraps and what is under way."""
    async with every_region(read_settings(), region) as cores:
        for core in cores:
            for line in await core.database.read(lambda tx, core=core: _status(tx, core), Purpose.RIGHTS):  # type: ignore[misc]
                print(line)
        return 0


async def rotate(level: str, *, subject: str | None, target: Target, region: str | None = None) -> int:
    """Rotate one level; 0 when done."""
    core = await open_core(settings_of(region))
    try:
        match level:
            case "root":
                return await _rotate_root(core, target)
            case "region":
                number = core.ring.new_region_key()
                await _note(core, f"{core.ring.region}/region/{number}")
                print(f"region key {number}; the one before is destroyed")
                return 0
            case "epoch":
                ref = await core.database.write(lambda tx: rotation.schedule_roll(tx, core.ring), Purpose.RIGHTS)
                return await _work_through(core, lambda tx: _find(tx, rotation.ROLL, ref))
            case "signing":
                return await _rotate_signing(core)
            case "ledger":
                number = await asyncio.to_thread(named.rotate_ledger, core.ring, core.ledger, core.moves)
                await _note(core, f"{core.ring.region}/ledger/{number}")
                print(f"ledger key {number}; those before check and recognise older lines only")
                return 0
            case _:
                return await _rotate_dek(core, subject)
    finally:
        await core.stop()


async def _rotate_root(core: Core, target: Target) -> int:
    holder = _holder_for(target)
    before = holder_of(core.settings)
    if holder is None and isinstance(before, FileKekHolder):
        before.begin_rotation()
        count = core.ring.rewrap_root(before)
        before.finish_rotation()
        print(f"{count} region keys are wrapped by a new root key, in the same file")
    elif holder is None:
        print("say where the new root key is: --to-file, --to-env or --to-command", file=sys.stderr)
        return 2
    else:
        count = core.ring.rewrap_root(holder)
        print(f"{count} region keys are wrapped by the new root key. Set BOT_KEY_FILE, BOT_ROOT_KEY or BOT_KEY_COMMAND to it")
        print("before the next start; a running service goes on.")
    await _note(core, f"{core.ring.region}/root")
    return 0


async def _rotate_signing(core: Core) -> int:
    file, head = open_checkpoints(core), await core.database.write(head_of, Purpose.RIGHTS)
    number = await asyncio.to_thread(named.rotate_signing, core.ring, file, lambda: head)
    await _note(core, f"{core.ring.region}/signing/{number}")
    print(f"signing key {number}; the one before handed over to it and is destroyed. Public keys, in {file.public_key_path}:")
    for line in _published(core):
        print(line)
    return 0


def _published(core: Core) -> list[str]:
    return [
        f"  {'signed before' if place else 'signs now'}: {fingerprint(pem)}"
        for place, pem in enumerate(published_keys(core.settings))
    ]


def _holder_for(target: Target) -> KekHolder | None:
    file, variable, command = target
    if file is not None:
        return FileKekHolder.open_or_create(file)
    if command is not None:
        return CommandKekHolder(command)
    if variable is None:
        return None
    text = os.environ.get(variable)
    if text is None:
        raise KeyUnavailableError(f"root ({variable} is not set)")
    return StaticKekHolder.from_base64(text)


async def _rotate_dek(core: Core, name: str | None) -> int:
    if name is None:
        print("say whose: --subject NAME", file=sys.stderr)
        return 2

    def schedule(tx: Tx) -> str:
        found = name if name == SERVICE or tx.keys.exists(name) else accounts.get_by_name(tx, name).id
        return reseal.schedule(tx, found)

    work_id = await core.database.write(schedule, Purpose.RIGHTS)
    return await _work_through(core, lambda tx: tx.work.get(id=work_id))


async def _work_through(core: Core, look: Callable[[Tx], Work]) -> int:
    """Work on it, or watch whoever does, until it is done."""
    jobs: dict[str, Job] = all_jobs(core)
    engine, shown = DatabaseEngine(core.database), ""
    while True:
        item = await core.database.read(look, Purpose.RIGHTS)
        line = _progress(item)
        if line != shown:
            print(line, flush=True)
            shown = line
        if item.state == WorkState.DONE:
            return 0
        if item.state == WorkState.DEAD:
            print(f"stopped: {item.error}", file=sys.stderr)
            return 1
        for taken in await core.database.write(lambda tx: work.claim(tx, kinds=(item.kind,)), Purpose.RIGHTS):  # noqa: B023
            await asyncio.to_thread(_once, engine, jobs[taken.kind], taken)
        if (await core.database.read(look, Purpose.RIGHTS)).state == WorkState.WAITING:
            await asyncio.sleep(1)


def _once(engine: DatabaseEngine, job: Job, item: Work) -> None:
    try:
        job(engine, item)
    except work.FencedError:
        return
    except Exception as error:
        name = type(error).__name__
        engine.write(lambda tx: work.fail(tx, item, name), Purpose.RIGHTS)


def _find(tx: Tx, kind: str, ref: str) -> Work:
    for item in tx.work.select(kind=kind, ref=ref, order_by="-created_at", limit=1):
        return item
    raise NotFoundError("work")


async def _note(core: Core, ref: str) -> None:
    await core.database.write(lambda tx: audit.record(tx, Tag.KEY_ROTATED, ref=ref), Purpose.RIGHTS)


def _status(tx: Tx, core: Core) -> list[str]:
    ring = core.ring
    lines = [f"region {ring.region}, root key held by {type(ring.holder).__name__.removesuffix('KekHolder').lower()}"]
    for stored in sorted(ring.stored(), key=lambda key: (key.kind, key.number)):
        if stored.kind == HANDOVER:
            continue
        state = f"destroyed {stored.destroyed_at:%Y-%m-%d %H:%M}" if stored.destroyed_at else f"since {stored.created_at:%Y-%m-%d %H:%M}"
        line = f"  {stored.kind} {stored.number}: {state}"
        if stored.kind == "epoch" and stored.wrapped is not None:
            line += f", wraps {tx.keys.rows.count(epoch=stored.number, wrapped__ne=None)} data keys, {_end_of(tx, core, stored.number)}"
        if stored.kind == SIGNING and stored.wrapped is not None and stored.number < ring.named_keys(SIGNING)[0].number:
            line += ", handing over: rotate it again"
        if stored.kind == LEDGER and stored.number < ring.named_keys(LEDGER)[0].number:
            line += ", checks and recognises older lines only"
        lines.append(line)
    lines += _published(core)
    lines.append(f"  data keys: {tx.keys.rows.count(wrapped__ne=None)} live, {tx.keys.rows.count(wrapped=None)} shredded")
    held = tx.keys.rows.count(held=True)
    if held:
        lines.append(f"  {held} under legal hold")
    waiting = tx.work.select(kind__in=_ROTATIONS, state__ne=WorkState.DONE.value, order_by="created_at")
    return lines + [f"  {_progress(item)}" for item in waiting]


def _end_of(tx: Tx, core: Core, number: int) -> str:
    due = rotation.retire_due(tx.policy, core.ring, number)
    if due is None:
        return f"ends {rotation.roll_due(tx.policy, core.ring):%Y-%m-%d %H:%M}"
    return f"to be destroyed {due:%Y-%m-%d %H:%M}"


def _progress(item: Work) -> str:
    what = "data key" if item.kind == reseal.RESEAL else item.ref
    done, of = item.checkpoint.get("done", 0), item.checkpoint.get("of")
    amount = f"{done} of {of}" if of is not None else f"{done} values"
    return f"{item.kind.removeprefix('keys.')} {what}: {item.state}, {amount}" + (f", {item.error}" if item.error else "")
