"""The words of an export package: its page, its README and its VERIFY.txt, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.exports.texts import PackageTexts
from bot.telegram import package_tables
from bot.telegram.formats import country_name, is_rtl, language_name, number
from bot.telegram.texts import PSEUDO, SOURCE, _, _n, policy_text, speaking


def package_texts(locale: str) -> PackageTexts:
    """Every sentence of a package in a language."""
    with speaking(locale):
        return _texts(locale)


def _texts(locale: str) -> PackageTexts:
    return PackageTexts(
        locale=(SOURCE if locale == PSEUDO else locale).replace("_", "-"),
        direction="rtl" if is_rtl() else "ltr",
        policy_sentence=lambda sentence, values: _policy_sentence(locale, sentence, values),
        span=lambda amount, unit: _span(locale, amount, unit),
        language_named=language_name,
        country_named=lambda code: _country(locale, code),
        # Translators: heading of the page in an export: all data about the reader.
        title=_("Your data").plain,
        # Translators: {service} is the service's name. Speaks to the person whose data it is.
        intro=_(
            "This is everything that {service} holds about you. The page opens from your own device and "
            "sends nothing anywhere."
        ).plain,
        # Translators: a label; a date follows.
        made_on=_("Copy made on").plain,
        yes=_("Yes").plain,
        no=_("No").plain,
        # Translators: stands where a value is missing, for example where no name is stored.
        none=_("Not stored").plain,
        # Translators: heading of a table column.
        date=_("Date").plain,
        conversations=_("Conversations").plain,
        no_conversations=_("There are no conversations.").plain,
        # Translators: a label; the number of messages in a conversation follows.
        messages=_("Messages").plain,
        # Translators: stands where a conversation has no title.
        untitled=_("Untitled").plain,
        # Translators: who wrote a message: the reader of the page.
        you=_("You").plain,
        # Translators: who wrote a message: the AI.
        assistant=_("Assistant").plain,
        # Translators: a mark beside a conversation that the reader saved from automatic deletion.
        saved=_("Saved").plain,
        # Translators: label of the search field.
        search=_("Search in titles and messages").plain,
        searching=_("Searching …").plain,
        # Translators: {n} is a number of search results.
        found=_("Found: {n}").plain,
        nothing_found=_("Nothing found.").plain,
        # Translators: a button under a list.
        more=_("Show more").plain,
        # Translators: a button above a conversation.
        back=_("Back to the list").plain,
        needs_script=_(
            "To read and search your conversations here, please allow scripts for this page. The same "
            "data is in the file export.json."
        ).plain,
        missing_file=_(
            "A file of this package was not found. Please unpack the whole ZIP, then open index.html again."
        ).plain,
        account=_("Your account").plain,
        # Translators: a label; the name of the account follows.
        account_name=_("Name").plain,
        # Translators: a label; a date follows.
        account_opened=_("Account opened on").plain,
        language=_("Language").plain,
        # Translators: a label; the place where the person lives follows.
        place=_("Where you live").plain,
        country=_("Country").plain,
        # Translators: a label; the number of a Telegram account follows.
        telegram_account=_("Linked Telegram account").plain,
        # Translators: a label; a date follows.
        linked_on=_("Linked on").plain,
        # Translators: a label; Yes or No follows. GDPR Article 18.
        restricted=_("Processing is restricted").plain,
        consents=_("Your consents").plain,
        # Translators: heading of a table column: what a consent is for.
        purpose=_("Purpose").plain,
        # Translators: heading of a table column: where something stands.
        state=_("State").plain,
        # Translators: a consent was given.
        given=_("Given").plain,
        # Translators: a consent was withdrawn.
        withdrawn=_("Withdrawn").plain,
        # Translators: state of a consent that the person never changed.
        on_by_default=_("On by default").plain,
        # Translators: state of a consent that the person never changed.
        off_by_default=_("Off by default").plain,
        # Translators: heading of a table column: the number of a receipt.
        receipt=_("Receipt").plain,
        # Translators: heading of a table column: the version of the notice that a consent refers to.
        notice=_("Notice").plain,
        purposes=package_tables.purposes(),
        requests=_("Your requests").plain,
        # Translators: heading of a table column: the reference of a request, such as EXP-7K2MQ4.
        reference=_("Reference").plain,
        # Translators: heading of a table column: what a request is about.
        request=_("Request").plain,
        # Translators: heading of a table column; dates follow.
        opened=_("Received on").plain,
        # Translators: heading of a table column; dates follow.
        due=_("Due on").plain,
        # Translators: heading of a table column; dates follow.
        closed=_("Closed on").plain,
        rights=package_tables.rights(),
        statuses=package_tables.statuses(),
        # Translators: heading: what the reader and the privacy team wrote to each other.
        letters=_("Letters").plain,
        no_letters=_("You and the privacy team have not written to each other.").plain,
        # Translators: heading of a table column: who wrote a letter.
        written_by=_("Written by").plain,
        # Translators: who wrote a letter, in a table.
        privacy_team=_("Privacy team").plain,
        # Translators: before the name of a picture or file that came with a letter.
        file=_("File").plain,
        # Translators: heading: data breaches that concern the reader.
        breaches=_("Data breaches").plain,
        no_breaches=_("No data breach concerns you.").plain,
        # Translators: heading of a table column: when the reader was told of a data breach.
        told_on=_("Told on").plain,
        # Translators: heading: the information that GDPR Article 15 asks for.
        use=_("How your data is used").plain,
        use_intro=_(
            "This is the information that Article 15 of the GDPR gives you a right to, as the published "
            "policy states it."
        ).plain,
        use_headings=package_tables.use_headings(),
        use_sentences=package_tables.use_sentences(),
        not_stated=_("The policy does not say this.").plain,
        records=package_tables.records(),
        # Translators: heading: what was left out of an export.
        missing=_("What is not in this copy").plain,
        missing_intro=_("We name everything that was left out, and why.").plain,
        reasons=package_tables.reasons(),
        # Translators: first line of the file README.txt in an export.
        readme_title=_("This is a copy of your data.").plain,
        readme_files=package_tables.readme_files(),
        readme_unpack=_("Please unpack the whole ZIP first. The files work together.").plain,
        readme_check=_("How to check that nothing was changed is explained in signature/VERIFY.txt.").plain,
        readme_safe=_("Keep this copy in a safe place. Anyone who has it can read it.").plain,
        verify_intro=_(
            "With these commands you can check that this package comes from us and that nothing in it "
            "was changed. Run them in its top folder, where the file bagit.txt is."
        ).plain,
        # Translators: before a command. Leave “Signature Verified Successfully” in English: it is printed.
        verify_signature=_(
            "1. The list of checksums carries our signature. This must print “Signature Verified "
            "Successfully”:"
        ).plain,
        # Translators: before a command. Leave “OK” as it is: the command prints it.
        verify_lists=_("2. The lists are unchanged. Every line must end with “OK”:").plain,
        # Translators: before a command. Leave “OK” as it is: the command prints it.
        verify_files=_("3. Your data is unchanged. Every line must end with “OK”:").plain,
        # Translators: before a fingerprint of 64 letters and digits.
        verify_key=_(
            "Anyone can make a key. So please compare the SHA-256 fingerprint of the public key with the "
            "one that the bot shows with /privacy:"
        ).plain,
    )


def _policy_sentence(locale: str, sentence: str, values: Mapping[str, str]) -> str:
    with speaking(locale):
        return policy_text(sentence, values).plain


def _country(locale: str, code: str) -> str:
    with speaking(locale):
        return country_name(code)


def _span(locale: str, amount: int, unit: str) -> str:
    with speaking(locale):
        match unit:
            case "minutes":
                return _n("{n} minute", "{n} minutes", amount).plain
            case "hours":
                return _n("{n} hour", "{n} hours", amount).plain
            case "days":
                return _n("{n} day", "{n} days", amount).plain
            case "business_days":
                return _n("{n} business day", "{n} business days", amount).plain
            case "months":
                return _n("{n} month", "{n} months", amount).plain
            case _:
                return number(amount)
