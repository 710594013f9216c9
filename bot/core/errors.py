"""What can go wrong in the core. Errors carry data, never words for people: bot/telegram/errors.py has those.

    PrivacyError
    ├── PolicyError                the policy file cannot be used
    ├── (keys)
    │   ├── KeyUnavailableError    no key to open this with (wrong root key, destroyed epoch)
    │   ├── ShreddedError          the subject's key was destroyed
    │   ├── SealError              wrong key, wrong place or a changed bit
    │   ├── RegionError            this process may not open keys of that region
    │   ├── MovingError            the account is on its way to another region
    │   ├── MoveUnprovenError      a copy in another region is not the same
    │   ├── RestrictedError        processing is restricted for this purpose
    │   └── HeldError              a legal hold keeps the key from being destroyed
    ├── (erasure)
    │   ├── ErasureLeftError       something of an erased person is still there
    │   ├── LedgerError            a ledger was changed, or written with another key
    │   │   └── LedgerCutError     a ledger lacks what was in it once
    │   └── QuarantineError        a restored database has not been through the ledger yet
    ├── NotFoundError              no such thing for this subject
    ├── NotLinkedError             this Telegram person has no account yet
    ├── AccountClosedError         the account is closed; until `until` it can be taken back
    ├── TakeBackOverError          too late to take a deletion back
    ├── PasswordError
    │   ├── PasswordWrongError     wrong; `tries_left`
    │   ├── PasswordLockedError    too many tries; until `until`
    │   └── PasswordWeakError      not a usable new password
    ├── ConfirmationError          the button is no good: Expired, Used, Foreign
    ├── LinkError                  a deep link is unknown, used or expired
    ├── TransitionError            the case cannot go there from here
    ├── ExtendedAlreadyError       its date was moved before; there is one extension
    ├── (limits)
    │   ├── LimitError             more than one person may do in that time; until `until`
    │   ├── OneAtATimeError        the same is open already, and another one must wait for it
    │   └── BannedError            rights are all that is left here
    ├── UnreachableError           nobody can be told, so what must be told cannot be done
    ├── NotAllowedError            the actor's role does not allow this
    ├── (four eyes, support/four_eyes.py: SameEyes, OfficerMissing, ProposerGone, Decided, ProposedAlready)
    ├── CaseClosedError            nothing can be added to a closed case
    ├── LetterTooLongError         a letter has at most `most` characters
    ├── AttachmentTooLargeError    a file has at most `most` bytes
    ├── AttachmentTypeError        a file is none of `types`
    ├── AttachmentLostError        a file could not be fetched
    └── ImportRecordError          one record of an import file is broken
"""

from __future__ import annotations

from datetime import datetime


class PrivacyError(Exception):
    """Root of everything the core raises on purpose."""

    keeps_writes = False
    """True where what the verb wrote before raising must stay (a counted wrong password)."""


class PolicyError(PrivacyError):
    """The policy file cannot be used."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class KeyUnavailableError(PrivacyError):
    """There is no key to open this with."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id} is not available")
        self.key_id = key_id


class ShreddedError(PrivacyError):
    """The subject's key was destroyed; nothing sealed under it opens again."""


class SealError(PrivacyError):
    """A sealed value does not open: wrong key, wrong place or a changed bit."""


class RegionError(PrivacyError):
    """This process may not open keys of that region."""

    def __init__(self, region: str) -> None:
        super().__init__(region)
        self.region = region


class MovingError(PrivacyError):
    """The account's data is on its way to another region: nothing can be done with it for a moment."""


class MoveUnprovenError(PrivacyError):
    """A copy in another region is not the same as what is here: it is made again later, and nothing was removed."""


class RestrictedError(PrivacyError):
    """Processing is restricted (GDPR Art. 18) and this purpose is not among the exceptions."""

    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


class HeldError(PrivacyError):
    """A legal hold is in place (GDPR Art. 17(3)(e)): nothing of this subject may be destroyed until it is lifted."""


class ErasureLeftError(PrivacyError):
    """After an erasure something of the person is still there. Carries the names of the places, nothing of the person."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(", ".join(places))
        self.places = places


class LedgerError(PrivacyError):
    """A ledger was changed or written with another key: its `line` does not fit to those before. `name` is a file's or a region's."""

    def __init__(self, name: str, line: int, text: str = "") -> None:
        super().__init__(text or f"the ledger {name} is broken at line {line}")
        self.name = name
        self.line = line


class LedgerCutError(LedgerError):
    """A ledger has `found` entries or lines of the `known`: the rest was cut off, or an old copy was put in its place."""

    def __init__(self, name: str, found: int, known: int, what: str = "lines") -> None:
        super().__init__(name, found, f"the ledger {name} has {found} of {known} {what}: put the whole one back")
        self.found = found
        self.known = known


class QuarantineError(PrivacyError):
    """The database was restored and people erased since then may be in it: nothing may run until the ledger was replayed."""


class NotFoundError(PrivacyError):
    """There is no such thing for this subject."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotLinkedError(PrivacyError):
    """This Telegram person has no account yet."""


class AccountClosedError(PrivacyError):
    """The account is closed because its deletion was asked for."""

    def __init__(self, until: datetime, ref: str) -> None:
        super().__init__(ref)
        self.until = until
        self.ref = ref


class TakeBackOverError(PrivacyError):
    """The grace period is over: the deletion can no longer be taken back."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


class PasswordError(PrivacyError):
    """Something about a password."""

    keeps_writes = True


class PasswordWrongError(PasswordError):
    """That is not the password."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class PasswordLockedError(PasswordError):
    """Too many wrong passwords."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class PasswordWeakError(PasswordError):
    """The new password is too short or too long."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(least)
        self.least = least
        self.most = most


class ConfirmationError(PrivacyError):
    """A button that confirms something is no good."""


class ConfirmationExpiredError(ConfirmationError):
    """Its time is over."""


class ConfirmationUsedError(ConfirmationError):
    """It was tapped before: the deed is done or under way, and is not done twice."""


class ConfirmationForeignError(ConfirmationError):
    """It is unknown, or was made for another person, chat or action."""


class LinkError(PrivacyError):
    """A deep link is unknown, used or expired."""


class LinkBusyError(PrivacyError):
    """A download link is being used by another request."""


class TransitionError(PrivacyError):
    """The case cannot go there from where it is."""

    def __init__(self, ref: str, status: str, step: str) -> None:
        super().__init__(f"{ref}: {step} from {status}")
        self.ref = ref
        self.status = status
        self.step = step


class ExtendedAlreadyError(PrivacyError):
    """The case's date was moved before: there is one extension (GDPR Art. 12(3))."""

    def __init__(self, ref: str, until: datetime) -> None:
        super().__init__(ref)
        self.ref = ref
        self.until = until


class LimitError(PrivacyError):
    """More than one person may do in that time. `what` is "cases" or "letters"."""

    def __init__(self, what: str, until: datetime) -> None:
        super().__init__(what)
        self.what = what
        self.until = until


class OneAtATimeError(PrivacyError):
    """The right is being exercised in an open case, and for this person there is one at a time."""

    def __init__(self, ref: str, until: datetime) -> None:
        super().__init__(ref)
        self.ref = ref
        self.until = until


class BannedError(PrivacyError):
    """The person is banned: what is not a right is closed to them."""


class UnreachableError(PrivacyError):
    """Nobody can be told, and this counts only when it is told."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


class NotAllowedError(PrivacyError):
    """The actor's role does not allow this."""

    keeps_writes = True  # the refused access is audited

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class CaseClosedError(PrivacyError):
    """The case is closed: nothing can be added to it."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


class LetterTooLongError(PrivacyError):
    """A letter is longer than the policy file allows."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class AttachmentTooLargeError(PrivacyError):
    """A file is larger than the policy file allows; `most` in bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class AttachmentTypeError(PrivacyError):
    """A file is not of a type that the policy file allows; `types` are media types."""

    def __init__(self, types: tuple[str, ...]) -> None:
        super().__init__(", ".join(types))
        self.types = types


class AttachmentLostError(PrivacyError):
    """A file could not be fetched from where it was sent."""


class ImportRecordError(PrivacyError):
    """One record of an import file is broken."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"record {number}: {problem}")
        self.number = number
        self.problem = problem
