"""From the core's errors to words: the one table. Nothing else says what went wrong, and nobody sees an error's own text."""

from __future__ import annotations

from bot.core.errors import (
    AccountClosedError,
    ConfirmationExpiredError,
    ConfirmationForeignError,
    ConfirmationUsedError,
    LinkError,
    NotAllowedError,
    NotFoundError,
    NotLinkedError,
    PasswordLockedError,
    PasswordWeakError,
    PasswordWrongError,
    PrivacyError,
    RestrictedError,
    ShreddedError,
    TakeBackOverError,
    TransitionError,
)
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, Keyboard, go
from bot.telegram.texts import Line, _, _n, _p


def words_for(error: PrivacyError, zone: str) -> tuple[Line, Keyboard]:
    """What to say, and the way on."""
    match error:
        case PasswordWrongError():
            return (
                _n(
                    "That is not the password. {n} try left.",
                    "That is not the password. {n} tries left.",
                    error.tries_left,
                ),
                [[go(_p("button", "Cancel"), "cancel")]],
            )
        case PasswordLockedError():
            # Translators: {until} is a date with time.
            return _("Too many wrong passwords. To protect your account, this is locked until {until}.", until=moment(error.until, zone)), []
        case PasswordWeakError():
            return _n("Please choose a password with at least {n} character.", "Please choose a password with at least {n} characters.", error.least), []
        case AccountClosedError():
            # Translators: {ref} is a case reference such as DEL-7K2M4Q; {until} is a date with time.
            line = _(
                "Your account is closed: its deletion is under way (case {ref}). You can take it back until {until}.",
                ref=error.ref,
                until=moment(error.until, zone),
            )
            return line, [[go(_p("button", "Take it back"), "take_back", style="success")]]
        case TakeBackOverError():
            return _("The grace period is over. Case {ref} can no longer be taken back.", ref=error.ref), []
        case ConfirmationExpiredError():
            return _("This button has expired. Nothing was changed. Please start again."), _menu()
        case ConfirmationUsedError():
            return _("You tapped this already. It counts once."), []
        case ConfirmationForeignError():
            return _("This button is not meant for you or is no longer valid. Nothing was changed."), []
        case LinkError():
            return _("This link was used already or has expired. Please ask for a new one."), []
        case NotLinkedError():
            return _("We have not met yet. Press Start, and I set up your privacy desk."), [
                [go(_p("button", "Start"), "start", style="primary")]
            ]
        case NotFoundError(what="case"):
            return _("You have no case with this reference."), _menu()
        case NotFoundError():
            return _("I cannot find that any more. It may have been deleted."), _menu()
        case TransitionError():
            return _("Case {ref} has moved on in the meantime. Nothing was changed.", ref=error.ref), _menu()
        case RestrictedError():
            return _("Processing of your data is restricted, so I cannot do this. You can still read, export and delete it."), _menu()
        case NotAllowedError():
            return _("You do not have the role for this. The attempt was recorded."), []
        case ShreddedError():
            return _("This data was deleted for good. It cannot be opened any more."), []
        case _:
            return _("Something went wrong on our side. Nothing was changed. Please try again in a moment."), _menu()


def _menu() -> list[list[Button]]:
    return [[go(_p("button", "Menu"), "menu")]]
