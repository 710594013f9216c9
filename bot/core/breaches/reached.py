"""What comes of a notice: it may leave, it arrived, it cannot, or the person is back. Called where that is found out, in the same
transaction."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.breaches.breach import BreachNotice, NoticeState
from bot.core.breaches.wanting import want_told
from bot.core.delivery import Delivery
from bot.core.ports import Tx


def may_leave(tx: Tx, subject: str, ref: str, message: str, written: int) -> bool:
    """Whether a notice may be handed over: its reader waits for this one, and two people stand for its words, of round `written`.

    Where the record was changed since, it is taken back: its reader is due again, for what will be agreed to then.
    """
    waits = {"id": f"{subject}:{ref}", "message": message, "state": NoticeState.SENT.value}
    if not tx.breach_notices.count(**waits):
        return False
    telling = tx.breach_tellings.find(id=ref, opened=False)
    if telling is not None and telling.agreed and telling.round == written:
        return True
    tx.breach_notices.update(waits, state=NoticeState.DUE.value, at=tx.clock.now(), message="")
    want_told(tx, ref)
    return False


def arrived(tx: Tx, subject: str, ref: str, categories: Collection[str]) -> None:
    """Telegram took a person's notice, which was of these kinds of data. Where more were found meanwhile, they are due again."""
    notice = tx.breach_notices.find(id=f"{subject}:{ref}")
    if notice is None or notice.state not in (NoticeState.SENT, NoticeState.UNREACHED):
        return
    now = tx.clock.now()
    more = set(notice.categories.split()) - set(categories)
    state = NoticeState.DUE if more else NoticeState.TOLD
    tx.breach_notices.update({"id": notice.id, "state": notice.state}, state=state.value, told_at=now, at=now, message="")
    if more:
        want_told(tx, ref)


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


def moved(tx: Tx, notice: BreachNotice) -> None:
    """What came of a notice where the person lived before, since it was copied from there."""
    names = ("state", "at", "told_at", "message")
    untold = {"id": notice.id, "state__ne": NoticeState.TOLD.value}  # what was sent here meanwhile stays told
    tx.breach_notices.update(untold, **{name: getattr(notice, name) for name in names})


def is_erased(tx: Tx, subject: str) -> None:
    """The person's data is erased, this too: whoever counts sees one less to be told, and one more who cannot be any more."""
    for notice in tx.breach_notices.select(subject=subject):
        telling = tx.breach_tellings.find(id=notice.breach, opened=False)
        if telling is not None:
            counts = telling.counts | {"erased": telling.counts.get("erased", 0) + 1}
            tx.breach_tellings.update({"id": telling.id}, counts=counts)
    tx.breach_notices.remove(subject=subject)
