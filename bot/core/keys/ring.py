"""The keys above the subjects': region keys, epoch keys and the few named keys, held in the key store apart from the data."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.clock import Clock
from bot.core.errors import KeyUnavailableError, SealError
from bot.core.ids import Randomness
from bot.core.keys.envelope import KEY_BYTES, unwrap, wrap
from bot.core.keys.holders import KekHolder

REGION, EPOCH, INDEX, SIGNING, LEDGER = "region", "epoch", "index", "signing", "ledger"
HANDOVER = "handover"
"""Not a key: what old and new signing key signed when one followed the other, for every machine to read."""


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

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off every other process that would change keys. Not to be nested."""
        ...

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


@dataclass(frozen=True, slots=True)
class NamedKey:
    """One of the keys of a kind (signing, ledger, …), by its number."""

    number: int
    key: bytes
    created_at: datetime


class KeyRing:
    """The opened keys of one region.

    A ring reads the store again when it meets a number that it does not know, so a process need not be told of a rotation. A
    key's bytes never change under one name, so an opened key is not opened twice; one that was destroyed leaves memory too.
    """

    def __init__(self, region: str, holder: KekHolder, store: KeyStore, clock: Clock, random: Randomness) -> None:
        self.region = region
        self.holder = holder
        self._store = store
        self._clock = clock
        self._random = random
        self._lock = threading.RLock()
        self._opened: dict[str, bytes] = {}
        self._epochs: dict[int, EpochKey] = {}
        self._named: dict[str, list[NamedKey]] = {}
        self._region_numbers: list[int] = []

    def open(self) -> None:
        """Open every key of the store, making the first ones where there are none.

        SealError when the root key is not the one that wrapped them.
        """
        with self._lock, self._store.exclusive():
            self._read()
            if not self._region_numbers:
                self._make(REGION, 1)
            if not self._epochs:
                self._make(EPOCH, 1)
            for kind in (INDEX, SIGNING, LEDGER):
                if kind not in self._named:
                    self._make(kind, 1)

    def refresh(self) -> None:
        """Learn what other processes made, and forget what they destroyed."""
        with self._lock:
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

    def epochs(self) -> list[EpochKey]:
        """The epochs whose keys exist, oldest first."""
        with self._lock:
            return [self._epochs[number] for number in sorted(self._epochs)]

    def current_epoch(self) -> EpochKey:
        """The newest epoch."""
        with self._lock:
            return self._epochs[max(self._epochs)]

    def named(self, kind: str) -> bytes:
        """The newest index, signing or ledger key, as far as this process knows."""
        return self.named_keys(kind)[0].key

    def named_keys(self, kind: str) -> list[NamedKey]:
        """The keys of a kind that were not destroyed, newest first."""
        with self._lock:
            return list(self._named[kind])

    def newest_keys(self, kind: str) -> list[NamedKey]:
        """Like `named_keys`, after a look into the store: for deeds so rare that a key of a minute ago need not be taken."""
        with suppress(SealError):  # the root key was changed under us: what is open stays open
            self.refresh()
        return self.named_keys(kind)

    def ensure_named(self, kind: str, number: int) -> NamedKey:
        """The key of that number, made when it is the next one: asking twice makes one. KeyUnavailableError."""
        with self._lock, self._store.exclusive():
            self._read()
            if number == self._named[kind][0].number + 1:
                self._make(kind, number)
        for key in self.named_keys(kind):
            if key.number == number:
                return key
        raise KeyUnavailableError(self._name(kind, number))

    def keep(self, kind: str, number: int, content: bytes) -> None:
        """Keep a text among the keys of a kind, once and for good; it is sealed as they are."""
        with self._lock, self._store.exclusive():
            self._read()
            name = self._name(kind, number)
            if name not in self._opened:
                self._add(kind, number, content)

    def kept(self, kind: str) -> list[bytes]:
        """What `keep` has kept, in the order of the numbers."""
        with self._lock:
            return [each.key for each in reversed(self._named.get(kind, []))]

    def destroy_named(self, kind: str, number: int) -> None:
        """Destroy a key of a kind that has a newer one. ValueError for the newest."""
        with self._lock, self._store.exclusive():
            self._read()
            if number >= self._named[kind][0].number:
                raise ValueError("the newest key cannot be destroyed")
            if any(key.number == number for key in self._named[kind]):
                self._store.destroy(self._name(kind, number), self._clock.now())
            self._read()

    def new_epoch(self) -> EpochKey:
        """Start an epoch; from now on DEKs are wrapped with it."""
        return self.ensure_epoch(self.current_epoch().number + 1)

    def ensure_epoch(self, number: int) -> EpochKey:
        """The epoch of that number, made when there is none yet: asking twice makes one. KeyUnavailableError once destroyed."""
        with self._lock, self._store.exclusive():
            self._read()
            if number > max(self._epochs):
                self._make(EPOCH, number)
        return self.epoch(number)

    def destroy_epoch(self, number: int) -> None:
        """Destroy an old epoch's key for ever. ValueError for the current one."""
        with self._lock, self._store.exclusive():
            self._read()
            if number >= max(self._epochs):
                raise ValueError("the current epoch cannot be destroyed")
            if number in self._epochs:
                self._store.destroy(self._name(EPOCH, number), self._clock.now())
            self._read()

    def new_region_key(self) -> int:
        """Rotate the region key: make a new one, re-wrap what it wraps, destroy the old one. Its number.

        Interrupted, it is finished by the next call, which then makes no further key. SealError when our root key is no longer
        the one in force: what it wrapped now, nobody could open later.
        """
        with self._lock, self._store.exclusive():
            self._read()
            for stored in self._store.keys(self.region):
                if stored.kind == REGION and stored.wrapped is not None:
                    self.holder.unwrap(stored.wrapped, stored.name)
            if len(self._region_numbers) == 1:
                self._make(REGION, self._region_numbers[0] + 1)
            newest = max(self._region_numbers)
            for stored in self._store.keys(self.region):
                if stored.kind != REGION and stored.wrapped is not None:
                    key = self._opened[stored.name]
                    self._store.replace(stored.name, wrap(self._region_key(newest), key, stored.name))
            for number in [number for number in self._region_numbers if number != newest]:
                self._store.destroy(self._name(REGION, number), self._clock.now())
            self._read()
            return newest

    def rewrap_root(self, new_holder: KekHolder) -> int:
        """Rotate the root key: wrap the region keys with `new_holder`; how many. Doing it again changes nothing."""
        with self._lock, self._store.exclusive():
            self._read()
            wrapped = [stored for stored in self._store.keys(self.region) if stored.kind == REGION and stored.wrapped]
            for stored in wrapped:
                key = self._region_key(stored.number)
                self._store.replace(stored.name, new_holder.wrap(key, stored.name))
            self.holder = new_holder
            return len(wrapped)

    def stored(self) -> list[StoredKey]:
        """What the store holds, for `keys status`."""
        return self._store.keys(self.region)

    def _name(self, kind: str, number: int) -> str:
        return f"{self.region}/{kind}/{number}"

    def _region_key(self, number: int) -> bytes:
        return self._opened[self._name(REGION, number)]

    def _make(self, kind: str, number: int) -> None:
        self._add(kind, number, self._random.bytes(KEY_BYTES))

    def _add(self, kind: str, number: int, key: bytes) -> None:
        name = self._name(kind, number)
        if kind == REGION:
            wrapped = self.holder.wrap(key, name)
        else:
            wrapped = wrap(self._region_key(max(self._region_numbers)), key, name)
        made = StoredKey(name, kind, self.region, number, wrapped, self._clock.now())
        self._store.add(made)  # when another process was faster, its key is the one that counts
        self._read()

    def _read(self) -> None:
        alive = [(key, key.wrapped) for key in self._store.keys(self.region) if key.wrapped is not None]
        for key, wrapped in alive:
            if key.kind == REGION and key.name not in self._opened:
                self._opened[key.name] = self.holder.unwrap(wrapped, key.name)
        self._region_numbers = sorted(key.number for key, _ in alive if key.kind == REGION)
        for key, wrapped in alive:
            if key.kind != REGION and key.name not in self._opened:
                self._opened[key.name] = self._unwrap_below_region(wrapped, key.name)
        for destroyed in self._opened.keys() - {key.name for key, _ in alive}:
            del self._opened[destroyed]
        self._epochs = {
            key.number: EpochKey(key.number, self._opened[key.name], key.created_at)
            for key, _ in alive
            if key.kind == EPOCH
        }
        self._named = {}
        for key, _ in sorted(alive, key=lambda pair: -pair[0].number):
            if key.kind not in (REGION, EPOCH):
                self._named.setdefault(key.kind, []).append(NamedKey(key.number, self._opened[key.name], key.created_at))

    def _unwrap_below_region(self, wrapped: bytes, name: str) -> bytes:
        """By the newest region key, or during its rotation by the one before."""
        for number in reversed(self._region_numbers):
            try:
                return unwrap(self._region_key(number), wrapped, name)
            except SealError:
                continue
        raise SealError
