"""From the core's errors to words: the one table. Nothing else says what went wrong, and nobody sees an error's own text."""

from __future__ import annotations

from bot.core.accounts import NameTakenError
from bot.core.breaches.errors import NotReadyError, RecordError
from bot.core.deadlines import ExtensionLateError, ExtensionNotAllowedError, ExtensionReasonError
from bot.core.errors import (
    AccountClosedError,
    AttachmentLostError,
    AttachmentTooLargeError,
    AttachmentTypeError,
    BannedError,
    CaseClosedError,
    ConfirmationExpiredError,
    ConfirmationForeignError,
    ConfirmationUsedError,
    ExtendedAlreadyError,
    HeldError,
    LetterTooLongError,
    LimitError,
    LinkError,
    MovingError,
    NotAllowedError,
    NotFoundError,
    NotLinkedError,
    OneAtATimeError,
    PasswordLockedError,
    PasswordWeakError,
    PasswordWrongError,
    PrivacyError,
    RegionError,
    RestrictedError,
    ShreddedError,
    TakeBackOverError,
    TransitionError,
    UnreachableError,
)
from bot.core.media import ENDINGS
from bot.core.staff import roles_for
from bot.core.staff.members import LastOwnerError
from bot.core.support.bans import BannedAlreadyError, NotBannedError
from bot.core.support.four_eyes import (
    DecidedError,
    OfficerMissingError,
    ProposedAlreadyError,
    ProposerGoneError,
    SameEyesError,
)
from bot.core.support.holding import HoldStandsError, NoHoldError
from bot.core.support.working import ByServiceError, ClaimedError, OnlyThePersonError
from bot.telegram import plain
from bot.telegram.breach_errors import words_for_breach
from bot.telegram.formats import either, listing, moment, number
from bot.telegram.keyboards import Button, Keyboard, go
from bot.telegram.regions import region_label
from bot.telegram.team.roles import role_name
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
                [[_forgot()], [go(_p("button", "Cancel"), "cancel")]],
            )
        case PasswordLockedError():
            # Translators: {until} is a date with time.
            return _("Too many wrong passwords. To protect your account, your password is locked until {until}.", until=moment(error.until, zone)), [
                [_forgot()],
                *_menu(),
            ]
        case PasswordWeakError():
            line = _("Please choose a password of {least} to {most} characters.", least=error.least, most=error.most)
            return line, [[go(_p("button", "Cancel"), "cancel")]]
        case AccountClosedError():
            # Translators: {ref} is a case reference such as DEL-7K2M4Q; {until} is a date with time.
            line = _(
                "Your account is closed: its deletion is under way (case {ref}). You can take it back until {until}.",
                ref=error.ref,
                until=moment(error.until, zone),
            )
            return line, [[go(_p("button", "Take it back"), "take_back", style="success")]]
        case TakeBackOverError():
            return _("The grace period is over. The deletion (case {ref}) can no longer be taken back.", ref=error.ref), []
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
        case NotFoundError(what="member"):
            # Translators: to a person of the privacy team.
            return _("This person does not have that role. /team shows who has which."), []
        case NotFoundError(what="team_case"):
            # Translators: to a person of the privacy team.
            return _("There is no case with this reference."), []
        case NotFoundError(what="case"):
            return _("You have no case with this reference."), _menu()
        case NotFoundError():
            return _("I cannot find that any more. It may have been deleted."), _menu()
        case TransitionError():
            return _("Case {ref} has moved on in the meantime. Your tap changed nothing.", ref=error.ref), _menu()
        case ExtendedAlreadyError():
            # Translators: to a person of the privacy team who wants to move the date of a case.
            return _("Case {ref} was given more time before. That is possible once; it is due by {date}.", ref=error.ref, date=moment(error.until, zone)), []
        case ExtensionLateError():
            # Translators: to a person of the privacy team. A delay counts only when the person hears of it in time.
            return _("That is too late: the date was {date}, and a delay has to be told before it passes.", date=moment(error.due, zone)), []
        case ExtensionNotAllowedError():
            # Translators: to a person of the privacy team. A law may know no extension for a kind of request.
            return _("The rules for this request know no extension. Its date stands."), []
        case ExtensionReasonError():
            # Translators: to a person of the privacy team.
            return _("A delay needs a reason that the person is told. Please choose one."), []
        case LimitError(what="letters"):
            # Translators: {date} is a date with time.
            return _("That is a lot for one hour. The next letter can be sent from {date} on. Your rights stay open all the time.", date=moment(error.until, zone)), _rights()
        case LimitError():
            # Translators: to somebody who asked people of the privacy team very often. {date} is a date with time.
            return _("That is a lot for one day. The next question can be sent from {date} on. Your rights stay open all the time.", date=moment(error.until, zone)), _rights()
        case OneAtATimeError():
            # Translators: {ref} is a case reference, {date} a date with time.
            return _("Case {ref} about the same is open. The privacy team answers it by {date}.", ref=error.ref, date=moment(error.until, zone)), [
                [go(_p("button", "Look at it"), "case", error.ref, style="primary")]
            ]
        case BannedError():
            return _("You cannot ask or write here any more. Your rights stay open to you: use these buttons."), plain.buttons()
        case BannedAlreadyError():
            # Translators: to a person of the privacy team.
            return _("The person of case {ref} is banned already.", ref=error.ref), []
        case NotBannedError():
            # Translators: to a person of the privacy team.
            return _("The person of case {ref} is not banned.", ref=error.ref), []
        case UnreachableError():
            # Translators: to a person of the privacy team.
            return _("The person of case {ref} cannot be reached here, so they cannot be told. Nothing was changed.", ref=error.ref), []
        case CaseClosedError():
            # Translators: {ref} is a case reference. Also said to the privacy team, without buttons.
            return _("Case {ref} is closed, so nothing can be added to it.", ref=error.ref), [
                [go(_p("button", "This was not handled"), "unhandled", error.ref)],
                [go(_p("button", "Talk to a person"), "human"), go(_p("button", "Menu"), "menu")],
            ]
        case LetterTooLongError():
            return _("That is very long. Please write at most {count} characters.", count=error.most), [
                [go(_p("button", "Cancel"), "cancel")]
            ]
        case AttachmentTooLargeError():
            # Translators: {size} is a size in megabytes.
            return _("This file is too large for me. It may have at most {size} MB. Nothing was sent.", size=number(error.most // 2**20)), [
                [go(_p("button", "Cancel"), "cancel")]
            ]
        case AttachmentTypeError():
            # Translators: {types} is a list of kinds of files, such as JPG, PNG, PDF.
            line = _(
                "I can pass on files of these kinds: {types}. This one is something else, whatever its name says. Nothing was sent.",
                types=listing([ENDINGS[each].upper() for each in error.types]),
            )
            return line, [[go(_p("button", "Cancel"), "cancel")]]
        case AttachmentLostError():
            return _("I could not fetch this file. Please send it again."), [[go(_p("button", "Cancel"), "cancel")]]
        case NameTakenError():
            return _("There is an account of that name already. Please choose another one."), _menu()
        case MovingError():
            return _("Your data is being moved to another region. Please try again in a moment."), []
        case RegionError():
            # Translators: {region} is a region where data is kept, e.g. United States.
            return _("Your data is kept in: {region}. I cannot reach it from here at the moment. Please try again later.", region=region_label(error.region)), []
        case RestrictedError():
            return _("Processing of your data is restricted, so I cannot do this. You can still read, export and delete it."), _menu()
        case HeldError():
            return _("The law requires that this data is kept for now, so nothing was erased. The data protection officer can tell you why."), _menu()
        case LastOwnerError():
            # Translators: to an owner of the privacy team.
            return _("The last owner stays: without one nobody could set up the team. Make somebody else an owner first."), []
        case NotAllowedError():
            return _not_allowed(error), []
        case RecordError() | NotReadyError():
            return words_for_breach(error), []
        case ClaimedError():
            # Translators: to a person of the privacy team. {number} is the number of a colleague.
            return _("Team member {number} works on case {ref}.", number=error.number, ref=error.ref), []
        case ByServiceError():
            # Translators: to a person of the privacy team: the service itself exports and deletes; nobody can declare that done.
            return _("Case {ref} ends when the service has done its work. Nobody can end it or begin it again by hand.", ref=error.ref), []
        case OnlyThePersonError():
            # Translators: to a person of the privacy team.
            return _("Only the person of case {ref} can take this step.", ref=error.ref), []
        case HoldStandsError():
            # Translators: to a person of the privacy team. A legal hold keeps data from being erased.
            return _("There is a legal hold already."), []
        case NoHoldError():
            # Translators: to a person of the privacy team. A legal hold keeps data from being erased.
            return _("There is no legal hold here."), []
        case SameEyesError():
            # Translators: to a person of the privacy team who wants to agree to what they proposed themselves.
            return _("You proposed this yourself. It takes a second person."), []
        case OfficerMissingError():
            # Translators: to a person of the privacy team.
            return _("For this, one of the two has to be the data protection officer."), []
        case ProposerGoneError():
            # Translators: to a person of the privacy team. Somebody's role was taken away since they proposed something.
            return _("Whoever proposed this does not have the role for it any more. Please propose it anew."), []
        case DecidedError():
            # Translators: to a person of the privacy team, about a proposal.
            return _("This was decided before, or nobody agreed in time. Your tap changed nothing."), []
        case ProposedAlreadyError():
            # Translators: to a person of the privacy team. {ref} is a case reference, {number} the number of a colleague.
            return _("Team member {number} has proposed this for {ref} already. It waits for a second person.", ref=error.ref, number=error.by), []
        case ShreddedError():
            return _("This data was deleted for good. It cannot be opened any more."), []
        case _:
            return _("Something went wrong on our side. Nothing was changed. Please try again in a moment."), _menu()


def _forgot() -> Button:
    """To a person of the team: without a password nothing else would lead on."""
    return go(_p("button", "I forgot my password"), "human")


def _not_allowed(error: NotAllowedError) -> Line:
    roles = roles_for(str(error))
    if not roles:
        return _("You do not have the role for this. The attempt was recorded.")
    # Translators: to a person of the privacy team. {roles} is a list such as: lead or data protection officer.
    return _("You do not have the role for this; it takes: {roles}. The attempt was recorded.", roles=either([role_name(role).plain for role in roles]))


def _rights() -> list[list[Button]]:
    return [[go(_p("button", "My rights"), "rights")]]


def _menu() -> list[list[Button]]:
    return [[go(_p("button", "Menu"), "menu")]]
