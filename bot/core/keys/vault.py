"""Opens a subject's key for a purpose, and seals and unseals under it.

Every read of personal data passes `Keychain.cipher`, so what is checked there no feature can forget: the key still exists and
its generation has not moved (shredding, Art. 17), and the purpose is allowed while processing is restricted (Art. 18).
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.errors import HeldError, RestrictedError, SealError, ShreddedError
from bot.core.ids import SubjectId
from bot.core.keys import ring as ring_keys
from bot.core.keys.envelope import KEY_BYTES, Place, derive, seal, unseal, unwrap, wrap
from bot.core.keys.ring import EpochKey, KeyRing
from bot.core.ports import Collection, Randomness

SERVICE = SubjectId("service")
"""Not a person: the owner of what passes through (updates before they are read, messages to people without an account)."""

_CACHED_SUBJECTS = 4096


class Purpose(StrEnum):
    """Why a key is opened (GDPR Art. 5(1)(b), 18(2))."""

    SUBJECT = "subject_request"
    RIGHTS = "rights_work"
    DELIVERY = "delivery"
    SUPPORT = "support"
    PRODUCT = "product"
    TRAINING = "training"


_WHILE_RESTRICTED = frozenset({Purpose.SUBJECT, Purpose.RIGHTS, Purpose.DELIVERY})
"""Storage, the person's own request and legal claims stay allowed under Art. 18(2); the rest does not."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A subject's wrapped DEK. `generation` moves when the key changes or ends, so that caches notice.

    `previous` is the DEK before, wrapped by the same epoch, while values are still being sealed anew (see reseal.py).
    """

    id: str
    epoch: int
    wrapped: bytes | None
    generation: int
    restricted: bool = False
    held: bool = False
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class EpochHead:
    """The epoch that new DEKs of a region (`id`) are wrapped with, in the same database as they.

    Whoever wraps a DEK touches this row, whoever starts an epoch moves it: so no DEK slips in under an epoch that another
    process has just left behind.
    """

    id: str
    number: int


class _Dek:
    """An opened DEK with the ciphers derived from it so far, and the one before while values move over."""

    __slots__ = ("_ciphers", "_key", "generation", "previous")

    def __init__(self, key: bytes, generation: int, previous: _Dek | None = None) -> None:
        self._key = key
        self.generation = generation
        self.previous = previous
        self._ciphers: dict[str, AESGCM] = {}

    def cipher(self, table: str, column: str) -> AESGCM:
        name = f"{table}.{column}"
        if name not in self._ciphers:
            self._ciphers[name] = AESGCM(derive(self._key, f"column:{name}"))
        return self._ciphers[name]


class Vault:
    """The opened keys of this process: one ring and a bounded cache of DEKs."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._lock = threading.Lock()
        self._deks: OrderedDict[str, _Dek] = OrderedDict()

    @property
    def region(self) -> str:
        """The one region whose keys this process may open."""
        return self.ring.region

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed index for equality look-ups (HMAC-SHA256, 128 bits): tells nothing without the index key."""
        message = f"{kind}:{value}".encode()
        return hmac.new(self.ring.named(ring_keys.INDEX), message, hashlib.sha256).hexdigest()[:32]

    def dek(self, row: SubjectKey) -> _Dek:
        """The opened DEK of a row, from the cache while its generation stands."""
        with self._lock:
            cached = self._deks.get(row.id)
            if cached is not None and cached.generation == row.generation:
                self._deks.move_to_end(row.id)
                return cached
        if row.wrapped is None:
            self.forget(row.id)
            raise ShreddedError
        wrapping, name = self.ring.epoch(row.epoch).key, dek_name(self.region, row.id)
        before = _Dek(unwrap(wrapping, row.previous, name), row.generation) if row.previous else None
        opened = _Dek(unwrap(wrapping, row.wrapped, name), row.generation, before)
        with self._lock:
            self._deks[row.id] = opened
            while len(self._deks) > _CACHED_SUBJECTS:
                self._deks.popitem(last=False)
        return opened

    def forget(self, subject: str) -> None:
        """Drop a cached DEK."""
        with self._lock:
            self._deks.pop(subject, None)


class Keychain:
    """A vault inside one transaction, opened for one purpose."""

    def __init__(
        self,
        vault: Vault,
        rows: Collection[SubjectKey],
        heads: Collection[EpochHead],
        random: Randomness,
        purpose: Purpose,
    ) -> None:
        self._vault = vault
        self._rows = rows
        self._heads = heads
        self._random = random
        self.purpose = purpose
        self._seen: dict[str, SubjectKey] = {}

    @property
    def region(self) -> str:
        return self._vault.region

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
        row = self._rows.find(id=subject)
        return row is not None and row.wrapped is not None

    def seal(self, subject: str, table: str, column: str, row: str, plaintext: bytes) -> bytes:
        """Seal a value for its place. ShreddedError, RestrictedError."""
        place = Place(self.region, subject, table, column, row)
        return seal(self._dek(subject).cipher(table, column), plaintext, place.associated_data())

    def unseal(self, subject: str, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value at its place. ShreddedError, RestrictedError, SealError."""
        place = Place(self.region, subject, table, column, row).associated_data()
        dek = self._dek(subject)
        try:
            return unseal(dek.cipher(table, column), sealed, place)
        except SealError:
            if dek.previous is None:
                raise
            return unseal(dek.previous.cipher(table, column), sealed, place)

    def resealed(self, subject: str, table: str, column: str, row: str, sealed: bytes) -> bytes | None:
        """The value sealed under the newest DEK, or None where it is so already. SealError, ShreddedError."""
        place = Place(self.region, subject, table, column, row).associated_data()
        dek = self._dek(subject)
        if dek.previous is None:
            return None
        try:
            unseal(dek.cipher(table, column), sealed, place)
        except SealError:
            plain = unseal(dek.previous.cipher(table, column), sealed, place)
            return seal(dek.cipher(table, column), plain, place)
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
        self._seen.pop(subject, None)

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
        self._seen.pop(subject, None)

    def is_restricted(self, subject: str) -> bool:
        """Whether processing is restricted."""
        return self._row(subject).restricted

    def _row(self, subject: str) -> SubjectKey:
        row = self._seen.get(subject)
        if row is None:
            row = self._rows.find(id=subject)
            if row is None or row.wrapped is None:
                self._vault.forget(subject)
                raise ShreddedError
            self._seen[subject] = row
        return row

    def _dek(self, subject: str) -> _Dek:
        row = self._row(subject)
        if row.restricted and self.purpose not in _WHILE_RESTRICTED:
            raise RestrictedError(self.purpose.value)
        return self._vault.dek(row)

    def _drop(self, subject: str) -> None:
        self._seen.pop(subject, None)
        self._vault.forget(subject)

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


def dek_name(region: str, subject: str) -> str:
    """What a DEK is bound to when it is wrapped."""
    return f"{region}/dek/{subject}"
