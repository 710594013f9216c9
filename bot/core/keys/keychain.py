"""Opens a subject's key for a purpose, and seals and unseals under it.

Every read of personal data passes `Keychain._dek`, so what is checked there no feature can forget: the key still exists and
its generation has not moved (shredding, Art. 17), and the purpose is allowed while processing is restricted (Art. 18).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.errors import HeldError, RestrictedError, SealError, ShreddedError
from bot.core.keys.envelope import KEY_BYTES, unwrap, wrap
from bot.core.keys.ring import EpochKey
from bot.core.keys.vault import Dek, EpochHead, Purpose, SubjectKey, Vault, dek_name
from bot.core.ports import Collection, Randomness

_WHILE_RESTRICTED = frozenset({Purpose.SUBJECT, Purpose.RIGHTS, Purpose.DELIVERY})
"""Storage, the person's own request and legal claims stay allowed under Art. 18(2); the rest does not."""


class Keychain:
    """A vault inside one transaction, opened for one purpose.

    `seen`: rows of keys that were read in this transaction of the database; several units of work may share it, one after
    another, and whoever changes a key takes it out.
    """

    def __init__(
        self,
        vault: Vault,
        rows: Collection[SubjectKey],
        heads: Collection[EpochHead],
        random: Randomness,
        purpose: Purpose,
        seen: dict[str, SubjectKey],
    ) -> None:
        self._vault = vault
        self._rows = rows
        self._heads = heads
        self._random = random
        self.purpose = purpose
        self._seen = seen
        self._opened: dict[str, Dek] = {}
        self._asking = ""

    @property
    def region(self) -> str:
        return self._vault.region

    def open_for(self, purpose: Purpose) -> None:
        """From now on this transaction is for another purpose."""
        self.purpose = purpose
        self._opened.clear()  # what was opened for the one before

    @contextmanager
    def opened_for(self, purpose: Purpose) -> Iterator[None]:
        """For another purpose, until the block ends."""
        before = self.purpose
        self.open_for(purpose)
        try:
            yield
        finally:
            self.open_for(before)

    def asked_by(self, subject: str) -> None:
        """From now on this transaction is the subject's own request, too: their key opens while restricted, nobody else's."""
        self._asking = subject
        self._opened.clear()

    def blind_index(self, kind: str, value: str) -> str:
        """See `Vault.blind_index`."""
        return self._vault.blind_index(kind, value)

    def create(self, subject: str) -> None:
        """Make the subject's DEK."""
        epoch = self.wrapping_epoch()
        wrapped = wrap(epoch.key, self._random.bytes(KEY_BYTES), dek_name(self.region, subject))
        self._rows.add(SubjectKey(id=subject, epoch=epoch.number, wrapped=wrapped, generation=1))

    def exists(self, subject: str) -> bool:
        """Whether the subject has a key that was not shredded."""
        row = self._seen.get(subject) or self._rows.find(id=subject)
        return row is not None and row.wrapped is not None

    def seal(self, subject: str, table: str, column: str, row: str, plaintext: bytes) -> bytes:
        """Seal a value for its place. ShreddedError, RestrictedError."""
        return self._dek(subject).column(table, column).seal(row, plaintext)

    def unseal(self, subject: str, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value at its place. ShreddedError, RestrictedError, SealError."""
        dek = self._dek(subject)
        try:
            return dek.column(table, column).unseal(row, sealed)
        except SealError:
            if dek.previous is None:
                raise
            return dek.previous.column(table, column).unseal(row, sealed)

    def resealed(self, subject: str, table: str, column: str, row: str, sealed: bytes) -> bytes | None:
        """The value sealed under the newest DEK, or None where it is so already. SealError, ShreddedError."""
        dek = self._dek(subject)
        if dek.previous is None:
            return None
        try:
            dek.column(table, column).unseal(row, sealed)
        except SealError:
            plain = dek.previous.column(table, column).unseal(row, sealed)
            return dek.column(table, column).seal(row, plain)
        return None

    def shred(self, subject: str) -> None:
        """Destroy the subject's DEK: nothing sealed under it opens again, in any process. HeldError under a legal hold."""
        generation = self._row(subject).generation + 1
        gone = {"wrapped": None, "previous": None, "generation": generation}
        if not self._rows.update({"id": subject, "held": False}, **gone):
            raise HeldError
        self._drop(subject)

    def hold(self, subject: str, *, held: bool) -> None:
        """Set or lift a legal hold. ShreddedError when there is nothing left to hold."""
        self._row(subject)
        self._rows.update({"id": subject}, held=held)
        self._look_again(subject)

    def is_held(self, subject: str) -> bool:
        """Whether a legal hold is in place."""
        row = self._rows.find(id=subject)
        return row is not None and row.held

    def require_unheld(self, subject: str) -> None:
        """HeldError under a legal hold; none can be set until this transaction ends."""
        if not self._rows.update({"id": subject, "held": False}, held=False):
            raise HeldError

    def restrict(self, subject: str, *, restricted: bool) -> None:
        """Set or lift the restriction of processing (Art. 18)."""
        self._rows.update({"id": subject}, restricted=restricted)
        self._look_again(subject)

    def is_restricted(self, subject: str) -> bool:
        """Whether processing is restricted."""
        return self._row(subject).restricted

    def look_again(self) -> None:
        """Something of this transaction was undone: of no key it is known any more how it stands."""
        self._seen.clear()
        self._opened.clear()

    def _row(self, subject: str) -> SubjectKey:
        row = self._seen.get(subject)
        if row is None:
            row = self._rows.find(id=subject)
            if row is None or row.wrapped is None:
                self._vault.forget(subject)
                raise ShreddedError
            self._seen[subject] = row
        return row

    def _dek(self, subject: str) -> Dek:
        opened = self._opened.get(subject)
        if opened is None:
            row = self._row(subject)
            purpose = Purpose.SUBJECT if subject == self._asking else self.purpose
            if row.restricted and purpose not in _WHILE_RESTRICTED:
                raise RestrictedError(purpose.value)
            opened = self._opened[subject] = self._vault.dek(row)
        return opened

    def _drop(self, subject: str) -> None:
        self._look_again(subject)
        self._vault.forget(subject)

    def _look_again(self, subject: str) -> None:
        """What this transaction knows of the subject's key holds no longer."""
        self._seen.pop(subject, None)
        self._opened.pop(subject, None)

    # ------------------------------------------------------------------ rotation (see rotation.py and reseal.py)

    @property
    def rows(self) -> Collection[SubjectKey]:
        """The wrapped DEKs themselves: for rotation and its report, never for features."""
        return self._rows

    def wrapping_epoch(self) -> EpochKey:
        """The epoch to wrap a DEK with, fixed until this transaction ends."""
        epoch = self._vault.ring.current_epoch()
        mine = {"id": self.region, "number": epoch.number}
        if self._heads.update(mine, number=epoch.number):
            return epoch
        if self._heads.add_new(EpochHead(self.region, epoch.number)):
            return epoch
        head = self._heads.get(id=self.region)
        self._heads.update({"id": self.region}, number=head.number)
        return self._vault.ring.epoch(self._heads.get(id=self.region).number)

    def move_head(self, epoch: EpochKey) -> None:
        """From this transaction on no DEK is wrapped by an older epoch."""
        if self._heads.add_new(EpochHead(self.region, epoch.number)):
            return
        self._heads.update({"id": self.region, "number__lt": epoch.number}, number=epoch.number)

    def begin_reseal(self, subject: str) -> None:
        """Give the subject a new DEK beside the one before. ShreddedError. A second call changes nothing."""
        row = self._row(subject)
        if row.previous is not None or row.wrapped is None:
            return
        epoch, name = self.wrapping_epoch(), dek_name(self.region, subject)
        before = unwrap(self._vault.ring.epoch(row.epoch).key, row.wrapped, name)
        self._rows.update(
            {"id": subject, "generation": row.generation},
            epoch=epoch.number,
            wrapped=wrap(epoch.key, self._random.bytes(KEY_BYTES), name),
            previous=wrap(epoch.key, before, name),
            generation=row.generation + 1,
        )
        self._drop(subject)

    def end_reseal(self, subject: str) -> None:
        """Destroy the DEK before: what was not sealed anew never opens again. ShreddedError."""
        row = self._row(subject)
        self._rows.update({"id": subject}, previous=None, generation=row.generation + 1)
        self._drop(subject)
