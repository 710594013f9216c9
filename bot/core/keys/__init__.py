"""Keys: who can open what, and how that ends.

    root KEK (KekHolder) → region key → epoch key → subject DEK → one derived key per column

The root key never leaves its holder. Region and epoch keys live in the key store, apart from the data; subject DEKs lie in the
data, wrapped by an epoch key, so that destroying the epoch makes every copy in an old backup useless.
"""

from bot.core.keys.envelope import Place, Sealed
from bot.core.keys.holders import CommandKekHolder, FileKekHolder, KekHolder, StaticKekHolder
from bot.core.keys.keychain import Keychain
from bot.core.keys.ring import EpochKey, KeyRing, KeyStore
from bot.core.keys.vault import SERVICE, EpochHead, Purpose, SubjectKey, Vault

__all__ = [
    "SERVICE",
    "CommandKekHolder",
    "EpochHead",
    "EpochKey",
    "FileKekHolder",
    "KekHolder",
    "KeyRing",
    "KeyStore",
    "Keychain",
    "Place",
    "Purpose",
    "Sealed",
    "StaticKekHolder",
    "SubjectKey",
    "Vault",
]
