"""Durable work: one table of what is due, in the same transaction as the case that wants it.

`due_at` is timer, retry and lease at once: what is being worked on is due again when its lease ends, unless a heartbeat moves
it on. Every write is fenced by the number of the claim, so a worker that was thought dead cannot finish somebody else's work.
Rows hold opaque ids only. Promised: what was committed is done, by however many attempts; each step has its effect once; what
cannot be done ends dead with an alarm, never silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.core.ids import new_id
from bot.core.keys.vault import Purpose
from bot.core.ports import Plus, Tx

T = TypeVar("T")

LEASE = timedelta(seconds=15)
"""So long a piece of work is a worker's own after a sign of life; a killed worker's work is taken over after that."""
BEAT_EVERY = LEASE / 3
ATTEMPTS_BEFORE_DEAD = 12
_BACKOFF_FIRST = timedelta(seconds=2)
_BACKOFF_MOST = timedelta(minutes=10)


class WorkState(StrEnum):
    """Where a piece of work stands. `waiting` with a lease in the future is being worked on."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work. `step` is the last finished step; `checkpoint` holds scalars only."""

    id: str
    kind: str
    ref: str
    state: str
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    step: str = ""
    checkpoint: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class FencedError(Exception):
    """Somebody else holds this work now: stop without a trace."""


class Engine(Protocol):
    """How a job reaches the database: small transactions, from a thread of its own."""

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = ...) -> T:
        """Run a unit in one committed transaction. Where none is named, the purpose is the engine's: see EngineFor."""
        ...

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = ...) -> T:
        """Run a unit that changes nothing, beside the writer."""
        ...


class EngineFor:
    """An engine for one purpose."""

    def __init__(self, purpose: Purpose, engine: Engine) -> None:
        self._engine = engine
        self._purpose = purpose

    def write(self, unit: Callable[[Tx], T], purpose: Purpose | None = None) -> T:
        return self._engine.write(unit, purpose or self._purpose)

    def read(self, unit: Callable[[Tx], T], purpose: Purpose | None = None) -> T:
        return self._engine.read(unit, purpose or self._purpose)


Alarm = Callable[[Tx, Work], None]
"""Called in the transaction in which a piece of work ends dead."""

Job = Callable[[Engine, Work], None]
"""Does one kind of work in steps, each an `engine.write` that ends with `advance`. Raising means: again later."""


def job_for(purpose: Purpose, job: Job) -> Job:
    """The job with an engine for this purpose; a worker's own is for the product, which nobody restricted is open to."""
    return lambda engine, item: job(EngineFor(purpose, engine), item)


def schedule(tx: Tx, kind: str, ref: str, due_at: datetime | None = None, **checkpoint: Any) -> str:
    """Want `kind` done for `ref` at `due_at` (now); its id."""
    now = tx.clock.now()
    work_id = new_id(tx.random)
    tx.work.add(
        Work(work_id, kind, ref, WorkState.WAITING.value, due_at or now, now, checkpoint=dict(checkpoint))
    )
    return work_id


def cancel(tx: Tx, kind: str, ref: str) -> int:
    """No longer want it; how many pieces were dropped."""
    return tx.work.remove(kind=kind, ref=ref, state=WorkState.WAITING.value)


def claim(tx: Tx, *, limit: int = 8, kinds: tuple[str, ...] = (), alarm: Alarm | None = None) -> list[Work]:
    """Take what is due and nobody holds: each for one lease, under a new fence.

    What was claimed too often without getting anywhere ends dead here: its worker may have died of it every time.
    """
    now = tx.clock.now()
    wanted: dict[str, Any] = {"kind__in": kinds} if kinds else {}
    found = tx.work.select(
        state=WorkState.WAITING.value, due_at__le=now, order_by="due_at", limit=limit, skip_locked=True, **wanted
    )
    taken = []
    for work in found:
        if work.attempts >= ATTEMPTS_BEFORE_DEAD:
            _bury(tx, work, work.error or "Died", alarm)
        else:
            taken.append(work)
    if taken:  # locked by the look: nobody can be faster
        until = {"due_at": now + LEASE, "lease_until": now + LEASE}
        tx.work.update({"id__in": [work.id for work in taken]}, fence=Plus(1), attempts=Plus(1), **until)
        taken = [replace(work, fence=work.fence + 1, attempts=work.attempts + 1, **until) for work in taken]  # type: ignore[arg-type]
    return taken


def beat(tx: Tx, work: Work) -> None:
    """Hold on to it for another lease. FencedError when it is somebody else's by now."""
    until = tx.clock.now() + LEASE
    if not tx.work.update(_mine(work), due_at=until, lease_until=until):
        raise FencedError


def advance(tx: Tx, work: Work, step: str, **checkpoint: Any) -> Work:
    """In the transaction of a step: note that it is done. FencedError."""
    changes: dict[str, Any] = {"step": step, "checkpoint": {**work.checkpoint, **checkpoint}, "attempts": 0}
    until = tx.clock.now() + LEASE
    if not tx.work.update(_mine(work), due_at=until, lease_until=until, **changes):
        raise FencedError
    return replace(work, due_at=until, lease_until=until, **changes)


def finish(tx: Tx, work: Work) -> None:
    """All steps are done. FencedError."""
    if not tx.work.update(_mine(work), state=WorkState.DONE.value, lease_until=None):
        raise FencedError


def postpone(tx: Tx, work: Work, until: datetime) -> None:
    """Not now; look again at `until`. FencedError."""
    if not tx.work.update(_mine(work), due_at=until, lease_until=None, attempts=0):
        raise FencedError


def fail(tx: Tx, work: Work, error: str, alarm: Alarm | None = None) -> WorkState:
    """It did not work: again after a growing pause, dead after too many times. `error` is a class name, never a text.

    FencedError.
    """
    now = tx.work.find(**_mine(work))
    if now is None:
        raise FencedError
    if now.attempts >= ATTEMPTS_BEFORE_DEAD:
        _bury(tx, now, error, alarm)
        return WorkState.DEAD
    pause = min(_BACKOFF_FIRST * 2 ** max(now.attempts - 1, 0), _BACKOFF_MOST)
    tx.work.update(_mine(work), due_at=tx.clock.now() + pause, lease_until=None, error=error)
    return WorkState.WAITING


def revive(tx: Tx, work_id: str) -> bool:
    """Try dead work again, from the step it stood at; whether there was such."""
    alive = {"state": WorkState.WAITING.value, "attempts": 0, "error": "", "due_at": tx.clock.now()}
    return bool(tx.work.update({"id": work_id, "state": WorkState.DEAD.value}, **alive))


def next_due(tx: Tx) -> datetime | None:
    """When there is something to do next."""
    for work in tx.work.select(state=WorkState.WAITING.value, order_by="due_at", limit=1):
        return work.due_at
    return None


def _bury(tx: Tx, work: Work, error: str, alarm: Alarm | None) -> None:
    if tx.work.update(_mine(work), state=WorkState.DEAD.value, lease_until=None, error=error) and alarm is not None:
        alarm(tx, replace(work, state=WorkState.DEAD.value, lease_until=None, error=error))


def _mine(work: Work) -> dict[str, Any]:
    return {"id": work.id, "fence": work.fence, "state": WorkState.WAITING.value}
