"""The keys above the subjects': region keys, epoch keys and the few named keys, held in the key store apart from the data."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.clock import Clock
from bot.core.errors import KeyUnavailableError, SealError
from bot.core.ids import Randomness
from bot.core.keys.envelope import KEY_BYTES, unwrap, wrap
from bot.core.keys.holders import KekHolder

REGION, EPOCH, INDEX, AUDIT, SIGNING, LEDGER = "region", "epoch", "index", "audit", "signing", "ledger"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A wrapped key as the key store holds it; `wrapped` is None once it was destroyed."""

    name: str
    kind: str
    region: str
    number: int
    wrapped: bytes | None
    created_at: datetime
    destroyed_at: datetime | None = None


class KeyStore(Protocol):
    """A database or file of its own: never in a data backup."""

    def keys(self, region: str) -> list[StoredKey]:
        """All keys of a region, destroyed ones too (without their bytes)."""
        ...

    def add(self, key: StoredKey) -> bool:
        """Store a key; False when another process stored that name first."""
        ...

    def replace(self, name: str, wrapped: bytes) -> None:
        """Store the same key under another wrapping."""
        ...

    def destroy(self, name: str, at: datetime) -> None:
        """Overwrite and forget the key's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class EpochKey:
    """What subject DEKs are wrapped with for a while."""

    number: int
    key: bytes
    created_at: datetime


class KeyRing:
    """The opened keys of one region.

    A ring reads the store again when it meets a number that it does not know, so a process need not be told of a rotation.
    """

    def __init__(self, region: str, holder: KekHolder, store: KeyStore, clock: Clock, random: Randomness) -> None:
        self.region = region
        self._holder = holder
        self._store = store
        self._clock = clock
        self._random = random
        self._lock = threading.RLock()
        self._opened: dict[str, bytes] = {}
        self._epochs: dict[int, EpochKey] = {}
        self._region_number = 0

    def open(self) -> None:
        """Open every key of the store, making the first ones where there are none.

        SealError when the root key is not the one that wrapped them.
        """
        with self._lock:
            self._read()
            if not self._region_number:
                self._make(REGION, 1)
            if not self._epochs:
                self._make(EPOCH, 1)
            for kind in (INDEX, AUDIT, SIGNING, LEDGER):
                if kind not in self._opened:
                    self._make(kind, 1)
            self._read()

    def epoch(self, number: int) -> EpochKey:
        """An epoch's key. KeyUnavailableError once it was destroyed."""
        with self._lock:
            if number not in self._epochs:
                self._read()
            try:
                return self._epochs[number]
            except KeyError:
                raise KeyUnavailableError(f"{self.region}/epoch/{number}") from None

    def current_epoch(self) -> EpochKey:
        """The newest epoch."""
        with self._lock:
            return self._epochs[max(self._epochs)]

    def named(self, kind: str) -> bytes:
        """The index, audit, signing or ledger key."""
        with self._lock:
            return self._opened[kind]

    def new_epoch(self) -> EpochKey:
        """Start an epoch; from now on DEKs are wrapped with it."""
        with self._lock:
            self._read()
            self._make(EPOCH, max(self._epochs) + 1)
            self._read()
            return self.current_epoch()

    def destroy_epoch(self, number: int) -> None:
        """Destroy an old epoch's key for ever. ValueError for the current one."""
        with self._lock:
            self._read()
            if number == max(self._epochs):
                raise ValueError("the current epoch cannot be destroyed")
            self._store.destroy(self._name(EPOCH, number), self._clock.now())
            self._epochs.pop(number, None)

    def new_region_key(self) -> int:
        """Rotate the region key: make a new one, re-wrap what it wraps, destroy the old one. Its new number."""
        with self._lock:
            self._read()
            old = self._region_number
            self._make(REGION, old + 1)
            self._read()
            for stored in self._store.keys(self.region):
                if stored.kind != REGION and stored.wrapped is not None:
                    key = self._epochs[stored.number].key if stored.kind == EPOCH else self._opened[stored.kind]
                    self._store.replace(stored.name, wrap(self._region_key(old + 1), key, stored.name))
            self._store.destroy(self._name(REGION, old), self._clock.now())
            self._read()
            return self._region_number

    def rewrap_root(self, new_holder: KekHolder) -> None:
        """Rotate the root key: wrap the region keys with `new_holder`."""
        with self._lock:
            self._read()
            for stored in self._store.keys(self.region):
                if stored.kind == REGION and stored.wrapped is not None:
                    self._store.replace(
                        stored.name, new_holder.wrap(self._region_key(stored.number), stored.name)
                    )
            self._holder = new_holder
            self._read()

    def stored(self) -> list[StoredKey]:
        """What the store holds, for `keys status`."""
        return self._store.keys(self.region)

    def _name(self, kind: str, number: int) -> str:
        return f"{self.region}/{kind}/{number}"

    def _region_key(self, number: int) -> bytes:
        return self._opened[f"{REGION}/{number}"]

    def _make(self, kind: str, number: int) -> None:
        name = self._name(kind, number)
        key = self._random.bytes(KEY_BYTES)
        wrapped = (
            self._holder.wrap(key, name)
            if kind == REGION
            else wrap(self._region_key(self._region_number), key, name)
        )
        made = StoredKey(name, kind, self.region, number, wrapped, self._clock.now())
        self._store.add(made)  # when another process was faster, its key is the one that counts
        if kind == REGION:
            self._read()

    def _read(self) -> None:
        stored = [key for key in self._store.keys(self.region) if key.wrapped is not None]
        for key in stored:
            if key.kind == REGION and key.wrapped is not None:
                self._opened[f"{REGION}/{key.number}"] = self._holder.unwrap(key.wrapped, key.name)
                self._region_number = max(self._region_number, key.number)
        epochs: dict[int, EpochKey] = {}
        for key in stored:
            if key.kind == REGION or key.wrapped is None:
                continue
            opened = self._unwrap_below_region(key.wrapped, key.name)
            if key.kind == EPOCH:
                epochs[key.number] = EpochKey(key.number, opened, key.created_at)
            else:
                self._opened[key.kind] = opened
        self._epochs = epochs

    def _unwrap_below_region(self, wrapped: bytes, name: str) -> bytes:
        """By the newest region key, or during its rotation by the one before."""
        for number in range(self._region_number, 0, -1):
            if f"{REGION}/{number}" in self._opened:
                try:
                    return unwrap(self._region_key(number), wrapped, name)
                except SealError:
                    continue
        raise SealError
