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

from bot.core.errors import RestrictedError, ShreddedError
from bot.core.ids import SubjectId
from bot.core.keys import ring as ring_keys
from bot.core.keys.envelope import KEY_BYTES, Place, derive, seal, unseal, unwrap, wrap
from bot.core.keys.ring import KeyRing
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
    """A subject's wrapped DEK. `generation` moves when the key ends, so that caches notice."""

    id: str
    epoch: int
    wrapped: bytes | None
    generation: int
    restricted: bool = False
    held: bool = False


class _Dek:
    """An opened DEK with the ciphers derived from it so far."""

    __slots__ = ("_ciphers", "_key", "generation")

    def __init__(self, key: bytes, generation: int) -> None:
        self._key = key
        self.generation = generation
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
        opened = _Dek(
            unwrap(self.ring.epoch(row.epoch).key, row.wrapped, _dek_name(self.region, row.id)), row.generation
        )
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

    def __init__(self, vault: Vault, rows: Collection[SubjectKey], random: Randomness, purpose: Purpose) -> None:
        self._vault = vault
        self._rows = rows
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
        epoch = self._vault.ring.current_epoch()
        wrapped = wrap(epoch.key, self._random.bytes(KEY_BYTES), _dek_name(self.region, subject))
        self._rows.add(SubjectKey(id=subject, epoch=epoch.number, wrapped=wrapped, generation=1))

    def exists(self, subject: str) -> bool:
        """Whether the subject has a key that was not shredded."""
        row = self._rows.find(id=subject)
        return row is not None and row.wrapped is not None

    def seal(self, subject: str, table: str, column: str, row: str, plaintext: bytes) -> bytes:
        """Seal a value for its place. ShreddedError, RestrictedError."""
        place = Place(self.region, subject, table, column, row)
        return seal(self._cipher(subject, table, column), plaintext, place.associated_data())

    def unseal(self, subject: str, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value at its place. ShreddedError, RestrictedError, SealError."""
        place = Place(self.region, subject, table, column, row)
        return unseal(self._cipher(subject, table, column), sealed, place.associated_data())

    def shred(self, subject: str) -> None:
        """Destroy the subject's DEK: nothing sealed under it opens again, in any process."""
        self._rows.update({"id": subject}, wrapped=None, generation=self._row(subject).generation + 1)
        self._seen.pop(subject, None)
        self._vault.forget(subject)

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

    def _cipher(self, subject: str, table: str, column: str) -> AESGCM:
        row = self._row(subject)
        if row.restricted and self.purpose not in _WHILE_RESTRICTED:
            raise RestrictedError(self.purpose.value)
        return self._vault.dek(row).cipher(table, column)


def _dek_name(region: str, subject: str) -> str:
    return f"{region}/dek/{subject}"
