"""The opened keys of a process: a bounded cache of subject DEKs over one key ring."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.errors import ShreddedError
from bot.core.ids import SubjectId
from bot.core.keys import ring as ring_keys
from bot.core.keys.envelope import ColumnSeal, derive, unwrap
from bot.core.keys.ring import KeyRing

SERVICE = SubjectId("service")
"""Not a person: the owner of what passes through (updates before they are read, messages to people without an account)."""

_CACHED_SUBJECTS = 4096


class Purpose(StrEnum):
    """Why a key is opened (GDPR Art. 5(1)(b), 18(2)). README.md says which are allowed while processing is restricted, and who
    names which."""

    SUBJECT = "subject_request"
    """What the person asks for themself, and of their own only: see `Keychain.asked_by`."""
    RIGHTS = "rights_work"
    """What a right, a deadline, an obligation by law or the safety of what is stored needs."""
    DELIVERY = "delivery"
    """What the person is owed reaches them."""
    SUPPORT = "support"
    """The privacy team at its desk, as long as it is about nobody's case."""
    PRODUCT = "product"
    """Everything else, and whatever names no purpose."""
    TRAINING = "training"


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


class Dek:
    """An opened DEK with the column keys derived from it so far, and the one before while values move over."""

    __slots__ = ("_columns", "_key", "_region", "of", "previous")

    def __init__(self, key: bytes, region: str, of: SubjectKey, previous: Dek | None = None) -> None:
        self._key = key
        self._region = region
        self.of = of
        self.previous = previous
        self._columns: dict[tuple[str, str], ColumnSeal] = {}

    def column(self, table: str, column: str) -> ColumnSeal:
        """What seals and opens one column's values."""
        found = self._columns.get((table, column))
        if found is None:
            cipher = AESGCM(derive(self._key, f"column:{table}.{column}"))
            found = self._columns[table, column] = ColumnSeal(cipher, self._region, self.of.id, table, column)
        return found


class Vault:
    """The opened keys of this process: one ring and a bounded cache of DEKs."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._lock = threading.Lock()
        self._deks: OrderedDict[str, Dek] = OrderedDict()

    @property
    def region(self) -> str:
        """The one region whose keys this process may open."""
        return self.ring.region

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed index for equality look-ups (HMAC-SHA256, 128 bits): tells nothing without the index key."""
        message = f"{kind}:{value}".encode()
        return hmac.digest(self.ring.named(ring_keys.INDEX), message, "sha256").hex()[:32]

    def dek(self, row: SubjectKey) -> Dek:
        """The opened DEK of a row, from the cache while its generation stands.

        The wrapped bytes must agree too: a generation that was rolled back is given out again, to another key.
        """
        with self._lock:
            cached = self._deks.get(row.id)
            if cached is not None and _same_key(cached.of, row):
                self._deks.move_to_end(row.id)
                return cached
        if row.wrapped is None:
            self.forget(row.id)
            raise ShreddedError
        wrapping, name = self.ring.epoch(row.epoch).key, dek_name(self.region, row.id)
        before = Dek(unwrap(wrapping, row.previous, name), self.region, row) if row.previous else None
        opened = Dek(unwrap(wrapping, row.wrapped, name), self.region, row, before)
        with self._lock:
            self._deks[row.id] = opened
            while len(self._deks) > _CACHED_SUBJECTS:
                self._deks.popitem(last=False)
        return opened

    def forget(self, subject: str) -> None:
        """Drop a cached DEK."""
        with self._lock:
            self._deks.pop(subject, None)


def _same_key(one: SubjectKey, other: SubjectKey) -> bool:
    return (one.generation, one.wrapped, one.previous) == (other.generation, other.wrapped, other.previous)


def dek_name(region: str, subject: str) -> str:
    """What a DEK is bound to when it is wrapped."""
    return f"{region}/dek/{subject}"
