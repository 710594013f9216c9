"""Pictures and files that a person sends along: limited by the policy file, known by their bytes, kept sealed without their name."""

from __future__ import annotations

from bot.core import media
from bot.core.errors import AttachmentTooLargeError, AttachmentTypeError, ConfirmationExpiredError
from bot.core.ids import new_id
from bot.core.ports import Tx
from bot.core.support.letters import Attachment


def keep(tx: Tx, subject: str, content: bytes) -> Attachment:
    """Keep what a person wants to send; whatever else of theirs was kept and not sent goes. It belongs to no case before `attach`.

    AttachmentTooLargeError, AttachmentTypeError: nothing is kept.
    """
    limits = tx.policy.safeguards
    if len(content) > limits.attachment_bytes:
        raise AttachmentTooLargeError(limits.attachment_bytes)
    media_type = media.type_of(content)
    if media_type not in limits.attachment_types:
        raise AttachmentTypeError(limits.attachment_types)
    drop_unsent(tx, subject)
    kept = Attachment(new_id(tx.random), subject, "", media_type, len(content), tx.clock.now(), content=content)
    tx.attachments.add(kept)
    return kept


def attach(tx: Tx, attachment: str, subject: str, ref: str) -> None:
    """It is sent, once, into a case. ConfirmationExpiredError when it is not there any more."""
    if not tx.attachments.update({"id": attachment, "subject": subject, "ref": ""}, ref=ref):
        raise ConfirmationExpiredError


def drop_unsent(tx: Tx, subject: str) -> None:
    """The person sends something else, or nothing."""
    tx.attachments.remove(subject=subject, ref="")
