"""What authorities get: Art. 33(3) (a) to (d), per authority, in phases, as PDF and JSON; and the register of Art. 33(5)."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.breaches import record, register, reporting, telling
from bot.core.breaches.errors import NotReady, NotReadyError, Problem, RecordError
from bot.core.breaches.fields import FOR_PEOPLE, TEXT_AT_MOST, Field
from bot.core.breaches.reporting import Phase, Report
from bot.core.breaches.watching import telling_of
from bot.core.errors import NotFoundError
from bot.telegram import breach_words
from bot.telegram.breach_report import document_of
from bot.telegram.locales import SHIPPED
from bot.telegram.pdf import Document, can_print, print_pdf, words_of
from bot.telegram.texts import speaking
from tests.regions.two_regions import TwoRegions
from tests.team.breach_house import AWAY, HOME, BreachHouse


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[BreachHouse]:
    regions = await TwoRegions.open(tmp_path)
    yield await asyncio.to_thread(BreachHouse, regions)
    await regions.close()


@pytest.fixture
async def told(house: BreachHouse) -> tuple[BreachHouse, str]:
    """Two people in the EU and one in California were told."""
    return house, await asyncio.to_thread(_tell, house)


def _tell(house: BreachHouse, **changes: bool) -> str:
    for region in (HOME, HOME, AWAY):
        house.person(region)
    ref = house.opens(categories="account conversations", **changes)
    house.agree(ref)
    house.through(ref)
    return ref


def _make(house: BreachHouse, ref: str, place: str, phase: Phase = Phase.INITIAL) -> Report:
    return house.do(HOME, lambda tx: reporting.make(tx, ref, place, phase))


async def test_each_authority_gets_its_own_report_with_a_to_d(told: tuple[BreachHouse, str]) -> None:
    """How many people are its own, how many elsewhere, which records; who the officer is; consequences; measures."""
    await asyncio.to_thread(_facts, *told)


def _facts(house: BreachHouse, ref: str) -> None:
    breach = house.breach(ref)
    assert reporting.places(house.regions.cores[HOME].policy, breach) == {"eu": 2, "california": 1}
    for place, here, elsewhere in (("eu", 2, 1), ("california", 1, 2)):
        facts = json.loads(json.dumps(_make(house, ref, place).as_json()))
        nature = facts["a_nature"]
        assert (nature["people_here"], nature["people_elsewhere"]) == (here, elsewhere)
        assert nature["records_in_all"] == {"account": 3, "conversations": 3}
        assert nature["what"] == "what text"
        assert facts["b_contact"]["officer"] == "the data protection officer of Moonshot AI"
        assert facts["c_consequences"] == {"likely": "consequences text", "risk": "high"}
        assert facts["d_measures"]["taken"] == "measures text"
        assert (facts["d_measures"]["people_told"], facts["d_measures"]["people_not_reached"]) == (3, 0)
        assert (facts["late"], facts["reasons_for_delay"], facts["drill"]) == (False, None, False)
    with pytest.raises(NotFoundError):
        _make(house, ref, "china")


async def test_a_late_report_needs_its_reasons_and_a_sent_one_a_possible_date(told: tuple[BreachHouse, str]) -> None:
    """Art. 33(1). It counts as reported when every authority has heard of it, from the last first report."""
    await asyncio.to_thread(_phases, *told)


def _phases(house: BreachHouse, ref: str) -> None:
    def sent(place: str, phase: Phase, **ago: float) -> None:
        at = house.regions.clock.now() - timedelta(**ago)
        house.do(HOME, lambda tx: reporting.mark_sent(tx, house.officer, ref, place, phase, at))

    for at, problem in ((timedelta(minutes=-1), Problem.FUTURE), (timedelta(hours=5), Problem.BEFORE_AWARE)):
        with pytest.raises(RecordError) as caught:
            sent("eu", Phase.INITIAL, seconds=at.total_seconds())
        assert caught.value.problem is problem
    sent("eu", Phase.INITIAL)
    first = house.regions.clock.now()
    assert house.breach(ref).reported_at is None
    house.later(hours=80)
    with pytest.raises(NotReadyError) as missing:
        _make(house, ref, "california")
    assert missing.value.what is NotReady.LATE
    with pytest.raises(NotReadyError):
        sent("california", Phase.INITIAL)
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.LATE, "Nobody had the address."))
    late = _make(house, ref, "california")
    assert (late.is_late, late.as_json()["reasons_for_delay"]) == (True, "Nobody had the address.")
    assert not _make(house, ref, "eu", Phase.COMPLETE).is_late, "they heard of it in time"
    sent("california", Phase.INITIAL)
    sent("eu", Phase.COMPLETE)
    assert house.breach(ref).reported_at == house.regions.clock.now() > first
    entries = house.do(HOME, lambda tx: tx.audit.select(tag="breach:reported"))
    assert [json.loads(entry.details)["place"] for entry in entries] == ["eu", "california", "eu"]


async def test_the_pdf_is_in_the_group_s_language_or_says_why_not(told: tuple[BreachHouse, str]) -> None:
    """No language is printed as empty boxes: where the font lacks its script the report is in English and says so."""
    report = await asyncio.to_thread(_make, *told, "eu")
    for locale in SHIPPED:
        with speaking(locale):
            document, language = document_of(report)
        assert can_print(words_of(document)), locale
        assert language == ("en" if locale in ("zh_Hans", "zh_Hant", "ja", "ko", "th") else locale)
        assert ("has no letters for" in " ".join(document.under_title)) == (language != locale)
        assert document.rtl == (locale == "ar")


async def test_the_pdf_is_a_pdf_the_same_each_time_and_marked_in_a_drill(house: BreachHouse) -> None:
    """The watermark lies behind every page of a drill and of nothing else; a text in another script is named, not garbled."""
    ref = await asyncio.to_thread(_tell, house, drill=True)
    report = await asyncio.to_thread(_make, house, ref, "eu")
    document, _language = document_of(report)
    assert document.watermark == "DRILL"
    pdf = print_pdf(document)
    assert pdf.startswith(b"%PDF-") and pdf == print_pdf(document)
    assert pdf != print_pdf(replace(document, watermark=""))
    assert document_of(replace(report, breach=replace(report.breach, drill=False)))[0].watermark == ""
    chinese = replace(report, texts=report.texts | {"what": ("zh_Hans", "一块备份硬盘丢失。")})
    made = document_of(chinese)[0]
    assert can_print(words_of(made))
    assert any("cannot be printed here" in text for text in words_of(made))
    assert chinese.as_json()["a_nature"]["what"] == "一块备份硬盘丢失。"


def test_a_long_document_goes_over_pages_from_right_to_left_too() -> None:
    """Warnings of the library are errors here."""
    from bot.telegram.pdf import Section
    from tests.stage import START

    sections = tuple(Section(f"({letter}) إخطار", ("كلمة " * 400,)) for letter in "abcd")
    pdf = print_pdf(Document("إخطار بخرق البيانات", ("إلى",), sections, "BRE-1", START, rtl=True, watermark="تمرين"))
    assert pdf.count(b"/Type /Page\n") >= 2


async def test_the_register_has_every_breach_and_marks_drills(told: tuple[BreachHouse, str]) -> None:
    """For a spreadsheet and for a program; a text is never taken for a formula."""
    await asyncio.to_thread(_register, *told)


def _register(house: BreachHouse, ref: str) -> None:
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.WHAT, "=HYPERLINK(1)"))
    drill = house.opens(drill=True)
    house.do(HOME, lambda tx: record.begin(tx, house.officer, "en"))
    entries = house.do(HOME, lambda tx: register.export(tx, house.officer))
    rows = list(csv.DictReader(io.StringIO(register.as_csv(entries))))
    assert [(row["reference"], row["drill"], row["affected"], row["told"]) for row in rows] == [
        (ref, "False", "3", "3"), (drill, "True", "0", "0"),
    ]  # fmt: skip
    assert rows[0]["what"] == "'=HYPERLINK(1)"
    assert json.loads(register.as_json(entries))["breaches"][0]["what"] == "=HYPERLINK(1)"
    assert house.do(HOME, lambda tx: tx.audit.count(tag="register:exported")) == 1


async def test_the_register_is_kept_as_long_as_the_policy_says(told: tuple[BreachHouse, str]) -> None:
    """Then the breach goes, with what the regions knew of it and whom they told."""
    await asyncio.to_thread(_kept, *told)


def _kept(house: BreachHouse, ref: str) -> None:
    now = house.regions.clock.now()
    for place in ("eu", "california"):
        house.do(HOME, lambda tx: reporting.mark_sent(tx, house.officer, ref, place, Phase.INITIAL, now))  # noqa: B023
    house.do(HOME, lambda tx: record.close(tx, house.officer, ref))
    house.through(ref)
    house.regions.clock.move(timedelta(days=365 * 5 - 10))
    assert [house.do(region, register.sweep) for region in (HOME, AWAY)] == [0, 0]
    assert house.affected(ref)
    house.regions.clock.move(timedelta(days=20))
    for region in (HOME, AWAY):
        house.do(region, register.sweep)
    assert not house.affected(ref)
    assert house.do(HOME, lambda tx: tx.breaches.count(id=ref)) == 0


async def test_the_longest_notice_fits_into_one_message(told: tuple[BreachHouse, str]) -> None:
    """Every text as long as it may be, every kind of data, told before: still one message in each language."""
    house, ref = told
    breach, policy = house.breach(ref), house.regions.cores[HOME].policy
    texts = {field.value: {"en": "W" * TEXT_AT_MOST} for field in FOR_PEOPLE}
    long = replace(breach, details={"locale": "en", "texts": texts}, drill=True)
    for locale in SHIPPED:
        data = telling.notice_data(telling_of(long), policy, list(policy.breach_categories), locale, before=breach.due_at.isoformat())
        with speaking(locale):
            text = breach_words.notice(data, "Asia/Shanghai").plain
        assert len(text) <= 4096 - 200, locale  # the preview has a line of its own above it
