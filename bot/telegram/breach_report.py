"""The report to an authority as a document: Art. 33(3) (a) to (d), in the language of the team's group as far as it can be printed."""

from __future__ import annotations

from datetime import datetime

from babel import Locale

from bot.core.breaches.fields import Field
from bot.core.breaches.reporting import Phase, Report
from bot.telegram.breach_words import authority_name, category_name, risk_name
from bot.telegram.formats import is_rtl, moment, number
from bot.telegram.pdf import Document, Section, can_print, words_of
from bot.telegram.texts import PSEUDO, SOURCE, Line, _, _n, _p, current_locale, policy_text, speaking


def document_of(report: Report) -> tuple[Document, str]:
    """The document and its language: the current one, or English where its script cannot be printed."""
    made = _document(report, "")
    locale = current_locale()
    if can_print(words_of(made)) or locale == PSEUDO:
        return made, locale
    with speaking(SOURCE):
        return _document(report, _english_name(locale)), SOURCE


def _english_name(locale: str) -> str:
    return Locale.parse(locale).get_display_name(SOURCE) or locale


def phase_name(phase: Phase) -> Line:
    """Of a report in phases."""
    if phase is Phase.INITIAL:
        # Translators: a kind of report to an authority: what is known so far; more follows.
        return _("Initial report")
    # Translators: a kind of report to an authority: everything that is known.
    return _("Complete report")


def _document(report: Report, instead_of: str) -> Document:
    breach, policy = report.breach, report.policy
    values = policy.values()
    under: list[Line] = [
        # Translators: in a report to an authority. {authority} is the authority's name.
        _("To: {authority}", authority=authority_name(report.place.regulator or report.place.authority, values)),
        # Translators: in a report to an authority: who is responsible for the data.
        _("From: {operator}, operator of {service}", operator=policy.operator, service=policy.service),
        # Translators: in a report to an authority. {phase} says what kind of report it is, {date} is a date with time.
        _("{phase}, {date}", phase=phase_name(report.phase), date=_at(report.made_at)),
    ]
    if instead_of:
        # Translators: in a document that is in English because another language cannot be printed; {language} is that one.
        under.append(_("In English: the font of this program has no letters for {language}.", language=instead_of))
    return Document(
        # Translators: title of a report to an authority; {ref} is a reference.
        title=_("Notification of a personal data breach, {ref}", ref=report.ref).plain,
        under_title=tuple(line.plain for line in under),
        sections=(
            _clock(report),
            # Translators: heading in a report to an authority; (a) is the letter of the law.
            Section(_("(a) Nature of the breach").plain, _nature(report)),
            # Translators: heading in a report to an authority; (b) is the letter of the law.
            Section(_("(b) Contact").plain, (policy_text(policy.dpo, values).plain, *_text(report, Field.CONTACT))),
            # Translators: heading in a report to an authority; (c) is the letter of the law.
            Section(_("(c) Likely consequences").plain, (*_text(report, Field.CONSEQUENCES), _risk(report))),
            # Translators: heading in a report to an authority; (d) is the letter of the law.
            Section(_("(d) Measures").plain, _measures(report)),
        ),
        footer=report.ref,
        made_at=report.made_at,
        rtl=is_rtl(),
        # Translators: a word in large letters behind the pages of a document that is only a drill.
        watermark=_p("watermark", "DRILL").plain if breach.drill else "",
    )


def _clock(report: Report) -> Section:
    breach = report.breach
    lines = [
        # Translators: in a report to an authority. Both are dates with time.
        _("Found on {found}, aware since {aware}.", found=_at(breach.found_at or breach.aware_at), aware=_at(breach.aware_at)),
        # Translators: in a report to an authority.
        _("To be notified by {due}.", due=_at(breach.due_at)),
    ]
    # Translators: heading in a report to an authority: its dates.
    heading = _("Dates").plain
    if not report.is_late:
        return Section(heading, tuple(line.plain for line in lines))
    # Translators: in a report to an authority; the reasons follow.
    lines.append(_("This notification comes later than that. The reasons for the delay:"))
    return Section(heading, (*(line.plain for line in lines), *_text(report, Field.LATE)))


def _nature(report: Report) -> tuple[str, ...]:
    breach, values = report.breach, report.policy.values()
    lines = [*_text(report, Field.WHAT)]
    began = _at(breach.began_at or breach.aware_at)
    if breach.ended_at is None:
        # Translators: in a report to an authority. {began} is a date with time.
        lines.append(_("Data lay open from {began}; the gap is not closed yet.", began=began).plain)
    else:
        # Translators: in a report to an authority. Both are dates with time.
        lines.append(_("Data lay open from {began} until {ended}.", began=began, ended=_at(breach.ended_at)).plain)
    # Translators: in a report to an authority: people who live where it is responsible.
    lines.append(_n("People concerned in your jurisdiction: {n}", "People concerned in your jurisdiction: {n}", report.people).plain)
    # Translators: in a report to an authority: people who live elsewhere.
    lines.append(_n("People concerned elsewhere: {n}", "People concerned elsewhere: {n}", report.people_elsewhere).plain)
    if report.erased:
        # Translators: in a report to an authority: whose accounts do not exist any more.
        lines.append(
            _n(
                "{n} account was erased since; whether it was concerned is not known any more.",
                "{n} accounts were erased since; whether they were concerned is not known any more.",
                report.erased,
            ).plain
        )
    # Translators: in a report to an authority; a list with numbers follows.
    lines.append(_("Kinds of data, with the number of records in all regions:").plain)
    for name, count in report.records.items():
        kind = category_name(report.labels, values, name)
        # Translators: in a report to an authority: a kind of data and how many records of it.
        lines.append(_("• {kind}: {count}", kind=kind, count=number(count)).plain)
    return tuple(lines)


def _risk(report: Report) -> str:
    # Translators: in a report to an authority. {risk} is "high" or "low".
    return _("Risk for the people concerned: {risk}", risk=risk_name(report.breach.risk)).plain


def _measures(report: Report) -> tuple[str, ...]:
    lines = [*_text(report, Field.MEASURES)]
    # Translators: in a report to an authority, above what the people concerned were advised to do.
    lines += [_("Advice to the people concerned:").plain, *_text(report, Field.ADVICE)]
    # Translators: in a report to an authority. Both are numbers of people.
    lines.append(_("People told: {told}; not reached so far: {unreached}", told=number(report.told), unreached=number(report.unreached)).plain)
    if report.phase is Phase.INITIAL:
        # Translators: at the end of a first report to an authority.
        lines.append(_("More follows without undue further delay (Art. 33(4) GDPR).").plain)
    return tuple(lines)


def _text(report: Report, field: Field) -> tuple[str, ...]:
    """What the officer wrote."""
    found = report.texts.get(field.value)
    if found is None:
        return ()
    if can_print([found[1]]):
        return tuple(found[1].splitlines())
    # Translators: in a printed report, in the place of a text in a script that cannot be printed. {language} is a language code.
    return (_("(This text is in a script that cannot be printed here, language {language}. It is whole in the JSON file.)", language=found[0]).plain,)


def _at(at: datetime) -> str:
    return moment(at).plain
