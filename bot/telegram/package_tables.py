"""The tables of words in an export package, from a code to a sentence."""

from __future__ import annotations

from bot.core.cases import Right, Status
from bot.core.consents import Purpose
from bot.telegram.texts import _


def purposes() -> dict[str, str]:
    """What a consent is for."""
    return {
        # Translators: purpose of a consent, in a table.
        Purpose.TRAINING.value: _("Training of AI models with your conversations").plain,
        # Translators: purpose of a consent, in a table.
        Purpose.DESK_TRAINING.value: _("Training of AI models with what you write to this bot").plain,
        # Translators: purpose of a consent, in a table.
        Purpose.SALE.value: _("Sale of your data").plain,
    }


def rights() -> dict[str, str]:
    """What a request is about."""
    return {
        Right.EXPORT.value: _("Export of your data").plain,
        Right.ERASURE.value: _("Deletion of your account").plain,
        Right.TRAINING.value: _("Training setting").plain,
        Right.HISTORY.value: _("Clearing of your history").plain,
        Right.RECTIFICATION.value: _("Correction of your data").plain,
        Right.RESTRICTION.value: _("Restriction of processing").plain,
        Right.OBJECTION.value: _("Objection to automated decisions").plain,
        Right.DO_NOT_SELL.value: _("Opt-out of sales").plain,
        Right.FORGET_DESK.value: _("Erasure of what this bot holds").plain,
        Right.COMPLAINT.value: _("Complaint to the data protection officer").plain,
        Right.QUESTION.value: _("Question to a person").plain,
    }


def statuses() -> dict[str, str]:
    """Where a request stands."""
    received, working = _("received").plain, _("being worked on").plain
    return {
        Status.OPENED.value: received,
        Status.ACKNOWLEDGED.value: received,
        Status.WAITING.value: _("waiting for you").plain,
        Status.WORKING.value: working,
        Status.GRACE.value: _("can still be taken back").plain,
        Status.ERASING.value: _("being erased").plain,
        Status.PURGING.value: _("erased; leaving the backups").plain,
        Status.DONE.value: _("done").plain,
        Status.WITHDRAWN.value: _("taken back").plain,
        Status.REFUSED.value: _("refused").plain,
    }


def use_headings() -> dict[str, str]:
    """The headings of Article 15."""
    return {
        # Translators: heading, GDPR Article 15(1)(a).
        "purposes": _("What your data is used for").plain,
        # Translators: heading, GDPR Article 15(1)(b).
        "categories": _("Which kinds of data are held").plain,
        # Translators: heading, GDPR Article 15(1)(c).
        "recipients": _("Who receives your data").plain,
        # Translators: heading, GDPR Article 15(2).
        "transfers": _("Where your data is kept").plain,
        # Translators: heading, GDPR Article 15(1)(d).
        "retention": _("How long your data is kept").plain,
        # Translators: heading, GDPR Article 15(1)(g).
        "sources": _("Where your data comes from").plain,
        # Translators: heading, GDPR Article 15(1)(h).
        "automated_decisions": _("Decisions made by machines").plain,
        "safeguards": _("How your data is protected").plain,
        # Translators: heading, GDPR Article 15(1)(e).
        "rights": _("Which rights you have").plain,
        "officer": _("Data protection officer").plain,
        # Translators: heading, GDPR Article 15(1)(f): where to complain.
        "authority": _("Where you can complain").plain,
        "policy": _("Published policy").plain,
    }


def use_sentences() -> dict[str, str]:
    """What this bot does with data, beside what the policy says."""
    return {
        "account_data": _(
            "Account data: a name, your language, where you live, and the number of your Telegram "
            "account, as far as you gave them."
        ).plain,
        "conversation_data": _("Conversations: their titles, messages and dates.").plain,
        "request_data": _("Requests and consents: what you asked for and decided here, with dates.").plain,
        "letter_data": _(
            "Letters: what you and the privacy team wrote to each other in a request, with pictures and files."
        ).plain,
        "record_data": _(
            "Records: what was done with your data, when and in which role. They name you only by a "
            "random word."
        ).plain,
        "bot_purpose": _(
            "This bot uses your data to carry out your requests and to prove that it did."
        ).plain,
        # Translators: Telegram carries the messages between the reader and this bot.
        "telegram_recipient": _(
            "Telegram, as the carrier of your messages to this bot and of its answers."
        ).plain,
        "team_recipient": _(
            "The privacy team: what you send into a request, in its group at Telegram, without your name."
        ).plain,
        "from_you": _("From you: what you write to the service and to this bot.").plain,
        "from_telegram": _("From Telegram: the number of your Telegram account.").plain,
        "no_bot_decisions": _(
            "This bot makes no automated decision that has legal effects for you or affects you in a "
            "similar way."
        ).plain,
        "own_key": _(
            "This bot seals your data with a key of your own. Destroying that key makes your data "
            "unreadable for everyone."
        ).plain,
        # Translators: stands where the law of the reader's place names no authority.
        "choose_place": _("Tell the bot where you live to see the authority in charge.").plain,
    }


def records() -> dict[str, str]:
    """The kinds of records in the retention rules."""
    return {
        # Translators: a kind of record, in a table of how long each is kept.
        "conversation": _("Conversations that you did not save").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "inbox": _("Messages to this bot, until they are handled").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "outbox": _("Messages from this bot, after they are sent").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "draft": _("Unfinished steps with this bot").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "export_package": _("Copies of your data such as this one").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "confirmation": _("Buttons and links that are good for one use").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "tally": _("Counts of topics that people ask about, without any name").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "case": _("Your requests").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "audit": _("Records of what was done with your data").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "letter": _("Letters in your requests, after their end").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "attachment": _("Pictures and files in your requests, after their end").plain,
        # Translators: a kind of record, in a table of how long each is kept.
        "breach": _("Records of data breaches, and who was told of them").plain,
    }


def reasons() -> dict[str, str]:
    """Why something is not in a copy."""
    return {
        "password_hash": _(
            "The check value of your password. It could help someone who finds this copy to guess the "
            "password."
        ).plain,
        "keys": _(
            "Keys, one-time links and search codes. They only protect or find your data and say nothing "
            "else about you."
        ).plain,
        "in_transit": _(
            "Messages on their way to or from this bot, and the technical state of your chat with it. "
            "They are deleted after a few days."
        ).plain,
        "unsent": _(
            "What the privacy team began to write to you and has not sent. It is dropped after a day."
        ).plain,
        "packages": _("The contents of earlier copies of your data.").plain,
        "unreadable": _(
            "A part of your data could not be read. Please ask the data protection officer about it."
        ).plain,
        "changed": _(
            "Conversations were added or deleted while this copy was being made, so its files may differ "
            "from each other."
        ).plain,
        "policy_silent": _(
            "The published policy does not say something that Article 15 of the GDPR asks for."
        ).plain,
    }


def readme_files() -> dict[str, str]:
    """What each file of a package is."""
    return {
        "index.html": _("Open this file in a browser to read and search your data.").plain,
        "export.json": _(
            "Everything in one file for programs. The file schema/export.schema.json describes it."
        ).plain,
        "conversations.json": _(
            "Your conversations in the layout of a ChatGPT export, for other services that can read it."
        ).plain,
        "art15.json": _("Why and how your data is used (Article 15 of the GDPR).").plain,
        "consents/receipts": _("A receipt for each consent that you gave or withdrew.").plain,
        "attachments": _("The pictures and files of your letters to the privacy team.").plain,
        "audit-excerpt.jsonl": _("What was recorded about your account, each entry with its hash.").plain,
        "incomplete.json": _("What is not in this copy, and why.").plain,
    }
