"""A package by a one-time link: for what is too large for the chat.

    issued → (begun → interrupted → resumed …) → finished, or expired

The token is in the person's chat and nowhere else; here is its hash. One request at a time reads; what it has sent is noted as it
goes, so that an interrupted download goes on behind that and never skips anything. With the last byte the link is used up. The
end of a file may still be on the way when it left here, so for a short while longer a download that had begun may fetch its rest;
it cannot begin anew. Whatever is wrong with a link, the answer is the same: LinkError.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core import audit
from bot.core.accounts import OPEN
from bot.core.audit import Tag
from bot.core.errors import LinkBusyError, LinkError
from bot.core.exports.package import CHUNK_BYTES, Package, get_ready
from bot.core.ids import new_id, new_token
from bot.core.ports import Tx

_TOKEN_BYTES: Final = 32
HOLD: Final = timedelta(seconds=60)
"""So long a request has the link to itself without a sign of life."""


@dataclass(frozen=True, slots=True)
class DownloadLink:
    """`id` is the SHA-256 of the token. `sent` bytes from the beginning left without a gap. `held_by` names the request that
    reads now, until `held_until` at least."""

    id: str
    subject: str
    package: str
    expires_at: datetime
    sent: int = 0
    finished_at: datetime | None = None
    held_by: str = ""
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A request that may read now, from byte `start` on."""

    link: str
    held_by: str
    package: Package
    start: int


def issue(tx: Tx, subject: str, package: str) -> tuple[str, datetime]:
    """A new link to a package, as its token of 256 bits, and until when it may be used. Earlier links to it end. NotFoundError."""
    found = get_ready(tx, subject, package)
    tx.download_links.remove(package=package)
    token = new_token(tx.random, _TOKEN_BYTES)
    expires = min(tx.clock.now() + tx.policy.safeguards.download_valid.as_timedelta(), found.expires_at)
    tx.download_links.add(DownloadLink(_hash(token), subject, package, expires))
    audit.record(tx, Tag.EXPORT_LINKED, subject=subject, ref=found.case)
    return token, expires


def begin(tx: Tx, token: str, start: int = 0) -> Download:
    """Claim a link for one request that wants the bytes from `start` on. Where that would leave a gap it gets all of them.

    LinkError for a link that is unknown, used or expired, or whose person's account is closed; LinkBusyError while another
    request reads.
    """
    link = tx.download_links.find(id=_hash(token))
    now = tx.clock.now()
    if link is None:
        raise LinkError
    start = start if start <= link.sent else 0
    _require_usable(tx, link, start)
    account = tx.accounts.find(id=link.subject, opened=False)
    package = tx.packages.find(id=link.package, destroyed_at=None)
    if account is None or account.status != OPEN or package is None or package.expires_at <= now:
        raise LinkError
    if link.held_until is not None and link.held_until > now:
        raise LinkBusyError
    mine = new_id(tx.random)
    free = {"id": link.id, "held_by": link.held_by, "held_until": link.held_until}
    if not tx.download_links.update(free, held_by=mine, held_until=now + HOLD):
        raise LinkBusyError
    return Download(link.id, mine, package, start)


def block(tx: Tx, download: Download, position: int) -> bytes:
    """The bytes from `position` on, a mebibyte at most. LinkError once the package is gone, ShreddedError once its key is."""
    number, offset = divmod(position, CHUNK_BYTES)
    chunk = tx.chunks.find(subject=download.package.key, number=number)
    if chunk is None or offset >= len(chunk.content):
        raise LinkError
    return chunk.content[offset:]


def proceed(tx: Tx, download: Download, sent: int) -> None:
    """A sign of life: the bytes up to `sent` have left. LinkError when somebody else has the link by now, or it was ended."""
    _note(tx, download, sent=sent, held_until=tx.clock.now() + HOLD)


def let_go(tx: Tx, download: Download, sent: int) -> None:
    """The request ended before the file did: it may be gone on with. Nothing happens when the link was ended meanwhile."""
    if tx.download_links.count(id=download.link, held_by=download.held_by):
        _note(tx, download, sent=sent, held_by="", held_until=None)


def finish(tx: Tx, download: Download) -> None:
    """The last byte has left: the link is used up, and that is on record. LinkError like `proceed`."""
    link = _note(tx, download, sent=download.package.size, held_by="", held_until=None)
    if link.finished_at is None:
        tx.download_links.update({"id": link.id}, finished_at=tx.clock.now())
        audit.record(tx, Tag.EXPORT_DELIVERED, subject=link.subject, ref=download.package.case)


def sweep(tx: Tx) -> int:
    """Remove the links whose time is over and that nobody reads; how many."""
    now = tx.clock.now()
    over = now - tx.policy.safeguards.download_resume.as_timedelta()
    gone = tx.download_links.remove(expires_at__le=over, held_by="")
    return gone + tx.download_links.remove(expires_at__le=over, held_until__le=now)


def _require_usable(tx: Tx, link: DownloadLink, start: int) -> None:
    now = tx.clock.now()
    if link.finished_at is not None:
        if start == 0 or now > link.finished_at + tx.policy.safeguards.download_resume.as_timedelta():
            raise LinkError
    elif now >= link.expires_at:
        raise LinkError


def _note(tx: Tx, download: Download, *, sent: int, **changes: object) -> DownloadLink:
    link = tx.download_links.find(id=download.link, held_by=download.held_by)
    if link is None:
        raise LinkError
    sent = max(link.sent, sent)
    tx.download_links.update({"id": link.id, "held_by": link.held_by}, sent=sent, **changes)
    return replace(link, sent=sent)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
