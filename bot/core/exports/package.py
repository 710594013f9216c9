"""From the wish for a copy to the package in the chat: ask, build in the background, deliver, destroy after
its time.

A package lies sealed under a key of its own, in chunks; destroying that key destroys the package.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import audit, cases, deadlines, delivery, passwords, work
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, Step
from bot.core.exports.contents import write_package
from bot.core.exports.texts import PackageTexts
from bot.core.ids import new_id
from bot.core.ports import Tx, sealed

PART_BYTES = 45 * 1024 * 1024
"""Below the 50 MB that a bot may upload."""
CHUNK_BYTES = 1024 * 1024
_PART_CHUNKS = PART_BYTES // CHUNK_BYTES
JOB = "export"


@dataclass(frozen=True, slots=True)
class Package:
    """A finished export. `subject` is the owner's, `key` names the package's own key."""

    id: str
    subject: str
    case: str
    key: str
    created_at: datetime
    expires_at: datetime
    size: int
    parts: int
    destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A mebibyte of a package, sealed under the package's key (which stands here as `subject`)."""

    id: str
    subject: str
    number: int
    content: bytes = sealed("bytes", default=b"")


def ask(tx: Tx, account: Account, password: str | None = None) -> tuple[Case, bool]:
    """Open an export case and want it built, or give the running one; and whether it is new. With a password the file is locked
    (AES-256); it is kept sealed with the case until the file is built, and no longer. PasswordWeakError."""
    if password is not None:
        passwords.require_usable(password)
    running = cases.open_of(tx, account.id, Right.EXPORT)
    if running:
        return running, False
    locked: dict[str, Any] = {"password": password} if password else {}
    case = cases.open_case(tx, account, Right.EXPORT, **locked)
    work.schedule(tx, JOB, case.id)
    return case, True


def make_build_job(
    texts_for: Callable[[str], PackageTexts], signing_key: Callable[[], bytes], *, linked: bool = False
) -> work.Job:
    """The job that builds and delivers. `texts_for` gives the words of a locale ("" where none was chosen),
    `signing_key` an Ed25519 private key of 32 bytes; it is asked for anew each time, so that a rotated key
    counts from the next package on. `linked`: what is too large for one file in the chat is offered by a link."""

    def build_job(engine: work.Engine, item: work.Work) -> None:
        """Collect → seal in chunks → hand over. A crash at any point starts the package afresh."""
        case = engine.read(lambda tx: tx.cases.find(id=item.ref))
        if case is None or case.is_closed or not case.subject:
            engine.write(lambda tx: work.finish(tx, item))
            return
        if case.status != Status.WORKING:
            item = engine.write(lambda tx: _start(tx, item))
        key = item.checkpoint["key"]
        engine.write(lambda tx: _discard_half(tx, item, key))
        account = engine.read(lambda tx: tx.accounts.get(id=case.subject))
        sealing = _Sealing(
            lambda number, block: engine.write(lambda tx: _store(tx, item, key, number, block))
        )
        write_package(
            engine,
            case.subject,
            sealing,
            texts=texts_for(account.locale or ""),
            signing_key=signing_key(),
            on_progress=lambda share: _report(engine, item, share),
            password=(case.details or {}).get("password"),
        )
        sealing.finish()
        engine.write(lambda tx: _hand_over(tx, item, key, sealing.size, linked=linked))

    return build_job


class _Sealing:
    """Stores what is written in chunks, each sealed at once: the package never lies open on a disk."""

    def __init__(self, store: Callable[[int, bytes], None]) -> None:
        self._store = store
        self._waiting = bytearray()
        self._number = 0
        self.size = 0

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        while len(self._waiting) >= CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]))
            del self._waiting[:CHUNK_BYTES]
        return len(content)

    def flush(self) -> None:
        """Nothing waits that could be stored as a whole chunk."""

    def finish(self) -> None:
        """Store the rest."""
        if self._waiting:
            self._put(bytes(self._waiting))
            self._waiting.clear()

    def _put(self, block: bytes) -> None:
        self._store(self._number, block)
        self._number += 1
        self.size += len(block)


def part(tx: Tx, package: str, number: int) -> bytes:
    """The bytes of one part of a package. NotFoundError, ShreddedError once it was destroyed."""
    found = tx.packages.get(id=package)
    first = number * _PART_CHUNKS
    whole = io.BytesIO()
    for chunk in tx.chunks.each(
        subject=found.key, number__ge=first, number__lt=first + _PART_CHUNKS, order_by="number"
    ):
        whole.write(chunk.content)
    return whole.getvalue()


def destroy_due(tx: Tx) -> int:
    """Destroy the packages whose time is over (policy: retention of export_package); how many."""
    due = tx.packages.select(expires_at__le=tx.clock.now(), destroyed_at=None, order_by="expires_at")
    for package in due:
        destroy(tx, package)
    return len(due)


def destroy(tx: Tx, package: Package) -> None:
    """Shred a package's key and drop its bytes."""
    if tx.keys.exists(package.key):
        tx.keys.shred(package.key)
    tx.chunks.remove(subject=package.key)
    tx.download_links.remove(package=package.id)
    tx.packages.update({"id": package.id}, destroyed_at=tx.clock.now())
    audit.record(tx, Tag.EXPORT_DESTROYED, subject=package.subject, ref=package.case)


def _start(tx: Tx, item: work.Work) -> work.Work:
    key = "package:" + new_id(tx.random)
    tx.keys.create(key)
    cases.move(tx, tx.cases.get(id=item.ref), Step.START, actor="service")
    return work.advance(tx, item, "started", key=key)


def _discard_half(tx: Tx, item: work.Work, key: str) -> None:
    work.beat(tx, item)
    tx.chunks.remove(subject=key)


def _report(engine: work.Engine, item: work.Work, share: float) -> None:
    def told(tx: Tx) -> None:
        work.beat(tx, item)
        case = tx.cases.get(id=item.ref, opened=False)
        delivery.notify(
            tx,
            case.subject,
            "export_progress",
            slot=f"export:{case.id}",
            ref=case.id,
            percent=int(share * 100),
        )

    engine.write(told)


def _store(tx: Tx, item: work.Work, key: str, number: int, block: bytes) -> None:
    work.beat(tx, item)
    tx.chunks.add(Chunk(f"{key}.{number:06d}", key, number, block))


def _hand_over(tx: Tx, item: work.Work, key: str, size: int, *, linked: bool) -> None:
    case = tx.cases.get(id=item.ref)
    now = tx.clock.now()
    parts = max(1, -(-tx.chunks.count(subject=key) // _PART_CHUNKS))
    expires = deadlines.add_span(now, tx.policy.keep_for("export_package"))
    package = Package(new_id(tx.random), case.subject, case.id, key, now, expires, size, parts)
    tx.packages.add(package)
    audit.record(tx, Tag.EXPORT_BUILT, subject=case.subject, ref=case.id, parts=parts)
    _deliver(tx, case, package, linked=linked)
    cases.forget_password(tx, case)
    work.finish(tx, item)


def arrived(tx: Tx, ref: str, *, offered: bool = False) -> None:
    """The last part is in the person's chat, or there they are `offered` a link: only now is the promise kept and the case done."""
    case = tx.cases.find(id=ref, opened=False)
    if case is None or not case.subject:
        return
    if not offered:
        audit.record(tx, Tag.EXPORT_DELIVERED, subject=case.subject, ref=ref)
    if not case.is_closed:
        cases.move(tx, case, Step.FINISH, actor="service")


def _deliver(tx: Tx, case: Case, package: Package, *, linked: bool) -> None:
    data: dict[str, Any] = {
        "ref": case.id,
        "package": package.id,
        "parts": package.parts,
        "until": package.expires_at.isoformat(),
        "size": package.size,
    }
    if linked and package.parts > 1:
        delivery.notify(tx, case.subject, "export_offered", **data)
        return
    for number in range(package.parts):
        delivery.notify(tx, case.subject, "export_ready", part=number, **data)


def latest(tx: Tx, subject: str) -> Package | None:
    """The newest package that can still be sent."""
    for package in tx.packages.select(subject=subject, destroyed_at=None, order_by="-created_at", limit=1):
        return package if package.expires_at > tx.clock.now() else None
    return None


def get_ready(tx: Tx, subject: str, package: str) -> Package:
    """A package that can still be sent. NotFoundError when it is another's or destroyed."""
    return tx.packages.get(id=package, subject=subject, destroyed_at=None)


def ready_of(tx: Tx, subject: str, ref: str) -> Package:
    """The package of a case, while it can be sent. NotFoundError."""
    return tx.packages.get(case=ref, subject=subject, destroyed_at=None)


def send_again(tx: Tx, subject: str, package: str, *, linked: bool = False) -> None:
    """Deliver a package once more: by a link where it is large and `linked`, else in the chat. NotFoundError when it is
    another's or destroyed."""
    found = get_ready(tx, subject, package)
    _deliver(tx, tx.cases.get(id=found.case), found, linked=linked)
