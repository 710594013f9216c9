"""What comes of a notice: it arrived, it cannot, or the person is back. Called where that is found out, in the same transaction."""

from __future__ import annotations

from bot.core.breaches.breach import NoticeState
from bot.core.breaches.wanting import want_told
from bot.core.delivery import Delivery
from bot.core.ports import Tx


def arrived(tx: Tx, subject: str, ref: str) -> None:
    """Telegram took a person's notice."""
    open_states = (NoticeState.SENT.value, NoticeState.UNREACHED.value)
    told = {"state": NoticeState.TOLD.value, "told_at": tx.clock.now(), "at": tx.clock.now(), "message": ""}
    tx.breach_notices.update({"id": f"{subject}:{ref}", "state__in": open_states}, **told)


def parked(tx: Tx, message: str) -> None:
    """A message will not be sent: where it was a notice of a breach, its reader was not reached."""
    where = {"message": message, "state": NoticeState.SENT.value}
    tx.breach_notices.update(where, state=NoticeState.UNREACHED.value, at=tx.clock.now())


def is_back(tx: Tx, subject: str) -> None:
    """The person can be reached (again): what waits for them is sent. Once: a message that is still there is the one."""
    now = tx.clock.now()
    for notice in tx.breach_notices.select(subject=subject, state=NoticeState.UNREACHED.value):
        if notice.message and tx.outbox.count(id=notice.message, state=Delivery.WAITING.value):
            tx.breach_notices.update({"id": notice.id}, state=NoticeState.SENT.value, at=now)
        else:
            tx.outbox.remove(id=notice.message)
            tx.breach_notices.update({"id": notice.id}, state=NoticeState.DUE.value, at=now, message="")
        want_told(tx, notice.breach)


def is_erased(tx: Tx, subject: str) -> None:
    """The person's data is erased, this too: whoever counts sees one less to be told, and one more who cannot be any more."""
    for notice in tx.breach_notices.select(subject=subject):
        telling = tx.breach_tellings.find(id=notice.breach, opened=False)
        if telling is not None:
            counts = telling.counts | {"erased": telling.counts.get("erased", 0) + 1}
            tx.breach_tellings.update({"id": telling.id}, counts=counts)
    tx.breach_notices.remove(subject=subject)
